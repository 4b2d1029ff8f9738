//! Changing a stored message: at its position in the array, guarded by its `message_id`.

use bson::{Bson, Document, doc};
use jiff::Timestamp;

use super::{
    paths,
    run::{RunningWrite, sized},
};
use crate::{
    repository::{Error, Result, mongo::expr},
    session::{AgentId, SessionKey, decode, encode, record::MessageUpdate},
};

pub(super) async fn update(
    run: RunningWrite,
    key: SessionKey,
    agent: AgentId,
    message_id: i64,
    update: MessageUpdate,
) -> Result<()> {
    let change = MessageChange { run, key, agent, message_id, at: Timestamp::now(), update };
    // Where a message stands at the position of its id, as nearly always, one round trip does.
    if let Ok(index) = u64::try_from(message_id)
        && change.apply_at(index).await?
    {
        return Ok(());
    }
    loop {
        let index = change.position().await?;
        if change.apply_at(index).await? {
            return Ok(());
        }
    }
}

struct MessageChange {
    run: RunningWrite,
    key: SessionKey,
    agent: AgentId,
    message_id: i64,
    at: Timestamp,
    update: MessageUpdate,
}

impl MessageChange {
    /// `false`: that message does not stand there, or another of the same id follows it.
    async fn apply_at(&self, index: u64) -> Result<bool> {
        let messages = format!("agents.{}.messages", self.agent.as_str());
        let path = format!("{messages}.{index}");
        let mut query = self.run.repository.by_key(&self.key);
        query.insert(format!("{path}.message_id"), encode::integer(self.message_id));
        query.insert(format!("{messages}.{}.message_id", index + 1), doc! { "$ne": encode::integer(self.message_id) });
        let (set, event) = self.changes(&path);
        if set.is_empty() {
            return Ok(true);
        }
        let mut update = doc! { "$set": set };
        let mut again = query.clone();
        if let Some(event) = event {
            again.insert("guardrail_events", doc! { "$ne": event.clone() });
            update.insert("$push", doc! { "guardrail_events": event });
        }
        let updated = self.run.update_or(&query, &again, &update).await;
        let (matched, repeated) = updated.map_err(|error| sized(error, &update))?;
        // After a lost answer the event itself shows that the update was carried out.
        if !matched && repeated && self.is_recorded().await? {
            return self.run.found(true);
        }
        Ok(matched)
    }

    fn changes(&self, path: &str) -> (Document, Option<Document>) {
        let mut set = Document::new();
        if let Some(body) = &self.update.redact_message {
            set.insert(format!("{path}.redact_message"), body.0.clone());
            set.insert(format!("{path}.updated_at"), encode::date(self.at));
            set.extend(paths::touched(&self.agent, &encode::date(self.at)));
        }
        if let Some(metrics) = &self.update.event_loop_metrics {
            set.insert(format!("{path}.event_loop_metrics"), metrics.clone());
        }
        let event = self.update.guardrail_event.as_ref().map(|event| {
            set.insert(format!("{path}.guardrail_event"), encode::message_event(event));
            encode::event(event)
        });
        (set, event)
    }

    async fn is_recorded(&self) -> Result<bool> {
        let Some(event) = &self.update.guardrail_event else { return Ok(false) };
        let stored = self.run.after(true, self.run.read(&self.key, doc! { "guardrail_events": 1 }).await)?;
        let event = Bson::Document(encode::event(event));
        Ok(stored.is_some_and(|stored| stored.get_array("guardrail_events").is_ok_and(|all| all.contains(&event))))
    }

    /// Where the last message of that id stands.
    async fn position(&self) -> Result<u64> {
        let stage = doc! { "$project": { "_id": 0, "found": { "$let": {
            "vars": { "a": format!("$agents.{}", self.agent.as_str()) },
            "in": {
                "there": expr::is_type("$$a", "object"),
                "ids": { "$map": { "input": expr::messages_of("$$a"), "as": "m", "in": "$$m.message_id" } },
            },
        } } } };
        let row = self.run.computed(&self.key, stage).await?;
        let Some(row) = row else { return Err(self.run.repository.no_session(&self.key).await) };
        let found = row.get_document("found").cloned().unwrap_or_default();
        let (id, agent) = (self.key.text(), self.agent.as_str());
        if !found.get_bool("there").unwrap_or_default() {
            return Err(Error::unknown_agent(id, agent));
        }
        let ids = found.get_array("ids").map(Vec::as_slice).unwrap_or_default();
        let position = ids.iter().rposition(|stored| decode::signed(stored) == Some(self.message_id));
        position.map(|index| index as u64).ok_or_else(|| Error::unknown_message(id, agent, self.message_id))
    }
}
