//! The session manager against the raw driver: appends, metadata edits, 64 tasks at once, resuming a large agent, and what
//! a manager costs. Run it with `cargo bench --bench writes`.

#[expect(dead_code, unused_imports, reason = "a bench needs one server, the tests need more")]
#[path = "../support/mod.rs"]
mod support;

mod data;
#[path = "writes/deletion.rs"]
mod deletion;
mod measure;

use std::{hint::black_box, sync::Arc, time::Instant};

use bson::{Bson, DateTime, Document, doc};
use measure::{by_turns, ms, report};
use mongodb::{Client, Collection};
use strandscope::{
    Agent, AgentId, MessageBody, MetadataEdit, Pool, PoolOptions, Resumed, SessionManager, SessionManagerFactory,
};

const ROUNDS: usize = 40;
/// Appends to a session in a round: its document stays short.
const APPENDS: usize = 40;
const TASKS: usize = 64;
const AGENT: &str = "assistant";

/// An agent that is only resumed.
#[derive(Default)]
struct Idle(usize);

impl Agent for Idle {
    fn agent_id(&self) -> &str {
        AGENT
    }

    fn state(&self) -> Document {
        Document::new()
    }

    fn restore(&mut self, resumed: Resumed) {
        self.0 = resumed.messages.len();
    }
}

struct Bench {
    sessions: Collection<Document>,
    factory: Arc<SessionManagerFactory>,
}

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    runtime.block_on(run());
}

async fn run() {
    let uri = support::server().uri.clone();
    let client = Client::with_uri_str(&uri).await.expect("a client");
    let sessions = client.database("bench").collection::<Document>("writes");
    sessions.drop().await.expect("drop");
    let pool = Pool::connect(&uri.clone().into(), PoolOptions::default()).await.expect("a pool");
    let factory = Arc::new(SessionManagerFactory::with_pool(pool, "bench", "writes").expect("names"));
    let bench = Bench { sessions, factory };
    bench.append().await;
    bench.metadata().await;
    bench.at_once().await;
    bench.resume().await;
    bench.deletion(&uri).await;
    bench.managers();
    bench.sessions.drop().await.expect("drop");
}

impl Bench {
    /// A manager of a session made for it, with the agent ready.
    async fn manager(&self, id: &str) -> SessionManager {
        let manager = self.factory.manager(id);
        manager.initialize(&mut Idle::default()).await.expect("a session");
        manager
    }

    /// Against the bare push, and against the same push with our guard: the difference of the two is the server's, which
    /// plans a query of more than an `_id` where it takes a short way for one.
    async fn append(&self) {
        for guarded in [false, true] {
            let mut raw_sessions = Vec::new();
            let mut managers = Vec::new();
            for round in 0..ROUNDS {
                let id = format!("raw-{round}-{guarded}");
                self.manager(&id).await;
                raw_sessions.push(id);
                managers.push(self.manager(&format!("ours-{round}-{guarded}")).await);
            }
            let raw = async || {
                let id = raw_sessions.pop().expect("one a round");
                for number in 0..APPENDS {
                    push(&self.sessions, &id, number, guarded).await;
                }
            };
            let ours = async || {
                let manager = managers.pop().expect("one a round");
                for number in 0..APPENDS {
                    append(&manager, number).await;
                }
            };
            let (raw, ours) = by_turns(ROUNDS, raw, ours).await;
            let each = |seconds: f64| ms(seconds / APPENDS as f64);
            let detail = format!("update_one {}, ours {}", each(raw), each(ours));
            report(&format!("append, one task: ours / {} rate", Self::raw(guarded)), raw / ours, ">= 0.95", &detail);
        }
    }

