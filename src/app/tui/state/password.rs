//! A password that is typed so that a place can be opened. It is kept for as long as the place is open, and nowhere else.

mod open;

use std::fmt;

use super::typed_word::TypedWord;

/// A password that is typed.
pub struct PasswordPane {
    /// Whose.
    pub user: String,
    /// Where.
    pub hosts: String,
    typed: TypedWord,
}

/// Without what is typed.
impl fmt::Debug for PasswordPane {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { user, hosts, .. } = self;
        f.debug_struct("PasswordPane").field("user", user).field("hosts", hosts).finish_non_exhaustive()
    }
}

impl PasswordPane {
    /// What is typed, as it is shown: a mark for each character.
    #[must_use]
    pub fn shown(&self) -> TypedWord {
        let whole = 0..self.typed.text().len();
        self.typed.masked(std::slice::from_ref(&whole))
    }

    /// Takes pasted text: its first line.
    pub fn paste(&mut self, text: &str) {
        self.typed.paste(text);
    }
}
