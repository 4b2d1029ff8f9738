use bson::{Document, doc};

use super::*;
use crate::session::{Change, ChangeKind, decode};

fn stored(text: &str) -> Document {
    doc! { "message": { "role": "user", "content": [{ "text": text }] } }
}

fn dated(text: &str, second: i64) -> Document {
    let mut message = stored(text);
    message.insert("created_at", bson::DateTime::from_millis(second * 1000));
    message
}

fn session(messages: Vec<Document>) -> Session {
    decode::session(doc! { "_id": "s", "metadata": { "a": 1 }, "agents": { "x": { "messages": messages } } })
}

fn said(indexes: std::ops::Range<u64>) -> Change {
    let messages = indexes.map(|index| decode::message(stored(&index.to_string()).into(), index, "")).collect();
    Change::messages("s".into(), "x".into(), messages)
}

fn indexes(news: &[SessionNews]) -> Vec<u64> {
    let messages = news.iter().flat_map(|news| match news {
        SessionNews::Messages(_, messages) => messages.as_slice(),
        _ => &[],
    });
    messages.map(|message| message.index).collect()
}

/// It was read, and nothing is told of what was there.
fn known(session: &Session) -> SessionMark {
    let mut mark = SessionMark::default();
    assert_eq!(mark.read(session, None), []);
    mark
}

#[test]
fn messages_are_told_once_however_they_come() {
    let mut mark = known(&session(vec![stored("0"), stored("1")]));
    let (news, again) = mark.take(&said(1..3));
    assert_eq!((indexes(&news), again), (vec![2], false));
    let (news, again) = mark.take(&said(4..5));
    assert_eq!((indexes(&news), again), (vec![], true), "one is missing before it");
    let all = session((0..5).map(|n| stored(&n.to_string())).collect());
    assert_eq!(mark.next_of(&"x".into()), Some(3));
    assert_eq!(indexes(&mark.read(&all, None)), [3, 4]);
    let (news, again) = mark.take(&said(4..6));
    assert_eq!((indexes(&news), again), (vec![5], false), "what was read before its change came");
}

#[test]
fn of_a_session_that_was_never_read_messages_are_told_as_they_come() {
    let mut mark = SessionMark::default();
    assert_eq!(mark.next_of(&"x".into()), None);
    let (news, again) = mark.take(&said(7..9));
    assert_eq!((indexes(&news), again), (vec![7, 8], false));
    let mut agents = session(vec![]);
    agents.agents.clear();
    let mut mark = known(&agents);
    assert_eq!(mark.next_of(&"new".into()), Some(0), "an agent that is new since it was read");
    assert!(mark.take(&said(1..2)).1);
}

#[test]
fn what_was_written_since_is_told_of_a_session_that_was_not_known() {
    let mut mark = SessionMark::default();
    let mut read = session(vec![dated("0", 10), dated("1", 20), dated("2", 30)]);
    read.feedbacks = [5, 25]
        .map(|second| {
            let stored = doc! { "rating": "down", "created_at": bson::DateTime::from_millis(second * 1000) };
            decode::feedback(&stored.into())
        })
        .into();
    let news = mark.read(&read, Timestamp::from_second(20).ok());
    assert_eq!(indexes(&news), [1, 2]);
    assert_eq!(news.iter().filter(|news| matches!(news, SessionNews::Feedback(_))).count(), 1);
    assert_eq!(news.len(), 2, "of its metadata nothing is known to be news");
}

#[test]
fn reading_again_tells_the_difference_and_a_second_time_nothing() {
    let mut mark = known(&session(vec![stored("0")]));
    let mut read = decode::session(doc! {
        "_id": "s", "metadata": { "b": 2 }, "feedbacks": [{ "rating": "up" }], "guardrail_events": [{ "action": "BLOCKED" }],
        "agents": { "x": { "messages": [stored("0"), stored("1")] } },
    });
    let news = mark.read(&read, None);
    assert_eq!(indexes(&news), [1]);
    assert!(news.contains(&SessionNews::Metadata(vec![("b".into(), Some(2.into())), ("a".into(), None)])));
    assert_eq!(news.len(), 4, "{news:?}");
    assert_eq!(mark.read(&read, None), []);
    let mut feedback = read.feedbacks.remove(0);
    assert_eq!(mark.take(&Change::feedback("s".into(), feedback.clone())), (vec![], false), "it stands there already");
    feedback.index = None;
    assert_eq!(mark.take(&Change::feedback("s".into(), feedback.clone())), (vec![], false), "read ahead of its change");
    assert_eq!(mark.take(&Change::feedback("s".into(), feedback)).0.len(), 1, "another just like it");
}

