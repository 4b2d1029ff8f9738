//! Places in conversations that one comes back to.

use super::{ConversationState, Effect, Tickets, timeline::Spot};
use crate::session::{AgentId, SessionKey};

/// A place in a conversation, by what stays the same when it is read again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JumpSpot {
    /// The agent whose tab is shown; `None`: all agents'.
    pub tab: Option<AgentId>,
    /// The message of the cursor: its agent and stored index.
    pub at: Option<(AgentId, u64)>,
}

impl ConversationState {
    /// Where the reader is; `None` where nothing is open.
    #[must_use]
    pub fn jump_spot(&self) -> Option<JumpSpot> {
        let open = self.open.as_ref()?;
        let at = open.spot().map(|spot| (open.session.agents[spot.agent].id.clone(), spot.index));
        Some(JumpSpot { tab: open.agent().cloned(), at })
    }

    /// Goes to a place of a session, at once where it is open, else once it is.
    pub fn jump_to(&mut self, key: &SessionKey, spot: JumpSpot, tickets: &mut Tickets) -> Vec<Effect> {
        let is_being_opened = self.opening.as_ref().is_some_and(|opening| !opening.again || opening.key != *key);
        if is_being_opened || self.session().is_none_or(|open| open.key != *key) {
            self.awaited = Some((key.clone(), spot));
            return Vec::new();
        }
        self.jump(&spot);
        self.blocked = false;
        self.refresh();
        self.ask(tickets)
    }

    /// A session is open now: goes where that was waited for.
    pub(super) fn jump_awaited(&mut self) {
        let open = self.open.as_ref().map(|open| &open.session.key);
        if let Some((_, spot)) = self.awaited.take_if(|(key, _)| Some(&*key) == open) {
            self.jump(&spot);
        }
    }

    /// What of it is not there any more is left out.
    fn jump(&mut self, spot: &JumpSpot) {
        let Some(open) = &self.open else { return };
        let agents = &open.session.agents;
        let agent_of = |id: &AgentId| agents.iter().position(|agent| agent.id == *id);
        let tab = match &spot.tab {
            Some(id) => agent_of(id),
            None => (agents.len() > 1).then_some(agents.len()),
        };
        let at = spot.at.as_ref().and_then(|(id, index)| {
            let agent = agent_of(id)?;
            (*index < open.counts[agent]).then_some(Spot { agent, index: *index })
        });
        if let Some(tab) = tab {
            self.show_tab(tab);
        }
        if let Some(at) = at {
            self.go_to(at);
        }
    }
}
