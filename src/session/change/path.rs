//! Fields at dotted paths. MongoDB does not say whether a dot is part of a name: what is held tells it.

use bson::{Bson, Document};

use super::Applied;

/// More segments than MongoDB nests objects mean nothing.
const MOST_SEGMENTS: usize = 200;

/// Sets and removes fields below a value.
pub(super) fn put_all(root: &mut Bson, fields: &[(String, Option<Bson>)]) -> Applied {
    fields.iter().fold(Applied::Known, |so_far, (path, value)| so_far.and(put(root, path, value.as_ref())))
}

/// Sets or removes one.
pub(super) fn put(root: &mut Bson, path: &str, value: Option<&Bson>) -> Applied {
    let Some(place) = only_place(root, path) else { return Applied::Unresolved };
    let Some((last, parents)) = place.split_last() else { return Applied::Unresolved };
    let parent = parents.iter().try_fold(root, |at, name| match at {
        Bson::Document(fields) => fields.get_mut(name),
        Bson::Array(items) => items.get_mut(name.parse::<usize>().ok()?),
        _ => None,
    });
    match (parent, value) {
        (Some(Bson::Document(fields)), value) => put_field(fields, last, value),
        (Some(Bson::Array(items)), Some(value)) => put_item(items, last, value),
        // What is removed from an array is null there, and told as that.
        _ => Applied::Unresolved,
    }
}

fn put_field(fields: &mut Document, name: &str, value: Option<&Bson>) -> Applied {
    match value {
        Some(value) if fields.get(name) == Some(value) => Applied::Known,
        Some(value) => {
            fields.insert(name, value.clone());
            Applied::Changed
        }
        None => Applied::changed_if(fields.remove(name).is_some()),
    }
}

fn put_item(items: &mut Vec<Bson>, at: &str, value: &Bson) -> Applied {
    match at.parse::<usize>() {
        Ok(at) if at == items.len() => {
            items.push(value.clone());
            Applied::Changed
        }
        Ok(at) => match items.get_mut(at) {
            Some(item) if item == value => Applied::Known,
            Some(item) => {
                *item = value.clone();
                Applied::Changed
            }
            None => Applied::Unresolved,
        },
        Err(_) => Applied::Unresolved,
    }
}

/// The value at a path, where only one can be meant.
pub(super) fn get<'a>(root: &'a Bson, path: &str) -> Option<&'a Bson> {
    only_place(root, path)?.iter().try_fold(root, |at, name| match at {
        Bson::Document(fields) => fields.get(name),
        Bson::Array(items) => items.get(name.parse::<usize>().ok()?),
        _ => None,
    })
}

/// The names that lead to the field of a path, where they can be only these. The field itself may be absent, what it stands in
/// not.
fn only_place(root: &Bson, path: &str) -> Option<Vec<String>> {
    let segments: Vec<&str> = path.split('.').collect();
    if segments.len() > MOST_SEGMENTS {
        return None;
    }
    let mut found = Vec::new();
    collect(root, &segments, &mut Vec::new(), &mut found);
    if found.len() == 1 { found.pop() } else { None }
}

/// Every value that is held is come to by one way at most, so this ends soon, whatever the names are.
fn collect(at: &Bson, segments: &[&str], walked: &mut Vec<String>, found: &mut Vec<Vec<String>>) {
    for taken in 1..=segments.len() {
        let (name, rest) = (segments[..taken].join("."), &segments[taken..]);
        let held = match at {
            Bson::Document(fields) => fields.get(&name),
            Bson::Array(items) if taken == 1 => {
                let Ok(index) = name.parse::<usize>() else { return };
                if index > items.len() {
                    return;
                }
                items.get(index)
            }
            _ => return,
        };
        walked.push(name);
        match held {
            _ if rest.is_empty() && (taken == 1 || held.is_some()) => found.push(walked.clone()),
            Some(inner) => collect(inner, rest, walked, found),
            None => {}
        }
        walked.pop();
    }
}

#[cfg(test)]
mod tests {
    use bson::{bson, doc};

    use super::*;

    fn changed(held: Bson, path: &str, value: Option<Bson>) -> Option<Bson> {
        let mut root = held;
        let applied = put(&mut root, path, value.as_ref());
        (!applied.is_unresolved()).then_some(root)
    }

    #[test]
    fn what_is_held_tells_whether_a_dot_is_part_of_a_name() {
        let set = |held: Document, path: &str| changed(held.into(), path, Some(7.into()));
        assert_eq!(set(doc! { "a": { "b": 1 } }, "a.b"), Some(bson!({ "a": { "b": 7 } })));
        assert_eq!(set(doc! { "a": {} }, "a.b"), Some(bson!({ "a": { "b": 7 } })));
        assert_eq!(set(doc! { "a.b": 1 }, "a.b"), Some(bson!({ "a.b": 7 })));
        assert_eq!(set(doc! { "a.b": { "c": 1 } }, "a.b.c"), Some(bson!({ "a.b": { "c": 7 } })));
        // Either may be meant, or nothing that is held.
        assert_eq!(set(doc! { "a": { "b": 1 }, "a.b": 1 }, "a.b"), None);
        assert_eq!(set(doc! { "a": {}, "a.b": 1 }, "a.b"), None);
        for held in [doc! {}, doc! { "a": 1 }, doc! { "a": "text" }] {
            assert_eq!(set(held, "a.b"), None);
        }
    }

    #[test]
    fn numbers_are_places_of_arrays_and_names_of_objects() {
        let set = |held: Document, path: &str| changed(held.into(), path, Some(7.into()));
        assert_eq!(set(doc! { "a": [1, 2] }, "a.1"), Some(bson!({ "a": [1, 7] })));
        assert_eq!(set(doc! { "a": [1, 2] }, "a.2"), Some(bson!({ "a": [1, 2, 7] })));
        assert_eq!(set(doc! { "a": [{ "b": 1 }] }, "a.0.b"), Some(bson!({ "a": [{ "b": 7 }] })));
        assert_eq!(set(doc! { "a": {} }, "a.2"), Some(bson!({ "a": { "2": 7 } })));
        for path in ["a.3", "a.x", "a.-1", "a.99999999999999999999", "a.0.x"] {
            assert_eq!(set(doc! { "a": [1, 2] }, path), None, "{path}");
        }
    }

    #[test]
    fn fields_are_removed_and_what_is_absent_is_known() {
        let mut held = bson!({ "a": { "b": 1 } });
        assert_eq!(put(&mut held, "a.b", None), Applied::Changed);
        assert_eq!(put(&mut held, "a.b", None), Applied::Known);
        assert_eq!(held, bson!({ "a": {} }));
        assert_eq!(put(&mut bson!({ "a": [1] }), "a.0", None), Applied::Unresolved);
        assert_eq!(put(&mut bson!({ "a": 5 }), "a", Some(&5.into())), Applied::Known);
        assert_eq!(put(&mut bson!({}), &".".repeat(1000), Some(&5.into())), Applied::Unresolved);
    }

    #[test]
    fn values_are_found_where_they_would_be_set() {
        let held = bson!({ "a": { "b": [5] }, "c.d": 6 });
        assert_eq!(get(&held, "a.b.0"), Some(&5.into()));
        assert_eq!(get(&held, "c.d"), Some(&6.into()));
        assert_eq!(get(&held, "a.c"), None);
    }
}
