//! What the pane's own numbers mean: totals, plots and rates.

use super::value::{MeasuredPart, of_agent, value, word};
use crate::{
    app::tui::state::conversation::{CallFigure, CallSeries},
    metrics::{Explanation, Figure, SessionMetrics},
};

/// How many calls are listed one by one.
const LISTED: usize = 100;

/// A figure of all agents.
pub(super) fn total(metrics: &SessionMetrics, figure: Figure) -> Explanation {
    let name = match figure {
        Figure::Input => "input tokens",
        Figure::Output => "output tokens",
        Figure::CacheRead => "tokens read from the cache",
        Figure::CacheWrite => "tokens written to the cache",
        Figure::Turns => "turns",
        Figure::Calls => "calls",
        _ => "total tokens",
    };
    Explanation {
        title: format!("{name}, all agents"),
        value: word(value(MeasuredPart::Total(metrics), figure)),
        formula: "the sum over the agents; an agent whose figure is unknown adds nothing".into(),
        fields: metrics
            .agents
            .iter()
            .map(|(id, figures)| (id.as_str().to_owned(), word(of_agent(figures, figure))))
            .collect(),
    }
}

/// A plot: a value a call, the newest first.
pub(super) fn plot(
    metrics: &SessionMetrics,
    series: &CallSeries,
    figure: CallFigure,
    scope: MeasuredPart<'_>,
) -> Explanation {
    let count = series.count();
    let known = (0..count).filter(|place| series.value(figure, *place).is_some()).count();
    let name = |place: usize| {
        let (agent, call) = series.spot(place)?;
        let (id, figures) = metrics.agents.get(agent)?;
        let index = figures.per_call.get(call)?.index;
        Some(match scope {
            MeasuredPart::Agent(..) => format!("message {index}"),
            MeasuredPart::Total(_) => format!("{}, message {index}", id.as_str()),
        })
    };
    let read = |place| series.value(figure, place).map_or_else(|| "unknown".into(), |value| figure.plain(value));
    Explanation {
        title: match figure {
            CallFigure::Latency => "latency a call, ms".into(),
            _ => figure.title().into(),
        },
        value: format!("known for {known} of {count} calls"),
        formula: formula(figure),
        fields: (0..count).rev().take(LISTED).filter_map(|place| Some((name(place)?, read(place)))).collect(),
    }
}

fn formula(figure: CallFigure) -> String {
    let of = match figure {
        CallFigure::Context => {
            "input, with cache read and cache write added where the total is larger than input and output together"
        }
        CallFigure::Input => "inputTokens",
        CallFigure::Output => "outputTokens",
        CallFigure::Cached => "cacheReadInputTokens",
        CallFigure::Latency => "latencyMs",
        CallFigure::OutputRate => "output tokens over latency",
    };
    format!(
        "{of}; of the message, else what the counters grew by where only that call can have moved them. One bar a call, the newest \
         at the right; where there are more calls than room, a bar is the highest of several. A gap is unknown"
    )
}

/// Tokens a minute over 1, 5 and 15 minutes.
pub(super) fn rates(rates: [f64; 3]) -> Explanation {
    let fields = [1, 5, 15].into_iter().zip(rates);
    Explanation {
        title: "tokens a minute".into(),
        value: rates.map(|rate| format!("{rate:.0}")).join(" / "),
        formula: "tokens of the messages that came, counted when they came, over the last 1, 5 and 15 minutes; of what was stored \
                  before, when it was stored"
            .into(),
        fields: fields.map(|(minutes, rate)| (format!("last {minutes} min"), format!("{rate:.1}"))).collect(),
    }
}
