//! What a pool is worth: the same operations with a client for each of them, with a client for each session, and with one pool.
//!
//! `cargo run --release --example performance -- [URI] [DATABASE] [--quick]`
//!
//! Without a URI it takes STRANDSCOPE_URI, else MONGODB_URI, else the server on this machine. It works in the collection
//! `performance` on sessions of its own, ten operations each, counts what is stored at the end, and removes them. Where a client is
//! made for each operation so is a manager, which has to read where the history ends before it appends, as any new process has to.
//!
//! `requests` are what `example_performance.py` of `mongodb-session-manager` measures, with its figures and its pool: a manager is
//! made, and looks whether its session is there.

use std::{
    process::ExitCode,
    sync::Arc,
    time::{Duration, Instant},
};

use strandscope::{
    Agent, MessageBody, MetadataEdit, Pool, PoolOptions, Result, Resumed, SecretString, SessionManager,
    SessionManagerFactory, Timestamp, bson::Document,
};

const COLLECTION: &str = "performance";
const AGENT: &str = "assistant";
/// Operations on each session, so that its document stays small.
const PER_SESSION: usize = 10;

/// How an operation gets its connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    /// As a request handler that connects by itself.
    ClientPerOperation,
    /// As a program that connects for each conversation.
    ClientPerSession,
    /// One pool for all.
    Pool,
}

const WAYS: [Way; 3] = [Way::ClientPerOperation, Way::ClientPerSession, Way::Pool];

impl Way {
    fn name(self) -> &'static str {
        match self {
            Self::ClientPerOperation => "a client for each operation",
            Self::ClientPerSession => "a client for each session",
            Self::Pool => "one pool",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operation {
    Request,
    Append,
    Metadata,
}

/// How much is done: sessions of a round in each way, and rounds, in which the ways take turns.
struct Amount {
    sessions: [usize; WAYS.len()],
    rounds: usize,
}

/// An agent that only has messages.
struct Idle;

impl Agent for Idle {
    fn agent_id(&self) -> &'static str {
        AGENT
    }

    fn state(&self) -> Document {
        Document::new()
    }

    fn restore(&mut self, _: Resumed) {}
}

/// What was done in one way, and how long it took.
#[derive(Default)]
struct Done {
    sessions: usize,
    operations: usize,
    took: Duration,
}

impl Done {
    /// Operations a second.
    fn rate(&self) -> f64 {
        self.operations as f64 / self.took.as_secs_f64()
    }
}

#[derive(Clone)]
struct Bench {
    uri: SecretString,
    database: String,
    pooled: Arc<SessionManagerFactory>,
}

#[tokio::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            for hint in error.hints() {
                eprintln!("hint: {hint}");
            }
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<()> {
    let (quick, given): (Vec<String>, Vec<String>) = std::env::args().skip(1).partition(|word| word == "--quick");
    let from_environment = || std::env::var("STRANDSCOPE_URI").or_else(|_| std::env::var("MONGODB_URI")).ok();
    let uri =
        given.first().cloned().or_else(from_environment).unwrap_or_else(|| "mongodb://localhost:27017".to_owned());
    let database = given.get(1).map_or("performance_test", String::as_str).to_owned();
    let amount = if quick.is_empty() {
        Amount { sessions: [10, 20, 100], rounds: 3 }
    } else {
        Amount { sessions: [10, 10, 10], rounds: 1 }
    };

    let uri = SecretString::from(uri);
    let pooled = factory(&uri, &database, PoolOptions::default().size(10, 50)).await?;
    let bench = Bench { uri, database, pooled: Arc::new(pooled) };
    let heads = ["sessions", "seconds", "ms a session", "operations/s", "with the pool"];
    println!("{:<32}{:>10}{:>10}{:>14}{:>14}{:>15}", "", heads[0], heads[1], heads[2], heads[3], heads[4]);
    let operations =
        [(Operation::Request, "requests"), (Operation::Append, "appends"), (Operation::Metadata, "metadata updates")];
    let mut stored = 0;
    for (operation, name) in operations {
        for workers in [1, 10] {
            let (done, found) = bench.compare(operation, workers, &amount).await?;
            stored += found;
            println!("{name}, {workers} worker{}", if workers == 1 { "" } else { "s" });
            show(&done);
        }
    }
    println!("all {stored} writes are stored");
    let statistics = bench.pooled.connection_statistics().await;
    if let (Some(version), Some(pool)) = (statistics.server_version, statistics.pool) {
        println!("MongoDB {version}; the pool made {} connections for {} checkouts", pool.created, pool.checkouts);
    }
    Ok(())
}

/// What was done in each way, and how many times faster it is with the pool.
fn show(done: &[Done; WAYS.len()]) {
    let pooled = done[WAYS.len() - 1].rate();
    for (way, done) in WAYS.into_iter().zip(done) {
        let (seconds, rate) = (done.took.as_secs_f64(), done.rate());
        let each = 1000.0 * seconds / done.sessions as f64;
        let faster = if way == Way::Pool { String::new() } else { format!("{:.1}x faster", pooled / rate) };
        let line = format!("  {:<30}{:>10}{seconds:>10.2}{each:>14.1}{rate:>14.0}", way.name(), done.sessions);
        println!("{}", format!("{line}{faster:>15}").trim_end());
    }
}

