//! What the list has to say of itself, in lines: below its rows, or where they would stand.

use ratatui::layout::Rect;

use super::{SessionList, changes::MOST_UNSEEN};
use crate::{
    app::{
        text,
        tui::render::{format, wrap},
    },
    repository::Sort,
};

impl SessionList {
    /// What is loading. Safe text.
    #[must_use]
    pub fn loading(&self) -> Option<String> {
        let page = self.page.as_ref()?;
        let is_sorted_anew = *self.listed().1 != self.sort;
        Some(match (page.first, page.aside.is_some(), self.filter.is_empty()) {
            (_, true, _) => "reading the sessions again".to_owned(),
            (true, _, false) if !is_sorted_anew => "searching the sessions".to_owned(),
            (true, _, true) if self.sort == Sort::default() => "reading the sessions".to_owned(),
            (true, ..) => format!("sorting by {}", text::line(&self.sort.to_string())),
            (false, ..) => "reading more sessions".to_owned(),
        })
    }

    /// What the list has to say of itself, as stored, and whether that is an error.
    #[must_use]
    pub fn says(&self) -> Option<(&str, bool)> {
        let error = self.error.as_deref().map(|error| (error, true));
        let says = self.progress.as_deref().or(self.notice.as_deref()).or(self.since.says.as_deref());
        error.or_else(|| says.map(|says| (says, false)))
    }

    /// So many sessions were looked at for the page that is read.
    pub(super) fn on_looked(&mut self, sessions: u64) {
        let looked = format::short(sessions);
        self.progress = Some(match self.count.filter(|count| *count >= sessions) {
            Some(count) => format!("looked at {looked} of {} sessions", format::short(count)),
            None => format!("looked at {looked} sessions so far"),
        });
        if let Some(page) = &mut self.page {
            page.looked = true;
        }
    }

    /// By which key the list is read again, as it is told.
    pub fn reloads_by(&mut self, key: Option<String>) {
        self.since.reload_key = key;
    }

    /// How many sessions changed that have no row.
    pub(super) fn tell_unseen(&mut self) {
        let count = self.since.unseen.len();
        let what = if self.listed().0.is_empty() { "more changed" } else { "changed or new since" };
        let key = self.since.reload_key.as_deref().map(|key| format!(": {key} reads again")).unwrap_or_default();
        let more = if count >= MOST_UNSEEN { "+" } else { "" };
        self.since.says = (count > 0).then(|| format!("{count}{more} {what}{key}"));
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
