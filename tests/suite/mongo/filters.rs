//! Filters find in MongoDB what they find in memory.

mod by_hand;
mod in_folder;
mod messages;

use bson::{Bson, DateTime, Document, doc, oid::ObjectId};
use jiff::Timestamp;
use proptest::{prelude::*, strategy::ValueTree, test_runner::TestRunner};
use strandscope::{
    Comparison, Filter, FilterTerm, FilterTest, RatingWord, SessionFigure, SessionKey, SessionReader, StoredDate,
    TextMatch,
};

use super::common::{every_page, filtered, fixtures, loaded};
use crate::support;

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(seconds).expect("a time")
}

fn text() -> impl Strategy<Value = String> {
    let words = ["a", "A", "b.c", "$x", "65a4", "65A4", "a(b", "é", "É", "", "65a4f1d2c3b4a59687786950"];
    prop::sample::select(words.to_vec()).prop_map(str::to_owned)
}

/// IDs as they may be typed, of the `_id`s that are made up among them.
fn typed_id() -> impl Strategy<Value = String> {
    let ids = [
        "65A4F1D2C3B4A59687786950",
        "65A4F1D2C3B4A59687786951",
        r#"{"$oid":"65a4f1d2c3b4a59687786951"}"#,
        r#"{"a":"b"}"#,
        "null",
        r#"{"$literal":null}"#,
        "true",
        "3",
        "+3.0",
        r#"{"$numberInt":"3"}"#,
        "0.50",
        "1.5",
        "1.50",
        "C56A4180-65AA-42EC-A945-5FD21DEC0538",
        r#""a""#,
        "17",
        r#"{"$regularExpression":{"pattern":"","options":""}}"#,
    ];
    prop::sample::select(ids.to_vec()).prop_map(str::to_owned)
}

fn text_match() -> impl Strategy<Value = TextMatch> {
    prop_oneof![
        text().prop_map(TextMatch::Contains),
        text().prop_map(TextMatch::StartsWith),
        text().prop_map(TextMatch::Exactly),
    ]
}

fn comparison() -> impl Strategy<Value = Comparison> {
    use Comparison::{Equal, Greater, GreaterOrEqual, Less, LessOrEqual};
    prop::sample::select(vec![Equal, Greater, GreaterOrEqual, Less, LessOrEqual])
}

/// Also of the last day of the calendar, which is a usual "for ever", and beyond it.
fn date() -> impl Strategy<Value = DateTime> {
    let last_day = 253_402_214_400_000;
    let seconds = (0i64..4).prop_map(|seconds| seconds * 1000);
    let far = prop::sample::select(vec![last_day - 1, last_day, last_day + 86_400_000, i64::MAX, i64::MIN]);
    prop_oneof![6 => seconds, 1 => far].prop_map(DateTime::from_millis)
}

fn scalar() -> impl Strategy<Value = Bson> {
    prop_oneof![
        4 => text().prop_map(Bson::from),
        2 => date().prop_map(Bson::DateTime),
        1 => (0i32..3).prop_map(Bson::Int32),
        1 => Just(Bson::Int64(2)),
        1 => prop::sample::select(vec![1.5, f64::NAN]).prop_map(Bson::Double),
        1 => any::<bool>().prop_map(Bson::Boolean),
        1 => Just(Bson::Null),
        1 => Just(Bson::ObjectId(ObjectId::parse_str("65a4f1d2c3b4a59687786950").expect("hex"))),
    ]
}

/// Anything up to a small document or array of the same words.
fn value() -> impl Strategy<Value = Bson> {
    scalar().prop_recursive(3, 12, 3, |inner| {
        let fields = prop::collection::vec((key(), inner.clone()), 0..3);
        prop_oneof![
            prop::collection::vec(inner, 0..3).prop_map(Bson::Array),
            fields.prop_map(|fields| Bson::Document(fields.into_iter().collect())),
        ]
    })
}

/// Whether an array stands directly in an array: how far a path reaches into those is MongoDB's own business.
fn nests(value: &Bson, in_array: bool) -> bool {
    match value {
        Bson::Array(items) => in_array || items.iter().any(|item| nests(item, true)),
        Bson::Document(fields) => fields.values().any(|value| nests(value, false)),
        _ => false,
    }
}

