//! Edits of metadata: which keys may be written, what an edit is guarded by, how typed text becomes a value, and what two who
//! edited the same have done.

mod assign;
#[cfg(test)]
mod chance;
pub(crate) mod date;
mod difference;
mod digits;
mod in_step;
mod json;
mod merge;
mod place;
mod resolve;
mod retype;
mod same;
mod typed;

pub use assign::{AssignedValue, AssignmentError, Unfit, assignment};
pub use date::DateContext;
pub use difference::difference;
pub(crate) use digits::exact_double;
#[cfg(feature = "app")]
pub(crate) use in_step::InStep;
pub use in_step::follow;
pub use json::{JsonError, json};
pub use merge::{MergeConflict, Merged, merge, merge_into};
pub use resolve::{PathRefusal, resolve};
pub use retype::retyped;
pub(crate) use same::equal;
pub use same::{same, same_fields};
pub use typed::{Misfit, fitting, forms, read_as, read_new, read_type, write};

use bson::{Bson, Document};

use super::{Guard, MetadataEdit, python, surrogate};

/// Refuses an agent id or metadata key that cannot be one segment of a path in a document.
///
/// # Errors
/// Why: it is empty, holds NUL or a dot, or starts with `$`.
pub fn check_segment(key: &str) -> Result<(), &'static str> {
    if key.is_empty() {
        Err("it is empty")
    } else if key.contains('\0') {
        Err("it holds a NUL character")
    } else if key.starts_with('$') {
        Err("it starts with $")
    } else if key.contains('.') {
        Err("it holds a dot, which would nest it")
    } else {
        Ok(())
    }
}

/// As [`check_segment`] for a key that is not there yet: it holds no character that cannot be seen either. A field that has
/// such a key stays editable.
///
/// # Errors
/// Why.
pub fn check_new_key(key: &str) -> Result<(), &'static str> {
    check_segment(key)?;
    if key.chars().any(is_invisible) {
        Err("it holds a control character, which nobody could see or type")
    } else {
        Ok(())
    }
}

/// Control characters, separators of lines, and what turns the direction of text.
fn is_invisible(c: char) -> bool {
    let is_mark = matches!(c,
        '\u{61c}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}');
    c.is_control() || is_mark
}

/// Refuses edits with keys that cannot be segments of a path, of new keys that cannot be seen, and of the same value twice, or of a
/// value and of one in it.
///
/// # Errors
/// The first such edit, and why.
pub fn check_keys(edits: &[MetadataEdit]) -> Result<(), (&MetadataEdit, &'static str)> {
    for (position, edit) in edits.iter().enumerate() {
        let is_new = edit.value.is_some() && edit.guard == Guard::Stored(None);
        let check = if is_new { check_new_key } else { check_segment };
        let parents = edit.path.keys().split_last().map_or(&[][..], |(_, parents)| parents);
        let checked = parents.iter().try_for_each(|key| check_segment(key)).and_then(|()| check(edit.path.name()));
        checked.map_err(|reason| (edit, reason))?;
        if edit.before.as_deref() == Some(edit.path.name()) {
            return Err((edit, "it cannot stand in front of itself"));
        }
        let overlaps =
            |earlier: &MetadataEdit| earlier.path.is_within(&edit.path) || edit.path.is_within(&earlier.path);
        if edits[..position].iter().any(overlaps) {
            return Err((edit, "it is edited twice at once"));
        }
    }
    Ok(())
}

/// Refuses a value that a folder holds, and a database does not.
///
/// # Errors
/// Why: a text or a key holds half of a surrogate pair, a key a NUL character, a whole number has more than 34 digits, or something
/// lies too deep.
pub(crate) fn check_bson(value: &Bson) -> Result<(), &'static str> {
    const HALF: &str = "a database holds no half of a surrogate pair, such as \\ud83e";
    match value {
        Bson::String(text) if surrogate::has_half(text) => Err(HALF),
        Bson::Symbol(long) if python::is_long(long) => {
            Err("a database holds no number of more than 34 digits; in quotes it is a text")
        }
        Bson::Symbol(deep) if python::is_carried(deep) => Err("a database holds nothing nested that deep"),
        Bson::Array(items) => items.iter().try_for_each(check_bson),
        Bson::Document(fields) => fields.iter().try_for_each(|(key, field)| {
            if surrogate::has_half(key) {
                Err(HALF)
            } else if key.contains('\0') {
                Err("a database holds no key with a NUL character")
            } else {
                check_bson(field)
            }
        }),
        _ => Ok(()),
    }
}

