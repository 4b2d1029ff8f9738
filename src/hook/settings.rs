//! Hooks as the configuration names them.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use secrecy::SecretString;

use crate::session::setters;

use super::{HOOK_DEADLINE, Hook, HookAction, Hooks, OutboxOptions, Webhook, WebhookError};

/// `[hooks]`.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct HookSettings {
    /// `deadline_s`: how long the hooks of one operation may take together.
    pub deadline: Duration,
    /// `[hooks.webhooks.NAME]`, by name.
    pub webhooks: BTreeMap<String, WebhookSettings>,
}

impl Default for HookSettings {
    fn default() -> Self {
        Self { deadline: HOOK_DEADLINE, webhooks: BTreeMap::new() }
    }
}

/// `[hooks.webhooks.NAME]`.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct WebhookSettings {
    /// `url`: http or https; a secret, as it may hold a token.
    pub url: SecretString,
    /// `secret`, or the value of the environment variable that `secret_env` names: signs every body.
    pub secret: Option<SecretString>,
    /// `actions`: what it is told of.
    pub actions: Vec<HookAction>,
    /// `timeout_s`: of one attempt.
    pub timeout: Duration,
    /// `attempts` and `queue`.
    pub outbox: OutboxOptions,
}

impl WebhookSettings {
    /// Told of every change, unsigned, 10 s an attempt.
    #[must_use]
    pub fn new(url: SecretString) -> Self {
        Self {
            url,
            secret: None,
            actions: vec![HookAction::MetadataUpdate, HookAction::MetadataDelete, HookAction::FeedbackAdd],
            timeout: Duration::from_secs(10),
            outbox: OutboxOptions::default(),
        }
    }
}

impl WebhookSettings {
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
