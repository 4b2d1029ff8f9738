//! One client for many repositories, with limits the driver does not have and figures of what it does. The one place where a
//! client is made.

mod driver;
mod statistics;

pub use statistics::PoolStatistics;

use std::{fmt, sync::Arc, time::Duration};

use mongodb::{
    Client,
    event::EventHandler,
    options::{ClientOptions, ReadPreference, SelectionCriteria, Tls},
};
use secrecy::{ExposeSecret, SecretString};

use super::{MongoRepository, client, errors, gate::Gate, members::Members, uri};
use crate::repository::{Limits, Result};
use driver::Driver;
use statistics::PoolCounts;

/// How much longer than its server-side limit a read may take, e.g. on the way.
const GRACE: Duration = Duration::from_secs(5);

/// The databases that belong to the server.
pub(super) fn is_servers_own(database: &str) -> bool {
    matches!(database, "admin" | "local" | "config")
}

/// Limits of a pool. What a connection string says itself (`maxPoolSize`, `serverSelectionTimeoutMS`, `timeoutMS` and the
/// like) comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct PoolOptions {
    /// Limits of reads, of looking for a server (5 s) and of connecting (10 s).
    pub limits: Limits,
    /// Most connections to a server (100), and most operations at once.
    pub max: u32,
    /// Connections kept ready (10).
    pub min: u32,
    /// How long a connection may be idle (30 s).
    pub idle: Duration,
    /// How long to wait for a connection to come free (5 s), unless the connection string says `waitQueueTimeoutMS`: ours,
    /// the driver waits for ever.
    pub wait_queue: Duration,
    /// Deadline of an operation (30 s), unless the connection string says `timeoutMS` or `socketTimeoutMS`: ours, the driver
    /// has none. A read also keeps [`Limits::read`] on the server.
    pub operation: Duration,
    /// How long a read is asked again whose connection was lost, e.g. while a replica set elects a primary (25 s; within the
    /// deadline of an operation).
    pub repeat: Duration,
}

impl Default for PoolOptions {
    fn default() -> Self {
        Self {
            limits: Limits::default(),
            max: 100,
            min: 10,
            idle: Duration::from_secs(30),
            wait_queue: Duration::from_secs(5),
            operation: Duration::from_secs(30),
            repeat: Duration::from_secs(25),
        }
    }
}

impl PoolOptions {
    /// For one person: no connection is made before it is needed, what the server is given time for is not cut before, and a
    /// lost connection is told soon.
    #[must_use]
    pub fn for_browsing(limits: Limits) -> Self {
        let defaults = Self::default();
        let operation = defaults.operation.max(limits.read + GRACE);
        let repeat = limits.server_selection;
        Self { limits, min: 0, idle: Duration::from_mins(10), operation, repeat, ..defaults }
    }

    /// The same with other limits of reads and of connecting.
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// The same with so many connections: at least and at most.
    #[must_use]
    pub fn size(mut self, min: u32, max: u32) -> Self {
        (self.min, self.max) = (min, max);
        self
    }

    /// The same with connections that may be idle so long.
    #[must_use]
    pub fn idle(mut self, idle: Duration) -> Self {
        self.idle = idle;
        self
    }

    /// The same with what a connection string says of times that the driver does not know. The server is given a little
    /// less, so that its answer to a question that took too long still comes.
    fn timed(mut self, uri: &uri::DriverUri) -> Self {
        if let Some(operation) = uri.operation {
            self.operation = operation;
            self.limits.read = operation.saturating_sub(GRACE.min(operation / 5));
        }
        self.wait_queue = uri.wait_queue.unwrap_or(self.wait_queue);
        self
    }

    /// The same with so long a wait for a connection.
    #[must_use]
    pub fn wait_queue(mut self, wait: Duration) -> Self {
        self.wait_queue = wait;
        self
    }

    /// The same with another deadline of an operation.
    #[must_use]
    pub fn operation(mut self, deadline: Duration) -> Self {
        self.operation = deadline;
        self
    }

    /// The same with so long a time in which a read is asked again.
    #[must_use]
    pub fn repeat(mut self, time: Duration) -> Self {
        self.repeat = time;
        self
    }

    /// How long a read is asked again: the last answer has to come within the deadline of the operation.
    pub(super) fn patience(&self) -> Duration {
        self.repeat.min(self.operation.saturating_sub(self.limits.server_selection))
    }
}

