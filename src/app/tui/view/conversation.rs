//! The conversation pane.
//!
//! ```text
//! ╭ 2 support-1042 ──[support] billing  all ─────────────╮
//! │ shop ▪ claude-sonnet-4-5 ▪ 2m ago ▪ ! 20 findings    │
//! │▌assistant           150 tok   400 ms        14:11:20 │
//! │▌  Let me look that up.                               │
//! │▌  ▸ lookup_order {"order_id":"A100"}     ok   0.8 ms │
//! ╰─────────────── find "a" 2 of 17 messages ▪ 4/12 ─────╯
//! ```

mod facts;

pub use facts::draw_facts;

use std::num::NonZeroU16;

use ratatui::{
    Frame,
    buffer::{Buffer, CellDiffOption},
    layout::{Position, Rect},
    style::Style,
    text::{Line, Span},
};

use super::{block, row};
use crate::app::{
    text,
    tui::{
        render::{Look, format, links::ToldLink},
        state::conversation::{ConversationRow, ConversationState, FindStatus, RowLink},
    },
};

/// Cells left of an image: the bar, and as far as what a message says is moved in.
const INDENT: u16 = 3;

/// Draws the pane with its border, agent tabs in the title and the place in the bottom border; the messages below so many lines
/// that are left to what else is told.
pub fn draw(frame: &mut Frame<'_>, area: Rect, above: u16, state: &ConversationState, focused: bool, look: &Look) {
    let (title, place) = (title(state, area.width, focused, look), place(state, area.width, look));
    let inner = block::draw(frame.buffer_mut(), area, title, place, focused, look);
    let inner = Rect { y: inner.y + above.min(inner.height), height: inner.height.saturating_sub(above), ..inner };
    if inner.is_empty() {
        return;
    }
    let rows = state.rows();
    if rows.is_empty() {
        row::hint(frame.buffer_mut(), inner, &nothing(state, look), look);
    }
    for (line, y) in rows.iter().zip(inner.top()..inner.bottom()) {
        draw_row(frame, line, Rect { y, height: 1, ..inner }, focused, look);
    }
}

/// Draws the images in view, each over the lines that are left free for it. Not while something lies over the pane: what a terminal
/// draws by itself would come through.
pub fn draw_pictures(frame: &mut Frame<'_>, inner: Rect, state: &ConversationState) {
    let rows: Vec<_> = state.rows().iter().zip(inner.top()..inner.bottom()).collect();
    for (at, (row, y)) in rows.iter().enumerate() {
        let Some((picture, from)) = &row.picture else { continue };
        let goes_on = |before: &(&ConversationRow, u16)| {
            before.0.picture.as_ref() == Some(&(picture.clone(), from.wrapping_sub(1)))
        };
        if at.checked_sub(1).and_then(|before| rows.get(before)).is_some_and(goes_on) {
            continue;
        }
        let area =
            Rect { x: inner.x + INDENT, y: *y, width: inner.width.saturating_sub(INDENT), height: inner.bottom() - y };
        picture.draw(area, *from, frame.buffer_mut());
    }
}

fn draw_row(frame: &mut Frame<'_>, line: &ConversationRow, area: Rect, focused: bool, look: &Look) {
    let buffer = frame.buffer_mut();
    if line.cursor && focused {
        buffer.set_style(area, look.theme.selected);
    }
    if line.selected {
        let style = if focused { look.theme.focus } else { look.theme.border };
        buffer[Position { x: area.x, y: area.y }].set_symbol(look.marks.bar).set_style(style);
    }
    row::put(buffer, (area.x + 1, area.y), &line.line, area.width.saturating_sub(1));
    if look.links {
        for link in &line.links {
            tell_link(buffer, area, link);
        }
    }
}

/// Has the terminal know the cells of a link as one. What it says of them takes no cells.
fn tell_link(buffer: &mut Buffer, area: Rect, link: &RowLink) {
    let Some(told) = ToldLink::new(&link.address) else { return };
    let mut x = usize::from(area.x) + 1 + link.cells.start;
    let end = (usize::from(area.x) + 1 + link.cells.end).min(area.right().into());
    while x < end {
        let cell = &mut buffer[Position { x: x as u16, y: area.y }];
        let width = u16::try_from(format::width(cell.symbol())).unwrap_or(1).max(1);
        if let Some(width) = NonZeroU16::new(width) {
            let says = told.cell(cell.symbol());
            cell.set_symbol(&says).set_diff_option(CellDiffOption::ForcedWidth(width));
        }
        x += usize::from(width);
    }
}

