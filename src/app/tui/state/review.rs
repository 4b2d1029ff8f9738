//! Review: sessions or answers without feedback, one after another. One key rates and goes on.
//!
//! Begun in the list it is of the sessions that match its filter, which leaves out those with feedback for as long; begun in a
//! conversation it is of its answers.

use std::collections::HashSet;

use super::{AppState, Effect, agreement::AgreedTo, areas::Pane, conversation::Answer, named::ChosenSession};
use crate::{
    app::{keymap::Action, writes::Write},
    session::{AgentId, Change, ChangeKind, SessionKey, Summary},
};

/// What a filter is narrowed by.
const WITHOUT_FEEDBACK: &str = "-has:feedback";

/// What is rated one after another.
#[derive(Debug)]
pub struct Review {
    of: ReviewOf,
    /// So many were rated.
    rated: usize,
}

/// Of what it is.
#[derive(Debug)]
enum ReviewOf {
    /// Sessions of the list.
    Sessions {
        /// The filter before, as typed.
        filter: String,
        /// Those that were rated: their rows may stay for a while.
        rated: HashSet<SessionKey>,
        /// The next is opened as soon as there is a row for it.
        waits: bool,
    },
    /// Answers of the open session.
    Answers {
        /// The first is gone to as soon as they are known.
        waits: bool,
    },
}

impl AppState {
    /// Begins the review, or ends it.
    pub(super) fn turn_review(&mut self) -> Result<Vec<Effect>, String> {
        if self.workspace.review.is_some() {
            return Ok(self.end_review());
        }
        if !self.workspace.connection.is_open() {
            return Err("choose a connection first".to_owned());
        }
        Ok(self.once_agreed("every rating of this review is stored", AgreedTo::Review))
    }

    /// Begins it; what is rated is agreed to.
    pub(super) fn begin_review(&mut self) -> Vec<Effect> {
        if self.focus != Pane::Sessions && self.workspace.conversation.session().is_some() {
            self.focus = Pane::Conversation;
            self.workspace.review = Some(Review { of: ReviewOf::Answers { waits: true }, rated: 0 });
            return Vec::new();
        }
        let filter = self.workspace.list.filter.source.clone();
        let narrowed = format!("{filter} {WITHOUT_FEEDBACK}");
        match self.read_filter(narrowed.trim()) {
            Ok(narrowed) => {
                self.focus = Pane::Sessions;
                let of = ReviewOf::Sessions { filter, rated: HashSet::new(), waits: true };
                self.workspace.review = Some(Review { of, rated: 0 });
                self.list_matching(narrowed)
            }
            Err(mistake) => self.say(mistake.problem),
        }
    }

    /// Ends it: the list is as it was.
    fn end_review(&mut self) -> Vec<Effect> {
        let Some(review) = self.workspace.review.take() else { return Vec::new() };
        self.said = Some(format!("the review is over: {} rated", review.rated));
        let ReviewOf::Sessions { filter, .. } = review.of else { return Vec::new() };
        match self.read_filter(&filter) {
            Ok(filter) => self.list_matching(filter),
            Err(mistake) => self.say(mistake.problem),
        }
    }

    /// Another list is asked for: one that is reviewed is left as it is.
    pub(super) fn leave_review_of_list(&mut self) {
        if self.reviews_sessions() {
            self.workspace.review = None;
        }
    }

    /// A key that means something else during the review: `n` goes on without a rating, and going back from the list ends it.
    pub(super) fn in_review(&mut self, action: Action) -> Option<Vec<Effect>> {
        self.workspace.review.as_ref()?;
        match action {
            Action::NextMatch if self.workspace.conversation.find_status().is_none() => {
                let chosen = self.chosen_key().cloned();
                Some(self.go_on_reviewing(chosen.as_ref()))
            }
            Action::Back if self.focus == Pane::Sessions && !self.can_give_up() => Some(self.end_review()),
            _ => None,
        }
    }

    /// Whether sessions are rated one after another: a rating is of the session, wherever the cursor is.
    pub(super) fn reviews_sessions(&self) -> bool {
        matches!(&self.workspace.review, Some(Review { of: ReviewOf::Sessions { .. }, .. }))
    }

