//! One client for many repositories, with limits the driver does not have and figures of what it does.

mod statistics;

pub use statistics::PoolStatistics;

use std::time::Duration;

use mongodb::{Client, event::EventHandler, options::ClientOptions};
use secrecy::{ExposeSecret, SecretString};

use super::{MongoRepository, client, errors, gate::Gate};
use crate::repository::{Limits, Result};
use statistics::Counts;

/// Default of [`PoolOptions::max`].
pub(super) const MAX: u32 = 100;
/// Default of [`PoolOptions::wait_queue`].
pub(super) const WAIT_QUEUE: Duration = Duration::from_secs(5);
/// Default of [`PoolOptions::operation`].
pub(super) const OPERATION: Duration = Duration::from_secs(30);

/// Limits of a pool.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PoolOptions {
    /// Most connections to a server (100), and most operations at once.
    pub max: u32,
    /// Connections kept ready (10).
    pub min: u32,
    /// How long a connection may be idle (30 s).
    pub idle: Duration,
    /// How long to look for a server (5 s).
    pub server_selection: Duration,
    /// How long to wait for a connection to be made (10 s).
    pub connect: Duration,
    /// How long to wait for a connection to come free (5 s): ours, the driver waits for ever.
    pub wait_queue: Duration,
    /// Deadline of an operation (30 s): ours, the driver has none. A read also keeps [`Limits::read`] on the server.
    pub operation: Duration,
}

impl Default for PoolOptions {
    fn default() -> Self {
        Self {
            max: MAX,
            min: 10,
            idle: Duration::from_secs(30),
            server_selection: Duration::from_secs(5),
            connect: Duration::from_secs(10),
            wait_queue: WAIT_QUEUE,
            operation: OPERATION,
        }
    }
}

/// One client for many repositories. Cheap to clone.
#[derive(Clone)]
pub struct Pool {
    client: Client,
    hosts: String,
    limits: Limits,
    gate: Gate,
    /// `None` for a lent client, whose events go to its owner.
    counts: Option<Counts>,
}

impl Pool {
    /// A pool of connections to a server. Contacts nothing yet but the name service of a `mongodb+srv` address.
    ///
    /// # Errors
    /// [`crate::repository::Error::Uri`] for a connection string that cannot be read.
    pub async fn connect(uri: &SecretString, options: PoolOptions) -> Result<Self> {
        let text = uri.expose_secret();
        let mut parsed = ClientOptions::parse(text).await.map_err(|error| errors::uri_mistake(&error, text))?;
        let counts = Counts::default();
        let heard = counts.clone();
        parsed.app_name.get_or_insert_with(|| "strandscope".to_owned());
        parsed.max_pool_size = Some(options.max.max(1));
        parsed.min_pool_size = Some(options.min.min(options.max.max(1)));
        parsed.max_idle_time = Some(options.idle);
        parsed.server_selection_timeout = Some(options.server_selection);
        parsed.connect_timeout = Some(options.connect);
        parsed.cmap_event_handler = Some(EventHandler::callback(move |event| heard.note(&event)));
        let hosts = client::hosts(&parsed);
        let client = Client::with_options(parsed).map_err(|error| errors::uri_mistake(&error, text))?;
        let limits =
            Limits { server_selection: options.server_selection, connect: options.connect, ..Limits::default() };
        let gate = Gate::new(options.max, options.wait_queue, options.operation);
        Ok(Self { client, hosts, limits, gate, counts: Some(counts) })
    }

    /// A pool around a lent client, whose own options stay in force and which [`Pool::close`] leaves open. Of the
    /// options, only `max`, `wait_queue` and `operation` count here.
    #[must_use]
    pub fn from_client(client: Client, options: PoolOptions) -> Self {
        let gate = Gate::new(options.max, options.wait_queue, options.operation);
        Self { client, hosts: "the lent connection".to_owned(), limits: Limits::default(), gate, counts: None }
    }

    /// The sessions of one collection. Contacts nothing.
    ///
    /// # Errors
    /// [`crate::repository::Error::Name`] for a name that no database or collection can have.
    pub fn repository(&self, database: &str, collection: &str) -> Result<MongoRepository> {
        client::valid_names(database, collection)?;
        let mut repository = MongoRepository::from_client(self.client.clone(), database, collection, self.limits);
        repository.hosts = self.hosts.as_str().into();
        repository.gate = self.gate.clone();
        Ok(repository)
    }

    /// What the pool did and does, from the driver's own events. `None` for a lent client.
    #[must_use]
    pub fn statistics(&self) -> Option<PoolStatistics> {
        self.counts.as_ref().map(|counts| counts.read(self.gate.waiting()))
    }

    /// Closes the connections once what uses them has ended; a lent client stays open.
    pub async fn close(self) {
        if self.counts.is_some() {
            self.client.shutdown().await;
        }
    }
}
