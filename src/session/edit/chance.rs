//! Differences and merges of documents as chance has them, against what they promise.

use proptest::prelude::*;

use super::*;

fn document(value: impl Strategy<Value = Bson>) -> impl Strategy<Value = Document> {
    prop::collection::vec(("[a-f]", value), 0..6).prop_map(|fields| fields.into_iter().collect::<Document>())
}

fn value() -> impl Strategy<Value = Bson> {
    let leaf = prop_oneof![
        (0..3_i32).prop_map(Bson::Int32),
        (0..2_i64).prop_map(Bson::Int64),
        "[xy]".prop_map(Bson::String),
        Just(Bson::Null),
        prop::collection::vec((0..2_i32).prop_map(Bson::Int32), 0..3).prop_map(Bson::Array),
    ];
    leaf.prop_recursive(3, 24, 5, |inner| document(inner).prop_map(Bson::Document))
}

/// Mostly alike: a document, and what became of it on another side.
fn sides() -> impl Strategy<Value = [Document; 3]> {
    let changes = || prop::collection::vec((any::<prop::sample::Index>(), prop::option::of(value())), 0..4);
    (document(value()), changes(), changes(), any::<bool>()).prop_map(|(base, mine, theirs, moves)| {
        let mine = changed(base.clone(), mine, moves);
        let theirs = changed(base.clone(), theirs, false);
        [base, mine, theirs]
    })
}

fn changed(mut document: Document, changes: Vec<(prop::sample::Index, Option<Bson>)>, moves: bool) -> Document {
    for (at, value) in changes {
        let mut keys: Vec<String> = document.keys().cloned().chain(["new".to_owned(), "g".to_owned()]).collect();
        let key = keys.swap_remove(at.index(keys.len()));
        match value {
            Some(value) => drop(document.insert(key, value)),
            None => drop(document.remove(&key)),
        }
    }
    let mut fields: Vec<(String, Bson)> = document.into_iter().collect();
    if moves && !fields.is_empty() {
        fields.rotate_left(1);
    }
    fields.into_iter().collect()
}

fn paths(merged: &Merged) -> Vec<String> {
    let mut paths: Vec<String> = merged.conflicts.iter().map(|conflict| conflict.path.to_string()).collect();
    paths.sort();
    paths
}

proptest! {
    #[test]
    fn a_difference_makes_one_document_of_the_other(base in document(value()), mine in document(value())) {
        let edits = difference(&base, &mine);
        prop_assert!(check_keys(&edits).is_ok());
        let mut applied = base.clone();
        prop_assert_eq!(apply(&mut applied, &edits), Ok(()));
        prop_assert!(same_fields(&applied, &mine), "{} became {}, not {}", base, applied, mine);
        prop_assert_eq!(difference(&mine, &applied), vec![]);
    }

    #[test]
    fn what_one_side_alone_changed_is_as_it_has_it([base, mine, theirs] in sides()) {
        let of_mine = merge(&base, &mine, &base);
        prop_assert!(of_mine.conflicts.is_empty() && same_fields(&of_mine.document, &mine));
        let of_theirs = merge(&base, &base, &theirs);
        prop_assert!(of_theirs.conflicts.is_empty() && same_fields(&of_theirs.document, &theirs));
        let of_both = merge(&base, &mine, &mine);
        prop_assert!(of_both.conflicts.is_empty() && same_fields(&of_both.document, &mine));
    }

    #[test]
    fn a_merge_in_place_is_the_merge([base, mine, theirs] in sides()) {
        let merged = merge(&base, &mine, &theirs);
        let mut into = mine.clone();
        prop_assert_eq!(merge_into(&base, &mut into, &theirs), merged.conflicts);
        prop_assert!(same_fields(&into, &merged.document), "{} and not {}", into, merged.document);
    }

    #[test]
    fn both_sides_see_the_same_conflicts([base, mine, theirs] in sides()) {
        let (here, there) = (merge(&base, &mine, &theirs), merge(&base, &theirs, &mine));
        prop_assert_eq!(paths(&here), paths(&there));
        for conflict in &here.conflicts {
            prop_assert!(!same(conflict.mine.as_ref(), conflict.theirs.as_ref()));
            prop_assert!(same(conflict.path.value(&here.document), conflict.mine.as_ref()));
            prop_assert!(same(conflict.path.value(&base), conflict.base.as_ref()));
        }
        if here.conflicts.is_empty() {
            // But for the order.
            prop_assert_eq!(&here.document, &there.document);
        }
    }

    #[test]
    fn what_is_merged_is_written_over_theirs([base, mine, theirs] in sides()) {
        let merged = merge(&base, &mine, &theirs).document;
        let mut stored = theirs.clone();
        prop_assert_eq!(apply(&mut stored, &difference(&theirs, &merged)), Ok(()));
        prop_assert!(same_fields(&stored, &merged));
    }
}
