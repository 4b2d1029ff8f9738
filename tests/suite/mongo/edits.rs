//! Edits of metadata by path and place, under a second writer: on the server as on a document, and nothing beside them moves.

use bson::{Bson, Document, doc};
use proptest::{prelude::*, strategy::ValueTree, test_runner::TestRunner};
use strandscope::{
    Error, MetadataEdit, MetadataPath, Pool, PoolOptions, SessionKey, SessionReader, SessionWriter, edit,
};

use crate::support;

const STEPS: usize = 150;

fn fields(value: impl Strategy<Value = Bson>) -> impl Strategy<Value = Document> {
    prop::collection::vec(("[a-e]", value), 0..6).prop_map(|fields| fields.into_iter().collect::<Document>())
}

fn value() -> impl Strategy<Value = Bson> {
    let leaf = prop_oneof![
        (0..3_i32).prop_map(Bson::Int32),
        (0..2_i64).prop_map(Bson::Int64),
        prop_oneof![Just("$a"), Just("x")].prop_map(Bson::from),
        Just(Bson::Null),
        Just(Bson::Document(doc! { "dotted.key": 1, "k": "$$ROOT" })),
        prop::collection::vec(Just(Bson::Document(doc! { "k": 1 })), 0..3).prop_map(Bson::Array),
    ];
    leaf.prop_recursive(2, 12, 4, |inner| fields(inner).prop_map(Bson::Document))
}

fn bytes(document: &Document) -> Vec<u8> {
    bson::serialize_to_vec(document).expect("bytes")
}

#[tokio::test]
async fn the_server_carries_edits_out_as_a_document_does_and_touches_nothing_else() {
    let fresh = support::fresh_collection("edits_by_path").await;
    let pool = Pool::connect(&fresh.uri.clone().into(), PoolOptions::default()).await.expect("a pool");
    let repository = pool.repository(&fresh.database, "sessions").expect("names");
    let key = SessionKey::from("s");
    let schema = doc! { "$ref": "#/a.b", "c.d": [{ "$defs": {} }] };
    let tool = doc! { "toolUse": { "toolUseId": "t", "name": "n", "input": schema } };
    let message = doc! { "message": { "role": "assistant", "content": [tool] }, "message_id": 0 };
    let mut model = doc! {};
    fresh
        .load([doc! {
            "_id": "s", "session_id": "s", "metadata": {}, "session_viewer_password": "p",
            "agents": { "a": { "agent_data": { "model": "m" }, "messages": [message] } }, "odd.field": 1,
        }])
        .await;
    let read = async || {
        let mut stored = fresh.collection.find_one(doc! {}).await.expect("an answer").expect("it is there");
        let metadata = stored.get_document("metadata").expect("an object").clone();
        stored.insert("metadata", Bson::Null);
        (metadata, bytes(&stored))
    };
    let (_, rest) = read().await;

    let mut runner = TestRunner::deterministic();
    let mut next =
        |wanted: u32| any::<prop::sample::Index>().new_tree(&mut runner).expect("one").current().index(wanted as usize);
    let mut values = TestRunner::deterministic();
    let (mut base, mut done) = (model.clone(), 0);
    for step in 0..STEPS {
        if next(3) > 0 {
            base = model.clone();
        }
        let mine = fields(value()).new_tree(&mut values).expect("a document").current();
        if next(3) == 0 {
            // The second writer.
            let name = ["a", "b", "other"][next(3)];
            let theirs =
                if next(2) == 0 { None } else { value().new_tree(&mut values).ok().map(|tree| tree.current()) };
            let update = theirs.as_ref().map_or_else(
                || doc! { "$unset": { format!("metadata.{name}"): "" } },
                |value| doc! { "$set": { format!("metadata.{name}"): value } },
            );
            fresh.collection.update_one(doc! {}, update).await.expect("the other writer");
            edit::apply(&mut model, &[MetadataEdit::new(name, theirs)]).expect("unguarded");
        }
        let edits = edit::difference(&base, &mine);
        let meant = edit::apply(&mut model, &edits);
        let answer = repository.edit_metadata(&key, &edits).await;
        match (&meant, &answer) {
            (Ok(()), Ok(())) => done += 1,
            (Err(edit::EditRefusal::Conflict(_)), Err(Error::Conflict { .. }))
            | (Err(edit::EditRefusal::NoObject(_)), Err(Error::NotAnObject { .. })) => {}
            _ => panic!("step {step}: {edits:?} came to {answer:?}, not {meant:?}"),
        }
        let (stored, others) = read().await;
        assert_eq!(stored.to_string(), model.to_string(), "step {step}: {edits:?}");
        assert_eq!(bytes(&stored), bytes(&model), "step {step}: {edits:?}");
        assert_eq!(others, rest, "step {step}");
    }
    assert!(done > STEPS / 3, "{done} were carried out");
}

#[tokio::test]
async fn two_writers_of_one_object_both_keep_what_they_put_there() {
    let fresh = support::fresh_collection("placed_at_once").await;
    let pool = Pool::connect(&fresh.uri.clone().into(), PoolOptions::default()).await.expect("a pool");
    let repository = pool.repository(&fresh.database, "sessions").expect("names");
    let key = SessionKey::from("s");
    fresh.load([doc! { "_id": "s", "session_id": "s", "metadata": { "o": { "last": 0 } } }]).await;
    let mut writers = Vec::new();
    for writer in 0..4 {
        let (repository, key) = (repository.clone(), key.clone());
        writers.push(tokio::spawn(async move {
            for number in 0..10 {
                let path = MetadataPath::from("o").child(format!("w{writer} {number}"));
                let edit = MetadataEdit::set(path, number).only_if(None).before("last");
                repository.edit_metadata(&key, &[edit]).await.expect("put there");
            }
        }));
    }
    for writer in writers {
        writer.await.expect("no panic");
    }
    let stored = repository.metadata(&key).await.expect("the metadata");
    let keys: Vec<&String> = stored.get_document("o").expect("an object").keys().collect();
    assert_eq!(keys.len(), 41);
    assert_eq!(keys.last().map(|key| key.as_str()), Some("last"));
    for writer in 0..4 {
        let start = format!("w{writer} ");
        let numbers: Vec<&str> = keys.iter().filter_map(|key| key.strip_prefix(&start)).collect();
        assert_eq!(numbers, ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"]);
    }
}
