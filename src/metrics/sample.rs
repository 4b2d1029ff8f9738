//! What of a message matters to the numbers.

mod edits;

use crate::session::{
    AgentId, Block, BlockPlace, Counters, Message, Role, Session, StoredDate, ToolPairs, ToolStatus, Usage,
    pairs::ToolStep,
};

/// What of a message matters to the numbers: small enough to hold for every message of a session.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct MessageSample {
    /// Position in the stored array.
    pub index: u64,
    /// `message_id`.
    pub message_id: Option<i64>,
    /// `message.tracking_id`.
    pub tracking_id: Option<Box<str>>,
    /// Who speaks.
    pub role: Role,
    /// `created_at`.
    pub at: Option<StoredDate>,
    /// Whether it is a user's prompt: a user message with anything but tool results.
    pub prompt: bool,
    /// Texts in it that are empty or nothing but spaces.
    pub blanks: usize,
    /// Whether nothing else stands in it than such texts and cache points.
    pub empty: bool,
    /// Whether a redaction stands on it: the Python library drops the counters of such a message.
    pub redacted: bool,
    /// The message's own tokens.
    pub usage: Option<Usage>,
    /// The message's own latency, ms.
    pub latency_ms: Option<u64>,
    /// The message's own time to first byte, ms.
    pub first_byte_ms: Option<u64>,
    /// The counters that stand on it.
    pub counters: Option<Box<Counters>>,
    /// Tool uses in it: `toolUseId` and name.
    pub tool_uses: Box<[(Option<String>, Option<String>)]>,
    /// Tool results in it: `toolUseId` and status.
    pub tool_results: Box<[(Option<String>, Option<ToolStatus>)]>,
    /// Where a redaction stands on it, the calls and results that a model is given instead.
    pub(super) given: Option<Box<GivenTools>>,
}

/// Tool calls and results among some blocks.
#[derive(Debug, Clone, Default)]
pub(super) struct GivenTools {
    /// `toolUseId` and name.
    pub uses: Box<[(Option<String>, Option<String>)]>,
    /// `toolUseId` and status.
    pub results: Box<[(Option<String>, Option<ToolStatus>)]>,
}

impl GivenTools {
    fn of(blocks: &[Block]) -> Self {
        let uses = blocks.iter().filter_map(|block| match block {
            Block::ToolUse { id, name, .. } => Some((id.clone(), name.clone())),
            _ => None,
        });
        let results = blocks.iter().filter_map(|block| match block {
            Block::ToolResult { id, status, .. } => Some((id.clone(), status.clone())),
            _ => None,
        });
        Self { uses: uses.collect(), results: results.collect() }
    }
}

impl From<&Message> for MessageSample {
    fn from(message: &Message) -> Self {
        let mut prompt = false;
        let mut blanks = 0;
        let mut empty = true;
        for block in &message.content {
            match block {
                Block::Text(text) if text.trim().is_empty() => blanks += 1,
                Block::CachePoint(_) | Block::Beside(_) => {}
                _ => empty = false,
            }
            prompt |= !matches!(block, Block::ToolResult { .. } | Block::CachePoint(_) | Block::Beside(_));
        }
        let GivenTools { uses: tool_uses, results: tool_results } = GivenTools::of(&message.content);
        Self {
            index: message.index,
            message_id: message.message_id,
            tracking_id: message.tracking_id.as_deref().map(Into::into),
            role: message.role.clone(),
            at: message.created_at,
            prompt: prompt && message.role == Role::User,
            blanks,
            empty,
            redacted: message.redaction.is_some(),
            usage: message.usage,
            latency_ms: message.latency_ms,
            first_byte_ms: message.first_byte_ms,
            counters: message.counters.clone(),
            tool_uses,
            tool_results,
            given: message.redaction.as_ref().map(|instead| Box::new(GivenTools::of(&instead.content))),
        }
    }
}

/// Tool calls and results in pairs: by position of the sample, and in its list of calls or of results. Those that were made:
/// of a redacted message the ones that were stored.
pub(crate) fn tool_pairs(samples: &[MessageSample]) -> ToolPairs {
    ToolPairs::of_steps((0..).zip(samples).flat_map(|(position, sample)| steps(position, sample.made())))
}

