//! Feedback on its way, and what of it this run gave.

use super::super::{
    AppState,
    connection::HomePlace,
    feedback::{PendingFeedback, is_same},
};
use super::Pending;
use crate::{
    app::writes::Write,
    session::{AgentId, Change, ChangeKind, Feedback, SessionKey, decode, encode, record::NewFeedback},
};
use jiff::Timestamp;

/// So many that this run gave are remembered; what is older is asked of the journal.
const MOST_GIVEN: usize = 1000;

/// What this run gave.
#[derive(Debug, Default)]
pub struct RatedHere {
    /// Feedback that is stored.
    given: Vec<GivenFeedback>,
    /// Feedback that may be.
    unsure: Vec<UnsureFeedback>,
}

/// A feedback that this run stored, as it is stored.
#[derive(Debug, Clone)]
struct GivenFeedback {
    home: Option<HomePlace>,
    session: SessionKey,
    feedback: Feedback,
}

/// A feedback that may be stored: given again it is the same one.
#[derive(Debug, Clone)]
struct UnsureFeedback {
    home: Option<HomePlace>,
    session: SessionKey,
    feedback: NewFeedback,
}

impl UnsureFeedback {
    /// Whether the other says the same of the same.
    fn is_same(&self, home: Option<HomePlace>, session: &SessionKey, other: &NewFeedback) -> bool {
        let of = |feedback: &NewFeedback| {
            let NewFeedback { rating, comment, agent_id, message_id, .. } = feedback.clone();
            (rating, comment, agent_id, message_id)
        };
        self.home == home && self.session == *session && of(&self.feedback) == of(other)
    }
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
        self.rated
            .given
            .iter()
            .filter(move |given| given.home == home && given.session == *session)
            .map(|given| &given.feedback)
    }

    /// When a feedback was given that says the same and of which nobody knows whether it is stored.
    pub(super) fn unsure_since(&self, session: &SessionKey, feedback: &NewFeedback) -> Option<Timestamp> {
        let home = self.workspace.home;
        let unsure = self.rated.unsure.iter().find(|unsure| unsure.is_same(home, session, feedback));
        unsure.map(|unsure| unsure.feedback.at)
    }

    /// Nobody knows whether it is stored.
    pub(super) fn note_unsure(&mut self, pending: &Pending) {
        if let Write::Feedback(session, feedback) = &pending.order.write {
            let (home, session, feedback) = (pending.home, session.clone(), feedback.clone());
            self.rated.unsure.retain(|unsure| !unsure.is_same(home, &session, &feedback));
            self.rated.unsure.push(UnsureFeedback { home, session, feedback });
        }
    }

    /// Notes what a write made of feedback.
    pub(super) fn note_given(&mut self, pending: &Pending, changes: &[Change]) {
        let home = pending.home;
        if let Write::Feedback(session, feedback) = &pending.order.write {
            self.rated.unsure.retain(|unsure| !unsure.is_same(home, session, feedback));
        }
        match &pending.order.write {
            write @ (Write::Feedback(..) | Write::ChangeFeedback(..)) => {
                let Some((session, PendingFeedback { shown, stored, is_taken_back })) = pending_of(write) else {
                    return;
                };
                if let Some(stored) = stored {
                    let is_it = |given: &GivenFeedback| given.home == home && given.session == *session;
                    self.rated.given.retain(|given| !is_it(given) || !is_same(&given.feedback, &stored));
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
                if self.rated.given.len() >= MOST_GIVEN {
                    self.rated.given.remove(0);
                }
                self.rated.given.push(GivenFeedback { home, session, feedback });
            }
            // What they changed, the journal knows.
            Write::Undo(_) | Write::Redo(_) => {
                let is_of = |key: &SessionKey| changes.iter().any(|change| change.session == *key);
                self.rated.given.retain(|given| given.home != home || !is_of(&given.session));
            }
            Write::Metadata(..) | Write::Delete(_) => {}
        }
    }

    /// A change of feedback met something else: it is not taken for what is there any more.
    pub(super) fn forget_given(&mut self, write: &Write) {
        if let Some((session, PendingFeedback { stored: Some(stored), .. })) = pending_of(write) {
            self.rated.given.retain(|given| given.session != *session || !is_same(&given.feedback, &stored));
        }
    }
}
