//! Tells AWS of what was done: topics of SNS, queues of SQS, and WebSockets behind API Gateway.
//!
//! Starting a hook asks nothing of AWS: credentials are found by the usual chain once there is something to send.

mod access;
mod address;
mod fields;
mod limits;
mod look;
mod outcome;
mod settings;
mod sns;
mod sqs;
mod template;
mod websocket;

pub use settings::{
    AwsKeys, AwsOptions, FeedbackSnsSettings, FeedbackTopic, MetadataSqsSettings, MetadataWebsocketSettings,
};
pub use sns::FeedbackSns;
pub use sqs::MetadataSqs;
pub use websocket::MetadataWebsocket;

/// A hook for AWS that cannot be used. Repeats nothing of what was given, which may hold a secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the AWS hook {name:?} {problem}")]
#[non_exhaustive]
pub struct AwsHookError {
    /// The hook's name.
    pub name: String,
    /// What is wrong with it.
    pub problem: AwsHookProblem,
}

/// What is wrong with a hook for AWS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AwsHookProblem {
    /// The topic of that rating (`good`, `bad` or `neutral`) has no ARN of an SNS topic.
    #[error(
        "has no topic for {0} feedback; give its ARN, such as arn:aws:sns:eu-west-1:123456789012:feedback, or \"none\""
    )]
    Topic(&'static str),
    /// Every topic is turned off.
    #[error("has the topics \"none\", \"none\" and \"none\", so it tells nobody; name one, or leave the hook out")]
    NoTopic,
    /// Its queue is no URL of an SQS queue.
    #[error("has a queue URL that is none; it should look like https://sqs.eu-west-1.amazonaws.com/123456789012/queue")]
    Queue,
    /// The WebSocket API's endpoint is none.
    #[error(
        "has an endpoint that is none of a WebSocket API; it should look like \
         https://abc123.execute-api.eu-west-1.amazonaws.com/stage"
    )]
    Gateway,
    /// The endpoint in place of AWS' own is no URL.
    #[error("has an endpoint that is no URL; it should look like https://host or http://host:port")]
    Endpoint,
    /// Its region cannot be one.
    #[error("has a region that cannot be one; it should look like eu-west-1")]
    Region,
    /// A template holds `{` or `}` that belongs to no variable.
    #[error("has a template with a brace that belongs to no variable; a brace itself is written twice")]
    Brace,
    /// A template names something that it cannot hold.
    #[error("has a template with a variable that is unknown there; it can name {0}")]
    Variable(&'static str),
}
