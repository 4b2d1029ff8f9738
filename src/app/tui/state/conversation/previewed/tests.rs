use jiff::SignedDuration;
use ratatui::layout::Size;

use crate::{
    app::{
        task::{Command, Event, command::Lane},
        tui::state::{Input, sample::Screen},
    },
    repository::Error,
};

/// The session under the cursor is read as it stands by now: two messages more than the store of the tests has.
fn look(screen: &mut Screen, key: &str) {
    screen.press(key);
    let now = screen.state.look.now.checked_add(SignedDuration::from_millis(100)).unwrap();
    screen.put(Input::Tick(now));
    screen.put(Input::Resize(Size::new(120, 40)));
    let at = screen.asked.iter().position(|command| matches!(command, Command::Open(..))).expect("a preview is read");
    let open = screen.asked.remove(at).unwrap();
    for mut event in screen.answers(&open) {
        if let Event::Opened(_, session) = &mut event {
            session.agents[0].message_count += 2;
        }
        screen.tell(event);
    }
}

fn is_marked(screen: &Screen) -> bool {
    screen.state.workspace.conversation.last_seen.is_marked()
}

#[test]
fn what_is_only_looked_at_is_not_read() {
    let mut screen = Screen::listed(120, 40);
    screen.state.ui.preview = true;
    screen.press("\n");
    screen.answer_all();
    screen.press("\u{1b}");
    look(&mut screen, "j");
    assert!(!is_marked(&screen), "nobody read that one before");
    for _ in 0..2 {
        look(&mut screen, "k");
        assert!(is_marked(&screen), "two came since it was open");
        look(&mut screen, "j");
        assert!(!is_marked(&screen));
    }
    look(&mut screen, "k");
    screen.press("\n");
    screen.answer_all();
    screen.press("\u{1b}");
    look(&mut screen, "j");
    look(&mut screen, "k");
    assert!(!is_marked(&screen), "who went into it has read it");
}

#[test]
fn what_a_person_opens_is_told_from_what_is_read_again_also_while_it_waits_for_the_connection() {
    let mut screen = Screen::listed(120, 40);
    let stands = |screen: &Screen| {
        let conversation = &screen.state.workspace.conversation;
        (conversation.opens_another().is_some(), conversation.is_first_opening())
    };
    let fail = |screen: &mut Screen| {
        let at = screen.asked.iter().position(|command| matches!(command, Command::Open(..))).expect("it is read");
        let Some(Command::Open(ticket, ..)) = screen.asked.remove(at) else { panic!("{:?}", screen.asked) };
        screen.tell(Event::Failed { ticket, lane: Lane::Open, error: Error::unreachable("localhost", "reset") });
    };
    screen.press("\n");
    assert_eq!(stands(&screen), (false, true));
    fail(&mut screen);
    assert_eq!(stands(&screen), (false, true), "it is opened once the connection is back");
    screen.press("r");
    screen.answer_all();
    assert_eq!(stands(&screen), (false, false));
    screen.press("r");
    assert!(screen.state.workspace.conversation.loading().is_some_and(|loading| loading.starts_with("reading")));
    assert_eq!(stands(&screen), (false, false), "it is open");
    fail(&mut screen);
    assert_eq!(stands(&screen), (false, false));
    screen.press("1j\n");
    assert_eq!(stands(&screen), (true, false));
    fail(&mut screen);
    assert_eq!(stands(&screen), (true, false));
}
