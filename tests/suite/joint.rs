//! Screen, task and store together: whatever a question meets, it is told, nothing loads for ever, and what comes late
//! changes nothing.

mod opening;
mod preview;
pub mod screen;
pub mod store;
mod writes;

use screen::Screen;
use store::{Call, Faulty, Held};
use strandscope::{
    Error, NewFeedback, Rating, app::task::Lane, app::tui::state::AppState, app::tui::state::inspector::body::Body,
    app::tui::state::modal::Modal,
};

/// How a lane is asked.
struct Case {
    /// What of the store answers.
    call: Call,
    begins: Begins,
    /// Keys that ask.
    asks: &'static str,
    /// What is said to be loading meanwhile.
    loading: Option<&'static str>,
    /// Whether the answer is on screen.
    answered: fn(&AppState) -> bool,
}

/// Where a case begins.
enum Begins {
    Connecting,
    Listed,
    Opened,
}

/// The reading lanes. Lane by lane, so that a new one is not forgotten.
fn case(lane: Lane) -> Case {
    match lane {
        Lane::List => Case {
            call: Call::List,
            begins: Begins::Connecting,
            asks: "",
            loading: Some("reading the sessions"),
            answered: |state| state.workspace.list.rows.len() == 3 && state.workspace.list.loading().is_none(),
        },
        Lane::Count => Case {
            call: Call::Count,
            begins: Begins::Connecting,
            asks: "",
            loading: None,
            answered: |state| state.workspace.list.count == Some(3),
        },
        Lane::Details => Case {
            call: Call::Details,
            begins: Begins::Connecting,
            asks: "",
            loading: None,
            answered: |state| {
                let known = |row| state.workspace.list.details(row).is_some_and(|details| details.usage.is_some());
                state.workspace.list.rows.len() == 3 && state.workspace.list.rows.iter().all(known)
            },
        },
        Lane::Open => Case {
            call: Call::Open,
            begins: Begins::Listed,
            asks: "\n",
            loading: Some("opening long"),
            answered: |state| {
                state.workspace.conversation.session().is_some_and(|session| session.key.text() == "long")
            },
        },
        Lane::Peek => Case {
            call: Call::Open,
            begins: Begins::Listed,
            asks: "i",
            loading: Some("reading long"),
            answered: |state| matches!(state.modals.last(), Some(Modal::Inspector(_))),
        },
        Lane::Messages => Case {
            call: Call::Messages,
            begins: Begins::Opened,
            asks: "g",
            loading: Some("loading messages"),
            answered: |state| state.workspace.conversation.selected().is_some_and(|(_, message)| message.index == 0),
        },
        Lane::Outline => Case {
            call: Call::Outline,
            begins: Begins::Listed,
            asks: "\n",
            loading: Some("reading figures"),
            answered: |state| state.workspace.conversation.metrics().is_some(),
        },
        Lane::Find => Case {
            call: Call::Messages,
            begins: Begins::Opened,
            asks: "/needle\n",
            loading: Some("searching"),
            answered: |state| found(state, 2),
        },
        Lane::Inspect => Case {
            call: Call::Document,
            begins: Begins::Opened,
            // The last tab holds the document.
            asks: "1i[",
            loading: None,
            answered: inspected,
        },
        Lane::Fleet => Case {
            call: Call::Open,
            begins: Begins::Listed,
            asks: "L",
            loading: None,
            answered: |state| {
                let fleet = &state.workspace.fleet;
                fleet.rows.len() == 3 && !fleet.is_reading() && fleet.rows.iter().all(|row| row.state.is_some())
            },
        },
        Lane::Connection
        | Lane::Rows
        | Lane::View
        | Lane::Alert
        | Lane::Bulk
        | Lane::Offers
        | Lane::Typed
        | Lane::Write => {
            unreachable!("{lane:?} has tests of its own")
        }
    }
}

fn found(state: &AppState, hits: usize) -> bool {
    state.workspace.conversation.find_status().is_some_and(|found| found.hits == hits && found.searching.is_none())
}

fn inspected(state: &AppState) -> bool {
    let Some(Modal::Inspector(inspector)) = state.modals.last() else { return false };
    inspector.tab().name == "Raw" && matches!(inspector.tab().body, Body::Tree { .. })
}

fn lost() -> Error {
    Error::unreachable("here", "refused")
}

fn busy() -> Error {
    Error::exhausted("listing sessions", std::time::Duration::from_secs(5))
}

