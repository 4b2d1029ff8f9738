//! One session: whole, its end, or its figures.

use std::ops::Range;

use bson::{Bson, Document};

use super::{assemble, doubled, json, layout, layout::SessionDir};
use crate::{
    metrics::{AgentOutline, MessageSample, Outline},
    session::{AgentCount, AgentId, Details, Finding, Message, Session, decode},
};

/// The session with the last `last` messages of each agent.
pub(super) fn open(dir: &SessionDir, last: u64) -> Session {
    let (mut head, findings) = assemble::head(dir);
    head.insert("agents", Document::new());
    let mut session = decode::session(head);
    let (agents, passed_over) = assemble::agents(dir);
    session.agents = agents.into_iter().map(|agent| agent.open(last)).collect();
    session.findings.extend(findings);
    session.findings.extend(doubled::findings(&dir.file(), ""));
    session.findings.extend(passed_over);
    session.findings.extend(orchestrators(dir));
    session.bytes = Some(layout::size(&dir.path));
    session
}

/// A finding for each Graph and Swarm: what their nodes said stands in no agent.
fn orchestrators(dir: &SessionDir) -> Vec<Finding> {
    let (dirs, mut findings) = dir.orchestrators();
    findings.extend(dirs.iter().map(|orchestrator| {
        let path = format!("multi_agents.{}", orchestrator.id);
        match json::read(&orchestrator.file()) {
            Ok(Bson::Document(state)) => {
                let text = |field: &str| state.get_str(field).unwrap_or("not told").to_owned();
                let (kind, status) = (text("type"), text("status"));
                let problem = format!(
                    "an orchestrator (type: {kind}, status: {status}): the messages of its nodes stand in multi_agents/ and are \
                     not read yet"
                );
                Finding { path, problem, raw: Some((Bson::Document(state)).into()) }
            }
            Ok(other) => {
                let problem = "multi_agent.json holds no object".to_owned();
                Finding { path, problem, raw: Some(other.into()) }
            }
            Err(unreadable) => assemble::file_finding(&path, "multi_agent.json", unreadable),
        }
    }));
    findings
}

/// Some messages of one agent; none where there is no such agent.
pub(super) fn messages(dir: &SessionDir, agent: &AgentId, range: Range<u64>) -> Vec<Message> {
    let (agents, _) = dir.agents();
    let agent = agents.into_iter().find(|dir| dir.id == agent.as_str());
    agent.map(|agent| assemble::read_messages(&agent, &agent.messages().0, range)).unwrap_or_default()
}

/// Every message without its text: one at a time is held.
pub(super) fn outline(dir: &SessionDir) -> Outline {
    let agents = assemble::agents(dir).0.into_iter().map(|agent| {
        let (files, _) = agent.dir.messages();
        let one = |index| assemble::read_messages(&agent.dir, &files, index..index + 1);
        let samples = (0..files.len() as u64).flat_map(one).map(|message| MessageSample::from(&message)).collect();
        AgentOutline { id: agent.id(), samples }
    });
    Outline { agents: agents.collect() }
}

/// The document that MongoDB would hold.
pub(super) fn document(dir: &SessionDir) -> Document {
    let (mut document, _) = assemble::head(dir);
    let agents: Document = assemble::agents(dir).0.into_iter().map(assemble::AgentHead::document).collect();
    document.insert("agents", agents);
    document
}

/// Counts and sizes; no message file is read.
pub(super) fn details(dir: &SessionDir) -> Details {
    let (head, _) = assemble::head(dir);
    let agents = assemble::agents(dir).0.iter().map(count).collect();
    let ratings = array(&head, "feedbacks").iter().map(|feedback| decode::feedback(feedback).rating);
    let guardrail_events = array(&head, "guardrail_events").len() as u64;
    let last_feedback = decode::last_feedback(array(&head, "feedbacks"));
    Details { last_feedback, ..Details::of(agents, ratings, guardrail_events, Some(layout::size(&dir.path))) }
}

fn count(agent: &assemble::AgentHead) -> AgentCount {
    decode::agent_count(agent.id(), Some(&agent.value), agent.dir.messages().0.len() as u64)
}

fn array<'a>(head: &'a Document, field: &str) -> &'a [Bson] {
    head.get_array(field).map(Vec::as_slice).unwrap_or_default()
}
