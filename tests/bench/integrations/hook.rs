//! A hook that delivers elsewhere: what it adds to a write, with a receiver that never answers.

use std::{sync::Arc, time::Duration};

use strandscope::{
    Deliver, Delivery, DeliveryOutcome, Hook, HookAnswer, HookOperation, HookPayload, Hooks, MetadataEdit, Next,
    Outbox, OutboxOptions, Result, Webhook, WebhookSettings, async_trait,
};
use tokio::net::TcpListener;

use crate::measure::{by_turns, report};

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

/// One edit through the chain, with nothing at its end that takes time.
async fn run_through(hooks: &Hooks) {
    for n in 0..EDITS {
        let edits = HookPayload::MetadataUpdate(vec![MetadataEdit::set("n", n)]);
        let done = hooks.run(HookOperation::new("bench", edits), |_| async { Ok(HookAnswer::Done) }).await;
        assert_eq!(done.expect("carried out"), HookAnswer::Done);
    }
}

pub async fn run() {
    // A backlog takes the connection and never reads from it.
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}/", listener.local_addr().expect("its address"));
    let queue = OutboxOptions::default().queue(100_000);
    let webhook = Webhook::start("silent", &WebhookSettings::new(url.into()).outbox(queue)).expect("a webhook");
    let hooks: [(&str, Arc<dyn Hook>); 2] = [
        (
            "a hook with an outbox of its own adds to an edit: µs",
            Arc::new(Teller(Outbox::start("teller", Silent, queue))),
        ),
        ("a webhook adds to an edit: µs", Arc::new(webhook)),
    ];
    for (what, hook) in hooks {
        let (none, hooks) = (Hooks::default(), Hooks::new(vec![hook]));
        let (plain, told) =
            by_turns(ROUNDS, async || run_through(&none).await, async || run_through(&hooks).await).await;
        let each = |seconds: f64| seconds / f64::from(EDITS) * 1e6;
        report(what, each(told) - each(plain), "< 50", "");
        hooks.close(Duration::ZERO).await;
    }
}
