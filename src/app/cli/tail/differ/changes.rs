//! What of a change is news.

use bson::{Bson, Document, doc};

use super::{LastMark, MessageFigures, SessionMark, SessionNews, differing};
use crate::session::{AgentId, Change, ChangeKind, Feedback, GuardrailEvent, Message, StoredAgent, Summary, decode};

/// News, and whether the session has to be read again to know all of it.
type ChangeNews = (Vec<SessionNews>, bool);

const NOTHING: ChangeNews = (Vec::new(), false);
const AGAIN: ChangeNews = (Vec::new(), true);

/// Where the interrupts of an agent stand, each within the one before.
const INTERRUPTS: [&str; 3] =
    ["agent_data", "agent_data._internal_state", "agent_data._internal_state.interrupt_state"];

impl SessionMark {
    /// What of a change is news, and whether the session has to be read again to know all of it.
    pub fn take(&mut self, change: &Change) -> ChangeNews {
        if self.is_another
            && !matches!(change.kind, ChangeKind::Created(_) | ChangeKind::Deleted | ChangeKind::Touched(_))
        {
            // Of which of the two sessions it is nobody knows.
            return AGAIN;
        }
        match &change.kind {
            ChangeKind::Created(row) => self.created(row),
            ChangeKind::Messages(agent, messages) => self.said(agent, messages),
            ChangeKind::Metrics(agent, index, _) => self.measured(agent, *index, change),
            ChangeKind::Rewritten(agent, messages) => (self.rewritten(agent, messages), false),
            ChangeKind::MessageFields(agent, index, fields) if self.is_told(agent, *index) => {
                let is_redaction = |(path, _): &(String, Option<Bson>)| path.starts_with("redact_message");
                let news = if fields.iter().any(is_redaction) { SessionNews::Redacted } else { SessionNews::Rewritten };
                (vec![news(agent.clone(), *index)], false)
            }
            ChangeKind::Truncated(agent, left) => (self.cut(agent, *left), false),
            ChangeKind::AgentRemoved(agent) => (self.cut(agent, 0), false),
            ChangeKind::Agent(agent) if self.next_of(&agent.id).is_some() => self.whole(agent),
            ChangeKind::Agent(agent) if agent.messages.is_empty() => NOTHING,
            ChangeKind::AgentFields(agent, fields) => self.synced(agent, fields),
            ChangeKind::Metadata(fields) => (self.set(fields), false),
            // Nobody tells of an edit or of a feedback that was changed by hand but who did it.
            ChangeKind::Edited(_) | ChangeKind::FeedbackRewritten(_) => NOTHING,
            ChangeKind::FeedbacksCut(left) => {
                self.forget_feedbacks(*left);
                NOTHING
            }
            // Where they lead only the whole tells; of what was never read the paths are all that is known.
            ChangeKind::MetadataPaths(fields) if !self.is_read() => {
                (vec![SessionNews::Metadata(fields.clone())], false)
            }
            ChangeKind::MetadataWhole(now) => (self.set_whole(now.as_ref()), false),
            ChangeKind::Feedback(feedback) => (self.rated(feedback), false),
            ChangeKind::Guardrail(index, event) => (self.guarded(*index, event), false),
            ChangeKind::Touched(_) | ChangeKind::Deleted => NOTHING,
            // What is told no finer is read again.
            _ => AGAIN,
        }
    }

    /// New, it may hold something already.
    fn created(&mut self, row: &Summary) -> ChangeNews {
        if self.is_read() && self.born.is_some() && self.born == row.created_at {
            // It was read before its change came.
            self.is_another = false;
            return NOTHING;
        }
        self.begin(row.created_at);
        (vec![SessionNews::Created(Box::new(row.clone()))], true)
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

    /// Counters were written onto a message. They are told from the change: once more messages came, a reading would not show them.
    fn measured(&mut self, agent: &AgentId, index: u64, change: &Change) -> ChangeNews {
        let last = self.agents.get_mut(agent).and_then(|mark| mark.last.as_mut());
        let mut last = last.map(|last| &mut last.figures).filter(|figures| figures.index == index);
        let Some(counters) = change.counters(last.as_ref().and_then(|figures| figures.counters.as_deref())) else {
            return AGAIN;
        };
        let counters = Some(Box::new(counters));
        let figures = match &mut last {
            Some(figures) if figures.counters == counters => return NOTHING,
            Some(figures) => {
                figures.counters = counters;
                figures.clone()
            }
            None => MessageFigures { index, counters, ..MessageFigures::default() },
        };
        (vec![SessionNews::Metrics(agent.clone(), figures)], false)
    }

    /// Of what an agent keeps beside its messages only its interrupts are told; they are written with each of its turns.
    fn synced(&mut self, agent: &AgentId, fields: &[(String, Option<Bson>)]) -> ChangeNews {
        let mut news = Vec::new();
        for (path, value) in fields {
            if INTERRUPTS.contains(&path.as_str()) {
                let value = value.clone().unwrap_or(Bson::Null);
                let stored = path.rsplit('.').fold(value, |inner, name| doc! { name: inner }.into());
                news.extend(self.waits(agent, decode::agent(agent.clone(), stored, 0, None).waiting()));
            } else if path.starts_with(INTERRUPTS[2]) {
                return AGAIN;
            }
        }
        (news, false)
    }

    fn guarded(&mut self, index: u64, event: &GuardrailEvent) -> Vec<SessionNews> {
        let at = usize::try_from(index).unwrap_or(usize::MAX);
        let told = self.rest.as_mut().map_or(&mut self.told.1, |rest| &mut rest.guardrails);
        if at < *told {
            return Vec::new();
        }
        *told = at.saturating_add(1);
        vec![SessionNews::Guardrail(Box::new(event.clone()))]
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

    fn whole(&mut self, agent: &StoredAgent) -> ChangeNews {
        let next = self.next_of(&agent.id).unwrap_or(0);
        if agent.message_count < next {
            // Some were taken away, or it was read ahead of this change: reading it again tells.
            return AGAIN;
        }
        let fresh: Vec<Message> = agent.messages.iter().filter(|message| message.index >= next).cloned().collect();
        let fresh = (!fresh.is_empty()).then(|| SessionNews::Messages(agent.id.clone(), fresh));
        let mut news: Vec<SessionNews> = fresh.into_iter().collect();
        self.agents.entry(agent.id.clone()).or_default().read(agent, &mut news);
        news.extend(self.waits(&agent.id, agent.waiting()));
        (news, false)
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
            (None, Some(index)) if index < self.told.0 => return Vec::new(),
            (None, Some(index)) => self.told.0 = index.saturating_add(1),
        }
        vec![SessionNews::Feedback(Box::new(feedback.clone()))]
    }

    /// Feedback was taken back: one that comes stands where it stood.
    fn forget_feedbacks(&mut self, left: u64) {
        let left = usize::try_from(left).unwrap_or(usize::MAX);
        match &mut self.rest {
            Some(rest) => rest.feedbacks = rest.feedbacks.min(left),
            None => self.told.0 = self.told.0.min(left),
        }
    }
}
