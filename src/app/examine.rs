//! What is wrong with one session, as checks: for `doctor ID` and for assistants.

use jiff::Timestamp;

use crate::{
    app::tui::render::format,
    metrics::{Outline, health},
    repository::{Check, Verdict},
    session::{LARGEST_DOCUMENT, Session},
};

/// What cannot be read in a session's document, what is wrong with its histories, and how large it is. All of its messages
/// are loaded.
pub fn session(session: &Session) -> Vec<Check> {
    let unwell = health(session, &Outline::from(session), Timestamp::now());
    let mut checks: Vec<Check> = session
        .all_findings()
        .chain(&unwell)
        .map(|finding| Check { verdict: Verdict::Warn, ..Check::ok(finding.path.clone(), finding.problem.clone()) })
        .collect();
    if checks.is_empty() {
        let (agents, messages) = (session.agents.len(), session.message_count());
        checks.push(Check::ok(
            "document",
            format!("everything in it can be read; agents: {agents}, messages: {messages}"),
        ));
    }
    checks.extend(session.bytes.map(size));
    checks
}

/// A warning before the server refuses more.
fn size(bytes: u64) -> Check {
    let percent = bytes * 100 / LARGEST_DOCUMENT;
    let share = if percent == 0 { "less than 1 %".into() } else { format!("{percent} %") };
    let found = format!("{}, {share} of what a document may hold", format::bytes(bytes));
    if percent < 85 {
        return Check::ok("size", found);
    }
    Check::warn("size", found, "start a new session before the server refuses its next message")
}
