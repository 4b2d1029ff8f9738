//! After every change the figures are those of a fresh reading, and they cost what changed.

mod plain;

use bson::Bson;
use proptest::prelude::*;

use crate::{
    metrics::{AgentMetrics, AgentOutline, LiveMetrics, Outline, SessionMetrics, compute::total, session_metrics},
    session::{AgentId, Block, Counters, Message, Redaction, Role, StoredDate, ToolCounter, ToolStatus, Usage},
};

fn message(index: u64, role: Role, content: Vec<Block>) -> Message {
    Message {
        index,
        message_id: Some(index as i64),
        role,
        content,
        tracking_id: None,
        redaction: None,
        created_at: Some(StoredDate::from_millis(index as i64 * 1000)),
        updated_at: None,
        usage: None,
        latency_ms: None,
        first_byte_ms: None,
        counters: None,
        guardrail_event: None,
        raw: Bson::Null.into(),
        findings: Vec::new(),
    }
}

fn tool_use(id: Option<&str>, name: Option<&str>) -> Block {
    Block::ToolUse { id: id.map(str::to_owned), name: name.map(str::to_owned), input: Bson::Null.into() }
}

fn tool_result(id: Option<&str>, status: Option<ToolStatus>) -> Block {
    Block::ToolResult { id: id.map(str::to_owned), status, content: Vec::new() }
}

/// What the figures are, each read from all messages at once.
fn plainly(outline: &Outline) -> SessionMetrics {
    let agents: Vec<(AgentId, AgentMetrics)> =
        outline.agents.iter().map(|agent| (agent.id.clone(), plain::agent_metrics(&agent.samples))).collect();
    SessionMetrics { total: total(&agents), agents }
}

/// Any message, also such as no library writes.
#[derive(Debug, Clone)]
struct Said {
    role: u8,
    /// Kind, id, tool.
    blocks: Vec<(u8, u8, u8)>,
    redacted: bool,
    usage: Option<[Option<u64>; 4]>,
    latency_ms: Option<u64>,
    reading: SaidReading,
}

#[derive(Debug, Clone)]
enum SaidReading {
    None,
    /// As the one before.
    Copied,
    /// More of everything: cycles, tokens and milliseconds, calls of a tool.
    Grown(u64, u64, u64, u64),
    /// Of an agent that begins.
    Fresh,
    Any(Box<Counters>),
}

impl Said {
    fn message(&self, index: u64, last: &mut Counters) -> Message {
        let role = match self.role {
            0..=2 => Role::User,
            3..=6 => Role::Assistant,
            _ => Role::Other("tool".to_owned()),
        };
        let blocks = self.blocks.iter().map(|(kind, id, name)| {
            // Of some calls the id is their own, of some it comes again and again.
            let own = format!("t{}", index / 2);
            let id = [None, Some("a"), Some("b"), Some(own.as_str()), Some(own.as_str())][usize::from(*id)];
            match kind {
                0 | 1 => tool_use(id, [None, Some("clock"), Some("shop"), Some("shop")][usize::from(*name)]),
                2 => tool_result(id, Some(ToolStatus::Success)),
                3 => tool_result(id, Some(ToolStatus::Error)),
                4 => tool_result(id, [None, Some(ToolStatus::Cancelled), None, None][usize::from(*name)].clone()),
                5 => Block::Text(" ".to_owned()),
                _ => Block::Text("words".to_owned()),
            }
        });
        let counters = self.counters(last);
        let said = message(index, role, blocks.collect());
        let redaction = self.redacted.then(|| Redaction { role: Role::Assistant, content: Vec::new() });
        let usage = self.usage.map(|[input, output, total, cache_read]| {
            Usage { input, output, total, cache_read, ..Usage::default() }.unless_untold()
        });
        Message { redaction, usage, latency_ms: self.latency_ms, counters: counters.map(Box::new), ..said }
    }

    fn counters(&self, last: &mut Counters) -> Option<Counters> {
        match &self.reading {
            SaidReading::None => return None,
            SaidReading::Copied => {}
            SaidReading::Grown(cycles, tokens, ms, calls) => {
                let more =
                    |figure: &mut Option<u64>, more: u64| *figure = Some(figure.unwrap_or(0).saturating_add(more));
                more(&mut last.cycle_count, *cycles);
                more(&mut last.usage.input, *tokens);
                more(&mut last.usage.total, *tokens);
                more(&mut last.latency_ms, *ms);
                if *calls > 0 {
                    let mut clock = last.tools.pop().unwrap_or_default();
                    clock.name = "clock".to_owned();
                    more(&mut clock.calls, *calls);
                    clock.total_time_s = Some(clock.total_time_s.unwrap_or(0.0) + 0.1);
                    last.tools.push(clock);
                }
            }
            SaidReading::Fresh => {
                *last = Counters { cycle_count: Some(1), latency_ms: Some(1), ..Counters::default() };
                last.usage.input = Some(2);
            }
            SaidReading::Any(counters) => *last = (**counters).clone(),
        }
        Some(last.clone())
    }
}

