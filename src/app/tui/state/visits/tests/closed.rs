//! A preview beside a list without sessions.

use super::{later, listed, open, selected};
use crate::app::tui::state::areas::Pane;

#[test]
fn a_filter_without_a_match_closes_what_is_only_looked_at() {
    let mut screen = listed();
    screen.press("j");
    later(&mut screen, 100);
    screen.answer_all();
    assert_eq!(open(&screen), Some(selected(&screen)));
    screen.press("/none\n");
    assert!(open(&screen).is_some(), "the rows are still those of before");
    let stored = std::mem::take(&mut screen.stored);
    screen.answer_all();
    assert!(screen.state.workspace.list.is_known_empty());
    assert_eq!(open(&screen), None);
    assert!(screen.state.areas.facts.is_none(), "there is nothing to say of it");
    screen.stored = stored;
    screen.press("\u{1b}");
    screen.answer_all();
    later(&mut screen, 100);
    screen.answer_all();
    assert_eq!(open(&screen), Some(selected(&screen)), "the next one shows itself");
}

#[test]
fn what_was_opened_stays_beside_a_list_without_sessions() {
    let mut screen = listed();
    screen.press("\n");
    screen.answer_all();
    let opened = open(&screen);
    screen.stored = 0;
    screen.press("1/none\n");
    screen.answer_all();
    assert!(screen.state.workspace.list.is_known_empty() && screen.state.focus == Pane::Sessions);
    assert!(opened.is_some() && open(&screen) == opened);
}
