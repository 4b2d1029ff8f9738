//! What of a change is news.

use bson::{Bson, Document};

use super::{LastMark, SessionMark, SessionNews, differing};
use crate::session::{AgentId, Change, ChangeKind, Feedback, Message, StoredAgent};

/// News, and whether the session has to be read again to know all of it.
type ChangeNews = (Vec<SessionNews>, bool);

const NOTHING: ChangeNews = (Vec::new(), false);
const AGAIN: ChangeNews = (Vec::new(), true);

impl SessionMark {
    /// What of a change is news, and whether the session has to be read again to know all of it.
    pub fn take(&mut self, change: &Change) -> ChangeNews {
        if matches!(change.kind, ChangeKind::Created(_)) {
            *self = Self::default();
        }
        match &change.kind {
            ChangeKind::Messages(agent, messages) => self.said(agent, messages),
            ChangeKind::Rewritten(agent, messages) => (self.rewritten(agent, messages), false),
            ChangeKind::MessageFields(agent, index, fields) if self.is_told(agent, *index) => {
                let is_redaction = |(path, _): &(String, Option<Bson>)| path.starts_with("redact_message");
                let news = if fields.iter().any(is_redaction) { SessionNews::Redacted } else { SessionNews::Rewritten };
                (vec![news(agent.clone(), *index)], false)
            }
            ChangeKind::Truncated(agent, left) => (self.cut(agent, *left), false),
            ChangeKind::AgentRemoved(agent) => (self.cut(agent, 0), false),
            ChangeKind::Agent(agent) if self.next_of(&agent.id).is_some() => (self.whole(agent), false),
            // A model's state or an interrupt; a time alone is no news.
            ChangeKind::AgentFields(_, fields) if fields.iter().all(|(path, _)| path == "updated_at") => NOTHING,
            ChangeKind::Metadata(fields) => (self.set(fields), false),
            // Where they lead only the whole tells; of what was never read the paths are all that is known.
            ChangeKind::MetadataPaths(fields) if !self.is_read() => {
                (vec![SessionNews::Metadata(fields.clone())], false)
            }
            ChangeKind::MetadataWhole(now) => (self.set_whole(now.as_ref()), false),
            ChangeKind::Feedback(feedback) => (self.rated(feedback), false),
            ChangeKind::Guardrail(index, event) => {
                let at = usize::try_from(*index).unwrap_or(usize::MAX);
                if let Some(rest) = &mut self.rest {
                    if at < rest.guardrails {
                        return NOTHING;
                    }
                    rest.guardrails = at.saturating_add(1);
                }
                (vec![SessionNews::Guardrail(event.clone())], false)
            }
            ChangeKind::Touched(_) | ChangeKind::Deleted => NOTHING,
            // New, it may hold something already; what is told no finer is read again.
            _ => AGAIN,
        }
    }

    fn is_told(&self, agent: &AgentId, index: u64) -> bool {
        self.next_of(agent).is_none_or(|next| index < next)
    }

    fn said(&mut self, agent: &AgentId, messages: &[Message]) -> ChangeNews {
        let mut next = self.next_of(agent);
        let mut fresh = Vec::new();
        let mut gap = false;
        for message in messages {
            match next {
                Some(next) if message.index < next => continue,
                Some(next) if message.index > next => {
                    gap = true;
                    break;
                }
                _ => {}
            }
            next = Some(message.index.saturating_add(1));
            fresh.push(message.clone());
        }
        if let Some(last) = fresh.last() {
            let mark = self.agents.entry(agent.clone()).or_default();
            mark.count = last.index.saturating_add(1);
            mark.last = Some(LastMark::of(last));
        }
        let news = (!fresh.is_empty()).then(|| SessionNews::Messages(agent.clone(), fresh));
        (news.into_iter().collect(), gap)
    }

    fn rewritten(&mut self, agent: &AgentId, messages: &[Message]) -> Vec<SessionNews> {
        let told = messages.iter().filter(|message| self.is_told(agent, message.index));
        let news = told.map(|message| {
            let news = if message.redaction.is_some() { SessionNews::Redacted } else { SessionNews::Rewritten };
            news(agent.clone(), message.index)
        });
        let news: Vec<SessionNews> = news.collect();
        if let Some(mark) = self.agents.get_mut(agent)
            && let Some(last) = messages.iter().find(|message| message.index.saturating_add(1) == mark.count)
        {
            mark.last = Some(LastMark::of(last));
        }
        news
    }

    /// So many messages of an agent are left.
    fn cut(&mut self, agent: &AgentId, left: u64) -> Vec<SessionNews> {
        if self.next_of(agent).is_some_and(|next| next <= left) {
            return Vec::new();
        }
        let mark = self.agents.entry(agent.clone()).or_default();
        (mark.count, mark.last) = (left, None);
        vec![SessionNews::Removed(agent.clone(), left)]
    }

    fn whole(&mut self, agent: &StoredAgent) -> Vec<SessionNews> {
        let next = self.next_of(&agent.id).unwrap_or(0);
        let fresh: Vec<Message> = agent.messages.iter().filter(|message| message.index >= next).cloned().collect();
        let fresh = (!fresh.is_empty()).then(|| SessionNews::Messages(agent.id.clone(), fresh));
        let mut news: Vec<SessionNews> = fresh.into_iter().collect();
        self.agents.entry(agent.id.clone()).or_default().read(agent, &mut news);
        news
    }

    fn set(&mut self, fields: &[(String, Option<Bson>)]) -> Vec<SessionNews> {
        let mut fresh = fields.to_vec();
        if let Some(rest) = &mut self.rest {
            let stored = rest.metadata.get_or_insert_with(|| Document::new().into());
            if let Bson::Document(stored) = stored {
                fresh.retain(|(key, value)| stored.get(key) != value.as_ref());
                for (key, value) in &fresh {
                    match value {
                        Some(value) => drop(stored.insert(key.clone(), value.clone())),
                        None => drop(stored.remove(key)),
                    }
                }
            }
        }
        (!fresh.is_empty()).then_some(SessionNews::Metadata(fresh)).into_iter().collect()
    }

    fn set_whole(&mut self, now: Option<&Bson>) -> Vec<SessionNews> {
        let fields = differing(self.rest.as_ref().and_then(|rest| rest.metadata.as_ref()), now);
        if let Some(rest) = &mut self.rest {
            rest.metadata = now.cloned();
        }
        (!fields.is_empty()).then_some(SessionNews::Metadata(fields)).into_iter().collect()
    }

    fn rated(&mut self, feedback: &Feedback) -> Vec<SessionNews> {
        let index = feedback.index.and_then(|index| usize::try_from(index).ok());
        match (&mut self.rest, index) {
            (Some(rest), Some(index)) if index < rest.feedbacks => return Vec::new(),
            (Some(rest), Some(index)) => rest.feedbacks = index.saturating_add(1),
            (rest, None) => {
                if let Some(at) = self.ahead.iter().position(|read| read.raw == feedback.raw) {
                    self.ahead.remove(at);
                    return Vec::new();
                }
                if let Some(rest) = rest {
                    rest.feedbacks += 1;
                }
            }
            (None, Some(_)) => {}
        }
        vec![SessionNews::Feedback(Box::new(feedback.clone()))]
    }
}
