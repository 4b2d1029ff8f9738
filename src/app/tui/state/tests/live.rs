//! What is told of the store while it is looked at: the list and the open session follow, nothing moves under the hand.

use std::time::Duration;

use bson::doc;
use proptest::prelude::*;

use super::super::{live::WatchState, sample::Screen, sessions::SessionList};
use crate::{
    app::{
        task::{Command, Event, Ticket},
        tui::view::{self, sample},
        writes::{HandOutcome, Write},
    },
    repository::{Error, News, WatchMode},
    session::{AgentId, Change, SessionKey, StoredDate, Summary, decode},
};

pub(super) fn tell(screen: &mut Screen, news: News) {
    let ticket = screen.state.workspace.ticket;
    screen.tell(Event::News(ticket, news));
}

pub(super) fn changed(screen: &mut Screen, change: Change) {
    tell(screen, News::Changes(vec![change]));
}

fn list(screen: &Screen) -> &SessionList {
    &screen.state.workspace.list
}

fn key(screen: &Screen, at: usize) -> SessionKey {
    list(screen).rows[at].key.clone()
}

/// So many seconds after the newest row.
pub(super) fn later(screen: &Screen, seconds: i64) -> StoredDate {
    StoredDate::from_millis(screen.state.look.now.as_millisecond() + seconds * 1000)
}

pub(super) fn new_session(screen: &Screen, id: &str, seconds: i64) -> Summary {
    let mut row = Summary::new(id);
    (row.created_at, row.updated_at) = (Some(later(screen, seconds)), Some(later(screen, seconds)));
    row
}

fn first_line(screen: &Screen) -> String {
    let size = screen.state.size;
    let drawn = sample::screen(size.width, size.height, |frame, _| view::draw(frame, &screen.state));
    drawn.lines().next().unwrap().to_owned()
}

pub(super) fn lost() -> Error {
    Error::unreachable("localhost", "reset")
}

/// A session is open, and nothing is asked.
pub(super) fn opened() -> Screen {
    let mut screen = Screen::writable(120, 40);
    screen.answer_all();
    screen
}

#[test]
fn the_first_line_tells_how_changes_arrive() {
    let mut screen = Screen::listed(160, 40);
    assert!(first_line(&screen).contains("○ read now"), "{}", first_line(&screen));
    let in_3m = screen.state.look.now.checked_add(jiff::SignedDuration::from_mins(3)).unwrap();
    screen.put(super::Input::Tick(in_3m));
    assert!(first_line(&screen).contains("○ read 3m ago"), "{}", first_line(&screen));
    tell(&mut screen, News::Begun(WatchMode::Poll(Duration::from_secs(2))));
    assert!(first_line(&screen).contains("◌ every 2 s"), "{}", first_line(&screen));
    tell(&mut screen, News::Begun(WatchMode::Stream));
    assert!(first_line(&screen).contains("● live"), "{}", first_line(&screen));
    screen.state.look.marks = sample::plain().marks;
    assert!(first_line(&screen).contains("* live"), "{}", first_line(&screen));
}

#[test]
fn an_interruption_reads_again_and_the_first_beginning_does_not() {
    let mut screen = opened();
    tell(&mut screen, News::Begun(WatchMode::Stream));
    assert!(screen.asked.is_empty(), "{:?}", screen.asked);
    tell(&mut screen, News::Lost(lost()));
    assert_eq!(screen.state.workspace.watch, Some(WatchState::Lost));
    assert!(screen.asked.is_empty(), "{:?}", screen.asked);
    tell(&mut screen, News::Begun(WatchMode::Stream));
    let asked = |is: fn(&Command) -> bool| screen.asked.iter().any(is);
    assert!(asked(|command| matches!(command, Command::List(..))));
    assert!(asked(|command| matches!(command, Command::Open(..))));
}

#[test]
fn news_of_an_earlier_connection_are_dropped() {
    let mut screen = Screen::listed(120, 40);
    let gone = key(&screen, 0);
    screen.tell(Event::News(Ticket(999), News::Begun(WatchMode::Stream)));
    screen.tell(Event::News(Ticket(999), News::Changes(vec![Change::deleted(gone.clone())])));
    assert_eq!(screen.state.workspace.watch, None);
    assert_eq!(key(&screen, 0), gone);
}

#[test]
fn a_row_that_changed_goes_to_its_place_and_the_selection_stays() {
    let mut screen = Screen::listed(120, 40);
    screen.press("jjj");
    let (chosen, changing) = (key(&screen, 3), key(&screen, 5));
    let at = later(&screen, 5);
    changed(&mut screen, Change::unclear(changing.clone(), Some(at)));
    assert_eq!(key(&screen, 0), changing);
    assert_eq!(list(&screen).selected_row().map(|row| &row.key), Some(&chosen));
    assert_eq!((list(&screen).selected(), list(&screen).top()), (4, 0));
    let rows = list(&screen).rows.clone();
    changed(&mut screen, Change::unclear(changing, Some(at)));
    assert_eq!(list(&screen).rows, rows, "told twice");
}

