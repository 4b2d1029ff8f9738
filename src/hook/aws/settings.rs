//! What the hooks for AWS are started with.

use std::time::Duration;

use secrecy::SecretString;

use crate::{
    hook::OutboxOptions,
    session::{MetadataPath, setters},
};

/// How a hook reaches AWS.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct AwsOptions {
    /// The region, where neither an ARN nor a URL tells it; `None`: that of the usual chain (`AWS_REGION`, the profile, the machine).
    pub region: Option<String>,
    /// The endpoint in place of the service's own in its region, such as `http://localhost:4566` or a VPC endpoint.
    pub endpoint: Option<String>,
    /// The profile of `~/.aws` in place of the usual one.
    pub profile: Option<String>,
    /// Keys in place of the usual chain (environment, profile, role of the container or machine), which is right for nearly all.
    pub keys: Option<AwsKeys>,
    /// How long one attempt may take, looking for credentials included (10 s).
    pub timeout: Duration,
    /// Attempts at each delivery, and how many may wait.
    pub outbox: OutboxOptions,
}

impl Default for AwsOptions {
    fn default() -> Self {
        Self {
            region: None,
            endpoint: None,
            profile: None,
            keys: None,
            timeout: Duration::from_secs(10),
            outbox: OutboxOptions::default(),
        }
    }
}

impl AwsOptions {
    setters! {
        fields { outbox: OutboxOptions }
        options { region: String, endpoint: String, profile: String, keys: AwsKeys }
        exact { timeout: Duration }
    }
}

/// An access key.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct AwsKeys {
    /// Its id.
    pub id: String,
    /// Its secret.
    pub secret: SecretString,
    /// The token of a session, for a key that has one.
    pub token: Option<SecretString>,
}

impl AwsKeys {
    /// A key without a token.
    #[must_use]
    pub fn new(id: impl Into<String>, secret: impl Into<SecretString>) -> Self {
        Self { id: id.into(), secret: secret.into(), token: None }
    }

    setters! { options { token: SecretString } }
}

/// Where feedback of one rating goes.
///
/// The prefixes may name `{session_id}`, `{rating}` (`positive`, `negative` or `neutral`) and `{timestamp}` (RFC 3339, UTC); a body's
/// prefix also `{session_viewer_password}`, which is told nowhere unless it is named. A brace itself is written twice.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct FeedbackTopic {
    /// The topic's ARN; `none`: feedback of that rating is not told.
    pub arn: String,
    /// In front of the subject, `on session ID`.
    pub subject_prefix: String,
    /// In front of the body.
    pub body_prefix: String,
}

impl FeedbackTopic {
    /// That topic, without prefixes.
    #[must_use]
    pub fn new(arn: impl Into<String>) -> Self {
        Self { arn: arn.into(), subject_prefix: String::new(), body_prefix: String::new() }
    }

    setters! { fields { subject_prefix: String, body_prefix: String } }
}

/// The topic with that ARN.
impl From<&str> for FeedbackTopic {
    fn from(arn: &str) -> Self {
        Self::new(arn)
    }
}

/// The topic with that ARN.
impl From<String> for FeedbackTopic {
    fn from(arn: String) -> Self {
        Self::new(arn)
    }
}

/// What a [`FeedbackSns`](crate::FeedbackSns) is started with.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct FeedbackSnsSettings {
    /// Where feedback `up` goes.
    pub good: FeedbackTopic,
    /// Where feedback `down` goes.
    pub bad: FeedbackTopic,
    /// Where all other feedback goes.
    pub neutral: FeedbackTopic,
    /// How it reaches AWS.
    pub aws: AwsOptions,
}

impl FeedbackSnsSettings {
    /// These topics.
    #[must_use]
    pub fn new(
        good: impl Into<FeedbackTopic>,
        bad: impl Into<FeedbackTopic>,
        neutral: impl Into<FeedbackTopic>,
    ) -> Self {
        Self { good: good.into(), bad: bad.into(), neutral: neutral.into(), aws: AwsOptions::default() }
    }

    setters! { fields { aws: AwsOptions } }
}

/// What a [`MetadataSqs`](crate::MetadataSqs) is started with.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct MetadataSqsSettings {
    /// The queue's URL; one that ends with `.fifo` keeps the order of each session.
    pub queue_url: String,
    /// Which fields are told, with all that is in them; none: every field.
    pub fields: Vec<MetadataPath>,
    /// How it reaches AWS.
    pub aws: AwsOptions,
}

impl MetadataSqsSettings {
    /// That queue, told of every field.
    #[must_use]
    pub fn new(queue_url: impl Into<String>) -> Self {
        Self { queue_url: queue_url.into(), fields: Vec::new(), aws: AwsOptions::default() }
    }

    setters! {
        fields { aws: AwsOptions }
        exact { fields: Vec<MetadataPath> }
    }
}

/// What a [`MetadataWebsocket`](crate::MetadataWebsocket) is started with.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct MetadataWebsocketSettings {
    /// The WebSocket API's address, with its stage: `https://abc123.execute-api.eu-west-1.amazonaws.com/prod`.
    pub gateway: String,
    /// Which fields are told, with all that is in them; none: every field but `connection_id`.
    pub fields: Vec<MetadataPath>,
    /// How it reaches AWS. Its `endpoint` stands in place of the address.
    pub aws: AwsOptions,
}

impl MetadataWebsocketSettings {
    /// That API, told of every field.
    #[must_use]
    pub fn new(gateway: impl Into<String>) -> Self {
        Self { gateway: gateway.into(), fields: Vec::new(), aws: AwsOptions::default() }
    }

    setters! {
        fields { aws: AwsOptions }
        exact { fields: Vec<MetadataPath> }
    }
}
