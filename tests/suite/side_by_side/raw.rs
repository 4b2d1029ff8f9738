//! Updates in the shapes of the Python library, as `events.jsonl` has recorded them, sent by the bare driver.

use bson::{Bson, DateTime, Document, doc};
use strandscope::driver::{Client, Collection};

use super::SESSION;
use crate::support::load_fixture;

/// A writer that numbers its messages from what it read at its start.
pub struct Raw {
    name: &'static str,
    agent: String,
    sessions: Collection<Document>,
    /// The id of its latest message, which it never reads again.
    latest: Option<i32>,
    /// The agent is its own, so that figures and state are too.
    alone: bool,
    message: Document,
    figures: Document,
}

/// The value of the first recorded update whose path ends so.
fn recorded(end: &str) -> Bson {
    let events = load_fixture("events.jsonl");
    let fields = events
        .iter()
        .filter_map(|event| event.get_document("updateDescription").ok()?.get_document("updatedFields").ok());
    let mut values = fields.flat_map(|fields| fields.iter()).filter(|(path, _)| path.ends_with(end));
    values.next().expect("it was recorded").1.clone()
}

impl Raw {
    /// Resumes an agent, or creates it as Strands does.
    pub async fn start(name: &'static str, uri: &str, database: &str, agent: &str) -> Self {
        let client = Client::with_uri_str(uri).await.expect("a client");
        let sessions = client.database(database).collection::<Document>("sessions");
        let message = recorded("agents.support.messages.1");
        let figures = recorded("agents.support.messages.2.event_loop_metrics");
        let mut raw = Self {
            name,
            agent: agent.to_owned(),
            sessions,
            latest: None,
            alone: agent == name,
            message: message.as_document().expect("a message").clone(),
            figures: figures.as_document().expect("figures").clone(),
        };
        if raw.alone {
            let mut created = recorded("agents.support").as_document().expect("an agent").clone();
            created.get_document_mut("agent_data").expect("its data").insert("agent_id", agent);
            raw.update(doc! {}, doc! { "$set": { format!("agents.{agent}"): created, "updated_at": DateTime::now() } })
                .await;
        } else {
            raw.latest = raw.last_stored().await;
        }
        raw
    }

    async fn last_stored(&self) -> Option<i32> {
        let found = self.sessions.find_one(doc! { "_id": SESSION }).await.expect("it answers").expect("the session");
        let agent = found.get_document("agents").ok()?.get_document(&self.agent).ok()?;
        agent.get_array("messages").ok()?.last()?.as_document()?.get_i32("message_id").ok()
    }

    /// One update, which finds the session.
    async fn update(&self, more: Document, update: Document) {
        let mut query = doc! { "_id": SESSION };
        query.extend(more);
        let done = self.sessions.update_one(query, update).await.expect("stored");
        assert_eq!(done.matched_count, 1);
    }

    /// A message with what belongs to it: metadata, a feedback, and the agent's figures and state.
    pub async fn turn(&mut self, number: usize) {
        let (name, agent, now) = (self.name, self.agent.clone(), DateTime::now());
        let text = format!("{name}/{number}");
        let id = self.latest.map_or(0, |latest| latest + 1);
        self.latest = Some(id);
        let mut message = self.message.clone();
        let body = message.get_document_mut("message").expect("its body");
        body.insert("content", vec![doc! { "text": &text }]);
        body.insert("tracking_id", &text);
        message.insert("message_id", id);
        message.insert("created_at", now);
        message.insert("updated_at", now);
        let push = doc! {
            "$push": { format!("agents.{agent}.messages"): message },
            "$set": { format!("agents.{agent}.updated_at"): now, "updated_at": now },
        };
        self.update(doc! {}, push).await;
        self.update(doc! {}, doc! { "$set": { format!("metadata.{name}-{number}"): number as i32 } }).await;
        let feedback = doc! { "rating": "down", "comment": text, "created_at": now };
        self.update(doc! {}, doc! { "$push": { "feedbacks": feedback }, "$set": { "updated_at": now } }).await;
        if self.alone {
            self.sync(id, now).await;
        }
    }

    async fn sync(&self, id: i32, now: DateTime) {
        let agent = &self.agent;
        let state = format!("agents.{agent}.agent_data.state");
        let touched = format!("agents.{agent}.updated_at");
        self.update(doc! {}, doc! { "$set": { state: { "visits": id }, touched: now, "updated_at": now } }).await;
        let figures = self
            .figures
            .iter()
            .map(|(part, value)| (format!("agents.{agent}.messages.$.event_loop_metrics.{part}"), value.clone()));
        let figures: Document = figures.collect();
        self.update(doc! { format!("agents.{agent}.messages.message_id"): id }, doc! { "$set": figures }).await;
        self.update(doc! {}, doc! { "$set": { format!("agents.{agent}.agent_data.model"): "a-model" } }).await;
    }
}
