use bson::doc;
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use jiff::SignedDuration;

use super::super::{Input, modal::Modal, sample::Screen};
use super::*;
use crate::{
    app::{
        alert::AlertWhen,
        place::{Origin, Place, Reveal},
        tui::view::{self, sample},
    },
    hook::{CipherKeys, EncryptedField, FieldCipher},
    repository::{Error, News, filter::RatingWord},
    session::decode,
};

fn rule(name: &str, when: AlertWhen) -> AlertRule {
    AlertRule { name: name.into(), when, filter: None, bell: false, notify: false, webhook: None }
}

fn unhappy() -> AlertRule {
    rule("unhappy", AlertWhen::Rating(RatingWord::Down))
}

fn with(rules: Vec<AlertRule>) -> Screen {
    let mut screen = Screen::listed(120, 40);
    screen.state.alerts = AlertState::new(rules);
    screen
}

/// The session of that row was rated down; what the screen asks for.
fn rated(screen: &mut Screen, at: usize) -> (SessionKey, Vec<Effect>) {
    let key = screen.state.workspace.list.rows[at].key.clone();
    let feedback = decode::feedback(&doc! { "rating": "down" }.into());
    let news = News::Changes(vec![Change::feedback(key.clone(), feedback)]);
    let event = Event::News(screen.state.workspace.ticket, news);
    (key, screen.state.update(Input::Task(Box::new(event))))
}

fn picture(screen: &Screen) -> String {
    sample::screen(120, 40, |frame, _| view::draw(frame, &screen.state))
}

#[test]
fn an_alert_marks_its_session_until_it_is_opened() {
    let mut screen = with(vec![unhappy()]);
    let (key, effects) = rated(&mut screen, 2);
    assert!(effects.iter().all(|effect| matches!(effect, Effect::Ask(_))), "nothing rings by itself: {effects:?}");
    assert!(screen.state.is_alerted(&key));
    let drawn = picture(&screen);
    assert!(drawn.contains('▲') && drawn.contains("alert unhappy: "), "{drawn}");
    screen.state.look.marks = sample::plain().marks;
    assert!(!picture(&screen).contains('▲'));
    let row = screen.state.workspace.list.rows[2].clone();
    screen.state.open(&row);
    assert!(!screen.state.is_alerted(&key));
}

#[test]
fn what_happens_at_a_connection_that_is_not_shown_is_told_and_marked_there() {
    let filtered = AlertRule { filter: Some("app:shop".into()), name: "shop".into(), ..unhappy() };
    let mut screen = with(vec![AlertRule { bell: true, ..unhappy() }, filtered]);
    let (local, key) = (screen.state.workspace.ticket, screen.state.workspace.list.rows[2].key.clone());
    let effects = screen.state.connect(Place::plain("other", Origin::Demo));
    let effects = screen.state.absorb(effects);
    screen.take(effects);
    screen.answer_all();
    screen.state.said = None;
    let feedback = decode::feedback(&doc! { "rating": "down" }.into());
    let news = News::Changes(vec![Change::feedback(key.clone(), feedback)]);
    let effects = screen.state.update(Input::Task(Box::new(Event::News(local, news))));
    assert!(effects.iter().any(|effect| matches!(effect, Effect::Bell)), "{effects:?}");
    let said = screen.state.said.clone().unwrap_or_default();
    assert!(said.contains("alert unhappy: ") && said.contains(" at local, "), "{said}");
    assert!(!screen.state.is_alerted(&key), "the session of that id here is another one");
    let asked = effects.iter().find_map(|effect| match effect {
        Effect::Ask(Command::At(connection, asked)) => Some((*connection, asked.lane().1)),
        _ => None,
    });
    let Some((connection, Some(ticket))) = asked else { panic!("{effects:?}") };
    assert_eq!(connection, local, "the store where it happened is asked");
    screen.tell(Event::Matched(ticket, true));
    assert!(screen.state.alerts.log.events().any(|event| event.says.contains("shop")));
    screen.put(Input::Key(KeyEvent::new(KeyCode::Char('p'), KeyModifiers::CONTROL)));
    screen.answer_all();
    assert!(screen.state.is_alerted(&key));
}

