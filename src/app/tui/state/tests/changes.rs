//! Changes of sessions, through the one door: shown at once, nothing read again that is known, nothing selected that was not.

use bson::doc;

use super::super::sample::Screen;
use crate::{
    app::task::Command,
    session::{AgentId, Change, SessionKey, decode},
};

fn opened() -> (Screen, SessionKey) {
    let mut screen = Screen::writable(160, 50);
    screen.answer_all();
    let key = screen.state.workspace.conversation.key().unwrap().clone();
    (screen, key)
}

fn apply(screen: &mut Screen, change: &Change) {
    let effects = screen.state.apply(change);
    screen.take(effects);
}

#[test]
fn a_message_that_arrives_is_shown_and_counted_without_a_question() {
    let (mut screen, key) = opened();
    let conversation = &screen.state.workspace.conversation;
    let agent = conversation.agent().unwrap().clone();
    let (_, count) = conversation.position().unwrap();
    let turns = conversation.agent_metrics().unwrap().turns;
    let stored =
        doc! { "message_id": count as i64, "message": { "role": "user", "content": [{ "text": "One more" }] } };
    let message = decode::message(stored.into(), count, "");
    apply(&mut screen, &Change::messages(key.clone(), agent.clone(), vec![message.clone()]));
    let conversation = &screen.state.workspace.conversation;
    assert_eq!(conversation.position(), Some((count + 1, count + 1)), "the end is followed");
    assert_eq!(conversation.agent_metrics().unwrap().turns, turns + 1);
    let shown: String = conversation.rows().iter().map(|row| row.line.to_string()).collect();
    assert!(shown.contains("One more"), "{shown}");
    let asked = |screen: &Screen| screen.asked.iter().any(|command| !matches!(command, Command::Details(..)));
    assert!(!asked(&screen), "{:?}", screen.asked);
    apply(&mut screen, &Change::messages(key, agent, vec![message]));
    assert_eq!(screen.state.workspace.conversation.position(), Some((count + 1, count + 1)), "once");
}

#[test]
fn a_reader_further_up_stays_there() {
    let (mut screen, key) = opened();
    screen.press("2g");
    screen.answer_all();
    let conversation = &screen.state.workspace.conversation;
    let (agent, (place, count)) = (conversation.agent().unwrap().clone(), conversation.position().unwrap());
    let message = decode::message(doc! { "message": { "role": "user", "content": "x" } }.into(), count, "");
    apply(&mut screen, &Change::messages(key, agent, vec![message]));
    let conversation = &screen.state.workspace.conversation;
    assert_eq!(conversation.position(), Some((place, count + 1)));
}

#[test]
fn what_is_selected_stays_selected_when_rows_above_it_go() {
    let (mut screen, key) = opened();
    let chosen = screen.state.workspace.metadata.field(screen.state.workspace.conversation.session()).unwrap();
    let fields = screen.state.workspace.conversation.session().unwrap().metadata_fields().unwrap().clone();
    let above = fields.keys().next().unwrap();
    assert_ne!(*above, chosen);
    apply(&mut screen, &Change::field(key, above.clone(), None));
    let workspace = &screen.state.workspace;
    assert_eq!(workspace.metadata.field(workspace.conversation.session()), Some(chosen));

    let mut screen = Screen::listed(120, 40);
    screen.press("jjj");
    let row = |screen: &Screen, at: usize| screen.state.workspace.list.rows[at].key.clone();
    let (chosen, first) = (row(&screen, 3), row(&screen, 0));
    apply(&mut screen, &Change::deleted(first));
    let list = &screen.state.workspace.list;
    assert_eq!((list.selected(), list.selected_row().map(|row| &row.key)), (2, Some(&chosen)));
}

#[test]
fn details_are_asked_again_of_the_one_session_that_changed() {
    let mut screen = Screen::listed(120, 40);
    let key = screen.state.workspace.list.rows[1].key.clone();
    let asked = |screen: &mut Screen| -> Vec<Vec<SessionKey>> {
        screen.press("j");
        let asked = std::mem::take(&mut screen.asked).into_iter();
        asked.filter_map(|command| if let Command::Details(_, keys) = command { Some(keys) } else { None }).collect()
    };
    let counted = |screen: &Screen| {
        let list = &screen.state.workspace.list;
        list.details(&list.rows[1]).map(|details| details.messages)
    };
    let before = counted(&screen).unwrap();
    let stored = doc! { "message": { "role": "user", "content": "x" } };
    let message = decode::message(stored.into(), before, "");
    apply(&mut screen, &Change::messages(key.clone(), AgentId::from("support"), vec![message]));
    assert_eq!((asked(&mut screen), counted(&screen)), (Vec::new(), Some(before + 1)), "messages are counted here");
    apply(&mut screen, &Change::unclear(key.clone(), None));
    assert_eq!(asked(&mut screen), [vec![key]]);
}

#[test]
fn a_message_at_no_place_of_a_history_is_not_taken() {
    let (mut screen, key) = opened();
    let count = screen.state.workspace.conversation.position();
    for index in [4_000_000_000, u64::MAX] {
        let message = decode::message(doc! { "message": { "role": "user", "content": "x" } }.into(), index, "");
        apply(&mut screen, &Change::messages(key.clone(), AgentId::from("support"), vec![message]));
    }
    assert_eq!(screen.state.workspace.conversation.position(), count);
}
