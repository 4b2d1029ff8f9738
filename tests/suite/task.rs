//! The background task with a repository whose answers come when the test lets them: whatever the order, the newest
//! question of each lane is answered, and nothing that is stale comes through.

mod feedback;
mod gate;
mod planned;

use std::sync::Arc;

use gate::Gate;
use proptest::prelude::*;
use strandscope::{
    Error, Filter, ListQuery, MetadataEdit, Opened, SessionKey, SessionManager, SessionReader, Target,
    app::place::Origin, app::place::Place, app::place::Rights, app::place::Store, app::task::Command, app::task::Event,
    app::task::Lane, app::task::Link, app::task::Opener, app::task::Task, app::task::Ticket, app::task::WriteId,
    app::task::WriteOrder, app::task::Writing, app::task::spawn_with, app::writes::Write, open_folder,
};

const LANES: [Lane; 4] = [Lane::List, Lane::Count, Lane::Open, Lane::Outline];

#[derive(Debug, Clone)]
enum TaskStep {
    Ask(usize),
    Cancel(usize),
    Release(usize),
}

fn step() -> impl Strategy<Value = TaskStep> {
    prop_oneof![
        3 => (0..LANES.len()).prop_map(TaskStep::Ask),
        1 => (0..LANES.len()).prop_map(TaskStep::Cancel),
        3 => (0..8_usize).prop_map(TaskStep::Release),
    ]
}

/// A write for the connection that was opened with that ticket.
fn order(connection: u64, write: Write) -> Box<WriteOrder> {
    let id = WriteId { run: uuid::Uuid::nil(), number: 1 };
    Box::new(WriteOrder { id, connection: Ticket(connection), write })
}

fn start(gate: &Arc<Gate>) -> Task {
    let reader: Arc<dyn SessionReader> = gate.clone();
    let opener: Opener = Arc::new(move |_, _| {
        let reader = reader.clone();
        Box::pin(async move { Ok(Opened::Store(Store::Reader(reader))) })
    });
    spawn_with(opener, Writing::default())
}

