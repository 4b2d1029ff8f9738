//! What JSON is stored as, and what is refused.

use bson::doc;

use super::*;

fn like(text: &str, stored: Option<&Bson>) -> Result<Bson, JsonError> {
    super::like(text, stored, &DateContext::new(Timestamp::UNIX_EPOCH, TimeZone::UTC))
}

#[test]
fn json_is_read_as_python_writes_it() {
    assert!(matches!(json("NaN"), Ok(Bson::Double(number)) if number.is_nan()));
    assert_eq!(json("[-Infinity]"), Ok(Bson::from(vec![f64::NEG_INFINITY])));
    let decimal = Bson::Decimal128("17293822569102704641".parse().unwrap());
    assert_eq!(json(r#"{"id": 17293822569102704641}"#), Ok(Bson::Document(doc! { "id": decimal })));
    assert_eq!(json("9223372036854775807"), Ok(Bson::Int64(i64::MAX)));
    assert_eq!(json(r#""\ud83e""#), Ok(Bson::from("\u{10FFFF}\u{10D83E}")));
}

#[test]
fn what_would_be_stored_as_something_else_is_refused() {
    assert_eq!(json(&"9".repeat(35)), Ok(Bson::Symbol("9".repeat(35))), "a folder holds it");
    for number in ["1e999", "0.12345678901234567890123", "9007199254740993.5", "3e-324"] {
        let told = json(&format!("[{number}]")).unwrap_err().to_string();
        assert!(told.contains(number) && told.contains("$numberDecimal"), "{told}");
    }
    assert!(matches!(json("1e99999"), Err(JsonError::Number(_))));
    assert!(matches!(json(r#"{"$date": "2026-12-31T23:59:60Z"}"#), Err(JsonError::Extended(_))));
    assert!(matches!(json(r#"{"$date": "yesterday"}"#), Err(JsonError::Extended(_))));
    let twice = json(r#"[{"a": 1, "b": {"a": 2}, "a": 3}]"#).unwrap_err().to_string();
    assert!(twice.contains("\"a\" stands twice"), "{twice}");
    assert!(json(r#"{"a": {"b": 1}, "b": {"a": 1}}"#).is_ok());
}

#[test]
fn a_whole_number_typed_where_another_type_is_stored_becomes_one() {
    let stored = doc! { "long": 5_000_000_000_i64, "double": 1.5, "rates": [0.5, 1.5], "all": [1_i64, 2.0] };
    let stored = Bson::Document(stored);
    let typed = r#"{"long": 5, "double": 2, "rates": [1, 2, 3], "all": [1, 2], "new": 1}"#;
    let meant = doc! { "long": 5_i64, "double": 2.0, "rates": [1.0, 2.0, 3.0], "all": [1_i64, 2.0], "new": 1 };
    assert_eq!(like(typed, Some(&stored)), Ok(Bson::Document(meant)));
    let told = like(r#"{"double": {"$numberInt": "2"}}"#, Some(&stored));
    assert_eq!(told, Ok(Bson::Document(doc! { "double": 2 })), "what names its type has it");
}

#[test]
fn what_json_cannot_tell_apart_keeps_its_type_at_its_place() {
    let decimal = |text: &str| Bson::Decimal128(text.parse().unwrap());
    let date = |text: &str| Bson::DateTime(text.parse::<Timestamp>().unwrap().into());
    let oid = bson::oid::ObjectId::from_bytes([7; 12]);
    let stored = doc! { "eur": decimal("19.90"), "dt": date("2025-01-01T00:00:00Z"), "by": [oid], "text": "x" };
    let stored = Bson::Document(stored);
    let typed = r#"{"eur": 19.910, "dt": "2026-01-01", "by": ["070707070707070707070707"], "text": "2026-01-01"}"#;
    let meant =
        doc! { "eur": decimal("19.910"), "dt": date("2026-01-01T00:00:00Z"), "by": [oid], "text": "2026-01-01" };
    assert_eq!(like(typed, Some(&stored)), Ok(Bson::Document(meant)));
    for (typed, told) in [
        (r#"{"dt": "yesterday"}"#, "at dt: \"yesterday\" is no date, which is stored there"),
        (r#"{"by": ["x"]}"#, "at by.0: \"x\" is no oid, which is stored there"),
    ] {
        assert_eq!(like(typed, Some(&stored)).unwrap_err().to_string(), told);
    }
}

#[test]
fn an_array_of_another_length_keeps_the_types_of_what_stays() {
    let stored = Bson::from(vec![Bson::Int32(1), Bson::Int64(2), Bson::Double(2.0)]);
    let all = |items: Vec<Bson>| Ok(Bson::Array(items));
    let (one, two, double) = (Bson::Int32(1), Bson::Int64(2), Bson::Double(2.0));
    assert_eq!(like("[0, 1, 2, 2.0]", Some(&stored)), all(vec![0.into(), one.clone(), two.clone(), double.clone()]));
    assert_eq!(like("[2, 2]", Some(&stored)), all(vec![two.clone(), double]));
    assert_eq!(like("[1, 2, 7, 9]", Some(&stored)), all(vec![one, two, 7.into(), 9.into()]));
    let stored = Bson::from(vec![5_i64, 6]);
    assert_eq!(like("[5, 7, 8, 6]", Some(&stored)), Ok(vec![5_i64, 7, 8, 6].into()));
}

#[test]
fn objects_that_are_added_to_an_array_take_after_the_others() {
    let day = |text: &str| Bson::DateTime(bson::DateTime::parse_rfc3339_str(text).unwrap());
    let at = |n: i64, date: &str| Bson::Document(doc! { "n": n, "d": day(date) });
    let (first, second) = (at(1, "2026-01-01T00:00:00Z"), at(2, "2026-01-01T00:00:00Z"));
    let stored = Bson::Array(vec![first.clone(), second]);
    let typed = r#"[{"n":1,"d":"2026-01-01T00:00:00Z"},{"n":3,"d":"2026-01-01T00:00:00Z"},{"n":4,"d":"2026-01-02"}]"#;
    let expected = vec![first, at(3, "2026-01-01T00:00:00Z"), at(4, "2026-01-02T00:00:00Z")];
    assert_eq!(like(typed, Some(&stored)), Ok(Bson::Array(expected)));
}
