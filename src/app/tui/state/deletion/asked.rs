//! Asking for a deletion, and ordering it.

use crossterm::event::KeyEvent;

use super::{CountStand, DeletionPane};
use crate::{
    app::{
        agreed,
        task::{Command, Ticket, command::Lane},
        told,
        tui::{
            render::goes::DeletedSums,
            state::{
                AppState, Effect,
                areas::Pane,
                modal::Modal,
                named::ChosenSession,
                typed_word::{TypedWord, WordKey},
            },
        },
        writes::{
            Write,
            bulk::{BulkChange, BulkOrder, BulkScope},
        },
    },
    repository::Error,
    session::{Details, SessionKey},
};

impl AppState {
    /// Asks before the session is deleted, or in the list those that are marked.
    ///
    /// # Errors
    /// That there is none.
    pub(in super::super) fn delete(&mut self) -> Result<Vec<Effect>, String> {
        let marked = self.workspace.list.marked_scope().filter(|_| self.focus == Pane::Sessions);
        let (one, scope) = if let Some(scope) = marked {
            (None, scope)
        } else {
            let chosen = self.chosen().ok_or("choose a session first")?;
            let scope = BulkScope::Sessions([chosen.key.clone()].into());
            (Some(chosen), scope)
        };
        Ok(self.ask_deletion(one, scope, BulkChange::Delete))
    }

    /// Asks before those of some sessions are deleted of which the change says so.
    pub(in super::super) fn ask_deletion(
        &mut self,
        one: Option<ChosenSession>,
        scope: BulkScope,
        change: BulkChange,
    ) -> Vec<Effect> {
        let ticket = self.tickets.take();
        let order = BulkOrder { scope, change: change.clone(), dates: self.look.dates() };
        let (typed, sums, keys) = (TypedWord::default(), DeletedSums::default(), Vec::new());
        let pane = DeletionPane { change, one, typed, sums, undated: 0, stand: CountStand::UnderWay, keys, ticket };
        self.modals.push(Modal::Deletion(Box::new(pane)));
        vec![Effect::Ask(Command::Weigh(ticket, Box::new(order)))]
    }

    fn deletion(&mut self, ticket: Ticket) -> Option<&mut DeletionPane> {
        self.modals.iter_mut().find_map(|modal| match modal {
            Modal::Deletion(pane) if pane.ticket == ticket => Some(pane.as_mut()),
            _ => None,
        })
    }

    /// Some of what goes was counted.
    pub(in super::super) fn on_weighed(
        &mut self,
        ticket: Ticket,
        found: &[(SessionKey, Details)],
        undated: u64,
        done: bool,
    ) {
        let Some(pane) = self.deletion(ticket) else { return };
        pane.undated = undated;
        for (_, details) in found {
            pane.sums.add(details);
        }
        pane.keys.extend(found.iter().map(|(key, _)| key.clone()));
        if done {
            pane.stand = CountStand::Done;
        }
    }

    /// What goes cannot be counted.
    pub(in super::super) fn not_weighed(&mut self, ticket: Ticket, error: &Error) {
        if let Some(pane) = self.deletion(ticket) {
            pane.stand = CountStand::Failed(told::sentence_on_screen(error));
        }
    }

    /// A key while a deletion is agreed to.
    pub(in super::super) fn on_deletion_key(&mut self, key: KeyEvent) -> Vec<Effect> {
        let Some(Modal::Deletion(pane)) = self.modals.last_mut() else { return Vec::new() };
        match pane.typed.on_key(key) {
            WordKey::Taken => return Vec::new(),
            WordKey::Leave => {
                self.close_modal();
                // Nobody waits for what is still counted.
                return vec![Effect::Ask(Command::Cancel(Lane::Peek))];
            }
            WordKey::Complete => {
                match &pane.one {
                    Some(one) => pane.typed.complete(agreed::word(one.key.text())),
                    None => pane.typed.problem = Some("their number is typed in full".to_owned()),
                }
                return Vec::new();
            }
            WordKey::Enter => {}
        }
        if let Some(why) = pane.refusal() {
            pane.typed.problem = Some(why);
            return Vec::new();
        }
        let Some(Modal::Deletion(pane)) = self.modals.pop() else { return Vec::new() };
        let DeletionPane { one, keys, change, .. } = *pane;
        match one {
            Some(one) => self.store(Write::Delete(one.key), one.name, None),
            None => self.delete_many(keys, change),
        }
    }
}

