//! Two who changed the same metadata: what both have done.

use std::collections::HashMap;

use bson::{Bson, Document};

use super::{
    in_step::{InStep, is_reordered},
    same,
};
use crate::session::MetadataPath;

/// What two sides made of the same metadata.
#[derive(Debug, Clone, PartialEq, Default)]
#[non_exhaustive]
pub struct Merged {
    /// The metadata with the changes of both; where they conflict it is as mine.
    pub document: Document,
    /// Where both changed the same value, each in another way: in the order of `document`, as far as the values stand there.
    pub conflicts: Vec<MergeConflict>,
}

/// A value that both sides changed, each in another way. `None`: it is absent there.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct MergeConflict {
    /// Where it stands. It is no object that both have: those are gone into.
    pub path: MetadataPath,
    /// What both began with.
    pub base: Option<Bson>,
    /// What is mine.
    pub mine: Option<Bson>,
    /// What is theirs.
    pub theirs: Option<Bson>,
}

/// Puts the changes of both sides together: what only one of them changed, or both in the same way, is as they have it; types and
/// the order of an object's fields count ([`same()`]). Objects that both hold are gone into; anything else, an array too, is one
/// value.
///
/// The fields stand as theirs do, unless mine were moved; those that only the other side has stand in front of the field that
/// follows them there. What is then to be written is the [`difference`](super::difference()) from `theirs` to the merged document.
#[must_use]
pub fn merge(base: &Document, mine: &Document, theirs: &Document) -> Merged {
    let mut conflicts = Vec::new();
    let document = objects([base, mine, theirs], None, &mut conflicts);
    Merged { document, conflicts }
}

/// [`merge()`] with `mine` becoming the document of both: where theirs differs in some values alone, only those are looked into.
pub fn merge_into(base: &Document, mine: &mut Document, theirs: &Document) -> Vec<MergeConflict> {
    if !base.keys().eq(theirs.keys()) || is_reordered(base, mine) {
        let merged = merge(base, mine, theirs);
        *mine = merged.document;
        return merged.conflicts;
    }
    // Every field that mine has stays, and where it is.
    let mut conflicts = Vec::new();
    for ((key, base), theirs) in base.iter().zip(theirs.values()) {
        if same(Some(base), Some(theirs)) {
            continue;
        }
        let sides = [Some(base), mine.get(key), Some(theirs)];
        if let Some(merged) = value(sides, None, key, &mut conflicts) {
            mine.insert(key.as_str(), merged);
        }
    }
    conflicts
}

fn objects(
    [base, mine, theirs]: [&Document; 3],
    parent: Option<&MetadataPath>,
    conflicts: &mut Vec<MergeConflict>,
) -> Document {
    let keys = if is_reordered(base, mine) { woven(mine, theirs) } else { woven(theirs, mine) };
    let [mut base, mut mine, mut theirs] = [base, mine, theirs].map(InStep::of);
    let mut merged = Document::new();
    for key in keys {
        if let Some(value) = value([base.get(key), mine.get(key), theirs.get(key)], parent, key, conflicts) {
            merged.insert(key, value);
        }
    }
    merged
}

fn value(
    [base, mine, theirs]: [Option<&Bson>; 3],
    parent: Option<&MetadataPath>,
    key: &str,
    conflicts: &mut Vec<MergeConflict>,
) -> Option<Bson> {
    if same(base, mine) || same(mine, theirs) {
        return theirs.cloned();
    }
    if same(base, theirs) {
        return mine.cloned();
    }
    let path = parent.map_or_else(|| MetadataPath::from(key), |parent| parent.child(key));
    if let (Some(Bson::Document(mine)), Some(Bson::Document(theirs))) = (mine, theirs) {
        let empty = Document::new();
        let base = base.and_then(Bson::as_document).unwrap_or(&empty);
        return Some(objects([base, mine, theirs], Some(&path), conflicts).into());
    }
    let [base, mine, theirs] = [base, mine, theirs].map(Option::<&Bson>::cloned);
    conflicts.push(MergeConflict { path, base, mine: mine.clone(), theirs });
    mine
}

