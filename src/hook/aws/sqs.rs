//! Tells an SQS queue of metadata.

use async_trait::async_trait;
use aws_config::SdkConfig;
use aws_sdk_sqs::{Client, config::Builder, types::MessageAttributeValue};

use super::{
    AwsHookError, AwsHookProblem, MetadataSqsSettings,
    access::AwsAccess,
    address::QueueUrl,
    fields::{self, EVENT},
    limits,
    outcome::{self, AttemptFailure},
};
use crate::{
    hook::{
        Deliver, Delivery, DeliveryOutcome, DeliveryTally, Hook, HookAnswer, HookOperation, HookSubject, Next, Outbox,
    },
    repository::Result,
    session::MetadataPath,
};

/// A hook that tells a queue of SQS of changes of metadata, without ever delaying or breaking them.
///
/// The body is JSON: `{session_id, event: "metadata_update", operation, metadata, timestamp}`. `metadata` has the fields that changed,
/// of those that were chosen, by their paths: `customer.tier` is `tier` in the object `customer`, for no key holds a dot. After an
/// `update` they have these values; after a `delete` they are gone, and each is null. A change that sets some and removes others is
/// told in two messages. What JSON has no type for is a text: dates in RFC 3339, ids in hex, bytes in base64, decimals in digits. A
/// change of nothing that was chosen is not told.
///
/// Attributes to filter by: `session_id`, left out where it is empty, and `event`. A FIFO queue (`.fifo`) keeps the order of each
/// session, and knows a repetition by the delivery's id.
///
/// Throttling, 5xx, no answer and no credentials are tried again; a queue that is not there or not allowed, and a message over 256 KiB
/// with its attributes, are not.
#[derive(Debug)]
pub struct MetadataSqs {
    name: String,
    fields: Vec<MetadataPath>,
    outbox: Outbox,
}

impl MetadataSqs {
    /// Starts its outbox on the current tokio runtime. Asks nothing of AWS.
    ///
    /// # Errors
    /// [`AwsHookError`] where the queue's URL, the endpoint or the region cannot be one.
    ///
    /// # Panics
    /// Outside a tokio runtime.
    pub fn start(name: &str, settings: &MetadataSqsSettings) -> std::result::Result<Self, AwsHookError> {
        let wrong = || AwsHookError { name: name.to_owned(), problem: AwsHookProblem::Queue };
        let queue = QueueUrl::read(&settings.queue_url).ok_or_else(wrong)?;
        let sender = QueueSender { access: AwsAccess::new(name, &settings.aws)?, queue };
        let outbox = Outbox::start(name, sender, settings.aws.outbox);
        Ok(Self { name: name.to_owned(), fields: settings.fields.clone(), outbox })
    }

    /// What became of its deliveries so far.
    #[must_use]
    pub fn tally(&self) -> DeliveryTally {
        self.outbox.tally()
    }

    fn deliveries(&self, operation: &HookOperation) -> Vec<Delivery> {
        let delivery = |notice: serde_json::Value| {
            let id = uuid::Uuid::new_v4().to_string();
            let attributes = limits::attributes([("session_id", operation.session.text()), ("event", EVENT)]);
            let body = limits::readable_json(&notice.to_string()).into_owned();
            Delivery::new(id, body).subject(HookSubject::of(operation)).attributes(attributes)
        };
        fields::notices(operation, &self.fields, None).into_iter().map(delivery).collect()
    }
}

#[async_trait]
impl Hook for MetadataSqs {
    fn name(&self) -> &str {
        &self.name
    }

    async fn around(&self, operation: HookOperation, next: Next<'_>) -> Result<HookAnswer> {
        let told = self.deliveries(&operation);
        self.outbox.tell_after(operation, next, told).await
    }

    fn outbox(&self) -> Option<&Outbox> {
        Some(&self.outbox)
    }
}

/// Sends to one queue.
struct QueueSender {
    access: AwsAccess<Client>,
    queue: QueueUrl,
}

impl QueueSender {
    async fn client(&self) -> std::result::Result<Client, DeliveryOutcome> {
        let endpoint = self.access.endpoint().or(self.queue.endpoint.as_deref());
        let make = |config: &SdkConfig| {
            let builder = Builder::from(config);
            Client::from_conf(match endpoint {
                Some(endpoint) => builder.endpoint_url(endpoint).build(),
                None => builder.build(),
            })
        };
        self.access.client(self.queue.region.as_deref(), make).await
    }

