//! Changes by hand beside another writer, on a real server.

#[cfg(unix)]
mod form;
pub mod kills;
mod model;
#[cfg(unix)]
mod saving;
#[cfg(unix)]
mod window;

use std::{path::Path, sync::Arc};

use bson::{Bson, Document, RawDocumentBuf, doc};
use model::{Model, Step, steps};
use proptest::{strategy::Strategy, test_runner::TestRunner};
use strandscope::{
    Error, MetadataEdit, Pool, PoolOptions, SessionKey, SessionReader,
    app::{
        place::{Store, WriteRules},
        writes::{HandWriter, Journal, UndoScope, Write, WritePlace},
    },
};

use crate::support::{self, Fresh};

/// How many random stories are played.
const STORIES: usize = 60;

/// Writes by hand to that collection, with its journal in that folder.
async fn hand(fresh: &Fresh, state: &Path) -> HandWriter {
    let pool = Pool::connect(&fresh.uri.clone().into(), PoolOptions::default()).await.expect("a pool");
    let repository = Arc::new(pool.repository(&fresh.database, "sessions").expect("names"));
    let place = WritePlace { name: "test".into(), identity: repository.identity(), rules: WriteRules::default() };
    HandWriter {
        place,
        store: Store::Repository(repository),
        hooks: strandscope::Hooks::default(),
        copies: Some(state.join("deleted")),
        journal: Journal::new(Some(state.to_owned())),
    }
}

async fn raw(fresh: &Fresh) -> RawDocumentBuf {
    let sessions = fresh.collection.clone_with_type::<RawDocumentBuf>();
    sessions.find_one(doc! { "_id": "s" }).await.expect("it answers").expect("it is there")
}

/// The bytes of every field but these.
fn others(document: &RawDocumentBuf, but: &[&str]) -> Vec<(String, Vec<u8>)> {
    let fields = document.iter().map(|field| field.expect("a field"));
    let others = fields.filter(|(name, _)| !but.contains(&name.as_str()));
    others
        .map(|(name, value)| {
            let alone = bson::serialize_to_vec(&doc! { "": Bson::try_from(value).expect("a value") }).expect("bytes");
            (name.as_str().to_owned(), alone)
        })
        .collect()
}

async fn play(fresh: &Fresh, story: &[Step]) {
    let state = tempfile::tempdir().expect("a folder");
    let mut document = support::load_fixture("sessions.jsonl").remove(0);
    document.insert("_id", "s");
    document.insert("metadata", Model::begin());
    fresh.collection.delete_many(doc! {}).await.expect("emptied");
    fresh.load([document]).await;
    let before = others(&raw(fresh).await, &["metadata", "log"]);
    let mut hand = hand(fresh, state.path()).await;
    let key = SessionKey::from("s");
    let mut model = Model::new();
    for (at, step) in story.iter().enumerate() {
        let told = match step {
            Step::Look => {
                model.look();
                continue;
            }
            Step::Theirs(path, value) => {
                let (query, update) = model.theirs(path, value.as_ref());
                fresh.collection.update_one(query, update).await.expect("stored");
                continue;
            }
            Step::Push(n) => {
                let update = doc! { "$push": { "log": n } };
                fresh.collection.update_one(doc! { "_id": "s" }, update).await.expect("stored");
                continue;
            }
            Step::Mine(edits) => {
                let edits = model.guarded(edits);
                let expected = model.mine(&edits);
                let done = hand.carry_out(Write::Metadata(key.clone(), edits)).await;
                (expected, done.map(drop))
            }
            Step::Undo => {
                let expected = model.undo();
                (expected, hand.carry_out(Write::Undo(UndoScope::Session(key.clone()))).await.map(drop))
            }
            Step::Redo => {
                let expected = model.redo();
                (expected, hand.carry_out(Write::Redo(UndoScope::Session(key.clone()))).await.map(drop))
            }
            Step::Restart => {
                // Nothing of the journal is kept in memory alone.
                hand = self::hand(fresh, state.path()).await;
                continue;
            }
        };
        let (expected, done) = told;
        assert_eq!(done.is_ok(), expected, "step {at}, {step:?}: {done:?}");
        let stored = hand.store.reader().metadata(&key).await.expect("read");
        assert!(model.holds(&stored), "step {at}, {step:?}: {stored} is stored, {} is right", model.now());
    }
    assert_eq!(others(&raw(fresh).await, &["metadata", "log"]), before, "nothing else was touched");
}

#[tokio::test]
async fn random_changes_by_hand_beside_another_writer_end_as_the_model_says() {
    let fresh = support::fresh_collection("by_hand").await;
    let mut runner = TestRunner::deterministic();
    for _ in 0..STORIES {
        let story = steps().new_tree(&mut runner).expect("a story");
        play(&fresh, &proptest::strategy::ValueTree::current(&story)).await;
    }
}

/// A removed field comes back with its type, its value and its place among its siblings, also in an object.
#[tokio::test]
async fn a_removed_field_comes_back_where_it_was() {
    let fresh = support::fresh_collection("by_hand_place").await;
    let metadata = doc! { "a": 1_i64, "o": { "x": 1, "y": { "$date": "no date" }, "z": 2.5 }, "c": "last" };
    fresh.load([doc! { "_id": "s", "metadata": metadata.clone() }]).await;
    let state = tempfile::tempdir().expect("a folder");
    let hand = hand(&fresh, state.path()).await;
    let key = SessionKey::from("s");
    let before = raw(&fresh).await;
    for keys in [vec!["a"], vec!["o", "y"], vec!["o", "z"], vec!["c"], vec!["o"]] {
        let path = model::path(&keys);
        let stored = path.value(&metadata).cloned();
        let edit = MetadataEdit::unset(&path).only_if(stored);
        hand.carry_out(Write::Metadata(key.clone(), vec![edit])).await.expect("removed");
        assert_ne!(raw(&fresh).await, before, "{keys:?}");
        let another = self::hand(&fresh, state.path()).await;
        another.carry_out(Write::Undo(UndoScope::Session(key.clone()))).await.expect("taken back");
        assert_eq!(raw(&fresh).await, before, "{keys:?} is back, byte for byte");
    }
}

/// Another change stands in the way: nothing is done, and what stands there is told.
#[tokio::test]
async fn what_another_writer_changed_since_is_not_taken_back() {
    let fresh = support::fresh_collection("by_hand_conflict").await;
    fresh.load([doc! { "_id": "s", "metadata": { "a": 1, "b": 1 } }]).await;
    let state = tempfile::tempdir().expect("a folder");
    let hand = hand(&fresh, state.path()).await;
    let key = SessionKey::from("s");
    let edits = ["a", "b"].map(|name| MetadataEdit::set(name, 2).only_if(Some(1.into())));
    hand.carry_out(Write::Metadata(key.clone(), edits.to_vec())).await.expect("stored");
    fresh.collection.update_one(doc! { "_id": "s" }, doc! { "$set": { "metadata.b": 7_i64 } }).await.expect("stored");
    let refused = hand.carry_out(Write::Undo(UndoScope::Place)).await;
    assert!(
        matches!(&refused, Err(Error::Conflict { stored: Some(now), .. }) if **now == Bson::Int64(7)),
        "{refused:?}"
    );
    let stored = hand.store.reader().metadata(&key).await.expect("read");
    assert_eq!(stored, doc! { "a": 2, "b": 7_i64 } as Document);
}
