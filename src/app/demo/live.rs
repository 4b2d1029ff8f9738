//! An agent at work in the demo's folder: scripts in `assets/demo/live`, one after another, each message when its time comes, in
//! the files and in the order in which Strands writes them.

use std::{
    collections::VecDeque,
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use jiff::Timestamp;
use serde_json::{Map, Value, json};
use tokio::{
    task::{JoinHandle, spawn_blocking},
    time::{Instant, sleep, sleep_until},
};

use super::{
    folder::DemoFolder,
    play::{self, PlayedSession, iso},
    script,
};

pub(super) const SCRIPTS: [&str; 2] = [
    include_str!("../../../assets/demo/live/night-watch.json"),
    include_str!("../../../assets/demo/live/shop-assistant.json"),
];

/// A newcomer looks around for so long before the work begins.
pub(super) const START: Duration = Duration::from_secs(4);

/// The time between the end of one script and the next.
const REST: Duration = Duration::from_secs(15);

/// So many sessions of these stay at most.
pub(super) const KEPT: usize = 4;

/// An agent at work. It ends with its drop, at the latest with what it is writing then.
pub(super) struct AgentAtWork(JoinHandle<()>);

impl AgentAtWork {
    pub(super) fn begin(folder: Arc<DemoFolder>) -> Self {
        Self(tokio::spawn(work(folder)))
    }
}

impl Drop for AgentAtWork {
    fn drop(&mut self) {
        self.0.abort();
    }
}

async fn work(folder: Arc<DemoFolder>) {
    let mut kept = VecDeque::new();
    sleep(START).await;
    for (number, text) in (1_u64..).zip(SCRIPTS.iter().cycle()) {
        let begun = (Timestamp::now(), Instant::now());
        let Some(session) = session(text, number, begun.0) else { return };
        kept.push_back(session.id.clone());
        if kept.len() > KEPT
            && let Some(oldest) = kept.pop_front()
        {
            write(&folder, move |root| remove(root, &oldest)).await;
        }
        perform(&folder, session, begun).await;
        sleep(REST).await;
    }
}

/// A script as it will have been played; every one under an id of its own.
pub(super) fn session(text: &str, number: u64, now: Timestamp) -> Option<PlayedSession> {
    // The test that plays all scripts tells of one that cannot be read.
    let mut script = script::read(text).ok()?;
    script.session_id = format!("{}-{number}", script.session_id);
    Some(play::play(script, now))
}

/// Something that is written at its time.
enum LiveWrite {
    /// The message of that place of that agent.
    Message(usize, usize),
    /// Why that agent waits for a person, until its next message.
    Ask(usize, String),
    /// An element of an array of `session.json`.
    Push(&'static str, Value),
    /// Fields of the metadata.
    Set(Map<String, Value>),
}

/// Writes it as time passes. One that was deleted by the one who looks on is not gone on with.
async fn perform(folder: &Arc<DemoFolder>, session: PlayedSession, (began, at_start): (Timestamp, Instant)) {
    let session = Arc::new(session);
    let first = Arc::clone(&session);
    if !write(folder, move |root| begin(root, &first)).await {
        return;
    }
    for (at, part) in writes(&session) {
        sleep_until(at_start + at.duration_since(began).unsigned_abs()).await;
        let session = Arc::clone(&session);
        if !write(folder, move |root| carry_on(root, &session, part, at)).await {
            return;
        }
    }
}

/// What is written when.
fn writes(session: &PlayedSession) -> Vec<(Timestamp, LiveWrite)> {
    let mut writes = Vec::new();
    for (agent, played) in session.agents.iter().enumerate() {
        let messages = played.messages.iter().enumerate();
        writes.extend(messages.map(|(index, (_, at))| (*at, LiveWrite::Message(agent, index))));
        writes.extend(played.asks.iter().map(|(why, at)| (*at, LiveWrite::Ask(agent, why.clone()))));
    }
    for (field, time) in [("feedbacks", "created_at"), ("guardrail_events", "timestamp")] {
        let elements = session.file[field].as_array().into_iter().flatten();
        let at = |element: &Value| element[time].as_str()?.parse::<Timestamp>().ok();
        writes.extend(elements.filter_map(|element| Some((at(element)?, LiveWrite::Push(field, element.clone())))));
    }
    writes.extend(session.later.iter().map(|(fields, at)| (*at, LiveWrite::Set(fields.clone()))));
    writes.sort_by_key(|(at, _)| *at);
    writes
}

/// Writes off the async threads. `false`: it could not be written, or nothing more may be.
async fn write(folder: &Arc<DemoFolder>, work: impl FnOnce(&Path) -> io::Result<()> + Send + 'static) -> bool {
    let folder = Arc::clone(folder);
    let written = spawn_blocking(move || folder.within(work));
    match written.await {
        Ok(Some(Ok(()))) => true,
        Ok(Some(Err(error))) => {
            tracing::debug!(%error, "the demo's agent could not write");
            false
        }
        Ok(None) | Err(_) => false,
    }
}

fn path(root: &Path, id: &str) -> PathBuf {
    root.join(format!("session_{id}"))
}

fn agent_path(root: &Path, session: &PlayedSession, agent: usize) -> PathBuf {
    path(root, &session.id).join("agents").join(format!("agent_{}", session.agents[agent].id))
}

/// The session before anything was said.
fn begin(root: &Path, session: &PlayedSession) -> io::Result<()> {
    let mut file = session.file.clone();
    for field in ["feedbacks", "guardrail_events"] {
        file[field] = json!([]);
    }
    file["updated_at"] = file["created_at"].clone();
    fs::create_dir_all(path(root, &session.id))?;
    put(&path(root, &session.id).join("session.json"), &file)?;
    for (number, agent) in session.agents.iter().enumerate() {
        let dir = agent_path(root, session, number);
        fs::create_dir_all(dir.join("messages"))?;
        put(&dir.join("agent.json"), &agent.file)?;
        put(&dir.join("config.json"), &agent.config)?;
    }
    Ok(())
}

fn carry_on(root: &Path, session: &PlayedSession, part: LiveWrite, at: Timestamp) -> io::Result<()> {
    let head = path(root, &session.id).join("session.json");
    match part {
        LiveWrite::Message(agent, index) => {
            let played = &session.agents[agent];
            let dir = agent_path(root, session, agent);
            put(&dir.join("messages").join(format!("message_{index}.json")), &played.messages[index].0)?;
            let mut file = played.file.clone();
            file["updated_at"] = json!(iso(at));
            put(&dir.join("agent.json"), &file)
        }
        LiveWrite::Ask(agent, why) => {
            let mut file = session.agents[agent].file.clone();
            file["_internal_state"]["interrupt_state"] = waits(&why);
            file["updated_at"] = json!(iso(at));
            put(&agent_path(root, session, agent).join("agent.json"), &file)
        }
        LiveWrite::Push(field, element) => change(&head, |file| {
            if let Some(elements) = file[field].as_array_mut() {
                elements.push(element);
            }
        }),
        LiveWrite::Set(fields) => change(&head, |file| {
            if let Some(metadata) = file["metadata"].as_object_mut() {
                metadata.extend(fields);
            }
        }),
    }
}

/// `interrupt_state` of an agent that waits for a person.
pub(super) fn waits(why: &str) -> Value {
    let id = "v1:before_tool_call:approval";
    let interrupt = json!({"id": id, "name": "approval", "reason": why, "response": null});
    json!({"interrupts": {id: interrupt}, "context": {}, "activated": true})
}

/// Changes what stands there now: the one who looks on writes to it, too.
fn change(path: &Path, change: impl FnOnce(&mut Value)) -> io::Result<()> {
    let mut file = serde_json::from_slice(&fs::read(path)?)?;
    change(&mut file);
    put(path, &file)
}

/// As Strands does: beside its place, and renamed into it.
fn put(path: &Path, value: &Value) -> io::Result<()> {
    let beside = path.with_extension("json.tmp");
    fs::write(&beside, format!("{value:#}"))?;
    fs::rename(&beside, path)
}

/// Removes a session in one step, so that it is never seen half removed.
fn remove(root: &Path, id: &str) -> io::Result<()> {
    let aside = root.join(format!(".deleted_{id}"));
    match fs::rename(path(root, id), &aside) {
        // Somebody else did.
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other.and_then(|()| fs::remove_dir_all(&aside)),
    }
}