fn key() -> impl Strategy<Value = String> {
    let keys = ["a", "b", "a.b", "$a", "", "0", "a..b", "rating", "comment"];
    prop::sample::select(keys.to_vec()).prop_map(str::to_owned)
}

fn fields(values: impl Strategy<Value = Bson>) -> impl Strategy<Value = Bson> {
    prop::collection::vec((key(), values), 0..4).prop_map(|fields| Bson::Document(fields.into_iter().collect()))
}

fn feedback() -> impl Strategy<Value = Bson> {
    let rating = prop::sample::select(vec![Bson::from("up"), Bson::from("down"), Bson::Null, Bson::Int32(1)]);
    let made = (rating, any::<bool>(), text()).prop_map(|(rating, is_rated, comment)| {
        let mut feedback = doc! { "comment": comment };
        if is_rated {
            feedback.insert("rating", rating);
        }
        Bson::Document(feedback)
    });
    prop_oneof![4 => made, 1 => scalar()]
}

fn document() -> impl Strategy<Value = Document> {
    let agent = prop_oneof![
        4 => scalar().prop_map(|model| Bson::Document(doc! { "agent_data": { "model": model } })),
        1 => value(),
    ];
    let feedbacks = prop_oneof![4 => prop::collection::vec(feedback(), 0..3).prop_map(Bson::Array), 1 => value()];
    let optional = |values: BoxedStrategy<Bson>| prop::option::of(values);
    let texts = (optional(value().boxed()), optional(value().boxed()), optional(value().boxed()));
    let dates = (optional(value().boxed()), optional(scalar().boxed()));
    let rest = (
        optional(fields(agent).boxed()),
        optional(
            prop_oneof![4 => fields(value()), 1 => value()].prop_filter("flat arrays", |v| !nests(v, false)).boxed(),
        ),
        optional(feedbacks.boxed()),
        optional(value().boxed()),
    );
    (texts, dates, rest).prop_map(|((id, app, kind), (created, updated), (agents, metadata, feedbacks, events))| {
        let fields = [
            ("session_id", id),
            ("application_name", app),
            ("session_type", kind),
            ("created_at", created),
            ("updated_at", updated),
            ("agents", agents),
            ("metadata", metadata),
            ("feedbacks", feedbacks),
            ("guardrail_events", events),
        ];
        fields.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect()
    })
}

/// What is asked of the server alone.
fn asked() -> impl Strategy<Value = FilterTest> {
    let time = || date().prop_map(StoredDate::from);
    let rating = prop::sample::select(vec![RatingWord::Up, RatingWord::Down, RatingWord::Neutral]);
    let reading = prop::collection::vec(
        scalar().prop_filter("a filter has no ObjectIds and no NaN", |value| match value {
            Bson::ObjectId(_) => false,
            Bson::Double(number) => !number.is_nan(),
            _ => true,
        }),
        1..3,
    );
    prop_oneof![
        3 => text_match().prop_map(FilterTest::Id),
        1 => text_match().prop_map(FilterTest::Application),
        1 => text_match().prop_map(FilterTest::SessionType),
        2 => text_match().prop_map(FilterTest::Agent),
        2 => text_match().prop_map(FilterTest::Model),
        6 => (key(), comparison(), reading)
            .prop_map(|(key, comparison, readings)| FilterTest::Metadata { key, comparison, readings, day: None }),
        4 => (key(), 0i64..4, 1i64..3).prop_map(|(key, from, long)| FilterTest::Metadata {
            key,
            comparison: Comparison::Equal,
            readings: vec!["no such text".into()],
            day: Some(at(from).into()..at(from + long).into()),
        }),
        1 => Just(FilterTest::HasFeedback),
        1 => Just(FilterTest::HasComment),
        1 => Just(FilterTest::HasGuardrail),
        2 => key().prop_map(FilterTest::HasMetadata),
        2 => rating.prop_map(FilterTest::Rating),
        2 => time().prop_map(FilterTest::Since),
        2 => time().prop_map(FilterTest::Until),
        1 => (comparison(), time()).prop_map(|(comparison, time)| FilterTest::Created(comparison, time)),
        1 => (comparison(), time()).prop_map(|(comparison, time)| FilterTest::Updated(comparison, time)),
        2 => text_match().prop_map(FilterTest::Comment),
        3 => prop::collection::vec(prop_oneof![text(), typed_id()], 1..3).prop_map(FilterTest::In),
        2 => Just(FilterTest::HasInterrupt),
        2 => (0u64..4, 0u64..4).prop_map(|(least, most)| FilterTest::Figure(SessionFigure::Messages, least..=most)),
        1 => (0u64..3, 0u64..3).prop_map(|(least, most)| FilterTest::Figure(SessionFigure::Feedbacks, least..=most)),
        1 => (50u64..400).prop_map(|least| FilterTest::Figure(SessionFigure::Size, least..=u64::MAX)),
        1 => (50u64..400).prop_map(|most| FilterTest::Figure(SessionFigure::Size, 0..=most)),
    ]
}

