//! What is edited in place: the text of a value, a key, or a new field.

use super::FieldPath;
use crate::app::tui::state::{editor::Editor, tree::PathKey};

/// A text in a row of the form.
#[derive(Debug, Clone)]
pub struct FieldEditor {
    /// Where the value stands; of a new field its container.
    pub path: FieldPath,
    /// What the text is.
    pub used_for: FieldUse,
    /// Of a new field, what it is to stand behind; `None`: it is the first one.
    pub after: Option<PathKey>,
    /// The text, which forms it takes, and what was wrong with it when it was to be taken.
    pub editor: Editor,
    /// What is wrong with it as it is typed; not said before something was typed.
    pub invalid: Option<String>,
}

/// What a text in a row is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldUse {
    /// The value.
    Value,
    /// The key.
    Key,
    /// A new field: `key=value` or `key:=JSON`; in an array the value alone.
    New,
}

impl FieldEditor {
    /// What is wrong with what is typed. Safe text where it is drawn as such.
    #[must_use]
    pub fn problem(&self) -> Option<String> {
        self.editor.problem.clone().or_else(|| self.invalid.clone())
    }
}
