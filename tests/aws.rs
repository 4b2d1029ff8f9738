//! Hooks for AWS against a stand-in of it: messages that really arrive, and all that can go wrong on their way.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "the helpers belong to the tests")]

#[path = "aws/detour.rs"]
mod detour;
#[path = "support/examples.rs"]
mod examples;
#[path = "aws/moto.rs"]
mod moto;
#[path = "aws/program.rs"]
mod program;
#[path = "support/python.rs"]
mod python;
#[path = "aws/sns.rs"]
mod sns;
#[path = "aws/sqs.rs"]
mod sqs;
#[path = "aws/websocket.rs"]
mod websocket;

use std::{future::Future, sync::Arc, time::Duration};

use strandscope::{
    AwsKeys, AwsOptions, Hook, Hooks, OutboxOptions, SessionManager, feedback_sns_available, metadata_sqs_available,
    metadata_websocket_available, open_folder,
};

/// Something that never comes ends the test instead of holding it up for ever. Nothing is measured by it.
const PATIENCE: Duration = Duration::from_mins(2);

async fn patiently<T>(what: &str, wait: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, wait).await.unwrap_or_else(|_| panic!("waited in vain until {what}"))
}

/// A way to that endpoint, with keys of its own and short waits.
fn options(endpoint: &str) -> AwsOptions {
    let outbox = OutboxOptions::default().backoff(Duration::from_millis(1));
    AwsOptions::default().endpoint(endpoint).keys(AwsKeys::new("test", "hunter2")).outbox(outbox)
}

/// A session of its own, with one hook around it.
struct Hooked {
    hook: Arc<dyn Hook>,
    manager: SessionManager,
    _dir: tempfile::TempDir,
}

async fn hooked(session: &str, hook: impl Hook) -> Hooked {
    let dir = tempfile::tempdir().unwrap();
    let hook: Arc<dyn Hook> = Arc::new(hook);
    let repository = open_folder(dir.path()).await.unwrap();
    let manager = SessionManager::builder(repository, session).hooks(Hooks::new(vec![Arc::clone(&hook)])).build();
    manager.open_or_create().await.unwrap();
    Hooked { hook, manager, _dir: dir }
}

impl Hooked {
    /// Waits until all was delivered; how much was not.
    async fn closed(&self) -> u64 {
        patiently("all is delivered", self.hook.close(PATIENCE)).await;
        self.hook.undelivered()
    }

    /// Why something was given up.
    async fn given_up(&self) -> String {
        let said = patiently("it is given up", self.hook.given_up()).await;
        assert!(!said.contains("hunter2"), "{said}");
        said
    }
}

#[test]
fn the_example_tells_a_queue() {
    let said = examples::run("aws", &[moto::url()]);
    assert!(said.contains("feedback: [negative] on session support-1"), "{said}");
    assert!(said.contains("\"status\":\"solved\""), "{said}");
}

#[test]
fn a_build_that_has_the_hooks_says_so() {
    assert!(feedback_sns_available() && metadata_sqs_available() && metadata_websocket_available());
}