/// What is read from the messages.
fn read() -> impl Strategy<Value = FilterTest> {
    let names = ["search", "SEARCH", "b.c", "É", "other", ""];
    let name = || prop::sample::select(names.to_vec()).prop_map(str::to_owned);
    let figure = |figure: SessionFigure, most: u64| {
        (0..most, 0..most).prop_map(move |(a, b)| {
            let most = if b % 3 == 0 { u64::MAX } else { a.max(b) };
            FilterTest::Figure(figure, a.min(b)..=most)
        })
    };
    prop_oneof![
        2 => name().prop_map(|name| FilterTest::Tool(TextMatch::Contains(name))),
        1 => name().prop_map(|name| FilterTest::Tool(TextMatch::StartsWith(name))),
        1 => name().prop_map(|name| FilterTest::Tool(TextMatch::Exactly(name))),
        2 => Just(FilterTest::HasTool),
        2 => Just(FilterTest::HasError),
        2 => figure(SessionFigure::Tokens, 80),
        2 => figure(SessionFigure::Calls, 5),
        2 => figure(SessionFigure::Errors, 3),
        2 => figure(SessionFigure::LatencyP95, 8000),
        1 => Just(FilterTest::HasFinding(at(2))),
    ]
}

/// Terms, alternatives and what is left out, within each other.
fn filter(test: impl Strategy<Value = FilterTest> + 'static) -> impl Strategy<Value = Filter> {
    let term = (any::<bool>(), test).prop_map(|(negated, test)| FilterTerm::new(test).negated(negated));
    let term = term.prop_recursive(2, 8, 3, |inner| {
        let either = prop::collection::vec(prop::collection::vec(inner, 1..3), 1..3);
        (any::<bool>(), either).prop_map(|(negated, either)| FilterTerm::new(FilterTest::Any(either)).negated(negated))
    });
    prop::collection::vec(term, 1..3).prop_map(|terms| Filter { source: "made up".to_owned(), terms })
}

fn generated(count: usize, runner: &mut TestRunner) -> Vec<Document> {
    let ids = [
        Bson::from("a"),
        Bson::ObjectId(ObjectId::parse_str("65a4f1d2c3b4a59687786951").expect("hex")),
        Bson::Document(doc! { "a": "b" }),
        Bson::from("$x"),
        Bson::Null,
        Bson::Boolean(true),
        Bson::Int64(3),
        Bson::Double(0.5),
        Bson::Decimal128("1.50".parse().expect("a decimal")),
        Bson::from(bson::Uuid::parse_str("c56a4180-65aa-42ec-a945-5fd21dec0538").expect("a UUID")),
    ];
    let made = (0..count).map(|number| {
        let id = ids.get(number).cloned().unwrap_or(Bson::Int32(i32::try_from(number).expect("small")));
        let mut stored = doc! { "_id": id };
        stored.extend(document().new_tree(runner).expect("a document").current());
        stored
    });
    made.collect()
}

