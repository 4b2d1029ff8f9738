//! A text being typed, in cells as the terminal counts them: what is seen as one character stays one, also where it is made of
//! several, and a line that is longer than its room goes on in the next row.

use std::ops::Range;

use unicode_segmentation::{GraphemeCursor, UnicodeSegmentation};

use super::format;

/// What is seen as one character of a line being typed: where it begins, in characters and in cells, and its width in cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TypedCluster<'a> {
    /// Its text.
    pub text: &'a str,
    /// Characters before it.
    pub first: usize,
    /// Cells before it.
    pub cell: usize,
    /// Its own cells.
    pub width: usize,
}

/// A line, or a row of one, as it is seen; a tab goes to the next of its stops.
pub fn clusters(line: &str, tab: usize) -> impl Iterator<Item = TypedCluster<'_>> {
    counted(line, 0, tab)
}

/// Those from a cell on. What stands before it in a line of plain ASCII, where every character is a cell, is not looked at.
pub fn clusters_from(line: &str, cell: usize, tab: usize) -> impl Iterator<Item = TypedCluster<'_>> {
    let before = if format::is_plain(line) { cell.min(line.len()) } else { 0 };
    let rest = line.get(before..).unwrap_or_default();
    counted(rest, before, tab).skip_while(move |cluster| cluster.cell < cell)
}

/// Those of a text that so many characters of one cell stand before.
fn counted(text: &str, before: usize, tab: usize) -> impl Iterator<Item = TypedCluster<'_>> {
    let (mut first, mut cell) = (before, before);
    text.graphemes(true).map(move |text| {
        let cluster = TypedCluster { text, first, cell, width: width(text, cell, tab) };
        first += text.chars().count();
        cell += cluster.width;
        cluster
    })
}

fn width(text: &str, cell: usize, tab: usize) -> usize {
    if text == "\t" { tab.max(1) - cell % tab.max(1) } else { format::width(text) }
}

/// The byte that a character of a line begins at; of the one behind the last its end.
#[must_use]
pub fn byte_at(line: &str, column: usize) -> usize {
    let mut rest = line.chars();
    // Characters are left out many at once: a long line is typed as fast as a short one.
    if let Some(before) = column.checked_sub(1) {
        rest.nth(before);
    }
    line.len() - rest.as_str().len()
}

/// What is seen as one character around that byte of a line, as a range of bytes; `None` behind the last. Only what stands near is
/// looked at.
#[must_use]
pub fn cluster_at(line: &str, byte: usize) -> Option<Range<usize>> {
    if byte >= line.len() {
        return None;
    }
    let begins = |at: &usize| GraphemeCursor::new(*at, line.len(), true).is_boundary(line, 0).unwrap_or(true);
    let mut back = line.get(..byte)?.char_indices().rev().map(|(at, _)| at);
    let mut on = line.get(byte..)?.char_indices().skip(1).map(|(at, _)| byte + at);
    let start = if begins(&byte) { byte } else { back.find(begins).unwrap_or_default() };
    Some(start..on.find(begins).unwrap_or(line.len()))
}

/// The cell of the caret before a character of the line, or behind them all, and how many cells it takes.
#[must_use]
pub fn caret(line: &str, column: usize, tab: usize) -> (usize, usize) {
    if format::is_plain(line) {
        return (column.min(line.len()), 1);
    }
    let mut end = 0;
    for cluster in clusters(line, tab) {
        if column < cluster.first + cluster.text.chars().count() {
            return (cluster.cell, cluster.width.max(1));
        }
        end = cluster.cell + cluster.width;
    }
    (end, 1)
}

/// A row of a line that is broken into such.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TypedRow<'a> {
    /// Which line it is of.
    pub line: usize,
    /// Characters of the line before it.
    pub first: usize,
    /// Its text.
    pub text: &'a str,
}

/// Cells that text takes in a view of so many: the last one is the caret's, behind a full row.
#[must_use]
pub fn room(cells: usize) -> usize {
    cells.saturating_sub(1).max(1)
}

/// The rows of a line in a view of so many cells, at least one: broken behind blanks where there are some, never inside what is
/// seen as one character. A blank at the end of a full row stays there.
#[must_use]
pub fn rows(line: usize, text: &str, cells: usize, tab: usize) -> Vec<TypedRow<'_>> {
    let room = room(cells);
    let mut rows = Vec::new();
    // Bytes and characters: where the row begins, behind its last blank, and here.
    let (mut start, mut blank, mut here) = ((0, 0), None, (0, 0));
    // Cells of the row, and of it behind its last blank.
    let (mut cell, mut behind) = (0, 0);
    for cluster in text.graphemes(true) {
        let is_blank = matches!(cluster, " " | "\t");
        while cell + width(cluster, cell, tab) > room && here > start && !(is_blank && cell <= room) {
            let end: (usize, usize) = blank.take().unwrap_or(here);
            rows.push(TypedRow { line, first: start.1, text: &text[start.0..end.0] });
            // What was behind the blank goes to the next row.
            (start, cell) = (end, if end == here { 0 } else { behind });
        }
        let cells = width(cluster, cell, tab);
        here = (here.0 + cluster.len(), here.1 + cluster.chars().count());
        (cell, behind) = (cell + cells, behind + cells);
        if is_blank {
            (blank, behind) = (Some(here), 0);
        }
    }
    rows.push(TypedRow { line, first: start.1, text: &text[start.0..] });
    rows
}

