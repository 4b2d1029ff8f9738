//! Ratings at once, on the session or the chosen message; and feedback that was given here: changed, or taken back. Whether an earlier
//! run gave it, the journal tells.

use bson::Bson;

use super::{
    AppState, Effect,
    areas::Pane,
    editor::{Editor, changed_feedback},
    feedback::{PendingFeedback, is_same},
    modal::Modal,
    named::ChosenSession,
    writing::READ_ONLY,
};
use crate::{
    app::{
        keymap::Action,
        task::{Command, Ticket},
        writes::Write,
    },
    session::{
        AgentId, Feedback, Rating, decode,
        record::{FeedbackChange, NewFeedback},
    },
};

/// A feedback of which it is asked whether it was given here.
#[derive(Debug)]
pub(super) struct AskedOwn {
    ticket: Ticket,
    session: ChosenSession,
    feedback: Feedback,
    /// What is done with it then.
    action: Action,
}

/// The rating that a key gives at once.
fn rating_of(action: Action) -> Option<Rating> {
    Some(match action {
        Action::RateUp => Rating::Up,
        Action::RateDown => Rating::Down,
        Action::RateNeutral => Rating::Neutral,
        _ => return None,
    })
}

impl AppState {
    /// Rates at once, changes feedback that was given here, begins or ends the review. `None`: it is none of that.
    pub(super) fn judge(&mut self, action: Action) -> Option<Vec<Effect>> {
        let in_feedback = self.focus == Pane::Feedback;
        let is_of_feedback = match action {
            Action::Edit | Action::Remove => in_feedback,
            Action::Rate => in_feedback && self.selected_feedback().is_some(),
            Action::RateUp | Action::RateDown | Action::RateNeutral | Action::Review => true,
            _ => false,
        };
        if !is_of_feedback {
            return None;
        }
        if self.read_only() {
            return Some(self.say(READ_ONLY));
        }
        let done = match rating_of(action) {
            None if action == Action::Review => self.turn_review(),
            Some(rating) if !in_feedback || self.selected_feedback().is_none() => self.rate_at_once(&rating),
            _ => self.on_own(action),
        };
        Some(done.unwrap_or_else(|why| self.say(why)))
    }

    /// What a rating speaks of: the session, and in its conversation the message of the cursor.
    ///
    /// # Errors
    /// Why there is none, in a sentence.
    pub(super) fn rating_target(&self) -> Result<(ChosenSession, Option<(AgentId, i64)>), String> {
        let chosen = self.chosen().ok_or("choose a session first")?;
        if self.focus != Pane::Conversation || self.reviews_sessions() {
            return Ok((chosen, None));
        }
        let about = match self.workspace.conversation.selected() {
            Some((agent, message)) => {
                let id = message.message_id.ok_or("this message has no message_id, so no feedback can speak of it")?;
                Some((agent.clone(), id))
            }
            None => None,
        };
        Ok((chosen, about))
    }

    /// Rates once, however often the key is pressed: what this run gave is changed.
    fn rate_at_once(&mut self, rating: &Rating) -> Result<Vec<Effect>, String> {
        let (chosen, about) = self.rating_target()?;
        self.refuse_between_reviewed(&chosen)?;
        if self.is_being_rated(&chosen.key, about.as_ref()) {
            return Err("feedback on it is just being stored".to_owned());
        }
        let effects = match self.given_on(&chosen.key, about.as_ref()) {
            Some(given) if given.rating == *rating && self.workspace.review.is_none() => {
                return Err(format!("it is rated {} already", rating.as_str()));
            }
            Some(given) if given.rating == *rating => Vec::new(),
            Some(given) => {
                let (stored, comment) = (given.raw.bson(), given.comment.clone());
                let change = FeedbackChange::to(stored.clone(), changed_feedback(&stored, rating, comment.as_deref()));
                self.store(Write::ChangeFeedback(chosen.key.clone(), change), chosen.name.clone(), None)
            }
            None => {
                let (agent_id, message_id) = about.clone().unzip();
                let new = NewFeedback { agent_id, message_id, ..NewFeedback::new(rating.clone()) };
                self.store(Write::Feedback(chosen.key.clone(), new), chosen.name.clone(), None)
            }
        };
        Ok(effects.into_iter().chain(self.go_on_after_rating(&chosen.key)).collect())
    }

