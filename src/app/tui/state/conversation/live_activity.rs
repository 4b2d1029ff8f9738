//! What the open session does now: tokens a minute, and tools that run.

use std::collections::VecDeque;

use jiff::Timestamp;

use super::{CallHistory, ConversationState};
use crate::{
    app::row_figures::RowFigures,
    metrics::{Activity, LiveMetrics, Outline, RunningTool},
    session::{AgentId, Block, Change, ChangeKind, Session, SessionKey},
};

/// The minutes over which tokens are counted.
const MINUTES: [u32; 3] = [1, 5, 15];

/// How long a tool that has its result stays in sight, in seconds, so that rows do not come and go with every call.
const LINGERS_S: i64 = 10;

/// Of so many tools at most.
const MOST_ENDED: usize = 4;

/// After so long without a token no rate is left to tell, in seconds.
const MEMORY_S: i64 = 15 * 60;

/// What the open session does, as a whole and agent by agent.
#[derive(Debug, Default)]
pub struct LiveActivity {
    whole: Activity,
    agents: Vec<(AgentId, Activity)>,
    /// Calls without a result, in the order of their agents.
    running: Vec<RunningTool>,
    /// Calls that had one until just now, the newest last.
    ended: VecDeque<EndedTool>,
}

/// A call whose result came just now.
#[derive(Debug, Clone)]
pub struct EndedTool {
    /// The call.
    pub tool: RunningTool,
    /// How many whole seconds it took.
    pub seconds: u64,
    at: Timestamp,
}

impl EndedTool {
    /// For how many seconds it is still shown.
    fn left(&self, now: Timestamp) -> Option<u64> {
        let passed = now.as_second().saturating_sub(self.at.as_second());
        // A clock that was put back leaves nothing for longer.
        (0..LINGERS_S).contains(&passed).then(|| (LINGERS_S - passed).unsigned_abs())
    }
}

impl LiveActivity {
    /// As the stored histories tell: the messages that are loaded, and of `past` those before them.
    #[must_use]
    pub fn of(session: &Session, past: &Outline, now: Timestamp) -> Self {
        let mut live = Self::default();
        for agent in &session.agents {
            live.whole.seed_agent_of(session, agent, past, now);
            let mut own = Activity::default();
            own.seed_agent_of(session, agent, past, now);
            live.agents.push((agent.id.clone(), own));
        }
        live.running = live.whole.running();
        live
    }

    /// As all that is stored tells, which may be more than what was loaded; a tool that ended just now stays in sight.
    pub fn learn(&mut self, session: &Session, outline: &Outline, now: Timestamp) {
        let ended = std::mem::take(&mut self.ended);
        *self = Self { ended, ..Self::of(session, outline, now) };
    }

    /// A change of the session, told at `now`.
    pub fn take(&mut self, change: &Change, now: Timestamp) {
        self.whole.take(change, now);
        if let Some(id) = change.agent() {
            let at = self.agents.iter().position(|(known, _)| known == id).unwrap_or_else(|| {
                self.agents.push((id.clone(), Activity::default()));
                self.agents.len() - 1
            });
            self.agents[at].1.take(change, now);
        }
        let before = std::mem::replace(&mut self.running, self.whole.running());
        self.note_ended(change, before, now);
    }

    /// What ran before a change and does not any more.
    fn note_ended(&mut self, change: &Change, before: Vec<RunningTool>, now: Timestamp) {
        self.ended.retain(|ended| ended.left(now).is_some());
        // One that begins takes the place of one that ended.
        for begun in self.running.iter().filter(|tool| !before.contains(tool)) {
            if let Some(at) = self.ended.iter().position(|ended| ended.tool.agent == begun.agent) {
                self.ended.remove(at);
            }
        }
        let is_result = |block: &Block| matches!(block, Block::ToolResult { .. });
        if !matches!(&change.kind, ChangeKind::Messages(_, told) if told.iter().any(|message| message.content.iter().any(is_result)))
        {
            return;
        }
        for tool in before.into_iter().filter(|tool| !self.running.contains(tool)) {
            let seconds = running_s(&tool, now);
            self.ended.push_back(EndedTool { tool, seconds, at: now });
        }
        while self.ended.len() > MOST_ENDED {
            self.ended.pop_front();
        }
    }

    /// Tokens a minute over 1, 5 and 15 minutes, of one agent or of all; `None` where nothing tells any, or none came of late.
    #[must_use]
    pub fn rates(&self, agent: Option<&AgentId>, now: Timestamp) -> Option<[f64; 3]> {
        let activity = match agent {
            Some(agent) => &self.agents.iter().find(|(id, _)| id == agent)?.1,
            None => &self.whole,
        };
        let [one, five, fifteen] = MINUTES.map(|minutes| activity.tokens_per_minute(minutes, now));
        Some([one?, five?, fifteen?]).filter(|rates| rates.iter().any(|rate| *rate > 0.0))
    }

    /// Tools that run now, of one agent or of all.
    pub fn running<'a>(&'a self, agent: Option<&'a AgentId>) -> impl Iterator<Item = &'a RunningTool> {
        self.running.iter().filter(move |tool| agent.is_none_or(|agent| tool.agent == *agent))
    }

    /// Tools that have their result since a moment ago, of one agent or of all.
    pub fn ended<'a>(&'a self, agent: Option<&'a AgentId>, now: Timestamp) -> impl Iterator<Item = &'a EndedTool> {
        let is_shown = move |ended: &&EndedTool| agent.is_none_or(|agent| ended.tool.agent == *agent);
        self.ended.iter().filter(is_shown).filter(move |ended| ended.left(now).is_some())
    }

