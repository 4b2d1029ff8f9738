//! What a hook looks up in the stored session, once it delivers.

use bson::Bson;
use secrecy::SecretString;

use crate::{
    hook::{HookOperation, HookStore, HookSubject},
    repository::{Error, Result},
    session::SessionKey,
};

/// The field of the metadata that names the WebSocket connection of a session's client.
pub(super) const CONNECTION: &str = "connection_id";

/// Which connection stands in the session's metadata; `None`: none, or the session is gone.
///
/// # Errors
/// That it could not be read, in a few words.
pub(super) async fn connection(of: SessionLook<'_>) -> std::result::Result<Option<String>, String> {
    let (store, session) = of.owned();
    let read = async move { store.reader().metadata(&session).await };
    let metadata = read_apart(read).await.map_err(|()| "the session's metadata could not be read".to_owned())?;
    Ok(metadata.and_then(|metadata| connection_in(metadata.get(CONNECTION))))
}

/// The connection that a value names.
pub(super) fn connection_in(value: Option<&Bson>) -> Option<String> {
    value.and_then(Bson::as_str).filter(|id| !id.is_empty()).map(str::to_owned)
}

/// The session's viewer password; `None`: it has none, or is gone.
///
/// # Errors
/// That it could not be read, in a few words.
pub(super) async fn viewer_password(of: SessionLook<'_>) -> std::result::Result<Option<SecretString>, String> {
    let (store, session) = of.owned();
    let read = async move { store.reader().open(&session, 0).await };
    let session = read_apart(read).await.map_err(|()| "the session's viewer password could not be read".to_owned())?;
    Ok(session.and_then(|session| session.viewer_password))
}

/// Which session is looked up, and where.
#[derive(Debug, Clone, Copy)]
pub(super) struct SessionLook<'a> {
    store: &'a HookStore,
    session: &'a SessionKey,
}

impl<'a> SessionLook<'a> {
    /// `None` where nobody said in which store an operation is carried out.
    pub fn of(operation: &'a HookOperation) -> Option<Self> {
        Some(Self { store: operation.store.as_ref()?, session: &operation.session })
    }

    pub fn delivered(store: Option<&'a HookStore>, subject: Option<&'a HookSubject>) -> Option<Self> {
        Some(Self { store: store?, session: &subject?.session })
    }

    fn owned(self) -> (HookStore, SessionKey) {
        (self.store.clone(), self.session.clone())
    }
}

/// Reads in a task of its own, for a read of the driver that is dropped half way costs its connection. `None`: the session is gone.
async fn read_apart<T: Send + 'static>(
    read: impl Future<Output = Result<T>> + Send + 'static,
) -> std::result::Result<Option<T>, ()> {
    match tokio::spawn(read).await {
        Ok(Ok(found)) => Ok(Some(found)),
        Ok(Err(Error::NotFound { .. })) => Ok(None),
        Ok(Err(error)) => {
            tracing::debug!(%error, "a hook could not look into the session");
            Err(())
        }
        Err(_) => Err(()),
    }
}