    async fn send(&self, delivery: &Delivery) -> std::result::Result<(), AttemptFailure> {
        let bytes = delivery.body.len() + limits::attribute_bytes(&delivery.attributes);
        if let Some(why) = limits::too_large(bytes, limits::MESSAGE_BYTES) {
            return Err(DeliveryOutcome::Never(format!("{why}; choose fewer fields")).into());
        }
        let message = self.client().await?.send_message().queue_url(&self.queue.url);
        let mut message = message.message_body(&delivery.body);
        for (name, value) in &delivery.attributes {
            let value = MessageAttributeValue::builder().data_type(limits::ATTRIBUTE_TYPE).string_value(value).build();
            let value = value.map_err(|_| DeliveryOutcome::Never("an attribute cannot be sent".to_owned()))?;
            message = message.message_attributes(name, value);
        }
        if self.queue.fifo {
            let group = delivery.subject.as_ref().map_or("", |subject| subject.session.text());
            message = message.message_group_id(limits::group(group)).message_deduplication_id(&delivery.id);
        }
        let sent = message.send().await.map_err(|error| outcome::failed("SQS", &error))?;
        if sent.message_id().is_none() {
            return Err(outcome::not_from("SQS").into());
        }
        Ok(())
    }
}

#[async_trait]
impl Deliver for QueueSender {
    async fn deliver(&self, delivery: &Delivery) -> DeliveryOutcome {
        self.access.attempt(Box::pin(self.send(delivery))).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{hook::HookPayload, session::MetadataEdit};

    const QUEUE: &str = "https://sqs.eu-west-1.amazonaws.com/123456789012/changes";

    #[tokio::test]
    async fn a_change_is_told_with_its_attributes() {
        let hook = MetadataSqs::start("changes", &MetadataSqsSettings::new(QUEUE)).unwrap();
        let edits = vec![MetadataEdit::unset("status"), MetadataEdit::unset("odd\u{ffff}")];
        let delivery = hook.deliveries(&HookOperation::new("", HookPayload::MetadataDelete(edits))).remove(0);
        let names: Vec<&str> = delivery.attributes.keys().map(String::as_str).collect();
        assert_eq!(names, ["event"], "an empty id is no attribute");
        let body: serde_json::Value = serde_json::from_str(&delivery.body).unwrap();
        assert_eq!(body["metadata"], serde_json::json!({ "status": null, "odd\u{ffff}": null }));
        assert!(!delivery.body.contains('\u{ffff}'), "SQS would refuse it");
    }

    #[tokio::test]
    async fn what_cannot_be_a_queue_is_told_at_the_start_without_repeating_it() {
        let problem = |settings: &MetadataSqsSettings| {
            let error = MetadataSqs::start("changes", settings).unwrap_err();
            assert!(!error.to_string().contains("hunter2"), "{error}");
            error.problem
        };
        assert_eq!(problem(&MetadataSqsSettings::new("https://me:hunter2@sqs")), AwsHookProblem::Queue);
        let options = super::super::AwsOptions::default();
        let odd = MetadataSqsSettings::new(QUEUE).aws(options.clone().endpoint("hunter2"));
        assert_eq!(problem(&odd), AwsHookProblem::Endpoint);
        let odd = MetadataSqsSettings::new(QUEUE).aws(options.region("hunter2"));
        assert_eq!(problem(&odd), AwsHookProblem::Region);
    }

    #[tokio::test]
    async fn a_message_that_is_too_large_is_never_sent() {
        let access = AwsAccess::new("changes", &super::super::AwsOptions::default()).unwrap();
        let queue = QueueUrl::read(QUEUE).unwrap();
        let sender = QueueSender { access, queue };
        let large = Delivery::new("1", "x".repeat(limits::MESSAGE_BYTES + 1));
        let outcome = sender.deliver(&large).await;
        assert!(matches!(&outcome, DeliveryOutcome::Never(why) if why.contains("262145 bytes")), "{outcome:?}");
    }
}
