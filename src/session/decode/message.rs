//! One message, nested or flat.

use bson::{Bson, Document};

use super::{
    date, extra, figures, known,
    notes::{Notes, Path},
    openai, value,
};
use crate::session::{Block, Message, Redaction, Role, StoredValue};

/// Reads a message; what is no object becomes one with nothing but its raw value.
/// Its raw value is not set.
pub(super) fn read(value: &Bson, index: u64, path: &Path) -> Message {
    let mut notes = Notes::default();
    let mut message = if let Bson::Document(fields) = value {
        fill(fields, index, path, &mut notes)
    } else {
        notes.mistyped(path, "a message (an object)", value);
        Message { content: vec![Block::Unknown(value.into())], ..blank(index) }
    };
    message.findings = notes.into_findings();
    message
}

/// The same with its raw value.
pub(super) fn read_whole(value: Bson, index: u64, path: &Path) -> Message {
    let mut message = read(&value, index, path);
    message.raw = value.into();
    message
}

fn blank(index: u64) -> Message {
    Message {
        index,
        message_id: None,
        role: Role::Unknown,
        content: Vec::new(),
        tracking_id: None,
        redaction: None,
        created_at: None,
        updated_at: None,
        usage: None,
        latency_ms: None,
        first_byte_ms: None,
        counters: None,
        guardrail_event: None,
        raw: StoredValue::default(),
        findings: Vec::new(),
    }
}

fn fill(fields: &Document, index: u64, path: &Path, notes: &mut Notes) -> Message {
    let mut message = Message {
        message_id: value::number(fields, "message_id", path, notes),
        redaction: redaction(fields, path, notes),
        created_at: date::date(fields, "created_at", path, notes),
        updated_at: date::date(fields, "updated_at", path, notes),
        counters: figures::counters(fields, path, notes),
        guardrail_event: match fields.get("guardrail_event") {
            None | Some(Bson::Null) => None,
            Some(event) => Some(extra::read_event(event.clone(), &path.key("guardrail_event"), notes)),
        },
        ..blank(index)
    };
    if !fields.contains_key("message_id") {
        notes.missing(&path.key("message_id"), "a number");
    }
    if message.redaction.is_some() {
        notes.hush();
    }
    let flat = fields.contains_key("role") || fields.contains_key("content");
    match fields.get("message") {
        Some(Bson::Document(inner)) => body(&mut message, inner, &[], &path.key("message"), notes),
        None if flat => body(&mut message, fields, known::RECORD, path, notes),
        None => notes.missing(&path.key("message"), "a message with role and content"),
        Some(other) => {
            notes.mistyped(&path.key("message"), "a message with role and content", other);
            if flat {
                body(&mut message, fields, known::RECORD, path, notes);
            } else if !matches!(other, Bson::Null) {
                message.content.push(Block::Unknown(other.into()));
            }
        }
    }
    if !flat || matches!(fields.get("message"), Some(Bson::Document(_))) {
        known::shown(fields, &[known::RECORD], path, notes);
    }
    message.content.extend(notes.take_beside(path));
    old_figures(&mut message, fields, path, notes);
    message
}

/// `role`, `content`, `tracking_id` and `metadata`, wherever they stand; `around` are the fields that may stand beside
/// those of a message.
fn body(message: &mut Message, fields: &Document, around: known::Names, path: &Path, notes: &mut Notes) {
    message.role = role(fields, path, notes);
    message.content = openai::content(fields, path, notes);
    message.tracking_id = value::text(fields, "tracking_id", path, notes)
        // As TypeScript writes it.
        .or_else(|| value::text(fields, "trackingId", path, notes));
    known::shown(fields, &[known::MESSAGE, openai::names(fields), around], path, notes);
    let Some(metadata) = value::object(fields, "metadata", path, notes) else { return };
    let path = path.key("metadata");
    known::told(metadata, &[known::METADATA], &path, notes);
    known::aside(metadata, known::METADATA_ASIDE, &path, notes);
    if let Some(usage) = value::object(metadata, "usage", &path, notes) {
        message.usage = Some(figures::usage(usage, &path.key("usage"), notes));
    }
    if let Some(metrics) = value::object(metadata, "metrics", &path, notes) {
        let path = path.key("metrics");
        known::told(metrics, &[known::METRICS], &path, notes);
        message.latency_ms = value::millis(metrics, "latencyMs", &path, notes);
        message.first_byte_ms = value::millis(metrics, "timeToFirstByteMs", &path, notes);
    }
}

/// Figures as older documents have them, where the newer ones are absent.
fn old_figures(message: &mut Message, fields: &Document, path: &Path, notes: &mut Notes) {
    if message.usage.is_none_or(|usage| !usage.is_known()) {
        message.usage = figures::old_usage(fields, path, notes).or(message.usage);
    }
    if message.latency_ms.is_none() {
        message.latency_ms = value::millis(fields, "latency_ms", path, notes);
    }
}

fn role(fields: &Document, path: &Path, notes: &mut Notes) -> Role {
    let path = path.key("role");
    match fields.get("role") {
        Some(Bson::String(word)) => Role::from(word.as_str()),
        Some(other) => {
            notes.mistyped(&path, "a role (a string)", other);
            Role::Unknown
        }
        None => {
            notes.missing(&path, "a role");
            Role::Unknown
        }
    }
}

/// What to show instead. One that cannot be read still hides the original: somebody wanted that hidden.
fn redaction(fields: &Document, path: &Path, notes: &mut Notes) -> Option<Redaction> {
    let path = path.key("redact_message");
    match fields.get("redact_message")? {
        Bson::Null => None,
        Bson::Document(inner) => {
            let role = role(inner, &path, notes);
            let mut content = openai::content(inner, &path, notes);
            known::shown(inner, &[known::MESSAGE, openai::names(inner)], &path, notes);
            content.extend(notes.take_beside(&path));
            Some(Redaction { role, content })
        }
        other => {
            notes.mistyped(&path, "a message to show instead", other);
            Some(Redaction { role: Role::Unknown, content: vec![Block::Unknown(other.into())] })
        }
    }
}
