//! In the list every key acts on the row under the cursor, open or not, and names its session.

use bson::{Bson, doc};

use super::super::{form::MetadataForm, modal::Confirm};
use super::*;
use crate::{
    app::{keymap::Action, task::Ticket},
    session::{SessionKey, decode},
};

/// The first session is open, the cursor of the list on the third.
fn beside() -> Screen {
    let mut screen = Screen::writable(120, 40);
    screen.press("1jj");
    screen.asked.clear();
    assert_eq!(row(&screen), "support-updated-2");
    screen
}

fn row(screen: &Screen) -> &str {
    screen.state.workspace.list.selected_row().unwrap().name()
}

/// The session that is read for a key.
fn take_peek(screen: &mut Screen) -> (Ticket, SessionKey) {
    let at = screen.asked.iter().position(|command| matches!(command, Command::Peek(..))).expect("it is read");
    match screen.asked.remove(at) {
        Some(Command::Peek(ticket, key)) => (ticket, key),
        _ => unreachable!(),
    }
}

fn peeked(screen: &mut Screen, metadata: Option<Bson>) {
    let (ticket, key) = take_peek(screen);
    assert_eq!(key.text(), row(screen));
    let mut session = decode::session(doc! { "_id": key.bson().clone() });
    session.metadata = metadata;
    screen.tell(Event::Peeked(ticket, Box::new(session)));
}

fn form(screen: &Screen) -> &MetadataForm {
    match screen.state.modals.last() {
        Some(Modal::Form(form)) => form,
        other => panic!("{other:?}"),
    }
}

