//! The tabs of each subject.

use bson::{Bson, Document};

use super::{
    super::{
        metadata,
        tree::{Fold, Key, TreeRow},
    },
    body::{Body, InspectorTab, Item},
};
use crate::{
    app::tui::render::format,
    session::{Feedback, FeedbackTally, Finding, GuardrailEvent, Message, Session, StoredAgent, StoredDate, plain},
};

/// Guardrail events shown at most, the newest: a tree of all would take long where there are tens of thousands.
const MOST_EVENTS: usize = 500;

/// Of a message.
#[must_use]
pub fn message(session: Option<&Session>, agent: &StoredAgent, message: &Message) -> Vec<InspectorTab> {
    let mut tabs = Vec::new();
    if message.redaction.is_some() {
        let raw = message.raw.bson();
        let fields = raw.as_document();
        let original = fields.and_then(|fields| fields.get("message")).unwrap_or(&raw);
        let note = "This message was redacted. What stands in its own place, which may be redacted as well:";
        tabs.push(InspectorTab::tree("Original", Some(note.into()), original.clone()));
        if let Some(instead) = fields.and_then(|fields| fields.get("redact_message")) {
            tabs.push(InspectorTab::tree("Shown instead", None, instead.clone()));
        }
    }
    let events = session.map(|session| session.guardrail_events.as_slice()).unwrap_or_default();
    let of_message = events.iter().filter(|event| {
        event.message_id.is_some()
            && event.message_id == message.message_id
            && event.agent_id.as_deref().is_none_or(|id| id == agent.id.as_str())
    });
    tabs.push(trace(message.guardrail_event.as_ref(), of_message));
    tabs.push(findings(
        message.findings.iter(),
        "Everything of this message could be read; what is wrong with its history is listed under the session.",
    ));
    tabs.insert(0, InspectorTab::tree("Raw", None, message.raw.clone()));
    tabs
}

/// Of an agent.
#[must_use]
pub fn agent(agent: &StoredAgent) -> Vec<InspectorTab> {
    let tree_or = |name, value: Option<&Bson>, note: Option<String>, none: &str| match value {
        Some(value) => InspectorTab::tree(name, note, value.clone()),
        None => InspectorTab::new(name, Body::Nothing(none.into())),
    };
    let raw = match &agent.data {
        Some(data) => InspectorTab::tree("Raw", None, Bson::Document(data.clone())),
        None => InspectorTab::new("Raw", Body::Nothing("This agent has no agent_data.".into())),
    };
    vec![
        system_prompt(agent.system_prompt.as_ref()),
        model(agent),
        tree_or("State", agent.state.as_ref(), None, "No state is stored for this agent."),
        tree_or(
            "Conversation manager",
            agent.conversation_manager.as_ref(),
            Some(no_longer_seen(agent)),
            "No conversation manager is stored: how much the model still sees is unknown.",
        ),
        findings(
            agent.findings.iter().chain(agent.messages.iter().flat_map(|message| &message.findings)),
            "Everything of this agent could be read; findings of its messages are listed under the session.",
        ),
        raw,
    ]
}

/// What the model no longer sees, in one sentence.
#[must_use]
pub fn no_longer_seen(agent: &StoredAgent) -> String {
    let state = agent.conversation_manager.as_ref().and_then(Bson::as_document);
    let summary = state.and_then(|state| state.get("summary_message")).is_some_and(|value| *value != Bson::Null);
    let instead = if summary { "; a summary stands in for them" } else { "" };
    match agent.removed_message_count() {
        None => "How much of the conversation the model still sees is not stored.".into(),
        Some(0) => format!("The model still sees all {} messages.", agent.message_count),
        Some(1) => format!("The model no longer sees the first of {} messages{instead}.", agent.message_count),
        Some(n) => format!("The model no longer sees the first {n} of {} messages{instead}.", agent.message_count),
    }
}

fn system_prompt(stored: Option<&Bson>) -> InspectorTab {
    let text = match stored {
        None | Some(Bson::Null) => String::new(),
        Some(Bson::String(text)) => text.clone(),
        Some(Bson::Array(blocks)) => blocks.iter().map(prompt_block).collect::<Vec<_>>().join("\n"),
        Some(other) => plain::pretty(other),
    };
    let body = if text.is_empty() { Body::Nothing("No system prompt is stored.".into()) } else { Body::text(text) };
    InspectorTab::new("System prompt", body)
}

