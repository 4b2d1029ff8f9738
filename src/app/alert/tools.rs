//! How often tools failed lately.

use std::collections::{HashMap, VecDeque};

use jiff::{SignedDuration, Timestamp};

use crate::session::{Block, Message, ToolStatus};

/// Calls whose result may still come; older ones are forgotten.
const CALLS: usize = 200;
/// Tools that are counted at most: more are made-up names.
const TOOLS: usize = 200;
/// Failures of one tool that are dated: as many as a rule can ask for.
pub(in crate::app) const MOST_FAILURES: u32 = 1000;

/// The calls of one session.
#[derive(Debug, Default)]
pub(super) struct ToolRuns {
    /// Id and name of calls, the oldest first.
    calls: VecDeque<(String, String)>,
    tools: HashMap<String, FailingTool>,
}

#[derive(Debug, Default)]
struct FailingTool {
    /// Failures since it last went well.
    in_a_row: u32,
    failed: VecDeque<Timestamp>,
}

impl ToolRuns {
    /// Takes in the calls and results of a message.
    pub fn take(&mut self, message: &Message, now: Timestamp) {
        for block in message.shown_content() {
            match block {
                Block::ToolUse { id: Some(id), name, .. } => {
                    let name = name.clone().unwrap_or_else(|| "a tool without a name".to_owned());
                    self.calls.push_back((id.clone(), name));
                    if self.calls.len() > CALLS {
                        self.calls.pop_front();
                    }
                }
                Block::ToolResult { id, status: Some(status), .. } => self.note(id.as_deref(), status, now),
                _ => {}
            }
        }
    }

    fn note(&mut self, id: Option<&str>, status: &ToolStatus, now: Timestamp) {
        let call = self.calls.iter().rev().find(|(call, _)| Some(call.as_str()) == id);
        // A call from before it was watched.
        let name = call.map_or_else(|| "a tool".to_owned(), |(_, name)| name.clone());
        if self.tools.len() >= TOOLS && !self.tools.contains_key(&name) {
            return;
        }
        let run = self.tools.entry(name).or_default();
        match status {
            ToolStatus::Success => run.in_a_row = 0,
            ToolStatus::Error => {
                run.in_a_row = run.in_a_row.saturating_add(1);
                run.failed.push_back(now);
                if run.failed.len() > MOST_FAILURES as usize {
                    run.failed.pop_front();
                }
            }
            ToolStatus::Cancelled | ToolStatus::Other(_) => {}
        }
    }

    /// The tool that failed most often, where that is so many times at least: in a row, or within a time.
    pub fn failing(&self, times: u32, within: Option<SignedDuration>, now: Timestamp) -> Option<(&str, u32)> {
        let count = |run: &FailingTool| match within {
            None => run.in_a_row,
            Some(time) => run.failed.iter().filter(|at| now.duration_since(**at) <= time).count() as u32,
        };
        let counted = self.tools.iter().map(|(name, run)| (name.as_str(), count(run)));
        counted.filter(|(_, count)| *count >= times).max_by_key(|(name, count)| (*count, *name))
    }
}

#[cfg(test)]
mod tests {
    use bson::{Bson, Document, doc};

    use super::*;
    use crate::session::decode;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn message(blocks: Vec<Document>) -> Message {
        decode::message(Bson::from(doc! { "message": { "role": "user", "content": blocks } }), 0, "")
    }

    fn call(id: &str, name: &str) -> Document {
        doc! { "toolUse": { "toolUseId": id, "name": name, "input": {} } }
    }

    fn result(id: &str, status: &str) -> Document {
        doc! { "toolResult": { "toolUseId": id, "status": status, "content": [] } }
    }

    #[test]
    fn failures_in_a_row_end_where_it_goes_well() {
        let mut runs = ToolRuns::default();
        for n in 0..3 {
            let id = n.to_string();
            runs.take(&message(vec![call(&id, "search"), result(&id, "error")]), at(n));
        }
        assert_eq!(runs.failing(3, None, at(3)), Some(("search", 3)));
        assert_eq!(runs.failing(4, None, at(3)), None);
        runs.take(&message(vec![call("x", "other"), result("x", "success")]), at(4));
        assert_eq!(runs.failing(3, None, at(4)), Some(("search", 3)), "another tool's success is its own");
        runs.take(&message(vec![call("y", "search"), result("y", "success")]), at(5));
        assert_eq!(runs.failing(1, None, at(5)), None);
    }

    #[test]
    fn failures_within_a_time_are_counted_whatever_went_well_between_them() {
        let mut runs = ToolRuns::default();
        let minute = SignedDuration::from_secs(60);
        for (n, status) in [(0, "error"), (30, "success"), (50, "error"), (55, "cancelled")] {
            runs.take(&message(vec![result("unknown", status)]), at(n));
        }
        assert_eq!(runs.failing(2, Some(minute), at(60)), Some(("a tool", 2)));
        assert_eq!(runs.failing(2, Some(minute), at(61)), None);
    }

    #[test]
    fn what_is_kept_is_bounded() {
        let mut runs = ToolRuns::default();
        for n in 0..2000 {
            let id = n.to_string();
            runs.take(&message(vec![call(&id, &id), result(&id, "error")]), at(n));
            runs.take(&message(vec![result("none", "error")]), at(n));
        }
        assert!(runs.calls.len() <= CALLS && runs.tools.len() <= TOOLS);
        assert_eq!(runs.failing(MOST_FAILURES, Some(SignedDuration::from_hours(9)), at(2000)).map(|f| f.1), Some(1000));
    }
}
