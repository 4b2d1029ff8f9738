//! What the background task answers, and what is asked of it next.

use super::{
    AskedPage, ConversationState, Effect, LiveActivity, Opening, Tickets,
    changed::{caught_up, follow, is_shown_there},
    open::Open,
    place::EndStand,
    timeline::Spot,
};
use crate::{
    app::task::{Command, Event, Ticket, command::Lane},
    metrics::{LiveMetrics, Outline},
    session::{AgentId, Applied, Change, ChangeKind, Message, Session, SessionKey},
};

/// Messages around the view that are loaded ahead.
const AHEAD: usize = 30;

/// Whether the end goes on being shown after a change of some agent.
fn follows(stand: EndStand, change: &Change) -> bool {
    let grew = matches!(change.kind, ChangeKind::Messages(..) | ChangeKind::History(..) | ChangeKind::Agent(_));
    change.agent().is_some() && stand.is_followed(grew)
}

impl ConversationState {
    /// Takes over a change of the open session.
    pub fn apply(&mut self, change: &Change, tickets: &mut Tickets) -> Vec<Effect> {
        if matches!(change.kind, ChangeKind::Deleted) {
            self.forget(&change.session);
            return Vec::new();
        }
        let mut effects = self.catch_up(change, tickets);
        // What this program stored comes back.
        if matches!(&change.kind, ChangeKind::Feedback(feedback) if feedback.index.is_none() && self.holds(feedback)) {
            return effects;
        }
        if self.session().is_none_or(|open| open.key != change.session) {
            return effects;
        }
        let stand = match &self.news {
            Some(news) => news.stand,
            None => self.stand(),
        };
        let Some(open) = &mut self.open else { return effects };
        let applied = match &change.kind {
            ChangeKind::Created(_) if self.gone => Applied::Unresolved,
            ChangeKind::Created(_) => Applied::Known,
            _ => open.take_change(change, follows(stand, change)),
        };
        open.activity.take(change, self.now);
        let is_shown = applied.is_changed() && is_shown_there(&change.kind);
        if is_shown {
            if let Some(find) = &mut self.find {
                find.take(change, open);
            }
            if matches!(change.kind, ChangeKind::Truncated(..) | ChangeKind::History(..)) {
                let counts = &open.counts;
                self.folds.keep(|spot| counts.get(spot.agent).is_some_and(|count| spot.index < *count));
            }
        }
        match &mut self.news {
            Some(news) => news.is_shown |= is_shown,
            None => effects.extend(self.settle_changes(is_shown, tickets)),
        }
        if applied.is_unresolved() {
            effects.extend(self.read_again(change, tickets));
        }
        effects
    }

    /// The session is gone: it is shown no more, and not waited for.
    fn forget(&mut self, key: &SessionKey) {
        for asked in [&mut self.opening, &mut self.unopened] {
            asked.take_if(|asked| asked.key == *key);
        }
        if self.session().is_some_and(|session| session.key == *key) {
            let (opening, unopened) = (self.opening.take(), self.unopened.take());
            self.close();
            (self.opening, self.unopened) = (opening, unopened);
        }
    }

    /// Takes an answer of the lanes Open, Messages, Outline and Find; ignores stale ones and those of other lanes.
    pub fn on_event(&mut self, event: &Event, tickets: &mut Tickets) -> Vec<Effect> {
        match event {
            Event::Opened(ticket, session) if self.opening.as_ref().is_some_and(|asked| asked.ticket == *ticket) => {
                self.take_session(session, tickets)
            }
            Event::Messages(ticket, agent, messages) => self.take_messages(*ticket, agent, messages, tickets),
            Event::Found { ticket, hits, searched, done } => self.take_found(*ticket, hits, *searched, *done, tickets),
            Event::Failed { ticket, lane, error } => self.take_failure(*ticket, *lane, error.is_passing(), tickets),
            _ => Vec::new(),
        }
    }