fn prompt_block(block: &Bson) -> String {
    let text = block.as_document().and_then(|fields| fields.get_str("text").ok());
    text.map_or_else(|| plain::pretty(block), str::to_owned)
}

fn model(agent: &StoredAgent) -> InspectorTab {
    let mut items = vec![
        fact("agent", agent.id.as_str()),
        fact("model", agent.model.as_deref().unwrap_or("not stored")),
        fact("messages", &agent.message_count.to_string()),
        fact("created", &date(agent.created_at)),
        fact("updated", &date(agent.updated_at)),
    ];
    if let Some(waiting) = agent.waiting() {
        items.push(fact("state", &waiting));
        let made = agent.interrupts().map_or(0, |state| state.completed_results.len());
        if made > 0 {
            items.push(fact("results made already", &made.to_string()));
        }
    }
    match &agent.prompt_metadata {
        None | Some(Bson::Null) => items.push(fact("prompt metadata", "not stored")),
        Some(Bson::Document(fields)) => {
            items.extend(fields.iter().map(|(name, value)| fact(name, &shown(name, value))));
        }
        Some(other) => items.push(fact("prompt metadata", &plain::compact(other))),
    }
    InspectorTab::new("Model", Body::items(items, false))
}

/// Of the session; the document itself is on its way.
#[must_use]
pub fn session(session: &Session) -> Vec<InspectorTab> {
    vec![
        InspectorTab::new("Overview", Body::items(overview(session), false)),
        guardrail("Guardrail events", session.guardrail_events.iter(), "No guardrail events are stored."),
        findings(session.all_findings(), "None so far: reading the whole document."),
        InspectorTab::new("Raw", Body::Waiting),
    ]
}

/// Puts in what the whole document told: the findings of every message, also of those that are not loaded.
pub fn complete<'a>(tabs: &mut [InspectorTab], found: impl Iterator<Item = &'a Finding>) {
    let tab = findings(found, "Everything of this session could be read.");
    let count = tab.count.unwrap_or(0).to_string();
    for old in tabs.iter_mut() {
        if old.name == tab.name {
            *old = tab;
            break;
        }
    }
    say_findings(tabs, &count);
}

/// The whole document could not be read.
pub fn give_up(tabs: &mut [InspectorTab]) {
    say_findings(tabs, "unknown: the document could not be read");
}

fn say_findings(tabs: &mut [InspectorTab], says: &str) {
    for tab in tabs {
        if let Body::Items { items, stacked: false, .. } = &mut tab.body {
            items.iter_mut().filter(|item| item.label == "findings").for_each(|item| *item = fact("findings", says));
        }
    }
}

fn overview(session: &Session) -> Vec<Item> {
    let mut tally = FeedbackTally::default();
    session.feedbacks.iter().for_each(|feedback| tally.add(&feedback.rating));
    let none = "not stored";
    let mut items = vec![
        fact("_id", session.key.text()),
        fact("session_id", session.session_id.as_deref().unwrap_or(none)),
        fact("type", session.session_type.as_deref().unwrap_or(none)),
        fact("application", session.application_name.as_deref().unwrap_or(none)),
        fact("created", &date(session.created_at)),
        fact("updated", &date(session.updated_at)),
        fact("size", &session.bytes.map_or_else(|| "unknown".into(), format::bytes)),
        fact("messages", &session.message_count().to_string()),
        fact("feedback", &feedback_counts(&tally)),
        fact("guardrail events", &session.guardrail_events.len().to_string()),
        fact("findings", "reading the whole document"),
        fact("viewer password", if session.viewer_password.is_some() { "stored, not shown" } else { none }),
    ];
    for agent in &session.agents {
        let model = agent.model.as_deref().unwrap_or("no model stored");
        let waiting = agent.waiting().map(|waiting| format!(", {waiting}"));
        items.push(fact(
            &format!("agent {}", agent.id.as_str()),
            &format!("{}, {model}{}", counted(agent.message_count, "message"), waiting.unwrap_or_default()),
        ));
    }
    items.extend(session.other.iter().map(|(name, value)| fact(name, &shown(name, value))));
    items
}

fn feedback_counts(tally: &FeedbackTally) -> String {
    if tally.total() == 0 {
        return "none".into();
    }
    let parts = [(tally.up, "up"), (tally.down, "down"), (tally.neutral, "neutral"), (tally.other, "other")];
    let known: Vec<String> =
        parts.iter().filter(|(count, _)| *count > 0).map(|(count, word)| format!("{count} {word}")).collect();
    known.join(", ")
}