fn figure() -> impl Strategy<Value = Option<u64>> {
    prop_oneof![2 => Just(None), 5 => (0..5_u64).prop_map(Some), 1 => Just(Some(u64::MAX))]
}

fn any_counters() -> impl Strategy<Value = Counters> {
    let tool = (0..3_usize, figure()).prop_map(|(name, calls)| {
        let name = ["clock", "shop", "idle"][name].to_owned();
        ToolCounter { name, calls, successes: calls, ..ToolCounter::default() }
    });
    let figures = (figure(), figure(), figure(), figure());
    (figures, prop::collection::vec(tool, 0..3)).prop_map(|((input, total, latency_ms, cycle_count), tools)| Counters {
        usage: Usage { input, total, ..Usage::default() },
        latency_ms,
        cycle_count,
        tools,
        ..Counters::default()
    })
}

fn said() -> impl Strategy<Value = Said> {
    let reading = prop_oneof![
        8 => Just(SaidReading::None),
        3 => Just(SaidReading::Copied),
        6 => (0..3_u64, 0..3_u64, 0..3_u64, 0..2_u64).prop_map(|(a, b, c, d)| SaidReading::Grown(a, b, c, d)),
        1 => Just(SaidReading::Fresh),
        1 => any_counters().prop_map(|counters| SaidReading::Any(Box::new(counters))),
    ];
    let usage = (figure(), figure(), figure(), figure()).prop_map(|(a, b, c, d)| [a, b, c, d]);
    (
        0..8_u8,
        prop::collection::vec((0..8_u8, 0..5_u8, 0..4_u8), 0..4),
        prop::bool::weighted(0.1),
        prop::option::weighted(0.15, usage),
        prop::option::weighted(0.2, 0..9_u64),
        reading,
    )
        .prop_map(|(role, blocks, redacted, usage, latency_ms, reading)| Said {
            role,
            blocks,
            redacted,
            usage,
            latency_ms,
            reading,
        })
}

#[derive(Debug, Clone)]
enum HistoryStep {
    Push(Said),
    /// How far from the end.
    Replace(usize, Said),
    Tick(usize, Option<Counters>),
    Truncate(usize),
}

/// Which of two agents, and what happens to it. Mostly near the end.
fn step() -> impl Strategy<Value = (bool, HistoryStep)> {
    let back = || prop_oneof![6 => 0..4_usize, 2 => 0..40_usize, 1 => 0..200_usize];
    let step = prop_oneof![
        4 => said().prop_map(HistoryStep::Push),
        3 => (back(), said()).prop_map(|(back, said)| HistoryStep::Replace(back, said)),
        4 => (back(), prop::option::weighted(0.8, any_counters())).prop_map(|(back, c)| HistoryStep::Tick(back, c)),
        1 => back().prop_map(HistoryStep::Truncate),
    ];
    (prop::bool::weighted(0.2), step)
}

fn same(found: &SessionMetrics, expected: &SessionMetrics) -> Result<(), TestCaseError> {
    prop_assert_eq!(found, expected);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn after_every_change_the_figures_are_those_of_a_fresh_reading(
        before in prop::collection::vec(said(), 0..160),
        steps in prop::collection::vec(step(), 0..24),
    ) {
        let ids = [AgentId::from("a"), AgentId::from("b")];
        let mut counters = Counters::default();
        let mut outline = Outline::default();
        for (index, said) in (0..).zip(&before) {
            outline.push(&ids[0], &said.message(index, &mut counters));
        }
        let mut live = LiveMetrics::from(outline.clone());
        same(live.metrics(), &plainly(&outline))?;
        for (other, step) in &steps {
            let id = &ids[usize::from(*other)];
            let len = outline.agents.iter().find(|agent| agent.id == *id).map_or(0, |agent| agent.samples.len()) as u64;
            let place = |back: &usize| len.saturating_sub(1 + *back as u64);
            let both = match step {
                HistoryStep::Push(said) => {
                    let message = said.message(len, &mut counters);
                    (outline.push(id, &message), live.push(id, &message))
                }
                HistoryStep::Replace(back, said) => {
                    let message = said.message(place(back), &mut counters);
                    (outline.replace(id, &message), live.replace(id, &message))
                }
                HistoryStep::Tick(back, counters) => {
                    let index = place(back);
                    (outline.tick(id, index, counters.clone()), live.tick(id, index, counters.clone()))
                }
                HistoryStep::Truncate(back) => (outline.truncate(id, place(back)), live.truncate(id, place(back))),
            };
            prop_assert_eq!(both.0, both.1);
            same(live.metrics(), &plainly(&outline))?;
        }
        same(&session_metrics(&outline), &plainly(&outline))?;
    }
}

