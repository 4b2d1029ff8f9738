//! The session that a key acts on: in the list the one under the cursor, open or not. Of one that is not open, what the key needs is
//! read first.

use bson::Document;

use super::{
    AppState, Effect,
    areas::Pane,
    inspector::{Inspector, Subject},
    metadata::stored_of,
    modal::Modal,
    named::ChosenSession,
};
use crate::{
    app::{
        keymap::Action,
        task::{Command, Ticket},
    },
    session::{Session, SessionKey, StoredDate},
};

/// What opens once a session was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Then {
    /// The form on its metadata.
    Edit,
    /// The same, with a new field.
    Add,
    /// The inspector.
    Inspect,
}

/// A session of the list that is being read for a key.
#[derive(Debug)]
pub(super) struct Peek {
    pub ticket: Ticket,
    pub session: ChosenSession,
    pub then: Then,
}

impl AppState {
    /// The session that a key acts on.
    #[must_use]
    pub fn chosen(&self) -> Option<ChosenSession> {
        let workspace = &self.workspace;
        if self.focus == Pane::Sessions {
            let row = workspace.list.selected_row()?;
            return Some(ChosenSession { key: row.key.clone(), name: workspace.list.called(row).to_owned() });
        }
        let (open, name) = workspace.conversation.session().zip(workspace.conversation.name())?;
        Some(ChosenSession { key: open.key.clone(), name: name.to_owned() })
    }

    /// Which session that is: without what it is called, for which every row in view is looked at.
    pub(super) fn chosen_key(&self) -> Option<&SessionKey> {
        let workspace = &self.workspace;
        if self.focus == Pane::Sessions {
            return workspace.list.selected_row().map(|row| &row.key);
        }
        let (open, _) = workspace.conversation.session().zip(workspace.conversation.name())?;
        Some(&open.key)
    }

    /// Opens something on the chosen session, at once where it is open, else once it was read.
    ///
    /// # Errors
    /// Why it cannot be.
    pub(super) fn on_chosen(&mut self, then: Then) -> Result<Vec<Effect>, String> {
        let chosen = self.chosen().ok_or("choose a session first")?;
        let open = self.workspace.conversation.session().filter(|open| open.key == chosen.key);
        if let Some(session) = open {
            let opens = Opens::of(session, then)?;
            return Ok(self.open_on(&chosen, opens));
        }
        let ticket = self.tickets.take();
        let key = chosen.key.clone();
        self.workspace.peek = Some(Peek { ticket, session: chosen, then });
        Ok(vec![Effect::Ask(Command::Peek(ticket, key))])
    }

    /// A session was read for a key. Nobody who went on meanwhile is interrupted.
    pub(super) fn on_peeked(&mut self, ticket: Ticket, session: &Session) -> Vec<Effect> {
        let Some(peek) = self.workspace.peek.take_if(|peek| peek.ticket == ticket) else { return Vec::new() };
        let stays = self.focus == Pane::Sessions && self.modals.is_empty();
        if !stays || self.chosen_key().is_none_or(|now| *now != peek.session.key) {
            return Vec::new();
        }
        match Opens::of(session, peek.then) {
            Ok(opens) => self.open_on(&peek.session, opens),
            Err(why) => self.say(why),
        }
    }

    pub(super) fn begin(&mut self, mut modal: Modal) -> Vec<Effect> {
        let effects = match &mut modal {
            Modal::Inspector(inspector) => inspector.ask_again(&mut self.tickets),
            Modal::Editor(editor) => {
                editor.home = self.workspace.home;
                Vec::new()
            }
            _ => Vec::new(),
        };
        self.modals.push(modal);
        effects
    }

    fn open_on(&mut self, chosen: &ChosenSession, opens: Opens) -> Vec<Effect> {
        match opens {
            Opens::Inspector(inspector) => self.begin(Modal::Inspector(inspector)),
            Opens::Form(stored, made, does) => self.open_form(chosen, (&stored, made), &[], does),
        }
    }
}

/// What a key opens, of a session that was read.
enum Opens {
    /// The inspector.
    Inspector(Box<Inspector>),
    /// The form on what is stored of its metadata, and what is done there at once.
    Form(Document, Option<StoredDate>, Option<Action>),
}

impl Opens {
    fn of(session: &Session, then: Then) -> Result<Self, String> {
        Ok(match then {
            Then::Inspect => Self::Inspector(Box::new(Inspector::on(&Subject::Session, Some(session), None))),
            Then::Add => Self::Form(stored_of(session)?, session.created_at, Some(Action::Add)),
            Then::Edit => Self::Form(stored_of(session)?, session.created_at, None),
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::app::tui::state::sample::Screen;

    #[test]
    fn its_key_is_that_of_the_session_which_a_key_acts_on() {
        let mut screen = Screen::listed(160, 40);
        let is_same = |screen: &Screen| {
            let key = screen.state.chosen_key().cloned();
            assert_eq!(key, screen.state.chosen().map(|chosen| chosen.key));
            key
        };
        screen.press("j");
        let first = is_same(&screen);
        screen.press("\n");
        screen.answer_all();
        for pane in ["2", "3", "4", "5"] {
            screen.press(pane);
            assert_eq!(is_same(&screen), first, "the one that is open");
        }
        screen.press("1j");
        assert!(first.is_some() && is_same(&screen) != first, "the one under the cursor");
    }
}
