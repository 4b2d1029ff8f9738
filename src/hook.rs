//! Hooks around metadata, feedback, deletions and restores: a chain, each of which can see, change or refuse an operation
//! and act before and after it.

mod available;
#[cfg(feature = "aws")]
mod aws;
mod delivery;
#[cfg(feature = "encryption")]
mod encryption;
mod operation;
mod outbox;
mod report;
#[cfg(any(feature = "aws", feature = "webhook"))]
mod settings;
mod watch;
#[cfg(feature = "webhook")]
mod webhook;

pub use available::{feedback_sns_available, metadata_sqs_available, metadata_websocket_available};
#[cfg(feature = "aws")]
pub use aws::{
    AwsHookError, AwsHookProblem, AwsKeys, AwsOptions, FeedbackSns, FeedbackSnsSettings, FeedbackTopic, MetadataSqs,
    MetadataSqsSettings, MetadataWebsocket, MetadataWebsocketSettings,
};
pub use delivery::{Deliver, Delivery, DeliveryOutcome, DeliveryReport};
#[cfg(feature = "encryption")]
pub use encryption::{
    CipherError, CipherFinding, CipherKeys, EncryptMetadata, EncryptedField, FieldCipher, KeyProblem, Rotation,
};
pub use operation::{HookAction, HookAnswer, HookOperation, HookPayload, HookStore};
pub use outbox::{DeliveryTally, Outbox, OutboxOptions};
pub use report::{HookOutcome, HookReport, HookSubject};
#[cfg(feature = "webhook")]
pub use settings::WebhookSettings;
#[cfg(any(feature = "aws", feature = "webhook"))]
pub use settings::{HookSettings, HookSetupError};
#[cfg(feature = "webhook")]
pub use webhook::{Webhook, WebhookError, WebhookProblem};

use std::{fmt, sync::Arc, time::Duration};

use async_trait::async_trait;
use futures_util::{FutureExt, future::BoxFuture};

use self::report::NewsQueue;
use crate::repository::{Error, Result};

/// A hook around operations: it can see, change or refuse one, and act before and after it.
///
/// ```
/// use strandscope::{Error, Hook, HookAnswer, HookOperation, HookPayload, Next, Result, async_trait, bson::Bson};
///
/// /// Lets nobody set `priority` to anything but these words.
/// struct KnownPriorities;
///
/// #[async_trait]
/// impl Hook for KnownPriorities {
///     fn name(&self) -> &str {
///         "known-priorities"
///     }
///
///     async fn around(&self, operation: HookOperation, next: Next<'_>) -> Result<HookAnswer> {
///         if let HookPayload::MetadataUpdate(edits) = &operation.payload {
///             for edit in edits.iter().filter(|edit| edit.path == "priority".into()) {
///                 let word = edit.value.as_ref().and_then(Bson::as_str).unwrap_or_default();
///                 if !["low", "high"].contains(&word) {
///                     return Err(operation.refused(self.name(), "priority is low or high"));
///                 }
///             }
///         }
///         next.run(operation).await
///     }
/// }
///
/// // To test it, run an operation through a chain of it: a closure stands in for the session.
/// use std::sync::Arc;
/// use strandscope::{Hooks, MetadataEdit};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let hooks = Hooks::new(vec![Arc::new(KnownPriorities)]);
/// let set = |word: &str| {
///     HookOperation::new("support-1", HookPayload::MetadataUpdate(vec![MetadataEdit::set("priority", word)]))
/// };
/// let done = |_: HookOperation| async { Ok(HookAnswer::Done) };
/// assert_eq!(hooks.run(set("high"), done).await.ok(), Some(HookAnswer::Done));
/// assert!(matches!(hooks.run(set("soon"), done).await, Err(Error::Refused { .. })));
/// # }
/// ```
#[async_trait]
pub trait Hook: Send + Sync + 'static {
    /// Its name, for errors and the log.
    fn name(&self) -> &str;

    /// Acts before and after an operation: whatever it does before `next.run(operation)` comes first, what it changes in
    /// the operation is what happens, and an error without having called `next` refuses it.
    async fn around(&self, operation: HookOperation, next: Next<'_>) -> Result<HookAnswer>;

    /// The outbox that delivers what it has to tell, where it has one: what follows then needs no code of its own. The default is
    /// none.
    fn outbox(&self) -> Option<&Outbox> {
        None
    }

    /// Delivers what it holds back, up to a deadline. Called once, at the end. The default closes its outbox.
    async fn close(&self, deadline: Duration) {
        if let Some(outbox) = self.outbox() {
            let tally = outbox.close(deadline).await;
            tracing::info!(hook = self.name(), ?tally, "closed");
        }
    }

    /// How much it was to deliver and gave up on. The default asks its outbox.
    fn undelivered(&self) -> u64 {
        self.outbox().map_or(0, |outbox| outbox.tally().dropped)
    }

    /// Delivers something that is no operation, such as an alert, beside whoever offers it. `false`: it was not taken. The default
    /// takes nothing.
    fn offer(&self, _delivery: Delivery) -> bool {
        false
    }

    /// Waits until it gave up on something it was to deliver, and says what and why in a sentence. Each is told once; a wait that is
    /// dropped loses none. The default asks its outbox; without one it waits for ever.
    async fn given_up(&self) -> String {
        match self.outbox() {
            Some(outbox) => outbox.given_up().await,
            None => std::future::pending().await,
        }
    }

    /// Waits until it is known what became of something it was to deliver, what it gave up on included. Each is told once; a wait
    /// that is dropped loses none. The default asks its outbox; without one it waits for ever.
    async fn told(&self) -> HookReport {
        match self.outbox() {
            Some(outbox) => outbox.report(self.name()).await,
            None => std::future::pending().await,
        }
    }
}

