//! Changes: pending, stored, refused, and never lost.

use bson::Bson;
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::super::{Input, areas::Pane, modal::Modal, sample::Screen};
use crate::{
    app::{
        task::{Command, Event, Ticket},
        writes::{HandOutcome, Write},
    },
    repository::Error,
    session::Guard,
};

fn ctrl(screen: &mut Screen, c: char) {
    screen.put(Input::Key(KeyEvent::new(KeyCode::Char(c), KeyModifiers::CONTROL)));
}

/// The write that is asked for.
fn write(screen: &mut Screen) -> (Ticket, Write) {
    let at = screen.asked.iter().position(|command| matches!(command, Command::Write(..))).expect("a write");
    match screen.asked.remove(at) {
        Some(Command::Write(ticket, order)) => (ticket, order.write),
        _ => unreachable!(),
    }
}

fn writes(screen: &Screen) -> usize {
    screen.asked.iter().filter(|command| matches!(command, Command::Write(..))).count()
}

fn stored(screen: &Screen, key: &str) -> Option<Bson> {
    screen.state.workspace.conversation.session().unwrap().metadata_fields().unwrap().get(key).cloned()
}

/// What is typed in the editor on top.
fn last_text(screen: &Screen) -> String {
    match screen.state.modals.last() {
        Some(Modal::Editor(editor)) => editor.text(),
        other => panic!("an editor was expected, not {other:?}"),
    }
}

/// The field that is chosen.
fn chosen(screen: &Screen) -> (String, Bson) {
    let key = screen.state.workspace.metadata.field(screen.state.workspace.conversation.session()).unwrap();
    let value = stored(screen, &key).unwrap();
    assert!(value.as_str().is_some(), "a text");
    (key, value)
}

#[test]
fn an_edit_is_guarded_by_what_was_shown_and_shown_once_it_is_stored() {
    let mut screen = Screen::writable(120, 40);
    let (key, shown) = chosen(&screen);
    screen.press("ex\n");
    let (ticket, ordered) = write(&mut screen);
    let Write::Metadata(_, edits) = &ordered else { panic!() };
    assert_eq!((edits[0].path.top(), &edits[0].guard), (key.as_str(), &Guard::Stored(Some(shown.clone()))));
    assert_eq!(stored(&screen, &key), Some(shown), "not before it is stored");
    assert!(screen.state.loading().unwrap().starts_with("storing"));
    screen.press("e");
    assert!(screen.state.modals.is_empty(), "a field on its way is not edited again");
    screen.tell(Event::Written(ticket, HandOutcome::of(&ordered).into()));
    assert_eq!(stored(&screen, &key), edits[0].value);
    assert!(screen.state.storing().is_none());
}

#[test]
fn what_failed_comes_back_as_it_was_typed() {
    let mut screen = Screen::writable(120, 40);
    let (key, shown) = chosen(&screen);
    screen.press("etyped\n");
    let (ticket, _) = write(&mut screen);
    let error = Error::unreachable("h", "gone");
    screen.tell(Event::NotWritten { ticket, error, stored: None });
    assert!(last_text(&screen).ends_with("typed"));
    assert_eq!(stored(&screen, &key), Some(shown));
    screen.press("typed ahead");
    assert!(last_text(&screen).ends_with("typed"), "no key that was meant for something else reaches it");
    screen.press("\n\n");
    assert_eq!(writes(&screen), 0, "it was taken up, and Enter stores nothing a person did not open");
    ctrl(&mut screen, 's');
    assert_eq!(writes(&screen), 1, "it can be stored again");
}

#[test]
fn a_conflict_shows_what_is_stored_and_then_replaces_only_that() {
    let mut screen = Screen::writable(120, 40);
    let (key, shown) = chosen(&screen);
    screen.press("emine\n");
    let (ticket, _) = write(&mut screen);
    let theirs = Bson::from("theirs");
    let error = Error::Conflict { id: "s".into(), field: key.clone(), stored: Some(Box::new(theirs.clone())) };
    screen.tell(Event::NotWritten { ticket, error, stored: None });
    assert_eq!(stored(&screen, &key), Some(theirs.clone()));
    let Some(Modal::Editor(editor)) = screen.state.modals.last() else { panic!("the editor is back") };
    assert_eq!((&editor.stored, &editor.began), (&Some(Some(theirs.clone())), &Some(Some(shown))));
    screen.press("\n");
    ctrl(&mut screen, 's');
    let (_, Write::Metadata(_, edits)) = write(&mut screen) else { panic!() };
    assert_eq!(edits[0].guard, Guard::Stored(Some(theirs)));
}

