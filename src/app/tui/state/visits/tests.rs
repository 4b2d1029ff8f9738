mod beside;
mod closed;
mod figures;
mod kept;
mod resting;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use jiff::SignedDuration;
use proptest::prelude::*;
use ratatui::layout::Size;

use crate::{
    app::{
        config::Ui,
        keymap::Action,
        task::{Command, Lane},
        tui::state::{Input, areas::Pane, conversation::Landmark, sample::Screen},
    },
    repository::News,
    session::{Change, SessionKey},
};

/// A list whose cursor is followed.
fn listed() -> Screen {
    let mut screen = Screen::listed(120, 40);
    screen.state.ui.preview = true;
    screen
}

/// So much time goes by, and the screen is drawn.
fn later(screen: &mut Screen, ms: i64) {
    let now = screen.state.look.now.checked_add(SignedDuration::from_millis(ms)).unwrap();
    screen.put(Input::Tick(now));
    screen.put(Input::Resize(Size::new(120, 40)));
}

fn selected(screen: &Screen) -> SessionKey {
    screen.state.workspace.list.selected_row().unwrap().key.clone()
}

/// Sessions that are asked for, with how many of their messages.
fn asked(screen: &Screen) -> Vec<(SessionKey, u64)> {
    let opens = screen.asked.iter().filter_map(|command| match command {
        Command::Open(_, key, last) => Some((key.clone(), *last)),
        _ => None,
    });
    opens.collect()
}

fn open(screen: &Screen) -> Option<SessionKey> {
    screen.state.workspace.conversation.session().map(|session| session.key.clone())
}

fn key(screen: &mut Screen, code: KeyCode, modifiers: KeyModifiers) {
    screen.put(Input::Key(KeyEvent::new(code, modifiers)));
}

fn title(screen: &Screen) -> String {
    screen.state.workspace.conversation.title(60, &screen.state.look).name
}

#[test]
fn the_session_that_the_cursor_rests_on_shows_itself() {
    let mut screen = listed();
    screen.press("j");
    assert!(asked(&screen).is_empty(), "it may go on");
    assert!(screen.state.next_change().is_some_and(|wait| wait.as_millis() <= 100));
    later(&mut screen, 99);
    assert!(asked(&screen).is_empty());
    later(&mut screen, 1);
    let wanted = asked(&screen);
    assert!(matches!(wanted.as_slice(), [(key, last)] if *key == selected(&screen) && *last <= 20), "{wanted:?}");
    assert_eq!(screen.state.loading(), None, "nobody waits for it");
    screen.answer_all();
    assert_eq!(open(&screen), Some(selected(&screen)));
    assert!(screen.state.workspace.conversation.is_preview() && screen.state.focus == Pane::Sessions);
    assert!(title(&screen).contains("preview: "), "{}", title(&screen));
    let conversation = &screen.state.workspace.conversation;
    for width in 10..100 {
        let title = conversation.title(width, &screen.state.look).name;
        assert!(!title.contains("preview") || title.contains(conversation.name().unwrap()), "{width}: {title}");
        assert!(width < 30 || title.contains("pre"), "{width}: {title}");
    }
    later(&mut screen, 1000);
    assert!(asked(&screen).is_empty(), "once");
}

#[test]
fn a_preview_is_given_up_as_the_cursor_goes_on() {
    let mut screen = listed();
    screen.press("j");
    later(&mut screen, 100);
    let at = screen.asked.iter().position(|command| matches!(command, Command::Open(..))).unwrap();
    let first = screen.asked.remove(at).unwrap();
    screen.press("j");
    assert!(screen.asked.iter().any(|command| matches!(command, Command::Cancel(Lane::Open))));
    for event in screen.answers(&first) {
        screen.tell(event);
    }
    assert_eq!(open(&screen), None, "it comes too late");
    later(&mut screen, 100);
    screen.answer_all();
    assert_eq!(open(&screen), Some(selected(&screen)));
}

#[test]
fn a_preview_whose_session_is_deleted_goes_on_to_the_next() {
    let mut screen = listed();
    screen.press("j");
    later(&mut screen, 100);
    screen.answer_all();
    let gone = selected(&screen);
    screen.news(News::Changes(vec![Change::deleted(gone.clone())]));
    let said = screen.state.said.clone().unwrap_or_default();
    assert!(said.ends_with("was deleted elsewhere"), "nothing of it stays: {said}");
    later(&mut screen, 100);
    screen.answer_all();
    assert!(open(&screen) == Some(selected(&screen)) && selected(&screen) != gone);
}

