//! Which hooks this build has, for programs that offer a choice of them.

/// Whether this build can tell SNS topics of feedback: `FeedbackSns`, behind the feature `aws`.
#[must_use]
pub const fn feedback_sns_available() -> bool {
    cfg!(feature = "aws")
}

/// Whether this build can tell SQS queues of metadata: `MetadataSqs`, behind the feature `aws`.
#[must_use]
pub const fn metadata_sqs_available() -> bool {
    cfg!(feature = "aws")
}

/// Whether this build can tell WebSocket connections behind API Gateway of metadata: `MetadataWebsocket`, behind the feature
/// `aws`.
#[must_use]
pub const fn metadata_websocket_available() -> bool {
    cfg!(feature = "aws")
}
