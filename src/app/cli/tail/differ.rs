//! What was told of a session so far, and what of it is news: from its changes, and from reading it again where a change says too
//! little.

mod changes;

use std::collections::HashMap;

use bson::Bson;
use jiff::Timestamp;

use crate::session::{AgentId, Counters, Feedback, GuardrailEvent, Message, Session, StoredAgent, StoredDate, Usage};

/// Feedbacks that were read before their change came; of more, the oldest are forgotten.
const AHEAD: usize = 100;

/// Something of a session that was not told before.
#[derive(Debug, Clone, PartialEq)]
pub enum SessionNews {
    /// More messages of an agent.
    Messages(AgentId, Vec<Message>),
    /// Tokens or latency of an agent's last message became known.
    Metrics(AgentId, Box<Message>),
    /// The message of that index was redacted.
    Redacted(AgentId, u64),
    /// The message of that index was written anew.
    Rewritten(AgentId, u64),
    /// Messages were taken away: so many are left.
    Removed(AgentId, u64),
    /// An agent waits for a person, and why (stored text); `None`: no longer.
    Waiting(AgentId, Option<String>),
    /// Fields of the metadata; `None`: the field is absent.
    Metadata(Vec<(String, Option<Bson>)>),
    /// A feedback.
    Feedback(Box<Feedback>),
    /// A guardrail stepped in.
    Guardrail(Box<GuardrailEvent>),
}

/// What was told of a session.
#[derive(Debug, Default)]
pub struct SessionMark {
    agents: HashMap<AgentId, AgentMark>,
    /// `None`: it was never read, only changes of it were told.
    rest: Option<RestMark>,
    /// Feedbacks that were read: their changes are still to come.
    ahead: Vec<Feedback>,
}

#[derive(Debug, Default)]
struct AgentMark {
    /// Messages up to here are told.
    count: u64,
    last: Option<LastMark>,
    /// Whether it waits for a person; `None`: not known.
    waits: Option<bool>,
}

#[derive(Debug, Clone, PartialEq)]
struct LastMark {
    index: u64,
    usage: Option<Usage>,
    latency_ms: Option<u64>,
    counters: Option<Box<Counters>>,
    is_redacted: bool,
}

#[derive(Debug)]
struct RestMark {
    metadata: Option<Bson>,
    feedbacks: usize,
    guardrails: usize,
}

impl LastMark {
    fn of(message: &Message) -> Self {
        Self {
            index: message.index,
            usage: message.usage,
            latency_ms: message.latency_ms,
            counters: message.counters.clone(),
            is_redacted: message.redaction.is_some(),
        }
    }
}

impl SessionMark {
    /// Whether the session was read, so that all that is news of it can be told.
    pub fn is_read(&self) -> bool {
        self.rest.is_some()
    }

    /// Index of the first message of an agent that was not told; `None` where that is not known.
    pub fn next_of(&self, agent: &AgentId) -> Option<u64> {
        match self.agents.get(agent) {
            Some(mark) => Some(mark.count),
            // It was read, so the agent is new.
            None => self.rest.is_some().then_some(0),
        }
    }

    /// What of a session that was read is news. Of what nothing was known before, that is what was written since then; nothing where
    /// that is `None`. Of its messages it holds those from [`Self::next_of`] on, and the last one.
    pub fn read(&mut self, session: &Session, since: Option<Timestamp>) -> Vec<SessionNews> {
        let is_since = |at: Option<StoredDate>| at.zip(since).is_some_and(|(at, since)| at >= StoredDate::from(since));
        let mut news = Vec::new();
        for agent in &session.agents {
            let next = self.next_of(&agent.id);
            let is_fresh =
                |message: &&Message| next.map_or_else(|| is_since(message.created_at), |next| message.index >= next);
            let fresh: Vec<Message> = agent.messages.iter().filter(is_fresh).cloned().collect();
            if !fresh.is_empty() {
                news.push(SessionNews::Messages(agent.id.clone(), fresh));
            }
            self.agents.entry(agent.id.clone()).or_default().read(agent, &mut news);
        }
        let (feedbacks, guardrails) = (&session.feedbacks, &session.guardrail_events);
        let known = self.rest.as_ref().map(|rest| (rest.feedbacks, rest.guardrails));
        let rated = feedbacks.iter().enumerate().filter(|(at, feedback)| match known {
            Some((told, _)) => *at >= told,
            None => is_since(feedback.created_at),
        });
        for (_, feedback) in rated {
            self.ahead.push(feedback.clone());
            news.push(SessionNews::Feedback(Box::new(feedback.clone())));
        }
        self.ahead.drain(..self.ahead.len().saturating_sub(AHEAD));
        let guarded = guardrails.iter().enumerate().filter(|(at, event)| match known {
            Some((_, told)) => *at >= told,
            None => is_since(event.at),
        });
        news.extend(guarded.map(|(_, event)| SessionNews::Guardrail(Box::new(event.clone()))));
        if let Some(rest) = &self.rest {
            let fields = differing(rest.metadata.as_ref(), session.metadata.as_ref());
            news.extend((!fields.is_empty()).then_some(SessionNews::Metadata(fields)));
        }
        self.rest = Some(RestMark {
            metadata: session.metadata.clone(),
            feedbacks: feedbacks.len(),
            guardrails: guardrails.len(),
        });
        news
    }
}

impl AgentMark {
    /// Takes over an agent as it was read, and tells what became of messages that were told before.
    fn read(&mut self, agent: &StoredAgent, news: &mut Vec<SessionNews>) {
        let last = agent.messages.last().map(LastMark::of);
        if agent.message_count < self.count {
            news.push(SessionNews::Removed(agent.id.clone(), agent.message_count));
        } else if let (Some(before), Some(last), Some(message)) = (&self.last, &last, agent.messages.last())
            && before.index == last.index
        {
            if last.is_redacted && !before.is_redacted {
                news.push(SessionNews::Redacted(agent.id.clone(), last.index));
            }
            let figures = |mark: &LastMark| (mark.usage, mark.latency_ms, mark.counters.clone());
            if figures(last) != figures(before) {
                news.push(SessionNews::Metrics(agent.id.clone(), Box::new(message.clone())));
            }
        }
        let waiting = agent.waiting();
        let waits = waiting.is_some();
        if self.waits.unwrap_or(false) != waits {
            news.push(SessionNews::Waiting(agent.id.clone(), waiting));
        }
        (self.count, self.last, self.waits) = (agent.message_count, last, Some(waits));
    }
}

/// The fields that differ, as they are now.
fn differing(before: Option<&Bson>, now: Option<&Bson>) -> Vec<(String, Option<Bson>)> {
    let fields = |value: Option<&Bson>| value.and_then(Bson::as_document).cloned().unwrap_or_default();
    let (before, now) = (fields(before), fields(now));
    let gone = before.keys().filter(|key| !now.contains_key(key.as_str())).map(|key| (key.clone(), None));
    let set = now.iter().filter(|(key, value)| before.get(key.as_str()) != Some(*value));
    set.map(|(key, value)| (key.clone(), Some(value.clone()))).chain(gone).collect()
}

#[cfg(test)]
mod tests;
