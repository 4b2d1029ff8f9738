use jiff::SignedDuration;
use ratatui::layout::Size;

use crate::app::{
    task::{Command, Event},
    tui::state::{Input, sample::Screen},
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
