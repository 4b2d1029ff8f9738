//! Every session is on exactly one page, whatever its date and `_id` are.

use std::collections::HashMap;

use bson::{Bson, DateTime, Document, doc, oid::ObjectId};
use mongodb::IndexModel;
use proptest::{prelude::*, test_runner::TestRunner};
use strandscope::{Cursor, SessionKey, SortBy, StoredDate};

use super::common::{every_page, first_page, loaded, page, reader};

/// `_id`s in the order in which the server sorts them.
fn odd_ids() -> Vec<Bson> {
    vec![
        Bson::MinKey,
        Bson::Null,
        Bson::Double(-1.5),
        Bson::Int32(1),
        Bson::Int64(2),
        Bson::from(""),
        Bson::from("1"),
        Bson::from("b"),
        Bson::Document(doc! { "a": 1 }),
        Bson::Document(doc! { "a": 2 }),
        Bson::Binary(bson::Binary { subtype: bson::spec::BinarySubtype::Generic, bytes: vec![1, 2] }),
        Bson::ObjectId(ObjectId::from_bytes([3; 12])),
        Bson::Boolean(false),
        Bson::DateTime(DateTime::from_millis(5)),
        Bson::Timestamp(bson::Timestamp { time: 1, increment: 1 }),
        Bson::MaxKey,
    ]
}

fn odd_dates() -> Vec<Option<Bson>> {
    let date = |millis| Bson::DateTime(DateTime::from_millis(millis));
    vec![
        None,
        Some(Bson::Null),
        Some(Bson::from("2024-01-15T09:00:00Z")),
        Some(Bson::Int64(1_705_309_200_000)),
        Some(Bson::Array(vec![date(1_000)])),
        Some(Bson::Array(vec![date(9_000), Bson::from("x")])),
        Some(Bson::Array(Vec::new())),
        Some(Bson::Document(doc! { "$x": 1 })),
        Some(Bson::Timestamp(bson::Timestamp { time: 7, increment: 7 })),
        Some(Bson::Boolean(true)),
        Some(Bson::MaxKey),
        Some(date(-86_400_000)),
        Some(date(1_000)),
        Some(date(1_000)),
        Some(date(2_000)),
        Some(date(i64::MAX)),
        Some(date(i64::MIN)),
    ]
}

fn session(id: Bson, date: Option<Bson>) -> Document {
    let mut session = doc! { "_id": id, "session_id": "s" };
    if let Some(date) = date {
        session.insert("updated_at", date);
    }
    session
}

/// The order the list promises: dates newest first, then the rest by `_id`.
fn expected(sessions: &[Document]) -> Vec<Option<DateTime>> {
    let mut dates: Vec<_> = sessions.iter().map(|session| session.get_datetime("updated_at").ok().copied()).collect();
    dates.sort_by(|a, b| b.cmp(a));
    dates
}

async fn check(name: &str, sessions: Vec<Document>, limits: &[u32]) {
    let (fresh, _) = loaded(name, sessions.clone()).await;
    let mut stored: Vec<SessionKey> = sessions.iter().map(|s| SessionKey::new(s["_id"].clone())).collect();
    stored.sort();
    let date_of: HashMap<SessionKey, Option<DateTime>> = sessions
        .iter()
        .map(|s| (SessionKey::new(s["_id"].clone()), s.get_datetime("updated_at").ok().copied()))
        .collect();
    for indexed in [false, true] {
        if indexed {
            let model = IndexModel::builder().keys(doc! { "updated_at": 1 }).build();
            fresh.collection.create_index(model).await.expect("an index");
        }
        let reader = reader(&fresh).await;
        for &limit in limits {
            let rows = every_page(&*reader, first_page(limit)).await;
            let mut keys: Vec<SessionKey> = rows.iter().map(|row| row.key.clone()).collect();
            let dates: Vec<_> = keys.iter().map(|key| date_of[key]).collect();
            assert_eq!(dates, expected(&sessions), "pages of {limit}, indexed: {indexed}");
            for row in &rows {
                let stored = date_of[&row.key].map(StoredDate::from);
                assert!(stored.is_none() || row.updated_at == stored, "{row:?} where {stored:?} is stored");
            }
            keys.sort();
            assert_eq!(keys, stored, "pages of {limit}, indexed: {indexed}");
        }
    }
}

