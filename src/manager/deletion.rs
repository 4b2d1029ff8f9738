//! Deleting a session so that nothing of it is lost: what is deleted is what was copied, also while an agent writes to it.

use async_trait::async_trait;
use jiff::Timestamp;

use super::age;
use crate::{
    repository::{CopiedDeletion, Error, ErrorKind, Result, SessionCopy, SessionRepository},
    session::SessionKey,
};

/// How often a session is copied again that changed while it was copied.
const ATTEMPTS: u32 = 20;

/// Keeps the copy of a session that is deleted.
#[async_trait]
pub trait CopyKeeper: Send {
    /// Keeps a copy beside those that were kept before, which may be all that is left of the session by now. Only once this
    /// has succeeded is the session deleted.
    ///
    /// # Errors
    /// Where it cannot be kept: then nothing is deleted.
    async fn keep(&mut self, copy: &SessionCopy) -> Result<()>;

    /// The session is deleted, and the last copy is what it was: those before it need not stay. The default lets them stay.
    async fn settle(&mut self) {}

    /// The session is still there: what was kept of it need not stay.
    async fn discard(&mut self);
}

/// Deletes a session after a copy of it was kept; with `cutoff` only where it was last alive before then. `false`: it came
/// alive, or it was gone already.
pub(super) async fn delete(
    repository: &dyn SessionRepository,
    key: &SessionKey,
    cutoff: Option<Timestamp>,
    keeper: &mut dyn CopyKeeper,
) -> Result<bool> {
    match try_to_delete(repository, key, cutoff, keeper).await {
        Ok(true) => {
            keeper.settle().await;
            Ok(true)
        }
        Ok(false) => {
            keeper.discard().await;
            Ok(false)
        }
        Err(Failed::Undecided(error)) => {
            if is_still_there(repository, key, &error).await {
                keeper.discard().await;
            }
            Err(error)
        }
        Err(Failed::Deleted(error)) => Err(error),
    }
}

/// A deletion that failed.
enum Failed {
    /// Whether the session is still there is to be found out.
    Undecided(Error),
    /// After it was carried out.
    Deleted(Error),
}

impl From<Error> for Failed {
    fn from(error: Error) -> Self {
        Self::Undecided(error)
    }
}

/// Whether a deletion that failed has surely left the session: by the error alone, else by a look.
async fn is_still_there(repository: &dyn SessionRepository, key: &SessionKey, error: &Error) -> bool {
    match error.kind() {
        ErrorKind::Unconfirmed | ErrorKind::NotFound => false,
        ErrorKind::Other | ErrorKind::Conflict => repository.open(key, 0).await.is_ok(),
        ErrorKind::Input | ErrorKind::Connection | ErrorKind::Denied | ErrorKind::Busy | ErrorKind::Refused => true,
    }
}

async fn try_to_delete(
    repository: &dyn SessionRepository,
    key: &SessionKey,
    cutoff: Option<Timestamp>,
    keeper: &mut dyn CopyKeeper,
) -> Result<bool, Failed> {
    for attempt in 1..=ATTEMPTS {
        let copy = repository.exact_copy(key).await?;
        // After the copy: what comes alive from here on is no more what was copied.
        if let Some(cutoff) = cutoff
            && !age::is_old(repository, key, cutoff).await?
        {
            return Ok(false);
        }
        keeper.keep(&copy).await?;
        let mut deleted = repository.delete_copied(key, &copy).await?;
        // One that is deleted by its age may not be alive.
        if deleted == CopiedDeletion::Changed && attempt == ATTEMPTS && cutoff.is_none() {
            deleted = repository.delete_latest(key, &copy).await?;
        }
        match deleted {
            CopiedDeletion::Done => return Ok(true),
            CopiedDeletion::Overtaken(last) => return keep_last(repository, key, &last, keeper).await.map(|()| true),
            CopiedDeletion::Changed => {}
        }
    }
    let reason = format!("it changed each of the {ATTEMPTS} times that it was copied, and was not deleted");
    Err(Error::other(doing(key), reason).with_hint("stop its agent first").into())
}

fn doing(key: &SessionKey) -> String {
    format!("deleting session {:?}", key.text())
}

/// Keeps what a session was that is deleted already; where that fails it is put back.
async fn keep_last(
    repository: &dyn SessionRepository,
    key: &SessionKey,
    last: &SessionCopy,
    keeper: &mut dyn CopyKeeper,
) -> Result<(), Failed> {
    let Err(unkept) = keeper.keep(last).await else { return Ok(()) };
    let Err(lost) = repository.restore(last).await else { return Err(unkept.into()) };
    tracing::error!(error = %unkept, "the copy of what a deleted session was last could not be kept");
    let reason = format!(
        "it is deleted, and what was written to it last could neither be kept nor be put back ({lost}); the copy that was kept \
         before holds the rest"
    );
    Err(Failed::Deleted(Error::other(doing(key), reason)))
}
