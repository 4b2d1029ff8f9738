//! Tells WebSocket connections behind API Gateway of metadata.

use std::time::Duration;

use async_trait::async_trait;
use aws_config::SdkConfig;
use aws_sdk_apigatewaymanagement::{Client, config::Builder, primitives::Blob};

use super::{
    AwsHookError, AwsHookProblem, MetadataWebsocketSettings,
    access::AwsAccess,
    address::GatewayUrl,
    fields, limits,
    look::{self, CONNECTION, SessionLook},
    outcome::{self, AttemptFailure},
};
use crate::{
    hook::{
        Deliver, Delivery, DeliveryOutcome, DeliveryTally, Hook, HookAnswer, HookOperation, HookPayload, HookSubject,
        Next, Outbox,
    },
    repository::Result,
    session::{Guard, MetadataEdit, MetadataPath},
};

/// How long the connection is looked for before a change that removes it.
const LOOK: Duration = Duration::from_secs(1);

/// A hook that tells the client of a session of changes of its metadata, over a WebSocket behind API Gateway, without ever breaking
/// them.
///
/// The message is JSON, as [`MetadataSqs`](crate::MetadataSqs) sends it; `connection_id` is not told. It goes to the connection that
/// the change names in `connection_id`, else to the one that stands in the stored metadata when it is sent. A change that also removes
/// `connection_id` is told to the connection that stood there. Where the change itself does not say which it is (see
/// [`MetadataEdit::only_if`]), it is looked up before the change, for a second at most, the only case in which a change waits for this
/// hook.
///
/// A client that is gone is no error, and a session without a connection is not told. Throttling, 5xx, no answer and no credentials are
/// tried again; an API that is not there or not allowed, and a message over 128 KiB, are not.
#[derive(Debug)]
pub struct MetadataWebsocket {
    name: String,
    fields: Vec<MetadataPath>,
    outbox: Outbox,
}

impl MetadataWebsocket {
    /// Starts its outbox on the current tokio runtime. Asks nothing of AWS.
    ///
    /// # Errors
    /// [`AwsHookError`] where the API's address, the endpoint or the region cannot be one.
    ///
    /// # Panics
    /// Outside a tokio runtime.
    pub fn start(name: &str, settings: &MetadataWebsocketSettings) -> std::result::Result<Self, AwsHookError> {
        let wrong = || AwsHookError { name: name.to_owned(), problem: AwsHookProblem::Gateway };
        let gateway = GatewayUrl::read(&settings.gateway).ok_or_else(wrong)?;
        let poster = Poster { access: AwsAccess::new(name, &settings.aws)?, gateway };
        let outbox = Outbox::start(name, poster, settings.aws.outbox);
        Ok(Self { name: name.to_owned(), fields: settings.fields.clone(), outbox })
    }

    /// What became of its deliveries so far.
    #[must_use]
    pub fn tally(&self) -> DeliveryTally {
        self.outbox.tally()
    }

    async fn deliveries(&self, operation: &HookOperation) -> Vec<Delivery> {
        let notices = fields::notices(operation, &self.fields, Some(CONNECTION));
        if notices.is_empty() {
            return Vec::new();
        }
        let (to, store) = match NamedConnection::of(operation) {
            NamedConnection::New(connection) => (Some(connection), None),
            NamedConnection::Left => (None, operation.store.clone()),
            NamedConnection::RemovedFrom(None) => return Vec::new(),
            NamedConnection::RemovedFrom(connection) => (connection, None),
            NamedConnection::Removed => match stored(operation).await {
                Some(connection) => (Some(connection), None),
                None => return Vec::new(),
            },
        };
        let delivery = |notice: serde_json::Value| {
            let id = uuid::Uuid::new_v4().to_string();
            let plain = Delivery::new(id, notice.to_string()).subject(HookSubject::of(operation));
            Delivery { to: to.clone(), store: store.clone(), ..plain }
        };
        notices.into_iter().map(delivery).collect()
    }
}

/// What a change makes of the connection that stands in the metadata.
#[derive(Debug, PartialEq, Eq)]
enum NamedConnection {
    New(String),
    /// Removed from where the change says that this one stands; `None`: none.
    RemovedFrom(Option<String>),
    /// Removed, whichever stands there.
    Removed,
    /// As it is.
    Left,
}

impl NamedConnection {
    fn of(operation: &HookOperation) -> Self {
        let (HookPayload::MetadataUpdate(edits) | HookPayload::MetadataDelete(edits)) = &operation.payload else {
            return Self::Left;
        };
        let is_connection = |edit: &&MetadataEdit| edit.path.keys() == [CONNECTION];
        match edits.iter().rev().find(is_connection) {
            Some(edit) => match (look::connection_in(edit.value.as_ref()), &edit.guard) {
                (Some(connection), _) => Self::New(connection),
                (None, Guard::Stored(stored)) => Self::RemovedFrom(look::connection_in(stored.as_ref())),
                (None, Guard::None) => Self::Removed,
            },
            None => Self::Left,
        }
    }
}

/// The connection that stands there before a change removes it.
async fn stored(operation: &HookOperation) -> Option<String> {
    let looked = look::connection(SessionLook::of(operation)?);
    let found = tokio::time::timeout(LOOK, looked).await.unwrap_or_else(|_| Err("it took too long".to_owned()));
    found.unwrap_or_else(|why| {
        let session = operation.session.text();
        tracing::warn!(session, why, "nobody is told that the connection was removed");
        None
    })
}

