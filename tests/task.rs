//! The background task with a repository whose answers come when the test lets them: whatever the order, the newest
//! question of each lane is answered, and nothing that is stale comes through.

#[path = "task/gate.rs"]
mod gate;

use std::sync::Arc;

use gate::Gate;
use proptest::prelude::*;
use strandscope::{
    repository::{Error, Filter, ListQuery, Opened, SessionReader, Target},
    session::SessionKey,
    task::{Command, Event, Lane, Link, Task, Ticket, spawn_with},
};

const LANES: [Lane; 4] = [Lane::List, Lane::Count, Lane::Open, Lane::Outline];

#[derive(Debug, Clone)]
enum Step {
    Ask(usize),
    Cancel(usize),
    Release(usize),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        3 => (0..LANES.len()).prop_map(Step::Ask),
        1 => (0..LANES.len()).prop_map(Step::Cancel),
        3 => (0..8_usize).prop_map(Step::Release),
    ]
}

fn start(gate: &Arc<Gate>) -> Task {
    let reader: Arc<dyn SessionReader> = gate.clone();
    spawn_with(Arc::new(move |_| {
        let reader = reader.clone();
        Box::pin(async move { Ok(Opened::Reader(reader)) })
    }))
}

fn command(lane: Lane, ticket: Ticket) -> Command {
    let key = SessionKey::from("s");
    match lane {
        Lane::List => Command::List(ticket, ListQuery { limit: 3, ..ListQuery::default() }),
        Lane::Count => Command::Count(ticket, Filter::default()),
        Lane::Open => Command::Open(ticket, key, 50),
        _ => Command::Outline(ticket, key),
    }
}

fn answered(event: &Event) -> Option<(Lane, Ticket, bool)> {
    Some(match event {
        Event::Rows(ticket, _) => (Lane::List, *ticket, false),
        Event::ListEnd(ticket, _) => (Lane::List, *ticket, true),
        Event::Count(ticket, _) => (Lane::Count, *ticket, true),
        Event::Opened(ticket, _) => (Lane::Open, *ticket, true),
        Event::Outline(ticket, _) => (Lane::Outline, *ticket, true),
        _ => return None,
    })
}

/// Lets every task run until none can go on: on a current-thread runtime each yield gives all others a turn.
async fn settle() {
    for _ in 0..64 {
        tokio::task::yield_now().await;
    }
}

async fn play(steps: Vec<Step>) {
    let gate = Arc::new(Gate::closed());
    let mut task = start(&gate);
    task.commands.send(Command::Connect(Ticket(1), Target::Demo)).await.expect("the task runs");
    settle().await;
    assert!(matches!(task.events.try_recv(), Ok(Event::Connected { ticket: Ticket(1), .. })));
    let mut newest = [None; LANES.len()];
    let mut finished = [None; LANES.len()];
    let mut next = 2;
    let releases = (0..64).map(|_| Step::Release(0));
    for step in steps.into_iter().chain(releases) {
        match step {
            Step::Ask(lane) => {
                newest[lane] = Some(Ticket(next));
                task.commands.send(command(LANES[lane], Ticket(next))).await.expect("the task runs");
                next += 1;
            }
            Step::Cancel(lane) => {
                newest[lane] = None;
                finished[lane] = None;
                task.commands.send(Command::Cancel(LANES[lane])).await.expect("the task runs");
            }
            Step::Release(nth) => gate.release(nth),
        }
        settle().await;
        while let Ok(event) = task.events.try_recv() {
            let (lane, ticket, done) = answered(&event).expect("only answers come here");
            let lane = LANES.iter().position(|known| *known == lane).expect("a known lane");
            assert_eq!(Some(ticket), newest[lane], "a stale answer came through: {event:?}");
            if done {
                finished[lane] = Some(ticket);
            }
        }
    }
    assert_eq!(finished, newest, "the newest question of each lane is answered");
}

fn run(future: impl Future<Output = ()>) {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime").block_on(future);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn the_newest_question_of_each_lane_is_answered(steps in prop::collection::vec(step(), 0..24)) {
        run(play(steps));
    }
}

#[test]
fn a_crash_in_a_read_is_a_failure_of_that_read() {
    run(async {
        let gate = Arc::new(Gate::failing(|| panic!("on purpose")));
        let mut task = start(&gate);
        task.commands.send(Command::Connect(Ticket(1), Target::Demo)).await.expect("the task runs");
        task.events.recv().await.expect("the task runs");
        task.commands.send(command(Lane::Count, Ticket(2))).await.expect("the task runs");
        let event = task.events.recv().await.expect("the task runs");
        assert!(matches!(event, Event::Failed { ticket: Ticket(2), lane: Lane::Count, .. }), "{event:?}");
    });
}

#[test]
fn a_lost_connection_is_told_and_tried_again_until_it_answers() {
    run(async {
        let lost = || Error::Unreachable { hosts: "localhost:1".into(), reason: "refused".into() };
        let gate = Arc::new(Gate::failing(lost));
        let mut task = start(&gate);
        task.commands.send(Command::Connect(Ticket(1), Target::Demo)).await.expect("the task runs");
        task.events.recv().await.expect("the task runs");
        task.commands.send(command(Lane::Count, Ticket(2))).await.expect("the task runs");
        let (mut failed, mut told) = (false, false);
        while !(failed && told) {
            match task.events.recv().await.expect("the task runs") {
                Event::Failed { ticket: Ticket(2), .. } => failed = true,
                Event::Link(Link::Lost { .. }) => told = true,
                other => panic!("{other:?}"),
            }
        }
        gate.mend();
        loop {
            match task.events.recv().await.expect("the task runs") {
                Event::Link(Link::Lost { .. }) => {}
                Event::Link(Link::Up) => break,
                other => panic!("{other:?}"),
            }
        }
    });
}

#[test]
fn a_new_connection_makes_every_earlier_question_stale() {
    run(async {
        let gate = Arc::new(Gate::closed());
        let mut task = start(&gate);
        task.commands.send(Command::Connect(Ticket(1), Target::Demo)).await.expect("the task runs");
        task.commands.send(command(Lane::Open, Ticket(2))).await.expect("the task runs");
        settle().await;
        task.commands.send(Command::Connect(Ticket(3), Target::Demo)).await.expect("the task runs");
        settle().await;
        gate.release(0);
        settle().await;
        let mut seen = Vec::new();
        while let Ok(event) = task.events.try_recv() {
            seen.push(event);
        }
        assert!(
            matches!(
                seen[..],
                [Event::Connected { ticket: Ticket(1), .. }, Event::Connected { ticket: Ticket(3), .. }]
            ),
            "{seen:?}"
        );
    });
}
