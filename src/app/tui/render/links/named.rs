//! Links that have a text of their own, as Markdown has them, found where they are laid out.

use std::ops::Range;

use super::{BROKEN_WORD, LaidLetter, address, is_break};

/// A link with its text and what is shown behind it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedLink {
    /// Safe text, as it is shown.
    pub text: String,
    /// The address, as it is shown.
    pub address: String,
    /// The address stands in brackets behind the text.
    pub is_shown: bool,
}

/// Where one stands among letters.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct NamedPlace {
    /// Its text; empty where that reads as an address, which leads where it says and nowhere else.
    pub text: Range<usize>,
    /// Its address, where that is shown.
    pub address: Range<usize>,
    /// Where it ends.
    pub end: usize,
}

impl NamedLink {
    /// Where it leads. `None`: it is no link that may be opened.
    pub(super) fn leads(&self) -> Option<String> {
        // A browser writes a space so; what else is no address is none.
        address(&self.address.replace(' ', "%20"))
    }

    /// Where it stands first, from a letter on. No more letters are compared than are `left`: a text of letters that are all the same
    /// would take for ever.
    pub(super) fn place(&self, letters: &[LaidLetter], from: usize, left: &mut usize) -> Option<NamedPlace> {
        let text: Vec<char> = self.text.chars().collect();
        let behind: Vec<char> = format!(" ({})", self.address).chars().collect();
        (from..letters.len()).find_map(|start| {
            let end = follows(letters, start, &text, left).filter(|end| *end > start)?;
            let says = if address(&self.text).is_some() { start..start } else { start..end };
            if !self.is_shown {
                return Some(NamedPlace { text: says, address: end..end, end });
            }
            let close = follows(letters, end, &behind, left)?;
            let open = end + letters[end..close].iter().position(|letter| letter.c == '(')?;
            Some(NamedPlace { text: says, address: open + 1..close - 1, end: close })
        })
    }
}

/// Where what is wanted ends, if it begins at a letter. Any space may be a line break, and a long word may be broken.
fn follows(letters: &[LaidLetter], start: usize, wanted: &[char], left: &mut usize) -> Option<usize> {
    let mut at = start;
    let mut wanted = wanted.iter().peekable();
    while let Some(c) = wanted.next() {
        *left = left.checked_sub(1)?;
        if c.is_whitespace() {
            while wanted.next_if(|c| c.is_whitespace()).is_some() {}
            let from = at;
            while letters.get(at).is_some_and(|letter| is_break(letter.c) || letter.c.is_whitespace()) {
                at += 1;
            }
            if at == from {
                return None;
            }
            continue;
        }
        while at > start && letters.get(at).is_some_and(|letter| letter.c == BROKEN_WORD) {
            at += 1;
        }
        if letters.get(at)?.c != *c {
            return None;
        }
        at += 1;
    }
    Some(at)
}

#[cfg(test)]
mod tests {
    use ratatui::text::Line;

    use super::{super::super::found::laid_letters, *};

    #[test]
    fn no_more_letters_are_compared_than_are_left() {
        let letters = laid_letters(&[Line::raw("aaaaaaaaaaaaaaaab")], 80, "");
        let link = NamedLink { text: "aaab".to_owned(), address: "https://a.example".to_owned(), is_shown: false };
        let place = |mut left: usize| link.place(&letters, 0, &mut left).map(|place| place.text);
        assert_eq!(place(1_000), Some(13..17));
        assert_eq!(place(20), None);
    }
}
