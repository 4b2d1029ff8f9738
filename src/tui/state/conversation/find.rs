//! Places found in the conversation, and marking them in lines.

use ratatui::{
    style::Style,
    text::{Line, Span},
};

use super::timeline::Spot;
use crate::task::Ticket;

/// A search.
#[derive(Debug)]
pub(super) struct Find {
    pub needle: String,
    /// While it runs.
    pub ticket: Option<Ticket>,
    /// Newest first.
    pub hits: Vec<Spot>,
    /// The hit that was gone to.
    pub current: Option<usize>,
    /// Messages looked at.
    pub searched: u64,
}

/// What the border says of a search.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FindStatus {
    /// What is looked for (stored nowhere, but typed: still to be made safe).
    pub needle: String,
    /// Number of the current hit, from 1; 0 before the first.
    pub current: usize,
    /// Hits found so far.
    pub hits: usize,
    /// Messages looked at, while the search still runs.
    pub searching: Option<u64>,
}

impl Find {
    pub fn status(&self) -> FindStatus {
        FindStatus {
            needle: self.needle.clone(),
            current: self.current.map_or(0, |current| current + 1),
            hits: self.hits.len(),
            searching: self.ticket.map(|_| self.searched),
        }
    }

    /// Goes on by one hit, around the ends once all are known.
    pub fn step(&mut self, forward: bool) -> Option<Spot> {
        let last = self.hits.len().checked_sub(1)?;
        let done = self.ticket.is_none();
        let next = match (self.current, forward) {
            (None, _) => 0,
            (Some(at), true) if at < last => at + 1,
            (Some(at), false) if at > 0 => at - 1,
            // At an end: around once all are known.
            (Some(at), true) => {
                if done {
                    0
                } else {
                    at
                }
            }
            (Some(at), false) => {
                if done {
                    last
                } else {
                    at
                }
            }
        };
        self.current = Some(next);
        self.hits.get(next).copied()
    }
}

/// Whether a line shows the text, in any case.
pub(super) fn contains(line: &Line<'_>, needle: &str) -> bool {
    let text: String = line.spans.iter().map(|span| span.content.as_ref()).collect();
    !ranges(&text, needle).is_empty()
}

/// The line with every occurrence of the text marked.
pub(super) fn mark(line: &Line<'static>, needle: &str, style: Style) -> Line<'static> {
    let text: String = line.spans.iter().map(|span| span.content.as_ref()).collect();
    let found = ranges(&text, needle);
    if found.is_empty() {
        return line.clone();
    }
    let mut spans = Vec::new();
    let mut start = 0;
    for span in &line.spans {
        let end = start + span.content.len();
        let mut at = start;
        for (from, to) in &found {
            let (from, to) = ((*from).clamp(at, end), (*to).clamp(at, end));
            if from < to {
                if at < from {
                    spans.push(Span::styled(text[at..from].to_owned(), span.style));
                }
                spans.push(Span::styled(text[from..to].to_owned(), span.style.patch(style)));
                at = to;
            }
        }
        if at < end {
            spans.push(Span::styled(text[at..end].to_owned(), span.style));
        }
        start = end;
    }
    Line { spans, ..line.clone() }
}

/// Byte ranges of a needle in a text, compared by lower case, one after another.
fn ranges(text: &str, needle: &str) -> Vec<(usize, usize)> {
    let needle: Vec<char> = needle.chars().flat_map(char::to_lowercase).collect();
    let Some(first) = needle.first() else { return Vec::new() };
    let folded: Vec<(char, usize, usize)> = text
        .char_indices()
        .flat_map(|(at, c)| c.to_lowercase().map(move |lower| (lower, at, at + c.len_utf8())))
        .collect();
    let mut found = Vec::new();
    let mut at = 0;
    while at + needle.len() <= folded.len() {
        let here = &folded[at..at + needle.len()];
        if here[0].0 == *first && here.iter().zip(&needle).all(|((c, ..), wanted)| c == wanted) {
            found.push((here[0].1, here[needle.len() - 1].2));
            at += needle.len();
        } else {
            at += 1;
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use ratatui::style::Stylize;

    use super::*;

    #[test]
    fn occurrences_are_marked_across_spans_in_any_case() {
        let line = Line::from(vec![Span::raw("Ein Üb"), "ERGANG, über".red()]);
        let marked = mark(&line, "über", Style::new().bold());
        let bold: String = marked
            .spans
            .iter()
            .filter(|span| span.style.add_modifier.bits() != 0)
            .map(|s| s.content.as_ref())
            .collect();
        assert_eq!(bold, "ÜbERüber");
        assert_eq!(marked.to_string(), line.to_string());
    }

    #[test]
    fn a_letter_whose_lower_case_is_longer_does_not_break() {
        assert_eq!(ranges("İx", "x"), [(2, 3)]);
        assert!(ranges("abc", "").is_empty());
    }

    #[test]
    fn going_on_stops_at_the_end_while_searching_and_turns_around_after() {
        let hit = |index| Spot { agent: 0, index };
        let mut find = Find {
            needle: "x".into(),
            ticket: Some(Ticket(1)),
            hits: vec![hit(9), hit(3)],
            current: None,
            searched: 1,
        };
        assert_eq!(find.step(true), Some(hit(9)));
        assert_eq!(find.step(true), Some(hit(3)));
        assert_eq!(find.step(true), Some(hit(3)));
        find.ticket = None;
        assert_eq!(find.step(true), Some(hit(9)));
        assert_eq!(find.step(false), Some(hit(3)));
    }
}
