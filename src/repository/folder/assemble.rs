//! Files to the document that MongoDB would hold for the same session.

use std::{
    ops::Range,
    path::{Path, PathBuf},
    time::SystemTime,
};

use bson::{Bson, DateTime, Document, doc};

use super::{
    doubled,
    json::{self, Unreadable},
    layout::{AgentDir, SessionDir},
};
use crate::session::{AgentId, ChangedFields, Finding, Message, StoredAgent, decode};

/// The files of an agent that are no messages.
pub(super) const AGENT_FILES: [&str; 2] = ["agent.json", "config.json"];

/// Where a finding of `session.json` itself stands.
pub(super) const HEAD: &str = "session.json";

#[cfg(test)]
thread_local! {
    /// How often a `session.json` was read on this thread.
    pub(super) static HEADS_READ: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
}

/// The fields of `session.json`, as a session document without its `agents`, and what could not be read.
pub(super) fn head(dir: &SessionDir) -> (Document, Vec<Finding>) {
    #[cfg(test)]
    HEADS_READ.set(HEADS_READ.get() + 1);
    let mut findings = Vec::new();
    let mut stored = match json::read(&dir.file()) {
        Ok(Bson::Document(stored)) => stored,
        Ok(other) => {
            let problem = "session.json holds no object".to_owned();
            findings.push(Finding { path: HEAD.to_owned(), problem, raw: Some(other.into()) });
            Document::new()
        }
        Err(unreadable) => {
            findings.push(file_finding(HEAD, HEAD, unreadable));
            Document::new()
        }
    };
    json::dates(&mut stored, &["created_at"]);
    if let Some(metadata) = stored.remove("metadata") {
        stored.insert("metadata", json::typed(metadata));
    }
    json::dates_of_each(&mut stored, "feedbacks", "created_at");
    json::dates_of_each(&mut stored, "guardrail_events", "timestamp");
    if let Some(other) = stored.get("session_id").filter(|id| id.as_str() != Some(&dir.id)) {
        let problem = format!("session.json names another session than its folder session_{}", dir.id);
        findings.push(Finding { path: "session_id".to_owned(), problem, raw: Some((other.clone()).into()) });
    }
    let mut head = doc! { "_id": &dir.id };
    stored.remove("_id");
    stored.remove("agents");
    head.extend(stored);
    match dir.changed() {
        Some(changed) => head.insert("updated_at", date(changed)),
        None => head.remove("updated_at"),
    };
    (head, findings)
}

/// A file's time as BSON has it, in ms.
pub(super) fn date(time: SystemTime) -> DateTime {
    DateTime::from_system_time(time)
}

/// The fields of `agents.<id>` but its messages; `None` where there is something to be said of their files.
pub(super) fn agent_fields(dir: &AgentDir) -> Option<ChangedFields> {
    let AgentHead { dir, value, findings } = agent_head(dir.clone());
    let is_plain = findings.is_empty()
        && value.get_document("agent_data").is_ok()
        && AGENT_FILES.iter().all(|file| doubled::findings(&dir.path.join(file), "").is_empty());
    let fields = ["agent_data", "created_at", "updated_at"];
    is_plain.then(|| fields.map(|field| (field.to_owned(), value.get(field).cloned())).into())
}

/// One agent's folder, read without its messages.
pub(super) struct AgentHead {
    pub dir: AgentDir,
    /// The value of `agents.<id>`, without `messages`.
    pub value: Document,
    pub findings: Vec<Finding>,
}

/// The agents of a session, in the order they were made, and what was passed over.
pub(super) fn agents(session: &SessionDir) -> (Vec<AgentHead>, Vec<Finding>) {
    let (dirs, findings) = session.agents();
    let mut heads: Vec<AgentHead> = dirs.into_iter().map(agent_head).collect();
    let made = |head: &AgentHead| head.value.get_datetime("created_at").ok().copied().unwrap_or(DateTime::MAX);
    heads.sort_by_key(made);
    (heads, findings)
}

fn agent_head(dir: AgentDir) -> AgentHead {
    let mut findings = Vec::new();
    let mut value = Document::new();
    let path = format!("agents.{}.agent_data", dir.id);
    match json::read(&dir.path.join("agent.json")) {
        Ok(Bson::Document(mut data)) => {
            json::dates(&mut data, &["created_at", "updated_at"]);
            add_config(&dir, &mut data, &mut findings);
            let times: Vec<_> =
                ["created_at", "updated_at"].iter().filter_map(|at| Some((*at, data.get(at)?.clone()))).collect();
            value.insert("agent_data", data);
            value.extend(times.into_iter().map(|(at, time)| (at.to_owned(), time)));
        }
        Ok(other) => {
            value.insert("agent_data", other);
        }
        Err(unreadable) => {
            findings.push(file_finding(&path, "agent.json", unreadable));
            let mut data = Document::new();
            add_config(&dir, &mut data, &mut findings);
            if !data.is_empty() {
                value.insert("agent_data", data);
            }
        }
    }
    AgentHead { dir, value, findings }
}

