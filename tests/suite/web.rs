//! The example `web`, run as a server: its routes, its streams, how it ends, and what is stored when the database is killed under it.
#![cfg(unix)]

mod site;
mod stop;
mod storm;

use bson::{Document, doc};
use futures_util::TryStreamExt;
use serde_json::{Value, json};
use strandscope::{MessageBody, Outline, Session, StoredMessage, decode, session_metrics};

use crate::support::{self, Fresh};
use site::Site;

/// The sessions as they are stored.
async fn stored(fresh: &Fresh) -> Vec<Session> {
    let found = fresh.collection.find(doc! {}).await.expect("it answers");
    let documents: Vec<Document> = found.try_collect().await.expect("documents");
    documents.into_iter().map(decode::session).collect()
}

/// The messages of a session's agent.
fn bodies(session: &Session) -> Vec<MessageBody> {
    let messages = session.agents.iter().flat_map(|agent| &agent.messages);
    messages.map(|message| StoredMessage::read(message.raw.bson(), message.index).body).collect()
}

fn roles(session: &Session) -> Vec<String> {
    bodies(session).iter().map(|body| body.role().to_owned()).collect()
}

/// The value of a sample in `/metrics`; 0 where it is not there yet.
fn sample(metrics: &str, series: &str) -> f64 {
    let value = metrics.lines().find_map(|line| line.strip_prefix(series)?.strip_prefix(' '));
    value.map_or(0.0, |value| value.parse().expect("a number"))
}

#[tokio::test]
async fn a_conversation_with_a_tool_is_stored_with_its_figures() {
    let fresh = support::fresh_collection("web_chat").await;
    let site = Site::start(&fresh, &fresh.uri, &[]).await;
    let (status, first) = site.post("/chat", &json!({ "message": "Where is my order A100?" })).await;
    assert_eq!(status, 200, "{first}");
    assert_eq!(first["reply"], "Order A100 left on Monday. Anything else?");
    assert_eq!(first["tools"], json!(["lookup_order"]));
    let session = first["session_id"].as_str().expect("an id");
    let (_, second) = site.post("/chat", &json!({ "session_id": session, "message": "No, thank you." })).await;
    assert_eq!((&second["reply"], &second["message_id"]), (&json!("You said: No, thank you."), &json!(5)));

    let sessions = stored(&fresh).await;
    let [kept] = sessions.as_slice() else { panic!("one session") };
    assert_eq!(kept.all_findings().count(), 0);
    assert_eq!(roles(kept), ["user", "assistant", "user", "assistant", "user", "assistant"]);
    // What the answers told is what is stored, and what is counted.
    let metrics = session_metrics(&Outline::from(kept));
    let told = |name: &str| -> u64 {
        [&first, &second].iter().map(|told| told["usage"][name].as_u64().expect("it is known")).sum()
    };
    assert_eq!(metrics.total.input, Some(told("inputTokens")));
    assert_eq!(metrics.total.output, Some(told("outputTokens")));
    assert_eq!(metrics.agents[0].1.calls, 3);
    let page = site.text("/metrics").await;
    assert_eq!(sample(&page, "web_requests_total{method=\"POST\",route=\"/chat\",status=\"200\"}") as u64, 2);
    assert_eq!(sample(&page, "web_request_seconds_count{route=\"/chat\"}") as u64, 2);
    assert_eq!(sample(&page, "web_tokens_total{kind=\"input\"}") as u64, told("inputTokens"));
    assert!(sample(&page, "web_pool_checkouts_total") > 8.0, "{page}");
    for line in page.lines().filter(|line| !line.starts_with('#')) {
        let (series, value) = line.rsplit_once(' ').expect("a sample");
        let name = series.split('{').next().expect("a name");
        let family = ["_bucket", "_sum", "_count"].iter().find_map(|end| name.strip_suffix(end)).unwrap_or(name);
        assert!(page.contains(&format!("# TYPE {family} ")) && value.parse::<f64>().is_ok(), "{line}");
    }
}

#[tokio::test]
async fn a_turn_that_is_asked_for_again_is_stored_once() {
    let fresh = support::fresh_collection("web_again").await;
    let site = Site::start(&fresh, &fresh.uri, &[]).await;
    let asked = json!({ "session_id": "s-1", "turn_id": "t-1", "message": "Order A100?" });
    let (_, first) = site.post("/chat", &asked).await;
    let (status, again) = site.post("/chat", &asked).await;
    assert_eq!((status, &again), (200, &first));
    let other = json!({ "session_id": "s-1", "turn_id": "t-1", "message": "Order A101?" });
    let (status, answer) = site.post("/chat", &other).await;
    assert_eq!((status, &answer["error"]), (409, &json!("turn_reused")));
    assert_eq!(roles(&stored(&fresh).await[0]).len(), 4);

    // What a server that died leaves: the question, the call, no more. It goes on from there.
    let cut = doc! { "$pop": { "agents.support.messages": 1 } };
    for _ in 0..2 {
        fresh.collection.update_one(doc! { "_id": "s-1" }, cut.clone()).await.expect("cut");
    }
    let (status, finished) = site.post("/chat", &asked).await;
    assert_eq!((status, &finished["reply"], &finished["message_id"]), (200, &first["reply"], &first["message_id"]));
    assert_eq!(roles(&stored(&fresh).await[0]), ["user", "assistant", "user", "assistant"]);
    fresh.collection.update_one(doc! { "_id": "s-1" }, cut).await.expect("cut");
    site.post("/chat", &json!({ "session_id": "s-1", "message": "Hello?" })).await;
    let (status, answer) = site.post("/chat", &asked).await;
    assert_eq!((status, &answer["error"]), (409, &json!("overtaken")));
}