impl DeletionPane {
    /// Why nothing is deleted yet.
    fn refusal(&self) -> Option<String> {
        let typed = self.typed.text();
        if let Some(one) = &self.one {
            let id = one.key.text();
            return (!agreed::is_agreed(&typed, id))
                .then(|| format!("that is not {}; nothing is deleted", agreed::what(id)));
        }
        match &self.stand {
            CountStand::UnderWay => Some("they are still being counted".to_owned()),
            CountStand::Failed(why) => Some(format!("they could not be counted, so none is deleted: {why}")),
            CountStand::Done if self.keys.is_empty() && self.change != BulkChange::Delete => {
                Some("none of them is that old".to_owned())
            }
            CountStand::Done if self.keys.is_empty() => Some("none of them is there any more".to_owned()),
            CountStand::Done if agreed::is_agreed_number(&typed, self.keys.len()) => None,
            CountStand::Done => Some("that is not how many they are; nothing is deleted".to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use crossterm::event::{KeyCode, KeyEvent};

    use super::*;
    use crate::app::{
        task::Event,
        tui::state::{Input, sample::Screen},
    };

    fn pane(screen: &Screen) -> &DeletionPane {
        match screen.state.modals.last() {
            Some(Modal::Deletion(pane)) => pane,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn what_goes_is_shown_and_tab_types_the_rest_of_the_id() {
        let mut screen = Screen::writable(120, 40);
        screen.press("D");
        assert_eq!(pane(&screen).stand, CountStand::UnderWay);
        screen.answer_all();
        assert_eq!((pane(&screen).stand.clone(), pane(&screen).sums.sessions), (CountStand::Done, 1));
        screen.press("x\t");
        assert!(pane(&screen).typed.problem.is_some());
        screen.put(Input::Key(KeyEvent::from(KeyCode::Backspace)));
        screen.press("su\t\n");
        let Some(Command::Write(_, order)) = screen.asked.pop_front() else { panic!("nothing is deleted") };
        assert!(matches!(&order.write, Write::Delete(key) if key.text() == "support-updated-0"));
        assert!(screen.state.modals.is_empty());
    }

    #[test]
    fn one_session_can_be_deleted_though_nobody_knows_what_is_in_it() {
        let mut screen = Screen::writable(120, 40);
        screen.press("D");
        let Some(Command::Weigh(ticket, _)) = screen.asked.pop_front() else { panic!("nothing is counted") };
        let error = Error::unreachable("localhost", "reset");
        screen.tell(Event::Failed { ticket, lane: Lane::Peek, error });
        assert!(matches!(pane(&screen).stand, CountStand::Failed(_)));
        screen.press("\t\n");
        assert!(screen.asked.iter().any(|command| matches!(command, Command::Write(..))));
    }

    #[test]
    fn of_several_their_number_is_asked_once_they_are_counted() {
        let mut screen = Screen::writable(120, 40);
        screen.press("1  D");
        screen.press("2\n");
        assert!(pane(&screen).typed.problem.as_deref().is_some_and(|says| says.contains("still being counted")));
        screen.answer_all();
        screen.press("2\n");
        assert!(pane(&screen).typed.problem.is_some(), "22 is typed by now");
        screen.put(Input::Key(KeyEvent::from(KeyCode::Backspace)));
        screen.press("\n");
        let ordered = screen.asked.iter().find_map(|command| match command {
            Command::Bulk(_, ordered) => Some(&ordered.order),
            _ => None,
        });
        let order = ordered.expect("they are deleted");
        assert!(matches!(&order.scope, BulkScope::Sessions(keys) if keys.len() == 2));
        assert_eq!(order.change, BulkChange::Delete);
    }

    #[test]
    fn what_is_old_among_the_marked_is_counted_and_asked_for_like_them() {
        let mut screen = Screen::writable(120, 40);
        screen.press("1   Bjjjjjj\n30\n");
        assert!(matches!(screen.state.modals.last(), Some(Modal::Bulk(_))), "30 is no age");
        screen.press("d\n");
        let Some(Command::Weigh(ticket, order)) = screen.asked.pop_back() else { panic!("nothing is counted") };
        assert!(matches!(&order.change, BulkChange::DeleteOlder { typed, .. } if typed == "30d"));
        screen.tell(Event::Weighed { ticket, found: Vec::new(), undated: 1, done: true });
        screen.press("0\n");
        assert!(pane(&screen).typed.problem.as_deref().is_some_and(|says| says.contains("that old")));
        screen.press("\u{1b}");
        screen.press("Bjjjjjj\n1h\n");
        let Some(Command::Weigh(ticket, order)) = screen.asked.pop_back() else { panic!("nothing is counted") };
        let BulkScope::Sessions(keys) = &order.scope else { panic!("they are marked") };
        let found = vec![(keys[1].clone(), Details::default())];
        screen.tell(Event::Weighed { ticket, found, undated: 0, done: true });
        screen.press("1\n");
        let ordered = screen.asked.iter().find_map(|command| match command {
            Command::Bulk(_, ordered) => Some(&ordered.order),
            _ => None,
        });
        let ordered = ordered.expect("it is deleted");
        assert!(matches!(&ordered.scope, BulkScope::Sessions(goes) if **goes == keys[1..2]));
        assert_eq!(ordered.change, order.change, "its age is looked at again in its turn");
    }
}
