//! What can be copied of what is selected, and what is said of a copy: of what it is and how much.

mod offered;
mod over;
mod shell;

use super::{AppState, Effect};
use crate::app::text;

impl AppState {
    /// A text as it may leave for the clipboard.
    pub(super) fn as_copied(stored: &str) -> String {
        text::copied(stored).into_owned()
    }

    /// Copies a text, and says what of.
    pub(super) fn copy_as(text: String, what: &str) -> Vec<Effect> {
        let says = copy_says(&text, &text::copied(&text), what);
        vec![Effect::Copy(text), Effect::Say(says)]
    }
}

fn copy_says(stored: &str, safe: &str, what: &str) -> String {
    let count = safe.chars().count();
    let letters = if count == 1 { "character" } else { "characters" };
    let marks =
        if safe == stored.replace("\r\n", "\n") { "" } else { "; what could act where it is pasted became marks" };
    format!("copied {what}: {count} {letters}{marks}")
}
