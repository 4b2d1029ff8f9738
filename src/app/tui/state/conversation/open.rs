//! The open session: its windows, order, figures, and the reader's place in each tab.

use std::collections::HashMap;

use super::{
    durations::{self, Durations},
    history::CallHistory,
    live_activity::LiveActivity,
    moved::MovedAgents,
    part::MessagePart,
    place::{EndStand, ViewPlace},
    timeline::{Dates, Spot, Timeline},
    window::Window,
};
use crate::{
    metrics::{AgentMetrics, LiveMetrics, Outline, SessionMetrics},
    session::{AgentId, Message, Session, StoredDate},
};

/// How many messages are held at most, and how far from the cursor.
const MOST_HELD: usize = 400;
const FAR: usize = 200;

/// A place that outlives a change of the timeline.
#[derive(Debug, Clone, Copy)]
pub(super) struct Parked {
    pub spot: Spot,
    pub line: usize,
    pub row: usize,
}

/// Where to go once it is loaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Goal {
    /// The last line.
    End,
    /// A place found.
    Hit(Spot),
    /// A part of a message.
    Part(Spot, MessagePart),
}

/// A session on screen.
#[derive(Debug)]
pub(super) struct Open {
    /// Its messages stand in `windows`, not here.
    pub session: Session,
    pub windows: Vec<Window>,
    pub counts: Vec<u64>,
    pub dates: Vec<Dates>,
    /// Every message without its text, and the figures, once that came; they grow with the session.
    pub live: Option<LiveMetrics>,
    /// Those lack messages, and follow nothing until they are read again.
    pub behind: bool,
    /// The calls behind the figures.
    pub calls: CallHistory,
    /// What it does now.
    pub activity: LiveActivity,
    pub durations: Vec<Durations>,
    /// The shown tab: an agent by position, or one past the last for all.
    pub tab: usize,
    pub timeline: Timeline,
    pub place: ViewPlace,
    pub goal: Option<Goal>,
    pub parked: HashMap<usize, Parked>,
    /// Per agent: how many messages there were before the last reload.
    pub seen: Vec<u64>,
    /// Per agent: how far the view has come.
    pub reached: Vec<u64>,
}

impl Open {
    /// A session at its end, on its first agent's tab.
    pub fn new(mut session: Session) -> Self {
        let mut windows = Vec::with_capacity(session.agents.len());
        let mut counts = Vec::with_capacity(session.agents.len());
        for agent in &mut session.agents {
            let messages = std::mem::take(&mut agent.messages);
            let loaded = messages.iter().map(|message| message.index + 1).max().unwrap_or(0);
            counts.push(counted(agent.message_count.max(loaded)));
            windows.push(Window::of(messages));
        }
        let agents = counts.len();
        let mut open = Self {
            session,
            windows,
            dates: vec![Dates::new(); agents],
            live: None,
            behind: false,
            calls: CallHistory::default(),
            activity: LiveActivity::default(),
            durations: vec![Durations::new(); agents],
            tab: 0,
            timeline: Timeline::One { agent: 0, len: counts.first().copied().unwrap_or(0) },
            place: ViewPlace::default(),
            goal: Some(Goal::End),
            parked: HashMap::new(),
            seen: counts.clone(),
            reached: counts.clone(),
            counts,
        };
        for agent in 0..agents {
            open.learn_dates(agent);
        }
        open.arrange();
        open
    }

