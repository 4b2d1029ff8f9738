//! How an `_id` of any type is shown as text, and what a typed text may mean.

use bson::{Binary, Bson, Decimal128, Uuid, UuidRepresentation, oid::ObjectId, spec::BinarySubtype};

use super::SessionKey;
use crate::session::edit;

/// An `_id` as a person would type it.
pub(super) fn text(id: &Bson) -> String {
    match id {
        Bson::String(text) => text.clone(),
        Bson::ObjectId(oid) => oid.to_hex(),
        Bson::Int32(n) => n.to_string(),
        Bson::Int64(n) => n.to_string(),
        Bson::Double(n) if n.is_infinite() => String::from(if *n > 0.0 { "Infinity" } else { "-Infinity" }),
        Bson::Double(n) => n.to_string(),
        Bson::Decimal128(n) => n.to_string(),
        Bson::Binary(binary) => uuid_text(binary).unwrap_or_else(|| relaxed(id)),
        other => relaxed(other),
    }
}

fn relaxed(id: &Bson) -> String {
    id.clone().into_relaxed_extjson().to_string()
}

/// A UUID in its usual form. Those of the legacy subtype 3 in the order of their bytes, as Python writes them; C# and Java
/// would write the same bytes in orders of their own.
pub(crate) fn uuid_text(binary: &Binary) -> Option<String> {
    if !matches!(binary.subtype, BinarySubtype::Uuid | BinarySubtype::UuidOld) {
        return None;
    }
    let bytes: [u8; 16] = binary.bytes.as_slice().try_into().ok()?;
    Some(Uuid::from_bytes(bytes).to_string())
}

/// The `_id`s other than strings that a typed text may mean, the likeliest first; those of one group are as likely.
pub(super) fn meanings(text: &str) -> Vec<Vec<Bson>> {
    let groups: [Vec<Bson>; 5] = [
        ObjectId::parse_str(text).map(Bson::ObjectId).into_iter().collect(),
        uuids(text, &[UuidRepresentation::Standard, UuidRepresentation::PythonLegacy]),
        uuids(text, &[UuidRepresentation::CSharpLegacy, UuidRepresentation::JavaLegacy]),
        numbers(text),
        extended(text).into_iter().collect(),
    ];
    groups.into_iter().filter(|group| !group.is_empty()).collect()
}

/// A value that stands there as JSON. No query compares with undefined, and a pattern is no `_id` but would find many.
fn extended(text: &str) -> Option<Bson> {
    // To look how it begins is cheaper than to read it: a filter asks this for each session that it looks at.
    let begins = |c: char| c.is_ascii_digit() || matches!(c, '{' | '[' | '"' | '-' | 't' | 'f' | 'n' | 'N' | 'I');
    if !text.trim_start().starts_with(begins) {
        return None;
    }
    let value = literal(edit::json(text).ok()?);
    (!matches!(value, Bson::Undefined | Bson::RegularExpression(_))).then_some(value)
}

fn uuids(text: &str, representations: &[UuidRepresentation]) -> Vec<Bson> {
    let Ok(uuid) = Uuid::parse_str(text) else { return Vec::new() };
    let binary = |form: &UuidRepresentation| Bson::Binary(Binary::from_uuid_with_representation(uuid, *form));
    representations.iter().map(binary).collect()
}

/// Whole numbers compare equal whatever their type; others as the double or the decimal of just these digits. A large double
/// is shown with zeros where it has other digits.
fn numbers(text: &str) -> Vec<Bson> {
    let shown = text.parse().ok().filter(|number: &f64| number.to_string() == text);
    if let Ok(whole) = text.parse() {
        return std::iter::once(Bson::Int64(whole)).chain(shown.map(Bson::Double)).collect();
    }
    let double = shown.or_else(|| edit::exact_double(text)).map(Bson::Double);
    let decimal = text.parse::<Decimal128>().ok().map(Bson::Decimal128);
    double.into_iter().chain(decimal).collect()
}

/// What stands behind `$literal`: null and truth values have no Extended JSON, and a text may look like them.
fn literal(value: Bson) -> Bson {
    match value {
        Bson::Document(mut fields) if fields.len() == 1 && fields.contains_key(LITERAL) => {
            fields.remove(LITERAL).unwrap_or(Bson::Null)
        }
        other => other,
    }
}

