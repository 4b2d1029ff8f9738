use bson::doc;
use proptest::prelude::*;

use super::*;
use crate::session::decode;

#[expect(clippy::unnecessary_wraps, reason = "a date may be missing")]
fn at(ms: i64) -> Option<StoredDate> {
    Some(StoredDate::from_millis(ms))
}

fn row(ms: i64, metadata: &Document, counts: [i32; 3]) -> RowSeen {
    RowSeen {
        updated_at: at(ms),
        metadata: metadata.clone().into(),
        bytes: length(metadata).map(|bytes| bytes + 1_000),
        rest: doc! { "messages": counts[0], "figures": counts[1], "events": counts[2] }.into(),
    }
}

/// One whose last message holds that.
fn agent(id: &str, messages: u64, last: i32, moved: i64) -> AgentSeen {
    let marks = (messages.saturating_sub(3)..messages).map(|n| {
        let figures = if n + 1 == messages { last } else { 0 };
        Bson::Array(vec![Bson::Int64(n as i64), figures.into()])
    });
    let more = AgentMarks { at: Bson::Int64(moved), data: vec![Bson::Null].into(), last: marks.collect() };
    AgentSeen { id: id.into(), messages, more: Some(more) }
}

fn open(ms: i64, agents: Vec<AgentSeen>) -> OpenSeen {
    let rest = Some((Some(1_000 + length(&doc! {}).expect("bytes")), doc! { "events": 0 }.into()));
    let rated = Some(Vec::new());
    OpenSeen { updated_at: at(ms), metadata: doc! {}.into(), feedbacks: 0, rated, agents, rest }
}

/// What whoever opened it tells.
fn as_read(seen: &OpenSeen) -> OpenSeen {
    let mut read = seen.clone();
    (read.rated, read.rest) = (None, None);
    for agent in &mut read.agents {
        agent.more = None;
    }
    read
}

fn kinds(changes: &[Change]) -> Vec<&'static str> {
    let kind = |change: &Change| match &change.kind {
        ChangeKind::Metadata(_) => "metadata",
        ChangeKind::Messages(..) => "messages",
        ChangeKind::Feedback(_) => "feedback",
        ChangeKind::Unclear(_) => "unclear",
        ChangeKind::Touched(_) => "touched",
        _ => "other",
    };
    changes.iter().map(kind).collect()
}

#[test]
fn a_row_tells_its_metadata_and_of_the_rest_that_it_changed() {
    let key = SessionKey::from("s");
    let before = row(5, &doc! { "a": 1, "b": 2 }, [1, 2, 3]);
    let told = |now: &RowSeen| now.changes_since(&before, &key);
    assert!(told(&before).is_empty());
    let edited = told(&row(5, &doc! { "a": "longer", "c": f64::NAN }, [1, 2, 3]));
    let ChangeKind::Metadata(fields) = &edited[0].kind else { panic!("{edited:?}") };
    let names: Vec<(&str, bool)> = fields.iter().map(|(name, value)| (name.as_str(), value.is_some())).collect();
    assert_eq!((names, edited.len()), (vec![("a", true), ("c", true), ("b", false)], 1));
    assert_eq!(kinds(&told(&row(6, &doc! { "a": 1, "b": 2 }, [1, 2, 3]))), ["touched"]);
    for counts in [[2, 2, 3], [1, 3, 3], [1, 2, 4]] {
        assert_eq!(kinds(&told(&row(6, &doc! { "a": 1, "b": 2 }, counts))), ["unclear"]);
    }
    let mut larger = before.clone();
    larger.bytes = larger.bytes.map(|bytes| bytes + 1);
    assert_eq!(kinds(&told(&larger)), ["unclear"]);
    larger.metadata = doc! { "a": 3, "b": 2 }.into();
    assert_eq!(kinds(&told(&larger)), ["metadata", "unclear"]);
    let mut dateless = before.clone();
    dateless.updated_at = None;
    assert_eq!(kinds(&told(&dateless)), ["unclear"]);
}

#[test]
fn metadata_that_is_too_large_or_no_object_is_compared_as_far_as_it_goes() {
    let fields = doc! { "a": "x".repeat(2_000) };
    let size = Bson::Int64(length(&fields).expect("bytes") as i64);
    let whole = Bson::from(fields);
    let is_odd = |before: &Bson, now: &Bson| fields_changed(before, now).1;
    assert!(!is_odd(&whole, &size) && is_odd(&whole, &Bson::Int32(7)) && is_odd(&size, &whole));
    assert!(is_odd(&whole, &ABSENT.into()) && !is_odd(&ABSENT.into(), &ABSENT.into()));
    assert!(!is_odd(&Bson::Undefined, &whole));
    let (made, odd) = fields_changed(&ABSENT.into(), &doc! { "a": 1 }.into());
    assert_eq!((made, odd), (vec![("a".to_owned(), Some(1.into()))], false));
    let not_a_number = Bson::from(doc! { "a": f64::NAN });
    assert_eq!(fields_changed(&not_a_number, &not_a_number), (Vec::new(), false));
}

#[test]
fn what_comes_to_the_end_is_read_and_nothing_else() {
    let before = open(5, vec![agent("x", 4, 1, 5), agent("a.b", 2, 1, 5)]);
    let mut now = open(9, vec![agent("x", 6, 1, 9), agent("a.b", 2, 1, 5)]);
    now.feedbacks = 2;
    // The message that was the last keeps its figures.
    now.agents[0].more.as_mut().expect("marks").last[0] =
        before.agents[0].more.as_ref().expect("marks").last[2].clone();
    let undated = OpenSeen { updated_at: before.updated_at, ..now.clone() };
    for (now, known) in [(&now, before.clone()), (&undated, as_read(&before))] {
        let change = now.change_since(&known);
        assert!(change.asks() && !change.unclear, "{change:?}");
        assert_eq!((change.messages, change.feedbacks), (vec![("x".into(), 4..6)], 0..2));
    }
    // A redaction or another model may have come with them before the first look.
    let change = now.change_since(&as_read(&before));
    assert!(change.unclear && !change.asks(), "{change:?}");
    assert_eq!(now.change_since(&as_read(&now)).told(&"s".into(), OpenNews::default()).len(), 0);
    assert_eq!(now.change_since(&now).told(&"s".into(), OpenNews::default()).len(), 0);
}

