//! Borders that the mouse moves.

use ratatui::layout::{Position, Rect};

use super::{AppState, Effect, Pane, PaneRoom, add};

/// A border is at its end where it has not moved for so much more that was given; some of that a smaller screen may have no room for.
const NO_FURTHER: usize = 40;

/// A border between panes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum PaneBorder {
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
        let moved = self.move_border(held, x, y);
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

    /// Moves it as near as it goes, a cell at a time. Whether it moved.
    fn move_border(&mut self, held: DraggedBorder, x: u16, y: u16) -> bool {
        let left = |state: &Self| state.left_to_go(held.border, x, y).map_or(0, |left| left - held.grip);
        let (mut room, mut areas) = (self.memory.room, self.areas);
        let (mut moved, mut in_vain) = (false, 0);
        while in_vain < NO_FURTHER {
            let before = left(self);
            if before == 0 {
                break;
            }
            in_vain += 1;
            give(&mut self.memory.room, held.border, if before > 0 { 1 } else { -1 });
            self.areas = self.arranged();
            if left(self).abs() < before.abs() {
                (room, areas, moved, in_vain) = (self.memory.room, self.areas, true, 0);
            }
        }
        // Beyond the last place that it came to nothing was gained.
        (self.memory.room, self.areas) = (room, areas);
        moved
    }
}

fn give(room: &mut PaneRoom, border: PaneBorder, more: i16) {
    match border {
        PaneBorder::List => add(&mut room.list, more),
        PaneBorder::Side => add(&mut room.side, more),
        PaneBorder::Metrics => add(&mut room.metrics, more),
        PaneBorder::Feedback => add(&mut room.feedback, more),
    }
}
