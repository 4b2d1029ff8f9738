//! Many managers on one pool.

mod connect;

pub use connect::FactorySettings;

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use super::{SessionManager, SessionSettings};
use crate::{
    hook::Hooks,
    repository::{
        Error, Result, Scope, SessionRepository,
        mongo::{
            connection::{ConnectionStatistics, ConnectionStatus},
            pool::{Pool, PoolStatistics},
        },
    },
    session::{SessionKey, setters},
};

/// How long [`SessionManagerFactory::close`] waits for hooks to deliver.
const DRAIN: Duration = Duration::from_secs(10);

/// Makes managers: one pool, hooks and settings for all of them. [`connect`](Self::connect) makes one of values;
/// [`initialize_global_factory`](crate::initialize_global_factory) makes it the one of the process.
pub struct SessionManagerFactory {
    repository: Arc<dyn SessionRepository>,
    source: Option<PoolSource>,
    hooks: Hooks,
    settings: Arc<SessionSettings>,
    /// What its managers see alone, once it is made for a tenant.
    scope: Option<ScopedFactory>,
}

/// What a factory for one tenant knows.
struct ScopedFactory {
    scope: Scope,
    /// The database and collection, where the factory has a pool.
    place: Option<(String, String)>,
}

impl fmt::Debug for SessionManagerFactory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("SessionManagerFactory");
        shown.field("location", &self.repository.location()).field("hooks", &self.hooks);
        shown.field("scope", &self.scope.as_ref().map(|scoped| &scoped.scope));
        shown.field("settings", &self.settings).finish_non_exhaustive()
    }
}

/// Where repositories of other collections come from.
struct PoolSource {
    pool: Pool,
    database: String,
    collection: String,
    /// Those that were asked for, by database and collection.
    others: Mutex<HashMap<(String, String), Arc<dyn SessionRepository>>>,
}

/// What one session has otherwise than the factory.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct SessionOverrides {
    /// Another database.
    pub database: Option<String>,
    /// Another collection.
    pub collection: Option<String>,
    /// Another application name, for a session that is created.
    pub application_name: Option<String>,
}

impl SessionOverrides {
    setters! { options { database: String, collection: String, application_name: String } }
}

impl SessionManagerFactory {
    /// A factory of managers of one repository.
    #[must_use]
    pub fn new(repository: Arc<dyn SessionRepository>) -> Self {
        Self { repository, source: None, hooks: Hooks::default(), settings: Arc::default(), scope: None }
    }

    /// A factory of managers of one collection, and of others of the same pool where a session asks for them.
    ///
    /// # Errors
    /// [`Error::Name`] for a name that no database or collection can have.
    pub fn with_pool(pool: Pool, database: &str, collection: &str) -> Result<Self> {
        let repository = Arc::new(pool.repository(database, collection)?);
        let source = PoolSource {
            pool,
            database: database.to_owned(),
            collection: collection.to_owned(),
            others: Mutex::default(),
        };
        Ok(Self { source: Some(source), ..Self::new(repository) })
    }

    /// The same with hooks around metadata and feedback.
    #[must_use]
    pub fn with_hooks(mut self, hooks: Hooks) -> Self {
        self.hooks = hooks;
        self
    }

    /// The same with settings for sessions that are created.
    #[must_use]
    pub fn with_settings(mut self, settings: SessionSettings) -> Self {
        self.settings = Arc::new(settings);
        self
    }

    /// A factory of managers that see the sessions of one tenant alone, by the same pool and hooks: see [`Scope`]. Whatever key a
    /// manager is made of and whatever a hook makes of an operation, what lies outside is refused; so is another database or
    /// collection. Contacts nothing; closing it closes neither the pool nor the hooks, which are this one's. Indexes are everyone's:
    /// it asks for none.
    ///
    /// # Errors
    /// [`Error::OutOfScope`] where the scope names another database or collection than the factory's own scope has,
    /// [`Error::Invalid`] where it names one and the factory has no pool, [`Error::Name`].
    pub fn scoped(&self, scope: &Scope) -> Result<Self> {
        let overrides = SessionOverrides {
            database: scope.database.clone(),
            collection: scope.collection.clone(),
            ..SessionOverrides::default()
        };
        let repository = scope.guard(self.repository_for(&SessionKey::from(scope.to_string()), &overrides)?)?;
        let known = match (&self.source, &self.scope) {
            (Some(source), _) => Some((source.database.clone(), source.collection.clone())),
            (None, Some(scoped)) => scoped.place.clone(),
            (None, None) => None,
        };
        let place = known.map(|(database, collection)| {
            (overrides.database.unwrap_or(database), overrides.collection.unwrap_or(collection))
        });
        let settings = SessionSettings { index_metadata_fields: false, ..(*self.settings).clone() };
        let scope = Some(ScopedFactory { scope: scope.clone(), place });
        Ok(Self { repository, source: None, hooks: self.hooks.clone(), settings: Arc::new(settings), scope })
    }

