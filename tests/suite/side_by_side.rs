//! Writers side by side: two processes of ours and two threads of updates as the Python library sends them, on one session at once.
//!
//! That library numbers messages from what it read once and pushes them by `_id` alone, so its writers can choose ids that others
//! have. What is promised, and tried here: nothing is lost; where each of its writers has an agent of its own, as Strands asks for,
//! ids are unique; where all write to one agent, no message of ours takes an id that was stored before it.
//!
//! Nobody runs ahead: a message of ours waits for so many of theirs, and one of theirs for so many of ours, so that they mix on any
//! machine.

mod raw;

use std::{collections::BTreeSet, io::BufRead, process::Stdio, sync::Arc};

use bson::{Bson, Document, doc};
use raw::Raw;
use strandscope::{
    Agent, MessageBody, MetadataEdit, NewFeedback, Rating, Resumed, Session, SessionManager, Started, open_mongo,
};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines},
    process::{ChildStdout, Command},
    sync::{oneshot, watch},
};

use crate::support::{self, Fresh};

/// Messages of each process of ours.
const APPENDS: usize = 40;
/// Messages of each thread of theirs: as many as our processes together.
const RAW: usize = 2 * APPENDS;
const SESSION: &str = "side-by-side";
const OURS: &str = "support";
/// Tells the other process what to write, and where.
const ORDER: &str = "STRANDSCOPE_TEST_WRITER";

/// How many messages are stored so far.
struct Progress {
    ours: watch::Sender<usize>,
    theirs: watch::Sender<usize>,
}

/// Waits until a count is at least so high.
async fn reaches(count: &watch::Sender<usize>, wanted: usize) {
    count.subscribe().wait_for(|count| *count >= wanted).await.expect("its sender is held");
}

/// An agent whose state is how often it spoke.
#[derive(Default)]
struct Speaker(i32);

impl Agent for Speaker {
    fn agent_id(&self) -> &'static str {
        OURS
    }

    fn state(&self) -> Document {
        doc! { "spoken": self.0 }
    }

    fn restore(&mut self, _: Resumed) {}
}

/// Writes as it is told by the lines it reads: see [`process`].
#[tokio::test(flavor = "multi_thread")]
#[ignore = "it is the other process of the tests beside it"]
async fn another_process() {
    let order = std::env::var(ORDER).expect("the test that starts it says what to write");
    let [uri, database, name] = order.split('\t').collect::<Vec<_>>()[..] else { panic!("{order}") };
    let sessions = open_mongo(uri, database, "sessions").await.unwrap();
    let manager = SessionManager::new(sessions, SESSION);
    let mut speaker = Speaker::default();
    assert!(matches!(manager.initialize(&mut speaker).await.unwrap(), Started::Resumed(_)));
    println!("ready");
    for (number, line) in std::io::stdin().lock().lines().enumerate() {
        assert_eq!(line.unwrap(), "go");
        let text = format!("{name}/{number}");
        manager.append_message(OURS, &mut MessageBody::user(&text)).await.unwrap();
        manager.edit_metadata(vec![MetadataEdit::set(format!("{name}-{number}"), number as i32)]).await.unwrap();
        manager.add_feedback(NewFeedback::new(Rating::Up).comment(text)).await.unwrap();
        speaker.0 += 1;
        manager.sync_agent(&speaker).await.unwrap();
        println!("stored");
    }
}

/// Reads to the line that ends with a word: the harness of the other process writes on the same lines.
async fn until(lines: &mut Lines<BufReader<ChildStdout>>, word: &str) {
    loop {
        let line = lines.next_line().await.expect("it can be read").expect("the other process goes on");
        if line.ends_with(word) {
            return;
        }
    }
}

/// Runs [`another_process`] and lets it write a message whenever enough of theirs are stored.
async fn process(name: &str, fresh: &Fresh, progress: &Progress) {
    let program = std::env::current_exe().expect("this test's own path");
    let arguments = ["side_by_side::another_process", "--exact", "--ignored", "--nocapture"];
    let order = format!("{}\t{}\t{name}", fresh.uri, fresh.database);
    let mut command = Command::new(program);
    command.args(arguments).env(ORDER, order).stdin(Stdio::piped()).stdout(Stdio::piped()).kill_on_drop(true);
    let mut child = command.spawn().expect("it runs");
    let mut stdin = child.stdin.take().expect("a pipe");
    let mut lines = BufReader::new(child.stdout.take().expect("a pipe")).lines();
    until(&mut lines, "ready").await;
    for number in 0..APPENDS {
        reaches(&progress.theirs, number).await;
        stdin.write_all(b"go\n").await.expect("it listens");
        until(&mut lines, "stored").await;
        progress.ours.send_modify(|count| *count += 1);
    }
    drop(stdin);
    while lines.next_line().await.expect("it can be read").is_some() {}
    assert!(child.wait().await.expect("it ends").success(), "{name} failed");
}

/// Runs a writer of theirs on a thread of its own; it pushes a message whenever enough of ours are stored.
async fn thread(
    [uri, database]: [String; 2],
    [name, agent]: [&'static str; 2],
    progress: Arc<Progress>,
) -> Result<(), oneshot::error::RecvError> {
    let (ended, end) = oneshot::channel();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async {
            let mut raw = Raw::start(name, &uri, &database, agent).await;
            for number in 0..RAW {
                reaches(&progress.ours, number).await;
                raw.turn(number).await;
                progress.theirs.send_modify(|count| *count += 1);
            }
        });
        // A thread that panicked drops it unsent.
        let _ = ended.send(());
    });
    end.await
}

