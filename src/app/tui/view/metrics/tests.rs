use proptest::prelude::*;

use super::*;
use crate::{
    app::tui::{
        state::{
            conversation::{CallHistory, LiveActivity, sample as stored},
            list::Selection,
            metrics::CallKey,
        },
        view::sample,
    },
    metrics::{AgentMetrics, CallMetrics, Outline, SessionMetrics, session_metrics},
    session::{AgentId, Change, StoredDate, Usage},
};

/// A session whose figures are shown.
#[derive(Default)]
struct Shown {
    metrics: SessionMetrics,
    outline: Option<Outline>,
    live: Option<LiveActivity>,
    agent: Option<AgentId>,
    pane: MetricsPane,
}

impl Shown {
    fn of(metrics: SessionMetrics, agent: Option<&str>) -> Self {
        Self { metrics, agent: agent.map(AgentId::from), ..Self::default() }
    }

    fn sample(agent: Option<&str>) -> Self {
        Self::of(sample::metrics(), agent)
    }

    fn stored(id: &str, agent: Option<&str>) -> Self {
        let outline = Outline::from(&sample::session(id));
        Self { outline: Some(outline.clone()), ..Self::of(session_metrics(&outline), agent) }
    }

    fn at(mut self, row: usize) -> Self {
        self.pane.selection = Selection::placed(row, 0);
        self
    }

    /// The row with that label chosen.
    fn on(self, label: &str) -> Self {
        let calls = CallHistory::of(&self.metrics);
        let row = self.data(&calls).rows().iter().position(|row| row.label() == label).unwrap();
        self.at(row)
    }

    fn data<'a>(&'a self, calls: &'a CallHistory) -> Data<'a> {
        Data {
            open: true,
            metrics: Some(&self.metrics),
            calls: Some(calls),
            outline: self.outline.as_ref(),
            live: self.live.as_ref(),
            now: sample::look().now,
            agent: self.agent.as_ref(),
            unread: false,
        }
    }

    fn draw(&self, (width, height): (u16, u16), look: &Look) -> String {
        let calls = CallHistory::of(&self.metrics);
        sample::screen(width, height, |frame, area| draw(frame, area, &self.pane, self.data(&calls), true, look))
    }
}

/// A session with so many calls, a minute apart.
fn many(calls: u64) -> SessionMetrics {
    let call = |at: u64| {
        let (input, output) = (900 + at * 37 % 5_000 + at * 3, 40 + at * at % 211);
        let ms = 400 + at * 173 % 2_900;
        let mut call = CallMetrics { index: at * 2 + 1, latency_ms: Some(ms), ..CallMetrics::default() };
        call.at = Some(StoredDate::from_millis(1_795_400_000_000 + at as i64 * 60_000));
        call.usage =
            Usage { input: Some(input), output: Some(output), cache_read: Some(at % 5 * 300), ..Usage::default() };
        call.context_tokens = Some(input + at % 5 * 300);
        // Of some calls nobody told.
        if at % 11 == 3 { CallMetrics { index: call.index, at: call.at, ..CallMetrics::default() } } else { call }
    };
    let per_call: Vec<CallMetrics> = (0..calls).map(call).collect();
    let figures = AgentMetrics { calls, turns: calls / 2, per_call, ..AgentMetrics::default() };
    SessionMetrics { agents: vec![("support".into(), figures)], ..SessionMetrics::default() }
}

#[test]
fn sizes() {
    for (name, size) in [("26x12", (26, 12)), ("40x20", (40, 20)), ("78x22", (78, 22))] {
        insta::assert_snapshot!(
            format!("support_{name}"),
            Shown::sample(Some("support")).at(3).draw(size, &sample::look())
        );
        insta::assert_snapshot!(format!("merged_{name}"), Shown::sample(None).at(17).draw(size, &sample::look()));
    }
}

#[test]
fn plots_at_every_size() {
    for (name, size) in [("28x17", (28, 17)), ("44x34", (44, 34)), ("120x38", (120, 38)), ("200x58", (200, 58))] {
        let shown = Shown::of(many(60), Some("support")).on("ms/call");
        insta::assert_snapshot!(format!("plots_{name}"), shown.draw(size, &sample::look()));
    }
}