    /// Whether a write is one of a review that was agreed to as a whole: a rating, given or changed.
    pub(super) fn is_agreed_in_review(&self, write: &Write) -> bool {
        let rates = match write {
            Write::Feedback(..) => true,
            Write::ChangeFeedback(_, change) => change.new.is_some(),
            Write::Metadata(..) | Write::Delete(_) | Write::Undo(_) | Write::Redo(_) => false,
        };
        rates && self.workspace.review.is_some()
    }

    /// Feedback with a comment is on its way: in the review that goes on too.
    pub(super) fn go_on_after_comment(&mut self, write: &Write) -> Vec<Effect> {
        match write {
            Write::Feedback(session, _) if self.is_agreed_in_review(write) => self.go_on_after_rating(session),
            _ => Vec::new(),
        }
    }

    /// A rating is not stored: its turn comes again.
    pub(super) fn take_back_reviewed(&mut self, write: &Write) {
        let Some(review) = self.workspace.review.as_mut() else { return };
        if let Write::Feedback(session, _) = write {
            let counts = match &mut review.of {
                ReviewOf::Sessions { rated, .. } => rated.remove(session),
                ReviewOf::Answers { .. } => true,
            };
            review.rated = review.rated.saturating_sub(usize::from(counts));
        }
    }

    /// A rating is taken back: its turn comes again.
    pub(super) fn take_back_undone(&mut self, write: &Write, changes: &[Change]) {
        let Some(review) = self.workspace.review.as_mut().filter(|_| matches!(write, Write::Undo(_))) else { return };
        let is_unrated = |change: &&Change| match &change.kind {
            ChangeKind::FeedbackRewritten(rewrite) => rewrite.now.is_none(),
            // Told no finer: mostly it is the rating.
            ChangeKind::Unclear(_) => true,
            _ => false,
        };
        if let ReviewOf::Sessions { rated, .. } = &mut review.of {
            let again = changes.iter().filter(is_unrated).filter(|change| rated.remove(&change.session)).count();
            review.rated = review.rated.saturating_sub(again);
        }
    }

    /// While the next session is being opened, a key is not for the one before.
    ///
    /// # Errors
    /// That it is.
    pub(super) fn refuse_between_reviewed(&self, chosen: &ChosenSession) -> Result<(), String> {
        let is_between = self.focus != Pane::Sessions && self.workspace.conversation.key() != Some(&chosen.key);
        match &self.workspace.review {
            Some(Review { of: ReviewOf::Sessions { waits, .. }, .. }) if *waits || is_between => {
                Err("the next session is being opened".to_owned())
            }
            _ => Ok(()),
        }
    }

    /// One was rated: the next one.
    pub(super) fn go_on_after_rating(&mut self, session: &SessionKey) -> Vec<Effect> {
        let Some(review) = &mut self.workspace.review else { return Vec::new() };
        review.rated += 1;
        if let ReviewOf::Sessions { rated, .. } = &mut review.of {
            rated.insert(session.clone());
        }
        self.show_pending_feedback();
        self.go_on_reviewing(Some(session))
    }

    /// Goes to the next one behind where the cursor is.
    fn go_on_reviewing(&mut self, session: Option<&SessionKey>) -> Vec<Effect> {
        match &self.workspace.review {
            Some(Review { of: ReviewOf::Sessions { .. }, .. }) => self.next_session(session),
            Some(Review { of: ReviewOf::Answers { .. }, .. }) => self.next_answer(),
            None => Vec::new(),
        }
    }

    /// Opens the next session that is not rated: behind that one, else from the first row on.
    fn next_session(&mut self, after: Option<&SessionKey>) -> Vec<Effect> {
        let list = &self.workspace.list;
        let has_more = list.has_more();
        let Some(Review { of: ReviewOf::Sessions { rated, waits, .. }, .. }) = &mut self.workspace.review else {
            return Vec::new();
        };
        let start = after.and_then(|key| list.rows.iter().position(|row| row.key == *key)).map_or(0, |at| at + 1);
        let is_left = |row: &&Summary| !rated.contains(&row.key) && !list.is_gone(row);
        let behind = list.rows.iter().skip(start).find(is_left);
        // Behind the last row that is known there may be more.
        let next = behind.or_else(|| list.rows.iter().find(is_left).filter(|_| !has_more)).cloned();
        let waited = std::mem::replace(waits, next.is_none() && has_more);
        match next {
            Some(row) if Some(&row.key) == after => self.say("this is the only one that is left"),
            Some(row) => self.open(&row),
            // A page that does not come is not asked for again and again.
            None if waited => Vec::new(),
            None if has_more => self.workspace.list.on_action(Action::Bottom).unwrap_or_default(),
            None => self.all_rated("every session that matches has feedback"),
        }
    }

