//! What was said, and errors that were shown, so that each can be read in full later, also after the line that showed it went on.

use std::collections::VecDeque;

use jiff::Timestamp;

use super::{
    AppState, Effect,
    modal::Modal,
    note::{Note, SaidLine},
};
use crate::{
    app::{
        task::command::Lane,
        text,
        tui::render::{Look, format},
    },
    session::SessionKey,
};

/// Older errors and news are forgotten.
const KEPT: usize = 50;

/// Older ones of what was said besides are forgotten: however much is said, no error goes for it.
const SAID: usize = 100;

/// What was shown, newest first, with the time of the last time each was.
#[derive(Debug, Default)]
pub struct ShownErrors {
    shown: VecDeque<ShownText>,
    /// What is said by now, as it was kept.
    noted: Option<String>,
}

#[derive(Debug)]
struct ShownText {
    at: Timestamp,
    text: String,
    kind: ShownKind,
}

/// As what a text was shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ShownKind {
    Error,
    /// No error, and kept as long as one.
    News,
    Said,
}

impl ShownErrors {
    /// Keeps one. The same again is one error.
    pub fn keep(&mut self, text: &str, now: Timestamp) {
        self.push(ShownText { at: now, text: text.to_owned(), kind: ShownKind::Error });
    }

    /// Keeps news that are no error.
    pub fn keep_news(&mut self, text: &str, now: Timestamp) {
        self.push(ShownText { at: now, text: text.to_owned(), kind: ShownKind::News });
    }

    /// Keeps one that was shown before: where it is kept already, with the time it was shown.
    fn keep_known(&mut self, text: &str, now: Timestamp) {
        if self.shown.iter().all(|known| known.text != text || known.kind == ShownKind::Said) {
            self.keep(text, now);
        }
    }

    /// Keeps what is said, once for each time that it is.
    fn note(&mut self, said: Option<&str>, now: Timestamp) {
        if self.noted.as_deref() == said {
            return;
        }
        let before = std::mem::replace(&mut self.noted, said.map(str::to_owned));
        let Some(said) = said else { return };
        // What is kept as an error or as news stays that.
        let known = self.shown.iter().find(|known| known.text == said).map(|known| known.kind);
        // More was added to what is still said: that is one line.
        let is_longer = |last: &mut ShownText| before.as_deref() == Some(&last.text) && said.starts_with(&last.text);
        drop(self.shown.pop_front_if(|last| last.kind == ShownKind::Said && is_longer(last)));
        self.push(ShownText { at: now, text: said.to_owned(), kind: known.unwrap_or(ShownKind::Said) });
    }

    /// Whether a text can be read in full.
    fn holds(&self, text: &str) -> bool {
        self.shown.iter().any(|shown| shown.text == text)
    }

    fn push(&mut self, shown: ShownText) {
        self.shown.retain(|known| known.text != shown.text);
        self.shown.push_front(shown);
        let (mut kept, mut said) = (KEPT, SAID);
        self.shown.retain(|shown| {
            let left = if shown.kind == ShownKind::Said { &mut said } else { &mut kept };
            let has_room = *left > 0;
            *left = left.saturating_sub(1);
            has_room
        });
    }

    /// Errors and news with the last time each was shown, the newest first.
    pub fn dated(&self) -> impl Iterator<Item = (Timestamp, &str)> {
        let kept = self.shown.iter().filter(|shown| shown.kind != ShownKind::Said);
        kept.map(|shown| (shown.at, shown.text.as_str()))
    }

