//! Where the parts of the pane stand, by its inner size: one geometry for drawing, for keys and for the mouse.
//!
//! ```text
//! compact              roomy: figures, and the plots of one agent beside them
//! figures and plots    figures   plot     plot
//!                                plot     plot
//! the cursor's call              the cursor's call
//! ```

use ratatui::layout::{Constraint, Layout, Rect};

/// From here on plots stand beside the figures.
const ROOMY: (u16, u16) = (76, 18);
/// Cells of the figures beside plots.
const FIGURES: u16 = 38;
/// Cells between what stands side by side.
const GAP: u16 = 2;
/// Lines of a plot beside the figures: at least, and where another column of plots is better than fewer.
const LEAST: u16 = 5;
const GOOD: u16 = 7;
/// Cells of such a plot: at least, and usually.
const NARROW: u16 = 34;
const USUAL: u16 = 60;
/// Lines of a plot among the rows: as many as leave room for every row, and no fewer than the last.
const COMPACT: [u16; 3] = [4, 3, 2];
/// The fewest of them.
const LEAST_LINES: u16 = COMPACT[2];
/// Cells left of a compact plot, for its label and its highest value.
pub const LABEL: u16 = 12;
/// Cells left of a plot beside the figures, for the values of its axis.
pub const AXIS: u16 = 8;

/// Where the parts stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Arrangement {
    /// The rows.
    pub list: Rect,
    /// The plots beside them; empty where they stand among the rows.
    pub plots: Rect,
    /// What is told of the cursor's call, under a rule.
    pub detail: Rect,
    /// Lines of a plot among the rows.
    pub lines: u16,
}

/// What stands in the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ListedRows {
    /// Rows of one line.
    pub single: usize,
    /// Rows that are drawn as plots.
    pub plots: usize,
}

impl ListedRows {
    /// Lines that they take, with so many a plot.
    #[must_use]
    pub fn lines(&self, of_plot: u16) -> usize {
        self.single + self.plots * usize::from(of_plot)
    }

    /// Lines that a pane of that inner width needs for all of them.
    #[must_use]
    pub fn needs(&self, width: u16) -> usize {
        let among = self.lines(LEAST_LINES);
        if width < ROOMY.0 { among } else { among.min(self.lines(1).max(ROOMY.1.into())) }
    }
}

/// For a pane of that inner area; `on_plot`: a plot is selected.
#[must_use]
pub fn arrange(inner: Rect, on_plot: bool, rows: ListedRows) -> Arrangement {
    if inner.width >= ROOMY.0 && inner.height >= ROOMY.1 {
        let [list, right] =
            Layout::horizontal([Constraint::Length(FIGURES), Constraint::Fill(1)]).spacing(GAP).areas(inner);
        let [plots, detail] = Layout::vertical([Constraint::Fill(1), Constraint::Length(4)]).areas(right);
        return Arrangement { list, plots, detail, lines: 1 };
    }
    let told = match inner.height {
        14.. => 6,
        8.. => 3,
        _ => 0,
    };
    // Beside what is told of a call: no plot grows or shrinks as one is selected.
    let room = usize::from(inner.height - told);
    let lines = COMPACT.into_iter().find(|lines| rows.lines(*lines) <= room).unwrap_or(LEAST_LINES);
    let told = if on_plot { told } else { 0 };
    let [list, detail] = Layout::vertical([Constraint::Fill(1), Constraint::Length(told)]).areas(inner);
    Arrangement { list, plots: Rect::default(), detail, lines }
}

impl Arrangement {
    /// Whether the plots stand beside the figures.
    #[must_use]
    pub fn is_roomy(&self) -> bool {
        !self.plots.is_empty()
    }

    /// Cells of the bars of any plot.
    #[must_use]
    pub fn bar_cells(&self) -> u16 {
        if self.is_roomy() {
            grid(self.plots, 1, 0).first().map_or(0, |(_, area)| bars_beside(*area).width)
        } else {
            bars_among(self.list).width
        }
    }
}

/// The bars of a plot among the rows that takes that area.
#[must_use]
pub fn bars_among(area: Rect) -> Rect {
    let left = (LABEL + 1).min(area.width);
    Rect { x: area.x + left, width: area.width - left, ..area }
}

/// The bars of a plot beside the figures: below its title, right of its axis, above the numbers of its calls.
#[must_use]
pub fn bars_beside(area: Rect) -> Rect {
    let left = AXIS.min(area.width);
    let below = match area.height {
        0..4 => 0,
        4..7 => 1,
        _ => 2,
    };
    let top = area.height.min(1);
    Rect {
        x: area.x + left,
        y: area.y + top,
        width: area.width - left,
        height: area.height.saturating_sub(top + below),
    }
}

