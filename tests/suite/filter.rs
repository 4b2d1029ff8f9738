//! What filters let through.

use bson::{Bson, DateTime, Document, doc, oid::ObjectId};
use jiff::Timestamp;
use proptest::prelude::*;
use strandscope::{Filter, Sort, SortBy, decode};

fn filter(text: &str) -> Filter {
    let now: Timestamp = "2026-11-23T12:00:00Z".parse().expect("an instant");
    Filter::parse(text, now).unwrap_or_else(|mistake| panic!("{text}: {mistake}"))
}

#[track_caller]
fn check(document: &Document, matching: &[&str], other: &[&str]) {
    for text in matching {
        assert!(filter(text).matches(document), "{text} should match");
        assert!(!filter(&format!("-{text}")).matches(document), "-{text} should not match");
    }
    for text in other {
        assert!(!filter(text).matches(document), "{text} should not match");
        assert!(filter(&format!("-{text}")).matches(document), "-{text} should match");
    }
}

fn date(text: &str) -> DateTime {
    DateTime::from_millis(text.parse::<Timestamp>().expect("an instant").as_millisecond())
}

#[test]
fn texts_of_the_session_and_its_agents() {
    let document = doc! {
        "_id": "Support-1042", "session_id": "other", "application_name": "Customer Support", "session_type": "AGENT",
        "agents": { "billing.eu": { "agent_data": { "model": "claude-sonnet-4" } }, "odd": 5 },
    };
    check(
        &document,
        &[
            "support",
            "1042",
            "^Support",
            "=Support-1042",
            "other",
            "^oth",
            "=other",
            "app:SUPPORT",
            "app:\"r S\"",
            "app:^Customer",
            "app:=\"Customer Support\"",
            "type:agent",
            "agent:billing.EU",
            "agent:=odd",
            "model:sonnet",
        ],
        &[
            "^support",
            "=support-1042",
            "app:^customer",
            "app:=Customer",
            "agent:x",
            "model:^sonnet",
            "type:=agent",
            "zz",
        ],
    );
    let id = ObjectId::parse_str("65a1b2c3d4e5f60718293a4b").expect("hex");
    check(&doc! { "_id": id }, &["65a1", "^65a1b2", "=65a1b2c3d4e5f60718293a4b"], &["^a1", "=65a1"]);
}

#[test]
fn metadata_compares_as_mongodb_does() {
    let document = doc! { "metadata": {
        "n": 5, "long": 5_i64, "double": 5.5, "text": "5", "word": "high", "yes": true, "none": null,
        "at": date("2026-11-01T00:00:00Z"), "iso": "2026-11-15T08:00:00Z",
        "tags": ["new", 7], "rows": [{"sku": "A-1"}, {"sku": "B-7"}], "deep": {"er": {"x": 1}}, "a.b": 2, "$odd": 3,
        "decimal": "2.5".parse::<bson::Decimal128>().expect("a decimal"), "big": 9_007_199_254_740_993_i64,
    } };
    check(
        &document,
        &[
            "meta.n:5",
            "meta.n:5.0",
            "meta.long:5",
            "meta.text:5",
            "meta.text:\"5\"",
            "meta.double:5.5",
            "meta.yes:true",
            "meta.none:null",
            "meta.at:2026-11-01",
            "meta.at:2026-11-01T01:00:00+01:00",
            "meta.at:>=2026-11-01",
            "meta.at:<=2026-11-01",
            "meta.iso:>2026-11-10",
            "meta.n:>4",
            "meta.n:<=5",
            "meta.double:>5",
            "meta.double:<6",
            "meta.word:>a",
            "meta.tags:new",
            "meta.tags:7",
            "meta.tags:>6",
            "meta.rows.sku:B-7",
            "meta.rows.0.sku:A-1",
            "meta.deep.er.x:1",
            "meta.a.b:2",
            "meta.$odd:3",
            "meta.decimal:2.5",
            "meta.decimal:>2",
            "meta.big:9007199254740993",
            "meta.big:>9007199254740992",
            "has:meta.none",
            "has:meta.deep.er",
            "has:meta.a.b",
            "has:meta.rows.sku",
        ],
        &[
            "meta.n:\"5\"",
            "meta.n:6",
            "meta.n:>5",
            "meta.text:>4",
            "meta.word:>5",
            "meta.yes:1",
            "meta.yes:false",
            "meta.missing:null",
            "meta.n:null",
            "meta.at:2026-11-02",
            "meta.at:>2026-11-01",
            "meta.at:<2026-11-01",
            "meta.tags:8",
            "meta.rows.sku:C",
            "meta.deep:1",
            "meta.big:9007199254740992",
            "meta.word:HIGH",
            "has:meta.missing",
            "has:meta.n.x",
            "has:meta.rows.9.sku",
        ],
    );
}

