use super::super::super::{
    Input,
    event_log::{EventLog, KEPT},
    sample::Screen,
};
use super::*;
use crate::{
    app::task::{Event, Link},
    repository::News,
    session::Change,
};

fn says(screen: &Screen) -> Vec<String> {
    screen.state.happened().into_iter().map(|event| event.says).collect()
}

#[test]
fn what_is_kept_is_bounded_and_the_newest_comes_first() {
    let mut log = EventLog::default();
    for n in 0..1000 {
        log.keep(LoggedEvent { at: Timestamp::UNIX_EPOCH, says: n.to_string(), session: None });
    }
    assert_eq!(log.events().count(), KEPT);
    assert_eq!(log.events().next().map(|event| event.says.as_str()), Some("999"));
}

#[test]
fn the_connection_and_sessions_that_went_are_told_and_errors_once() {
    let mut screen = Screen::listed(120, 40);
    screen.link(Link::Lost { reason: "reset".into(), retry_in_s: 1 });
    screen.link(Link::Up);
    let gone = screen.state.workspace.list.rows[1].clone();
    let ticket = screen.state.workspace.ticket;
    screen.tell(Event::News(ticket, News::Changes(vec![Change::deleted(gone.key.clone())])));
    let said = says(&screen);
    for says in ["connection lost: reset", "connected again", "deleted elsewhere"] {
        assert_eq!(said.iter().filter(|said| *said == says).count(), 1, "{said:?}");
    }
    let event = screen.state.happened().into_iter().find(|event| event.says == "deleted elsewhere").unwrap();
    assert_eq!(event.session.map(|(_, session)| session.name).as_deref(), Some(gone.name()));
}

#[test]
fn what_happens_while_the_pane_is_open_comes_in_above_and_the_selection_stays() {
    let mut screen = Screen::listed(120, 40);
    screen.state.log_event("first", None);
    screen.state.log_event("second", None);
    screen.press("Oj");
    let chosen = |screen: &Screen| match screen.state.modals.last() {
        Some(Modal::Events(menu)) => menu.chosen().map(|event| event.says.clone()),
        _ => None,
    };
    let before = chosen(&screen);
    assert!(before.is_some());
    let later = screen.state.look.now.checked_add(jiff::SignedDuration::from_secs(5)).unwrap();
    screen.put(Input::Tick(later));
    screen.state.log_event("third", None);
    assert_eq!(chosen(&screen), before);
    let Some(Modal::Events(menu)) = screen.state.modals.last() else { panic!() };
    assert_eq!((menu.items.len(), menu.items[0].says.as_str()), (3, "third"));
    screen.press("\n");
    assert_eq!(screen.state.said.as_deref(), Some("this is of no session"));
    screen.press("O");
    assert!(screen.state.modals.is_empty());
}