#[test]
fn further_down_the_selected_row_stays_on_its_line() {
    let mut screen = Screen::listed(120, 20);
    screen.press(&"j".repeat(30));
    screen.answer_all();
    screen.press("kk");
    let (chosen, line) =
        (list(&screen).selected_row().unwrap().key.clone(), list(&screen).selected() - list(&screen).top());
    assert!(list(&screen).top() > 0);
    let row = new_session(&screen, "new", 5);
    changed(&mut screen, Change::created(row));
    assert_eq!(key(&screen, 0).text(), "new");
    assert_eq!(list(&screen).selected_row().map(|row| &row.key), Some(&chosen));
    assert_eq!(list(&screen).selected() - list(&screen).top(), line);
}

#[test]
fn a_new_session_is_listed_and_counted_once_and_with_a_filter_where_it_matches() {
    let mut screen = Screen::listed(120, 40);
    let (rows, row) = (list(&screen).rows.len(), new_session(&screen, "new", 5));
    changed(&mut screen, Change::created(row.clone()));
    changed(&mut screen, Change::created(row.clone()));
    assert_eq!((list(&screen).rows.len(), list(&screen).count), (rows + 1, Some(4813)));
    assert_eq!(list(&screen).says(), None);
    screen.press("/word\n");
    screen.answer_all();
    let rows = list(&screen).rows.clone();
    changed(&mut screen, Change::created(row));
    screen.answer_all();
    assert_eq!((&list(&screen).rows, list(&screen).count), (&rows, Some(30)));
    assert_eq!(list(&screen).says(), None);
}

#[test]
fn a_change_told_while_the_list_is_read_again_is_not_undone_by_it() {
    let mut screen = Screen::listed(120, 40);
    screen.press("r");
    let changing = key(&screen, 5);
    let (at, row) = (later(&screen, 5), new_session(&screen, "new", 9));
    changed(&mut screen, Change::unclear(changing.clone(), Some(at)));
    changed(&mut screen, Change::created(row));
    let gone = key(&screen, 4);
    changed(&mut screen, Change::deleted(gone.clone()));
    screen.answer_all();
    assert_eq!((key(&screen, 0).text(), &key(&screen, 1)), ("new", &changing));
    assert!(list(&screen).rows.iter().all(|row| row.key != gone));
    assert_eq!(list(&screen).rows.iter().filter(|row| row.key == changing).count(), 1);
}

#[test]
fn what_is_deleted_elsewhere_is_kept_open_and_said() {
    let mut screen = opened();
    let open = screen.state.workspace.conversation.key().unwrap().clone();
    changed(&mut screen, Change::deleted(open.clone()));
    assert_eq!(screen.state.workspace.conversation.key(), Some(&open));
    let said = screen.state.said.clone().unwrap_or_default();
    assert!(said.ends_with("was deleted elsewhere; what was read of it stays"), "{said}");
    assert!(list(&screen).rows.iter().all(|row| row.key != open));
    assert_eq!(list(&screen).count, Some(4811));
    changed(&mut screen, Change::deleted(open.clone()));
    assert_eq!(list(&screen).count, Some(4811), "told twice");
    let mut row = new_session(&screen, "x", 5);
    row.key = open;
    screen.asked.clear();
    changed(&mut screen, Change::created(row));
    assert!(
        screen.asked.iter().any(|command| matches!(command, Command::Open(..))),
        "it is there again: {:?}",
        screen.asked
    );
}

#[test]
fn what_this_program_deleted_is_closed_whichever_is_told_first() {
    let mut screen = opened();
    let open = screen.state.workspace.conversation.key().unwrap().clone();
    screen.press(&format!("D{}\n", open.text()));
    let ticket = screen.asked.iter().find_map(|command| match command {
        Command::Write(ticket, _) => Some(*ticket),
        _ => None,
    });
    changed(&mut screen, Change::deleted(open.clone()));
    assert!(!screen.state.said.as_deref().unwrap_or_default().contains("elsewhere"));
    screen.tell(Event::Written(ticket.unwrap(), HandOutcome::of(&Write::Delete(open.clone())).into()));
    assert_eq!(screen.state.workspace.conversation.key(), None);
    assert_eq!(list(&screen).count, Some(4811));
    changed(&mut screen, Change::deleted(open));
    assert_eq!(list(&screen).count, Some(4811));
}

#[test]
fn an_unclear_change_reads_the_open_session_again_once_and_then_once_more() {
    let mut screen = opened();
    let open = screen.state.workspace.conversation.key().unwrap().clone();
    let opens = |screen: &Screen| screen.asked.iter().filter(|command| matches!(command, Command::Open(..))).count();
    for _ in 0..5 {
        changed(&mut screen, Change::unclear(open.clone(), None));
    }
    assert_eq!(opens(&screen), 1);
    let mut read = 0;
    while let Some(command) = screen.asked.pop_front() {
        read += usize::from(matches!(command, Command::Open(..)));
        for event in screen.answers(&command) {
            screen.tell(event);
        }
    }
    assert_eq!(read, 2, "one more follows the one that was under way");
}

