//! What a filter looks for in the rows of a form: nothing is copied that need not be, since it looks at every field at every key.

use bson::Bson;
use jiff::Timestamp;

use crate::{
    app::tui::state::{
        feedback::head,
        tree::{Key, SECRET},
    },
    session::edit,
};

/// Bytes of a value that a filter looks at.
const FILTERED: usize = 1000;

/// What is looked for, in small letters.
pub(super) struct Needle<'a> {
    text: &'a str,
    /// Whether its characters are all some of a number, of an ObjectId, of a date.
    is_number: bool,
    is_hex: bool,
    is_date: bool,
}

impl<'a> Needle<'a> {
    /// Of a text in small letters that is not empty.
    pub fn new(text: &'a str) -> Self {
        let is_of = |characters: &str| text.chars().all(|c| characters.contains(c));
        Self {
            text,
            is_number: is_of("-+.0123456789einfatyn"),
            is_hex: is_of("0123456789abcdef"),
            is_date: is_of("-+:.0123456789tz"),
        }
    }

    /// Whether a key or the start of a value holds it.
    pub fn is_in_field(&self, key: Key<'_>, value: &Bson) -> bool {
        match key {
            Key::Name(SECRET) => return self.is_in(SECRET),
            Key::Name(name) if self.is_in(name) => return true,
            Key::Name(_) | Key::Item(_) | Key::Root => {}
        }
        match value {
            Bson::String(text) => self.is_in(text),
            Bson::Document(_) | Bson::Array(_) | Bson::Binary(_) => false,
            other => self.may_be_in(other) && edit::write(other).is_some_and(|text| self.is_in(&text)),
        }
    }

    /// Whether a value that is no text may hold it, by the characters that are ever written of its type.
    fn may_be_in(&self, value: &Bson) -> bool {
        match value {
            Bson::Int32(_) | Bson::Int64(_) | Bson::Double(_) | Bson::Decimal128(_) => self.is_number,
            Bson::ObjectId(_) => self.is_hex,
            // One that is beyond the calendar is written as JSON.
            Bson::DateTime(at) => self.is_date || Timestamp::from_millisecond(at.timestamp_millis()).is_err(),
            _ => true,
        }
    }

    /// Whether the start of a text holds it, in large or small letters.
    fn is_in(&self, text: &str) -> bool {
        let text = head(text, FILTERED);
        if !text.is_ascii() {
            return text.to_lowercase().contains(self.text);
        }
        let (text, needle) = (text.as_bytes(), self.text.as_bytes());
        let Some((first, rest)) = needle.split_first() else { return true };
        let begins = text.iter().enumerate().filter(|(_, byte)| byte.to_ascii_lowercase() == *first);
        begins
            .map(|(at, _)| &text[at + 1..])
            .any(|after| after.get(..rest.len()).is_some_and(|after| after.eq_ignore_ascii_case(rest)))
    }
}

#[cfg(test)]
mod tests {
    use bson::{DateTime, Decimal128, bson, oid::ObjectId};
    use proptest::prelude::*;

    use super::*;

    /// As it is meant: the whole of it in small letters.
    fn holds(key: &str, value: &Bson, filter: &str) -> bool {
        let text = match value {
            Bson::Document(_) | Bson::Array(_) | Bson::Binary(_) => None,
            other => edit::write(other),
        };
        [Some(key.to_owned()), text]
            .into_iter()
            .flatten()
            .any(|text| head(&text, FILTERED).to_lowercase().contains(filter))
    }

    fn value() -> impl Strategy<Value = Bson> {
        let numbers = ["1.5", "NaN", "-Infinity", "1E+40", "-0"];
        prop_oneof![
            any::<i32>().prop_map(Bson::Int32),
            any::<i64>().prop_map(Bson::Int64),
            any::<f64>().prop_map(Bson::Double),
            prop::sample::select(numbers.to_vec())
                .prop_map(|text| Bson::Decimal128(text.parse::<Decimal128>().unwrap())),
            any::<bool>().prop_map(Bson::Boolean),
            any::<[u8; 12]>().prop_map(|bytes| Bson::ObjectId(ObjectId::from_bytes(bytes))),
            any::<i64>().prop_map(|at| Bson::DateTime(DateTime::from_millis(at))),
            (0..2_000_000_000_000_i64).prop_map(|at| Bson::DateTime(DateTime::from_millis(at))),
            "[aB0\u{212a}\u{130}]{0,6}".prop_map(Bson::String),
            Just(Bson::Null),
            Just(bson!([1])),
        ]
    }

    proptest! {
        #[test]
        fn a_filter_finds_what_is_written(key in "[aBé]{0,4}", value in value(), filter in "[a-z0-9.:+\\-\"$é]{1,2}") {
            let filter = filter.to_lowercase();
            let found = Needle::new(&filter).is_in_field(Key::Name(&key), &value);
            prop_assert_eq!(found, holds(&key, &value, &filter), "{} in {} = {}", filter, key, value);
        }

        #[test]
        fn whatever_a_value_is_written_with_is_found(value in value(), from in 0_usize..30, length in 1_usize..6) {
            let text = edit::write(&value).unwrap_or_default().to_lowercase();
            let part: String = text.chars().skip(from).take(length).collect();
            if !part.is_empty() && !matches!(value, Bson::Array(_)) {
                prop_assert!(Needle::new(&part).is_in_field(Key::Name("key"), &value), "{} in {}", part, text);
            }
        }
    }
}
