//! Values as they are stored.

use std::fmt;

use bson::{Bson, Document, doc};

/// A value as it is stored, held as its bytes: as a tree of values a large one would take ten times as much.
#[derive(Clone, PartialEq)]
pub struct StoredValue(Held);

#[derive(Clone, PartialEq)]
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

/// Null.
impl Default for StoredValue {
    fn default() -> Self {
        Self(Held::Bytes(Box::default()))
    }
}

impl From<Bson> for StoredValue {
    fn from(value: Bson) -> Self {
        if value == Bson::Null {
            return Self::default();
        }
        if is_mostly_text(&value) {
            return Self(Held::Value(Box::new(value)));
        }
        let held = doc! { NAME: value };
        Self(match held.to_vec() {
            Ok(bytes) => Held::Bytes(bytes.into()),
            Err(_) => Held::Value(Box::new(held.get(NAME).cloned().unwrap_or(Bson::Null))),
        })
    }
}

impl fmt::Debug for StoredValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.bson().fmt(f)
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
            doc! { "a\0b": 1 }.into(),
            "x".repeat(2000).into(),
        ] {
            assert_eq!(StoredValue::from(value.clone()).bson(), value);
        }
    }
}
