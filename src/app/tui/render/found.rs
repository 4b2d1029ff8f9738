//! A text found in laid-out lines, also across their breaks, and marked there.

use ratatui::{
    style::Style,
    text::{Line, Span},
};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Byte ranges of a line.
pub type Ranges = Vec<(usize, usize)>;

/// A character as it is compared: in lower case, with its line and its bytes there.
struct FoldedLetter {
    lower: char,
    line: usize,
    bytes: (usize, usize),
}

/// What stands for a line break: a space, or nothing where a long word was broken.
pub(super) const BREAK: char = '\n';
pub(super) const BROKEN_WORD: char = '\r';

/// Where each of some lines shows a text, in any case, also across the breaks of lines wrapped at `width` cells;
/// `quote` is the bar that may stand left of them.
pub fn occurrences(lines: &[Line<'_>], needle: &str, width: usize, quote: &str) -> Vec<Ranges> {
    let mut found: Vec<Ranges> = vec![Vec::new(); lines.len()];
    let needle: Vec<char> = needle.chars().flat_map(char::to_lowercase).collect();
    if needle.is_empty() {
        return found;
    }
    let letters = letters(lines, width, quote);
    let mut at = 0;
    while at < letters.len() {
        let Some(end) = match_at(&letters, at, &needle) else {
            at += 1;
            continue;
        };
        for letter in letters[at..end].iter().filter(|letter| !is_break(letter.lower)) {
            match found[letter.line].last_mut() {
                Some((_, to)) if *to == letter.bytes.0 => *to = letter.bytes.1,
                // A letter whose lower case has several is met several times.
                Some((_, to)) if *to >= letter.bytes.1 => {}
                _ => found[letter.line].push(letter.bytes),
            }
        }
        at = end;
    }
    found
}

fn is_break(c: char) -> bool {
    matches!(c, BREAK | BROKEN_WORD)
}

fn letters(lines: &[Line<'_>], width: usize, quote: &str) -> Vec<FoldedLetter> {
    let folded = |LaidLetter { c, line, bytes }| c.to_lowercase().map(move |lower| FoldedLetter { lower, line, bytes });
    laid_letters(lines, width, quote).into_iter().flat_map(folded).collect()
}

/// A character of laid-out lines, with its line and its bytes there; between two lines what stands for the break.
#[derive(Debug, Clone, Copy)]
pub(super) struct LaidLetter {
    pub c: char,
    pub line: usize,
    pub bytes: (usize, usize),
}

/// The characters of lines that were wrapped at `width` cells, without what stands left of a line that goes on.
pub(super) fn laid_letters(lines: &[Line<'_>], width: usize, quote: &str) -> Vec<LaidLetter> {
    let mut letters: Vec<LaidLetter> = Vec::new();
    let mut broken = BREAK;
    for (number, line) in lines.iter().enumerate() {
        let text: String = line.spans.iter().map(|span| span.content.as_ref()).collect();
        let left = text.len() - text.trim_start_matches(|c: char| c == ' ' || quote.contains(c)).len();
        if number > 0 {
            letters.push(LaidLetter { c: broken, line: number, bytes: (0, 0) });
        }
        let from = if number > 0 { left } else { 0 };
        let placed = |(at, c): (usize, char)| (c, (from + at, from + at + c.len_utf8()));
        let placed = text[from..].char_indices().map(placed);
        letters.extend(placed.map(|(c, bytes)| LaidLetter { c, line: number, bytes }));
        let wide = text.chars().next_back().is_some_and(|c| c.width() == Some(2) || matches!(c, '-' | ';'));
        broken = if wide || text.width() + 1 >= width { BROKEN_WORD } else { BREAK };
    }
    letters
}

/// Where a text that begins at a letter ends.
fn match_at(letters: &[FoldedLetter], start: usize, needle: &[char]) -> Option<usize> {
    let mut at = start;
    let mut rest = needle;
    while let Some((wanted, others)) = rest.split_first() {
        let here = letters.get(at)?.lower;
        if here == *wanted || (is_break(here) && wanted.is_whitespace() && at > start) {
            rest = others;
        } else if here != BROKEN_WORD || at == start {
            return None;
        }
        at += 1;
    }
    Some(at)
}

/// The line with some of its bytes marked.
pub fn mark(line: &Line<'static>, found: &Ranges, style: Style) -> Line<'static> {
    if found.is_empty() {
        return line.clone();
    }
    let text: String = line.spans.iter().map(|span| span.content.as_ref()).collect();
    let mut spans = Vec::new();
    let mut start = 0;
    for span in &line.spans {
        let end = start + span.content.len();
        let mut at = start;
        for (from, to) in found {
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

#[cfg(test)]
mod tests {
    use ratatui::style::Stylize;

    use super::*;

    /// What is marked in lines wrapped at 20 cells.
    fn marked(lines: &[&str], needle: &str) -> Vec<String> {
        let lines: Vec<Line<'_>> = lines.iter().map(|line| Line::raw(*line)).collect();
        let found = occurrences(&lines, needle, 20, "▏");
        lines
            .iter()
            .zip(found)
            .map(|(line, found)| found.iter().map(|(from, to)| &line.spans[0].content[*from..*to]).collect())
            .collect()
    }

    #[test]
    fn occurrences_are_marked_across_spans_in_any_case() {
        let line = Line::from(vec![Span::raw("Ein Üb"), "ERGANG, über".red()]);
        let found = occurrences(std::slice::from_ref(&line), "über", 80, "");
        let marked = mark(&line, &found[0], Style::new().bold());
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
    fn occurrences_go_on_after_a_break() {
        assert_eq!(marked(&["  where is", "  the order of"], "is the order"), ["is", "the order"]);
        assert_eq!(marked(&["▏ where is", "▏ the order of"], "is the"), ["is", "the"]);
        assert_eq!(marked(&["  abcdefghijklmnopqr", "  stu"], "pqrs"), ["pqr", "s"]);
        assert_eq!(marked(&["  well-", "  known"], "well-known"), ["well-", "known"]);
        assert_eq!(marked(&["  one", "  two"], "onetwo"), ["", ""]);
        assert_eq!(marked(&["  漢", "  字"], "漢字"), ["漢", "字"]);
    }

    #[test]
    fn a_letter_whose_lower_case_is_longer_does_not_break() {
        assert_eq!(marked(&["İx"], "x"), ["x"]);
        assert_eq!(marked(&["İx"], "İ"), ["İ"]);
        assert_eq!(marked(&["abc"], ""), [""]);
    }
}
