//! Changes of the open session, taken over where they belong: its window of messages, its outline, its figures.

use std::borrow::Cow;

use super::{
    durations::Durations,
    open::{Goal, Open, counted},
    timeline::Dates,
    window::Window,
};
use crate::{
    metrics::{AgentOutline, LiveMetrics},
    session::{AgentId, Applied, Change, ChangeKind, Counters, Message, StoredAgent},
};

/// What of a message no figure is made of.
const ASIDE: [&str; 2] = ["updated_at", "guardrail_event"];

impl Open {
    /// Takes over a change of this session; the reader's place stays on its message, or `at_end`.
    /// [`Applied::Unresolved`]: the session has to be read again.
    pub fn take_change(&mut self, change: &Change, at_end: bool) -> Applied {
        let agent = change.agent().and_then(|id| self.session.agents.iter().position(|agent| agent.id == *id));
        let applied = match (&change.kind, agent) {
            (ChangeKind::Messages(_, messages) | ChangeKind::Rewritten(_, messages), Some(agent)) => {
                self.take_placed(change, agent, messages)
            }
            (ChangeKind::MessageFields(id, index, _) | ChangeKind::Metrics(id, index, _), Some(agent)) => {
                self.take_fields(change, (agent, id), *index)
            }
            (ChangeKind::Truncated(_, count), Some(agent)) => self.take_truncated(change, agent, *count),
            (ChangeKind::History(_, messages), Some(agent)) => self.take_history(change, agent, messages),
            (ChangeKind::Agent(_), None) => self.take_agent(change),
            (ChangeKind::Agent(told), Some(agent)) if self.is_same(agent, told) => Applied::Known,
            // Where the other agents and their places stand then, the next reading tells.
            (ChangeKind::Agent(_) | ChangeKind::AgentRemoved(_), Some(_)) => Applied::Unresolved,
            _ => return change.apply_to(&mut self.session),
        };
        let shown = change.agent().and_then(|id| self.session.agents.iter().position(|agent| agent.id == *id));
        if applied.is_changed() && at_end && shown.is_none_or(|agent| self.timeline.shows(agent)) {
            self.goal = Some(Goal::End);
        }
        applied
    }

    /// New messages at the end, or others in the place of those that are there.
    fn take_placed(&mut self, change: &Change, agent: usize, messages: &[Message]) -> Applied {
        let known = self.counts[agent];
        let applied = change.apply_to(&mut self.session);
        if applied.is_unresolved() {
            return applied;
        }
        let window = &mut self.windows[agent];
        let is_news =
            |told: &&Message| told.index >= known || window.message(told.index).is_none_or(|held| **held != **told);
        let told: Vec<&Message> = messages.iter().filter(is_news).collect();
        if told.is_empty() {
            return applied;
        }
        let from = told.iter().map(|message| message.index).min().unwrap_or(known);
        for message in told {
            if message.index >= known || window.is_loaded(message.index) {
                window.insert(message.index..message.index + 1, [message.clone()]);
            }
        }
        let is_followed = self.follow(change, None);
        self.settle_history(agent, from, from >= known);
        self.drop_far();
        if is_followed { Applied::Changed } else { Applied::Unresolved }
    }

    /// Fields of a message, its counters among them: those an outline holds without the message.
    fn take_fields(&mut self, change: &Change, (agent, id): (usize, &AgentId), index: u64) -> Applied {
        if index >= self.counts[agent] {
            return Applied::Unresolved;
        }
        let raised = change.apply_to(&mut self.session);
        let mut shown = false;
        if let Some(held) = self.windows[agent].message(index) {
            let Some(after) = change.message_after(id, held) else { return Applied::Unresolved };
            shown = after != **held;
            self.windows[agent].replace(after);
        }
        let message = self.windows[agent].fresh(index).cloned();
        if !self.follow(change, message.as_deref()) {
            return Applied::Unresolved;
        }
        if matches!(change.kind, ChangeKind::Metrics(..)) {
            // Counters move no message.
            self.refresh_figures(agent, index);
            return Applied::Changed;
        }
        if shown {
            self.settle_history(agent, index, false);
            return Applied::Changed;
        }
        raised
    }

    fn take_truncated(&mut self, change: &Change, agent: usize, count: u64) -> Applied {
        let applied = change.apply_to(&mut self.session);
        if !applied.is_changed() {
            return applied;
        }
        self.windows[agent].retain(|index| index < count);
        self.counts[agent] = counted(count);
        self.follow(change, None);
        self.settle_history(agent, count, false);
        applied
    }

    fn take_history(&mut self, change: &Change, agent: usize, messages: &[Message]) -> Applied {
        let applied = change.apply_to(&mut self.session);
        if applied.is_unresolved() {
            return applied;
        }
        self.windows[agent] = Window::of(messages.iter().cloned());
        self.dates[agent].clear();
        self.follow(change, None);
        self.settle_history(agent, 0, false);
        self.drop_far();
        Applied::Changed
    }

