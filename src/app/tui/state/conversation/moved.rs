//! Where agents stand after their session was read again.

use super::timeline::Spot;

/// The new position of each agent, by its old one; `None`: it is gone.
#[derive(Debug)]
pub(super) struct MovedAgents(Vec<Option<usize>>);

impl MovedAgents {
    pub fn new(positions: Vec<Option<usize>>) -> Self {
        Self(positions)
    }

    /// The new position of an agent.
    pub fn agent(&self, old: usize) -> Option<usize> {
        self.0.get(old).copied().flatten()
    }

    /// The same message, where its agent stands now.
    pub fn spot(&self, old: Spot) -> Option<Spot> {
        Some(Spot { agent: self.agent(old.agent)?, ..old })
    }

    /// Whether the agent at a new position was there before.
    pub fn has(&self, new: usize) -> bool {
        self.0.contains(&Some(new))
    }
}
