//! An editor as BSON.

use bson::{Bson, Document, doc};
use jiff::Timestamp;

use crate::{
    app::tui::state::editor::{EditorDraft, Purpose},
    session::{AgentId, Rating},
};

/// An editor as it was left.
pub(super) fn document(left: &EditorDraft) -> Document {
    let mut document = doc! {
        "purpose": purpose(&left.purpose),
        "text": left.text.as_str(),
        "original": left.original.as_str(),
        "is_json": left.is_json,
        "taken": left.taken.clone(),
    };
    for (name, value) in [("stored", &left.stored), ("began", &left.began)] {
        if let Some(value) = value {
            document.insert(name, maybe(value.as_ref()));
        }
    }
    if let Some(at) = left.given_at {
        document.insert("given_at", at.to_string());
    }
    document
}

/// The other way round.
pub(super) fn left(document: &Document) -> Option<EditorDraft> {
    let text = |name: &str| document.get_str(name).ok().map(str::to_owned);
    let known = |name: &str| document.get_document(name).ok().map(|known| known.get("value").cloned());
    let taken = document.get_array("taken").ok()?;
    let given_at = match document.get_str("given_at") {
        Ok(at) => Some(at.parse::<Timestamp>().ok()?),
        Err(_) => None,
    };
    Some(EditorDraft {
        purpose: purpose_of(document.get_document("purpose").ok()?)?,
        text: text("text")?,
        original: text("original")?,
        is_json: document.get_bool("is_json").ok()?,
        taken: taken.iter().filter_map(Bson::as_str).map(str::to_owned).collect(),
        stored: known("stored"),
        began: known("began"),
        given_at,
    })
}

/// A value that may be absent: null is a value.
fn maybe(value: Option<&Bson>) -> Document {
    value.map_or_else(Document::new, |value| doc! { "value": value.clone() })
}

fn purpose(purpose: &Purpose) -> Document {
    match purpose {
        Purpose::Edit { key, shown, kind } => {
            doc! { "edit": key.as_str(), "shown": maybe(shown.as_ref()), "kind": kind.clone() }
        }
        Purpose::Add => doc! { "add": true },
        Purpose::Item => doc! { "item": true },
        Purpose::Rename { key } => doc! { "rename": key.as_str() },
        Purpose::Rate { rating, about } => {
            let mut document = doc! { "rate": rating.as_str() };
            if let Some((agent, message)) = about {
                document.insert("agent", agent.as_str());
                document.insert("message", *message);
            }
            document
        }
    }
}

fn purpose_of(document: &Document) -> Option<Purpose> {
    if let Ok(key) = document.get_str("edit") {
        let shown = document.get_document("shown").ok()?.get("value").cloned();
        return Some(Purpose::Edit { key: key.to_owned(), shown, kind: document.get("kind")?.clone() });
    }
    if let Ok(rating) = document.get_str("rate") {
        let rating = match rating {
            "up" => Rating::Up,
            "down" => Rating::Down,
            "neutral" => Rating::Neutral,
            other => Rating::Other(other.to_owned()),
        };
        let about = match document.get_str("agent") {
            Ok(agent) => Some((AgentId::from(agent), document.get_i64("message").ok()?)),
            Err(_) => None,
        };
        return Some(Purpose::Rate { rating, about });
    }
    if let Ok(key) = document.get_str("rename") {
        return Some(Purpose::Rename { key: key.to_owned() });
    }
    let plain = [("add", Purpose::Add), ("item", Purpose::Item)];
    plain.into_iter().find(|(name, _)| document.contains_key(name)).map(|(_, purpose)| purpose)
}