#[test]
fn enter_goes_into_what_is_shown_at_once_and_back_leaves_it_there() {
    let mut screen = listed();
    screen.press("j");
    later(&mut screen, 100);
    screen.answer_all();
    assert!(screen.state.memory.recent.is_empty(), "it was not opened");
    screen.press("\n");
    assert!(asked(&screen).is_empty(), "it is there");
    assert!(!screen.state.workspace.conversation.is_preview() && screen.state.focus == Pane::Conversation);
    assert_eq!(screen.state.memory.recent.len(), 1);
    // Its figures are read now. Whoever gives that up and comes back has them read again.
    let reads = |command: &Command| matches!(command, Command::Outline(..));
    assert!(screen.asked.iter().any(reads));
    screen.asked.clear();
    screen.press("\u{1b}");
    assert!(screen.state.focus == Pane::Sessions && screen.asked.is_empty(), "what comes at once is not given up");
    screen.press("3");
    later(&mut screen, 1000);
    screen.press("\u{1b}");
    assert!(screen.state.focus == Pane::Metrics, "it is given up first");
    screen.asked.clear();
    screen.press("1");
    assert!(!screen.asked.iter().any(reads));
    screen.press("3");
    assert!(screen.asked.iter().any(reads), "{:?}", screen.asked);
    screen.answer_all();
    screen.press("\u{1b}");
    later(&mut screen, 1000);
    assert!(asked(&screen).is_empty() && screen.state.focus == Pane::Sessions);
    let was = open(&screen);
    screen.press("j");
    later(&mut screen, 100);
    screen.answer_all();
    assert_ne!(open(&screen), was, "who goes on sees the next");
}

#[test]
fn back_right_after_going_in_is_back_in_the_list() {
    let mut screen = listed();
    screen.press("j\n\u{1b}");
    assert_eq!(screen.state.focus, Pane::Sessions, "it had not come yet");
    later(&mut screen, 100);
    screen.answer_all();
    // Its figures are asked for as the cursor rests, and do not come for a while.
    later(&mut screen, 1200);
    later(&mut screen, 1200);
    screen.press("\n\u{1b}");
    assert_eq!(screen.state.focus, Pane::Sessions);
}

#[test]
fn enter_on_the_session_that_is_open_finds_it_as_it_was_left() {
    let mut screen = listed();
    screen.press("\n1\n");
    assert_eq!(asked(&screen).len(), 1, "while it is being opened it is not asked for again");
    screen.answer_all();
    screen.press("g");
    screen.answer_all();
    let place = screen.state.workspace.conversation.position();
    let goes_back = screen.state.goes_back();
    screen.press("1\n");
    assert!(asked(&screen).is_empty() && screen.state.loading().is_none(), "it is there");
    assert_eq!((screen.state.focus, screen.state.workspace.conversation.position()), (Pane::Conversation, place));
    assert_eq!(screen.state.goes_back(), goes_back, "one went nowhere");
    let key = selected(&screen);
    screen.state.workspace.conversation.mark_gone(&key);
    screen.press("1\n");
    assert_eq!(asked(&screen).len(), 1, "one that is gone may be there again");
}

#[test]
fn who_goes_into_a_pane_before_the_preview_is_there_waits_for_it_as_for_any() {
    let mut screen = listed();
    screen.press("j");
    later(&mut screen, 100);
    screen.press("2");
    assert!(screen.state.loading().is_some_and(|loading| loading.starts_with("opening")));
    screen.answer_all();
    assert!(!screen.state.workspace.conversation.is_preview());
}

#[test]
fn nothing_shows_itself_where_it_is_off_or_something_else_goes_on() {
    let mut off = listed();
    off.press("Vj");
    later(&mut off, 1000);
    assert!(asked(&off).is_empty() && !off.state.ui.preview);
    let mut helped = listed();
    helped.press("j?");
    later(&mut helped, 1000);
    assert!(asked(&helped).is_empty());
    assert_eq!(helped.state.next_preview(), None, "it waits for the help to be closed");
    helped.press("\u{1b}");
    later(&mut helped, 0);
    assert_eq!(asked(&helped).len(), 1);
    let mut finding = listed();
    finding.press("\n");
    finding.answer_all();
    finding.press("/order\n1j");
    later(&mut finding, 1000);
    assert!(asked(&finding).is_empty(), "what is looked for there is not lost");
}

#[test]
fn a_preview_wakes_nobody_while_another_list_comes() {
    let mut screen = listed();
    screen.press("jS");
    later(&mut screen, 200);
    assert!(screen.state.workspace.list.is_leaving() && asked(&screen).is_empty());
    assert_eq!(screen.state.next_preview(), None);
    screen.answer_all();
    later(&mut screen, 100);
    screen.answer_all();
    assert_eq!(open(&screen), Some(selected(&screen)));
}