/// That a filter finds in the store just what it matches in memory.
async fn check(reader: &dyn SessionReader, documents: &[Document], filter: &Filter) {
    let mut found: Vec<SessionKey> =
        every_page(reader, filtered(filter.clone(), 500)).await.into_iter().map(|row| row.key).collect();
    found.sort();
    let matching = documents.iter().filter(|document| filter.matches(document));
    let mut wanted: Vec<SessionKey> = matching.map(|document| SessionKey::new(document["_id"].clone())).collect();
    wanted.sort();
    let mut either = found.iter().chain(&wanted);
    if let Some(key) = either.find(|key| found.contains(key) != wanted.contains(key)) {
        let document = documents.iter().find(|document| SessionKey::new(document["_id"].clone()) == *key);
        panic!("{:?}\nin MongoDB: {}\n{}", filter.terms, found.contains(key), document.expect("it"));
    }
}

#[tokio::test]
async fn a_filter_finds_the_same_in_mongodb_and_in_memory() {
    let mut runner = TestRunner::deterministic();
    let mut documents = fixtures();
    documents.extend(generated(150, &mut runner));
    let (_fresh, reader) = loaded("filters", documents.clone()).await;
    let filters = filter(asked());
    for _ in 0..400 {
        let filter = filters.new_tree(&mut runner).expect("a filter").current();
        check(&*reader, &documents, &filter).await;
    }
}

#[tokio::test]
async fn what_is_read_from_messages_is_found_the_same() {
    let mut runner = TestRunner::deterministic();
    let mut documents = generated(40, &mut runner);
    for document in &mut documents {
        document.insert("agents", messages::agents().new_tree(&mut runner).expect("agents").current());
    }
    documents.extend(support::load_fixture("counters.jsonl"));
    let (_fresh, reader) = loaded("filters_read", documents.clone()).await;
    let filters = filter(prop_oneof![3 => read(), 1 => asked()]);
    for _ in 0..120 {
        let filter = filters.new_tree(&mut runner).expect("a filter").current();
        check(&*reader, &documents, &filter).await;
        let count = reader.count(&filter).await.expect("an answer");
        assert_eq!(count.is_some(), !filter.asks_for_messages(), "what is read from messages is not counted");
    }
}

#[tokio::test]
async fn typed_filters_find_the_fixtures_meant() {
    let (_fresh, reader) = loaded("typed", fixtures()).await;
    let found = async |typed: &str| -> Vec<String> {
        let filter = Filter::parse(typed, at(1_800_000_000)).expect("a filter");
        let rows = every_page(&*reader, filtered(filter, 2)).await;
        let mut names: Vec<String> = rows.iter().map(|row| row.key.text().to_owned()).collect();
        names.sort();
        names
    };
    assert_eq!(found("^support").await, ["support-1042"]);
    assert_eq!(found("65A4F1").await, ["65a4f1d2c3b4a59687786950"]);
    assert_eq!(found("meta.int32:7").await, ["typed-metadata"]);
    assert_eq!(found("meta.nested.a.b:2").await, ["typed-metadata"]);
    assert_eq!(found("meta.double:<2 -meta.bool:true").await, ["typed-metadata"]);
    assert_eq!(found("agent:ghost").await, ["message-no-agent-data"]);
    assert_eq!(found("model:sonnet-2024").await, ["flat-docs-shape"]);
    assert_eq!(found("rating:neutral -app:x ^flat").await, ["flat-docs-shape"]);
    assert!(found("has:guardrail").await.contains(&"guarded-3".to_owned()));
    let (unwell, well) = (found("has:finding").await, found("-has:finding").await);
    assert!(unwell.contains(&"duplicate-message-ids".to_owned()), "{unwell:?}");
    assert!(well.contains(&"support-1042".to_owned()), "{well:?}");
    assert_eq!(unwell.len() + well.len(), fixtures().len());
    assert_eq!(found("has:finding ^duplicate").await, ["duplicate-message-ids"]);
    assert_eq!(found("has:finding ^duplicate OR ^support").await, ["duplicate-message-ids", "support-1042"]);
    assert_eq!(found("in:support-1042,typed-metadata,nowhere").await, ["support-1042", "typed-metadata"]);
    assert_eq!(found("(agent:ghost OR meta.int32:7) -meta.int32:7").await, ["message-no-agent-data"]);
}
