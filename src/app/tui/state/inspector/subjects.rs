//! What can be inspected, and what each belongs to.

use super::{Subject, body::InspectorTab, tabs};
use crate::session::{AgentId, Message, Session};

impl Subject {
    /// What it belongs to, the nearest first: a message to its agent, an agent to its session.
    pub(super) fn around(&self) -> Vec<Self> {
        match self {
            Self::Session => Vec::new(),
            Self::Message(agent, _) => vec![Self::Agent(agent.clone()), Self::Session],
            Self::Agent(_) | Self::Metadata(_) | Self::Feedback(_) => vec![Self::Session],
        }
    }
}

/// What a subject is called, as stored.
pub(super) fn title(subject: &Subject, session: Option<&Session>) -> String {
    match subject {
        Subject::Session => format!("session {}", session.map(Session::name).unwrap_or_default()),
        Subject::Agent(id) => format!("agent {}", id.as_str()),
        Subject::Message(_, index) => format!("message {index}"),
        Subject::Metadata(key) => format!("metadata {key}"),
        Subject::Feedback(position) => format!("feedback {}", position + 1),
    }
}

/// The tabs of a subject; `None` where it is not loaded.
pub(super) fn tabs_of(
    subject: &Subject,
    session: &Session,
    at_hand: Option<(&AgentId, &Message)>,
) -> Option<Vec<InspectorTab>> {
    Some(match subject {
        Subject::Session => tabs::session(session),
        Subject::Agent(id) => tabs::agent(session.agent(id)?),
        Subject::Message(id, index) => {
            let agent = session.agent(id)?;
            let near = at_hand.filter(|(at, message)| *at == id && message.index == *index).map(|(_, message)| message);
            let message = near.or_else(|| agent.messages.iter().find(|message| message.index == *index))?;
            tabs::message(Some(session), agent, message)
        }
        Subject::Metadata(key) => tabs::field(key, session.metadata_fields()?.get(key)?),
        Subject::Feedback(position) => tabs::feedback(session.feedbacks.get(*position)?),
    })
}
