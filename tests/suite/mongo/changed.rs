//! Every write, told by the watch and applied to what is held, gives what a fresh reading gives.

use std::time::Duration;

use bson::{Bson, DateTime, Document, doc};
use mongodb::Client;
use strandscope::{
    AgentConfig, AgentId, AgentUpdate, Change, Limits, MessageBody, MessageUpdate, MetadataEdit, MongoRepository,
    NewAgent, NewFeedback, NewGuardrailEvent, NewMessage, News, Rating, Session, SessionKey, SessionWriter, Watch,
    WatchView, decode,
};

use super::common::loaded;
use crate::support::Fresh;

/// No news comes later than that.
const PATIENCE: Duration = Duration::from_mins(1);

/// A session that is held and watched.
struct Follower {
    fresh: Fresh,
    watch: Watch,
    held: Session,
    /// Changes that had to be read again.
    again: Vec<Change>,
}

impl Follower {
    async fn start(name: &str) -> Self {
        let (fresh, reader) = loaded(name, vec![session()]).await;
        let mut watch = reader.watch(&WatchView::default());
        assert!(matches!(next(&mut watch).await, News::Begun(_)));
        Self { fresh, watch, held: decode::session(session()), again: Vec::new() }
    }

    async fn update(&mut self, update: impl Into<mongodb::options::UpdateModifications>) {
        let done = self.fresh.collection.update_one(doc! { "_id": "s" }, update).await.expect("an update");
        assert_eq!(done.matched_count, 1);
        self.follow().await;
    }

    /// Applies what is told until it is what is stored.
    async fn follow(&mut self) {
        let stored =
            self.fresh.collection.find_one(doc! { "_id": "s" }).await.expect("it is read").expect("it is there");
        let fresh = decode::session(stored);
        while parts(&self.held) != parts(&fresh) {
            let News::Changes(changes) = next(&mut self.watch).await else { panic!("changes are told") };
            for change in changes {
                if change.apply_to(&mut self.held).is_unresolved() {
                    self.held = fresh.clone();
                    self.again.push(change);
                }
                take_messages(&mut self.held, &fresh);
            }
        }
    }
}

async fn next(watch: &mut Watch) -> News {
    let told = tokio::time::timeout(PATIENCE, watch.next_news()).await;
    told.expect("what is held becomes what is stored").expect("the watch goes on")
}

/// New messages are only counted: whoever holds a part of the history puts them there.
fn take_messages(held: &mut Session, fresh: &Session) {
    for agent in &mut held.agents {
        let stored = fresh.agent(&agent.id).map(|agent| agent.messages.as_slice()).unwrap_or_default();
        let more = (agent.message_count as usize).min(stored.len());
        agent.messages.extend(stored.iter().take(more).skip(agent.messages.len()).cloned());
    }
}

fn parts(session: &Session) -> impl PartialEq + use<> {
    let lists = (session.feedbacks.clone(), session.guardrail_events.clone());
    (session.updated_at, session.metadata.clone(), lists, session.agents.clone())
}

fn date(ms: i64) -> DateTime {
    DateTime::from_millis(ms)
}

fn session() -> Document {
    let data = doc! { "agent_id": "x", "state": {}, "created_at": date(5), "updated_at": date(5) };
    let agent = doc! { "agent_data": data, "messages": [], "created_at": date(5), "updated_at": date(5) };
    doc! {
        "_id": "s", "session_id": "s", "session_viewer_password": "secret", "created_at": date(5), "updated_at": date(5),
        "agents": { "x": agent }, "metadata": { "topic": "" }, "feedbacks": [], "guardrail_events": [],
    }
}

fn said(id: i32, ms: i64) -> Document {
    let message = doc! { "role": "user", "content": [{ "text": "Hello" }] };
    doc! {
        "message": message, "message_id": id, "redact_message": Bson::Null, "created_at": date(ms), "updated_at": date(ms),
    }
}

