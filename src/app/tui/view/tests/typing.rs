//! What helps with typing: offers, the help, an empty list.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::{at_every_size, picture};
use crate::{
    app::{
        task::{Command, Event},
        tui::state::{Input, sample::Screen},
    },
    repository::PageEnd,
};

#[test]
fn what_helps_with_typing_a_filter() {
    at_every_size("filter_help", |width, height| {
        let mut screen = Screen::listed(width, height);
        screen.press("/app:shop me");
        screen
    });
}

#[test]
fn words_of_a_command() {
    at_every_size("command_words", |width, height| {
        let mut screen = Screen::listed(width, height);
        screen.press(":open support");
        screen
    });
}

#[test]
fn help_that_is_narrowed() {
    at_every_size("help_narrowed", |width, height| {
        let mut screen = Screen::listed(width, height);
        screen.press("?/filter");
        screen
    });
}

#[test]
fn an_empty_list_says_how_to_see_all() {
    at_every_size("nothing_matches", |width, height| without_rows(Screen::listed(width, height), "/nothing\n"));
}

/// A list in which the filter that was typed finds nothing.
fn without_rows(mut screen: Screen, keys: &str) -> Screen {
    screen.press(keys);
    let mut lists = std::mem::take(&mut screen.asked).into_iter().filter_map(|command| match command {
        Command::List(ticket, _) => Some(ticket),
        _ => None,
    });
    if let Some(ticket) = lists.next_back() {
        screen.tell(Event::ListEnd(ticket, PageEnd::at(None)));
    }
    screen
}

#[test]
fn a_word_that_looks_like_an_operator_is_told_of_where_nothing_matches() {
    let seen = |keys: &str| picture(&without_rows(Screen::listed(200, 40), keys).state);
    let drawn = seen("/app:a or app:b\n");
    assert!(drawn.contains("alternatives"), "{drawn}");
    assert!(!seen("/app:a OR app:b\n").contains("alternatives"));
}

#[test]
fn where_nothing_matches_that_is_said_and_what_to_do() {
    let typed = |keys: &str| {
        let mut screen = Screen::writable(120, 40);
        screen.press(keys);
        screen
    };
    for (keys, says) in [
        (":zzzz", "no command matches; Backspace takes a letter back, Esc leaves the line"),
        ("?zzzz", "no key, command or sentence of the help holds these words; Backspace"),
        ("1/zzzz", "read so far; Enter looks"),
        ("e\u{1b}/zzzz", "no field matches; Backspace takes a letter back, Esc shows all"),
        ("e\u{1b}/zzzz\n", "no field matches; Esc shows all"),
    ] {
        let seen = picture(&typed(keys).state);
        assert!(seen.contains(says), "{keys}: {seen}");
    }
    let seen = picture(&typed(":go zzzz").state);
    assert!(!seen.contains("Backspace"), "words of a command are what they are: {seen}");
    let mut screen = typed(":");
    let ctrl_r = KeyEvent::new(KeyCode::Char('r'), KeyModifiers::CONTROL);
    screen.put(Input::Key(ctrl_r));
    assert!(picture(&screen.state).contains("nothing was typed here before; Esc goes back"));
    screen.press("zzzz");
    assert!(picture(&screen.state).contains("no line typed before holds that; Backspace"));
}

#[test]
fn of_a_list_that_was_read_whole_none_is_said_to_match() {
    let mut screen = Screen::connecting(120, 40);
    screen.stored = 3;
    screen.answer_all();
    screen.press("/zzzz");
    let seen = picture(&screen.state);
    assert!(seen.contains("no session matches; Backspace"), "{seen}");
}
