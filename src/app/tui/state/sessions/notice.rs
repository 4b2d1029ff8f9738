//! What the list has to say of itself, in lines: below its rows, or where they would stand.

use ratatui::layout::Rect;

use super::SessionList;
use crate::app::{text, tui::render::wrap};

impl SessionList {
    /// What the list has to say of itself, as stored, and whether that is an error.
    #[must_use]
    pub fn says(&self) -> Option<(&str, bool)> {
        let error = self.error.as_deref().map(|error| (error, true));
        error.or_else(|| self.notice.as_deref().map(|notice| (notice, false)))
    }

    /// The same on lines of a pane of so many cells: safe text.
    #[must_use]
    pub fn says_lines(&self, width: u16) -> Vec<String> {
        let lines = |(says, _): (&str, bool)| wrap::plain(&text::line(says), usize::from(width.saturating_sub(2)));
        self.says().map(lines).unwrap_or_default()
    }

    /// How many lines it takes of the pane's inner area, below the rows: a third of it at most. Without rows it stands in their place.
    #[must_use]
    pub fn notice_height(&self, inner: Rect) -> u16 {
        let lines = if self.rows.is_empty() { 0 } else { self.says_lines(inner.width).len() };
        u16::try_from(lines).unwrap_or(u16::MAX).min(inner.height / 3)
    }
}
