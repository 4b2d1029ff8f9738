//! What was told of a session so far, and what of it is news: from its changes, and from reading it again where a change says too
//! little.

mod changes;

use std::collections::HashMap;

use bson::Bson;
use jiff::Timestamp;

use crate::session::{
    AgentId, Counters, Details, Feedback, GuardrailEvent, Message, Session, StoredAgent, StoredDate, Summary, Usage,
};

/// Feedbacks that were read before their change came; of more, the oldest are forgotten.
const AHEAD: usize = 100;

/// Something of a session that was not told before.
#[derive(Debug, Clone, PartialEq)]
pub enum SessionNews {
    /// It is new.
    Created(Box<Summary>),
    /// It is gone, and another one with its `_id` is there.
    Replaced(Box<Summary>),
    /// More messages of an agent.
    Messages(AgentId, Vec<Message>),
    /// Tokens or latency of an agent's message became known.
    Metrics(AgentId, MessageFigures),
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

/// Tokens and latency of the call that a message came of.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct MessageFigures {
    /// Index of the message.
    pub index: u64,
    /// Its own tokens.
    pub usage: Option<Usage>,
    /// Its own latency.
    pub latency_ms: Option<u64>,
    /// What is counted up to it.
    pub counters: Option<Box<Counters>>,
}

/// What was told of a session.
#[derive(Debug, Default)]
pub struct SessionMark {
    agents: HashMap<AgentId, AgentMark>,
    /// Whether each agent waits for a person, as it was told.
    waiting: HashMap<AgentId, bool>,
    /// `None`: it was never read, only changes of it were told.
    rest: Option<RestMark>,
    /// Of one that was never read: up to which index feedbacks and guardrail events were told.
    told: (usize, usize),
    /// Feedbacks that were read: their changes are still to come.
    ahead: Vec<Feedback>,
    /// `created_at`: with another one it is another session of that `_id`.
    born: Option<StoredDate>,
    /// Another session of that `_id` was read; that the one before went may be still to come.
    is_another: bool,
}

#[derive(Debug, Default)]
struct AgentMark {
    /// Messages up to here are told.
    count: u64,
    last: Option<LastMark>,
}

#[derive(Debug, Clone, PartialEq)]
struct LastMark {
    figures: MessageFigures,
    is_redacted: bool,
}

#[derive(Debug, Default)]
struct RestMark {
    metadata: Option<Bson>,
    /// Only counts were read: of the metadata only what was told since is known.
    is_counted: bool,
    feedbacks: usize,
    guardrails: usize,
}

impl MessageFigures {
    /// Those of a message.
    pub fn of(message: &Message) -> Self {
        let (usage, latency_ms) = (message.usage, message.latency_ms);
        Self { index: message.index, usage, latency_ms, counters: message.counters.clone() }
    }
}

impl LastMark {
    fn of(message: &Message) -> Self {
        Self { figures: MessageFigures::of(message), is_redacted: message.redaction.is_some() }
    }
}

impl SessionMark {
    /// Of one that was created then, of which nothing was told.
    pub fn of(created_at: Option<StoredDate>) -> Self {
        Self { born: created_at, ..Self::default() }
    }

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

    /// Whether all that a session holds is news: it is another one than was told of, or new since then and nothing was told of it.
    pub fn is_all_news(&self, session: &Session, since: Option<Timestamp>) -> bool {
        let is_untold = self.rest.is_none() && self.agents.is_empty() && self.told == (0, 0);
        self.is_another(session) || is_untold && is_since(session.created_at, since)
    }

    fn is_another(&self, session: &Session) -> bool {
        self.born.zip(session.created_at).is_some_and(|(known, now)| known != now)
    }

    /// Whether another session of that `_id` was read before the change came that deleted the one before; asked once.
    pub fn take_another(&mut self) -> bool {
        std::mem::take(&mut self.is_another)
    }

    /// All that comes is news of a session that is new.
    fn begin(&mut self, created_at: Option<StoredDate>) {
        *self = Self { born: created_at, rest: Some(RestMark::default()), ..Self::default() };
    }

    /// What it holds now, where nothing was read of it yet: news is what comes after that.
    pub fn count(&mut self, details: &Details) {
        if self.is_read() {
            return;
        }
        for agent in &details.agents {
            let mark = self.agents.entry(agent.id.clone()).or_default();
            mark.count = mark.count.max(agent.messages);
            self.waiting.entry(agent.id.clone()).or_insert(agent.waiting.is_some());
        }
        let count = |count: u64| usize::try_from(count).unwrap_or(usize::MAX);
        self.rest = Some(RestMark {
            metadata: None,
            is_counted: true,
            feedbacks: count(details.feedbacks.total()).max(self.told.0),
            guardrails: count(details.guardrail_events).max(self.told.1),
        });
    }

