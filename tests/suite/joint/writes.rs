//! Writes: never given up, each answered once, and back in the editor where they were refused.

use std::sync::{Arc, Mutex};

use bson::Bson;
use strandscope::{
    Filter, MetadataEdit, app::place::Origin, app::place::Place, app::place::Rights, app::task::Command,
    app::task::Event, app::task::Opener, app::task::Ticket, app::task::WriteId, app::task::WriteOrder,
    app::task::Writing, app::task::spawn_with, app::tui::state::form::MetadataForm, app::tui::state::modal::Modal,
    app::writes::Write,
};

use super::{
    lost,
    screen::Screen,
    store::{Call, Faulty},
};

/// Makes `lower` of the field `priority`, which is `low`.
const EDIT: &str = "4e\u{5}er\n\u{13}\n";

async fn stored(store: &Faulty) -> Bson {
    store.folder().metadata(&"long".into()).await.unwrap().remove("priority").expect("the field is there")
}

fn form(screen: &Screen) -> &MetadataForm {
    match screen.state.modals.last() {
        Some(Modal::Form(form)) => form,
        other => panic!("the form was expected, not {other:?}"),
    }
}

async fn until_written(screen: &mut Screen, writes: usize) {
    screen.until("a write is answered", |screen| screen.written.len() == writes).await;
}

#[tokio::test]
async fn a_write_that_is_held_stays_pending_whatever_is_done_and_is_answered_once() {
    let store = Faulty::seeded().await;
    let mut screen = Screen::opened(&store).await;
    let held = store.stall(Call::Write);
    screen.press(EDIT).await;
    screen.until_caught(&held).await;
    assert_eq!(screen.state.loading().as_deref(), Some("storing priority of long"));
    // It is not given up, others go on beside it, and it outlives its connection.
    for keys in ["\u{1b}", "r", "c\n"] {
        screen.press(keys).await;
        screen.quiet().await;
        assert_eq!(screen.state.storing().as_deref(), Some("storing priority of long"), "after {keys:?}");
    }
    assert!(screen.state.workspace.connection.is_open() && screen.state.workspace.list.rows.len() == 3);
    assert_eq!(stored(&store).await, Bson::from("low"));
    screen.let_go(&held).await;
    until_written(&mut screen, 1).await;
    assert_eq!((screen.state.storing(), screen.state.loading(), screen.state.wrong()), (None, None, None));
    assert_eq!(stored(&store).await, Bson::from("lower"));
    screen.press("r").await;
    screen.quiet().await;
    assert_eq!(screen.written, [true]);
}

