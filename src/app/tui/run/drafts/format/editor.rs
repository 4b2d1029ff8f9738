//! An editor of feedback as BSON.

use bson::{Document, doc};
use jiff::Timestamp;

use crate::{
    app::tui::state::editor::EditorDraft,
    session::{AgentId, Rating},
};

/// An editor as it was left.
pub(super) fn document(left: &EditorDraft) -> Document {
    let mut document = doc! {
        "rate": left.rating.as_str(),
        "text": left.text.as_str(),
        "original": left.original.as_str(),
    };
    if let Some((agent, message)) = &left.about {
        document.insert("agent", agent.as_str());
        document.insert("message", *message);
    }
    if let Some(changes) = &left.changes {
        document.insert("changes", changes.clone());
    }
    if let Some(at) = left.given_at {
        document.insert("given_at", at.to_string());
    }
    document
}

/// The other way round.
pub(super) fn left(document: &Document) -> Option<EditorDraft> {
    let text = |name: &str| document.get_str(name).ok().map(str::to_owned);
    let rating = match document.get_str("rate").ok()? {
        "up" => Rating::Up,
        "down" => Rating::Down,
        "neutral" => Rating::Neutral,
        other => Rating::Other(other.to_owned()),
    };
    let about = match document.get_str("agent") {
        Ok(agent) => Some((AgentId::from(agent), document.get_i64("message").ok()?)),
        Err(_) => None,
    };
    let given_at = match document.get_str("given_at") {
        Ok(at) => Some(at.parse::<Timestamp>().ok()?),
        Err(_) => None,
    };
    let changes = document.get("changes").cloned();
    Some(EditorDraft { rating, about, text: text("text")?, original: text("original")?, changes, given_at })
}
