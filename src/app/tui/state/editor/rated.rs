//! Feedback that is written, or written anew.

use bson::{Bson, Document};

use super::{Editor, Purpose};
use crate::{
    app::writes::Write,
    session::{
        AgentId, Feedback, Rating, SessionKey,
        record::{FeedbackChange, NewFeedback},
    },
};

/// An element of `feedbacks` as it is to be stored; its other fields and their order stay.
#[must_use]
pub fn changed_feedback(stored: &Bson, rating: &Rating, comment: Option<&str>) -> Document {
    let mut new = stored.as_document().cloned().unwrap_or_default();
    new.insert("rating", rating.stored());
    new.insert("comment", comment.map(str::to_owned));
    new
}

impl Editor {
    /// On feedback that was given here.
    #[must_use]
    pub fn own_feedback(session: SessionKey, feedback: &Feedback) -> Self {
        let about = feedback.agent_id.as_deref().map(AgentId::from).zip(feedback.message_id);
        let purpose = Purpose::Rate { rating: feedback.rating.clone(), about };
        let start = feedback.comment.as_deref().unwrap_or_default();
        Self { changes: Some(feedback.raw.bson()), ..Self::new(purpose, session, start) }
    }

    /// Whether it changes feedback that is stored.
    #[must_use]
    pub fn changes_feedback(&self) -> bool {
        self.changes.is_some()
    }

    /// What is to be stored; `None` where nothing changed.
    pub(super) fn rated(&self, rating: &Rating, about: Option<&(AgentId, i64)>, typed: &str) -> Option<Write> {
        let comment = Some(typed.trim_end()).filter(|comment| !comment.is_empty());
        let session = self.session.clone();
        let Some(stored) = &self.changes else {
            let (agent_id, message_id) = about.cloned().unzip();
            let comment = comment.map(str::to_owned);
            let new = NewFeedback { comment, agent_id, message_id, ..NewFeedback::new(rating.clone()) };
            return Some(Write::Feedback(session, new));
        };
        // Untouched its comment stays as it is, also where blanks end it.
        let comment = if typed == self.original { Some(typed).filter(|typed| !typed.is_empty()) } else { comment };
        let new = changed_feedback(stored, rating, comment);
        let is_new = stored.as_document() != Some(&new);
        is_new.then(|| Write::ChangeFeedback(session, FeedbackChange::to(stored.clone(), new)))
    }
}

#[cfg(test)]
mod tests {
    use bson::doc;
    use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
    use jiff::{Timestamp, tz::TimeZone};

    use super::*;
    use crate::{
        app::tui::state::editor::Edited,
        session::{decode, edit::DateContext},
    };

    fn pressed(stored: &Document, keys: &[KeyCode]) -> Edited {
        let feedback = decode::feedback(&stored.clone().into());
        let mut editor = Editor::own_feedback("s-1".into(), &feedback);
        let dates = DateContext::new(Timestamp::UNIX_EPOCH, TimeZone::UTC);
        for key in keys {
            editor.on_key(KeyEvent::from(*key), &dates);
        }
        editor.on_key(KeyEvent::new(KeyCode::Char('s'), KeyModifiers::CONTROL), &dates)
    }

    #[test]
    fn feedback_is_changed_where_it_stands_and_guarded_by_all_of_it() {
        let stored = doc! { "rating": "up", "by": "me", "comment": "fast ", "created_at": bson::DateTime::MIN };
        assert_eq!(pressed(&stored, &[]), Edited::Close, "nothing changed");
        let Edited::Save(write) = pressed(&stored, &[KeyCode::Tab]) else { panic!("it is stored") };
        let Write::ChangeFeedback(_, change) = *write else { panic!("it is changed") };
        assert_eq!(change.stored, Bson::from(stored.clone()));
        let mut down = stored.clone();
        down.insert("rating", "down");
        assert_eq!(change.new.as_ref(), Some(&down));
        assert!(change.new.unwrap().keys().eq(stored.keys()), "in its order");
        let Edited::Save(write) = pressed(&stored, &[KeyCode::Char('!')]) else { panic!("it is stored") };
        let Write::ChangeFeedback(_, change) = *write else { panic!("it is changed") };
        assert_eq!(change.new.unwrap().get("comment"), Some(&Bson::from("fast !")));
    }
}