/// The rest of the chain, with the operation itself at its end.
pub struct Next<'a> {
    rest: &'a [Arc<dyn Hook>],
    last: &'a (dyn Last + 'a),
}

impl fmt::Debug for Next<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.rest.iter().map(|hook| hook.name())).finish()
    }
}

/// What stands at the end of a chain.
#[async_trait]
trait Last: Send + Sync {
    async fn carry_out(&self, operation: HookOperation) -> Result<HookAnswer>;
}

impl Next<'_> {
    /// Goes on with the operation.
    pub async fn run(self, operation: HookOperation) -> Result<HookAnswer> {
        match self.rest.split_first() {
            Some((hook, rest)) => hook.around(operation, Next { rest, last: self.last }).await,
            None => self.last.carry_out(operation).await,
        }
    }
}

/// How long the hooks of one operation may take together, unless said otherwise.
pub const HOOK_DEADLINE: Duration = Duration::from_secs(10);

/// A chain of hooks, the first the outermost. Cheap to clone.
///
/// A hook can stop an operation before it is carried out: by an error, by a crash, or by taking longer than the deadline.
/// Once something was written that stands, and its own outcome is what the caller hears; a hook that then fails, crashes or
/// hangs is logged, and [`told`](Self::told).
#[derive(Clone)]
pub struct Hooks {
    chain: Arc<[Arc<dyn Hook>]>,
    deadline: Duration,
    news: Arc<NewsQueue<HookReport>>,
}

impl Default for Hooks {
    fn default() -> Self {
        Self::new(Vec::new())
    }
}

impl Hooks {
    /// A chain, the first the outermost.
    #[must_use]
    pub fn new(hooks: Vec<Arc<dyn Hook>>) -> Self {
        Self { chain: hooks.into(), deadline: HOOK_DEADLINE, news: Arc::default() }
    }

    /// The same with another deadline.
    #[must_use]
    pub fn with_deadline(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
    }

    /// The same chain within one more hook, which is the outermost from then on.
    #[must_use]
    pub fn within(mut self, outermost: Arc<dyn Hook>) -> Self {
        self.chain = std::iter::once(outermost).chain(self.chain.iter().cloned()).collect();
        self
    }

    /// Runs an operation through the chain; `last` carries it out.
    ///
    /// # Errors
    /// What `last` says, and [`Error::Refused`] or whatever else a hook says before it.
    pub async fn run<F>(
        &self,
        operation: HookOperation,
        last: impl Fn(HookOperation) -> F + Send + Sync,
    ) -> Result<HookAnswer>
    where
        F: Future<Output = Result<HookAnswer>> + Send,
    {
        if self.chain.is_empty() {
            return last(operation).await;
        }
        let last = |operation: HookOperation| -> BoxFuture<'_, Result<HookAnswer>> { Box::pin(last(operation)) };
        let subject = HookSubject::of(&operation);
        let (answer, failed) = watch::run(&self.chain, self.deadline, operation, &last).await;
        let told = match (failed, &answer) {
            (Some((hook, why)), _) => Some((hook, HookOutcome::Failed(why))),
            (None, Err(Error::Refused { hook, reason, .. })) => {
                Some((hook.clone(), HookOutcome::Refused(reason.clone())))
            }
            (None, _) => None,
        };
        if let Some((hook, outcome)) = told {
            self.news.tell(HookReport::new(hook, Some(subject), outcome));
        }
        answer
    }

    /// Waits until it is known what became of something: a hook refused an operation or failed after it, or what it had to tell
    /// arrived or was given up. Each is told once, to one of those who wait; where nobody does, the newest hundred are kept. For ever
    /// where there is no hook.
    pub async fn told(&self) -> HookReport {
        let mut waits = vec![self.news.next().boxed()];
        waits.extend(self.chain.iter().map(|hook| hook.told()));
        futures_util::future::select_all(waits).await.0
    }

    /// Waits until a hook gave up on something it was to deliver, and says which, what and why: see [`Hook::given_up`]. For ever
    /// where there is none.
    pub async fn given_up(&self) -> String {
        if self.chain.is_empty() {
            return std::future::pending().await;
        }
        let told = |hook: &Arc<dyn Hook>| {
            let hook = Arc::clone(hook);
            async move {
                let what = hook.given_up().await;
                format!("hook {}: {what}", hook.name())
            }
            .boxed()
        };
        futures_util::future::select_all(self.chain.iter().map(told)).await.0
    }

    /// Has the hook of that name deliver something that is no operation: see [`Hook::offer`]. `false`: there is none, or it did not
    /// take it.
    pub fn offer(&self, name: &str, delivery: Delivery) -> bool {
        self.chain.iter().find(|hook| hook.name() == name).is_some_and(|hook| hook.offer(delivery))
    }

    /// Whether it is this very chain, or both have no hook.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        let are_empty = self.chain.is_empty() && other.chain.is_empty();
        self.deadline == other.deadline && (are_empty || Arc::ptr_eq(&self.chain, &other.chain))
    }

    /// Closes every hook, all at once, each with that deadline. Gives how much was not delivered in all.
    pub async fn close(&self, deadline: Duration) -> u64 {
        futures_util::future::join_all(self.chain.iter().map(|hook| hook.close(deadline))).await;
        self.chain.iter().map(|hook| hook.undelivered()).sum()
    }
}

impl fmt::Debug for Hooks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.chain.iter().map(|hook| hook.name())).finish()
    }
}
