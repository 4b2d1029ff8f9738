//! The session itself, its feedback and its guardrail events.

use bson::{Bson, Document, doc};
use mongodb::error::ErrorKind;

use super::run::{RunningWrite, sized};
use crate::{
    repository::{Error, Result, mongo::by_key},
    session::{
        SessionKey, encode,
        record::{NewFeedback, NewGuardrailEvent},
    },
};

const DUPLICATE_KEY: i32 = 11000;

pub(super) async fn create(run: RunningWrite, key: SessionKey, document: Document) -> Result<()> {
    let collection = run.repository.collection.clone_with_type::<Document>();
    let attempt = |_| {
        let insert = collection.insert_one(document.clone());
        async move {
            match insert.await {
                Ok(_) => Ok(true),
                Err(error) if is_duplicate(&error) => Ok(false),
                Err(error) => Err(error),
            }
        }
    };
    let (created, repeated) = run.until_answered(attempt).await?;
    if created || repeated && is_ours(&run, &key, &document).await? {
        return Ok(());
    }
    Err(Error::exists("session", key.text(), run.repository.namespace()))
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
    let stored = run.read(key, fields.iter().map(|field| ((*field).to_owned(), Bson::Int32(1))).collect()).await?;
    Ok(stored.is_some_and(|stored| fields.iter().all(|field| stored.get(field) == document.get(field))))
}

pub(super) async fn update(run: RunningWrite, key: SessionKey, fields: Document) -> Result<()> {
    if fields.is_empty() {
        return Ok(());
    }
    let (matched, _) = run.update(&by_key(&key), &doc! { "$set": fields }).await?;
    if matched { Ok(()) } else { Err(run.repository.missing(&key)) }
}

pub(super) async fn delete(run: RunningWrite, key: SessionKey) -> Result<()> {
    let collection = &run.repository.collection;
    let attempt = |_| {
        let delete = collection.delete_one(by_key(&key));
        async move { delete.await }
    };
    let (answer, repeated) = run.until_answered(attempt).await?;
    if answer.deleted_count > 0 || repeated { Ok(()) } else { Err(run.repository.missing(&key)) }
}

pub(super) async fn add_feedback(run: RunningWrite, key: SessionKey, feedback: NewFeedback) -> Result<()> {
    let stored = encode::feedback(&feedback);
    let set = doc! { "updated_at": encode::date(feedback.at) };
    push(run, key, "feedbacks", stored, set).await
}

pub(super) async fn add_event(run: RunningWrite, key: SessionKey, event: NewGuardrailEvent) -> Result<()> {
    push(run, key, "guardrail_events", encode::event(&event), Document::new()).await
}

/// Adds an element to an array of the session. After a lost answer only where that very element is not there yet.
async fn push(run: RunningWrite, key: SessionKey, field: &str, element: Document, set: Document) -> Result<()> {
    let mut update = doc! { "$push": { field: element.clone() } };
    if !set.is_empty() {
        update.insert("$set", set);
    }
    let mut again = by_key(&key);
    again.insert(field, doc! { "$ne": element.clone() });
    let pushed = run.update_or(&by_key(&key), &again, &update).await;
    let (matched, repeated) = pushed.map_err(|error| sized(error, &element))?;
    if matched || repeated && run.read(&key, doc! { "_id": 1 }).await?.is_some() {
        return Ok(());
    }
    Err(run.repository.missing(&key))
}
