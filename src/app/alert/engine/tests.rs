use bson::{Bson, Document, doc};

use super::*;
use crate::{
    repository::filter::RatingWord,
    session::{LARGEST_DOCUMENT, decode},
};

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_000_000 + second).unwrap()
}

fn rule(when: AlertWhen) -> AlertRule {
    AlertRule { name: "r".into(), when, filter: None, bell: false, notify: false, webhook: None }
}

fn engine(when: AlertWhen) -> AlertEngine {
    AlertEngine::new(vec![rule(when)])
}

fn said(stored: Document, index: u64) -> Change {
    Change::messages("s".into(), "a".into(), vec![decode::message(Bson::from(stored), index, "")])
}

fn spoken(role: &str) -> Document {
    doc! { "message": { "role": role, "content": [{ "text": "x" }] } }
}

fn slow(ms: i64) -> Change {
    let mut message = decode::message(Bson::from(spoken("assistant")), 0, "");
    message.latency_ms = u64::try_from(ms).ok();
    Change::messages("s".into(), "a".into(), vec![message])
}

fn used(tokens: u64, index: u64) -> Change {
    let mut message = decode::message(Bson::from(spoken("assistant")), index, "");
    message.usage = Some(crate::session::Usage::new(tokens, 0));
    Change::messages("s".into(), "a".into(), vec![message])
}

/// A tool was called and gave its result.
fn ran(id: i64, status: &str) -> Change {
    let call = doc! { "toolUse": { "toolUseId": id.to_string(), "name": "search", "input": {} } };
    let result = doc! { "toolResult": { "toolUseId": id.to_string(), "status": status, "content": [] } };
    said(doc! { "message": { "role": "user", "content": [call, result] } }, id as u64)
}

fn rated(word: &str) -> Change {
    Change::feedback("s".into(), decode::feedback(&doc! { "rating": word }.into()))
}

fn says(alerts: &[Alert]) -> Vec<&str> {
    alerts.iter().map(|alert| alert.says.as_str()).collect()
}

#[test]
fn a_slow_call_is_told_and_a_quick_one_is_not() {
    let mut engine = engine(AlertWhen::CallSlowerThan(SignedDuration::from_secs(30)));
    assert!(engine.take(&slow(30_000), at(0)).is_empty());
    assert!(engine.take(&said(spoken("assistant"), 0), at(0)).is_empty(), "unknown is not slow");
    assert_eq!(says(&engine.take(&slow(42_500), at(1))), ["a call took 42.5 s"]);
    assert!(engine.take(&slow(90_000), at(2)).is_empty(), "once a minute");
    assert_eq!(engine.take(&slow(90_000), at(61)).len(), 1);
    let later = Happened { call_ms: Some(31_000), ..Happened::default() };
    assert_eq!(engine.hear(&"other".into(), &later, at(61)).len(), 1, "told with its metrics, of another session");
}

#[test]
fn tokens_a_minute_are_told_once_until_there_are_fewer() {
    let mut engine = engine(AlertWhen::TokensPerMinuteOver(1000));
    assert!(engine.take(&used(900, 0), at(0)).is_empty());
    assert_eq!(engine.take(&used(900, 1), at(10)).len(), 1);
    assert!(engine.take(&used(900, 2), at(20)).is_empty(), "it goes on");
    assert!(engine.take(&used(10, 3), at(600)).is_empty(), "it is over");
    assert_eq!(engine.take(&used(5000, 4), at(610)).len(), 1);
}

#[test]
fn a_tool_that_fails_again_and_again_is_told() {
    let mut engine = engine(AlertWhen::ToolFails { times: 3, within: None });
    for id in 0..2 {
        assert!(engine.take(&ran(id, "error"), at(id)).is_empty());
    }
    assert_eq!(says(&engine.take(&ran(2, "error"), at(2))), ["search failed 3 times in a row"]);
    assert!(engine.take(&ran(3, "error"), at(100)).is_empty(), "it goes on");
    assert!(engine.take(&ran(4, "success"), at(101)).is_empty());
    let again: Vec<usize> = (5..8).map(|id| engine.take(&ran(id, "error"), at(100 + id)).len()).collect();
    assert_eq!(again, [0, 0, 1]);
}

