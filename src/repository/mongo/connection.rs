//! What a pool is connected to: the server's version and state, and the figures of the connections.

use std::{
    fmt,
    time::{Duration, Instant},
};

use super::{
    client,
    members::{Member, MemberWords, Part},
    pool::{Pool, PoolOptions, PoolStatistics},
};
use crate::repository::{Error, Result};

/// Whether a store can be used.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum ConnectionStatus {
    /// It answered just now; to a factory, that its sessions may be read.
    Connected,
    /// It did not, or cannot be used.
    Failed(Error),
    /// The pool was closed: nothing was asked.
    Closed,
}

impl fmt::Display for ConnectionStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Connected => f.write_str("connected"),
            Self::Failed(error) => write!(f, "failed: {error}"),
            Self::Closed => f.write_str("closed"),
        }
    }
}

/// The part that a server plays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ServerState {
    /// The member of a replica set that takes writes.
    Primary,
    /// A member of a replica set that can be read from.
    Secondary,
    /// A router of a sharded cluster.
    Router,
    /// A server that stands alone.
    Standalone,
    /// Of a replica set that was not initiated yet, or that has put it out.
    Uninitiated,
    /// An arbiter, or a member that starts or recovers: nothing is read from it.
    NoReader,
}

impl ServerState {
    /// Its name: `primary`, `secondary`, `router`, `standalone`, `uninitiated`, `no reader`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Primary => "primary",
            Self::Secondary => "secondary",
            Self::Router => "router",
            Self::Standalone => "standalone",
            Self::Uninitiated => "uninitiated",
            Self::NoReader => "no reader",
        }
    }
}

impl From<Part> for ServerState {
    fn from(part: Part) -> Self {
        match part {
            Part::Primary => Self::Primary,
            Part::Secondary => Self::Secondary,
            Part::Router => Self::Router,
            Part::Standalone => Self::Standalone,
            Part::Uninitiated => Self::Uninitiated,
            Part::NoReader => Self::NoReader,
        }
    }
}

impl fmt::Display for ServerState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What is known of one member of a deployment.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ServerMember {
    /// `host:port`.
    pub host: String,
    /// What it was when it was heard last; `None` before that.
    pub state: Option<ServerState>,
    /// Whether it was heard, and nothing went wrong since.
    pub answers: bool,
}

impl ServerMember {
    fn new(host: String, member: &Member) -> Self {
        let state = member.said.as_ref().map(|said| said.part.into());
        Self { host, state, answers: member.answers() }
    }
}

/// What a factory or a pool is connected to, as of now. Made by [`Pool::connection_statistics`] and
/// [`SessionManagerFactory::connection_statistics`](crate::SessionManagerFactory::connection_statistics). Holds no password.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct ConnectionStatistics {
    /// Whether it can be used.
    pub status: ConnectionStatus,
    /// The hosts, `host:port` separated by commas; the location of a store without a pool.
    pub place: String,
    /// The server's version, e.g. `6.0.5`; `None` where it did not answer or does not tell.
    pub server_version: Option<String>,
    /// The part that the server plays which answered; `None` where none did.
    pub server_state: Option<ServerState>,
    /// The name of its replica set.
    pub replica_set: Option<String>,
    /// How long the answer took, getting a connection included.
    pub answered_in: Option<Duration>,
    /// Every member that is known, by host; empty for a lent client, whose events go to its owner.
    pub members: Vec<ServerMember>,
    /// The limits of the pool; `None` without one.
    pub options: Option<PoolOptions>,
    /// What the pool did and does; `None` without one, or where its client is lent.
    pub pool: Option<PoolStatistics>,
}

impl ConnectionStatistics {
    /// Whether the store answered.
    #[must_use]
    pub fn is_connected(&self) -> bool {
        matches!(self.status, ConnectionStatus::Connected)
    }

    /// Of a store that has no pool.
    pub(crate) fn of_store(place: String, answer: Result<()>) -> Self {
        let status = answer.map_or_else(ConnectionStatus::Failed, |()| ConnectionStatus::Connected);
        Self {
            status,
            place,
            server_version: None,
            server_state: None,
            replica_set: None,
            answered_in: None,
            members: Vec::new(),
            options: None,
            pool: None,
        }
    }
}

/// What a server that answered says.
struct Greeted {
    words: MemberWords,
    version: Option<String>,
    took: Duration,
}

impl Pool {
    /// What it is connected to now: whether the server answers, its version and state, and the pool's own figures. Asks the server
    /// once, without repeating; one that is away is told once the time for looking for a server is over. Whether anything may be read
    /// there a factory tells: a server greets everyone.
    pub async fn connection_statistics(&self) -> ConnectionStatistics {
        let heard = if self.is_closing() { None } else { Some(self.hear().await) };
        let members = self.members().map(|members| members.known()).unwrap_or_default();
        let members = members.into_iter().filter(|(_, member)| member.counted);
        let mut statistics = ConnectionStatistics {
            members: members.map(|(host, member)| ServerMember::new(host, &member)).collect(),
            options: Some(self.options()),
            pool: self.statistics(),
            ..ConnectionStatistics::of_store(self.hosts().to_owned(), Ok(()))
        };
        match heard {
            None => statistics.status = ConnectionStatus::Closed,
            Some(Err(error)) => statistics.status = ConnectionStatus::Failed(error),
            Some(Ok(heard)) => {
                statistics.server_version = heard.version;
                statistics.server_state = Some(heard.words.part.into());
                statistics.replica_set = heard.words.set;
                statistics.answered_in = Some(heard.took);
            }
        }
        statistics
    }

    async fn hear(&self) -> Result<Greeted> {
        let me = self.clone();
        self.read_while("the server's state", |_| async move {
            let asked = Instant::now();
            let hello = client::greet(&me).await?;
            let took = asked.elapsed();
            Ok(Greeted { words: MemberWords::read(&hello), version: client::version(&me).await, took })
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_store_without_a_pool_tells_whether_it_answers() {
        let well = ConnectionStatistics::of_store("folder".to_owned(), Ok(()));
        assert!(well.is_connected() && well.server_version.is_none() && well.pool.is_none());
        let lost = ConnectionStatistics::of_store("folder".to_owned(), Err(Error::unreachable("h:1", "refused")));
        assert!(!lost.is_connected());
        assert_eq!(lost.status.to_string(), "failed: no MongoDB answers at h:1: refused");
    }

    #[test]
    fn a_member_is_told_by_what_it_said_last() {
        let member = ServerMember::new("a:1".to_owned(), &Member::saying(Part::Secondary, Some("rs0")));
        assert_eq!((member.state, member.answers), (Some(ServerState::Secondary), true));
        let unheard = ServerMember::new("a:1".to_owned(), &Member::default());
        assert_eq!((unheard.state, unheard.answers), (None, false));
    }
}