    /// The selected feedback of the open session.
    fn selected_feedback(&self) -> Option<(ChosenSession, &Feedback)> {
        let session = self.workspace.conversation.session()?;
        let position = self.workspace.feedback.position(Some(session))?;
        Some((self.chosen()?, session.feedbacks.get(position)?))
    }

    /// Whether the selected feedback is known to be one's own.
    pub(super) fn owns_selected(&self) -> bool {
        self.focus == Pane::Feedback
            && self.selected_feedback().is_some_and(|(chosen, feedback)| self.is_given(&chosen.key, feedback))
    }

    fn on_own(&mut self, action: Action) -> Result<Vec<Effect>, String> {
        let (session, feedback) = self.selected_feedback().ok_or("there is no feedback here")?;
        let feedback = feedback.clone();
        let is_changing =
            |pending: &PendingFeedback| pending.stored.as_ref().is_some_and(|stored| is_same(stored, &feedback));
        if self.pending_feedbacks(&session.key).iter().any(is_changing) {
            return Err("this feedback is just being changed".to_owned());
        }
        if self.is_given(&session.key, &feedback) {
            return self.change_own(session, &feedback, action);
        }
        let ticket = self.tickets.take();
        let asks = Command::OwnFeedback(ticket, session.key.clone());
        self.workspace.own_asked = Some(AskedOwn { ticket, session, feedback, action });
        Ok(vec![Effect::Ask(asks)])
    }

    /// The journal told which feedback was given here. A rating is done wherever the cursor is by now; nothing opens elsewhere.
    pub(super) fn on_own_feedback(&mut self, ticket: Ticket, own: &[Bson]) -> Vec<Effect> {
        let Some(asked) = self.workspace.own_asked.take_if(|asked| asked.ticket == ticket) else { return Vec::new() };
        let AskedOwn { session, feedback, action, .. } = asked;
        let is_own = own.iter().any(|own| is_same(&decode::feedback(own), &feedback));
        let selected = self.selected_feedback();
        let stays = self.modals.is_empty()
            && self.focus == Pane::Feedback
            && selected.is_some_and(|(chosen, selected)| chosen.key == session.key && is_same(selected, &feedback));
        let done = match rating_of(action) {
            Some(_) if is_own => self.change_own(session, &feedback, action),
            _ if !stays => return Vec::new(),
            _ if is_own => self.change_own(session, &feedback, action),
            Some(rating) => self.rate_at_once(&rating),
            None if action == Action::Rate => self.rate(),
            None => Err(self.with_key("somebody else gave this feedback, and it stays; give another", Action::Rate)),
        };
        done.unwrap_or_else(|why| self.say(why))
    }

    fn change_own(
        &mut self,
        session: ChosenSession,
        feedback: &Feedback,
        action: Action,
    ) -> Result<Vec<Effect>, String> {
        let stored = feedback.raw.bson();
        let change = match rating_of(action) {
            Some(rating) if rating == feedback.rating => {
                return Err(format!("it is rated {} already", rating.as_str()));
            }
            Some(rating) => {
                let new = changed_feedback(&stored, &rating, feedback.comment.as_deref());
                FeedbackChange::to(stored, new)
            }
            None if action == Action::Remove => FeedbackChange::back(stored),
            None => {
                let editor = Editor::own_feedback(session.key, feedback).named(session.name);
                return Ok(self.begin(Modal::Editor(Box::new(editor))));
            }
        };
        Ok(self.store(Write::ChangeFeedback(session.key, change), session.name, None))
    }

    /// What is on its way is shown where it will stand.
    pub(super) fn show_pending_feedback(&mut self) {
        let open = self.workspace.conversation.session().map(|session| session.key.clone());
        let pending = open.map(|key| self.pending_feedbacks(&key)).unwrap_or_default();
        self.workspace.feedback.pending.clone_from(&pending);
        self.workspace.conversation.show_pending(pending);
    }
}

#[cfg(test)]
mod tests;