#[test]
fn what_is_being_typed_stays_on_top_of_what_comes_back() {
    let mut screen = Screen::writable(120, 40);
    screen.press("efirst\n");
    let (ticket, _) = write(&mut screen);
    screen.press("fsecond");
    let error = Error::unreachable("h", "gone");
    screen.tell(Event::NotWritten { ticket, error, stored: None });
    screen.press(" go on");
    let texts: Vec<String> = screen
        .state
        .modals
        .iter()
        .map(|modal| match modal {
            Modal::Editor(editor) => editor.text(),
            other => panic!("{other:?}"),
        })
        .collect();
    assert!(texts[0].ends_with("first") && texts[1] == "second go on", "{texts:?}");
}

#[test]
fn a_field_goes_after_asking() {
    let mut screen = Screen::writable(120, 40);
    let (key, shown) = chosen(&screen);
    screen.press("dn");
    assert_eq!((writes(&screen), screen.state.modals.len()), (0, 0));
    screen.press("dy");
    let (ticket, ordered) = write(&mut screen);
    let Write::Metadata(_, edits) = &ordered else { panic!() };
    assert_eq!((&edits[0].value, &edits[0].guard), (&None, &Guard::Stored(Some(shown))));
    screen.tell(Event::Written(ticket, HandOutcome::of(&ordered).into()));
    assert_eq!(stored(&screen, &key), None);
}

#[test]
fn a_deleted_session_is_closed_and_its_row_goes() {
    let mut screen = Screen::writable(120, 40);
    let id = screen.state.workspace.conversation.key().unwrap().text().to_owned();
    screen.press("Dwrong\n");
    assert_eq!(writes(&screen), 0);
    screen.press("\u{1b}");
    screen.press("D");
    screen.press(&id);
    screen.press("\n");
    let (ticket, ordered) = write(&mut screen);
    screen.tell(Event::Written(ticket, HandOutcome::of(&ordered).into()));
    assert!(screen.state.workspace.conversation.session().is_none());
    assert_eq!(screen.state.focus, Pane::Sessions);
    let list = &screen.state.workspace.list;
    assert!(list.rows.iter().all(|row| row.key.text() != id));
    assert_eq!((list.count, list.selected()), (Some(4811), 0));
}

#[test]
fn read_only_changes_nothing() {
    let mut screen = Screen::writable(120, 40);
    screen.state.workspace.connection.place.as_mut().unwrap().read_only = true;
    for key in ["e", "a", "d", "f", "D"] {
        screen.press(key);
        assert!(screen.state.modals.is_empty(), "{key}");
        assert!(screen.state.said.as_deref().unwrap().contains("read-only"));
    }
}

#[test]
fn leaving_with_something_typed_asks_and_a_second_time_keeps_it() {
    let mut screen = Screen::writable(120, 40);
    screen.press("ftyped");
    ctrl(&mut screen, 'c');
    assert!(!screen.left && matches!(screen.state.modals.last(), Some(Modal::Confirm(_))));
    screen.press("n");
    assert!(matches!(screen.state.modals.last(), Some(Modal::Editor(_))), "back to it");
    ctrl(&mut screen, 'c');
    ctrl(&mut screen, 'c');
    assert!(screen.left);
    let drafts = screen.state.drafts();
    assert_eq!(drafts.len(), 1);
    assert_eq!(drafts[0].text, "typed");
    let mut screen = Screen::writable(120, 40);
    screen.press("f");
    ctrl(&mut screen, 'c');
    assert!(screen.left && screen.state.drafts().is_empty(), "nothing was typed");
}

#[test]
fn another_connection_does_not_take_what_was_typed() {
    let mut screen = Screen::writable(120, 40);
    screen.press("ftyped");
    let place = screen.state.workspace.connection.place.clone().unwrap();
    screen.state.connect(place);
    assert_eq!(screen.state.drafts().len(), 1);
}
