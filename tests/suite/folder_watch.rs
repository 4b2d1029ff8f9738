//! What changes in a folder, as its watch tells it: whoever writes, what is told equals a fresh read.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use bson::{Bson, doc};
use serde_json::{Value, json};
use strandscope::{
    Change, ChangeKind, Error, MessageBody, MessageUpdate, MetadataEdit, NewAgent, NewFeedback, NewMessage, NewSession,
    News, Rating, Session, SessionKey, SessionRepository, Watch, WatchMode, WatchView, open_folder,
};
use tempfile::TempDir;

/// No news comes later than that.
const PATIENCE: Duration = Duration::from_mins(1);

/// A folder that is read and watched by one, and written to by another.
struct Watched {
    dir: TempDir,
    reader: Arc<dyn SessionRepository>,
    writer: Arc<dyn SessionRepository>,
    watch: Watch,
}

async fn next(watch: &mut Watch) -> News {
    tokio::time::timeout(PATIENCE, watch.next_news()).await.expect("news in time").expect("the watch goes on")
}

async fn begins(watch: &mut Watch) {
    let news = next(watch).await;
    assert!(matches!(news, News::Begun(WatchMode::Stream)), "{news:?}");
}

impl Watched {
    /// With a session `s` that has an agent `a` and one message.
    async fn begun() -> Self {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join("sessions")).unwrap();
        let root = dir.path().join("sessions");
        let (reader, writer) = (open_folder(&root).await.unwrap(), open_folder(&root).await.unwrap());
        writer.create_session(&NewSession::new("s")).await.unwrap();
        writer.create_agent(&"s".into(), &NewAgent::new("a")).await.unwrap();
        append(&writer, "s", "first").await;
        let mut watch = reader.watch(&WatchView::default());
        begins(&mut watch).await;
        Self { dir, reader, writer, watch }
    }

    fn root(&self) -> PathBuf {
        self.dir.path().join("sessions")
    }

    fn path(&self, file: &str) -> PathBuf {
        self.root().join(file)
    }

    /// What is told until some of it is what is waited for.
    async fn told(&mut self, is_last: impl Fn(&Change) -> bool) -> Vec<Change> {
        let mut all = Vec::new();
        while !all.iter().any(&is_last) {
            match next(&mut self.watch).await {
                News::Changes(more) => all.extend(more),
                other => panic!("{other:?} after {all:?}"),
            }
        }
        all
    }

    /// What is told until that session, which is new, is told of: everything that was written before.
    async fn told_until(&mut self, marker: &str) -> Vec<Change> {
        self.writer.create_session(&NewSession::new(marker)).await.unwrap();
        let mut all = self.told(|change| change.session == *marker).await;
        all.retain(|change| change.session != *marker);
        all
    }

    async fn fresh(&self, id: &str) -> Option<Session> {
        match self.reader.open(&id.into(), u64::MAX).await {
            Ok(session) => Some(session),
            Err(Error::NotFound { .. }) => None,
            Err(error) => panic!("{error}"),
        }
    }

    /// Takes over what is told of a session until it is what a fresh read gives.
    async fn settle(&mut self, id: &str, held: &mut Option<Session>) {
        while !same(held.as_ref(), self.fresh(id).await.as_ref()) {
            let News::Changes(changes) = next(&mut self.watch).await else { panic!("only changes are told") };
            for change in changes.iter().filter(|change| change.session == *id) {
                self.take(change, held).await;
            }
        }
    }

    async fn take(&self, change: &Change, held: &mut Option<Session>) {
        match (&change.kind, held.as_mut()) {
            (ChangeKind::Deleted, _) => *held = None,
            (ChangeKind::Created(_) | ChangeKind::Unclear(_), _) => *held = self.fresh(change.session.text()).await,
            (ChangeKind::Messages(id, messages), Some(session)) => {
                change.apply_to(session);
                let agent = session.agents.iter_mut().find(|agent| agent.id == *id);
                if let Some(agent) = agent {
                    let held = agent.messages.len() as u64;
                    agent.messages.extend(messages.iter().filter(|message| message.index >= held).cloned());
                }
            }
            (_, Some(session)) => {
                change.apply_to(session);
            }
            (_, None) => {}
        }
    }
}