    fn take_session(&mut self, session: &Session, tickets: &mut Tickets) -> Vec<Effect> {
        let Some(Opening { again, name, exact, preview, .. }) = self.opening.take() else { return Vec::new() };
        self.exact = exact.then_some(name);
        let stand = self.stand();
        (self.blocked, self.gone, self.landed) = (false, false, None);
        self.layouts.clear();
        self.pictures.clear();
        if !self.open.as_ref().is_some_and(|old| again && old.session.key == session.key) {
            self.note_left();
        }
        self.previewed = preview.is_some();
        let same = self.open.take().filter(|old| again && old.session.key == session.key);
        let is_other = same.is_none();
        let mut effects = Vec::new();
        let open = if let Some(old) = same {
            let (open, moved) = old.reloaded(session.clone(), stand);
            self.folds.follow(&moved);
            if let Some(find) = &mut self.find {
                find.follow(&moved);
                find.keep(|spot| open.counts.get(spot.agent).is_some_and(|count| spot.index < *count));
                find.take_again(session, &open.seen);
            }
            open
        } else {
            self.folds.forget();
            self.page = None;
            if self.find.take().is_some_and(|find| find.ticket.is_some()) {
                effects.push(Effect::Ask(Command::Cancel(Lane::Find)));
            }
            Open::new(session.clone())
        };
        let key = open.session.key.clone();
        let open = self.open.insert(open);
        open.activity = LiveActivity::of(session, &Outline::default(), self.now);
        for change in self.arrived.drain(..).filter(|change| change.session == key) {
            open.activity.take(&change, self.now);
            self.again |= open.take_change(&change, follows(stand, &change)).is_unresolved();
            if let Some(find) = &mut self.find {
                find.take(&change, open);
            }
        }
        // What was read may be later than they are.
        open.session.updated_at = open.session.updated_at.max(session.updated_at);
        open.refresh_calls();
        open.drop_far();
        effects.extend(if is_other && self.previewed { self.owe_outline() } else { self.ask_outline(tickets) });
        if is_other {
            // A move that waited was meant for what was read before.
            self.wanted_move = None;
            self.come_back();
            self.jump_awaited();
        }
        self.refresh();
        effects.extend(self.ask(tickets));
        effects
    }

    fn take_messages(
        &mut self,
        ticket: Ticket,
        agent: &AgentId,
        messages: &[Message],
        tickets: &mut Tickets,
    ) -> Vec<Effect> {
        let Some(asked) = self.page.take_if(|asked| asked.ticket == ticket && asked.agent == *agent) else {
            return Vec::new();
        };
        let (messages, is_clear) = caught_up(messages, agent, &asked.changes);
        let Some(open) = &mut self.open else { return Vec::new() };
        let Some(number) = open.session.agents.iter().position(|found| found.id == *agent) else {
            // The agent went with a reload meanwhile: another page may be waiting for this one.
            return self.ask(tickets);
        };
        let range = asked.range.start.min(open.counts[number])..asked.range.end.min(open.counts[number]);
        let merged = open.tab >= open.windows.len();
        open.take_page(number, range.clone(), &messages);
        if merged {
            self.layouts.clear();
        } else {
            self.layouts.forget_range(number, &range);
        }
        self.refresh();
        let mut effects = self.ask(tickets);
        if !is_clear {
            self.again = true;
            effects.extend(self.read_owed(tickets));
        }
        effects
    }

    /// Takes the answer of the lane Outline, which is kept and grows with the session.
    pub fn on_outline(&mut self, ticket: Ticket, outline: Outline, tickets: &mut Tickets) -> Vec<Effect> {
        if self.outline.take_if(|asked| *asked == ticket).is_none() {
            return Vec::new();
        }
        let mark = self.mark();
        if let Some(open) = &mut self.open {
            let mut live = LiveMetrics::from(outline);
            for change in self.arrived.iter().filter(|change| change.session == open.session.key) {
                self.again |= !follow(&mut live, change, open.message_of(change));
            }
            // What a reading that is on its way lacks is kept for it.
            if self.opening.is_none() {
                self.arrived.clear();
            }
            open.activity.learn(&open.session, live.outline(), self.now);
            open.take_figures(live);
            if let Some(find) = &mut self.find {
                find.arrange(&open.timeline);
            }
        }
        self.layouts.clear();
        self.return_to(mark);
        self.refresh();
        let mut effects = self.ask(tickets);
        effects.extend(self.go_wanted(tickets));
        effects.extend(self.read_owed(tickets));
        effects
    }

    fn take_found(
        &mut self,
        ticket: Ticket,
        hits: &[(AgentId, u64)],
        searched: u64,
        done: bool,
        tickets: &mut Tickets,
    ) -> Vec<Effect> {
        let Some((find, open)) = self.find.as_mut().zip(self.open.as_ref()) else { return Vec::new() };
        if find.ticket != Some(ticket) {
            return Vec::new();
        }
        for (id, index) in hits {
            let agent = open.session.agents.iter().position(|agent| agent.id == *id);
            if let Some(agent) = agent.filter(|agent| *index < open.counts[*agent]) {
                find.hits.push(Spot { agent, index: *index });
            }
        }
        find.searched = searched;
        if done {
            (find.ticket, find.complete) = (None, true);
        }
        find.arrange(&open.timeline);
        // Who moved on meanwhile is not taken back.
        if find.current.is_none()
            && find.from == open.spot()
            && let Some(first) = find.first(&open.timeline)
        {
            find.current = Some(first);
            self.go_to(first);
        }
        self.refresh();
        self.ask(tickets)
    }