#[test]
fn what_ended_in_silence_begins_anew() {
    let mut costly = engine(AlertWhen::TokensPerMinuteOver(1000));
    assert_eq!(costly.take(&used(5000, 0), at(0)).len(), 1);
    assert!(costly.take(&used(5000, 1), at(30)).is_empty(), "it goes on");
    assert_eq!(costly.take(&used(5000, 2), at(3600)).len(), 1, "an hour of silence ended it");
    let mut broken = engine(AlertWhen::ToolFails { times: 1, within: Some(SignedDuration::from_secs(10)) });
    assert_eq!(says(&broken.take(&ran(0, "error"), at(0))), ["search failed"]);
    assert!(broken.take(&ran(1, "error"), at(5)).is_empty());
    assert_eq!(broken.take(&ran(2, "error"), at(3600)).len(), 1);
    let mut row = engine(AlertWhen::ToolFails { times: 1, within: None });
    assert_eq!(row.take(&ran(0, "error"), at(0)).len(), 1);
    assert!(row.take(&ran(1, "error"), at(3600)).is_empty(), "in a row no time is too long");
}

#[test]
fn guardrails_and_ratings_are_told_as_they_happen() {
    let mut guarded = engine(AlertWhen::Guardrail);
    let mut event = spoken("assistant");
    event.insert("guardrail_event", doc! { "action": "BLOCKED" });
    assert!(guarded.take(&said(spoken("assistant"), 0), at(0)).is_empty());
    assert_eq!(says(&guarded.take(&said(event, 1), at(1))), ["a guardrail stepped in: BLOCKED"]);
    let unknown = Happened { guardrail: Some(String::new()), ..Happened::default() };
    assert_eq!(says(&guarded.hear(&"s".into(), &unknown, at(100))), ["a guardrail stepped in"]);

    let mut down = engine(AlertWhen::Rating(RatingWord::Down));
    assert!(down.take(&rated("up"), at(0)).is_empty());
    assert_eq!(says(&down.take(&rated("down"), at(0))), ["was rated down"]);
    assert!(down.take(&rated("down"), at(30)).is_empty());
}

#[test]
fn who_waits_for_a_person_is_told_after_a_while_and_again_after_an_answer() {
    let mut engine = engine(AlertWhen::WaitingForPerson(SignedDuration::from_secs(300)));
    let waits = |waits| Happened { waits: Some(waits), ..Happened::default() };
    assert!(engine.hear(&"s".into(), &waits(true), at(0)).is_empty());
    assert_eq!(engine.next_due(at(100)), Some(Duration::from_secs(201)));
    assert!(engine.tick(at(299)).is_empty());
    assert_eq!(says(&engine.tick(at(300))), ["waits for a person"]);
    assert!(engine.tick(at(900)).is_empty(), "once");
    assert_eq!(engine.next_due(at(900)), None);
    assert!(engine.take(&said(spoken("user"), 0), at(901)).is_empty(), "answered");
    assert!(engine.tick(at(2000)).is_empty());
    assert!(engine.hear(&"s".into(), &waits(true), at(2000)).is_empty());
    assert_eq!(engine.tick(at(2300)).len(), 1);
}

#[test]
fn a_document_that_fills_up_is_told() {
    let mut engine = engine(AlertWhen::DocumentOver(80));
    let bytes = |bytes| Happened { bytes: Some(bytes), ..Happened::default() };
    let touched = |engine: &mut AlertEngine| engine.take(&Change::unclear("s".into(), None), at(0));
    assert!(touched(&mut engine).is_empty());
    assert_eq!(engine.next_due(at(0)), Some(Duration::from_secs(1)));
    assert_eq!(engine.take_unsized(at(0)), [SessionKey::from("s")]);
    let mut other = AlertEngine::new(vec![rule(AlertWhen::Guardrail)]);
    touched(&mut other);
    assert!(other.take_unsized(at(0)).is_empty(), "no rule asks for it");
    assert!(engine.hear(&"s".into(), &bytes(LARGEST_DOCUMENT / 100 * 80), at(0)).is_empty());
    let told = engine.hear(&"s".into(), &bytes(LARGEST_DOCUMENT / 10 * 9), at(1));
    assert_eq!(says(&told), ["the document holds 89 % of 16 MiB"]);
    assert!(engine.hear(&"s".into(), &bytes(LARGEST_DOCUMENT), at(500)).is_empty());
    assert!(engine.hear(&"s".into(), &bytes(u64::MAX), at(501)).is_empty(), "no overflow");
}

