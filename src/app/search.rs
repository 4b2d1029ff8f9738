//! The histories of a session from their ends back, for who looks for something in all of them.

use std::{collections::VecDeque, sync::Arc};

use crate::{
    repository::{Result, SessionReader},
    session::{AgentId, Message, SessionKey},
};

/// How many messages are read at once.
const PAGE: u64 = 200;

/// Reads the messages of some agents of a session, the newest of each first, a page of one agent after one of the next.
#[derive(Debug)]
pub struct HistoryWalk {
    reader: Arc<dyn SessionReader>,
    key: SessionKey,
    /// What is left of each agent: so many messages from the start.
    left: VecDeque<(AgentId, u64)>,
}

/// Messages of one agent.
#[derive(Debug)]
pub struct HistoryPage {
    /// Whose they are.
    pub agent: AgentId,
    /// In stored order.
    pub messages: Vec<Message>,
    /// How many were asked for.
    pub looked: u64,
}

impl HistoryWalk {
    /// Of agents, each with how many of its messages from the start are to be read.
    pub fn new(
        reader: Arc<dyn SessionReader>,
        key: SessionKey,
        agents: impl IntoIterator<Item = (AgentId, u64)>,
    ) -> Self {
        Self { reader, key, left: agents.into_iter().filter(|(_, end)| *end > 0).collect() }
    }

    /// The next messages; `None` once all were read. After an error, and where it is not waited for, the same are read again.
    ///
    /// # Errors
    /// What the store meets.
    pub async fn next_page(&mut self) -> Result<Option<HistoryPage>> {
        let Some((agent, end)) = self.left.front().cloned() else { return Ok(None) };
        let start = end.saturating_sub(PAGE);
        let messages = self.reader.messages(&self.key, &agent, start..end).await?;
        self.left.pop_front();
        if start > 0 {
            self.left.push_back((agent.clone(), start));
        }
        Ok(Some(HistoryPage { agent, messages, looked: end - start }))
    }

    /// The last page was looked at down to that message alone: what stands before it comes next.
    pub fn give_back(&mut self, agent: &AgentId, end: u64) {
        self.left.retain(|(known, _)| known != agent);
        if end > 0 {
            self.left.push_front((agent.clone(), end));
        }
    }

    /// What is left of each agent, the next first.
    pub fn left(&self) -> impl Iterator<Item = (&AgentId, u64)> {
        self.left.iter().map(|(agent, end)| (agent, *end))
    }
}
