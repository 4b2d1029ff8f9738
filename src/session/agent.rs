//! One agent of a session.

use bson::{Bson, Document};

use super::{AgentId, Finding, Message, StoredDate};

/// One agent and the loaded part of its history.
///
/// Source: `agents.<agent_id>`; the fields below come from its `agent_data` (Strands' `SessionAgent`) unless said
/// otherwise.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct StoredAgent {
    /// The key under `agents`.
    pub id: AgentId,
    /// `agent_data.model`.
    pub model: Option<String>,
    /// `agent_data.system_prompt`: a string or a list of blocks, as stored.
    pub system_prompt: Option<Bson>,
    /// `agent_data.prompt_metadata`.
    pub prompt_metadata: Option<Bson>,
    /// `agent_data.state`.
    pub state: Option<Bson>,
    /// `agent_data.conversation_manager_state`.
    pub conversation_manager: Option<Bson>,
    /// `agent_data` whole, as stored; `None` when absent or not a document.
    pub data: Option<Document>,
    /// `agents.<id>.created_at`, else `agent_data.created_at` (date, or ISO string in older documents).
    pub created_at: Option<StoredDate>,
    /// `agents.<id>.updated_at`, else `agent_data.updated_at`.
    pub updated_at: Option<StoredDate>,
    /// How many messages are stored.
    pub message_count: u64,
    /// The loaded messages, in stored order; each knows its own index.
    pub messages: Vec<Message>,
    /// What could not be read of this agent.
    pub findings: Vec<Finding>,
}

impl StoredAgent {
    /// Messages the conversation manager had removed from what the model sees
    /// (`conversation_manager_state.removed_message_count`).
    #[must_use]
    pub fn removed_message_count(&self) -> Option<u64> {
        let state = self.conversation_manager.as_ref()?.as_document()?;
        super::decode::unsigned(state.get("removed_message_count")?)
    }
}