#[test]
fn a_filter_alone_is_asked_now_and_then_and_told_when_it_begins_to_match() {
    let matching = AlertRule { filter: Some("meta.priority:high".into()), ..rule(AlertWhen::Matches) };
    let mut engine = AlertEngine::new(vec![matching]);
    let touched = Change::unclear("s".into(), None);
    let asked = engine.take(&touched, at(0));
    assert_eq!(says(&asked), ["matches meta.priority:high"]);
    assert!(engine.take(&touched, at(5)).is_empty(), "it was asked a moment ago");
    assert!(!engine.settle(&asked[0], false, at(0)));
    let asked = engine.take(&touched, at(10));
    assert!(engine.settle(&asked[0], true, at(10)));
    let asked = engine.take(&touched, at(100));
    assert!(!engine.settle(&asked[0], true, at(100)), "it goes on");
    let asked = engine.take(&touched, at(200));
    assert!(!engine.settle(&asked[0], false, at(200)));
    let asked = engine.take(&touched, at(300));
    assert!(engine.settle(&asked[0], true, at(300)));
}

#[test]
fn a_filter_is_asked_of_the_last_change_too() {
    let matching = AlertRule { filter: Some("meta.priority:high".into()), ..rule(AlertWhen::Matches) };
    let mut engine = AlertEngine::new(vec![matching]);
    let touched = Change::unclear("s".into(), None);
    let asked = engine.take(&touched, at(0));
    assert!(!engine.settle(&asked[0], false, at(0)));
    assert!(engine.next_due(at(0)).is_none() && engine.tick(at(20)).is_empty(), "nothing changed since");
    engine.take(&touched, at(100));
    assert!(engine.take(&touched, at(104)).is_empty(), "it was asked a moment ago");
    assert_eq!(engine.next_due(at(104)), Some(Duration::from_secs(7)));
    assert!(engine.tick(at(109)).is_empty());
    let asked = engine.tick(at(110));
    assert_eq!(says(&asked), ["matches meta.priority:high"]);
    assert!(engine.settle(&asked[0], true, at(110)));
    assert!(engine.tick(at(200)).is_empty() && engine.next_due(at(200)).is_none());
}

#[test]
fn a_filter_narrows_a_rule() {
    let narrowed = AlertRule { filter: Some("app:x".into()), ..rule(AlertWhen::Guardrail) };
    let mut engine = AlertEngine::new(vec![narrowed]);
    let event = Happened { guardrail: Some(String::new()), ..Happened::default() };
    let alerts = engine.hear(&"s".into(), &event, at(0));
    assert!(engine.settle(&alerts[0], true, at(0)) && !engine.settle(&alerts[0], false, at(0)));
    assert_eq!(engine.rule("r").and_then(|rule| rule.filter.as_deref()), Some("app:x"));
}

#[test]
fn what_is_remembered_is_bounded_and_goes_with_its_session() {
    let mut engine = engine(AlertWhen::Rating(RatingWord::Down));
    for n in 0..5000_i64 {
        let feedback = decode::feedback(&doc! { "rating": "down" }.into());
        let key = SessionKey::from(n.to_string().as_str());
        assert_eq!(engine.take(&Change::feedback(key, feedback), at(n)).len(), 1);
    }
    assert!(engine.sessions.len() <= MOST_SESSIONS);
    engine.take(&rated("down"), at(5000));
    engine.take(&Change::deleted("s".into()), at(5001));
    assert_eq!(engine.take(&rated("down"), at(5002)).len(), 1, "another session of that id");
    assert!(AlertEngine::default().take(&rated("down"), at(0)).is_empty());
}
