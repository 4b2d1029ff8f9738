//! The whole document, and its thin forms.

use bson::{Bson, Document};

use super::{
    agent, date, extra,
    notes::{Notes, Path},
};
use crate::session::{AgentCount, AgentId, Details, InterruptState, Session, SessionKey, StoredDate, Summary};

const ROOT: Path<'static> = Path::At("");

/// Reads a whole session document; the messages in it count from 0.
///
/// [`Session::bytes`] is left to the reader, who knows what is stored. Fields whose value cannot be read stay in
/// [`Session::other`], except the viewer password, which never does.
#[must_use]
pub fn session(document: Document) -> Session {
    let mut notes = Notes::default();
    let mut session = blank(key(&document, &mut notes));
    for (name, expected) in
        [("session_id", "a string"), ("created_at", "a date"), ("updated_at", "a date"), ("agents", "the agents")]
    {
        if !document.contains_key(name) {
            notes.missing(&ROOT.key(name), expected);
        }
    }
    session.unclear_dates = date::unclear(&document);
    let (mut of_feedbacks, mut of_events) = (Vec::new(), Vec::new());
    for (name, value) in document {
        match (name.as_str(), value) {
            ("feedbacks", Bson::Array(list)) => {
                (session.feedbacks, of_feedbacks) = extra::feedbacks(list.into_iter());
            }
            ("guardrail_events", Bson::Array(list)) => {
                (session.guardrail_events, of_events) = extra::guardrail_events(list.into_iter());
            }
            (_, value) => {
                if let Some(unread) = take(&mut session, &name, value, &mut notes) {
                    session.other.insert(name, unread);
                }
            }
        }
    }
    session.findings = notes.into_findings();
    session.findings.extend(of_feedbacks.into_iter().chain(of_events));
    session
}

fn key(document: &Document, notes: &mut Notes) -> SessionKey {
    match (document.get("_id"), document.get("session_id")) {
        (Some(id), _) => SessionKey::new(id.clone()),
        (None, Some(id @ Bson::String(_))) => {
            notes.missing(&ROOT.key("_id"), "the session's key");
            SessionKey::new(id.clone())
        }
        _ => {
            notes.missing(&ROOT.key("_id"), "the session's key");
            SessionKey::new(Bson::Null)
        }
    }
}

fn blank(key: SessionKey) -> Session {
    Session {
        key,
        session_id: None,
        application_name: None,
        session_type: None,
        viewer_password: None,
        created_at: None,
        updated_at: None,
        unclear_dates: Vec::new(),
        metadata: None,
        feedbacks: Vec::new(),
        guardrail_events: Vec::new(),
        agents: Vec::new(),
        other: Document::new(),
        bytes: None,
        findings: Vec::new(),
    }
}

/// Puts one top-level field where it belongs; gives back what could not be read.
fn take(session: &mut Session, name: &str, value: Bson, notes: &mut Notes) -> Option<Bson> {
    let path = ROOT.key(name);
    match (name, value) {
        ("_id", _) | ("application_name" | "session_type" | "session_viewer_password", Bson::Null) => None,
        ("session_id", Bson::String(text)) => keep(&mut session.session_id, text),
        ("application_name", Bson::String(text)) => keep(&mut session.application_name, text),
        ("session_type", Bson::String(text)) => keep(&mut session.session_type, text),
        ("session_id" | "application_name" | "session_type", other) => unread(&path, "a string", other, notes),
        ("session_viewer_password", Bson::String(text)) => keep(&mut session.viewer_password, text.into()),
        ("session_viewer_password", _) => {
            notes.push(&path, "Expected a string; what stands there is kept secret all the same.", None);
            None
        }
        ("created_at", value) => take_date(&mut session.created_at, value, &path, notes),
        ("updated_at", value) => take_date(&mut session.updated_at, value, &path, notes),
        ("metadata", value) => {
            if value.as_document().is_none() {
                notes.mistyped(&path, "an object", &value);
            }
            keep(&mut session.metadata, value)
        }
        ("feedbacks" | "guardrail_events", other) => unread(&path, "an array", other, notes),
        ("agents", Bson::Document(agents)) => {
            let read = |(id, value): (String, Bson)| agent::read(AgentId::from(id.as_str()), value, 0, None);
            session.agents = agents.into_iter().map(read).collect();
            None
        }
        ("agents", other) => unread(&path, "an object of agents", other, notes),
        (_, Bson::Null) => Some(Bson::Null),
        (_, other) => {
            notes.unknown(&path, &other);
            Some(other)
        }
    }
}

fn keep<T>(place: &mut Option<T>, value: T) -> Option<Bson> {
    *place = Some(value);
    None
}

fn unread(path: &Path, expected: &str, value: Bson, notes: &mut Notes) -> Option<Bson> {
    notes.mistyped(path, expected, &value);
    Some(value).filter(|value| !matches!(value, Bson::Null))
}

fn take_date(place: &mut Option<StoredDate>, value: Bson, path: &Path, notes: &mut Notes) -> Option<Bson> {
    *place = date::date_value(&value, path, notes);
    Some(value).filter(|value| place.is_none() && !matches!(value, Bson::Null))
}

/// The thin row, from a document that holds the top-level fields; `metadata` is whatever is present of it.
#[must_use]
pub fn summary(document: &Document) -> Summary {
    let text = |name: &str| document.get_str(name).ok().map(str::to_owned);
    Summary {
        key: key(document, &mut Notes::default()),
        session_id: text("session_id"),
        application_name: text("application_name"),
        session_type: text("session_type"),
        created_at: document.get("created_at").and_then(date::stored_date),
        updated_at: document.get("updated_at").and_then(date::stored_date),
        unclear_dates: date::unclear(document),
        metadata: document.get("metadata").cloned(),
    }
}

/// Counts and sizes, from a whole document; `bytes` is its size in BSON, `usage` and `findings` are left to the metrics.
#[must_use]
pub fn details(document: &Document) -> Details {
    let list = |name: &str| document.get_array(name).map_or(&[][..], Vec::as_slice);
    let agents: Vec<AgentCount> = document
        .get_document("agents")
        .into_iter()
        .flatten()
        .map(|(id, value)| {
            let fields = value.as_document();
            let messages = fields.and_then(|fields| fields.get_array("messages").ok()).map_or(0, Vec::len);
            agent_count(AgentId::from(id.as_str()), fields, messages as u64)
        })
        .collect();
    let ratings = list("feedbacks").iter().map(|value| extra::feedback(value).rating);
    let bytes = document.to_vec().ok().map(|bytes| bytes.len() as u64);
    let last_feedback = extra::last_feedback(list("feedbacks"));
    Details { last_feedback, ..Details::of(agents, ratings, list("guardrail_events").len() as u64, bytes) }
}

/// An agent as a row's details have it, from the value of `agents.<id>` and the number of its messages.
#[must_use]
pub fn agent_count(id: AgentId, fields: Option<&Document>, messages: u64) -> AgentCount {
    let data = fields.and_then(|fields| fields.get_document("agent_data").ok());
    let (created_at, updated_at) = fields.map_or((None, None), agent::dates);
    AgentCount {
        id,
        model: data.and_then(|data| data.get_str("model").ok()).map(str::to_owned),
        messages,
        created_at,
        updated_at,
        waiting: data.and_then(InterruptState::of).and_then(|state| state.waiting()),
    }
}
