//! News as lines, for people and as JSON.

use std::{iter, sync::Arc};

use bson::Bson;
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::differ::{MessageFigures, SessionNews};
use crate::{
    app::{
        alert::Alert,
        cli::{json as written, output::time},
        text,
    },
    session::{
        Block, Counters, Feedback, GuardrailEvent, Message, SessionKey, StoredDate, Summary, ToolContent, ToolStatus,
        Usage, citations, plain,
    },
};

/// One line.
#[derive(Debug, Clone, PartialEq)]
pub struct TailLine {
    /// When it was written, where that is stored; else when it was told.
    pub at: StoredDate,
    /// The session.
    pub session: SessionKey,
    /// What a person knows it by (stored text).
    pub name: String,
    /// The agent's id (stored text).
    pub agent: Option<String>,
    /// What happened.
    pub what: TailWhat,
}

/// What happened.
#[derive(Debug, Clone, PartialEq)]
pub enum TailWhat {
    /// A message, without the calls and results in it.
    Message(Arc<Message>),
    /// The block at that place of a message is a call of a tool.
    ToolUse(Arc<Message>, usize),
    /// The block at that place of a message is a tool's result.
    ToolResult(Arc<Message>, usize),
    /// Figures of a message became known.
    Metrics(MessageFigures),
    /// A field of the metadata.
    Metadata(String, Option<Bson>),
    /// A feedback.
    Feedback(Box<Feedback>),
    /// A guardrail stepped in.
    Guardrail(Box<GuardrailEvent>),
    /// The session is new.
    Created(Box<Summary>),
    /// The session is gone.
    Deleted,
    /// The agent waits for a person, and why; `None`: no longer.
    Agent(Option<String>),
    /// Messages that were told before changed: which index, where it is one, and how.
    Changed(Option<u64>, String),
    /// An alert.
    Alert(Box<Alert>),
}

/// What a line is of.
#[derive(Debug, Clone, Copy)]
pub struct LineOf<'a> {
    /// The session.
    pub session: &'a SessionKey,
    /// What a person knows it by.
    pub name: &'a str,
    /// When it was told.
    pub now: Timestamp,
}

impl LineOf<'_> {
    /// A line of it.
    pub fn line(&self, at: Option<StoredDate>, agent: Option<&str>, what: TailWhat) -> TailLine {
        let at = at.unwrap_or_else(|| self.now.into());
        TailLine { at, session: self.session.clone(), name: self.name.to_owned(), agent: agent.map(Into::into), what }
    }

    /// The lines of news.
    pub fn lines(&self, news: &SessionNews) -> Vec<TailLine> {
        let one = |agent: Option<&str>, what| vec![self.line(None, agent, what)];
        match news {
            SessionNews::Messages(agent, messages) => {
                messages.iter().flat_map(|message| self.of_message(agent.as_str(), message)).collect()
            }
            SessionNews::Created(row) => vec![self.created(row)],
            SessionNews::Replaced(row) => vec![self.line(None, None, TailWhat::Deleted), self.created(row)],
            SessionNews::Metrics(agent, figures) => one(Some(agent.as_str()), TailWhat::Metrics(figures.clone())),
            SessionNews::Redacted(agent, index) => {
                one(Some(agent.as_str()), TailWhat::Changed(Some(*index), "was redacted".to_owned()))
            }
            SessionNews::Rewritten(agent, index) => {
                one(Some(agent.as_str()), TailWhat::Changed(Some(*index), "was written anew".to_owned()))
            }
            SessionNews::Removed(agent, left) => {
                let verb = if *left == 1 { "is" } else { "are" };
                one(Some(agent.as_str()), TailWhat::Changed(None, format!("messages were removed, {left} {verb} left")))
            }
            SessionNews::Waiting(agent, why) => one(Some(agent.as_str()), TailWhat::Agent(why.clone())),
            SessionNews::Metadata(fields) => {
                let line = |(key, value): &(String, Option<Bson>)| {
                    self.line(None, None, TailWhat::Metadata(key.clone(), value.clone()))
                };
                fields.iter().map(line).collect()
            }
            SessionNews::Feedback(feedback) => {
                let what = TailWhat::Feedback(feedback.clone());
                vec![self.line(feedback.created_at, feedback.agent_id.as_deref(), what)]
            }
            SessionNews::Guardrail(event) => {
                vec![self.line(event.at, event.agent_id.as_deref(), TailWhat::Guardrail(event.clone()))]
            }
        }
    }

    fn created(&self, row: &Summary) -> TailLine {
        self.line(row.created_at, None, TailWhat::Created(Box::new(row.clone())))
    }

    /// A message, then its calls and results in their order, and what was counted with it.
    fn of_message(&self, agent: &str, message: &Message) -> Vec<TailLine> {
        let line = |what| self.line(message.created_at, Some(agent), what);
        let shared = Arc::new(message.clone());
        let tools = message.shown_content().iter().enumerate().filter_map(|(at, block)| match block {
            Block::ToolUse { .. } => Some(line(TailWhat::ToolUse(Arc::clone(&shared), at))),
            Block::ToolResult { .. } => Some(line(TailWhat::ToolResult(Arc::clone(&shared), at))),
            _ => None,
        });
        let counted = message.counters.is_some().then(|| line(TailWhat::Metrics(MessageFigures::of(message))));
        iter::once(line(TailWhat::Message(Arc::clone(&shared)))).chain(tools).chain(counted).collect()
    }
}

