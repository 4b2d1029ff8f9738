//! Themes: the list of them, and the screen in one that has a background of its own.

use ratatui::{Terminal, backend::TestBackend, buffer::Buffer, style::Color};
use unicode_width::UnicodeWidthStr;

use super::{Screen, at_every_size, draw, picture};

#[test]
fn the_themes_to_choose_from() {
    at_every_size("themes", |width, height| {
        let mut screen = Screen::listed(width, height);
        screen.press("T");
        screen
    });
}

#[test]
fn the_screen_in_themes_with_a_background() {
    for keys in ["TG\n", "Tjjjjj\n"] {
        let mut screen = Screen::listed(120, 40);
        screen.press("\n");
        screen.answer_all();
        screen.press(keys);
        screen.press("\u{1b}");
        insta::assert_snapshot!(format!("in_{}", screen.state.ui.theme), picture(&screen.state));
        let mut terminal = Terminal::new(TestBackend::new(120, 40)).unwrap();
        terminal.draw(|frame| draw(frame, &screen.state)).unwrap();
        assert_eq!(bare(terminal.backend().buffer()), 0, "every cell has the background");
    }
}

/// Cells without a background. What a wide character covers is its second cell, of which a terminal is told nothing.
fn bare(buffer: &Buffer) -> usize {
    let rows = buffer.content().chunks(buffer.area.width.into());
    rows.map(|row| {
        let mut covered = 0;
        let shown = row.iter().filter(|cell| {
            let is_covered = covered > 0;
            covered = if is_covered { covered - 1 } else { UnicodeWidthStr::width(cell.symbol()).saturating_sub(1) };
            !is_covered
        });
        shown.filter(|cell| cell.bg == Color::Reset).count()
    })
    .sum()
}