    /// Keeps what is shown; the status line shows the error.
    fn take_failure(&mut self, ticket: Ticket, lane: Lane, lost: bool, tickets: &mut Tickets) -> Vec<Effect> {
        // What failed as the connection was lost is asked again once that is back.
        self.again &= !lost;
        match lane {
            Lane::Open => self.unopened = self.opening.take_if(|asked| asked.ticket == ticket).filter(|_| lost),
            Lane::Messages => self.blocked |= self.page.take_if(|asked| asked.ticket == ticket).is_some(),
            Lane::Outline => {
                // A move that waited for it is over, unless it is asked again by itself.
                if self.outline.take_if(|asked| *asked == ticket).is_some() && !lost {
                    self.wanted_move = None;
                }
            }
            Lane::Find => {
                if let Some(find) = &mut self.find {
                    find.ticket.take_if(|asked| *asked == ticket);
                }
            }
            _ => return Vec::new(),
        }
        if self.opening.is_none() && self.outline.is_none() {
            self.arrived.clear();
        }
        self.refresh();
        self.read_owed(tickets)
    }

    /// The next page to ask for. One question at a time; what is in view goes before what is only near it.
    pub(super) fn wanted(&mut self, tickets: &mut Tickets) -> Option<Effect> {
        if self.blocked || self.size.height == 0 || self.opening.as_ref().is_some_and(|asked| !asked.again) {
            return None;
        }
        let (spot, in_view) = self.missing()?;
        let open = self.open.as_ref()?;
        let agent = open.session.agents.get(spot.agent)?.id.clone();
        if let Some(asked) = &self.page
            && (!in_view || (asked.agent == agent && asked.range.contains(&spot.index)) || self.asked_in_view())
        {
            return None;
        }
        let open = self.open.as_ref()?;
        let range = open.windows[spot.agent].page_around(spot.index, open.counts[spot.agent]);
        let ticket = tickets.take();
        let key = open.session.key.clone();
        let (agent_id, asked_at) = (agent.clone(), self.now);
        self.page = Some(AskedPage { ticket, agent: agent_id, range: range.clone(), asked_at, changes: Vec::new() });
        Some(Effect::Ask(Command::Messages(ticket, key, agent, range)))
    }

    /// The nearest message that is not loaded, and whether it is in view.
    fn missing(&mut self) -> Option<(Spot, bool)> {
        let (top, bottom) = self.positions()?;
        let open = self.open.as_ref()?;
        let wanted = |pos: usize| {
            let spot = open.timeline.at(pos)?;
            open.windows[spot.agent].is_wanted(spot.index).then_some(spot)
        };
        let cursor = open.place.pos;
        let in_view = (top..=bottom).filter(|pos| wanted(*pos).is_some()).min_by_key(|pos| pos.abs_diff(cursor));
        if let Some(spot) = in_view.and_then(wanted) {
            return Some((spot, true));
        }
        let ahead = AHEAD.max(usize::from(self.size.height)).min(100);
        let above = (top.saturating_sub(ahead)..top).rev().find_map(wanted);
        let below = || (bottom + 1..=bottom.saturating_add(ahead)).find_map(wanted);
        above.or_else(below).map(|spot| (spot, false))
    }

    /// Whether the page that was asked for shows something in view.
    fn asked_in_view(&mut self) -> bool {
        let Some((top, bottom)) = self.positions() else { return false };
        let (Some(open), Some(asked)) = (&self.open, &self.page) else { return false };
        (top..=bottom)
            .filter_map(|pos| open.timeline.at(pos))
            .any(|spot| asked.range.contains(&spot.index) && open.session.agents[spot.agent].id == asked.agent)
    }

    /// The first and the last message in view.
    pub(super) fn positions(&mut self) -> Option<(usize, usize)> {
        self.on_sheet(|pages, place, view| {
            if super::place::Sheet::len(pages) == 0 {
                return None;
            }
            let top = place.top(pages);
            let mut last = top;
            for _ in 1..view {
                let Some(next) = super::place::next(pages, last) else { break };
                last = next;
            }
            Some((top.0, last.0))
        })?
    }
}