#[tokio::test]
async fn metadata_and_feedback_are_changed_and_counted() {
    let fresh = support::fresh_collection("web_people").await;
    let site = Site::start(&fresh, &fresh.uri, &[]).await;
    site.post("/chat", &json!({ "session_id": "s-1", "message": "Hello" })).await;
    let metadata = "/sessions/s-1/metadata";
    assert_eq!(site.put(metadata, &json!({ "tier": "gold", "visits": 3 })).await, (200, json!({ "set": 2 })));
    assert_eq!(site.delete(&format!("{metadata}/visits")).await.0, 204);
    assert_eq!(site.get(metadata).await, (200, json!({ "tier": "gold" })));
    for rating in [json!("up"), json!("up"), json!("down"), Value::Null] {
        assert_eq!(site.post("/sessions/s-1/feedback", &json!({ "rating": rating, "comment": " " })).await.0, 201);
    }
    let (_, figures) = site.get("/sessions/s-1/feedback").await;
    let expected = json!({
        "total": 4, "up": 2, "down": 1, "neutral": 1, "other": 0, "positive_share": 2.0 / 3.0, "comments": 0,
    });
    assert_eq!(figures, expected);
    let (status, shown) = site.get("/sessions/s-1").await;
    assert_eq!((status, &shown["messages"], &shown["feedbacks"]), (200, &json!(2), &json!(4)));
    let document = fresh.collection.find_one(doc! {}).await.expect("it answers").expect("it is there");
    let password = document.get_str("session_viewer_password").expect("a password");
    assert!(!shown.to_string().contains(password));
}

#[tokio::test]
async fn what_cannot_be_done_has_a_status_a_word_and_a_sentence() {
    let fresh = support::fresh_collection("web_faults").await;
    let site = Site::start(&fresh, &fresh.uri, &[]).await;
    site.post("/chat", &json!({ "session_id": "s-1", "message": "Hello" })).await;
    let metadata = "/sessions/s-1/metadata";
    let long = "x".repeat(8_001);
    let faults = [
        (site.get("/sessions/nobody").await, 404, "not_found"),
        (site.get("/sessions/nobody/feedback").await, 404, "not_found"),
        (site.get("/sessions/a%20b").await, 400, "invalid"),
        (site.get("/nowhere").await, 404, "not_found"),
        (site.delete("/chat").await, 405, "method"),
        (site.post("/chat", &json!({ "message": " " })).await, 400, "invalid"),
        (site.post("/chat", &json!({ "message": long })).await, 413, "too_large"),
        (site.post("/chat", &json!({ "message": "x".repeat(65_536) })).await, 413, "too_large"),
        (site.post("/chat", &json!({ "message": "Hi", "colour": "red" })).await, 422, "invalid"),
        (site.post("/chat", &json!({ "session_id": "../s", "message": "Hi" })).await, 400, "invalid"),
        (site.put(metadata, &json!({ "a.b": 1 })).await, 400, "invalid"),
        (site.put(metadata, &json!({ "at": { "$date": "no date" } })).await, 400, "invalid"),
        (site.put(metadata, &json!({ "internal_cost": 1 })).await, 422, "refused"),
        // Nobody's stack goes down so far, and nothing of a number is lost.
        (site.put(metadata, &nested(120)).await, 400, "invalid"),
        (site.put(metadata, &json!({ "a": { "x\u{0}y": 1 } })).await, 400, "invalid"),
        (site.put(metadata, &json!({ "a": u64::MAX })).await, 400, "invalid"),
        (site.put("/sessions/nobody/metadata", &json!({})).await, 400, "invalid"),
        (site.get("/sessions/.s").await, 400, "invalid"),
        (site.post("/sessions/s-1/feedback", &json!({ "rating": "up", "message_id": 2 })).await, 400, "invalid"),
        (site.post("/sessions/s-1/feedback", &json!({ "rating": "up", "message_id": -1 })).await, 400, "invalid"),
        (site.post("/sessions/s-1/feedback", &json!({ "rating": "sideways" })).await, 400, "invalid"),
    ];
    for (number, ((status, body), expected, word)) in faults.iter().enumerate() {
        assert_eq!((*status, body["error"].as_str()), (*expected, Some(*word)), "{number}: {body}");
        let message = body["message"].as_str().expect("a sentence");
        assert!(!message.is_empty() && !message.contains(&fresh.database), "{body}");
    }
    assert_eq!(site.get(metadata).await, (200, json!({})), "nothing of it was stored");
    assert_eq!(site.get("/sessions/s-1/feedback").await.1["total"], json!(0));
    assert_eq!(site.put(metadata, &nested(30)).await.0, 200, "so deep it may be");
    let rated = json!({ "rating": "up", "message_id": 1 });
    assert_eq!(site.post("/sessions/s-1/feedback", &rated).await.0, 201);
}

