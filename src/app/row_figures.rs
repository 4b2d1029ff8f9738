//! What the messages of a session tell for its row in a list.

use jiff::Timestamp;

use crate::{
    metrics::{Outline, SessionFigure, SessionMetrics, history_findings, session_metrics},
    session::{Details, Usage},
};

/// Figures that are read from every message of a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RowFigures {
    /// Tokens used in all.
    pub usage: Usage,
    /// How many findings its histories have. `None`: not looked for.
    pub findings: Option<u64>,
    /// Calls of models.
    pub calls: Option<u64>,
    /// Calls of tools that failed.
    pub errors: Option<u64>,
    /// The 95th percentile of the calls' latency, ms.
    pub latency_p95_ms: Option<u64>,
}

impl RowFigures {
    /// Of all messages of a session.
    #[must_use]
    pub fn of(outline: &Outline, now: Timestamp) -> Self {
        let findings = Some(history_findings(outline, now).len() as u64);
        Self { findings, ..Self::from(&session_metrics(outline)) }
    }

    /// Those that stand among what is counted of a session. `None`: its messages were not read.
    #[must_use]
    pub fn among(details: &Details) -> Option<Self> {
        Some(Self {
            usage: details.usage?,
            findings: details.findings,
            calls: details.calls,
            errors: details.errors,
            latency_p95_ms: details.latency_p95_ms,
        })
    }

    /// Puts them among what is counted of the session.
    pub fn put_into(&self, details: &mut Details) {
        details.usage = Some(self.usage);
        (details.calls, details.errors) = (self.calls, self.errors);
        details.latency_p95_ms = self.latency_p95_ms;
        details.findings = self.findings.or(details.findings);
    }
}

/// Without its findings.
impl From<&SessionMetrics> for RowFigures {
    fn from(metrics: &SessionMetrics) -> Self {
        let figure = |figure: SessionFigure| figure.in_metrics(metrics);
        Self {
            usage: metrics.total,
            findings: None,
            calls: figure(SessionFigure::Calls),
            errors: figure(SessionFigure::Errors),
            latency_p95_ms: figure(SessionFigure::LatencyP95),
        }
    }
}

#[cfg(test)]
mod tests {
    use bson::doc;

    use super::*;
    use crate::session::decode;

    #[test]
    fn figures_of_the_messages_stand_among_what_is_counted() {
        let asked = doc! { "toolUse": { "toolUseId": "t", "name": "search", "input": {} } };
        let told =
            doc! { "usage": { "inputTokens": 5, "outputTokens": 2, "totalTokens": 7 }, "metrics": { "latencyMs": 30 } };
        let failed = doc! { "toolResult": { "toolUseId": "t", "status": "error", "content": [] } };
        let messages = [
            doc! { "message": { "role": "assistant", "content": [asked], "metadata": told }, "message_id": 0 },
            doc! { "message": { "role": "user", "content": [failed] }, "message_id": 1 },
        ];
        let session = decode::session(doc! { "_id": "s", "agents": { "a": { "messages": messages.to_vec() } } });
        let figures = RowFigures::of(&Outline::from(&session), Timestamp::UNIX_EPOCH);
        let mut details = Details::default();
        assert_eq!(RowFigures::among(&details), None);
        figures.put_into(&mut details);
        assert_eq!(RowFigures::among(&details), Some(figures));
        assert_eq!((details.calls, details.errors, details.latency_p95_ms), (Some(1), Some(1), Some(30)));
        assert_eq!((details.usage.and_then(Usage::total_tokens), details.findings), (Some(7), Some(0)));
        let live = RowFigures { findings: None, ..figures };
        live.put_into(&mut details);
        assert_eq!(details.findings, Some(0), "what was not looked for stays");
    }
}
