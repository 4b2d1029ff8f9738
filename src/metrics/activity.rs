//! What a session did lately, from what was told of it.

mod pace;
mod seed;
mod tally;
mod told;
mod work;

use std::fmt;

use jiff::{SignedDuration, Timestamp};

use self::{
    pace::Pace,
    work::{AgentWork, Arrival},
};
use super::MessageSample;
use crate::session::{AgentId, Counters, Message, Role, Usage};

/// A busy session without a change for so many seconds is stalled.
const STALLED_S: i64 = 120;

/// A model that spoke so many seconds ago may go on.
const SPEAKS_S: i64 = 5;

/// Characters of the last words.
const MOST_WORDS: usize = 200;

/// So many agents of one session are followed; of more, those that changed last.
const MOST_AGENTS: usize = 24;

/// What one session did lately, from the changes that were told of it and from the end of its histories.
///
/// It knows no clock: `now` is given. What is told has happened when it is told, whatever date it bears, since the clocks of
/// writers disagree; only what is read from a stored history is dated as it is stored. Rates reach back an hour at most, and
/// hold some hundred entries. Unknown is `None`, never 0.
///
/// ```
/// use strandscope::{Activity, AgentState, Change, Timestamp, bson::doc, decode};
///
/// let stored = doc! { "message": { "role": "user", "content": [{ "text": "Hello" }] } };
/// let message = decode::message(stored.into(), 0, "support");
/// let mut activity = Activity::default();
/// let now = Timestamp::now();
/// activity.take(&Change::messages("s-1".into(), "support".into(), vec![message]), now);
/// assert_eq!(activity.state(now), AgentState::Working);
/// assert_eq!(activity.tokens_per_minute(1, now), None, "nobody told of tokens");
/// ```
#[derive(Debug, Clone, Default)]
pub struct Activity {
    agents: Vec<AgentWork>,
    pace: Pace,
    is_token_told: bool,
    last_write: Option<Timestamp>,
    last_words: Option<LastWords>,
    /// Of the call that was told last, and when that was: agents of a stored session come one after another.
    context: Option<(AgentId, Timestamp, u64)>,
    slowest_call_ms: Option<u64>,
    errors: u64,
    is_message_told: bool,
    /// How many, and the index of the last that was told.
    guardrail_events: (u64, Option<u64>),
    /// The same.
    down_ratings: (u64, Option<u64>),
}

/// The last words, and which message they stand in.
#[derive(Debug, Clone)]
struct LastWords {
    agent: AgentId,
    index: u64,
    at: Timestamp,
    text: String,
}

/// What a session is at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum AgentState {
    /// A prompt or a tool's result came last: the model is to answer. Or it spoke some seconds ago.
    Working,
    /// A tool was called and has given no result.
    InTool,
    /// An agent asked a person and waits for the answer (Strands' interrupts).
    WaitingForPerson,
    /// Working or in a tool, but nothing came for more than two minutes.
    Stalled,
    /// The model has ended its turn, or nothing is known.
    Idle,
}

impl AgentState {
    /// Every state, the busiest first.
    pub const ALL: [Self; 5] = [Self::Working, Self::InTool, Self::WaitingForPerson, Self::Stalled, Self::Idle];

    /// A word for it: `working`, `in tool`, `waiting`, `stalled`, `idle`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Working => "working",
            Self::InTool => "in tool",
            Self::WaitingForPerson => "waiting",
            Self::Stalled => "stalled",
            Self::Idle => "idle",
        }
    }
}

/// [`AgentState::as_str`].
impl fmt::Display for AgentState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// A call of a tool that has no result yet.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RunningTool {
    /// Whose.
    pub agent: AgentId,
    /// `toolUse.toolUseId` (stored text).
    pub tool_use_id: Option<String>,
    /// `toolUse.name` (stored text).
    pub name: Option<String>,
    /// When it was told of; of a stored history when it was stored.
    pub since: Timestamp,
}

/// When something happened.
#[derive(Debug, Clone, Copy)]
struct Moment {
    at: Timestamp,
    now: Timestamp,
    /// Something told `at`; else it is the best guess, and no rate counts what happened then.
    is_dated: bool,
}