#[test]
fn plots_in_ascii_without_colours() {
    for (name, size) in [("28x17", (28, 17)), ("120x38", (120, 38))] {
        let shown = Shown::of(many(60), Some("support")).on("ms/call");
        insta::assert_snapshot!(format!("plots_ascii_{name}"), shown.draw(size, &sample::plain()));
        let colourless = Look { theme: sample::plain().theme, ..sample::look() };
        insta::assert_snapshot!(format!("plots_colourless_{name}"), shown.draw(size, &colourless));
    }
}

#[test]
fn one_call_and_ten_thousand() {
    for calls in [1, 2, 10_000] {
        for (name, size) in [("28x30", (28, 30)), ("120x38", (120, 38))] {
            let shown = Shown::of(many(calls), Some("support")).on("in/call");
            insta::assert_snapshot!(format!("calls_{calls}_{name}"), shown.draw(size, &sample::look()));
        }
    }
}

#[test]
fn the_cursor_names_its_call() {
    let mut shown = Shown::stored("support-1042", Some("support")).on("ctx/call");
    shown.pane.cursor = Some(CallKey { agent: "support".into(), index: 1 });
    for (name, size) in [("28x24", (28, 24)), ("120x38", (120, 38))] {
        let screen = shown.draw(size, &sample::look());
        assert!(screen.contains("call 1/") && screen.contains("lookup_order"), "{screen}");
        insta::assert_snapshot!(format!("cursor_{name}"), screen);
    }
}

#[test]
fn what_nobody_told_is_no_plot_of_zeros() {
    for (name, size) in [("28x24", (28, 24)), ("120x38", (120, 38))] {
        let shown = Shown::stored("no-latency-provider", None).on("ms/call");
        insta::assert_snapshot!(format!("no_latency_{name}"), shown.draw(size, &sample::look()));
        let mut metrics = many(6);
        for call in &mut metrics.agents[0].1.per_call {
            *call = CallMetrics { index: call.index, ..CallMetrics::default() };
        }
        let screen = Shown::of(metrics, Some("support")).on("out/call").draw(size, &sample::look());
        assert!(!screen.chars().any(|c| ('\u{2801}'..='\u{28ff}').contains(&c)), "{screen}");
        insta::assert_snapshot!(format!("untold_{name}"), screen);
    }
}

#[test]
fn tools_that_run_and_rates_stand_on_top() {
    let now = sample::look().now;
    let ago = |seconds: i64| jiff::Timestamp::from_second(now.as_second() - seconds).unwrap();
    let working = || {
        let mut asks = stored::tool_use(3, "call-1");
        asks.usage = Some(Usage { total: Some(6_000), ..Usage::default() });
        let mut live = LiveActivity::default();
        live.take(&Change::messages("s".into(), "support".into(), vec![asks]), ago(12));
        live
    };
    for (tab, agent) in [("support", Some("support")), ("all", None)] {
        let shown = Shown { live: Some(working()), ..Shown::sample(agent) };
        let screen = shown.draw((44, 20), &sample::look());
        assert!(screen.contains("runs 12 s") && screen.contains("6\u{202f}000 / 1\u{202f}200 / 400"), "{screen}");
        insta::assert_snapshot!(format!("running_{tab}"), screen);
    }
}

#[test]
fn a_tool_that_has_its_result_stays_for_a_while_so_that_nothing_moves() {
    let now = sample::look().now;
    let told = |message| Change::messages("s".into(), "support".into(), vec![message]);
    let mut live = LiveActivity::default();
    live.take(&told(stored::tool_use(3, "call-1")), now);
    let mut shown = Shown { live: Some(live), ..Shown::sample(Some("support")) };
    let before: Vec<String> = shown.draw((44, 20), &sample::look()).lines().map(str::to_owned).collect();
    let live = shown.live.as_mut().unwrap();
    live.take(&told(stored::tool_result(4, "call-1")), now);
    let after = shown.draw((44, 20), &sample::look());
    let rows = after.lines().zip(&before).filter(|(now, _)| !now.starts_with("styles"));
    let differing: Vec<&str> = rows.filter(|(now, before)| *now != before.as_str()).map(|(now, _)| now).collect();
    assert_eq!(differing.len(), 1, "{after}");
    assert!(differing[0].contains("ran 0 s"), "{after}");
}

#[test]
fn rates_that_do_not_fit_are_shortened() {
    let line = |cells| tokens_a_minute([82_500.0, 16_500.0, 5_500.0], cells, &sample::look()).to_string();
    assert!(line(40).ends_with("82\u{202f}500 / 16\u{202f}500 / 5\u{202f}500"), "{}", line(40));
    assert_eq!(line(28), "tok/min 82.5k / 16.5k / 5.5k");
}