    /// A new agent has its tab after the others; the tab of all agents stays the last.
    fn take_agent(&mut self, change: &Change) -> Applied {
        let applied = change.apply_to(&mut self.session);
        let before = self.windows.len();
        let Some(agent) = self.session.agents.get_mut(before) else { return Applied::Unresolved };
        self.windows.push(Window::of(std::mem::take(&mut agent.messages)));
        self.counts.push(0);
        self.dates.push(Dates::new());
        self.durations.push(Durations::new());
        self.seen.push(0);
        self.reached.push(0);
        if before > 1 {
            if self.tab == before {
                self.tab = self.windows.len();
            }
            if let Some(place) = self.parked.remove(&before) {
                self.parked.insert(self.windows.len(), place);
            }
        }
        self.follow(change, None);
        self.settle_history(before, 0, false);
        applied
    }

    /// Takes a change over into the figures. `false`: what is held does not tell what they are now, so they follow nothing more
    /// until they are read again.
    fn follow(&mut self, change: &Change, message: Option<&Message>) -> bool {
        let Some(live) = self.live.as_mut().filter(|_| !self.behind) else { return true };
        self.behind = !follow(live, change, message);
        !self.behind
    }

    /// What there is of an agent's history is another from that index on: its count, its figures and dates, its
    /// order. `grew`: there are only more at its end.
    fn settle_history(&mut self, agent: usize, from: u64, grew: bool) {
        let count = counted(self.session.agents[agent].message_count);
        self.counts[agent] = count;
        self.seen[agent] = self.seen[agent].min(count);
        self.reached[agent] = self.reached[agent].min(count);
        if let Some(Goal::Hit(spot) | Goal::Part(spot, _)) = self.goal
            && spot.agent == agent
            && spot.index >= count
        {
            self.goal = None;
        }
        self.refresh_figures(agent, from);
        if grew {
            self.arrange_more(agent);
        } else {
            self.arrange_again();
        }
    }

    /// The message that a change speaks of fields of, where it is held as it is now.
    pub fn message_of(&self, change: &Change) -> Option<&Message> {
        let (ChangeKind::MessageFields(id, index, _) | ChangeKind::Metrics(id, index, _)) = &change.kind else {
            return None;
        };
        let agent = self.session.agents.iter().position(|agent| agent.id == *id)?;
        self.windows[agent].fresh(*index).map(AsRef::as_ref)
    }

    fn is_same(&self, agent: usize, told: &StoredAgent) -> bool {
        let held = &self.session.agents[agent];
        (&held.data, held.message_count, held.updated_at) == (&told.data, told.message_count, told.updated_at)
    }
}

/// Takes a change over into figures; `message` is the one that it changed fields of, as it is now, where it is held. `false`:
/// neither tells what they are now.
pub(super) fn follow(live: &mut LiveMetrics, change: &Change, message: Option<&Message>) -> bool {
    match &change.kind {
        ChangeKind::Messages(id, messages) | ChangeKind::Rewritten(id, messages) => {
            messages.iter().all(|message| live.put(id, message))
        }
        ChangeKind::Truncated(id, count) => {
            live.truncate(id, *count);
            true
        }
        ChangeKind::History(id, messages) => {
            live.set_agent(AgentOutline::of(id.clone(), messages));
            true
        }
        ChangeKind::Agent(agent) => {
            live.set_agent(AgentOutline::of(agent.id.clone(), &agent.messages));
            true
        }
        ChangeKind::MessageFields(_, _, fields) if fields.iter().all(|(path, _)| is_aside(path)) => true,
        ChangeKind::MessageFields(id, ..) => message.is_some_and(|message| live.put(id, message)),
        ChangeKind::Metrics(id, index, _) => {
            let told = change.counters(live.outline().counters(id, *index));
            let held = || message.map(|message| message.counters.as_deref().cloned().unwrap_or_default());
            let counters = told.or_else(held);
            counters.is_some_and(|told| live.tick(id, *index, (told != Counters::default()).then_some(told)))
        }
        _ => true,
    }
}

fn is_aside(path: &str) -> bool {
    path.split('.').next().is_some_and(|first| ASIDE.contains(&first))
}

/// Whether the conversation itself shows what of a session changed.
pub(super) fn is_shown_there(kind: &ChangeKind) -> bool {
    !kind.is_of_metadata() && !matches!(kind, ChangeKind::Touched(_))
}

/// Messages that were read before these changes, or after: what they are now, and whether all of them tell it.
pub(super) fn caught_up<'a>(read: &'a [Message], agent: &AgentId, changes: &[Change]) -> (Cow<'a, [Message]>, bool) {
    if changes.is_empty() {
        return (Cow::Borrowed(read), true);
    }
    let mut is_clear = true;
    let mut messages = read.to_vec();
    for message in &mut messages {
        for change in changes {
            match change.message_after(agent, message) {
                Some(after) => *message = after,
                None => is_clear = false,
            }
        }
    }
    (Cow::Owned(messages), is_clear)
}
