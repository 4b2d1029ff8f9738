use bson::{Document, doc};

use super::*;
use crate::session::{Change, MetadataEdit, decode};

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
    let change = |value: i32| Change::edited("s".into(), &[MetadataEdit::set("a", value)]);
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
    let row = crate::session::Summary::new("s");
    assert_eq!(mark.take(&Change::created(row)), (vec![], true));
    assert_eq!(mark.next_of(&"x".into()), None, "it is another session of that id");
}
