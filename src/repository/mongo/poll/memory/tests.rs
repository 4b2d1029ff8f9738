use bson::{Bson, doc};

use super::*;
use crate::{
    repository::OpenInView,
    session::{ChangeKind, decode},
};

fn at(ms: i64) -> StoredDate {
    StoredDate::from_millis(ms)
}

fn seen(ms: i64, messages: i32) -> RowSeen {
    let rest = doc! { "messages": messages };
    RowSeen { updated_at: Some(at(ms)), metadata: doc! {}.into(), bytes: Some(99), rest: rest.into() }
}

fn answer(rows: &[(&str, i64, i32)]) -> PollAnswer {
    let rows = rows.iter().map(|(id, ms, messages)| ((*id).into(), seen(*ms, *messages)));
    PollAnswer { rows: rows.collect(), ..PollAnswer::default() }
}

fn shown(rows: &[(&str, i64)], open: Option<&str>) -> InView {
    let rows = rows.iter().map(|(id, ms)| ((*id).into(), Some(at(*ms)))).collect();
    let open = open.map(|id| OpenInView::from(&decode::session(doc! { "_id": id, "metadata": {} })));
    InView::new(rows, open)
}

fn told(memory: &mut PollMemory, answer: PollAnswer) -> Vec<String> {
    let question = memory.question(at(0), DateIndex::Missing);
    let found = memory.found(&question, &answer);
    assert!(question.recent.is_empty() && found.new.is_empty());
    memory.note(&question, answer, at(0));
    let changes = found.told(Vec::new(), OpenNews::default());
    let word = |change: &Change| match &change.kind {
        ChangeKind::Unclear(_) => "unclear",
        ChangeKind::Touched(_) => "touched",
        ChangeKind::Deleted => "deleted",
        _ => "other",
    };
    changes.iter().map(|change| format!("{} {}", change.session, word(change))).collect()
}

#[test]
fn a_row_is_compared_with_what_its_row_was_read_with_and_then_with_the_look_before() {
    let mut memory = PollMemory::default();
    memory.show(shown(&[("a", 5), ("b", 5), ("c", 5)], None));
    assert_eq!(told(&mut memory, answer(&[("a", 5, 1), ("b", 6, 1)])), ["b unclear", "c deleted"]);
    assert!(told(&mut memory, answer(&[("a", 5, 1), ("b", 6, 1)])).is_empty(), "each once");
    assert_eq!(told(&mut memory, answer(&[("a", 7, 1), ("b", 6, 2)])), ["a touched", "b unclear"]);
    // What was seen before it went out of view counts, too.
    memory.show(shown(&[("b", 6)], None));
    assert_eq!(memory.question(at(0), DateIndex::Missing).keys, [SessionKey::from("b")]);
    memory.show(shown(&[("a", 7), ("b", 6)], None));
    assert_eq!(told(&mut memory, answer(&[("a", 7, 2), ("b", 6, 2)])), ["a unclear"]);
}

#[test]
fn what_came_back_is_read_again() {
    let mut memory = PollMemory::default();
    memory.show(shown(&[("a", 5)], None));
    assert_eq!(told(&mut memory, answer(&[])), ["a deleted"]);
    assert_eq!(told(&mut memory, answer(&[("a", 5, 1)])), ["a unclear"]);
    assert!(told(&mut memory, answer(&[("a", 5, 1)])).is_empty());
}

#[test]
fn the_open_session_is_told_by_what_is_known_of_it_and_not_as_a_row_too() {
    let mut memory = PollMemory::default();
    memory.show(shown(&[("a", 5)], Some("a")));
    let question = memory.question(at(0), DateIndex::Missing);
    assert_eq!((question.keys.len(), question.open.clone()), (1, Some("a".into())));
    let with = |feedbacks: u64| OpenSeen {
        updated_at: None,
        metadata: doc! {}.into(),
        feedbacks,
        rated: None,
        agents: Vec::new(),
        rest: Some((Some(99), Bson::Null)),
    };
    let look = |feedbacks: u64| PollAnswer { open: Some(with(feedbacks)), ..answer(&[("a", 6, 9)]) };
    let found = memory.found(&question, &look(2));
    assert!(found.changes.is_empty() && found.asks());
    memory.note(&question, look(2), at(0));
    // The screen did not hear of them yet.
    memory.show(shown(&[("a", 5)], Some("a")));
    assert!(!memory.found(&question, &look(2)).asks());
    let (_, change) = memory.found(&question, &look(3)).open.expect("it is open");
    assert_eq!(change.feedbacks, 2..3);
    // Another in between, and it is read anew.
    memory.show(shown(&[], None));
    memory.show(shown(&[("a", 5)], Some("a")));
    let (_, change) = memory.found(&question, &look(3)).open.expect("it is open");
    assert_eq!(change.feedbacks, 0..3);
}

#[test]
fn what_is_new_anywhere_is_read_and_what_is_in_view_is_told_once() {
    let row = |id: &str, ms: i64| {
        let date = Bson::DateTime(bson::DateTime::from_millis(ms));
        decode::summary(&doc! { "_id": id, "created_at": date.clone(), "updated_at": date })
    };
    let mut memory = PollMemory::default();
    memory.show(shown(&[("a", 5)], None));
    let mut look = |rows: Vec<Summary>, a: i64| {
        let question = memory.question(at(1_000), DateIndex::Known);
        let answer = PollAnswer { recent: vec![rows], ..answer(&[("a", a, 1)]) };
        let found = memory.found(&question, &answer);
        memory.note(&question, answer, at(1_000));
        found
    };
    assert!(!look(vec![row("a", 5)], 5).asks());
    let found = look(vec![row("new", 900), row("a", 6)], 6);
    assert_eq!((found.new.as_slice(), found.changes.len()), (&["new".into()][..], 1));
    let changes = found.told(vec![row("new", 900)], OpenNews::default());
    assert!(matches!(changes[1].kind, ChangeKind::Created(_)), "{changes:?}");
}