#[test]
fn whatever_else_changes_is_unclear() {
    let before = open(5, vec![agent("x", 4, 1, 5)]);
    let agents = |agents: Vec<AgentSeen>| open(5, agents);
    let mut other_data = before.clone();
    other_data.agents[0].more.as_mut().expect("marks").data = vec![Bson::from(1)].into();
    let mut rewritten = agents(vec![agent("x", 5, 1, 5)]);
    rewritten.agents[0].more.as_mut().expect("marks").last[1] = "redacted".into();
    let mut event = before.clone();
    event.rest = Some((before.rest.as_ref().and_then(|rest| rest.0), doc! { "events": 1 }.into()));
    let mut rated = before.clone();
    rated.feedbacks = 3;
    let mut larger = before.clone();
    larger.rest = Some((Some(9_999), doc! { "events": 0 }.into()));
    for now in [
        agents(vec![agent("x", 4, 2, 5)]),
        agents(vec![agent("x", 4, 1, 6)]),
        agents(vec![agent("x", 3, 1, 5)]),
        agents(vec![agent("x", 4, 1, 5), agent("y", 1, 1, 5)]),
        agents(vec![agent("y", 4, 1, 5)]),
        agents(Vec::new()),
        agents(vec![agent("x", 4 + MOST_MESSAGES + 1, 1, 5)]),
        open(4, vec![agent("x", 4, 1, 5)]),
        other_data,
        rewritten,
        event,
        larger,
    ] {
        let change = now.change_since(&before);
        assert!(change.unclear && !change.asks(), "{now:?}");
        assert_eq!(kinds(&change.told(&"s".into(), OpenNews::default())), ["unclear"]);
    }
    assert!(before.change_since(&rated).unclear);
    assert!(open(6, vec![agent("x", 4, 1, 5)]).change_since(&as_read(&before)).unclear);
}

#[test]
fn feedback_that_comes_before_others_is_none_at_the_end() {
    let marked = |marks: &[i32]| {
        let mut seen = open(5, Vec::new());
        (seen.feedbacks, seen.rated) = (marks.len() as u64, Some(marks.iter().map(|mark| Bson::from(*mark)).collect()));
        seen
    };
    let before = marked(&[1, 2]);
    assert_eq!(marked(&[1, 2, 3]).change_since(&before).feedbacks, 2..3);
    for now in [marked(&[3, 1, 2]), marked(&[2, 3]), marked(&[1])] {
        assert!(now.change_since(&before).unclear, "{now:?}");
    }
    // Of a long list only the last ones are known.
    let mut long = marked(&[1, 2, 3]);
    long.rated = Some(vec![Bson::from(2), 3.into()]);
    assert_eq!(long.change_since(&before).feedbacks, 2..3);
    assert_eq!(long.change_since(&as_read(&before)).feedbacks, 2..3);
}

#[test]
fn a_look_tells_the_date_that_is_stored_now() {
    let told = row(4, &doc! {}, [1, 2, 3]).changes_since(&row(9, &doc! {}, [1, 2, 3]), &"s".into());
    assert_eq!((kinds(&told), told[0].dated), (vec!["unclear"], ChangeDate::Stored(at(4))));
    let change = open(4, vec![agent("x", 5, 0, 9)]).change_since(&open(9, vec![agent("x", 4, 0, 5)]));
    assert!(change.told(&"s".into(), OpenNews::default()).iter().all(|told| told.dated == ChangeDate::Stored(at(4))));
}

#[test]
fn the_date_is_told_where_nothing_else_raises_it() {
    let before = open(5, vec![agent("x", 4, 0, 5)]);
    let key = SessionKey::from("s");
    let touched = open(9, vec![agent("x", 4, 0, 5)]).change_since(&before);
    assert_eq!(kinds(&touched.told(&key, OpenNews::default())), ["touched"]);
    let said = |ms: i64| {
        let stored = doc! { "message": { "role": "user" }, "created_at": bson::DateTime::from_millis(ms) };
        let message = decode::message(stored.into(), 4, "");
        OpenNews { messages: vec![("x".into(), vec![message])], ..OpenNews::default() }
    };
    let change = open(9, vec![agent("x", 5, 0, 9)]).change_since(&before);
    assert_eq!(kinds(&change.clone().told(&key, said(8))), ["messages", "touched"]);
    assert_eq!(kinds(&change.clone().told(&key, said(9))), ["messages"]);
    let short = OpenNews { short: true, ..said(9) };
    assert_eq!(kinds(&change.told(&key, short)), ["unclear"]);
}

proptest! {
    #[test]
    fn a_row_is_told_as_changed_just_where_it_is_another(
        was in (0i64..3, 0i32..3, prop::array::uniform3(0i32..2)),
        is in (0i64..3, 0i32..3, prop::array::uniform3(0i32..2)),
    ) {
        let [before, now] = [was, is].map(|(ms, value, counts)| row(ms, &doc! { "a": value }, counts));
        let changes = now.changes_since(&before, &"s".into());
        prop_assert_eq!(changes.is_empty(), was == is);
        prop_assert_eq!(kinds(&changes).contains(&"metadata"), was.1 != is.1);
    }
}
