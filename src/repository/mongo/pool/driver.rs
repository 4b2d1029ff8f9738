//! The client of a pool, and making another one where the first can never connect again.

use std::sync::{PoisonError, RwLock};

use mongodb::{Client, error::Result as DriverResult, event::EventHandler, options::ClientOptions};

use crate::repository::mongo::members::Members;

/// The client of a pool.
pub(super) struct Driver {
    /// What another client is made with; `None` for a lent one.
    options: Option<Box<ClientOptions>>,
    now: RwLock<DriverClient>,
}

/// A client, and what its events tell of the members; `None` for a lent one, whose events go to its owner.
struct DriverClient {
    client: Client,
    members: Option<Members>,
}

impl DriverClient {
    fn connect(mut options: ClientOptions) -> DriverResult<Self> {
        let members = Members::default();
        let noting = members.clone();
        options.sdam_event_handler = Some(EventHandler::callback(move |event| noting.note(&event)));
        Ok(Self { client: Client::with_options(options)?, members: Some(members) })
    }
}

impl Driver {
    /// Contacts nothing yet: the driver does, by itself.
    pub(super) fn connect(options: ClientOptions) -> DriverResult<Self> {
        let now = RwLock::new(DriverClient::connect(options.clone())?);
        Ok(Self { options: Some(Box::new(options)), now })
    }

    pub(super) fn lent(client: Client) -> Self {
        Self { options: None, now: RwLock::new(DriverClient { client, members: None }) }
    }

    pub(super) fn client(&self) -> Client {
        self.now.read().unwrap_or_else(PoisonError::into_inner).client.clone()
    }

    pub(super) fn members(&self) -> Option<Members> {
        self.now.read().unwrap_or_else(PoisonError::into_inner).members.clone()
    }

    /// Makes another client where the set was made anew under the same name: the driver compares the new set's elections
    /// with those of the old one, and believes no primary of it for as long as the client lives.
    pub(super) fn renew_if_rebuilt(&self) -> bool {
        let Some(options) = &self.options else { return false };
        let mut now = self.now.write().unwrap_or_else(PoisonError::into_inner);
        if !now.members.as_ref().is_some_and(Members::is_rebuilt) {
            return false;
        }
        // The options were taken before: only files that they name can have changed.
        let Ok(renewed) = DriverClient::connect(ClientOptions::clone(options)) else {
            tracing::warn!("connecting anew to the replica set failed");
            return false;
        };
        tracing::warn!("the replica set was made anew under the same name; connecting anew");
        *now = renewed;
        true
    }
}