impl TailLine {
    /// For people: time, session, agent and what, as safe text; `None` for what says nothing to them.
    pub fn text(&self) -> Option<String> {
        let agent = self.agent.as_deref().unwrap_or("-");
        let said = format!("{}  {}  {}  {}", time(Some(self.at)), self.name, agent, self.what.text()?);
        Some(text::line(&said).into_owned())
    }

    /// One object.
    pub fn object(&self) -> Value {
        let mut object = Map::new();
        object.insert("at".into(), written::time(Some(self.at)));
        object.insert("session_id".into(), self.name.clone().into());
        object.insert("_id".into(), written::stored(self.session.bson()));
        object.insert("kind".into(), self.what.kind().into());
        object.insert("agent_id".into(), self.agent.clone().into());
        if let Value::Object(fields) = self.what.fields() {
            object.extend(fields);
        }
        Value::Object(object)
    }
}

impl TailWhat {
    fn kind(&self) -> &'static str {
        match self {
            Self::Message(_) => "message",
            Self::ToolUse(..) => "tool_use",
            Self::ToolResult(..) => "tool_result",
            Self::Metrics(_) => "metrics",
            Self::Metadata(..) => "metadata",
            Self::Feedback(_) => "feedback",
            Self::Guardrail(_) => "guardrail",
            Self::Created(_) => "created",
            Self::Deleted => "deleted",
            Self::Agent(_) => "agent",
            Self::Changed(..) => "changed",
            Self::Alert(_) => "alert",
        }
    }

    /// Stored text: made safe by the caller.
    fn text(&self) -> Option<String> {
        Some(match self {
            Self::Message(message) => {
                let said = said(message)?;
                format!(
                    "{}: {}{}",
                    message.shown_role().as_str(),
                    said.trim(),
                    in_brackets(message.usage, message.latency_ms, None)
                )
            }
            Self::ToolUse(message, at) => match message.shown_content().get(*at)? {
                Block::ToolUse { name, input, .. } => {
                    format!("> {} {}", name.as_deref().unwrap_or("tool"), plain::compact(&input.bson()))
                }
                _ => return None,
            },
            Self::ToolResult(message, at) => match message.shown_content().get(*at)? {
                Block::ToolResult { status, content, .. } => {
                    let status = status.as_ref().map_or("no status", ToolStatus::as_str);
                    format!("< {status} {}", result_text(content).trim())
                }
                _ => return None,
            },
            Self::Metrics(MessageFigures { index, usage, latency_ms, counters }) => {
                format!("metrics of #{index}{}", in_brackets(*usage, *latency_ms, counters.as_deref()))
            }
            Self::Metadata(key, None) => format!("metadata.{key} removed"),
            Self::Metadata(key, Some(Bson::String(value))) => format!("metadata.{key} = {value}"),
            Self::Metadata(key, Some(value)) => format!("metadata.{key} = {}", plain::compact(value)),
            Self::Feedback(feedback) => {
                let comment = feedback.comment.as_deref().filter(|comment| !comment.is_empty());
                let comment = comment.map(|comment| format!(": {}", comment.trim())).unwrap_or_default();
                format!("feedback {}{comment}", feedback.rating.as_str())
            }
            Self::Guardrail(event) => format!("guardrail {}", event.action.as_deref().unwrap_or("stepped in")),
            Self::Created(row) => match row.application_name.as_deref().filter(|name| !name.is_empty()) {
                Some(application) => format!("created by {application}"),
                None => "created".to_owned(),
            },
            Self::Deleted => "deleted".to_owned(),
            Self::Agent(Some(why)) => why.clone(),
            Self::Agent(None) => "waits no longer".to_owned(),
            Self::Changed(Some(index), how) => format!("#{index} {how}"),
            Self::Changed(None, how) => how.clone(),
            Self::Alert(alert) => format!("! {}: {}", alert.rule, alert.says),
        })
    }

    fn fields(&self) -> Value {
        match self {
            Self::Message(message) => json!({
                "index": message.index,
                "message_id": message.message_id,
                "role": role(message),
                "text": said(message),
                "usage": message.usage.as_ref().map(written::usage),
                "latency_ms": message.latency_ms,
                "redacted": message.redaction.is_some(),
            }),
            Self::ToolUse(message, at) => match message.shown_content().get(*at) {
                Some(Block::ToolUse { id, name, input }) => json!({
                    "index": message.index, "tool_use_id": id, "name": name, "input": written::stored(&input.bson()),
                }),
                _ => Value::Null,
            },
            Self::ToolResult(message, at) => match message.shown_content().get(*at) {
                Some(Block::ToolResult { id, status, content }) => json!({
                    "index": message.index,
                    "tool_use_id": id,
                    "status": status.as_ref().map(ToolStatus::as_str),
                    "text": result_text(content),
                }),
                _ => Value::Null,
            },
            Self::Metrics(MessageFigures { index, usage, latency_ms, counters }) => json!({
                "index": index,
                "usage": usage.as_ref().map(written::usage),
                "latency_ms": latency_ms,
                "accumulated_usage": counters.as_ref().map(|counters| written::usage(&counters.usage)),
                "accumulated_latency_ms": counters.as_ref().and_then(|counters| counters.latency_ms),
            }),
            Self::Metadata(key, value) => json!({
                "key": key, "value": value.as_ref().map(written::stored), "removed": value.is_none(),
            }),
            Self::Feedback(feedback) => json!({
                "rating": feedback.rating.as_str(), "comment": feedback.comment, "message_id": feedback.message_id,
            }),
            Self::Guardrail(event) => json!({
                "action": event.action, "message_id": event.message_id, "stop_reason": event.stop_reason,
            }),
            Self::Created(row) => json!({
                "application_name": row.application_name, "session_type": row.session_type,
            }),
            Self::Deleted => Value::Null,
            Self::Agent(why) => json!({ "waiting": why }),
            Self::Changed(index, how) => json!({ "index": index, "change": how }),
            Self::Alert(alert) => json!({ "alert": alert.rule, "says": alert.says }),
        }
    }
}

