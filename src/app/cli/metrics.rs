//! `metrics`: the figures of sessions.

mod tables;

use crate::{app::text, metrics::session_metrics};
use anyhow::Result;

use super::{args::MetricsArgs, context, context::Context, json, output::Out};

pub async fn run(context: &Context, args: &MetricsArgs) -> Result<()> {
    let reader = context.reader().await?;
    let (summaries, mut missing) = context::each(reader.as_ref(), std::iter::once(&args.id).chain(&args.more)).await?;
    let mut out = Out::new();
    let mut gap = "";
    for summary in &summaries {
        let outline = reader.outline(&summary.key).await.map_err(anyhow::Error::from);
        let Some(outline) = missing.sift(outline)? else { continue };
        let metrics = session_metrics(&outline);
        if args.json {
            out.line(&json::line(&json::metrics(summary, &metrics)))?;
            continue;
        }
        if !args.more.is_empty() {
            out.line(&format!("{gap}{}", text::line(&summary.spelled(summary.name()))))?;
            gap = "\n";
        }
        for line in tables::lines(&metrics) {
            out.line(&line)?;
        }
    }
    out.flush()?;
    missing.end()
}

#[cfg(test)]
mod tests {
    use crate::{
        metrics::{AgentMetrics, Latency, SessionMetrics, ToolMetrics},
        session::{SessionKey, Summary, Usage},
    };

    use super::*;

    pub fn figures() -> SessionMetrics {
        let usage = Usage {
            input: Some(1350),
            output: Some(162),
            total: Some(1512),
            cache_read: Some(300),
            cache_write: None,
            partial: true,
        };
        let support = AgentMetrics {
            usage,
            latency: Latency { total: Some(2050), last: Some(200), p50: Some(400), p95: Some(650), partial: true },
            calls: 5,
            turns: 3,
            runs: Some(1),
            context_tokens: Some(380),
            output_per_second: Some(79.02),
            tools: vec![
                ToolMetrics {
                    name: "lookup_order".into(),
                    call_count: 2,
                    success_count: Some(1),
                    error_count: Some(1),
                    total_time_s: Some(0.0008),
                },
                ToolMetrics { name: "odd\u{1b}[2J".into(), call_count: 1, ..ToolMetrics::default() },
            ],
            ..AgentMetrics::default()
        };
        let silent = AgentMetrics { calls: 1, turns: 1, ..AgentMetrics::default() };
        SessionMetrics { total: usage, agents: vec![("support".into(), support), ("silent".into(), silent)] }
    }

    #[test]
    fn json_has_every_key_and_unknown_is_null() {
        let summary = Summary {
            key: SessionKey::from("s-1"),
            session_id: Some("s-1".into()),
            application_name: None,
            session_type: None,
            created_at: None,
            updated_at: None,
            unclear_dates: Vec::new(),
            metadata: None,
        };
        insta::assert_snapshot!(json::line(&json::metrics(&summary, &figures())));
    }
}
