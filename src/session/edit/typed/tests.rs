//! What is accepted for a type, and that a value survives being edited.

use bson::{Binary, JavaScriptCodeWithScope, doc, oid::ObjectId, spec::BinarySubtype};
use jiff::tz::TimeZone;
use proptest::prelude::*;

use super::*;

fn dates() -> DateContext {
    DateContext::new("2026-03-27T12:00:00Z".parse().unwrap(), TimeZone::UTC)
}

fn read_as(text: &str, stored: &Bson) -> Result<Bson, Misfit> {
    super::read_as(text, stored, &dates())
}

#[test]
fn a_double_just_between_two_texts_is_read_from_either() {
    let number = Bson::Double(221_126_725_148_126.13);
    for text in ["221126725148126.12", "221126725148126.13", "221126725148126.125"] {
        assert_eq!(read_as(text, &number).ok().as_ref(), Some(&number).filter(|_| !text.ends_with("125")), "{text}");
    }
    assert!(survives(&doc! { "": number.clone() }.into()) && survives(&number));
}

/// Whether the text that an editor starts with gives back the same type and bits.
fn survives(value: &Bson) -> bool {
    let text = write(value).unwrap();
    same(read_as(&text, value).ok().as_ref(), Some(value))
}

#[test]
fn a_text_is_read_as_the_type_that_is_stored_or_refused() {
    let cases: [(Bson, &str, Bson); 12] = [
        ("x".into(), "5", "5".into()),
        ("x".into(), " true\t", " true\t".into()),
        (1.into(), " -7 ", Bson::Int32(-7)),
        (1_i64.into(), "5", Bson::Int64(5)),
        (1.5.into(), "5", Bson::Double(5.0)),
        (1.5.into(), "-0.0", Bson::Double(-0.0)),
        (1.5.into(), "1e-3", Bson::Double(0.001)),
        (true.into(), "false", Bson::Boolean(false)),
        (Bson::Null, "null", Bson::Null),
        (bson::DateTime::MAX.into(), "+3d", bson::DateTime::from_millis(1_774_872_000_000).into()),
        (bson::DateTime::MAX.into(), r#"{"$date": {"$numberLong": "-1"}}"#, bson::DateTime::from_millis(-1).into()),
        (vec![1_i64].into(), "[2, 3]", vec![2_i64, 3].into()),
    ];
    for (stored, typed, meant) in cases {
        assert!(same(read_as(typed, &stored).ok().as_ref(), Some(&meant)), "{typed:?} for {stored}");
    }
}

#[test]
fn what_does_not_fit_says_what_does() {
    let decimal = Bson::Decimal128("1".parse().unwrap());
    let cases: [(Bson, &[&str]); 9] = [
        (1.into(), &["", "3000000000", "3.0", "1e3", "x", "1_000", "0x10", "true"]),
        (1_i64.into(), &["9223372036854775808", "5.5", "--1"]),
        (1.5.into(), &["", ".", "inf", "nan", "1e999", "1e-999", "9007199254740993", "1,5", "e5"]),
        (decimal, &["", "-", "1_0", "inf", "12345678901234567890123456789012345"]),
        (true.into(), &["True", "yes", "1", "", "null"]),
        (Bson::Null, &["", "None", "5"]),
        (ObjectId::from_bytes([7; 12]).into(), &["07", "x"]),
        (doc! {}.into(), &["[]", "5", "{", r#"{"a": 1, "a": 2}"#, r#"{"$oid": "070707070707070707070707"}"#]),
        (vec![1].into(), &["{}", "1, 2", ""]),
    ];
    for (stored, texts) in cases {
        for typed in texts {
            let told = read_as(typed, &stored).unwrap_err().to_string();
            assert!(told.contains(forms(stored.element_type())), "{typed:?}: {told}");
        }
    }
    let told = read_as("3000000000", &1.into()).unwrap_err().to_string();
    assert_eq!(told, "that is no i32 (it is beyond 32 bits); it takes a whole number from -2147483648 to 2147483647");
}

#[test]
fn a_new_field_is_json_where_it_parses_else_a_string() {
    let cases: [(&str, Bson); 12] = [
        ("5", Bson::Int32(5)),
        ("3000000000", Bson::Int64(3_000_000_000)),
        ("true", Bson::Boolean(true)),
        ("0.1", Bson::Double(0.1)),
        (r#"{"a": [1]}"#, doc! { "a": [1] }.into()),
        ("two words ", "two words ".into()),
        ("[draft] text", "[draft] text".into()),
        ("[1] a footnote", "[1] a footnote".into()),
        ("{name}, hello", "{name}, hello".into()),
        ("\"to be\" or not", "\"to be\" or not".into()),
        ("+34 600", "+34 600".into()),
        ("007", "007".into()),
    ];
    for (typed, meant) in cases {
        assert_eq!(read_new(typed), Ok(meant), "{typed}");
    }
    assert_eq!(read_new(&"9".repeat(45)), Ok(Bson::Symbol("9".repeat(45))), "a folder holds it");
}

#[test]
fn a_new_field_that_only_looks_like_json_is_refused() {
    let texts = [
        "1e400",
        "0.12345678901234567890123",
        r#"{"$date": "yesterday"}"#,
        r#"{"a": 1, "a": 2}"#,
        r#"{"a": 1"#,
        "[1, 2,]",
        r#" [{"a": 1, "a": 2}]"#,
    ];
    for typed in texts {
        assert!(read_new(typed).is_err(), "{typed}");
    }
    assert_eq!(
        (fitting("1e-400"), fitting("7"), fitting("{\"a\"")),
        (ElementType::Decimal128, ElementType::Int32, ElementType::String)
    );
}

#[test]
fn a_whole_number_beyond_64_bits_takes_any_length() {
    for (stored, typed, meant) in [
        ("9".repeat(40), "5".to_owned(), Bson::Int32(5)),
        ("9".repeat(40), "8".repeat(50), Bson::Symbol("8".repeat(50))),
    ] {
        assert_eq!(read_as(&typed, &Bson::Symbol(stored)), Ok(meant));
    }
    let decimal = Bson::Decimal128("17293822569102704641".parse().unwrap());
    assert_eq!(read_as(&"8".repeat(50), &decimal), Ok(Bson::Symbol("8".repeat(50))));
    assert!(read_as(&"8".repeat(50), &Bson::Decimal128("1".parse().unwrap())).is_err());
}

#[test]
fn every_type_survives_being_edited() {
    let uuid = Binary { subtype: BinarySubtype::Uuid, bytes: vec![9; 16] };
    let scope = doc! { "n": 5_i64, "f": 1.0 };
    let mut values = vec![
        Bson::from(""),
        " \tspaced\r\n \"quoted\" \\ \u{202e}\u{1b}[2J\u{0} ".into(),
        "{\"$oid\": \"x\"}".into(),
        Bson::Int32(i32::MIN),
        Bson::Int64(5),
        Bson::Int64(i64::MAX),
        Bson::Boolean(false),
        Bson::Null,
        ObjectId::from_bytes([7; 12]).into(),
        Bson::Binary(uuid),
        Bson::Binary(Binary { subtype: BinarySubtype::Generic, bytes: vec![0, 255] }),
        Bson::Timestamp(bson::Timestamp { time: 7, increment: 9 }),
        Bson::Symbol("9".repeat(40)),
        Bson::JavaScriptCode("f()".into()),
        Bson::JavaScriptCodeWithScope(JavaScriptCodeWithScope { code: "f()".into(), scope }),
        Bson::Undefined,
        Bson::MinKey,
        Bson::MaxKey,
    ];
    let extended = [
        r#"{"$regularExpression": {"pattern": "^a.*\"$", "options": "im"}}"#,
        r#"{"$dbPointer": {"$ref": "a.b", "$id": {"$oid": "070707070707070707070707"}}}"#,
    ];
    values.extend(extended.map(|text| json(text).unwrap()));
    values.extend([1.0, f64::NAN, -f64::NAN, -0.0, f64::INFINITY, f64::MIN_POSITIVE / 2.0, 1e23].map(Bson::Double));
    let decimals = ["0.10", "-0", "1.05E+3", "NaN", "-Infinity", "9999999999999999999999999999999999"];
    values.extend(decimals.map(|decimal| Bson::Decimal128(decimal.parse().unwrap())));
    let dates = [0, -1, 1_764_000_000_123, 253_402_300_800_000, i64::MAX, i64::MIN];
    values.extend(dates.map(|millis| bson::DateTime::from_millis(millis).into()));
    for value in &values {
        assert!(survives(value), "{value:?} as {:?}", write(value));
    }
    let nested = doc! { "all": values.clone(), "deep": { "a.b": { "$c": values } } };
    assert!(survives(&nested.into()));
}

#[test]
fn what_no_text_gives_back_is_not_edited_as_text() {
    let looks_like_one = doc! { "a": { "$oid": "070707070707070707070707" } };
    assert_eq!(write(&looks_like_one.into()), None);
}

fn values() -> impl Strategy<Value = Bson> {
    let leaf = prop_oneof![
        any::<String>().prop_map(Bson::String),
        "[ \\t\\r\\n\"\\\\{}$:0-9a-f\u{202e}\u{1b}]{0,12}".prop_map(Bson::String),
        any::<i32>().prop_map(Bson::Int32),
        (-100_i64..100).prop_map(Bson::Int64),
        any::<i64>().prop_map(Bson::Int64),
        proptest::num::f64::NORMAL.prop_map(Bson::Double),
        proptest::num::f64::SUBNORMAL.prop_map(Bson::Double),
        (-9_i32..9).prop_map(|number| Bson::Double(number.into())),
        any::<i64>().prop_map(|millis| bson::DateTime::from_millis(millis).into()),
        (-9_000_000_000_000_i64..9_000_000_000_000).prop_map(|millis| bson::DateTime::from_millis(millis).into()),
        any::<[u8; 12]>().prop_map(|bytes| ObjectId::from_bytes(bytes).into()),
        (any::<i64>(), 0..30_u32)
            .prop_map(|(digits, exponent)| { Bson::Decimal128(format!("{digits}E-{exponent}").parse().unwrap()) }),
        any::<Vec<u8>>().prop_map(|bytes| Bson::Binary(Binary { subtype: BinarySubtype::Generic, bytes })),
        any::<bool>().prop_map(Bson::Boolean),
        Just(Bson::Null),
    ];
    leaf.prop_recursive(4, 40, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Bson::Array),
            prop::collection::vec(("[a-z.é\\t\"]{0,4}", inner), 0..6)
                .prop_map(|fields| Bson::Document(fields.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn any_value_survives_being_edited(value in values()) {
        prop_assert!(survives(&value), "{value:?} as {:?}", write(&value));
    }

    #[test]
    fn any_text_is_taken_as_the_stored_type_or_refused(
        text in "[-+0-9.eE{}\\[\\]\":, tnN]{0,12}",
        stored in values(),
    ) {
        if let Ok(value) = read_as(&text, &stored) {
            prop_assert_eq!(value.element_type(), stored.element_type());
        }
    }
}