/// Objects one in the other.
fn nested(levels: usize) -> Value {
    (0..levels).fold(json!(1), |inner, _| json!({ "a": inner }))
}

#[tokio::test]
async fn what_is_wrong_with_its_settings_is_said_before_it_listens() {
    let uri = "mongodb://127.0.0.1:1/";
    for wrong in [["--database", "a/b"], ["--webhook", "ftp://u:hunter2@host/hook"]] {
        let mut command = tokio::process::Command::new(crate::examples::program("web"));
        command.args(["--listen", "127.0.0.1:0", "--uri", uri]).args(wrong).env_remove("WEBHOOK_URL");
        let ended = command.kill_on_drop(true).output().await.expect("the example runs; `cargo test` builds it");
        let said = String::from_utf8_lossy(&ended.stderr);
        assert!(!ended.status.success() && ended.stdout.is_empty(), "{wrong:?}: {said}");
        assert!(said.starts_with("Error: ") && !said.contains("hunter2"), "{said}");
    }
}

#[tokio::test]
async fn two_turns_at_once_in_one_session_follow_each_other() {
    let fresh = support::fresh_collection("web_at_once").await;
    let site = Site::start(&fresh, &fresh.uri, &["--pace", "1"]).await;
    let asked: Vec<Value> =
        (0..16).map(|n| json!({ "session_id": "s-1", "message": format!("Order A1{n:02}?") })).collect();
    let answers = futures_util::future::join_all(asked.iter().map(|asked| site.post("/chat", asked))).await;
    assert!(answers.iter().all(|(status, _)| *status == 200), "{answers:?}");
    let session = &stored(&fresh).await[0];
    let ids: Vec<Option<i64>> = session.agents[0].messages.iter().map(|message| message.message_id).collect();
    assert_eq!(ids, (0..64).map(Some).collect::<Vec<_>>());
    for turn in bodies(session).chunks(4) {
        let question = turn[0].texts().concat();
        let reply = turn[3].texts().concat();
        assert!(question.starts_with("Order A1") && reply.contains(&question[6..10]), "{question}: {reply}");
    }
}

#[tokio::test]
async fn a_stream_gives_the_reply_in_pieces_and_stops_when_its_client_goes() {
    let fresh = support::fresh_collection("web_stream").await;
    let site = Site::start(&fresh, &fresh.uri, &["--pace", "20"]).await;
    let whole = site.stream(&json!({ "session_id": "whole", "message": "Order A100?" })).await;
    let events = site::events(&whole.text().await.expect("to its end"));
    let names: Vec<&str> = events.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!((names[0], *names.last().expect("some")), ("begin", "done"));
    assert!(names.contains(&"tool"), "{names:?}");
    let (_, done) = events.last().expect("some");
    let pieces: String = events.iter().filter_map(|(_, data)| data["text"].as_str()).collect();
    assert_eq!(pieces, format!("Let me look.{}", done["reply"].as_str().expect("a reply")));
    assert!(done["usage"]["totalTokens"].as_u64() > Some(0), "{done}");

    let said = "word ".repeat(400);
    let mut left = site.stream(&json!({ "session_id": "left", "message": said })).await;
    site::read_until(&mut left, "event: piece").await;
    drop(left);
    // The next turn waits for the one that was left: it has ended by then.
    let (status, _) = site.post("/chat", &json!({ "session_id": "left", "message": "Again" })).await;
    assert_eq!(status, 200);
    let sessions = stored(&fresh).await;
    let session = sessions.iter().find(|session| session.name() == "left").expect("it is there");
    assert_eq!(roles(session), ["user", "assistant", "user", "assistant"]);
    let bodies = bodies(session);
    let kept = bodies[1].texts().concat();
    let full = format!("You said: {said}");
    assert!(!kept.is_empty() && kept.len() < full.len() && full.starts_with(&kept), "{kept}");
    let custom = bodies[1].as_document().get_document("metadata").and_then(|metadata| metadata.get_document("custom"));
    assert_eq!(custom.ok(), Some(&doc! { "interrupted": true }));
    assert_eq!(sample(&site.text("/metrics").await, "web_turns_interrupted_total") as u64, 1);
}
