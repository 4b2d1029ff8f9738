//! JSON on standard output: keys as stored, unknown is null, one object a line.

use crate::{
    app::text,
    session::{StoredDate, Usage},
};
use bson::Bson;
use serde_json::{Value, json};

/// One line of JSON. What could move a terminal's cursor or reorder its text is escaped: a parser reads the same.
pub fn line(value: &Value) -> String {
    text::escaped(&value.to_string())
}

/// A stored value in relaxed Extended JSON.
pub fn stored(value: &Bson) -> Value {
    value.clone().into_relaxed_extjson()
}

/// RFC 3339 in UTC; a date that has no such form as Extended JSON.
pub fn time(at: Option<StoredDate>) -> Value {
    let written =
        |at: StoredDate| at.rfc3339().map_or_else(|| Bson::DateTime(at.into()).into_canonical_extjson(), Value::from);
    at.map_or(Value::Null, written)
}

/// Token figures by their stored names. `lower_bound` stands beside them where a part of the sum is unknown.
pub fn usage(usage: &Usage) -> Value {
    let mut figures = json!({
        "inputTokens": usage.input,
        "outputTokens": usage.output,
        "totalTokens": usage.total,
        "cacheReadInputTokens": usage.cache_read,
        "cacheWriteInputTokens": usage.cache_write,
    });
    if usage.partial && usage.is_known() {
        figures["lower_bound"] = true.into();
    }
    figures
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_moves_a_terminal_is_escaped_and_reads_the_same() {
        let value = json!({"a\u{202e}": "\u{1b}[2J \u{9b} \u{7f} \u{e0041} \"é\" 漢\n"});
        let line = line(&value);
        assert_eq!(line, r#"{"a\u202e":"\u001b[2J \u009b \u007f \udb40\udc41 \"é\" 漢\n"}"#);
        assert_eq!(serde_json::from_str::<Value>(&line).unwrap(), value);
    }

    #[test]
    fn unknown_is_null() {
        assert_eq!(usage(&Usage::default())["totalTokens"], Value::Null);
        assert_eq!(time(None), Value::Null);
    }

    #[test]
    fn a_date_beyond_the_year_9999_is_written_as_stored() {
        assert_eq!(time(Some(StoredDate::from_millis(1_795_443_080_500))), json!("2026-11-23T14:11:20.5Z"));
        let far = json!({"$date": {"$numberLong": "253402300800000"}});
        assert_eq!(time(Some(StoredDate::from_millis(253_402_300_800_000))), far);
        assert_eq!(stored(&bson::DateTime::from_millis(253_402_300_800_000).into()), far);
    }
}
