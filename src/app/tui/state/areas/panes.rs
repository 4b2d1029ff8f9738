//! How the body is shared among the panes: by size and focus, by what is in them, and by where a person put their borders. Those stay
//! there, whatever has the focus, while the screen has room for them.

use ratatui::layout::{Constraint, Layout, Rect};

use super::{LOW, Pane, PaneLayout, PaneNeeds, WIDE};
use crate::app::memory::PaneRoom;

/// The list never has less than so many cells by itself, however short its rows are: what it has to say of itself stands there too.
const LIST: u16 = 36;
/// It gives up no fewer cells than these as the keys go elsewhere: else it stays as it is.
const SLACK: u16 = 3;
/// Cells that each column keeps, whatever a person gave another.
const NARROWEST: u16 = 20;
/// So many of the conversation are kept, wherever the borders were put on a wider screen.
const READABLE: u16 = 32;
/// Cells that the conversation keeps beside what the content of the others needs.
const CONVERSATION: u16 = 36;
/// The panes at the right have as much from that width on, and so many cells at least.
const ROOMY: (u16, u16) = (160, 36);
/// And below that.
const NARROW_SIDE: u16 = 28;
/// They are no wider than this for what is in them, while the keys go elsewhere.
const SIDE: u16 = 60;
/// The fewest rows of a pane at the right: one of what it shows, within its border.
const LEAST: u16 = 3;
/// It has as many where no other one needs them: three of what it shows.
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
    let side = if width < WIDE { 0 } else { set_side(width, layout.room).unwrap_or_else(|| least_side(width)) };
    let room = width.saturating_sub(READABLE + side);
    if let Some(set) = layout.room.list_columns {
        return within(set, room);
    }
    // It moves no border that was put where it is.
    let most = if side > 0 && layout.room.side_columns.is_some() { most.min(room.max(LIST)) } else { most };
    layout.needs.list.map_or(usual.min(most), |needs| needs.clamp(LIST, most))
}

/// Cells of the panes at the right beside the list and the conversation, where a person put their border.
fn set_side(width: u16, room: PaneRoom) -> Option<u16> {
    Some(within(room.side_columns?, width.saturating_sub(LIST + READABLE)))
}

/// Cells of the panes at the right, beside a list of so many.
fn side_width(width: u16, list: u16, layout: &PaneLayout) -> u16 {
    if let Some(set) = layout.room.side_columns {
        return within(set, width.saturating_sub(list + READABLE));
    }
    let least = least_side(width);
    let free = width.saturating_sub(list + CONVERSATION).max(least);
    let usual = (width / 4).clamp(least, SIDE).min(free);
    let by_itself = layout.needs.side.clamp(least, usual);
    if is_at_the_right(layout.focus) {
        let most = (width / 2).min(free);
        return layout.needs.open_side.clamp(by_itself, most.max(by_itself));
    }
    by_itself
}

/// Cells of the panes at the right, however little is in them.
fn least_side(width: u16) -> u16 {
    if width >= ROOMY.0 { ROOMY.1 } else { NARROW_SIDE }
}

/// So many cells, within bounds.
fn within(set: u16, most: u16) -> u16 {
    set.clamp(NARROWEST.min(most), most)
}

fn stack(area: Rect, layout: &PaneLayout, panes: &mut [Option<Rect>; 5]) {
    let mut y = area.y;
    for (pane, height) in panes[2..].iter_mut().zip(heights(area.height, layout)) {
        *pane = Some(Rect { y, height, ..area });
        y += height;
    }
}

/// So many rows shared among metrics, metadata and feedback. They stay as they are while everything in them has room, so that nothing
/// jumps from one session to the next; else they are shared anew by what is needed: none is cut while another has rows to spare.
pub(super) fn heights(rows: u16, layout: &PaneLayout) -> [u16; 3] {
    let set = set_heights(rows, layout.room);
    kept(rows, set, layout).unwrap_or_else(|| shared(rows, set, layout.needs))
}

/// Rows of those whose border a person put somewhere.
fn set_heights(rows: u16, room: PaneRoom) -> [Option<u16>; 3] {
    let within = |set: u16, others: u16| set.clamp(LEAST, rows.saturating_sub(others).max(LEAST));
    let metrics = room.metrics_rows.map(|set| within(set, 2 * LEAST));
    let feedback = room.feedback_rows.map(|set| within(set, LEAST + metrics.unwrap_or(LEAST)));
    [metrics, None, feedback]
}

/// As they are, or with more or less for the metadata: `None` where something would be cut.
fn kept(rows: u16, set: [Option<u16>; 3], layout: &PaneLayout) -> Option<[u16; 3]> {
    let (held, needs) = (layout.held?, layout.needs.heights?);
    let [metrics, feedback] = [0, 2].map(|pane: usize| set[pane].unwrap_or(held[pane]));
    let metadata = rows.checked_sub(metrics.saturating_add(feedback))?;
    let out = [metrics, metadata, feedback];
    let has_room = |pane: usize| set[pane].is_some() || out[pane] >= needs[pane].max(LEAST);
    (0..3).all(has_room).then_some(out)
}

/// By what they need.
fn shared(rows: u16, set: [Option<u16>; 3], needs: PaneNeeds) -> [u16; 3] {
    // Of what is not known yet each wants all.
    let wanted = needs.heights.unwrap_or([u16::MAX; 3]).map(|needs| needs.max(LEAST));
    let mut out = floors(rows, set, wanted, needs.totals);
    let mut left = rows.saturating_sub(out.iter().sum());
    let free = |pane: &usize| set[*pane].is_none();
    let mut unmet: Vec<usize> = (0..3).filter(free).collect();
    let of = |pane: usize, left: u16, unmet: &[usize]| {
        let all: u32 = unmet.iter().map(|pane| SHARES[*pane]).sum();
        (u32::from(left) * SHARES[pane] / all.max(1)) as u16
    };
    // What one does not need of its share is the others'.
    while let Some(at) = unmet.iter().position(|pane| wanted[*pane] - out[*pane] <= of(*pane, left, &unmet)) {
        let pane = unmet.remove(at);
        left -= wanted[pane] - out[pane];
        out[pane] = wanted[pane];
    }
    let shares: Vec<u16> = unmet.iter().map(|pane| of(*pane, left, &unmet)).collect();
    for (pane, share) in unmet.iter().zip(shares) {
        out[*pane] += share;
        left -= share;
    }
    // What was lost by rounding is the first one's that can use it. Where all have what they need, none is very low; the rest is the
    // metadata's, where something may be unfolded.
    for want in [wanted, [PANE; 3]] {
        for pane in (0..3).filter(free) {
            let more = want[pane].saturating_sub(out[pane]).min(left);
            out[pane] += more;
            left -= more;
        }
    }
    out[1] += left;
    out
}

/// What each has before the rest is shared: of the metrics what stands above the plots, also where all of them are cut.
fn floors(rows: u16, set: [Option<u16>; 3], wanted: [u16; 3], totals: u16) -> [u16; 3] {
    let mut out = set.map(|rows| rows.unwrap_or(LEAST));
    let mut left = rows.saturating_sub(out.iter().sum());
    let least = [totals.max(PANE), PANE, PANE];
    for (pane, least) in least.into_iter().enumerate().filter(|(pane, _)| set[*pane].is_none()) {
        let more = least.min(wanted[pane]).saturating_sub(out[pane]).min(left);
        out[pane] += more;
        left -= more;
    }
    out
}
