use crossterm::event::{KeyCode, KeyEvent};
use jiff::ToSpan;

use super::*;
use crate::{
    app::{
        place::{Origin, Place},
        task::{Command, Event, command::Lane},
        tui::state::{Effect, Input, areas::Pane, modal::Modal, sample::Screen},
    },
    repository::Error,
    session::{Change, MetadataEdit},
};

/// What a window left that was killed while feedback was typed on the open session.
fn left() -> OfferedDraft {
    let mut screen = Screen::writable(120, 40);
    screen.press("ftyped");
    let draft = screen.state.drafts().remove(0);
    let at = screen.state.look.now.checked_sub(90.minutes()).ok();
    OfferedDraft { id: DraftId("one".to_owned()), file: "/state/one.json".to_owned(), at, draft: Ok(Box::new(draft)) }
}

fn found(screen: &mut Screen, drafts: &[OfferedDraft]) {
    screen.put(Input::Drafts(DraftNews::Found(drafts.to_vec())));
}

/// What becomes of a key.
fn key(screen: &mut Screen, code: KeyCode) -> Vec<Effect> {
    screen.state.update(Input::Key(KeyEvent::from(code)))
}

fn is_offered(screen: &Screen) -> bool {
    matches!(screen.state.modals.last(), Some(Modal::Drafts(_)))
}

fn text_on_top(screen: &Screen) -> Option<String> {
    match screen.state.modals.last() {
        Some(Modal::Editor(editor)) => Some(editor.text()),
        _ => None,
    }
}

fn order(effects: &[Effect]) -> Option<&DraftOrder> {
    effects.iter().find_map(|effect| match effect {
        Effect::Draft(order) => Some(order),
        _ => None,
    })
}

#[test]
fn a_draft_of_the_open_session_stands_there_again_at_once() {
    let mut screen = Screen::writable(120, 40);
    let draft = left();
    found(&mut screen, std::slice::from_ref(&draft));
    assert!(is_offered(&screen));
    let effects = key(&mut screen, KeyCode::Enter);
    assert_eq!(order(&effects), Some(&DraftOrder::TakenUp(draft.id)));
    assert_eq!(text_on_top(&screen).as_deref(), Some("typed"));
    let again = screen.state.drafts();
    assert_eq!(again.len(), 1);
    assert_eq!(Ok(&again[0]), draft.draft.as_deref());
}

#[test]
fn its_session_is_opened_first() {
    let mut screen = Screen::listed(120, 40);
    screen.state.workspace.connection.place.as_mut().unwrap().read_only = false;
    found(&mut screen, &[left()]);
    screen.press("\n");
    assert!(screen.state.modals.is_empty());
    screen.answer_all();
    assert_eq!(text_on_top(&screen).as_deref(), Some("typed"));
}

#[test]
fn a_session_that_is_gone_leaves_its_draft_where_it_is() {
    let mut screen = Screen::listed(120, 40);
    screen.state.workspace.connection.place.as_mut().unwrap().read_only = false;
    found(&mut screen, &[left()]);
    screen.press("\n");
    let asked = screen.asked.iter().find_map(|command| match command {
        Command::Open(ticket, ..) => Some(*ticket),
        _ => None,
    });
    let error = Error::not_found("gone", "agents.sessions");
    screen.tell(Event::Failed { ticket: asked.unwrap(), lane: Lane::Open, error });
    let says = screen.state.workspace.last_error.clone().unwrap();
    assert!(says.contains("/state/one.json") && text_on_top(&screen).is_none(), "{says}");
}

