//! A chain of hooks as values.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

#[cfg(feature = "aws")]
use super::{
    AwsHookError, FeedbackSns, FeedbackSnsSettings, MetadataSqs, MetadataSqsSettings, MetadataWebsocket,
    MetadataWebsocketSettings,
};
use super::{HOOK_DEADLINE, Hook, Hooks};
#[cfg(feature = "webhook")]
use super::{HookAction, OutboxOptions, Webhook, WebhookError};
#[cfg(feature = "webhook")]
use crate::session::setters;
#[cfg(feature = "webhook")]
use secrecy::SecretString;

/// A chain of hooks, as values: [`build`](Self::build) makes it. Their names stand in errors and in the log.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct HookSettings {
    /// How long the hooks of one operation may take together ([`HOOK_DEADLINE`]).
    pub deadline: Duration,
    /// The webhooks by their names.
    #[cfg(feature = "webhook")]
    pub webhooks: BTreeMap<String, WebhookSettings>,
    /// Topics of SNS that are told of feedback, by the names of their hooks.
    #[cfg(feature = "aws")]
    pub sns: BTreeMap<String, FeedbackSnsSettings>,
    /// Queues of SQS that are told of metadata, by the names of their hooks.
    #[cfg(feature = "aws")]
    pub sqs: BTreeMap<String, MetadataSqsSettings>,
    /// WebSockets that are told of metadata, by the names of their hooks.
    #[cfg(feature = "aws")]
    pub websocket: BTreeMap<String, MetadataWebsocketSettings>,
}

/// A hook of [`HookSettings`] that cannot be used. Its text holds no secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum HookSetupError {
    /// A webhook.
    #[cfg(feature = "webhook")]
    #[error(transparent)]
    Webhook(#[from] WebhookError),
    /// A hook for AWS.
    #[cfg(feature = "aws")]
    #[error(transparent)]
    Aws(#[from] AwsHookError),
}

impl Default for HookSettings {
    fn default() -> Self {
        Self {
            deadline: HOOK_DEADLINE,
            #[cfg(feature = "webhook")]
            webhooks: BTreeMap::new(),
            #[cfg(feature = "aws")]
            sns: BTreeMap::new(),
            #[cfg(feature = "aws")]
            sqs: BTreeMap::new(),
            #[cfg(feature = "aws")]
            websocket: BTreeMap::new(),
        }
    }
}

/// What a [`Webhook`] is started with.
#[cfg(feature = "webhook")]
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct WebhookSettings {
    /// Where it sends to, by http or https; a secret, as it may hold a token.
    pub url: SecretString,
    /// Signs every body; `None` sends them unsigned.
    pub secret: Option<SecretString>,
    /// What it is told of (every change).
    pub actions: Vec<HookAction>,
    /// How long one attempt may take (10 s).
    pub timeout: Duration,
    /// Attempts at each delivery, and how many may wait.
    pub outbox: OutboxOptions,
}

#[cfg(feature = "webhook")]
impl WebhookSettings {
    /// Told of every change, unsigned, 10 s an attempt.
    #[must_use]
    pub fn new(url: SecretString) -> Self {
        Self {
            url,
            secret: None,
            actions: HookAction::ALL.iter().copied().filter(|action| action.is_change()).collect(),
            timeout: Duration::from_secs(10),
            outbox: OutboxOptions::default(),
        }
    }

    setters! {
        fields { actions: Vec<HookAction>, outbox: OutboxOptions }
        options { secret: SecretString }
        exact { timeout: Duration }
    }
}

impl HookSettings {
    /// Builds the chain: webhooks, SNS, SQS, WebSockets, each in the order of the names. Starts the outboxes on the current tokio
    /// runtime; asks nothing of anybody.
    ///
    /// # Errors
    /// [`HookSetupError`] for the first hook that cannot be used.
    ///
    /// # Panics
    /// Outside a tokio runtime.
    pub fn build(&self) -> Result<Hooks, HookSetupError> {
        let mut hooks: Vec<Arc<dyn Hook>> = Vec::new();
        #[cfg(feature = "webhook")]
        {
            for (name, settings) in &self.webhooks {
                hooks.push(Arc::new(Webhook::start(name, settings)?));
            }
        }
        #[cfg(feature = "aws")]
        {
            for (name, settings) in &self.sns {
                hooks.push(Arc::new(FeedbackSns::start(name, settings)?));
            }
            for (name, settings) in &self.sqs {
                hooks.push(Arc::new(MetadataSqs::start(name, settings)?));
            }
            for (name, settings) in &self.websocket {
                hooks.push(Arc::new(MetadataWebsocket::start(name, settings)?));
            }
        }
        Ok(Hooks::new(hooks).with_deadline(self.deadline))
    }
}