/// The keys of the first in its order; those that only the second has in front of the one that follows them there.
fn woven<'a>(first: &'a Document, second: &'a Document) -> Vec<&'a str> {
    let mut in_front: HashMap<&str, Vec<&'a str>> = HashMap::new();
    let mut waiting = Vec::new();
    let mut in_first = InStep::of(first);
    for key in second.keys() {
        if !in_first.holds(key) {
            waiting.push(key.as_str());
        } else if !waiting.is_empty() {
            in_front.insert(key.as_str(), std::mem::take(&mut waiting));
        }
    }
    let mut keys = Vec::with_capacity(first.len() + waiting.len());
    for key in first.keys() {
        if !in_front.is_empty() {
            keys.extend(in_front.remove(key.as_str()).unwrap_or_default());
        }
        keys.push(key.as_str());
    }
    keys.extend(waiting);
    keys
}

#[cfg(test)]
mod tests {
    use bson::doc;

    use super::*;

    #[test]
    fn what_only_one_side_changed_is_as_it_has_it() {
        let base = doc! { "a": 1, "b": { "c": 1, "d": 1 }, "gone": 1, "tags": [1] };
        let mine = doc! { "a": 2, "b": { "c": 2, "d": 1, "e": 5 }, "tags": [1], "new": 1 };
        let theirs = doc! { "a": 1, "b": { "c": 1, "d": 3 }, "gone": 1, "tags": [1, 2] };
        let merged = merge(&base, &mine, &theirs);
        assert_eq!(merged.conflicts, []);
        let meant = doc! { "a": 2, "b": { "c": 2, "d": 3, "e": 5 }, "tags": [1, 2], "new": 1 };
        assert!(same(Some(&merged.document.into()), Some(&meant.into())));
    }

    #[test]
    fn what_both_changed_is_told_and_stays_mine() {
        let base = doc! { "a": 1, "b": { "c": 1 }, "d": 1, "e": 1, "f": { "g": 1 } };
        let mine = doc! { "a": 2, "b": { "c": 2 }, "e": 2, "f": { "g": 2 } };
        let theirs = doc! { "a": 2_i64, "b": { "c": 3 }, "d": 2, "e": 2 };
        let merged = merge(&base, &mine, &theirs);
        let told = merged.conflicts.iter().map(|conflict| conflict.path.to_string());
        assert_eq!(told.collect::<Vec<_>>(), ["a", "b.c", "d", "f"]);
        assert_eq!(merged.document, mine);
        let of_c = &merged.conflicts[1];
        assert_eq!((&of_c.base, &of_c.mine, &of_c.theirs), (&Some(1.into()), &Some(2.into()), &Some(3.into())));
        assert_eq!(merged.conflicts[2].mine, None);
    }

    #[test]
    fn a_field_that_both_added_as_an_object_holds_what_both_put_there() {
        let merged = merge(&doc! {}, &doc! { "a": { "x": 1, "z": 1 } }, &doc! { "a": { "y": 1, "z": 2 } });
        assert_eq!(merged.document, doc! { "a": { "x": 1, "z": 1, "y": 1 } });
        assert_eq!(merged.conflicts.len(), 1);
        assert_eq!(merged.conflicts[0].path.to_string(), "a.z");
    }

    #[test]
    fn fields_stand_as_theirs_unless_mine_were_moved() {
        let keys = |base: Document, mine: Document, theirs: Document| {
            merge(&base, &mine, &theirs).document.keys().cloned().collect::<String>()
        };
        let base = || doc! { "a": 1, "b": 1, "c": 1 };
        let mine = doc! { "a": 1, "x": 1, "b": 1, "c": 1, "y": 1 };
        assert_eq!(keys(base(), mine, doc! { "c": 1, "a": 1, "b": 1, "z": 1 }), "caxbzy");
        let moved = doc! { "b": 1, "a": 1, "c": 1 };
        assert_eq!(keys(base(), moved, doc! { "a": 1, "z": 1, "b": 1, "c": 1 }), "zbac");
    }
}