#[test]
fn it_waits_for_its_place() {
    let mut screen = Screen::start(120, 40);
    let mut draft = left();
    found(&mut screen, std::slice::from_ref(&draft));
    screen.press("\n");
    let says = screen.state.said.clone().unwrap();
    assert!(says.contains("local, agents.sessions") && says.contains("connect there"), "{says}");
    assert!(matches!(screen.state.modals.last(), Some(Modal::Places(_))), "the start screen");
    // A place of that name that is another one is not its place.
    if let Ok(inner) = &mut draft.draft
        && let Some(place) = &mut inner.place
    {
        place.identity = "elsewhere/agents.sessions".to_owned();
    }
    let mut screen = Screen::writable(120, 40);
    found(&mut screen, &[draft]);
    screen.press("\n");
    assert!(screen.state.said.clone().unwrap().contains("was typed for"));
    assert_eq!(text_on_top(&screen), None);
}

#[test]
fn its_place_that_is_open_beside_is_shown() {
    let mut screen = Screen::listed(120, 40);
    screen.state.workspace.connection.place.as_mut().unwrap().read_only = false;
    let ticket = screen.state.workspace.ticket;
    let effects = screen.state.connect(Place::plain("other", Origin::Demo));
    let effects = screen.state.absorb(effects);
    screen.take(effects);
    let Some(Command::Connect(connecting, _)) = screen.asked.pop_back() else { panic!("{:?}", screen.asked) };
    let (location, identity) = ("other".to_owned(), "other".to_owned());
    screen.tell(Event::Connected { ticket: connecting, location, identity });
    screen.answer_all();
    found(&mut screen, &[left()]);
    screen.press("\n");
    screen.answer_all();
    assert_eq!(screen.state.workspace.ticket, ticket, "no second connection");
    assert_eq!(text_on_top(&screen).as_deref(), Some("typed"));
}

#[test]
fn it_is_discarded_only_after_asking() {
    let mut screen = Screen::writable(120, 40);
    found(&mut screen, &[left()]);
    key(&mut screen, KeyCode::Char('d'));
    assert_eq!(order(&key(&mut screen, KeyCode::Char('n'))), None);
    assert!(is_offered(&screen));
    key(&mut screen, KeyCode::Char('d'));
    let effects = key(&mut screen, KeyCode::Char('y'));
    assert_eq!(order(&effects), Some(&DraftOrder::Discarded(DraftId("one".to_owned()))));
    assert!(screen.state.modals.is_empty());
}

#[test]
fn put_off_it_is_offered_again_when_its_session_is_opened() {
    let mut screen = Screen::listed(120, 40);
    found(&mut screen, &[left()]);
    screen.press("\u{1b}");
    assert!(screen.state.modals.is_empty());
    screen.press("\n");
    screen.answer_all();
    assert!(is_offered(&screen));
    screen.press("\u{1b}");
    screen.press("r");
    screen.answer_all();
    assert!(screen.state.modals.is_empty(), "read again it is not offered again");
    screen.press("1j\n");
    screen.answer_all();
    assert!(screen.state.modals.is_empty(), "another session");
}

#[test]
fn what_is_being_typed_stays_on_top() {
    let mut screen = Screen::writable(120, 40);
    screen.press("fmore");
    found(&mut screen, &[left()]);
    assert_eq!(text_on_top(&screen).as_deref(), Some("more"));
    screen.press("\u{1b}\u{1b}");
    assert!(is_offered(&screen));
}

#[test]
fn one_that_cannot_be_read_is_named_and_kept() {
    let mut screen = Screen::writable(120, 40);
    let damaged = OfferedDraft { at: None, draft: Err("its file is damaged".to_owned()), ..left() };
    found(&mut screen, &[damaged]);
    assert_eq!(order(&key(&mut screen, KeyCode::Enter)), None);
    let says = screen.state.said.clone().unwrap();
    assert!(says.contains("damaged") && says.contains("/state/one.json"), "{says}");
}

#[test]
fn a_full_disk_is_told_once_and_typing_goes_on() {
    let mut screen = Screen::writable(120, 40);
    screen.press("f");
    for _ in 0..3 {
        screen.put(Input::Drafts(DraftNews::NotKept("no space left on device".to_owned())));
        screen.press("x");
    }
    assert_eq!(text_on_top(&screen).as_deref(), Some("xxx"));
    assert!(screen.state.drafts_fail());
    let times = screen.state.errors.dated().filter(|(_, error)| error.contains("no space left")).count();
    assert_eq!(times, 1);
    screen.put(Input::Drafts(DraftNews::KeptAgain));
    assert!(!screen.state.drafts_fail());
    assert_eq!(screen.state.workspace.last_error, None, "it is not so any more");
    assert_eq!(screen.state.focus, Pane::Metadata);
}