#[tokio::test]
async fn writes_behind_one_that_is_held_are_stored_after_it() {
    let store = Faulty::seeded().await;
    let mut screen = Screen::opened(&store).await;
    let held = store.stall(Call::Write);
    screen.press(EDIT).await;
    screen.until_caught(&held).await;
    store.mend();
    screen.press("\u{1b}1+").await;
    screen.quiet().await;
    assert!(screen.written.is_empty() && screen.state.pending_fields().count() == 1);
    screen.let_go(&held).await;
    until_written(&mut screen, 2).await;
    screen.quiet().await;
    assert_eq!((&screen.written[..], screen.state.storing()), (&[true, true][..], None));
    assert_eq!(stored(&store).await, Bson::from("lower"));
    assert_eq!(store.folder().feedbacks(&"long".into()).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_write_over_a_lost_connection_comes_back_as_it_was_typed_and_can_be_stored_again() {
    let store = Faulty::seeded().await;
    let mut screen = Screen::opened(&store).await;
    store.fail(Call::Write, lost);
    screen.press(EDIT).await;
    until_written(&mut screen, 1).await;
    assert_eq!((&screen.written[..], screen.state.storing(), screen.state.loading()), (&[false][..], None, None));
    assert!(screen.state.workspace.last_error.as_deref().is_some_and(|told| told.contains("refused")));
    assert_eq!(form(&screen).changes().len(), 1);
    assert_eq!(stored(&store).await, Bson::from("low"));
    store.mend();
    screen.press("\u{13}\n").await;
    until_written(&mut screen, 2).await;
    assert_eq!((&screen.written[..], screen.state.wrong()), (&[false, true][..], None));
    assert!(form(&screen).changes().is_empty());
    assert_eq!(stored(&store).await, Bson::from("lower"));
}

#[tokio::test]
async fn a_write_of_what_was_changed_meanwhile_comes_back_with_what_is_stored() {
    let store = Faulty::seeded().await;
    let mut screen = Screen::opened(&store).await;
    let held = store.stall(Call::Write);
    screen.press(EDIT).await;
    screen.until_caught(&held).await;
    store.folder().edit_metadata(&"long".into(), &[MetadataEdit::set("priority", "high")]).await.unwrap();
    store.mend();
    screen.let_go(&held).await;
    until_written(&mut screen, 1).await;
    assert_eq!((&screen.written[..], screen.state.storing()), (&[false][..], None));
    assert!(matches!(screen.state.modals.last(), Some(Modal::Changes(_))), "base, mine and theirs are shown");
    assert_eq!(stored(&store).await, Bson::from("high"));
    screen.press("\n").await;
    let told = (&screen.written[..], screen.state.storing());
    assert_eq!(told, (&[false][..], None), "nothing is overwritten that was not chosen");
    screen.press("m\n").await;
    until_written(&mut screen, 2).await;
    assert_eq!(screen.written, [false, true]);
    assert_eq!(stored(&store).await, Bson::from("lower"));
}

/// `priority` of `long` is set on the connection of that ticket.
fn ordered(ticket: u64, connection: u64, value: &str) -> Command {
    let write = Write::Metadata("long".into(), vec![MetadataEdit::set("priority", value)]);
    let id = WriteId { run: uuid::Uuid::nil(), number: ticket };
    Command::Write(Ticket(ticket), Box::new(WriteOrder { id, connection: Ticket(connection), write }))
}

/// The next of what is told; that this store tells no changes is left out.
async fn answer(events: &mut tokio::sync::mpsc::Receiver<Event>) -> Event {
    loop {
        let event = events.recv().await.unwrap();
        if !matches!(event, Event::News(..)) {
            return event;
        }
    }
}

#[tokio::test]
async fn what_is_asked_goes_to_the_connection_in_use_and_the_others_stay_open() {
    let (first, second) = (Faulty::seeded().await, Faulty::seeded().await);
    let stores = Arc::new(Mutex::new(vec![second.clone(), first.clone()]));
    let opener: Opener = Arc::new(move |_, _| {
        let store = stores.lock().unwrap().pop().unwrap();
        Box::pin(store.connect())
    });
    let mut task = spawn_with(opener, Writing::default());
    for connect in [1, 2] {
        let place = Place::with_rights(Origin::Demo, Rights::Write);
        task.commands.send(Command::Connect(Ticket(connect), place.into())).await.unwrap();
        assert!(matches!(answer(&mut task.events).await, Event::Connected { .. }));
    }
    for (connection, store) in [(1, &first), (2, &second)] {
        let held = store.stall(Call::Count);
        task.commands.send(Command::Use(Ticket(connection))).await.unwrap();
        task.commands.send(Command::Count(Ticket(10 + connection), Filter::default())).await.unwrap();
        held.caught().await;
        held.let_go();
        let told = answer(&mut task.events).await;
        assert!(matches!(told, Event::Count(Ticket(of), Some(3)) if of == 10 + connection), "{told:?}");
    }
    task.commands.send(ordered(20, 1, "beside")).await.unwrap();
    let told = answer(&mut task.events).await;
    assert!(matches!(told, Event::Written(Ticket(20), _)), "{told:?}");
    assert_eq!((stored(&first).await, stored(&second).await), ("beside".into(), "low".into()));
}

#[tokio::test]
async fn a_write_reaches_the_store_it_was_ordered_for_and_holds_up_no_other() {
    let (first, second) = (Faulty::seeded().await, Faulty::seeded().await);
    let held = first.stall(Call::Write);
    let stores = Arc::new(Mutex::new(vec![second.clone(), first.clone()]));
    let opener: Opener = Arc::new(move |_, _| {
        let store = stores.lock().unwrap().pop().unwrap();
        Box::pin(store.connect())
    });
    let mut task = spawn_with(opener, Writing::default());
    for (connect, write, value) in [(1, 2, "first"), (3, 4, "second")] {
        task.commands
            .send(Command::Connect(Ticket(connect), Place::with_rights(Origin::Demo, Rights::Write).into()))
            .await
            .unwrap();
        assert!(matches!(answer(&mut task.events).await, Event::Connected { .. }));
        task.commands.send(ordered(write, connect, value)).await.unwrap();
        if connect == 1 {
            held.caught().await;
        }
    }
    let told = answer(&mut task.events).await;
    assert!(matches!(told, Event::Written(Ticket(4), _)), "{told:?}");
    task.commands.send(Command::Close(Ticket(1))).await.unwrap();
    task.commands.send(ordered(5, 1, "late")).await.unwrap();
    let told = answer(&mut task.events).await;
    assert!(matches!(told, Event::NotWritten { ticket: Ticket(5), .. }), "{told:?}");
    held.let_go();
    let told = answer(&mut task.events).await;
    assert!(matches!(told, Event::Written(Ticket(2), _)), "{told:?}");
    assert_eq!((stored(&first).await, stored(&second).await), ("first".into(), "second".into()));
}
