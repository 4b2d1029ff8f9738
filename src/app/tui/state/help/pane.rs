//! Where the help stands, and what narrows it.

/// The help on the screen.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HelpPane {
    /// The first line in view.
    pub top: usize,
    /// What narrows it.
    pub needle: String,
    /// Something is being typed, were it nothing yet.
    pub(super) typing: bool,
}
