//! Where everything is, by size, focus and what the panes hold: one geometry for drawing and for the mouse.
//!
//! ```text
//! wide, from 120 columns          middle, 80 to 119        narrow or low
//! header                          header                   header
//! sessions conversation metrics   sessions  conversation   the focused pane
//!                       metadata  (or conversation and
//!                       feedback   the panes on the right)
//! status                          status                   status
//! ```

mod panes;

use ratatui::layout::{Constraint, Layout, Position, Rect, Size};

use crate::app::memory::PaneRoom;

/// A pane.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Pane {
    /// The sessions.
    #[default]
    Sessions,
    /// The open conversation.
    Conversation,
    /// Its figures.
    Metrics,
    /// Its metadata.
    Metadata,
    /// Its feedback.
    Feedback,
}

impl Pane {
    /// Every pane, in the order of their numbers.
    pub const ALL: [Self; 5] = [Self::Sessions, Self::Conversation, Self::Metrics, Self::Metadata, Self::Feedback];

    /// The pane so many further on, around the end.
    #[must_use]
    pub fn step(self, by: usize) -> Self {
        Self::ALL[(self as usize + by) % Self::ALL.len()]
    }
}

/// What the places of the panes depend on, besides the size.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PaneLayout {
    /// The pane that gets the keys.
    pub focus: Pane,
    /// A session is open, or is being opened.
    pub open: bool,
    /// The focused pane has the whole body.
    pub zoomed: bool,
    /// What their content needs.
    pub needs: PaneNeeds,
    /// Rows of metrics, metadata and feedback so far: they stay where that does.
    pub held: Option<[u16; 3]>,
    /// Where a person put their borders.
    pub room: PaneRoom,
}

/// Cells and rows that what is in the panes needs, borders included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PaneNeeds {
    /// Columns of the list; `None`: no row is known yet.
    pub list: Option<u16>,
    /// Columns of the panes at the right, of any session that was open.
    pub side: u16,
    /// The same of the one that is open.
    pub open_side: u16,
    /// Rows of metrics, metadata and feedback; `None`: nothing is known of them yet.
    pub heights: Option<[u16; 3]>,
    /// Rows of the metrics with what stands above the first plot.
    pub totals: u16,
}

/// Where everything is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Areas {
    /// The first line.
    pub header: Rect,
    /// Between header and status.
    pub body: Rect,
    /// The last line.
    pub status: Rect,
    /// Each pane with its border, in the order of [`Pane::ALL`]; `None` for those not shown.
    pub panes: [Option<Rect>; 5],
    /// The line below the conversation's title that says what the open session is; the messages begin under it.
    pub facts: Option<Rect>,
    /// The terminal is too small for anything but to say so.
    pub too_small: bool,
}

const MIN_WIDTH: u16 = 40;
const MIN_HEIGHT: u16 = 10;
/// From here on all panes are shown.
const WIDE: u16 = 120;
/// Below this height panes are shown one at a time.
const LOW: u16 = 16;
/// Rows of the conversation within its border from which on one of them is left to what the session is.
const FACTS: u16 = 6;

impl Areas {
    /// For a terminal of that size.
    #[must_use]
    pub fn of(size: Size, layout: &PaneLayout) -> Self {
        let screen = Rect::new(0, 0, size.width, size.height);
        if size.width < MIN_WIDTH || size.height < MIN_HEIGHT {
            return Self { body: screen, too_small: true, ..Self::default() };
        }
        let [header, body, status] =
            Layout::vertical([Constraint::Length(1), Constraint::Fill(1), Constraint::Length(1)]).areas(screen);
        let panes = panes::arrange(body, layout);
        let conversation = panes[Pane::Conversation as usize].map(inside);
        let facts = conversation.filter(|inner| layout.open && inner.height >= FACTS && inner.width > 0);
        let facts = facts.map(|inner| Rect { height: 1, ..inner });
        Self { header, body, status, panes, facts, too_small: false }
    }

    /// A pane with its border, where it is shown.
    #[must_use]
    pub fn pane(&self, pane: Pane) -> Option<Rect> {
        self.panes[pane as usize]
    }

    /// A pane without its border, and without what is said of the session above its messages.
    #[must_use]
    pub fn inner(&self, pane: Pane) -> Option<Rect> {
        let inner = self.pane(pane).map(inside)?;
        let above = self.facts.filter(|_| pane == Pane::Conversation).map_or(0, |facts| facts.height);
        Some(Rect { y: inner.y + above, height: inner.height - above, ..inner })
    }

    /// The pane at a cell.
    #[must_use]
    pub fn at(&self, x: u16, y: u16) -> Option<(Pane, Rect)> {
        let hit = |pane: &Pane| self.pane(*pane).filter(|area| area.contains(Position::new(x, y)));
        Pane::ALL.iter().find_map(|pane| hit(pane).map(|area| (*pane, area)))
    }
}

/// The area within a border.
#[must_use]
pub fn inside(area: Rect) -> Rect {
    Rect::new(
        area.x.saturating_add(1),
        area.y.saturating_add(1),
        area.width.saturating_sub(2),
        area.height.saturating_sub(2),
    )
}

/// A box in the middle of an area, no larger than it.
#[must_use]
pub fn middle(area: Rect, width: u16, height: u16) -> Rect {
    let (width, height) = (width.min(area.width), height.min(area.height));
    Rect::new(area.x + (area.width - width) / 2, area.y + (area.height - height) / 2, width, height)
}

/// A box over the bottom of an area.
#[must_use]
pub fn bottom(area: Rect, height: u16) -> Rect {
    let height = height.min(area.height);
    Rect::new(area.x, area.bottom() - height, area.width, height)
}

/// The box of the keys, of so many lines.
#[must_use]
pub fn help(body: Rect, lines: usize) -> Rect {
    middle(body, 98, u16::try_from(lines).unwrap_or(u16::MAX).saturating_add(2))
}

/// The form over the body: the line of its filter, where it has one; its rows; what is said of the selected one.
#[must_use]
pub fn form_parts(body: Rect, filtered: bool) -> [Rect; 3] {
    let inner = inside(body);
    let says = if inner.height < 10 { 1 } else { 2 };
    Layout::vertical([Constraint::Length(filtered.into()), Constraint::Fill(1), Constraint::Length(says)]).areas(inner)
}

/// The inner area of the sessions pane: headings, rows, and so many lines for what the list has to say of itself.
#[must_use]
pub fn list_parts(inner: Rect, notice: u16) -> [Rect; 3] {
    Layout::vertical([Constraint::Length(1), Constraint::Fill(1), Constraint::Length(notice)]).areas(inner)
}

#[cfg(test)]
mod tests;