#[test]
fn feedback_and_guardrails() {
    let document = doc! {
        "feedbacks": [{"rating": "up", "comment": ""}, {"rating": null}, "odd"], "guardrail_events": [{}],
    };
    check(
        &document,
        &["has:feedback", "has:guardrail", "rating:up", "rating:neutral"],
        &["has:comment", "rating:down"],
    );
    let document = doc! { "feedbacks": [{"rating": "down", "comment": "slow"}], "guardrail_events": [] };
    check(&document, &["has:comment", "rating:down"], &["has:guardrail", "rating:neutral"]);
    check(&doc! { "feedbacks": [{}] }, &["rating:neutral"], &["rating:up"]);
}

#[test]
fn figures_tools_and_alternatives() {
    let told =
        doc! { "usage": { "inputTokens": 40, "outputTokens": 2, "totalTokens": 42 }, "metrics": { "latencyMs": 1500 } };
    let call = doc! { "toolUse": { "toolUseId": "t", "name": "lookup_order", "input": {} } };
    let result = doc! { "toolResult": { "toolUseId": "t", "status": "error", "content": [] } };
    let messages = vec![
        doc! { "message": { "role": "assistant", "content": [call], "metadata": told }, "message_id": 0 },
        doc! { "message": { "role": "user", "content": [result] }, "message_id": 1 },
    ];
    let waits = doc! { "activated": true, "interrupts": { "i": { "id": "i", "name": "sure?" } } };
    let agent = doc! { "agent_data": { "_internal_state": { "interrupt_state": waits } }, "messages": messages };
    let document = doc! {
        "_id": "s-1", "application_name": "Shop", "agents": { "a": agent },
        "feedbacks": [{ "rating": "down", "comment": "Far too slow" }, "odd"],
    };
    check(
        &document,
        &[
            "tool:order",
            "tool:^lookup",
            "tool:=lookup_order",
            "has:tool",
            "has:error",
            "has:interrupt",
            "messages:2",
            "tokens:>41",
            "tokens:42..50",
            "calls:>=1",
            "errors:1",
            "latency:<=1.5s",
            "size:<1MB",
            "size:>100",
            "feedback:2",
            "feedback:down",
            "feedback:\"too slow\"",
            "in:s-0,s-1",
            "(app:x OR tool:order)",
            "(app:shop (type:x OR has:error))",
        ],
        &[
            "tool:Order_lookup",
            "tool:=lookup",
            "messages:>2",
            "tokens:<42",
            "latency:>1500ms",
            "size:>1MB",
            "feedback:>2",
            "feedback:up",
            "feedback:down!",
            "in:s-0,s",
            "(app:x OR tool:other)",
            "(app:shop type:x)",
        ],
    );
    // What is not known matches no comparison.
    check(&doc! { "_id": "s" }, &["calls:0", "errors:<1", "messages:0"], &["tokens:>=0", "latency:<9h", "has:tool"]);
}

#[test]
fn a_life_overlaps_an_interval() {
    let document = doc! { "created_at": date("2026-11-10T00:00:00Z"), "updated_at": date("2026-11-20T10:00:00Z") };
    check(
        &document,
        &[
            "since:7d",
            "since:2026-11-20",
            "since:2026-11-20T10:00:00Z",
            "since:2026-11-01",
            "until:2026-11-10",
            "until:2026-11-15",
            "created:>=2026-11-10",
            "created:<=2026-11-10",
            "updated:>2026-11-19",
            "updated:>=2026-11-20",
            "updated:<=2026-11-20",
            "updated:>2026-11-20T09:00:00Z",
            "updated:<4d",
            "updated:>1d",
        ],
        &[
            "since:3d",
            "since:2026-11-21",
            "until:2026-11-09",
            "until:2026-11-10T00:00:00Z",
            "created:>2026-11-10",
            "created:<2026-11-10",
            "updated:<2026-11-20",
            "updated:>2026-11-20",
            "updated:<2d",
            "updated:>4d",
        ],
    );
    let ahead = doc! { "created_at": DateTime::MAX, "updated_at": DateTime::MAX };
    check(&ahead, &["updated:<12h", "created:>2026-11-01", "since:12h"], &["updated:>12h", "until:2026-11-23"]);
    assert!(filter("created:2026-11-10").matches(&document) && !filter("created:2026-11-11").matches(&document));
    let born = doc! { "created_at": date("2026-11-10T00:00:00Z"), "updated_at": "2026-11-20" };
    check(&born, &["since:2026-11-10", "until:2026-11-10"], &["since:2026-11-11", "updated:>2026-11-01"]);
    let changed = doc! { "updated_at": date("2026-11-20T10:00:00Z") };
    check(&changed, &["until:2026-11-20", "since:2026-11-20"], &["until:2026-11-19", "created:>2026-11-01"]);
    check(&doc! {}, &[], &["since:2026-11-01", "until:2026-11-01"]);
}

#[test]
fn the_empty_filter_leaves_nothing_out() {
    assert!(filter(" ").matches(&doc! {}));
    assert!(filter("").is_empty());
    assert!(!filter("a b").matches(&doc! { "_id": "a" }), "all terms must match");
    assert!(filter("a b OR a").matches(&doc! { "_id": "a" }), "or those of the other side");
}

