//! The room of the panes, the line below the conversation's title, and the menus of orders and columns.

use crossterm::event::KeyCode;
use ratatui::layout::Size;

use super::picture;
use crate::{
    app::{
        config::{Symbols, ThemeName},
        tui::{
            render::look::marks,
            state::{Input, areas::Pane, sample::Screen},
            view::sample,
        },
    },
    session::SessionKey,
};

const SIZES: [(u16, u16); 4] = [(80, 24), (120, 40), (160, 48), (250, 70)];

/// A session open, with the keys pressed after that.
fn opened(width: u16, height: u16, keys: &str) -> Screen {
    let mut screen = Screen::listed(width, height);
    screen.press("\n");
    screen.answer_all();
    screen.press(keys);
    screen.answer_all();
    screen
}

fn at_these_sizes(name: &str, keys: &str) {
    for (width, height) in SIZES {
        insta::assert_snapshot!(format!("{name}_{width}x{height}"), picture(&opened(width, height, keys).state));
    }
}

#[test]
fn an_open_session_has_the_room_it_needs() {
    at_these_sizes("room_open", "");
    at_these_sizes("room_metadata", "4");
}

#[test]
fn without_colours_and_on_a_light_ground() {
    let mut screen = opened(160, 48, "");
    screen.wear(ThemeName::Light);
    insta::assert_snapshot!("room_light_160x48", picture(&screen.state));
    screen.wear(ThemeName::None);
    let plain = picture(&screen.state);
    assert!(!plain.contains("Indexed"), "without colours: {plain}");
    insta::assert_snapshot!("room_plain_160x48", plain);
    screen.state.look.marks = marks(Symbols::Ascii);
    screen.wear(ThemeName::None);
    insta::assert_snapshot!("room_ascii_160x48", picture(&screen.state));
}

#[test]
fn the_menus_of_orders_and_columns() {
    for (name, keys) in [("sort", "1sc\ns"), ("columns", "1|jj ")] {
        at_these_sizes(&format!("menu_{name}"), keys);
    }
    let mut screen = opened(120, 40, "1sc\nSs");
    screen.state.look = sample::plain();
    screen.wear(ThemeName::None);
    insta::assert_snapshot!("menu_sort_ascii_120x40", picture(&screen.state));
}

#[test]
fn what_stands_at_the_right_is_never_cut_beside_empty_cells() {
    for (width, height) in SIZES {
        let screen = opened(width, height, "4");
        let drawn = picture(&screen.state);
        for key in ["priority", "retries", "customer"] {
            assert!(drawn.contains(key), "{width}x{height}, {key}: {drawn}");
        }
        let side = screen.state.areas.pane(Pane::Metadata).unwrap();
        assert!(width < 160 || side.width >= 36, "{width}: {}", side.width);
    }
}

#[test]
fn an_order_that_is_not_the_usual_one_stands_in_the_title() {
    let mut screen = Screen::listed(120, 40);
    assert!(!picture(&screen.state).contains("by updated"));
    screen.press("st\n");
    screen.answer_all();
    assert!(picture(&screen.state).contains("1 Sessions ─ by tokens"), "{}", picture(&screen.state));
    screen.press("S");
    screen.answer_all();
    assert!(picture(&screen.state).contains("by tokens:asc"), "{}", picture(&screen.state));
}

#[test]
fn a_column_without_room_is_named_and_the_id_stays_whole() {
    let (name, ends) = ("a-session-of-the-shop-in-madrid-last", ["a-session", "-madrid-last"]);
    for (width, height, says, whole) in [
        (44, 24, "3 columns hidden", false),
        (120, 40, "no room for MSG, TOK, FB ", true),
        (144, 40, "no room for FB ", true),
    ] {
        let mut screen = Screen::writable(width, height);
        screen.press("1");
        assert!(!picture(&screen.state).contains(says), "there is room");
        for (at, row) in screen.state.workspace.list.rows.iter_mut().enumerate().skip(1) {
            row.key = SessionKey::from(format!("a-session-of-the-shop-in-madrid-{at:04}"));
        }
        screen.state.workspace.list.rows[0].key = SessionKey::from(name);
        screen.put(Input::Resize(Size::new(width, height)));
        let seen = picture(&screen.state);
        assert!(ends.iter().all(|end| seen.contains(end)) && seen.contains(says), "{seen}");
        assert!(seen.contains(name) == whole && seen.contains("AGE"), "the sorted date stays: {seen}");
    }
}

#[test]
fn no_column_goes_for_uuids() {
    for (width, height, keys, whole) in
        [(44, 24, "1", false), (80, 24, "1", false), (80, 24, "2", false), (120, 40, "1", false), (250, 70, "1", true)]
    {
        let mut screen = Screen::writable(width, height);
        for (at, row) in screen.state.workspace.list.rows.iter_mut().enumerate() {
            row.key = SessionKey::from(format!("{at:04}24e8-3b12-4f5d-9a6e-0c1d2e3f{at:04}"));
        }
        screen.press(keys);
        screen.put(Input::Resize(Size::new(width, height)));
        let seen = picture(&screen.state);
        assert!(!seen.contains("no room for") && !seen.contains("hidden ▪"), "{width}: {seen}");
        assert!(["MSG", "FB"].iter().all(|column| seen.contains(column)), "{width}: {seen}");
        assert_eq!(seen.contains("000124e8-3b12-4f5d-9a6e-0c1d2e3f0001"), whole, "{width}: {seen}");
    }
}

#[test]
fn columns_stay_where_they_are_while_the_list_scrolls() {
    let mut screen = Screen::listed(80, 24);
    screen.state.workspace.list.rows[0].key = SessionKey::from("7f9c24e8-3b12-4f5d-9a6e-0c1d2e3f4a5b");
    screen.put(Input::Resize(Size::new(80, 24)));
    let headings = |screen: &Screen| picture(&screen.state).lines().nth(2).unwrap_or_default().to_owned();
    let at_the_start = headings(&screen);
    screen.put(Input::Key(KeyCode::PageDown.into()));
    screen.put(Input::Key(KeyCode::PageDown.into()));
    assert!(screen.state.workspace.list.top() > 0);
    assert_eq!(headings(&screen), at_the_start);
}
