//! What is large and seldom looked at stays its bytes while the rest of a message is read: as a tree of values it would take
//! ten times as much. Such bytes stand in the tree under a name that no stored document can have.

use bson::{Binary, Bson, Document, spec::BinarySubtype, spec::ElementType};

/// No name in BSON holds a NUL.
const NAME: &str = "held\0";
const OBJECT: BinarySubtype = BinarySubtype::UserDefined(0x80);
const ARRAY: BinarySubtype = BinarySubtype::UserDefined(0x81);

/// The bytes of a sound object or array in place of it.
pub(crate) fn hold(kind: ElementType, bytes: &[u8]) -> Bson {
    let subtype = if kind == ElementType::Array { ARRAY } else { OBJECT };
    let held = Bson::Binary(Binary { subtype, bytes: bytes.to_vec() });
    Bson::Document(Document::from_iter([(NAME.to_owned(), held)]))
}

/// Of what stands in place of a value: its type and bytes.
pub(crate) fn held(value: &Bson) -> Option<(ElementType, &[u8])> {
    held_in(value.as_document()?)
}

/// The same of the object that [`hold`] made.
pub(crate) fn held_in(object: &Document) -> Option<(ElementType, &[u8])> {
    let Bson::Binary(held) = object.get(NAME)? else { return None };
    match held.subtype {
        OBJECT => Some((ElementType::EmbeddedDocument, &held.bytes)),
        ARRAY => Some((ElementType::Array, &held.bytes)),
        _ => None,
    }
}
