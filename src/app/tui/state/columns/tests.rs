use crossterm::event::KeyCode;

use super::*;
use crate::app::tui::state::{Input, sample::Screen};

fn widths(screen: &Screen) -> Vec<usize> {
    SessionColumns::fit(&screen.state, 200).cells.iter().map(|cell| cell.width).collect()
}

fn down(screen: &mut Screen) {
    screen.put(Input::Key(KeyCode::PageDown.into()));
    screen.answer_all();
}

#[test]
fn widths_grow_while_one_moves_through_a_list_and_begin_anew_with_another() {
    let mut screen = Screen::listed(120, 24);
    screen.stored = 300;
    let mut before = widths(&screen);
    for _ in 0..20 {
        down(&mut screen);
        let now = widths(&screen);
        assert!(now.iter().zip(&before).skip(2).all(|(now, before)| now >= before), "{before:?} {now:?}");
        before = now;
    }
    let at_the_end = screen.state.workspace.room.widths.cells(&Column::Changed);
    screen.press("g");
    screen.answer_all();
    assert_eq!(screen.state.workspace.room.widths.cells(&Column::Changed), at_the_end, "it does not jump back");
    screen.press("/now\n");
    screen.answer_all();
    assert!(screen.state.workspace.room.widths.cells(&Column::Id) < "support-updated-299".len());
}

#[test]
fn a_cell_of_the_headings_is_of_its_column() {
    let screen = Screen::listed(120, 24);
    let columns = SessionColumns::fit(&screen.state, 60);
    let mut x = 0;
    for cell in &columns.cells {
        assert_eq!(columns.at(x), Some(&cell.column));
        x += cell.width + 1 + if cell.is_id() { FLAG } else { 0 };
        assert_eq!(columns.at(x - 1), Some(&cell.column));
    }
    assert_eq!(columns.at(x), None);
}

#[test]
fn the_list_needs_what_its_rows_need() {
    let mut screen = Screen::connecting(160, 30);
    assert_eq!(SessionColumns::needs(&screen.state), None);
    screen.answer_all();
    let needs = SessionColumns::needs(&screen.state).unwrap();
    let list = screen.state.areas.pane(super::super::areas::Pane::Sessions).unwrap();
    assert_eq!(usize::from(list.width), needs + 2, "it is no wider");
    assert!(SessionColumns::fit(&screen.state, needs).hidden.is_empty());
}

#[test]
fn a_row_in_view_is_measured_once_while_it_stays_as_it_is() {
    let mut screen = Screen::listed(120, 24);
    let rows = screen.state.workspace.list.in_view().count();
    let measured = |screen: &Screen| screen.state.workspace.room.widths.measured;
    let before = measured(&screen);
    screen.press("jjkj");
    assert_eq!(measured(&screen), before, "the same rows are in view");
    screen.press(&"j".repeat(rows + 5));
    let top = screen.state.workspace.list.top();
    assert_eq!((top > 0, measured(&screen)), (true, before + top), "so many rows came into view");
    let size = screen.state.size;
    screen.state.workspace.list.rows[top + 1].session_type = Some("OTHER".to_owned());
    screen.put(Input::Resize(size));
    assert_eq!(measured(&screen), before + top + 1, "one is not as it was");
}

#[test]
fn what_changes_in_a_row_and_with_the_time_makes_its_column_wider() {
    let mut screen = Screen::listed(120, 24);
    let cells = |screen: &Screen, column: &Column| screen.state.workspace.room.widths.cells(column);
    let before = cells(&screen, &Column::Changed);
    let later = screen.state.look.now.checked_add(jiff::SignedDuration::from_hours(150 * 365 * 24)).unwrap();
    let size = screen.state.size;
    screen.put(Input::Tick(later));
    screen.put(Input::Resize(size));
    assert!(cells(&screen, &Column::Changed) > before, "150y");
    let long = "a-name-that-is-much-longer-than-all-the-others-of-this-list";
    renamed(&mut screen, |at| (at == 1).then(|| long.to_owned()));
    assert_eq!(cells(&screen, &Column::Id), long.len());
    screen.state.ui.columns.push(Column::Application);
    for name in ["support", "customer-support"] {
        screen.state.workspace.list.rows[0].application_name = Some(name.to_owned());
        screen.put(Input::Resize(size));
        assert_eq!(cells(&screen, &Column::Application), name.len());
    }
}

/// Other names for the first rows, as if they had come so.
fn renamed(screen: &mut Screen, name: impl Fn(usize) -> Option<String>) {
    for (at, row) in screen.state.workspace.list.rows.iter_mut().enumerate() {
        if let Some(name) = name(at) {
            row.key = name.into();
        }
    }
    let size = screen.state.size;
    screen.put(Input::Resize(size));
}

#[test]
fn a_long_name_further_on_moves_no_column() {
    let mut screen = Screen::listed(160, 24);
    let before = widths(&screen);
    let areas = screen.state.areas;
    let (top, long) = (30, "a-name-that-is-much-longer-than-those-that-stand-at-the-top");
    renamed(&mut screen, |at| (at == top).then(|| long.to_owned()));
    assert_eq!(screen.state.areas, areas, "it is not in view yet");
    while screen.state.workspace.list.in_view().all(|(at, _)| at != top) {
        down(&mut screen);
        assert_eq!((widths(&screen), screen.state.areas.panes), (before.clone(), areas.panes));
    }
}

