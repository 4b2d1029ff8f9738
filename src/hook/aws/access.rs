//! A way to AWS, found once there is something to send.

use aws_config::{BehaviorVersion, Region, SdkConfig, retry::RetryConfig};
use aws_sdk_sns::config::Credentials;
use aws_smithy_http_client::{
    Builder,
    tls::{Provider, rustls_provider::CryptoMode},
};
use secrecy::ExposeSecret;
use tokio::sync::OnceCell;

use super::{
    AwsHookError, AwsHookProblem, AwsOptions,
    address::{is_endpoint, is_region},
    outcome::NO_ANSWER,
};
use crate::hook::DeliveryOutcome;

/// A way to AWS. Making one asks nothing and waits for nothing.
pub(super) struct AwsAccess {
    options: AwsOptions,
    found: OnceCell<SdkConfig>,
}

impl AwsAccess {
    /// Checks what can be checked without asking.
    pub fn new(name: &str, options: &AwsOptions) -> Result<Self, AwsHookError> {
        let wrong = |problem| Err(AwsHookError { name: name.to_owned(), problem });
        if options.endpoint.as_deref().is_some_and(|endpoint| !is_endpoint(endpoint)) {
            return wrong(AwsHookProblem::Endpoint);
        }
        if options.region.as_deref().is_some_and(|region| !is_region(region)) {
            return wrong(AwsHookProblem::Region);
        }
        Ok(Self { options: options.clone(), found: OnceCell::new() })
    }

    /// The endpoint in place of the service's own.
    pub fn endpoint(&self) -> Option<&str> {
        self.options.endpoint.as_deref()
    }

    /// What the clients of all regions are made of: found once, and looked for again where no region was found.
    ///
    /// # Errors
    /// To be tried again: no region is known.
    pub async fn config(&self, told: Option<&str>) -> Result<&SdkConfig, DeliveryOutcome> {
        let found = self.found.get_or_try_init(|| async {
            let config = self.load(told).await;
            if config.region().is_some() { Ok(config) } else { Err(()) }
        });
        found.await.map_err(|()| {
            let why = "no AWS region is known; name one, in the hook's settings or in AWS_REGION";
            DeliveryOutcome::Again { after: None, why: why.to_owned() }
        })
    }

    async fn load(&self, told: Option<&str>) -> SdkConfig {
        // Without a choice of its own the SDK would take another library for TLS.
        let client = Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring)).build_https();
        // The outbox tries again.
        let mut loader =
            aws_config::defaults(BehaviorVersion::latest()).http_client(client).retry_config(RetryConfig::disabled());
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
        loader.load().await
    }

    /// One attempt, within its time.
    pub async fn attempt(&self, send: impl Future<Output = DeliveryOutcome> + Send) -> DeliveryOutcome {
        let late = |_| DeliveryOutcome::Again { after: None, why: NO_ANSWER.to_owned() };
        tokio::time::timeout(self.options.timeout, send).await.unwrap_or_else(late)
    }
}
