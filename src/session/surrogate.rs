//! Halves of surrogate pairs that stand alone. Python's strings can hold one, and its JSON writes it as `"\ud83e"`; a Rust
//! string cannot. So two characters stand for it, of which the first is [`MARK`]: `U+D83E` is `U+10FFFF U+10D83E`. Unicode
//! keeps the mark out of all text that is exchanged, so any other text stands for itself, private characters too; where a
//! text of Python's has the mark all the same, and what follows could be taken for more, it stands twice.

use std::ops::RangeInclusive;

/// Begins what a text cannot hold.
pub(crate) const MARK: char = '\u{10FFFF}';

/// Begins a string of JSON that stands for something else, behind a [`MARK`]: see [`super::python`].
pub(crate) const OTHER: char = '\u{10E000}';

/// What is added to a half for the character behind the mark.
const CARRIED: u32 = 0x10_0000;

/// The halves.
const HALVES: RangeInclusive<u32> = 0xD800..=0xDFFF;

/// A piece of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unit {
    /// A character.
    Char(char),
    /// Half of a pair.
    Half(u32),
}

/// The two characters that stand for a half; nothing for what is none.
pub(crate) fn carrier(half: u32) -> String {
    let second = HALVES.contains(&half).then(|| char::from_u32(CARRIED + half)).flatten();
    second.map(|second| String::from_iter([MARK, second])).unwrap_or_default()
}

/// What a text holds.
pub(crate) fn units(text: &str) -> impl Iterator<Item = Unit> + '_ {
    let mut chars = text.chars().peekable();
    std::iter::from_fn(move || {
        let first = chars.next()?;
        if first != MARK {
            return Some(Unit::Char(first));
        }
        let second = chars.next_if(|next| *next == MARK || half(*next).is_some());
        Some(second.and_then(half).map_or(Unit::Char(MARK), Unit::Half))
    })
}

/// Whether half of a pair stands in a text.
pub(crate) fn has_half(text: &str) -> bool {
    text.contains(MARK) && units(text).any(|unit| matches!(unit, Unit::Half(_)))
}

/// Whether a mark before this character has to stand twice to be itself.
pub(crate) fn is_taken(next: char) -> bool {
    next == MARK || half(next).is_some()
}

fn half(second: char) -> Option<u32> {
    u32::from(second).checked_sub(CARRIED).filter(|half| HALVES.contains(half))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_half_is_carried_there_and_back_and_nothing_else_is() {
        for half in [0xD800, 0xD83E, 0xDFFF] {
            assert_eq!(units(&carrier(half)).collect::<Vec<_>>(), [Unit::Half(half)]);
        }
        assert_eq!((carrier(0xD7FF), carrier(0xE000)), (String::new(), String::new()));
        for text in ["a", "\u{10D83E}", "\u{10E000}NaN", "\u{10FFFF}a", "a\u{10FFFF}"] {
            assert!(units(text).eq(text.chars().map(Unit::Char)), "{text:?}");
        }
    }

    #[test]
    fn a_mark_that_stands_twice_is_one() {
        let text = format!("{MARK}{MARK}\u{10D83E}");
        assert_eq!(units(&text).collect::<Vec<_>>(), [Unit::Char(MARK), Unit::Char('\u{10D83E}')]);
        assert!(!has_half(&text) && has_half("a\u{10FFFF}\u{10D83E}b"));
    }
}
