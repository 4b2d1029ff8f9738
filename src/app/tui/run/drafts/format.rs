//! The file of a draft: JSON that people can read, and in it exact BSON that the draft is rebuilt from.

mod editor;
mod form;

use base64::Engine;
use bson::{Bson, Document, doc};
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::{
    app::tui::state::{
        connection::LastingPlace,
        kept_drafts::{Draft, DraftContent},
        named::ChosenSession,
        writing::MAY_BE_DONE,
    },
    session::SessionKey,
};

/// What is written today.
const VERSION: u64 = 1;

/// What a file holds.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct DraftRecord {
    /// When it was typed.
    pub at: Timestamp,
    /// Counts the states of what one window holds: of two files of one draft the greater is the newer.
    pub turn: u64,
    /// The draft.
    pub draft: Draft,
}

/// The file of a draft.
pub(super) fn written(record: &DraftRecord) -> Vec<u8> {
    let DraftRecord { at, turn, draft } = record;
    let mut json = json!({
        "version": VERSION,
        "typed_at": at.to_string(),
        "session_id": draft.session.key.text(),
        "for": draft.what,
        "text": draft.text,
    });
    if let Some(place) = &draft.place {
        json["place"] = json!({ "name": place.name, "location": place.location, "identity": place.identity });
    }
    if draft.may_be_stored {
        json["note"] = MAY_BE_DONE.into();
    }
    json["turn"] = (*turn).into();
    json["exact"] = exact(draft).into();
    let mut bytes = serde_json::to_vec_pretty(&json).unwrap_or_default();
    bytes.push(b'\n');
    bytes
}

/// The session's `_id` with its type, and what is rebuilt.
fn exact(draft: &Draft) -> String {
    let mut exact = doc! { "_id": draft.session.key.bson().clone(), "name": draft.session.name.as_str() };
    match &draft.content {
        DraftContent::Editor(left) => exact.insert("editor", editor::document(left)),
        DraftContent::Form(left) => exact.insert("form", form::document(left)),
    };
    let bytes = bson::serialize_to_vec(&exact).unwrap_or_default();
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

/// Reads it back.
///
/// # Errors
/// Why it cannot be read, in a few words.
pub(super) fn read(bytes: &[u8]) -> Result<DraftRecord, String> {
    const DAMAGED: &str = "its file is damaged";
    let json: Value = serde_json::from_slice(bytes).map_err(|_| DAMAGED)?;
    match json["version"].as_u64() {
        Some(VERSION) => {}
        Some(newer) if newer > VERSION => return Err("a newer strandscope wrote it".to_owned()),
        _ if json.get("text").is_some() => return Err("an older strandscope wrote it".to_owned()),
        _ => return Err(DAMAGED.to_owned()),
    }
    record(&json).ok_or_else(|| DAMAGED.to_owned())
}

fn record(json: &Value) -> Option<DraftRecord> {
    let text = |at: &Value| at.as_str().map(str::to_owned);
    let exact = base64::engine::general_purpose::STANDARD.decode(json["exact"].as_str()?).ok()?;
    let mut exact = Document::from_reader(&exact[..]).ok()?;
    let key = SessionKey::new(exact.remove("_id")?);
    let name = exact.get_str("name").ok()?.to_owned();
    let session = ChosenSession { key, name };
    let content = match (exact.remove("editor"), exact.remove("form")) {
        (Some(Bson::Document(left)), _) => DraftContent::Editor(Box::new(editor::left(&left)?)),
        (_, Some(Bson::Document(left))) => DraftContent::Form(Box::new(form::left(left, session.clone())?)),
        _ => return None,
    };
    let place = match &json["place"] {
        Value::Null => None,
        place => Some(LastingPlace {
            name: text(&place["name"])?,
            location: text(&place["location"])?,
            identity: text(&place["identity"])?,
        }),
    };
    let draft = Draft {
        place,
        session,
        what: text(&json["for"])?,
        text: text(&json["text"])?,
        may_be_stored: json.get("note").is_some(),
        content,
    };
    let at = json["typed_at"].as_str()?.parse().ok()?;
    Some(DraftRecord { at, turn: json["turn"].as_u64()?, draft })
}

#[cfg(test)]
pub(super) mod tests {
    use bson::oid::ObjectId;

    use super::*;
    use crate::{
        app::tui::state::editor::Editor,
        session::{AgentId, decode},
    };

    /// Feedback being typed on a session.
    pub(in super::super) fn draft(session: &str, text: &str) -> Draft {
        let mut editor = Editor::rate(SessionKey::from(session), Some((AgentId::from("support"), 3)));
        editor.paste(text);
        of(&editor)
    }

    fn of(editor: &Editor) -> Draft {
        Draft {
            place: Some(LastingPlace {
                name: "prod-eu".to_owned(),
                location: "agents.sessions".to_owned(),
                identity: "db1:27017/agents.sessions".to_owned(),
            }),
            session: ChosenSession { key: editor.session.clone(), name: editor.name().to_owned() },
            what: editor.title_here(),
            text: editor.text(),
            may_be_stored: editor.is_unsure(),
            content: DraftContent::Editor(Box::new(editor.draft().unwrap())),
        }
    }

    #[test]
    fn what_is_written_is_read_back() {
        let at: Timestamp = "2026-11-29T14:02:11.5Z".parse().unwrap();
        let mut unsure = Editor::rate(SessionKey::from("s"), None);
        unsure.may_be_done(Some(at));
        let about = Editor::rate(SessionKey::new(Bson::Int64(5)), Some((AgentId::from("a.b"), 3)));
        let given = doc! { "rating": "down", "comment": "slow", "by": Bson::ObjectId(ObjectId::from_bytes([7; 12])) };
        let own = Editor::own_feedback(SessionKey::new(Bson::Null), &decode::feedback(&given.into()));
        for editor in [&unsure, &about, &own] {
            let record = DraftRecord { at, turn: 7, draft: of(editor) };
            let bytes = written(&record);
            assert_eq!(read(&bytes).as_ref(), Ok(&record));
            for end in 0..bytes.len() - 2 {
                assert!(read(&bytes[..end]).is_err(), "torn at {end}");
            }
        }
        let nowhere = Draft { place: None, ..draft("s", "x") };
        let record = DraftRecord { at, turn: 0, draft: nowhere };
        assert_eq!(read(&written(&record)), Ok(record));
    }

    #[test]
    fn what_another_version_wrote_is_told_from_what_is_damaged() {
        let says = |text: &str| read(text.as_bytes()).unwrap_err();
        assert_eq!(says(r#"{"version": 2, "text": "x"}"#), "a newer strandscope wrote it");
        assert_eq!(says(r#"{"session_id": "s", "for": "a", "text": "x"}"#), "an older strandscope wrote it");
        for damaged in ["", "[]", "null", "\0\0\0", r#"{"version": 1, "text": "x"}"#, r#"{"version": "x"}"#] {
            assert_eq!(says(damaged), "its file is damaged", "{damaged}");
        }
    }
}
