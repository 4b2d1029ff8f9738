//! Another session with the id of the one that the form was opened on: what was changed here was meant for the one before.

use super::MetadataForm;
use crate::session::StoredDate;

/// What is said of it.
pub const MADE_ANEW: &str = "deleted and made again meanwhile: the changes here were for the one before";

impl MetadataForm {
    /// The session was told again: when it was made, and whether it is gone.
    pub fn of_session(&mut self, made: Option<StoredDate>, gone: bool) {
        let is_back = self.gone && !gone;
        self.gone = gone;
        if gone {
            return;
        }
        let is_another = self.made.zip(made).is_some_and(|(before, now)| before != now);
        self.made = made.or(self.made);
        if !is_back && !is_another {
            return;
        }
        if self.is_unsaved() || self.has_large() {
            self.anew = true;
        } else {
            self.says = Some("the session was deleted and made again meanwhile".to_owned());
        }
    }

    /// Whether something is not saved that was changed for a session that was deleted since, of which there is another now.
    #[must_use]
    pub fn is_anew(&self) -> bool {
        self.anew && (self.is_unsaved() || self.has_large())
    }

    /// What is changed from here on is for the session that is there.
    pub(super) fn is_settled(&mut self) {
        self.anew = false;
    }
}

#[cfg(test)]
mod tests {
    use bson::doc;

    use super::*;
    use crate::app::{
        place::WriteRules,
        tui::state::{named::ChosenSession, tree::PathKey},
    };

    fn date(seconds: i64) -> StoredDate {
        StoredDate::from_millis(seconds * 1000)
    }

    fn form() -> MetadataForm {
        let session = ChosenSession { key: "s".into(), name: "support-1042".to_owned() };
        let mut form = MetadataForm::new(session, None, WriteRules::default(), &doc! { "flag": true });
        form.of_session(Some(date(1)), false);
        form
    }

    fn change(form: &mut MetadataForm) {
        form.select(&[PathKey::Name("flag".to_owned())]);
        form.edit();
        assert_eq!(form.changes().len(), 1);
    }

    #[test]
    fn what_was_changed_for_a_session_is_not_meant_for_the_next_of_its_id() {
        // Replaced at once; deleted and made again; put back as it was.
        for told in
            [vec![(Some(2), false)], vec![(Some(1), true), (Some(2), false)], vec![(None, true), (Some(1), false)]]
        {
            let mut form = form();
            change(&mut form);
            for (made, gone) in told {
                form.of_session(made.map(date), gone);
            }
            assert!(form.is_anew());
            form.theirs(&doc! { "flag": true, "other": 1 });
            assert!(form.is_anew(), "until it is saved");
            form.sending();
            form.saved(&doc! { "flag": false, "other": 1 });
            change(&mut form);
            assert!(!form.is_anew());
        }
    }

    #[test]
    fn the_same_session_told_again_and_one_of_which_nothing_is_known_are_no_other() {
        let mut form = form();
        change(&mut form);
        for made in [Some(date(1)), None, Some(date(1))] {
            form.of_session(made, false);
            assert!(!form.is_anew());
        }
        form.of_session(Some(date(2)), false);
        form.discard();
        assert!(!form.is_anew());
    }

    #[test]
    fn where_nothing_was_changed_it_is_said_alone() {
        let mut form = form();
        form.of_session(Some(date(2)), false);
        assert!(form.says.take().is_some_and(|says| says.contains("made again")));
        change(&mut form);
        assert!(!form.is_anew(), "that is for the one that is there");
    }
}
