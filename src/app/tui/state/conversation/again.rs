//! The open session is read again because of a change that is told no finer.

use super::{ConversationState, Effect, Tickets};
use crate::session::{Change, Feedback};

impl ConversationState {
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
