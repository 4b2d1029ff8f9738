//! Hooks that change, refuse, fail, crash and hang; deliveries to a real endpoint.

mod people;

use std::{
    future::pending,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use bson::{Bson, Document, doc};
use strandscope::{
    Deliver, Delivery, DeliveryOutcome, Error, Hook, HookAnswer, HookOperation, HookPayload, Hooks, MetadataEdit, Next,
    Outbox, OutboxOptions, Result, SessionManager, SessionRepository, Webhook, WebhookSettings, open_folder,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
    sync::Semaphore,
};

/// Does what a test says, before or after.
struct Odd(&'static str);

#[async_trait]
impl Hook for Odd {
    fn name(&self) -> &'static str {
        "odd"
    }

    async fn around(&self, mut operation: HookOperation, next: Next<'_>) -> Result<HookAnswer> {
        let refusal = operation.refused("odd", "not today");
        match self.0 {
            "refuses" => return Err(refusal),
            "crashes" => panic!("as asked"),
            "hangs" => pending::<()>().await,
            "changes" => {
                if let HookPayload::MetadataUpdate(edits) = &mut operation.payload {
                    edits.push(MetadataEdit::set("changed_by", "odd"));
                }
            }
            _ => {}
        }
        let answer = next.run(operation).await;
        match self.0 {
            "fails after" => Err(refusal),
            "crashes after" => panic!("as asked"),
            "hangs after" => pending().await,
            "hides" => match answer? {
                HookAnswer::Metadata(mut fields) => {
                    fields.remove("secret");
                    Ok(HookAnswer::Metadata(fields))
                }
                other => Ok(other),
            },
            _ => answer,
        }
    }
}

async fn manager(dir: &tempfile::TempDir, hooks: Hooks) -> SessionManager {
    let repository: Arc<dyn SessionRepository> = open_folder(dir.path()).await.unwrap();
    let manager = SessionManager::builder(repository, "s-1").hooks(hooks).build();
    manager.open_or_create().await.unwrap();
    manager
}

/// What a set of `a` says with that hook, and what is stored then.
async fn with(what: &'static str) -> (Result<()>, Document) {
    let dir = tempfile::tempdir().unwrap();
    let hooks = Hooks::new(vec![Arc::new(Odd("nothing")), Arc::new(Odd(what))]);
    let manager = manager(&dir, hooks.with_deadline(Duration::from_millis(200))).await;
    let said = manager.edit_metadata(vec![MetadataEdit::set("a", 1)]).await;
    (said, SessionManager::new(open_folder(dir.path()).await.unwrap(), "s-1").metadata().await.unwrap())
}

#[tokio::test]
async fn what_comes_before_the_write_can_change_or_stop_it() {
    assert_eq!(with("changes").await.1, doc! { "a": 1, "changed_by": "odd" });
    for what in ["refuses", "crashes", "hangs"] {
        let (said, stored) = with(what).await;
        let error = said.unwrap_err();
        assert!(matches!(error, Error::Refused { .. }), "{what}: {error}");
        assert!(error.to_string().contains("nothing was written") && error.to_string().contains("\"s-1\""), "{error}");
        assert_eq!(stored, doc! {}, "{what}");
    }
}

#[tokio::test]
async fn what_comes_after_the_write_cannot_undo_it() {
    for what in ["fails after", "crashes after", "hangs after"] {
        let (said, stored) = with(what).await;
        said.unwrap();
        assert_eq!(stored, doc! { "a": 1 }, "{what}");
    }
}

#[tokio::test]
async fn a_hook_around_reading_decides_what_is_seen() {
    let dir = tempfile::tempdir().unwrap();
    let manager = manager(&dir, Hooks::new(vec![Arc::new(Odd("hides"))])).await;
    manager.edit_metadata(vec![MetadataEdit::set("secret", 1), MetadataEdit::set("open", 2)]).await.unwrap();
    assert_eq!(manager.metadata().await.unwrap(), doc! { "open": 2 });
}

/// Answers so many requests with these status lines, one connection each, and gives the requests.
async fn endpoint(answers: Vec<&'static str>) -> (String, tokio::task::JoinHandle<Vec<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/hook", listener.local_addr().unwrap());
    let task = tokio::spawn(async move {
        let mut requests = Vec::new();
        for answer in answers {
            let (mut stream, _) = listener.accept().await.unwrap();
            requests.push(request(&mut stream).await);
            let answer = format!("HTTP/1.1 {answer}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
            stream.write_all(answer.as_bytes()).await.unwrap();
        }
        requests
    });
    (url, task)
}

async fn request(stream: &mut tokio::net::TcpStream) -> String {
    let mut text = String::new();
    loop {
        let mut buffer = [0; 4096];
        let read = stream.read(&mut buffer).await.unwrap();
        text.push_str(std::str::from_utf8(&buffer[..read]).unwrap());
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let length = head.lines().find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse().ok());
        if read == 0 || body.len() >= length.unwrap_or(0) {
            return text;
        }
    }
}

fn settings(url: &str) -> WebhookSettings {
    let outbox = OutboxOptions::default().backoff(Duration::from_millis(1));
    WebhookSettings::new(url.to_owned().into()).secret("a secret").outbox(outbox)
}

#[tokio::test]
async fn a_webhook_is_signed_and_tried_again_with_the_same_id() {
    let (url, heard) = endpoint(vec!["500 Oops", "429 Slow Down", "200 OK"]).await;
    let webhook = Arc::new(Webhook::start("audit", &settings(&url)).unwrap());
    let dir = tempfile::tempdir().unwrap();
    let manager = manager(&dir, Hooks::new(vec![Arc::clone(&webhook) as Arc<dyn Hook>])).await;
    manager.edit_metadata(vec![MetadataEdit::set("n", Bson::Int64(5)), MetadataEdit::unset("b")]).await.unwrap();
    let requests = heard.await.unwrap();
    webhook.close(Duration::from_secs(5)).await;
    let tally = webhook.tally();
    assert_eq!((tally.queued, tally.delivered, tally.retried, tally.dropped), (1, 1, 2, 0));
    let (head, body) = requests[0].split_once("\r\n\r\n").unwrap();
    assert_eq!(requests[2].split_once("\r\n\r\n").unwrap().1, body);
    let told: serde_json::Value = serde_json::from_str(body).unwrap();
    assert_eq!((&told["action"], &told["session_id"]), (&"metadata.update".into(), &"s-1".into()));
    assert_eq!(told["payload"], serde_json::json!({ "set": { "n": 5 }, "unset": ["b"] }));
    let header = |name: &str| {
        let line = head.lines().find(|line| line.to_lowercase().starts_with(name)).unwrap();
        line.split_once(": ").unwrap().1.to_owned()
    };
    assert_eq!(header("x-strandscope-delivery"), told["id"].as_str().unwrap());
    assert_eq!(header("x-strandscope-signature"), signature("a secret", body));
}

/// As a receiver would check it.
fn signature(secret: &str, body: &str) -> String {
    use hmac::{Hmac, KeyInit, Mac};
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(body.as_bytes());
    let digest = mac.finalize().into_bytes();
    digest.iter().fold("sha256=".to_owned(), |hex, byte| hex + &format!("{byte:02x}"))
}

#[tokio::test]
async fn a_refusal_is_final_and_redirects_are_not_followed() {
    let (url, heard) = endpoint(vec!["400 No", "302 Found\r\nlocation: http://127.0.0.1:1/"]).await;
    let webhook = Arc::new(Webhook::start("audit", &settings(&url)).unwrap());
    let dir = tempfile::tempdir().unwrap();
    let manager = manager(&dir, Hooks::new(vec![Arc::clone(&webhook) as Arc<dyn Hook>])).await;
    for number in 0..2 {
        manager.edit_metadata(vec![MetadataEdit::set("n", number)]).await.unwrap();
    }
    assert_eq!(heard.await.unwrap().len(), 2);
    let hooks = Hooks::new(vec![Arc::new(Odd("nothing")), Arc::clone(&webhook) as Arc<dyn Hook>]);
    for status in ["400", "302"] {
        let told = tokio::time::timeout(Duration::from_mins(1), hooks.given_up()).await.expect("it is told at once");
        assert!(told.contains("hook audit") && told.contains(status), "{told}");
    }
    webhook.close(Duration::from_secs(5)).await;
    let tally = webhook.tally();
    assert_eq!((tally.delivered, tally.retried, tally.dropped), (0, 0, 2));
}

#[test]
fn a_webhook_whose_url_is_wrong_does_not_repeat_it() {
    for url in ["http://user:hunter2@", "hunter2", "ftp://hunter2/"] {
        let Err(error) = Webhook::start("audit", &WebhookSettings::new(url.to_owned().into())) else { panic!("{url}") };
        assert!(error.name == "audit" && !error.to_string().contains("hunter2"), "{error}");
    }
}

/// Delivers when it is let.
struct Gated {
    gate: Arc<Semaphore>,
    arrived: Arc<AtomicUsize>,
}

#[async_trait]
impl Deliver for Gated {
    async fn deliver(&self, _delivery: &Delivery) -> DeliveryOutcome {
        self.arrived.fetch_add(1, Ordering::SeqCst);
        self.gate.acquire().await.unwrap().forget();
        DeliveryOutcome::Delivered
    }
}

fn delivery() -> Delivery {
    Delivery::new("1", "")
}

#[tokio::test]
async fn a_full_queue_drops_the_newest_and_a_close_counts_what_did_not_arrive() {
    let (gate, arrived) = (Arc::new(Semaphore::new(0)), Arc::new(AtomicUsize::new(0)));
    let deliver = Gated { gate: Arc::clone(&gate), arrived: Arc::clone(&arrived) };
    let outbox = Outbox::start("test", deliver, OutboxOptions::default().queue(2));
    assert!(outbox.offer(delivery()));
    while arrived.load(Ordering::SeqCst) == 0 {
        tokio::task::yield_now().await;
    }
    // One is underway, two wait, one has no room.
    assert!(outbox.offer(delivery()) && outbox.offer(delivery()) && !outbox.offer(delivery()));
    assert!(outbox.given_up().await.contains("queue is full"));
    gate.add_permits(2);
    while arrived.load(Ordering::SeqCst) < 3 {
        tokio::task::yield_now().await;
    }
    let tally = outbox.close(Duration::from_millis(50)).await;
    assert_eq!((tally.queued, tally.delivered, tally.dropped), (3, 2, 2));
    assert!(!outbox.offer(delivery()), "it is closed");
}