    fn raw(guarded: bool) -> &'static str {
        if guarded { "guarded raw" } else { "raw" }
    }

    async fn metadata(&self) {
        let manager = self.manager("metadata").await;
        let set = |value: i32| vec![MetadataEdit::set("raw", value), MetadataEdit::set("ours", value)];
        manager.edit_metadata(set(0)).await.expect("stored");
        let (mut raw_now, mut ours_now) = (0, 0);
        let raw = async || {
            for _ in 0..APPENDS {
                let same = doc! { "$eq": ["$metadata.raw", { "$literal": raw_now }] };
                let of_type = doc! { "$eq": [{ "$type": "$metadata.raw" }, "int"] };
                let query = doc! { "_id": "metadata", "$expr": { "$and": [of_type, same] } };
                raw_now += 1;
                let update = doc! { "$set": { "metadata.raw": raw_now } };
                let done = self.sessions.update_one(query, update).await.expect("stored");
                assert_eq!(done.matched_count, 1);
            }
        };
        let ours = async || {
            for _ in 0..APPENDS {
                let edit = MetadataEdit::set("ours", ours_now + 1).only_if(Some(Bson::Int32(ours_now)));
                ours_now += 1;
                manager.edit_metadata(vec![edit]).await.expect("stored");
            }
        };
        let (raw, ours) = by_turns(ROUNDS, raw, ours).await;
        let each = |seconds: f64| ms(seconds / APPENDS as f64);
        let detail = format!("guarded update_one {}, ours {}", each(raw), each(ours));
        report("metadata update, one task: ours / raw rate", raw / ours, ">= 0.9", &detail);
    }

    async fn at_once(&self) {
        const TURNS: usize = 9;
        for guarded in [false, true] {
            let mut managers = Vec::new();
            for task in 0..TASKS {
                self.manager(&format!("raw-task-{task}-{guarded}")).await;
                managers.push(self.manager(&format!("task-{task}-{guarded}")).await);
            }
            let mut turn = 0;
            let raw = async || {
                let tasks = (0..TASKS).map(|task| {
                    let sessions = self.sessions.clone();
                    tokio::spawn(async move {
                        for number in 0..APPENDS {
                            let id = format!("raw-task-{task}-{guarded}");
                            push(&sessions, &id, turn * APPENDS + number, guarded).await;
                        }
                    })
                });
                join(tasks.collect()).await;
                turn += 1;
            };
            let ours = async || {
                let tasks = managers.iter().map(|manager| {
                    let manager = manager.clone();
                    tokio::spawn(async move {
                        for number in 0..APPENDS {
                            append(&manager, number).await;
                        }
                    })
                });
                join(tasks.collect()).await;
            };
            let (raw, ours) = by_turns(TURNS, raw, ours).await;
            let rate = |seconds: f64| format!("{:.0}/s", (TASKS * APPENDS) as f64 / seconds);
            let detail = format!("update_one {}, ours {}", rate(raw), rate(ours));
            let what = format!("append, 64 tasks on 64 sessions: ours / {} rate", Self::raw(guarded));
            report(&what, raw / ours, ">= 0.95", &detail);
        }
    }

    async fn resume(&self) {
        self.sessions.insert_one(data::session(0, 6_000, 1_500)).await.expect("insert");
        let id = data::id(0);
        let raw = async || {
            let found = self.sessions.find_one(doc! { "_id": &id }).await.expect("find_one");
            black_box(found.expect("it is there"));
        };
        let ours = async || {
            let mut idle = Idle::default();
            self.factory.manager(id.as_str()).initialize(&mut idle).await.expect("resumed");
            assert_eq!(idle.0, 6_000);
        };
        let (raw, ours) = by_turns(15, raw, ours).await;
        let detail = format!("find_one {}, ours {}", ms(raw), ms(ours));
        report("resume 6,000 messages: find_one / ours", raw / ours, ">= 0.8", &detail);
    }

    async fn deletion(&self, uri: &str) {
        self.sessions.drop().await.expect("drop");
        let repository = strandscope::open_mongo(uri, "bench", "writes").await.expect("it opens");
        deletion::run(&self.sessions, &repository, "42 KB", 16, 2_150, 40).await;
        deletion::run(&self.sessions, &repository, "11.7 MB", 6_000, 1_500, 7).await;
    }

    fn managers(&self) {
        const MANAGERS: u32 = 100_000;
        let start = Instant::now();
        for _ in 0..MANAGERS {
            black_box(self.factory.manager(black_box("support-1042")));
        }
        let each = start.elapsed() / MANAGERS;
        report("a manager from the factory, ns", each.as_nanos() as f64, "< 1000", "");
    }
}

async fn join(tasks: Vec<tokio::task::JoinHandle<()>>) {
    for task in tasks {
        task.await.expect("the task ends");
    }
}

fn body(number: usize) -> MessageBody {
    MessageBody::text("user", &format!("message {number}: {}", "where is my order? ".repeat(10)))
}

async fn append(manager: &SessionManager, number: usize) {
    manager.append_message(&AgentId::from(AGENT), &mut body(number)).await.expect("stored");
}

/// The same `$push` and `$set`, without or with the guard: the history ends where it should.
async fn push(sessions: &Collection<Document>, id: &str, number: usize, guarded: bool) {
    let now = DateTime::now();
    let mut message = body(number).into_document();
    message.insert("tracking_id", "39f514c5-e6ad-491a-a7f0-9fd1429f9dc2");
    let stored = doc! {
        "message": message, "message_id": number as i32, "redact_message": Bson::Null,
        "created_at": now, "updated_at": now,
    };
    let update = doc! {
        "$push": { "agents.assistant.messages": stored },
        "$set": { "agents.assistant.updated_at": now, "updated_at": now },
    };
    let mut query = doc! { "_id": id };
    if guarded {
        query.insert(format!("agents.assistant.messages.{number}"), doc! { "$exists": false });
    }
    if let Some(last) = number.checked_sub(1).filter(|_| guarded) {
        query.insert(format!("agents.assistant.messages.{last}.message_id"), last as i32);
    }
    let done = sessions.update_one(query, update).await.expect("stored");
    assert_eq!(done.matched_count, 1);
}
