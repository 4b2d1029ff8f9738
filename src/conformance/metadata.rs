//! Metadata.

use std::sync::Arc;

use bson::{Bson, DateTime, Decimal128, Document, doc, oid::ObjectId};

use super::{Case, Fixture, Outcome, case, ensure, ensure_error, same};
use crate::{
    repository::{Error, SessionRepository},
    session::{MetadataEdit, MetadataPath, edit},
};

pub(super) const CASES: &[Case] = &[
    case!("fields are set and removed, and no time moves", edited),
    case!("every type of value comes back as that type", types),
    case!("a guard compares type and value", guarded),
    case!("edits are done together or not at all", together),
    case!("a metadata key that cannot be a path is refused", keys),
    case!("an edit of one field keeps those another writer sets meanwhile", concurrent),
    case!("a path leads to a value in an object, and nothing beside it changes", nested),
    case!("a value is put in no object that is not there", no_object),
    case!("a field is put in front of another one of its object", placed),
    case!("the difference of two documents makes one of the other, in its order", differences),
];

async fn edited(repository: Arc<dyn SessionRepository>) -> Outcome {
    let fixture = Fixture::with_messages(repository, 1).await?;
    let before = fixture.read().await?;
    let edits = [MetadataEdit::set("retries", 3), MetadataEdit::unset("priority"), MetadataEdit::unset("nothing")];
    fixture.repository.edit_metadata(&fixture.key, &edits).await?;
    same!(fixture.repository.metadata(&fixture.key).await?, doc! { "retries": 3 });
    let after = fixture.read().await?;
    same!(after.updated_at, before.updated_at);
    same!(after.message_count(), 1);
    fixture.done().await
}

fn decimal(text: &str) -> Bson {
    Bson::Decimal128(text.parse().unwrap_or_else(|_| Decimal128::from_bytes([0; 16])))
}

/// One value of each type that people keep in metadata, and some that look alike.
fn values() -> Vec<Bson> {
    vec![
        Bson::Null,
        Bson::Boolean(false),
        Bson::Int32(5),
        Bson::Int64(5),
        Bson::Double(5.0),
        Bson::Double(0.0),
        Bson::Double(-0.0),
        decimal("5"),
        decimal("5.0"),
        Bson::String("5".to_owned()),
        Bson::String(String::new()),
        Bson::Array(vec![Bson::Int32(5)]),
        Bson::Array(vec![Bson::Int64(5)]),
        Bson::Array(vec![Bson::Double(5.0)]),
        Bson::Array(vec![]),
        Bson::Array(vec![doc! { "a": 5, "b": [1, 2.5] }.into(), "x".into()]),
        Bson::Array(vec![doc! { "a": 5, "b": [1_i64, 2.5] }.into(), "x".into()]),
        Bson::Document(doc! { "a": 5, "b": { "$in": 1, "c.d": [5] } }),
        Bson::Document(doc! { "a": 5, "b": { "$in": 1, "c.d": [5_i64] } }),
        Bson::Document(doc! { "a": 5, "b": { "$set": "not an operator", "c.d": [null] } }),
        Bson::Document(doc! {}),
        Bson::DateTime(DateTime::from_millis(5)),
        Bson::ObjectId(ObjectId::from_bytes([5; 12])),
    ]
}

async fn types(repository: Arc<dyn SessionRepository>) -> Outcome {
    let fixture = Fixture::session(repository).await?;
    for (number, value) in values().into_iter().enumerate() {
        let key = format!("field {number}");
        let edit = MetadataEdit::set(&key, value.clone()).only_if(None);
        fixture.repository.edit_metadata(&fixture.key, &[edit]).await?;
        let stored = fixture.repository.metadata(&fixture.key).await?;
        ensure!(edit::same(stored.get(&key), Some(&value)), "{value:?} came back as {:?}", stored.get(&key));
    }
    fixture.done().await
}

async fn guarded(repository: Arc<dyn SessionRepository>) -> Outcome {
    let fixture = Fixture::session(repository).await?;
    let states: Vec<Option<Bson>> = values().into_iter().map(Some).chain([None]).collect();
    for stored in &states {
        let now = MetadataEdit::new("x", stored.clone());
        fixture.repository.edit_metadata(&fixture.key, &[now]).await?;
        for expected in &states {
            if edit::same(stored.as_ref(), expected.as_ref()) {
                continue;
            }
            let wrong = MetadataEdit::set("x", "overwritten").only_if(expected.clone());
            match fixture.repository.edit_metadata(&fixture.key, &[wrong]).await {
                Err(Error::Conflict { stored: told, .. }) => {
                    ensure!(edit::same(told.as_deref(), stored.as_ref()), "the conflict tells {told:?}");
                }
                other => ensure!(false, "{stored:?} passed for {expected:?}: {other:?}"),
            }
        }
        let right = MetadataEdit::set("x", "seen").only_if(stored.clone());
        fixture.repository.edit_metadata(&fixture.key, &[right]).await?;
        same!(fixture.repository.metadata(&fixture.key).await?.get_str("x").ok(), Some("seen"));
    }
    fixture.done().await
}

