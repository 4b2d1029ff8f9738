//! A change of a session that is held.

use bson::{Bson, Document};

use super::{Applied, Change, ChangeKind, agent, date::raise, list, message};
use crate::session::{AgentId, Message, MetadataEdit, Session, StoredAgent, edit};

impl Change {
    /// Applies it to a session that is held. [`Applied::Known`] also where it is another session's, or tells of what is no part of
    /// one: a session that is new or gone.
    ///
    /// Of the messages only those that are held are changed; new ones are only counted (`message_count`, `updated_at`): whoever
    /// holds a part of the history puts them there. Of one that is held whole: [`Change::apply_to_whole`].
    pub fn apply_to(&self, session: &mut Session) -> Applied {
        if session.key != self.session {
            return Applied::Known;
        }
        let applied = match &self.kind {
            ChangeKind::Metadata(_)
            | ChangeKind::Edited(_)
            | ChangeKind::MetadataPaths(_)
            | ChangeKind::MetadataWhole(_) => self.apply_to_metadata(&mut session.metadata),
            ChangeKind::Feedback(feedback) => list::add(&mut session.feedbacks, feedback),
            ChangeKind::FeedbackFields(index, fields) => list::put_fields(&mut session.feedbacks, *index, fields),
            ChangeKind::Guardrail(index, event) => list::place(&mut session.guardrail_events, *index, &**event),
            ChangeKind::Agent(agent) => put_agent(&mut session.agents, agent),
            ChangeKind::AgentRemoved(id) => {
                let before = session.agents.len();
                session.agents.retain(|agent| agent.id != *id);
                Applied::changed_if(session.agents.len() < before)
            }
            ChangeKind::Messages(..)
            | ChangeKind::Rewritten(..)
            | ChangeKind::MessageFields(..)
            | ChangeKind::Metrics(..)
            | ChangeKind::Truncated(..)
            | ChangeKind::History(..)
            | ChangeKind::AgentFields(..) => {
                let id = self.agent();
                match session.agents.iter_mut().find(|agent| Some(&agent.id) == id) {
                    Some(agent) => self.apply_to_agent(agent),
                    None => Applied::Unresolved,
                }
            }
            ChangeKind::Unclear(_) => Applied::Unresolved,
            // What stood there was no clear date: what was found of it is another matter now.
            ChangeKind::Touched(_) if session.unclear_dates.iter().any(|date| date.field == "updated_at") => {
                Applied::Unresolved
            }
            ChangeKind::Touched(_) | ChangeKind::Created(_) | ChangeKind::Deleted => Applied::Known,
        };
        if matches!(self.kind, ChangeKind::Created(_)) {
            return applied;
        }
        applied.and(Applied::changed_if(self.put_date(&mut session.updated_at)))
    }

    /// The same of a session that is held whole, with every message of its agents: new messages are put at the end, too.
    ///
    /// ```
    /// use strandscope::{Change, bson::doc, decode};
    ///
    /// let message = |index: u64| {
    ///     let stored = doc! { "message": { "role": "user", "content": [{ "text": "Hello" }] } };
    ///     decode::message(stored.into(), index, "")
    /// };
    /// let mut held = decode::session(doc! { "_id": "s-1", "agents": { "support": { "messages": [] } } });
    /// let change = Change::messages("s-1".into(), "support".into(), vec![message(0), message(1)]);
    /// assert!(change.apply_to_whole(&mut held).is_changed());
    /// assert_eq!(held.agents[0].messages.len(), 2);
    /// ```
    pub fn apply_to_whole(&self, session: &mut Session) -> Applied {
        let applied = self.apply_to(session);
        let (ChangeKind::Messages(id, told) | ChangeKind::Rewritten(id, told) | ChangeKind::History(id, told)) =
            &self.kind
        else {
            return applied;
        };
        if session.key != self.session || applied.is_unresolved() {
            return applied;
        }
        let Some(agent) = session.agents.iter_mut().find(|agent| agent.id == *id) else { return applied };
        let held = agent.messages.len();
        for message in told {
            if message.index == agent.messages.len() as u64 {
                agent.messages.push(message.clone());
            }
        }
        applied.and(Applied::changed_if(agent.messages.len() > held))
    }