/// What a window left that was killed while a form had changes, and something was being typed in it.
fn left_form() -> OfferedDraft {
    let mut screen = Screen::writable(120, 40);
    screen.press("e\u{5} mine\ne\u{5} more");
    OfferedDraft { draft: Ok(Box::new(screen.state.drafts().remove(0))), ..left() }
}

#[test]
fn a_form_stands_there_again_with_what_is_typed_in_it() {
    let mut screen = Screen::writable(120, 40);
    let draft = left_form();
    found(&mut screen, std::slice::from_ref(&draft));
    let effects = key(&mut screen, KeyCode::Enter);
    assert_eq!(order(&effects), Some(&DraftOrder::TakenUp(draft.id)));
    let Some(Modal::Form(form)) = screen.state.modals.last() else { panic!("a form") };
    assert_eq!(form.changes().len(), 1);
    assert!(form.field_editor().unwrap().editor.text().ends_with(" mine more"));
    assert_eq!(screen.state.drafts().first(), draft.draft.as_deref().ok());
}

#[test]
fn a_form_is_taken_up_on_what_is_stored_by_now() {
    let draft = left_form();
    let content = &draft.draft.as_ref().unwrap().content;
    let DraftContent::Form(left) = content else { panic!("a form") };
    let mine = left.mine.clone();
    let key_of = mine.keys().find(|key| left.base.get(*key) != mine.get(*key)).unwrap().clone();
    for (stored, conflicts) in [("theirs".into(), 1), (mine.get(&key_of).unwrap().clone(), 0)] {
        let mut screen = Screen::writable(120, 40);
        let session = screen.state.workspace.conversation.key().unwrap().clone();
        screen.state.apply(&Change::edited(session, &[MetadataEdit::new(&key_of, Some(stored))]));
        found(&mut screen, std::slice::from_ref(&draft));
        key(&mut screen, KeyCode::Enter);
        let Some(Modal::Form(form)) = screen.state.modals.last() else { panic!("a form") };
        assert_eq!(form.conflicts.len(), conflicts);
        assert_eq!(form.changes().len(), conflicts);
    }
}

#[test]
fn a_form_that_is_open_already_is_not_replaced() {
    let mut screen = Screen::writable(120, 40);
    screen.press("e other\n\u{1b}");
    found(&mut screen, &[left_form()]);
    assert_eq!(order(&key(&mut screen, KeyCode::Enter)), None);
    assert!(screen.state.said.clone().unwrap().contains("save or discard them first"));
    assert!(screen.state.drafts().iter().all(|draft| !draft.text.contains("mine")));
}

#[test]
fn what_was_being_typed_does_not_replace_what_another_stored_since() {
    let mut screen = Screen::writable(120, 40);
    screen.press("e more");
    let draft = OfferedDraft { draft: Ok(Box::new(screen.state.drafts().remove(0))), ..left() };
    let session = screen.state.workspace.conversation.session().unwrap();
    let field = screen.state.workspace.metadata.field(Some(session)).unwrap();
    let mut screen = Screen::writable(120, 40);
    let session = screen.state.workspace.conversation.key().unwrap().clone();
    screen.state.apply(&Change::edited(session, &[MetadataEdit::set(&field, "theirs")]));
    found(&mut screen, &[draft]);
    key(&mut screen, KeyCode::Enter);
    screen.press("\n");
    let Some(Modal::Form(form)) = screen.state.modals.last() else { panic!("a form") };
    assert_eq!(form.conflicts.len(), 1);
    assert_eq!(form.conflicts[0].theirs, Some("theirs".into()));
}
