//! Lists in any order, against the server's own.

mod ranked;

use bson::{Bson, DateTime, Document, doc, oid::ObjectId};
use futures_util::TryStreamExt;
use mongodb::{
    IndexModel,
    options::{Collation, CollationStrength, IndexOptions},
};
use proptest::{prelude::*, test_runner::TestRunner};
use strandscope::{SessionFigure, SessionKey, Sort, SortBy, Summary};

use super::common::{every_page, first_page, fixtures, loaded, reader};
use crate::support::Fresh;

fn ids(rows: &[Summary]) -> Vec<SessionKey> {
    rows.iter().map(|row| row.key.clone()).collect()
}

fn field() -> SortBy {
    SortBy::Metadata("k".to_owned())
}

/// Values of a field of the metadata: such as are sorted by, and others.
fn values() -> Vec<Option<Bson>> {
    let date = |millis| Bson::DateTime(DateTime::from_millis(millis));
    vec![
        None,
        Some(Bson::Null),
        Some(Bson::Double(f64::NAN)),
        Some(Bson::Double(f64::NEG_INFINITY)),
        Some(Bson::Int32(1)),
        Some(Bson::Double(1.0)),
        Some(Bson::Int64(2)),
        Some(Bson::Double(2.5)),
        Some(Bson::from("")),
        Some(Bson::from("B")),
        Some(Bson::from("a")),
        Some(Bson::from("a")),
        Some(Bson::from("é")),
        Some(Bson::ObjectId(ObjectId::from_bytes([1; 12]))),
        Some(Bson::Boolean(true)),
        Some(Bson::Boolean(false)),
        Some(date(-5)),
        Some(date(5)),
        Some(Bson::Array(vec![Bson::Int32(9)])),
        Some(Bson::Array(Vec::new())),
        Some(Bson::Document(doc! { "x": 1 })),
        Some(Bson::MaxKey),
    ]
}

/// `_id`s of many types.
fn odd_ids() -> Vec<Bson> {
    vec![
        Bson::Double(-1.5),
        Bson::Int32(1),
        Bson::Int64(2),
        Bson::from(""),
        Bson::from("b"),
        Bson::from("a b"),
        Bson::Document(doc! { "a": 1 }),
        Bson::Document(doc! { "a": 2 }),
        Bson::Binary(bson::Binary { subtype: bson::spec::BinarySubtype::Uuid, bytes: vec![9; 16] }),
        Bson::Binary(bson::Binary { subtype: bson::spec::BinarySubtype::Generic, bytes: vec![10, 2] }),
        Bson::ObjectId(ObjectId::from_bytes([3; 12])),
        Bson::Boolean(false),
        Bson::DateTime(DateTime::from_millis(5)),
        Bson::Timestamp(bson::Timestamp { time: 1, increment: 1 }),
        Bson::MinKey,
        Bson::MaxKey,
    ]
}

fn session(id: Bson, value: Option<Bson>) -> Document {
    let mut metadata = Document::new();
    metadata.extend(value.map(|value| ("k".to_owned(), value)));
    doc! { "_id": id, "session_id": "s", "updated_at": DateTime::from_millis(7), "metadata": metadata }
}

/// What the server sorts by where a value is none of these types: nothing.
fn of_types(path: &str, types: &[&str]) -> Document {
    let is_number = doc! { "$ne": [path, f64::NAN] };
    doc! { "$cond": [ { "$and": [ { "$in": [ { "$type": path }, types ] }, is_number ] }, path, Bson::Null ] }
}

const TYPES: [&str; 8] = ["int", "long", "double", "decimal", "string", "objectId", "bool", "date"];

fn size_of(path: &str) -> Document {
    doc! { "$cond": [ { "$isArray": path }, { "$size": { "$cond": [ { "$isArray": path }, path, [] ] } }, 0 ] }
}

/// By hand, in the server's words; `None` where it is read from the messages.
fn expression(by: &SortBy) -> Option<Bson> {
    Some(match by {
        SortBy::Updated => of_types("$updated_at", &["date"]).into(),
        SortBy::Created => of_types("$created_at", &["date"]).into(),
        SortBy::Id => "$_id".into(),
        SortBy::Application => of_types("$application_name", &["string"]).into(),
        SortBy::SessionType => of_types("$session_type", &["string"]).into(),
        SortBy::Metadata(key) => of_types(&format!("$metadata.{key}"), &TYPES).into(),
        SortBy::Guardrail => size_of("$guardrail_events").into(),
        SortBy::Figure(SessionFigure::Feedbacks) => size_of("$feedbacks").into(),
        SortBy::Figure(SessionFigure::Size) => doc! { "$bsonSize": "$$ROOT" }.into(),
        _ => return None,
    })
}

/// The server's own order.
async fn stored_order(fresh: &Fresh, sort: &Sort, value: Bson) -> Vec<SessionKey> {
    let direction = if sort.ascending { 1 } else { -1 };
    let pipeline = [
        doc! { "$project": { "v": value } },
        doc! { "$addFields": { "none": { "$eq": [ { "$ifNull": ["$v", Bson::Null] }, Bson::Null ] } } },
        doc! { "$sort": { "none": 1, "v": direction, "_id": 1 } },
    ];
    let found = fresh.collection.aggregate(pipeline).await.expect("it sorts");
    let found: Vec<Document> = found.try_collect().await.expect("rows");
    found.into_iter().map(|row| SessionKey::new(row["_id"].clone())).collect()
}

async fn index(fresh: &Fresh, path: &str) {
    let model = IndexModel::builder().keys(doc! { path: 1 }).build();
    fresh.collection.create_index(model).await.expect("an index");
}

