//! What the manager asks of an agent.

use bson::{Bson, Document, doc};

use super::Repair;
use crate::session::record::MessageBody;

/// An agent, as the manager sees it. Anything that can tell its id and state and take them back can be kept in a session.
pub trait Agent: Send + Sync {
    /// Its id, unique in its session: Strands' `agent_id`.
    fn agent_id(&self) -> &str;

    /// What it keeps between its answers: Strands' `agent.state`.
    fn state(&self) -> Document;

    /// How its conversation is kept within the model's limits. `removed_message_count` messages are not given back on
    /// resuming, a `summary_message` stands before the rest. The default is a sliding window that removed nothing.
    fn conversation_manager_state(&self) -> Document {
        doc! { "__name__": "SlidingWindowConversationManager", "removed_message_count": 0, "model_call_count": 0 }
    }

    /// Strands' `_internal_state`.
    fn internal_state(&self) -> Document {
        doc! { "interrupt_state": { "interrupts": {}, "context": {}, "activated": false }, "model_state": {} }
    }

    /// The model's name.
    fn model(&self) -> Option<String> {
        None
    }

    /// The system prompt: a string or a list of blocks.
    fn system_prompt(&self) -> Option<Bson> {
        None
    }

    /// Figures accumulated in this run, see [`EventLoopMetrics::to_document`](crate::EventLoopMetrics::to_document).
    /// `None`: nothing is known.
    fn metrics(&self) -> Option<Document> {
        None
    }

    /// What was said before the agent came into the session.
    fn messages(&self) -> Vec<MessageBody> {
        Vec::new()
    }

    /// Takes back what the session holds of it.
    fn restore(&mut self, resumed: Resumed);
}

/// What a session gives back to an agent.
#[derive(Debug, Clone, PartialEq, Default)]
#[non_exhaustive]
pub struct Resumed {
    /// `agent_data.state`.
    pub state: Document,
    /// `agent_data.conversation_manager_state`.
    pub conversation_manager_state: Document,
    /// `agent_data._internal_state`.
    pub internal_state: Document,
    /// `agent_data.model`.
    pub model: Option<String>,
    /// `agent_data.system_prompt`.
    pub system_prompt: Option<Bson>,
    /// `agent_data.prompt_metadata`.
    pub prompt_metadata: Option<Document>,
    /// What the model is to see: the summary, then the messages by time less those that were removed, as
    /// [`repair`](crate::repair) makes a model accept them. What is stored stays as it is.
    pub messages: Vec<MessageBody>,
    /// What was changed for that; a message is told by its position among the summary and the messages by time.
    pub repairs: Vec<Repair>,
}

/// How an agent started.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Started {
    /// It is new in the session.
    Created,
    /// It was given back what the session holds, with so many messages.
    Resumed(usize),
}
