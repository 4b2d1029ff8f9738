//! What is done to the document of the form, a step at a time; each knows the step that takes it back.

use bson::{Bson, Document};

use super::{
    FieldPath,
    place::{self, Container},
};
use crate::app::tui::state::tree::PathKey;

/// A step.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum FormStep {
    /// Another value there.
    Set { path: FieldPath, value: Bson },
    /// A new value; in an object behind so many of its fields, in an array at its position.
    Insert { path: FieldPath, at: usize, value: Bson },
    /// The value goes.
    Take { path: FieldPath },
    /// Another key, in the same place.
    Rename { path: FieldPath, key: String },
    /// Another place among its siblings.
    Move { path: FieldPath, to: usize },
}

impl FormStep {
    /// Does it; gives the step that takes it back and where the value stands now, or its container where it went. `None`: it
    /// cannot be done, and nothing is.
    pub fn done(self, document: &mut Document) -> Option<(Self, FieldPath)> {
        match self {
            Self::Set { path, value } => {
                let was = std::mem::replace(place::value_mut(document, &path)?, value);
                Some((Self::Set { path: path.clone(), value: was }, path))
            }
            Self::Insert { path, at, value } => insert(document, path, at, value),
            Self::Take { path } => take(document, &path),
            Self::Rename { path, key } => rename(document, path, key),
            Self::Move { path, to } => moved(document, path, to),
        }
    }

    /// Whether rows may come, go or fold otherwise by it.
    pub fn is_structural(&self, document: &Document) -> bool {
        let nested = |value: &Bson| matches!(value, Bson::Document(_) | Bson::Array(_));
        match self {
            Self::Set { path, value } => nested(value) || place::value(document, path).is_none_or(nested),
            _ => true,
        }
    }
}

fn insert(document: &mut Document, path: FieldPath, at: usize, value: Bson) -> Option<(FormStep, FieldPath)> {
    let (last, parent) = path.split_last()?;
    match (place::container(document, parent)?, last) {
        (Container::Object(object), PathKey::Name(key)) if !object.contains_key(key) => {
            put(object, at, key.clone(), value);
        }
        (Container::Array(items), PathKey::Item(item)) if *item <= items.len() => items.insert(*item, value),
        _ => return None,
    }
    Some((FormStep::Take { path: path.clone() }, path))
}

fn take(document: &mut Document, path: &[PathKey]) -> Option<(FormStep, FieldPath)> {
    let (last, parent) = path.split_last()?;
    let (at, value) = match (place::container(document, parent)?, last) {
        (Container::Object(object), PathKey::Name(key)) => {
            let at = place::position(object, key)?;
            (at, object.remove(key)?)
        }
        (Container::Array(items), PathKey::Item(at)) if *at < items.len() => (*at, items.remove(*at)),
        _ => return None,
    };
    Some((FormStep::Insert { path: path.to_vec(), at, value }, parent.to_vec()))
}

fn rename(document: &mut Document, mut path: FieldPath, key: String) -> Option<(FormStep, FieldPath)> {
    let (last, parent) = path.split_last()?;
    let (Container::Object(object), PathKey::Name(old)) = (place::container(document, parent)?, last) else {
        return None;
    };
    if object.contains_key(&key) {
        return None;
    }
    let (old, at) = (old.clone(), place::position(object, old)?);
    let value = object.remove(&old)?;
    put(object, at, key.clone(), value);
    *path.last_mut()? = PathKey::Name(key);
    Some((FormStep::Rename { path: path.clone(), key: old }, path))
}

fn moved(document: &mut Document, mut path: FieldPath, to: usize) -> Option<(FormStep, FieldPath)> {
    let (last, parent) = path.split_last()?;
    let from = match (place::container(document, parent)?, last) {
        (Container::Object(object), PathKey::Name(key)) if to < object.len() => {
            let from = place::position(object, key)?;
            let value = object.remove(key)?;
            put(object, to, key.clone(), value);
            from
        }
        (Container::Array(items), PathKey::Item(from)) if *from < items.len() && to < items.len() => {
            let from = *from;
            let value = items.remove(from);
            items.insert(to, value);
            *path.last_mut()? = PathKey::Item(to);
            from
        }
        _ => return None,
    };
    Some((FormStep::Move { path: path.clone(), to: from }, path))
}