/// The role as it is stored; `None` where there is no readable one.
fn role(message: &Message) -> Option<&str> {
    Some(message.shown_role().as_str()).filter(|role| !role.is_empty())
}

/// What a message says beside its calls and results; `None` where it says nothing.
fn said(message: &Message) -> Option<String> {
    let parts: Vec<String> = message.shown_content().iter().filter_map(said_in).collect();
    (!parts.is_empty()).then(|| parts.join("\n"))
}

fn said_in(block: &Block) -> Option<String> {
    Some(match block {
        Block::ToolUse { .. } | Block::ToolResult { .. } | Block::CachePoint(_) | Block::Beside(_) => return None,
        Block::Text(text) | Block::Citations { text, .. } => text.clone(),
        Block::Reasoning { text, .. } => format!("~ {}", text.as_deref().unwrap_or("[reasoning]")),
        Block::Media(media) => media.describe(),
        Block::Guard(value) => citations::guard_text(value).map_or_else(|| plain::compact(value), str::to_owned),
        Block::Other { value, .. } | Block::Unknown(value) => plain::compact(&value.bson()),
    })
}

fn result_text(content: &[ToolContent]) -> String {
    let part = |part: &ToolContent| match part {
        ToolContent::Text(text) => text.clone(),
        ToolContent::Json(value) | ToolContent::Unknown(value) => plain::compact(&value.bson()),
        ToolContent::Media(media) => media.describe(),
    };
    content.iter().map(part).collect::<Vec<_>>().join("\n")
}

/// ` [1572 tok, 820 ms, 9000 tok so far]`; nothing where none is known.
fn in_brackets(usage: Option<Usage>, latency_ms: Option<u64>, counters: Option<&Counters>) -> String {
    let tokens = usage.and_then(Usage::total_tokens).map(|tokens| format!("{tokens} tok"));
    let latency = latency_ms.map(|ms| format!("{ms} ms"));
    let counted = counters.and_then(|counters| counters.usage.total_tokens());
    let counted = counted.map(|tokens| format!("{tokens} tok so far"));
    let figures: Vec<String> = tokens.into_iter().chain(latency).chain(counted).collect();
    if figures.is_empty() { String::new() } else { format!(" [{}]", figures.join(", ")) }
}

#[cfg(test)]
mod tests;