/// Why edits are not carried out; which of them, by its position.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum EditRefusal {
    /// Its guard does not hold.
    Conflict(usize),
    /// No object stands where its value would be.
    NoObject(usize),
}

/// Applies edits to a metadata document: what a store without such an operation of its own does under its lock.
///
/// # Errors
/// The first edit that cannot be carried out. Nothing is changed then.
pub fn apply(metadata: &mut Document, edits: &[MetadataEdit]) -> Result<(), EditRefusal> {
    let conflicts = |edit: &MetadataEdit| match &edit.guard {
        Guard::None => false,
        Guard::Stored(expected) => !same(edit.path.value(metadata), expected.as_ref()),
    };
    if let Some(first) = edits.iter().position(conflicts) {
        return Err(EditRefusal::Conflict(first));
    }
    if let Some(first) = edits.iter().position(|edit| place::parent(metadata, &edit.path).is_none()) {
        return Err(EditRefusal::NoObject(first));
    }
    for edit in edits {
        if let Some(object) = place::parent_mut(metadata, &edit.path) {
            place::put(object, edit.path.name(), edit.value.as_ref(), edit.before.as_deref());
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use bson::doc;

    use super::*;

    #[test]
    fn a_guard_tells_types_apart_and_nothing_is_half_applied() {
        let mut metadata = doc! { "a": 5, "b": "x" };
        let edits = [
            MetadataEdit::set("b", "y").only_if(Some("x".into())),
            MetadataEdit::set("a", 6).only_if(Some(Bson::Int64(5))),
        ];
        assert_eq!(apply(&mut metadata, &edits), Err(EditRefusal::Conflict(1)));
        assert_eq!(metadata, doc! { "a": 5, "b": "x" });
        assert_eq!(apply(&mut metadata, &[MetadataEdit::unset("a").only_if(Some(Bson::Int32(5)))]), Ok(()));
        assert_eq!(apply(&mut metadata, &[MetadataEdit::set("a", 1).only_if(None)]), Ok(()));
        assert_eq!(metadata, doc! { "b": "x", "a": 1 });
        let oid = bson::oid::ObjectId::from_bytes([7; 12]);
        let looks_like_it = Bson::Document(doc! { "$oid": oid.to_hex() });
        assert!(!same(Some(&Bson::ObjectId(oid)), Some(&looks_like_it)));
        assert!(same(Some(&Bson::Double(f64::NAN)), Some(&Bson::Double(f64::NAN))));
    }

    #[test]
    fn what_only_a_folder_holds_is_told() {
        for text in [
            r#""\ud83e""#,
            r#"{"a": [{"\udfff": 1}]}"#,
            r#"{"a": [{"x\u0000y": 1}]}"#,
            &"9".repeat(35),
            &format!("{}1{}", "[".repeat(150), "]".repeat(150)),
        ] {
            assert!(check_bson(&json(text).unwrap()).is_err(), "{text}");
        }
        for text in [r#"{"a": ["🤔", 17293822569102704641]}"#, r#"{"$symbol": "a"}"#, "\"\u{10D83E}\""] {
            assert_eq!(check_bson(&json(text).unwrap()), Ok(()), "{text}");
        }
    }

    #[test]
    fn a_new_key_holds_no_control_characters() {
        for key in ["a\tb", "a\u{1b}[2J", "a\n", "a\u{9b}", "a\0", "", "a.b"] {
            assert!(check_new_key(key).is_err(), "{key:?}");
        }
        assert_eq!(check_new_key("prioridad 漢字"), Ok(()));
    }

    #[test]
    fn keys_that_would_nest_are_refused() {
        for key in ["", "a.b", "$set", "a\0"] {
            assert!(check_segment(key).is_err(), "{key:?}");
        }
        assert!(check_segment("prix €").is_ok());
    }

    #[test]
    fn only_a_new_key_must_be_seen() {
        for key in ["a\tb", "a\n", "\u{1b}[2J", "a\u{202e}", "\u{9b}"] {
            assert!(check_new_key(key).is_err() && check_segment(key).is_ok(), "{key:?}");
            let new = MetadataEdit::set(key, 1).only_if(None);
            assert!(check_keys(&[new]).is_err(), "{key:?}");
            let stored = Some(Bson::Int32(1));
            let others = [MetadataEdit::set(key, 2).only_if(stored.clone()), MetadataEdit::unset(key).only_if(stored)];
            assert!(others.iter().all(|edit| check_keys(std::slice::from_ref(edit)).is_ok()), "{key:?}");
        }
        assert!(check_new_key("prix €").is_ok() && check_new_key("a.b").is_err());
    }
}