/// A new field of an object, behind so many others.
pub(super) fn put(object: &mut Document, at: usize, key: String, value: Bson) {
    if at >= object.len() {
        object.insert(key, value);
        return;
    }
    let mut fields = std::mem::take(object).into_iter();
    object.extend(fields.by_ref().take(at));
    object.insert(key, value);
    object.extend(fields);
}

#[cfg(test)]
mod tests {
    use bson::{bson, doc};
    use proptest::prelude::*;

    use super::*;

    fn path(text: &str) -> FieldPath {
        let key = |step: &str| step.parse().map_or_else(|_| PathKey::Name(step.to_owned()), PathKey::Item);
        text.split('.').map(key).collect()
    }

    fn keys(document: &Document) -> String {
        document.keys().map(String::as_str).collect()
    }

    #[test]
    fn fields_keep_their_places() {
        let mut document = doc! { "a": 1, "b": 2, "c": 3 };
        let mut run = |step: FormStep| step.done(&mut document).map(|_| keys(&document));
        let insert = FormStep::Insert { path: path("x"), at: 1, value: 9.into() };
        assert_eq!(run(insert).as_deref(), Some("axbc"));
        assert_eq!(run(FormStep::Rename { path: path("b"), key: "y".to_owned() }).as_deref(), Some("axyc"));
        assert_eq!(run(FormStep::Move { path: path("c"), to: 0 }).as_deref(), Some("caxy"));
        assert_eq!(run(FormStep::Move { path: path("c"), to: 3 }).as_deref(), Some("axyc"));
        assert_eq!(run(FormStep::Take { path: path("x") }).as_deref(), Some("ayc"));
        assert_eq!(run(FormStep::Rename { path: path("a"), key: "c".to_owned() }), None, "it is there");
        assert_eq!(run(FormStep::Take { path: path("gone") }), None);
        assert_eq!(run(FormStep::Insert { path: path("a"), at: 0, value: 1.into() }), None);
    }

    fn steps() -> impl Strategy<Value = FormStep> {
        let places = ["a", "b", "c", "o", "o.x", "o.y", "l", "l.0", "l.1", "l.2.z", "n.0"];
        let place = prop::sample::select(places.to_vec()).prop_map(path);
        let value = prop_oneof![Just(bson!(1)), Just(bson!("t")), Just(bson!({ "x": 1 })), Just(bson!([1, 2]))];
        (place, value, 0usize..4, 0usize..5).prop_map(|(path, value, at, kind)| match kind {
            0 => FormStep::Set { path, value },
            1 => FormStep::Insert { path, at, value },
            2 => FormStep::Take { path },
            3 => FormStep::Rename { path, key: ["a", "x", "new", "b"][at].to_owned() },
            _ => FormStep::Move { path, to: at },
        })
    }

    proptest! {
        #[test]
        fn every_step_is_taken_back(steps in prop::collection::vec(steps(), 0..30)) {
            let start = doc! { "a": 1, "o": { "x": 1, "y": "t" }, "l": [1, 2, { "z": 3 }], "b": "t" };
            let mut document = start.clone();
            let mut back = Vec::new();
            for step in steps {
                let before = document.clone();
                if let Some((inverse, _)) = step.done(&mut document) {
                    back.push((inverse, before));
                } else {
                    prop_assert_eq!(&document, &before);
                }
            }
            while let Some((step, before)) = back.pop() {
                prop_assert!(step.done(&mut document).is_some());
                prop_assert!(crate::session::edit::same(Some(&document.clone().into()), Some(&before.into())));
            }
            prop_assert_eq!(document, start);
        }
    }
}
