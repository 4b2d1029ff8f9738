//! A way to AWS, found once there is something to send.

use std::collections::BTreeMap;

use aws_config::{BehaviorVersion, Region, SdkConfig, retry::RetryConfig};
use aws_sdk_sns::config::{Credentials, SharedHttpClient};
use aws_smithy_http_client::{
    Builder, Connector,
    proxy::ProxyConfig,
    tls::{Provider, rustls_provider::CryptoMode},
};
use secrecy::ExposeSecret;
use tokio::sync::Mutex;

use super::{
    AwsHookError, AwsHookProblem, AwsOptions,
    address::{is_endpoint, is_region},
    outcome::{AttemptFailure, NO_ANSWER},
};
use crate::hook::DeliveryOutcome;

/// A way to AWS, with clients of one service. Making one asks nothing and waits for nothing.
pub(super) struct AwsAccess<C> {
    options: AwsOptions,
    found: Mutex<Option<FoundAws<C>>>,
}

/// What was found, and the clients that were made of it by the names of their regions.
struct FoundAws<C> {
    config: SdkConfig,
    clients: BTreeMap<String, C>,
}

impl<C: Clone + Send> AwsAccess<C> {
    /// Checks what can be checked without asking.
    pub fn new(name: &str, options: &AwsOptions) -> Result<Self, AwsHookError> {
        let wrong = |problem| Err(AwsHookError { name: name.to_owned(), problem });
        if options.endpoint.as_deref().is_some_and(|endpoint| !is_endpoint(endpoint)) {
            return wrong(AwsHookProblem::Endpoint);
        }
        if options.region.as_deref().is_some_and(|region| !is_region(region)) {
            return wrong(AwsHookProblem::Region);
        }
        Ok(Self { options: options.clone(), found: Mutex::new(None) })
    }

    /// The endpoint in place of the service's own.
    pub fn endpoint(&self) -> Option<&str> {
        self.options.endpoint.as_deref()
    }

    /// The client for the region that is told, else for the usual one: made once, and anew where no region was found or keys were
    /// refused.
    ///
    /// # Errors
    /// To be tried again: no region is known.
    pub async fn client(
        &self,
        told: Option<&str>,
        make: impl FnOnce(&SdkConfig) -> C + Send,
    ) -> Result<C, DeliveryOutcome> {
        let mut guard = self.found.lock().await;
        if guard.is_none() {
            *guard = Some(FoundAws { config: self.load(told).await?, clients: BTreeMap::new() });
        }
        let region = told.unwrap_or_default();
        let known = guard.as_ref().and_then(|found| found.clients.get(region));
        if let Some(client) = known {
            return Ok(client.clone());
        }
        let made = guard.as_mut().map(|found| {
            let client = make(&found.config);
            found.clients.insert(region.to_owned(), client.clone());
            client
        });
        made.ok_or_else(no_region)
    }

    async fn load(&self, told: Option<&str>) -> Result<SdkConfig, DeliveryOutcome> {
        // The first connector reads the machine's certificates, for a third of a second on some.
        let _ = tokio::task::spawn_blocking(|| drop(Connector::builder().tls_provider(tls()).build())).await;
        // The outbox tries again.
        let mut loader =
            aws_config::defaults(BehaviorVersion::latest()).http_client(http()).retry_config(RetryConfig::disabled());
        if let Some(region) = told.or(self.options.region.as_deref()) {
            loader = loader.region(Region::new(region.to_owned()));
        }
        if let Some(profile) = &self.options.profile {
            loader = loader.profile_name(profile);
        }
        if let Some(keys) = &self.options.keys {
            let token = keys.token.as_ref().map(|token| token.expose_secret().to_owned());
            let secret = keys.secret.expose_secret();
            loader = loader.credentials_provider(Credentials::new(&keys.id, secret, token, None, "settings"));
        }
        let config = loader.load().await;
        if config.region().is_some() { Ok(config) } else { Err(no_region()) }
    }

    /// One attempt, within its time.
    pub async fn attempt(&self, send: impl Future<Output = Result<(), AttemptFailure>> + Send) -> DeliveryOutcome {
        match tokio::time::timeout(self.options.timeout, send).await {
            Ok(Ok(())) => DeliveryOutcome::Delivered,
            Ok(Err(failure)) => {
                // A file of ~/.aws is read once: whoever renews the keys in it writes a new one.
                if failure.needs_keys {
                    *self.found.lock().await = None;
                }
                failure.outcome
            }
            Err(_) => DeliveryOutcome::Again { after: None, why: NO_ANSWER.to_owned() },
        }
    }

    /// Whether AWS was not needed yet.
    #[cfg(test)]
    pub fn is_unused(&self) -> bool {
        self.found.try_lock().is_ok_and(|found| found.is_none())
    }
}

fn no_region() -> DeliveryOutcome {
    let why = "no AWS region is known; name one, in the hook's settings or in AWS_REGION";
    DeliveryOutcome::Again { after: None, why: why.to_owned() }
}

/// The SDK's own choice would bring another library for TLS.
fn tls() -> Provider {
    Provider::Rustls(CryptoMode::Ring)
}

/// As the SDK's own client but for TLS: it goes through the proxies that the environment names.
fn http() -> SharedHttpClient {
    Builder::new().build_with_connector_fn(|settings, components| {
        let mut connector = Connector::builder().tls_provider(tls());
        connector.set_connector_settings(settings.cloned());
        if let Some(components) = components {
            connector.set_sleep_impl(components.sleep_impl());
        }
        connector.set_proxy_config(Some(ProxyConfig::from_env()));
        connector.build()
    })
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;
    use crate::hook::AwsKeys;

    #[tokio::test]
    async fn keys_that_were_refused_are_looked_for_again() {
        let options = AwsOptions::default().region("eu-west-1").keys(AwsKeys::new("id", "hunter2"));
        let access = AwsAccess::<usize>::new("changes", &options).unwrap();
        assert!(access.is_unused());
        let made = AtomicUsize::new(0);
        let client = || async { access.client(None, |_| made.fetch_add(1, Ordering::SeqCst)).await.unwrap() };
        assert_eq!((client().await, client().await), (0, 0));
        for (needs_keys, next) in [(false, 0), (true, 1), (false, 1)] {
            let outcome = DeliveryOutcome::Never("SQS answered 403".to_owned());
            let failure = AttemptFailure { outcome: outcome.clone(), needs_keys };
            assert_eq!(access.attempt(async { Err(failure) }).await, outcome);
            assert_eq!(client().await, next, "{needs_keys}");
        }
    }
}