/// The selected event of a session is opened.
fn open_alert(screen: &mut Screen) {
    screen.press("O");
    let Some(Modal::Events(menu)) = screen.state.modals.last() else { panic!("{:?}", screen.state.modals) };
    let at = menu.items.iter().position(|event| event.session.is_some()).unwrap();
    screen.press(&"j".repeat(at));
    screen.press("\n");
    screen.answer_all();
}

#[test]
fn what_happened_at_another_connection_leads_to_its_session_there() {
    let mut screen = with(vec![unhappy()]);
    let (local, key) = (screen.state.workspace.ticket, screen.state.workspace.list.rows[2].key.clone());
    let effects = screen.state.connect(Place::plain("other", Origin::Demo));
    let effects = screen.state.absorb(effects);
    screen.take(effects);
    screen.answer_all();
    let feedback = decode::feedback(&doc! { "rating": "down" }.into());
    screen.tell(Event::News(local, News::Changes(vec![Change::feedback(key.clone(), feedback)])));
    open_alert(&mut screen);
    assert_eq!((screen.state.workspace.ticket, screen.state.connection_number()), (local, Some((1, 2))));
    assert_eq!(screen.state.workspace.conversation.session().map(|open| &open.key), Some(&key));
    assert!(screen.state.modals.is_empty() && !screen.state.is_alerted(&key));
    screen.put(Input::Key(KeyEvent::new(KeyCode::Char('w'), KeyModifiers::CONTROL)));
    screen.answer_all();
    open_alert(&mut screen);
    assert_eq!(screen.state.said.as_deref(), Some("the connection where this happened is closed"));
    assert_ne!(screen.state.workspace.ticket, local);
}

#[test]
fn what_is_asked_of_a_connection_is_asked_again_as_another_is_closed() {
    let mut screen = with(vec![AlertRule { filter: Some("app:shop".into()), ..unhappy() }]);
    let (local, key) = (screen.state.workspace.ticket, screen.state.workspace.list.rows[2].key.clone());
    let effects = screen.state.connect(Place::plain("other", Origin::Demo));
    let effects = screen.state.absorb(effects);
    screen.take(effects);
    screen.answer_all();
    let feedback = decode::feedback(&doc! { "rating": "down" }.into());
    screen.tell(Event::News(local, News::Changes(vec![Change::feedback(key.clone(), feedback)])));
    assert!(screen.asked.iter().any(|command| matches!(command, Command::At(at, _) if *at == local)));
    screen.asked.clear();
    screen.put(Input::Key(KeyEvent::new(KeyCode::Char('w'), KeyModifiers::CONTROL)));
    let later = screen.state.look.now.checked_add(SignedDuration::from_secs(1)).unwrap();
    screen.put(Input::Tick(later));
    let size = screen.state.size;
    screen.put(Input::Resize(size));
    screen.answer_all();
    assert_eq!(screen.state.workspace.ticket, local);
    assert!(screen.state.is_alerted(&key), "{:?}", screen.state.said);
}

#[test]
fn what_is_not_saved_outlives_going_to_what_happened() {
    let mut screen = Screen::writable(120, 40);
    screen.state.alerts = AlertState::new(vec![unhappy()]);
    let (key, _) = rated(&mut screen, 3);
    screen.press("ex\n");
    assert_eq!(screen.state.drafts().len(), 1);
    open_alert(&mut screen);
    assert_eq!(screen.state.workspace.conversation.key(), Some(&key));
    assert_eq!(screen.state.drafts().len(), 1);
}

#[test]
fn bell_notification_and_webhook_are_asked_for_where_the_rule_says_so() {
    let loud = AlertRule { bell: true, notify: true, webhook: Some("pager".into()), ..unhappy() };
    let mut screen = with(vec![loud]);
    let (key, effects) = rated(&mut screen, 0);
    let told: Vec<&Effect> = effects.iter().filter(|effect| !matches!(effect, Effect::Ask(_))).collect();
    let [Effect::Bell, Effect::Notify(says), Effect::Deliver(webhook, alert)] = told.as_slice() else {
        panic!("{told:?}");
    };
    assert!(says.contains("unhappy") && says.contains("was rated down"), "{says}");
    assert_eq!((webhook.as_str(), &alert.session), ("pager", &key));
    let (other, more) = rated(&mut screen, 1);
    let rings = more.iter().any(|effect| matches!(effect, Effect::Bell | Effect::Notify(_)));
    let delivers = more.iter().any(|effect| matches!(effect, Effect::Deliver(..)));
    assert!(screen.state.is_alerted(&other) && delivers && !rings, "many at once are one noise: {more:?}");
    let (_, again) = rated(&mut screen, 0);
    assert!(!again.iter().any(|effect| matches!(effect, Effect::Bell)), "once a minute");
}