#[test]
fn metadata_that_is_stored_already_is_no_news() {
    let mut mark = known(&session(vec![]));
    let change = |value: i32| Change::field("s".into(), "a", Some(value.into()));
    assert_eq!(mark.take(&change(1)).0, []);
    assert_eq!(mark.take(&change(5)).0.len(), 1);
    assert_eq!(mark.take(&change(5)).0, []);
    assert_eq!(SessionMark::default().take(&change(5)).0.len(), 1, "nothing is known of it");
}

#[test]
fn what_became_of_the_last_message_is_told() {
    let mut mark = known(&session(vec![stored("0"), stored("1")]));
    let mut measured = session(vec![stored("0"), stored("1")]);
    measured.agents[0].messages[1].latency_ms = Some(820);
    let news = mark.read(&measured, None);
    assert!(
        matches!(news.as_slice(), [SessionNews::Metrics(_, message)] if message.latency_ms == Some(820)),
        "{news:?}"
    );
    let news = mark.read(&session(vec![stored("0")]), None);
    assert_eq!(news, [SessionNews::Removed("x".into(), 1)]);
    assert_eq!(indexes(&mark.take(&said(1..2)).0), [1], "one that is written in place of it");
}

#[test]
fn what_is_told_no_finer_is_read_again_and_what_only_rose_is_not() {
    let mut mark = SessionMark::default();
    assert_eq!(mark.take(&Change::unclear("s".into(), None)), (vec![], true));
    assert_eq!(mark.take(&Change::touched("s".into(), StoredDate::from_millis(1))), (vec![], false));
    let mut mark = known(&session(vec![stored("0")]));
    let row = Summary::new("s");
    assert_eq!(mark.take(&Change::created(row.clone())), (vec![SessionNews::Created(Box::new(row))], true));
    assert_eq!(mark.next_of(&"x".into()), Some(0), "it is another session of that id");
}

fn born(second: i64, messages: Vec<Document>) -> Session {
    let created_at = Some(StoredDate::from_millis(second * 1000));
    Session { created_at, ..session(messages) }
}

fn created(second: i64) -> Change {
    let created_at = Some(StoredDate::from_millis(second * 1000));
    Change::created(Summary { created_at, ..Summary::new("s") })
}

#[test]
fn what_is_read_ahead_of_its_changes_is_told_once() {
    let mut mark = SessionMark::default();
    let (news, again) = mark.take(&created(5));
    assert!(matches!(news.as_slice(), [SessionNews::Created(_)]) && again);
    assert_eq!(indexes(&mark.read(&born(5, vec![stored("0"), stored("1")]), None)), [0, 1]);
    // Written before them, told after.
    let empty = decode::agent("x".into(), doc! { "messages": [] }.into(), 0, None);
    let (news, again) = mark.take(&Change::new("s".into(), ChangeKind::Agent(Box::new(empty))));
    assert_eq!((news, again), (vec![], true), "the session tells whether they were taken away");
    assert_eq!(mark.read(&born(5, vec![stored("0"), stored("1")]), None), []);
    assert_eq!(indexes(&mark.take(&said(0..3)).0), [2]);
    assert_eq!(mark.take(&created(5)), (vec![], false), "it was told");
}

#[test]
fn another_session_of_that_id_is_told_whole() {
    let mut mark = known(&born(5, vec![stored("0"), stored("1")]));
    let other = born(9, vec![stored("a"), stored("b"), stored("c")]);
    assert!(mark.is_all_news(&other, None));
    let news = mark.read(&other, None);
    assert!(matches!(&news[0], SessionNews::Replaced(row) if row.created_at == other.created_at), "{news:?}");
    assert_eq!(indexes(&news), [0, 1, 2]);
    assert_eq!(mark.take(&said(1..5)), (vec![], true), "it may be of the one before");
    assert!(mark.take_another() && !mark.take_another());
    assert_eq!(mark.take(&created(9)), (vec![], false), "its change comes after");
    assert_eq!(mark.read(&other, None), []);
    let mut mark = SessionMark::default();
    let news = mark.read(&other, Timestamp::from_second(9).ok());
    assert!(matches!(&news[0], SessionNews::Created(_)) && indexes(&news).len() == 3, "new since then: {news:?}");
    assert_eq!(indexes(&SessionMark::default().read(&other, Timestamp::from_second(10).ok())), Vec::<u64>::new());
}