    /// The same of an agent's history and fields.
    fn apply_to_agent(&self, agent: &mut StoredAgent) -> Applied {
        let applied = match &self.kind {
            // The first message of a longer history may be all that is left of it: see `list::place`.
            ChangeKind::Messages(_, messages) if is_first_alone(messages) && agent.message_count > 1 => {
                return Applied::Unresolved;
            }
            ChangeKind::Messages(_, messages) | ChangeKind::Rewritten(_, messages) => message::place(agent, messages),
            ChangeKind::MessageFields(_, index, _) | ChangeKind::Metrics(_, index, _) => {
                message::put_fields(self, agent, *index)
            }
            ChangeKind::Truncated(_, count) => message::truncate(agent, *count),
            ChangeKind::History(_, messages) => message::replace(agent, messages),
            ChangeKind::AgentFields(_, fields) => return agent::put(agent, fields),
            _ => Applied::Known,
        };
        if applied.is_unresolved() {
            return applied;
        }
        applied.and(Applied::changed_if(raise(&mut agent.updated_at, self.own_date())))
    }

    /// The same of the metadata. What is no object stays as it is: nobody can have written a field of it.
    fn apply_to_metadata(&self, metadata: &mut Option<Bson>) -> Applied {
        match &self.kind {
            ChangeKind::Metadata(fields) => {
                if metadata.is_none() && fields.iter().all(|(_, value)| value.is_none()) {
                    return Applied::Known;
                }
                match metadata.get_or_insert_with(|| Document::new().into()) {
                    Bson::Document(stored) => Applied::changed_if(set(stored, fields)),
                    _ => Applied::Unresolved,
                }
            }
            ChangeKind::Edited(edits) => {
                if metadata.is_none() && edits.iter().all(|edit| edit.value.is_none()) {
                    return Applied::Known;
                }
                match metadata.get_or_insert_with(|| Document::new().into()) {
                    Bson::Document(stored) => edited(stored, edits),
                    _ => Applied::Unresolved,
                }
            }
            ChangeKind::MetadataPaths(fields) => match metadata {
                Some(stored @ Bson::Document(_)) => super::path::put_all(stored, fields),
                _ => Applied::Unresolved,
            },
            ChangeKind::MetadataWhole(whole) if *metadata == *whole => Applied::Known,
            ChangeKind::MetadataWhole(whole) => {
                let is_object = |value: Option<&Bson>| value.is_none_or(|value| value.as_document().is_some());
                // What is to be said of another value is found by who reads it.
                if !is_object(metadata.as_ref()) || !is_object(whole.as_ref()) {
                    return Applied::Unresolved;
                }
                metadata.clone_from(whole);
                Applied::Changed
            }
            _ => Applied::Known,
        }
    }
}

/// What was carried out, whatever it was guarded by.
fn edited(stored: &mut Document, edits: &[MetadataEdit]) -> Applied {
    let before = stored.clone();
    let bare: Vec<MetadataEdit> = edits.iter().map(|edit| edit.clone().unguarded()).collect();
    match edit::apply(stored, &bare) {
        // An order counts here: equal documents may differ in it.
        Ok(()) => Applied::changed_if(*stored != before || !stored.keys().eq(before.keys())),
        Err(_) => Applied::Unresolved,
    }
}

fn is_first_alone(messages: &[Message]) -> bool {
    matches!(messages, [only] if only.index == 0)
}

fn put_agent(agents: &mut Vec<StoredAgent>, told: &StoredAgent) -> Applied {
    let is_same = |id: &AgentId| *id == told.id;
    match agents.iter_mut().find(|agent| is_same(&agent.id)) {
        Some(held) if *held == *told => Applied::Known,
        Some(held) => {
            held.clone_from(told);
            Applied::Changed
        }
        None => {
            agents.push(told.clone());
            Applied::Changed
        }
    }
}

/// Sets and removes fields by their names. Whether anything is another value than before.
pub(super) fn set(stored: &mut Document, fields: &[(String, Option<Bson>)]) -> bool {
    let mut news = false;
    for (key, value) in fields {
        match value {
            Some(value) if stored.get(key) == Some(value) => {}
            Some(value) => {
                stored.insert(key, value.clone());
                news = true;
            }
            None => news |= stored.remove(key).is_some(),
        }
    }
    news
}
