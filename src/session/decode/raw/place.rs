//! Where findings belong: with a message, an agent or the session itself.

use crate::session::{AgentId, Finding, Session, StoredAgent};

/// Gives each finding to what it speaks of. Those of messages that are not loaded are left out, as their others are.
pub(crate) fn in_session(session: &mut Session, findings: Vec<Finding>) {
    for finding in findings {
        match agent_of(&session.agents, &finding.path) {
            Some(at) => in_agent(&mut session.agents[at], [finding]),
            None => session.findings.push(finding),
        }
    }
}

/// The same among the findings of one agent.
pub(crate) fn in_agent(agent: &mut StoredAgent, findings: impl IntoIterator<Item = Finding>) {
    for finding in findings {
        let Some(index) = message_of(&agent.id, &finding.path) else {
            agent.findings.push(finding);
            continue;
        };
        if let Some(message) = agent.messages.iter_mut().find(|message| message.index == index) {
            message.findings.push(finding);
        }
    }
}

/// Ids may hold dots: the longest that fits is meant.
fn agent_of(agents: &[StoredAgent], path: &str) -> Option<usize> {
    let fits = agents.iter().enumerate().filter(|(_, agent)| below(agent.id.as_str(), path).is_some());
    fits.max_by_key(|(_, agent)| agent.id.as_str().len()).map(|(at, _)| at)
}

/// What of a path lies below an agent; empty for the agent itself.
fn below<'a>(agent: &str, path: &'a str) -> Option<&'a str> {
    let rest = path.strip_prefix("agents.")?.strip_prefix(agent)?;
    if rest.is_empty() { Some(rest) } else { rest.strip_prefix('.') }
}

fn message_of(agent: &AgentId, path: &str) -> Option<u64> {
    let rest = below(agent.as_str(), path)?.strip_prefix("messages.")?;
    rest.split('.').next()?.parse().ok()
}
