//! The figures of what shows itself.

use super::*;

/// How often figures were asked for, of what is not answered.
fn outlines(screen: &Screen) -> usize {
    screen.asked.iter().filter(|command| matches!(command, Command::Outline(..))).count()
}

#[test]
fn the_figures_of_a_preview_are_read_once_the_cursor_rests_for_longer() {
    let mut screen = listed();
    for _ in 0..3 {
        screen.press("j");
        later(&mut screen, 100);
        screen.answer_all();
        later(&mut screen, 299);
        assert_eq!((open(&screen), outlines(&screen)), (Some(selected(&screen)), 0), "it may go on");
        assert!(screen.state.next_change().is_some_and(|wait| wait.as_millis() <= 1));
    }
    screen.press("j");
    later(&mut screen, 99);
    assert_eq!(outlines(&screen), 0, "of what the cursor left nothing is read");
    later(&mut screen, 1);
    screen.answer_all();
    later(&mut screen, 300);
    assert_eq!(outlines(&screen), 1);
    later(&mut screen, 1000);
    assert_eq!(outlines(&screen), 1, "once");
    screen.press("k");
    later(&mut screen, 100);
    let at = screen.asked.iter().position(|command| matches!(command, Command::Outline(..))).unwrap();
    let late = screen.asked.remove(at).unwrap();
    screen.answer_all();
    for event in screen.answers(&late) {
        screen.tell(event);
    }
    assert!(screen.state.workspace.conversation.metrics().is_none(), "those of another session come too late");
    screen.press("\n");
    assert_eq!(outlines(&screen), 1, "who goes into it waits for nothing");
    screen.answer_all();
    assert!(screen.state.workspace.conversation.metrics().is_some());
}

#[test]
fn who_goes_to_an_error_of_a_preview_has_its_figures_read_at_once() {
    let mut screen = listed();
    screen.press("j");
    later(&mut screen, 100);
    screen.answer_all();
    let effects = screen.state.workspace.conversation.go_by(Landmark::Error, true, &mut screen.state.tickets);
    screen.take(effects);
    assert_eq!(outlines(&screen), 1);
    // Who goes on has not asked for a move in the next one.
    screen.press("j");
    later(&mut screen, 100);
    screen.answer_all();
    let place = screen.state.workspace.conversation.position();
    later(&mut screen, 300);
    screen.answer_all();
    let conversation = &screen.state.workspace.conversation;
    assert!(conversation.metrics().is_some() && conversation.position() == place);
    assert_eq!(screen.state.said, None);
}

#[test]
fn nothing_is_done_with_what_is_still_shown_while_another_is_opened() {
    let mut screen = listed();
    screen.press("\n");
    screen.answer_all();
    let shown = open(&screen);
    screen.press("1j\n");
    assert_eq!((open(&screen), screen.state.focus), (shown.clone(), Pane::Conversation));
    for keys in ["f", "+", "b", "y", "i", "e", "P"] {
        screen.press(keys);
        assert!(screen.state.modals.is_empty() && screen.state.memory.bookmarks.is_empty(), "{keys}");
        let said = screen.state.said.clone().unwrap_or_default();
        assert!(said.ends_with(" is not there yet"), "{keys}: {said}");
    }
    screen.answer_all();
    assert_ne!(open(&screen), shown);
    screen.press("b");
    assert_eq!(screen.state.memory.bookmarks.len(), 1);
}
