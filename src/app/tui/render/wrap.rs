//! Styled text broken into lines of so many cells: at words where it can be, never inside a grapheme.

use ratatui::{
    style::Style,
    text::{Line, Span},
};
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

/// A run of safe text in one style. `\n` in it starts a new line.
#[derive(Debug, Clone, PartialEq)]
pub struct StyledRun {
    /// The text.
    pub text: String,
    /// Its style.
    pub style: Style,
}

impl StyledRun {
    /// A run.
    pub fn new(text: impl Into<String>, style: Style) -> Self {
        Self { text: text.into(), style }
    }
}

/// What stands left of the text: on the first line, and on those after it.
#[derive(Debug, Clone, Default)]
pub struct Margin {
    /// Left of the first line.
    pub first: Vec<Span<'static>>,
    /// Left of every other line.
    pub rest: Vec<Span<'static>>,
}

impl Margin {
    /// The same on every line.
    #[must_use]
    pub fn same(spans: Vec<Span<'static>>) -> Self {
        Self { first: spans.clone(), rest: spans }
    }

    /// So many cells left blank.
    #[must_use]
    pub fn blank(cells: usize) -> Self {
        if cells == 0 {
            return Self::default();
        }
        Self::same(vec![Span::raw(" ".repeat(cells))])
    }

    fn width(&self) -> usize {
        let cells = |spans: &[Span<'_>]| spans.iter().map(Span::width).sum::<usize>();
        cells(&self.first).max(cells(&self.rest))
    }
}

/// One cluster of characters that stays together.
#[derive(Clone, Copy)]
struct Cluster<'a> {
    text: &'a str,
    style: Style,
    width: usize,
}

/// More marks than this on one character are a trick, not a text: the rest of them is not drawn.
const LONGEST_CLUSTER: usize = 64;

/// Breaks the runs into lines of at most `width` cells, the margin included. There is always at least one line.
#[must_use]
pub fn wrap(runs: &[StyledRun], width: usize, margin: &Margin) -> Vec<Line<'static>> {
    let room = width.saturating_sub(margin.width()).max(1);
    let mut lines = Vec::new();
    let mut clusters = Vec::new();
    for run in runs {
        for (i, part) in run.text.split('\n').enumerate() {
            if i > 0 {
                break_line(&clusters, room, margin, &mut lines);
                clusters.clear();
            }
            push_clusters(part, run.style, room, &mut clusters);
        }
    }
    break_line(&clusters, room, margin, &mut lines);
    lines
}

/// A text without styles as lines of at most so many cells. It must be safe already ([`crate::app::text::block`]).
#[must_use]
pub fn plain(text: &str, cells: usize) -> Vec<String> {
    let lines = wrap(&[StyledRun::new(text, Style::new())], cells, &Margin::default());
    lines.iter().map(|line| line.spans.iter().map(|span| span.content.as_ref()).collect()).collect()
}

fn push_clusters<'a>(text: &'a str, style: Style, room: usize, clusters: &mut Vec<Cluster<'a>>) {
    if text.is_ascii() {
        clusters.extend((0..text.len()).map(|at| Cluster { text: &text[at..=at], style, width: 1 }));
        return;
    }
    for mut text in text.graphemes(true) {
        if text.len() > LONGEST_CLUSTER {
            text = &text[..text.floor_char_boundary(LONGEST_CLUSTER)];
        }
        let width = text.width();
        clusters.push(if width > room {
            Cluster { text: "?", style, width: 1 }
        } else {
            Cluster { text, style, width }
        });
    }
}

