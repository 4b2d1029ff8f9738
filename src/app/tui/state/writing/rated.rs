//! Feedback on its way, and what of it this run gave.

use super::super::{
    AppState,
    connection::HomePlace,
    feedback::{PendingFeedback, is_same},
};
use super::Pending;
use crate::{
    app::writes::Write,
    session::{AgentId, Change, ChangeKind, Feedback, SessionKey, decode, encode},
};

/// So many that this run gave are remembered; what is older is asked of the journal.
const MOST_GIVEN: usize = 1000;

/// A feedback that this run stored, as it is stored.
#[derive(Debug, Clone)]
pub struct GivenFeedback {
    home: Option<HomePlace>,
    session: SessionKey,
    feedback: Feedback,
}

/// Whether it speaks of that message, or of the session.
fn speaks_of(feedback: &Feedback, about: Option<&(AgentId, i64)>) -> bool {
    let (agent, message) = about.map(|(agent, message)| (agent.as_str(), *message)).unzip();
    (feedback.agent_id.as_deref(), feedback.message_id) == (agent, message)
}

/// What a write makes of a feedback: what is shown of it, and the one that it was, where it stands.
fn pending_of(write: &Write) -> Option<(&SessionKey, PendingFeedback)> {
    let (session, shown, stored, is_taken_back) = match write {
        Write::Feedback(key, new) => (key, decode::feedback(&encode::feedback(new).into()), None, false),
        Write::ChangeFeedback(key, change) => {
            let stored = decode::feedback(&change.stored);
            let new = change.new.clone().map(|new| decode::feedback(&new.into()));
            let is_taken_back = new.is_none();
            (key, new.unwrap_or_else(|| stored.clone()), Some(stored), is_taken_back)
        }
        Write::Metadata(..) | Write::Delete(_) | Write::Undo(_) | Write::Redo(_) => return None,
    };
    Some((session, PendingFeedback { shown, stored, is_taken_back }))
}

impl AppState {
    /// Feedback on a session of the place that is open that is on its way, the oldest first.
    pub(in super::super) fn pending_feedbacks(&self, session: &SessionKey) -> Vec<PendingFeedback> {
        let here = self.pending.iter().filter(|pending| !self.is_elsewhere(pending));
        let of_session = here.filter_map(|pending| pending_of(&pending.order.write)).filter(|(key, _)| *key == session);
        of_session.map(|(_, pending)| pending).collect()
    }

    /// Whether feedback on just that is on its way.
    pub(in super::super) fn is_being_rated(&self, session: &SessionKey, about: Option<&(AgentId, i64)>) -> bool {
        self.pending_feedbacks(session).iter().any(|pending| speaks_of(&pending.shown, about))
    }

    /// The feedback on just that which this run gave last, where it is still there as far as is known.
    pub(in super::super) fn given_on(&self, session: &SessionKey, about: Option<&(AgentId, i64)>) -> Option<&Feedback> {
        let open = self.workspace.conversation.session().filter(|open| open.key == *session);
        let mut of_session = self.given_to(session).rev().filter(|given| speaks_of(given, about));
        match open {
            // As it was read it is what a change is guarded by.
            Some(open) => of_session.find_map(|given| open.feedbacks.iter().find(|held| is_same(held, given))),
            None => of_session.next(),
        }
    }

    /// Whether this run gave it.
    pub(in super::super) fn is_given(&self, session: &SessionKey, feedback: &Feedback) -> bool {
        self.given_to(session).any(|given| is_same(given, feedback))
    }

    fn given_to(&self, session: &SessionKey) -> impl DoubleEndedIterator<Item = &Feedback> {
        let home = self.workspace.home;
        self.given
            .iter()
            .filter(move |given| given.home == home && given.session == *session)
            .map(|given| &given.feedback)
    }

    /// Notes what a write made of feedback.
    pub(super) fn note_given(&mut self, pending: &Pending, changes: &[Change]) {
        let home = pending.home;
        match &pending.order.write {
            write @ (Write::Feedback(..) | Write::ChangeFeedback(..)) => {
                let Some((session, PendingFeedback { shown, stored, is_taken_back })) = pending_of(write) else {
                    return;
                };
                if let Some(stored) = stored {
                    let is_it = |given: &GivenFeedback| given.home == home && given.session == *session;
                    self.given.retain(|given| !is_it(given) || !is_same(&given.feedback, &stored));
                }
                if is_taken_back {
                    return;
                }
                // As it was stored, where that is told.
                let told = changes.iter().find_map(|change| match &change.kind {
                    ChangeKind::Feedback(feedback) if is_same(feedback, &shown) => Some((**feedback).clone()),
                    _ => None,
                });
                let (session, feedback) = (session.clone(), told.unwrap_or(shown));
                if self.given.len() >= MOST_GIVEN {
                    self.given.remove(0);
                }
                self.given.push(GivenFeedback { home, session, feedback });
            }
            // What they changed, the journal knows.
            Write::Undo(_) | Write::Redo(_) => {
                let is_of = |key: &SessionKey| changes.iter().any(|change| change.session == *key);
                self.given.retain(|given| given.home != home || !is_of(&given.session));
            }
            Write::Metadata(..) | Write::Delete(_) => {}
        }
    }

    /// A change of feedback met something else: it is not taken for what is there any more.
    pub(super) fn forget_given(&mut self, write: &Write) {
        if let Some((session, PendingFeedback { stored: Some(stored), .. })) = pending_of(write) {
            self.given.retain(|given| given.session != *session || !is_same(&given.feedback, &stored));
        }
    }
}
