//! Changes: pending, stored, refused, and never lost; and the form that they are made in.

use bson::Bson;
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::super::{
    Input,
    areas::Pane,
    form::{MetadataForm, STAYS_HERE},
    modal::Modal,
    sample::Screen,
    tree::PathKey,
};
use crate::{
    app::{
        place::Reveal,
        task::{Command, Event, Ticket},
        writes::{HandOutcome, Write},
    },
    repository::Error,
    session::{Change, ChangeKind, Guard, MetadataPath},
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

fn lost(ticket: Ticket) -> Event {
    Event::NotWritten { ticket, error: Error::unreachable("h", "gone"), stored: None }
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

/// The form on top.
fn form(screen: &Screen) -> &MetadataForm {
    match screen.state.modals.last() {
        Some(Modal::Form(form)) => form,
        other => panic!("the form was expected, not {other:?}"),
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
fn a_field_is_edited_in_the_form_and_nothing_is_written_before_it_is_saved() {
    for keys in ["ex\n", "\nx\n"] {
        let mut screen = Screen::writable(120, 40);
        let (key, shown) = chosen(&screen);
        screen.press(keys);
        let [edit] = form(&screen).changes() else { panic!("{:?}", form(&screen).changes()) };
        assert_eq!((edit.path.top(), &edit.guard), (key.as_str(), &Guard::Stored(Some(shown.clone()))));
        assert_eq!((writes(&screen), stored(&screen, &key)), (0, Some(shown)));
        ctrl(&mut screen, 's');
        assert!(matches!(screen.state.modals.last(), Some(Modal::Changes(_))));
        assert_eq!(writes(&screen), 0, "the list of changes comes first");
    }
}

#[test]
fn what_is_not_saved_stays_when_the_form_is_left() {
    let mut screen = Screen::writable(120, 40);
    screen.press("ex\n\u{1b}");
    assert!(screen.state.modals.is_empty());
    assert!(screen.state.said.as_deref().unwrap().contains("1 unsaved change"), "{:?}", screen.state.said);
    assert_eq!(screen.state.kept_form().unwrap().changes().len(), 1);
    let place = screen.state.workspace.connection.place.clone().unwrap();
    let effects = screen.state.connect(place);
    let effects = screen.state.absorb(effects);
    screen.take(effects);
    screen.answer_all();
    screen.press("\n");
    screen.answer_all();
    ctrl(&mut screen, 'c');
    assert!(!screen.left, "it is asked about");
    screen.press("n");
    screen.press("4e");
    assert_eq!(form(&screen).changes().len(), 1, "it goes on");
    ctrl(&mut screen, 'x');
    assert_eq!(form(&screen).changes().len(), 1, "it is asked about");
    ctrl(&mut screen, 'x');
    assert!(form(&screen).changes().is_empty());
    screen.press("\u{1b}");
    assert!(screen.state.modals.is_empty() && screen.state.kept_form().is_none());
}

#[test]
fn what_another_writes_is_in_the_form_at_once() {
    let mut screen = Screen::writable(120, 40);
    let (key, _) = chosen(&screen);
    screen.press("ex");
    let session = screen.state.workspace.conversation.key().unwrap().clone();
    screen.state.apply(&Change::field(session, key.as_str(), Some("theirs".into())));
    assert!(form(&screen).field_editor().unwrap().editor.text().ends_with('x'), "what is typed stays");
    assert_eq!(form(&screen).mine.get_str(&key).ok(), Some("theirs"));
    screen.press("\n");
    assert_eq!(form(&screen).conflicts.len(), 1);
}

#[test]
fn an_object_is_edited_in_the_larger_editor_and_goes_back_into_the_form() {
    let mut screen = Screen::writable(120, 40);
    screen.press("e\u{1b}");
    let at = form(&screen).rows().iter().position(|row| row.key == PathKey::Name("customer".to_owned())).unwrap();
    let Some(Modal::Form(shown)) = screen.state.modals.last_mut() else { unreachable!() };
    let path = shown.path(at);
    shown.select(&path);
    screen.press("e");
    assert!(last_text(&screen).starts_with('{'));
    screen.put(Input::Outside(Ok("{\"tier\": \"tin\"}".to_owned())));
    assert_eq!(last_text(&screen), "{\"tier\": \"tin\"}");
    ctrl(&mut screen, 's');
    assert_eq!(form(&screen).mine.get_document("customer").unwrap(), &bson::doc! { "tier": "tin" });
    ctrl(&mut screen, 'o');
    screen.put(Input::Outside(Err("no editor is set".to_owned())));
    let Some(Modal::Editor(editor)) = screen.state.modals.last() else { panic!("it is still there") };
    assert_eq!(editor.problem.as_deref(), Some("no editor is set"));
}

#[test]
fn what_failed_comes_back_as_it_was_typed() {
    let mut screen = Screen::writable(120, 40);
    screen.press("ftyped");
    ctrl(&mut screen, 's');
    let (ticket, _) = write(&mut screen);
    screen.tell(lost(ticket));
    assert_eq!(last_text(&screen), "typed");
    screen.press("typed ahead");
    assert_eq!(last_text(&screen), "typed", "no key that was meant for something else reaches it");
    screen.press("\n");
    assert_eq!(writes(&screen), 0, "it was taken up, and no more");
    ctrl(&mut screen, 's');
    assert_eq!(writes(&screen), 1, "it can be stored again");
}

#[test]
fn what_is_being_typed_stays_on_top_of_what_comes_back() {
    let mut screen = Screen::writable(120, 40);
    screen.press("ffirst");
    ctrl(&mut screen, 's');
    let (ticket, _) = write(&mut screen);
    screen.press("fsecond");
    screen.tell(lost(ticket));
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
    assert_eq!(texts, ["first", "second go on"]);
}

#[test]
fn a_field_is_removed_in_the_form_and_brought_back() {
    let mut screen = Screen::writable(120, 40);
    let (_, shown) = chosen(&screen);
    screen.press("d");
    let [edit] = form(&screen).changes() else { panic!("{:?}", form(&screen).changes()) };
    assert_eq!((&edit.value, &edit.guard), (&None, &Guard::Stored(Some(shown))));
    screen.press("d");
    assert!(form(&screen).changes().is_empty());
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
    let (ticket, Write::Delete(_)) = write(&mut screen) else { panic!() };
    let gone = Change::new(id.as_str().into(), ChangeKind::Deleted);
    screen.tell(Event::Written(ticket, Box::new(HandOutcome { changes: vec![gone], ..HandOutcome::default() })));
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
    for key in ["e", "a", "d", "m", "C", "o", "f", "D"] {
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

#[test]
fn what_is_kept_encrypted_is_edited_here_alone() {
    let mut screen = Screen::writable(120, 40);
    screen.press("e\u{1b}");
    let Some(Modal::Form(shown)) = screen.state.modals.last_mut() else { unreachable!() };
    let iban = MetadataPath::from("customer").child("iban");
    shown.rules.reveal = Reveal::new(vec![iban], Err("no key".to_owned()));
    shown.select(&[PathKey::Name("customer".to_owned())]);
    ctrl(&mut screen, 'o');
    let Some(Modal::Editor(editor)) = screen.state.modals.last() else { panic!("it is open in the larger editor") };
    assert_eq!(editor.problem.as_deref(), Some(STAYS_HERE));
    screen.press("x");
    let drafts = screen.state.drafts();
    assert!(drafts.iter().any(|draft| draft.text.contains("not kept here")), "{drafts:?}");
}
