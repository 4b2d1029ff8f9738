//! Borders between the panes, moved by the mouse and by keys.

use ratatui::layout::{Position, Rect};

use super::{AppState, Effect, Pane, PaneRoom};

/// A border between panes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PaneBorder {
    /// Right of the list.
    List,
    /// Left of the panes at the right.
    Side,
    /// Below the metrics.
    Metrics,
    /// Above the feedback.
    Feedback,
}

/// A border that the mouse holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DraggedBorder {
    border: PaneBorder,
    /// How far from it the mouse took hold of it.
    grip: i32,
    /// It was moved.
    is_moved: bool,
}

impl AppState {
    /// The mouse takes hold of a border, where there is one.
    pub(in crate::app::tui::state) fn hold_border(&mut self, x: u16, y: u16) -> bool {
        let held = self.border_at(x, y).and_then(|border| Some((border, self.left_to_go(border, x, y)?)));
        self.workspace.room.dragged = held.map(|(border, grip)| DraggedBorder { border, grip, is_moved: false });
        self.workspace.room.dragged.is_some()
    }

    /// The mouse moved with it.
    pub(in crate::app::tui::state) fn drag_border(&mut self, x: u16, y: u16) {
        let Some(held) = self.workspace.room.dragged else { return };
        let left = self.left_to_go(held.border, x, y).map_or(0, |left| left - held.grip);
        let moved = left != 0 && self.push_border(held.border, left);
        self.workspace.room.dragged = Some(DraggedBorder { is_moved: held.is_moved || moved, ..held });
    }

    /// The mouse lets it go. `None`: nothing was moved, which is a click.
    pub(in crate::app::tui::state) fn drop_border(&mut self) -> Option<Vec<Effect>> {
        let dragged = self.workspace.room.dragged.take()?;
        dragged.is_moved.then(|| vec![self.remember()])
    }

    /// Whether the mouse holds one.
    pub(in crate::app::tui::state) fn holds_border(&self) -> bool {
        self.workspace.room.dragged.is_some()
    }

    /// The border at a cell: the cells of both panes.
    fn border_at(&self, x: u16, y: u16) -> Option<PaneBorder> {
        let areas = &self.areas;
        let conversation = areas.pane(Pane::Conversation)?;
        let at = Position::new(x, y);
        if !areas.body.contains(at) {
            return None;
        }
        if let Some(list) = areas.pane(Pane::Sessions)
            && (x + 1 == list.right() || x == conversation.x)
        {
            return Some(PaneBorder::List);
        }
        let [metrics, metadata, feedback] = self.at_the_right()?;
        if x == metrics.x || x + 1 == conversation.right() {
            return Some(PaneBorder::Side);
        }
        let is_between = |above: Rect, below: Rect| x > above.x && (y + 1 == above.bottom() || y == below.y);
        if is_between(metrics, metadata) {
            return Some(PaneBorder::Metrics);
        }
        is_between(metadata, feedback).then_some(PaneBorder::Feedback)
    }

    /// Metrics, metadata and feedback, where all of them are shown.
    fn at_the_right(&self) -> Option<[Rect; 3]> {
        let areas = &self.areas;
        Some([areas.pane(Pane::Metrics)?, areas.pane(Pane::Metadata)?, areas.pane(Pane::Feedback)?])
    }

    /// How many cells a border has yet to go until it is under the mouse; more than 0 is more for the pane it is named for.
    fn left_to_go(&self, border: PaneBorder, x: u16, y: u16) -> Option<i32> {
        let cells = |from: u16, to: u16| i32::from(to) - i32::from(from);
        Some(match border {
            PaneBorder::List => cells(self.areas.pane(Pane::Sessions)?.right(), x) + 1,
            PaneBorder::Side => cells(x, self.at_the_right()?[0].x),
            PaneBorder::Metrics => cells(self.at_the_right()?[0].bottom(), y) + 1,
            PaneBorder::Feedback => cells(y, self.at_the_right()?[2].y),
        })
    }

    /// Cells of the pane that a border is named for; `None`: it is not shown.
    fn cells_of(&self, border: PaneBorder) -> Option<u16> {
        Some(match border {
            PaneBorder::List => self.areas.pane(Pane::Sessions)?.width,
            PaneBorder::Side => self.areas.pane(Pane::Metrics)?.width,
            PaneBorder::Metrics => self.areas.pane(Pane::Metrics)?.height,
            PaneBorder::Feedback => self.areas.pane(Pane::Feedback)?.height,
        })
    }

    /// The border of the metadata behind which more rows are.
    pub(super) fn taller_neighbour(&self) -> PaneBorder {
        let rows = |border| self.cells_of(border).unwrap_or(0);
        let is_metrics = rows(PaneBorder::Metrics) >= rows(PaneBorder::Feedback);
        if is_metrics { PaneBorder::Metrics } else { PaneBorder::Feedback }
    }

    /// Moves a border as near as it goes to where the pane that it is named for has so many cells more. Whether it moved.
    pub(super) fn push_border(&mut self, border: PaneBorder, more: i32) -> bool {
        let Some(cells) = self.cells_of(border) else { return false };
        let before = self.memory.room;
        let wanted = u16::try_from(i32::from(cells).saturating_add(more).max(0)).unwrap_or(u16::MAX);
        *place_of(&mut self.memory.room, border) = Some(wanted);
        let areas = self.arranged();
        if areas == self.areas {
            self.memory.room = before;
            return false;
        }
        self.areas = areas;
        // What is not possible is no wish for a larger screen.
        let reached = self.cells_of(border);
        *place_of(&mut self.memory.room, border) = reached;
        true
    }
}

/// Where a border is kept.
fn place_of(room: &mut PaneRoom, border: PaneBorder) -> &mut Option<u16> {
    match border {
        PaneBorder::List => &mut room.list_columns,
        PaneBorder::Side => &mut room.side_columns,
        PaneBorder::Metrics => &mut room.metrics_rows,
        PaneBorder::Feedback => &mut room.feedback_rows,
    }
}
