//! The metrics pane: rows of figures, one of them selected.

pub mod rows;
#[cfg(test)]
mod tests;

use super::{Effect, conversation::ConversationState, list};
use crate::app::keymap::Action;
use crate::{
    metrics::{Explanation, SessionMetrics},
    session::{AgentId, plain},
};
use rows::Row;

/// The metrics pane's state.
#[derive(Debug, Clone, Default)]
pub struct MetricsPane {
    /// The selected row.
    pub selected: usize,
    /// The first row in view.
    pub top: usize,
    /// The selected figure of a row that shows several, from the left.
    pub cell: usize,
}

/// What the pane shows.
#[derive(Debug, Clone, Copy, Default)]
pub struct Data<'a> {
    /// Whether a session is open.
    pub open: bool,
    /// Its figures, once its outline came.
    pub metrics: Option<&'a SessionMetrics>,
    /// The agent of the tab; `None` on the merged timeline.
    pub agent: Option<&'a AgentId>,
}

impl<'a> Data<'a> {
    /// Of the open conversation.
    #[must_use]
    pub fn of(conversation: &'a ConversationState) -> Self {
        Self {
            open: conversation.session().is_some() || conversation.key().is_some(),
            metrics: conversation.metrics(),
            agent: conversation.agent(),
        }
    }

    /// The rows, none before the figures are known.
    #[must_use]
    pub fn rows(&self) -> Vec<Row<'a>> {
        self.metrics.map(|metrics| rows::rows(metrics, self.agent)).unwrap_or_default()
    }
}

impl MetricsPane {
    /// Moves or copies. `page` is the pane's inner height. `None`: not for this pane.
    pub fn on_action(&mut self, action: Action, conversation: &ConversationState, page: u16) -> Option<Vec<Effect>> {
        self.take(action, &Data::of(conversation).rows(), page)
    }

    /// Click on an inner row.
    pub fn click(&mut self, y: u16, conversation: &ConversationState) {
        self.select(y, Data::of(conversation).rows().len());
    }

    /// Scrolls by lines; negative is up.
    pub fn scroll(&mut self, lines: i32, conversation: &ConversationState, page: u16) {
        self.scroll_rows(lines, Data::of(conversation).rows().len(), page);
    }

    /// What the selected number means; `None` on a row without one, or before the outline came.
    #[must_use]
    pub fn explain(&self, conversation: &ConversationState) -> Option<Explanation> {
        self.explain_row(&Data::of(conversation).rows())
    }

    /// [`Self::on_action`] on given rows.
    pub fn take(&mut self, action: Action, rows: &[Row<'_>], page: u16) -> Option<Vec<Effect>> {
        if let Some(selected) = list::moved(action, self.selected, rows.len(), page.into()) {
            self.selected = selected;
            self.top = list::top_for(self.top, selected, rows.len(), page.into());
            return Some(Vec::new());
        }
        let row = rows.get(self.selected.min(rows.len().saturating_sub(1)));
        let cells = row.map_or(0, |row| row.figures().len());
        let cell = self.cell.min(cells.saturating_sub(1));
        match action {
            Action::Left if cell > 0 => self.cell = cell - 1,
            Action::Right if cell + 1 < cells => self.cell = cell + 1,
            Action::Copy => return row.map(|row| vec![copy(row, cell)]),
            _ => return None,
        }
        Some(Vec::new())
    }

    /// [`Self::click`] on so many rows.
    pub fn select(&mut self, y: u16, len: usize) {
        let row = self.top.saturating_add(y.into());
        if row < len {
            self.selected = row;
        }
    }

    /// [`Self::scroll`] on so many rows.
    pub fn scroll_rows(&mut self, lines: i32, len: usize, page: u16) {
        (self.top, self.selected) = list::scrolled(self.top, self.selected, len, page.into(), lines);
    }

    /// [`Self::explain`] on given rows.
    #[must_use]
    pub fn explain_row(&self, rows: &[Row<'_>]) -> Option<Explanation> {
        rows.get(self.selected.min(rows.len().saturating_sub(1)))?.explain(self.cell)
    }
}

fn copy(row: &Row<'_>, cell: usize) -> Effect {
    if let Some(tool) = row.tool() {
        let value = bson::bson!({
            "tool": tool.name.clone(),
            "call_count": tool.call_count as i64,
            "success_count": tool.success_count.map(|n| n as i64),
            "error_count": tool.error_count.map(|n| n as i64),
            "total_time_s": tool.total_time_s,
        });
        return Effect::Copy(plain::compact(&value));
    }
    let bars = row.bars(usize::MAX);
    let text = if let Some(figure) = row.figures().get(cell) {
        rows::value(row.scope, *figure).plain()
    } else if bars.is_empty() {
        None
    } else {
        let values: Vec<String> =
            bars.iter().map(|bar| bar.map_or_else(|| "null".into(), |value| value.to_string())).collect();
        Some(values.join(","))
    };
    text.map_or_else(|| Effect::Say("nothing to copy: the figure is unknown".into()), Effect::Copy)
}
