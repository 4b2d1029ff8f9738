//! A query as one types it into mongosh.

use base64::Engine;
use bson::{Binary, Bson, spec::BinarySubtype};

use crate::app::text;

/// Finds the document with that `_id`, whatever its type and the names.
pub(super) fn find_one(database: &str, collection: &str, id: &Bson) -> String {
    format!(
        "db.getSiblingDB({}).getCollection({}).findOne({{_id: {}}})",
        quoted(database),
        quoted(collection),
        literal(id)
    )
}

/// A text in quotes. Nothing in it moves a cursor or reorders what is read, and the shell reads the same.
fn quoted(words: &str) -> String {
    text::escaped(&serde_json::Value::from(words).to_string())
}

fn literal(id: &Bson) -> String {
    match id {
        Bson::String(words) => quoted(words),
        Bson::ObjectId(id) => format!("ObjectId(\"{id}\")"),
        Bson::Int32(number) => format!("Int32({number})"),
        Bson::Int64(number) => format!("Long(\"{number}\")"),
        Bson::Boolean(truth) => truth.to_string(),
        // `{_id: null}` would also find what has none.
        Bson::Null => "{$type: \"null\"}".to_owned(),
        Bson::Binary(Binary { subtype: BinarySubtype::Uuid, bytes }) if bytes.len() == 16 => {
            let uuid = uuid::Uuid::from_slice(bytes).unwrap_or_default();
            format!("UUID(\"{uuid}\")")
        }
        Bson::Binary(Binary { subtype, bytes }) => {
            let bytes = base64::engine::general_purpose::STANDARD.encode(bytes);
            format!("BinData({}, \"{bytes}\")", u8::from(*subtype))
        }
        // As Extended JSON every value keeps its type; with `$eq` none is taken for a condition.
        other => {
            let json = other.clone().into_canonical_extjson().to_string();
            format!("{{$eq: EJSON.parse({}, {{relaxed: false}})}}", quoted(&json))
        }
    }
}

#[cfg(test)]
mod tests {
    use bson::{DateTime, doc, oid::ObjectId};

    use super::*;

    fn id(value: impl Into<Bson>) -> String {
        literal(&value.into())
    }

    #[test]
    fn every_type_and_every_quote_is_kept() {
        assert_eq!(
            find_one("a\"b", "c.d", &Bson::String("x'\"\\\n\u{202e}".into())),
            r#"db.getSiblingDB("a\"b").getCollection("c.d").findOne({_id: "x'\"\\\n\u202e"})"#
        );
        assert_eq!(id(ObjectId::from_bytes([1; 12])), format!("ObjectId(\"{}\")", "01".repeat(12)));
        assert_eq!((id(5_i32), id(5_i64)), ("Int32(5)".to_owned(), "Long(\"5\")".to_owned()));
        let uuid = Binary { subtype: BinarySubtype::Uuid, bytes: vec![0xab; 16] };
        assert_eq!(id(uuid), "UUID(\"abababab-abab-abab-abab-abababababab\")");
        assert_eq!(id(Binary { subtype: BinarySubtype::Generic, bytes: vec![1, 2] }), "BinData(0, \"AQI=\")");
        assert_eq!(id(Bson::Null), "{$type: \"null\"}");
        assert_eq!(
            id(doc! { "a": 1.5 }),
            r#"{$eq: EJSON.parse("{\"a\":{\"$numberDouble\":\"1.5\"}}", {relaxed: false})}"#
        );
        assert!(id(DateTime::from_millis(0)).contains("$date"));
    }
}
