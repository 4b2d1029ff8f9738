//! Lists to choose from: connections (also the start screen), collections, sessions an id may mean. What a row says stands in columns.

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
        [place.name.clone(), what.join(", ")]
    };
    draw(frame, picker, " Connections ", menu, row, state);
}

/// Collections that look like sessions.
pub fn collections(frame: &mut Frame<'_>, picker: &Picker, menu: &Menu<Candidate>, state: &AppState) {
    let row = |item: &Candidate| {
        let count = format!("about {} documents", format::number(item.documents, state.look.marks));
        [format!("{}.{}", item.database, item.collection), count]
    };
    draw(frame, picker, " Collections ", menu, row, state);
}

/// Sessions that an id may mean.
pub fn sessions(frame: &mut Frame<'_>, picker: &Picker, menu: &Menu<Summary>, state: &AppState) {
    let row = |row: &Summary| {
        let age = row.updated_at.map(|at| format::age(at, state.look.now)).unwrap_or_default();
        let application = row.application_name.clone().unwrap_or_default();
        [row.name().to_owned(), format!("_id {}", row.key.text()), application, age]
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
        [format!("{mark} {}", session.name), format!("{}, {}", session.place, session.location), age]
    };
    draw(frame, picker, title, menu, row, state);
}

/// What happened since the start.
pub fn events(frame: &mut Frame<'_>, picker: &Picker, menu: &Menu<LoggedEvent>, state: &AppState) {
    let row = |event: &LoggedEvent| {
        let session = event.session.as_ref().map(|(_, session)| session.name.as_str()).unwrap_or_default();
        [format!("{}  {}", format::clock(event.at.into(), &state.look), event.says), session.to_owned()]
    };
    draw(frame, picker, " What happened ", menu, row, state);
}

/// Columns to sort the fleet by.
pub fn fleet_columns(frame: &mut Frame<'_>, picker: &Picker, menu: &Menu<FleetColumn>, state: &AppState) {
    let row = |column: &FleetColumn| [column.as_str().to_owned(), column.help().to_owned()];
    draw(frame, picker, " Sort the fleet ", menu, row, state);
}

/// Themes, each shown as the cursor comes to it.
pub fn themes(frame: &mut Frame<'_>, picker: &Picker, menu: &Menu<ThemeItem>, state: &AppState) {
    let cells = usize::from(picker.list.width);
    let names = menu.items.iter().map(|item| format::width(&item.name)).max().unwrap_or(0);
    let has_room = |item: &ThemeItem| {
        let Ok(about) = &item.about else { return true };
        names + GAP + format::width(about) + AROUND <= cells
    };
    let told = menu.items.iter().all(has_room);
    let row = |item: &ThemeItem| {
        let about = item.about.clone().map(|about| if told { about } else { String::new() });
        [item.name.clone(), about.unwrap_or_else(|why| why)]
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
        [format!("{mark} {column}"), format!("{}{reads}", help_of(column))]
    };
    draw(frame, picker, " Sort the sessions ", menu, row, state);
}

/// Columns of the list: those that are shown are marked.
pub fn shown_columns(frame: &mut Frame<'_>, picker: &Picker, menu: &Menu<ColumnChoice>, state: &AppState) {
    let row = |choice: &ColumnChoice| {
        let mark = if choice.is_shown { state.look.marks.marked } else { " " };
        [format!("{mark} {}", choice.column), help_of(&choice.column).to_owned()]
    };
    draw(frame, picker, " Columns ", menu, row, state);
}

/// Cells between two columns.
const GAP: usize = 2;

/// Cells of a row that are none of its columns: the bar, and a blank at both ends.
const AROUND: usize = 3;

/// `row` gives an item's name and what else it says, as stored: a column each.
fn draw<T, const N: usize>(
    frame: &mut Frame<'_>,
    picker: &Picker,
    title: &'static str,
    menu: &Menu<T>,
    row: impl Fn(&T) -> [String; N],
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
    let cells = usize::from(picker.list.width);
    let safe = |item: &T| row(item).map(|cell| text::line(&cell).into_owned());
    // Those that are out of view count too: no column moves while one goes through them.
    let rows: Vec<[String; N]> = menu.items.iter().map(safe).collect();
    let widths = widths(&rows, cells.saturating_sub(AROUND));
    let seen = rows.iter().enumerate().skip(picker.top).take(picker.list.height.into());
    let lines: Vec<Line<'_>> =
        seen.map(|(at, row)| row_line(row, widths, at == menu.selected(), cells, state)).collect();
    frame.render_widget(Paragraph::new(lines), picker.list);
}

/// How wide the columns are: as their cells need. Where there is no room for that, the widest behind the first one shrinks; the
/// first, which says which row it is, only once the others are short.
fn widths<const N: usize>(rows: &[[String; N]], cells: usize) -> [usize; N] {
    let mut widths = [0; N];
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = format::width(cell).min(cells).max(*width);
        }
    }
    let short = cells / 5;
    while used(&widths) > cells {
        let Some((name, others)) = widths.split_first_mut() else { break };
        match others.iter_mut().max_by_key(|width| **width) {
            Some(widest) if *widest > short => *widest -= 1,
            _ if *name > short => *name -= 1,
            Some(widest) if *widest > 0 => *widest -= 1,
            _ => break,
        }
    }
    widths
}

/// Cells of all columns with those between them; a column of nothing takes none.
fn used(widths: &[usize]) -> usize {
    let shown = widths.iter().filter(|width| **width > 0);
    shown.clone().sum::<usize>() + GAP * shown.count().saturating_sub(1)
}

fn row_line<const N: usize>(
    row: &[String; N],
    widths: [usize; N],
    selected: bool,
    cells: usize,
    state: &AppState,
) -> Line<'static> {
    let look = &state.look;
    let mut spans = Vec::with_capacity(N);
    for (at, (cell, width)) in row.iter().zip(widths).enumerate().filter(|(_, (_, width))| *width > 0) {
        let cell = row::left(cell, width, look);
        spans.push(if at == 0 {
            Span::raw(format!(" {cell}"))
        } else {
            Span::styled(format!("{}{cell}", " ".repeat(GAP)), look.theme.dim)
        });
    }
    row::selectable(spans, cells, selected, look)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows<const N: usize>(of: &[[&str; N]]) -> Vec<[String; N]> {
        of.iter().map(|row| row.map(str::to_owned)).collect()
    }

    #[test]
    fn columns_are_as_wide_as_they_need_and_the_name_shrinks_last() {
        let rows = rows(&[["support-1042", "prod-eu, agents.sessions", "now"], ["a", "local, here", "12m"]]);
        assert_eq!(widths(&rows, 60), [12, 24, 3]);
        assert_eq!(widths(&rows, 30), [12, 11, 3], "the place has what is left");
        assert_eq!(widths(&rows, 20), [9, 4, 3], "the name as well, once the place is short");
        for cells in 0..60 {
            assert!(used(&widths(&rows, cells)) <= cells.max(GAP * 2), "{cells}");
        }
        assert_eq!(used(&[4, 0, 3]), 9, "an empty column takes no room");
    }
}
