//! The session under the cursor shows itself: it is read once the cursor rests, and given up as soon as it goes on.

use strandscope::{
    app::task::{Command, Lane},
    app::tui::state::areas::Pane,
};

use super::{
    lost, nothing_comes_late,
    screen::Screen,
    store::{Call, Faulty},
};

/// `long` under the cursor, which rests from now on.
async fn resting() -> Screen {
    let store = Faulty::seeded().await;
    let mut screen = Screen::listed(&store).await;
    // It is off in these tests.
    screen.press("V").await;
    screen.asked.clear();
    screen
}

/// How many sessions were asked for.
fn opens(screen: &Screen) -> usize {
    screen.asked.iter().filter(|command| matches!(command, Command::Open(..))).count()
}

/// How often figures were.
fn outlines(screen: &Screen) -> usize {
    screen.asked.iter().filter(|command| matches!(command, Command::Outline(..))).count()
}

/// How many were given up.
fn cancels(screen: &Screen) -> usize {
    screen.asked.iter().filter(|command| matches!(command, Command::Cancel(Lane::Open))).count()
}

/// The cursor goes to the next session, or the one before where there is none.
async fn go_on(screen: &mut Screen) -> String {
    let list = &screen.state.workspace.list;
    let key = if list.selected() + 1 < list.rows.len() { "j" } else { "k" };
    screen.press(key).await;
    screen.state.workspace.list.selected_row().expect("a session").name().to_owned()
}

fn is_looked_at(screen: &Screen, id: &str) -> bool {
    let state = &screen.state;
    screen.open_session() == Some(id) && state.workspace.conversation.is_preview() && state.focus == Pane::Sessions
}

#[tokio::test]
async fn it_is_read_once_with_its_figures_when_the_cursor_rests() {
    let mut screen = resting().await;
    screen.later(99).await;
    assert_eq!(opens(&screen), 0, "it may go on");
    screen.later(1).await;
    screen.quiet().await;
    assert!(is_looked_at(&screen, "long"), "{}", screen.face());
    assert_eq!(outlines(&screen), 0, "the server reads the whole document for it: not for whoever goes on");
    screen.later(300).await;
    screen.quiet().await;
    assert!(screen.state.workspace.conversation.metrics().is_some());
    assert_eq!(outlines(&screen), 1);
    screen.later(5000).await;
    screen.quiet().await;
    assert_eq!((opens(&screen), cancels(&screen)), (1, 0));
}

#[tokio::test]
async fn who_goes_on_gives_up_what_is_read_and_sees_the_next() {
    let mut screen = resting().await;
    let held = screen.store.stall(Call::Open);
    screen.later(100).await;
    screen.until_caught(&held).await;
    assert_eq!((opens(&screen), cancels(&screen)), (1, 0));
    let next = go_on(&mut screen).await;
    assert_eq!((opens(&screen), cancels(&screen)), (1, 1), "at once, and nothing is asked in its stead yet");
    screen.store.mend();
    nothing_comes_late(&mut screen, &held).await;
    assert_eq!(screen.open_session(), None);
    screen.later(100).await;
    screen.quiet().await;
    assert!(is_looked_at(&screen, &next), "{}", screen.face());
    assert_eq!((opens(&screen), cancels(&screen)), (2, 1));
}

#[tokio::test]
async fn who_goes_through_the_list_reads_nothing_on_the_way() {
    let mut screen = resting().await;
    for _ in 0..20 {
        screen.later(50).await;
        go_on(&mut screen).await;
    }
    assert_eq!((opens(&screen), cancels(&screen)), (0, 0));
    let last = screen.state.workspace.list.selected_row().expect("a session").name().to_owned();
    screen.later(100).await;
    screen.quiet().await;
    assert!(is_looked_at(&screen, &last), "{}", screen.face());
    assert_eq!(opens(&screen), 1);
}

#[tokio::test]
async fn what_the_connection_was_lost_over_is_shown_when_it_is_back() {
    let mut screen = resting().await;
    screen.store.fail(Call::Open, lost);
    screen.later(100).await;
    screen.until_lost().await;
    assert_eq!((screen.open_session(), screen.state.loading()), (None, None));
    screen.until_back().await;
    assert!(is_looked_at(&screen, "long"), "{}", screen.face());
}