/// Of a field of the metadata.
#[must_use]
pub fn field(name: &str, value: &Bson) -> Vec<InspectorTab> {
    let whole = Bson::Document(Document::from_iter([(name.to_owned(), value.clone())]));
    let raw = InspectorTab::tree("Raw", None, whole);
    let secret = TreeRow { depth: 0, key: Key::Name(name), value: value.into(), fold: Fold::Leaf }.secret();
    match value {
        Bson::String(text) if !secret && !text.is_empty() => {
            vec![InspectorTab::new("Text", Body::text(text.clone())), raw]
        }
        _ => vec![raw],
    }
}

/// Of a feedback.
#[must_use]
pub fn feedback(feedback: &Feedback) -> Vec<InspectorTab> {
    let raw = InspectorTab::tree("Raw", None, feedback.raw.clone());
    match &feedback.comment {
        Some(comment) if !comment.is_empty() => vec![InspectorTab::new("Comment", Body::text(comment.clone())), raw],
        _ => vec![raw],
    }
}

/// The event on the message, and those of the session that speak of it.
fn trace<'a>(own: Option<&GuardrailEvent>, others: impl Iterator<Item = &'a GuardrailEvent>) -> InspectorTab {
    let name = "Guardrail trace";
    let others: Vec<Bson> = others.map(|event| event.raw.bson()).collect();
    let mut both = Document::new();
    if let Some(own) = own {
        both.insert("guardrail_event", own.raw.bson());
    }
    if !others.is_empty() {
        both.insert("guardrail_events", others);
    }
    if both.is_empty() {
        return InspectorTab::new(name, Body::Nothing("No guardrail stepped in at this message.".into()));
    }
    InspectorTab::tree(name, None, Bson::Document(both))
}

fn guardrail<'a>(name: &'static str, events: impl Iterator<Item = &'a GuardrailEvent>, none: &str) -> InspectorTab {
    let events: Vec<&GuardrailEvent> = events.collect();
    let count = events.len();
    let newest = &events[count.saturating_sub(MOST_EVENTS)..];
    let raws: Vec<Bson> = newest.iter().map(|event| event.raw.bson()).collect();
    let note = (newest.len() < count).then(|| format!("The last {MOST_EVENTS} of {count} events:"));
    let tab = match raws.len() {
        0 => InspectorTab::new(name, Body::Nothing(none.into())),
        1 => InspectorTab::tree(name, None, newest[0].raw.clone()),
        _ => InspectorTab::tree(name, note, Bson::Array(raws)),
    };
    InspectorTab { count: Some(count), ..tab }
}

fn findings<'a>(found: impl Iterator<Item = &'a Finding>, none: &str) -> InspectorTab {
    let items: Vec<Item> = found.map(finding).collect();
    if items.is_empty() {
        let tab = InspectorTab::new("Findings", Body::Nothing(none.into()));
        return InspectorTab { count: Some(0), ..tab };
    }
    InspectorTab::new("Findings", Body::items(items, true))
}

fn finding(found: &Finding) -> Item {
    let secret = found.path.split('.').any(|part| part == super::super::tree::SECRET);
    let raw = match &found.raw {
        Some(_) if secret => None,
        Some(value) => Some(super::super::tree::without_secrets(value)),
        None => None,
    };
    let copy = bson::bson!({"path": found.path.clone(), "problem": found.problem.clone(), "raw": raw});
    Item { label: found.path.clone(), text: found.problem.clone(), copy: plain::pretty(&copy) }
}

fn fact(label: &str, text: &str) -> Item {
    Item { label: label.to_owned(), text: text.to_owned(), copy: text.to_owned() }
}

fn shown(name: &str, value: &Bson) -> String {
    metadata::text(&TreeRow { depth: 0, key: Key::Name(name), value: value.into(), fold: Fold::Leaf })
}

fn date(at: Option<StoredDate>) -> String {
    let known = |at: StoredDate| at.timestamp().filter(|_| at.has_usual_year());
    let written = |at: StoredDate| known(at).map_or_else(|| at.to_string(), |known| format!("{known:.3}"));
    at.map_or_else(|| "not stored".into(), written)
}

fn counted(n: u64, word: &str) -> String {
    format!("{n} {word}{}", if n == 1 { "" } else { "s" })
}