    /// The same session, read again: keeps tab, places and what was loaded, until it is read again itself.
    pub fn reloaded(self, session: Session, end: EndStand) -> (Self, MovedAgents) {
        let mut fresh = Self::new(session);
        let agent_of = |old: usize| {
            let id = &self.session.agents.get(old)?.id;
            fresh.session.agents.iter().position(|agent| &agent.id == id)
        };
        let moved = MovedAgents::new((0..self.windows.len()).map(agent_of).collect());
        let all = (self.windows.len(), fresh.windows.len());
        let tab_of = |old: usize| if old == all.0 { (all.1 > 1).then_some(all.1) } else { moved.agent(old) };
        let parked_now = self.park();
        let mut parked: Vec<(usize, Parked)> = self.parked.into_iter().collect();
        parked.extend(parked_now.map(|parked| (self.tab, parked)));
        let tab = tab_of(self.tab);
        for (old, mut window) in self.windows.into_iter().enumerate() {
            let Some(new) = moved.agent(old) else { continue };
            window.make_stale();
            window.retain(|index| index < fresh.counts[new]);
            window.take_fresh(&mut fresh.windows[new]);
            fresh.windows[new] = window;
            fresh.seen[new] = self.counts[old].min(fresh.counts[new]);
            fresh.reached[new] = self.reached[old].min(fresh.counts[new]);
            fresh.dates[new] = merged_dates(&self.dates[old], &fresh.dates[new]);
        }
        for (new, agent) in fresh.session.agents.iter().enumerate() {
            if !moved.has(new) {
                (fresh.seen[new], fresh.reached[new]) = (0, 0);
                tracing::debug!(messages = agent.message_count, "a new agent came with the reload");
            }
        }
        for (old_tab, place) in parked {
            if let Some((tab, spot)) = tab_of(old_tab).zip(moved.spot(place.spot)) {
                fresh.parked.insert(tab, Parked { spot, ..place });
            }
        }
        fresh.tab = tab.unwrap_or(0);
        // What lacks messages cannot follow what changes before the next outline comes.
        fresh.behind = self.live.as_ref().is_some_and(|live| !fresh.is_all(live.outline()));
        (fresh.live, fresh.calls) = (self.live, self.calls);
        fresh.arrange();
        fresh.unpark();
        let grew =
            (0..fresh.counts.len()).any(|agent| fresh.timeline.shows(agent) && fresh.seen[agent] < fresh.counts[agent]);
        if end.is_followed(grew) || tab.is_none() {
            fresh.goal = Some(Goal::End);
        }
        (fresh, moved)
    }

    /// Whether an outline has as many messages as are stored.
    fn is_all(&self, outline: &Outline) -> bool {
        self.session.agents.iter().zip(&self.counts).all(|(agent, count)| {
            let found = outline.agents.iter().find(|found| found.id == agent.id);
            found.map_or(0, |found| found.samples.len() as u64) == *count
        })
    }

    /// Whether the tab of all agents exists: only where there are several.
    pub fn tabs(&self) -> usize {
        let agents = self.windows.len();
        if agents > 1 { agents + 1 } else { agents }
    }

    /// The agent of the tab.
    pub fn agent(&self) -> Option<&AgentId> {
        self.session.agents.get(self.tab).map(|agent| &agent.id)
    }

    /// Figures of the session, once its outline came.
    pub fn metrics(&self) -> Option<&SessionMetrics> {
        self.live.as_ref().map(LiveMetrics::metrics)
    }

    /// Figures of an agent.
    pub fn agent_metrics(&self, agent: usize) -> Option<&AgentMetrics> {
        let id = &self.session.agents.get(agent)?.id;
        self.metrics()?.agents.iter().find(|(other, _)| other == id).map(|(_, metrics)| metrics)
    }

    /// The message under the cursor.
    pub fn spot(&self) -> Option<Spot> {
        self.timeline.at(self.place.pos)
    }

    /// Shows another tab, where the reader left it, else at its end.
    pub fn show_tab(&mut self, tab: usize) {
        if let Some(parked) = self.park() {
            self.parked.insert(self.tab, parked);
        }
        self.tab = tab;
        self.arrange();
        self.unpark();
    }

    fn park(&self) -> Option<Parked> {
        self.spot().map(|spot| Parked { spot, line: self.place.line, row: self.place.row })
    }

    fn unpark(&mut self) {
        self.goal = None;
        let Some(parked) = self.parked.remove(&self.tab) else {
            self.goal = Some(Goal::End);
            return;
        };
        let last = self.counts.get(parked.spot.agent).copied().unwrap_or(0).saturating_sub(1);
        let spot = Spot { index: parked.spot.index.min(last), ..parked.spot };
        let pos = self.timeline.place(spot).unwrap_or(0);
        self.place = ViewPlace { pos, line: parked.line, row: parked.row };
    }

    /// Puts the messages of the tab in order.
    fn arrange(&mut self) {
        self.timeline = match self.counts.get(self.tab) {
            Some(len) => Timeline::One { agent: self.tab, len: *len },
            None => Timeline::merged(&self.counts, &self.dates),
        };
    }

    /// Takes figures and dates of all messages; the reader's place stays on its message.
    pub fn take_figures(&mut self, live: LiveMetrics) {
        self.calls = CallHistory::of(live.metrics());
        (self.live, self.behind) = (Some(live), false);
        for agent in 0..self.windows.len() {
            self.learn_outline(agent, 0);
        }
        self.arrange_again();
    }

