//! Connecting, and the first look for a session that was named.

use strandscope::{Error, app::tui::state::connection::Stage, app::tui::state::modal::Modal};

use super::{
    lost, nothing_comes_late,
    screen::Screen,
    store::{Call, Faulty},
};

fn broken() -> Error {
    Error::other("looking", "it broke")
}

fn is_on_the_start_screen(screen: &Screen) -> bool {
    matches!(screen.state.modals.last(), Some(Modal::Places(_)))
}

#[tokio::test]
async fn a_connection_that_fails_is_told_and_the_session_opened_once_it_is_tried_again() {
    let store = Faulty::seeded().await;
    store.fail(Call::Connect, lost);
    let mut screen = Screen::start(&store, Some("long")).await;
    screen.quiet().await;
    let told = match &screen.state.workspace.connection.stage {
        Stage::Failed(error) => error.to_string(),
        other => panic!("{other:?}"),
    };
    assert!(told.contains("refused") && is_on_the_start_screen(&screen));
    assert_eq!(screen.state.loading(), None);
    screen.press("r").await;
    screen.quiet().await;
    assert!(matches!(screen.state.workspace.connection.stage, Stage::Failed(_)), "it fails as often as it is tried");
    store.mend();
    screen.press("r").await;
    screen.quiet().await;
    assert!(screen.state.workspace.connection.is_open() && screen.state.modals.is_empty());
    assert_eq!((screen.open_session(), screen.state.workspace.list.rows.len()), (Some("long"), 3));
    assert_eq!((screen.state.loading(), screen.state.wrong()), (None, None));
}

#[tokio::test]
async fn a_connection_that_is_given_up_does_not_come_late() {
    let store = Faulty::seeded().await;
    let held = store.stall(Call::Connect);
    let mut screen = Screen::start(&store, None).await;
    screen.until_caught(&held).await;
    assert_eq!(screen.state.loading().as_deref(), Some("connecting to here"));
    screen.press("\u{1b}").await;
    assert!(matches!(screen.state.workspace.connection.stage, Stage::None) && is_on_the_start_screen(&screen));
    assert_eq!(screen.state.loading(), None);
    nothing_comes_late(&mut screen, &held).await;
}

#[tokio::test]
async fn an_older_connection_does_not_come_after_the_newer() {
    let store = Faulty::seeded().await;
    let held = store.stall(Call::Connect);
    let mut screen = Screen::start(&store, None).await;
    screen.until_caught(&held).await;
    store.mend();
    screen.press("\u{1b}r").await;
    screen.quiet().await;
    assert_eq!(screen.state.workspace.list.rows.len(), 3);
    nothing_comes_late(&mut screen, &held).await;
}

#[tokio::test]
async fn a_first_lookup_over_a_lost_connection_is_told_and_made_again_when_it_is_back() {
    let store = Faulty::seeded().await;
    store.fail(Call::Resolve, lost);
    let mut screen = Screen::start(&store, Some("long")).await;
    screen.until_lost().await;
    assert_eq!((screen.state.loading(), screen.open_session()), (None, None));
    assert!(screen.state.workspace.last_error.as_deref().is_some_and(|told| told.contains("refused")));
    assert_eq!(screen.state.workspace.list.rows.len(), 3, "the list comes instead");
    screen.until_back().await;
    assert_eq!(screen.open_session(), Some("long"));
    assert_eq!((screen.state.loading(), screen.state.wrong()), (None, None));
}

#[tokio::test]
async fn a_first_lookup_where_nothing_answers_ends_and_all_of_it_comes_when_the_connection_is_back() {
    let store = Faulty::seeded().await;
    for call in [Call::Resolve, Call::List, Call::Count, Call::Details] {
        store.fail(call, lost);
    }
    let mut screen = Screen::start(&store, Some("long")).await;
    screen.until_lost().await;
    assert_eq!(screen.state.loading(), None);
    assert!(screen.state.workspace.list.error.is_some() && screen.state.workspace.list.rows.is_empty());
    screen.until_back().await;
    assert_eq!((screen.open_session(), screen.state.workspace.list.rows.len()), (Some("long"), 3));
    assert_eq!((screen.state.workspace.list.count, screen.state.workspace.list.error.as_deref()), (Some(3), None));
    assert_eq!((screen.state.loading(), screen.state.wrong()), (None, None));
}

#[tokio::test]
async fn a_first_lookup_that_breaks_is_told_and_the_list_comes() {
    let store = Faulty::seeded().await;
    store.fail(Call::Resolve, broken);
    let mut screen = Screen::start(&store, Some("long")).await;
    screen.quiet().await;
    assert_eq!((screen.state.loading(), screen.open_session()), (None, None));
    assert!(screen.state.workspace.last_error.as_deref().is_some_and(|told| told.contains("it broke")));
    assert_eq!(screen.state.workspace.list.rows.len(), 3);
    assert_eq!(screen.state.workspace.connection.lost, None);
}

#[tokio::test]
async fn a_first_lookup_that_is_given_up_does_not_come_late() {
    let store = Faulty::seeded().await;
    let held = store.stall(Call::Resolve);
    let mut screen = Screen::start(&store, Some("long")).await;
    screen.until_caught(&held).await;
    assert_eq!(screen.state.loading().as_deref(), Some("looking for the session"));
    screen.press("\u{1b}").await;
    screen.quiet().await;
    assert_eq!((screen.state.loading(), screen.state.workspace.list.rows.len()), (None, 3));
    nothing_comes_late(&mut screen, &held).await;
    assert_eq!(screen.open_session(), None);
}