#[test]
fn a_rule_may_name_the_bookmarked_sessions_as_they_are_by_then() {
    let mut screen = with(vec![AlertRule { filter: Some("in:@bookmarks".into()), ..unhappy() }]);
    let asked = |effects: Vec<Effect>| {
        effects.into_iter().find_map(|effect| match effect {
            Effect::Ask(Command::Match(_, filter, _)) => Some(filter.source),
            _ => None,
        })
    };
    let (key, effects) = rated(&mut screen, 0);
    assert_eq!(asked(effects), None, "nothing is bookmarked, so nothing matches");
    assert!(!screen.state.is_alerted(&key));
    screen.press("jb");
    let (key, effects) = rated(&mut screen, 1);
    assert_eq!(asked(effects), Some(format!("in:\"{}\"", key.exact())));
}

#[test]
fn the_bookmarks_that_a_rule_names_are_those_of_the_connection_where_it_happens() {
    let mut screen = with(vec![AlertRule { filter: Some("in:@bookmarks".into()), ..unhappy() }]);
    let (local, key) = (screen.state.workspace.ticket, screen.state.workspace.list.rows[0].key.clone());
    screen.press("b");
    let effects = screen.state.connect(Place::plain("other", Origin::Demo));
    let effects = screen.state.absorb(effects);
    screen.take(effects);
    screen.asked.clear();
    let ticket = screen.state.workspace.ticket;
    screen.tell(Event::Connected { ticket, location: "other".into(), identity: "elsewhere".into() });
    screen.answer_all();
    let feedback = decode::feedback(&doc! { "rating": "down" }.into());
    let news = News::Changes(vec![Change::feedback(key.clone(), feedback)]);
    let effects = screen.state.update(Input::Task(Box::new(Event::News(local, news))));
    let filter = effects.iter().find_map(|effect| match effect {
        Effect::Ask(Command::At(at, asked)) if *at == local => match &**asked {
            Command::Match(_, filter, _) => Some(filter.source.clone()),
            _ => None,
        },
        _ => None,
    });
    assert_eq!(filter, Some(format!("in:\"{}\"", key.exact())), "{effects:?}");
}

#[test]
fn of_a_rule_with_a_filter_the_store_is_asked_one_after_another() {
    let mut screen = with(vec![AlertRule { filter: Some("app:shop".into()), ..unhappy() }]);
    let asked = |effects: &[Effect]| -> Vec<(Ticket, SessionKey)> {
        let matches = effects.iter().filter_map(|effect| match effect {
            Effect::Ask(Command::Match(ticket, filter, key)) => {
                assert_eq!(filter.source, "app:shop");
                Some((*ticket, key.clone()))
            }
            _ => None,
        });
        matches.collect()
    };
    let (first, effects) = rated(&mut screen, 4);
    let [(ticket, key)]: [(Ticket, SessionKey); 1] = asked(&effects).try_into().unwrap();
    assert_eq!(key, first);
    let (second, effects) = rated(&mut screen, 5);
    assert!(asked(&effects).is_empty() && !screen.state.is_alerted(&first));
    let effects = screen.state.update(Input::Task(Box::new(Event::Matched(ticket, true))));
    assert!(screen.state.is_alerted(&first));
    let [(ticket, key)]: [(Ticket, SessionKey); 1] = asked(&effects).try_into().unwrap();
    assert_eq!(key, second);
    let error = Error::unreachable("h", "r");
    let lane = crate::app::task::command::Lane::Alert;
    screen.tell(Event::Failed { ticket, lane, error });
    assert!(!screen.state.is_alerted(&second), "what nobody knows is not told");
}

