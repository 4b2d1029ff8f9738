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
    /// Keeps a copy, in place of the one that was kept before. Only once this has succeeded is the session deleted.
    ///
    /// # Errors
    /// Where it cannot be kept: then nothing is deleted.
    async fn keep(&mut self, copy: &SessionCopy) -> Result<()>;

    /// The session was not deleted: what was kept of it need not stay.
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
    let deleted = try_to_delete(repository, key, cutoff, keeper).await;
    match &deleted {
        Ok(true) => {}
        // It may be deleted after all.
        Err(error) if error.kind() == ErrorKind::Unconfirmed => {}
        Ok(false) | Err(_) => keeper.discard().await,
    }
    deleted
}

async fn try_to_delete(
    repository: &dyn SessionRepository,
    key: &SessionKey,
    cutoff: Option<Timestamp>,
    keeper: &mut dyn CopyKeeper,
) -> Result<bool> {
    for _ in 0..ATTEMPTS {
        let copy = repository.exact_copy(key).await?;
        // After the copy: what comes alive from here on is no more what was copied.
        if let Some(cutoff) = cutoff
            && !age::is_old(repository, key, cutoff).await?
        {
            return Ok(false);
        }
        keeper.keep(&copy).await?;
        match repository.delete_copied(key, &copy).await? {
            CopiedDeletion::Done => return Ok(true),
            CopiedDeletion::Overtaken(last) => return keeper.keep(&last).await.map(|()| true),
            CopiedDeletion::Changed => {}
        }
    }
    let reason = format!("it changed each of the {ATTEMPTS} times that it was copied, and was not deleted");
    Err(Error::other(format!("deleting session {:?}", key.text()), reason).with_hint("stop its agent first"))
}
