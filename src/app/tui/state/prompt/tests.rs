use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::*;
use crate::app::{
    keymap::ENTRIES,
    tui::state::{
        AppState, Input,
        commands::{self, COMMANDS, TypedCommand},
        modal::Modal,
        sample::Screen,
    },
};

fn line(screen: &Screen) -> &Prompt {
    match screen.state.modals.last() {
        Some(Modal::Prompt(prompt)) => prompt,
        _ => panic!("no line is typed"),
    }
}

fn press(screen: &mut Screen, code: KeyCode, modifiers: KeyModifiers) {
    screen.put(Input::Key(KeyEvent::new(code, modifiers)));
}

fn first(screen: &Screen) -> Option<&str> {
    line(screen).offers.first().map(|offer| offer.name.as_str())
}

#[test]
fn commands_are_offered_by_name_and_completed() {
    let mut screen = Screen::listed(120, 40);
    screen.press(":");
    assert!(line(&screen).offers.len() > ENTRIES.len());
    screen.press("quit");
    assert_eq!(line(&screen).chosen_offer().map(|offer| &offer.does), Some(&Does::Action(Action::Quit)));
    press(&mut screen, KeyCode::Down, KeyModifiers::NONE);
    press(&mut screen, KeyCode::Tab, KeyModifiers::NONE);
    assert_eq!(line(&screen).text(), "quit-now");
}

#[test]
fn letters_in_their_order_find_a_command_and_the_nearest_comes_first() {
    for (typed, best) in
        [("qn", Some("quit-now")), ("nagent", Some("next-agent")), ("relo", Some("reload")), ("zzzz", None)]
    {
        let mut screen = Screen::listed(120, 40);
        screen.press(&format!(":{typed}"));
        assert_eq!(first(&screen), best, "{typed}");
    }
}

#[test]
fn a_name_that_is_none_gets_the_nearest() {
    let mut screen = Screen::listed(120, 40);
    screen.press(": inspekt\n");
    let mistake = line(&screen).mistake.clone().unwrap();
    assert!(mistake.problem.contains("inspect"), "{}", mistake.problem);
    assert_eq!(mistake.span, 1..8);
    screen.press("\u{1b}:qqqxyz\n");
    let mistake = line(&screen).mistake.clone().unwrap();
    assert_eq!(mistake.problem, "no command is called that; all of them are in the help: ?", "nothing is near it");
}

#[test]
fn a_command_with_words_says_what_it_takes() {
    let mut screen = Screen::listed(120, 40);
    screen.press(":save-profile x");
    let says = line(&screen).says.clone().unwrap_or_default();
    assert!(says.starts_with("save-profile NAME: keep"), "{says}");
    screen.press("\u{1b}:42");
    assert_eq!(line(&screen).says.as_deref(), Some("to the message of that number; they run from 0"));
    screen.press("\u{1b}:quit");
    assert_eq!(line(&screen).says, None);
}

#[test]
fn what_can_be_done_here_stands_in_the_order_of_its_use() {
    let mut screen = Screen::listed(120, 40);
    let here: Vec<Does> = screen.state.offers_of(None).into_iter().map(|(action, _)| Does::Action(action)).collect();
    screen.press(":");
    let shown: Vec<Does> = line(&screen).offers.iter().take(here.len()).map(|offer| offer.does.clone()).collect();
    assert_eq!(shown, here);
}

#[test]
fn what_was_typed_lately_comes_first_then_what_can_be_done_here() {
    let mut screen = Screen::listed(120, 40);
    screen.press(":mouse\n:");
    assert_eq!(first(&screen), Some("mouse"));
    assert_eq!(line(&screen).offers.iter().filter(|offer| offer.name == "mouse").count(), 1);
    let here: Vec<Action> = screen.state.offers_of(None).into_iter().map(|(action, _)| action).collect();
    let second = &line(&screen).offers[1];
    assert!(matches!(second.does, Does::Action(action) if here.contains(&action)), "{second:?}");
}