#[test]
fn a_message_after_one_that_was_not_told_reads_the_session_again() {
    let mut screen = opened();
    let conversation = &screen.state.workspace.conversation;
    let (open, agent) = (conversation.key().unwrap().clone(), conversation.agent().unwrap().clone());
    let (_, count) = conversation.position().unwrap();
    let message = |index| decode::message(doc! { "message": { "role": "user", "content": "x" } }.into(), index, "");
    changed(&mut screen, Change::messages(open.clone(), agent.clone(), vec![message(count)]));
    assert!(!screen.asked.iter().any(|command| matches!(command, Command::Open(..))), "it follows");
    changed(&mut screen, Change::messages(open.clone(), agent, vec![message(count + 5)]));
    assert!(screen.asked.iter().any(|command| matches!(command, Command::Open(..))), "some are missing");
    screen.answer_all();
    changed(&mut screen, Change::messages(open, AgentId::from("another"), vec![message(0)]));
    assert!(screen.asked.iter().any(|command| matches!(command, Command::Open(..))), "an agent is new");
}

#[test]
fn what_this_program_stored_comes_back_as_a_change_and_changes_nothing() {
    let mut screen = opened();
    let open = screen.state.workspace.conversation.key().unwrap().clone();
    let given = decode::feedback(
        &doc! { "rating": "up", "comment": "well", "created_at": bson::DateTime::from_millis(5) }.into(),
    );
    let count = |screen: &Screen| screen.state.workspace.conversation.session().unwrap().feedbacks.len();
    let before = count(&screen);
    for _ in 0..2 {
        changed(&mut screen, Change::feedback(open.clone(), given.clone()));
        assert_eq!(count(&screen), before + 1);
    }
    for _ in 0..2 {
        changed(&mut screen, Change::field(open.clone(), "k", Some(1.into())));
        let session = screen.state.workspace.conversation.session().unwrap();
        assert_eq!(session.metadata_fields().unwrap().get("k"), Some(&1.into()));
    }
}

#[derive(Debug, Clone)]
enum LiveStep {
    Raise(usize, i64),
    Create(usize, i64),
    Delete(usize),
    Keys(&'static str),
    Answer,
}

fn step() -> impl Strategy<Value = LiveStep> {
    prop_oneof![
        4 => (0_usize..60, -4000_i64..100).prop_map(|(at, seconds)| LiveStep::Raise(at, seconds)),
        2 => (0_usize..20, -4000_i64..100).prop_map(|(id, seconds)| LiveStep::Create(id, seconds)),
        1 => (0_usize..60).prop_map(LiveStep::Delete),
        2 => prop::sample::select(vec!["j", "k", "G", "g", "r", "jjjjj"]).prop_map(LiveStep::Keys),
        2 => Just(LiveStep::Answer),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn rows_stay_sorted_and_single_and_the_selection_on_its_session(steps in prop::collection::vec(step(), 1..60)) {
        let mut screen = Screen::listed(120, 24);
        for step in steps {
            let chosen = list(&screen).selected_row().map(|row| row.key.clone());
            let row_at = |screen: &Screen, at: usize| key(screen, at % list(screen).rows.len());
            let mut may_move = false;
            match step {
                LiveStep::Raise(at, seconds) => {
                    let (key, at) = (row_at(&screen, at), later(&screen, seconds));
                    changed(&mut screen, Change::unclear(key, Some(at)));
                }
                LiveStep::Create(id, seconds) => {
                    let row = new_session(&screen, &format!("new-{id}"), seconds);
                    changed(&mut screen, Change::created(row));
                }
                LiveStep::Delete(at) => {
                    let key = row_at(&screen, at);
                    may_move = Some(&key) == chosen.as_ref();
                    changed(&mut screen, Change::deleted(key));
                }
                LiveStep::Keys(keys) => {
                    may_move = true;
                    screen.press(keys);
                }
                LiveStep::Answer => {
                    // The store knows nothing of what was told: a session it lists no more may have been the chosen one.
                    may_move = true;
                    screen.answer_all();
                }
            }
            let rows = &list(&screen).rows;
            prop_assert!(rows.is_sorted_by(|a, b| a.updated_at >= b.updated_at), "sorted");
            let distinct: std::collections::HashSet<_> = rows.iter().map(|row| row.key.text()).collect();
            prop_assert_eq!(distinct.len(), rows.len());
            prop_assert!(may_move || list(&screen).selected_row().map(|row| &row.key) == chosen.as_ref());
            let (at, top) = (list(&screen).selected(), list(&screen).top());
            prop_assert!(top <= at && at < top + 24);
        }
    }
}