/// One client for many repositories. Cheap to clone.
#[derive(Clone)]
pub struct Pool {
    shared: Arc<Shared>,
}

struct Shared {
    driver: Driver,
    /// `host:port`, several separated by commas.
    hosts: String,
    /// The database named in the connection string, unless it is one of the server's own.
    default_database: Option<String>,
    options: PoolOptions,
    gate: Gate,
    /// What was left out of the connection string.
    notes: Vec<String>,
    /// What a connection string asked for, for the words of an error.
    asked: errors::Deployment,
    /// `None` for a lent client, whose events go to its owner.
    counts: Option<PoolCounts>,
}

impl Shared {
    fn new(driver: Driver, hosts: String, options: PoolOptions) -> Self {
        // 0 means no limit to the driver.
        let places = if options.max == 0 { u32::MAX >> 4 } else { options.max };
        let gate = Gate::new(places, options.wait_queue, options.operation);
        let asked = errors::Deployment { hosts: hosts.clone(), ..errors::Deployment::default() };
        Self { driver, hosts, default_database: None, options, gate, notes: Vec::new(), asked, counts: None }
    }
}

impl Pool {
    /// A pool of connections to a server. Contacts nothing yet but the name service of a `mongodb+srv` address.
    ///
    /// Takes what other drivers take: options that only tune and that this driver lacks are left out ([`Pool::notes`]),
    /// `timeoutMS`, `socketTimeoutMS` and `waitQueueTimeoutMS` are limits of the pool.
    ///
    /// # Errors
    /// [`Error::Uri`](crate::Error::Uri) for a connection string that cannot be read, that asks for what this driver lacks
    /// and no connection should do without, or that names a file which is missing or holds no certificate.
    pub async fn connect(uri: &SecretString, options: PoolOptions) -> Result<Self> {
        let uri = uri::for_driver(uri.expose_secret())?;
        let mut options = options.timed(&uri);
        let text = uri.text.expose_secret();
        let mut parsed = ClientOptions::parse(text).await.map_err(|error| errors::uri_mistake(&error, text))?;
        let counts = PoolCounts::default();
        let heard = counts.clone();
        parsed.app_name.get_or_insert_with(|| "strandscope".to_owned());
        options.max = *parsed.max_pool_size.get_or_insert(options.max.max(1));
        options.min = *parsed.min_pool_size.get_or_insert(options.min.min(options.max));
        options.idle = *parsed.max_idle_time.get_or_insert(options.idle);
        options.limits.server_selection =
            *parsed.server_selection_timeout.get_or_insert(options.limits.server_selection);
        options.limits.connect = *parsed.connect_timeout.get_or_insert(options.limits.connect);
        parsed.cmap_event_handler = Some(EventHandler::callback(move |event| heard.note(&event)));
        if let Some(Tls::Enabled(files)) = &parsed.tls {
            errors::check_files(files)?;
        }
        let hosts = client::hosts(&parsed);
        let default_database = parsed.default_database.clone().filter(|name| !is_servers_own(name));
        let asked = errors::Deployment { login_hint: uri.login_hint, ..asked(&parsed, &hosts) };
        let driver = Driver::connect(parsed).map_err(|error| errors::uri_mistake(&error, text))?;
        let shared = Shared {
            notes: uri.notes,
            asked,
            default_database,
            counts: Some(counts),
            ..Shared::new(driver, hosts, options)
        };
        Ok(Self { shared: Arc::new(shared) })
    }

    /// A pool around a lent client, whose own options stay in force and which [`Pool::close`] leaves open. Of the
    /// options, only `limits.read`, `max`, `wait_queue` and `operation` count here.
    #[must_use]
    pub fn from_client(client: Client, options: PoolOptions) -> Self {
        let shared = Shared::new(Driver::lent(client), "the lent connection".to_owned(), options);
        Self { shared: Arc::new(shared) }
    }

    /// The sessions of one collection. Contacts nothing.
    ///
    /// # Errors
    /// [`Error::Name`](crate::Error::Name) for a name that no database or collection can have.
    pub fn repository(&self, database: &str, collection: &str) -> Result<MongoRepository> {
        client::valid_names(database, collection)?;
        Ok(MongoRepository::on(self.clone(), database, collection))
    }

    /// Checks that a server answers and is new enough.
    ///
    /// # Errors
    /// What a connection can meet, and [`Error::TooOld`](crate::Error::TooOld).
    pub async fn greet(&self) -> Result<()> {
        let me = self.clone();
        self.read_while("the server's greeting", |_| async move { client::greet(&me).await }).await
    }

