//! What one figure of a session is: the one rule for filters, orders and columns.

use super::{AgentMetrics, Outline, SessionMetrics, session_metrics};
use crate::session::{AgentId, Details, ToolStatus, message::known_sum};

/// A figure of a whole session, by which sessions can be filtered and sorted.
///
/// ```
/// use strandscope::SessionFigure;
///
/// assert_eq!(SessionFigure::from_name("latency"), Some(SessionFigure::LatencyP95));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SessionFigure {
    /// Messages of all agents ([`Details::messages`]).
    Messages,
    /// Tokens of all agents ([`SessionMetrics::total`](crate::SessionMetrics::total)), as
    /// [`Usage::total_tokens`](crate::Usage::total_tokens) tells them.
    Tokens,
    /// Calls of models, of all agents ([`AgentMetrics::calls`](crate::AgentMetrics::calls)).
    Calls,
    /// Calls of tools that failed ([`ToolMetrics::error_count`](crate::ToolMetrics::error_count)), as far as it is known of them.
    Errors,
    /// The 95th percentile (nearest-rank) of the latency of all agents' calls, ms.
    LatencyP95,
    /// Size of the stored document, or of the folder's files, in bytes ([`Details::bytes`]).
    Size,
    /// Feedbacks of any rating ([`Details::feedbacks`]).
    Feedbacks,
}

impl SessionFigure {
    /// All of them.
    pub const ALL: [Self; 7] =
        [Self::Messages, Self::Tokens, Self::Calls, Self::Errors, Self::LatencyP95, Self::Size, Self::Feedbacks];

    /// Its name in filters, orders and columns: `messages`, `tokens`, `calls`, `errors`, `latency`, `size`, `feedback`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Messages => "messages",
            Self::Tokens => "tokens",
            Self::Calls => "calls",
            Self::Errors => "errors",
            Self::LatencyP95 => "latency",
            Self::Size => "size",
            Self::Feedbacks => "feedback",
        }
    }

    /// The figure of that name, in any case.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|figure| figure.name().eq_ignore_ascii_case(name))
    }

    /// Whether it is read from the messages: then [`value`](Self::value) wants their outline.
    #[must_use]
    pub fn needs_messages(self) -> bool {
        matches!(self, Self::Tokens | Self::Calls | Self::Errors | Self::LatencyP95)
    }

    /// What it is of a session: a count, ms for a latency, bytes for a size. `None`: nothing tells it, or it
    /// [`needs_messages`](Self::needs_messages) and no outline is given.
    #[must_use]
    pub fn value(self, details: &Details, outline: Option<&Outline>) -> Option<u64> {
        match self {
            Self::Messages => Some(details.messages),
            Self::Size => details.bytes,
            Self::Feedbacks => {
                let tally = &details.feedbacks;
                Some(tally.up + tally.down + tally.neutral + tally.other)
            }
            Self::Tokens | Self::Calls | Self::Errors | Self::LatencyP95 => self.in_metrics(&session_metrics(outline?)),
        }
    }

    /// The same of metrics that are known already. `None`: nothing tells it, or it is none that
    /// [`needs_messages`](Self::needs_messages).
    #[must_use]
    pub fn in_metrics(self, metrics: &SessionMetrics) -> Option<u64> {
        match self {
            Self::Tokens => metrics.total.total_tokens(),
            Self::Calls => Some(metrics.agents.iter().map(|(_, agent)| agent.calls).sum()),
            Self::Errors => errors(&metrics.agents).0,
            Self::LatencyP95 => latency_p95(&metrics.agents),
            Self::Messages | Self::Size | Self::Feedbacks => None,
        }
    }
}

/// How many calls of tools failed, as far as that is known, and whether it is known of each tool.
fn errors(agents: &[(AgentId, AgentMetrics)]) -> (Option<u64>, bool) {
    let counts = || agents.iter().flat_map(|(_, agent)| &agent.tools).map(|tool| tool.error_count);
    // Where no tool was called, none failed.
    let nothing = counts().next().is_none().then_some(0);
    (counts().fold(nothing, known_sum), counts().all(|count| count.is_some()))
}

fn latency_p95(agents: &[(AgentId, AgentMetrics)]) -> Option<u64> {
    let mut latencies: Vec<u64> =
        agents.iter().flat_map(|(_, agent)| &agent.per_call).filter_map(|call| call.latency_ms).collect();
    latencies.sort_unstable();
    let rank = (latencies.len() * 95).div_ceil(100);
    latencies.get(rank.checked_sub(1)?).copied()
}

