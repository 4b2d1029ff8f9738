//! What an edited copy of the metadata changes, as edits of exactly those fields.

use std::collections::{HashMap, HashSet};

use bson::{Bson, Document};

use super::{
    check_new_key, check_segment,
    in_step::{InStep, is_reordered},
    same,
};
use crate::session::{Guard, MetadataEdit, MetadataPath};

/// The edits that make `base` into `mine`, with the fields in the order that they have there: see [`apply`](super::apply).
///
/// Each is guarded by what `base` holds at its place. Objects that both hold are gone into; anything else, an array too, is one value.
/// A field that is new or stands elsewhere among its siblings comes with [`MetadataEdit::before`]; as few of those that are there
/// are moved as can be. An object is set whole where a field in it that changed has a key that no path leads to, such as one with
/// a dot.
#[must_use]
pub fn difference(base: &Document, mine: &Document) -> Vec<MetadataEdit> {
    let mut edits = Vec::new();
    collect(base, mine, None, &mut edits);
    edits
}

fn collect(base: &Document, mine: &Document, parent: Option<&MetadataPath>, edits: &mut Vec<MetadataEdit>) {
    let path = |key: &str| parent.map_or_else(|| MetadataPath::from(key), |parent| parent.child(key));
    let mut in_mine = InStep::of(mine);
    for (key, stored) in base {
        if !in_mine.holds(key) {
            edits.push(MetadataEdit::unset(path(key)).only_if(Some(stored.clone())));
        }
    }
    // All of them do where none was moved.
    let staying = is_reordered(base, mine).then(|| staying(base, mine));
    let stays = |key: &str| staying.as_ref().is_none_or(|staying| staying.contains(key));
    let mut placed = Vec::new();
    let mut in_base = InStep::of(base);
    let mut fields = mine.iter().peekable();
    while let Some((key, value)) = fields.next() {
        let stored = in_base.get(key);
        let set = || MetadataEdit::set(path(key), value.clone()).only_if(stored.cloned());
        match (stored, fields.peek()) {
            (Some(stored), _) if stays(key) => match (stored, value) {
                _ if same(Some(stored), Some(value)) => {}
                (Bson::Document(stored), Bson::Document(object)) if check_segment(key).is_ok() => {
                    let mut inner = Vec::new();
                    collect(stored, object, Some(&path(key)), &mut inner);
                    if inner.iter().all(has_plain_name) { edits.extend(inner) } else { edits.push(set()) }
                }
                _ => edits.push(set()),
            },
            (_, Some((next, _))) => placed.push(set().before(next.as_str())),
            (_, None) => edits.push(set()),
        }
    }
    // The last first: what a field is put in front of stands at its place by then.
    edits.extend(placed.into_iter().rev());
}

fn has_plain_name(edit: &MetadataEdit) -> bool {
    let check = if edit.guard == Guard::Stored(None) { check_new_key } else { check_segment };
    check(edit.path.name()).is_ok()
}

/// The fields of both that keep their place while the others are moved: most of them that stand in the same order in both.
///
/// A field is only moved to in front of another one, so one that is the last of `mine` stays where it is:
/// of `a b c` and `b c a` it is `a` that stays. One that no path leads to cannot be moved, so others are moved around it where that
/// can be.
fn staying<'a>(base: &Document, mine: &'a Document) -> HashSet<&'a str> {
    let places: HashMap<&str, usize> = base.keys().enumerate().map(|(place, key)| (key.as_str(), place)).collect();
    let last = mine.keys().last().and_then(|key| places.get(key.as_str()));
    let both = mine.keys().filter_map(|key| Some((key.as_str(), *places.get(key.as_str())?)));
    let both: Vec<(&str, usize)> = both.filter(|(_, place)| last.is_none_or(|last| place <= last)).collect();
    let stuck: Vec<(&str, usize)> = both.iter().copied().filter(|(key, _)| check_segment(key).is_err()).collect();
    let stuck = rising(&stuck);
    let fixed = both.iter().enumerate().filter(|(_, (key, _))| stuck.contains(key));
    let fixed: Vec<(usize, usize)> = fixed.map(|(at, (_, place))| (at, *place)).collect();
    // Behind as many of them here as there.
    let fits = |at: usize, place: usize| {
        fixed.partition_point(|stays| stays.0 < at) == fixed.partition_point(|stays| stays.1 < place)
    };
    let fitting = both.iter().enumerate().filter(|(at, (_, place))| fits(*at, *place));
    rising(&fitting.map(|(_, field)| *field).collect::<Vec<_>>())
}

