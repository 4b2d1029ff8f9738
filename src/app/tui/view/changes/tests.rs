use bson::{Bson, doc};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use crate::{
    app::{
        place::WriteRules,
        tui::{
            state::{
                AppState, Input, connection::HomePlace, form::MetadataForm, modal::Modal, named::ChosenSession,
                sample::Screen,
            },
            view::{self, sample},
        },
    },
    session::MetadataPath,
};

fn picture(state: &AppState, width: u16, height: u16) -> String {
    sample::screen(width, height, |frame, _| view::draw(frame, state))
}

/// The session and the place of the form that is open.
fn of_form(screen: &Screen) -> (ChosenSession, Option<HomePlace>) {
    let form = screen.state.listed_form().unwrap();
    (form.session.clone(), form.home)
}

/// The list of changes of every kind; with what another writer made of them where `theirs` says so.
fn listed(width: u16, height: u16, theirs: bool) -> Screen {
    let mut screen = Screen::writable(width, height);
    screen.press("e");
    let (session, home) = of_form(&screen);
    let base = doc! {
        "priority": "low", "retries": 3_i64, "gone": { "a": [1, 2, 3] }, "customer": { "tier": "gold", "since": 1 },
        "note": "long \u{1b}[2J".repeat(30), "last": true,
    };
    let mut mine = base.clone();
    mine.remove("gone");
    mine.insert("priority", "high");
    mine.insert("retries", 4);
    mine.insert("note", "short");
    mine.insert("customer", doc! { "tier": "silver", "since": 1 });
    mine.insert("owner", Bson::Null);
    let mut form = MetadataForm::new(session, home, WriteRules::default(), &base);
    form.mine = mine;
    let (mut form, _) = MetadataForm::from_draft(form.draft(None), home, WriteRules::default(), &base);
    if theirs {
        let mut now = base.clone();
        now.insert("priority", "urgent");
        now.insert("customer", doc! { "tier": 3, "since": 1 });
        now.remove("retries");
        form.theirs(&now);
    }
    screen.state.modals.clear();
    screen.state.modals.push(Modal::Form(Box::new(form)));
    screen.state.modals.push(Modal::Changes(Box::default()));
    screen
}

#[test]
fn sizes() {
    for (width, height) in [(40, 10), (80, 24), (120, 40)] {
        let mut screen = listed(width, height, false);
        insta::assert_snapshot!(format!("changes_{width}x{height}"), picture(&screen.state, width, height));
        screen.press("jjjj");
        insta::assert_snapshot!(format!("further_{width}x{height}"), picture(&screen.state, width, height));
        let mut screen = listed(width, height, true);
        insta::assert_snapshot!(format!("conflicts_{width}x{height}"), picture(&screen.state, width, height));
        screen.press("j\n");
        insta::assert_snapshot!(format!("refused_{width}x{height}"), picture(&screen.state, width, height));
    }
}

#[test]
fn in_ascii() {
    for theirs in [false, true] {
        let mut screen = listed(80, 24, theirs);
        screen.state.look = sample::plain();
        insta::assert_snapshot!(format!("ascii_{theirs}_80x24"), picture(&screen.state, 80, 24));
    }
}

#[test]
fn a_secret_is_not_shown() {
    let mut screen = Screen::writable(80, 24);
    screen.press("e");
    let (session, home) = of_form(&screen);
    screen.state.modals.clear();
    let base = doc! { "session_viewer_password": "hunter2", "o": { "session_viewer_password": "hunter2" } };
    let mut form = MetadataForm::new(session, home, WriteRules::default(), &base);
    form.mine = doc! { "o": { "session_viewer_password": "hunter3", "x": 1 } };
    let (form, _) = MetadataForm::from_draft(form.draft(None), home, WriteRules::default(), &base);
    assert!(form.changes().iter().any(|edit| edit.path == MetadataPath::from("session_viewer_password")));
    screen.state.modals.push(Modal::Form(Box::new(form)));
    screen.put(Input::Key(KeyEvent::new(KeyCode::Char('s'), KeyModifiers::CONTROL)));
    assert!(matches!(screen.state.modals.last(), Some(Modal::Changes(_))));
    let shown = picture(&screen.state, 80, 24);
    assert!(!shown.contains("hunter"), "{shown}");
}
