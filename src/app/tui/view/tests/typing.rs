//! What helps with typing: offers, the help, an empty list.

use super::at_every_size;
use crate::{
    app::{
        task::{Command, Event},
        tui::state::sample::Screen,
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
    at_every_size("nothing_matches", |width, height| {
        let mut screen = Screen::listed(width, height);
        screen.press("/nothing\n");
        let mut lists = std::mem::take(&mut screen.asked).into_iter().filter_map(|command| match command {
            Command::List(ticket, _) => Some(ticket),
            _ => None,
        });
        if let Some(ticket) = lists.next_back() {
            screen.tell(Event::ListEnd(ticket, PageEnd::at(None)));
        }
        screen
    });
}
