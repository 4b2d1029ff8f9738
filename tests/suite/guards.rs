//! Guarded edits on MongoDB over every pair of BSON types, as stored and as expected value.

use crate::support;
use bson::{
    Binary, Bson, DateTime, Decimal128, Document, JavaScriptCodeWithScope, Regex, Timestamp, doc, oid::ObjectId,
    spec::BinarySubtype,
};
use strandscope::{
    Error, MetadataEdit, Pool, PoolOptions, SessionKey, SessionManager, SessionReader, SessionWriter, edit::same,
};

/// Values of every type, and some that a looser comparison takes for one another.
fn values() -> Vec<Option<Bson>> {
    let regex = |pattern: &str| {
        let (pattern, options) = (pattern.try_into().unwrap(), "i".try_into().unwrap());
        Bson::RegularExpression(Regex { pattern, options })
    };
    let binary = |subtype, byte| Bson::Binary(Binary { subtype, bytes: vec![byte] });
    let code = "return 5".to_owned();
    vec![
        None,
        Some(Bson::Null),
        Some(Bson::Boolean(true)),
        Some(Bson::Int32(5)),
        Some(Bson::Int32(6)),
        Some(Bson::Int64(5)),
        Some(Bson::Double(5.0)),
        Some(Bson::Double(0.0)),
        Some(Bson::Double(-0.0)),
        Some(Bson::Double(f64::NAN)),
        Some(Bson::Double(f64::INFINITY)),
        Some(Bson::Decimal128("5".parse::<Decimal128>().unwrap())),
        Some(Bson::Decimal128("5.00".parse::<Decimal128>().unwrap())),
        Some(Bson::String("5".to_owned())),
        Some(Bson::String("$5\0".to_owned())),
        Some(Bson::Symbol("5".to_owned())),
        Some(Bson::Array(vec![Bson::Int32(5), Bson::Int32(6)])),
        Some(Bson::Array(vec![Bson::Int32(5), Bson::Int64(6)])),
        Some(Bson::Array(vec![Bson::Double(5.0), Bson::Double(6.0)])),
        Some(Bson::Array(vec![doc! { "a": { "": 5, "b.c": [0.0, "x"] } }.into()])),
        Some(Bson::Array(vec![doc! { "a": { "": 5, "b.c": [-0.0, "x"] } }.into()])),
        Some(Bson::Array(vec![doc! { "a": { "": 5_i64, "b.c": [0.0, "x"] } }.into()])),
        Some(Bson::Array(vec![Bson::Null])),
        Some(Bson::Document(doc! { "a": 1, "b": 2 })),
        Some(Bson::Document(doc! { "b": 2, "a": 1 })),
        Some(Bson::Document(doc! { "a": "$b", "b": { "$gt": 1 } })),
        Some(Bson::DateTime(DateTime::from_millis(5))),
        Some(Bson::Timestamp(Timestamp { time: 5, increment: 5 })),
        Some(Bson::ObjectId(ObjectId::from_bytes([5; 12]))),
        Some(binary(BinarySubtype::Generic, 5)),
        Some(binary(BinarySubtype::UserDefined(0x80), 5)),
        Some(regex("5")),
        Some(regex("^[56]$")),
        Some(Bson::JavaScriptCode(code.clone())),
        Some(Bson::JavaScriptCodeWithScope(JavaScriptCodeWithScope { code, scope: doc! {} })),
        Some(Bson::MinKey),
        Some(Bson::MaxKey),
    ]
}

/// Makes the field `x` just that.
fn put_as(stored: Option<Bson>) -> MetadataEdit {
    stored.map_or_else(|| MetadataEdit::unset("x"), |value| MetadataEdit::set("x", value))
}

