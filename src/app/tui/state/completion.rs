//! What may be typed where a word is begun.

/// What may be typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Completion {
    /// The text, whole.
    pub text: String,
    /// What it means; may be empty.
    pub help: String,
}