#[async_trait]
impl Hook for MetadataWebsocket {
    fn name(&self) -> &str {
        &self.name
    }

    async fn around(&self, operation: HookOperation, next: Next<'_>) -> Result<HookAnswer> {
        let told = self.deliveries(&operation).await;
        self.outbox.tell_after(operation, next, told).await
    }

    fn outbox(&self) -> Option<&Outbox> {
        Some(&self.outbox)
    }
}

/// Posts to the connections of one API.
struct Poster {
    access: AwsAccess<Client>,
    gateway: GatewayUrl,
}

impl Poster {
    async fn client(&self) -> std::result::Result<Client, DeliveryOutcome> {
        let endpoint = self.access.endpoint().unwrap_or(&self.gateway.url);
        let make = |config: &SdkConfig| Client::from_conf(Builder::from(config).endpoint_url(endpoint).build());
        self.access.client(self.gateway.region.as_deref(), make).await
    }

    /// Which connection is told; `None`: there is none.
    async fn connection(&self, delivery: &Delivery) -> std::result::Result<Option<String>, DeliveryOutcome> {
        if delivery.to.is_some() {
            return Ok(delivery.to.clone());
        }
        match SessionLook::delivered(delivery.store.as_ref(), delivery.subject.as_ref()) {
            Some(looked) => look::connection(looked).await.map_err(|why| DeliveryOutcome::Again { after: None, why }),
            None => Ok(None),
        }
    }

    async fn post(&self, delivery: &Delivery) -> std::result::Result<(), AttemptFailure> {
        if let Some(why) = limits::too_large(delivery.body.len(), limits::SOCKET_BYTES) {
            return Err(DeliveryOutcome::Never(format!("{why}; choose fewer fields")).into());
        }
        let Some(connection) = self.connection(delivery).await? else {
            tracing::debug!(id = delivery.id, "the session has no connection to tell");
            return Ok(());
        };
        // It becomes a part of the path.
        if !is_connection(&connection) {
            let why = "the session's connection_id is none of API Gateway";
            return Err(DeliveryOutcome::Never(why.to_owned()).into());
        }
        let data = Blob::new(delivery.body.as_bytes());
        let sent = self.client().await?.post_to_connection().connection_id(connection).data(data).send().await;
        match sent {
            Ok(_) => Ok(()),
            // GoneException.
            Err(error) if error.raw_response().is_some_and(|raw| raw.status().as_u16() == 410) => {
                tracing::debug!(id = delivery.id, "the connection is gone");
                Ok(())
            }
            Err(error) => Err(outcome::failed("API Gateway", &error)),
        }
    }
}

fn is_connection(id: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'=' | b'+');
    (1..=128).contains(&id.len()) && id.bytes().all(fits)
}

#[async_trait]
impl Deliver for Poster {
    async fn deliver(&self, delivery: &Delivery) -> DeliveryOutcome {
        self.access.attempt(Box::pin(self.post(delivery))).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_names_its_connection_removes_it_or_leaves_it() {
        let of = |edits| NamedConnection::of(&HookOperation::new("s-1", HookPayload::MetadataUpdate(edits)));
        let set = MetadataEdit::set(CONNECTION, "c-1=");
        assert_eq!(of(vec![set.clone(), MetadataEdit::set("a", 1)]), NamedConnection::New("c-1=".to_owned()));
        assert_eq!(of(vec![MetadataEdit::set("a", 1)]), NamedConnection::Left);
        assert_eq!(of(vec![MetadataEdit::set(CONNECTION, bson::Bson::Null)]), NamedConnection::Removed);
        let removed = |edit: MetadataEdit| {
            NamedConnection::of(&HookOperation::new("s-1", HookPayload::MetadataDelete(vec![edit])))
        };
        let edit = MetadataEdit::unset(CONNECTION);
        assert_eq!(removed(edit.clone()), NamedConnection::Removed);
        let known = edit.clone().only_if(Some("c-1=".into()));
        assert_eq!(removed(known), NamedConnection::RemovedFrom(Some("c-1=".to_owned())), "nothing is looked up");
        assert_eq!(removed(edit.only_if(None)), NamedConnection::RemovedFrom(None));
    }

    #[test]
    fn a_connection_is_a_part_of_a_path_and_no_more() {
        assert!(is_connection("L0SM9cOFvHcCIhw="));
        for odd in ["", "..", "a/b", "a?b", "a b", &"x".repeat(129)] {
            assert!(!is_connection(odd), "{odd}");
        }
    }

    #[tokio::test]
    async fn without_a_connection_nothing_is_sent() {
        let settings = MetadataWebsocketSettings::new("wss://abc123.execute-api.eu-west-1.amazonaws.com/prod");
        let hook = MetadataWebsocket::start("sockets", &settings).unwrap();
        let edit = |edit: MetadataEdit| HookOperation::new("s-1", HookPayload::MetadataUpdate(vec![edit]));
        let only = edit(MetadataEdit::set(CONNECTION, "c"));
        assert!(hook.deliveries(&only).await.is_empty(), "only the connection changed");
        let access = AwsAccess::new("sockets", &settings.aws).unwrap();
        let gateway = GatewayUrl::read(&settings.gateway).unwrap();
        let poster = Poster { access, gateway };
        let delivery = hook.deliveries(&edit(MetadataEdit::set("a", 1))).await.remove(0);
        assert_eq!(poster.deliver(&delivery).await, DeliveryOutcome::Delivered);
        assert!(poster.access.is_unused(), "AWS was not asked");
    }
}
