//! The figures as text: a column an agent, and a table of tools.

use crate::{
    app::{text, tui::render::format::seconds},
    metrics::{AgentMetrics, SessionMetrics},
    session::Usage,
};

use crate::app::cli::table::{Side, Table};

pub fn lines(metrics: &SessionMetrics) -> Vec<String> {
    let agents = metrics.agents.iter().map(|(id, _)| (text::line(id.as_str()).into_owned(), Side::Right));
    let mut table =
        Table::new([(String::new(), Side::Left)].into_iter().chain(agents).chain([("total".to_owned(), Side::Right)]));
    for (name, figure) in USAGE {
        let usages = metrics.agents.iter().map(|(_, agent)| &agent.usage).chain([&metrics.total]);
        let each = usages.map(|usage| bounded(figure(usage), usage.partial));
        table.row([name.to_owned()].into_iter().chain(each).collect());
    }
    for (name, figure) in FIGURES {
        let each = metrics.agents.iter().map(|(_, agent)| figure(agent));
        table.row([name.to_owned()].into_iter().chain(each).collect());
    }
    let mut lines = table.lines(None, &mut Vec::new(), true);
    if metrics.agents.iter().any(|(_, agent)| !agent.tools.is_empty()) {
        lines.push(String::new());
        lines.extend(tools(metrics).lines(None, &mut Vec::new(), true));
    }
    lines
}

/// A figure's name and how to read it.
type FigureReader<T, V> = (&'static str, fn(&T) -> V);

const USAGE: [FigureReader<Usage, Option<u64>>; 5] = [
    ("input tokens", |usage| usage.input),
    ("output tokens", |usage| usage.output),
    ("total tokens", |usage| usage.total),
    ("cache read tokens", |usage| usage.cache_read),
    ("cache write tokens", |usage| usage.cache_write),
];

const FIGURES: [FigureReader<AgentMetrics, String>; 8] = [
    ("context tokens", |agent| number(agent.context_tokens)),
    ("runs", |agent| number(agent.runs)),
    ("turns", |agent| agent.turns.to_string()),
    ("calls", |agent| agent.calls.to_string()),
    ("latency ms, total", |agent| bounded(agent.latency.total, agent.latency.partial)),
    ("latency ms, last", |agent| number(agent.latency.last)),
    ("latency ms, p50", |agent| number(agent.latency.p50)),
    ("latency ms, p95", |agent| number(agent.latency.p95)),
];

/// A sum; a lower bound where a part of it is unknown.
fn bounded(value: Option<u64>, partial: bool) -> String {
    match value {
        Some(value) if partial => format!(">={value}"),
        value => number(value),
    }
}

fn number(value: Option<u64>) -> String {
    value.map_or_else(|| "-".into(), |value| value.to_string())
}

fn tools(metrics: &SessionMetrics) -> Table {
    let mut table = Table::new([
        ("TOOL", Side::Left),
        ("AGENT", Side::Left),
        ("CALLS", Side::Right),
        ("OK", Side::Right),
        ("ERRORS", Side::Right),
        ("TIME", Side::Right),
    ]);
    for (id, agent) in &metrics.agents {
        for tool in &agent.tools {
            table.row(vec![
                text::line(&tool.name).into_owned(),
                text::line(id.as_str()).into_owned(),
                tool.call_count.to_string(),
                number(tool.success_count),
                number(tool.error_count),
                tool.total_time_s.map_or_else(|| "-".into(), seconds),
            ]);
        }
    }
    table
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_figure_has_its_place() {
        insta::assert_snapshot!(super::lines(&crate::app::cli::metrics::tests::figures()).join("\n"));
    }
}