fn touched(ms: i64) -> Document {
    doc! { "updated_at": date(ms), "agents.x.updated_at": date(ms) }
}

fn with(mut fields: Document, more: Document) -> Document {
    fields.extend(more);
    fields
}

#[tokio::test]
async fn what_the_python_library_writes_is_followed() {
    let mut follower = Follower::start("followed_python").await;
    for (id, ms) in [(0, 10), (1, 20), (2, 30)] {
        follower.update(doc! { "$push": { "agents.x.messages": said(id, ms) }, "$set": touched(ms) }).await;
    }
    for count in [1, 2] {
        let metrics = "agents.x.messages.2.event_loop_metrics";
        let usage = doc! { "inputTokens": count * 100, "outputTokens": count, "totalTokens": count * 101 };
        let parts = ["accumulated_usage", "accumulated_metrics", "cycle_metrics", "tool_usage"];
        let values = [
            usage,
            doc! { "latencyMs": count * 10, "timeToFirstByteMs": 0 },
            doc! { "cycle_count": count, "total_duration": 0.5, "average_cycle_time": 0.5 },
            doc! { "look_up": { "call_count": count, "total_time": 0.1 } },
        ];
        let set: Document =
            parts.iter().zip(values).map(|(part, value)| (format!("{metrics}.{part}"), value.into())).collect();
        follower.update(doc! { "$set": set }).await;
    }
    let data = doc! { "agent_id": "x", "state": { "visits": 2 }, "created_at": date(40), "updated_at": date(40) };
    follower.update(doc! { "$set": with(touched(40), doc! { "agents.x.agent_data": data }) }).await;
    follower
        .update(doc! { "$set": { "agents.x.agent_data.model": "m", "agents.x.agent_data.system_prompt": "Be kind" } })
        .await;
    follower.update(doc! { "$set": { "agents.x.agent_data.prompt_metadata": { "prompt_id": "p" } } }).await;
    let instead = doc! { "role": "user", "content": [{ "text": "[redacted]" }] };
    let redacted = with(said(1, 20), doc! { "redact_message": instead, "updated_at": date(50) });
    follower.update(doc! { "$set": with(touched(50), doc! { "agents.x.messages.1": redacted }) }).await;
    let event = doc! { "message_id": 1, "agent_id": "x", "action": "BLOCKED", "timestamp": date(60) };
    for _ in 0..2 {
        let set = doc! { "agents.x.messages.1.guardrail_event": { "action": "BLOCKED", "timestamp": date(60) } };
        follower.update(doc! { "$push": { "guardrail_events": event.clone() }, "$set": set }).await;
    }
    follower.update(doc! { "$set": { "metadata.topic": "orders", "metadata.customer": { "tier": 1 } } }).await;
    follower.update(doc! { "$set": { "metadata.customer.tier": 2, "metadata.customer.since.year": 2024 } }).await;
    follower.update(doc! { "$unset": { "metadata.topic": "", "metadata.customer.tier": "" } }).await;
    for (rating, ms) in [("up", 70), ("down", 80)] {
        let feedback = doc! { "rating": rating, "comment": "so", "created_at": date(ms) };
        follower.update(doc! { "$push": { "feedbacks": feedback }, "$set": { "updated_at": date(ms) } }).await;
    }
    follower.update(doc! { "$set": { "feedbacks.0.note": "seen", "feedbacks.1.comment": "better" } }).await;
    let agent =
        doc! { "agent_data": { "agent_id": "y" }, "messages": [], "created_at": date(90), "updated_at": date(90) };
    follower.update(doc! { "$set": { "agents.y": agent, "updated_at": date(90) } }).await;
    assert!(follower.again.is_empty(), "{:?}", follower.again);
}

