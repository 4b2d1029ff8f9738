//! A line that is typed for a change of many sessions.

use crossterm::event::KeyEvent;
use tui_textarea::TextArea;

use super::super::typing;
use crate::app::writes::bulk::BulkKind;

/// A line, and what is wrong with it.
#[derive(Debug, Clone, Default)]
pub struct BulkLine {
    area: TextArea<'static>,
    /// What it is typed for.
    pub(super) kind: Option<BulkKind>,
    /// What is wrong with it.
    pub problem: Option<String>,
}

impl BulkLine {
    /// Nothing is typed yet, for that kind.
    pub(super) fn of(kind: BulkKind) -> Self {
        Self { kind: Some(kind), ..Self::default() }
    }

    /// Takes a key that is text.
    pub(super) fn on_key(&mut self, key: KeyEvent) {
        if typing::take(&mut self.area, key) {
            self.problem = None;
        }
    }

    /// Takes pasted text: one line of it.
    pub(super) fn paste(&mut self, text: &str) {
        self.area.insert_str(text.lines().next().unwrap_or_default());
        self.problem = None;
    }

    /// What is typed.
    #[must_use]
    pub fn text(&self) -> &str {
        self.area.lines().first().map_or("", String::as_str)
    }

    /// The widget that draws the text.
    #[must_use]
    pub fn area(&self) -> &TextArea<'static> {
        &self.area
    }
}
