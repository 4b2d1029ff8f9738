//! The metrics pane: rows of figures and plots, one of them selected, and a cursor on the calls of the plots.

mod cursor;
mod explained;
pub mod layout;
pub mod rows;
#[cfg(test)]
mod tests;
pub mod value;

use jiff::Timestamp;
use ratatui::layout::{Position, Rect, Size};

use super::{
    Effect,
    conversation::{CallHistory, CallSeries, ConversationState, LiveActivity},
    glow::Glow,
    list::{self, Selection},
};
use crate::app::{keymap::Action, tui::render::look::Marks};
use crate::{
    metrics::{CallMetrics, Explanation, Outline, SessionMetrics},
    session::{AgentId, plain},
};
use layout::{Arrangement, ListedRows};
use rows::MetricsRow;
use value::MeasuredPart;

/// The metrics pane's state.
#[derive(Debug, Clone, Default)]
pub struct MetricsPane {
    /// The selected row, by whose figure it is and which.
    pub selection: Selection<RowKey>,
    /// The selected figure of a row that shows several, from the left.
    pub cell: usize,
    /// Rows whose figures changed just now.
    pub glow: Glow<RowKey>,
    /// The call that the cursor of the plots is on; `None`: the newest, whichever that is.
    pub cursor: Option<CallKey>,
    /// Inner size and marks as last told, see [`Self::resize`].
    size: Size,
    marks: Option<&'static Marks>,
}

/// A call: its agent, and the index of its message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallKey {
    /// The agent.
    pub agent: AgentId,
    /// The message's index.
    pub index: u64,
}

/// What the pane shows.
#[derive(Debug, Clone, Copy, Default)]
pub struct Data<'a> {
    /// Whether a session is open.
    pub open: bool,
    /// Its figures, once its outline came.
    pub metrics: Option<&'a SessionMetrics>,
    /// The calls behind them.
    pub calls: Option<&'a CallHistory>,
    /// Every message without its text.
    pub outline: Option<&'a Outline>,
    /// What the session does now.
    pub live: Option<&'a LiveActivity>,
    /// The instant that this is told for.
    pub now: Timestamp,
    /// The agent of the tab; `None` on the merged timeline.
    pub agent: Option<&'a AgentId>,
    /// There is an orchestrator, whose figures are not read.
    pub unread: bool,
}

/// A call of a plot.
#[derive(Debug, Clone, Copy)]
pub struct PlottedCall<'a> {
    /// Whose.
    pub agent: &'a AgentId,
    /// Its figures.
    pub call: &'a CallMetrics,
}

impl<'a> Data<'a> {
    /// Of the open conversation.
    #[must_use]
    pub fn of(conversation: &'a ConversationState) -> Self {
        Self {
            open: conversation.session().is_some() || conversation.key().is_some(),
            metrics: conversation.metrics(),
            calls: conversation.calls(),
            outline: conversation.outline(),
            live: conversation.live(),
            now: conversation.now(),
            agent: conversation.agent(),
            unread: conversation.orchestrators().next().is_some(),
        }
    }

