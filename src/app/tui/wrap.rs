//! Plain text to lines of a width, counted in terminal cells.

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

/// Breaks a text at spaces where it can, inside a word where it must, and at its own line breaks. Never splits a
/// grapheme; a grapheme wider than a line stands alone. The text must be safe already ([`crate::app::text::block`]).
#[must_use]
pub fn wrap(text: &str, cells: usize) -> Vec<String> {
    let cells = cells.max(1);
    let mut lines = Vec::new();
    for paragraph in text.split('\n') {
        wrap_paragraph(paragraph, cells, &mut lines);
    }
    lines
}

fn wrap_paragraph(paragraph: &str, cells: usize, lines: &mut Vec<String>) {
    let mut line = String::new();
    let mut used = 0;
    for word in paragraph.split_inclusive(' ') {
        let bare = word.trim_end_matches(' ').width();
        if used > 0 && used + bare > cells {
            finish(&mut line, lines);
            used = 0;
        }
        if bare > cells {
            used = break_word(word, cells, used, &mut line, lines);
        } else {
            line.push_str(word);
            used += word.width();
        }
    }
    finish(&mut line, lines);
}

/// A word that no line holds: filled grapheme by grapheme. Gives the width of the last line.
fn break_word(word: &str, cells: usize, mut used: usize, line: &mut String, lines: &mut Vec<String>) -> usize {
    for grapheme in word.graphemes(true) {
        let wide = grapheme.width();
        if used > 0 && used + wide > cells {
            finish(line, lines);
            used = 0;
            if grapheme == " " {
                continue;
            }
        }
        line.push_str(grapheme);
        used += wide;
    }
    used
}

fn finish(line: &mut String, lines: &mut Vec<String>) {
    let mut done = std::mem::take(line);
    done.truncate(done.trim_end_matches(' ').len());
    lines.push(done);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn words_stay_whole_where_they_fit() {
        assert_eq!(wrap("Too slow on the second order", 12), ["Too slow on", "the second", "order"]);
        assert_eq!(wrap("  indented\n\nlast", 12), ["  indented", "", "last"]);
        assert_eq!(wrap("", 12), [""]);
    }

    #[test]
    fn long_words_are_broken_between_graphemes() {
        assert_eq!(wrap("abcdefgh ij", 3), ["abc", "def", "gh", "ij"]);
        assert_eq!(wrap("漢字かな", 5), ["漢字", "かな"]);
        assert_eq!(wrap("漢", 1), ["漢"]);
    }

    proptest! {
        #[test]
        fn nothing_but_spaces_is_lost(text in "[a-z漢é ]{0,60}", cells in 2usize..20) {
            let lines = wrap(&text, cells);
            prop_assert!(lines.iter().all(|line| line.width() <= cells), "{lines:?}");
            prop_assert_eq!(lines.concat().replace(' ', ""), text.replace(' ', ""));
        }
    }
}
