//! A single value in words: its type, as JSON, its start.

use bson::{Bson, spec::ElementType};
use serde_json::Value;

use super::{VIEWER_PASSWORD, held::held_in, python};

/// A short word for a BSON type. What a folder holds and no BSON type does is a symbol here, and named for what it is.
#[must_use]
pub fn type_word(value: &Bson) -> &'static str {
    match value {
        Bson::Symbol(number) if python::is_long(number) => "int",
        Bson::Symbol(deep) if python::is_carried(deep) => {
            if deep.starts_with('[') {
                "arr"
            } else {
                "obj"
            }
        }
        other => element_word(other.element_type()),
    }
}

/// A short word for a BSON type, by its tag.
#[must_use]
pub fn element_word(kind: ElementType) -> &'static str {
    match kind {
        ElementType::Double => "f64",
        ElementType::String => "str",
        ElementType::Array => "arr",
        ElementType::EmbeddedDocument => "obj",
        ElementType::Boolean => "bool",
        ElementType::Null => "null",
        ElementType::RegularExpression => "regex",
        ElementType::JavaScriptCode | ElementType::JavaScriptCodeWithScope => "js",
        ElementType::Int32 => "i32",
        ElementType::Int64 => "i64",
        ElementType::Timestamp => "ts",
        ElementType::Binary => "bin",
        ElementType::ObjectId => "oid",
        ElementType::DateTime => "date",
        ElementType::Symbol => "sym",
        ElementType::Decimal128 => "dec",
        ElementType::Undefined => "undef",
        ElementType::MaxKey => "max",
        ElementType::MinKey => "min",
        ElementType::DbPointer => "dbptr",
    }
}

/// A value as indented JSON for people: relaxed Extended JSON, but what Python writes bare is bare: `NaN`, `Infinity` and whole
/// numbers of any length. Stored text: make it safe before it reaches a terminal.
#[must_use]
pub fn pretty(value: &Bson) -> String {
    python::indented(&shown(value))
}

/// The same on one line.
#[must_use]
pub fn compact(value: &Bson) -> String {
    python::line(&shown(value))
}

fn shown(value: &Bson) -> Value {
    match value {
        Bson::String(text) => Value::String(python::text(text)),
        Bson::Double(number) => python::double(*number),
        Bson::Decimal128(number) if python::is_long(&number.to_string()) => python::carry(&number.to_string()),
        Bson::Symbol(carried) if python::is_carried(carried) => python::carry(carried),
        Bson::Array(items) => Value::Array(items.iter().map(shown).collect()),
        Bson::Document(fields) => {
            Value::Object(fields.iter().map(|(key, field)| (key.clone(), shown(field))).collect())
        }
        other => other.clone().into_relaxed_extjson(),
    }
}

/// The start of [`compact`] in at most so many characters, with `...` where it goes on; no more of the value than that is
/// looked at. A viewer password in it is not told.
#[must_use]
pub(crate) fn short(value: &Bson, most: usize) -> String {
    let mut out = String::new();
    push_start(&mut out, value, most);
    match out.char_indices().nth(most) {
        Some(_) => out.chars().take(most.saturating_sub(3)).chain("...".chars()).collect(),
        None => out,
    }
}

fn push_start(out: &mut String, value: &Bson, most: usize) {
    let is_full = |out: &String| out.char_indices().nth(most).is_some();
    let quoted = |text: &str| Value::from(text.chars().take(most + 1).collect::<String>()).to_string();
    match value {
        Bson::String(text) => out.push_str(&quoted(text)),
        Bson::Array(items) => {
            out.push('[');
            for (i, item) in items.iter().enumerate() {
                if is_full(out) {
                    return;
                }
                out.push_str(if i > 0 { "," } else { "" });
                push_start(out, item, most);
            }
            out.push(']');
        }
        Bson::Document(fields) if held_in(fields).is_some() => out.push_str("{...}"),
        Bson::Document(fields) => {
            out.push('{');
            for (i, (key, value)) in fields.iter().enumerate() {
                if is_full(out) {
                    return;
                }
                out.push_str(if i > 0 { "," } else { "" });
                out.push_str(&quoted(key));
                out.push(':');
                if key == VIEWER_PASSWORD { out.push_str("\"kept secret\"") } else { push_start(out, value, most) }
            }
            out.push('}');
        }
        Bson::Binary(binary) if binary.bytes.len() > most => {
            out.push_str(&binary.bytes.len().to_string());
            out.push_str(" bytes");
        }
        other => out.push_str(&compact(other)),
    }
}

/// Where something is, in words: an address with what else is told of it. Stored text.
#[must_use]
pub(crate) fn location(place: &Bson) -> String {
    let Bson::Document(fields) = place else {
        return place.as_str().map_or_else(|| compact(place), str::to_owned);
    };
    let Some((key, address)) = ["uri", "url"].iter().find_map(|key| Some((*key, fields.get_str(key).ok()?))) else {
        return compact(place);
    };
    let is_other = |(name, value): &(&String, &Bson)| {
        let implied = **name == key || (*name == "type" && value.as_str() == Some("s3") && address.starts_with("s3:"));
        !implied && !matches!(value, Bson::Null)
    };
    let told = |value: &Bson| value.as_str().map_or_else(|| compact(value), str::to_owned);
    let others: Vec<String> =
        fields.iter().filter(is_other).map(|(name, value)| format!("{name} {}", told(value))).collect();
    if others.is_empty() { address.to_owned() } else { format!("{address} ({})", others.join(", ")) }
}

#[cfg(test)]
mod tests {
    use bson::doc;

    use super::*;

    #[test]
    fn a_value_is_named_by_its_start() {
        assert_eq!(short(&doc! { "a": [1, "b"] }.into(), 60), "{\"a\":[1,\"b\"]}");
        let long = short(&"x".repeat(100).into(), 10);
        assert_eq!(long, "\"xxxxxx...");
        let many = short(&vec![Bson::Int32(7); 100_000].into(), 10);
        assert_eq!(many, "[7,7,7,...");
        assert!(!short(&doc! { VIEWER_PASSWORD: "hunter2" }.into(), 60).contains("hunter2"));
    }

    #[test]
    fn numbers_of_python_are_shown_as_it_writes_them() {
        let decimal = |text: &str| Bson::Decimal128(text.parse().unwrap());
        let long = Bson::Symbol("9".repeat(40));
        let value =
            doc! { "nan": f64::NAN, "low": f64::NEG_INFINITY, "id": decimal("17293822569102704641"), "long": &long };
        let meant = format!(r#"{{"nan":NaN,"low":-Infinity,"id":17293822569102704641,"long":{}}}"#, "9".repeat(40));
        assert_eq!(compact(&value.into()), meant);
        assert_eq!(compact(&decimal("19.90")), r#"{"$numberDecimal":"19.90"}"#);
        assert_eq!((type_word(&long), type_word(&Bson::Symbol("x".into()))), ("int", "sym"));
        assert_eq!(compact(&"a\u{10FFFF}\u{10D83E}".into()), r#""a\ud83e""#);
    }

    #[test]
    fn a_location_is_its_address() {
        let s3 = doc! { "type": "s3", "uri": "s3://bucket/report.pdf", "bucketOwner": "111122223333" };
        assert_eq!(location(&s3.into()), "s3://bucket/report.pdf (bucketOwner 111122223333)");
        assert_eq!(location(&"https://e.example/a.png".into()), "https://e.example/a.png");
        assert_eq!(location(&doc! { "s3": "bucket" }.into()), "{\"s3\":\"bucket\"}");
    }
}