#[test]
fn what_cannot_be_done_says_why() {
    let mut screen = Screen::listed(120, 40);
    assert!(screen.state.read_only());
    screen.press(":delete-session");
    let offer = line(&screen).chosen_offer().unwrap();
    assert!(!offer.fits && offer.help.contains("read-only"), "{offer:?}");
    screen.press("\u{1b}:next-error");
    let offer = line(&screen).chosen_offer().unwrap();
    assert!(!offer.fits && offer.help.contains("no session is open"), "{offer:?}");
    let mut screen = Screen::writable(120, 40);
    for (pane, fits) in [("1", false), ("4", true)] {
        screen.press(&format!("{pane}:duplicate"));
        let offer = line(&screen).chosen_offer().unwrap();
        assert_eq!(offer.fits, fits, "{offer:?}");
        screen.press("\u{1b}");
    }
}

#[test]
fn words_of_a_command_are_offered_and_nothing_is_chosen_among_them() {
    let mut screen = Screen::listed(120, 40);
    screen.press(":filter @s");
    assert_eq!((first(&screen), line(&screen).chosen()), (Some("@support"), None));
    press(&mut screen, KeyCode::Tab, KeyModifiers::NONE);
    assert_eq!(line(&screen).text(), "filter @support");
    screen.press("\n");
    assert_eq!(screen.state.workspace.list.filter.source, "@support");
}

#[test]
fn a_command_that_needs_words_waits_for_them() {
    let is_action = |name: &str| ENTRIES.iter().any(|entry| entry.name == name);
    let needs = |command: &&TypedCommand| !command.words.starts_with('[') && !is_action(command.name);
    for command in COMMANDS.iter().filter(needs) {
        let mut screen = Screen::listed(120, 40);
        screen.press(&format!(":{}", command.name));
        // Where its words are offered at once, nothing is chosen among them.
        assert!(commands::called(command.name).is_some() && line(&screen).chosen().is_none(), "{}", command.name);
    }
}

#[test]
fn lines_typed_before_are_searched() {
    let mut screen = Screen::listed(120, 40);
    screen.press("/app:one since:7d\n/app:two\n/");
    press(&mut screen, KeyCode::Char('u'), KeyModifiers::CONTROL);
    press(&mut screen, KeyCode::Char('r'), KeyModifiers::CONTROL);
    assert!(line(&screen).searches());
    screen.press("7d");
    assert_eq!(first(&screen), Some("app:one since:7d"));
    press(&mut screen, KeyCode::Esc, KeyModifiers::NONE);
    assert_eq!((line(&screen).text(), line(&screen).searches()), ("", false), "the line is as it was");
    press(&mut screen, KeyCode::Char('r'), KeyModifiers::CONTROL);
    screen.press("7d\n");
    assert_eq!(screen.state.workspace.list.filter.source, "app:one since:7d");
}

#[test]
fn a_number_that_a_command_is_looked_for_with_is_no_message() {
    let mut screen = Screen::listed(120, 40);
    screen.state.memory.commands = vec!["mouse".to_owned(), "filter app:v7".to_owned()];
    screen.press(":");
    press(&mut screen, KeyCode::Char('r'), KeyModifiers::CONTROL);
    screen.press("7");
    assert_eq!((first(&screen), line(&screen).says.as_deref()), (Some("filter app:v7"), None));
    screen.press("\n");
    assert_eq!(screen.state.workspace.list.filter.source, "app:v7");
}

#[test]
fn pasted_text_stays_one_safe_line_and_replaces_what_nobody_typed() {
    let mut prompt = Prompt::new(Asks::Filter, "a", Vec::new());
    prompt.paste("b\r\nc\u{1b}[2J\n");
    assert_eq!(prompt.text(), "b  c␛[2J");
    assert_eq!(prompt.area().lines().len(), 1);
    assert_eq!(prompt.on_key(KeyEvent::from(KeyCode::Enter)), Typed::Enter("b  c␛[2J".into()));
    let mut prompt = Prompt::new(Asks::Filter, "a", Vec::new());
    prompt.on_key(KeyEvent::from(KeyCode::End));
    prompt.paste("b");
    assert_eq!((prompt.text(), prompt.caret()), ("ab", 2));
}

#[test]
fn a_filter_that_is_typed_again_replaces_the_one_before() {
    let mut screen = Screen::listed(120, 40);
    screen.press("/app:one\n/x\n");
    assert_eq!(screen.state.workspace.list.filter.source, "x");
    screen.press("/");
    press(&mut screen, KeyCode::End, KeyModifiers::NONE);
    screen.press("y\n");
    assert_eq!(screen.state.workspace.list.filter.source, "xy");
    let kept = |state: &AppState| state.memory.filters.clone();
    assert_eq!(kept(&screen.state), ["xy", "x", "app:one"]);
}
