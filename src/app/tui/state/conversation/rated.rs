//! Feedback on its way, on the messages that it speaks of; and the answers that have none.

use std::collections::HashSet;

use super::{ConversationState, Effect, Tickets, open::Goal};
use crate::{
    app::tui::{
        render::message::{FeedbackStand, ShownFeedback},
        state::feedback::{PendingFeedback, is_same},
    },
    metrics::MessageSample,
    session::{AgentId, Feedback, Message, Role},
};

/// An answer of an agent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The agent.
    pub agent: AgentId,
    /// Position in the stored array.
    pub index: u64,
    /// What feedback names it by.
    pub message_id: i64,
}

/// Whether a feedback speaks of a message.
fn speaks_of(feedback: &Feedback, agent: &AgentId, message_id: Option<i64>) -> bool {
    message_id.is_some() && feedback.message_id == message_id && feedback.agent_id.as_deref() == Some(agent.as_str())
}

/// The feedback on a message of an agent, with what is on its way.
pub(super) fn feedbacks_of<'a>(
    agent: &AgentId,
    message: &Message,
    stored: &'a [Feedback],
    pending: &'a [PendingFeedback],
) -> Vec<ShownFeedback<'a>> {
    let is_on_it = |feedback: &Feedback| speaks_of(feedback, agent, message.message_id);
    let stored = stored.iter().filter(|feedback| is_on_it(feedback)).map(|feedback| {
        let is_it = |pending: &&PendingFeedback| pending.stored.as_ref().is_some_and(|known| is_same(known, feedback));
        match pending.iter().find(is_it) {
            Some(pending) if pending.is_taken_back => ShownFeedback { feedback, stand: FeedbackStand::TakenBack },
            Some(pending) => ShownFeedback { feedback: &pending.shown, stand: FeedbackStand::Pending },
            None => ShownFeedback { feedback, stand: FeedbackStand::Stored },
        }
    });
    let new = pending.iter().filter(|pending| pending.stored.is_none() && is_on_it(&pending.shown));
    let new = new.map(|pending| ShownFeedback { feedback: &pending.shown, stand: FeedbackStand::Pending });
    stored.chain(new).collect()
}

/// Whether it says something to whoever asked, and is no step on the way there.
fn is_answer(sample: &MessageSample) -> bool {
    sample.role == Role::Assistant && !sample.empty && sample.tool_uses.is_empty()
}

impl ConversationState {
    /// Shows feedback on the open session that is on its way.
    pub fn show_pending(&mut self, pending: Vec<PendingFeedback>) {
        if self.pending == pending {
            return;
        }
        let (stand, mark) = (self.stand(), self.mark());
        self.pending = pending;
        self.layouts.clear();
        self.return_to(mark);
        if let Some(open) = self.open.as_mut().filter(|_| stand.is_followed(false)) {
            open.goal = open.goal.or(Some(Goal::End));
        }
        self.refresh();
    }

    /// What has feedback, stored or on its way: agent and `message_id`.
    pub(super) fn rated(&self) -> HashSet<(&str, i64)> {
        let stored = self.session().map(|session| session.feedbacks.as_slice()).unwrap_or_default();
        let coming = self.pending.iter().filter(|pending| !pending.is_taken_back).map(|pending| &pending.shown);
        let all = stored.iter().chain(coming);
        all.filter_map(|feedback| Some((feedback.agent_id.as_deref()?, feedback.message_id?))).collect()
    }

    /// The answers of the open session without feedback, in stored order, agent by agent; `None`: they are not known yet.
    #[must_use]
    pub fn unrated(&self) -> Option<Vec<Answer>> {
        let rated = self.rated();
        let answers = self.outline()?.agents.iter().flat_map(|agent| {
            let answers = agent.samples.iter().filter(|sample| is_answer(sample));
            answers.filter_map(|sample| {
                Some(Answer { agent: agent.id.clone(), index: sample.index, message_id: sample.message_id? })
            })
        });
        Some(answers.filter(|answer| !rated.contains(&(answer.agent.as_str(), answer.message_id))).collect())
    }

    /// Whether another session is being opened.
    #[must_use]
    pub fn is_opening_another(&self) -> bool {
        self.opening.as_ref().is_some_and(|opening| !opening.again)
    }

    /// Goes to an answer.
    pub fn go_to_answer(&mut self, answer: &Answer, tickets: &mut Tickets) -> Vec<Effect> {
        self.go_to_message(&answer.agent, answer.index, tickets)
    }
}
