//! The program killed while it saves: what was changed is stored wholly or not at all, what was typed is offered again, and the log
//! names what is unclear.

use bson::{Document, doc};

use super::{
    kills::kills,
    window::{Desk, SAVE},
};
use crate::{
    proxy::{CaughtAt, CaughtEnd},
    terminal::Terminal,
};

fn before() -> Document {
    doc! { "priority": "low", "n": 1 }
}

fn after() -> Document {
    doc! { "priority": "lower", "n": 12 }
}

/// A window in which two changes are typed, kept as a draft, and listed to be saved.
fn listed(desk: &Desk) -> Terminal {
    let mut terminal = desk.open();
    terminal.press("4e");
    terminal.wait_for("Metadata of s");
    terminal.press("lower\rje12\r");
    terminal.wait_for("2 unsaved changes");
    desk.wait_for_drafts("both changes are kept", |drafts| drafts.iter().any(|draft| draft.contains("n = 12")));
    list(&mut terminal);
    terminal
}

fn list(terminal: &mut Terminal) {
    terminal.press(SAVE);
    terminal.wait_for("Save 2 changes of s");
}

fn kill(mut terminal: Terminal) {
    terminal.signal("KILL");
    terminal.wait_for_end();
}

/// A new window, in which the draft is offered and taken up.
fn taken_up(desk: &Desk) -> Terminal {
    let mut terminal = desk.open();
    terminal.wait_for("Typed and not saved before the program ended");
    terminal.wait_for("metadata of s");
    terminal.press("\r");
    terminal
}

/// The draft is taken up, its changes are there, and they are saved.
fn saved_from_the_draft(desk: &Desk) {
    let mut terminal = taken_up(desk);
    terminal.wait_for("2 unsaved changes");
    list(&mut terminal);
    terminal.press("\r");
    terminal.wait_for("is stored at");
    desk.wait_for_drafts("the draft is gone", <[String]>::is_empty);
    terminal.press("\u{1b}");
    terminal.wait_until("the form is left", |screen| !screen.contains("Metadata of s"));
    leave(terminal);
}

/// The draft is taken up, and it is known that nothing of it is left to be saved.
fn known_to_be_stored(desk: &Desk) {
    let mut terminal = taken_up(desk);
    terminal.wait_for("what was typed for s is stored by now");
    desk.wait_for_drafts("the draft is gone", <[String]>::is_empty);
    leave(terminal);
}

fn leave(mut terminal: Terminal) {
    terminal.press("q");
    assert_eq!(terminal.wait_for_end(), 0, "{}", terminal.screen());
    terminal.assert_restored();
}