/// What an agent's program writes: prompt, call of a tool, result, answer. Each turn may be a run of its own, and its messages may
/// tell their own usage.
fn turn(at: u64, runs: bool, own: bool) -> [Message; 4] {
    let turn = if runs { 0 } else { at / 4 };
    let id = format!("t{at}");
    let counters = |calls: u64| {
        let calls = 2 * turn + calls;
        let tool = ToolCounter { name: "clock".to_owned(), calls: Some(turn + 1), ..ToolCounter::default() };
        // Runs differ in how long their cycles took.
        let total_duration_s = Some(calls as f64 + if runs { 1.0 / (at + 1) as f64 } else { 0.0 });
        let usage = Usage { total: Some(15 * calls), ..Usage::new(10 * calls, 5 * calls) };
        let (latency_ms, cycle_count) = (Some(100 * calls), Some(calls));
        Some(Box::new(Counters { usage, latency_ms, cycle_count, total_duration_s, tools: vec![tool] }))
    };
    let usage = own.then(|| Usage { total: Some(15), ..Usage::new(10, 5) });
    let latency_ms = own.then_some(100);
    let text = || vec![Block::Text("words".to_owned())];
    let ask = message(at + 1, Role::Assistant, vec![tool_use(Some(&id), Some("clock"))]);
    let answer = message(at + 2, Role::User, vec![tool_result(Some(&id), Some(ToolStatus::Success))]);
    [
        message(at, Role::User, text()),
        Message { usage, latency_ms, ..ask },
        Message { counters: counters(1), ..answer },
        Message { usage, latency_ms, counters: counters(2), ..message(at + 3, Role::Assistant, text()) },
    ]
}

fn history(messages: u64, runs: bool, own: bool) -> LiveMetrics {
    let mut outline = Outline::default();
    for at in (0..messages).step_by(4) {
        for message in turn(at, runs, own) {
            outline.push(&"a".into(), &message);
        }
    }
    outline.into()
}

/// How many messages a change looks at.
fn cost(live: &mut LiveMetrics, change: impl FnOnce(&mut LiveMetrics) -> bool) -> u64 {
    let before = live.looked_at();
    assert!(change(live));
    let looked_at = live.looked_at() - before;
    assert_eq!(live.metrics(), &plainly(live.outline()));
    looked_at
}

#[test]
fn a_change_costs_the_same_however_long_the_history_is() {
    let id = AgentId::from("a");
    for (runs, own) in [(false, true), (false, false), (true, true), (true, false)] {
        let costs = |messages: u64| {
            let mut live = history(messages, runs, own);
            assert_eq!(live.metrics().agents[0].1.runs, Some(if runs { messages / 4 } else { 1 }));
            let mut found = Vec::new();
            // A metrics tick rewrites the counters of one of the last messages.
            for back in 1..=4 {
                let [.., last] = turn(messages - 4, runs, own);
                let counters = last.counters.map(|counters| *counters);
                found.push(cost(&mut live, |live| live.tick(&id, messages - back, counters)));
            }
            for message in turn(messages - 4, runs, own) {
                found.push(cost(&mut live, |live| live.replace(&id, &message)));
            }
            for message in turn(messages, runs, own) {
                found.push(cost(&mut live, |live| live.push(&id, &message)));
            }
            found.push(cost(&mut live, |live| live.truncate(&id, messages - 2)));
            found
        };
        let few = costs(60);
        assert_eq!(few, costs(6000));
        assert!(few.iter().all(|cost| *cost <= 24), "{few:?}");
    }
}

#[test]
fn without_any_figures_a_message_still_costs_itself() {
    let costs = |messages: u64| {
        let mut outline = Outline::default();
        let said = |index: u64| {
            let role = if index.is_multiple_of(2) { Role::User } else { Role::Assistant };
            message(index, role, vec![Block::Text("words".to_owned())])
        };
        for index in 0..messages {
            outline.push(&"a".into(), &said(index));
        }
        let mut live = LiveMetrics::from(outline);
        [messages, messages + 1].map(|index| cost(&mut live, |live| live.push(&"a".into(), &said(index))))
    };
    assert_eq!(costs(60), [1, 1]);
    assert_eq!(costs(6000), [1, 1]);
}

#[test]
fn agents_come_whole_and_go() {
    let mut live = history(8, false, true);
    let one = live.outline().agents[0].clone();
    live.set_agent(AgentOutline::new("b", one.samples.clone()));
    assert_eq!(live.metrics().total.total, Some(120));
    live.set_agent(AgentOutline::new("a", one.samples[..4].to_vec()));
    assert_eq!(live.metrics(), &plainly(live.outline()));
    assert!(live.remove_agent(&"a".into()) && !live.remove_agent(&"a".into()));
    assert_eq!((live.metrics().agents.len(), live.metrics().total.total), (1, Some(60)));
}