#[test]
fn a_first_list_shows_its_first_session_and_a_narrow_screen_none() {
    let place = Screen::connecting(120, 40).state.workspace.connection.place;
    for (width, expected) in [(120, 1), (60, 0)] {
        let mut screen = Screen::with(width, 40, place.clone(), Ui::default());
        screen.answer_all();
        let now = screen.state.look.now.checked_add(SignedDuration::from_millis(200)).unwrap();
        screen.put(Input::Tick(now));
        screen.put(Input::Resize(Size::new(width, 40)));
        assert_eq!(asked(&screen).len(), expected, "{width}");
    }
}

#[test]
fn the_next_session_is_read_from_any_pane_also_where_nothing_shows_itself() {
    let mut screen = listed();
    screen.state.ui.preview = false;
    screen.press("\n");
    screen.answer_all();
    screen.press("zJ");
    assert!(asked(&screen).is_empty());
    later(&mut screen, 100);
    screen.answer_all();
    assert_eq!(open(&screen), Some(selected(&screen)));
    assert_eq!((screen.state.focus, screen.state.zoomed), (Pane::Conversation, true));
    assert!(!screen.state.workspace.conversation.is_preview());
    assert_eq!(screen.state.memory.recent.len(), 2);
    key(&mut screen, KeyCode::Up, KeyModifiers::ALT);
    key(&mut screen, KeyCode::Up, KeyModifiers::ALT);
    assert_eq!(screen.state.said.as_deref(), Some("this is the first session"));
}

#[test]
fn one_goes_back_to_the_message_one_came_from_and_forward_again() {
    let mut screen = listed();
    screen.press("\n");
    screen.answer_all();
    screen.press("g");
    screen.answer_all();
    let (first, place) = (open(&screen), screen.state.workspace.conversation.position());
    screen.press("\u{1b}j\n");
    screen.answer_all();
    let second = open(&screen);
    assert_ne!(first, second);
    key(&mut screen, KeyCode::Char('o'), KeyModifiers::CONTROL);
    screen.answer_all();
    assert_eq!((open(&screen), screen.state.workspace.conversation.position()), (first.clone(), place));
    assert_eq!(Some(selected(&screen)), first, "the cursor of the list goes too");
    key(&mut screen, KeyCode::Right, KeyModifiers::ALT);
    screen.answer_all();
    assert_eq!(open(&screen), second);
    key(&mut screen, KeyCode::Right, KeyModifiers::ALT);
    assert_eq!(screen.state.said.as_deref(), Some("there is no place after this one"));
}

#[test]
fn a_preview_that_does_not_come_is_said_and_given_up() {
    let mut screen = listed();
    screen.press("j");
    later(&mut screen, 100);
    assert!(screen.state.next_change().is_some_and(|wait| wait.as_millis() <= 500));
    later(&mut screen, 499);
    assert_eq!(screen.state.loading(), None);
    later(&mut screen, 1);
    assert!(screen.state.loading().is_some_and(|loading| loading.starts_with("reading support-")));
    screen.asked.clear();
    screen.press("\u{1b}");
    assert!(screen.asked.iter().any(|command| matches!(command, Command::Cancel(Lane::Open))));
    later(&mut screen, 1000);
    assert!(asked(&screen).is_empty() && screen.state.loading().is_none(), "until the cursor moves");
}

#[test]
fn the_keys_are_hinted_at_where_they_do_something() {
    let mut screen = listed();
    let says = |screen: &Screen, action| {
        screen.state.offers().into_iter().find(|(offered, _)| *offered == action).map(|(_, says)| says)
    };
    assert_eq!(says(&screen, Action::Bookmark), Some("bookmark"));
    assert_eq!((says(&screen, Action::Bookmarks), says(&screen, Action::Recent)), (None, None));
    screen.press("b");
    assert_eq!(says(&screen, Action::Bookmark), Some("no bookmark"));
    assert_eq!(says(&screen, Action::Bookmarks), Some("bookmarks"));
    assert_eq!(says(&screen, Action::Preview), Some("no preview"));
    screen.press("\n");
    screen.answer_all();
    assert_eq!((says(&screen, Action::NextSession), says(&screen, Action::JumpBack)), (Some("next session"), None));
    screen.press("J");
    later(&mut screen, 100);
    screen.answer_all();
    assert!(says(&screen, Action::JumpBack).is_some());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn once_the_cursor_rests_its_session_is_shown(keys in prop::collection::vec((0usize..8, 0i64..150, any::<bool>()), 0..30)) {
        let mut screen = listed();
        for (key, ms, answered) in keys {
            screen.press(["j", "k", "G", "g", "\n", "\u{1b}", "J", "b"][key]);
            if answered {
                screen.answer_all();
            }
            later(&mut screen, ms);
        }
        screen.answer_all();
        screen.press("\u{1b}\u{1b}1gj");
        screen.answer_all();
        later(&mut screen, 100);
        screen.answer_all();
        prop_assert_eq!(open(&screen), Some(selected(&screen)));
    }
}