    fn all_rated(&mut self, says: &str) -> Vec<Effect> {
        let effects = self.end_review();
        let over = self.said.take().unwrap_or_default();
        self.said = Some(format!("{says}; {over}"));
        effects
    }

    /// Goes to the next answer without feedback: behind the cursor, else from the first on.
    fn next_answer(&mut self) -> Vec<Effect> {
        let Some(answers) = self.workspace.conversation.unrated() else {
            return self.say("the answers are not known yet");
        };
        let here = self.workspace.conversation.selected().map(|(agent, message)| (agent.clone(), message.index));
        let order = self
            .workspace
            .conversation
            .session()
            .map(|session| session.agents.iter().map(|agent| agent.id.clone()).collect::<Vec<_>>());
        let order = order.unwrap_or_default();
        let rank = |agent: &AgentId, index: u64| (order.iter().position(|known| known == agent), index);
        let is_behind = |answer: &&Answer| {
            here.as_ref().is_none_or(|(agent, index)| rank(&answer.agent, answer.index) > rank(agent, *index))
        };
        match answers.iter().find(is_behind).or_else(|| answers.first()) {
            Some(answer) => {
                self.focus = Pane::Conversation;
                self.workspace.conversation.go_to_answer(answer, &mut self.tickets)
            }
            None => self.all_rated("every answer of this session has feedback"),
        }
    }

    /// Once what was waited for is there, the review goes on by itself.
    pub(super) fn resume_review(&mut self) -> Vec<Effect> {
        if !self.modals.is_empty() {
            return Vec::new();
        }
        let (list, conversation) = (&self.workspace.list, &self.workspace.conversation);
        match &mut self.workspace.review {
            Some(Review { of: ReviewOf::Sessions { waits: true, .. }, .. }) if !list.is_outdated() => {
                let selected = list.selected_row().map(|row| row.key.clone());
                let after = selected.filter(|key| self.is_reviewed(key));
                self.next_session(after.as_ref())
            }
            Some(Review { of: ReviewOf::Answers { waits }, .. }) if *waits && conversation.outline().is_some() => {
                *waits = false;
                self.first_answer()
            }
            _ => Vec::new(),
        }
    }

    /// Whether it was rated in this review.
    fn is_reviewed(&self, key: &SessionKey) -> bool {
        matches!(&self.workspace.review, Some(Review { of: ReviewOf::Sessions { rated, .. }, .. }) if rated.contains(key))
    }

    /// The answer of the cursor where it has no feedback, else the next.
    fn first_answer(&mut self) -> Vec<Effect> {
        let conversation = &self.workspace.conversation;
        let here = conversation.selected().map(|(agent, message)| (agent, message.index));
        let answers = conversation.unrated().unwrap_or_default();
        if answers.iter().any(|answer| here == Some((&answer.agent, answer.index))) {
            return Vec::new();
        }
        self.next_answer()
    }

    /// What the review has to say of itself: how many are left. `None`: there is none.
    #[must_use]
    pub fn review_left(&self) -> Option<String> {
        let review = self.workspace.review.as_ref()?;
        let (left, of) = match &review.of {
            ReviewOf::Sessions { rated, .. } => {
                // Those that were rated and still have their row are counted among the others.
                let lingering = self.workspace.list.rows.iter().filter(|row| rated.contains(&row.key)).count() as u64;
                (self.workspace.list.count.map(|count| count.saturating_sub(lingering)), ["session", "sessions"])
            }
            ReviewOf::Answers { .. } => {
                (self.workspace.conversation.unrated().map(|answers| answers.len() as u64), ["answer", "answers"])
            }
        };
        let [one, several] = of;
        Some(match left {
            None => format!("review of {several}"),
            Some(1) => format!("review: 1 {one} left"),
            Some(left) => format!("review: {left} {several} left"),
        })
    }
}

#[cfg(test)]
mod tests;