#[tokio::test]
async fn odd_dates_and_ids_in_every_pairing_are_shown_once() {
    let (ids, dates) = (odd_ids(), odd_dates());
    for shift in [0, 5, 11] {
        let sessions = ids
            .iter()
            .enumerate()
            .map(|(i, id)| session(id.clone(), dates[(i + shift) % dates.len()].clone()))
            .collect();
        check("pairs", sessions, &[1, 2, 3, 7, 100]).await;
    }
}

#[tokio::test]
async fn ids_of_all_types_follow_in_the_servers_order() {
    let (_fresh, reader) = loaded("ids", odd_ids().into_iter().rev().map(|id| session(id, None)).collect()).await;
    for limit in [1, 4] {
        let rows = every_page(&*reader, first_page(limit)).await;
        let ids: Vec<Bson> = rows.iter().map(|row| row.key.bson().clone()).collect();
        assert_eq!(ids, odd_ids());
    }
}

#[test]
fn any_mixture_of_dates_is_shown_once() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let date = prop::sample::select(odd_dates());
    let mut runner =
        TestRunner::new(ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() });
    let mixtures = (prop::collection::vec(date, 1..30), 1u32..9);
    let ran = runner.run(&mixtures, |(dates, limit)| {
        let numbers = 0i32..;
        let sessions = numbers.zip(dates).map(|(n, date)| session(Bson::Int32(n), date)).collect();
        runtime.block_on(check("mixture", sessions, &[limit]));
        Ok(())
    });
    ran.expect("each exactly once");
}

#[tokio::test]
async fn more_undated_ones_than_are_sorted_at_once_are_shown_once() {
    let date = |n: i32| Some(Bson::DateTime(DateTime::from_millis(i64::from(n))));
    let sessions =
        (0..2300).map(|n| session(Bson::Int32(n), if n % 2 == 0 { None } else { date(n) })).collect::<Vec<_>>();
    check("many", sessions, &[500]).await;
}

#[tokio::test]
async fn the_other_sort_goes_by_the_other_date() {
    let date = |millis| Bson::DateTime(DateTime::from_millis(millis));
    let sessions = vec![
        doc! { "_id": "a", "created_at": date(1), "updated_at": date(9) },
        doc! { "_id": "b", "created_at": date(2), "updated_at": date(8) },
    ];
    let (_fresh, reader) = loaded("sorts", sessions).await;
    for (sort, first) in [(SortBy::Updated, "a"), (SortBy::Created, "b")] {
        let (rows, end) = page(&*reader, &first_page(1).sort(sort)).await;
        assert_eq!(rows[0].name(), first);
        assert!(matches!(end.next, Some(Cursor::Dated { .. })));
    }
}

#[tokio::test]
async fn an_empty_collection_and_one_that_does_not_exist_have_an_empty_page() {
    let (_fresh, reader) = loaded("empty", Vec::new()).await;
    let (rows, end) = page(&*reader, &first_page(10)).await;
    assert!(rows.is_empty());
    assert_eq!(end.next, None);
}

#[tokio::test]
async fn a_collection_of_something_else_lists_its_ids() {
    let others = vec![doc! { "_id": 1, "agents": 5 }, doc! { "_id": 2, "metadata": "x", "feedbacks": { "0": 1 } }];
    let (_fresh, reader) = loaded("others", others).await;
    let rows = every_page(&*reader, first_page(1)).await;
    assert_eq!(rows.iter().map(|row| row.name().to_owned()).collect::<Vec<_>>(), ["1", "2"]);
    let keys: Vec<SessionKey> = rows.into_iter().map(|row| row.key).collect();
    assert_eq!(reader.details(&keys).await.expect("details").len(), 2);
    for key in &keys {
        reader.open(key, 3).await.expect("it opens");
    }
}
