//! The tokens that the list shows of sessions that are written to: no older than a while, and of the open one exact.

use bson::doc;
use jiff::SignedDuration;

use super::{
    super::sample::Screen,
    Input,
    live::{changed, opened},
};
use crate::{
    app::task::Command,
    session::{Change, Message, SessionKey, Usage, decode},
};

fn shown(screen: &Screen, key: &SessionKey) -> Option<u64> {
    let list = &screen.state.workspace.list;
    let row = list.rows.iter().find(|row| row.key == *key)?;
    list.details(row)?.usage.and_then(Usage::total_tokens)
}

fn answer(index: u64) -> Message {
    let usage = doc! { "inputTokens": 100, "outputTokens": 20, "totalTokens": 120 };
    let said = doc! { "role": "assistant", "content": [{ "text": "so it is" }], "metadata": { "usage": usage } };
    decode::message(doc! { "message": said }.into(), index, "")
}

fn wait(screen: &mut Screen, seconds: i64) {
    let later = screen.state.look.now.checked_add(SignedDuration::from_secs(seconds)).unwrap();
    screen.put(Input::Tick(later));
    screen.put(Input::Resize(screen.state.size));
}

fn asked(screen: &mut Screen) -> Vec<Vec<SessionKey>> {
    let asked = std::mem::take(&mut screen.asked).into_iter();
    asked.filter_map(|command| if let Command::Details(_, keys) = command { Some(keys) } else { None }).collect()
}

#[test]
fn those_of_the_open_session_are_the_sum_of_its_figures_without_a_question() {
    let mut screen = opened();
    let conversation = &screen.state.workspace.conversation;
    let (key, agent) = (conversation.key().unwrap().clone(), conversation.agent().unwrap().clone());
    // So that its row counts what comes.
    let count = conversation.session().unwrap().agents[0].message_count;
    changed(&mut screen, Change::messages(key.clone(), agent, vec![answer(count)]));
    screen.answer_all();
    let counters = doc! { "accumulated_usage": { "inputTokens": 9000, "outputTokens": 500, "totalTokens": 9500 } };
    for told in [9500, 12_000] {
        let mut counters = counters.clone();
        counters.get_document_mut("accumulated_usage").unwrap().insert("totalTokens", told);
        let agent = screen.state.workspace.conversation.agent().unwrap().clone();
        let fields = vec![("event_loop_metrics".to_owned(), Some(counters.into()))];
        let kind = crate::session::ChangeKind::Metrics(agent, count, fields);
        changed(&mut screen, Change::new(key.clone(), kind));
        let total = screen.state.workspace.conversation.metrics().unwrap().total.total_tokens();
        assert_eq!((shown(&screen, &key), asked(&mut screen)), (total, Vec::new()));
    }
}

#[test]
fn those_of_others_are_read_again_after_a_while_and_not_at_every_change() {
    let mut screen = Screen::listed(120, 40);
    let list = &screen.state.workspace.list;
    let key = list.rows[1].key.clone();
    let count = list.details(&list.rows[1]).unwrap().messages;
    let before = shown(&screen, &key);
    for more in 0..3 {
        changed(&mut screen, Change::messages(key.clone(), "support".into(), vec![answer(count + more)]));
    }
    assert_eq!((shown(&screen, &key), asked(&mut screen)), (before, Vec::new()), "what is known is shown meanwhile");
    let wake = screen.state.next_change().unwrap();
    assert!((1..=6).contains(&wake.as_secs()), "{wake:?}");
    wait(&mut screen, 10);
    assert_eq!(asked(&mut screen), [vec![key.clone()]]);
    wait(&mut screen, 1);
    assert_eq!(asked(&mut screen), Vec::<Vec<SessionKey>>::new(), "it is being read");
}

#[test]
fn once_read_they_are_not_read_again_before_they_change() {
    let mut screen = Screen::listed(120, 40);
    let list = &screen.state.workspace.list;
    let key = list.rows[1].key.clone();
    let count = list.details(&list.rows[1]).unwrap().messages;
    changed(&mut screen, Change::messages(key.clone(), "support".into(), vec![answer(count)]));
    wait(&mut screen, 10);
    assert!(!screen.asked.is_empty());
    screen.answer_all();
    assert_eq!(shown(&screen, &key), Some(1572));
    wait(&mut screen, 60);
    assert_eq!(asked(&mut screen), Vec::<Vec<SessionKey>>::new());
    changed(&mut screen, Change::messages(key.clone(), "support".into(), vec![answer(count)]));
    assert_eq!(asked(&mut screen), [vec![key]], "it was long ago");
}
