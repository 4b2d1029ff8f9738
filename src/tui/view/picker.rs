//! Lists to choose from: connections (also the start screen), collections, sessions an id may mean.

use ratatui::{
    Frame,
    layout::Rect,
    text::{Line, Span},
    widgets::{Clear, Paragraph},
};

use super::block;
use crate::{
    repository::Candidate,
    session::Summary,
    text,
    tui::{
        format,
        state::{AppState, areas, connection::Stage, modal::Menu, places::Place},
        wrap::wrap,
    },
};

/// While a place is being opened: calm, in the middle.
pub fn connecting(frame: &mut Frame<'_>, body: Rect, place: &Place, state: &AppState) {
    let area = areas::middle(body, body.width.saturating_sub(4), 1);
    let says = format!("connecting to {}{}", text::line(&place.name), state.look.marks.ellipsis);
    frame.render_widget(Paragraph::new(Line::styled(says, state.look.theme.dim).centered()), area);
}

/// The connections; while none is open, the start screen.
pub fn places(frame: &mut Frame<'_>, body: Rect, menu: &Menu<Place>, state: &AppState) {
    let theme = &state.look.theme;
    let mut above = Vec::new();
    match &state.connection.stage {
        Stage::Failed(error) => {
            let name = state.connection.place.as_ref().map_or("", |place| place.name.as_str());
            above.push(Line::styled(format!("Cannot open {}:", text::line(name)), theme.error));
            above.push(Line::styled(text::line(&error.to_string()).into_owned(), theme.error));
            above.push(Line::default());
        }
        Stage::Open(_) => {}
        _ => {
            above.push(Line::styled("Where are your agents' sessions?", theme.title));
            above.push(Line::default());
        }
    }
    let rows = menu.items.iter().map(|place| (place.name.clone(), place.kind().to_owned())).collect();
    draw(frame, body, &Picker { title: " Connections ", above, rows, selected: menu.selected }, state);
}

/// Collections that look like sessions.
pub fn collections(frame: &mut Frame<'_>, body: Rect, menu: &Menu<Candidate>, state: &AppState) {
    let count =
        |candidate: &Candidate| format!("about {} documents", format::number(candidate.documents, state.look.marks));
    let rows = menu.items.iter().map(|item| (format!("{}.{}", item.database, item.collection), count(item))).collect();
    let above = vec![Line::styled("Several collections look like sessions:", state.look.theme.title), Line::default()];
    draw(frame, body, &Picker { title: " Collections ", above, rows, selected: menu.selected }, state);
}

/// Sessions that an id may mean.
pub fn sessions(frame: &mut Frame<'_>, body: Rect, menu: &Menu<Summary>, state: &AppState) {
    let what = |row: &Summary| {
        let age = row.updated_at.map(|at| format::age(at, state.look.now)).unwrap_or_default();
        format!("{}  {age}", row.application_name.as_deref().unwrap_or_default())
    };
    let id = |row: &Summary| format!("{} (_id {})", row.name(), row.key.text());
    let rows = menu.items.iter().map(|row| (id(row), what(row))).collect();
    let above = vec![Line::styled("Several sessions are called that:", state.look.theme.title), Line::default()];
    draw(frame, body, &Picker { title: " Sessions ", above, rows, selected: menu.selected }, state);
}

struct Picker {
    title: &'static str,
    above: Vec<Line<'static>>,
    /// Name and what it is, as stored.
    rows: Vec<(String, String)>,
    selected: usize,
}

fn draw(frame: &mut Frame<'_>, body: Rect, picker: &Picker, state: &AppState) {
    let look = &state.look;
    let width = body.width.saturating_sub(4).min(76);
    let cells = usize::from(width.saturating_sub(4)).max(1);
    let wrapped = |line: &Line<'static>| {
        let style = line.style;
        wrap(&line.to_string(), cells).into_iter().map(move |text| Line::styled(text, style))
    };
    let text: Vec<Line<'_>> = picker.above.iter().flat_map(wrapped).collect();
    let room = usize::from(body.height.saturating_sub(2));
    let above = text.len().min(room.saturating_sub(1)) as u16;
    let area = areas::middle(body, width, above + picker.rows.len() as u16 + 2);
    frame.render_widget(Clear, area);
    frame.render_widget(block::pane(Line::from(picker.title), Line::default(), true, look), area);
    let inner = areas::inside(area);
    let text_area = Rect::new(inner.x + 1, inner.y, inner.width.saturating_sub(2), above.min(inner.height));
    frame.render_widget(Paragraph::new(text), text_area);
    let list = Rect::new(inner.x, text_area.bottom(), inner.width, inner.bottom().saturating_sub(text_area.bottom()));
    let height = usize::from(list.height);
    let top = (picker.selected + 1).saturating_sub(height);
    let lines: Vec<Line<'_>> = picker
        .rows
        .iter()
        .enumerate()
        .skip(top)
        .take(height)
        .map(|(at, row)| row_line(row, at == picker.selected, usize::from(list.width), state))
        .collect();
    frame.render_widget(Paragraph::new(lines), list);
}

fn row_line((name, what): &(String, String), selected: bool, cells: usize, state: &AppState) -> Line<'static> {
    let look = &state.look;
    let name = format::fit(&text::line(name), cells.saturating_sub(3), look.marks);
    let what = format::fit(&text::line(what), cells.saturating_sub(format::width(&name) + 5), look.marks);
    let used = format::width(&name) + format::width(&what) + 3;
    let bar = if selected { look.marks.bar } else { " " };
    let line = Line::from(vec![
        Span::styled(bar, look.theme.focus),
        Span::raw(format!(" {name}")),
        Span::raw(" ".repeat(cells.saturating_sub(used))),
        Span::styled(format!("{what} "), look.theme.dim),
    ]);
    if selected { line.patch_style(look.theme.selected) } else { line }
}
