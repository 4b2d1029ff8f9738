//! A read that does not answer: told as soon as it is slow, as a write is.

use super::{
    AppState, Input,
    areas::Pane,
    connection::Stage,
    writing::{NO_ANSWER, SLOW_S},
};
use crate::app::{task::command::Lane, text};

impl AppState {
    /// Whether the task answered something just now that is waited for; counts and sizes come beside what is.
    pub(super) fn is_answer(input: &Input) -> bool {
        let Input::Task(event) = input else { return false };
        let beside = [Lane::Count, Lane::Details, Lane::Rows, Lane::Fleet, Lane::Offers, Lane::Typed];
        event.answers().is_some_and(|(lane, _)| !beside.contains(&lane))
    }

    /// What is loading.
    #[must_use]
    pub fn loading(&self) -> Option<String> {
        match (&self.workspace.connection.stage, &self.workspace.connection.place) {
            (Stage::Connecting, Some(place)) => {
                let fetches = self.workspace.connection.fetches.as_ref().map(|what| format!("waiting for {what}"));
                return Some(fetches.unwrap_or_else(|| format!("connecting to {}", place.name)));
            }
            _ if self.workspace.resolving.is_some() => return Some("looking for the session".into()),
            _ => {}
        }
        if let Some(storing) = self.storing() {
            return Some(storing);
        }
        if let Some(peek) = &self.workspace.peek {
            return Some(format!("reading {}", text::line(&peek.session.name)));
        }
        self.workspace.list.loading().or_else(|| self.workspace.conversation.loading())
    }

    /// Notes since when nothing was answered to what is read.
    pub(super) fn note_silence(&mut self, answered: bool) {
        let Some(reading) = self.loading() else {
            self.silent = None;
            return;
        };
        let goes_on = self.silent.as_ref().is_some_and(|(since, before)| *before == reading && *since <= self.look.now);
        if answered || !goes_on {
            self.silent = Some((self.look.now, reading));
        }
    }

    /// What is read and was not answered for a while, for the status line. Safe text.
    #[must_use]
    pub fn silence(&self) -> Option<String> {
        let (since, reading) = self.silent.as_ref().filter(|_| self.storing().is_none())?;
        let waited = self.look.now.as_second().saturating_sub(since.as_second());
        (waited >= SLOW_S).then(|| format!("{reading}: {NO_ANSWER} {waited} s"))
    }

    /// Whether `Back` gives up something that is read.
    #[must_use]
    pub fn can_give_up(&self) -> bool {
        let workspace = &self.workspace;
        let in_list = self.focus == Pane::Sessions;
        workspace.resolving.is_some()
            || workspace.peek.is_some()
            || (in_list && (workspace.list.can_give_up() || workspace.conversation.is_slow_preview()))
            || (!in_list && workspace.conversation.can_give_up())
    }
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::super::sample::Screen;
    use super::*;
    use crate::app::keymap::Action;

    fn after(screen: &mut Screen, seconds: i64) {
        let later = screen.state.look.now.checked_add(SignedDuration::from_secs(seconds)).unwrap();
        screen.put(Input::Tick(later));
    }

    #[test]
    fn a_read_without_an_answer_is_told_and_can_be_given_up() {
        let mut screen = Screen::listed(120, 40);
        after(&mut screen, 3600);
        screen.press("j\n");
        assert_eq!(screen.state.silence(), None, "it may be there in a moment");
        after(&mut screen, 7);
        assert_eq!(screen.state.silence().as_deref(), Some("opening support-updated-1: no answer for 7 s"));
        assert_eq!(screen.state.offers().first(), Some(&(Action::Back, "give up")));
        screen.press("k");
        assert!(screen.state.silence().is_some(), "a key is no answer");
        screen.answer_all();
        assert_eq!(screen.state.silence(), None);
        assert_eq!(screen.state.offers().first(), Some(&(Action::Back, "back")));
        screen.press("\u{1b}S");
        after(&mut screen, 3);
        let said = screen.state.silence().unwrap();
        assert!(said.starts_with("sorting by ") && said.ends_with(": no answer for 3 s"), "{said}");
        screen.press("\u{1b}");
        assert_eq!(screen.state.silence(), None);
    }
}
