use bson::{Bson, doc};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use crate::{
    app::tui::{
        state::{AppState, Input, changes::ChangeList, form::MetadataForm, modal::Modal, sample::Screen},
        view::{self, sample},
    },
    session::MetadataPath,
};

fn picture(state: &AppState, width: u16, height: u16) -> String {
    sample::screen(width, height, |frame, _| view::draw(frame, state))
}

/// The list of changes of every kind; with what another writer made of them where `theirs` says so.
fn listed(width: u16, height: u16, theirs: bool) -> Screen {
    let mut screen = Screen::writable(width, height);
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
    let session = screen.state.chosen().unwrap();
    let home = screen.state.workspace.home();
    let mut form = MetadataForm::new(session, home, Default::default(), &base);
    form.mine = mine;
    let (mut form, _) = MetadataForm::from_draft(form.draft(None), home, Default::default(), &base);
    if theirs {
        let mut now = base.clone();
        now.insert("priority", "urgent");
        now.insert("customer", doc! { "tier": 3, "since": 1 });
        now.remove("retries");
        form.theirs(&now);
    }
    screen.state.modals.clear();
    screen.state.modals.push(Modal::Form(Box::new(form)));
    screen.state.modals.push(Modal::Changes(Box::new(ChangeList::default())));
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
    let key = "session_viewer_password";
    let base = doc! { key: "hunter2", "o": { key: "hunter2" } };
    let (session, home) = (screen.state.chosen().unwrap(), screen.state.workspace.home());
    let mut form = MetadataForm::new(session, home, Default::default(), &base);
    form.mine = doc! { "o": { key: "hunter3", "x": 1 } };
    let (form, _) = MetadataForm::from_draft(form.draft(None), home, Default::default(), &base);
    assert!(form.changes().iter().any(|edit| edit.path == MetadataPath::from(key)));
    screen.state.modals.push(Modal::Form(Box::new(form)));
    screen.put(Input::Key(KeyEvent::new(KeyCode::Char('s'), KeyModifiers::CONTROL)));
    assert!(matches!(screen.state.modals.last(), Some(Modal::Changes(_))));
    let shown = picture(&screen.state, 80, 24);
    assert!(!shown.contains("hunter"), "{shown}");
}