/// The longest part of a sequence in which the numbers rise.
fn rising<'a>(sequence: &[(&'a str, usize)]) -> HashSet<&'a str> {
    // Of each length the run that ends lowest, by its end; and what comes before each element in its run.
    let mut ends: Vec<usize> = Vec::new();
    let mut earlier: Vec<Option<usize>> = Vec::with_capacity(sequence.len());
    for (at, (_, place)) in sequence.iter().enumerate() {
        let length = ends.partition_point(|end| sequence[*end].1 < *place);
        earlier.push(length.checked_sub(1).map(|shorter| ends[shorter]));
        if length == ends.len() {
            ends.push(at);
        } else {
            ends[length] = at;
        }
    }
    std::iter::successors(ends.last().copied(), |at| earlier[*at]).map(|at| sequence[at].0).collect()
}

#[cfg(test)]
mod tests {
    use bson::doc;

    use super::*;
    use crate::session::edit::{apply, check_keys, same_fields};

    fn told(base: &Document, mine: &Document) -> Vec<String> {
        let edits = difference(base, mine);
        let mut applied = base.clone();
        assert_eq!(apply(&mut applied, &edits), Ok(()));
        assert!(same_fields(&applied, mine), "{base} to {mine}");
        assert!(check_keys(&edits).is_ok());
        let one = |edit: &MetadataEdit| {
            let before = edit.before.as_ref().map(|before| format!(" before {before}")).unwrap_or_default();
            edit.value
                .as_ref()
                .map_or_else(|| format!("-{}", edit.path), |value| format!("{}={value}{before}", edit.path))
        };
        edits.iter().map(one).collect()
    }

    #[test]
    fn only_what_changed_is_edited() {
        let base = doc! { "customer": { "tier": "gold", "since": { "year": 2020 } }, "tags": ["a"], "n": 1 };
        let mine = doc! { "customer": { "tier": "gold", "since": { "year": 2021 } }, "tags": ["a", "b"] };
        assert_eq!(told(&base, &mine), ["-n", "customer.since.year=2021", "tags=[\"a\", \"b\"]"]);
        assert_eq!(told(&base, &base), Vec::<String>::new());
        let another_type = doc! { "customer": "x", "tags": ["a"], "n": 1_i64 };
        assert_eq!(told(&base, &another_type), ["customer=\"x\"", "n=1"]);
    }

    #[test]
    fn as_few_fields_as_can_be_are_moved() {
        let base = doc! { "a": 1, "b": 2, "c": 3 };
        assert_eq!(told(&base, &doc! { "a": 1, "x": 0, "b": 2, "c": 3 }), ["x=0 before b"]);
        assert_eq!(told(&base, &doc! { "a": 1, "b": 2, "c": 3, "z": 0, "y": 0 }), ["y=0", "z=0 before y"]);
        assert_eq!(told(&base, &doc! { "b": 2, "a": 1, "c": 3 }), ["b=2 before a"]);
        assert_eq!(told(&base, &doc! { "a": 1, "c": 3, "b": 2 }), ["c=3 before b"]);
        assert_eq!(told(&base, &doc! { "b": 2, "c": 3, "a": 1 }), ["c=3 before a", "b=2 before c"]);
    }

    #[test]
    fn others_are_moved_around_a_field_that_cannot_be() {
        let base = doc! { "a": 1, "k.d": 2, "": 3, "b": 4, "c": 5 };
        assert_eq!(told(&base, &doc! { "k.d": 2, "a": 1, "": 3, "b": 4, "c": 5 }), ["a=1 before "]);
        assert_eq!(told(&base, &doc! { "b": 4, "a": 1, "k.d": 2, "": 3, "c": 5 }), ["b=4 before a"]);
        let twice = doc! { "k.d": 2, "": 3, "b": 4, "a": 1, "c": 5 };
        assert_eq!(told(&base, &twice), ["a=1 before c"]);
        let inner = |fields: Document| doc! { "o": fields, "z": 1 };
        let moved = doc! { "k.d": 2, "a": 1, "c": 5 };
        assert_eq!(told(&inner(doc! { "a": 1, "k.d": 2, "c": 5 }), &inner(moved)), ["o.a=1 before c"]);
    }

    #[test]
    fn an_object_with_a_key_that_is_no_path_is_set_whole() {
        let base = doc! { "a": { "b": { "c.d": 1, "e": 1 } } };
        assert_eq!(told(&base, &doc! { "a": { "b": { "c.d": 2, "e": 1 } } }), ["a.b={ \"c.d\": 2, \"e\": 1 }"]);
        assert_eq!(told(&base, &doc! { "a": { "b": { "c.d": 1, "e": 2 } } }), ["a.b.e=2"]);
        let inner = difference(&doc! { "a": { "b.c": { "d": 1 } } }, &doc! { "a": { "b.c": { "d": 2 } } });
        assert_eq!(inner.iter().map(|edit| edit.path.to_string()).collect::<Vec<_>>(), ["a"]);
    }
}
