//! Edits by hand, another writer, undo and redo over restarts, in any order: what is stored is what a model of it says.

use std::{collections::BTreeMap, path::Path, sync::Arc};

use bson::{Bson, DateTime, Document, doc};
use proptest::{prelude::*, test_runner::TestRunner};
use strandscope::{
    ErrorKind, Hooks, Limits, MetadataEdit, MetadataPath, Opened, SessionRepository,
    app::{
        place::Store,
        writes::{HandWriter, Journal, UndoScope, Write, WritePlace},
    },
};

use super::common::open;
use crate::support::{self, Fresh};

const ID: &str = "s";

#[derive(Debug, Clone)]
enum Step {
    /// By hand: a field of the metadata, or of the object in it.
    Edit(usize, Option<Bson>),
    /// By another writer.
    Other(usize, Option<Bson>),
    Undo,
    Redo,
    /// The program ends and begins again.
    Restart,
}

fn path(field: usize) -> MetadataPath {
    match field {
        0..3 => MetadataPath::from(["a", "b", "c"][field]),
        _ => MetadataPath::from("in").child(["a", "b", "c"][field % 3]),
    }
}

fn values() -> impl Strategy<Value = Option<Bson>> {
    prop::sample::select(vec![
        None,
        Some(Bson::Null),
        Some(Bson::Int32(5)),
        Some(Bson::Int64(5)),
        Some(Bson::Double(5.0)),
        Some(Bson::from("text")),
        Some(Bson::DateTime(DateTime::from_millis(5))),
        Some(Bson::from(vec![Bson::Int32(1), Bson::from(doc! { "x": 1_i64 })])),
    ])
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        4 => (0..6_usize, values()).prop_map(|(field, value)| Step::Edit(field, value)),
        1 => (0..6_usize, values()).prop_map(|(field, value)| Step::Other(field, value)),
        4 => Just(Step::Undo),
        3 => Just(Step::Redo),
        1 => Just(Step::Restart),
    ];
    prop::collection::vec(step, 1..25)
}

/// What the fields hold, and what was changed by hand: the field, before and after.
#[derive(Default)]
struct Model {
    fields: BTreeMap<usize, Bson>,
    done: Vec<(usize, Option<Bson>, Option<Bson>)>,
    undone: Vec<(usize, Option<Bson>, Option<Bson>)>,
}

impl Model {
    fn put(&mut self, field: usize, value: Option<Bson>) {
        match value {
            Some(value) => self.fields.insert(field, value),
            None => self.fields.remove(&field),
        };
    }

    fn edit(&mut self, field: usize, value: Option<Bson>) {
        let before = self.fields.get(&field).cloned();
        // What changes nothing is not written down.
        if before != value {
            self.done.push((field, before, value.clone()));
            self.undone.clear();
        }
        self.put(field, value);
    }

    /// Whether it is done; `None`: there is nothing.
    fn turn(&mut self, back: bool) -> Option<bool> {
        let (from, to) = if back { (&mut self.done, &mut self.undone) } else { (&mut self.undone, &mut self.done) };
        let (field, before, after) = from.pop()?;
        let (needed, wanted) = if back { (&after, &before) } else { (&before, &after) };
        let now = self.fields.get(&field).cloned();
        if now != *needed && now != *wanted {
            from.push((field, before, after));
            return Some(false);
        }
        let wanted = wanted.clone();
        to.push((field, before, after));
        self.put(field, wanted);
        Some(true)
    }

    fn check(&self, stored: &Document) {
        for field in 0..6 {
            assert_eq!(path(field).value(stored), self.fields.get(&field), "{} in {stored}", path(field));
        }
        assert_eq!(stored.get("untouched"), Some(&Bson::from(doc! { "z": 1_i64, "y": [null] })));
    }
}

fn hand(fresh: &Fresh, repository: &Arc<dyn SessionRepository>, state: &Path) -> HandWriter {
    let place = WritePlace { name: fresh.database.clone(), identity: repository.identity(), ..WritePlace::default() };
    let journal = Journal::new(Some(state.to_owned()));
    HandWriter {
        place,
        store: Store::Repository(Arc::clone(repository)),
        hooks: Hooks::default(),
        copies: None,
        journal,
    }
}

async fn run(steps: Vec<Step>) {
    let fresh = support::fresh_collection("undone").await;
    let state = tempfile::tempdir().expect("a folder");
    let metadata = doc! { "untouched": { "z": 1_i64, "y": [null] }, "in": {} };
    fresh.load([doc! { "_id": ID, "session_id": ID, "metadata": metadata, "agents": {} }]).await;
    let opened = open(&fresh.uri, Some(&fresh.database), Some("sessions"), Limits::default()).await;
    let Ok(Opened::Store(repository)) = opened else { panic!("it was named") };
    let mut writer = hand(&fresh, &repository, state.path());
    let mut model = Model::default();
    for step in steps {
        match step.clone() {
            Step::Edit(field, value) => {
                let edit = MetadataEdit::new(path(field), value.clone()).only_if(model.fields.get(&field).cloned());
                writer.carry_out(Write::Metadata(ID.into(), vec![edit])).await.expect("the guard holds");
                model.edit(field, value);
            }
            Step::Other(field, value) => {
                let name = path(field).field();
                let unset = || doc! { "$unset": { name.clone(): "" } };
                let update = value.clone().map_or_else(unset, |value| doc! { "$set": { name.clone(): value } });
                fresh.collection.update_one(doc! { "_id": ID }, update).await.expect("updated");
                model.put(field, value);
            }
            Step::Undo | Step::Redo => {
                let back = matches!(step, Step::Undo);
                let scope = UndoScope::Session(ID.into());
                let write = if back { Write::Undo(scope) } else { Write::Redo(scope) };
                let expected = model.turn(back);
                match writer.carry_out(write).await {
                    Ok(outcome) => assert_eq!(expected.is_some(), !outcome.changes.is_empty(), "{:?}", outcome.says),
                    Err(error) => {
                        assert_eq!((expected, error.kind()), (Some(false), ErrorKind::Conflict), "{error}");
                    }
                }
            }
            Step::Restart => writer = hand(&fresh, &repository, state.path()),
        }
        model.check(&repository.metadata(&ID.into()).await.expect("it is there"));
    }
}

#[test]
fn what_is_stored_is_what_the_model_says() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let mut runner =
        TestRunner::new(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() });
    let ran = runner.run(&steps(), |steps| {
        runtime.block_on(run(steps));
        Ok(())
    });
    ran.expect("any order");
}
