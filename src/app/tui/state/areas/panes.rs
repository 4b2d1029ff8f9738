//! How the body is shared among the panes: by size and focus, by what is in them, and by what a person gave them.

use ratatui::layout::{Constraint, Layout, Rect};

use super::{LOW, Pane, PaneLayout, WIDE};

/// The list never has less than so many cells by itself, however short its rows are: what it has to say of itself stands there too.
const LIST: u16 = 36;
/// It gives up no fewer cells than these as the keys go elsewhere: else it stays as it is.
const SLACK: u16 = 3;
/// Cells that each column keeps, whatever a person gave another.
const NARROWEST: u16 = 20;
/// So many of the conversation are kept, whatever was given on a wider screen, and as many of the panes at the right as they have by
/// themselves.
const READABLE: u16 = 32;
/// Cells that the conversation keeps beside what the content of the others needs.
const CONVERSATION: u16 = 36;
/// The panes at the right have as much from that width on, and so many cells at least.
const ROOMY: (u16, u16) = (160, 36);
/// And below that.
const NARROW_SIDE: u16 = 28;
/// They are no wider than this for what is in them, while the keys go elsewhere.
const SIDE: u16 = 60;
/// Rows of a pane at the right, its border included: three of what it shows.
const PANE: u16 = 5;
/// How what is not enough for all of them is shared.
const SHARES: [u32; 3] = [5, 3, 3];

/// Each pane with its border, in the order of [`Pane::ALL`].
pub(super) fn arrange(body: Rect, layout: &PaneLayout) -> [Option<Rect>; 5] {
    let width = body.width;
    let mut panes = [None; 5];
    if layout.zoomed || width < 80 || body.height + 2 < LOW {
        panes[layout.focus as usize] = Some(body);
        return panes;
    }
    if width >= WIDE {
        let list = list_width(width, layout);
        let side = side_width(width, list, layout);
        let [left, centre, right] =
            Layout::horizontal([Constraint::Length(list), Constraint::Fill(1), Constraint::Length(side)]).areas(body);
        (panes[0], panes[1]) = (Some(left), Some(centre));
        stack(right, layout, &mut panes);
    } else if is_at_the_right(layout.focus) {
        let side = side_width(width, 0, layout);
        let [left, right] = Layout::horizontal([Constraint::Fill(1), Constraint::Length(side)]).areas(body);
        panes[1] = Some(left);
        stack(right, layout, &mut panes);
    } else {
        let list = list_width(width, layout);
        let [left, right] = Layout::horizontal([Constraint::Length(list), Constraint::Fill(1)]).areas(body);
        (panes[0], panes[1]) = (Some(left), Some(right));
    }
    panes
}

fn is_at_the_right(pane: Pane) -> bool {
    matches!(pane, Pane::Metrics | Pane::Metadata | Pane::Feedback)
}

/// Cells of the list of sessions: what its rows need, up to a bound that is higher while the keys go to it, and higher again while no
/// conversation needs the room.
fn list_width(width: u16, layout: &PaneLayout) -> u16 {
    // UUIDs beside every usual column take some 75.
    let (least, most, fifths, more) = if width < WIDE { (36, 46, 3, 8) } else { (44, 60, 2, 24) };
    let usual = (width / 3).clamp(least, most);
    let most = match (layout.focus == Pane::Sessions, layout.open) {
        (false, _) => usual + SLACK,
        (true, true) => (width * fifths / 5).clamp(least, most + more),
        (true, false) => (width * (fifths + 1) / 5).clamp(least, most + more + 16),
    };
    let by_itself = layout.needs.list.map_or(usual, |needs| needs.clamp(LIST, most));
    let others = READABLE + if width < WIDE { 0 } else { least_side(width) };
    given(by_itself, layout.room.list, width.saturating_sub(others))
}

/// Cells of the panes at the right, beside a list of so many.
fn side_width(width: u16, list: u16, layout: &PaneLayout) -> u16 {
    let least = least_side(width);
    let free = width.saturating_sub(list + CONVERSATION).max(least);
    let usual = (width / 4).clamp(least, SIDE).min(free);
    let mut by_itself = layout.needs.side.clamp(least, usual);
    if is_at_the_right(layout.focus) {
        let most = (width / 2).min(free);
        by_itself = layout.needs.open_side.clamp(by_itself, most.max(by_itself));
    }
    given(by_itself, layout.room.side, width.saturating_sub(list + READABLE))
}

/// Cells of the panes at the right, however little is in them.
fn least_side(width: u16) -> u16 {
    if width >= ROOMY.0 { ROOMY.1 } else { NARROW_SIDE }
}

/// So many cells, and what a person gave besides, within bounds.
fn given(by_itself: u16, room: i16, most: u16) -> u16 {
    let most = most.max(by_itself);
    by_itself.saturating_add_signed(room).clamp(NARROWEST.min(most), most)
}

fn stack(area: Rect, layout: &PaneLayout, panes: &mut [Option<Rect>; 5]) {
    let room = [layout.room.metrics, layout.room.metadata, layout.room.feedback];
    let heights = heights(area.height, layout.needs.heights, room);
    let mut y = area.y;
    for (pane, height) in panes[2..].iter_mut().zip(heights) {
        *pane = Some(Rect { y, height, ..area });
        y += height;
    }
}

/// So many rows shared among metrics, metadata and feedback by what they need, none less than three within its border where there are
/// as many; then a person's wishes, at the expense of the tallest.
pub(super) fn heights(rows: u16, needs: Option<[u16; 3]>, room: [i16; 3]) -> [u16; 3] {
    let least = PANE.min(rows / 3);
    let mut out = shared(rows, least, needs);
    for (pane, wish) in room.into_iter().enumerate() {
        for _ in 0..wish.unsigned_abs().min(rows) {
            // The first of the others of that height.
            let tallest = (0..3).rev().filter(|other| *other != pane).max_by_key(|other| out[*other]);
            let Some(other) = tallest else { break };
            let (from, to) = if wish > 0 { (other, pane) } else { (pane, if pane == 1 { other } else { 1 }) };
            if out[from] <= least {
                break;
            }
            out[from] -= 1;
            out[to] += 1;
        }
    }
    out
}

fn shared(rows: u16, least: u16, needs: Option<[u16; 3]>) -> [u16; 3] {
    let mut out = [least; 3];
    let mut left = rows - 3 * least;
    // Of what is not known yet each wants all.
    let wanted = needs.unwrap_or([u16::MAX; 3]).map(|needs| needs.saturating_sub(least));
    let mut unmet = vec![0, 1, 2];
    let of = |pane: usize, left: u16, unmet: &[usize]| {
        let all: u32 = unmet.iter().map(|pane| SHARES[*pane]).sum();
        (u32::from(left) * SHARES[pane] / all.max(1)) as u16
    };
    // What one does not need of its share is the others'.
    while let Some(at) = unmet.iter().position(|pane| wanted[*pane] <= of(*pane, left, &unmet)) {
        let pane = unmet.remove(at);
        out[pane] += wanted[pane];
        left -= wanted[pane];
    }
    let shares: Vec<u16> = unmet.iter().map(|pane| of(*pane, left, &unmet)).collect();
    for (pane, share) in unmet.iter().zip(shares) {
        out[*pane] += share;
        left -= share;
    }
    // What nobody needs is the metadata's, where something may be unfolded; what was lost by rounding the first one's.
    out[unmet.first().copied().unwrap_or(1)] += left;
    out
}