    /// All of it, the newest first.
    fn lines(&self, look: &Look) -> Vec<SaidLine> {
        let line = |shown: &ShownText| SaidLine {
            at: format::minute(shown.at, look.now, look),
            text: shown.text.clone(),
            is_error: shown.kind == ShownKind::Error,
        };
        self.shown.iter().map(line).collect()
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

    /// Keeps what is said by now, so that it can be read in full later.
    pub(super) fn note_said(&mut self) {
        self.errors.note(self.said.as_deref(), self.look.now);
    }

    /// Nothing is said any more: the next one is said anew, were it the same.
    pub(super) fn put_said_away(&mut self) {
        self.note_said();
        self.said = None;
        self.note_said();
    }

    /// Whether what is said can be read in full.
    #[must_use]
    pub fn is_said_in_full(&self) -> bool {
        self.said.as_deref().is_some_and(|said| self.errors.holds(said))
    }

    /// What is wrong now.
    #[must_use]
    pub fn wrong(&self) -> Option<String> {
        let lost = self.workspace.connection.lost.as_ref().map(|lost| format!("connection lost: {}", lost.reason));
        lost.or_else(|| self.workspace.last_error.clone())
    }

    /// What was said and every error that was shown, in full, the newest first.
    pub(super) fn show_last_error(&mut self) -> Vec<Effect> {
        if let Some(wrong) = self.wrong() {
            self.errors.keep_known(&wrong, self.look.now);
        }
        let lines = self.errors.lines(&self.look);
        if lines.is_empty() {
            return self.say("nothing was said so far, and nothing went wrong");
        }
        self.modals.push(Modal::Note(Box::new(Note::said(lines))));
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
    use crate::app::tui::state::{Input, note::NotePart, sample::Screen};

    fn texts(errors: &ShownErrors) -> Vec<&str> {
        errors.shown.iter().map(|shown| shown.text.as_str()).collect()
    }

    #[test]
    fn every_error_is_kept_once_the_newest_first_and_the_oldest_go() {
        let at = |second| Timestamp::from_second(second).unwrap();
        let mut errors = ShownErrors::default();
        errors.keep("a", at(0));
        errors.keep("b", at(60));
        errors.keep("a", at(120));
        assert_eq!(errors.dated().collect::<Vec<_>>(), [(at(120), "a"), (at(60), "b")]);
        for n in 0..100 {
            errors.keep(&n.to_string(), at(120));
        }
        assert_eq!((errors.dated().count(), texts(&errors)[0]), (KEPT, "99"));
    }

    #[test]
    fn whatever_is_said_is_kept_once_each_time_and_no_error_goes_for_it() {
        let at = |second| Timestamp::from_second(second).unwrap();
        let mut errors = ShownErrors::default();
        errors.keep("broken", at(0));
        for n in 0..300 {
            errors.note(Some(&format!("line {n}")), at(n));
        }
        assert_eq!((errors.shown.len(), texts(&errors)[0]), (SAID + 1, "line 299"));
        assert_eq!(errors.dated().collect::<Vec<_>>(), [(at(0), "broken")], "what was said is no error");
        errors.note(Some("line 299"), at(400));
        assert_eq!(errors.shown[0].at, at(299), "it still stands there");
        errors.note(None, at(400));
        errors.note(Some("line 299"), at(400));
        assert_eq!(errors.shown[0].at, at(400), "it was said again");
        errors.note(Some("line 299; connected again"), at(401));
        assert_eq!(texts(&errors)[..2], ["line 299; connected again", "line 298"], "one line with what was added");
        errors.note(None, at(401));
        errors.note(Some("line 299; connected again, at last"), at(401));
        assert_eq!(texts(&errors)[1], "line 299; connected again", "what was said before stays");
        errors.keep_news("a copy is kept", at(402));
        errors.note(Some("a copy is kept"), at(402));
        assert_eq!(errors.dated().next(), Some((at(402), "a copy is kept")), "it stays news");
    }

    #[test]
    fn a_line_that_was_cut_is_read_in_full_with_the_errors_marked() {
        let mut screen = Screen::listed(60, 20);
        let long = "a sentence that is far longer than the last line of so narrow a screen has room for, to its end";
        screen.state.said = Some(long.to_owned());
        screen.put(Input::Resize(ratatui::layout::Size::new(60, 20)));
        assert!(screen.state.is_said_in_full());
        screen.state.tell_error("it broke".to_owned());
        screen.press("E");
        let Some(Modal::Note(note)) = screen.state.modals.last() else { panic!("no list of what was said") };
        let lines: Vec<(&str, bool)> = note
            .parts
            .iter()
            .filter_map(|part| match part {
                NotePart::Said(line) => Some((line.text.as_str(), line.is_error)),
                _ => None,
            })
            .collect();
        assert_eq!(lines[..2], [("it broke", true), (long, false)]);
    }
}
