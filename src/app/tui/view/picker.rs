//! Lists to choose from: connections (also the start screen), collections, sessions an id may mean.

use ratatui::{
    Frame,
    layout::Rect,
    text::{Line, Span},
    widgets::{Clear, Paragraph},
};

use super::{block, row};
use crate::{
    app::{
        config::Column,
        fleet::FleetColumn,
        memory::RememberedSession,
        place::Place,
        text,
        tui::{
            render::format,
            state::{
                AppState, areas,
                column_choice::ColumnChoice,
                event_log::LoggedEvent,
                menu::Menu,
                picker::{Picker, Tone},
                sort_menu::help_of,
                theme_menu::ThemeItem,
                visits::RememberedKind,
            },
        },
    },
    repository::Candidate,
    session::Summary,
};

/// While a place is being opened: calm, in the middle.
pub fn connecting(frame: &mut Frame<'_>, body: Rect, place: &Place, state: &AppState) {
    let area = areas::middle(body, body.width.saturating_sub(4), 1);
    let says = format!("connecting to {}{}", text::line(&place.name), state.look.marks.ellipsis);
    frame.render_widget(Paragraph::new(Line::styled(says, state.look.theme.dim).centered()), area);
}

/// The connections; while none is open, the start screen.
pub fn places(frame: &mut Frame<'_>, picker: &Picker, menu: &Menu<Place>, state: &AppState) {
    let row = |place: &Place| {
        let open = state.open_at(place);
        let mut what = Vec::new();
        if open.is_empty() {
            what.push(place.whereabouts().unwrap_or_else(|| place.kind().to_owned()));
        } else {
            what.extend(place.site());
        }
        what.extend(place.note.map(str::to_owned));
        what.extend(place.scope.as_ref().map(|scope| format!("scope {scope}")));
        what.extend(place.read_only.then(|| "read-only".to_owned()));
        what.extend(open);
        (place.name.clone(), what.join(", "))
    };
    draw(frame, picker, " Connections ", menu, row, state);
}

/// Collections that look like sessions.
pub fn collections(frame: &mut Frame<'_>, picker: &Picker, menu: &Menu<Candidate>, state: &AppState) {
    let row = |item: &Candidate| {
        let count = format!("about {} documents", format::number(item.documents, state.look.marks));
        (format!("{}.{}", item.database, item.collection), count)
    };
    draw(frame, picker, " Collections ", menu, row, state);
}

/// Sessions that an id may mean.
pub fn sessions(frame: &mut Frame<'_>, picker: &Picker, menu: &Menu<Summary>, state: &AppState) {
    let row = |row: &Summary| {
        let age = row.updated_at.map(|at| format::age(at, state.look.now)).unwrap_or_default();
        let what = format!("{}  {age}", row.application_name.as_deref().unwrap_or_default());
        (format!("{} (_id {})", row.name(), row.key.text()), what)
    };
    draw(frame, picker, " Sessions ", menu, row, state);
}

/// Sessions that are remembered, with where they are, and since when.
pub fn remembered(
    frame: &mut Frame<'_>,
    picker: &Picker,
    kind: RememberedKind,
    menu: &Menu<RememberedSession>,
    state: &AppState,
) {
    let title = match kind {
        RememberedKind::Bookmarks => " Bookmarks ",
        RememberedKind::Recent => " Recent ",
    };
    let row = |session: &RememberedSession| {
        let mark = if state.keeps(session) { state.look.marks.kept } else { " " };
        let age = session.at.map(|at| format::age(at.into(), state.look.now)).unwrap_or_default();
        (format!("{mark} {}", session.name), format!("{}, {}  {age}", session.place, session.location))
    };
    draw(frame, picker, title, menu, row, state);
}

