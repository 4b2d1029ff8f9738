//! Tells an HTTP endpoint of what was done.

use std::{fmt::Write, time::Duration};

use async_trait::async_trait;
use bson::{Bson, Document, doc};
use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;
use sha2::Sha256;

use super::{
    Deliver, Delivery, DeliveryOutcome, DeliveryTally, Hook, HookAction, HookAnswer, HookOperation, HookPayload,
    HookSubject, Next, Outbox, WebhookSettings,
};
use crate::{
    repository::Result,
    session::{
        MetadataEdit,
        record::{FeedbackChange, NewFeedback},
    },
};

/// A hook that tells an HTTP endpoint of what was done, without ever delaying or breaking the operation.
///
/// After an operation succeeded, it sends a POST with a body of JSON: `{id, at, action, session_id, payload}`. `action`
/// is [`HookAction::name`]; `payload` is `{set: {…}, unset: […]}` of metadata, the feedback that was added, or `{before, after}`
/// of one that was changed or taken back (then `after` is null), in relaxed Extended JSON; `{}` of a session that was deleted or put
/// back.
///
/// With a secret the header `X-Strandscope-Signature: sha256=<hex>` holds the HMAC-SHA256 of the body's bytes: compute
/// the same over the raw body and compare. `X-Strandscope-Delivery` is the `id`, the same on every attempt.
///
/// A status of 2xx is success. 5xx, 408, 425, 429 and no answer at all are tried again, after `Retry-After` where it
/// stands; any other status is final, and redirects are not followed.
#[derive(Debug)]
pub struct Webhook {
    name: String,
    actions: Vec<HookAction>,
    outbox: Outbox,
}

/// A webhook that cannot be used. Does not repeat its URL, which may hold a token.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the webhook {name:?} {problem}")]
#[non_exhaustive]
pub struct WebhookError {
    /// The webhook's name.
    pub name: String,
    /// What is wrong with it.
    pub problem: WebhookProblem,
}

/// What is wrong with a webhook.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WebhookProblem {
    /// Its `url` cannot be read as one.
    #[error("has a url that cannot be read; it should look like https://host/path")]
    Url,
    /// Its `url` is neither http nor https.
    #[error("has a url that is neither http nor https")]
    Scheme,
    /// No client could be made, e.g. for want of the machine's certificates.
    #[error("cannot be used: this machine's TLS certificates cannot be read")]
    Certificates,
}

impl Webhook {
    /// Starts its outbox on the current tokio runtime.
    ///
    /// # Errors
    /// [`WebhookError`] where the URL cannot be one.
    ///
    /// # Panics
    /// Outside a tokio runtime.
    pub fn start(name: &str, settings: &WebhookSettings) -> std::result::Result<Self, WebhookError> {
        let wrong = |problem| WebhookError { name: name.to_owned(), problem };
        let url: reqwest::Url = settings.url.expose_secret().parse().map_err(|_| wrong(WebhookProblem::Url))?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(wrong(WebhookProblem::Scheme));
        }
        // The driver's TLS uses the same; whoever came first has installed it.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder()
            .timeout(settings.timeout)
            .redirect(reqwest::redirect::Policy::none())
            .user_agent(concat!("strandscope/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|_| wrong(WebhookProblem::Certificates))?;
        let endpoint = Endpoint { client, url, secret: settings.secret.clone() };
        let outbox = Outbox::start(name, endpoint, settings.outbox);
        Ok(Self { name: name.to_owned(), actions: settings.actions.clone(), outbox })
    }

    /// What became of its deliveries so far.
    #[must_use]
    pub fn tally(&self) -> DeliveryTally {
        self.outbox.tally()
    }
}

#[async_trait]
impl Hook for Webhook {
    fn name(&self) -> &str {
        &self.name
    }

    async fn around(&self, operation: HookOperation, next: Next<'_>) -> Result<HookAnswer> {
        let told = self.actions.contains(&operation.action()).then(|| delivery(&operation));
        self.outbox.tell_after(operation, next, told.into_iter().collect()).await
    }

    fn outbox(&self) -> Option<&Outbox> {
        Some(&self.outbox)
    }