fn both_ways(by: &SortBy) -> [Sort; 2] {
    [Sort::new(by.clone()), Sort::new(by.clone()).reversed()]
}

/// With an index and without.
async fn check_values(name: &str, sessions: Vec<Document>, limits: &[u32], indexed: bool) {
    let (fresh, _) = loaded(name, sessions).await;
    index(&fresh, "updated_at").await;
    if indexed {
        index(&fresh, "metadata.k").await;
    }
    check_order(&fresh, limits, indexed).await;
}

async fn check_order(fresh: &Fresh, limits: &[u32], indexed: bool) {
    let reader = reader(fresh).await;
    for sort in both_ways(&field()) {
        let value = expression(&sort.by).expect("it is stored");
        let expected = stored_order(fresh, &sort, value).await;
        let plan = reader.plan(&first_page(1).sort(sort.clone())).await.expect("a plan");
        assert_eq!(plan.served, indexed, "{plan:?}");
        for &limit in limits {
            let rows = every_page(&*reader, first_page(limit).sort(sort.clone())).await;
            assert_eq!(ids(&rows), expected, "{sort}, pages of {limit}, indexed: {indexed}");
        }
    }
}

#[tokio::test]
async fn values_and_ids_of_any_type_are_in_the_servers_order() {
    let ids = odd_ids();
    for shift in [0, 7] {
        let sessions: Vec<Document> = ids
            .iter()
            .enumerate()
            .map(|(at, id)| session(id.clone(), values()[(at + shift) % values().len()].clone()))
            .collect();
        check_values("sorted_values", sessions, &[1, 2, 3, 100], true).await;
    }
    // Many of one value.
    let sessions: Vec<Document> = ids.iter().map(|id| session(id.clone(), Some("same".into()))).collect();
    check_values("sorted_same", sessions, &[1, 3, 16, 100], true).await;
}

#[tokio::test]
async fn without_an_index_they_are_ranked_in_the_same_order() {
    let sessions: Vec<Document> = (0..).zip(values()).map(|(n, value)| session(Bson::Int32(n), value)).collect();
    check_values("ranked_values", sessions, &[1, 4, 100], false).await;
}

#[tokio::test]
async fn an_index_with_a_collation_of_its_own_gives_no_order() {
    let names = ["b", "B", "a", "A", "é", "e"];
    let sessions = (0..).zip(names).map(|(n, name)| session(Bson::Int32(n), Some(name.into()))).collect();
    let (fresh, _) = loaded("sorted_collated_index", sessions).await;
    let collation = Collation::builder().locale("en").strength(CollationStrength::Primary).build();
    let options = IndexOptions::builder().collation(collation).build();
    let model = IndexModel::builder().keys(doc! { "metadata.k": 1 }).options(options).build();
    fresh.collection.create_index(model).await.expect("an index");
    check_order(&fresh, &[1, 4, 100], false).await;
}

#[test]
fn any_mixture_of_values_is_shown_once_and_in_order() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let mut runner =
        TestRunner::new(ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() });
    let mixtures = (prop::collection::vec(prop::sample::select(values()), 1..25), 1_u32..7, any::<bool>());
    let ran = runner.run(&mixtures, |(values, limit, indexed)| {
        let sessions = (0..).zip(values).map(|(n, value)| session(Bson::Int32(n), value)).collect();
        runtime.block_on(check_values("sorted_mixture", sessions, &[limit], indexed));
        Ok(())
    });
    ran.expect("each exactly once");
}

#[tokio::test]
async fn every_order_of_the_fixtures_is_the_servers_or_that_of_their_figures() {
    let documents = fixtures();
    let (fresh, _) = loaded("sorted_fixtures", documents.clone()).await;
    for round in 0..2 {
        if round == 1 {
            for path in ["updated_at", "created_at", "application_name", "metadata.priority"] {
                index(&fresh, path).await;
            }
        }
        let reader = reader(&fresh).await;
        // What is no session is not listed.
        let there = ids(&every_page(&*reader, first_page(100)).await);
        for name in SortBy::NAMES {
            let by = SortBy::from_name(&name.replace("KEY", "priority")).expect("a name");
            for sort in both_ways(&by) {
                let mut expected = match expression(&by) {
                    Some(value) if !sort.is_by_date() => stored_order(&fresh, &sort, value).await,
                    _ => figured_order(&documents, &sort),
                };
                expected.retain(|key| there.contains(key));
                for limit in [2, 100] {
                    let rows = every_page(&*reader, first_page(limit).sort(sort.clone())).await;
                    let found = ids(&rows);
                    if sort.is_by_date() {
                        // Sessions of one date come as the index has them.
                        assert_eq!(dates(&documents, &sort, &found), dates(&documents, &sort, &expected), "{sort}");
                    } else {
                        assert_eq!(found, expected, "{sort}, pages of {limit}, round {round}");
                    }
                }
            }
        }
    }
}

fn figured_order(documents: &[Document], sort: &Sort) -> Vec<SessionKey> {
    let mut sorted: Vec<&Document> = documents.iter().collect();
    sort.sort_documents(&mut sorted);
    sorted.into_iter().map(|document| SessionKey::new(document["_id"].clone())).collect()
}

fn dates(documents: &[Document], sort: &Sort, keys: &[SessionKey]) -> Vec<Option<DateTime>> {
    let name = if sort.by == SortBy::Created { "created_at" } else { "updated_at" };
    let date = |key: &SessionKey| {
        let found = documents.iter().find(|document| SessionKey::new(document["_id"].clone()) == *key);
        found.and_then(|document| document.get_datetime(name).ok().copied())
    };
    keys.iter().map(date).collect()
}
