//! A session that others write while it is open: what is held of it is what a fresh reading gives.

use bson::doc;
use proptest::prelude::*;

use super::*;
use crate::{
    metrics::{Outline, session_metrics},
    repository::mongo::written::{SessionWrite, WrittenSession, write},
    session::{Change, ChangeKind, Session, decode},
};

/// A desk with that session, not answered yet.
fn desk(written: &WrittenSession) -> Desk {
    let mut desk = Desk::new(vec![decode::session(written.stored.clone())], 60, 20);
    desk.open("w");
    desk
}

fn take(desk: &mut Desk, written: &mut WrittenSession, write: SessionWrite) {
    let changes = written.write(write);
    desk.sessions[0] = decode::session(written.stored.clone());
    for change in &changes {
        apply(desk, change);
    }
}

fn apply(desk: &mut Desk, change: &Change) {
    let effects = desk.state.apply(change, &mut desk.tickets);
    desk.run(effects);
}

fn check(desk: &Desk, fresh: &Session) {
    let open = desk.state.open.as_ref().unwrap();
    let mut bare = fresh.clone();
    for agent in &mut bare.agents {
        agent.messages.clear();
    }
    assert_eq!(open.session.agents, bare.agents);
    assert_eq!((&open.session.metadata, open.session.updated_at), (&bare.metadata, bare.updated_at));
    assert_eq!(open.session.feedbacks, bare.feedbacks);
    assert_eq!(open.session.guardrail_events, bare.guardrail_events);
    let counts: Vec<u64> = fresh.agents.iter().map(|agent| agent.message_count).collect();
    assert_eq!(open.counts, counts);
    for (agent, window) in fresh.agents.iter().zip(&open.windows) {
        for (index, held) in window.loaded() {
            let stored = agent.messages.get(index as usize);
            assert!(window.fresh(index).is_none() || stored == Some(held), "{held:#?} is not {stored:#?}");
        }
    }
    let outline = Outline::from(fresh);
    assert_eq!(format!("{:?}", open.outline.as_ref().unwrap()), format!("{outline:?}"));
    assert_eq!(format!("{:?}", open.metrics.as_ref().unwrap()), format!("{:?}", session_metrics(&outline)));
    let shown: u64 = match open.counts.get(open.tab) {
        Some(count) => *count,
        None => counts.iter().sum(),
    };
    assert_eq!(open.timeline.len() as u64, shown);
    assert!(open.place.pos < open.timeline.len().max(1));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn what_is_held_is_what_a_fresh_reading_gives(
        steps in prop::collection::vec((write(), prop::sample::select(vec![0_usize, 0, 1, 2, 9])), 1..50)
    ) {
        let mut written = WrittenSession::new();
        let mut desk = desk(&written);
        for (write, answers) in steps {
            take(&mut desk, &mut written, write);
            for _ in 0..answers {
                if !desk.asked.is_empty() {
                    let command = desk.asked.remove(0);
                    desk.answer(&command).into_iter().for_each(|event| desk.tell(&event));
                }
            }
        }
        desk.settle();
        check(&desk, &decode::session(written.stored.clone()));
    }
}

/// With six messages of one agent, everything answered.
fn settled() -> (Desk, WrittenSession) {
    let mut written = WrittenSession::new();
    for _ in 0..6 {
        written.write(SessionWrite::Append(0));
    }
    let mut desk = desk(&written);
    desk.settle();
    (desk, written)
}

#[test]
fn nothing_is_asked_for_what_is_told_finely() {
    let (mut desk, mut written) = settled();
    for write in [
        SessionWrite::Append(0),
        SessionWrite::Count(0),
        SessionWrite::Count(0),
        SessionWrite::RedactWhole(0, 2),
        SessionWrite::Redact(0, 3),
        SessionWrite::Edit(0, 4),
        SessionWrite::Block(0, 1),
        SessionWrite::Create,
        SessionWrite::Append(1),
        SessionWrite::State(0),
        SessionWrite::Metadata(1),
        SessionWrite::Metadata(2),
        SessionWrite::Rate(0),
        SessionWrite::Answer(0),
        SessionWrite::Cut(0, 5),
        SessionWrite::Trim(0, 2),
    ] {
        take(&mut desk, &mut written, write);
        assert!(desk.asked.is_empty(), "{write:?}: {:?}", desk.asked);
        check(&desk, &decode::session(written.stored.clone()));
    }
    assert_eq!(desk.state.session().unwrap().agents.len(), 2, "a new agent has its tab");
}

#[test]
fn a_rewritten_message_is_laid_out_anew_where_it_stands() {
    let (mut desk, mut written) = settled();
    desk.press(Action::Top);
    let place = desk.state.position();
    take(&mut desk, &mut written, SessionWrite::Edit(0, 1));
    assert!(desk.lines().iter().any(|line| line.contains("written in 7")), "{:?}", desk.lines());
    assert_eq!(desk.state.position(), place);
    take(&mut desk, &mut written, SessionWrite::Cut(0, 3));
    assert_eq!(desk.state.position(), Some((1, 3)));
    take(&mut desk, &mut written, SessionWrite::Cut(0, 0));
    assert_eq!((desk.state.position(), desk.state.new_below()), (None, 0));
}

#[test]
fn counters_are_counted_without_their_message() {
    let (mut desk, mut written) = settled();
    take(&mut desk, &mut written, SessionWrite::Count(0));
    desk.state.open.as_mut().unwrap().windows[0].retain(|index| index < 3);
    take(&mut desk, &mut written, SessionWrite::Count(0));
    let outline = desk.state.open.as_ref().unwrap().outline.clone().unwrap();
    assert_eq!(format!("{outline:?}"), format!("{:?}", Outline::from(&desk.sessions[0])));
    assert!(!desk.asked.iter().any(|command| matches!(command, Command::Open(..))), "{:?}", desk.asked);
}

#[test]
fn what_cannot_be_resolved_is_read_again() {
    let (mut desk, _) = settled();
    let fields = || vec![("customer.tier".to_owned(), Some(1.into()))];
    for kind in [
        ChangeKind::MetadataPaths(fields()),
        ChangeKind::AgentFields("unknown".into(), fields()),
        ChangeKind::MessageFields("a".into(), 60, fields()),
        ChangeKind::FeedbackFields(9, fields()),
        ChangeKind::Truncated("a".into(), 60),
        ChangeKind::Agent(Box::new(decode::agent("a".into(), doc! {}.into(), 0, None))),
        ChangeKind::AgentRemoved("a".into()),
    ] {
        apply(&mut desk, &Change::new("w".into(), kind.clone()));
        assert!(desk.asked.iter().any(|command| matches!(command, Command::Open(..))), "{kind:?}");
        desk.settle();
    }
}

#[test]
fn a_page_that_was_read_before_a_change_shows_it() {
    let mut written = WrittenSession::new();
    for _ in 0..200 {
        written.write(SessionWrite::Append(0));
    }
    let mut desk = desk(&written);
    desk.settle();
    desk.press(Action::Top);
    let late = desk.asked.iter().filter_map(|command| desk.answer(command)).collect::<Vec<_>>();
    assert!(!late.is_empty());
    desk.asked.clear();
    take(&mut desk, &mut written, SessionWrite::Edit(0, 1));
    assert!(desk.asked.iter().any(|command| matches!(command, Command::Open(..))), "its message is not held");
    desk.asked.clear();
    for event in &late {
        desk.tell(event);
    }
    assert!(desk.lines().iter().any(|line| line.contains("written in 201")), "{:?}", desk.lines());
}
