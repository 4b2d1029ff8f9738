//! Figures that the rows of a list are sorted by: counted for their places, they are known before what is counted of each row is.

use std::collections::HashMap;

use super::SessionList;
use crate::{
    repository::SortBy,
    session::{SessionKey, Summary},
};

/// Those of the last list that was sorted by a figure.
#[derive(Debug, Default)]
pub(super) struct RankedFigures {
    by: SortBy,
    known: HashMap<SessionKey, u64>,
}

impl RankedFigures {
    /// Rows stand there by these.
    pub fn tell(&mut self, by: &SortBy, figures: &[(SessionKey, u64)]) {
        if self.by != *by {
            *self = Self { by: by.clone(), known: HashMap::new() };
        }
        self.known.extend(figures.iter().cloned());
    }

    /// The session changed: what it was then is not what it is.
    pub fn forget(&mut self, key: &SessionKey) {
        self.known.remove(key);
    }
}

impl SessionList {
    /// By what a row was sorted, and the figure that it had then, where that is known.
    #[must_use]
    pub fn ranked(&self, row: &Summary) -> Option<(&SortBy, u64)> {
        let ranked = self.details.ranked();
        ranked.known.get(&row.key).map(|figure| (&ranked.by, *figure))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        app::{
            task::{Command, Event, Ticket},
            tui::{
                state::sample::Screen,
                view::{self, sample},
            },
        },
        repository::PageEnd,
        session::Change,
    };

    fn drawn(screen: &Screen) -> String {
        let size = screen.state.size;
        sample::screen(size.width, size.height, |frame, _| view::draw(frame, &screen.state))
    }

    /// The list in that order, its one row told with the figure that it was sorted by.
    fn ranked(order: &str, figure: u64) -> (Screen, Ticket) {
        let mut screen = Screen::listed(120, 40);
        screen.press(&format!(":sort {order}\n"));
        let asked = screen.asked.iter().rev().find_map(|command| match command {
            Command::List(ticket, _) => Some(*ticket),
            _ => None,
        });
        let ticket = asked.unwrap();
        screen.tell(Event::Ranked(ticket, vec![("ranked".into(), figure)]));
        screen.tell(Event::Rows(ticket, vec![Summary::new("ranked")]));
        screen.tell(Event::ListEnd(ticket, PageEnd::default()));
        (screen, ticket)
    }

    #[test]
    fn what_rows_are_sorted_by_is_seen_with_them() {
        for (order, figure, seen) in
            [("tokens", 4321, "4.3k"), ("latency", 2345, "2.3 s"), ("errors", 17, " 17 "), ("findings", 23, " 23 ")]
        {
            let (screen, _) = ranked(order, figure);
            let row = drawn(&screen).lines().find(|line| line.contains("ranked")).map(str::to_owned);
            assert!(row.as_deref().is_some_and(|row| row.contains(seen)), "{order}: {row:?}");
        }
    }

    #[test]
    fn it_is_known_until_the_session_changes_and_of_that_order_alone() {
        let (mut screen, ticket) = ranked("tokens", 4321);
        let row = screen.state.workspace.list.rows[0].clone();
        let figure = |screen: &Screen| screen.state.workspace.list.ranked(&row).map(|(_, figure)| figure);
        assert_eq!(figure(&screen), Some(4321));
        screen.tell(Event::Ranked(ticket, vec![("ranked".into(), 1)]));
        assert_eq!(figure(&screen), Some(4321), "of a page that has ended");
        let change = Change::unclear(row.key.clone(), row.updated_at);
        drop(screen.state.apply(&change));
        assert_eq!(figure(&screen), None);
        let (mut screen, _) = ranked("tokens", 4321);
        screen.press(":sort messages\n");
        assert!(figure(&screen).is_some(), "what was listed stays");
        let asked = screen.asked.iter().rev().find_map(|command| match command {
            Command::List(ticket, _) => Some(*ticket),
            _ => None,
        });
        screen.tell(Event::Ranked(asked.unwrap(), vec![("other".into(), 5)]));
        assert_eq!(figure(&screen), None);
    }
}
