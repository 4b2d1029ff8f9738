//! The metrics pane: rows of figures, one of them selected.

pub mod rows;
#[cfg(test)]
mod tests;

use super::{
    Effect,
    conversation::ConversationState,
    glow::Glow,
    list::{self, Selection},
};
use crate::app::keymap::Action;
use crate::{
    metrics::{Explanation, SessionMetrics},
    session::{AgentId, plain},
};
use rows::MetricsRow;

/// The metrics pane's state.
#[derive(Debug, Clone, Default)]
pub struct MetricsPane {
    /// The selected row, by whose figure it is and which.
    pub selection: Selection<RowKey>,
    /// The selected figure of a row that shows several, from the left.
    pub cell: usize,
    /// Rows whose figures changed just now.
    pub glow: Glow<RowKey>,
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
    /// There is an orchestrator, whose figures are not read.
    pub unread: bool,
}

impl<'a> Data<'a> {
    /// Of the open conversation.
    #[must_use]
    pub fn of(conversation: &'a ConversationState) -> Self {
        Self {
            open: conversation.session().is_some() || conversation.key().is_some(),
            metrics: conversation.metrics(),
            agent: conversation.agent(),
            unread: conversation.orchestrators().next().is_some(),
        }
    }

    /// The rows, none before the figures are known.
    #[must_use]
    pub fn rows(&self) -> Vec<MetricsRow<'a>> {
        self.metrics.map(|metrics| rows::rows(metrics, self.agent)).unwrap_or_default()
    }
}

/// Whose figure a row shows, and which.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct RowKey {
    /// `None`: of all agents.
    agent: Option<AgentId>,
    label: String,
}

impl list::Rows for Vec<MetricsRow<'_>> {
    type Key = RowKey;

    fn count(&self) -> usize {
        self.len()
    }

    fn key(&self, at: usize) -> Option<RowKey> {
        self.get(at).map(|row| RowKey { agent: row.agent().cloned(), label: row.label().to_owned() })
    }

    fn is(&self, at: usize, key: &RowKey) -> bool {
        self.get(at).is_some_and(|row| row.agent() == key.agent.as_ref() && row.label() == key.label)
    }
}

impl MetricsPane {
    /// Moves or copies. `page` is the pane's inner height. `None`: not for this pane.
    pub fn on_action(&mut self, action: Action, data: Data<'_>, page: u16) -> Option<Vec<Effect>> {
        let rows = data.rows();
        if self.selection.on_action(action, &rows, page.into()) {
            self.selection.show(rows.len(), page.into());
            return Some(Vec::new());
        }
        let row = rows.get(self.selection.at(rows.len()));
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

    /// Figures came: the selected row stays selected.
    pub fn on_change(&mut self, data: Data<'_>, page: u16) {
        let rows = data.rows();
        self.selection.settle(&rows);
        self.selection.show(rows.len(), page.into());
    }

    /// Click on an inner row.
    pub fn click(&mut self, y: u16, data: Data<'_>) {
        let rows = data.rows();
        let row = self.selection.first().saturating_add(y.into());
        if row < rows.len() {
            self.selection.select(row, &rows);
        }
    }

    /// Scrolls by lines; negative is up.
    pub fn scroll(&mut self, lines: i32, data: Data<'_>, page: u16) {
        self.selection.scroll(lines, &data.rows(), page.into());
    }

    /// What each number of the selected row means; empty on a row without one, or before the outline came.
    #[must_use]
    pub fn explain(&self, data: Data<'_>) -> Vec<Explanation> {
        let rows = data.rows();
        rows.get(self.selection.at(rows.len())).map(MetricsRow::explain).unwrap_or_default()
    }
}

fn copy(row: &MetricsRow<'_>, cell: usize) -> Effect {
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