    /// What the pool did and does, from the driver's own events. `None` for a lent client.
    #[must_use]
    pub fn statistics(&self) -> Option<PoolStatistics> {
        self.shared.counts.as_ref().map(|counts| counts.read(self.gate().waiting()))
    }

    /// Its limits: those given, less what the connection string said itself.
    #[must_use]
    pub fn options(&self) -> PoolOptions {
        self.shared.options
    }

    /// What was left out of the connection string or is understood otherwise, a sentence each. Holds no password.
    #[must_use]
    pub fn notes(&self) -> &[String] {
        &self.shared.notes
    }

    /// Closes the connections once what uses them has ended; a lent client stays open.
    pub async fn close(self) {
        if self.shared.counts.is_some() {
            self.client().shutdown().await;
        }
    }

    pub(super) fn client(&self) -> Client {
        self.shared.driver.client()
    }

    /// Where the connection string reads from: commands that are run by name would ask the primary.
    pub(super) fn reads(&self) -> SelectionCriteria {
        self.client().selection_criteria().cloned().unwrap_or_else(|| ReadPreference::Primary.into())
    }

    /// Begins anew where the set was made anew under the same name; whether it did.
    pub(super) fn renew_if_rebuilt(&self) -> bool {
        self.shared.driver.renew_if_rebuilt()
    }

    /// What is known of the members; `None` for a lent client.
    pub(super) fn members(&self) -> Option<Members> {
        self.shared.driver.members()
    }

    pub(super) fn gate(&self) -> &Gate {
        &self.shared.gate
    }

    pub(super) fn hosts(&self) -> &str {
        &self.shared.hosts
    }

    pub(super) fn default_database(&self) -> Option<&str> {
        self.shared.default_database.as_deref()
    }

    /// Where something is done, for the words of an error.
    pub(super) fn place(&self, namespace: String) -> errors::Deployment {
        let Shared { asked, options, driver, .. } = &*self.shared;
        errors::Deployment { namespace, limit: options.limits.read, members: driver.members(), ..asked.clone() }
    }
}

/// What a connection string asks for.
fn asked(options: &ClientOptions, hosts: &str) -> errors::Deployment {
    let reads = options.selection_criteria.as_ref();
    let is_primary =
        |reads: &SelectionCriteria| matches!(reads, SelectionCriteria::ReadPreference(ReadPreference::Primary));
    errors::Deployment {
        hosts: hosts.to_owned(),
        set: options.repl_set_name.clone(),
        tls: matches!(options.tls, Some(Tls::Enabled(_))),
        anonymous: options.credential.is_none(),
        reads_elsewhere: reads.is_some_and(|reads| !is_primary(reads)),
        ..errors::Deployment::default()
    }
}

impl fmt::Debug for Pool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shared = &self.shared;
        f.debug_struct("Pool").field("hosts", &shared.hosts).field("options", &shared.options).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_times_of_a_connection_string_come_first_and_the_server_answers_before_the_deadline() {
        let timed = |given: &str, options: PoolOptions| {
            let timed = options.timed(&uri::for_driver(given).unwrap());
            (timed.operation, timed.limits.read, timed.wait_queue)
        };
        let seconds = Duration::from_secs;
        let given = "mongodb://h/?timeoutMS=5000&waitQueueTimeoutMS=2000";
        assert_eq!(timed(given, PoolOptions::default()), (seconds(5), seconds(4), seconds(2)));
        let given = "mongodb://h/?socketTimeoutMS=60000";
        let plain = PoolOptions::for_browsing(Limits::default());
        assert_eq!(timed(given, plain), (seconds(60), seconds(55), plain.wait_queue));
        assert_eq!(timed("mongodb://h", plain), (plain.operation, plain.limits.read, plain.wait_queue));
    }

    #[test]
    fn a_read_is_asked_again_within_its_deadline_and_a_person_is_told_soon() {
        let seconds = Duration::from_secs;
        assert_eq!(PoolOptions::default().patience(), seconds(25));
        assert_eq!(PoolOptions::for_browsing(Limits::default()).patience(), seconds(5));
        assert_eq!(PoolOptions::default().operation(seconds(7)).patience(), seconds(2));
        assert_eq!(PoolOptions::default().operation(seconds(3)).patience(), Duration::ZERO);
    }
}
