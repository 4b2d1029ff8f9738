//! What is told of the open session: created again, read again once, standing out for a moment, laid out once.

use std::time::Duration;

use bson::doc;

use super::{
    super::sample::Screen,
    live::{changed, later, lost, new_session, opened, tell},
};
use crate::{
    app::{
        task::{Command, Event, Link, command::Lane},
        tui::view::{self, sample},
    },
    repository::{Error, News, WatchMode},
    session::{Change, StoredDate, decode},
};

#[test]
fn a_session_that_is_created_again_is_read_again_and_said() {
    let mut screen = opened();
    let open = screen.state.workspace.conversation.key().unwrap().clone();
    let mut row = new_session(&screen, "x", 5);
    row.key = open.clone();
    row.created_at = screen.state.workspace.conversation.session().unwrap().created_at;
    changed(&mut screen, Change::created(row.clone()));
    let opens = |screen: &Screen| screen.asked.iter().filter(|command| matches!(command, Command::Open(..))).count();
    assert_eq!(opens(&screen), 0, "it is the one that is open");
    row.created_at = Some(later(&screen, 5));
    changed(&mut screen, Change::created(row));
    assert_eq!(opens(&screen), 1);
    assert!(screen.state.said.as_deref().unwrap().contains("created again elsewhere"), "{:?}", screen.state.said);
}

/// Changes were told, and the connection is lost under a reading of the list.
fn lost_while_it_reads() -> Screen {
    let mut screen = opened();
    tell(&mut screen, News::Begun(WatchMode::Stream));
    screen.press("1r");
    let ticket = screen.asked.iter().find_map(|command| match command {
        Command::List(ticket, _) => Some(*ticket),
        _ => None,
    });
    screen.asked.clear();
    screen.tell(Event::Failed { ticket: ticket.unwrap(), lane: Lane::List, error: lost() });
    tell(&mut screen, News::Lost(lost()));
    screen
}

#[test]
fn after_a_lost_connection_everything_is_read_again_once() {
    let mut screen = lost_while_it_reads();
    screen.link(Link::Lost { reason: "reset".into(), retry_in_s: 4 });
    let lists = |screen: &Screen| screen.asked.iter().filter(|command| matches!(command, Command::List(..))).count();
    screen.link(Link::Up);
    assert_eq!(lists(&screen), 0, "its changes are told again in a moment");
    tell(&mut screen, News::Begun(WatchMode::Stream));
    assert_eq!(lists(&screen), 1);
    screen.link(Link::Up);
    assert_eq!(lists(&screen), 1);
}

#[test]
fn a_lost_connection_is_one_error_and_none_once_all_is_read_again() {
    let mut screen = lost_while_it_reads();
    let kept: Vec<_> = screen.state.errors.dated().collect();
    assert_eq!(kept.len(), 1, "that nothing is told is no error beside the loss: {kept:?}");
    // Its changes are told before anybody noticed that it answers.
    tell(&mut screen, News::Begun(WatchMode::Stream));
    assert_eq!(screen.state.workspace.last_error, None);
    screen.link(Link::Up);
    assert_eq!(screen.state.workspace.last_error, None);
}

#[test]
fn an_error_that_is_read_again_keeps_its_age() {
    let mut screen = opened();
    let told_at = screen.state.look.now;
    screen.state.tell_error("it broke".to_owned());
    let later = screen.state.look.now.checked_add(jiff::SignedDuration::from_mins(3)).unwrap();
    screen.put(super::Input::Tick(later));
    screen.press("E");
    assert_eq!(screen.state.errors.dated().collect::<Vec<_>>(), [(told_at, "it broke")]);
}

#[test]
fn why_nothing_is_told_stands_on_the_status_line_until_it_is_told_again() {
    let mut screen = opened();
    tell(&mut screen, News::Begun(WatchMode::Stream));
    let gone = Error::folder(std::path::Path::new("/srv/sessions"), "there is no such folder");
    tell(&mut screen, News::Lost(gone));
    assert!(screen.state.wrong().is_some_and(|why| why.contains("no such folder")), "{:?}", screen.state.wrong());
    tell(&mut screen, News::Begun(WatchMode::Stream));
    assert_eq!(screen.state.wrong(), None);
}

#[test]
fn where_changes_are_never_told_again_what_failed_is_read_all_the_same() {
    let mut screen = lost_while_it_reads();
    screen.link(Link::Up);
    tell(&mut screen, News::Ended(lost()));
    assert!(screen.asked.iter().any(|command| matches!(command, Command::List(..))));
}

#[test]
fn what_changed_stands_out_for_a_second_and_then_is_drawn_once() {
    let mut screen = opened();
    tell(&mut screen, News::Begun(WatchMode::Stream));
    for row in &mut screen.state.workspace.list.rows {
        (row.updated_at, row.created_at) = (Some(StoredDate::from_millis(0)), None);
    }
    let open = screen.state.workspace.conversation.key().unwrap().clone();
    let drawn = |screen: &Screen| {
        let size = screen.state.size;
        sample::screen(size.width, size.height, |frame, _| view::draw(frame, &screen.state))
    };
    let wait = |screen: &mut Screen, ms: i64| {
        let at = screen.state.look.now.checked_add(jiff::SignedDuration::from_millis(ms)).unwrap();
        screen.put(super::Input::Tick(at));
    };
    changed(&mut screen, Change::field(open.clone(), "priority", Some("urgent".into())));
    assert!(screen.state.next_change().is_some_and(|wait| wait <= Duration::from_secs(1)));
    let lit = drawn(&screen);
    wait(&mut screen, 1000);
    let dark = drawn(&screen);
    assert!(lit != dark && lit.contains("urgent") && dark.contains("urgent"), "{lit}\n{dark}");
    assert!(screen.state.next_change().is_none_or(|wait| wait > Duration::from_secs(1)));
    changed(&mut screen, Change::field(open.clone(), "priority", Some("urgent".into())));
    assert_eq!(drawn(&screen).lines().last(), dark.lines().last(), "it is what it was");
    screen.put(super::Input::Focus(false));
    changed(&mut screen, Change::field(open, "priority", Some("low".into())));
    let unseen = drawn(&screen);
    assert!(unseen.contains("low"), "content is drawn all the same");
    assert_eq!(screen.state.next_change(), None, "nobody looks");
}

#[test]
fn messages_told_together_are_laid_out_as_those_told_one_by_one() {
    let told = |batches: &[std::ops::Range<u64>]| {
        let mut screen = opened();
        let conversation = &screen.state.workspace.conversation;
        let (open, agent) = (conversation.key().unwrap().clone(), conversation.agent().unwrap().clone());
        let (_, count) = conversation.position().unwrap();
        let message = |index| {
            let stored = doc! { "message": { "role": "user", "content": [{ "text": format!("message {index}") }] } };
            Change::messages(open.clone(), agent.clone(), vec![decode::message(stored.into(), count + index, "")])
        };
        for batch in batches {
            let changes = batch.clone().map(message).collect();
            tell(&mut screen, News::Changes(changes));
        }
        let conversation = &screen.state.workspace.conversation;
        let counts: Vec<u64> = conversation.session().unwrap().agents.iter().map(|agent| agent.message_count).collect();
        (conversation.position(), conversation.rows().to_vec(), counts)
    };
    let together = told(&[0..7, 7..9]);
    let single: Vec<_> = (0..9).map(|index| index..index + 1).collect();
    let one_by_one = told(&single);
    assert_eq!(together, one_by_one);
}