#[test]
fn after_a_count_all_that_comes_is_news_whatever_its_date() {
    let mut details = Details::default();
    let agent = |messages| crate::session::AgentCount {
        id: "x".into(),
        model: None,
        messages,
        created_at: None,
        updated_at: None,
        waiting: None,
    };
    details.agents.push(agent(1));
    details.guardrail_events = 1;
    let mut mark = SessionMark::default();
    mark.count(&details);
    let mut read = session(vec![dated("0", 10), dated("1", 10)]);
    read.guardrail_events =
        decode::session(doc! { "_id": "s", "guardrail_events": [{ "action": "A" }, { "action": "B" }] })
            .guardrail_events;
    let news = mark.read(&read, Timestamp::from_second(1000).ok());
    assert_eq!(indexes(&news), [1]);
    let guarded =
        |news: &&SessionNews| matches!(news, SessionNews::Guardrail(event) if event.action.as_deref() == Some("B"));
    assert_eq!(
        (news.iter().filter(guarded).count(), news.len()),
        (1, 2),
        "of its metadata nothing was known: {news:?}"
    );
}

#[test]
fn what_was_told_before_it_was_read_is_not_told_again() {
    let at = bson::DateTime::from_millis(50_000);
    let read = decode::session(doc! {
        "_id": "s", "agents": { "x": { "messages": [] } },
        "feedbacks": [{ "rating": "down", "created_at": at }], "guardrail_events": [{ "action": "A", "timestamp": at }],
    });
    let mut mark = SessionMark::default();
    assert_eq!(mark.take(&Change::feedback("s".into(), read.feedbacks[0].clone())).0.len(), 1);
    let event = Box::new(read.guardrail_events[0].clone());
    assert_eq!(mark.take(&Change::new("s".into(), ChangeKind::Guardrail(0, event))).0.len(), 1);
    assert_eq!(mark.read(&read, Timestamp::from_second(1).ok()), []);
}

#[test]
fn figures_are_told_from_their_change_also_of_an_earlier_message() {
    let mut mark = known(&session(vec![stored("0"), stored("1")]));
    let measured = |index, tokens: i64| {
        let counters = doc! { "accumulated_usage": { "inputTokens": tokens - 5, "outputTokens": 5 } };
        let fields = vec![("event_loop_metrics".to_owned(), Some(counters.into()))];
        Change::new("s".into(), ChangeKind::Metrics("x".into(), index, fields))
    };
    for index in [0, 1] {
        let (news, again) = mark.take(&measured(index, 15));
        let [SessionNews::Metrics(_, figures)] = news.as_slice() else { panic!("{news:?}") };
        let counted = figures.counters.as_deref().and_then(|counters| counters.usage.total_tokens());
        assert_eq!((figures.index, counted, again), (index, Some(15), false));
    }
    assert_eq!(mark.take(&measured(1, 15)), (vec![], false), "the last one's are known");
    assert_eq!(mark.take(&measured(1, 20)).0.len(), 1);
}

#[test]
fn of_what_an_agent_keeps_only_its_interrupts_are_news_and_nothing_is_read_for_them() {
    let mut mark = SessionMark::default();
    let synced = |path: &str, value: Document| {
        let fields = vec![(path.to_owned(), Some(value.into())), ("updated_at".to_owned(), Some(5.into()))];
        Change::new("s".into(), ChangeKind::AgentFields("x".into(), fields))
    };
    let open = doc! {
        "interrupts": { "i": { "id": "i", "name": "approve", "reason": "pay?", "response": Bson::Null } },
        "activated": true,
    };
    let waits = [SessionNews::Waiting("x".into(), Some("waiting for a person: pay?".into()))];
    let whole = doc! { "state": {}, "_internal_state": { "interrupt_state": open.clone() } };
    assert_eq!(mark.take(&synced("agent_data", whole)), (waits.to_vec(), false));
    assert_eq!(mark.take(&synced("agent_data._internal_state.interrupt_state", open)), (vec![], false), "still");
    assert_eq!(mark.take(&synced("agent_data.state", doc! { "a": 1 })), (vec![], false));
    let over = mark.take(&synced("agent_data", doc! { "state": {} }));
    assert_eq!(over, (vec![SessionNews::Waiting("x".into(), None)], false));
    assert!(mark.take(&synced("agent_data._internal_state.interrupt_state.interrupts", doc! {})).1);
    assert_eq!(mark.take(&said(57..58)).0.len(), 1, "of its messages nothing is known yet");
}
