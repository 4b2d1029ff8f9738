use bson::{Bson, Document};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::ChangeList;
use crate::{
    app::{
        task::{Command, Event, Ticket},
        tui::state::{Input, form::MetadataForm, kept_drafts::DraftContent, modal::Modal, sample::Screen},
        writes::HandOutcome,
        writes::Write,
    },
    repository::{Error, News},
    session::{Change, Guard, MetadataEdit, SessionKey},
};

fn save_key(screen: &mut Screen) {
    screen.put(Input::Key(KeyEvent::new(KeyCode::Char('s'), KeyModifiers::CONTROL)));
}

/// A form with one text changed: its key, the value before, and the screen.
fn changed() -> (String, Bson, Screen) {
    let mut screen = Screen::writable(120, 40);
    let session = screen.state.workspace.conversation.session().unwrap();
    let key = screen.state.workspace.metadata.field(Some(session)).unwrap();
    let before = session.metadata_fields().unwrap().get(&key).cloned().unwrap();
    screen.press("e\u{5} mine\n");
    assert_eq!(form(&screen).changes().len(), 1);
    (key, before, screen)
}

fn form(screen: &Screen) -> &MetadataForm {
    screen.state.listed_form().unwrap()
}

fn list(screen: &Screen) -> Option<&ChangeList> {
    match screen.state.modals.last() {
        Some(Modal::Changes(list)) => Some(list),
        _ => None,
    }
}

/// The write that is asked for.
fn sent(screen: &mut Screen) -> Option<(Ticket, SessionKey, Vec<MetadataEdit>)> {
    let at = screen.asked.iter().position(|command| matches!(command, Command::Write(..)))?;
    match screen.asked.remove(at) {
        Some(Command::Write(ticket, order)) => match order.write {
            Write::Metadata(key, edits) => Some((ticket, key, edits)),
            other => panic!("{other:?}"),
        },
        _ => unreachable!(),
    }
}

/// What is stored of the open session, with another value of one field.
fn with(screen: &Screen, key: &str, value: Option<Bson>) -> Document {
    let session = screen.state.workspace.conversation.session().unwrap();
    let mut stored = session.metadata_fields().unwrap().clone();
    match value {
        Some(value) => drop(stored.insert(key, value)),
        None => drop(stored.remove(key)),
    }
    stored
}

fn conflict(screen: &mut Screen, key: &str, theirs: Option<Bson>) {
    let (ticket, session, _) = sent(screen).unwrap();
    let stored = Box::new(with(screen, key, theirs.clone()));
    let error = Error::Conflict { id: session.text().into(), field: key.to_owned(), stored: theirs.map(Box::new) };
    screen.tell(Event::NotWritten { ticket, error, stored: Some(stored) });
}

#[test]
fn changes_are_listed_then_saved_guarded_by_what_was_there() {
    let (key, before, mut screen) = changed();
    save_key(&mut screen);
    assert!(list(&screen).is_some() && sent(&mut screen).is_none(), "nothing is sent before it was listed");
    screen.press("\n");
    let (ticket, session, edits) = sent(&mut screen).unwrap();
    assert_eq!((edits[0].path.top(), &edits[0].guard), (key.as_str(), &Guard::Stored(Some(before))));
    assert!(form(&screen).is_sent());
    let drafts = screen.state.drafts();
    assert!(drafts.len() == 1 && drafts[0].may_be_stored);
    let outcome = HandOutcome { changes: vec![Change::edited(session, &edits)], ..HandOutcome::default() };
    screen.tell(Event::Written(ticket, Box::new(outcome)));
    assert!(!form(&screen).is_unsaved());
    assert!(screen.state.drafts().is_empty());
    let said = screen.state.said.clone().unwrap();
    assert!(said.contains(&key) && said.contains("is stored at local, agents.sessions"), "{said}");
}

#[test]
fn what_is_typed_while_it_is_sent_stays_another_change() {
    let (_, _, mut screen) = changed();
    save_key(&mut screen);
    screen.press("\n");
    let (ticket, session, edits) = sent(&mut screen).unwrap();
    screen.press("e and more\n");
    save_key(&mut screen);
    screen.press("\n");
    assert!(sent(&mut screen).is_none(), "one save after another");
    assert!(list(&screen).unwrap().problem.is_some());
    screen.press("\u{1b}");
    let outcome = HandOutcome { changes: vec![Change::edited(session, &edits)], ..HandOutcome::default() };
    screen.tell(Event::Written(ticket, Box::new(outcome)));
    let left = form(&screen).changes().to_vec();
    assert_eq!(left.len(), 1);
    assert_eq!(left[0].guard, Guard::Stored(edits[0].value.clone()));
    assert!(form(&screen).conflicts.is_empty());
}

