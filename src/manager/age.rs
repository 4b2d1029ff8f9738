//! When a session was last alive: by `updated_at`, where that is absent by `created_at`. Only a clear date tells.

use jiff::Timestamp;

use crate::{
    repository::{Result, SessionRepository},
    session::{SessionKey, StoredDate, Summary, UnclearDate},
};

/// Why a session has no age.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NoAge {
    /// It has neither date.
    #[error("it has neither `updated_at` nor `created_at`")]
    Undated,
    /// What stands there is no clear date.
    #[error("its `{}` is no clear date but {}", .0.field, .0.found)]
    Unclear(UnclearDate),
}

/// When a session was last alive.
///
/// # Errors
/// Where no clear date tells.
pub fn last_alive(row: &Summary) -> std::result::Result<StoredDate, NoAge> {
    alive(row.updated_at, row.created_at, &row.unclear_dates)
}

pub(super) fn alive(
    updated_at: Option<StoredDate>,
    created_at: Option<StoredDate>,
    unclear: &[UnclearDate],
) -> std::result::Result<StoredDate, NoAge> {
    let of = |field: &str, date: Option<StoredDate>| match unclear.iter().find(|one| one.field == field) {
        Some(one) => Err(NoAge::Unclear(one.clone())),
        None => Ok(date),
    };
    match of("updated_at", updated_at)? {
        Some(at) => Ok(at),
        None => of("created_at", created_at)?.ok_or(NoAge::Undated),
    }
}

/// Whether a session was last alive before `cutoff`, as it stands now.
pub(super) async fn is_old(repository: &dyn SessionRepository, key: &SessionKey, cutoff: Timestamp) -> Result<bool> {
    let session = repository.open(key, 0).await?;
    let alive = alive(session.updated_at, session.created_at, &session.unclear_dates);
    Ok(alive.is_ok_and(|at| at < StoredDate::from(cutoff)))
}
