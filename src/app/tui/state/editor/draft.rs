//! What an editor is rebuilt from after the program ended with it unsaved.

use bson::Bson;
use jiff::Timestamp;

use super::{Editor, Purpose, Returned, area};
use crate::app::tui::state::named::ChosenSession;

/// An editor as it was left.
#[derive(Debug, Clone, PartialEq)]
pub struct EditorDraft {
    /// What is edited.
    pub purpose: Purpose,
    /// What was typed.
    pub text: String,
    /// What it began with.
    pub original: String,
    /// The text is JSON of the string that is edited.
    pub is_json: bool,
    /// Keys that were there already.
    pub taken: Vec<String>,
    /// The value that was stored when it came back from a conflict.
    pub stored: Option<Option<Bson>>,
    /// The value when it was begun, after a conflict.
    pub began: Option<Option<Bson>>,
    /// When the feedback was given that it holds, where that may be stored already.
    pub given_at: Option<Timestamp>,
}

impl Editor {
    /// What it is rebuilt from.
    #[must_use]
    pub fn draft(&self) -> EditorDraft {
        EditorDraft {
            purpose: self.purpose.clone(),
            text: self.text(),
            original: self.original.clone(),
            is_json: self.is_json,
            taken: self.taken.clone(),
            stored: self.stored.clone(),
            began: self.began.clone(),
            given_at: self.given_at(),
        }
    }

    /// The same editor again, on the session that it was on. It holds something that is not stored, as one that came back does.
    #[must_use]
    pub fn rebuilt(draft: &EditorDraft, session: &ChosenSession) -> Self {
        let mut editor =
            Self::new(draft.purpose.clone(), session.key.clone(), &draft.original).named(session.name.as_str());
        editor.area = area(&draft.text);
        editor.is_json = draft.is_json;
        editor.taken.clone_from(&draft.taken);
        editor.stored.clone_from(&draft.stored);
        editor.began.clone_from(&draft.began);
        editor.returned = Some(Returned::default());
        if draft.given_at.is_some() {
            editor.may_be_done(draft.given_at);
        }
        editor
    }
}

#[cfg(test)]
mod tests {
    use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
    use jiff::tz::TimeZone;

    use super::*;
    use crate::{
        app::tui::state::editor::Edited,
        session::{SessionKey, edit::DateContext},
    };

    fn named() -> ChosenSession {
        ChosenSession { key: SessionKey::from("s"), name: "a name".to_owned() }
    }

    #[test]
    fn an_editor_is_rebuilt_as_it_was_left() {
        let dates = DateContext::new(Timestamp::UNIX_EPOCH, TimeZone::UTC);
        for shown in [Bson::from("low"), Bson::Int64(3), Bson::from("a\u{1b}b")] {
            let mut editor = Editor::field(named().key, "priority", &shown).unwrap().named("a name");
            editor.on_key(KeyEvent::from(KeyCode::Char('1')), &dates);
            let again = Editor::rebuilt(&editor.draft(), &named());
            assert_eq!((again.draft(), again.name()), (editor.draft(), "a name"));
            assert!(again.is_unsaved() && !again.is_waiting());
            let mut again = again;
            let save = KeyEvent::new(KeyCode::Char('s'), KeyModifiers::CONTROL);
            assert_eq!(again.on_key(save, &dates), editor.on_key(save, &dates));
        }
    }

    #[test]
    fn feedback_that_may_be_stored_keeps_its_time() {
        let mut editor = Editor::rate(named().key, Some(("a".into(), 3)));
        editor.paste("slow\nvery");
        editor.may_be_done(Some(Timestamp::UNIX_EPOCH));
        let mut again = Editor::rebuilt(&editor.draft(), &named());
        assert!(again.is_unsure());
        assert_eq!((again.given_at(), again.text()), (Some(Timestamp::UNIX_EPOCH), "slow\nvery".to_owned()));
        let dates = DateContext::new(Timestamp::UNIX_EPOCH, TimeZone::UTC);
        let save = KeyEvent::new(KeyCode::Char('s'), KeyModifiers::CONTROL);
        assert!(matches!(again.on_key(save, &dates), Edited::Save(_)));
    }
}
