//! Undo and redo of what is stored: of the open session in its panes, of all at the place in the list, and while sessions are reviewed:
//! the rating that was just given is of the one before.

use super::super::{AppState, Effect, areas::Pane};
use crate::app::writes::{UndoScope, Write};

impl AppState {
    /// Takes back the newest change that was made here.
    pub(super) fn undo(&mut self) -> Result<Vec<Effect>, String> {
        self.turn(Write::Undo)
    }

    /// Makes the change again that was taken back last.
    pub(super) fn redo(&mut self) -> Result<Vec<Effect>, String> {
        self.turn(Write::Redo)
    }

    fn turn(&mut self, write: fn(UndoScope) -> Write) -> Result<Vec<Effect>, String> {
        if !self.workspace.connection.is_open() {
            return Err("choose a connection first".to_owned());
        }
        let (scope, name) = if self.focus == Pane::Sessions || self.reviews_sessions() {
            let place = self.workspace.connection.place.as_ref();
            (UndoScope::Place, place.map(|place| place.name.clone()).unwrap_or_default())
        } else {
            let chosen = self.chosen().ok_or("open a session first")?;
            (UndoScope::Session(chosen.key), chosen.name)
        };
        Ok(self.store(write(scope), name, None))
    }
}

#[cfg(test)]
mod tests {
    use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
    use jiff::SignedDuration;

    use super::*;
    use crate::{
        app::{
            task::{Command, Event},
            tui::state::{Input, sample::Screen},
            writes::TurnProgress,
        },
        repository::Error,
    };

    fn writes(screen: &mut Screen) -> Vec<Write> {
        let written = |command| match command {
            Command::Write(_, order) => Some(order.write),
            _ => None,
        };
        screen.asked.drain(..).filter_map(written).collect()
    }

    #[test]
    fn it_is_of_the_open_session_in_its_panes_and_of_the_place_in_the_list() {
        let mut screen = Screen::writable(120, 40);
        let redo = Input::Key(KeyEvent::new(KeyCode::Char('r'), KeyModifiers::CONTROL));
        let open = screen.state.workspace.conversation.session().unwrap().key.clone();
        screen.press("u");
        screen.put(redo);
        let expected = [Write::Undo(UndoScope::Session(open.clone())), Write::Redo(UndoScope::Session(open))];
        assert_eq!(writes(&mut screen), expected);
        screen.state.focus = Pane::Sessions;
        screen.press("u");
        assert_eq!(writes(&mut screen), [Write::Undo(UndoScope::Place)]);
    }

    #[test]
    fn how_far_a_change_of_many_sessions_is_taken_back_is_told() {
        let mut screen = Screen::writable(120, 40);
        screen.state.focus = Pane::Sessions;
        screen.press("u");
        let ticket = screen.asked.drain(..).find_map(|command| match command {
            Command::Write(ticket, _) => Some(ticket),
            _ => None,
        });
        assert_eq!(screen.state.storing().as_deref(), Some("taking back the last change"));
        let later = SignedDuration::from_secs(5);
        screen.state.look.now += later;
        assert!(screen.state.undone().is_some_and(|says| says.ends_with("no answer for 5 s")));
        screen.tell(Event::Turning(ticket.unwrap(), TurnProgress { done: 1280, of: 3000 }));
        assert_eq!(screen.state.undone(), None, "that it goes on is an answer");
        let says = screen.state.storing().unwrap();
        assert!(says.starts_with("taking back the last change: 1") && says.ends_with("000 sessions"), "{says}");
    }

    #[test]
    fn what_stands_in_the_way_is_said_in_words_of_its_own() {
        let mut screen = Screen::writable(120, 40);
        screen.press("u");
        let ticket = screen.asked.drain(..).find_map(|command| match command {
            Command::Write(ticket, _) => Some(ticket),
            _ => None,
        });
        let error = Error::conflict("s", "metadata.a", None);
        screen.tell(Event::NotWritten { ticket: ticket.unwrap(), error, stored: None });
        let says = screen.state.workspace.last_error.clone().unwrap();
        assert!(says.contains("another change of metadata.a of session \"s\" stands in the way"), "{says}");
        assert!(!says.contains("repeat the edit"), "{says}");
    }
}
