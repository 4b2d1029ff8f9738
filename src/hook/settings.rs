//! A chain of webhooks as values.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use secrecy::SecretString;

use crate::session::setters;

use super::{HOOK_DEADLINE, Hook, HookAction, Hooks, OutboxOptions, Webhook, WebhookError};

/// A chain of webhooks, as values: [`build`](Self::build) makes it.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct HookSettings {
    /// How long the hooks of one operation may take together ([`HOOK_DEADLINE`]).
    pub deadline: Duration,
    /// The webhooks by their names, which stand in errors and in the log.
    pub webhooks: BTreeMap<String, WebhookSettings>,
}

impl Default for HookSettings {
    fn default() -> Self {
        Self { deadline: HOOK_DEADLINE, webhooks: BTreeMap::new() }
    }
}

/// What a [`Webhook`] is started with.
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
    /// Builds the chain, in the order of the names. Starts the outboxes on the current tokio runtime.
    ///
    /// # Errors
    /// [`WebhookError`] for the first webhook that cannot be used.
    ///
    /// # Panics
    /// Outside a tokio runtime.
    pub fn build(&self) -> Result<Hooks, WebhookError> {
        let hooks = self.webhooks.iter().map(|(name, settings)| {
            let hook = Webhook::start(name, settings)?;
            Ok(Arc::new(hook) as Arc<dyn Hook>)
        });
        Ok(Hooks::new(hooks.collect::<Result<_, WebhookError>>()?).with_deadline(self.deadline))
    }
}