    /// Durations and dates of an agent's messages from that index on, from its outline.
    fn learn_outline(&mut self, agent: usize, from: u64) {
        let id = &self.session.agents[agent].id;
        let Some(live) = &self.live else { return };
        let Some(found) = live.outline().agents.iter().find(|found| found.id == *id) else { return };
        let figures = live.metrics().agents.iter().find(|(other, _)| other == id).map(|(_, figures)| figures);
        let runs = figures.map_or(&[][..], |figures| &figures.run_starts);
        durations::learn(&mut self.durations[agent], &found.samples, runs, from);
        let dates = &mut self.dates[agent];
        dates.resize(self.counts[agent] as usize, None);
        let before = found.samples.partition_point(|sample| sample.index < from);
        for sample in &found.samples[before..] {
            if let Some(date) = dates.get_mut(sample.index as usize) {
                *date = sample.at.map(StoredDate::millis);
            }
        }
    }

    /// More messages stand at the end of an agent's history; mostly they come last of all.
    pub fn arrange_more(&mut self, agent: usize) {
        // Before the outline came, pages may have told dates of messages that stand elsewhere then.
        let ordered = self.live.is_some() || self.tab < self.windows.len();
        if !ordered || !self.timeline.grow(agent, self.counts[agent], &self.dates[agent]) {
            self.arrange_again();
        }
    }

    /// Puts the messages in order again; the reader's place stays on its message.
    pub fn arrange_again(&mut self) {
        let parked = self.park();
        let goal = self.goal;
        self.arrange();
        if let Some(parked) = parked {
            self.parked.insert(self.tab, parked);
            self.unpark();
        }
        self.goal = goal;
    }

    /// Durations and dates, and with [`Self::refresh_calls`] the calls, of an agent whose outline or messages are others from that index on.
    pub fn refresh_figures(&mut self, agent: usize, from: u64) {
        self.calls.mark_stale(&self.session.agents[agent].id);
        self.learn_outline(agent, from);
        self.learn_dates(agent);
    }

    /// What changed of the calls is taken over into those of the plots.
    pub fn refresh_calls(&mut self) {
        if let Some(live) = &self.live {
            self.calls.catch_up(live.metrics());
        }
    }

    /// Takes a page.
    pub fn take_page(&mut self, agent: usize, asked: std::ops::Range<u64>, messages: &[Message]) {
        self.windows[agent].insert(asked, messages.iter().cloned());
        self.learn_dates(agent);
        self.drop_far();
    }

    /// Before the outline came, loaded messages tell their dates.
    fn learn_dates(&mut self, agent: usize) {
        let dates = &mut self.dates[agent];
        dates.resize(self.counts[agent] as usize, None);
        for (index, message) in self.windows[agent].loaded() {
            if let Some(date) = dates.get_mut(index as usize) {
                *date = date.or(message.created_at.map(StoredDate::millis));
            }
        }
    }

    /// How many messages are held.
    pub fn held(&self) -> usize {
        self.windows.iter().map(Window::len).sum()
    }

    /// Drops what is far from the cursor, so that what is held does not grow with what was read.
    pub fn drop_far(&mut self) {
        if self.held() <= MOST_HELD {
            return;
        }
        let cursor = match self.goal {
            Some(Goal::End) => self.timeline.len().saturating_sub(1),
            Some(Goal::Hit(spot) | Goal::Part(spot, _)) => self.timeline.place(spot).unwrap_or(self.place.pos),
            None => self.place.pos,
        };
        for (agent, window) in self.windows.iter_mut().enumerate() {
            let shown = self.timeline.shows(agent);
            window.retain(|index| {
                let place = if shown { self.timeline.place(Spot { agent, index }) } else { None };
                place.is_some_and(|place| place.abs_diff(cursor) <= FAR)
            });
        }
    }
}

/// A timeline is counted in 32 bits; no document of 16 MiB holds as many messages.
pub(super) fn counted(messages: u64) -> u64 {
    messages.min(u64::from(u32::MAX))
}

/// Dates known before, under those known now.
fn merged_dates(old: &Dates, new: &Dates) -> Dates {
    let old = |index: usize| old.get(index).copied().flatten();
    new.iter().enumerate().map(|(index, date)| date.or_else(|| old(index))).collect()
}
