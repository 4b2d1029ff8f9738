//! What the open session is: for the line below its title.

use super::{ConversationState, open::Open, window::Window};
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
    of_messages: ReadFindings,
}

/// What was found as messages were read, each by itself.
#[derive(Debug, Clone, Copy)]
struct ReadFindings {
    count: usize,
    /// Not all messages were read: there may be more.
    is_partial: bool,
}

impl ReadFindings {
    /// Of the messages that are held.
    fn of(open: &Open) -> Self {
        let read = open.windows.iter().flat_map(Window::loaded);
        let count = read.map(|(_, message)| message.findings.len()).sum();
        let held: usize = open.windows.iter().map(Window::len).sum();
        Self { count, is_partial: (held as u64) < open.counts.iter().sum::<u64>() }
    }
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
    /// How many findings there are, once its outline was read: as many as its inspector and `doctor` tell.
    pub findings: Option<usize>,
    /// There may be more: what is found in messages by themselves is not known before each was read.
    pub is_partial: bool,
}

impl ConversationState {
    /// Counts what is wrong with the open session, where that may have changed.
    pub fn count_findings(&mut self) {
        let Some((open, live)) = self.open.as_ref().and_then(|open| Some((open, open.live.as_ref()?))) else { return };
        let (session, outline) = (&open.session, live.outline());
        let messages: usize = outline.agents.iter().map(|agent| agent.samples.len()).sum();
        let read = ReadFindings::of(open);
        if let Some(counted) = self.findings.as_mut().filter(|counted| counted.key == session.key) {
            let is_same = counted.messages == messages && counted.updated_at == session.updated_at;
            let more = messages.checked_sub(counted.messages);
            let is_large = messages > LARGE && more.is_some_and(|more| more * GROWN < messages);
            if is_same || is_large {
                // What is not held any more was found all the same.
                let before = counted.of_messages;
                counted.of_messages = ReadFindings {
                    count: before.count.max(read.count),
                    is_partial: before.is_partial && read.is_partial,
                };
                return;
            }
        }
        let stored = session.findings.len() + session.agents.iter().map(|agent| agent.findings.len()).sum::<usize>();
        let count = metrics::health(session, outline, self.now).len() + stored;
        let (key, updated_at) = (session.key.clone(), session.updated_at);
        self.findings = Some(CountedFindings { key, messages, updated_at, count, of_messages: read });
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
            findings: counted.map(|counted| counted.count + counted.of_messages.count),
            is_partial: counted.is_some_and(|counted| counted.of_messages.is_partial),
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
        assert!(!facts.is_partial, "all of it was read");
        desk.state.close();
        assert!(desk.state.facts().is_none());
    }

    #[test]
    fn what_is_found_in_messages_counts_too() {
        let mut desk = Desk::fixture("odd.jsonl", "wrong-types", 56, 18);
        desk.state.count_findings();
        let all = crate::app::tui::view::sample::session("wrong-types").all_findings().count();
        let count = desk.state.facts().and_then(|facts| facts.findings);
        assert!(count.is_some_and(|count| count >= all), "{count:?} of {all}");
    }
}
