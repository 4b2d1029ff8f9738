//! 64 clients at once, while the database is killed and started again.

use std::{
    collections::{BTreeMap, HashSet},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use serde_json::{Value, json};
use strandscope::Session;
use tokio::sync::Semaphore;

use super::{
    bodies,
    site::{Caller, Site},
    stored,
};
use crate::support::{self, Kind, Server};

const CLIENTS: usize = 64;
/// Fewer than clients: some share one.
const SESSIONS: usize = 48;

/// What happened so far: a permit each time.
struct Storm {
    acknowledged: Semaphore,
    refused: Semaphore,
    is_back: AtomicBool,
}

/// A turn whose answer came.
struct Told {
    session: String,
    turn: String,
    asked: String,
    answer: Value,
}

/// Asks turn after turn, until two were answered after the database came back.
async fn client(caller: Caller, number: usize, storm: Arc<Storm>) -> Vec<Told> {
    let session = format!("storm-{}", number % SESSIONS);
    let (mut told, mut since_back) = (Vec::new(), 0);
    for count in 0.. {
        let asked = match count % 2 {
            0 => format!("Where is order A{number:02}{count:04}?"),
            _ => format!("Turn {count} of client {number}"),
        };
        let turn = format!("c{number}-t{count}");
        let body = json!({ "session_id": session, "turn_id": turn, "message": asked });
        let was_back = storm.is_back.load(Ordering::SeqCst);
        let (mut status, mut answer) = caller.post("/chat", &body).await;
        while status != 200 {
            assert!([503, 504].contains(&status), "{status} {answer}");
            assert!(!answer.to_string().contains("127.0.0.1"), "where the database is, is nobody's business: {answer}");
            storm.refused.add_permits(1);
            // A careful client asks for the same turn again, a careless one goes on with the next.
            if number % 2 == 1 {
                break;
            }
            (status, answer) = caller.post("/chat", &body).await;
        }
        if status == 200 {
            told.push(Told { session: session.clone(), turn, asked, answer });
            storm.acknowledged.add_permits(1);
            since_back += usize::from(was_back);
        }
        if since_back == 2 {
            break;
        }
    }
    told
}

async fn wait(what: &Semaphore, count: usize) {
    what.acquire_many(u32::try_from(count).expect("few")).await.expect("it stays open").forget();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn every_acknowledged_turn_is_stored_once_and_none_half() {
    let mut server = Server::start(Kind::ReplicaSet);
    let fresh = support::fresh_on(&server.uri, "web_storm").await;
    let uri = format!("{}&serverSelectionTimeoutMS=500&timeoutMS=4000", server.uri);
    let site = Site::start(&fresh, &uri, &[]).await;
    assert_eq!(site.get("/health").await, (200, json!({ "status": "up" })));

    let storm = Storm { acknowledged: Semaphore::new(0), refused: Semaphore::new(0), is_back: AtomicBool::new(false) };
    let storm = Arc::new(storm);
    let clients: Vec<_> =
        (0..CLIENTS).map(|number| tokio::spawn(client(site.caller.clone(), number, Arc::clone(&storm)))).collect();
    wait(&storm.acknowledged, CLIENTS).await;
    server.kill();
    assert_eq!(site.get("/health").await, (503, json!({ "status": "down" })));
    wait(&storm.refused, 8).await;
    server.restart();
    // The server's monitor finds it by itself.
    while site.get("/health").await.0 != 200 {}
    storm.is_back.store(true, Ordering::SeqCst);
    let mut told: Vec<Told> = Vec::new();
    for client in clients {
        told.extend(client.await.expect("it ends well"));
    }

    // The last turn of each client was answered, so all before it in its session have ended.
    let sessions = stored(&fresh).await;
    assert_eq!(sessions.len(), SESSIONS);
    for session in &sessions {
        check(session, &told);
    }
    assert_eq!(site.get("/health").await.0, 200);
}

/// Whole turns alone, one after the other, each once; among them all that were acknowledged.
fn check(session: &Session, told: &[Told]) {
    let name = session.name();
    let ids: Vec<Option<i64>> = session.agents[0].messages.iter().map(|message| message.message_id).collect();
    assert_eq!(ids, (0..ids.len() as i64).map(Some).collect::<Vec<_>>(), "{name}");
    let bodies = bodies(session);
    let mut turns: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    let mut trackings = HashSet::new();
    let mut last = "";
    for (index, body) in bodies.iter().enumerate() {
        let tracking = body.tracking_id().expect("a tracking id");
        assert!(trackings.insert(tracking), "{name}: {tracking} is stored twice");
        let (turn, number) = tracking.split_once('/').expect("a turn and a number");
        if turn != last {
            assert!(turns.insert(turn, (index, index)).is_none(), "{name}: {turn} is torn apart");
            last = turn;
        }
        let place = turns.get_mut(turn).expect("it is there");
        place.1 = index;
        assert_eq!(number.parse::<usize>(), Ok(index - place.0), "{name}: {turn} is in order");
        assert_eq!(
            body.role(),
            if (index - place.0).is_multiple_of(2) { "user" } else { "assistant" },
            "{name}: {turn}"
        );
    }
    for (turn, (first, last)) in &turns {
        assert!(!bodies[*first].texts().concat().is_empty(), "{name}: {turn} begins with a question");
        let end = &bodies[*last];
        assert!(end.role() == "assistant" && end.tool_uses().is_empty(), "{name}: {turn} is half");
        assert!(!end.texts().concat().is_empty(), "{name}: {turn} has an answer");
    }
    for told in told.iter().filter(|told| told.session == name) {
        let (first, last) = turns.get(told.turn.as_str()).unwrap_or_else(|| panic!("{name}: {} is lost", told.turn));
        assert_eq!(bodies[*first].texts().concat(), told.asked);
        assert_eq!(json!(bodies[*last].texts().concat()), told.answer["reply"]);
        assert_eq!(json!(last), told.answer["message_id"]);
    }
}