async fn together(repository: Arc<dyn SessionRepository>) -> Outcome {
    let fixture = Fixture::session(repository).await?;
    let before = fixture.repository.metadata(&fixture.key).await?;
    let edits = [MetadataEdit::set("a", 1), MetadataEdit::unset("priority").only_if(Some("low".into()))];
    ensure_error!(fixture.repository.edit_metadata(&fixture.key, &edits).await, Error::Conflict { .. });
    same!(fixture.repository.metadata(&fixture.key).await?, before);
    fixture.done().await
}

async fn keys(repository: Arc<dyn SessionRepository>) -> Outcome {
    let fixture = Fixture::session(repository).await?;
    for key in ["", "a.b", "$a", "a\0b"] {
        let edits = [MetadataEdit::set("fine", 1), MetadataEdit::set(key, 1)];
        ensure_error!(fixture.repository.edit_metadata(&fixture.key, &edits).await, Error::Key { .. });
    }
    same!(fixture.repository.metadata(&fixture.key).await?.contains_key("fine"), false);
    for key in ["0", "prix €", "with space"] {
        fixture.repository.edit_metadata(&fixture.key, &[MetadataEdit::set(key, 1).only_if(None)]).await?;
        fixture
            .repository
            .edit_metadata(&fixture.key, &[MetadataEdit::unset(key).only_if(Some(Bson::Int32(1)))])
            .await?;
    }
    fixture.done().await
}

async fn concurrent(repository: Arc<dyn SessionRepository>) -> Outcome {
    let fixture = Fixture::session(repository).await?;
    let mut tasks = Vec::new();
    for writer in 0..8 {
        let (repository, key) = (Arc::clone(&fixture.repository), fixture.key.clone());
        tasks.push(tokio::spawn(async move {
            for number in 0..4 {
                let edit = MetadataEdit::set(format!("writer {writer}"), number);
                repository.edit_metadata(&key, &[edit]).await?;
            }
            Ok::<_, Error>(())
        }));
    }
    for task in tasks {
        task.await.map_err(|join| super::Found(join.to_string()))??;
    }
    let stored = fixture.repository.metadata(&fixture.key).await?;
    for writer in 0..8 {
        same!(stored.get_i32(format!("writer {writer}")).ok(), Some(3));
    }
    fixture.done().await
}

/// Whether the metadata are these, with their types and in their order.
async fn stands(fixture: &Fixture, meant: &Document) -> Outcome {
    let stored = fixture.repository.metadata(&fixture.key).await?;
    let is_meant = edit::same_fields(&stored, meant);
    ensure!(is_meant, "{stored} stands there, not {meant}");
    Ok(())
}

async fn nested(repository: Arc<dyn SessionRepository>) -> Outcome {
    let fixture = Fixture::session(repository).await?;
    let inner = doc! { "tier": "gold", "since": { "year": 2020_i64, "odd.key": [1] }, "visits": 5 };
    fixture.repository.edit_metadata(&fixture.key, &[MetadataEdit::set("customer", inner)]).await?;
    let customer = MetadataPath::from("customer");
    let year = customer.child("since").child("year");
    let edits = [
        MetadataEdit::set(customer.child("tier"), "silver").only_if(Some("gold".into())),
        MetadataEdit::set(&year, 2021).only_if(Some(Bson::Int64(2020))),
        MetadataEdit::unset(customer.child("visits")).only_if(Some(Bson::Int32(5))),
        MetadataEdit::set(customer.child("new"), true).only_if(None),
    ];
    fixture.repository.edit_metadata(&fixture.key, &edits).await?;
    let since = doc! { "year": 2021, "odd.key": [1] };
    let meant = doc! { "priority": "high", "customer": { "tier": "silver", "since": since, "new": true } };
    stands(&fixture, &meant).await?;
    let wrong = [MetadataEdit::set("fine", 1), MetadataEdit::set(&year, 1).only_if(Some(Bson::Int64(2021)))];
    match fixture.repository.edit_metadata(&fixture.key, &wrong).await {
        Err(Error::Conflict { stored, .. }) => {
            ensure!(edit::same(stored.as_deref(), Some(&Bson::Int32(2021))), "the conflict tells {stored:?}");
        }
        other => ensure!(false, "a long passed for an int: {other:?}"),
    }
    stands(&fixture, &meant).await?;
    fixture.done().await
}