fn break_line(clusters: &[Cluster<'_>], room: usize, margin: &Margin, lines: &mut Vec<Line<'static>>) {
    let mut start = 0;
    loop {
        let (end, next) = line_end(clusters, start, room);
        let side = if lines.is_empty() { &margin.first } else { &margin.rest };
        lines.push(line(side, &clusters[start..end]));
        if next >= clusters.len() {
            return;
        }
        start = next;
    }
}

/// Where the line from `start` ends, and where the next begins.
fn line_end(clusters: &[Cluster<'_>], start: usize, room: usize) -> (usize, usize) {
    let (mut used, mut is_blank) = (0, true);
    // Between words; where there is one alone, within it.
    let (mut break_at, mut part_at) = (None, None);
    for (at, cluster) in clusters.iter().enumerate().skip(start) {
        if used + cluster.width > room {
            if cluster.text == " " {
                return (trim(clusters, start, at), skip_space(clusters, at));
            }
            let end = break_at.or(part_at).unwrap_or(at.max(start + 1));
            return (trim(clusters, start, end), skip_space(clusters, end));
        }
        used += cluster.width;
        // A line of blanks alone is none: what is set in stays set in.
        is_blank &= cluster.text == " ";
        if at > start && !is_blank {
            if may_break_after(clusters, at) {
                break_at = Some(at + 1);
            } else if matches!(cluster.text, "-" | "(" | ",") {
                part_at = Some(at + 1);
            }
        }
    }
    (clusters.len(), clusters.len())
}

/// After a space, a hyphen between letters (that of `-1` is a sign, and a date is one word), a semicolon, and on either side of a wide
/// character.
fn may_break_after(clusters: &[Cluster<'_>], at: usize) -> bool {
    let here = &clusters[at];
    let Some(next) = clusters.get(at + 1) else { return false };
    match here.text {
        " " => next.text != " ",
        "-" => {
            let is_letter = |cluster: &Cluster<'_>| cluster.text.starts_with(char::is_alphabetic);
            is_letter(next) && at.checked_sub(1).is_some_and(|before| is_letter(&clusters[before]))
        }
        ";" => next.text.starts_with(char::is_alphanumeric),
        _ => here.width == 2 || (next.width == 2 && next.text != " "),
    }
}

fn skip_space(clusters: &[Cluster<'_>], mut at: usize) -> usize {
    while clusters.get(at).is_some_and(|cluster| cluster.text == " ") {
        at += 1;
    }
    at
}

fn trim(clusters: &[Cluster<'_>], start: usize, mut end: usize) -> usize {
    while end > start + 1 && clusters[end - 1].text == " " {
        end -= 1;
    }
    end
}

fn line(margin: &[Span<'static>], clusters: &[Cluster<'_>]) -> Line<'static> {
    let mut spans = margin.to_vec();
    let mut text = String::new();
    let mut style = None;
    for cluster in clusters {
        if let Some(old) = style.filter(|old| *old != cluster.style) {
            spans.push(Span::styled(std::mem::take(&mut text), old));
        }
        style = Some(cluster.style);
        text.push_str(cluster.text);
    }
    if let Some(style) = style {
        spans.push(Span::styled(text, style));
    }
    Line::from(spans)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn texts(text: &str, width: usize) -> Vec<String> {
        wrap(&[StyledRun::new(text, Style::new())], width, &Margin::default()).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn words_stay_whole_where_they_fit() {
        assert_eq!(texts("one two three", 8), ["one two", "three"]);
        assert_eq!(texts("one  two", 4), ["one", "two"]);
        assert_eq!(texts("abcdefghij", 4), ["abcd", "efgh", "ij"]);
        assert_eq!(texts("a\n\n  b", 8), ["a", "", "  b"]);
        assert_eq!(texts("", 8), [""]);
    }

    #[test]
    fn a_sign_stays_with_its_number_and_a_date_is_one_word() {
        assert_eq!(texts("from -5 to well-known", 7), ["from -5", "to", "well-", "known"]);
        assert_eq!(texts("at 2026-11-20T09", 14), ["at", "2026-11-20T09"]);
    }

    #[test]
    fn what_is_set_in_begins_on_its_line_however_long_it_is() {
        assert_eq!(texts("    call(at(2026-11-20))", 14), ["    call(at(", "2026-11-20))"]);
        assert_eq!(texts("  abcdefgh", 6), ["  abcd", "efgh"]);
    }

    #[test]
    fn wide_characters_and_joined_emoji_are_not_split() {
        assert_eq!(texts("漢字かな", 5), ["漢字", "かな"]);
        assert_eq!(texts("x 👩‍👩‍👧‍👦 y", 4), ["x 👩‍👩‍👧‍👦", "y"]);
        assert_eq!(texts("e\u{301}e\u{301}e\u{301}", 2), ["e\u{301}e\u{301}", "e\u{301}"]);
        assert_eq!(texts("漢", 1), ["?"]);
    }

    #[test]
    fn the_margin_stands_on_every_line() {
        let margin = Margin { first: vec![Span::raw("* ")], rest: vec![Span::raw("  ")] };
        let lines = wrap(&[StyledRun::new("aa bb", Style::new())], 5, &margin);
        assert_eq!(lines.iter().map(ToString::to_string).collect::<Vec<_>>(), ["* aa", "  bb"]);
    }

    #[test]
    fn a_character_with_thousands_of_marks_is_cut() {
        let tower = format!("a{}", "\u{301}".repeat(5000));
        assert!(texts(&tower, 10)[0].len() <= LONGEST_CLUSTER);
    }

    proptest! {
        #[test]
        fn no_line_is_wider_and_no_word_is_lost(text in "[a-z漢é👍 \n-]{0,200}", width in 2usize..40) {
            let lines = texts(&text, width);
            for line in &lines {
                prop_assert!(line.width() <= width, "{line:?}");
            }
            let letters = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
            prop_assert_eq!(letters(&lines.concat()), letters(&text));
        }
    }
}