#[test]
fn no_column_goes_for_a_single_long_name_but_for_one_that_most_have() {
    let hidden = |screen: &Screen| SessionColumns::fit(&screen.state, 48).hidden;
    let long = |at: usize| format!("a-session-of-the-shop-in-madrid-{at:04}");
    let mut screen = Screen::listed(120, 24);
    assert!(hidden(&screen).is_empty());
    renamed(&mut screen, |at| (at == 2).then(|| long(at)));
    assert!(hidden(&screen).is_empty(), "{:?}", hidden(&screen));
    renamed(&mut screen, |at| Some(long(at)));
    assert_eq!(hidden(&screen), ["MSG", "TOK", "FB"]);
}

/// What the rows in view are called in so many cells.
fn called(screen: &Screen, cells: usize) -> Vec<String> {
    let columns = SessionColumns::fit(&screen.state, cells);
    let id = columns.cells.iter().find(|cell| cell.is_id()).unwrap();
    let look = &screen.state.look;
    let rows = screen.state.workspace.list.in_view();
    rows.map(|(_, row)| id.pad_by(&id.value(columns.shown(row, None, None), look).0, DOT, look.marks)).collect()
}

#[test]
fn uuids_are_cut_in_the_middle_before_a_column_goes_and_whole_where_there_is_room() {
    let hidden = |screen: &Screen, cells| SessionColumns::fit(&screen.state, cells).hidden;
    let mut screen = Screen::listed(120, 24);
    renamed(&mut screen, |at| Some(format!("{at:04}24e8-3b12-4f5d-9a6e-0c1d2e3f{at:04}")));
    assert!(hidden(&screen, 48).is_empty() && hidden(&screen, 38).is_empty(), "{:?}", hidden(&screen, 38));
    let short = called(&screen, 38);
    assert!(
        short[0].starts_with("0000") && short[0].contains('…') && short[0].trim_end().ends_with("0000"),
        "{short:?}"
    );
    assert!(called(&screen, 100)[0].starts_with("000024e8-3b12-4f5d-9a6e-0c1d2e3f0000"));
    // A single name that is none: a person reads names.
    renamed(&mut screen, |at| (at == 1).then(|| "a-session-of-the-shop-in-madrid-0001".to_owned()));
    assert!(!hidden(&screen, 48).is_empty());
}

#[test]
fn uuids_that_look_alike_are_told_apart() {
    let mut screen = Screen::listed(120, 24);
    renamed(&mut screen, |at| Some(format!("7f9c24e8-3b12-7f5d-9a6e-{at:08}4a5b")));
    for cells in 24..80 {
        let mut names = called(&screen, cells);
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), count, "{cells}: {names:?}");
    }
}

#[test]
fn what_stands_above_a_column_is_a_name_of_it() {
    for column in Column::named() {
        for short in [false, true] {
            let cell = ColumnCell { column: column.clone(), width: 9, short, right: false };
            let name = cell.name().to_owned();
            assert!(name.contains(' ') || Column::from_name(&name) == Some(column.clone()), "{name}");
        }
    }
}

#[test]
fn a_column_without_room_is_named_in_letters() {
    let mut screen = Screen::listed(120, 24);
    screen.state.ui.columns = vec![Column::Id, Column::Findings];
    assert_eq!(SessionColumns::fit(&screen.state, 16).hidden, ["FIND"]);
}

#[test]
fn the_usual_name_is_as_long_as_most() {
    let usual = |cells: &[usize]| held::usual_of(cells.to_vec());
    assert_eq!(usual(&[]), 0);
    assert_eq!(usual(&[300]), 300);
    assert_eq!(usual(&[5, 300]), 300, "of two none is unusual");
    assert_eq!(usual(&[300, 4, 5, 3, 5]), 5);
}

#[test]
fn a_date_of_the_metadata_stands_there_as_a_date_and_is_measured_so() {
    let mut screen = Screen::listed(160, 24);
    let column = Column::Meta("at".to_owned());
    screen.state.ui.columns.push(column.clone());
    let (at, long) = (bson::DateTime::from_millis(1_767_268_800_000), "2026-01-01T12:00:00Z");
    screen.state.workspace.list.rows[0].metadata = Some(bson::doc! { "at": at }.into());
    screen.state.workspace.list.rows[1].metadata = Some(bson::doc! { "at": f64::NEG_INFINITY }.into());
    let size = screen.state.size;
    screen.put(Input::Resize(size));
    assert_eq!(screen.state.workspace.room.widths.cells(&column), long.len());
    let columns = SessionColumns::fit(&screen.state, 200);
    let cell = columns.cells.iter().find(|cell| cell.column == column).unwrap();
    let says = |at: usize| {
        let row = &screen.state.workspace.list.rows[at];
        cell.value(columns.shown(row, None, None), &screen.state.look).0
    };
    assert_eq!((says(0), says(1)), (long.to_owned(), "-Infinity".to_owned()));
    let secret = bson::doc! { "at": { "session_viewer_password": "hush" }, "session_viewer_password": "hush" };
    screen.state.workspace.list.rows[0].metadata = Some(secret.into());
    let at = |key: &str| {
        let shown = columns.shown(&screen.state.workspace.list.rows[0], None, None);
        value(&Column::Meta(key.to_owned()), shown, &screen.state.look).0
    };
    assert!(at("at").contains("●●●●") && !at("at").contains("hush"), "{}", at("at"));
    assert_eq!(at("session_viewer_password"), "●●●●");
}