#[test]
fn the_filter_of_a_rule_finds_what_is_encrypted() {
    let mut screen = with(vec![AlertRule { filter: Some("meta.email:ada@example.org".into()), ..unhappy() }]);
    let keys = CipherKeys::new("k", &"MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=".into()).unwrap();
    let cipher = FieldCipher::new(keys, vec![EncryptedField::new("email").deterministic(true)]).unwrap();
    screen.state.reveal = Reveal::new(vec!["email".into()], Ok(cipher));
    let stored = screen.state.reveal.kept(&"s".into(), &doc! { "email": "ada@example.org" }, None);
    let (_, effects) = rated(&mut screen, 4);
    let asked = effects.iter().find_map(|effect| match effect {
        Effect::Ask(Command::Match(_, filter, _)) => Some(filter),
        _ => None,
    });
    assert!(asked.unwrap().matches(&doc! { "_id": "s", "metadata": stored }));
}

#[test]
fn the_size_of_what_changed_is_asked_also_out_of_view_and_asked_again_where_that_fails() {
    let mut screen = with(vec![rule("large", AlertWhen::DocumentOver(80))]);
    let key = SessionKey::from("not listed");
    let said = News::Changes(vec![Change::unclear(key.clone(), None)]);
    let asked = |effects: &[Effect]| {
        effects.iter().find_map(|effect| match effect {
            Effect::Ask(Command::Sizes(ticket, keys)) => Some((*ticket, keys.clone())),
            _ => None,
        })
    };
    let event = Event::News(screen.state.workspace.ticket, said);
    let (ticket, keys) = asked(&screen.state.update(Input::Task(Box::new(event)))).unwrap();
    assert_eq!(keys, std::slice::from_ref(&key));
    let lane = crate::app::task::command::Lane::Alert;
    screen.tell(Event::Failed { ticket, lane, error: Error::unreachable("h", "r") });
    let later = screen.state.look.now.checked_add(SignedDuration::from_secs(10)).unwrap();
    screen.put(Input::Tick(later));
    let size = screen.state.size;
    let (ticket, _) = asked(&screen.state.update(Input::Resize(size))).unwrap();
    let full = Details { bytes: Some(crate::session::LARGEST_DOCUMENT), ..Default::default() };
    assert!(!screen.state.is_alerted(&key));
    screen.tell(Event::Sized(ticket, vec![(key.clone(), full)]));
    assert!(screen.state.is_alerted(&key));
}

#[test]
fn another_store_has_other_sessions() {
    let mut screen = with(vec![unhappy()]);
    let (key, _) = rated(&mut screen, 0);
    let place = screen.state.workspace.connection.place.clone().unwrap();
    screen.state.connect(place);
    assert!(!screen.state.is_alerted(&key));
}

#[test]
fn who_waits_for_a_person_is_told_when_the_time_is_over() {
    let mut screen = with(vec![rule("waiting", AlertWhen::WaitingForPerson(SignedDuration::from_secs(60)))]);
    let (key, _) = rated(&mut screen, 1);
    let mut details = Details::default();
    let mut agent = crate::session::AgentCount {
        id: "a".into(),
        model: None,
        messages: 1,
        created_at: None,
        updated_at: None,
        waiting: None,
    };
    agent.waiting = Some("waiting for a person".into());
    details.agents.push(agent);
    let known = Event::Details(Ticket(0), vec![(key.clone(), details)]);
    screen.state.alert_on_details(&known);
    assert!(!screen.state.is_alerted(&key));
    assert!(screen.state.next_change().is_some());
    let later = screen.state.look.now.checked_add(SignedDuration::from_secs(61)).unwrap();
    screen.put(Input::Tick(later));
    screen.press("j");
    assert!(screen.state.is_alerted(&key));
}

#[test]
fn what_happened_is_listed_and_leads_to_its_session() {
    let mut screen = with(vec![unhappy()]);
    screen.press("O");
    assert!(screen.state.modals.is_empty(), "nothing happened yet");
    let (key, _) = rated(&mut screen, 3);
    screen.state.tell_error("something went wrong".into());
    screen.press("O");
    let Some(Modal::Events(menu)) = screen.state.modals.last() else { panic!() };
    assert_eq!(menu.items.len(), 2);
    insta::assert_snapshot!(picture(&screen));
    let at = menu.items.iter().position(|event| event.session.is_some()).unwrap();
    screen.press(&"j".repeat(at));
    screen.press("\n");
    assert!(screen.state.modals.is_empty());
    assert_eq!(screen.state.workspace.conversation.key(), Some(&key));
}