/// Asks, in a store that was prepared just before.
async fn asked<T>(case: &Case, prepare: impl FnOnce(&Faulty) -> T) -> (Screen, T) {
    let store = Faulty::seeded().await;
    let mut screen = match case.begins {
        Begins::Connecting => {
            let prepared = prepare(&store);
            return (Screen::start(&store, None).await, prepared);
        }
        Begins::Listed => Screen::listed(&store).await,
        Begins::Opened => Screen::opened(&store).await,
    };
    let prepared = prepare(&store);
    screen.press(case.asks).await;
    (screen, prepared)
}

async fn is_told_and_asked_again(lane: Lane) {
    let case = case(lane);
    let (mut screen, ()) = asked(&case, |store| store.fail(case.call, lost)).await;
    screen.until_lost().await;
    let state = &screen.state;
    assert_eq!(state.loading(), None, "nothing loads for ever");
    assert!(!(case.answered)(state));
    // Counts and tokens of rows are an extra: the header tells that the connection is lost.
    let told = if lane == Lane::Details { state.wrong() } else { state.workspace.last_error.clone() };
    assert!(told.is_some_and(|told| told.contains("refused")), "{}", screen.face());
    assert_eq!(state.workspace.list.error.is_some(), lane == Lane::List);
    screen.until_back().await;
    assert!((case.answered)(&screen.state), "it is asked again:\n{}", screen.face());
    assert_eq!((screen.state.loading(), screen.state.wrong()), (None, None));
    assert_eq!(screen.state.workspace.list.error, None);
}

async fn is_given_up(lane: Lane) {
    let case = case(lane);
    let (mut screen, held) = asked(&case, |store| store.stall(case.call)).await;
    screen.until_caught(&held).await;
    assert_eq!(screen.state.loading().as_deref(), case.loading);
    // What was asked for just now is not given up: one goes back.
    screen.later(1000).await;
    screen.press("\u{1b}").await;
    screen.store.mend();
    screen.quiet().await;
    assert_eq!(screen.state.loading(), None);
    nothing_comes_late(&mut screen, &held).await;
    assert!(!(case.answered)(&screen.state));
}

/// The keys ask something newer, which `answered` tells apart.
async fn is_overtaken(lane: Lane, keys: &str, answered: fn(&AppState) -> bool) {
    let case = case(lane);
    let (mut screen, held) = asked(&case, |store| store.stall(case.call)).await;
    screen.until_caught(&held).await;
    assert_eq!(screen.state.loading().as_deref().filter(|_| case.loading.is_some()), case.loading);
    screen.store.mend();
    screen.press(keys).await;
    screen.quiet().await;
    assert!(answered(&screen.state), "{}", screen.face());
    nothing_comes_late(&mut screen, &held).await;
}

async fn is_answered_after_a_stall(lane: Lane) {
    let case = case(lane);
    let (mut screen, held) = asked(&case, |store| store.stall(case.call)).await;
    screen.until_caught(&held).await;
    assert!(!(case.answered)(&screen.state), "{lane:?}");
    screen.store.mend();
    screen.let_go(&held).await;
    screen.quiet().await;
    assert!((case.answered)(&screen.state), "{lane:?}:\n{}", screen.face());
    assert_eq!((screen.state.loading(), screen.state.wrong()), (None, None), "{lane:?}");
}

/// What is let go changes nothing.
async fn nothing_comes_late(screen: &mut Screen, held: &Held) {
    screen.until_left(held).await;
    let before = screen.face();
    let events = screen.let_go(held).await;
    screen.quiet().await;
    assert_eq!(screen.face(), before);
    assert_eq!(events, 0, "the task knows that nobody waits for it");
}

#[tokio::test]
async fn a_list_that_fails_is_told_and_read_again_when_the_connection_is_back() {
    is_told_and_asked_again(Lane::List).await;
}

#[tokio::test]
async fn a_count_that_fails_is_told_and_asked_again_when_the_connection_is_back() {
    is_told_and_asked_again(Lane::Count).await;
}

#[tokio::test]
async fn details_that_fail_are_asked_again_when_the_connection_is_back() {
    is_told_and_asked_again(Lane::Details).await;
}

#[tokio::test]
async fn a_session_that_does_not_open_is_told_and_opened_when_the_connection_is_back() {
    is_told_and_asked_again(Lane::Open).await;
}

#[tokio::test]
async fn messages_that_fail_are_told_and_read_again_when_the_connection_is_back() {
    is_told_and_asked_again(Lane::Messages).await;
}

