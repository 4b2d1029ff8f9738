use bson::{Binary, bson, spec::BinarySubtype};

use super::*;
use crate::app::tui::view::sample;

#[test]
fn a_value_is_shown_as_its_row_shows_it() {
    let uuid = Binary { subtype: BinarySubtype::Uuid, bytes: (0..16).collect() };
    let old = Binary { subtype: BinarySubtype::UuidOld, bytes: (0..16).collect() };
    for (value, shown) in [
        (uuid.into(), "00010203-0405-0607-0809-0a0b0c0d0e0f"),
        (old.into(), "00010203-0405-0607-0809-0a0b0c0d0e0f"),
        (bson::DateTime::from_millis(1000).into(), "1970-01-01T00:00:01Z"),
        (bson!(f64::NEG_INFINITY), "-Infinity"),
        (bson!(null), "null"),
        (bson!("text"), "text"),
        (bson!({ "session_viewer_password": "hush", "x": 1 }), r#"{"session_viewer_password":"●●●●","x":1}"#),
        (Bson::Array(vec![bson!(1); 1000]), "1 000 items"),
    ] {
        let line = on_line(&value, false, 60, &sample::look());
        // Digits are grouped by a thin space.
        assert_eq!(line.replace(['\u{202f}', '\u{2009}'], " "), shown);
    }
    assert!(!on_line(&bson!("hush"), true, 60, &sample::look()).contains("hush"));
}

#[test]
fn what_has_no_room_ends_with_a_mark() {
    let line = on_line(&bson!("a long text that goes on"), false, 10, &sample::look());
    assert_eq!(format::width(&line), 10);
    assert!(line.ends_with(sample::look().marks.ellipsis), "{line}");
}
