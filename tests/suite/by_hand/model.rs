//! What must be stored after edits by hand, undo, redo and the edits of another writer.

use bson::{Bson, DateTime, Document, doc};
use proptest::prelude::*;
use strandscope::{MetadataEdit, MetadataPath, edit};

/// One thing that happens.
#[derive(Debug, Clone)]
pub enum Step {
    /// Whoever edits by hand reads what is stored.
    Look,
    /// These values are edited by hand, guarded by what was read last.
    Mine(Vec<(MetadataPath, Option<Bson>)>),
    /// Another writer sets or removes a value.
    Theirs(MetadataPath, Option<Bson>),
    /// Another writer appends to another field.
    Push(i32),
    Undo,
    Redo,
    /// The program is started anew.
    Restart,
}

pub fn path(keys: &[&str]) -> MetadataPath {
    MetadataPath::new(keys.iter().map(|key| (*key).to_owned()).collect()).expect("keys")
}

fn paths() -> impl Strategy<Value = MetadataPath> {
    let all: [&[&str]; 7] = [&["a"], &["b"], &["o"], &["o", "x"], &["o", "y"], &["o", "p", "q"], &["a", "deep"]];
    prop::sample::select(all.map(path).to_vec())
}

fn values() -> impl Strategy<Value = Option<Bson>> {
    let some: Vec<Bson> = vec![
        Bson::Int32(5),
        Bson::Int64(5),
        Bson::Double(5.0),
        Bson::Double(f64::NAN),
        Bson::String("5".to_owned()),
        Bson::Null,
        Bson::Boolean(true),
        Bson::DateTime(DateTime::from_millis(5)),
        bson::bson!([5, { "x": 1 }]),
        bson::bson!({ "x": 5, "p": { "q": 1 } }),
        bson::bson!({ "$date": "yesterday" }),
        bson::bson!({}),
    ];
    prop::option::weighted(0.8, prop::sample::select(some))
}

pub fn steps() -> impl Strategy<Value = Vec<Step>> {
    let mine = prop::collection::vec((paths(), values()), 1..3).prop_map(Step::Mine);
    let theirs = (paths(), values()).prop_map(|(path, value)| Step::Theirs(path, value));
    let step = prop_oneof![
        3 => Just(Step::Look),
        5 => mine,
        2 => theirs,
        1 => any::<i32>().prop_map(Step::Push),
        3 => Just(Step::Undo),
        2 => Just(Step::Redo),
        1 => Just(Step::Restart),
    ];
    prop::collection::vec(step, 1..25)
}

/// An edit by hand that was carried out: what stood there before and after.
type Done = Vec<(MetadataPath, Option<Bson>, Option<Bson>)>;

pub struct Model {
    now: Document,
    seen: Document,
    done: Vec<Done>,
    undone: Vec<Done>,
}

impl Model {
    pub fn begin() -> Document {
        doc! { "a": 1, "b": "x", "o": { "x": 1_i64, "p": { "q": 2.5 } }, "rest": [1, { "$set": 2 }] }
    }

    pub fn new() -> Self {
        Self { now: Self::begin(), seen: Self::begin(), done: Vec::new(), undone: Vec::new() }
    }

    pub fn now(&self) -> &Document {
        &self.now
    }

    pub fn look(&mut self) {
        self.seen = self.now.clone();
    }

    /// The edits with the guards that whoever looked has; those that overlap an earlier one are left out.
    pub fn guarded(&self, edits: &[(MetadataPath, Option<Bson>)]) -> Vec<MetadataEdit> {
        let mut guarded: Vec<MetadataEdit> = Vec::new();
        for (path, value) in edits {
            if guarded.iter().all(|other| !other.path.is_within(path) && !path.is_within(&other.path)) {
                guarded.push(MetadataEdit::new(path, value.clone()).only_if(path.value(&self.seen).cloned()));
            }
        }
        guarded
    }

