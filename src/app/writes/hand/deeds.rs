//! Edits as what the journal keeps of them, and the way back.

use std::collections::HashMap;

use bson::Document;

use crate::{
    app::{place::Reveal, writes::journal::FieldDeed},
    session::{Guard, MetadataEdit, MetadataPath, SessionKey, edit},
};

/// Whether what is stored has to be known to take these edits back: they say not what stands there, or where it stands.
pub(super) fn need_stored(edits: &[MetadataEdit]) -> bool {
    edits.iter().any(|edit| edit.guard == Guard::None || edit.value.is_none() || edit.before.is_some())
}

/// The same edits, each guarded by what is stored where it was guarded by nothing: what is lost with it must be known.
#[must_use]
pub fn guarded(edits: Vec<MetadataEdit>, stored: Option<&Document>) -> Vec<MetadataEdit> {
    let Some(stored) = stored else { return edits };
    let guard = |edit: MetadataEdit| match edit.guard {
        Guard::None => {
            let now = edit.path.value(stored).cloned();
            edit.only_if(now)
        }
        Guard::Stored(_) => edit,
    };
    edits.into_iter().map(guard).collect()
}

/// What guarded edits change; `stored`: the metadata before, where places among siblings are to be kept.
#[must_use]
pub fn fields(edits: &[MetadataEdit], stored: Option<&Document>) -> Vec<FieldDeed> {
    let places = stored.filter(|_| edits.iter().any(|edit| edit.before.is_some()));
    let after = places.map(|stored| {
        let mut after = stored.clone();
        // Where they cannot be carried out, the store will say so.
        let _ = edit::apply(&mut after, edits);
        after
    });
    edits.iter().filter_map(|edit| field(edit, stored, after.as_ref())).collect()
}

/// `None`: nothing is changed by it.
fn field(edit: &MetadataEdit, stored: Option<&Document>, after: Option<&Document>) -> Option<FieldDeed> {
    let path = &edit.path;
    let before = match &edit.guard {
        Guard::Stored(before) => before.clone(),
        Guard::None => stored.and_then(|stored| path.value(stored).cloned()),
    };
    let loses_place = before.is_some() && (edit.value.is_none() || edit.before.is_some());
    let mut next = stored.filter(|_| loses_place).and_then(|stored| follower(stored, path));
    let mut put =
        after.filter(|_| edit.value.is_some() && edit.before.is_some()).and_then(|after| follower(after, path));
    let is_same = edit::same(before.as_ref(), edit.value.as_ref());
    if before.is_some() && edit.value.is_some() && next == put {
        // It stands where it stood.
        if is_same {
            return None;
        }
        (next, put) = (None, None);
    }
    let is_nothing = before.is_none() && edit.value.is_none();
    if is_nothing || (is_same && put.is_none()) {
        return None;
    }
    Some(FieldDeed { path: path.clone(), before, after: edit.value.clone(), next, put })
}

/// The same, with what is to be encrypted sealed also where it was stored in clear so far: the journal holds none of it.
#[must_use]
pub fn sealed(mut fields: Vec<FieldDeed>, session: &SessionKey, reveal: &Reveal) -> Vec<FieldDeed> {
    for field in fields.iter_mut().filter(|field| reveal.touches(&field.path)) {
        field.before = field.before.take().map(|before| reveal.kept_value(session, &field.path, before));
    }
    fields
}

/// The object that a value stands in.
fn object<'a>(metadata: &'a Document, path: &MetadataPath) -> Option<&'a Document> {
    match path.parent() {
        None => Some(metadata),
        Some(parent) => parent.value(metadata)?.as_document(),
    }
}

/// The key that follows a field in its object.
fn follower(metadata: &Document, path: &MetadataPath) -> Option<String> {
    let mut keys = object(metadata, path)?.keys().map(String::as_str);
    keys.find(|key| *key == path.name())?;
    keys.next().map(str::to_owned)
}

/// Whether the way back needs what is stored: a field goes back to the end.
pub(super) fn go_to_the_end(fields: &[FieldDeed]) -> bool {
    fields.iter().any(|field| field.is_moved() && field.next.is_none())
}

/// The way back: each field as it was before, where it is still as it was after. `stored`: the metadata now, where
/// [`go_to_the_end`].
pub(super) fn back(fields: &[FieldDeed], stored: &Document) -> Vec<MetadataEdit> {
    let mut edits = Vec::with_capacity(fields.len());
    for position in successors_first(fields) {
        let field = &fields[position];
        let mut edit = MetadataEdit::new(&field.path, field.before.clone()).only_if(field.after.clone());
        if let (Some(_), Some(next)) = (&field.before, &field.next) {
            edit = edit.before(next);
        }
        edits.push(edit);
        if field.is_moved() && field.next.is_none() {
            edits.extend(in_front(stored, &field.path, fields));
        }
    }
    edits
}

