//! Halves of surrogate pairs that stand alone. Python's strings can hold one, and its JSON writes it as `"\ud83e"`; a Rust
//! string cannot, so it carries a character of the last private plane in its place: `U+D83E` as `U+10D83E`.

use std::ops::RangeInclusive;

/// What is added to a half to carry it.
const CARRIED: u32 = 0x10_0000;

/// The halves.
const HALVES: RangeInclusive<u32> = 0xD800..=0xDFFF;

/// The character that carries a half; `None` for what is none.
pub(crate) fn carrier(half: u32) -> Option<char> {
    HALVES.contains(&half).then(|| char::from_u32(CARRIED + half)).flatten()
}

/// The half that a character carries; `None` for any other character.
pub(crate) fn carried(character: char) -> Option<u32> {
    u32::from(character).checked_sub(CARRIED).filter(|half| HALVES.contains(half))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_half_is_carried_there_and_back_and_nothing_else_is() {
        for half in [0xD800, 0xD83E, 0xDFFF] {
            assert_eq!(carrier(half).and_then(carried), Some(half));
        }
        assert_eq!((carrier(0xD7FF), carrier(0xE000)), (None, None));
        assert_eq!((carried('a'), carried('\u{10D7FF}'), carried('\u{10E000}')), (None, None, None));
    }
}
