//! Deletions made here: what the store tells of them afterwards is no news.

use std::collections::HashSet;

use crate::{
    app::writes::bulk::{BulkOrder, BulkScope},
    session::{Change, ChangeKind, SessionKey},
};

/// So many are remembered: the store tells of each soon after it, or never.
const MOST: usize = 100_000;

/// Sessions of one connection that this program deleted, or is deleting.
#[derive(Debug, Default)]
pub struct OwnDeletions {
    done: HashSet<SessionKey>,
    /// Those of a change of many sessions that is carried out.
    underway: HashSet<SessionKey>,
}

impl OwnDeletions {
    /// A change of many sessions is carried out.
    pub fn begin(&mut self, order: &BulkOrder) {
        if let BulkScope::Sessions(keys) = &order.scope
            && order.change.deletes()
        {
            self.underway.extend(keys.iter().cloned());
        }
    }

    /// It ended: what it did not delete somebody else may.
    pub fn end(&mut self) {
        self.underway.clear();
    }

    /// What a write made.
    pub fn note(&mut self, changes: &[Change]) {
        if self.done.len() > MOST {
            self.done.clear();
        }
        for change in changes {
            if matches!(change.kind, ChangeKind::Deleted) {
                self.done.insert(change.session.clone());
            }
        }
        self.forget_created(changes);
    }

    /// What is there again somebody else may delete.
    pub fn forget_created(&mut self, changes: &[Change]) {
        for change in changes.iter().filter(|change| matches!(change.kind, ChangeKind::Created(_))) {
            self.done.remove(&change.session);
        }
    }

    /// Whether it is one of them.
    #[must_use]
    pub fn has(&self, key: &SessionKey) -> bool {
        self.done.contains(key) || self.underway.contains(key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        app::{
            task::{Command, Event},
            tui::state::sample::Screen,
            writes::{
                HandOutcome,
                bulk::{BulkEnd, BulkProgress, BulkTally},
            },
        },
        repository::News,
        session::Summary,
    };

    fn is_told(screen: &Screen) -> bool {
        screen.state.alerts.log.events().any(|event| event.says.contains("deleted elsewhere"))
    }

    #[test]
    fn what_was_deleted_here_is_not_told_as_deleted_elsewhere() {
        let mut screen = Screen::writable(120, 40);
        screen.press("1jjD");
        screen.answer_all();
        screen.press("\t\n");
        let at = screen.asked.iter().position(|command| matches!(command, Command::Write(..))).expect("it is ordered");
        let Some(Command::Write(ticket, order)) = screen.asked.remove(at) else { panic!("it is ordered") };
        let key = order.write.session().expect("one session").clone();
        screen.tell(Event::Written(ticket, Box::new(HandOutcome::of(&order.write))));
        screen.news(News::Changes(vec![Change::deleted(key.clone())]));
        assert!(!is_told(&screen), "the store tells of it once it is answered");
        screen.news(News::Changes(vec![Change::created(Summary::new(&key))]));
        screen.news(News::Changes(vec![Change::deleted(key)]));
        assert!(is_told(&screen), "what came again and went is news");
    }

    #[test]
    fn nor_is_one_of_many_before_or_after_its_turn() {
        let mut screen = Screen::writable(120, 40);
        screen.press("1  D");
        screen.answer_all();
        screen.press("2\n");
        let at = screen.asked.iter().position(|command| matches!(command, Command::Bulk(..))).expect("it is ordered");
        let Some(Command::Bulk(ticket, ordered)) = screen.asked.remove(at) else { panic!("it is ordered") };
        let BulkScope::Sessions(keys) = &ordered.order.scope else { panic!("they are named") };
        screen.news(News::Changes(vec![Change::deleted(keys[0].clone())]));
        let changes = vec![Change::deleted(keys[1].clone())];
        screen.tell(Event::BulkAt(ticket, Box::new(BulkProgress { tally: BulkTally::default(), changes })));
        let end = BulkEnd { tally: BulkTally::default(), report: None, error: None, left: None };
        screen.tell(Event::BulkEnded(ticket, Ok(Box::new(end))));
        screen.news(News::Changes(vec![Change::deleted(keys[1].clone())]));
        assert!(!is_told(&screen));
        let other = screen.state.workspace.list.rows[0].key.clone();
        screen.news(News::Changes(vec![Change::deleted(other)]));
        assert!(is_told(&screen), "what others delete is told");
    }
}
