//! Deletions that know what they delete.

use bson::{Bson, Document, RawDocument, RawDocumentBuf, doc};

use super::run::RunningWrite;
use crate::{
    repository::{
        CopiedDeletion, ErrorKind, Result, SessionCopy,
        mongo::{decoded_value, expr, foreign::session_by_key, rows},
    },
    session::{
        SessionKey,
        decode::raw::{self, RawValue},
    },
};

/// What can change without the size or the time of the last change.
const QUIET: [&str; 3] = ["metadata", "feedbacks", "guardrail_events"];

/// Deletes the document that was copied, by its size and its dates: all are compared in the same step. What was deleted is
/// compared byte for byte, for a field can change without any of them.
///
/// The driver reads every byte of the answer, and fails after the deletion where one is odd: then it brings the `_id` alone,
/// and more is compared before.
pub(super) async fn delete_copied(
    run: RunningWrite,
    key: SessionKey,
    copied: RawDocumentBuf,
) -> Result<CopiedDeletion> {
    let run = run.needing("remove");
    let sound = raw::is_sound(RawValue::from(&*copied));
    let size = copied.as_bytes().len() as i64;
    let mut conditions = vec![Bson::from(doc! { "$eq": [{ "$bsonSize": "$$ROOT" }, size] })];
    if !sound {
        conditions.extend(QUIET.iter().filter_map(|field| unchanged(&copied, field)));
    }
    let mut query = dated(&key, &copied, &["created_at", "updated_at"]);
    query.insert("$expr", doc! { "$and": conditions });
    match take(&run, &query, sound).await {
        Ok((Some(deleted), _)) if !sound || deleted == copied => Ok(CopiedDeletion::Done),
        Ok((Some(deleted), _)) => Ok(CopiedDeletion::Overtaken(SessionCopy::Document(deleted))),
        Ok((None, repeated)) => match look(&run, &key, &copied, repeated).await? {
            // The attempt whose answer was lost did it.
            Standing::Nothing | Standing::Another if repeated => Ok(CopiedDeletion::Done),
            Standing::Nothing => run.no_session(&key, false).await,
            Standing::Another | Standing::Same => Ok(CopiedDeletion::Changed),
        },
        // An answer that cannot be read comes after the deletion: what stands there now tells.
        Err(error) if matches!(error.kind(), ErrorKind::Unconfirmed | ErrorKind::Other) => {
            match look(&run, &key, &copied, true).await {
                Ok(Standing::Nothing | Standing::Another) => Ok(CopiedDeletion::Done),
                Ok(Standing::Same) | Err(_) => Err(error),
            }
        }
        Err(error) => Err(error),
    }
}

/// Deletes the session that was copied, whatever it holds by now.
pub(super) async fn delete_latest(
    run: RunningWrite,
    key: SessionKey,
    copied: RawDocumentBuf,
) -> Result<CopiedDeletion> {
    let run = run.needing("remove");
    if !raw::is_sound(RawValue::from(&*copied)) {
        return Ok(CopiedDeletion::Changed);
    }
    match take(&run, &dated(&key, &copied, &["created_at"]), true).await? {
        (Some(deleted), _) if deleted == copied => Ok(CopiedDeletion::Done),
        (Some(deleted), _) => Ok(CopiedDeletion::Overtaken(SessionCopy::Document(deleted))),
        (None, repeated) => match look(&run, &key, &copied, repeated).await? {
            Standing::Nothing | Standing::Another if repeated => {
                Err(run.unconfirmed("the session is gone, and its copy lacks what was written to it last"))
            }
            Standing::Nothing => run.no_session(&key, false).await,
            Standing::Another | Standing::Same => Ok(CopiedDeletion::Changed),
        },
    }
}

/// The query for the session where these of its dates are those of the copy.
fn dated(key: &SessionKey, copied: &RawDocument, dates: &[&str]) -> Document {
    let mut query = session_by_key(key);
    for date in dates {
        if let Some(at) = rows::field(copied, date).and_then(RawValue::date) {
            query.insert(*date, doc! { "$eq": at });
        }
    }
    query
}

/// That a field is what was copied; `None` where its bytes cannot be sent.
fn unchanged(copied: &RawDocument, field: &str) -> Option<Bson> {
    let value = rows::field(copied, field).filter(|value| raw::is_sound(*value))?;
    Some(doc! { "$eq": [format!("${field}"), expr::literal(decoded_value(value))] }.into())
}

/// Finds and deletes: what was deleted, whole or by its `_id`; and whether an attempt before may have been carried out.
async fn take(run: &RunningWrite, query: &Document, whole: bool) -> Result<(Option<RawDocumentBuf>, bool)> {
    let attempt = |_| {
        let (collection, query) = (run.repository.collection(), query.clone());
        async move {
            let deletion = collection.find_one_and_delete(query);
            if whole { deletion.await } else { deletion.projection(doc! { "_id": 1 }).await }
        }
    };
    run.until_answered(attempt).await
}

/// What stands under the `_id` of a session that was to be deleted.
enum Standing {
    Nothing,
    /// A session that was made after it.
    Another,
    Same,
}

async fn look(run: &RunningWrite, key: &SessionKey, copied: &RawDocument, repeated: bool) -> Result<Standing> {
    let looked = run.read(key, doc! { "created_at": 1, "session_viewer_password": 1 }).await;
    Ok(match run.after(repeated, looked)? {
        None => Standing::Nothing,
        Some(stored) if is_another(&stored, copied) => Standing::Another,
        Some(_) => Standing::Same,
    })
}

/// Whether they are two sessions: by the time of their creation, where there is none by the password, which may be changed.
fn is_another(stored: &Document, copied: &RawDocument) -> bool {
    let differs = |name: &str| {
        let before = rows::field(copied, name).map(decoded_value);
        (before.is_some() || stored.contains_key(name)).then(|| stored.get(name) != before.as_ref())
    };
    differs("created_at").or_else(|| differs("session_viewer_password")).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use bson::DateTime;

    use super::*;

    #[test]
    fn a_session_that_was_made_anew_is_another_one() {
        let copied = |document: &Document| RawDocumentBuf::try_from(document).unwrap();
        let at = DateTime::from_millis;
        let old = copied(&doc! { "_id": "s", "created_at": at(1), "session_viewer_password": "a" });
        assert!(!is_another(&doc! { "created_at": at(1), "session_viewer_password": "changed" }, &old));
        assert!(is_another(&doc! { "created_at": at(2), "session_viewer_password": "a" }, &old));
        assert!(is_another(&doc! {}, &old));
        let undated = copied(&doc! { "_id": "s", "session_viewer_password": "a" });
        assert!(is_another(&doc! { "session_viewer_password": "b" }, &undated));
        assert!(!is_another(&doc! { "session_viewer_password": "a" }, &undated));
        assert!(!is_another(&doc! { "n": 1 }, &copied(&doc! { "_id": "s" })));
    }
}
