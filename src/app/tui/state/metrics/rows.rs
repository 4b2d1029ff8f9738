//! The rows of the metrics pane, and what is in them.

use jiff::Timestamp;

use super::{
    explained,
    value::{MeasuredPart, value},
};
use crate::{
    app::tui::state::conversation::{CallFigure, CallSeries, EndedTool, LiveActivity},
    metrics::{AgentMetrics, Explanation, Figure, RunningTool, SessionMetrics, ToolMetrics},
    session::AgentId,
};

/// What a row shows.
#[derive(Debug, Clone, Copy)]
pub enum RowContent<'a> {
    /// The name of the scope, with runs and turns of an agent.
    Title,
    /// A tool that runs now.
    Running(&'a RunningTool),
    /// A tool that ran until just now.
    Ended(&'a EndedTool),
    /// Tokens a minute over 1, 5 and 15 minutes.
    Rates([f64; 3]),
    /// Figures behind a label.
    Figures(&'static str, &'static [Figure]),
    /// A bar a call.
    Plot(CallFigure),
    /// The n-th tool.
    Tool(usize),
}

/// A row.
#[derive(Debug, Clone, Copy)]
pub struct MetricsRow<'a> {
    /// Whose figures.
    pub scope: MeasuredPart<'a>,
    /// Which.
    pub content: RowContent<'a>,
}

const AGENT: &[RowContent<'static>] = &[
    RowContent::Title,
    RowContent::Figures("input", &[Figure::Input]),
    RowContent::Figures("output", &[Figure::Output]),
    RowContent::Figures("cache r/w", &[Figure::CacheRead, Figure::CacheWrite]),
    RowContent::Figures("context", &[Figure::Context]),
    RowContent::Figures("latency last", &[Figure::LatencyLast]),
    RowContent::Figures("p50/p95", &[Figure::LatencyP50, Figure::LatencyP95]),
];

const MORE: &[RowContent<'static>] = &[
    RowContent::Figures("calls", &[Figure::Calls]),
    RowContent::Figures("tok total", &[Figure::Total]),
    RowContent::Figures("output/s", &[Figure::OutputPerSecond]),
    RowContent::Figures("latency sum", &[Figure::LatencyTotal]),
];

const TOTAL: &[RowContent<'static>] = &[
    RowContent::Title,
    RowContent::Figures("input", &[Figure::Input]),
    RowContent::Figures("output", &[Figure::Output]),
    RowContent::Figures("cache r/w", &[Figure::CacheRead, Figure::CacheWrite]),
    RowContent::Figures("tok total", &[Figure::Total]),
    RowContent::Figures("turns/calls", &[Figure::Turns, Figure::Calls]),
];

/// What the session does now, and the instant of it.
pub type LiveNow<'a> = Option<(&'a LiveActivity, Timestamp)>;

/// The rows of a tab: its agent, then the total where there are several; on the merged timeline the total, then every
/// agent. What runs now stands in the first of them.
#[must_use]
pub fn rows<'a>(metrics: &'a SessionMetrics, agent: Option<&AgentId>, live: LiveNow<'a>) -> Vec<MetricsRow<'a>> {
    let mut out = Vec::with_capacity(AGENT.len() + MORE.len() + TOTAL.len());
    if let Some(agent) = agent {
        if let Some((id, figures)) = metrics.agents.iter().find(|(id, _)| id == agent) {
            push_agent(&mut out, id, figures, live);
        }
        if metrics.agents.len() > 1 {
            push(&mut out, MeasuredPart::Total(metrics), TOTAL, live);
        }
    } else {
        let total = MeasuredPart::Total(metrics);
        push(&mut out, total, TOTAL, live);
        if !metrics.agents.is_empty() {
            push_plots(&mut out, total);
        }
        for (id, figures) in &metrics.agents {
            push_agent(&mut out, id, figures, live);
        }
    }
    out
}

fn push<'a>(
    out: &mut Vec<MetricsRow<'a>>,
    scope: MeasuredPart<'a>,
    contents: &[RowContent<'static>],
    live: LiveNow<'a>,
) {
    let first = out.is_empty();
    for content in contents {
        out.push(MetricsRow { scope, content: *content });
        let Some((live, now)) = live.filter(|_| matches!(content, RowContent::Title)) else { continue };
        if first {
            let running = live.running(scope.agent()).map(RowContent::Running);
            out.extend(running.map(|content| MetricsRow { scope, content }));
            let ended = live.ended(scope.agent(), now).map(RowContent::Ended);
            out.extend(ended.map(|content| MetricsRow { scope, content }));
        }
        let rates = live.rates(scope.agent(), now).map(RowContent::Rates);
        out.extend(rates.map(|content| MetricsRow { scope, content }));
    }
}