    /// Whether they are carried out.
    pub fn mine(&mut self, edits: &[MetadataEdit]) -> bool {
        let change: Done = edits
            .iter()
            .map(|edit| (edit.path.clone(), edit.path.value(&self.now).cloned(), edit.value.clone()))
            .collect();
        let holds = edits.iter().all(|edit| {
            edit.guard == strandscope::Guard::Stored(edit.path.value(&self.now).cloned())
                || edit::same(guard(edit), edit.path.value(&self.now))
        });
        if !holds || !self.put(&change, |(_, _, after)| after.clone()) {
            return false;
        }
        // What changes nothing leaves nothing to take back.
        if change.iter().any(|(_, before, after)| !edit::same(before.as_ref(), after.as_ref())) {
            self.done.push(change);
            self.undone.clear();
        }
        true
    }

    pub fn undo(&mut self) -> bool {
        // Nothing to take back is no failure: it is said.
        let Some(change) = self.done.last().cloned() else { return true };
        let stands = change.iter().all(|(path, _, after)| edit::same(path.value(&self.now), after.as_ref()));
        // Another writer may have done it already.
        let is_back = change.iter().all(|(path, before, _)| edit::same(path.value(&self.now), before.as_ref()));
        if !is_back && (!stands || !self.put(&change, |(_, before, _)| before.clone())) {
            return false;
        }
        self.done.pop();
        self.undone.push(change);
        true
    }

    pub fn redo(&mut self) -> bool {
        let Some(change) = self.undone.last().cloned() else { return true };
        let stands = change.iter().all(|(path, before, _)| edit::same(path.value(&self.now), before.as_ref()));
        let is_there = change.iter().all(|(path, _, after)| edit::same(path.value(&self.now), after.as_ref()));
        if !is_there && (!stands || !self.put(&change, |(_, _, after)| after.clone())) {
            return false;
        }
        self.undone.pop();
        self.done.push(change);
        true
    }

    /// Puts every value there; `false`: one has no object to stand in, and nothing is put.
    fn put(
        &mut self,
        change: &Done,
        value: impl Fn(&(MetadataPath, Option<Bson>, Option<Bson>)) -> Option<Bson>,
    ) -> bool {
        let mut next = self.now.clone();
        for one in change {
            let Some(object) = object(&mut next, &one.0) else { return false };
            match value(one) {
                Some(value) => drop(object.insert(one.0.name(), value)),
                None => drop(object.remove(one.0.name())),
            }
        }
        self.now = next;
        true
    }

    /// What another writer sends, which has no effect where there is no object.
    pub fn theirs(&mut self, path: &MetadataPath, value: Option<&Bson>) -> (Document, Document) {
        let change = vec![(path.clone(), None, value.cloned())];
        if !self.put(&change, |(_, _, after)| after.clone()) {
            return (doc! { "_id": "nobody" }, doc! { "$set": { "n": 1 } });
        }
        let unset = || doc! { "$unset": { path.field(): "" } };
        let update = value.map_or_else(unset, |value| doc! { "$set": { path.field(): value.clone() } });
        (doc! { "_id": "s" }, update)
    }

    /// Whether that is stored, whatever the order of fields.
    pub fn holds(&self, stored: &Document) -> bool {
        edit::same(Some(&sorted(&self.now.clone().into())), Some(&sorted(&stored.clone().into())))
    }
}

fn guard(edit: &MetadataEdit) -> Option<&Bson> {
    match &edit.guard {
        strandscope::Guard::Stored(Some(stored)) => Some(stored),
        _ => None,
    }
}

fn object<'a>(metadata: &'a mut Document, path: &MetadataPath) -> Option<&'a mut Document> {
    let (_, parents) = path.keys().split_last()?;
    parents.iter().try_fold(metadata, |at, key| at.get_mut(key)?.as_document_mut())
}

fn sorted(value: &Bson) -> Bson {
    match value {
        Bson::Document(fields) => {
            let mut fields: Vec<(String, Bson)> =
                fields.iter().map(|(key, value)| (key.clone(), sorted(value))).collect();
            fields.sort_by(|a, b| a.0.cmp(&b.0));
            Bson::Document(fields.into_iter().collect())
        }
        other => other.clone(),
    }
}
