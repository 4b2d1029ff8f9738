//! What a person types to agree to a deletion: the browser and `delete` ask for the same.

use super::text;

/// The word that is typed where an id cannot be.
pub const DELETE: &str = "delete";

/// What is to be typed to delete one session: its id, or [`DELETE`] where the id is empty, blank, begins or ends with a blank, or
/// holds what cannot be seen or typed.
#[must_use]
pub fn word(id: &str) -> &str {
    let typeable = !id.is_empty()
        && id.trim() == id
        && text::line(id) == id
        && !id.chars().any(|c| (c.is_whitespace() && c != ' ') || is_private(c));
    if typeable { id } else { DELETE }
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
    fn what_cannot_be_typed_is_deleted_by_a_word_and_never_by_nothing() {
        for id in ["", " ", "\t", " a", "a ", "a\u{a0}b", "a\u{1b}[2Jb", "a\u{202e}b", "a\nb", "a\u{200b}", "\u{e000}"]
        {
            assert_eq!((word(id), what(id)), (DELETE, "the word delete"), "{id:?}");
            assert!(is_agreed("delete", id));
            assert!(!is_agreed("", id) && !is_agreed(" ", id) && !is_agreed(id, id), "{id:?}");
        }
    }
}
