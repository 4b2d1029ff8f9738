//! One client for many repositories, with limits the driver does not have and figures of what it does. The one place where a
//! client is made.

mod driver;
mod options;
mod statistics;

pub use options::PoolOptions;
pub use statistics::PoolStatistics;

use std::{fmt, sync::Arc, time::Duration};

use mongodb::{
    Client,
    event::EventHandler,
    options::{AuthMechanism, ClientOptions, ReadPreference, SelectionCriteria, Tls},
};
use secrecy::{ExposeSecret, SecretString};

use super::{MongoRepository, errors, gate::Gate, members::Members, uri, valid};
use crate::repository::{Error, Result};
use driver::Driver;
use statistics::PoolCounts;

/// The databases that belong to the server.
pub(super) fn is_servers_own(database: &str) -> bool {
    matches!(database, "admin" | "local" | "config")
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
        let gate = Gate::new(places, options.wait_queue, options.operation, &hosts);
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
        let hosts = uri::host_list(&parsed);
        let default_database = parsed.default_database.clone().filter(|name| !is_servers_own(name));
        let mut asked = asked(&parsed, &hosts);
        asked.login_hint = asked.login_hint.or(uri.login_hint);
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
    /// options, only `limits.read`, `max`, `wait_queue`, `operation` and `repeat` count here.
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
        valid::names(database, collection)?;
        Ok(MongoRepository::on(self.clone(), database, collection))
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

    /// Closes the connections once what uses them has ended; a lent client stays open. From its first moment on nothing new begins:
    /// it is refused with [`Error::Unreachable`](crate::Error::Unreachable).
    pub async fn close(self) {
        if self.shared.counts.is_some() {
            self.gate().close().await;
            self.client().shutdown().await;
        }
    }

    /// Whether it is closed or about to be: what holds a connection for long lets go of it.
    pub(super) fn is_closing(&self) -> bool {
        self.gate().is_closing()
    }

    /// The error of a server that said nothing for so long.
    pub(super) fn silent(&self, limit: Duration) -> Error {
        let reason = format!("no answer within {} s", limit.as_secs_f64());
        if self.members().is_some_and(|members| members.any_answers()) {
            Error::unusable(self.hosts(), reason)
        } else {
            Error::unreachable(self.hosts(), reason)
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

const BY_CERTIFICATE: &str = "see that the subject of the certificate in tlsCertificateKeyFile is a user of $external, and that \
                              an authority that the server trusts has signed it";

/// What a connection string asks for.
fn asked(options: &ClientOptions, hosts: &str) -> errors::Deployment {
    let mechanism = options.credential.as_ref().and_then(|credential| credential.mechanism.as_ref());
    let reads = options.selection_criteria.as_ref();
    let is_primary =
        |reads: &SelectionCriteria| matches!(reads, SelectionCriteria::ReadPreference(ReadPreference::Primary));
    errors::Deployment {
        hosts: hosts.to_owned(),
        set: options.repl_set_name.clone(),
        tls: match &options.tls {
            Some(Tls::Enabled(files)) => errors::AskedTls {
                on: true,
                authority: files.ca_file_path.is_some(),
                certificate: files.cert_key_file_path.is_some(),
            },
            _ => errors::AskedTls::default(),
        },
        passwordless: mechanism.is_some_and(|by| matches!(by, AuthMechanism::MongoDbX509 | AuthMechanism::MongoDbOidc)),
        login_hint: mechanism.is_some_and(|by| *by == AuthMechanism::MongoDbX509).then_some(BY_CERTIFICATE),
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