/// Lets all four write, the Python-shaped ones to these agents, and gives what is stored then.
async fn written(test: &str, theirs: [&'static str; 2]) -> Session {
    let fresh = support::fresh_collection(test).await;
    let sessions = open_mongo(&fresh.uri, &fresh.database, "sessions").await.unwrap();
    let manager = SessionManager::new(sessions.clone(), SESSION);
    manager.initialize(&mut Speaker::default()).await.unwrap();
    manager.append_message(OURS, &mut MessageBody::user("first")).await.unwrap();

    let progress = Arc::new(Progress { ours: watch::Sender::new(0), theirs: watch::Sender::new(0) });
    let threads = ["python-a", "python-b"].into_iter().zip(theirs).map(|(name, agent)| {
        let place = [fresh.uri.clone(), fresh.database.clone()];
        thread(place, [name, agent], Arc::clone(&progress))
    });
    let threads = futures_util::future::try_join_all(threads);
    let processes = async {
        tokio::join!(process("ours-a", &fresh, &progress), process("ours-b", &fresh, &progress));
        Ok::<_, oneshot::error::RecvError>(())
    };
    tokio::try_join!(processes, threads).expect("a thread panicked");
    sessions.open(&SESSION.into(), u64::MAX).await.unwrap()
}

fn texts_of(name: &str, count: usize) -> impl Iterator<Item = String> {
    (0..count).map(move |number| format!("{name}/{number}"))
}

/// Ids and texts of an agent's messages, in stored order.
fn stored(session: &Session, agent: &str) -> Vec<(i64, String)> {
    let found = session.agents.iter().find(|found| found.id.as_str() == agent).expect("it is there");
    let messages = found.messages.iter();
    messages.map(|message| (message.message_id.expect("an id"), strandscope::plain::text_of(message))).collect()
}

/// Metadata and feedback of all four are there.
fn nothing_beside_the_messages_is_lost(session: &Session) {
    let metadata = session.metadata.as_ref().and_then(Bson::as_document).expect("an object");
    let comments: BTreeSet<&str> = session.feedbacks.iter().filter_map(|given| given.comment.as_deref()).collect();
    for (name, count) in [("ours-a", APPENDS), ("ours-b", APPENDS), ("python-a", RAW), ("python-b", RAW)] {
        for number in 0..count {
            assert_eq!(metadata.get_i32(format!("{name}-{number}")).ok(), Some(number as i32), "{name}");
        }
        assert!(texts_of(name, count).all(|text| comments.contains(text.as_str())), "{name}");
    }
    assert_eq!(session.feedbacks.len(), 2 * (APPENDS + RAW), "each once");
    assert_eq!(metadata.len(), 2 * (APPENDS + RAW));
}

fn sorted(texts: impl IntoIterator<Item = String>) -> Vec<String> {
    let mut texts: Vec<String> = texts.into_iter().collect();
    texts.sort();
    texts
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_lost_and_ids_are_unique() {
    let session = written("side_by_side", ["python-a", "python-b"]).await;
    nothing_beside_the_messages_is_lost(&session);
    let ours = stored(&session, OURS);
    let ids: Vec<i64> = ours.iter().map(|(id, _)| *id).collect();
    assert_eq!(ids, (0..=RAW as i64).collect::<Vec<_>>(), "two processes share an agent");
    let expected = texts_of("ours-a", APPENDS).chain(texts_of("ours-b", APPENDS)).chain(["first".to_owned()]);
    assert_eq!(sorted(ours.into_iter().map(|(_, text)| text)), sorted(expected));
    for name in ["python-a", "python-b"] {
        let expected: Vec<(i64, String)> = (0..).zip(texts_of(name, RAW)).collect();
        assert_eq!(stored(&session, name), expected);
        let agent = session.agents.iter().find(|agent| agent.id.as_str() == name).expect("it is there");
        assert!(agent.messages.iter().all(|message| message.counters.is_some()), "the figures of each message");
    }
    let speaker = session.agents.iter().find(|agent| agent.id.as_str() == OURS).expect("it is there");
    assert_eq!(speaker.state, Some(doc! { "spoken": APPENDS as i32 }.into()), "what either of the two stored last");
    let findings: Vec<_> = session.all_findings().collect();
    assert!(findings.is_empty(), "{findings:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_one_agent_nothing_is_lost_and_ours_take_no_id_that_is_stored() {
    let session = written("one_agent", [OURS, OURS]).await;
    nothing_beside_the_messages_is_lost(&session);
    let all = stored(&session, OURS);
    let ours = texts_of("ours-a", APPENDS).chain(texts_of("ours-b", APPENDS));
    let theirs = texts_of("python-a", RAW).chain(texts_of("python-b", RAW));
    let expected = ours.chain(theirs).chain(["first".to_owned()]);
    assert_eq!(sorted(all.iter().map(|(_, text)| text.clone())), sorted(expected), "each once");
    let mut taken = BTreeSet::new();
    for (id, text) in &all {
        assert!(taken.insert(*id) || text.starts_with("python"), "{text} has the id {id}, which was stored before it");
    }
    let is_ours = |(_, text): &(i64, String)| text.starts_with("ours");
    let mut later = all.iter().skip_while(|one| !is_ours(one)).skip_while(|one| is_ours(one));
    assert!(later.any(is_ours), "they mixed: {all:?}");
}
