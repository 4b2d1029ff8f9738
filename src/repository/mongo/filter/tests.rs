use jiff::Timestamp;

use super::*;
use crate::repository::{Filter, filter::FilterTerm};

fn one(test: FilterTest) -> Document {
    query(&Filter { source: String::new(), terms: vec![FilterTerm { negated: false, test }] })
}

fn contains(text: &str) -> TextMatch {
    TextMatch::Contains(text.to_owned())
}

#[test]
fn no_term_asks_for_everything() {
    assert_eq!(query(&Filter::default()), doc! {});
}

#[test]
fn terms_must_all_hold_and_a_minus_excludes() {
    let test = FilterTest::HasFeedback;
    let terms = [false, true].map(|negated| FilterTerm { negated, test: test.clone() }).to_vec();
    let asked = query(&Filter { source: String::new(), terms });
    let condition = doc! { "feedbacks": { "$type": "array", "$not": { "$size": 0 } } };
    assert_eq!(asked, doc! { "$and": [ condition.clone(), { "$nor": [condition] } ] });
}

#[test]
fn text_is_never_a_pattern() {
    assert_eq!(escaped("a.b*(c)$^é_ \\"), "a\\.b\\*\\(c\\)\\$\\^é_ \\\\");
    assert_eq!(escaped("\0"), "\\x00");
    let asked = one(FilterTest::Application(contains(".*")));
    let condition = doc! { "$regex": "\\.\\*", "$options": "i", "$not": { "$type": "array" } };
    assert_eq!(asked, doc! { "application_name": condition });
}

#[test]
fn a_start_and_an_exact_text_are_left_to_an_index() {
    let start = one(FilterTest::SessionType(TextMatch::StartsWith("A.".to_owned())));
    assert_eq!(start, doc! { "session_type": { "$regex": "^A\\.", "$not": { "$type": "array" } } });
    let exact = one(FilterTest::SessionType(TextMatch::Exactly("A".to_owned())));
    assert_eq!(exact, doc! { "session_type": { "$eq": "A", "$not": { "$type": "array" } } });
}

#[test]
fn an_id_is_looked_for_in_object_ids_where_it_can_be_their_hex() {
    let branches = |text: TextMatch| match one(FilterTest::Id(text)).get_array("$or") {
        Ok(either) => either.len(),
        Err(_) => 0,
    };
    assert_eq!(branches(contains("support")), 2);
    assert_eq!(branches(contains("65a4")), 6);
    assert_eq!(branches(contains("")), 7);
    assert_eq!(branches(TextMatch::StartsWith("65a4".to_owned())), 6);
    assert_eq!(branches(TextMatch::StartsWith("65A4".to_owned())), 2);
    assert_eq!(branches(TextMatch::Exactly("65a4f1d2c3b4a59687786950".to_owned())), 4);
    assert_eq!(branches(TextMatch::Exactly("65a4".to_owned())), 2);
}

#[test]
fn a_prefix_of_hex_is_a_range_of_object_ids() {
    let range = object_id("_id", &TextMatch::StartsWith("65a".to_owned())).expect("a range");
    let from = ObjectId::parse_str("65a000000000000000000000").expect("hex");
    let to = ObjectId::parse_str("65afffffffffffffffffffff").expect("hex");
    assert_eq!(range, doc! { "_id": { "$gte": from, "$lte": to, "$not": { "$type": "array" } } });
}

#[test]
fn every_reading_of_a_metadata_value_is_tried() {
    let readings = vec![Bson::from("5"), Bson::Int64(5), Bson::Null];
    let asked = one(FilterTest::Metadata { key: "n".to_owned(), comparison: Comparison::Equal, readings, day: None });
    assert_eq!(
        asked,
        doc! { "$or": [
            { "metadata.n": { "$eq": "5" } }, { "metadata.n": { "$eq": 5i64 } }, { "metadata.n": { "$type": "null" } },
        ] }
    );
}

#[test]
fn a_day_of_metadata_is_a_range_of_dates() {
    let at = |text: &str| StoredDate::from(text.parse::<Timestamp>().expect("a time"));
    let day = at("2026-03-29T04:00:00Z")..at("2026-03-30T04:00:00Z");
    let [from, to] = [day.start, day.end].map(DateTime::from);
    let (key, comparison) = ("due".to_owned(), Comparison::Equal);
    let asked = one(FilterTest::Metadata { key, comparison, readings: vec!["2026-03-29".into()], day: Some(day) });
    let one_value = doc! { "$gte": from, "$lt": to, "$not": { "$type": "array" } };
    assert_eq!(
        asked,
        doc! { "$or": [
            { "metadata.due": { "$eq": "2026-03-29" } },
            { "metadata": { "$not": { "$type": "array" } }, "metadata.due": one_value.clone() },
            { "metadata": { "$elemMatch": { "due": one_value } } },
            { "metadata.due": { "$elemMatch": { "$gte": from, "$lt": to } } },
        ] }
    );
}

#[test]
fn a_key_that_no_path_reaches_is_looked_for_by_name() {
    for (key, branches) in [("plain", 1), ("a.b", 2), ("$odd", 1), ("", 1), ("a..b", 1)] {
        let asked = one(FilterTest::HasMetadata(key.to_owned()));
        let either = asked.get_array("$or").expect("branches");
        assert_eq!(either.len(), branches, "{key}");
        let by_path =
            either.iter().filter_map(Bson::as_document).any(|branch| branch.keys().any(|k| k.starts_with("metadata.")));
        assert_eq!(by_path, expr::is_plain_path(key), "{key}");
    }
}

#[test]
fn what_is_no_number_is_not_below_one() {
    let less = |key: &str, reading: Bson| {
        let (key, comparison) = (key.to_owned(), Comparison::Less);
        one(FilterTest::Metadata { key, comparison, readings: vec![reading], day: None }).to_string()
    };
    assert!(less("a.b", Bson::Int64(5)).contains("NaN"), "an order has it below all numbers");
    assert!(!less("a.b", "x".into()).contains("NaN") && !less("a", Bson::Int64(5)).contains("NaN"));
}

#[test]
fn without_a_reading_nothing_matches() {
    let asked = one(FilterTest::Metadata {
        key: "n".to_owned(),
        comparison: Comparison::Equal,
        readings: Vec::new(),
        day: None,
    });
    assert_eq!(asked, doc! { "$expr": false });
}

#[test]
fn a_life_without_one_date_has_the_other() {
    let instant: Timestamp = "2026-11-01T00:00:00Z".parse().expect("a time");
    let at = DateTime::from_millis(instant.as_millisecond());
    let no_array = doc! { "$type": "array" };
    let asked = one(FilterTest::Since(instant.into()));
    assert_eq!(
        asked,
        doc! { "$or": [
            { "updated_at": { "$gte": at, "$not": no_array.clone() } },
            {
                "created_at": { "$gte": at, "$not": no_array.clone() },
                "$nor": [ { "updated_at": { "$type": "date", "$not": no_array } } ],
            },
        ] }
    );
}