    /// The rows, none before the figures are known.
    #[must_use]
    pub fn rows(&self) -> Vec<MetricsRow<'a>> {
        let live = self.live.map(|live| (live, self.now));
        self.metrics.map(|metrics| rows::rows(metrics, self.agent, live)).unwrap_or_default()
    }

    /// The calls of a scope.
    #[must_use]
    pub fn series(&self, scope: MeasuredPart<'_>) -> Option<&'a CallSeries> {
        let agent = match scope {
            MeasuredPart::Agent(id, _) => Some(self.metrics?.agents.iter().position(|(known, _)| known == id)?),
            MeasuredPart::Total(_) => None,
        };
        self.calls?.series(agent)
    }

    /// A call of a plot.
    #[must_use]
    pub fn call(&self, series: &CallSeries, place: usize) -> Option<PlottedCall<'a>> {
        let (agent, call) = series.spot(place)?;
        let (agent, figures) = self.metrics?.agents.get(agent)?;
        Some(PlottedCall { agent, call: figures.per_call.get(call)? })
    }

    /// Names of the tools that a call asked for (stored text); `?` for one without a name.
    #[must_use]
    pub fn tools(&self, call: PlottedCall<'_>) -> Vec<&'a str> {
        let agent = self.outline.and_then(|outline| outline.agents.iter().find(|found| found.id == *call.agent));
        let samples = agent.map_or(&[][..], |agent| &agent.samples);
        let at = samples.binary_search_by_key(&call.call.index, |sample| sample.index);
        let uses = at.map_or(&[][..], |at| &samples[at].tool_uses);
        uses.iter().map(|(_, name)| name.as_deref().unwrap_or("?")).collect()
    }

    /// Whether a row has a plot with anything in it.
    #[must_use]
    pub fn draws(&self, row: &MetricsRow<'_>) -> bool {
        row.plot().is_some_and(|figure| self.series(row.scope).is_some_and(|series| series.knows(figure)))
    }

    /// How many rows have a plot with anything in it, and how many take one line.
    #[must_use]
    pub fn listed(&self, rows: &[MetricsRow<'_>]) -> ListedRows {
        let plots = rows.iter().filter(|row| self.draws(row)).count();
        ListedRows { single: rows.len() - plots, plots }
    }

    /// Lines of every row.
    #[must_use]
    pub fn heights(&self, rows: &[MetricsRow<'_>], arrangement: &Arrangement) -> Vec<usize> {
        rows.iter().map(|row| if self.draws(row) { arrangement.lines.into() } else { 1 }).collect()
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
    /// The inner size of the pane (without border), and the marks it is drawn in.
    pub fn resize(&mut self, inner: Size, marks: &'static Marks) {
        (self.size, self.marks) = (inner, Some(marks));
    }

    /// Where its parts stand in an inner area.
    #[must_use]
    pub fn arrange(&self, inner: Rect, data: &Data<'_>, rows: &[MetricsRow<'_>]) -> Arrangement {
        let selected = rows.get(self.selection.at(rows.len()));
        layout::arrange(inner, selected.is_some_and(|row| row.plot().is_some()), data.listed(rows))
    }

    /// The rows whose plots stand beside the figures: those of the selected row's agent, else of the first that has any.
    #[must_use]
    pub fn plots(&self, rows: &[MetricsRow<'_>]) -> Vec<usize> {
        let of = |row: &MetricsRow<'_>| {
            let same = |other: &&MetricsRow<'_>| other.plot().is_some() && other.agent() == row.agent();
            rows.iter().enumerate().filter(|(_, other)| same(other)).map(|(at, _)| at).collect::<Vec<_>>()
        };
        let selected = rows.get(self.selection.at(rows.len())).map(of).unwrap_or_default();
        if selected.is_empty() {
            return rows.iter().find(|row| row.plot().is_some()).map(of).unwrap_or_default();
        }
        selected
    }

    /// Moves or copies. `None`: not for this pane.
    pub fn on_action(&mut self, action: Action, data: Data<'_>) -> Option<Vec<Effect>> {
        let rows = data.rows();
        if self.move_cursor(action, data, &rows) {
            return Some(Vec::new());
        }
        let page = self.inner(&data, &rows).list.height;
        if self.selection.on_action(action, &rows, page.into()) {
            self.show(data, &rows);
            return Some(Vec::new());
        }
        let row = rows.get(self.selection.at(rows.len()));
        let cells = row.map_or(0, |row| row.figures().len());
        let cell = self.cell.min(cells.saturating_sub(1));
        match action {
            Action::Left if cell > 0 => self.cell = cell - 1,
            Action::Right if cell + 1 < cells => self.cell = cell + 1,
            Action::Copy => return row.map(|row| vec![copy(row, cell, data.series(row.scope))]),
            _ => return None,
        }
        Some(Vec::new())
    }

    /// Figures came: the selected row stays selected.
    pub fn on_change(&mut self, data: Data<'_>) {
        let rows = data.rows();
        self.selection.settle(&rows);
        self.show(data, &rows);
    }

    /// Click on a cell of the inner area: selects the row, and the call whose bar is there.
    pub fn click(&mut self, x: u16, y: u16, data: Data<'_>) {
        let rows = data.rows();
        let parts = self.inner(&data, &rows);
        let at = Position::new(x, y);
        let plots = self.plots(&rows);
        let keep = plots.iter().position(|row| *row == self.selection.at(rows.len())).unwrap_or(0);
        let beside = layout::grid(parts.plots, plots.len(), keep).into_iter().find(|(_, area)| area.contains(at));
        if let Some((plot, area)) = beside {
            self.selection.select(plots[plot], &rows);
            return self.point(layout::bars_beside(area), at, data, &rows);
        }
        if !parts.list.contains(at) {
            return;
        }
        let heights = data.heights(&rows, &parts);
        let mut top = parts.list.y;
        for row in self.top(&heights, &parts)..rows.len() {
            let area = Rect { y: top, height: heights[row] as u16, ..parts.list };
            if area.contains(at) {
                self.selection.select(row, &rows);
                if data.draws(&rows[row]) && !parts.is_roomy() {
                    self.point(layout::bars_among(area), at, data, &rows);
                }
                return;
            }
            top = top.saturating_add(area.height);
        }
    }

    /// Scrolls by lines, negative is up: by rows, since the lines of a plot belong together.
    pub fn scroll(&mut self, lines: i32, data: Data<'_>) {
        let rows = data.rows();
        self.selection.select(list::shifted(self.selection.at(rows.len()), lines), &rows);
        self.show(data, &rows);
    }

    /// Whether the selected row has a number to explain.
    #[must_use]
    pub fn explains(&self, data: Data<'_>) -> bool {
        let rows = data.rows();
        rows.get(self.selection.at(rows.len())).is_some_and(MetricsRow::is_explained)
    }

    /// What each number of the selected row means; empty on a row without one, or before the outline came.
    #[must_use]
    pub fn explain(&self, data: Data<'_>) -> Vec<Explanation> {
        let rows = data.rows();
        let row = rows.get(self.selection.at(rows.len()));
        row.zip(data.metrics).map(|(row, metrics)| row.explain(metrics, data.series(row.scope))).unwrap_or_default()
    }

    /// The first row in view, of rows with such heights.
    #[must_use]
    pub fn top(&self, heights: &[usize], parts: &Arrangement) -> usize {
        self.selection.top_tall(heights.len(), parts.list.height.into(), |row| heights[row])
    }

    fn inner(&self, data: &Data<'_>, rows: &[MetricsRow<'_>]) -> Arrangement {
        self.arrange(Rect::new(0, 0, self.size.width, self.size.height), data, rows)
    }

    fn show(&mut self, data: Data<'_>, rows: &[MetricsRow<'_>]) {
        let parts = self.inner(&data, rows);
        let heights = data.heights(rows, &parts);
        self.selection.show_tall(rows.len(), parts.list.height.into(), |row| heights[row]);
    }
}

fn copy(row: &MetricsRow<'_>, cell: usize, series: Option<&CallSeries>) -> Effect {
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
    let text = row.plain(cell, series);
    text.map_or_else(|| Effect::Say("nothing to copy: the figure is unknown".into()), Effect::Copy)
}
