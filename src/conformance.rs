//! One suite for every repository: what [`SessionReader`](crate::SessionReader) and
//! [`SessionWriter`](crate::SessionWriter) promise, checked.
//!
//! Needs the feature `conformance`. Each case makes sessions of its own (`conformance-…`) and deletes them again, so a suite
//! may run on a collection in use. It runs on a Tokio runtime with its time enabled.
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() {
//! # let folder = tempfile::tempdir().expect("a folder");
//! let repository = strandscope::open_folder(folder.path()).await.expect("a folder of sessions");
//! assert_eq!(strandscope::conformance::check(repository).await, []);
//! # }
//! ```

mod agents;
mod lists;
mod messages;
mod metadata;
mod sessions;
mod watching;

use std::{fmt, sync::Arc};

use bson::{Document, doc};
use futures_util::future::BoxFuture;
use jiff::Timestamp;

use crate::{
    repository::{Error, Result, SessionRepository, Tail},
    session::{
        AgentId, Session, SessionKey, StoredAgent,
        record::{AgentConfig, MessageBody, NewAgent, NewMessage, NewSession},
    },
};

/// One promise.
#[derive(Clone, Copy)]
pub struct Case {
    /// What is promised, as a sentence without its full stop.
    pub name: &'static str,
    run: fn(Arc<dyn SessionRepository>) -> BoxFuture<'static, Outcome>,
}

impl fmt::Debug for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Case").field(&self.name).finish()
    }
}

impl Case {
    /// Checks it.
    ///
    /// # Errors
    /// What was found instead.
    pub async fn check(&self, repository: Arc<dyn SessionRepository>) -> Outcome {
        (self.run)(repository).await
    }
}

/// A promise that is not kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The case.
    pub case: &'static str,
    /// What was found instead.
    pub found: String,
}

/// What was found instead, or an error that should not have come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found(String);

/// What a case says.
pub type Outcome<T = ()> = std::result::Result<T, Found>;

impl From<Error> for Found {
    fn from(error: Error) -> Self {
        Self(format!("an error: {error}"))
    }
}

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Every case.
pub fn cases() -> impl Iterator<Item = Case> {
    let parts = [sessions::CASES, agents::CASES, messages::CASES, metadata::CASES, lists::CASES, watching::CASES];
    parts.into_iter().flatten().copied()
}

/// Runs every case and gives those that failed.
pub async fn check(repository: Arc<dyn SessionRepository>) -> Vec<Failure> {
    let mut failures = Vec::new();
    for case in cases() {
        if let Err(found) = case.check(Arc::clone(&repository)).await {
            failures.push(Failure { case: case.name, found: found.0 });
        }
    }
    failures
}

/// Fails a case with what was found.
macro_rules! ensure {
    ($holds:expr, $($found:tt)+) => {
        if !$holds {
            return Err(crate::conformance::Found(format!($($found)+)));
        }
    };
}
use ensure;

/// Fails unless the answer is an error of that kind.
macro_rules! ensure_error {
    ($answer:expr, $kind:pat) => {
        match $answer {
            Err($kind) => {}
            Err(other) => return Err(crate::conformance::Found(format!("another error: {other}"))),
            Ok(_) => {
                return Err(crate::conformance::Found(
                    concat!("no error where ", stringify!($kind), " should come").to_owned(),
                ))
            }
        }
    };
}
use ensure_error;

/// Fails unless both are equal.
macro_rules! same {
    ($found:expr, $expected:expr) => {
        match (&$found, &$expected) {
            (found, expected) if found != expected => {
                return Err(crate::conformance::Found(format!(
                    "{} is {found:?} where {expected:?} should be",
                    stringify!($found)
                )));
            }
            _ => {}
        }
    };
}
use same;

/// A session of a case's own.
struct Fixture {
    repository: Arc<dyn SessionRepository>,
    key: SessionKey,
}

const AGENT: &str = "support";

fn agent_id() -> AgentId {
    AgentId::from(AGENT)
}

fn new_session() -> NewSession {
    NewSession {
        id: format!("conformance-{}", uuid::Uuid::new_v4()),
        application_name: Some("conformance".to_owned()),
        session_type: "AGENT".to_owned(),
        viewer_password: uuid::Uuid::new_v4().simple().to_string().into(),
        metadata: doc! { "priority": "high" },
        // A while ago, so that a time that moves is seen to.
        at: now().saturating_sub(jiff::SignedDuration::from_secs(60)).unwrap_or_default(),
    }
}

fn new_agent(id: &str) -> NewAgent {
    NewAgent {
        id: AgentId::from(id),
        state: doc! { "visits": 1 },
        conversation_manager_state: doc! { "__name__": "SlidingWindowConversationManager", "removed_message_count": 0 },
        internal_state: Document::new(),
        config: AgentConfig { model: Some("a-model".to_owned()), ..AgentConfig::default() },
        at: now(),
    }
}

fn new_message(text: &str) -> NewMessage {
    NewMessage::new(MessageBody::user(text)).at(now())
}

/// The time in ms, as stores keep it.
fn now() -> Timestamp {
    Timestamp::from_millisecond(Timestamp::now().as_millisecond()).unwrap_or_default()
}

impl Fixture {
    async fn session(repository: Arc<dyn SessionRepository>) -> Result<Self> {
        let key = repository.create_session(&new_session()).await?;
        Ok(Self { repository, key })
    }

    /// With an agent and so many messages: `message 0`, `message 1`, ….
    async fn with_messages(repository: Arc<dyn SessionRepository>, count: usize) -> Result<Self> {
        let fixture = Self::session(repository).await?;
        fixture.repository.create_agent(&fixture.key, &new_agent(AGENT)).await?;
        let mut tail = Some(Tail::default());
        for number in 0..count {
            tail = Some(fixture.append(&new_message(&format!("message {number}")), tail).await?);
        }
        Ok(fixture)
    }

    async fn append(&self, message: &NewMessage, known: Option<Tail>) -> Result<Tail> {
        self.repository.append_message(&self.key, &agent_id(), message, known).await
    }

    async fn read(&self) -> Result<Session> {
        self.repository.open(&self.key, u64::MAX).await
    }

    async fn agent(&self) -> Outcome<StoredAgent> {
        let agent = self.repository.agent(&self.key, &agent_id()).await?;
        agent.ok_or_else(|| Found("the agent is not there".to_owned()))
    }

    /// `message_id`s in stored order.
    async fn ids(&self) -> Result<Vec<Option<i64>>> {
        let messages = self.repository.messages(&self.key, &agent_id(), 0..u64::MAX).await?;
        Ok(messages.iter().map(|message| message.message_id).collect())
    }

    async fn done(self) -> Outcome {
        Ok(self.repository.delete_session(&self.key).await?)
    }
}

/// A key that no session has.
fn nowhere() -> SessionKey {
    SessionKey::from("conformance-nowhere")
}

/// Builds a case from an async function.
macro_rules! case {
    ($name:literal, $run:path) => {
        crate::conformance::Case { name: $name, run: |repository| Box::pin($run(repository)) }
    };
}
use case;