impl Moment {
    fn told(now: Timestamp) -> Self {
        Self { at: now, now, is_dated: true }
    }
}

impl Activity {
    /// Counters that were written onto the message with that index, told at `now`: what they grew by counts, as far as the
    /// messages have not told it.
    pub fn reading(&mut self, agent: &AgentId, index: u64, counters: &Counters, now: Timestamp) {
        self.read(agent, index, counters, Moment::told(now));
        self.agent(agent).changed = Some(now);
    }

    fn message(&mut self, id: &AgentId, message: &Message, when: Moment) {
        let arrival = self.sample(id, &MessageSample::from(message), when);
        self.speak(id, message, arrival, when.at);
    }

    /// All of a message but what it says.
    fn sample(&mut self, id: &AgentId, sample: &MessageSample, when: Moment) -> Arrival {
        let work = self.agent(id);
        let arrival = work.note(sample);
        let tokens = sample.usage.and_then(Usage::total_tokens);
        let counted = match arrival {
            Arrival::Next => {
                work.go_on(sample, when.at);
                work.tally.message(tokens, sample.role == Role::Assistant)
            }
            Arrival::Earlier => tokens,
            Arrival::Again(more) => (more > 0).then(|| work.tally.more(more)),
        };
        work.changed = work.changed.max(Some(when.at));
        if when.is_dated {
            self.last_write = self.last_write.max(Some(when.at));
        }
        self.tokens(counted, when);
        if arrival == Arrival::Next {
            let context = sample.usage.and_then(|usage| super::difference::context(&usage));
            self.grow(id, context, when.at);
        }
        self.slowest_call_ms = self.slowest_call_ms.max(sample.latency_ms);
        if !matches!(arrival, Arrival::Again(_)) {
            self.is_message_told = true;
            self.errors = self.errors.saturating_add(work::failed(sample));
        }
        if let Some(counters) = sample.counters.as_deref().filter(|_| arrival != Arrival::Earlier) {
            self.read(id, sample.index, counters, when);
        }
        arrival
    }

    /// Takes over what the newest message says, and what the one with the last words says now: it may be redacted.
    fn speak(&mut self, id: &AgentId, message: &Message, arrival: Arrival, at: Timestamp) {
        let is_same = self.last_words.as_ref().is_some_and(|last| last.agent == *id && last.index == message.index);
        if is_same {
            self.last_words = None;
        }
        let is_older = |last: &LastWords| last.agent == *id || last.at <= at;
        let is_newest = arrival == Arrival::Next && self.last_words.as_ref().is_none_or(is_older);
        if (is_same || is_newest)
            && let Some(text) = work::last_words(message, MOST_WORDS)
        {
            self.last_words = Some(LastWords { agent: id.clone(), index: message.index, at, text });
        }
    }

    /// A call had a context of that size.
    fn grow(&mut self, id: &AgentId, context: Option<u64>, at: Timestamp) {
        if let Some(tokens) = context
            && self.context.as_ref().is_none_or(|(agent, before, _)| agent == id || *before <= at)
        {
            self.context = Some((id.clone(), at, tokens));
        }
    }

    fn read(&mut self, id: &AgentId, index: u64, counters: &Counters, when: Moment) {
        let work = self.agent(id);
        if !work.takes_reading(index) {
            return;
        }
        let told = work.tally.reading(counters, work.is_whole);
        self.tokens(told.tokens, when);
        self.grow(id, told.context_tokens, when.at);
        self.slowest_call_ms = self.slowest_call_ms.max(told.latency_ms);
    }

    fn tokens(&mut self, counted: Option<u64>, when: Moment) {
        let Some(tokens) = counted.filter(|_| when.is_dated) else { return };
        self.is_token_told = true;
        if tokens > 0 {
            self.pace.add(when.at.as_second(), tokens, 0, when.now.as_second());
        }
    }

    /// The agent; one that was not known is, from now on, and the one that changed least lately may go for it.
    fn agent(&mut self, id: &AgentId) -> &mut AgentWork {
        if let Some(at) = self.agents.iter().position(|agent| agent.id == *id) {
            return &mut self.agents[at];
        }
        if self.agents.len() >= MOST_AGENTS {
            let oldest = self.agents.iter().enumerate().min_by_key(|(_, agent)| agent.changed).map(|(at, _)| at);
            oldest.map(|at| self.agents.remove(at));
        }
        let last = self.agents.len();
        self.agents.push(AgentWork::new(id.clone()));
        &mut self.agents[last]
    }

