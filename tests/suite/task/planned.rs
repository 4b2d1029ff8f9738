//! For which lists it is asked how the store would find them.

use strandscope::{
    Limits, ListQuery, SessionManager, Sort, Target, app::place::Place, app::place::Rights, app::task::Command,
    app::task::Event, app::task::Ticket, app::task::Writing, open_folder,
};

#[tokio::test]
async fn every_order_but_the_usual_one_is_planned() {
    let folder = tempfile::tempdir().expect("a folder");
    let manager = SessionManager::new(open_folder(folder.path()).await.expect("it opens"), "s");
    manager.open_or_create().await.expect("one");
    let mut task = strandscope::app::task::spawn(Limits::default(), Writing::default());
    let target = Target::Folder(folder.path().to_owned());
    let connect = Command::Connect(Ticket(1), Place::with_rights(target, Rights::Read).into());
    task.commands.send(connect).await.expect("the task runs");
    while !matches!(task.events.recv().await, Some(Event::Connected { .. })) {}
    for (number, sort, planned) in
        [(2, "updated", None), (3, "created", Some(false)), (4, "updated:asc", Some(true)), (5, "tokens", Some(false))]
    {
        let query = ListQuery::new(3).sort(Sort::parse(sort).expect("an order"));
        task.commands.send(Command::List(Ticket(number), Box::new(query))).await.expect("the task runs");
        let mut served = None;
        loop {
            match super::answer(&mut task.events).await {
                Event::Plan(_, plan) => served = Some(plan.served),
                Event::ListEnd(..) => break,
                _ => {}
            }
        }
        assert_eq!(served, planned, "{sort}");
    }
}