/// What happened since the start.
pub fn events(frame: &mut Frame<'_>, picker: &Picker, menu: &Menu<LoggedEvent>, state: &AppState) {
    let row = |event: &LoggedEvent| {
        let session = event.session.as_ref().map(|(_, session)| session.name.as_str()).unwrap_or_default();
        (format!("{}  {}", format::clock(event.at.into(), &state.look), event.says), session.to_owned())
    };
    draw(frame, picker, " What happened ", menu, row, state);
}

/// Columns to sort the fleet by.
pub fn fleet_columns(frame: &mut Frame<'_>, picker: &Picker, menu: &Menu<FleetColumn>, state: &AppState) {
    let row = |column: &FleetColumn| (column.as_str().to_owned(), column.help().to_owned());
    draw(frame, picker, " Sort the fleet ", menu, row, state);
}

/// Themes, each shown as the cursor comes to it.
pub fn themes(frame: &mut Frame<'_>, picker: &Picker, menu: &Menu<ThemeItem>, state: &AppState) {
    let cells = usize::from(picker.list.width);
    let has_room = |item: &ThemeItem| {
        let Ok(about) = &item.about else { return true };
        format::width(&item.name) + format::width(about) + 5 <= cells
    };
    let told = menu.items.iter().all(has_room);
    let row = |item: &ThemeItem| {
        let about = item.about.clone().map(|about| if told { about } else { String::new() });
        (item.name.clone(), about.unwrap_or_else(|why| why))
    };
    draw(frame, picker, " Themes ", menu, row, state);
}

/// Columns to sort the sessions by: what they are sorted by is marked.
pub fn sort_columns(frame: &mut Frame<'_>, picker: &Picker, menu: &Menu<Column>, state: &AppState) {
    let sort = &state.workspace.list.sort;
    let row = |column: &Column| {
        let by = column.sort_by();
        let mark = match (by == sort.by, sort.ascending) {
            (false, _) => " ",
            (true, false) => state.look.marks.unfolded,
            (true, true) => state.look.marks.pointer,
        };
        let reads = if by.needs_messages() { "; reads all messages" } else { "" };
        (format!("{mark} {column}"), format!("{}{reads}", help_of(column)))
    };
    draw(frame, picker, " Sort the sessions ", menu, row, state);
}

/// Columns of the list: those that are shown are marked.
pub fn shown_columns(frame: &mut Frame<'_>, picker: &Picker, menu: &Menu<ColumnChoice>, state: &AppState) {
    let row = |choice: &ColumnChoice| {
        let mark = if choice.is_shown { state.look.marks.marked } else { " " };
        (format!("{mark} {}", choice.column), help_of(&choice.column).to_owned())
    };
    draw(frame, picker, " Columns ", menu, row, state);
}

/// `row` gives an item's name and what it is, as stored.
fn draw<T>(
    frame: &mut Frame<'_>,
    picker: &Picker,
    title: &'static str,
    menu: &Menu<T>,
    row: impl Fn(&T) -> (String, String),
    state: &AppState,
) {
    let theme = &state.look.theme;
    let place = row::place(menu.selected(), menu.items.len(), &state.look);
    let place = if menu.items.len() > usize::from(picker.list.height) { place } else { Line::default() };
    frame.render_widget(Clear, picker.area);
    frame.render_widget(block::pane(Line::from(title), place, true, &state.look), picker.area);
    let style = |tone| match tone {
        Tone::Title => theme.title,
        Tone::Error => theme.error,
    };
    let above: Vec<Line<'_>> =
        picker.above.iter().map(|(tone, line)| Line::styled(line.as_str(), style(*tone))).collect();
    frame.render_widget(Paragraph::new(above), picker.above_area);
    let seen = menu.items.iter().enumerate().skip(picker.top).take(picker.list.height.into());
    let cells = usize::from(picker.list.width);
    let lines: Vec<Line<'_>> =
        seen.map(|(at, item)| row_line(&row(item), at == menu.selected(), cells, state)).collect();
    frame.render_widget(Paragraph::new(lines), picker.list);
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
