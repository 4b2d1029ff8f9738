//! Where everything is, by size: one geometry for drawing and for the mouse.
//!
//! ```text
//! wide, from 120 columns          middle, 80 to 119        narrow or low
//! header                          header                   header
//! sessions conversation metrics   sessions  conversation   the focused pane
//!                       metadata  (or conversation and
//!                       feedback   the panes on the right)
//! status                          status                   status
//! ```

use std::ops::RangeInclusive;

use ratatui::layout::{Constraint, Layout, Position, Rect, Size};

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
    /// The terminal is too small for anything but to say so.
    pub too_small: bool,
}

const MIN_WIDTH: u16 = 40;
const MIN_HEIGHT: u16 = 10;
/// From here on all panes are shown.
const WIDE: u16 = 120;
/// Below this height panes are shown one at a time.
const LOW: u16 = 16;

impl Areas {
    /// For a terminal of that size; `open`: a session is, or is being opened; `zoomed`: the focused pane has the whole body.
    #[must_use]
    pub fn of(size: Size, focus: Pane, open: bool, zoomed: bool) -> Self {
        let screen = Rect::new(0, 0, size.width, size.height);
        if size.width < MIN_WIDTH || size.height < MIN_HEIGHT {
            return Self { body: screen, too_small: true, ..Self::default() };
        }
        let [header, body, status] =
            Layout::vertical([Constraint::Length(1), Constraint::Fill(1), Constraint::Length(1)]).areas(screen);
        let panes = if zoomed { alone(body, focus) } else { panes(body, focus, open) };
        Self { header, body, status, panes, too_small: false }
    }

    /// A pane with its border, where it is shown.
    #[must_use]
    pub fn pane(&self, pane: Pane) -> Option<Rect> {
        self.panes[pane as usize]
    }

    /// A pane without its border.
    #[must_use]
    pub fn inner(&self, pane: Pane) -> Option<Rect> {
        self.pane(pane).map(inside)
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
    middle(body, 78, u16::try_from(lines).unwrap_or(u16::MAX).saturating_add(2))
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

fn alone(body: Rect, focus: Pane) -> [Option<Rect>; 5] {
    let mut panes = [None; 5];
    panes[focus as usize] = Some(body);
    panes
}

fn panes(body: Rect, focus: Pane, open: bool) -> [Option<Rect>; 5] {
    let width = body.width;
    let mut panes = [None; 5];
    if width < 80 || body.height + 2 < LOW {
        return alone(body, focus);
    }
    if width < WIDE {
        if matches!(focus, Pane::Sessions | Pane::Conversation) {
            let sessions = list_width(width, focus, open, 36..=46);
            let [left, right] = Layout::horizontal([Constraint::Length(sessions), Constraint::Fill(1)]).areas(body);
            (panes[0], panes[1]) = (Some(left), Some(right));
        } else {
            let [left, right] =
                Layout::horizontal([Constraint::Fill(1), Constraint::Length((width * 2 / 5).max(30))]).areas(body);
            panes[1] = Some(left);
            stack(right, &mut panes);
        }
    } else {
        let sessions = list_width(width, focus, open, 44..=60);
        let side = (width / 6).clamp(28, 44);
        let [left, centre, right] =
            Layout::horizontal([Constraint::Length(sessions), Constraint::Fill(1), Constraint::Length(side)])
                .areas(body);
        (panes[0], panes[1]) = (Some(left), Some(centre));
        stack(right, &mut panes);
    }
    panes
}

/// Cells of the list of sessions, usually in such a range: while the keys go to it more, so that more of its columns fit, and while
/// no conversation needs them more again.
fn list_width(width: u16, focus: Pane, open: bool, usual: RangeInclusive<u16>) -> u16 {
    let (least, most) = usual.into_inner();
    if focus != Pane::Sessions {
        return (width / 3).clamp(least, most);
    }
    let fifths = if width < WIDE { 3 } else { 2 };
    let (fifths, more) = if open { (fifths, 8) } else { (fifths + 1, 24) };
    (width * fifths / 5).clamp(least, most + more)
}

fn stack(area: Rect, panes: &mut [Option<Rect>; 5]) {
    let [metrics, metadata, feedback] =
        Layout::vertical([Constraint::Fill(5), Constraint::Fill(3), Constraint::Fill(3)]).areas(area);
    (panes[2], panes[3], panes[4]) = (Some(metrics), Some(metadata), Some(feedback));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn panes_tile_the_body_at_every_size() {
        for width in 0..=260 {
            for height in [0, 1, 5, 9, 10, 15, 16, 24, 60] {
                let cases = Pane::ALL.into_iter().flat_map(|focus| [(focus, false), (focus, true)]);
                for ((focus, open), zoomed) in cases.flat_map(|case| [(case, false), (case, true)]) {
                    let areas = Areas::of(Size::new(width, height), focus, open, zoomed);
                    let cells: u32 = areas.panes.iter().flatten().map(|area| area.area()).sum();
                    assert_eq!(cells, if areas.too_small { 0 } else { areas.body.area() }, "{width}×{height}");
                    assert!(areas.too_small || areas.pane(focus).is_some());
                    assert!(!zoomed || areas.panes.iter().flatten().count() <= 1);
                }
            }
        }
    }

    #[test]
    fn the_list_has_more_room_while_the_keys_go_to_it() {
        let list = |width, focus, open| {
            Areas::of(Size::new(width, 24), focus, open, false).pane(Pane::Sessions).map(|area| area.width)
        };
        for width in 80..=260 {
            assert!(list(width, Pane::Sessions, true) > list(width, Pane::Conversation, true), "{width}");
            assert!(list(width, Pane::Sessions, false) > list(width, Pane::Sessions, true), "{width}");
            assert!(list(width, Pane::Sessions, false) < Some(width - 15), "something of the others is seen");
        }
    }

    #[test]
    fn layouts_change_where_the_design_says() {
        let shown = |w, h, focus| Areas::of(Size::new(w, h), focus, true, false).panes.iter().flatten().count();
        assert_eq!(shown(120, 40, Pane::Sessions), 5);
        assert_eq!(shown(119, 40, Pane::Sessions), 2);
        assert_eq!(shown(80, 24, Pane::Metadata), 4);
        assert_eq!(shown(79, 24, Pane::Sessions), 1);
        assert_eq!(shown(200, 15, Pane::Sessions), 1);
        assert_eq!(shown(39, 24, Pane::Sessions), 0);
        assert_eq!(shown(40, 9, Pane::Sessions), 0);
    }
}
