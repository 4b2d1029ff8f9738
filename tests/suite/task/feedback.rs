//! Feedback that is changed and taken back through the task: what it tells of that is what is stored.

use bson::Bson;
use strandscope::{
    Error, FeedbackChange, Limits, NewFeedback, Rating, SessionKey, SessionManager, Target,
    app::place::{Place, Rights},
    app::task::{Command, Event, Task, Ticket, Writing, spawn},
    app::writes::Write,
    open_folder,
};

use super::order;

/// What became of a write.
async fn outcome(task: &mut Task, ticket: u64, write: Write) -> Event {
    task.commands.send(Command::Write(Ticket(ticket), order(1, write))).await.expect("the task runs");
    loop {
        let event = task.events.recv().await.expect("the task runs");
        if matches!(event, Event::Written(..) | Event::NotWritten { .. }) {
            return event;
        }
    }
}

#[tokio::test]
async fn what_is_told_of_feedback_that_was_changed_or_taken_back_is_what_is_stored() {
    let folder = tempfile::tempdir().expect("a folder");
    let repository = open_folder(folder.path()).await.expect("it opens");
    let manager = SessionManager::new(repository.clone(), "s");
    manager.open_or_create().await.expect("a session");
    for comment in ["one", "two", "three"] {
        manager.add_feedback(NewFeedback::new(Rating::Up).comment(comment)).await.expect("added");
    }
    let key = SessionKey::from("s");
    let mut held = repository.open(&key, 0).await.expect("it opens");
    let mut task = spawn(Limits::default(), Writing::default());
    let place = Place::with_rights(Target::Folder(folder.path().to_owned()), Rights::Write);
    task.commands.send(Command::Connect(Ticket(1), place.into())).await.expect("the task runs");
    while !matches!(task.events.recv().await, Some(Event::Connected { .. })) {}

    let two = held.feedbacks[1].raw.bson();
    let mut changed = two.as_document().expect("an object").clone();
    changed.insert("rating", "down");
    let changes = [FeedbackChange::to(two.clone(), changed.clone()), FeedbackChange::back(Bson::Document(changed))];
    for (number, change) in (10..).zip(changes) {
        let written = outcome(&mut task, number, Write::ChangeFeedback(key.clone(), change)).await;
        let Event::Written(_, done) = written else { panic!("{written:?}") };
        for change in &done.changes {
            assert!(change.apply_to(&mut held).is_changed(), "{change:?}");
        }
        let stored = repository.open(&key, 0).await.expect("it opens");
        assert_eq!(held.feedbacks, stored.feedbacks);
    }
    let again = outcome(&mut task, 20, Write::ChangeFeedback(key.clone(), FeedbackChange::back(two))).await;
    assert!(matches!(again, Event::NotWritten { error: Error::Conflict { .. }, .. }), "{again:?}");
}