    fn offer(&self, delivery: Delivery) -> bool {
        self.outbox.offer(delivery)
    }
}

fn delivery(operation: &HookOperation) -> Delivery {
    let id = uuid::Uuid::new_v4().to_string();
    let body = json!({
        "id": id,
        "at": Timestamp::now().to_string(),
        "action": operation.action().name(),
        "session_id": operation.session.text(),
        "payload": Bson::Document(payload(&operation.payload)).into_relaxed_extjson(),
    });
    Delivery::new(id, body.to_string()).subject(HookSubject::of(operation))
}

fn payload(payload: &HookPayload) -> Document {
    match payload {
        HookPayload::MetadataGet | HookPayload::SessionDelete | HookPayload::SessionRestore(_) => Document::new(),
        HookPayload::MetadataUpdate(edits) | HookPayload::MetadataDelete(edits) => changes(edits),
        HookPayload::FeedbackAdd(feedback) => feedback_of(feedback),
        HookPayload::FeedbackUpdate(change) | HookPayload::FeedbackDelete(change) => changed_feedback(change),
    }
}

fn changed_feedback(change: &FeedbackChange) -> Document {
    doc! { "before": change.stored.clone(), "after": change.new.clone() }
}

fn changes(edits: &[MetadataEdit]) -> Document {
    let set = edits.iter().filter_map(|edit| Some((edit.path.to_string(), edit.value.clone()?)));
    let unset = edits.iter().filter(|edit| edit.value.is_none()).map(|edit| edit.path.to_string());
    doc! { "set": set.collect::<Document>(), "unset": unset.collect::<Vec<_>>() }
}

fn feedback_of(feedback: &NewFeedback) -> Document {
    let agent = feedback.agent_id.as_ref().map(|agent| agent.as_str().to_owned());
    doc! { "rating": feedback.rating.stored(), "comment": feedback.comment.clone(), "agent_id": agent, "message_id": feedback.message_id }
}

/// Where a webhook leads.
struct Endpoint {
    client: reqwest::Client,
    url: reqwest::Url,
    secret: Option<SecretString>,
}

#[async_trait]
impl Deliver for Endpoint {
    async fn deliver(&self, delivery: &Delivery) -> DeliveryOutcome {
        let mut request = self
            .client
            .post(self.url.clone())
            .header("content-type", "application/json")
            .header("x-strandscope-delivery", &delivery.id);
        if let Some(secret) = &self.secret {
            request = request.header("x-strandscope-signature", signature(secret, delivery.body.as_bytes()));
        }
        let answer = match request.body(delivery.body.clone()).send().await {
            Ok(answer) => answer,
            Err(error) => return DeliveryOutcome::Again { after: None, why: cause(error) },
        };
        let status = answer.status();
        let why = format!("the receiver answered {}", status.as_u16());
        if status.is_success() {
            return DeliveryOutcome::Delivered;
        }
        if status.is_server_error() || matches!(status.as_u16(), 408 | 425 | 429) {
            let after = answer.headers().get("retry-after").and_then(|after| after.to_str().ok()?.parse().ok());
            return DeliveryOutcome::Again { after: after.map(Duration::from_secs), why };
        }
        DeliveryOutcome::Never(why)
    }
}

/// Why no answer came, in the words of the system: without the URL, which may hold a token.
fn cause(error: reqwest::Error) -> String {
    if error.is_timeout() {
        return "no answer in time".to_owned();
    }
    let error = error.without_url();
    let mut innermost: &dyn std::error::Error = &error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    innermost.to_string()
}

/// `sha256=` and the HMAC-SHA256 of the body in hex.
fn signature(secret: &SecretString, body: &[u8]) -> String {
    let key = secret.expose_secret().as_bytes();
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("a key may have any length");
    mac.update(body);
    let mut out = String::from("sha256=");
    for byte in mac.finalize().into_bytes() {
        let _ = write!(out, "{byte:02x}");
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_signature_is_hmac_sha256_in_hex() {
        // Test case 2 of RFC 4231.
        let signed = signature(&"Jefe".into(), b"what do ya want for nothing?");
        assert_eq!(signed, "sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    }
}