/// Model, system prompt and prompt metadata stand in a file of their own: Strands rewrites `agent.json` and would
/// lose them.
fn add_config(dir: &AgentDir, data: &mut Document, findings: &mut Vec<Finding>) {
    let path = format!("agents.{}.config", dir.id);
    match json::read(&dir.path.join("config.json")) {
        Ok(Bson::Document(config)) => {
            data.extend(
                config
                    .into_iter()
                    .filter(|(key, _)| matches!(key.as_str(), "model" | "system_prompt" | "prompt_metadata")),
            );
        }
        Ok(other) => {
            let problem = "config.json holds no object".to_owned();
            findings.push(Finding { path, problem, raw: Some(other.into()) });
        }
        Err(Unreadable::Missing) => {}
        Err(unreadable) => findings.push(file_finding(&path, "config.json", unreadable)),
    }
}

impl AgentHead {
    pub(super) fn id(&self) -> AgentId {
        AgentId::from(self.dir.id.as_str())
    }

    /// The agent with its last `last` messages; only those are read.
    pub(super) fn open(self, last: u64) -> StoredAgent {
        let (files, mut findings) = self.dir.messages();
        let count = files.len() as u64;
        let first = count.saturating_sub(last);
        let id = self.id();
        let messages = read_messages(&self.dir, &files, first..count);
        findings.splice(0..0, self.findings);
        let data = format!("agents.{}.agent_data", self.dir.id);
        for file in AGENT_FILES {
            findings.extend(doubled::findings(&self.dir.path.join(file), &data));
        }
        let mut value = self.value;
        value.insert("messages", Bson::Array(Vec::new()));
        let mut agent = decode::agent(id, Bson::Document(value), first, Some(count));
        agent.messages = messages;
        agent.message_count = count;
        agent.findings.extend(findings);
        agent
    }

    /// The value of `agents.<id>` with every message as stored.
    pub(super) fn document(self) -> (String, Bson) {
        let (files, _) = self.dir.messages();
        let messages = files.iter().filter_map(|file| match stored_message(file) {
            Ok(value) => Some(value),
            Err(Unreadable::Missing) => None,
            Err(Unreadable::Broken(_, text)) => Some(text.map_or(Bson::Null, Bson::String)),
        });
        let mut value = self.value;
        value.insert("messages", messages.collect::<Vec<_>>());
        (self.dir.id, Bson::Document(value))
    }
}

/// The messages of those positions; only their files are read.
pub(super) fn read_messages(dir: &AgentDir, files: &[PathBuf], range: Range<u64>) -> Vec<Message> {
    let start = usize::try_from(range.start).unwrap_or(usize::MAX);
    let end = usize::try_from(range.end).unwrap_or(usize::MAX).min(files.len());
    let wanted = files.get(start..end).unwrap_or_default();
    wanted.iter().enumerate().map(|(offset, file)| read_message(dir, file, range.start + offset as u64)).collect()
}

fn read_message(dir: &AgentDir, file: &Path, index: u64) -> Message {
    whole_message(dir, file, index).unwrap_or_else(|unreadable| broken_message(dir, file, index, unreadable))
}

fn message_path(dir: &AgentDir, index: u64) -> String {
    format!("agents.{}.messages.{index}", dir.id)
}

/// The message of a file that can be read.
pub(super) fn whole_message(dir: &AgentDir, file: &Path, index: u64) -> Result<Message, Unreadable> {
    let path = message_path(dir, index);
    let mut message = decode::message(stored_message(file)?, index, &path);
    message.findings.extend(misnumbered(file, message.message_id, &path));
    Ok(message)
}

fn broken_message(dir: &AgentDir, file: &Path, index: u64, unreadable: Unreadable) -> Message {
    let path = message_path(dir, index);
    let text = match &unreadable {
        Unreadable::Broken(_, Some(text)) => Bson::String(text.clone()),
        _ => Bson::Null,
    };
    let mut message = decode::message(text.clone(), index, &path);
    // The reason stands in for whatever the decoder made of a text where a message should be.
    message.findings = vec![file_finding(&path, &super::layout::file_name(file), unreadable)];
    if text == Bson::Null {
        message.content.clear();
    }
    message.raw = text.into();
    message
}

/// A message whose file has another number: by which of them it is found depends on who looks.
fn misnumbered(file: &Path, message_id: Option<i64>, path: &str) -> Option<Finding> {
    let name = super::layout::file_name(file);
    let (number, id) = (super::layout::message_number(&name)?, message_id?);
    (i64::try_from(number) != Ok(id)).then(|| Finding {
        path: format!("{path}.message_id"),
        problem: format!("{name} holds the message_id {id}; the order goes by the file's number"),
        raw: Some(Bson::Int64(id).into()),
    })
}

fn stored_message(file: &Path) -> Result<Bson, Unreadable> {
    let mut value = json::read(file)?;
    if let Some(message) = value.as_document_mut() {
        json::dates(message, &["created_at", "updated_at"]);
        if let Some(event) = message.get_mut("guardrail_event").and_then(Bson::as_document_mut) {
            json::dates(event, &["timestamp"]);
        }
    }
    Ok(value)
}

pub(super) fn file_finding(path: &str, name: &str, unreadable: Unreadable) -> Finding {
    let (problem, raw) = match unreadable {
        Unreadable::Missing => (format!("{name} is missing"), None),
        Unreadable::Broken(problem, text) => (problem, text.map(Bson::String)),
    };
    Finding { path: path.to_owned(), problem, raw: raw.map(Into::into) }
}
