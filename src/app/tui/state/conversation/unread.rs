//! What is there of a session and cannot be read as messages.

use super::ConversationState;
use crate::session::Finding;

/// Where the findings of Graphs and Swarms stand.
const ORCHESTRATORS: &str = "multi_agents.";

impl ConversationState {
    /// What is told of each orchestrator of the open session, whose messages stand in no agent. Stored text.
    pub fn orchestrators(&self) -> impl Iterator<Item = &str> {
        let findings = self.session().map(|session| session.findings.as_slice()).unwrap_or_default();
        findings
            .iter()
            .filter(|finding| finding.path.starts_with(ORCHESTRATORS))
            .map(|finding| finding.problem.as_str())
    }

    /// Whether something else than a list stands where the messages of a shown agent should.
    #[must_use]
    pub fn has_no_list(&self) -> bool {
        let shown = self.agent();
        let agents = self.session().map(|session| session.agents.as_slice()).unwrap_or_default();
        agents.iter().filter(|agent| shown.is_none_or(|shown| agent.id == *shown)).any(|agent| {
            let (own, path) = (format!("agents.{}", agent.id), format!("agents.{}.messages", agent.id));
            let is_there = |finding: &Finding| [&own, &path].contains(&&finding.path) && finding.raw.is_some();
            agent.findings.iter().any(is_there)
        })
    }
}