fn push_plots<'a>(out: &mut Vec<MetricsRow<'a>>, scope: MeasuredPart<'a>) {
    out.extend(CallFigure::ALL.map(|figure| MetricsRow { scope, content: RowContent::Plot(figure) }));
}

fn push_agent<'a>(out: &mut Vec<MetricsRow<'a>>, id: &'a AgentId, figures: &'a AgentMetrics, live: LiveNow<'a>) {
    let scope = MeasuredPart::Agent(id, figures);
    push(out, scope, AGENT, live);
    push_plots(out, scope);
    push(out, scope, MORE, None);
    out.extend((0..figures.tools.len()).map(|tool| MetricsRow { scope, content: RowContent::Tool(tool) }));
}

/// The same while a call runs and once it ended.
fn call_label(tool: &RunningTool) -> &str {
    tool.tool_use_id.as_deref().or(tool.name.as_deref()).unwrap_or("running")
}

impl<'a> MetricsRow<'a> {
    /// The figures that can be chosen in it, from left to right.
    #[must_use]
    pub fn figures(&self) -> Vec<Figure> {
        match (self.content, self.scope) {
            (RowContent::Title, MeasuredPart::Agent(..)) => vec![Figure::Runs, Figure::Turns],
            (RowContent::Figures(_, figures), _) => figures.to_vec(),
            (RowContent::Tool(tool), _) => vec![Figure::Tool(tool)],
            _ => Vec::new(),
        }
    }

    /// Whose figures it shows; `None`: those of all agents.
    #[must_use]
    pub fn agent(&self) -> Option<&'a AgentId> {
        self.scope.agent()
    }

    /// What tells it from the other rows of its scope: a label of ours, the tool's name, or the id of a call of one.
    #[must_use]
    pub fn label(&self) -> &'a str {
        match self.content {
            RowContent::Title => "",
            RowContent::Running(tool) => call_label(tool),
            RowContent::Ended(ended) => call_label(&ended.tool),
            RowContent::Rates(_) => RATES,
            RowContent::Figures(label, _) => label,
            RowContent::Plot(figure) => figure.label(),
            RowContent::Tool(_) => self.tool().map_or("", |tool| tool.name.as_str()),
        }
    }

    /// The tool of the row.
    #[must_use]
    pub fn tool(&self) -> Option<&'a ToolMetrics> {
        match (self.content, self.scope) {
            (RowContent::Tool(tool), MeasuredPart::Agent(_, figures)) => figures.tools.get(tool),
            _ => None,
        }
    }

    /// The figure of the row's plot.
    #[must_use]
    pub fn plot(&self) -> Option<CallFigure> {
        match self.content {
            RowContent::Plot(figure) => Some(figure),
            _ => None,
        }
    }

    /// Whether it has a number to explain.
    #[must_use]
    pub fn is_explained(&self) -> bool {
        match (self.content, self.scope) {
            (RowContent::Title, scope) => scope.agent().is_some(),
            (RowContent::Running(_) | RowContent::Ended(_), _) => false,
            _ => true,
        }
    }

    /// The explanation of each of its figures, from left to right, or of its plot; `series`: the calls of its scope.
    #[must_use]
    pub fn explain(&self, metrics: &SessionMetrics, series: Option<&CallSeries>) -> Vec<Explanation> {
        match self.content {
            RowContent::Plot(figure) => {
                return series.map(|series| explained::plot(metrics, series, figure, self.scope)).into_iter().collect();
            }
            RowContent::Rates(rates) => return vec![explained::rates(rates)],
            _ => {}
        }
        let explained = |figure| match self.scope {
            MeasuredPart::Agent(_, metrics) => crate::metrics::explain(metrics, figure),
            MeasuredPart::Total(metrics) => explained::total(metrics, figure),
        };
        self.figures().into_iter().map(explained).collect()
    }

    /// The bare values of the row's figure at that place from the left, or of all bars of its plot; `None` where nothing is known.
    #[must_use]
    pub fn plain(&self, cell: usize, series: Option<&CallSeries>) -> Option<String> {
        match self.content {
            RowContent::Plot(figure) => {
                let series = series.filter(|series| series.count() > 0)?;
                let bar =
                    |place| series.value(figure, place).map_or_else(|| "null".into(), |value| figure.plain(value));
                Some((0..series.count()).map(bar).collect::<Vec<String>>().join(","))
            }
            RowContent::Rates(rates) => Some(rates.map(|rate| format!("{rate:.1}")).join(",")),
            RowContent::Running(tool) => tool.name.clone(),
            RowContent::Ended(ended) => ended.tool.name.clone(),
            _ => value(self.scope, *self.figures().get(cell)?).plain(),
        }
    }
}

/// The label of tokens a minute.
pub const RATES: &str = "tok/min";