    /// How long until one of those is not shown any more, in seconds.
    #[must_use]
    pub fn next_end(&self, now: Timestamp) -> Option<u64> {
        self.ended.iter().filter_map(|ended| ended.left(now)).min()
    }

    /// Whether rates may still change by time alone.
    #[must_use]
    pub fn decays(&self, now: Timestamp) -> bool {
        let last = self.whole.last_write();
        last.is_some_and(|last| now.as_second().saturating_sub(last.as_second()) <= MEMORY_S)
            && self.rates(None, now).is_some()
    }
}

/// How many whole seconds a tool runs; clocks may disagree.
#[must_use]
pub fn running_s(tool: &RunningTool, now: Timestamp) -> u64 {
    u64::try_from(now.as_second().saturating_sub(tool.since.as_second())).unwrap_or(0)
}

impl ConversationState {
    /// The calls behind [`Self::metrics`], for plots.
    #[must_use]
    pub fn calls(&self) -> Option<&CallHistory> {
        self.open.as_ref().filter(|open| open.live.is_some()).map(|open| &open.calls)
    }

    /// The open session's key, and what all its messages tell for its row, where its figures are as up to date as what was told.
    #[must_use]
    pub fn figures(&self) -> Option<(&SessionKey, RowFigures)> {
        let open = self.open.as_ref().filter(|open| !open.behind && !self.gone)?;
        Some((&open.session.key, RowFigures::from(open.metrics()?)))
    }

    /// What the open session does now.
    #[must_use]
    pub fn live(&self) -> Option<&LiveActivity> {
        self.open.as_ref().map(|open| &open.activity)
    }

    /// Every message of the open session without its text, once that came.
    #[must_use]
    pub fn outline(&self) -> Option<&Outline> {
        self.open.as_ref()?.live.as_ref().map(LiveMetrics::outline)
    }

    /// The instant as last told, see [`Self::tick`].
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.now
    }
}

#[cfg(test)]
mod tests {
    use super::{super::sample, *};
    use crate::session::{Message, Usage};

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_795_443_080 + second).unwrap()
    }

    #[test]
    fn a_call_without_its_result_runs_and_then_does_not() {
        let mut session = sample::session("s", &[("a", 0), ("b", 0)], 0);
        session.agents[1].messages = vec![sample::message(0), sample::tool_use(1, "call-1")];
        let mut live = LiveActivity::of(&session, &Outline::default(), at(100));
        let (a, b) = (AgentId::from("a"), AgentId::from("b"));
        assert_eq!((live.running(None).count(), live.running(Some(&a)).count()), (1, 0));
        let tool = live.running(Some(&b)).next().unwrap();
        assert_eq!((tool.name.as_deref(), running_s(tool, at(100))), (Some("lookup_order"), 40));
        assert_eq!(running_s(tool, at(0)), 0, "a clock that runs behind");
        live.take(&Change::messages("s".into(), b.clone(), vec![sample::tool_result(2, "call-1")]), at(110));
        assert_eq!(live.running(None).count(), 0);
        let ended = |live: &LiveActivity, second| {
            live.ended(Some(&b), at(second)).map(|ended| ended.seconds).collect::<Vec<_>>()
        };
        assert_eq!((ended(&live, 110), live.next_end(at(113))), (vec![50], Some(7)), "it stays in sight");
        assert_eq!((ended(&live, 120), live.next_end(at(120))), (vec![], None), "for a while");
        assert_eq!(ended(&live, 100), Vec::<u64>::new(), "a clock that was put back");
        live.take(&Change::messages("s".into(), b.clone(), vec![sample::tool_use(3, "call-2")]), at(112));
        assert_eq!((ended(&live, 112), live.running(None).count()), (vec![], 1), "the next one takes its place");
    }

    #[test]
    fn what_a_preview_did_not_load_counts_once_all_of_it_is_known() {
        let mut whole = sample::session("s", &[("a", 0)], 0);
        let said = |index| {
            let usage = Some(Usage { total: Some(600), ..Usage::default() }).filter(|_| index % 2 == 1);
            Message { usage, created_at: Some(at(0).into()), ..sample::message(index) }
        };
        whole.agents[0].messages = (0..8).map(said).collect();
        let mut shown = whole.clone();
        shown.agents[0].messages.drain(..6);
        let mut live = LiveActivity::of(&shown, &Outline::default(), at(1));
        assert_eq!(live.rates(None, at(1)).map(|[one, ..]| one), Some(600.0));
        shown.agents[0].messages.clear();
        live.learn(&shown, &Outline::from(&whole), at(1));
        assert_eq!(live.rates(None, at(1)).map(|[one, ..]| one), Some(2400.0));
        assert_eq!(live.rates(Some(&"a".into()), at(1)), live.rates(None, at(1)));
        // What is told after that and was read with it counts once.
        live.take(&Change::messages("s".into(), "a".into(), vec![said(7)]), at(2));
        assert_eq!(live.rates(None, at(2)).map(|[one, ..]| one), Some(2400.0));
    }

    #[test]
    fn rates_are_told_per_agent_and_go_when_they_are_old() {
        let mut live = LiveActivity::default();
        let mut message = sample::message(1);
        message.usage = Some(Usage { total: Some(600), ..Usage::default() });
        live.take(&Change::messages("s".into(), "a".into(), vec![message]), at(0));
        let a = AgentId::from("a");
        assert_eq!(live.rates(Some(&a), at(1)), Some([600.0, 120.0, 40.0]));
        assert_eq!(live.rates(None, at(1)), live.rates(Some(&a), at(1)));
        assert_eq!(live.rates(Some(&"b".into()), at(1)), None);
        assert!(live.decays(at(600)));
        assert_eq!(live.rates(None, at(3000)), None);
        assert!(!live.decays(at(3000)));
    }
}
