//! Appending a message: one round trip where the history still ends where the caller knows it to.
//!
//! The push is guarded by the end of the history, so that two writers never choose the same id. A push that matched
//! nothing is one that came second, or one whose answer was lost: the message's `tracking_id` tells them apart.
//!
//! A writer without such a guard counts from what it read once, so what it pushes last may have a lower id than others: after
//! `0 1 2 3 2` comes 4. Where the end is read, the highest id of all is read with it; after a push of ours the last is the highest.

use bson::{Bson, Document, doc};

use super::{
    paths,
    run::{Attempt, RunningWrite, sized},
};
use crate::{
    repository::{
        Error, Result, Tail,
        mongo::{by_key, expr},
    },
    session::{AgentId, SessionKey, decode, encode, record::NewMessage},
};

/// How often another writer may come first. Each time one of them got on, so this ends.
const PATIENCE: usize = 10_000;

pub(super) async fn append(
    run: RunningWrite,
    key: SessionKey,
    agent: AgentId,
    message: NewMessage,
    known: Option<Tail>,
) -> Result<Tail> {
    let append = Append { run, key, agent, message };
    let (mut tail, mut id) = match known {
        Some(tail) => (tail, tail.next_id()),
        None => match append.end().await? {
            End { ours: Some(found), .. } => return Ok(found),
            end => (end.tail, end.next_id()),
        },
    };
    let mut may_be_stored = false;
    let mut pauses = append.run.pauses();
    for _ in 0..PATIENCE {
        let stored = encode::message(&append.message, id);
        let losses = append.run.losses();
        let answer = append.push(&stored, tail).await;
        let told = append.run.told(answer, losses, &mut may_be_stored).map_err(|error| sized(error, &stored))?;
        match told {
            Attempt::Done(true) => return Ok(Tail { len: tail.len + 1, last_id: Some(id) }),
            Attempt::Done(false) | Attempt::Unmatched => {}
            Attempt::Lost(lost) => append.run.pause(&mut pauses, may_be_stored, lost).await?,
        }
        let end = append.run.after(may_be_stored, append.end().await)?;
        if let Some(found) = end.ours {
            return append.run.found(found);
        }
        (tail, id) = (end.tail, end.next_id());
    }
    let doing = format!("appending a message to session {:?}", append.key.text());
    Err(Error::other(doing, "other writers always came first").with_hint("try again"))
}

struct Append {
    run: RunningWrite,
    key: SessionKey,
    agent: AgentId,
    message: NewMessage,
}

/// The end of the history as it is stored.
struct End {
    tail: Tail,
    /// The highest `message_id` of all.
    highest: Option<i64>,
    /// Where our message stands, if it does: the tail as it was just after it.
    ours: Option<Tail>,
}

impl End {
    /// An id that no message has.
    fn next_id(&self) -> i64 {
        let after = |id: i64| id.saturating_add(1);
        self.tail.next_id().max(self.highest.map_or(0, after))
    }
}

impl Append {
    fn messages(&self) -> String {
        format!("agents.{}.messages", self.agent.as_str())
    }

    /// Whether the history still ended there, so that the message is stored now.
    async fn push(&self, stored: &Document, tail: Tail) -> Result<bool, mongodb::error::Error> {
        let messages = self.messages();
        // Only a session has agents by their ids, which each of the conditions asks for.
        let mut query = by_key(&self.key);
        query.insert(format!("{messages}.{}", tail.len), doc! { "$exists": false });
        if tail.len > 0 {
            let last = format!("{messages}.{}", tail.len - 1);
            match tail.last_id {
                Some(id) => query.insert(format!("{last}.message_id"), encode::integer(id)),
                None => query.insert(last, doc! { "$exists": true }),
            };
        } else {
            query.insert(format!("agents.{}", self.agent.as_str()), doc! { "$type": "object" });
        }
        let set = paths::touched(&self.agent, &encode::date(self.message.at));
        let update = doc! { "$push": { messages: stored.clone() }, "$set": set };
        Ok(self.run.repository.collection().update_one(query, update).await?.matched_count > 0)
    }

    /// Reads the end of the history, and looks for our message by its `tracking_id`.
    async fn end(&self) -> Result<End> {
        let agent = format!("$agents.{}", self.agent.as_str());
        let messages = expr::messages_of("$$a");
        let ids = "$$m.message.tracking_id";
        let id_of = doc! { "$cond": [ { "$isNumber": "$$n.message_id" }, "$$n.message_id", Bson::Null ] };
        let ours = self.message.body.tracking_id().map_or(Bson::Null, |id| expr::literal(id).into());
        let ours = doc! { "$indexOfArray": [ { "$map": { "input": "$$m", "as": "m", "in": ids } }, ours ] };
        let stage = doc! { "$project": { "_id": 0, "end": { "$let": {
            "vars": { "a": agent },
            "in": { "$let": { "vars": { "m": messages }, "in": {
                "there": expr::is_type("$$a", "object"),
                "odd": { "$not": [ { "$in": [ { "$type": "$$a.messages" }, ["array", "missing"] ] } ] },
                "len": { "$size": "$$m" },
                "last": { "$arrayElemAt": [ { "$map": {
                    "input": { "$slice": [ "$$m", -1 ] }, "as": "l", "in": "$$l.message_id",
                } }, 0 ] },
                "highest": { "$max": { "$map": { "input": "$$m", "as": "n", "in": id_of } } },
                "ours": ours,
            } } },
        } } } };
        let row = self.run.computed(&self.key, stage).await?;
        let Some(row) = row else { return Err(self.run.repository.no_session(&self.key).await) };
        let end = row.get_document("end").cloned().unwrap_or_default();
        let id = self.key.text();
        if !end.get_bool("there").unwrap_or_default() {
            return Err(Error::unknown_agent(id, self.agent.as_str()));
        }
        if end.get_bool("odd").unwrap_or_default() {
            let reason = format!("{} is not an array", self.messages());
            return Err(Error::invalid(id, "a message", reason).with_hint("repair it with a database client"));
        }
        let number = |field: &str| end.get(field).and_then(decode::signed);
        let tail = Tail { len: number("len").unwrap_or_default().unsigned_abs(), last_id: number("last") };
        let ours = match number("ours").filter(|at| *at >= 0) {
            Some(at) => Some(self.stored_at(at.unsigned_abs()).await?),
            None => None,
        };
        Ok(End { tail, highest: number("highest"), ours })
    }

    /// The tail as it was just after the message at that position.
    async fn stored_at(&self, index: u64) -> Result<Tail> {
        let agent = format!("$agents.{}", self.agent.as_str());
        let stage = doc! { "$project": { "_id": 0, "id": { "$let": {
            "vars": { "m": { "$arrayElemAt": [ format!("{agent}.messages"), encode::integer(index as i64) ] } },
            "in": "$$m.message_id",
        } } } };
        let row = self.run.computed(&self.key, stage).await?.unwrap_or_default();
        Ok(Tail { len: index + 1, last_id: row.get("id").and_then(decode::signed) })
    }
}
