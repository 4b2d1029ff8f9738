//! What changes add to the counts of a row, where that is exactly known.

use bson::Bson;

use crate::session::{AgentCount, AgentId, Change, ChangeKind, Details, Feedback, Message, StoredAgent, decode};

/// Counts a change. `false`: what it leaves is not exactly known.
pub(super) fn count(change: &Change, details: &mut Details) -> bool {
    let is_known = match &change.kind {
        ChangeKind::Messages(id, messages) => count_messages(details, id, messages),
        ChangeKind::Feedback(feedback) => count_feedback(details, feedback),
        ChangeKind::Guardrail(index, _) => {
            let is_next = *index <= details.guardrail_events;
            details.guardrail_events = details.guardrail_events.max(index.saturating_add(1));
            is_next && (*index > 0 || details.guardrail_events == 1)
        }
        ChangeKind::Agent(agent) => count_agent(details, agent),
        ChangeKind::AgentFields(id, fields) => {
            fields.iter().all(|(path, value)| count_field(details, id, path, value.as_ref()))
        }
        // These change no count: words, counters of which the tokens are read anew with the next that does.
        ChangeKind::MessageFields(..) | ChangeKind::Metrics(..) => true,
        _ => false,
    };
    details.messages = details.agents.iter().map(|agent| agent.messages).sum();
    is_known
}

fn agent_mut<'a>(details: &'a mut Details, id: &AgentId) -> Option<&'a mut AgentCount> {
    details.agents.iter_mut().find(|agent| agent.id == *id)
}

/// The first message of a longer history may be all that is left of it.
fn count_messages(details: &mut Details, id: &AgentId, messages: &[Message]) -> bool {
    let Some(agent) = agent_mut(details, id) else { return false };
    if agent.messages > 1 && matches!(messages, [only] if only.index == 0) {
        return false;
    }
    for message in messages {
        if message.index > agent.messages {
            return false;
        }
        agent.messages = agent.messages.max(message.index + 1);
        agent.updated_at = agent.updated_at.max(message.created_at);
    }
    true
}

fn count_feedback(details: &mut Details, feedback: &Feedback) -> bool {
    if feedback.index != Some(details.feedbacks.total()) {
        return false;
    }
    details.feedbacks.add(&feedback.rating);
    details.last_feedback = details.last_feedback.max(feedback.created_at);
    true
}

fn count_agent(details: &mut Details, agent: &StoredAgent) -> bool {
    if agent_mut(details, &agent.id).is_some() {
        return false;
    }
    details.agents.push(AgentCount {
        id: agent.id.clone(),
        model: agent.model.clone(),
        messages: agent.message_count,
        created_at: agent.created_at,
        updated_at: agent.updated_at,
        waiting: agent.waiting(),
    });
    true
}

/// A field of an agent, by its path below it.
fn count_field(details: &mut Details, id: &AgentId, path: &str, value: Option<&Bson>) -> bool {
    let Some(agent) = agent_mut(details, id) else { return false };
    match path {
        "updated_at" => agent.updated_at = value.and_then(decode::stored_date),
        "agent_data.model" => agent.model = value.and_then(Bson::as_str).map(str::to_owned),
        "agent_data" => {
            let data = value.and_then(Bson::as_document);
            let stored = bson::doc! { "agent_data": data.cloned() };
            let (messages, dates) = (agent.messages, (agent.created_at, agent.updated_at));
            *agent = decode::agent_count(id.clone(), Some(&stored), messages);
            (agent.created_at, agent.updated_at) = dates;
        }
        "created_at" => return false,
        // What it waits for stands there.
        _ => return !path.starts_with("agent_data._internal_state"),
    }
    true
}

#[cfg(test)]
mod tests {
    use bson::{Document, doc};

    use super::*;

    fn details() -> Details {
        let agent = doc! { "agent_data": { "model": "m" }, "messages": [{}, {}] };
        decode::details(&doc! { "agents": { "x": agent }, "feedbacks": [{ "rating": "up" }], "guardrail_events": [] })
    }

    fn counted(kind: ChangeKind) -> (bool, Details) {
        let mut details = details();
        let is_known = count(&Change::new("s".into(), kind), &mut details);
        (is_known, details)
    }

    fn said(agent: &str, indexes: &[u64]) -> ChangeKind {
        let message = |index| decode::message(doc! { "message": { "role": "user" } }.into(), index, "");
        ChangeKind::Messages(agent.into(), indexes.iter().copied().map(message).collect())
    }

    #[test]
    fn messages_count_once_and_gaps_are_not_guessed() {
        let messages = |kind| {
            let (is_known, details) = counted(kind);
            is_known.then_some(details.messages)
        };
        assert_eq!(messages(said("x", &[2, 3])), Some(4));
        assert_eq!(messages(said("x", &[1])), Some(2));
        assert_eq!(messages(said("x", &[4])), None);
        assert_eq!(messages(said("x", &[0])), None);
        assert_eq!(messages(said("y", &[0])), None);
        assert_eq!(messages(ChangeKind::Truncated("x".into(), 1)), None);
        let new = decode::agent("y".into(), doc! { "agent_data": {}, "messages": [{}] }.into(), 0, None);
        assert_eq!(messages(ChangeKind::Agent(Box::new(new))), Some(3));
    }

    #[test]
    fn feedback_and_guardrail_events_count_where_they_are_the_next() {
        let feedback = |index| {
            let read = decode::feedback(&doc! { "rating": "down" }.into());
            counted(ChangeKind::Feedback(Box::new(Feedback { index, ..read })))
        };
        let (is_known, details) = feedback(Some(1));
        assert!(is_known && details.feedbacks.down == 1 && details.feedbacks.up == 1);
        for index in [None, Some(0), Some(2)] {
            assert!(!feedback(index).0, "{index:?}");
        }
        let event =
            |index| counted(ChangeKind::Guardrail(index, Box::new(decode::guardrail_event(&Document::new().into()))));
        assert_eq!((event(0).0, event(0).1.guardrail_events, event(1).0), (true, 1, false));
    }

    #[test]
    fn an_agents_model_and_what_it_waits_for_follow_its_data() {
        let field = |path: &str, value: Bson| {
            counted(ChangeKind::AgentFields("x".into(), vec![(path.to_owned(), Some(value))]))
        };
        assert_eq!(field("agent_data.model", "n".into()).1.agents[0].model.as_deref(), Some("n"));
        let waits = doc! { "interrupt_state": { "activated": true, "interrupts": { "i": { "name": "sure?" } } } };
        let (is_known, details) = field("agent_data", doc! { "_internal_state": waits }.into());
        assert!(is_known && details.agents[0].model.is_none() && details.messages == 2);
        assert_eq!(details.agents[0].waiting.as_deref(), Some("waiting for a person: sure?"));
        assert!(field("agent_data.state", Bson::Null).0);
        assert!(!field("agent_data._internal_state.interrupt_state.activated", true.into()).0);
    }
}
