//! Documents that are no sessions, as questions to the server: they are in no list, and nothing is written to them.
//!
//! The rule is [`recognise`](crate::repository::foreign::recognise)'s, in operators that look at the names of the fields alone,
//! so that a document of 12 MB costs no more than a small one.

use bson::{Bson, Document, RawDocument, doc};

use super::{MongoRepository, by_key, decoded, errors::Doing, expr};
use crate::{
    repository::{
        Error, Result,
        foreign::{self, ForeignRecord, OWN_FIELDS, SESSION_FIELDS},
    },
    session::SessionKey,
};

/// How many documents are looked at to tell what a collection holds, in stored order.
const LOOK_AT: i32 = 20;

/// What holds for a document that is no session.
pub(super) fn is_foreign() -> Document {
    let properties: Document = SESSION_FIELDS.iter().map(|field| ((*field).to_owned(), Bson::from(doc! {}))).collect();
    let only_ours = doc! { "$jsonSchema": { "properties": properties, "additionalProperties": false } };
    let mut query: Document =
        OWN_FIELDS.iter().map(|field| ((*field).to_owned(), Bson::from(doc! { "$exists": false }))).collect();
    query.insert("$nor", vec![only_ours]);
    query
}

/// What holds for a session.
pub(super) fn is_session() -> Document {
    doc! { "$nor": [is_foreign()] }
}

/// The query for exactly that `_id` where it is a session's.
pub(super) fn session_by_key(key: &SessionKey) -> Document {
    let mut query = by_key(key);
    query.extend(is_session());
    query
}

/// What a whole document is, where it is no session.
pub(super) fn of(row: &RawDocument) -> Option<ForeignRecord> {
    of_document(&decoded(row))
}

/// The same of one that is decoded already.
pub(super) fn of_document(document: &Document) -> Option<ForeignRecord> {
    let fields: Vec<&str> = document.keys().map(String::as_str).collect();
    foreign::recognise(document.get("_id").unwrap_or(&Bson::Null), &fields)
}

/// The names of a document's fields, for a pipeline.
pub(super) fn names() -> Document {
    doc! { "$map": { "input": expr::fields("$$ROOT"), "as": "f", "in": "$$f.k" } }
}

/// What a document is by its `_id` and its [`names`], which stand in `names`.
pub(super) fn of_names(row: &Document) -> Option<ForeignRecord> {
    let names = row.get_array("names").map(Vec::as_slice).unwrap_or_default();
    let fields: Vec<&str> = names.iter().filter_map(Bson::as_str).collect();
    foreign::recognise(row.get("_id").unwrap_or(&Bson::Null), &fields)
}

impl MongoRepository {
    /// What else than sessions is among the first documents, one for each.
    pub(super) async fn foreign_records(&self) -> Result<Vec<ForeignRecord>> {
        let look = vec![
            doc! { "$limit": LOOK_AT },
            doc! { "$match": is_foreign() },
            doc! { "$project": { "_id": 1, "names": names() } },
        ];
        let failure = |error| self.failure(&error, Doing::new("find", "the first documents"));
        let mut found = self.aggregate(look).await.map_err(failure)?;
        let mut records = Vec::new();
        while found.advance().await.map_err(failure)? {
            records.extend(of_names(&decoded(found.current())));
        }
        Ok(records)
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
        match self.aggregate(look).await {
            Ok(mut found) => matches!(found.advance().await, Ok(false)),
            Err(_) => false,
        }
    }

    /// Refuses to write to a collection of another store: one without a session.
    pub(super) async fn refuse_another_store(&self) -> Result<()> {
        let Some(note) = self.foreign_note().await? else { return Ok(()) };
        let session = self.find_first(is_session(), doc! { "_id": 1 }, Doing::new("find", "the first session")).await?;
        if session.is_some() { Ok(()) } else { Err(Error::other("creating indexes", note)) }
    }

    /// Why nothing of a session is found under that `_id`: there is none, or it is something else.
    pub(super) async fn no_session(&self, key: &SessionKey) -> Error {
        let found = self.find_first(by_key(key), doc! {}, Doing::new("find", "the session")).await;
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
