//! Where a field stands: the object that it is in, and its place among the fields of that.

use bson::{Bson, Document};

use crate::session::MetadataPath;

/// The object that a value stands in, or would.
pub(super) fn parent<'a>(metadata: &'a Document, path: &MetadataPath) -> Option<&'a Document> {
    parents(path).iter().try_fold(metadata, |at, key| at.get(key)?.as_document())
}

/// The same, to be changed.
pub(super) fn parent_mut<'a>(metadata: &'a mut Document, path: &MetadataPath) -> Option<&'a mut Document> {
    parents(path).iter().try_fold(metadata, |at, key| at.get_mut(key)?.as_document_mut())
}

fn parents(path: &MetadataPath) -> &[String] {
    path.keys().split_last().map_or(&[], |(_, parents)| parents)
}

/// Sets or removes a field of an object, in front of another one where that is there.
pub(super) fn put(object: &mut Document, key: &str, value: Option<&Bson>, before: Option<&str>) {
    let Some(value) = value else {
        object.remove(key);
        return;
    };
    let Some(before) = before.filter(|before| object.contains_key(before)) else {
        object.insert(key, value.clone());
        return;
    };
    let fields = std::mem::take(object);
    for (stored, held) in fields {
        if stored == before {
            object.insert(key, value.clone());
        }
        if stored != key {
            object.insert(stored, held);
        }
    }
}

#[cfg(test)]
mod tests {
    use bson::doc;

    use super::*;
    use crate::session::{
        MetadataEdit,
        edit::{EditRefusal, apply},
    };

    fn path(keys: &[&str]) -> MetadataPath {
        MetadataPath::new(keys.iter().map(|key| (*key).to_owned()).collect()).unwrap()
    }

    #[test]
    fn a_path_leads_through_objects_that_are_there() {
        let stored = doc! { "customer": { "tier": "gold", "tags": [{ "a": 1 }] }, "n": 1 };
        let mut metadata = stored.clone();
        let tier = path(&["customer", "tier"]);
        let edits = [MetadataEdit::set(&tier, "silver").only_if(Some("gold".into())), MetadataEdit::unset("n")];
        assert_eq!(apply(&mut metadata, &edits), Ok(()));
        assert_eq!(metadata, doc! { "customer": { "tier": "silver", "tags": [{ "a": 1 }] } });
        for keys in [&["n", "x"][..], &["nobody", "x"], &["customer", "tags", "0"], &["customer", "tags", "0", "a"]] {
            let refused = apply(&mut stored.clone(), &[MetadataEdit::set(path(keys), 1)]);
            assert_eq!(refused, Err(EditRefusal::NoObject(0)), "{keys:?}");
        }
        let gone = MetadataEdit::set(path(&["nobody", "x"]), 1).only_if(Some(2.into()));
        assert_eq!(apply(&mut stored.clone(), &[gone]), Err(EditRefusal::Conflict(0)));
    }

    #[test]
    fn a_field_is_put_in_front_of_another() {
        let keys = |edit: MetadataEdit| {
            let mut metadata = doc! { "a": 1, "b": 2, "c": 3 };
            apply(&mut metadata, &[edit]).unwrap();
            metadata.keys().cloned().collect::<String>()
        };
        assert_eq!(keys(MetadataEdit::set("x", 1).before("b")), "axbc");
        assert_eq!(keys(MetadataEdit::set("c", 1).before("a")), "cab");
        assert_eq!(keys(MetadataEdit::set("a", 1).before("c")), "bac");
        assert_eq!(keys(MetadataEdit::set("x", 1).before("gone")), "abcx");
        assert_eq!(keys(MetadataEdit::unset("b").before("a")), "ac");
    }
}
