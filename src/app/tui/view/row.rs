//! Rows of the side panes and the inspector: the selection's bar at the left, the text after it.

use ratatui::{
    buffer::Buffer,
    layout::Rect,
    style::Style,
    text::{Line, Span},
};

use crate::app::tui::render::{Look, format};

/// Draws one row: a bar and the selection's background where it is selected, the line from the second cell on.
pub fn draw(buffer: &mut Buffer, area: Rect, line: &Line<'_>, selected: bool, look: &Look) {
    if area.is_empty() {
        return;
    }
    if selected {
        buffer.set_style(area, look.theme.selected);
        buffer.set_stringn(area.x, area.y, look.marks.bar, area.width.into(), look.theme.focus);
    }
    put(buffer, (area.x.saturating_add(1), area.y), line, area.width.saturating_sub(1));
}

/// Puts a line into so many cells of a row, as [`Buffer::set_line`] does. In plain ASCII, which most text is, every character is a cell:
/// nothing is looked for there that is made of several.
pub fn put(buffer: &mut Buffer, (mut x, y): (u16, u16), line: &Line<'_>, cells: u16) {
    let end = x.saturating_add(cells).min(buffer.area.right());
    for span in &line.spans {
        let room = end.saturating_sub(x);
        if room == 0 {
            break;
        }
        let style = line.style.patch(span.style);
        x = if format::is_plain(&span.content) {
            put_plain(buffer, (x, y), &span.content, room, style)
        } else {
            buffer.set_stringn(x, y, &span.content, room.into(), style).0
        };
    }
}

fn put_plain(buffer: &mut Buffer, (x, y): (u16, u16), text: &str, room: u16, style: Style) -> u16 {
    let from = buffer.index_of(x, y);
    let count = text.len().min(room.into());
    for (cell, character) in buffer.content.iter_mut().skip(from).take(count).zip(text.chars()) {
        cell.set_char(character).set_style(style);
    }
    x + count as u16
}

/// A line of a list of several lines a row: a bar and the selection's background over all of its cells where it is selected.
#[must_use]
pub fn selectable(spans: Vec<Span<'static>>, cells: usize, selected: bool, look: &Look) -> Line<'static> {
    let bar = if selected { look.marks.bar } else { " " };
    let mut line = Line::from(Span::styled(bar, look.theme.focus));
    line.extend(spans);
    if !selected {
        return line;
    }
    let free = cells.saturating_sub(line.width());
    line.push_span(Span::raw(" ".repeat(free)));
    line.patch_style(look.theme.selected)
}

/// A quiet sentence where there is nothing to show, at the top of a pane.
pub fn hint(buffer: &mut Buffer, area: Rect, text: &str, look: &Look) {
    let lines = crate::app::tui::render::wrap::plain(text, usize::from(area.width.saturating_sub(2)).max(1));
    for (line, row) in lines.iter().zip(area.rows()) {
        draw(buffer, row, &Line::styled(line.as_str(), look.theme.dim), false, look);
    }
}

/// A text cut and filled up to exactly so many cells, at the left.
#[must_use]
pub fn left(text: &str, cells: usize, look: &Look) -> String {
    let mut out = format::fit(text, cells, look.marks);
    out.extend(std::iter::repeat_n(' ', cells.saturating_sub(format::width(&out))));
    out
}

/// A label at the left and spans at the right of so many cells; where both do not fit, the label is cut.
#[must_use]
pub fn spread<'a>(label: &str, style: Style, right: Vec<Span<'a>>, cells: usize, look: &Look) -> Line<'a> {
    let taken: usize = right.iter().map(Span::width).sum();
    let room = cells.saturating_sub(taken);
    let label = if room > 1 { left(&format::fit(label, room - 1, look.marks), room, look) } else { String::new() };
    let mut spans = vec![Span::styled(label, style)];
    spans.extend(right);
    Line::from(spans)
}

/// Where a list stands, for the bottom border: `4/12`; empty for none.
#[must_use]
pub fn place(selected: usize, len: usize, look: &Look) -> Line<'static> {
    if len == 0 {
        return Line::default();
    }
    let at = format::number(selected.min(len - 1) as u64 + 1, look.marks);
    Line::styled(format!(" {at}/{} ", format::number(len as u64, look.marks)), look.theme.dim)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::tui::view::sample;

    #[test]
    fn a_line_is_put_as_the_buffer_itself_does() {
        let style = sample::look().theme.error;
        let texts = ["", "plain ASCII ", "漢字", "e\u{301}", "tab\there", "👩‍👩‍👧 and more", "~", "\u{7f}x"];
        for (one, other) in texts.iter().flat_map(|one| texts.iter().map(move |other| (one, other))) {
            let line = Line::from(vec![Span::raw(*one), Span::styled(*other, style), Span::raw(".")]).style(style);
            for cells in 0..14 {
                // Wider than the area, as where a pane is cut by the edge of the screen.
                let (mut here, mut there) =
                    (Buffer::empty(Rect::new(0, 0, 12, 2)), Buffer::empty(Rect::new(0, 0, 12, 2)));
                there.set_line(1, 1, &line, cells);
                put(&mut here, (1, 1), &line, cells);
                assert_eq!(here, there, "{one:?} {other:?} in {cells}");
            }
        }
    }

    #[test]
    fn a_selected_line_is_marked_over_all_of_its_cells() {
        let look = sample::plain();
        let spans = || vec![Span::raw("one")];
        assert_eq!(selectable(spans(), 12, true, &look).width(), 12);
        assert_eq!(selectable(spans(), 2, true, &look).width(), 4, "what is longer is not cut here");
        assert_eq!(selectable(spans(), 12, false, &look).width(), 4);
    }
}