async fn taken_back(desk: &Desk) {
    let ran = desk.run(&["metadata", "undo", "s"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert_eq!(desk.metadata().await, before());
}

fn nothing_to_take_back(desk: &Desk) {
    let ran = desk.run(&["metadata", "undo", "s"]);
    assert!(ran.code == 3 && ran.err.contains("nothing to take back"), "[{}] {}", ran.code, ran.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_before_it_is_agreed_to_nothing_is_stored_and_the_draft_is_offered() {
    let desk = Desk::with("kill_listed", before()).await;
    kill(listed(&desk));
    assert_eq!(desk.metadata().await, before());
    assert!(desk.log().is_empty(), "nothing was sent");
    saved_from_the_draft(&desk);
    assert_eq!(desk.metadata().await, after());
    assert_eq!(desk.log(), ["done"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_on_the_way_to_the_server_nothing_is_stored_and_the_draft_is_offered() {
    let desk = Desk::with("kill_request", before()).await;
    let mut terminal = listed(&desk);
    let caught = desk.proxy.catch("lower", CaughtAt::Request);
    terminal.press("\r");
    caught.here().await;
    kill(terminal);
    caught.ends(CaughtEnd::Lost);
    desk.proxy.drained().await;
    assert_eq!(desk.metadata().await, before());
    assert_eq!(desk.log(), ["unsettled"]);
    nothing_to_take_back(&desk);
    saved_from_the_draft(&desk);
    assert_eq!(desk.metadata().await, after());
    assert_eq!(desk.log(), ["done", "unsettled"]);
    taken_back(&desk).await;
    // The one that did not arrive is none.
    nothing_to_take_back(&desk);
    assert_eq!(desk.log(), ["undone", "unsettled"]);
    assert_eq!(desk.metadata().await, before());
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_with_the_request_or_its_answer_underway_all_is_stored_and_known_to_be() {
    for (name, at, end) in
        [("kill_late", CaughtAt::Request, CaughtEnd::Passed), ("kill_answer", CaughtAt::Answer, CaughtEnd::Lost)]
    {
        let desk = Desk::with(name, before()).await;
        let mut terminal = listed(&desk);
        let caught = desk.proxy.catch("lower", at);
        terminal.press("\r");
        caught.here().await;
        kill(terminal);
        caught.ends(end);
        desk.proxy.drained().await;
        assert_eq!(desk.metadata().await, after(), "{name}");
        assert_eq!(desk.log(), ["unsettled"], "{name}");
        known_to_be_stored(&desk);
        assert_eq!(desk.metadata().await, after(), "{name}");
        taken_back(&desk).await;
        assert_eq!(desk.log(), ["undone"], "{name}");
        nothing_to_take_back(&desk);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_arrives_after_the_draft_was_taken_up_is_stored_once_and_shown() {
    let desk = Desk::with("kill_later", before()).await;
    let mut terminal = listed(&desk);
    let caught = desk.proxy.catch("lower", CaughtAt::Request);
    terminal.press("\r");
    caught.here().await;
    kill(terminal);
    let mut terminal = taken_up(&desk);
    terminal.wait_for("2 unsaved changes");
    assert_eq!(desk.metadata().await, before());
    caught.ends(CaughtEnd::Passed);
    caught.answered().await;
    terminal.wait_until("nothing is left to be saved", |screen| {
        screen.contains("Metadata of s") && screen.contains("lower") && !screen.contains("unsaved")
    });
    desk.wait_for_drafts("the draft is gone", <[String]>::is_empty);
    assert_eq!(desk.metadata().await, after());
    kill(terminal);
    assert_eq!(desk.log(), ["unsettled"]);
    taken_back(&desk).await;
    nothing_to_take_back(&desk);
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_at_any_instant_all_is_stored_or_nothing() {
    let desk = Desk::with("kill_any", before()).await;
    for round in 0..kills() {
        let mut terminal = listed(&desk);
        terminal.press("\r");
        match round % 4 {
            0 => {}
            1 => terminal.wait_until("the list is left", |screen| !screen.contains("Save 2 changes of s")),
            2 => terminal.wait_until("it is sent", |screen| screen.contains("saving") || screen.contains("is stored")),
            _ => terminal.wait_for("is stored at"),
        }
        kill(terminal);
        desk.proxy.drained().await;
        let (stored, log) = (desk.metadata().await, desk.log());
        if stored == after() {
            let newest = log.first().map_or("none", String::as_str);
            assert!(newest == "done" || (round % 4 != 3 && newest == "unsettled"), "round {round}: {log:?}");
            if !desk.drafts().is_empty() {
                known_to_be_stored(&desk);
            }
        } else {
            assert_eq!(stored, before(), "round {round}");
            assert_ne!(log.first().map(String::as_str), Some("done"), "round {round}: {log:?}");
            saved_from_the_draft(&desk);
            assert_eq!(desk.log().first().map(String::as_str), Some("done"), "round {round}");
        }
        assert_eq!(desk.metadata().await, after(), "round {round}");
        taken_back(&desk).await;
        nothing_to_take_back(&desk);
        assert!(desk.drafts().is_empty(), "round {round}");
    }
}
