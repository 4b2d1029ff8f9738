//! What a person types to agree: to a deletion, and to a write where the place asks for words. The browser and the commands ask
//! for the same.

use super::text;

/// The word that is typed where an id cannot be.
pub const DELETE: &str = "delete";

/// What is to be typed to delete one session: its id, or [`DELETE`] where the id is empty, blank, begins or ends with a blank, or
/// holds what cannot be seen or typed.
#[must_use]
pub fn word(id: &str) -> &str {
    if is_typeable(id) { id } else { DELETE }
}

/// Whether a keyboard can give it, and a person sees all of it.
#[must_use]
pub fn is_typeable(words: &str) -> bool {
    !words.is_empty()
        && words.trim() == words
        && text::line(words) == words
        && !words.chars().any(|c| (c.is_whitespace() && c != ' ') || is_private(c))
}

/// What to type, in words: `its id` or `the word delete`.
#[must_use]
pub fn what(id: &str) -> &'static str {
    if word(id) == id && id != DELETE { "its id" } else { "the word delete" }
}

/// Whether what was typed agrees to delete the session of that id.
#[must_use]
pub fn is_agreed(typed: &str, id: &str) -> bool {
    typed.trim() == word(id)
}

/// Whether what was typed agrees to delete so many sessions.
#[must_use]
pub fn is_agreed_number(typed: &str, count: usize) -> bool {
    typed.trim() == count.to_string()
}

/// Whether what was typed are the words that a place asks for before a write.
#[must_use]
pub fn are_words(typed: &str, words: &str) -> bool {
    typed.trim() == words
}

/// For private use: no keyboard has them, and no two fonts agree on them.
fn is_private(c: char) -> bool {
    matches!(c, '\u{e000}'..='\u{f8ff}' | '\u{f0000}'..='\u{10ffff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_that_can_be_typed_is_asked_for_and_only_that_agrees() {
        for id in ["support-1042", "two words", "漢字", "DELETE"] {
            assert_eq!((word(id), what(id)), (id, "its id"));
            assert!(is_agreed(&format!(" {id}\n"), id));
            assert!(!is_agreed(DELETE, id) && !is_agreed("", id));
        }
    }

    #[test]
    fn words_and_numbers_agree_alone() {
        assert!(are_words(" prod-eu\n", "prod-eu") && !are_words("prod", "prod-eu") && !are_words("", "prod-eu"));
        assert!(is_agreed_number("12\n", 12));
        assert!(!is_agreed_number("012", 12) && !is_agreed_number("", 0) && !is_agreed_number("1", 12));
    }

    #[test]
    fn what_cannot_be_typed_is_deleted_by_a_word_and_never_by_nothing() {
        for id in ["", " ", "\t", " a", "a ", "a\u{a0}b", "a\u{1b}[2Jb", "a\u{202e}b", "a\nb", "a\u{200b}", "\u{e000}"]
        {
            assert_eq!((word(id), what(id)), (DELETE, "the word delete"), "{id:?}");
            assert!(is_agreed("delete", id));
            assert!(!is_agreed("", id) && !is_agreed(" ", id) && !is_agreed(id, id), "{id:?}");
        }
    }
}
