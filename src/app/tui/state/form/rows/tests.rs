//! Rows: what is shown, and in which order.

use bson::doc;

use super::*;

fn shown<'a>(base: &'a Document, mine: &'a Document, unfolded: &'a Unfolded) -> ShownFields<'a> {
    ShownFields { base, mine, unfolded, sort: FormSort::Stored, filter: "", adding: None }
}

fn names(rows: &[FormRow]) -> Vec<String> {
    rows.iter()
        .map(|row| {
            let mark = match row.kind {
                RowKind::Field => "",
                RowKind::Removed => "-",
                RowKind::Adding => "+",
            };
            let key = match &row.key {
                PathKey::Name(name) => name.clone(),
                PathKey::Item(at) => at.to_string(),
                PathKey::Root => String::new(),
            };
            format!("{}{mark}{key}", " ".repeat(row.depth))
        })
        .collect()
}

#[test]
fn what_was_removed_stays_in_its_place() {
    let base = doc! { "a": 1, "o": { "x": 1, "y": 2 }, "z": 3 };
    let mine = doc! { "o": { "y": 2 }, "new": 1 };
    let mut unfolded = Unfolded::default();
    unfolded.unfold(&[Key::Name("o")]);
    let rows = shown(&base, &mine, &unfolded).rows(Vec::new());
    assert_eq!(names(&rows), ["-a", "o", " -x", " y", "-z", "new"]);
    assert_eq!(value(&rows, 2, &base, &mine), Some(&Bson::Int32(1)));
    assert_eq!(path(&rows, 3), [PathKey::Name("o".to_owned()), PathKey::Name("y".to_owned())]);
    assert!(rows.is(3, &path(&rows, 3)) && !rows.is(1, &path(&rows, 3)));
}

#[test]
fn a_filter_shows_what_matches_and_the_way_to_it() {
    let mine = doc! { "a": 1, "o": { "list": ["Gold", "tin"], "b": 2 }, "golden": { "c": 1 } };
    let unfolded = Unfolded::default();
    let rows = ShownFields { filter: "GOLD", ..shown(&mine, &mine, &unfolded) }.rows(Vec::new());
    assert_eq!(names(&rows), ["o", " list", "  0", "golden"]);
    assert_eq!(rows[3].fold, Fold::Folded);
    assert!(ShownFields { filter: "nothing", ..shown(&mine, &mine, &unfolded) }.rows(Vec::new()).is_empty());
}

#[test]
fn a_sorted_form_holds_the_same_rows() {
    let base = doc! { "c": "x", "a": 1, "b": "y" };
    let mine = doc! { "c": "x", "a": 1 };
    let unfolded = Unfolded::default();
    let sorted = |sort| names(&ShownFields { sort, ..shown(&base, &mine, &unfolded) }.rows(Vec::new()));
    assert_eq!(sorted(FormSort::Key), ["a", "-b", "c"]);
    assert_eq!(sorted(FormSort::Type), ["a", "-b", "c"]);
}

#[test]
fn a_new_row_stands_behind_what_it_was_added_to() {
    let mine = doc! { "a": { "x": 1 }, "b": [1] };
    let mut unfolded = Unfolded::default();
    unfolded.unfold(&[Key::Name("a")]);
    unfolded.unfold(&[Key::Name("b")]);
    let (a, b) = (PathKey::Name("a".to_owned()), PathKey::Name("b".to_owned()));
    let with = |parent: &[PathKey], after: Option<&PathKey>| {
        let rows = ShownFields { adding: Some((parent, after)), ..shown(&mine, &mine, &unfolded) }.rows(Vec::new());
        for at in 0..rows.len() {
            assert!(rows.is(at, &path(&rows, at)));
        }
        names(&rows)
    };
    assert_eq!(with(&[], Some(&a)), ["a", " x", "+", "b", " 0"]);
    assert_eq!(with(&[], None), ["+", "a", " x", "b", " 0"]);
    assert_eq!(with(&[a], None), ["a", " +", " x", "b", " 0"]);
    assert_eq!(with(&[b], Some(&PathKey::Item(0))), ["a", " x", "b", " 0", " +"]);
}
