//! The cursor of the plots: a call, held by its agent and message so that it stays where it is while calls come, or the newest.

use ratatui::layout::{Position, Rect};

use super::{CallKey, Data, MetricsPane, rows::MetricsRow};
use crate::{
    app::{
        keymap::Action,
        tui::{
            render::plot::{Bins, CellDots},
            state::conversation::{CallFigure, CallSeries},
        },
    },
    session::AgentId,
};

/// Dots of a cell before the marks are known.
const DOTS: CellDots = CellDots { across: 2, up: 4 };

impl MetricsPane {
    /// Where the cursor stands among the calls of a plot: on its call, or on the newest where it follows that or where its call is
    /// another agent's. `None`: there are no calls.
    #[must_use]
    pub fn place(&self, data: &Data<'_>, series: &CallSeries) -> Option<usize> {
        let newest = series.count().checked_sub(1)?;
        let place = self.cursor.as_ref().and_then(|key| {
            let agents = &data.metrics?.agents;
            let agent = agents.iter().position(|(id, _)| *id == key.agent)?;
            let calls = &agents[agent].1.per_call;
            series.place(agent, calls.binary_search_by_key(&key.index, |call| call.index).ok()?)
        });
        Some(place.unwrap_or(newest))
    }

    /// Agent and message index of the cursor's call, where a plot is selected.
    #[must_use]
    pub fn chosen_call(&self, data: Data<'_>) -> Option<(AgentId, u64)> {
        let (_, series) = self.plot(&data, &data.rows())?;
        let chosen = data.call(series, self.place(&data, series)?)?;
        Some((chosen.agent.clone(), chosen.call.index))
    }

    /// The plot that is selected, and its calls.
    fn plot<'a>(&self, data: &Data<'a>, rows: &[MetricsRow<'a>]) -> Option<(CallFigure, &'a CallSeries)> {
        let row = rows.get(self.selection.at(rows.len()))?;
        Some((row.plot()?, data.series(row.scope)?))
    }

    /// Moves over the bars of the selected plot; of a bar of several calls to the highest, which the bar shows. At the newest it
    /// follows from then on. `false`: not for the cursor.
    pub(super) fn move_cursor(&mut self, action: Action, data: Data<'_>, rows: &[MetricsRow<'_>]) -> bool {
        let Some((figure, series)) = self.plot(&data, rows) else { return false };
        let Some(place) = self.place(&data, series) else { return false };
        let bins = self.bins(series, &data, rows);
        let (bar, newest) = (bins.of(place), series.count() - 1);
        let to = match action {
            Action::Left if bar == 0 => 0,
            Action::Left => series.highest_at(figure, bins.values(bar - 1)),
            Action::Right if bar + 1 < bins.count() => series.highest_at(figure, bins.values(bar + 1)),
            Action::Right => newest,
            // Once there, to the first or last row.
            Action::Top if place > 0 => 0,
            Action::Bottom if place < newest => newest,
            _ => return false,
        };
        self.put(to, &data, series);
        true
    }

    /// A click on the bars of the selected plot.
    pub(super) fn point(&mut self, bars: Rect, at: Position, data: Data<'_>, rows: &[MetricsRow<'_>]) {
        let Some((figure, series)) = self.plot(&data, rows).filter(|_| bars.contains(at)) else { return };
        let bins = self.bins(series, &data, rows);
        if let Some(bar) = bins.at(usize::from(at.x - bars.x)) {
            self.put(series.highest_at(figure, bins.values(bar)), &data, series);
        }
    }

    fn put(&mut self, place: usize, data: &Data<'_>, series: &CallSeries) {
        let call = data.call(series, place).filter(|_| place + 1 < series.count());
        self.cursor = call.map(|chosen| CallKey { agent: chosen.agent.clone(), index: chosen.call.index });
    }

    fn bins(&self, series: &CallSeries, data: &Data<'_>, rows: &[MetricsRow<'_>]) -> Bins {
        let cells = self.inner(data, rows).bar_cells();
        Bins::new(series.count(), cells.into(), self.marks.map_or(DOTS, CellDots::of))
    }
}
