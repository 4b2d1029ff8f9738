//! Deletions that know what they delete.

use bson::{Document, RawDocument, RawDocumentBuf, doc};

use super::{answer, run::RunningWrite};
use crate::{
    repository::{
        CopiedDeletion, Error, ErrorKind, Result, SessionCopy,
        mongo::{decoded_value, rows},
    },
    session::{SessionKey, decode::raw::RawValue},
};

/// Deletes the document that was copied, by its size and its dates: all are compared in the same step. What was deleted is
/// compared byte for byte, for a field can change without any of them.
pub(super) async fn delete_copied(
    run: RunningWrite,
    key: SessionKey,
    copied: RawDocumentBuf,
) -> Result<CopiedDeletion> {
    let mut query = dated(&run, &key, &copied, &["created_at", "updated_at"]);
    query.insert("$expr", doc! { "$eq": [{ "$bsonSize": "$$ROOT" }, copied.as_bytes().len() as i64] });
    delete(&run.needing("remove"), &key, &query, &copied).await
}

/// Deletes the session that was copied, whatever it holds by now.
pub(super) async fn delete_latest(
    run: RunningWrite,
    key: SessionKey,
    copied: RawDocumentBuf,
) -> Result<CopiedDeletion> {
    let query = dated(&run, &key, &copied, &["created_at"]);
    delete(&run.needing("remove"), &key, &query, &copied).await
}

async fn delete(
    run: &RunningWrite,
    key: &SessionKey,
    query: &Document,
    copied: &RawDocumentBuf,
) -> Result<CopiedDeletion> {
    let gone = || run.unconfirmed("the session is gone, and its copy may lack what was written to it last");
    match take(run, query).await {
        Ok((Some(taken), _)) => compared(taken, copied),
        Ok((None, repeated)) => match look(run, key, copied, repeated).await? {
            // The attempt whose answer was lost did it, and with the answer went what it deleted.
            Standing::Nothing | Standing::Another if repeated => Err(gone()),
            Standing::Nothing => run.no_session(key, false).await,
            Standing::Another | Standing::Same => Ok(CopiedDeletion::Changed),
        },
        // An answer that cannot be read at all comes after the deletion: what stands there now tells.
        Err(error) if error.kind() == ErrorKind::Other => match look(run, key, copied, true).await {
            Ok(Standing::Nothing | Standing::Another) => Err(gone()),
            Ok(Standing::Same) | Err(_) => Err(error),
        },
        Err(error) => Err(error),
    }
}

/// What a deletion came to, by what it deleted.
fn compared(taken: TakenDocument, copied: &RawDocumentBuf) -> Result<CopiedDeletion> {
    if taken.document == *copied {
        return taken.doubt.map_or(Ok(CopiedDeletion::Done), Err);
    }
    // What it was last is kept before anything else: nothing but this may hold it.
    if let Some(doubt) = taken.doubt {
        tracing::warn!(error = %doubt, "a session was deleted that changed after it was copied");
    }
    Ok(CopiedDeletion::Overtaken(SessionCopy::Document(taken.document)))
}

/// The query for the session where these of its dates are those of the copy.
fn dated(run: &RunningWrite, key: &SessionKey, copied: &RawDocument, dates: &[&str]) -> Document {
    let mut query = run.repository.session_by_key(key);
    for date in dates {
        if let Some(at) = rows::field(copied, date).and_then(RawValue::date) {
            query.insert(*date, doc! { "$eq": at });
        }
    }
    query
}

/// What a deletion brought.
struct TakenDocument {
    /// What was deleted, as it was.
    document: RawDocumentBuf,
    /// Why it may come back.
    doubt: Option<Error>,
}

/// Finds and deletes; tells also whether an attempt before may have been carried out.
///
/// The driver fails after the deletion where a byte of what was deleted is odd, or where too few members acknowledge it: the
/// answer that it keeps beside the error holds what was deleted all the same.
async fn take(run: &RunningWrite, query: &Document) -> Result<(Option<TakenDocument>, bool)> {
    let attempt = |_| {
        let (collection, query) = (run.repository.collection(), query.clone());
        async move {
            match collection.find_one_and_delete(query).await {
                Ok(found) => Ok(found.map(|document| (document, None))),
                Err(error) => match answer::image(&error) {
                    Some(document) => Ok(Some((document, Some(error)))),
                    None => Err(error),
                },
            }
        }
    };
    let (found, repeated) = run.until_answered(attempt).await?;
    let taken =
        found.map(|(document, error)| TakenDocument { document, doubt: error.and_then(|error| run.doubt(&error)) });
    Ok((taken, repeated))
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