fn title(screen: &Screen) -> String {
    match screen.state.modals.last() {
        Some(Modal::Editor(editor)) => editor.title(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn feedback_and_deletion_are_of_the_row_and_copying_gives_its_id() {
    let mut screen = beside();
    screen.press("f");
    assert!(title(&screen).contains("support-updated-2"), "{}", title(&screen));
    screen.press("\u{1b}D");
    let Some(Modal::Deletion(pane)) = screen.state.modals.last() else { panic!("it is asked for") };
    assert_eq!(pane.one.as_ref().map(|one| one.name.as_str()), Some("support-updated-2"));
    screen.press("\u{1b}yy");
    assert_eq!(screen.state.said.as_deref(), Some("copied the id: 17 characters"));
    let open = screen.state.workspace.conversation.key().unwrap();
    assert_eq!(open.text(), "support-updated-0", "nothing was opened for it");
}

#[test]
fn a_field_of_a_row_is_chosen_and_edited_by_the_value_that_was_read() {
    let mut screen = beside();
    screen.press("e");
    assert_eq!(screen.state.loading().as_deref(), Some("reading support-updated-2"));
    peeked(&mut screen, Some(doc! { "a": "x", "b": 5, "odd.key": 1 }.into()));
    assert_eq!(form(&screen).rows().len(), 3);
    screen.press("j\n\u{5}0\n");
    let shown = form(&screen);
    let [edit] = shown.changes() else { panic!("{:?}", shown.changes()) };
    assert_eq!((shown.session.name.as_str(), edit.path.top()), ("support-updated-2", "b"));
    assert_eq!(edit.value, Some(Bson::Int32(50)));
}

#[test]
fn a_field_is_added_to_the_row_unless_its_metadata_is_no_object() {
    let mut screen = beside();
    screen.press("a");
    peeked(&mut screen, None);
    assert_eq!(form(&screen).session.name, "support-updated-2");
    assert!(form(&screen).is_typing());
    screen.press("\u{1b}\u{1b}");
    for key in ["a", "e"] {
        screen.press(key);
        peeked(&mut screen, Some(Bson::Array(vec![1.into()])));
        assert!(screen.state.modals.is_empty());
        assert!(
            screen.state.said.as_deref().unwrap().contains("support-updated-2 is an array"),
            "{:?}",
            screen.state.said
        );
    }
    screen.press("e");
    peeked(&mut screen, Some(doc! {}.into()));
    assert!(form(&screen).rows().is_empty());
}

#[test]
fn the_inspector_is_of_the_row() {
    let mut screen = beside();
    screen.press("i");
    screen.answer_all();
    let Some(Modal::Inspector(inspector)) = screen.state.modals.last() else { panic!("it opens") };
    assert_eq!(inspector.session().unwrap().text(), "support-updated-2");
}

#[test]
fn who_went_on_meanwhile_is_not_interrupted() {
    for keys in ["j", "2", "?"] {
        let mut screen = beside();
        screen.press("a");
        let (ticket, key) = take_peek(&mut screen);
        let peek = Command::Peek(ticket, key);
        screen.press(keys);
        screen.answers(&peek).into_iter().for_each(|event| screen.tell(event));
        assert!(!screen.state.modals.iter().any(|modal| matches!(modal, Modal::Editor(_))), "{keys}");
        assert!(!screen.state.loading().is_some_and(|loading| loading.contains("support-updated-2")));
    }
    let mut screen = beside();
    screen.press("a\u{1b}");
    assert!(screen.asked.iter().any(|command| matches!(command, Command::Cancel(Lane::Peek))));
    assert_eq!(screen.state.focus, Pane::Sessions);
}

#[test]
fn the_open_row_needs_no_reading() {
    let mut screen = Screen::writable(120, 40);
    screen.press("1");
    screen.asked.clear();
    screen.press("a");
    assert_eq!(form(&screen).session.name, "support-updated-0");
    assert!(!screen.asked.iter().any(|command| matches!(command, Command::Peek(..))));
}

#[test]
fn a_session_that_is_gone_marks_its_row_and_its_conversation_until_it_is_there_again() {
    let mut screen = beside();
    screen.press("i");
    let (ticket, key) = take_peek(&mut screen);
    let gone = || Error::NotFound { id: "x".into(), location: "y".into() };
    screen.tell(Event::Failed { ticket, lane: Lane::Peek, error: gone() });
    let list = &screen.state.workspace.list;
    let is_gone: Vec<bool> = list.rows.iter().take(4).map(|row| list.is_gone(row)).collect();
    assert_eq!(is_gone, [false, false, true, false], "{key}");
    assert!(!screen.state.workspace.last_error.as_deref().unwrap().contains("strandscope "), "no command lines here");
    screen.press("r");
    screen.answer_all();
    let list = &screen.state.workspace.list;
    assert!(!list.rows.iter().any(|row| list.is_gone(row)));

    screen.press("2r");
    let asked =
        screen.asked.iter().find_map(|asked| if let Command::Open(ticket, ..) = asked { Some(*ticket) } else { None });
    let ticket = asked.expect("it is read again");
    screen.asked.clear();
    screen.tell(Event::Failed { ticket, lane: Lane::Open, error: gone() });
    let shown = |screen: &Screen| screen.state.workspace.conversation.title(60, &screen.state.look).name;
    assert!(shown(&screen).contains("gone: "), "{}", shown(&screen));
    screen.press("r");
    screen.answer_all();
    assert!(!shown(&screen).contains("gone: "));
}

#[test]
fn hints_offer_what_can_be_done_here_and_now() {
    let offered = |screen: &Screen| screen.state.offers().into_iter().map(|(action, _)| action).collect::<Vec<_>>();
    let mut screen = beside();
    assert!(offered(&screen).contains(&Action::Edit) && offered(&screen).contains(&Action::DeleteSession));
    assert!(!offered(&screen).contains(&Action::LastError), "nothing is wrong");
    assert!(!offered(&screen).contains(&Action::Back), "nothing to give up");
    screen.state.workspace.connection.place.as_mut().unwrap().read_only = true;
    for action in [Action::Edit, Action::Add, Action::Rate, Action::DeleteSession] {
        assert!(!offered(&screen).contains(&action), "{action:?}");
    }
    assert!(offered(&screen).contains(&Action::Inspect));
    let mut screen = Screen::writable(120, 40);
    assert!(offered(&screen).contains(&Action::Remove));
    let key = screen.state.workspace.conversation.key().unwrap().clone();
    let fields: Vec<String> =
        screen.state.workspace.conversation.session().unwrap().metadata_fields().unwrap().keys().cloned().collect();
    for field in fields {
        screen.state.apply(&crate::session::Change::field(key.clone(), field, None));
    }
    assert!(!offered(&screen).contains(&Action::Edit) && offered(&screen).contains(&Action::Add), "there is no field");
}

#[test]
fn read_only_belongs_to_the_connection_in_use() {
    let mut screen = Screen::connecting(120, 40);
    assert!(!screen.state.read_only(), "it is not open yet");
    screen.answer_all();
    assert!(screen.state.read_only());
    let place = screen.state.workspace.connection.place.clone().unwrap();
    screen.state.connect(place);
    assert!(!screen.state.read_only());
}

#[test]
fn every_error_that_was_shown_is_known() {
    let mut screen = Screen::listed(120, 40);
    for words in ["first it broke", "then that"] {
        screen.press("r");
        let (ticket, _) = last_list(&mut screen);
        screen.tell(Event::Failed { ticket, lane: Lane::List, error: Error::other("reading", words) });
    }
    screen.press("\u{1b}E");
    let Some(Modal::Note(note)) = screen.state.modals.last() else { panic!("they are shown") };
    let text = note.plain();
    let places = ["then that", "first it broke"].map(|words| text.find(words).unwrap_or_else(|| panic!("{text}")));
    assert!(places[0] < places[1], "the newest first");
}

#[test]
fn a_pending_write_is_told_to_be_undone_and_leaving_asks_about_it() {
    let mut screen = Screen::writable(120, 40);
    screen.press("ex\n");
    screen.put(Input::Key(KeyEvent::new(KeyCode::Char('s'), KeyModifiers::CONTROL)));
    screen.press("\n");
    assert_eq!(screen.state.undone(), None, "it may be done in a moment");
    let later = screen.state.look.now.checked_add(jiff::SignedDuration::from_secs(5)).unwrap();
    screen.put(Input::Tick(later));
    let undone = screen.state.undone().unwrap();
    assert!(undone.contains("is not stored yet: no answer for 5 s") && undone.contains("support-1042"), "{undone}");
    screen.link(Link::Lost { reason: "reset".into(), retry_in_s: 4 });
    assert!(screen.state.undone().unwrap().ends_with("is not stored yet"));
    screen.press("\u{1b}q");
    assert!(!screen.left);
    assert!(matches!(screen.state.modals.last(), Some(Modal::Confirm(ask)) if **ask == Confirm::Quit));
    let asked = screen.state.quit_question();
    assert!(asked.contains("support-1042 is not stored yet: the connection is lost"), "{asked}");
    screen.press("n");
    assert!(!screen.left && screen.state.modals.is_empty());
    screen.press("qy");
    assert!(screen.left);
    assert_eq!(screen.state.drafts().len(), 1, "what was typed is kept");
}

#[test]
fn a_delivery_that_was_given_up_is_told_at_once() {
    let mut screen = Screen::listed(120, 40);
    screen.tell(Event::Undelivered("hook audit: a delivery was given up, 6 attempts failed".into()));
    assert!(screen.state.wrong().unwrap().contains("audit"));
}
