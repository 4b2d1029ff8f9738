use crossterm::event::{KeyCode, KeyEvent, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use proptest::prelude::*;
use ratatui::layout::Size;

use super::{Input, areas::Pane, connection::Stage, modal::Modal, sample::Screen};
use crate::{
    app::{
        task::{Command, Event, Link, command::Lane},
        tui::view::{self, sample},
    },
    repository::{Error, ListPlan, ListQuery, News, PageEnd, Sort, WatchMode},
};

mod changes;
mod further;
mod interleavings;
mod listing;
mod live;
mod lookup;
mod metrics;
mod places;
mod rows;
mod tokens;
mod told;
mod writing;

fn names(screen: &Screen) -> Vec<&str> {
    screen.state.workspace.list.rows.iter().map(crate::session::Summary::name).collect()
}

fn last_list(screen: &mut Screen) -> (crate::app::task::Ticket, ListQuery) {
    let at = screen.asked.iter().rposition(|command| matches!(command, Command::List(..))).expect("a list was asked");
    match screen.asked.remove(at) {
        Some(Command::List(ticket, query)) => (ticket, *query),
        _ => unreachable!(),
    }
}

#[test]
fn a_session_opens_and_esc_goes_back() {
    let mut screen = Screen::listed(120, 40);
    screen.press("j\n");
    screen.answer_all();
    assert_eq!(screen.state.focus, Pane::Conversation);
    assert_eq!(screen.state.workspace.conversation.key().unwrap().text(), "support-updated-1");
    assert!(screen.state.workspace.conversation.metrics().is_some(), "the outline came");
    screen.press("\u{1b}");
    assert_eq!(screen.state.focus, Pane::Sessions);
    assert!(!screen.left);
    screen.press("q");
    assert!(screen.left);
}

#[test]
fn the_list_goes_on_page_by_page() {
    let mut screen = Screen::listed(80, 24);
    screen.stored = 100;
    for _ in 0..12 {
        screen.put(Input::Key(KeyCode::PageDown.into()));
        screen.answer_all();
    }
    assert_eq!(screen.state.workspace.list.rows.len(), 100);
    assert_eq!(screen.state.workspace.list.selected(), 99);
    let distinct: std::collections::HashSet<_> = names(&screen).into_iter().collect();
    assert_eq!(distinct.len(), 100);
}

#[test]
fn a_reload_keeps_the_selected_session_and_what_is_on_screen() {
    let mut screen = Screen::listed(80, 24);
    screen.press("jjj");
    screen.press("r");
    assert!(!screen.state.workspace.list.rows.is_empty(), "nothing vanishes while it reads");
    let (ticket, query) = last_list(&mut screen);
    let mut events = screen.answers(&Command::List(ticket, Box::new(query)));
    if let Event::Rows(_, rows) = &mut events[0] {
        rows.swap(0, 3);
    }
    for event in events {
        screen.tell(event);
    }
    assert_eq!(screen.state.workspace.list.selected(), 0);
    assert_eq!(screen.state.workspace.list.selected_row().unwrap().name(), "support-updated-3");
}

#[test]
fn giving_up_keeps_what_was_found() {
    let mut screen = Screen::listed(80, 24);
    screen.press("/slow\n");
    let (ticket, query) = last_list(&mut screen);
    screen.tell(Event::Plan(ticket, ListPlan::unserved("all are read")));
    let events = screen.answers(&Command::List(ticket, Box::new(query)));
    screen.tell(events[0].clone());
    let found = screen.state.workspace.list.rows.len();
    assert!(found > 0);
    screen.press("\u{1b}");
    assert!(screen.asked.iter().any(|command| matches!(command, Command::Cancel(Lane::List))));
    screen.tell(events[0].clone());
    screen.tell(events[1].clone());
    assert_eq!(screen.state.workspace.list.rows.len(), found, "what comes after is not wanted any more");
    assert!(screen.state.workspace.list.notice.as_deref().unwrap().contains("given up"));
}

#[test]
fn an_empty_list_says_why_and_a_reload_asks_anew() {
    let mut screen = Screen::listed(80, 24);
    screen.press("r");
    let (ticket, _) = last_list(&mut screen);
    screen.tell(Event::Empty(ticket, "no collection \"sesions\"; did you mean \"sessions\"?".to_owned()));
    screen.tell(Event::ListEnd(ticket, PageEnd::default()));
    let notice = |screen: &Screen| screen.state.workspace.list.notice.clone().unwrap_or_default();
    assert!(notice(&screen).contains("did you mean"), "{}", notice(&screen));
    screen.press("r");
    assert_eq!(notice(&screen), "");
}

#[test]
fn a_page_that_failed_is_asked_again_when_the_view_moves() {
    let mut screen = Screen::listed(80, 24);
    screen.stored = 100;
    screen.press("r");
    screen.answer_all();
    screen.press("G");
    let (ticket, query) = last_list(&mut screen);
    let known = screen.state.workspace.list.rows.len();
    let events = screen.answers(&Command::List(ticket, Box::new(query)));
    screen.tell(events[0].clone());
    let error = Error::other("reading", "it broke");
    screen.asked.clear();
    screen.tell(Event::Failed { ticket, lane: Lane::List, error });
    assert_eq!(screen.state.workspace.list.rows.len(), known);
    assert!(!screen.asked.iter().any(|command| matches!(command, Command::List(..))), "not at once");
    screen.press("G");
    screen.answer_all();
    screen.press("G");
    screen.answer_all();
    let distinct: std::collections::HashSet<_> = names(&screen).into_iter().collect();
    assert!(distinct.len() == screen.state.workspace.list.rows.len() && distinct.len() > known);
}

#[test]
fn a_search_that_was_ended_says_so() {
    let mut screen = Screen::listed(80, 24);
    screen.press("/slow\n");
    let (ticket, _) = last_list(&mut screen);
    screen.tell(Event::ListEnd(ticket, PageEnd::timed_out(None)));
    assert!(screen.state.workspace.list.notice.as_deref().unwrap().contains("too long"));
}

#[test]
fn what_else_is_there_and_a_wait_for_another_writer_are_said() {
    let mut screen = Screen::listed(80, 24);
    screen.press("/slow\n");
    let (ticket, _) = last_list(&mut screen);
    screen.tell(Event::ListEnd(ticket, PageEnd::at(None).noting(Some("it holds checkpoints".to_owned()))));
    assert_eq!(screen.state.workspace.list.notice.as_deref(), Some("it holds checkpoints"));
    screen.tell(Event::Waiting("waiting for another writer".to_owned()));
    assert_eq!(screen.state.said.as_deref(), Some("waiting for another writer"));
}

#[test]
fn what_of_a_place_takes_long_to_be_had_is_named() {
    let mut screen = Screen::connecting(80, 24);
    assert!(screen.state.loading().is_some_and(|says| says.starts_with("connecting to ")));
    let ticket = screen.state.workspace.ticket;
    for (of, says) in
        [(crate::app::task::Ticket(999), None), (ticket, Some("waiting for the password from the command \"pass\""))]
    {
        screen.tell(Event::Fetching(of, "the password from the command \"pass\"".to_owned()));
        assert!(
            says.is_none_or(|says| screen.state.loading().as_deref() == Some(says)),
            "{:?}",
            screen.state.loading()
        );
    }
}

#[test]
fn details_are_asked_once_for_the_rows_in_view() {
    let mut screen = Screen::connecting(80, 24);
    let connect = screen.asked.pop_front().unwrap();
    screen.answers(&connect).into_iter().for_each(|event| screen.tell(event));
    let (ticket, query) = last_list(&mut screen);
    let events = screen.answers(&Command::List(ticket, Box::new(query)));
    screen.tell(events[0].clone());
    let asks = |screen: &Screen| screen.asked.iter().filter(|command| matches!(command, Command::Details(..))).count();
    assert_eq!(asks(&screen), 0, "rows first");
    screen.tell(events[1].clone());
    assert_eq!(asks(&screen), 1);
    screen.press("jk");
    assert_eq!(asks(&screen), 1);
    screen.answer_all();
    let row = &screen.state.workspace.list.rows[0];
    assert_eq!(screen.state.workspace.list.details(row).unwrap().usage.unwrap().total, Some(1572));
}

#[test]
fn an_id_is_opened_or_chosen_or_missing() {
    for found in 0..3_usize {
        let mut screen = Screen::connecting(120, 40);
        screen.state.workspace.open_id = Some("a\u{7}b".into());
        let connect = screen.asked.pop_front().unwrap();
        screen.answers(&connect).into_iter().for_each(|event| screen.tell(event));
        let Some(Command::Resolve(ticket, id)) = screen.asked.pop_front() else { panic!("no question") };
        let Event::Resolved(_, _, one) = screen.answers(&Command::Resolve(ticket, id.clone())).remove(0) else {
            panic!()
        };
        screen.tell(Event::Resolved(ticket, id, one.iter().cycle().take(found).cloned().collect()));
        assert!(screen.asked.iter().any(|command| matches!(command, Command::List(..))));
        match found {
            0 => assert_eq!(screen.state.workspace.last_error.as_deref(), Some("no session a␇b here")),
            1 => assert!(screen.state.workspace.conversation.key().is_some()),
            _ => assert!(matches!(screen.state.modals.last(), Some(Modal::Sessions(_)))),
        }
    }
}

#[test]
fn what_failed_while_the_connection_was_lost_is_asked_again() {
    let mut screen = Screen::listed(120, 40);
    screen.press("r");
    let (ticket, _) = last_list(&mut screen);
    screen.asked.clear();
    let lost = || Error::unreachable("localhost", "reset");
    screen.tell(Event::Failed { ticket, lane: Lane::List, error: lost() });
    screen.link(Link::Lost { reason: "reset".into(), retry_in_s: 4 });
    assert!(!screen.state.workspace.list.rows.is_empty());
    screen.link(Link::Up);
    assert!(screen.asked.iter().any(|command| matches!(command, Command::List(..))));
    screen.answer_all();
    assert!(screen.state.loading().is_none());
    assert_eq!(screen.state.workspace.last_error, None);
}

#[test]
fn the_other_order_and_saved_filters() {
    let mut screen = Screen::listed(120, 40);
    screen.press("sc\n");
    screen.answer_all();
    assert!(names(&screen)[0].starts_with("support-created"));
    screen.press(":filter @support\n");
    screen.answer_all();
    assert_eq!(screen.state.workspace.list.filter.source, "@support");
    assert_eq!(screen.state.workspace.list.rows.len(), 30);
    screen.press("/");
    screen.put(Input::Key(KeyEvent::new(KeyCode::Char('u'), KeyModifiers::CONTROL)));
    screen.press("\n");
    assert!(!screen.left);
}

#[test]
fn a_click_selects_and_another_opens() {
    let mut screen = Screen::listed(120, 40);
    let click = |x, y| {
        let kind = MouseEventKind::Down(MouseButton::Left);
        Input::Mouse(MouseEvent { kind, column: x, row: y, modifiers: KeyModifiers::NONE })
    };
    screen.put(click(10, 5));
    assert_eq!(screen.state.workspace.list.selected(), 2);
    screen.put(click(10, 5));
    assert_eq!(screen.state.workspace.conversation.key().unwrap().text(), "support-updated-2");
    let metrics = screen.state.areas.pane(Pane::Metrics).unwrap();
    screen.put(click(metrics.x + 2, metrics.y + 1));
    assert_eq!(screen.state.focus, Pane::Metrics);
}

#[test]
fn nothing_changes_by_itself_when_all_is_old() {
    let mut screen = Screen::listed(120, 40);
    let ticket = screen.state.workspace.ticket;
    screen.tell(Event::News(ticket, News::Begun(WatchMode::Stream)));
    for row in &mut screen.state.workspace.list.rows {
        (row.updated_at, row.created_at) = (Some(crate::session::StoredDate::from_millis(0)), None);
    }
    assert_eq!(screen.state.next_change(), None);
    let why = Error::other("watching for changes", "it ended");
    screen.tell(Event::News(ticket, News::Ended(why)));
    assert_eq!(screen.state.next_change().map(|left| left.as_secs()), Some(60), "the age of what was read");
    screen.press("r");
    assert!(screen.state.next_change().is_some(), "the mark of loading turns");
}