#[tokio::test]
async fn what_anybody_else_may_write_is_followed() {
    let mut follower = Follower::start("followed_odd").await;
    for id in 0..6 {
        let ms = 10 + i64::from(id);
        follower.update(doc! { "$push": { "agents.x.messages": said(id, ms) }, "$set": touched(ms) }).await;
    }
    follower.update(doc! { "$set": { "agents.x.messages.0.message.content.0.text": "Bye" } }).await;
    // The last ones go, then the first.
    let shorter = doc! { "$set": { "agents.x.messages": { "$slice": ["$agents.x.messages", 4] } } };
    follower.update(vec![shorter]).await;
    follower.update(doc! { "$push": { "agents.x.messages": { "$each": [], "$slice": -2 } } }).await;
    follower.update(doc! { "$set": { "metadata": { "a": { "b": [1, 2] } } } }).await;
    follower.update(doc! { "$push": { "metadata.a.b": 3 } }).await;
    follower.update(doc! { "$set": { "metadata.a.b.0": 7, "metadata.5": true } }).await;
    follower.update(doc! { "$unset": { "metadata": "" } }).await;
    follower.update(doc! { "$set": { "metadata.new": 1 } }).await;
    assert!(follower.again.is_empty(), "{:?}", follower.again);
    // What a document holds that was stored whole is not sent.
    let whole = with(session(), doc! { "metadata": { "topic": "replaced" } });
    follower.fresh.collection.replace_one(doc! { "_id": "s" }, whole).await.expect("a replacement");
    follower.follow().await;
    assert_eq!(follower.again.len(), 1, "{:?}", follower.again);
}

#[tokio::test]
async fn what_we_write_is_followed() {
    let mut follower = Follower::start("followed_own").await;
    let client = Client::with_uri_str(&follower.fresh.uri).await.expect("a client");
    let writer = MongoRepository::from_client(client, &follower.fresh.database, "sessions", Limits::default());
    let (key, x, y) = (SessionKey::from("s"), AgentId::from("x"), AgentId::from("y"));
    for _ in 0..2 {
        let message = NewMessage::new(MessageBody::text("user", "Hello"));
        writer.append_message(&key, &x, &message, None).await.expect("a message");
        follower.follow().await;
    }
    let counted = MessageUpdate::default().event_loop_metrics(doc! { "cycle_metrics": { "cycle_count": 1 } });
    let event = NewGuardrailEvent::new("x", "BLOCKED").message_id(1);
    let redacted =
        MessageUpdate::default().redact_message(MessageBody::text("user", "[redacted]")).guardrail_event(event.clone());
    for update in [counted, redacted] {
        writer.update_message(&key, &x, 1, &update).await.expect("an update");
        follower.follow().await;
    }
    writer.add_guardrail_event(&key, &event).await.expect("an event");
    follower.follow().await;
    writer.create_agent(&key, &NewAgent::new("y").config(AgentConfig::default().model("m"))).await.expect("an agent");
    follower.follow().await;
    writer.update_agent(&key, &y, &AgentUpdate::default().state(doc! { "n": 1 })).await.expect("a state");
    follower.follow().await;
    let config = AgentConfig::default().model("n").prompt_metadata(doc! { "prompt_id": "p" });
    writer.update_agent_config(&key, &y, &config).await.expect("a configuration");
    follower.follow().await;
    for edits in [
        [MetadataEdit::set("n", 1), MetadataEdit::unset("topic")],
        [MetadataEdit::set("n", 2), MetadataEdit::set("m", 1)],
    ] {
        writer.edit_metadata(&key, &edits).await.expect("edits");
        follower.follow().await;
    }
    for rating in [Rating::Up, Rating::Neutral] {
        writer.add_feedback(&key, &NewFeedback::new(rating).comment("so")).await.expect("a feedback");
        follower.follow().await;
    }
    assert!(follower.again.is_empty(), "{:?}", follower.again);
    writer.delete_agent(&key, &y).await.expect("a deletion");
    follower.follow().await;
    assert!(follower.again.is_empty(), "{:?}", follower.again);
}
