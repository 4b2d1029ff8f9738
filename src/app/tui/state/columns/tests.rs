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
        x += cell.width + 1 + if cell.is_id() { columns.flag } else { 0 };
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
