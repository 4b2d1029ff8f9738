//! Feedbacks and guardrail events after a change.

use bson::Bson;

use super::{Applied, FeedbackRewrite, path};
use crate::session::{Feedback, decode, edit};

/// Puts one at its index: at the end, or over what stands there. The first one of a longer list may be all that is left of it:
/// an array that was written whole and has one element is told like its first element.
pub(super) fn place<T: Clone + PartialEq>(held: &mut Vec<T>, index: u64, told: &T) -> Applied {
    let Ok(at) = usize::try_from(index) else { return Applied::Unresolved };
    if at == held.len() {
        held.push(told.clone());
        return Applied::Changed;
    }
    if at == 0 && held.len() > 1 {
        return Applied::Unresolved;
    }
    match held.get_mut(at) {
        Some(known) if *known == *told => Applied::Known,
        Some(known) => {
            known.clone_from(told);
            Applied::Changed
        }
        None => Applied::Unresolved,
    }
}

/// One that knows no index is one more.
pub(super) fn add(held: &mut Vec<Feedback>, told: &Feedback) -> Applied {
    if let Some(index) = told.index {
        return place(held, index, told);
    }
    let index = Some(held.len() as u64);
    held.push(Feedback { index, ..told.clone() });
    Applied::Changed
}

/// One was changed or taken back. It stands where it stood, or what is held knows of it already; where it stands elsewhere, what came
/// before it changed too.
pub(super) fn rewrite(held: &mut Vec<Feedback>, told: &FeedbackRewrite) -> Applied {
    let was = |known: &Feedback| edit::same(Some(&known.raw.bson()), Some(&told.before));
    let at = usize::try_from(told.index).ok().filter(|at| held.get(*at).is_some_and(was));
    let Some(at) = at else {
        return if held.iter().any(was) { Applied::Unresolved } else { Applied::Known };
    };
    match &told.now {
        Some(now) if held[at].raw == now.raw => return Applied::Known,
        Some(now) => held[at] = Feedback { index: Some(told.index), ..now.clone() },
        None => {
            held.remove(at);
            for (index, moved) in (told.index..).zip(&mut held[at..]) {
                moved.index = Some(index);
            }
        }
    }
    Applied::Changed
}

/// Those behind so many are gone.
pub(super) fn cut(held: &mut Vec<Feedback>, count: u64) -> Applied {
    let before = held.len();
    match usize::try_from(count) {
        Ok(count) if count < before => held.truncate(count),
        Ok(count) if count == before => {}
        _ => return Applied::Unresolved,
    }
    Applied::changed_if(held.len() < before)
}

/// Fields of one feedback.
pub(super) fn put_fields(held: &mut [Feedback], index: u64, fields: &[(String, Option<Bson>)]) -> Applied {
    let at = usize::try_from(index).ok();
    let Some(known) = at.and_then(|at| held.get_mut(at)) else { return Applied::Unresolved };
    let mut stored = known.raw.bson();
    let applied = path::put_all(&mut stored, fields);
    if applied.is_changed() {
        *known = Feedback { index: Some(index), ..decode::feedback(&stored) };
    }
    applied
}