/// Whether a tool failed: as [`SessionFigure::Errors`] counts it, or where that is not known of a tool, as a result says.
pub(crate) fn tool_failed(outline: &Outline) -> bool {
    let (count, all_known) = errors(&session_metrics(outline).agents);
    let says_error = || {
        let mut samples = outline.agents.iter().flat_map(|agent| &agent.samples);
        samples.any(|sample| sample.tool_results.iter().any(|(_, status)| *status == Some(ToolStatus::Error)))
    };
    count.is_some_and(|count| count > 0) || (!all_known && says_error())
}

/// The names of the tools that were called, as blocks and counters tell them; `None` for a call without a name.
pub(crate) fn called_tools(outline: &Outline) -> impl Iterator<Item = Option<&str>> {
    let samples = outline.agents.iter().flat_map(|agent| &agent.samples);
    samples.flat_map(|sample| {
        let asked = sample.tool_uses.iter().map(|(_, name)| name.as_deref());
        let counters = sample.counters.iter().flat_map(|counters| &counters.tools);
        asked.chain(counters.filter(|tool| tool.calls != Some(0)).map(|tool| Some(tool.name.as_str())))
    })
}

#[cfg(test)]
mod tests {
    use bson::{Document, doc};

    use super::*;
    use crate::session::decode;

    fn read(messages: Vec<Document>) -> (Details, Outline) {
        let document = doc! {
            "_id": "s",
            "agents": { "a": { "messages": messages }, "b": { "messages": [answer(9000, 7)] } },
            "feedbacks": [{ "rating": "up" }, "odd"],
        };
        (decode::details(&document), Outline::from(&decode::session(document)))
    }

    fn answer(latency: i32, tokens: i32) -> Document {
        let usage = doc! { "inputTokens": tokens, "outputTokens": 0, "totalTokens": tokens };
        let told = doc! { "usage": usage, "metrics": { "latencyMs": latency } };
        doc! { "message": { "role": "assistant", "content": [{ "text": "a" }], "metadata": told }, "message_id": 0 }
    }

    fn tool(name: &str, status: &str) -> [Document; 2] {
        let asked = doc! { "toolUse": { "toolUseId": name, "name": name, "input": {} } };
        let given = doc! { "toolResult": { "toolUseId": name, "status": status, "content": [] } };
        [
            doc! { "message": { "role": "assistant", "content": [asked] }, "message_id": 1 },
            doc! { "message": { "role": "user", "content": [given] }, "message_id": 2 },
        ]
    }

    #[test]
    fn names_lead_back_to_their_figures() {
        for figure in SessionFigure::ALL {
            assert_eq!(SessionFigure::from_name(&figure.name().to_uppercase()), Some(figure));
        }
        assert_eq!(SessionFigure::from_name("token"), None);
    }

    #[test]
    fn figures_are_of_all_agents() {
        let mut messages = vec![answer(100, 5), answer(200, 6)];
        messages.extend(tool("search", "error"));
        let (details, outline) = read(messages);
        let value = |figure: SessionFigure| figure.value(&details, Some(&outline));
        assert_eq!(value(SessionFigure::Messages), Some(5));
        assert_eq!(value(SessionFigure::Tokens), Some(18));
        assert_eq!(value(SessionFigure::LatencyP95), Some(9000));
        assert_eq!(value(SessionFigure::Errors), Some(1));
        assert_eq!(value(SessionFigure::Feedbacks), Some(2));
        assert!(value(SessionFigure::Calls).is_some_and(|calls| calls >= 3));
        assert!(value(SessionFigure::Size).is_some_and(|bytes| bytes > 100));
        assert!(tool_failed(&outline));
        assert_eq!(called_tools(&outline).collect::<Vec<_>>(), [Some("search")]);
    }

    #[test]
    fn what_nothing_tells_is_unknown() {
        let (details, outline) = (Details::default(), Outline::default());
        assert_eq!(SessionFigure::Tokens.value(&details, Some(&outline)), None);
        assert_eq!(SessionFigure::LatencyP95.value(&details, Some(&outline)), None);
        assert_eq!(SessionFigure::Size.value(&details, Some(&outline)), None);
        assert_eq!(SessionFigure::Errors.value(&details, Some(&outline)), Some(0), "no tool was called");
        for figure in SessionFigure::ALL {
            assert!(!figure.needs_messages() || figure.value(&details, None).is_none());
        }
    }

    #[test]
    fn a_tool_of_which_nothing_is_known_is_no_tool_that_went_well() {
        let mut messages = tool("search", "error").to_vec();
        messages.extend(tool("search", "odd"));
        let (details, outline) = read(messages);
        assert_eq!(SessionFigure::Errors.value(&details, Some(&outline)), None);
        assert!(tool_failed(&outline), "one result says so");
    }
}
