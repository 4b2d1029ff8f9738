//! Nouns that are a word each, of which not all are known: shown as it and read from it.

use std::{convert::Infallible, fmt, str::FromStr};

use super::{Rating, Role, ToolStatus};

/// `Display` by `as_str`, and `FromStr` by `From<&str>`: no word is refused.
macro_rules! words {
    ($($type:ty),*) => {$(
        /// Its `as_str`. Stored text: make it safe before it reaches a terminal.
        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.as_str())
            }
        }

        /// As `From<&str>` reads it: no word is refused.
        impl FromStr for $type {
            type Err = Infallible;

            fn from_str(word: &str) -> Result<Self, Infallible> {
                Ok(Self::from(word))
            }
        }
    )*};
}

words!(Rating, Role, ToolStatus);