const LITERAL: &str = "$literal";

impl SessionKey {
    /// A text that means this `_id` and no other: the string itself, else canonical Extended JSON, and for what has none, null
    /// and truth values, `{"$literal":null}`.
    ///
    /// Stored text: make it safe before it reaches a terminal.
    #[must_use]
    pub fn exact(&self) -> &str {
        match self.bson() {
            Bson::String(text) => text,
            Bson::Null => r#"{"$literal":null}"#,
            Bson::Boolean(true) => r#"{"$literal":true}"#,
            Bson::Boolean(false) => r#"{"$literal":false}"#,
            _ => &self.canonical,
        }
    }
}

#[cfg(test)]
mod tests {
    use bson::doc;

    use super::*;

    fn uuid(subtype: BinarySubtype) -> Bson {
        Bson::Binary(Binary { subtype, bytes: (0..16).collect() })
    }

    #[test]
    fn an_id_is_shown_in_its_usual_form() {
        let hyphenated = "00010203-0405-0607-0809-0a0b0c0d0e0f";
        let decimal: Decimal128 = "1.50".parse().unwrap();
        let cases = [
            (uuid(BinarySubtype::Uuid), hyphenated),
            (uuid(BinarySubtype::UuidOld), hyphenated),
            (Bson::Int32(-5), "-5"),
            (Bson::Int64(9_007_199_254_740_993), "9007199254740993"),
            (Bson::Double(2.0), "2"),
            (Bson::Double(0.1), "0.1"),
            (Bson::Double(f64::NEG_INFINITY), "-Infinity"),
            (Bson::Decimal128(decimal), "1.50"),
            (doc! { "tenant": "t1", "n": 5 }.into(), r#"{"tenant":"t1","n":5}"#),
        ];
        for (id, shown) in cases {
            assert_eq!(SessionKey::new(id).text(), shown);
        }
        let short = Binary { subtype: BinarySubtype::Uuid, bytes: vec![1] };
        assert!(SessionKey::new(Bson::Binary(short)).text().starts_with('{'), "no UUID has one byte");
    }

    #[test]
    fn what_is_shown_and_what_is_exact_are_read_back() {
        let oid = ObjectId::from_bytes([7; 12]);
        let ids = [
            uuid(BinarySubtype::Uuid),
            uuid(BinarySubtype::UuidOld),
            Bson::ObjectId(oid),
            Bson::Int64(5),
            Bson::Double(0.5),
            Bson::Boolean(true),
            Bson::Null,
            Bson::Double(1_152_921_504_606_846_976.0),
            Bson::Decimal128("1.5000000000000000000001".parse().unwrap()),
            Bson::DateTime(bson::DateTime::from_millis(1_700_000_000_123)),
            doc! { "tenant": "t1", "session": "s1" }.into(),
        ];
        for id in ids {
            let key = SessionKey::new(id.clone());
            for shown in [key.text(), key.exact()] {
                assert!(meanings(shown).iter().flatten().any(|read| *read == id), "{shown} as {id:?}");
            }
        }
        assert_eq!(SessionKey::from("5").exact(), "5");
        assert_ne!(SessionKey::new(Bson::Int32(5)).exact(), "5");
        assert_ne!(SessionKey::new(Bson::Null).exact(), "null", "a text may be that");
        let near = meanings("1.5000000000000000000001");
        assert!(!near.iter().flatten().any(|read| matches!(read, Bson::Double(_))), "no double is that number");
        assert!(meanings("support-1042").is_empty());
        assert!(meanings(r#"{"$regularExpression":{"pattern":"","options":""}}"#).is_empty(), "it would find all");
    }

    #[test]
    fn a_legacy_uuid_is_found_in_the_orders_of_other_drivers_too() {
        let stored = uuid(BinarySubtype::UuidOld);
        for text in ["03020100-0504-0706-0809-0a0b0c0d0e0f", "07060504-0302-0100-0f0e-0d0c0b0a0908"] {
            assert!(meanings(text)[1].contains(&stored), "{text}");
        }
    }
}
