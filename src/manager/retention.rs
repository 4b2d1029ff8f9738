//! Deleting sessions by their age: by `updated_at`, else by `created_at`. A session without a date has no age and is never
//! deleted by it.

use std::time::{Duration, Instant};

use jiff::Timestamp;

use super::{CopyKeeper, deletion};
use crate::{
    repository::{Cursor, Error, Filter, ListQuery, Projection, Result, SessionReader, SessionRepository, Sort},
    session::{SessionKey, Summary},
};

/// Rows read at once.
const PAGE: u32 = 500;

/// When a session was last alive; `None` where nothing tells.
#[must_use]
pub fn last_alive(row: &Summary) -> Option<Timestamp> {
    row.updated_at.or(row.created_at)
}

/// The sessions that were last alive before `cutoff`: what [`delete_older_than`] would delete.
///
/// # Errors
/// What a list can meet; [`Error::TimedOut`] where not every session could be looked at in time.
pub async fn older_than(reader: &dyn SessionReader, cutoff: Timestamp) -> Result<Vec<Summary>> {
    let mut old = Vec::new();
    let mut after: Option<Cursor> = None;
    loop {
        let query = ListQuery {
            filter: Filter::default(),
            sort: Sort::Updated,
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
        old.extend(rows.into_iter().filter(|row| is_older(row, cutoff)));
        match end.next {
            Some(next) => after = Some(next),
            None => return Ok(old),
        }
    }
}

fn is_older(row: &Summary, cutoff: Timestamp) -> bool {
    last_alive(row).is_some_and(|at| at < cutoff)
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

/// Whether a session was last alive before `cutoff`, as it stands now.
pub(super) async fn is_old(repository: &dyn SessionRepository, key: &SessionKey, cutoff: Timestamp) -> Result<bool> {
    let session = repository.open(key, 0).await?;
    Ok(session.updated_at.or(session.created_at).is_some_and(|at| at < cutoff))
}

/// Deletes the sessions that were last alive before `cutoff`; each is named to `deleted` once it is gone. With `dry_run`
/// each is named and nothing is deleted.
///
/// # Errors
/// The first that could not be deleted; those before it are gone.
pub async fn delete_older_than(
    repository: &dyn SessionRepository,
    cutoff: Timestamp,
    dry_run: bool,
    deleted: &mut (dyn FnMut(&Summary) + Send),
) -> Result<u64> {
    let mut count = 0;
    for row in older_than(repository, cutoff).await? {
        if dry_run || delete_if_older(repository, &row.key, cutoff).await? {
            deleted(&row);
            count += 1;
        }
    }
    Ok(count)
}
