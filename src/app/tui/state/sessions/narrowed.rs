//! Rows that are shown alone while a filter for ids is typed: those read so far that match it, at once. Nothing is asked for that.

use super::SessionList;
use crate::{
    repository::{
        Filter,
        filter::{FilterTerm, FilterTest},
    },
    session::Summary,
};

/// Rows that are looked at for each key that is typed: it takes no longer, however many were read.
pub const LOOKED_AT: usize = 5000;

impl SessionList {
    /// The rows that are looked at while something is typed.
    #[must_use]
    pub fn rows_to_look_at(&self) -> &[Summary] {
        self.rows.get(..LOOKED_AT).unwrap_or(&self.rows)
    }

    /// Shows only the rows that match; `None`: all of them again. Whether others are shown than before.
    pub fn narrow(&mut self, filter: Option<&Filter>) -> bool {
        let narrowed = filter.map(|filter| {
            let matching = self.rows_to_look_at().iter().enumerate().filter(|(_, row)| is_among(row, filter));
            matching.map(|(at, _)| at).collect()
        });
        let is_other = self.narrowed != narrowed;
        self.narrowed = narrowed;
        is_other
    }

    /// How many rows are shown alone; `None`: all are shown.
    #[must_use]
    pub fn narrowed_to(&self) -> Option<usize> {
        self.narrowed.as_ref().map(Vec::len)
    }

    /// The rows in view with their positions.
    pub fn in_view(&self) -> impl Iterator<Item = (usize, &Summary)> + Clone {
        // One of the two is empty.
        let (height, few) = match &self.narrowed {
            Some(few) => (0, few.as_slice()),
            None => (self.height, &[][..]),
        };
        let few = few.iter().take(self.height).filter_map(|at| Some((*at, self.rows.get(*at)?)));
        self.rows.iter().enumerate().skip(self.top()).take(height).chain(few)
    }
}

/// Whether a filter asks for ids and for nothing else, so that a row alone tells whether it matches.
#[must_use]
pub fn asks_for_ids(filter: &Filter) -> bool {
    let is_of_id = |term: &FilterTerm| matches!(term.test, FilterTest::Id(_));
    !filter.is_empty() && filter.terms.iter().all(is_of_id)
}

fn is_among(row: &Summary, filter: &Filter) -> bool {
    filter.terms.iter().all(|term| match &term.test {
        FilterTest::Id(id) => (id.matches(row.key.text()) || id.matches(row.name())) != term.negated,
        _ => true,
    })
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::app::{task::Command, tui::state::sample::Screen};

    fn shown(screen: &Screen) -> Vec<String> {
        screen.state.workspace.list.in_view().map(|(_, row)| row.name().to_owned()).collect()
    }

    #[test]
    fn the_rows_that_are_there_are_narrowed_as_an_id_is_typed_and_all_are_back_after_it() {
        let mut screen = Screen::listed(120, 40);
        let all = shown(&screen);
        screen.press("/dated-1");
        let few = shown(&screen);
        assert!(!few.is_empty() && few.len() < all.len() && few.iter().all(|name| name.contains("dated-1")), "{few:?}");
        let lists = |command: &Command| matches!(command, Command::List(..) | Command::Count(..) | Command::RowsOf(..));
        assert!(!screen.asked.iter().any(lists), "nothing is listed at a key");
        screen.press("zz");
        assert!(shown(&screen).is_empty());
        screen.press("\u{1b}");
        assert_eq!(shown(&screen), all);
        screen.press("/ap");
        assert_eq!(shown(&screen), all, "it is the start of a word");
        screen.press("p:x");
        assert_eq!(shown(&screen), all, "a row does not tell that");
    }

    #[test]
    fn a_key_costs_the_same_however_many_rows_were_read() {
        let mut screen = Screen::listed(120, 40);
        let list = &mut screen.state.workspace.list;
        let row = list.rows[0].clone();
        list.rows.resize(LOOKED_AT, row.clone());
        let mut last = row;
        last.session_id = Some("at-the-very-end".into());
        list.rows.push(last);
        let only = Filter::parse("very-end", Timestamp::UNIX_EPOCH).unwrap();
        list.narrow(Some(&only));
        assert_eq!(list.narrowed_to(), Some(0), "what is further down is listed once the filter is");
        assert_eq!(list.rows_to_look_at().len(), LOOKED_AT);
        assert!(screen.state.complete_open("very").is_empty());
        assert!(SessionList::default().rows_to_look_at().is_empty());
    }

    #[test]
    fn what_asks_for_more_than_ids_narrows_nothing() {
        let of = |text: &str| asks_for_ids(&Filter::parse(text, Timestamp::UNIX_EPOCH).unwrap());
        assert!(of("word ^start =whole -not"));
        assert!(!of("word has:feedback") && !of("(a OR b)") && !of(""));
    }
}
