//! Who writes beside the screen, as agents of the Python library do: dotted updates, some of which move no `updated_at`.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicI64, Ordering},
    },
    time::Duration,
};

use bson::{DateTime, Document, doc};
use mongodb::Collection;
use tokio::{sync::Notify, task::JoinHandle};

use crate::support::Fresh;

/// How many sessions there are.
const SESSIONS: i64 = 5;

/// Writes to all of them by turns.
#[derive(Clone)]
pub struct Writer {
    collection: Collection<Document>,
    next: Arc<AtomicI64>,
}

/// A writer that writes until it is ended.
pub struct Writing {
    task: JoinHandle<()>,
    ended: Arc<AtomicBool>,
    wrote: Arc<Notify>,
}

impl Writing {
    /// Waits until so many more writes were acknowledged.
    pub async fn wrote(&self, count: usize) {
        for _ in 0..count {
            self.wrote.notified().await;
        }
    }

    /// Waits for the last write.
    pub async fn end(self) {
        self.ended.store(true, Ordering::Release);
        self.task.await.expect("the writer ends well");
    }
}

impl Writer {
    /// Stores the sessions that are written to.
    pub async fn prepared(fresh: &Fresh) -> Self {
        let writer = Self { collection: fresh.collection.clone(), next: Arc::default() };
        writer.prepare().await;
        writer
    }

    pub async fn prepare(&self) {
        self.collection.insert_many((0..SESSIONS).map(session)).await.expect("they are stored");
    }

    /// Each kind of write once on each session, and twice where the second looks different.
    pub async fn everything(&self) {
        for _ in 0..KINDS * SESSIONS * 2 {
            self.write().await.expect("it is written");
        }
    }

    /// Writes on, whatever happens to the server, about as fast as a busy agent.
    pub fn start(self) -> Writing {
        let (ended, wrote) = (Arc::new(AtomicBool::new(false)), Arc::new(Notify::new()));
        let (end, told) = (Arc::clone(&ended), Arc::clone(&wrote));
        let task = tokio::spawn(async move {
            let mut pace = tokio::time::interval(Duration::from_millis(10));
            while !end.load(Ordering::Acquire) {
                pace.tick().await;
                // What failed may have been stored: the fresh read at the end tells.
                if self.write().await.is_ok() {
                    told.notify_one();
                }
            }
        });
        Writing { task, ended, wrote }
    }

    /// Appends a message to a session.
    pub async fn say(&self, id: &str, message: &Document) {
        let number = self.next.fetch_add(1, Ordering::AcqRel);
        let now = DateTime::now();
        let update = pushed(message, number, now);
        self.collection.update_one(doc! { "_id": id }, update).await.expect("it is written");
    }

    /// Sets fields of a session.
    pub async fn set(&self, id: &str, fields: Document) {
        self.collection.update_one(doc! { "_id": id }, doc! { "$set": fields }).await.expect("it is written");
    }

    /// One more write; the sessions take turns, each time with another kind.
    pub async fn write(&self) -> mongodb::error::Result<()> {
        let number = self.next.fetch_add(1, Ordering::AcqRel);
        let update = update(number / SESSIONS % KINDS, number);
        let at = format!("s-{}", number % SESSIONS);
        self.collection.update_one(doc! { "_id": at }, update).await.map(drop)
    }
}

const KINDS: i64 = 8;

fn update(kind: i64, number: i64) -> Document {
    let now = DateTime::now();
    let text = format!("message of write {number}");
    match kind {
        0 => pushed(&doc! { "role": "user", "content": [{ "text": text }] }, number, now),
        1 => {
            let usage = doc! { "inputTokens": 100 + number, "outputTokens": 7, "totalTokens": 107 + number };
            let metadata = doc! { "usage": usage, "metrics": { "latencyMs": 300 } };
            let content = doc! { "text": text };
            pushed(&doc! { "role": "assistant", "content": [content], "metadata": metadata }, number, now)
        }
        // None of these moves a date.
        2 => doc! { "$set": { "metadata.turn": number, format!("metadata.k{}", number % 3): "v" } },
        3 => doc! { "$unset": { format!("metadata.k{}", number % 3): "" } },
        4 => doc! { "$set": { "agents.a.agent_data.model": format!("model-{number}") } },
        5 => {
            let usage =
                doc! { "inputTokens": 1000 + number, "outputTokens": 70 + number, "totalTokens": 1070 + 2 * number };
            let metrics = doc! { "accumulated_usage": usage, "accumulated_metrics": { "latencyMs": 900 + number } };
            doc! { "$set": { "agents.a.messages.0.event_loop_metrics": metrics } }
        }
        6 => {
            let feedback = doc! { "rating": "up", "comment": format!("of write {number}"), "created_at": now };
            doc! { "$push": { "feedbacks": feedback }, "$set": { "updated_at": now } }
        }
        _ => doc! { "$set": { "agents.a.messages.0.redact_message": {
            "role": "user", "content": [{ "text": format!("redacted by write {number}") }] },
            "updated_at": now, "agents.a.updated_at": now,
        } },
    }
}

/// A message, with which the session and the agent are updated at the same instant.
fn pushed(message: &Document, number: i64, now: DateTime) -> Document {
    let stored = doc! { "message": message, "message_id": number, "created_at": now, "updated_at": now };
    doc! { "$push": { "agents.a.messages": stored }, "$set": { "updated_at": now, "agents.a.updated_at": now } }
}

fn session(number: i64) -> Document {
    let at = DateTime::from_millis(1_795_000_000_000 + number);
    let first = doc! { "message": { "role": "user", "content": [{ "text": "Hello" }] }, "message_id": -1,
    "created_at": at, "updated_at": at };
    let agent = doc! { "agent_data": { "agent_id": "a" }, "messages": [first], "created_at": at, "updated_at": at };
    doc! {
        "_id": format!("s-{number}"), "session_id": format!("s-{number}"), "created_at": at, "updated_at": at,
        "agents": { "a": agent }, "metadata": { "turn": 0 }, "feedbacks": [],
    }
}
