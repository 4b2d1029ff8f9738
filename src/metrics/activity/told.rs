//! What each kind of change tells of what a session does.

use bson::{Bson, Document};
use jiff::Timestamp;

use super::{Activity, Moment};
use crate::session::{Change, ChangeKind, InterruptState, Rating};

/// What fields of an agent tell of it; `None`: nothing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct AgentTold {
    pub model: Option<String>,
    pub is_waiting: Option<bool>,
}

impl Activity {
    /// A change of the session that was told at `now`.
    pub fn take(&mut self, change: &Change, now: Timestamp) {
        match &change.kind {
            ChangeKind::Messages(agent, messages) | ChangeKind::Rewritten(agent, messages) => {
                for message in messages {
                    self.message(agent, message, Moment::told(now));
                }
            }
            ChangeKind::MessageFields(agent, index, _) => {
                self.agent(agent).changed = Some(now);
                // What it says is not known any more: it may be redacted.
                self.last_words.take_if(|words| words.agent == *agent && words.index == *index);
            }
            ChangeKind::Metrics(agent, index, _) => {
                let before = self.agent(agent).reading_on(*index);
                match change.counters(before) {
                    Some(counters) => self.reading(agent, *index, &counters, now),
                    None => self.agent(agent).changed = Some(now),
                }
            }
            ChangeKind::Truncated(agent, count) => {
                self.agent(agent).cut(*count, now);
                self.last_words.take_if(|words| words.agent == *agent && words.index >= *count);
            }
            // Some of them may be told for the first time, and be old.
            ChangeKind::History(agent, messages) => self.seed(agent, messages, now),
            ChangeKind::Agent(agent) => {
                self.seed(&agent.id, &agent.messages, now);
                self.seed_agent(agent);
            }
            ChangeKind::AgentFields(agent, fields) => {
                let told = AgentTold::of(fields);
                let work = self.agent(agent);
                work.model = told.model.or(work.model.take());
                work.is_waiting = told.is_waiting.unwrap_or(work.is_waiting);
            }
            ChangeKind::AgentRemoved(agent) => self.agents.retain(|work| work.id != *agent),
            ChangeKind::Guardrail(index, _) => count_new(&mut self.guardrail_events, Some(*index)),
            ChangeKind::Feedback(feedback) if feedback.rating == Rating::Down => {
                count_new(&mut self.down_ratings, feedback.index);
            }
            // Another session of that name: what was known of the histories says nothing of it.
            ChangeKind::Created(_) | ChangeKind::Deleted => *self = Self::default(),
            ChangeKind::Metadata(_)
            | ChangeKind::Edited(_)
            | ChangeKind::MetadataPaths(_)
            | ChangeKind::MetadataWhole(_)
            | ChangeKind::Feedback(_)
            | ChangeKind::FeedbackFields(..)
            | ChangeKind::FeedbackRewritten(_)
            | ChangeKind::FeedbacksCut(_)
            | ChangeKind::Unclear(_)
            | ChangeKind::Touched(_) => {}
        }
        self.pace.add(now.as_second(), 0, 1, now.as_second());
        self.last_write = self.last_write.max(Some(now));
    }
}

/// Counts what was not told before: the element of an array at that index.
fn count_new((count, last): &mut (u64, Option<u64>), index: Option<u64>) {
    if index.is_none() || index > *last {
        *count = count.saturating_add(1);
        *last = index.max(*last);
    }
}

impl AgentTold {
    /// Of `agents.<id>`, by paths below it.
    fn of(fields: &[(String, Option<Bson>)]) -> Self {
        let mut told = Self::default();
        for (path, value) in fields {
            let document = value.as_ref().and_then(Bson::as_document);
            match path.as_str() {
                "agent_data" => {
                    let model = document.and_then(|data| data.get_str("model").ok());
                    told.model = model.map(str::to_owned).or(told.model);
                    told.is_waiting = Some(document.and_then(InterruptState::of).is_some_and(|state| waits(&state)));
                }
                "agent_data.model" => {
                    let model = value.as_ref().and_then(Bson::as_str);
                    told.model = model.map(str::to_owned).or(told.model);
                }
                "agent_data._internal_state" => {
                    let state = document.and_then(|internal| internal.get_document("interrupt_state").ok());
                    told.is_waiting = Some(waits_in(state));
                }
                "agent_data._internal_state.interrupt_state" => told.is_waiting = Some(waits_in(document)),
                "agent_data._internal_state.interrupt_state.activated" if *value == Some(Bson::Boolean(false)) => {
                    told.is_waiting = Some(false);
                }
                _ => {}
            }
        }
        told
    }
}

fn waits_in(state: Option<&Document>) -> bool {
    state.map(InterruptState::read).is_some_and(|state| waits(&state))
}

fn waits(state: &InterruptState) -> bool {
    state.open().next().is_some()
}

#[cfg(test)]
mod tests {
    use bson::doc;

    use super::*;

    #[test]
    fn fields_of_an_agent_tell_its_model_and_whether_it_waits() {
        let asks = doc! { "activated": true, "interrupts": { "i": { "id": "i", "response": Bson::Null } } };
        let data = doc! { "model": "m-1", "_internal_state": { "interrupt_state": asks.clone() } };
        let of = |path: &str, value: Bson| AgentTold::of(&[(path.to_owned(), Some(value))]);
        let waiting = |told: AgentTold| (told.model, told.is_waiting);
        assert_eq!(waiting(of("agent_data", data.into())), (Some("m-1".to_owned()), Some(true)));
        assert_eq!(waiting(of("agent_data.model", "m-2".into())), (Some("m-2".to_owned()), None));
        let state = "agent_data._internal_state.interrupt_state";
        assert_eq!(of(state, asks.into()).is_waiting, Some(true));
        assert_eq!(of(state, 5.into()).is_waiting, Some(false));
        assert_eq!(of(&format!("{state}.activated"), false.into()).is_waiting, Some(false));
        assert_eq!(of("updated_at", 5.into()), AgentTold::default());
    }
}
