//! Deleting sessions by their age: by `updated_at`, where that is absent by `created_at`.
//!
//! Only a clear date makes an age (see [`UnclearDate`](crate::UnclearDate)): a session without one is never deleted by its
//! age, but named as skipped. An unclear `updated_at` is not replaced by an older `created_at`.

use std::time::{Duration, Instant};

use jiff::Timestamp;

pub use super::age::{NoAge, last_alive};

use super::{CopyKeeper, age::is_old, deletion};
use crate::{
    repository::{Cursor, Error, Filter, ListQuery, Projection, Result, SessionReader, SessionRepository, Sort},
    session::{SessionKey, StoredDate, Summary},
};

/// Rows read at once.
const PAGE: u32 = 500;

/// The sessions that are older than a time, and those whose age nothing tells.
#[derive(Debug, Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct OldSessions {
    /// Last alive before that time.
    pub old: Vec<Summary>,
    /// Without a clear date, so never deleted by age.
    pub skipped: Vec<SkippedSession>,
}

/// A session whose age nothing tells.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct SkippedSession {
    /// Its row.
    pub row: Summary,
    /// Why it has no age.
    pub reason: NoAge,
}

/// The sessions that were last alive before `cutoff`: what [`delete_older_than`] would delete.
///
/// # Errors
/// What a list can meet; [`Error::TimedOut`] where not every session could be looked at in time.
pub async fn older_than(reader: &dyn SessionReader, cutoff: Timestamp) -> Result<OldSessions> {
    let mut found = OldSessions::default();
    let mut after: Option<Cursor> = None;
    loop {
        let query = ListQuery {
            filter: Filter::default(),
            sort: Sort::default(),
            after,
            limit: PAGE,
            metadata: Projection::Nothing,
        };
        let began = Instant::now();
        let (rows, end) = reader.list(&query).read().await?;
        if end.timed_out {
            // The limit is the store's own and it does not tell it: it is how long the page took.
            let limit = Duration::from_secs(began.elapsed().as_secs().max(1));
            return Err(Error::timed_out("looking for old sessions", limit));
        }
        for row in rows {
            match last_alive(&row) {
                Ok(at) if at < StoredDate::from(cutoff) => found.old.push(row),
                Ok(_) => {}
                Err(reason) => found.skipped.push(SkippedSession { row, reason }),
            }
        }
        match end.next {
            Some(next) => after = Some(next),
            None => return Ok(found),
        }
    }
}

/// Deletes one session unless it came alive meanwhile. `false`: it did, or it was gone already.
///
/// # Errors
/// What a deletion can meet.
pub async fn delete_if_older(repository: &dyn SessionRepository, key: &SessionKey, cutoff: Timestamp) -> Result<bool> {
    let deleted =
        async { Ok(is_old(repository, key, cutoff).await? && repository.delete_session(key).await.map(|()| true)?) };
    unless_gone(deleted.await)
}

/// The same once a copy is kept, as [`SessionManager::delete_session_kept`](crate::SessionManager::delete_session_kept) does.
///
/// # Errors
/// What the keeper says, and what a deletion can meet.
pub async fn delete_if_older_kept(
    repository: &dyn SessionRepository,
    key: &SessionKey,
    cutoff: Timestamp,
    keeper: &mut dyn CopyKeeper,
) -> Result<bool> {
    unless_gone(deletion::delete(repository, key, Some(cutoff), keeper).await)
}

fn unless_gone(deleted: Result<bool>) -> Result<bool> {
    match deleted {
        Err(Error::NotFound { .. }) => Ok(false),
        other => other,
    }
}

/// Deletes the sessions that were last alive before `cutoff`; each is named to `deleted` once it is gone. With `dry_run`
/// each is named and nothing is deleted. Gives those that were named, and those that were skipped.
///
/// # Errors
/// The first that could not be deleted; those before it are gone.
pub async fn delete_older_than(
    repository: &dyn SessionRepository,
    cutoff: Timestamp,
    dry_run: bool,
    deleted: &mut (dyn FnMut(&Summary) + Send),
) -> Result<OldSessions> {
    let OldSessions { old, skipped } = older_than(repository, cutoff).await?;
    let mut gone = Vec::new();
    for row in old {
        if dry_run || delete_if_older(repository, &row.key, cutoff).await? {
            deleted(&row);
            gone.push(row);
        }
    }
    Ok(OldSessions { old: gone, skipped })
}

#[cfg(test)]
mod tests {
    use bson::{Bson, Document, doc};

    use super::*;
    use crate::{manager::age::alive, session::decode};

    fn date(day: i64) -> Bson {
        Bson::DateTime(bson::DateTime::from_millis(day * 86_400_000))
    }

    /// Of the row and of the whole session, which must agree.
    fn alive_since(document: &Document) -> std::result::Result<i64, String> {
        let row = last_alive(&decode::summary(document));
        let session = decode::session(document.clone());
        assert_eq!(row, alive(session.updated_at, session.created_at, &session.unclear_dates), "{document}");
        row.map(|at| at.millis() / 86_400_000).map_err(|reason| reason.to_string())
    }

    #[test]
    fn a_clear_date_makes_an_age() {
        assert_eq!(alive_since(&doc! { "created_at": date(1), "updated_at": date(5) }), Ok(5));
        assert_eq!(alive_since(&doc! { "created_at": date(1) }), Ok(1));
        assert_eq!(alive_since(&doc! { "created_at": date(1), "updated_at": Bson::Null }), Ok(1));
        assert_eq!(alive_since(&doc! { "created_at": 5, "updated_at": date(5) }), Ok(5));
        assert_eq!(alive_since(&doc! { "updated_at": "1970-01-03T00:00:00Z" }), Ok(2));
        let far = Bson::DateTime(bson::DateTime::from_millis(i64::MAX));
        assert_eq!(alive_since(&doc! { "created_at": date(1), "updated_at": far }), Ok(i64::MAX / 86_400_000));
    }

    #[test]
    fn nothing_else_does_and_an_older_created_at_does_not_stand_in() {
        for (stored, found) in [
            (Bson::Int32(1_705_309_200), "an int32 (1705309200)"),
            (Bson::Int64(1_705_309_200), "an int64 (1705309200)"),
            (Bson::Double(1_705_309_200.5), "a double (1705309200.5)"),
            ("soon".into(), "a string (\"soon\")"),
            ("2024-01-15".into(), "a string (\"2024-01-15\")"),
            (Bson::Timestamp(bson::Timestamp { time: 1, increment: 1 }), "a timestamp"),
        ] {
            let told = alive_since(&doc! { "created_at": date(1), "updated_at": stored }).unwrap_err();
            assert!(told.starts_with(&format!("its `updated_at` is no clear date but {found}")), "{told}");
        }
        assert!(alive_since(&doc! { "created_at": 5 }).unwrap_err().contains("`created_at`"));
        assert_eq!(alive_since(&doc! {}).unwrap_err(), "it has neither `updated_at` nor `created_at`");
    }
}