#[tokio::test]
async fn a_guard_lets_through_exactly_what_it_names() {
    let fresh = support::fresh_collection("guards").await;
    let pool = Pool::connect(&fresh.uri.clone().into(), PoolOptions::default()).await.unwrap();
    let repository = pool.repository(&fresh.database, "sessions").unwrap();
    let key = SessionKey::from("s");
    fresh.load([doc! { "_id": "s" }]).await;
    for stored in values() {
        let put = put_as(stored.clone());
        repository.edit_metadata(&key, &[put]).await.unwrap();
        for expected in values() {
            let edit = MetadataEdit::set("seen", 1).only_if(None);
            let guard = put_as(stored.clone()).only_if(expected.clone());
            let answer = repository.edit_metadata(&key, &[edit, guard]).await;
            let holds = same(stored.as_ref(), expected.as_ref());
            assert_eq!(answer.is_ok(), holds, "{stored:?} for {expected:?}: {answer:?}");
            let fields = repository.metadata(&key).await.unwrap();
            assert!(same(fields.get("x"), stored.as_ref()), "{stored:?} became {:?}", fields.get("x"));
            assert_eq!(fields.contains_key("seen"), holds, "all or nothing");
            match answer {
                Ok(()) => repository.edit_metadata(&key, &[MetadataEdit::unset("seen")]).await.unwrap(),
                Err(Error::Conflict { stored: told, field, .. }) => {
                    assert_eq!(field, "metadata.x");
                    assert!(same(told.as_deref(), stored.as_ref()));
                }
                Err(other) => panic!("{other}"),
            }
        }
    }
}

#[tokio::test]
async fn a_collation_makes_no_two_texts_or_fields_one() {
    let fresh = support::fresh_collection("collated").await;
    let database = fresh.collection.client().database(&fresh.database);
    let blind = doc! { "create": "sessions", "collation": { "locale": "en", "strength": 1 } };
    database.run_command(blind).await.unwrap();
    let pool = Pool::connect(&fresh.uri.clone().into(), PoolOptions::default()).await.unwrap();
    let repository = pool.repository(&fresh.database, "sessions").unwrap();
    let key = SessionKey::from("s");
    fresh.load([doc! { "_id": "s", "metadata": { "tier": "gold", "Tier": 1, "last": 2 } }]).await;
    for other in ["Gold", "g\u{f6}ld", "gold\0"] {
        let edit = MetadataEdit::set("tier", "silver").only_if(Some(other.into()));
        let answer = repository.edit_metadata(&key, &[edit]).await;
        assert!(matches!(answer, Err(Error::Conflict { .. })), "{other:?}: {answer:?}");
    }
    let edit = MetadataEdit::set("tier", "silver").only_if(Some("gold".into())).before("last");
    repository.edit_metadata(&key, &[edit]).await.unwrap();
    let stored = repository.metadata(&key).await.unwrap();
    assert_eq!(stored.to_string(), doc! { "Tier": 1, "tier": "silver", "last": 2 }.to_string());
}

#[tokio::test]
async fn metadata_that_is_no_object_is_refused_and_stays() {
    let fresh = support::fresh_collection("odd_metadata").await;
    let pool = Pool::connect(&fresh.uri.clone().into(), PoolOptions::default()).await.unwrap();
    for (id, odd) in [("array", Bson::Array(vec![doc! { "0": 1 }.into()])), ("text", "x".into()), ("null", Bson::Null)]
    {
        fresh.load([doc! { "_id": id, "metadata": odd.clone() }]).await;
        let repository = pool.repository(&fresh.database, "sessions").unwrap();
        let manager = SessionManager::new(std::sync::Arc::new(repository), id);
        for key in ["0", "a"] {
            let error = manager.edit_metadata(vec![MetadataEdit::set(key, 1)]).await.unwrap_err();
            assert!(matches!(error, Error::NotAnObject { .. }) && error.to_string().contains(id), "{error}");
        }
        assert!(matches!(manager.metadata().await, Err(Error::NotAnObject { .. })));
        let stored: Document = fresh.collection.find_one(doc! { "_id": id }).await.unwrap().unwrap();
        assert_eq!(stored.get("metadata"), Some(&odd));
    }
}
