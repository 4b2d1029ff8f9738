//! Limits of a pool.

use std::time::Duration;

use crate::repository::{Limits, mongo::uri};

/// How much longer than its server-side limit a read may take, e.g. on the way.
const GRACE: Duration = Duration::from_secs(5);

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
    pub(super) fn timed(mut self, uri: &uri::DriverUri) -> Self {
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
    pub(in crate::repository::mongo) fn patience(&self) -> Duration {
        self.repeat.min(self.operation.saturating_sub(self.limits.server_selection))
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