    /// What of a session that was read is news. Of what nothing was known before, that is what was written since then; nothing where
    /// that is `None`. Of its messages it holds those from [`Self::next_of`] on, all where [`Self::is_all_news`], and the last one.
    pub fn read(&mut self, session: &Session, since: Option<Timestamp>) -> Vec<SessionNews> {
        let mut news = Vec::new();
        if self.is_all_news(session, since) {
            let is_another = self.is_another(session);
            let row = Box::new(row_of(session));
            news.push(if is_another { SessionNews::Replaced(row) } else { SessionNews::Created(row) });
            self.begin(session.created_at);
            self.is_another = is_another;
        }
        self.born = session.created_at.or(self.born);
        for agent in &session.agents {
            let next = self.next_of(&agent.id);
            let is_fresh = |message: &&Message| {
                next.map_or_else(|| is_since(message.created_at, since), |next| message.index >= next)
            };
            let fresh: Vec<Message> = agent.messages.iter().filter(is_fresh).cloned().collect();
            if !fresh.is_empty() {
                news.push(SessionNews::Messages(agent.id.clone(), fresh));
            }
            self.agents.entry(agent.id.clone()).or_default().read(agent, &mut news);
            news.extend(self.waits(&agent.id, agent.waiting()));
        }
        news.extend(self.read_rest(session, since));
        news
    }

    fn read_rest(&mut self, session: &Session, since: Option<Timestamp>) -> Vec<SessionNews> {
        let mut news = Vec::new();
        let known = self.rest.as_ref().map(|rest| (rest.feedbacks, rest.guardrails));
        let is_news = |at: usize, told: usize, written: Option<StoredDate>| {
            at >= told && (known.is_some() || is_since(written, since))
        };
        let told = known.unwrap_or(self.told);
        for (at, feedback) in session.feedbacks.iter().enumerate() {
            if is_news(at, told.0, feedback.created_at) {
                self.ahead.push(feedback.clone());
                news.push(SessionNews::Feedback(Box::new(feedback.clone())));
            }
        }
        self.ahead.drain(..self.ahead.len().saturating_sub(AHEAD));
        let guarded = session.guardrail_events.iter().enumerate();
        let guarded = guarded.filter(|(at, event)| is_news(*at, told.1, event.at));
        news.extend(guarded.map(|(_, event)| SessionNews::Guardrail(Box::new(event.clone()))));
        if let Some(rest) = self.rest.as_ref().filter(|rest| !rest.is_counted) {
            let fields = differing(rest.metadata.as_ref(), session.metadata.as_ref());
            news.extend((!fields.is_empty()).then_some(SessionNews::Metadata(fields)));
        }
        self.rest = Some(RestMark {
            metadata: session.metadata.clone(),
            is_counted: false,
            feedbacks: session.feedbacks.len(),
            guardrails: session.guardrail_events.len(),
        });
        news
    }

    /// Takes over whether an agent waits for a person, and why, and gives that where it is news.
    fn waits(&mut self, agent: &AgentId, why: Option<String>) -> Option<SessionNews> {
        let waits = why.is_some();
        let before = self.waiting.insert(agent.clone(), waits).unwrap_or(false);
        (before != waits).then(|| SessionNews::Waiting(agent.clone(), why))
    }
}

impl AgentMark {
    /// Takes over an agent as it was read, and tells what became of messages that were told before.
    fn read(&mut self, agent: &StoredAgent, news: &mut Vec<SessionNews>) {
        let last = agent.messages.last().map(LastMark::of);
        if agent.message_count < self.count {
            news.push(SessionNews::Removed(agent.id.clone(), agent.message_count));
        } else if let (Some(before), Some(last)) = (&self.last, &last)
            && before.figures.index == last.figures.index
        {
            if last.is_redacted && !before.is_redacted {
                news.push(SessionNews::Redacted(agent.id.clone(), last.figures.index));
            }
            if last.figures != before.figures {
                news.push(SessionNews::Metrics(agent.id.clone(), last.figures.clone()));
            }
        }
        (self.count, self.last) = (agent.message_count, last);
    }
}

/// Whether something was written since then; of what bears no date that is not known.
pub fn is_since(at: Option<StoredDate>, since: Option<Timestamp>) -> bool {
    at.zip(since).is_some_and(|(at, since)| at >= StoredDate::from(since))
}

fn row_of(session: &Session) -> Summary {
    Summary {
        session_id: session.session_id.clone(),
        application_name: session.application_name.clone(),
        session_type: session.session_type.clone(),
        created_at: session.created_at,
        updated_at: session.updated_at,
        ..Summary::new(&session.key)
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
