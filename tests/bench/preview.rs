//! From the rest of the cursor to the session that it rests on: what the screen asks for a preview, over the task; and what is left of
//! one that is given up.

use std::{sync::Arc, time::Instant};

use strandscope::{
    Opened, SessionKey, SessionReader,
    app::{
        place::{Origin, Place, Store},
        task::{Command, Event, Lane, Opener, Task, Ticket, Writing, spawn_with},
    },
};

use crate::{
    collection::LARGE,
    data,
    measure::{median, ms, report},
};

/// Messages of a preview on a screen of usual height.
const LAST: u64 = 13;
const ROUNDS: i64 = 5;

/// Over each of the sessions of 12 MB in turn. The store is closed at the end.
pub async fn preview(reader: &Arc<dyn SessionReader>) {
    let store = Store::Reader(Arc::clone(reader));
    let opener: Opener = Arc::new(move |_, _| {
        let store = store.clone();
        Box::pin(async move { Ok(Opened::Store(store)) })
    });
    let mut task = spawn_with(opener, Writing::default());
    send(&task, Command::Connect(Ticket(1), Box::new(Place::plain("bench", Origin::Demo)))).await;
    while !matches!(next(&mut task).await, Event::Connected { .. }) {}
    let (mut alone, mut after) = (Vec::new(), Vec::new());
    let mut ticket = 1;
    for number in (0..ROUNDS).flat_map(|_| 0..LARGE) {
        ticket += 1;
        alone.push(shown(&mut task, ticket, number).await);
        ticket += 2;
        send(&task, open(ticket - 1, (number + 1) % LARGE)).await;
        let moved_on = Instant::now();
        send(&task, Command::Cancel(Lane::Open)).await;
        shown(&mut task, ticket, number).await;
        after.push(moved_on.elapsed().as_secs_f64());
    }
    let (alone, after) = (median(alone), median(after));
    report("preview of 12 MB, asked to told, in ms", alone * 1e3, "<= 40", &ms(alone));
    let detail = format!("{} after one that is given up", ms(after));
    report("the next after one that is given up: ms later", (after - alone) * 1e3, "<= 5", &detail);
}

fn open(ticket: u64, number: i64) -> Command {
    Command::Open(Ticket(ticket), SessionKey::from(data::id(number).as_str()), LAST)
}

async fn shown(task: &mut Task, ticket: u64, number: i64) -> f64 {
    let asked = Instant::now();
    send(task, open(ticket, number)).await;
    while !matches!(next(task).await, Event::Opened(told, _) if told == Ticket(ticket)) {}
    asked.elapsed().as_secs_f64()
}

async fn send(task: &Task, command: Command) {
    task.commands.send(command).await.expect("the task runs");
}

async fn next(task: &mut Task) -> Event {
    task.events.recv().await.expect("the task runs")
}