/// No field can be put behind another: those behind it, which nobody changes, are put in front of it.
fn in_front(stored: &Document, path: &MetadataPath, fields: &[FieldDeed]) -> Vec<MetadataEdit> {
    let siblings = object(stored, path).into_iter().flat_map(Document::iter);
    let behind = siblings.skip_while(|(key, _)| key.as_str() != path.name()).skip(1);
    behind
        .filter(|(key, _)| edit::check_segment(key).is_ok())
        .map(|(key, value)| (path.sibling(key), value))
        .filter(|(sibling, _)| fields.iter().all(|field| !field.path.is_within(sibling)))
        .map(|(sibling, value)| {
            MetadataEdit::set(sibling, value.clone()).only_if(Some(value.clone())).before(path.name())
        })
        .collect()
}

/// The positions of all, each behind the field that it is put in front of: a field that goes back in front of `b` must find `b`
/// there. With `a` before `b` before `c`, all removed: `c`, `b`, `a`.
fn successors_first(fields: &[FieldDeed]) -> Vec<usize> {
    let positions: HashMap<&MetadataPath, usize> =
        fields.iter().enumerate().map(|(position, field)| (&field.path, position)).collect();
    let next = |position: usize| {
        let field = &fields[position];
        positions.get(&field.path.sibling(field.next.as_ref()?)).copied()
    };
    let mut seen = vec![false; fields.len()];
    let mut order = Vec::with_capacity(fields.len());
    for start in 0..fields.len() {
        let (mut chain, mut at) = (Vec::new(), Some(start));
        while let Some(position) = at.filter(|position| !seen[*position]) {
            seen[position] = true;
            chain.push(position);
            at = next(position);
        }
        order.extend(chain.into_iter().rev());
    }
    order
}

#[cfg(test)]
mod tests {
    use bson::{Bson, doc};
    use proptest::prelude::*;

    use super::*;

    /// Carries out edits and takes them back, and makes them again.
    fn there_and_back(before: &Document, edits: Vec<MetadataEdit>) {
        let edits = guarded(edits, Some(before));
        let deeds = fields(&edits, Some(before));
        let mut stored = before.clone();
        edit::apply(&mut stored, &edits).unwrap();
        let after = stored.clone();
        edit::apply(&mut stored, &back(&deeds, &after)).unwrap();
        assert_eq!(stored.to_string(), before.to_string(), "{edits:?}");
        let again: Vec<FieldDeed> = deeds.iter().map(FieldDeed::reversed).collect();
        edit::apply(&mut stored, &back(&again, before)).unwrap();
        assert_eq!(stored.to_string(), after.to_string(), "{edits:?}");
    }

    #[test]
    fn a_removed_field_comes_back_to_its_place() {
        let before = doc! { "a": 1, "b": { "x": 1_i64, "y": "2", "z": null }, "c": [1], "d": 4 };
        let inner = |key: &str| MetadataPath::from("b").child(key);
        there_and_back(&before, vec![MetadataEdit::unset("a")]);
        there_and_back(&before, vec![MetadataEdit::unset("c"), MetadataEdit::unset("b"), MetadataEdit::unset("a")]);
        there_and_back(&before, vec![MetadataEdit::unset("d"), MetadataEdit::unset("c")]);
        there_and_back(&before, vec![MetadataEdit::unset(inner("x")), MetadataEdit::set(inner("y"), 5)]);
        // A rename.
        there_and_back(&before, vec![MetadataEdit::set("A", 1).before("b"), MetadataEdit::unset("a")]);
    }

    #[test]
    fn a_moved_field_goes_back() {
        let before = doc! { "a": 1, "b": 2, "c": 3, "x.y": 4 };
        there_and_back(&before, vec![MetadataEdit::set("c", 3).before("a")]);
        let before = doc! { "a": 1, "b": 2, "c": 3 };
        there_and_back(&before, vec![MetadataEdit::set("c", 3).before("a")]);
        there_and_back(&before, vec![MetadataEdit::set("c", "new").before("b"), MetadataEdit::unset("b")]);
        // Nothing at all.
        let edits = guarded(vec![MetadataEdit::unset("nothing"), MetadataEdit::set("a", 1).before("b")], Some(&before));
        assert!(fields(&edits, Some(&before)).is_empty());
    }

    #[test]
    fn a_save_of_values_needs_nothing_stored() {
        let edits = [MetadataEdit::set("a", 2).only_if(Some(1.into())), MetadataEdit::set("n", 1).only_if(None)];
        assert!(!need_stored(&edits));
        let deeds = fields(&edits, None);
        assert_eq!((deeds[0].before.clone(), deeds[1].before.clone()), (Some(Bson::Int32(1)), None));
        assert!(need_stored(&[MetadataEdit::unset("a").only_if(Some(1.into()))]));
    }

    proptest! {
        #[test]
        fn what_is_set_and_removed_comes_back(
            keys in proptest::sample::subsequence(vec!["a", "b", "c", "d", "e", "f"], 0..=6),
            edited in proptest::collection::btree_map(
                proptest::sample::select(vec!["a", "b", "c", "d", "e", "f", "g"]),
                proptest::option::of(0..3_i32),
                0..5,
            ),
        ) {
            let before: Document = keys.iter().map(|key| ((*key).to_owned(), Bson::Int32(1))).collect();
            let edits = edited.into_iter().map(|(key, value)| MetadataEdit::new(key, value.map(Bson::from))).collect();
            there_and_back(&before, edits);
        }
    }
}
