//! The fields of a document, asked for in nearly the order that they stand in: of two that are much alike hardly a key is looked up.

use std::iter::Peekable;

use bson::{Bson, Document, document::Iter};

use super::same;

/// The fields of a document. What is asked for in their order costs a comparison each.
pub(crate) struct InStep<'a> {
    document: &'a Document,
    ahead: Peekable<Iter<'a>>,
}

impl<'a> InStep<'a> {
    /// Of a document.
    pub fn of(document: &'a Document) -> Self {
        Self { document, ahead: document.iter().peekable() }
    }

    /// The value of a key.
    pub fn get(&mut self, key: &str) -> Option<&'a Bson> {
        if let Some((_, value)) = self.ahead.next_if(|(next, _)| *next == key) {
            return Some(value);
        }
        let value = self.document.get(key)?;
        // What follows there is asked for next.
        self.ahead.find(|(next, _)| *next == key);
        Some(value)
    }

    /// Whether a key is there.
    pub fn holds(&mut self, key: &str) -> bool {
        self.get(key).is_some()
    }
}

/// Whether the fields that both have stand in another order in the second one.
pub(super) fn is_reordered(base: &Document, mine: &Document) -> bool {
    if base.keys().eq(mine.keys()) {
        return false;
    }
    let (mut of_mine, mut of_base) = (InStep::of(mine), InStep::of(base));
    let in_mine = base.keys().filter(|key| of_mine.holds(key));
    let in_base = mine.keys().filter(|key| of_base.holds(key));
    !in_mine.eq(in_base)
}

/// Makes a document the same as another one: of one that is much like it only what differs is copied.
pub fn follow(document: &mut Document, other: &Document) {
    if !document.keys().eq(other.keys()) {
        return document.clone_from(other);
    }
    for ((_, held), (_, new)) in document.iter_mut().zip(other) {
        if !same(Some(held), Some(new)) {
            held.clone_from(new);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::session::edit::same_fields;

    fn document(keys: &[String]) -> Document {
        keys.iter().map(|key| (key.clone(), Bson::from(key.as_str()))).collect()
    }

    proptest! {
        #[test]
        fn whatever_is_asked_for_is_found(
            held in prop::collection::vec("[a-f]", 0..6), asked in prop::collection::vec("[a-h]", 0..12),
        ) {
            let document = document(&held);
            let mut in_step = InStep::of(&document);
            for key in asked {
                prop_assert_eq!(in_step.get(&key), document.get(&key));
            }
        }

        #[test]
        fn one_follows_the_other(a in prop::collection::vec("[a-d]", 0..4), b in prop::collection::vec("[a-d]", 0..4)) {
            let (mut a, b) = (document(&a), document(&b));
            follow(&mut a, &b);
            prop_assert!(same_fields(&a, &b));
        }
    }

    #[test]
    fn only_what_both_have_tells_their_order() {
        let reordered = |a: &str, b: &str| {
            let keys = |keys: &str| document(&keys.chars().map(String::from).collect::<Vec<_>>());
            is_reordered(&keys(a), &keys(b))
        };
        assert!(!reordered("abc", "abc") && !reordered("abc", "xazc") && !reordered("", "a"));
        assert!(reordered("abc", "bac") && reordered("abc", "cxa"));
    }
}