fn same(held: Option<&Session>, fresh: Option<&Session>) -> bool {
    let told = |session: &Session| {
        let messages = session.agents.iter().map(|agent| {
            let raw: Vec<Bson> = agent.messages.iter().map(|message| message.raw.bson().clone()).collect();
            (agent.id.clone(), agent.message_count, raw)
        });
        let messages: Vec<_> = messages.collect();
        (session.metadata.clone(), session.feedbacks.clone(), messages)
    };
    let updated = |session: Option<&Session>| session.and_then(|session| session.updated_at);
    // A file's time comes from a coarser clock than that of what is written in it.
    let is_near = match (updated(held), updated(fresh)) {
        (Some(one), Some(other)) => one.millis().abs_diff(other.millis()) < 100,
        (one, other) => one == other,
    };
    is_near && held.map(told) == fresh.map(told)
}

async fn append(writer: &Arc<dyn SessionRepository>, id: &str, text: &str) {
    let message = NewMessage::new(MessageBody::text("user", text));
    writer.append_message(&id.into(), &"a".into(), &message, None).await.unwrap();
}

/// As Python writes a file: beside its place, and renamed into it.
fn python(path: &Path, value: &Value) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    let beside = path.with_file_name(format!("{}.tmp", path.file_name().unwrap().to_str().unwrap()));
    fs::write(&beside, format!("{value:#}")).unwrap();
    fs::rename(&beside, path).unwrap();
}

fn said(number: u64) -> Value {
    json!({
        "message": { "role": "user", "content": [{ "text": format!("number {number}") }] },
        "message_id": number, "redact_message": null,
        "created_at": "2026-11-01T10:00:00+00:00", "updated_at": "2026-11-01T10:00:00+00:00",
    })
}

#[tokio::test]
async fn each_write_is_told_as_it_is() {
    let mut watched = Watched::begun().await;
    for text in ["second", "third"] {
        append(&watched.writer, "s", text).await;
    }
    let is_last =
        |change: &Change| matches!(&change.kind, ChangeKind::Messages(_, some) if some.last().unwrap().index == 2);
    let told = watched.told(is_last).await;
    let messages: Vec<_> = told
        .iter()
        .filter_map(|change| match &change.kind {
            ChangeKind::Messages(agent, messages) if agent.as_str() == "a" => Some(messages.iter()),
            ChangeKind::Touched(_) => None,
            other => panic!("{other:?}"),
        })
        .flatten()
        .map(|message| (message.index, message.message_id))
        .collect();
    assert_eq!(messages, [(1, Some(1)), (2, Some(2))]);

    watched.writer.edit_metadata(&"s".into(), &[MetadataEdit::set("topic", "orders")]).await.unwrap();
    let told = watched.told(|change| matches!(change.kind, ChangeKind::Metadata(_))).await;
    let fields = told.iter().find_map(|change| match &change.kind {
        ChangeKind::Metadata(fields) => Some(fields.clone()),
        _ => None,
    });
    assert_eq!(fields, Some(vec![("topic".to_owned(), Some(Bson::from("orders")))]));
    watched.writer.edit_metadata(&"s".into(), &[MetadataEdit::unset("topic")]).await.unwrap();
    watched.told(|change| matches!(&change.kind, ChangeKind::Metadata(fields) if fields[0].1.is_none())).await;

    watched.writer.add_feedback(&"s".into(), &NewFeedback::new(Rating::Down)).await.unwrap();
    watched.told(|change| matches!(&change.kind, ChangeKind::Feedback(one) if one.rating == Rating::Down)).await;

    let redaction = MessageUpdate::default().redact_message(MessageBody::text("user", "[redacted]"));
    watched.writer.update_message(&"s".into(), &"a".into(), 1, &redaction).await.unwrap();
    let is_redacted = |change: &Change| match &change.kind {
        ChangeKind::Rewritten(_, messages) => messages[0].index == 1 && messages[0].redaction.is_some(),
        _ => false,
    };
    watched.told(is_redacted).await;

    watched.writer.delete_session(&"s".into()).await.unwrap();
    watched.told(|change| matches!(change.kind, ChangeKind::Deleted) && change.session == "s").await;
}