    /// Changes that were told within the last 60 seconds.
    #[must_use]
    pub fn writes_last_minute(&self, now: Timestamp) -> u64 {
        self.pace.writes(60, now.as_second())
    }

    /// When something changed last, by this machine's clock; of a stored history the date of its last message.
    #[must_use]
    pub fn last_write(&self) -> Option<Timestamp> {
        self.last_write
    }

    /// All tokens, cached ones among them where the provider counts them in, over the last so many minutes (at most 60), per
    /// minute. `None`: nothing told any.
    #[must_use]
    pub fn tokens_per_minute(&self, minutes: u32, now: Timestamp) -> Option<f64> {
        let minutes = minutes.clamp(1, 60);
        self.is_token_told
            .then(|| self.pace.tokens(i64::from(minutes) * 60, now.as_second()) as f64 / f64::from(minutes))
    }

    /// Tokens of each of so many stretches of that length (whole seconds, at least one), oldest first; the last ends now.
    #[must_use]
    pub fn spark(&self, now: Timestamp, buckets: usize, bucket: SignedDuration) -> Vec<u64> {
        self.pace.stretches(buckets, bucket.as_secs(), now.as_second())
    }

    /// Tools that were called and gave no result yet, in the order of the calls of each agent.
    #[must_use]
    pub fn running(&self) -> Vec<RunningTool> {
        self.agents.iter().flat_map(|agent| agent.running.iter().cloned()).collect()
    }

    /// What it is at. An agent that works speaks for the whole session, one that waits for a person before it.
    #[must_use]
    pub fn state(&self, now: Timestamp) -> AgentState {
        if self.agents.iter().any(|agent| agent.is_waiting) {
            return AgentState::WaitingForPerson;
        }
        let is_older = |at: Timestamp, seconds: i64| now.as_second().saturating_sub(at.as_second()) > seconds;
        let busy = self.agents.iter().filter(|agent| agent.is_busy()).max_by_key(|agent| agent.changed);
        let Some(busy) = busy else {
            let speaks = self.agents.iter().filter_map(|agent| agent.spoke).any(|at| !is_older(at, SPEAKS_S));
            return if speaks { AgentState::Working } else { AgentState::Idle };
        };
        // A tool may be another agent, which works meanwhile.
        let changed = self.agents.iter().filter_map(|agent| agent.changed).max();
        match changed {
            Some(at) if is_older(at, STALLED_S) => AgentState::Stalled,
            _ if busy.running.is_empty() => AgentState::Working,
            _ => AgentState::InTool,
        }
    }

    /// The model of the agent that changed last and names one (stored text).
    #[must_use]
    pub fn model(&self) -> Option<&str> {
        let named = self.agents.iter().filter(|agent| agent.model.is_some());
        named.max_by_key(|agent| agent.changed)?.model.as_deref()
    }

    /// Size of the last call's context, tokens.
    #[must_use]
    pub fn context_tokens(&self) -> Option<u64> {
        self.context.as_ref().map(|(_, _, tokens)| *tokens)
    }

    /// Latency of the slowest call, ms.
    #[must_use]
    pub fn slowest_call_ms(&self) -> Option<u64> {
        self.slowest_call_ms
    }

    /// Results of tools that say that they failed; `None`: no message was told.
    #[must_use]
    pub fn errors(&self) -> Option<u64> {
        self.is_message_told.then_some(self.errors)
    }

    /// The first line of the last text, at most 200 characters. Stored text: make it safe before it reaches a terminal.
    #[must_use]
    pub fn last_words(&self) -> Option<&str> {
        self.last_words.as_ref().map(|last| last.text.as_str())
    }

    /// Guardrail events that were told.
    #[must_use]
    pub fn guardrail_events(&self) -> u64 {
        self.guardrail_events.0
    }

    /// Feedbacks rated down that were told.
    #[must_use]
    pub fn down_ratings(&self) -> u64 {
        self.down_ratings.0
    }
}

#[cfg(test)]
mod tests;