/// Which of the rows of its line the caret is in.
#[must_use]
pub fn row_of(rows: &[TypedRow<'_>], column: usize) -> usize {
    rows.iter().rposition(|row| row.first <= column).unwrap_or(0)
}

/// The rows that a view of that height shows, and which of them the caret is in. The text begins at its start where there is
/// room; of a longer one as much as a third of the view stands below the caret.
#[must_use]
pub fn in_view(
    lines: &[String],
    (line, column): (usize, usize),
    (cells, height): (usize, usize),
    tab: usize,
) -> (Vec<TypedRow<'_>>, usize) {
    let text = |line: usize| lines.get(line).map_or("", String::as_str);
    let of = |line: usize| rows(line, text(line), cells, tab);
    let own = of(line);
    let at = row_of(&own, column);
    let most = height.max(1) - 1;
    let mut above: Vec<TypedRow<'_>> = own[..at].iter().rev().copied().collect();
    above.extend((0..line.min(lines.len())).rev().flat_map(|line| of(line).into_iter().rev()).take(most));
    let mut below: Vec<TypedRow<'_>> = own[at + 1..].to_vec();
    below.extend((line + 1..lines.len()).flat_map(of).take(most));
    let kept_below = below.len().min(height / 3);
    above.truncate(most.saturating_sub(kept_below));
    below.truncate(most - above.len());
    let caret = above.len();
    let rows = above.into_iter().rev().chain([own[at]]).chain(below).collect();
    (rows, caret)
}

/// How many rows the lines take, counted no further than to a number.
#[must_use]
pub fn height(lines: &[String], cells: usize, tab: usize, most: usize) -> usize {
    let mut count = 0;
    for (line, text) in lines.iter().enumerate() {
        if count >= most {
            break;
        }
        // So many bytes take no more rows than are asked for: the rest of a long line is not looked at.
        let few = text.char_indices().nth((room(cells) + 2).saturating_mul(most)).map_or(text.len(), |(at, _)| at);
        count += rows(line, &text[..few], cells, tab).len();
    }
    count.min(most)
}

/// The line and column that so many rows below the caret (above it, where negative) stand under a cell of its row. At the first
/// and last row it stays.
#[must_use]
pub fn moved(
    lines: &[String],
    (line, column): (usize, usize),
    by: isize,
    cell: usize,
    cells: usize,
    tab: usize,
) -> (usize, usize) {
    let text = |line: usize| lines.get(line).map_or("", String::as_str);
    let (mut line, mut own) = (line, rows(line, text(line), cells, tab));
    let mut at = row_of(&own, column);
    for _ in 0..by.unsigned_abs() {
        if by < 0 && at > 0 {
            at -= 1;
        } else if by < 0 && line > 0 {
            line -= 1;
            own = rows(line, text(line), cells, tab);
            at = own.len() - 1;
        } else if by > 0 && at + 1 < own.len() {
            at += 1;
        } else if by > 0 && line + 1 < lines.len() {
            line += 1;
            own = rows(line, text(line), cells, tab);
            at = 0;
        } else {
            break;
        }
    }
    let row = own[at];
    let under = clusters(row.text, tab).take_while(|cluster| cluster.cell + cluster.width <= cell).count();
    let chars: usize = row.text.graphemes(true).take(under).map(|cluster| cluster.chars().count()).sum();
    let is_last = at + 1 == own.len();
    // Behind a row that goes on in the next the caret would stand in that.
    let last = row.text.graphemes(true).next_back().map_or(0, |cluster| cluster.chars().count());
    let most = row.text.chars().count() - if is_last { 0 } else { last };
    (line, row.first + chars.min(most))
}

/// The cell of its row that the caret stands in.
#[must_use]
pub fn cell_of(lines: &[String], (line, column): (usize, usize), cells: usize, tab: usize) -> usize {
    let own = rows(line, lines.get(line).map_or("", String::as_str), cells, tab);
    let row = own[row_of(&own, column)];
    caret(row.text, column - row.first, tab).0
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn texts(text: &str, cells: usize) -> Vec<&str> {
        rows(0, text, cells, 4).into_iter().map(|row| row.text).collect()
    }

    fn lines(text: &str) -> Vec<String> {
        text.split('\n').map(str::to_owned).collect()
    }

    #[test]
    fn a_tab_goes_to_the_next_stop() {
        assert_eq!(caret("ab\tc", 4, 4).0, 5);
        assert_eq!(caret("\t\t漢", 3, 4).0, 10);
        assert_eq!(caret("abcd\t", 5, 4).0, 8);
    }

    #[test]
    fn rows_break_behind_blanks_and_long_words_anywhere() {
        assert_eq!(texts("", 5), [""]);
        assert_eq!(texts("abcd", 5), ["abcd"]);
        assert_eq!(texts("ab cd ef", 6), ["ab cd ", "ef"], "the blank hangs over");
        assert_eq!(texts("abcdefghij", 5), ["abcd", "efgh", "ij"]);
        assert_eq!(texts("a bcdefghij", 5), ["a ", "bcde", "fghi", "j"]);
        assert_eq!(texts("漢字漢字", 6), ["漢字", "漢字"]);
        assert_eq!(texts("a漢字漢", 5), ["a漢", "字漢"]);
        assert_eq!(texts("abcd    e", 5), ["abcd ", "   e"]);
    }

    #[test]
    fn the_caret_goes_by_rows_and_stays_under_its_cell() {
        let text = lines("ab cd ef\n\nxyz");
        assert_eq!(moved(&text, (0, 1), 1, 1, 6, 4), (0, 7));
        assert_eq!(moved(&text, (0, 7), 1, 1, 6, 4), (1, 0));
        assert_eq!(moved(&text, (1, 0), 1, 1, 6, 4), (2, 1));
        assert_eq!(moved(&text, (2, 1), 1, 1, 6, 4), (2, 1), "there is no row below");
        assert_eq!(moved(&text, (2, 3), -2, 3, 6, 4), (0, 8));
        assert_eq!(moved(&text, (0, 8), -1, 5, 6, 4), (0, 5), "not into the next row");
        assert_eq!(cell_of(&text, (0, 8), 6, 4), 2);
    }

    #[test]
    fn a_view_shows_the_start_or_some_rows_around_the_caret() {
        let text: Vec<String> = (0..20).map(|n| n.to_string()).collect();
        let seen = |caret| {
            let (rows, at) = in_view(&text, (caret, 0), (10, 6), 4);
            (rows.first().map(|row| row.line), rows.len(), at)
        };
        assert_eq!(seen(0), (Some(0), 6, 0));
        assert_eq!(seen(3), (Some(0), 6, 3));
        assert_eq!(seen(10), (Some(7), 6, 3));
        assert_eq!(seen(19), (Some(14), 6, 5));
        assert_eq!(height(&text, 10, 4, 8), 8);
        assert_eq!(height(&lines("ab cd ef\n"), 6, 4, 8), 3);
    }

    #[test]
    fn a_plain_line_is_seen_from_a_cell_on_as_any_other() {
        for line in ["", "abcdef", "ab漢字 ef", "ab\tcd"] {
            for cell in 0..9 {
                let seen: Vec<TypedCluster<'_>> = clusters_from(line, cell, 4).collect();
                let walked: Vec<TypedCluster<'_>> = clusters(line, 4).filter(|cluster| cluster.cell >= cell).collect();
                assert_eq!(seen, walked, "{line:?} from {cell}");
            }
        }
        assert_eq!(
            [caret("abc", 1, 4), caret("abc", 3, 4), caret("abc", 9, 4), caret("", 0, 4)],
            [(1, 1), (3, 1), (3, 1), (0, 1)]
        );
    }

    proptest! {
        #[test]
        fn a_place_in_a_line_is_found_as_by_a_walk_through_it(
            parts in prop::collection::vec(
                prop::sample::select(vec!["a", " ", "漢", "👩‍👩‍👧", "🇪", "🇸", "e\u{301}", "👍🏽", "\u{301}", "\u{200d}"]),
                0..12,
            ),
            column in 0_usize..30,
        ) {
            let line = parts.concat();
            let byte = line.char_indices().nth(column).map_or(line.len(), |(at, _)| at);
            prop_assert_eq!(byte_at(&line, column), byte);
            let mut all = line.grapheme_indices(true).map(|(at, text)| at..at + text.len());
            prop_assert_eq!(cluster_at(&line, byte), all.find(|cluster| cluster.contains(&byte)));
        }

        #[test]
        fn rows_lose_nothing_and_fit(text in "[a-c漢👍🏽 \t]{0,40}", cells in 1_usize..12) {
            let all = rows(3, &text, cells, 4);
            prop_assert_eq!(all.iter().map(|row| row.text).collect::<String>(), text.clone());
            let mut chars = 0;
            for row in &all {
                prop_assert_eq!(row.first, chars);
                chars += row.text.chars().count();
                let trimmed = row.text.trim_end_matches([' ', '\t']);
                let wide: usize = clusters(trimmed, 4).map(|cluster| cluster.width).sum();
                prop_assert!(wide <= room(cells) || trimmed.graphemes(true).count() == 1, "{:?}", row);
            }
        }

        #[test]
        fn up_and_down_stay_in_the_text(text in "[ab漢 \n]{0,40}", from in 0_usize..40, by in -9_isize..9, cells in 1_usize..9) {
            let text = lines(&text);
            let line = from % text.len();
            let column = from.min(text[line].chars().count());
            let (to, at) = moved(&text, (line, column), by, from % 9, cells, 4);
            prop_assert!(to < text.len() && at <= text[to].chars().count());
            let (rows, caret) = in_view(&text, (line, column), (cells, 5), 4);
            prop_assert!(rows.len() <= 5 && rows[caret].line == line);
        }
    }
}