#[test]
fn a_conflict_is_chosen_for_and_may_move_again() {
    for (choice, expected) in [("m", Some("mine")), ("t", None), ("b", Some("before"))] {
        let (key, before, mut screen) = changed();
        save_key(&mut screen);
        screen.press("\n");
        conflict(&mut screen, &key, Some("theirs".into()));
        assert_eq!(form(&screen).conflicts.len(), 1);
        let shown = list(&screen).is_some();
        assert!(shown, "base, mine and theirs are shown");
        screen.press("\n");
        assert!(sent(&mut screen).is_none() && list(&screen).unwrap().problem.is_some(), "it is chosen for first");
        let theirs = with(&screen, &key, Some("theirs again".into()));
        let change = Change::edited(
            screen.state.workspace.conversation.key().unwrap().clone(),
            &[MetadataEdit::set(&key, "theirs again")],
        );
        screen.state.apply(&change);
        assert_eq!(form(&screen).conflicts[0].theirs, theirs.get(&key).cloned());
        screen.press(choice);
        assert!(form(&screen).conflicts.is_empty());
        screen.press("\n");
        match (expected, sent(&mut screen)) {
            (None, None) => {}
            (Some(expected), Some((_, _, edits))) => {
                assert_eq!(edits[0].guard, Guard::Stored(Some("theirs again".into())));
                let value = edits[0].value.clone().unwrap();
                match expected {
                    "mine" => assert!(value.as_str().unwrap().ends_with(" mine")),
                    _ => assert_eq!(value, before),
                }
            }
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn a_field_that_was_removed_meanwhile_is_a_conflict_too() {
    let (key, _, mut screen) = changed();
    save_key(&mut screen);
    screen.press("\n");
    conflict(&mut screen, &key, None);
    screen.press("m\n");
    let (_, _, edits) = sent(&mut screen).unwrap();
    assert_eq!(edits[0].guard, Guard::Stored(None));
}

#[test]
fn a_lost_answer_is_cleared_up() {
    for (is_stored, told) in [(true, "is stored: only the answer was lost"), (false, "it can be saved again")] {
        for at_once in [true, false] {
            let (key, _, mut screen) = changed();
            save_key(&mut screen);
            screen.press("\n");
            let (ticket, session, edits) = sent(&mut screen).unwrap();
            let now = if is_stored { with(&screen, &key, edits[0].value.clone()) } else { with(&screen, "x", None) };
            let error = Error::Unconfirmed { doing: "writing".into(), reason: "gone".into(), source: None };
            let stored = at_once.then(|| Box::new(now.clone()));
            screen.tell(Event::NotWritten { ticket, error, stored });
            if !at_once {
                assert!(screen.state.drafts()[0].may_be_stored);
                assert!(screen.asked.iter().any(|command| matches!(command, Command::Open(..))), "it is read again");
                if is_stored {
                    screen.state.apply(&Change::edited(session, &edits));
                } else {
                    screen.answer_all();
                }
            }
            let said = screen.state.said.clone().unwrap();
            assert!(said.contains(told) && said.contains("local, agents.sessions"), "{said}");
            assert_eq!(form(&screen).is_unsaved(), !is_stored);
            assert!(screen.state.drafts().iter().all(|draft| !draft.may_be_stored));
        }
    }
}

#[test]
fn a_refused_save_keeps_everything() {
    let (key, before, mut screen) = changed();
    save_key(&mut screen);
    screen.press("\n");
    let (ticket, ..) = sent(&mut screen).unwrap();
    screen.tell(Event::NotWritten { ticket, error: Error::unreachable("h", "gone"), stored: None });
    assert!(form(&screen).is_unsaved() && !form(&screen).is_sent());
    let error = screen.state.workspace.last_error.clone().unwrap();
    assert!(error.contains(&key) && error.contains("local, agents.sessions"), "{error}");
    assert!(form(&screen).says.as_deref().is_some_and(|says| says.starts_with("not saved: ")));
    save_key(&mut screen);
    screen.press("\n");
    let (_, _, edits) = sent(&mut screen).unwrap();
    assert_eq!(edits[0].guard, Guard::Stored(Some(before)));
}

#[test]
fn read_only_saves_nothing() {
    let (_, _, mut screen) = changed();
    screen.state.workspace.connection.place.as_mut().unwrap().read_only = true;
    save_key(&mut screen);
    screen.press("\n");
    assert!(sent(&mut screen).is_none());
    assert!(list(&screen).unwrap().problem.as_deref().unwrap().contains("read-only"));
}

#[test]
fn a_form_is_kept_as_a_draft_with_what_is_typed_in_it() {
    let (key, before, mut screen) = changed();
    screen.press("e\u{5} more");
    let draft = screen.state.drafts().remove(0);
    assert!(draft.text.contains(&key) && draft.text.contains("being typed"), "{}", draft.text);
    let DraftContent::Form(left) = draft.content else { panic!("a form") };
    assert_eq!(left.base.get(&key), Some(&before));
    assert!(left.open.unwrap().text.ends_with(" mine more"));
    let mut with_mine = left.base.clone();
    with_mine.insert(key.as_str(), left.mine.get(&key).cloned().unwrap());
    assert_eq!(left.mine, with_mine);
    assert_ne!(left.mine, left.base);
}

#[test]
fn news_keep_something_selected_and_no_reason_that_is_none_any_more() {
    let (key, _, mut screen) = changed();
    screen.press("azz_new=1\n");
    save_key(&mut screen);
    screen.press("G");
    assert_eq!((form(&screen).changes().len(), list(&screen).unwrap().selected), (2, 1));
    let session = screen.state.workspace.conversation.key().unwrap().clone();
    screen.state.apply(&Change::edited(session.clone(), &[MetadataEdit::set(&key, "theirs")]));
    assert_eq!((form(&screen).conflicts.len(), list(&screen).unwrap().selected), (1, 0));
    screen.press("\n");
    assert!(list(&screen).unwrap().problem.is_some());
    // The other writer makes the same of it: there is nothing to choose.
    let mine = form(&screen).mine.get(&key).cloned().unwrap();
    screen.state.apply(&Change::edited(session, &[MetadataEdit::set(&key, mine)]));
    assert!(form(&screen).conflicts.is_empty() && list(&screen).unwrap().problem.is_none());
}

#[test]
fn the_larger_editor_says_what_another_stored_meanwhile() {
    let (key, _, mut screen) = changed();
    screen.press("o\u{5} more");
    let session = screen.state.workspace.conversation.key().unwrap().clone();
    screen.state.apply(&Change::edited(session, &[MetadataEdit::set(&key, "theirs")]));
    let Some(Modal::Editor(editor)) = screen.state.modals.last() else { panic!("no editor") };
    assert!(editor.text().ends_with(" mine more"));
    assert_eq!(editor.stored, Some(Some("theirs".into())));
}

#[test]
fn theirs_for_the_last_change_leaves_nothing_to_save() {
    let (key, _, mut screen) = changed();
    save_key(&mut screen);
    screen.press("\n");
    conflict(&mut screen, &key, Some("theirs".into()));
    screen.press("t");
    assert!(list(&screen).is_none() && !form(&screen).is_unsaved());
    assert!(form(&screen).says.as_deref().unwrap().contains("as stored"));
}

#[test]
fn changes_for_a_session_that_was_made_anew_are_saved_once_that_is_known() {
    let (_, _, mut screen) = changed();
    let made = screen.state.workspace.conversation.session().unwrap().created_at;
    let Some(Modal::Form(form)) = screen.state.modals.last_mut() else { panic!("no form") };
    form.of_session(made, true);
    form.of_session(made, false);
    save_key(&mut screen);
    screen.press("\n");
    assert!(sent(&mut screen).is_none());
    assert!(list(&screen).unwrap().problem.as_deref().unwrap().contains("made again"));
    screen.press("\n");
    assert!(sent(&mut screen).is_some());
}

#[test]
fn a_session_deleted_by_another_is_said_in_the_form_and_nothing_is_sent() {
    let (_, _, mut screen) = changed();
    let key = screen.state.workspace.conversation.key().unwrap().clone();
    let ticket = screen.state.workspace.ticket;
    screen.tell(Event::News(ticket, News::Changes(vec![Change::deleted(key)])));
    assert!(form(&screen).gone);
    save_key(&mut screen);
    screen.press("\n");
    assert!(sent(&mut screen).is_none());
    assert!(list(&screen).unwrap().problem.as_deref().unwrap().contains("deleted"));
}