/// Where each of so many plots stands, in rows from left to right. Those for which there is no room are left out, the one at `keep`
/// never.
#[must_use]
pub fn grid(area: Rect, plots: usize, keep: usize) -> Vec<(usize, Rect)> {
    if area.is_empty() || plots == 0 {
        return Vec::new();
    }
    // Of the six that an agent has, so that the width of one does not depend on how many are asked for.
    let rows_of = |columns: u16| 6_u16.div_ceil(columns);
    let mut columns = (area.width / USUAL).clamp(1, 3);
    while columns < 3 && area.height / rows_of(columns) < GOOD && area.width / (columns + 1) >= NARROW {
        columns += 1;
    }
    let across = usize::from(columns);
    let rows = plots.div_ceil(across);
    let visible = usize::from(area.height / LEAST).clamp(1, rows);
    let first = (keep / across + 1).saturating_sub(visible).min(rows - visible);
    let width = (area.width + GAP) / columns - GAP.min((area.width + GAP) / columns);
    let height = area.height / visible as u16;
    (first * across..plots.min((first + visible) * across))
        .map(|plot| {
            let (row, column) = ((plot / across - first) as u16, (plot % across) as u16);
            let at = Rect { x: area.x + column * (width + GAP), y: area.y + row * height, width, height };
            (plot, at)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROWS: ListedRows = ListedRows { single: 12, plots: 6 };

    #[test]
    fn plots_are_as_high_as_leaves_room_for_every_row() {
        for on_plot in [false, true] {
            for (height, lines) in [(10, 2), (30, 2), (35, 2), (36, 3), (41, 3), (42, 4), (70, 4)] {
                let parts = arrange(Rect::new(0, 0, 36, height), on_plot, ROWS);
                assert_eq!(parts.lines, lines, "{height}");
                assert!(height < 30 || ROWS.lines(lines) <= usize::from(parts.list.height), "{height}");
            }
        }
        let without = ListedRows { plots: 0, ..ROWS };
        assert_eq!(arrange(Rect::new(0, 0, 36, 12), false, without).list.height, 12);
    }

    #[test]
    fn what_is_needed_shows_every_row() {
        for (width, lines) in [(36, 24), (75, 24), (76, 18), (120, 18)] {
            assert_eq!(ROWS.needs(width), lines, "{width}");
            let parts = arrange(Rect::new(0, 0, width, lines as u16), false, ROWS);
            assert_eq!(parts.is_roomy(), width >= 76);
            assert!(ROWS.lines(parts.lines) <= usize::from(parts.list.height), "{width}");
        }
        let few = ListedRows { single: 4, plots: 2 };
        assert_eq!(few.needs(120), 8, "it is no higher for plots that few rows have");
    }

    #[test]
    fn every_part_is_within_the_pane_and_none_covers_another() {
        for width in (0..240).step_by(7) {
            for height in (0..70).step_by(3) {
                for on_plot in [false, true] {
                    let inner = Rect::new(3, 2, width, height);
                    let parts = arrange(inner, on_plot, ROWS);
                    let all = [parts.list, parts.plots, parts.detail];
                    for (at, part) in all.iter().enumerate().filter(|(_, part)| !part.is_empty()) {
                        assert_eq!(part.intersection(inner), *part, "{width}×{height}");
                        assert!(all.iter().skip(at + 1).all(|other| other.is_empty() || !part.intersects(*other)));
                    }
                    assert!(width == 0 || height == 0 || !parts.list.is_empty());
                }
            }
        }
    }

    #[test]
    fn plots_stand_apart_within_their_area_and_the_chosen_one_is_there() {
        for (width, height) in [(1, 1), (34, 5), (36, 14), (79, 31), (120, 8), (158, 52), (400, 90)] {
            let area = Rect::new(40, 1, width, height);
            for keep in 0..6 {
                let grid = grid(area, 6, keep);
                assert!(grid.iter().any(|(plot, _)| *plot == keep), "{width}×{height}");
                for (at, (_, one)) in grid.iter().enumerate() {
                    assert_eq!(one.intersection(area), *one, "{width}×{height}");
                    assert_eq!(bars_beside(*one).intersection(*one), bars_beside(*one));
                    assert!(grid.iter().skip(at + 1).all(|(_, other)| !one.intersects(*other)));
                    assert_eq!(one.width, grid[0].1.width);
                }
            }
        }
        assert_eq!(grid(Rect::new(0, 0, 158, 52), 6, 0).len(), 6);
        assert_eq!(grid(Rect::new(0, 0, 79, 31), 6, 0)[1].1.y, 0, "side by side");
    }
}
