//! What became of a change.

/// What became of a change where it was applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Applied {
    /// What it says is held already, or is no part of what is held.
    Known,
    /// It is held now.
    Changed,
    /// What is held lacks what the change builds on, or does not tell which field is meant: it has to be read again.
    Unresolved,
}

impl Applied {
    /// Whether something that is held changed and is right now.
    #[must_use]
    pub fn is_changed(self) -> bool {
        self == Self::Changed
    }

    /// Whether what is held has to be read again.
    #[must_use]
    pub fn is_unresolved(self) -> bool {
        self == Self::Unresolved
    }

    /// What became of two together.
    pub(crate) fn and(self, other: Self) -> Self {
        self.max(other)
    }

    pub(super) fn changed_if(is_news: bool) -> Self {
        if is_news { Self::Changed } else { Self::Known }
    }
}
