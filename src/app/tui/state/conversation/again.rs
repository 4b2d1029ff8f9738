//! The open session is read again because of a change that is told no finer, or changes while it is read.

use super::{ConversationState, Effect, Tickets};
use crate::session::{Change, ChangeKind, Feedback};

impl ConversationState {
    /// A reading that is on its way may have begun before the change and lack it. What says where it belongs is kept for it; of an
    /// edit nobody can tell whether the reading holds it or a later one, so it is read once more after that.
    pub(super) fn catch_up(&mut self, change: &Change, tickets: &mut Tickets) -> Vec<Effect> {
        let opening = self.opening.as_ref().is_some_and(|asked| asked.key == change.session);
        let shown = self.session().is_some_and(|session| session.key == change.session);
        if shown && let Some(page) = self.page.as_mut().filter(|page| Some(&page.agent) == change.agent()) {
            page.changes.push(change.clone());
        }
        match &change.kind {
            ChangeKind::Messages(..)
            | ChangeKind::Rewritten(..)
            | ChangeKind::MessageFields(..)
            | ChangeKind::Metrics(..)
            | ChangeKind::Truncated(..)
            | ChangeKind::History(..)
            | ChangeKind::Agent(_)
                if opening || (shown && self.outline.is_some()) =>
            {
                self.arrived.push(change.clone());
            }
            ChangeKind::MetadataPaths(_)
            | ChangeKind::Edited(_)
            | ChangeKind::MetadataWhole(_)
            | ChangeKind::FeedbackFields(..)
            | ChangeKind::FeedbackRewritten(_)
            | ChangeKind::FeedbacksCut(_)
            | ChangeKind::Guardrail(..)
            | ChangeKind::AgentFields(..)
            | ChangeKind::AgentRemoved(_)
                if opening =>
            {
                self.arrived.push(change.clone());
            }
            ChangeKind::Feedback(feedback) if opening && feedback.index.is_some() => self.arrived.push(change.clone()),
            // Not from its start: under a writer that does not rest it would never end.
            ChangeKind::Metadata(_) | ChangeKind::Feedback(_) if opening => self.again = true,
            // Of the open one that is told below.
            ChangeKind::Unclear(_) if opening && !shown => return self.read_again(change, tickets),
            _ => {}
        }
        Vec::new()
    }

    /// Reads it again. While it is being read, one more reading follows, however many changes there are.
    pub(super) fn read_again(&mut self, change: &Change, tickets: &mut Tickets) -> Vec<Effect> {
        if self.key() != Some(&change.session) {
            return Vec::new();
        }
        if self.opening.is_some() || self.outline.is_some() {
            self.again = true;
            return Vec::new();
        }
        self.reload_by_itself(tickets)
    }

    /// Nobody asked for it, so nobody waits for it.
    fn reload_by_itself(&mut self, tickets: &mut Tickets) -> Vec<Effect> {
        let effects = self.reload(tickets);
        self.by_itself = true;
        effects
    }

    /// What was read came: the reading that is to follow begins.
    pub(super) fn read_owed(&mut self, tickets: &mut Tickets) -> Vec<Effect> {
        if self.opening.is_some() || self.outline.is_some() || !std::mem::take(&mut self.again) {
            return Vec::new();
        }
        self.reload_by_itself(tickets)
    }

    /// Whether a feedback is there already: what this program stored comes back as a change, and an attempt whose answer was lost may
    /// have stored it.
    pub(super) fn holds(&self, feedback: &Feedback) -> bool {
        let same = |known: &Feedback| {
            (known.created_at, &known.rating, &known.comment)
                == (feedback.created_at, &feedback.rating, &feedback.comment)
        };
        self.session().is_some_and(|open| open.feedbacks.iter().any(same))
    }
}
