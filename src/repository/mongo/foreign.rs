//! Documents that are no sessions, as questions to the server: they are in no list, and nothing is written to them.
//!
//! The rule is [`recognise`](crate::repository::foreign::recognise)'s, in operators that look at the names of the fields and at
//! types alone, so that a document of 12 MB costs no more than a small one.

use bson::{Bson, Document, RawDocument, doc};

use super::{MongoRepository, decoded, errors::Doing, expr};
use crate::{
    repository::{
        Error, Hint, Result,
        foreign::{self, ForeignRecord, OWN_FIELDS, SESSION_FIELDS},
    },
    session::SessionKey,
};

/// How many documents are looked at to tell what a collection holds, in stored order.
const LOOK_AT: i32 = 20;

/// What holds for a document that is no session.
pub(super) fn is_foreign() -> Document {
    let properties: Document = SESSION_FIELDS.iter().map(|field| ((*field).to_owned(), Bson::from(doc! {}))).collect();
    let is_bare = doc! { "$jsonSchema": { "properties": properties, "additionalProperties": false } };
    let (by_agent, password) = (has_agents(), have(&["session_viewer_password"]));
    let is_sure = doc! { "$and": [ by_agent.clone(), password.clone() ] };
    let mut beside_its_id = have(&["session_id"]);
    beside_its_id.insert("$or", each(&OWN_FIELDS));
    let marks = vec![by_agent, password, doc! { "guardrail_events": { "$type": "array" } }, beside_its_id];
    doc! { "$nor": [ is_bare, is_sure, { "$nor": known(), "$or": marks } ] }
}

fn has_agents() -> Document {
    doc! { "agents": { "$type": "object", "$not": { "$type": "array" } } }
}

/// What holds for a document of a store with a name: each of these alone.
fn known() -> Vec<Document> {
    let mut snapshot = have(&[foreign::SNAPSHOT_FIELD]);
    snapshot.insert("_id", doc! { "$regex": foreign::SNAPSHOT_KEY });
    let marks = |all: &[&str], one: &[&str]| {
        let mut marks = have(all);
        if !one.is_empty() {
            marks.insert("$or", each(one));
        }
        marks
    };
    foreign::MARKS.iter().map(|(_, all, one)| marks(all, one)).chain([snapshot]).collect()
}

fn have(fields: &[&str]) -> Document {
    fields.iter().map(|field| ((*field).to_owned(), Bson::from(doc! { "$exists": true }))).collect()
}

fn each(fields: &[&str]) -> Vec<Document> {
    fields.iter().map(|field| have(&[*field])).collect()
}

/// What holds for a session.
pub(super) fn is_session() -> Document {
    doc! { "$nor": [is_foreign()] }
}

/// What two fields tell of most sessions.
pub(super) fn is_sure_session() -> Document {
    let mut sure = has_agents();
    sure.extend(have(&["session_viewer_password"]));
    sure
}

/// What a whole document is, where it is no session.
pub(super) fn of(row: &RawDocument) -> Option<ForeignRecord> {
    of_document(&decoded(row))
}

/// The same of one that is decoded already.
pub(super) fn of_document(document: &Document) -> Option<ForeignRecord> {
    foreign::recognise(document)
}

/// The names of a document's fields, for a pipeline.
pub(super) fn names() -> Document {
    doc! { "$map": { "input": expr::fields("$$ROOT"), "as": "f", "in": "$$f.k" } }
}

/// What a document that is no session is by its `_id` and its [`names`], which stand in `names`; `None` where they do not.
pub(super) fn of_names(row: &Document) -> Option<ForeignRecord> {
    let names = row.get_array("names").map(Vec::as_slice).unwrap_or_default();
    let fields: Vec<&str> = names.iter().filter_map(Bson::as_str).collect();
    (!fields.is_empty()).then(|| foreign::named(row.get("_id").unwrap_or(&Bson::Null), &fields))
}

impl MongoRepository {
    /// What else than sessions is among the first documents, one for each.
    pub(super) async fn foreign_records(&self) -> Result<Vec<ForeignRecord>> {
        let look = vec![
            doc! { "$limit": LOOK_AT },
            doc! { "$match": is_foreign() },
            doc! { "$project": { "_id": 1, "names": names() } },
        ];
        let rows = || {
            let found = self.aggregate(look.clone());
            async move {
                let mut found = found.await?;
                let mut rows = Vec::new();
                while found.advance().await? {
                    rows.push(decoded(found.current()));
                }
                Ok(rows)
            }
        };
        let failure = |error| self.failure(&error, Doing::new("find", "the first documents"));
        let rows = self.ask(rows).await.map_err(failure)?;
        Ok(rows.iter().filter_map(of_names).collect())
    }

    /// What else than sessions the collection holds, as a sentence; `None` where nothing is seen of the kind.
    pub(super) async fn foreign_note(&self) -> Result<Option<String>> {
        let told = foreign::told_of_all(self.foreign_records().await?);
        Ok(told.map(|told| format!("{} holds {told}", self.namespace())))
    }

    /// Whether the first documents are all something else: then there is nothing to index. What cannot be told is not said.
    pub(super) async fn holds_another_store(&self) -> bool {
        if !self.foreign_records().await.is_ok_and(|found| !found.is_empty()) {
            return false;
        }
        let look = vec![
            doc! { "$limit": LOOK_AT },
            doc! { "$match": is_session() },
            doc! { "$limit": 1 },
            doc! { "$project": { "_id": 1 } },
        ];
        matches!(self.aggregate_first(look, Doing::new("find", "the first documents")).await, Ok(None))
    }

    /// Refuses to write to a collection of another store: one without a session.
    pub(super) async fn refuse_another_store(&self, doing: &str) -> Result<()> {
        if self.own.get().is_some() {
            return Ok(());
        }
        let note = match self.foreign_note().await {
            // Who may write and not read is not kept from it.
            Err(Error::Denied { .. }) => None,
            // What is there of others is told to nobody.
            looked if self.is_bound() => looked?.map(|_| format!("{} is no collection of sessions", self.namespace())),
            looked => looked?,
        };
        let first = Doing::new("find", "the first session");
        if let Some(note) = note
            && self.find_first(is_session(), doc! { "_id": 1 }, first).await?.is_none()
        {
            return Err(Error::other(doing, note).with_hint(Hint::CheckNames));
        }
        // Another task may have seen the same.
        let _ = self.own.set(());
        Ok(())
    }

    /// Why nothing of a session is found under that `_id`: there is none, or it is something else.
    pub(super) async fn no_session(&self, key: &SessionKey) -> Error {
        let found = self.find_first(self.by_key(key), doc! {}, Doing::new("find", "the session")).await;
        match found {
            Ok(Some(row)) => match of(&row) {
                Some(record) => self.foreign(key.text(), record),
                // It came just now.
                None => self.missing(key),
            },
            Ok(None) => self.missing(key),
            Err(error) => error,
        }
    }

    /// The error for what is no session.
    pub(super) fn foreign(&self, id: &str, record: ForeignRecord) -> Error {
        Error::foreign(id, self.namespace(), record.told())
    }
}