    /// A manager of the session with that `_id`. Contacts nothing.
    #[must_use]
    pub fn manager(&self, key: impl Into<SessionKey>) -> SessionManager {
        SessionManager::with(Arc::clone(&self.repository), self.hooks.clone(), Arc::clone(&self.settings), key.into())
    }

    /// A manager of a session that is kept elsewhere or belongs to another application. Contacts nothing.
    ///
    /// # Errors
    /// [`Error::Name`]; [`Error::Invalid`] for another database or collection where the factory has no pool, and
    /// [`Error::OutOfScope`] where it is made for a tenant.
    pub fn manager_with(&self, key: impl Into<SessionKey>, overrides: &SessionOverrides) -> Result<SessionManager> {
        let key = key.into();
        let repository = self.repository_for(&key, overrides)?;
        let settings = match &overrides.application_name {
            Some(name) => {
                Arc::new(SessionSettings { application_name: Some(name.clone()), ..(*self.settings).clone() })
            }
            None => Arc::clone(&self.settings),
        };
        Ok(SessionManager::with(repository, self.hooks.clone(), settings, key))
    }

    fn repository_for(&self, key: &SessionKey, overrides: &SessionOverrides) -> Result<Arc<dyn SessionRepository>> {
        if overrides.database.is_none() && overrides.collection.is_none() {
            return Ok(Arc::clone(&self.repository));
        }
        if let Some(scoped) = &self.scope {
            let place = scoped.place.as_ref();
            let is = |wanted: Option<&String>, has: Option<&String>| wanted.is_none_or(|wanted| has == Some(wanted));
            if is(overrides.database.as_ref(), place.map(|place| &place.0))
                && is(overrides.collection.as_ref(), place.map(|place| &place.1))
            {
                return Ok(Arc::clone(&self.repository));
            }
            let what = format!("another database or collection for session {:?}", key.text());
            return Err(Error::out_of_scope(what, &scoped.scope, self.repository.location()));
        }
        let source = self.source.as_ref().ok_or_else(|| {
            let what = "another database or collection";
            Error::invalid(key.text(), what, "the factory was made of one repository").with_hint("make it with a pool")
        })?;
        let database = overrides.database.as_ref().unwrap_or(&source.database);
        let collection = overrides.collection.as_ref().unwrap_or(&source.collection);
        let place = (database.clone(), collection.clone());
        let mut others = source.others.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = others.get(&place) {
            return Ok(Arc::clone(known));
        }
        let repository: Arc<dyn SessionRepository> = Arc::new(source.pool.repository(database, collection)?);
        others.insert(place, Arc::clone(&repository));
        Ok(repository)
    }

    /// What the pool did and does; `None` without a pool, or where its client is lent.
    #[must_use]
    pub fn statistics(&self) -> Option<PoolStatistics> {
        self.source.as_ref()?.pool.statistics()
    }

    /// What it is connected to now: whether the server answers and its sessions may be read, or why not, the server's version and
    /// state, and the pool's figures. Made for a health check. A factory of one repository without a pool tells whether its store
    /// answers.
    pub async fn connection_statistics(&self) -> ConnectionStatistics {
        let Some(source) = &self.source else {
            return ConnectionStatistics::of_store(self.repository.location(), self.repository.ping().await);
        };
        let mut told = source.pool.connection_statistics().await;
        // A server tells its version also to those who may read nothing.
        if told.is_connected()
            && let Err(error) = self.repository.ping().await
        {
            told.status = ConnectionStatus::Failed(error);
        }
        told
    }

    /// Lets the hooks deliver what they hold, up to a deadline of 10 s, then closes the pool as [`Pool::close`] does; a lent client
    /// stays open. Gives how much the hooks did not deliver.
    pub async fn close(self) -> u64 {
        self.end().await
    }

    /// The same where others still hold it: their managers can do nothing any more.
    pub(super) async fn end(&self) -> u64 {
        if self.scope.is_some() {
            return 0;
        }
        let undelivered = self.hooks.close(DRAIN).await;
        if let Some(source) = &self.source {
            source.others.lock().unwrap_or_else(PoisonError::into_inner).clear();
            source.pool.clone().close().await;
        }
        undelivered
    }

    /// Where its sessions are, among all stores. Holds no password.
    pub(super) fn identity(&self) -> String {
        self.repository.identity()
    }
}
