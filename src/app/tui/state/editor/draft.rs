//! What an editor of feedback is rebuilt from after the program ended with it unsaved. What is typed for a form is kept with that.

use bson::Bson;
use jiff::Timestamp;

use super::{Editor, Purpose, Returned, area};
use crate::{
    app::tui::state::named::ChosenSession,
    session::{AgentId, Rating},
};

/// An editor of feedback as it was left.
#[derive(Debug, Clone, PartialEq)]
pub struct EditorDraft {
    /// The rating.
    pub rating: Rating,
    /// The message it speaks of.
    pub about: Option<(AgentId, i64)>,
    /// What was typed.
    pub text: String,
    /// What it began with.
    pub original: String,
    /// The feedback that it changes, as it is stored.
    pub changes: Option<Bson>,
    /// When the feedback was given that it holds, where that may be stored already.
    pub given_at: Option<Timestamp>,
}

impl Editor {
    /// What it is rebuilt from; `None`: what is typed goes into a form.
    #[must_use]
    pub fn draft(&self) -> Option<EditorDraft> {
        let Purpose::Rate { rating, about } = &self.purpose else { return None };
        Some(EditorDraft {
            rating: rating.clone(),
            about: about.clone(),
            text: self.text(),
            original: self.original.clone(),
            changes: self.changes.clone(),
            given_at: self.given_at(),
        })
    }

    /// The same editor again, on the session that it was on. It holds something that is not stored, as one that came back does.
    #[must_use]
    pub fn rebuilt(draft: &EditorDraft, session: &ChosenSession) -> Self {
        let purpose = Purpose::Rate { rating: draft.rating.clone(), about: draft.about.clone() };
        let mut editor = Self::new(purpose, session.key.clone(), &draft.original).named(session.name.as_str());
        editor.area = area(&draft.text);
        editor.changes.clone_from(&draft.changes);
        editor.returned = Some(Returned::default());
        if draft.given_at.is_some() {
            editor.may_be_done(draft.given_at);
        }
        editor
    }
}

#[cfg(test)]
mod tests {
    use bson::doc;
    use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
    use jiff::tz::TimeZone;

    use super::*;
    use crate::{
        app::tui::state::editor::Edited,
        session::{SessionKey, decode, edit::DateContext},
    };

    fn named() -> ChosenSession {
        ChosenSession { key: SessionKey::from("s"), name: "a name".to_owned() }
    }

    #[test]
    fn an_editor_is_rebuilt_as_it_was_left() {
        let dates = DateContext::new(Timestamp::UNIX_EPOCH, TimeZone::UTC);
        let own = decode::feedback(&doc! { "rating": "down", "comment": "slow", "by": "me" }.into());
        for editor in [Editor::rate(named().key, Some(("a".into(), 3))), Editor::own_feedback(named().key, &own)] {
            let mut editor = editor.named("a name");
            editor.paste("er");
            let mut again = Editor::rebuilt(&editor.draft().unwrap(), &named());
            assert_eq!((again.draft(), again.name()), (editor.draft(), "a name"));
            assert!(again.is_unsaved() && !again.is_waiting());
            let save = KeyEvent::new(KeyCode::Char('s'), KeyModifiers::CONTROL);
            let (Edited::Save(again), Edited::Save(saved)) = (again.on_key(save, &dates), editor.on_key(save, &dates))
            else {
                panic!("both are saved")
            };
            assert_eq!(
                std::mem::discriminant(&*again),
                std::mem::discriminant(&*saved),
                "what it changes is not doubled"
            );
        }
        assert_eq!(Editor::field(named().key, "priority", &"low".into()).unwrap().draft(), None);
    }

    #[test]
    fn feedback_that_may_be_stored_keeps_its_time() {
        let mut editor = Editor::rate(named().key, Some(("a".into(), 3)));
        editor.paste("slow\nvery");
        editor.may_be_done(Some(Timestamp::UNIX_EPOCH));
        let mut again = Editor::rebuilt(&editor.draft().unwrap(), &named());
        assert!(again.is_unsure());
        assert_eq!((again.given_at(), again.text()), (Some(Timestamp::UNIX_EPOCH), "slow\nvery".to_owned()));
        let dates = DateContext::new(Timestamp::UNIX_EPOCH, TimeZone::UTC);
        let save = KeyEvent::new(KeyCode::Char('s'), KeyModifiers::CONTROL);
        assert!(matches!(again.on_key(save, &dates), Edited::Save(_)));
    }
}