/// Why there is nothing to read; what is there and cannot be read is not called nothing. Safe text.
fn nothing(state: &ConversationState, look: &Look) -> String {
    let says = match state.shown() {
        Err(none) => return none.words(look.marks),
        Ok(session) if session.agents.is_empty() => {
            let unread: Vec<_> = state.orchestrators().map(text::line).collect();
            return if unread.is_empty() { "no agents in this session".to_owned() } else { unread.join("\n") };
        }
        Ok(_) if state.has_no_list() => "what is stored here is no list of messages: the inspector shows what it is",
        Ok(_) => "no messages",
    };
    says.to_owned()
}

fn title(state: &ConversationState, width: u16, focused: bool, look: &Look) -> Line<'static> {
    let title = state.title(width, look);
    let dim = if focused { Style::new() } else { look.theme.dim };
    let mut spans = vec![Span::raw(title.name)];
    spans.extend(
        title.tabs.into_iter().map(|tab| Span::styled(tab.label, if tab.current { Style::new() } else { dim })),
    );
    Line::from(spans)
}

/// The search, what is new, and the place: ` find "x" 2 of 17 messages ▪ 3 new below ▪ 4/12 `, the last of them first to stay.
fn place(state: &ConversationState, width: u16, look: &Look) -> Line<'static> {
    let marks = look.marks;
    let mut parts: Vec<(String, Style)> = Vec::new();
    match state.new_below() {
        0 => {}
        new => parts.push((format!("{} new below", format::number(new, marks)), look.theme.new)),
    }
    if let Some((at, of)) = state.position() {
        parts.push((format!("{}/{}", format::number(at, marks), format::number(of, marks)), look.theme.dim));
    }
    let room = usize::from(width).saturating_sub(4);
    let cells = |parts: &[(String, Style)]| parts.iter().map(|(words, _)| format::width(words) + 3).sum::<usize>();
    if let Some(find) = state.find_status() {
        let left = room.saturating_sub(cells(&parts) + 3);
        parts.insert(0, (found_words(&find, left, look), look.theme.hit));
    }
    while parts.len() > 1 && cells(&parts) > room {
        parts.remove(0);
    }
    let mut spans = Vec::new();
    for (words, style) in parts {
        spans.push(Span::raw(if spans.is_empty() { " ".to_owned() } else { format!(" {} ", marks.sep) }));
        spans.push(Span::styled(words, style));
    }
    if !spans.is_empty() {
        spans.push(Span::raw(" "));
    }
    Line::from(spans)
}

/// What is said of a search, shorter where it has fewer cells: what is counted goes first, then what is looked for; the count stays.
fn found_words(find: &FindStatus, cells: usize, look: &Look) -> String {
    let marks = look.marks;
    let needle = format::fit(&text::line(&find.needle), 20, marks);
    let count = match (find.hits, find.searching) {
        (0, None) if !find.cut_short => " nothing".to_owned(),
        (0, _) => String::new(),
        (hits, _) => format!(" {}/{hits}", find.current),
    };
    let (more, fewer) = match find.searching {
        Some(searched) => (format!(" searched {}{}", format::number(searched, marks), marks.ellipsis), marks.ellipsis),
        None if find.cut_short => (", not all searched".to_owned(), marks.ellipsis),
        None => (String::new(), ""),
    };
    // A message counts once, however often it says it; while more are searched two numbers of messages would be one too many.
    let plural = if find.hits == 1 { "" } else { "s" };
    let told = (find.hits > 0 && find.searching.is_none())
        .then(|| format!("find \"{needle}\" {} of {} message{plural}{more}", find.current, find.hits));
    let says = [format!("find \"{needle}\"{count}{more}"), format!("find \"{needle}\"{count}{fewer}")];
    let fits = told.into_iter().chain(says).find(|words| format::width(words) <= cells);
    fits.unwrap_or_else(|| format!("find{count}{fewer}"))
}

#[cfg(test)]
mod tests;
