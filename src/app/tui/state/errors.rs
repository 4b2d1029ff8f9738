//! Errors that were shown, so that each can be read in full later, also after the line that showed it went on.

use std::collections::VecDeque;

use jiff::Timestamp;

use super::{
    AppState, Effect,
    modal::Modal,
    note::{Note, NotePart},
};
use crate::{
    app::{task::command::Lane, text, tui::render::format},
    session::SessionKey,
};

/// Older ones are forgotten.
const KEPT: usize = 50;

/// The errors that were shown, newest first, with the time of the last time each was; and news that are worth to be read in full.
#[derive(Debug, Default)]
pub struct ShownErrors(VecDeque<ShownText>);

#[derive(Debug)]
struct ShownText {
    at: Timestamp,
    text: String,
    is_news: bool,
}

impl ShownErrors {
    /// Keeps one. The same again is one error.
    pub fn keep(&mut self, text: &str, now: Timestamp) {
        self.push(ShownText { at: now, text: text.to_owned(), is_news: false });
    }

    /// Keeps news that are no error.
    pub fn keep_news(&mut self, text: &str, now: Timestamp) {
        self.push(ShownText { at: now, text: text.to_owned(), is_news: true });
    }

    /// Keeps one that was shown before: where it is kept already, with the time it was shown.
    fn keep_known(&mut self, text: &str, now: Timestamp) {
        if self.0.iter().all(|known| known.text != text) {
            self.keep(text, now);
        }
    }

    /// Whether a text was kept as news.
    #[must_use]
    pub fn is_news(&self, text: &str) -> bool {
        self.0.iter().any(|shown| shown.is_news && shown.text == text)
    }

    fn push(&mut self, shown: ShownText) {
        self.0.retain(|known| known.text != shown.text);
        self.0.push_front(shown);
        self.0.truncate(KEPT);
    }

    /// Each with the last time it was shown, the newest first.
    pub fn dated(&self) -> impl Iterator<Item = (Timestamp, &str)> {
        self.0.iter().map(|shown| (shown.at, shown.text.as_str()))
    }

    /// Each with its age, the newest first.
    #[must_use]
    pub fn aged(&self, now: Timestamp) -> Vec<(String, String)> {
        self.0.iter().map(|shown| (format::age(shown.at.into(), now), shown.text.clone())).collect()
    }
}

impl AppState {
    /// Shows an error on the status line, in place of what was said before, and keeps it.
    pub fn tell_error(&mut self, text: String) {
        self.errors.keep(&text, self.look.now);
        self.workspace.last_error = Some(text);
        self.workspace.not_written = false;
        self.said = None;
    }

    /// That the keys of encrypted metadata are not here, where they should be.
    pub(super) fn tell_missing_keys(&mut self) {
        if let Some(why) = self.reveal.missing() {
            let says = format!("encrypted metadata is not opened: {}", text::line(why));
            self.say_and_keep(says);
        }
    }

    /// Says something that can be read in full later, as errors can.
    pub fn say_and_keep(&mut self, text: String) {
        self.errors.keep_news(&text, self.look.now);
        self.said = Some(text);
    }

    /// Whether what is said can be read in full later.
    #[must_use]
    pub fn is_said_in_full(&self) -> bool {
        self.said.as_deref().is_some_and(|said| self.errors.is_news(said))
    }

    /// What is wrong now.
    #[must_use]
    pub fn wrong(&self) -> Option<String> {
        let lost = self.workspace.connection.lost.as_ref().map(|lost| format!("connection lost: {}", lost.reason));
        lost.or_else(|| self.workspace.last_error.clone())
    }

    /// Every error that was shown, in full, the newest first.
    pub(super) fn show_last_error(&mut self) -> Vec<Effect> {
        if let Some(wrong) = self.wrong() {
            self.errors.keep_known(&wrong, self.look.now);
        }
        let errors = self.errors.aged(self.look.now);
        if errors.is_empty() {
            return self.say("no error so far");
        }
        let mut note = Note::errors(errors);
        for part in &mut note.parts {
            if let NotePart::Error(text) = part
                && self.errors.is_news(text)
            {
                *part = NotePart::Text(std::mem::take(text));
                "what was said, the newest first".clone_into(&mut note.title);
            }
        }
        self.modals.push(Modal::Note(Box::new(note)));
        Vec::new()
    }

    /// The session that a lane's question was about.
    pub(super) fn asked_about(&self, lane: Lane) -> Option<SessionKey> {
        let workspace = &self.workspace;
        let open = || workspace.conversation.session().map(|session| session.key.clone());
        match lane {
            Lane::Open => workspace.conversation.key().cloned(),
            Lane::Messages | Lane::Outline | Lane::Find => open(),
            Lane::Peek => workspace.peek.as_ref().map(|peek| peek.session.key.clone()),
            Lane::Inspect => self.modals.iter().rev().find_map(|modal| match modal {
                Modal::Inspector(inspector) => inspector.session().cloned(),
                _ => None,
            }),
            Lane::Connection
            | Lane::List
            | Lane::Rows
            | Lane::Count
            | Lane::Details
            | Lane::Fleet
            | Lane::View
            | Lane::Alert
            | Lane::Bulk
            | Lane::Offers
            | Lane::Typed
            | Lane::Write => None,
        }
    }

    /// Whether a lane's question was about a session that nothing shows any more, such as one that was deleted meanwhile.
    pub(super) fn is_let_go(&self, lane: Lane) -> bool {
        let is_of_one =
            matches!(lane, Lane::Open | Lane::Messages | Lane::Outline | Lane::Find | Lane::Peek | Lane::Inspect);
        is_of_one && self.asked_about(lane).is_none()
    }

    /// The session is not there any more: its row and its conversation say so.
    pub(super) fn mark_gone(&mut self, key: SessionKey) {
        self.workspace.conversation.mark_gone(&key);
        self.mark_forms_gone(&key);
        self.workspace.fleet.forget(&key);
        self.workspace.list.mark_gone(key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_error_is_kept_once_the_newest_first_and_the_oldest_go() {
        let at = |second| Timestamp::from_second(second).unwrap();
        let mut errors = ShownErrors::default();
        errors.keep("a", at(0));
        errors.keep("b", at(60));
        errors.keep("a", at(120));
        let texts = |errors: &ShownErrors| {
            errors.aged(at(120)).into_iter().map(|(age, text)| age + " " + &text).collect::<Vec<_>>()
        };
        assert_eq!(texts(&errors), ["now a", "1m b"]);
        for n in 0..100 {
            errors.keep(&n.to_string(), at(120));
        }
        assert_eq!((errors.aged(at(120)).len(), texts(&errors)[0].as_str()), (KEPT, "now 99"));
    }
}
