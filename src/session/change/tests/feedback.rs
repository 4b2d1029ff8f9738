//! Feedback that is changed or taken back, told by who did it and by a change stream.

use bson::{Bson, doc};
use proptest::prelude::*;

use super::{
    super::{Applied, Change, ChangeKind, FeedbackChange},
    apply,
};
use crate::session::{Feedback, Session, decode};

/// A session with feedback of those comments.
fn rated(comments: &[u8]) -> Session {
    let element = |comment: &u8| doc! { "rating": "up", "comment": comment.to_string() };
    decode::session(doc! { "_id": "s", "feedbacks": comments.iter().map(element).collect::<Vec<_>>() })
}

fn comments(session: &Session) -> Vec<(Option<u64>, String)> {
    let one = |held: &Feedback| (held.index, held.comment.clone().unwrap_or_default());
    session.feedbacks.iter().map(one).collect()
}

/// What the writer tells of the one at that index, and what the change stream tells of it, where that is clear.
fn rewritten(before: &[u8], index: usize, new: Option<u8>) -> (Change, Option<ChangeKind>) {
    let old = rated(before).feedbacks[index].raw.bson();
    let place = Some(index as u64);
    let (change, streamed) = if let Some(new) = new {
        let read = rated(&[new]).feedbacks.remove(0);
        let placed = ChangeKind::Feedback(Box::new(Feedback { index: place, ..read }));
        (FeedbackChange::to(old, doc! { "rating": "up", "comment": new.to_string() }), Some(placed))
    } else {
        let is_last = index + 1 == before.len();
        (FeedbackChange::back(old), is_last.then_some(ChangeKind::FeedbacksCut(index as u64)))
    };
    (Change::feedback_changed("s".into(), place, &change), streamed)
}

proptest! {
    #[test]
    fn what_was_rewritten_is_right_whoever_tells_it_first_and_however_often(
        before in prop::collection::vec(0_u8..3, 1..5),
        at in 0_usize..5,
        new in prop::option::of(3_u8..5),
        order in prop::collection::vec(any::<bool>(), 1..5),
    ) {
        let meant = before[at % before.len()];
        // Of several that are alike the last is rewritten.
        let index = before.iter().rposition(|comment| *comment == meant).unwrap();
        let mut after = before.clone();
        match new {
            Some(new) => after[index] = new,
            None => drop(after.remove(index)),
        }
        let (told, streamed) = rewritten(&before, index, new);
        let mut held = rated(&before);
        for by_writer in order {
            let applied = match &streamed {
                Some(kind) if !by_writer => apply(kind.clone(), &mut held),
                _ => told.apply_to(&mut held),
            };
            // What cannot be told from what is held is read again: then it is what is stored.
            if applied.is_unresolved() {
                held = rated(&after);
            }
            prop_assert_eq!(comments(&held), comments(&rated(&after)));
        }
    }
}

#[test]
fn what_was_taken_back_is_gone() {
    let mut held = rated(&[1, 2, 3]);
    let (told, _) = rewritten(&[1, 2, 3], 1, None);
    for applied in [Applied::Changed, Applied::Known] {
        assert_eq!(told.apply_to(&mut held), applied);
        assert_eq!(comments(&held), [(Some(0), "1".to_owned()), (Some(1), "3".to_owned())]);
    }
    assert!(held.updated_at.is_some(), "it was updated then");
    // It stands elsewhere than where it was taken from.
    let mut moved = rated(&[0, 1, 2]);
    assert_eq!(told.apply_to(&mut moved), Applied::Unresolved);
    let cut = |count, held: &mut Session| apply(ChangeKind::FeedbacksCut(count), held);
    assert_eq!(cut(1, &mut held), Applied::Changed);
    assert_eq!(cut(1, &mut held), Applied::Known);
    assert_eq!(cut(2, &mut held), Applied::Unresolved);
    assert_eq!((cut(0, &mut held), held.feedbacks.len()), (Applied::Changed, 0));
    let unknown = Change::feedback_changed("s".into(), None, &FeedbackChange::back(Bson::Null));
    assert_eq!(unknown.apply_to(&mut held), Applied::Unresolved);
}
