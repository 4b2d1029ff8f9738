//! Feedbacks and guardrail events after a change.

use bson::Bson;

use super::{Applied, path};
use crate::session::{Feedback, decode};

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