#[test]
fn large_figures_get_shorter_before_they_push_their_labels_away() {
    let now = sample::look().now;
    let mut metrics = many(4);
    let usage = Usage { cache_read: Some(1_449_008), cache_write: Some(11_285), ..Usage::default() };
    metrics.agents[0].1.usage = usage;
    let mut said = stored::message(3);
    said.usage = Some(Usage { total: Some(932_378), ..Usage::default() });
    let mut live = LiveActivity::default();
    live.take(&Change::messages("s".into(), "support".into(), vec![said]), now);
    let shown = Shown { live: Some(live), ..Shown::of(metrics, Some("support")) };
    let narrow = shown.draw((28, 20), &sample::look());
    assert!(narrow.contains("tok/min") && narrow.contains("932k/186k/62.2k"), "{narrow}");
    assert!(narrow.contains("cache r/w") && narrow.contains("1.4M / 11.3k"), "{narrow}");
    let wide = shown.draw((60, 16), &sample::look());
    assert!(
        wide.contains("tok/min 1/5/15") && wide.contains("932\u{202f}378 / 186\u{202f}476 / 62\u{202f}159"),
        "{wide}"
    );
}

#[test]
fn the_first_call_stands_below_its_bar() {
    let screen = Shown::of(many(16), Some("support")).on("in/call").draw((120, 38), &sample::look());
    let lines: Vec<Vec<char>> = screen.lines().map(|line| line.chars().collect()).collect();
    let label: Vec<char> = "1 02:13:20".chars().collect();
    let found = lines.iter().enumerate().find_map(|(y, line)| {
        let x = line.windows(label.len()).position(|part| part == label)?;
        Some((x, y))
    });
    let (x, y) = found.unwrap();
    let bars = &lines[y - 2];
    assert!(('\u{2801}'..='\u{28ff}').contains(&bars[x]) && bars[x - 1] == ' ', "{screen}");
}

#[test]
fn stored_sessions() {
    for (id, agent) in [("support-1042", Some("support")), ("support-1042", None), ("no-latency-provider", None)] {
        let shown = Shown::stored(id, agent);
        let calls = CallHistory::of(&shown.metrics);
        let screen = sample::screen(40, 30, |frame, area| {
            draw(frame, area, &shown.pane, shown.data(&calls), false, &sample::look());
        });
        insta::assert_snapshot!(format!("stored_{id}_{}", agent.unwrap_or("all")), screen);
    }
}

#[test]
fn unknown_figures_are_a_dash() {
    insta::assert_snapshot!("unknown_34x24", Shown::sample(Some("billing\u{202e}")).draw((34, 24), &sample::look()));
}

#[test]
fn ascii_without_colours() {
    insta::assert_snapshot!("ascii_26x20", Shown::sample(Some("support")).at(3).draw((26, 20), &sample::plain()));
}

#[test]
fn before_the_figures_are_known() {
    let metrics = SessionMetrics::default();
    for (open, metrics, said) in
        [(false, None, "no session open"), (true, None, "reading…"), (true, Some(&metrics), "all agents")]
    {
        let data = Data { open, metrics, ..Data::default() };
        let screen = sample::screen(30, 6, |frame, area| {
            draw(frame, area, &MetricsPane::default(), data, false, &sample::look());
        });
        assert!(screen.contains(said), "{screen}");
    }
}

proptest! {
    #[test]
    fn every_size_draws(
        width in 1u16..200, height in 1u16..60, selected in 0usize..99, top in 0usize..99, cell in 0usize..4, merged: bool,
        ascii: bool, calls in 0u64..90,
    ) {
        let metrics = if calls % 3 == 0 { sample::metrics() } else { many(calls) };
        let mut shown = Shown::of(metrics, (!merged).then_some("support"));
        (shown.pane.selection, shown.pane.cell) = (Selection::placed(selected, top), cell);
        shown.pane.cursor = Some(CallKey { agent: "support".into(), index: 5 });
        let screen = shown.draw((width, height), &if ascii { sample::plain() } else { sample::look() });
        prop_assert!(sample::safe(&screen));
        // Marks of stored control characters become ASCII with the whole screen.
        prop_assert!(!ascii || calls % 3 == 0 || screen.is_ascii(), "{}", screen);
    }
}
