//! The session itself, its feedback and its guardrail events.

use bson::{Bson, Document, RawDocument, RawDocumentBuf, doc};
use mongodb::error::ErrorKind;
use serde::Serialize;

use super::run::{RunningWrite, sized};
use crate::{
    repository::{Error, Result},
    session::{
        SessionKey, encode,
        record::{NewFeedback, NewGuardrailEvent},
    },
};

const DUPLICATE_KEY: i32 = 11000;

pub(super) async fn create(run: RunningWrite, key: SessionKey, document: Document) -> Result<()> {
    run.refuse_another_store().await?;
    let (created, repeated) = insert(&run, &document).await?;
    if created {
        return Ok(());
    }
    if repeated && is_ours(&run, &key, &document).await? {
        return run.found(());
    }
    Err(Error::exists("session", key.text(), run.repository.namespace()))
}

/// Whether it was stored, or its `_id` was taken; and whether an attempt before may have stored it.
async fn insert<T>(run: &RunningWrite, document: &T) -> Result<(bool, bool)>
where
    T: Serialize + Clone + Send + Sync,
{
    let attempt = |_| {
        let (collection, document) = (run.repository.collection().clone_with_type::<T>(), document.clone());
        async move {
            match collection.insert_one(document).await {
                Ok(_) => Ok(true),
                Err(error) if is_duplicate(&error) => Ok(false),
                Err(error) => Err(error),
            }
        }
    };
    run.until_answered(attempt).await
}

fn is_duplicate(error: &mongodb::error::Error) -> bool {
    match error.kind.as_ref() {
        ErrorKind::Write(mongodb::error::WriteFailure::WriteError(write)) => write.code == DUPLICATE_KEY,
        ErrorKind::Command(command) => command.code == DUPLICATE_KEY,
        _ => false,
    }
}

/// Whether what is stored is what an attempt whose answer was lost has written: no two sessions share a password.
async fn is_ours(run: &RunningWrite, key: &SessionKey, document: &Document) -> Result<bool> {
    let fields = ["session_viewer_password", "created_at"];
    let looked = run.read(key, fields.iter().map(|field| ((*field).to_owned(), Bson::Int32(1))).collect()).await;
    let stored = run.after(true, looked)?;
    Ok(stored.is_some_and(|stored| fields.iter().all(|field| stored.get(field) == document.get(field))))
}

pub(super) async fn update(run: RunningWrite, key: SessionKey, fields: Document) -> Result<()> {
    if fields.is_empty() {
        return Ok(());
    }
    let (matched, repeated) = run.update(&run.repository.session_by_key(&key), &doc! { "$set": fields }).await?;
    if matched { Ok(()) } else { run.no_session(&key, repeated).await }
}

pub(super) async fn delete(run: RunningWrite, key: SessionKey) -> Result<()> {
    let attempt = |_| {
        let (collection, query) = (run.repository.collection(), run.repository.session_by_key(&key));
        async move { Ok(collection.delete_one(query).await?.deleted_count > 0) }
    };
    match run.until_answered(attempt).await? {
        (true, _) => Ok(()),
        (false, true) => run.found(()),
        (false, false) => run.no_session(&key, false).await,
    }
}

/// Why a copy is not put back.
pub(super) fn not_restored(reason: &str) -> Error {
    Error::other("putting the session back", reason)
}

/// The `_id` in a copy.
pub(super) fn key_of(copy: &RawDocument) -> Result<SessionKey> {
    let id = copy.get("_id").ok().flatten().and_then(|id| Bson::try_from(id).ok());
    id.map(SessionKey::new).ok_or_else(|| not_restored("the copy holds no _id"))
}

/// Stores a document as it was copied, unless its `_id` is taken.
pub(super) async fn restore(run: RunningWrite, key: SessionKey, document: RawDocumentBuf) -> Result<()> {
    run.refuse_another_store().await?;
    let (restored, repeated) = insert(&run, &document).await?;
    if restored {
        return Ok(());
    }
    if repeated && run.after(true, run.repository.whole(&key).await)? == document {
        return run.found(());
    }
    Err(Error::exists("session", key.text(), run.repository.namespace()))
}

pub(super) async fn add_feedback(run: RunningWrite, key: SessionKey, feedback: NewFeedback) -> Result<()> {
    let stored = encode::feedback(&feedback);
    let set = doc! { "updated_at": encode::date(feedback.at) };
    let mut query = run.repository.session_by_key(&key);
    if feedback.again {
        // A hook may have given each attempt other fields.
        let fields = ["created_at", "rating", "comment"];
        let same: Document = fields.iter().map(|field| ((*field).to_owned(), value_of(&stored, field))).collect();
        query.insert("feedbacks", doc! { "$not": { "$elemMatch": same } });
    }
    push(run, key, &query, "feedbacks", stored, set).await
}

fn value_of(stored: &Document, field: &str) -> Bson {
    doc! { "$eq": stored.get(field).cloned().unwrap_or(Bson::Null) }.into()
}

pub(super) async fn add_event(run: RunningWrite, key: SessionKey, event: NewGuardrailEvent) -> Result<()> {
    let query = run.repository.session_by_key(&key);
    push(run, key, &query, "guardrail_events", encode::event(&event), Document::new()).await
}

/// Adds an element to an array of the session that `query` finds, where it does not hold that already. After a lost answer only where
/// that very element is not there yet.
async fn push(
    run: RunningWrite,
    key: SessionKey,
    query: &Document,
    field: &str,
    element: Document,
    set: Document,
) -> Result<()> {
    let mut update = doc! { "$push": { field: element.clone() } };
    if !set.is_empty() {
        update.insert("$set", set);
    }
    let guarded = query.contains_key(field);
    let mut again = query.clone();
    if !guarded {
        again.insert(field, doc! { "$ne": element.clone() });
    }
    let pushed = run.update_or(query, &again, &update).await;
    let (matched, repeated) = pushed.map_err(|error| sized(error, &element))?;
    if matched {
        return Ok(());
    }
    let looked = guarded || repeated;
    if looked && run.after(repeated, run.read(&key, doc! { "_id": 1 }).await)?.is_some() {
        return run.found(());
    }
    run.no_session(&key, repeated).await
}