async fn no_object(repository: Arc<dyn SessionRepository>) -> Outcome {
    let fixture = Fixture::session(repository).await?;
    let stored = [MetadataEdit::set("n", 1), MetadataEdit::set("tags", vec![doc! { "a": 1 }])];
    for edit in stored {
        fixture.repository.edit_metadata(&fixture.key, &[edit]).await?;
    }
    let before = fixture.repository.metadata(&fixture.key).await?;
    for keys in [&["n", "x"][..], &["nobody", "x"], &["tags", "0"], &["tags", "a"], &["tags", "0", "a"]] {
        let Some(path) = MetadataPath::new(keys.iter().map(|key| (*key).to_owned()).collect()) else { continue };
        for edit in [MetadataEdit::set(&path, 2), MetadataEdit::set(&path, 2).only_if(None), MetadataEdit::unset(&path)]
        {
            let edits = [MetadataEdit::set("fine", 1), edit];
            ensure_error!(fixture.repository.edit_metadata(&fixture.key, &edits).await, Error::NotAnObject { .. });
        }
        let moved = [MetadataEdit::set(&path, 2).before("other")];
        ensure_error!(fixture.repository.edit_metadata(&fixture.key, &moved).await, Error::NotAnObject { .. });
    }
    stands(&fixture, &before).await?;
    fixture.done().await
}

async fn placed(repository: Arc<dyn SessionRepository>) -> Outcome {
    let fixture = Fixture::session(repository).await?;
    let edits = [MetadataEdit::set("first", 1).only_if(None).before("priority")];
    fixture.repository.edit_metadata(&fixture.key, &edits).await?;
    stands(&fixture, &doc! { "first": 1, "priority": "high" }).await?;
    // Where that field is not there, a new one is the last, and one that is there stays where it is.
    let edits = [MetadataEdit::set("last", doc! { "b": 1, "c.d": [{ "e": 1 }] }).before("gone")];
    fixture.repository.edit_metadata(&fixture.key, &edits).await?;
    let edits = [
        MetadataEdit::set("first", 2).before("gone"),
        MetadataEdit::set("priority", "high").only_if(Some("high".into())).before("first"),
        MetadataEdit::set(MetadataPath::from("last").child("a"), "$b").only_if(None).before("b"),
    ];
    fixture.repository.edit_metadata(&fixture.key, &edits).await?;
    let last = doc! { "a": "$b", "b": 1, "c.d": [{ "e": 1 }] };
    let meant = doc! { "priority": "high", "first": 2, "last": last };
    stands(&fixture, &meant).await?;
    let wrong = [MetadataEdit::set("last", 1).only_if(None).before("priority"), MetadataEdit::set("fine", 1)];
    ensure_error!(fixture.repository.edit_metadata(&fixture.key, &wrong).await, Error::Conflict { .. });
    stands(&fixture, &meant).await?;
    fixture.done().await
}

async fn differences(repository: Arc<dyn SessionRepository>) -> Outcome {
    let fixture = Fixture::session(repository).await?;
    let states = [
        doc! { "z": 1, "y": "$z", "x": { "b": 1_i64, "a": [1, { "k": 2 }] } },
        doc! { "y": "$z", "z": 1, "x": { "a": [1, { "k": 2 }], "b": 1_i64 } },
        doc! { "x": { "c": {}, "a": [1, { "k": 2 }], "b": 1, "d.e": 1 }, "y": 2, "new": 0, "z": 1, "later": 0, "last": 0 },
        doc! { "last": 0, "later": 0, "z": 1, "new": 0, "y": 2, "x": { "d.e": 1, "b": 1, "c": { "literal": 1 } } },
        doc! { "last": 0, "x": { "b": 1, "c": 1 }, "later": 0, "v": { "k": 1 }, "z": 1 },
        doc! {},
    ];
    let mut before = fixture.repository.metadata(&fixture.key).await?;
    for meant in states {
        let edits = edit::difference(&before, &meant);
        fixture.repository.edit_metadata(&fixture.key, &edits).await?;
        stands(&fixture, &meant).await?;
        before = meant;
    }
    fixture.done().await
}
