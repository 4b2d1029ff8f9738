//! Sessions that change and have no row come up where they belong; rows that no longer match a filter go.

use std::time::Duration;

use super::{
    super::sample::Screen,
    Input,
    live::{changed, later, lost, new_session},
};
use crate::{
    app::task::{Command, Event, Ticket, command::Lane},
    session::{Change, SessionKey, Summary},
};

fn rows(screen: &Screen) -> &[Summary] {
    &screen.state.workspace.list.rows
}

fn at(screen: &Screen, id: &str) -> Option<usize> {
    rows(screen).iter().position(|row| row.key.text() == id)
}

fn says(screen: &Screen) -> Option<&str> {
    screen.state.workspace.list.says().map(|(says, _)| says)
}

/// What rows were asked of.
fn asked(screen: &Screen) -> Vec<(Ticket, Vec<SessionKey>)> {
    let asked = screen.asked.iter().filter_map(|command| match command {
        Command::RowsOf(ticket, keys, ..) => Some((*ticket, keys.clone())),
        _ => None,
    });
    asked.collect()
}

fn wait(screen: &mut Screen, ms: i64) {
    let later = screen.state.look.now.checked_add(jiff::SignedDuration::from_millis(ms)).unwrap();
    screen.put(Input::Tick(later));
    screen.put(Input::Focus(true));
}

/// 30 sessions match the filter `word`, all of them read.
fn filtered() -> Screen {
    let mut screen = Screen::listed(120, 40);
    screen.press("/word\n");
    screen.answer_all();
    screen
}

#[test]
fn a_session_from_further_down_comes_up_when_it_is_written_to() {
    let mut screen = Screen::listed(120, 40);
    let before = rows(&screen).len();
    let told = later(&screen, 5);
    changed(&mut screen, Change::unclear("far".into(), Some(told)));
    assert_eq!((at(&screen, "far"), says(&screen)), (None, None), "it comes in a moment: nothing is said");
    screen.answer_all();
    assert_eq!((at(&screen, "far"), rows(&screen)[0].updated_at), (Some(0), Some(told)));
    assert_eq!((rows(&screen).len(), screen.state.workspace.list.count), (before + 1, Some(4812)));
    assert_eq!(screen.state.workspace.list.selected(), 1, "the selected session stays selected");
    changed(&mut screen, Change::field("rests".into(), "k", None));
    assert!(asked(&screen).is_empty(), "what stays further down is no news here");
}

#[test]
fn many_of_them_are_asked_for_together_and_not_at_once() {
    let mut screen = Screen::listed(120, 40);
    for id in ["first", "second", "third", "second"] {
        let told = later(&screen, 5);
        changed(&mut screen, Change::unclear(id.into(), Some(told)));
    }
    assert_eq!(asked(&screen).len(), 1);
    screen.answer_all();
    assert_eq!((at(&screen, "first").is_some(), at(&screen, "second")), (true, None));
    assert!(screen.state.next_change().is_some_and(|wait| wait <= Duration::from_millis(500)));
    wait(&mut screen, 500);
    assert_eq!(asked(&screen).iter().map(|(_, keys)| keys.len()).collect::<Vec<_>>(), [2]);
    screen.answer_all();
    assert!(at(&screen, "second").is_some() && at(&screen, "third").is_some());
}

#[test]
fn one_that_changes_while_its_row_is_read_is_read_again_and_one_that_goes_does_not_come() {
    let mut screen = Screen::listed(120, 40);
    let (first, second) = (later(&screen, 5), later(&screen, 9));
    changed(&mut screen, Change::unclear("far".into(), Some(first)));
    changed(&mut screen, Change::unclear("far".into(), Some(second)));
    screen.answer_all();
    wait(&mut screen, 500);
    screen.answer_all();
    assert_eq!((at(&screen, "far"), rows(&screen)[0].updated_at), (Some(0), Some(second)));
    changed(&mut screen, Change::unclear("gone".into(), Some(second)));
    wait(&mut screen, 500);
    assert_eq!(asked(&screen).len(), 1);
    changed(&mut screen, Change::deleted("gone".into()));
    screen.answer_all();
    assert_eq!(at(&screen, "gone"), None);
}

#[test]
fn rows_that_cannot_be_had_are_told() {
    let mut screen = Screen::listed(120, 40);
    let told = later(&screen, 5);
    changed(&mut screen, Change::unclear("far".into(), Some(told)));
    let (ticket, _) = asked(&screen)[0].clone();
    screen.tell(Event::Failed { ticket, lane: Lane::Rows, error: lost() });
    assert_eq!(says(&screen), Some("1 more changed: r reads again"));
    assert_eq!(screen.state.workspace.last_error, None);
}

#[test]
fn what_matches_a_filter_from_now_on_comes_and_what_does_not_is_asked_for_once() {
    let mut screen = filtered();
    for row in [new_session(&screen, "a-word", 5), new_session(&screen, "other", 6)] {
        changed(&mut screen, Change::created(row));
        screen.answer_all();
        wait(&mut screen, 500);
        screen.answer_all();
    }
    assert_eq!((at(&screen, "a-word"), at(&screen, "other")), (Some(0), None));
    assert_eq!((rows(&screen).len(), screen.state.workspace.list.count), (31, Some(31)));
    let touched = Change::touched("other".into(), later(&screen, 9));
    changed(&mut screen, touched);
    wait(&mut screen, 500);
    assert!(asked(&screen).is_empty(), "that makes it match no more than before");
}

#[test]
fn a_row_that_no_longer_matches_goes_but_not_from_under_the_hand() {
    let mut screen = filtered();
    let keys: Vec<SessionKey> = rows(&screen).iter().map(|row| row.key.clone()).collect();
    screen.press("jj");
    let mut leaves = |at: usize| {
        changed(&mut screen, Change::unclear(keys[at].clone(), None));
        let (ticket, asked) = asked(&screen)[0].clone();
        assert_eq!(asked, [keys[at].clone()]);
        screen.asked.clear();
        screen.tell(Event::RowsOf(ticket, Vec::new()));
        wait(&mut screen, 500);
        (rows(&screen).len(), screen.state.workspace.list.count, says(&screen).map(str::to_owned))
    };
    assert_eq!(leaves(4), (29, Some(29), None));
    let told = Some("1 changed or new since: r reads again".to_owned());
    assert_eq!(leaves(2), (29, Some(29), told));
    assert_eq!(screen.state.workspace.list.selected_row().map(|row| &row.key), Some(&keys[2]));
    let at = later(&screen, 9);
    changed(&mut screen, Change::touched(keys[6].clone(), at));
    assert!(asked(&screen).is_empty(), "its age is not asked for");
}
