//! What one agent is at.

use std::collections::VecDeque;

use jiff::Timestamp;

use super::{RunningTool, tally::AgentTally};
use crate::{
    metrics::MessageSample,
    session::{AgentId, Block, Counters, Message, Role, StoredDate, ToolStatus, Usage},
};

/// So many of the last messages are known again when they are told twice.
const KNOWN: usize = 48;

/// So many tools are held as running at once.
const MOST_RUNNING: usize = 32;

/// One agent of a session.
#[derive(Debug, Clone)]
pub(super) struct AgentWork {
    pub(super) id: AgentId,
    pub(super) model: Option<String>,
    /// It asked a person and has no answer.
    pub(super) is_waiting: bool,
    /// When something of it changed last.
    pub(super) changed: Option<Timestamp>,
    /// When a message of its model came last, if nothing else came after it.
    pub(super) spoke: Option<Timestamp>,
    /// The last message is a prompt or a tool's result: the model is to answer.
    pub(super) is_asked: bool,
    /// Calls without a result, in order.
    pub(super) running: Vec<RunningTool>,
    pub(super) tally: AgentTally,
    /// The last messages, by their index.
    known: VecDeque<KnownMessage>,
    /// The message with the last counters.
    reading_at: Option<u64>,
    /// It was told of from its first message on.
    pub(super) is_whole: bool,
}

/// What a message is known again by.
#[derive(Debug, Clone)]
struct KnownMessage {
    index: u64,
    tracking_id: Option<Box<str>>,
    created_at: Option<StoredDate>,
    tokens: Option<u64>,
}

impl KnownMessage {
    fn of(message: &MessageSample) -> Self {
        Self {
            index: message.index,
            tracking_id: message.tracking_id.clone(),
            created_at: message.at,
            tokens: message.usage.and_then(Usage::total_tokens),
        }
    }

    /// An index is used again where a history was cut short.
    fn is(&self, message: &MessageSample) -> bool {
        match (&self.tracking_id, &message.tracking_id) {
            (Some(one), Some(other)) => **one == **other,
            _ => self.created_at == message.at,
        }
    }
}

/// How a message stands to those that were told before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Arrival {
    /// It goes on from there.
    Next,
    /// It lies before them, and was not told.
    Earlier,
    /// It was told; now with so many tokens more.
    Again(u64),
}

impl AgentWork {
    pub(super) fn new(id: AgentId) -> Self {
        Self {
            id,
            model: None,
            is_waiting: false,
            changed: None,
            spoke: None,
            is_asked: false,
            running: Vec::new(),
            tally: AgentTally::default(),
            known: VecDeque::new(),
            reading_at: None,
            is_whole: false,
        }
    }

    /// Holds that message as known.
    pub(super) fn note(&mut self, message: &MessageSample) -> Arrival {
        let position = self.known.partition_point(|known| known.index < message.index);
        if position == self.known.len() {
            self.is_whole |= self.known.is_empty() && message.index == 0;
            self.known.push_back(KnownMessage::of(message));
            if self.known.len() > KNOWN {
                self.known.pop_front();
            }
            return Arrival::Next;
        }
        let is_full = self.known.len() >= KNOWN;
        let at_hand = self.known.get_mut(position).filter(|known| known.index == message.index);
        match at_hand {
            Some(known) if known.is(message) => {
                let told = KnownMessage::of(message).tokens;
                let more = told.unwrap_or(0).saturating_sub(known.tokens.unwrap_or(0));
                known.tokens = known.tokens.max(told);
                Arrival::Again(more)
            }
            Some(_) => {
                self.known.truncate(position);
                self.known.push_back(KnownMessage::of(message));
                self.reading_at = self.reading_at.filter(|at| *at < message.index);
                self.running.clear();
                Arrival::Next
            }
            // What lies before the last so many was told long ago.
            None if position == 0 && is_full => Arrival::Again(0),
            None => {
                self.known.insert(position, KnownMessage::of(message));
                if self.known.len() > KNOWN {
                    self.known.pop_front();
                }
                Arrival::Earlier
            }
        }
    }

    /// Whether counters that stand on that message are no older than those that were read last.
    pub(super) fn takes_reading(&mut self, index: u64) -> bool {
        let is_newer = self.reading_at.is_none_or(|at| at <= index);
        if is_newer {
            self.reading_at = Some(index);
        }
        is_newer
    }

    /// The counters that were read last, where they stand on that message.
    pub(super) fn reading_on(&self, index: u64) -> Option<&Counters> {
        self.tally.last_reading().filter(|_| self.reading_at == Some(index))
    }

    /// The history was cut down to so many messages: whose turn it is, nothing tells.
    pub(super) fn cut(&mut self, count: u64, now: Timestamp) {
        self.known.retain(|known| known.index < count);
        self.reading_at = self.reading_at.filter(|at| *at < count);
        self.running.clear();
        (self.is_asked, self.spoke, self.changed) = (false, None, Some(now));
    }

    /// Its newest message: whose turn it is now, and what runs.
    pub(super) fn go_on(&mut self, message: &MessageSample, at: Timestamp) {
        self.is_waiting = false;
        let asked_or_answered = message.role != Role::Assistant;
        // A model is called again with all results, and a prompt ends what was interrupted.
        if message.tool_results.is_empty() {
            self.running.clear();
        }
        let room = MOST_RUNNING.saturating_sub(self.running.len());
        for (id, name) in message.tool_uses.iter().take(room) {
            let (agent, id, name) = (self.id.clone(), id.clone(), name.clone());
            self.running.push(RunningTool { agent, tool_use_id: id, name, since: at });
        }
        for (id, _) in &message.tool_results {
            // The n-th call of an id belongs to its n-th result; one that names none may be of any.
            let call = self.running.iter().position(|call| id.is_none() || call.tool_use_id == *id);
            if let Some(call) = call {
                self.running.remove(call);
            }
        }
        self.is_asked = asked_or_answered && self.running.is_empty();
        self.spoke = (!asked_or_answered).then_some(at);
    }

    /// Whether its model or a tool is to do something.
    pub(super) fn is_busy(&self) -> bool {
        self.is_asked || !self.running.is_empty()
    }
}

/// Results in a message that say that the tool failed.
pub(super) fn failed(message: &MessageSample) -> u64 {
    message.tool_results.iter().filter(|(_, status)| *status == Some(ToolStatus::Error)).count() as u64
}

/// The first line of the last text in a message, as it is shown, in at most so many characters. The line that begins a block of code
/// says nothing.
pub(super) fn last_words(message: &Message, most: usize) -> Option<String> {
    let texts = message.shown_content().iter().rev().filter_map(|block| match block {
        Block::Text(text) | Block::Citations { text, .. } => Some(text),
        _ => None,
    });
    let says = |line: &&str| !line.is_empty() && !line.starts_with("```");
    let mut lines = texts.filter_map(|text| text.lines().map(str::trim).find(says));
    lines.next().map(|line| line.chars().take(most).collect())
}
