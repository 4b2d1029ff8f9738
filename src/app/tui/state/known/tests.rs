use bson::doc;

use super::*;
use crate::{
    app::{
        place::WriteRules,
        tui::state::{named::ChosenSession, sample::Screen},
    },
    repository::Error,
};

fn path(keys: &[&str]) -> MetadataPath {
    MetadataPath::new(keys.iter().map(|key| (*key).to_owned()).collect()).unwrap()
}

fn known() -> MetadataKeys {
    use bson::spec::ElementType::{EmbeddedDocument, Int32, String};
    let key = |keys: &[&str], sessions, kind| MetadataKey { path: path(keys), sessions, kinds: vec![kind] };
    let keys = vec![
        key(&["priority"], 9, String),
        key(&["owner"], 7, String),
        key(&["customer"], 6, EmbeddedDocument),
        key(&["coowner"], 5, String),
        key(&["customer", "region"], 4, String),
        key(&["retries"], 3, Int32),
        key(&["a=b"], 2, Int32),
        key(&["\u{1b}"], 1, Int32),
    ];
    MetadataKeys { sessions: 10, keys }
}

fn form() -> MetadataForm {
    let session = ChosenSession { key: "s".into(), name: "s".to_owned() };
    let stored = doc! { "priority": "high", "customer": { "name": "Ada" }, "retries": 3 };
    MetadataForm::new(session, None, WriteRules::default(), &stored)
}

fn texts(known: &KnownFields, form: &MetadataForm) -> Vec<String> {
    known.offers(form).into_iter().map(|offer| offer.text).collect()
}

fn typed(form: &mut MetadataForm, text: &str) {
    let dates = edit::DateContext::new(jiff::Timestamp::UNIX_EPOCH, jiff::tz::TimeZone::UTC);
    assert!(form.fill(text, &dates));
}

#[test]
fn keys_are_offered_that_are_not_there_those_first_that_begin_so() {
    let known = KnownFields { keys: Some(known()), ..KnownFields::default() };
    let mut form = form();
    form.add();
    assert_eq!(texts(&known, &form), ["owner=", "coowner="], "what is there, or cannot be typed, is not");
    typed(&mut form, "OW");
    assert_eq!(texts(&known, &form), ["owner=", "coowner="]);
    typed(&mut form, "co");
    assert_eq!(texts(&known, &form), ["coowner="]);
    assert_eq!(known.offers(&form)[0].help, "str, in 5 of 10 sessions");
    typed(&mut form, "x");
    assert!(texts(&known, &form).is_empty());
}

#[test]
fn values_are_offered_as_they_would_be_typed() {
    let values = vec!["ann".into(), "5".into(), Bson::Int32(7), "a\u{1b}".into()];
    let values = HashMap::from([(path(&["owner"]), Some(values))]);
    let known = KnownFields { keys: Some(known()), values, ..KnownFields::default() };
    let mut form = form();
    form.add();
    typed(&mut form, "owner=");
    assert_eq!(texts(&known, &form), ["owner=ann", "owner:=\"5\"", "owner=7"]);
    typed(&mut form, "owner=a");
    assert_eq!(texts(&known, &form), ["owner=ann"]);
}

#[test]
fn one_question_is_asked_at_a_time_and_none_again() {
    let (mut known_fields, mut form, mut tickets) = (KnownFields::default(), form(), Tickets::default());
    assert!(known_fields.ask(&form, &mut tickets).is_none(), "nothing is typed");
    form.add();
    let Some(Effect::Ask(Command::MetadataKeys(ticket))) = known_fields.ask(&form, &mut tickets) else { panic!() };
    assert!(known_fields.ask(&form, &mut tickets).is_none());
    known_fields.on_event(Event::MetadataKeys(ticket, known()));
    assert!(known_fields.ask(&form, &mut tickets).is_none(), "no key is typed yet");
    typed(&mut form, "owner=");
    let Some(Effect::Ask(Command::MetadataValues(ticket, asked))) = known_fields.ask(&form, &mut tickets) else {
        panic!()
    };
    assert_eq!(asked, path(&["owner"]));
    let lane = crate::app::task::command::Lane::Offers;
    known_fields.on_event(Event::Failed { ticket, lane, error: Error::other("reading", "slow") });
    assert!(known_fields.ask(&form, &mut tickets).is_none(), "what could not be told is not asked again");
    assert!(known_fields.offers(&form).is_empty());
    known_fields.on_up();
    let again = known_fields.ask(&form, &mut tickets);
    assert!(matches!(again, Some(Effect::Ask(Command::MetadataValues(..)))), "the connection is back");
}

#[test]
fn what_is_not_answered_any_more_is_asked_again() {
    let (mut known_fields, mut form, mut tickets) = (KnownFields::default(), form(), Tickets::default());
    form.add();
    for _ in 0..2 {
        let asked = known_fields.ask(&form, &mut tickets);
        assert!(matches!(asked, Some(Effect::Ask(Command::MetadataKeys(_)))), "{asked:?}");
        known_fields.let_go();
    }
}

#[test]
fn an_offer_is_chosen_with_the_arrows_and_taken_into_what_is_typed() {
    let mut screen = Screen::writable(80, 24);
    screen.press("a");
    let asked = screen.asked.iter().find_map(|command| match command {
        Command::MetadataKeys(ticket) => Some(*ticket),
        _ => None,
    });
    screen.tell(Event::MetadataKeys(asked.expect("the keys are asked for"), known()));
    let text = |screen: &Screen| match screen.state.modals.last() {
        Some(Modal::Form(form)) => form.field_editor().map(|field| field.editor.text()),
        _ => None,
    };
    for key in [KeyCode::Down, KeyCode::Down, KeyCode::Up, KeyCode::Enter] {
        screen.put(crate::app::tui::state::Input::Key(KeyEvent::from(key)));
    }
    assert_eq!(text(&screen).as_deref(), Some("owner="));
    screen.press("me\n");
    assert_eq!(text(&screen), None, "what is typed is taken");
    let Some(Modal::Form(form)) = screen.state.modals.last() else { panic!() };
    assert_eq!(form.mine.get_str("owner").ok(), Some("me"));
}