#[test]
fn an_id_of_a_list_is_what_it_is_wherever_one_is_typed() {
    let id = ObjectId::parse_str("65a5c1d2e3f4a5b6c7d8e9f0").expect("hex");
    let json = r#"in:"{\"$oid\":\"65a5c1d2e3f4a5b6c7d8e9f0\"}""#;
    check(&doc! { "_id": id }, &["in:65A5C1D2E3F4A5B6C7D8E9F0", "in:x,65a5c1d2e3f4a5b6c7d8e9f0", json], &["in:65a5c1"]);
    let null = r#"in:"{\"$literal\":null}""#;
    check(&doc! { "_id": null }, &["in:null", null], &["in:true", "in:\"\"", "null"]);
    check(&doc! { "_id": "null" }, &["in:null", "null"], &[null]);
    check(&doc! { "_id": true }, &["in:true"], &["in:false"]);
    check(&doc! { "_id": 5_i64 }, &["in:5", "in:05", "in:5.0", "=5"], &["in:50", "=05"]);
    check(&doc! { "_id": { "n": 5_i64 } }, &[r#"in:"{\"n\":5}""#], &[r#"in:"{\"n\":6}""#]);
    check(&doc! { "_id": "trail " }, &[r#"in:"\"trail \"""#], &["in:trail"]);
}

#[test]
fn for_ever_is_a_date_like_others() {
    let end = 253_402_300_800_000;
    let stored = |millis: i64| {
        let date = DateTime::from_millis(millis);
        doc! { "created_at": date, "metadata": { "v": date } }
    };
    check(
        &stored(end - 1),
        &[
            "created:9999-12-31",
            "created:>9999-12-30",
            "created:>0001-01-01",
            "since:9999-12-31",
            "until:9999-12-31",
            "meta.v:9999-12-31",
            "meta.v:>9999-12-30",
            "meta.v:<=9999-12-31",
            "meta.v:>9999-12-31T23:59:59Z",
        ],
        &["created:>9999-12-31", "created:<0001-01-01", "until:9999-12-30", "meta.v:>9999-12-31", "meta.v:9999-12-30"],
    );
    check(&stored(end), &["created:>9999-12-31", "meta.v:>9999-12-31"], &["until:9999-12-31", "meta.v:9999-12-31"]);
    check(&stored(i64::MIN), &["created:<0001-01-01", "until:0001-01-01"], &["since:0001-01-01"]);
}

fn any_value() -> impl Strategy<Value = Bson> {
    let leaf = prop_oneof![
        Just(Bson::Null),
        any::<bool>().prop_map(Bson::Boolean),
        any::<i32>().prop_map(Bson::Int32),
        any::<i64>().prop_map(Bson::Int64),
        any::<f64>().prop_map(Bson::Double),
        any::<i64>().prop_map(|ms| Bson::DateTime(DateTime::from_millis(ms))),
        ".{0,8}".prop_map(Bson::String),
        Just(Bson::MinKey),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Bson::Array),
            prop::collection::vec(("[abk.$]{0,3}", inner), 0..4)
                .prop_map(|fields| Bson::Document(fields.into_iter().collect())),
        ]
    })
}

/// As the documentation says: a list does not read fields for their own sake.
#[test]
fn what_the_decoder_could_not_read_is_no_finding_of_a_list() {
    let odd = doc! { "_id": "a", "session_type": 5 };
    assert_ne!(decode::session(odd.clone()).all_findings().count(), 0);
    check(&odd, &[], &["has:finding"]);
    let plain = doc! { "_id": "b", "session_type": "AGENT" };
    let mut sorted = vec![&plain, &odd];
    Sort::new(SortBy::Findings).sort_documents(&mut sorted);
    assert_eq!(sorted, [&odd, &plain], "equal counts go by their ids");
}

proptest! {
    /// Whatever stands in a field, a filter says yes or no, and its opposite says the opposite.
    #[test]
    fn odd_documents_never_break_a_filter(
        fields in prop::collection::vec(any_value(), 9),
        term in prop::sample::select(vec![
            "a", "^a", "=a", "app:a", "type:a", "agent:a", "model:a", "meta.a:1", "meta.a.b:>1", "meta.k:null",
            "meta.a:true", "meta.a:<2026-11-01", "has:meta.a.0", "has:feedback", "has:comment", "has:guardrail",
            "rating:up", "rating:neutral", "tool:a", "has:tool", "has:error", "has:finding", "has:interrupt", "tokens:>1",
            "calls:0", "errors:0", "latency:>0", "messages:>0", "size:>99", "feedback:1", "feedback:a", "in:a,b", "(a OR app:a)",
            "since:7d", "until:7d", "created:>7d", "updated:<7d",
        ]),
    ) {
        let names = [
            "_id", "session_id", "application_name", "session_type", "agents", "metadata", "feedbacks",
            "guardrail_events", "updated_at",
        ];
        let document: Document = names.iter().map(|name| (*name).to_owned()).zip(fields).collect();
        prop_assert_ne!(filter(term).matches(&document), filter(&format!("-{term}")).matches(&document));
    }
}
