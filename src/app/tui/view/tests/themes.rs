//! Themes: the list of them, and the screen in one that has a background of its own.

use ratatui::{Terminal, backend::TestBackend, style::Color};

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
        let bare = terminal.backend().buffer().content().iter().filter(|cell| cell.bg == Color::Reset).count();
        assert_eq!(bare, 0, "every cell has the background");
    }
}
