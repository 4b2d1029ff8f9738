//! The session under the cursor, shown from the list; bookmarks.

use jiff::SignedDuration;

use super::{draw, picture, sample};
use crate::app::{
    config::ThemeName,
    tui::state::{Input, sample::Screen},
};

/// The second session shown, the first bookmarked.
fn previewed(width: u16, height: u16) -> Screen {
    let mut screen = Screen::listed(width, height);
    screen.state.ui.preview = true;
    screen.press("bj");
    // Then its figures.
    for rests in [100, 300] {
        let now = screen.state.look.now.checked_add(SignedDuration::from_millis(rests)).unwrap();
        screen.put(Input::Tick(now));
        screen.put(Input::Resize(ratatui::layout::Size::new(width, height)));
        screen.answer_all();
    }
    screen
}

#[test]
fn sizes_and_colours() {
    for (width, height) in [(60, 20), (80, 24), (120, 40), (160, 48), (250, 70)] {
        for (name, theme) in [("dark", ThemeName::Dark), ("light", ThemeName::Light), ("none", ThemeName::None)] {
            let mut screen = previewed(width, height);
            screen.wear(theme);
            let seen = picture(&screen.state);
            assert!(width < 80 || seen.contains("╮╭ 2 pre"), "it is told from one that is open: {seen}");
            assert!(name != "none" || !seen.contains("Indexed"), "without colours: {seen}");
            insta::assert_snapshot!(format!("preview_{name}_{width}x{height}"), seen);
        }
    }
}

#[test]
fn while_the_first_session_is_read_every_pane_says_so() {
    let mut screen = Screen::listed(120, 40);
    assert_eq!(picture(&screen.state).matches("no session open").count(), 4);
    screen.press("\n");
    let seen = picture(&screen.state);
    assert!(!seen.contains("no session open") && seen.matches("reading…").count() >= 4, "{seen}");
}

#[test]
fn in_ascii() {
    let mut screen = previewed(120, 40);
    screen.state.look = sample::plain();
    screen.wear(ThemeName::None);
    insta::assert_snapshot!("preview_ascii", sample::screen(120, 40, |frame, _| draw(frame, &screen.state)));
}

#[test]
fn bookmarks_and_recent_sessions() {
    for (width, height) in [(40, 10), (120, 40)] {
        let mut screen = previewed(width, height);
        screen.press("\n");
        screen.answer_all();
        screen.press("'");
        insta::assert_snapshot!(format!("bookmarks_{width}x{height}"), picture(&screen.state));
        screen.press("\u{1b}`");
        insta::assert_snapshot!(format!("recent_{width}x{height}"), picture(&screen.state));
    }
}