#[tokio::test]
async fn what_is_told_equals_a_fresh_read_after_every_write() {
    let mut watched = Watched::begun().await;
    let key = SessionKey::from("s");
    let mut held = watched.fresh("s").await;
    let writer = Arc::clone(&watched.writer);
    for round in 0..3 {
        append(&writer, "s", "more").await;
        watched.settle("s", &mut held).await;
        let edits = [MetadataEdit::set("round", round), MetadataEdit::set("at", doc! { "n": [round] })];
        writer.edit_metadata(&key, &edits).await.unwrap();
        watched.settle("s", &mut held).await;
        writer.add_feedback(&key, &NewFeedback::new(Rating::Up).comment("good")).await.unwrap();
        append(&writer, "s", "at once").await;
        watched.settle("s", &mut held).await;
        let redaction = MessageUpdate::default().redact_message(MessageBody::text("user", "[gone]"));
        writer.update_message(&key, &"a".into(), round, &redaction).await.unwrap();
        watched.settle("s", &mut held).await;
    }
    writer.create_agent(&key, &NewAgent::new("b")).await.unwrap();
    watched.settle("s", &mut held).await;
    writer.delete_agent(&key, &"a".into()).await.unwrap();
    watched.settle("s", &mut held).await;
    assert_eq!(held.as_ref().unwrap().agents.len(), 1);
    writer.delete_session(&key).await.unwrap();
    watched.settle("s", &mut held).await;
    assert!(held.is_none());
    writer.create_session(&NewSession::new("s")).await.unwrap();
    watched.settle("s", &mut held).await;
    assert!(held.is_some_and(|session| session.agents.is_empty()));
}

#[tokio::test]
async fn what_python_writes_is_told_too() {
    let mut watched = Watched::begun().await;
    let mut held = None;
    let session = json!({ "session_id": "p", "session_type": "AGENT", "created_at": "2026-11-01T10:00:00+00:00" });
    python(&watched.path("session_p/session.json"), &session);
    let agent =
        |turn: u64| json!({ "agent_id": "x", "state": {}, "updated_at": format!("2026-11-01T10:00:0{turn}+00:00") });
    python(&watched.path("session_p/agents/agent_x/agent.json"), &agent(0));
    for number in 0..5 {
        python(&watched.path(&format!("session_p/agents/agent_x/messages/message_{number}.json")), &said(number));
        python(&watched.path("session_p/agents/agent_x/agent.json"), &agent(number));
        watched.settle("p", &mut held).await;
    }
    assert_eq!(held.as_ref().unwrap().agents[0].messages.len(), 5);
    let graph = json!({ "type": "graph", "id": "g", "status": "EXECUTING" });
    python(&watched.path("session_p/multi_agents/multi_agent_g/multi_agent.json"), &graph);
    watched.told(|change| change.session == "p" && matches!(change.kind, ChangeKind::Unclear(_))).await;
}

#[tokio::test]
async fn a_message_that_is_half_written_is_told_once_it_is_whole() {
    let mut watched = Watched::begun().await;
    let path = watched.path("session_s/agents/agent_a/messages/message_1.json");
    let text = said(1).to_string();
    fs::write(&path, &text[..text.len() / 2]).unwrap();
    let told = watched.told_until("marker").await;
    assert!(told.iter().all(|change| !matches!(change.kind, ChangeKind::Messages(..))), "{told:?}");
    fs::write(&path, text).unwrap();
    let told = watched.told(|change| matches!(&change.kind, ChangeKind::Messages(_, some) if some[0].index == 1)).await;
    assert_eq!(told.iter().filter(|change| matches!(change.kind, ChangeKind::Messages(..))).count(), 1, "{told:?}");
    let mut held = None;
    watched.take(&Change::unclear("s".into(), None), &mut held).await;
    assert!(held.unwrap().all_findings().all(|finding| !finding.path.contains("messages")));
}