#[tokio::test]
async fn figures_that_fail_are_told_and_read_again_when_the_connection_is_back() {
    is_told_and_asked_again(Lane::Outline).await;
}

#[tokio::test]
async fn a_search_that_fails_is_told_and_searched_again_when_the_connection_is_back() {
    is_told_and_asked_again(Lane::Find).await;
}

#[tokio::test]
async fn a_document_that_fails_is_told_and_read_again_when_the_connection_is_back() {
    is_told_and_asked_again(Lane::Inspect).await;
}

#[tokio::test]
async fn a_fleet_that_fails_is_told_and_read_again_when_the_connection_is_back() {
    is_told_and_asked_again(Lane::Fleet).await;
}

#[tokio::test]
async fn a_store_that_stalls_and_goes_on_answers_in_every_lane() {
    let apart =
        [Lane::Connection, Lane::Rows, Lane::View, Lane::Alert, Lane::Bulk, Lane::Offers, Lane::Typed, Lane::Write];
    for lane in Lane::ALL.into_iter().filter(|lane| !apart.contains(lane)) {
        is_answered_after_a_stall(lane).await;
    }
}

#[tokio::test]
async fn a_list_that_found_every_connection_busy_is_read_again() {
    let (mut screen, ()) = asked(&case(Lane::List), |store| store.fail(Call::List, busy)).await;
    screen.until_lost().await;
    assert!(screen.state.workspace.list.error.is_some());
    screen.until_back().await;
    assert!((case(Lane::List).answered)(&screen.state), "{}", screen.face());
}

#[tokio::test]
async fn a_list_that_is_given_up_does_not_come_late() {
    is_given_up(Lane::List).await;
}

#[tokio::test]
async fn a_session_that_is_given_up_does_not_open_late() {
    is_given_up(Lane::Open).await;
}

#[tokio::test]
async fn messages_that_are_given_up_do_not_come_late() {
    is_given_up(Lane::Messages).await;
}

#[tokio::test]
async fn figures_that_are_given_up_do_not_come_late() {
    is_given_up(Lane::Outline).await;
}

#[tokio::test]
async fn a_search_that_is_given_up_does_not_find_anything_late() {
    is_given_up(Lane::Find).await;
}

#[tokio::test]
async fn rows_in_the_old_order_do_not_come_after_those_in_the_new_one() {
    is_overtaken(Lane::List, "S", case(Lane::List).answered).await;
}

#[tokio::test]
async fn a_count_without_the_filter_does_not_come_after_that_with_it() {
    is_overtaken(Lane::Count, "/^long\n", |state| {
        state.workspace.list.count == Some(1) && state.workspace.list.rows.len() == 1
    })
    .await;
}

#[tokio::test]
async fn places_of_an_older_search_do_not_come_among_those_of_the_newer() {
    // What was typed before is still on the line.
    is_overtaken(Lane::Find, "/ two\n", |state| found(state, 1)).await;
}

#[tokio::test]
async fn a_document_of_a_closed_inspector_does_not_come_into_the_next_one() {
    is_overtaken(Lane::Inspect, "\u{1b}i[", inspected).await;
}

#[tokio::test]
async fn details_of_before_do_not_come_after_those_of_now() {
    let (mut screen, held) = asked(&case(Lane::Details), |store| store.stall(Call::Details)).await;
    screen.until_caught(&held).await;
    let feedback = NewFeedback::new(Rating::Up).extra(bson::Document::new()).at(jiff::Timestamp::now());
    screen.store.folder().add_feedback(&"long".into(), &feedback).await.unwrap();
    screen.store.mend();
    screen.press("r").await;
    screen.quiet().await;
    let list = &screen.state.workspace.list;
    let row = list.rows.iter().find(|row| row.name() == "long").expect("it is listed");
    assert_eq!(list.details(row).map(|details| details.feedbacks.up), Some(1));
    nothing_comes_late(&mut screen, &held).await;
}

#[tokio::test]
async fn a_session_chosen_first_does_not_open_over_the_one_chosen_last() {
    let (mut screen, held) = asked(&case(Lane::Open), |store| store.stall(Call::Open)).await;
    screen.until_caught(&held).await;
    screen.store.mend();
    screen.press("1").await;
    screen.choose("other");
    screen.press("\n").await;
    screen.quiet().await;
    assert_eq!(screen.open_session(), Some("other"));
    nothing_comes_late(&mut screen, &held).await;
}