/// The same as a model is given them: of a redacted message those of what stands in for it.
pub(super) fn given_pairs(samples: &[MessageSample]) -> ToolPairs {
    ToolPairs::of_steps((0..).zip(samples).flat_map(|(position, sample)| steps(position, sample.given())))
}

/// Calls and results of one message.
type ToolLists<'a> = (&'a [(Option<String>, Option<String>)], &'a [(Option<String>, Option<ToolStatus>)]);

fn steps(position: u64, (uses, results): ToolLists<'_>) -> impl Iterator<Item = ToolStep<'_>> {
    let calls = uses.iter().map(|(id, _)| (id, false)).enumerate();
    let results = results.iter().map(|(id, _)| (id, true)).enumerate();
    calls.chain(results).filter_map(move |(block, (id, is_result))| {
        Some(ToolStep { place: BlockPlace::new(position, block), id: id.as_deref()?, is_result })
    })
}

/// The name of the tool that a call of [`tool_pairs`] asks for.
pub(crate) fn called(samples: &[MessageSample], call: BlockPlace) -> Option<&str> {
    let sample = samples.get(usize::try_from(call.message).ok()?)?;
    sample.tool_uses.get(call.block)?.1.as_deref()
}

impl MessageSample {
    fn made(&self) -> ToolLists<'_> {
        (&*self.tool_uses, &*self.tool_results)
    }

    /// Its calls and results as a model is given them.
    pub(super) fn given(&self) -> ToolLists<'_> {
        match &self.given {
            Some(given) => (&*given.uses, &*given.results),
            None => self.made(),
        }
    }

    /// Whether a figure tells that a model gave it.
    pub(super) fn is_call(&self) -> bool {
        self.usage.is_some() || self.latency_ms.is_some() || self.counters.is_some() || self.redacted
    }

    /// Whether an assistant message is a call, or asks for a tool: only before a run's first latency does a call stand
    /// without figures, and then its answer asked for a tool.
    pub(super) fn is_likely_call(&self) -> bool {
        self.role == Role::Assistant && (self.is_call() || !self.tool_uses.is_empty())
    }
}

/// Every message of one agent, as samples in stored order.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct AgentOutline {
    /// The agent.
    pub id: AgentId,
    /// Its messages.
    pub samples: Vec<MessageSample>,
}

/// Every message of a session, without text: what [`session_metrics`](crate::session_metrics) reads.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Outline {
    /// The agents in stored order.
    pub agents: Vec<AgentOutline>,
}

impl AgentOutline {
    /// An agent's messages.
    #[must_use]
    pub fn new(id: impl Into<AgentId>, samples: Vec<MessageSample>) -> Self {
        Self { id: id.into(), samples }
    }
}

impl FromIterator<AgentOutline> for Outline {
    fn from_iter<I: IntoIterator<Item = AgentOutline>>(agents: I) -> Self {
        Self { agents: agents.into_iter().collect() }
    }
}

impl Outline {
    /// One more message at the end of an agent's history; an agent that was not there comes last. `false`: it is there already.
    pub fn push(&mut self, agent: &AgentId, message: &Message) -> bool {
        let at = self.agents.iter().position(|found| found.id == *agent).unwrap_or_else(|| {
            self.agents.push(AgentOutline { id: agent.clone(), samples: Vec::new() });
            self.agents.len() - 1
        });
        let samples = &mut self.agents[at].samples;
        let new = samples.last().is_none_or(|last| last.index < message.index);
        if new {
            samples.push(MessageSample::from(message));
        }
        new
    }
}

impl From<&Session> for Outline {
    /// From a session whose messages are all loaded.
    fn from(session: &Session) -> Self {
        let agents = session
            .agents
            .iter()
            .map(|agent| AgentOutline {
                id: agent.id.clone(),
                samples: agent.messages.iter().map(MessageSample::from).collect(),
            })
            .collect();
        Self { agents }
    }
}