#[tokio::test]
async fn a_session_whose_folder_is_renamed_is_another() {
    let mut watched = Watched::begun().await;
    fs::rename(watched.path("session_s"), watched.path("session_t")).unwrap();
    let told = watched.told(|change| matches!(change.kind, ChangeKind::Deleted)).await;
    let kinds =
        |id: &str| told.iter().filter(|change| change.session == *id).map(|change| &change.kind).collect::<Vec<_>>();
    assert!(matches!(kinds("s")[..], [ChangeKind::Deleted]), "{told:?}");
    // It was made elsewhere in full: there is no `session.json` to wait for, but that names another session.
    assert!(matches!(kinds("t")[..], [ChangeKind::Created(_), ..]), "{told:?}");
}

#[tokio::test]
async fn a_folder_moved_away_for_a_moment_is_no_deletion() {
    let mut watched = Watched::begun().await;
    let mut held = watched.fresh("s").await;
    for round in 0..20 {
        fs::rename(watched.path("session_s"), watched.path(".deleted_1")).unwrap();
        fs::rename(watched.path(".deleted_1"), watched.path("session_s")).unwrap();
        append(&watched.writer, "s", &format!("{round}")).await;
    }
    let told = watched.told_until("marker").await;
    assert!(told.iter().all(|change| !matches!(change.kind, ChangeKind::Deleted)), "{told:?}");
    for change in told.iter().filter(|change| change.session == "s") {
        watched.take(change, &mut held).await;
    }
    watched.settle("s", &mut held).await;
}

#[tokio::test]
async fn what_is_no_session_is_not_told() {
    let mut watched = Watched::begun().await;
    fs::write(watched.path("session_file"), "x").unwrap();
    fs::create_dir(watched.path("other")).unwrap();
    fs::write(watched.path("other/session.json"), "{}").unwrap();
    #[cfg(unix)]
    std::os::unix::fs::symlink(watched.path("session_s"), watched.path("session_link")).unwrap();
    fs::create_dir(watched.path(".new_1")).unwrap();
    let told = watched.told_until("marker").await;
    assert!(told.is_empty(), "{told:?}");
}

#[tokio::test]
async fn a_folder_that_vanishes_is_told_once_and_watched_again_when_it_is_back() {
    let mut watched = Watched::begun().await;
    let (root, away) = (watched.root(), watched.dir.path().join("away"));
    fs::rename(&root, &away).unwrap();
    let News::Lost(error) = next(&mut watched.watch).await else { panic!("it is gone") };
    assert!(error.to_string().contains("no such folder"), "{error}");
    fs::rename(&away, &root).unwrap();
    begins(&mut watched.watch).await;
    append(&watched.writer, "s", "back").await;
    watched.told(|change| matches!(change.kind, ChangeKind::Messages(..))).await;
}

#[tokio::test]
async fn a_burst_is_told_whole_and_in_order() {
    let mut watched = Watched::begun().await;
    for number in 1..200 {
        python(&watched.path(&format!("session_s/agents/agent_a/messages/message_{number}.json")), &said(number));
    }
    let is_last =
        |change: &Change| matches!(&change.kind, ChangeKind::Messages(_, some) if some.last().unwrap().index == 199);
    let told = watched.told(is_last).await;
    let indices: Vec<u64> = told
        .iter()
        .filter_map(|change| match &change.kind {
            ChangeKind::Messages(_, messages) => Some(messages.iter().map(|message| message.index)),
            _ => None,
        })
        .flatten()
        .collect();
    assert_eq!(indices, (1..200).collect::<Vec<_>>());
}
