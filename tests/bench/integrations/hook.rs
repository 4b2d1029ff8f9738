//! A hook that delivers elsewhere: what it adds to a write, with a receiver that never answers.

use std::{sync::Arc, time::Duration};

use strandscope::{
    Deliver, Delivery, DeliveryOutcome, Hook, HookAnswer, HookOperation, Hooks, MetadataEdit, NewSession, Next, Outbox,
    OutboxOptions, Pool, PoolOptions, Result, SessionManager, SessionRepository, Webhook, WebhookSettings, async_trait,
};
use tokio::net::TcpListener;

use crate::{
    measure::{by_turns, report},
    support,
};

const ROUNDS: usize = 60;
/// Edits in a round.
const EDITS: i32 = 100;

/// Never gets rid of anything.
struct Silent;

#[async_trait]
impl Deliver for Silent {
    async fn deliver(&self, _delivery: &Delivery) -> DeliveryOutcome {
        std::future::pending().await
    }
}

/// Tells of everything through its outbox.
struct Teller(Outbox);

#[async_trait]
impl Hook for Teller {
    fn name(&self) -> &'static str {
        "teller"
    }

    async fn around(&self, operation: HookOperation, next: Next<'_>) -> Result<HookAnswer> {
        let answer = next.run(operation).await?;
        self.0.offer(Delivery::new("1", "changed"));
        Ok(answer)
    }
}

async fn edit(manager: &SessionManager) {
    for n in 0..EDITS {
        manager.edit_metadata(vec![MetadataEdit::set("n", n)]).await.expect("stored");
    }
}

pub async fn run() {
    let fresh = support::fresh_collection("bench_hook").await;
    let pool = Pool::connect(&fresh.uri.clone().into(), PoolOptions::default()).await.expect("a pool");
    let sessions: Arc<dyn SessionRepository> = Arc::new(pool.repository(&fresh.database, "sessions").expect("names"));
    let key = sessions.create_session(&NewSession::new("bench")).await.expect("created");
    // A backlog takes the connection and never reads from it.
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}/", listener.local_addr().expect("its address"));
    let queue = OutboxOptions::default().queue(100_000);
    let webhook = Webhook::start("silent", &WebhookSettings::new(url.into()).outbox(queue)).expect("a webhook");
    let hooks: [(&str, Arc<dyn Hook>); 2] = [
        (
            "an edit with a hook of its own outbox costs, in µs",
            Arc::new(Teller(Outbox::start("teller", Silent, queue))),
        ),
        ("an edit with a webhook costs, in µs", Arc::new(webhook)),
    ];
    let plain_manager = SessionManager::new(Arc::clone(&sessions), key.clone());
    for (what, hook) in hooks {
        let hooks = Hooks::new(vec![hook]);
        let manager = SessionManager::builder(Arc::clone(&sessions), key.clone()).hooks(hooks.clone()).build();
        let (plain, told) = by_turns(ROUNDS, async || edit(&plain_manager).await, async || edit(&manager).await).await;
        let each = |seconds: f64| seconds / f64::from(EDITS) * 1e6;
        report(what, each(told) - each(plain), "< 50", &format!("{:.0} µs without", each(plain)));
        hooks.close(Duration::ZERO).await;
    }
}
