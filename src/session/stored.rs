//! Values as they are stored.

use std::fmt;

#[cfg(any(feature = "app", test))]
use bson::RawDocument;
use bson::{Bson, Document, RawArrayBuf, RawBson, doc, spec::ElementType};

#[cfg(any(feature = "app", test))]
use super::value_view::ValueView;
use super::{held::held, secret};

/// A value as it is stored, held as its bytes: as a tree of values a large one would take ten times as much.
#[derive(Clone)]
pub struct StoredValue(Held);

#[derive(Clone)]
enum Held {
    /// A document with the value under [`NAME`].
    Bytes(Box<[u8]>),
    /// What is mostly text, or has no bytes in BSON, such as a name with a NUL in a folder's JSON.
    Value(Box<Bson>),
}

const NAME: &str = "v";

impl StoredValue {
    /// The value.
    #[must_use]
    pub fn bson(&self) -> Bson {
        match &self.0 {
            // They were made from a value.
            Held::Bytes(bytes) => Document::from_reader(&bytes[..]).ok().and_then(|mut held| held.remove(NAME)),
            Held::Value(value) => return (**value).clone(),
        }
        .unwrap_or(Bson::Null)
    }

    /// From the bytes of a sound value.
    pub(crate) fn from_bytes(kind: ElementType, value: &[u8]) -> Self {
        let length = value.len() + 4 + 1 + NAME.len() + 1 + 1;
        let length = i32::try_from(length).unwrap_or(i32::MAX).to_le_bytes();
        Self(Held::Bytes([&length[..], &[kind as u8], NAME.as_bytes(), &[0], value, &[0]].concat().into()))
    }

    /// The same to be looked at piece by piece.
    #[cfg(any(feature = "app", test))]
    pub(crate) fn view(&self) -> ValueView<'_> {
        match &self.0 {
            Held::Bytes(bytes) => RawDocument::from_bytes(bytes)
                .and_then(|held| held.get(NAME))
                .ok()
                .flatten()
                .map_or(ValueView::Tree(&Bson::Null), ValueView::Raw),
            Held::Value(value) => ValueView::Tree(value),
        }
    }
}

/// Bytes of text for each value, from which on a tree takes hardly more than its bytes: then they are not made.
const MOSTLY_TEXT: usize = 1000;

fn is_mostly_text(value: &Bson) -> bool {
    let (mut values, mut bytes) = (0, 0);
    weigh(value, &mut values, &mut bytes);
    bytes > values * MOSTLY_TEXT
}

fn weigh(value: &Bson, values: &mut usize, bytes: &mut usize) {
    *values += 1;
    match value {
        Bson::Document(fields) => fields.iter().for_each(|(_, value)| weigh(value, values, bytes)),
        Bson::Array(items) => items.iter().for_each(|value| weigh(value, values, bytes)),
        Bson::String(text) => *bytes += text.len(),
        Bson::Binary(binary) => *bytes += binary.bytes.len(),
        _ => {}
    }
}

/// With the values themselves where only their bytes stand.
fn whole(value: Bson) -> Bson {
    if let Some((kind, bytes)) = held(&value) {
        return StoredValue::from_bytes(kind, bytes).bson();
    }
    match value {
        Bson::Document(fields) => {
            Bson::Document(fields.into_iter().map(|(name, value)| (name, whole(value))).collect())
        }
        Bson::Array(items) => Bson::Array(items.into_iter().map(whole).collect()),
        other => other,
    }
}

/// The value in its bytes; of a large one no second tree is made for it. `None` where a tree is as good, or needed.
fn in_bytes(value: &Bson) -> Option<StoredValue> {
    if let Some((kind, bytes)) = held(value) {
        return Some(StoredValue::from_bytes(kind, bytes));
    }
    if is_mostly_text(value) {
        return None;
    }
    match value {
        Bson::Null => Some(StoredValue::default()),
        Bson::Document(fields) => {
            fields.to_vec().ok().map(|bytes| StoredValue::from_bytes(ElementType::EmbeddedDocument, &bytes))
        }
        Bson::Array(items) => {
            let mut raw = RawArrayBuf::new();
            for item in items {
                raw.push(RawBson::try_from(item.clone()).ok()?);
            }
            Some(StoredValue::from_bytes(ElementType::Array, raw.as_bytes()))
        }
        other => doc! { NAME: other.clone() }.to_vec().ok().map(|bytes| StoredValue(Held::Bytes(bytes.into()))),
    }
}

impl PartialEq for StoredValue {
    fn eq(&self, other: &Self) -> bool {
        match (&self.0, &other.0) {
            (Held::Bytes(one), Held::Bytes(other)) if one == other => true,
            _ => self.bson() == other.bson(),
        }
    }
}

/// Null.
impl Default for StoredValue {
    fn default() -> Self {
        Self(Held::Value(Box::new(Bson::Null)))
    }
}

impl From<Bson> for StoredValue {
    fn from(value: Bson) -> Self {
        let held = in_bytes(&value);
        held.unwrap_or_else(|| Self(Held::Value(Box::new(whole(value)))))
    }
}

impl From<Document> for StoredValue {
    fn from(fields: Document) -> Self {
        Bson::Document(fields).into()
    }
}

impl From<&Bson> for StoredValue {
    fn from(value: &Bson) -> Self {
        let held = in_bytes(value);
        held.unwrap_or_else(|| Self(Held::Value(Box::new(whole(value.clone())))))
    }
}

/// Without the viewer password.
impl fmt::Debug for StoredValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        secret::hidden(self.bson()).fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_comes_back_as_it_was() {
        for value in [
            Bson::Null,
            5.into(),
            doc! { "a": [1_i64, { "b": "c" }] }.into(),
            bson::bson!([1, { "a": [] }, "x"]),
            doc! { "a\0b": 1 }.into(),
            bson::bson!([{ "a\0b": 1 }]),
            "x".repeat(2000).into(),
        ] {
            assert_eq!(StoredValue::from(&value), StoredValue::from(value.clone()));
            assert_eq!(StoredValue::from(&value).bson(), value);
            assert_eq!(*StoredValue::from(&value).view().bson(), value);
        }
    }
}
