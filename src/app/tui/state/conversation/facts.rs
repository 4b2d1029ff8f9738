//! What the open session is: for the line below its title.

use super::ConversationState;
use crate::{
    metrics,
    session::{SessionKey, StoredDate},
};

/// A history of more messages than this is counted again only when it has grown by a fiftieth.
const LARGE: usize = 5000;
const GROWN: usize = 50;

/// How many findings a session had, and when that was.
#[derive(Debug)]
pub(super) struct CountedFindings {
    key: SessionKey,
    messages: usize,
    updated_at: Option<StoredDate>,
    count: usize,
}

/// What a session is, as stored; `None` where it is not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SessionFacts<'a> {
    /// `application_name`.
    pub application: Option<&'a str>,
    /// The model of the tab's agent; on the merged timeline the first that any agent has.
    pub model: Option<&'a str>,
    /// How many other models the agents of the tab have.
    pub more_models: usize,
    /// The last change.
    pub updated_at: Option<StoredDate>,
    /// How many findings there are, once its messages were read.
    pub findings: Option<usize>,
}

impl ConversationState {
    /// Counts what is wrong with the open session, where that may have changed.
    pub fn count_findings(&mut self) {
        let Some((open, live)) = self.open.as_ref().and_then(|open| Some((open, open.live.as_ref()?))) else { return };
        let (session, outline) = (&open.session, live.outline());
        let messages: usize = outline.agents.iter().map(|agent| agent.samples.len()).sum();
        if let Some(counted) = self.findings.as_ref().filter(|counted| counted.key == session.key) {
            let is_same = counted.messages == messages && counted.updated_at == session.updated_at;
            let more = messages.checked_sub(counted.messages);
            let is_large = messages > LARGE && more.is_some_and(|more| more * GROWN < messages);
            if is_same || is_large {
                return;
            }
        }
        let stored = session.findings.len() + session.agents.iter().map(|agent| agent.findings.len()).sum::<usize>();
        let count = metrics::health(session, outline, self.now).len() + stored;
        let (key, updated_at) = (session.key.clone(), session.updated_at);
        self.findings = Some(CountedFindings { key, messages, updated_at, count });
    }

    /// What the open session is.
    #[must_use]
    pub fn facts(&self) -> Option<SessionFacts<'_>> {
        let session = self.session()?;
        let shown = self.agent();
        let agents = session.agents.iter().filter(|agent| shown.is_none_or(|shown| agent.id == *shown));
        let mut models: Vec<&str> = Vec::new();
        for model in agents.filter_map(|agent| agent.model.as_deref()).filter(|model| !model.is_empty()) {
            if !models.contains(&model) {
                models.push(model);
            }
        }
        let counted = self.findings.as_ref().filter(|counted| counted.key == session.key);
        Some(SessionFacts {
            application: session.application_name.as_deref().filter(|name| !name.is_empty()),
            model: models.first().copied(),
            more_models: models.len().saturating_sub(1),
            updated_at: session.updated_at,
            findings: counted.map(|counted| counted.count),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::sample::Desk;

    #[test]
    fn it_is_told_of_the_tab_and_its_findings_once_the_messages_were_read() {
        let mut desk = Desk::fixture("sessions.jsonl", "support-1042", 56, 18);
        desk.state.count_findings();
        let facts = desk.state.facts().unwrap();
        assert!(facts.application.is_some() && facts.updated_at.is_some(), "{facts:?}");
        assert!(facts.findings.is_some(), "{facts:?}");
        let session = desk.state.session().unwrap();
        assert_eq!(facts.model, session.agents[0].model.as_deref());
        desk.state.close();
        assert!(desk.state.facts().is_none());
    }
}
