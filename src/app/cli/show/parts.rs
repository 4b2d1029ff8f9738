//! What the readable formats have in common. Everything given out is safe for a terminal.

use crate::{
    app::text,
    session::{FeedbackTally, Message, Rating, Role, Session, StoredAgent, ToolStatus, Usage, citations, plain},
};
use bson::Bson;

use crate::app::cli::{list::tally, output::time};

/// The session's own fields, name and value.
pub fn fields(session: &Session, password: Option<&str>) -> Vec<(String, String)> {
    let mut fields = Vec::new();
    let mut field = |name: &str, value: Option<String>| {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            fields.push((name.to_owned(), value));
        }
    };
    let id = session.key.text();
    field("_id", (id != session.name()).then(|| text::line(id).into_owned()));
    field("application", session.application_name.as_deref().map(line));
    field("type", session.session_type.as_deref().map(line));
    field("created", session.created_at.map(|at| time(Some(at))));
    field("updated", session.updated_at.map(|at| time(Some(at))));
    let waiting =
        session.agents.iter().filter_map(|agent| Some(format!("{} is {}", agent.id.as_str(), agent.waiting()?)));
    field("state", Some(line(&waiting.collect::<Vec<_>>().join("; "))));
    field("viewer password", password.map(str::to_owned));
    let mut counted = FeedbackTally::default();
    session.feedbacks.iter().for_each(|feedback| counted.add(&feedback.rating));
    field("feedback", Some(tally(&counted)));
    for feedback in &session.feedbacks {
        field("comment", feedback.comment.as_deref().map(|comment| commented(&feedback.rating, comment)));
    }
    let events = session.guardrail_events.len();
    field("guardrail events", (events > 0).then(|| events.to_string()));
    match &session.metadata {
        Some(Bson::Document(metadata)) => {
            for (key, value) in metadata {
                fields.push((format!("metadata.{}", text::line(key)), self::value(value)));
            }
        }
        Some(other) => fields.push(("metadata".into(), value(other))),
        None => {}
    }
    for (name, value) in &session.other {
        fields.push((text::line(name).into_owned(), self::value(value)));
    }
    fields
}

/// A comment behind the mark of its rating.
fn commented(rating: &Rating, comment: &str) -> String {
    if comment.is_empty() {
        return String::new();
    }
    let mut one = FeedbackTally::default();
    one.add(rating);
    format!("{} {}", tally(&one).trim_end_matches('1'), line(comment))
}

/// An agent, how much of its history is shown and whether it waits: `gpt-x, 12 messages`.
pub fn agent(agent: &StoredAgent) -> String {
    let shown = agent.messages.len() as u64;
    let plural = if agent.message_count == 1 { "" } else { "s" };
    let count = if shown == agent.message_count {
        format!("{shown} message{plural}")
    } else {
        format!("the last {shown} of {} message{plural}", agent.message_count)
    };
    let model = agent.model.as_deref().map(|model| format!("{}, ", line(model)));
    let waiting = agent.waiting().map(|waiting| format!(", {}", line(&waiting)));
    format!("{}{count}{}", model.unwrap_or_default(), waiting.unwrap_or_default())
}

/// Who speaks.
pub fn role(message: &Message) -> String {
    match message.shown_role() {
        Role::User => "user".into(),
        Role::Assistant => "assistant".into(),
        Role::Other(role) => line(role),
        Role::Unknown => "unknown".into(),
    }
}

/// Time, tokens, latency and marks of a message.
pub fn notes(message: &Message) -> Vec<String> {
    let tokens = message.usage.and_then(Usage::total_tokens);
    [
        message.created_at.map(|at| time(Some(at))),
        tokens.map(|tokens| format!("{tokens} tok total")),
        message.latency_ms.map(|ms| format!("{ms} ms")),
        message.redaction.is_some().then(|| "redacted".into()),
        message.guardrail_event.as_ref().map(|event| {
            let action = event.action.as_deref().map(|action| format!(": {}", line(action)));
            format!("guardrail{}", action.unwrap_or_default())
        }),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// How a tool call went.
pub fn status(status: Option<&ToolStatus>) -> String {
    match status {
        Some(ToolStatus::Success) => "ok".into(),
        Some(ToolStatus::Error) => "error".into(),
        Some(ToolStatus::Cancelled) => "cancelled".into(),
        Some(ToolStatus::Other(other)) => line(other),
        None => "no status".into(),
    }
}

/// The sources of a cited text, a line each.
pub fn sources(stored: &Bson) -> Vec<String> {
    citations::sources(stored).iter().map(|source| line(source)).collect()
}

/// What a reasoning block says where it holds no text.
pub fn no_reasoning(redacted_bytes: Option<usize>) -> String {
    redacted_bytes.map_or_else(|| "reasoning without text".into(), |bytes| format!("redacted reasoning {bytes} bytes"))
}

/// A value on one line: a string as it is, anything else as relaxed Extended JSON.
pub fn value(value: &Bson) -> String {
    match value {
        Bson::String(string) => line(string),
        other => line(&plain::compact(other)),
    }
}

/// Stored text on one line.
pub fn line(stored: &str) -> String {
    text::line(stored).into_owned()
}

/// Stored text on as many lines as it has.
pub fn block(stored: &str) -> String {
    text::block(stored).into_owned()
}
