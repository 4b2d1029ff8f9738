//! Lines that were typed before: back and forth through them, and a search.

use super::{Asks, Does, Offer, Prompt};
use crate::app::text;

/// What was typed before of a kind, the last line first.
#[derive(Debug, Clone, Default)]
pub(super) struct LineHistory {
    lines: Vec<String>,
    /// The one that stands in the line.
    at: Option<usize>,
    /// What was typed before going back.
    typed: String,
    /// It is searched: what was typed before that.
    pub searched_from: Option<String>,
}

impl LineHistory {
    pub fn new(lines: Vec<String>) -> Self {
        Self { lines, ..Self::default() }
    }

    /// The line before, where one is left.
    pub fn older(&mut self, now: &str) -> Option<&str> {
        let from = self.at.map_or(0, |at| at + 1);
        // The same line once more would be no step.
        let next = from + self.lines.iter().skip(from).position(|line| line != now)?;
        if self.at.is_none() {
            now.clone_into(&mut self.typed);
        }
        self.at = Some(next);
        self.lines.get(next).map(String::as_str)
    }

    /// The line after; after the last one what was typed. `None`: nothing was gone back.
    pub fn newer(&mut self) -> Option<&str> {
        let at = self.at?;
        self.at = at.checked_sub(1);
        match self.at {
            Some(next) => self.lines.get(next).map(String::as_str),
            None => Some(&self.typed),
        }
    }

    /// Something else is typed: from there on it goes back anew.
    pub fn leave(&mut self) {
        self.at = None;
    }

    /// The lines that hold every word of a text, in any case.
    pub fn holding<'a>(&'a self, text: &str) -> impl Iterator<Item = &'a str> {
        let words: Vec<String> = text.split_whitespace().map(str::to_lowercase).collect();
        self.lines.iter().map(String::as_str).filter(move |line| {
            let line = line.to_lowercase();
            words.iter().all(|word| line.contains(word))
        })
    }
}

impl Prompt {
    /// The offer above; above the first one what is typed, and above that what was typed before.
    pub(super) fn back(&mut self) {
        match self.chosen() {
            Some(1..) => return self.step(-1),
            Some(_) if self.searches() => return,
            Some(_) if self.asks != Asks::Command => {
                self.chosen = None;
                return;
            }
            _ => {}
        }
        let now = self.text().to_owned();
        if let Some(line) = self.history.older(&now).map(str::to_owned) {
            self.put(&line, usize::MAX);
        }
    }

    pub(super) fn forth(&mut self) {
        match self.history.newer().map(str::to_owned) {
            Some(line) => self.put(&line, usize::MAX),
            None => self.step(1),
        }
    }

    /// Offers the lines that were typed before; once more, the next of them.
    pub(super) fn search(&mut self) {
        if self.searches() {
            return self.step(1);
        }
        self.history.searched_from = Some(self.text().to_owned());
        self.stale = true;
    }

    pub(super) fn end_search(&mut self) {
        if let Some(line) = self.history.searched_from.take() {
            self.put(&line, usize::MAX);
            self.stale = true;
        }
    }

    /// Lines that were typed before, for a search in them.
    pub(super) fn found_before(&self) -> Vec<Offer> {
        let offer = |line: &str| Offer {
            name: text::line(line).into_owned(),
            help: String::new(),
            key: String::new(),
            does: Does::Line(line.to_owned()),
            fits: true,
        };
        self.history.holding(self.text()).map(offer).collect()
    }
}

/// Puts a line before those that were typed, of which so many are kept; each stands there once. `false`: it is the first already.
pub(super) fn keep(lines: &mut Vec<String>, line: &str) -> bool {
    if lines.first().is_some_and(|first| first == line) {
        return false;
    }
    lines.retain(|kept| kept != line);
    lines.insert(0, line.to_owned());
    lines.truncate(KEPT);
    true
}

/// Most lines of a kind that are kept.
const KEPT: usize = 200;

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(of: &[&str]) -> Vec<String> {
        of.iter().map(|line| (*line).to_owned()).collect()
    }

    #[test]
    fn back_and_forth_comes_back_to_what_was_typed() {
        let mut history = LineHistory::new(lines(&["c", "b", "a"]));
        assert_eq!(history.newer(), None);
        assert_eq!(history.older("x"), Some("c"));
        assert_eq!(history.older("c"), Some("b"));
        assert_eq!(history.older("b"), Some("a"));
        assert_eq!(history.older("a"), None);
        assert_eq!(history.newer(), Some("b"));
        assert_eq!(history.newer(), Some("c"));
        assert_eq!(history.newer(), Some("x"));
        assert_eq!(history.newer(), None);
        assert_eq!(history.older("c"), Some("b"), "what stands there already is no step");
    }

    #[test]
    fn each_line_is_kept_once_and_the_oldest_go() {
        let mut kept = lines(&["b", "a"]);
        assert!(keep(&mut kept, "a"));
        assert!(!keep(&mut kept, "a"));
        assert_eq!(kept, ["a", "b"]);
        (0..300).for_each(|at| {
            keep(&mut kept, &at.to_string());
        });
        assert_eq!((kept.len(), kept[0].as_str()), (KEPT, "299"));
    }

    #[test]
    fn a_search_finds_lines_with_every_word() {
        let history = LineHistory::new(lines(&["app:Shop since:7d", "app:support", "since:1d"]));
        assert_eq!(history.holding("SINCE app").collect::<Vec<_>>(), ["app:Shop since:7d"]);
        assert_eq!(history.holding("").count(), 3);
        assert_eq!(history.holding("zz").count(), 0);
    }
}