/// A factory with a pool of its own.
async fn factory(uri: &SecretString, database: &str, options: PoolOptions) -> Result<SessionManagerFactory> {
    SessionManagerFactory::with_pool(Pool::connect(uri, options).await?, database, COLLECTION)
}

impl Bench {
    /// Does an operation in each way, by turns; gives what was done in each and how many operations are stored in all. The sessions
    /// are made before and removed after the clock runs.
    async fn compare(&self, operation: Operation, workers: usize, amount: &Amount) -> Result<([Done; 3], usize)> {
        let mut done = <[Done; 3]>::default();
        let mut stored = 0;
        for round in 0..amount.rounds {
            for ((way, count), done) in WAYS.into_iter().zip(amount.sessions).zip(&mut done) {
                let name = |number| format!("{operation:?}-{way:?}-{workers}-{round}-{number}-{}", Timestamp::now());
                let ids: Vec<String> = (0..count).map(name).collect();
                for id in &ids {
                    self.pooled.manager(id).initialize(&mut Idle).await?;
                }
                done.took += self.timed(way, operation, workers, &ids).await?;
                done.sessions += ids.len();
                done.operations += ids.len() * PER_SESSION;
                for id in &ids {
                    stored += self.count(operation, id).await?;
                    self.pooled.manager(id).delete_session().await?;
                }
            }
        }
        let all: usize = done.iter().map(|done| done.operations).sum();
        let expected = if operation == Operation::Request { 0 } else { all };
        if stored == expected {
            Ok((done, stored))
        } else {
            let reason = format!("{expected} operations were done, and {stored} are stored");
            Err(strandscope::Error::other("counting what is stored", reason))
        }
    }

    /// How long it takes to do the operations of all these sessions.
    async fn timed(&self, way: Way, operation: Operation, workers: usize, ids: &[String]) -> Result<Duration> {
        let started = Instant::now();
        let tasks: Vec<_> = (0..workers)
            .map(|worker| {
                let bench = self.clone();
                let mine: Vec<String> = ids.iter().skip(worker).step_by(workers).cloned().collect();
                tokio::spawn(async move {
                    for id in mine {
                        bench.session(way, operation, &id).await?;
                    }
                    Ok::<_, strandscope::Error>(())
                })
            })
            .collect();
        for task in tasks {
            let crashed = |error: tokio::task::JoinError| strandscope::Error::other("a worker", error.to_string());
            task.await.map_err(crashed)??;
        }
        Ok(started.elapsed())
    }

    async fn session(&self, way: Way, operation: Operation, id: &str) -> Result<()> {
        match way {
            Way::Pool => operate_all(&self.pooled.manager(id), operation).await,
            Way::ClientPerSession => {
                let own = self.connect().await?;
                operate_all(&own.manager(id), operation).await?;
                own.close().await;
                Ok(())
            }
            Way::ClientPerOperation => {
                for number in 0..PER_SESSION {
                    let own = self.connect().await?;
                    operate(&own.manager(id), operation, number).await?;
                    own.close().await;
                }
                Ok(())
            }
        }
    }

    /// A client that makes no more connections than it needs.
    async fn connect(&self) -> Result<SessionManagerFactory> {
        factory(&self.uri, &self.database, PoolOptions::default().size(0, 10)).await
    }

    /// Operations that are stored of a session: messages with ids from 0, or fields of the metadata.
    async fn count(&self, operation: Operation, id: &str) -> Result<usize> {
        let manager = self.pooled.manager(id);
        Ok(match operation {
            Operation::Request => 0,
            Operation::Append => {
                let messages = manager.messages(AGENT, 0..u64::MAX).await?;
                (0..).zip(&messages).filter(|(number, message)| message.message_id == Some(*number)).count()
            }
            Operation::Metadata => {
                let metadata = manager.metadata().await?;
                (0..PER_SESSION).filter(|number| metadata.get_i32(field(*number)).is_ok()).count()
            }
        })
    }
}

fn field(number: usize) -> String {
    format!("step-{number}")
}

async fn operate_all(manager: &SessionManager, operation: Operation) -> Result<()> {
    for number in 0..PER_SESSION {
        operate(manager, operation, number).await?;
    }
    Ok(())
}

async fn operate(manager: &SessionManager, operation: Operation, number: usize) -> Result<()> {
    match operation {
        Operation::Request => {
            let created = manager.open_or_create().await?;
            if created { Err(strandscope::Error::other("a request", "its session was not there")) } else { Ok(()) }
        }
        Operation::Append => {
            let mut message = MessageBody::user(&format!("Message {number}: where is my order?"));
            manager.append_message(AGENT, &mut message).await.map(drop)
        }
        Operation::Metadata => manager.edit_metadata(vec![MetadataEdit::set(field(number), number as i32)]).await,
    }
}