fn command(lane: Lane, ticket: Ticket) -> Command {
    let key = SessionKey::from("s");
    match lane {
        Lane::List => Command::List(ticket, Box::new(ListQuery::new(3))),
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

/// The next of what is told; that this store tells no changes is left out.
async fn answer(events: &mut tokio::sync::mpsc::Receiver<Event>) -> Event {
    loop {
        let event = events.recv().await.expect("the task runs");
        if !matches!(event, Event::News(..)) {
            return event;
        }
    }
}

/// Lets every task run until none can go on: on a current-thread runtime each yield gives all others a turn.
async fn settle() {
    for _ in 0..64 {
        tokio::task::yield_now().await;
    }
}

async fn play(steps: Vec<TaskStep>) {
    let gate = Arc::new(Gate::closed());
    let mut task = start(&gate);
    task.commands
        .send(Command::Connect(Ticket(1), Place::with_rights(Origin::Demo, Rights::Read).into()))
        .await
        .expect("the task runs");
    settle().await;
    assert!(matches!(task.events.try_recv(), Ok(Event::Connected { ticket: Ticket(1), .. })));
    let mut newest = [None; LANES.len()];
    let mut finished = [None; LANES.len()];
    let mut next = 2;
    let releases = (0..64).map(|_| TaskStep::Release(0));
    for step in steps.into_iter().chain(releases) {
        match step {
            TaskStep::Ask(lane) => {
                newest[lane] = Some(Ticket(next));
                task.commands.send(command(LANES[lane], Ticket(next))).await.expect("the task runs");
                next += 1;
            }
            TaskStep::Cancel(lane) => {
                newest[lane] = None;
                finished[lane] = None;
                task.commands.send(Command::Cancel(LANES[lane])).await.expect("the task runs");
            }
            TaskStep::Release(nth) => gate.release(nth),
        }
        settle().await;
        while let Ok(event) = task.events.try_recv() {
            if matches!(event, Event::News(..)) {
                continue;
            }
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
        task.commands
            .send(Command::Connect(Ticket(1), Place::with_rights(Origin::Demo, Rights::Read).into()))
            .await
            .expect("the task runs");
        answer(&mut task.events).await;
        task.commands.send(command(Lane::Count, Ticket(2))).await.expect("the task runs");
        let event = answer(&mut task.events).await;
        assert!(matches!(event, Event::Failed { ticket: Ticket(2), lane: Lane::Count, .. }), "{event:?}");
    });
}

#[test]
fn the_end_closes_what_was_open() {
    run(async {
        let gate = Arc::new(Gate::closed());
        let Task { commands, mut events, done } = start(&gate);
        commands
            .send(Command::Connect(Ticket(1), Place::with_rights(Origin::Demo, Rights::Read).into()))
            .await
            .expect("the task runs");
        events.recv().await.expect("the task runs");
        assert!(!gate.has_ended());
        drop(commands);
        done.await.expect("the task ends");
        assert!(gate.has_ended());
    });
}

#[test]
fn a_lost_connection_is_told_and_tried_again_until_it_answers() {
    run(async {
        let lost = || Error::unreachable("localhost:1", "refused");
        let gate = Arc::new(Gate::failing(lost));
        let mut task = start(&gate);
        task.commands
            .send(Command::Connect(Ticket(1), Place::with_rights(Origin::Demo, Rights::Read).into()))
            .await
            .expect("the task runs");
        answer(&mut task.events).await;
        task.commands.send(command(Lane::Count, Ticket(2))).await.expect("the task runs");
        let (mut failed, mut told) = (false, false);
        while !(failed && told) {
            match answer(&mut task.events).await {
                Event::Failed { ticket: Ticket(2), .. } => failed = true,
                Event::Link(_, Link::Lost { .. }) => told = true,
                other => panic!("{other:?}"),
            }
        }
        gate.mend();
        loop {
            match answer(&mut task.events).await {
                Event::Link(_, Link::Lost { .. }) => {}
                Event::Link(_, Link::Up) => break,
                other => panic!("{other:?}"),
            }
        }
    });
}

/// The clock stands still unless everybody waits.
#[tokio::test(start_paused = true)]
async fn what_is_answered_meanwhile_ends_the_wait_for_the_next_try() {
    let gate = Arc::new(Gate::failing(|| Error::unreachable("localhost:1", "refused")));
    let mut task = start(&gate);
    task.commands
        .send(Command::Connect(Ticket(1), Place::with_rights(Origin::Demo, Rights::Read).into()))
        .await
        .expect("the task runs");
    answer(&mut task.events).await;
    task.commands.send(command(Lane::Count, Ticket(2))).await.expect("the task runs");
    while !matches!(answer(&mut task.events).await, Event::Link(_, Link::Lost { retry_in_s: 6.., .. })) {}
    gate.mend();
    let began = tokio::time::Instant::now();
    task.commands.send(command(Lane::Count, Ticket(3))).await.expect("the task runs");
    while !matches!(answer(&mut task.events).await, Event::Link(_, Link::Up)) {}
    assert!(began.elapsed().as_secs() < 1, "who reads need not wait: {:?}", began.elapsed());
}

#[test]
fn a_new_connection_makes_every_earlier_question_stale() {
    run(async {
        let gate = Arc::new(Gate::closed());
        let mut task = start(&gate);
        task.commands
            .send(Command::Connect(Ticket(1), Place::with_rights(Origin::Demo, Rights::Read).into()))
            .await
            .expect("the task runs");
        task.commands.send(command(Lane::Open, Ticket(2))).await.expect("the task runs");
        settle().await;
        task.commands
            .send(Command::Connect(Ticket(3), Place::with_rights(Origin::Demo, Rights::Read).into()))
            .await
            .expect("the task runs");
        settle().await;
        gate.release(0);
        settle().await;
        let mut seen = Vec::new();
        while let Ok(event) = task.events.try_recv() {
            if !matches!(event, Event::News(..)) {
                seen.push(event);
            }
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

#[tokio::test]
async fn writes_are_done_in_order_and_none_is_given_up() {
    let folder = tempfile::tempdir().expect("a folder");
    let state = tempfile::tempdir().expect("a folder");
    let writing = Writing { copies: Some(state.path().join("deleted")), ..Writing::default() };
    let mut task = strandscope::app::task::spawn(strandscope::Limits::default(), writing);
    let target = Target::Folder(folder.path().to_owned());
    let manager = SessionManager::new(open_folder(folder.path()).await.expect("it opens"), "s");
    manager.open_or_create().await.expect("a session");
    let send = async |command| task.commands.send(command).await.expect("the task runs");
    send(Command::Connect(Ticket(1), Place::with_rights(target.clone(), Rights::Write).into())).await;
    while !matches!(task.events.recv().await, Some(Event::Connected { .. })) {}
    for number in 0..20_i32 {
        let shown = (number > 0).then(|| bson::Bson::Int32(number - 1));
        let edit = MetadataEdit::set("n", number).only_if(shown);
        send(Command::Write(Ticket(100 + number as u64), order(1, Write::Metadata("s".into(), vec![edit])))).await;
    }
    // Neither another question nor giving up takes any of them away, nor does leaving.
    send(Command::Cancel(Lane::Write)).await;
    send(Command::Write(Ticket(200), order(1, Write::Delete("nobody".into())))).await;
    drop(task.commands);
    let mut done = Vec::new();
    while let Some(event) = task.events.recv().await {
        match event {
            Event::Written(ticket, _) => done.push(ticket.0),
            Event::NotWritten { ticket, error, .. } => {
                assert!(ticket == Ticket(200) && matches!(error, Error::NotFound { .. }), "{error}");
            }
            _ => {}
        }
    }
    assert_eq!(done, (100..120).collect::<Vec<_>>());
    assert_eq!(manager.metadata().await.expect("it is there"), bson::doc! { "n": 19 });
}

#[tokio::test]
async fn a_connection_to_read_cannot_write_and_a_deletion_leaves_a_copy() {
    let folder = tempfile::tempdir().expect("a folder");
    let state = tempfile::tempdir().expect("a folder");
    SessionManager::new(open_folder(folder.path()).await.expect("it opens"), "s").open_or_create().await.expect("one");
    let copies = state.path().join("deleted");
    let writing = Writing { copies: Some(copies.clone()), ..Writing::default() };
    let mut task = strandscope::app::task::spawn(strandscope::Limits::default(), writing);
    for (number, rights) in [(1, Rights::Read), (3, Rights::Write)] {
        let target = Target::Folder(folder.path().to_owned());
        task.commands
            .send(Command::Connect(Ticket(number), Place::with_rights(target, rights).into()))
            .await
            .expect("the task runs");
        while !matches!(task.events.recv().await, Some(Event::Connected { .. })) {}
        let delete = Command::Write(Ticket(number + 1), order(number, Write::Delete("s".into())));
        task.commands.send(delete).await.expect("the task runs");
        match (rights, answer(&mut task.events).await) {
            (Rights::Read, Event::NotWritten { error: Error::ReadOnly { .. }, .. }) => {}
            (Rights::Write, Event::Written(Ticket(4), outcome)) => assert!(outcome.copy.is_some()),
            (rights, other) => panic!("{rights:?}: {other:?}"),
        }
    }
    assert_eq!(std::fs::read_dir(copies).expect("a folder").count(), 1);
    assert!(!folder.path().join("session_s").exists());
}

#[tokio::test]
async fn a_filter_that_is_typed_is_counted_in_a_folder_of_few_sessions() {
    let folder = tempfile::tempdir().expect("a folder");
    for id in ["a-1", "a-2", "b-1"] {
        let manager = SessionManager::new(open_folder(folder.path()).await.expect("it opens"), id);
        manager.open_or_create().await.expect("one");
    }
    let mut task = strandscope::app::task::spawn(strandscope::Limits::default(), Writing::default());
    let target = Target::Folder(folder.path().to_owned());
    let connect = Command::Connect(Ticket(1), Place::with_rights(target, Rights::Read).into());
    task.commands.send(connect).await.expect("the task runs");
    while !matches!(task.events.recv().await, Some(Event::Connected { .. })) {}
    for (number, typed, counted) in [(2, "^a-", Some(2)), (3, "^a- tool:x", None)] {
        let filter = Filter::parse(typed, jiff::Timestamp::now()).expect("a filter");
        let foresee = Command::Foresee(Ticket(number), Box::new(ListQuery::new(1).filter(filter)));
        task.commands.send(foresee).await.expect("the task runs");
        let told = answer(&mut task.events).await;
        assert!(
            matches!(&told, Event::Foreseen(_, plan) if !plan.served && plan.counts == counted.is_some()),
            "{told:?}"
        );
        if counted.is_some() {
            let told = answer(&mut task.events).await;
            assert!(matches!(&told, Event::ForeseenCount(Ticket(2), count) if *count == counted), "{told:?}");
        }
    }
}
