//! A factory from a connection string, as values.

use secrecy::{ExposeSecret, SecretString};

use super::SessionManagerFactory;
use crate::{
    hook::Hooks,
    manager::SessionSettings,
    repository::{
        Result,
        mongo::pool::{Pool, PoolOptions},
    },
    session::setters,
};

/// What a [`SessionManagerFactory`] is connected with, as values: [`SessionManagerFactory::connect`],
/// [`initialize_global_factory`](crate::initialize_global_factory).
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct FactorySettings {
    /// The connection string; a secret, as it may hold a password.
    pub uri: SecretString,
    /// The database of the sessions.
    pub database: String,
    /// The collection of the sessions.
    pub collection: String,
    /// Limits of the pool; what the connection string says itself comes first.
    pub pool: PoolOptions,
    /// Hooks around metadata and feedback of every session.
    pub hooks: Hooks,
    /// What sessions are created with.
    pub sessions: SessionSettings,
}

impl FactorySettings {
    /// The defaults of a pool, no hooks, and the defaults for sessions that are created.
    #[must_use]
    pub fn new(uri: impl Into<SecretString>, database: impl Into<String>, collection: impl Into<String>) -> Self {
        Self {
            uri: uri.into(),
            database: database.into(),
            collection: collection.into(),
            pool: PoolOptions::default(),
            hooks: Hooks::default(),
            sessions: SessionSettings::default(),
        }
    }

    setters! { fields { hooks: Hooks, sessions: SessionSettings } exact { pool: PoolOptions } }

    /// What `self` asks for that `other` does not, in words; `None` where both are the same.
    pub(in crate::manager) fn difference(&self, other: &Self) -> Option<&'static str> {
        let differences = [
            (self.uri.expose_secret() != other.uri.expose_secret(), "another connection string"),
            (self.database != other.database, "another database"),
            (self.collection != other.collection, "another collection"),
            (self.pool != other.pool, "other options of the pool"),
            (!self.hooks.is_same(&other.hooks), "other hooks"),
            (self.sessions != other.sessions, "other settings of new sessions"),
        ];
        differences.into_iter().find_map(|(differs, what)| differs.then_some(what))
    }
}

impl SessionManagerFactory {
    /// A factory of its own pool, once a server has answered.
    ///
    /// # Errors
    /// As [`Pool::connect`] and [`Pool::greet`], and [`Error::Name`](crate::Error::Name) for a name that no database or collection can
    /// have.
    pub async fn connect(settings: &FactorySettings) -> Result<Self> {
        let pool = Pool::connect(&settings.uri, settings.pool).await?;
        let factory = Self::with_pool(pool.clone(), &settings.database, &settings.collection)?;
        if let Err(error) = pool.greet().await {
            pool.close().await;
            return Err(error);
        }
        Ok(factory.with_hooks(settings.hooks.clone()).with_settings(settings.sessions.clone()))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use async_trait::async_trait;

    use super::*;
    use crate::hook::{Hook, HookAnswer, HookOperation, Next};

    struct Idle;

    #[async_trait]
    impl Hook for Idle {
        fn name(&self) -> &'static str {
            "idle"
        }

        async fn around(&self, operation: HookOperation, next: Next<'_>) -> Result<HookAnswer> {
            next.run(operation).await
        }
    }

    #[test]
    fn what_differs_is_named_and_hooks_are_the_same_chain_or_none() {
        let one = FactorySettings::new("mongodb://u:hunter2@h", "d", "c");
        assert_eq!(one.difference(&one.clone().hooks(Hooks::default())), None);
        assert_eq!(one.difference(&FactorySettings::new("mongodb://h", "d", "c")), Some("another connection string"));
        assert_eq!(
            one.difference(&FactorySettings { database: "e".to_owned(), ..one.clone() }),
            Some("another database")
        );
        let small = one.clone().pool(PoolOptions::default().size(0, 1));
        assert_eq!(one.difference(&small), Some("other options of the pool"));
        let hooked = one.clone().hooks(Hooks::new(vec![Arc::new(Idle)]));
        assert_eq!(hooked.difference(&hooked.clone()), None);
        assert_eq!(hooked.difference(&one.clone().hooks(Hooks::new(vec![Arc::new(Idle)]))), Some("other hooks"));
        let named = one.clone().sessions(SessionSettings::default().application_name("a"));
        assert_eq!(one.difference(&named), Some("other settings of new sessions"));
        assert!(!format!("{one:?}").contains("hunter2"));
    }
}
