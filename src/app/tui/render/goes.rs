//! What goes with sessions that are deleted, in words.

use super::format;
use crate::session::Details;

/// What some sessions hold in all.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct DeletedSums {
    /// Sessions.
    pub sessions: u64,
    /// Their agents.
    pub agents: u64,
    /// Their messages.
    pub messages: u64,
    /// Their feedbacks.
    pub feedbacks: u64,
    /// Bytes stored, of those whose size is known.
    pub bytes: u64,
    /// Sessions whose size is not known.
    pub unmeasured: u64,
}

impl DeletedSums {
    /// Counts one more.
    pub fn add(&mut self, details: &Details) {
        self.sessions += 1;
        self.agents += details.agents.len() as u64;
        self.messages = self.messages.saturating_add(details.messages);
        self.feedbacks = self.feedbacks.saturating_add(details.feedbacks.total());
        self.bytes = self.bytes.saturating_add(details.bytes.unwrap_or(0));
        self.unmeasured += u64::from(details.bytes.is_none());
    }

    /// What is in them: `12 messages of 2 agents, 1 feedback, 16.2 kB`. Safe text.
    #[must_use]
    pub fn words(&self) -> String {
        let feedbacks =
            if self.feedbacks > 0 { format!(", {}", count(self.feedbacks, "feedback")) } else { String::new() };
        let bytes = match (self.bytes, self.unmeasured) {
            (0, 1..) => String::new(),
            (bytes, 0) => format!(", {}", format::bytes(bytes)),
            (bytes, _) => format!(", at least {}", format::bytes(bytes)),
        };
        format!("{} of {}{feedbacks}{bytes}", count(self.messages, "message"), count(self.agents, "agent"))
    }

    /// The same with how many they are: `3 sessions: 12 messages of …`. Safe text.
    #[must_use]
    pub fn sentence(&self) -> String {
        format!("{}: {}", count(self.sessions, "session"), self.words())
    }
}

/// So many of something: `1 message`, `12 messages`.
fn count(many: u64, what: &str) -> String {
    format!("{many} {what}{}", if many == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::{AgentCount, Rating};

    #[test]
    fn sums_are_of_all_and_what_is_unknown_is_no_number() {
        let agent =
            AgentCount { id: "a".into(), model: None, messages: 7, created_at: None, updated_at: None, waiting: None };
        let details = |bytes| Details::of(vec![agent.clone()], [Rating::Up], 0, bytes);
        let mut sums = DeletedSums::default();
        sums.add(&details(None));
        assert_eq!(sums.sentence(), "1 session: 7 messages of 1 agent, 1 feedback");
        sums.add(&details(Some(2_000)));
        assert_eq!(sums.sentence(), "2 sessions: 14 messages of 2 agents, 2 feedbacks, at least 2.0 kB");
        let empty = DeletedSums { sessions: 1, ..DeletedSums::default() };
        assert_eq!(empty.words(), "0 messages of 0 agents, 0 B");
    }
}
