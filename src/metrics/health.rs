//! What is wrong with a history though all of it can be read: a model may refuse it, or people may read it wrongly.

mod pairs;
#[cfg(test)]
mod tests;

use std::collections::HashMap;

use bson::Bson;
use jiff::Timestamp;

use super::{AgentOutline, MessageSample, Outline};
use crate::session::{Details, Finding, LARGEST_DOCUMENT, Role, Session, StoredDate, Summary};

/// Characters of a stored name or id that are told.
const MOST_NAME: usize = 60;
/// Per cent of what a document may hold from which on it is nearly full.
const NEARLY_FULL: u64 = 85;

/// Findings of a session and of all its messages: [`session_findings`], then [`history_findings`].
///
/// ```
/// use strandscope::{Outline, Timestamp, bson::doc, decode};
///
/// let result = doc! { "toolResult": { "toolUseId": "t-1", "status": "success", "content": [] } };
/// let message = doc! { "message": { "role": "user", "content": [result] }, "message_id": 0 };
/// let session = decode::session(doc! { "_id": "s-1", "agents": { "a": { "messages": [message] } } });
/// let found = strandscope::health(&session, &Outline::from(&session), Timestamp::now());
/// assert_eq!(found[0].path, "agents.a.messages.0");
/// ```
#[must_use]
pub fn health(session: &Session, outline: &Outline, now: Timestamp) -> Vec<Finding> {
    let mut found = session_findings(session, now);
    found.extend(history_findings(outline, now));
    found
}

/// The same of a session of which at most the last `last` messages of each agent are loaded. Where more may be stored, what
/// comes before the first prompt is left out: a result there may answer a call that is not loaded.
pub(crate) fn health_of_last(session: &Session, last: usize, now: Timestamp) -> Vec<Finding> {
    let mut outline = Outline::from(session);
    for agent in outline.agents.iter_mut().filter(|agent| agent.samples.len() >= last) {
        let first = agent.samples.iter().position(|sample| sample.prompt).unwrap_or(agent.samples.len());
        agent.samples.drain(..first);
    }
    health(session, &outline, now)
}

/// Of a session without its messages: dates in the future (of the session, its agents and feedbacks), changes that are dated
/// before what they changed was made, agents that wait for a person.
#[must_use]
pub fn session_findings(session: &Session, now: Timestamp) -> Vec<Finding> {
    let mut found = Vec::new();
    let mut date = |path: String, at: Option<StoredDate>| {
        let at = at.filter(|at| at.is_future(now));
        found.extend(at.map(|at| Finding::new(path, format!("{at} is in the future."), Some(stored(at)))));
    };
    date("created_at".to_owned(), session.created_at);
    date("updated_at".to_owned(), session.updated_at);
    for agent in &session.agents {
        date(format!("agents.{}.created_at", agent.id.as_str()), agent.created_at);
        date(format!("agents.{}.updated_at", agent.id.as_str()), agent.updated_at);
    }
    for (at, feedback) in session.feedbacks.iter().enumerate() {
        date(format!("feedbacks.{at}.created_at"), feedback.created_at);
    }
    let mut change = |path: &str, created: Option<StoredDate>, updated: Option<StoredDate>| {
        found.extend(before_creation(created, updated).map(|(created, updated)| {
            let problem = format!("It is dated {updated}, before it was created ({created}).");
            Finding::new(format!("{path}updated_at"), problem, Some(stored(updated)))
        }));
    };
    change("", session.created_at, session.updated_at);
    for agent in &session.agents {
        change(&format!("agents.{}.", agent.id.as_str()), agent.created_at, agent.updated_at);
    }
    for agent in &session.agents {
        let path = || format!("agents.{}.agent_data._internal_state.interrupt_state", agent.id.as_str());
        found.extend(agent.waiting().map(|waiting| Finding::new(path(), format!("The agent is {waiting}."), None)));
    }
    found
}

/// A change and the making before which it is dated.
fn before_creation(created: Option<StoredDate>, updated: Option<StoredDate>) -> Option<(StoredDate, StoredDate)> {
    created.zip(updated).filter(|(created, updated)| updated.is_well_before(*created))
}

/// How many findings a row of a list has by itself and its details, without its messages: those of [`session_findings`] (of
/// the feedbacks only one), and a document that is nearly full. What the decoder could not read is none of them.
#[must_use]
pub fn row_findings(row: &Summary, details: &Details, now: Timestamp) -> usize {
    let agents = details.agents.iter().map(|agent| (agent.created_at, agent.updated_at));
    let of_dates = |(created, updated): (Option<StoredDate>, Option<StoredDate>)| {
        let future = [created, updated].into_iter().flatten().filter(|at| at.is_future(now)).count();
        future + usize::from(before_creation(created, updated).is_some())
    };
    let dates: usize = std::iter::once((row.created_at, row.updated_at)).chain(agents).map(of_dates).sum();
    let feedback = usize::from(details.last_feedback.is_some_and(|at| at.is_future(now)));
    let waiting = details.agents.iter().filter(|agent| agent.waiting.is_some()).count();
    dates + feedback + waiting + usize::from(details.bytes.and_then(size_finding).is_some())
}

/// Whether a row has any finding, its messages' included: what `has:finding` asks.
pub(crate) fn row_has_finding(row: &Summary, details: &Details, outline: &Outline, now: Timestamp) -> bool {
    row_findings(row, details, now) > 0 || !history_findings(outline, now).is_empty()
}

/// Of the size of a session document in bytes: from 85 % of the 16 MiB that MongoDB takes.
#[must_use]
pub fn size_finding(bytes: u64) -> Option<Finding> {
    let percent = bytes.saturating_mul(100) / LARGEST_DOCUMENT;
    // A folder may hold more; what is kept there is no document.
    (NEARLY_FULL..=100).contains(&percent).then(|| {
        let problem = format!("It takes {percent} % of the 16 MiB that a document may hold: start a new session soon.");
        Finding::new("", problem, None)
    })
}

/// Of all messages of a session: tool calls and results without each other or without an id, doubled results, results that
/// do not stand right behind their call, blank texts and empty messages, two assistant messages in a row, a `message_id` or
/// `tracking_id` twice, dates out of order or in the future. Of a redacted message, calls and results are those of what
/// stands in for it: a model is given these.
///
/// Calls in an agent's last message are left out: their results may be about to come, or wait for a person.
#[must_use]
pub fn history_findings(outline: &Outline, now: Timestamp) -> Vec<Finding> {
    outline.agents.iter().flat_map(|agent| of_agent(agent, now)).collect()
}

fn of_agent(agent: &AgentOutline, now: Timestamp) -> Vec<Finding> {
    let history = History { agent: agent.id.as_str(), samples: &agent.samples };
    let mut found = Vec::new();
    history.pairs(&mut found);
    history.contents(&mut found);
    history.ids(&mut found);
    found.sort_by_key(|(index, _)| *index);
    let mut found: Vec<Finding> = found.into_iter().map(|(_, finding)| finding).collect();
    found.extend(history.order_of_time());
    found.extend(history.future(now));
    found
}

/// A finding with the index of its message.
type Indexed = (u64, Finding);

struct History<'a> {
    agent: &'a str,
    samples: &'a [MessageSample],
}

impl History<'_> {
    fn at(&self, index: u64, field: &str, problem: String, raw: Option<Bson>) -> Finding {
        Finding::new(format!("agents.{}.messages.{index}{field}", self.agent), problem, raw)
    }

    fn contents(&self, found: &mut Vec<Indexed>) {
        let mut after_assistant = false;
        for sample in self.samples {
            let problem = match (sample.blanks, sample.empty) {
                _ if sample.redacted || !matches!(sample.role, Role::User | Role::Assistant) => None,
                (0, true) => Some("Nothing stands in it.".to_owned()),
                (_, true) => Some("Nothing but blank text stands in it.".to_owned()),
                (0, false) => None,
                (1, false) => Some("One of its texts is blank.".to_owned()),
                (blanks, false) => Some(format!("{blanks} of its texts are blank.")),
            };
            found.extend(problem.map(|problem| (sample.index, self.at(sample.index, "", problem, None))));
            let is_assistant = sample.role == Role::Assistant;
            if is_assistant && after_assistant {
                let problem = "It is the second assistant message in a row.".to_owned();
                found.push((sample.index, self.at(sample.index, "", problem, None)));
            }
            after_assistant = is_assistant;
        }
    }

    fn ids(&self, found: &mut Vec<Indexed>) {
        let mut ids: HashMap<i64, u64> = HashMap::with_capacity(self.samples.len());
        let mut tracked: HashMap<&str, u64> = HashMap::with_capacity(self.samples.len());
        for sample in self.samples {
            let index = sample.index;
            if let Some(id) = sample.message_id {
                let first = *ids.entry(id).or_insert(index);
                if first != index {
                    let problem = format!("Message {first} has the same message_id, {id}.");
                    found.push((index, self.at(index, ".message_id", problem, Some(id.into()))));
                }
            }
            if let Some(id) = sample.tracking_id.as_deref() {
                let first = *tracked.entry(id).or_insert(index);
                if first != index {
                    let problem = format!("Message {first} has the same tracking_id.");
                    // Where in the message it stands depends on whose shape that has.
                    found.push((index, self.at(index, "", problem, Some(id.into()))));
                }
            }
        }
    }

    /// Messages are stored as they came, and resumed with by their time.
    fn order_of_time(&self) -> Option<Finding> {
        let mut latest: Option<StoredDate> = None;
        let mut first: Option<(u64, StoredDate, StoredDate)> = None;
        let mut count = 0_u64;
        for (index, at) in self.samples.iter().filter_map(|sample| Some((sample.index, sample.at?))) {
            match latest {
                Some(latest) if at < latest => {
                    count += 1;
                    first.get_or_insert((index, at, latest));
                }
                _ => latest = Some(at),
            }
        }
        let (index, at, latest) = first?;
        let others = if count > 1 { format!(" So are {} more of this agent.", count - 1) } else { String::new() };
        let problem = format!("It is dated {at}, before a message that is stored before it ({latest}).{others}");
        Some(self.at(index, ".created_at", problem, Some(stored(at))))
    }

    fn future(&self, now: Timestamp) -> Option<Finding> {
        let mut dated = self.samples.iter().filter_map(|sample| Some((sample.index, sample.at?)));
        let (index, at) = dated.find(|(_, at)| at.is_future(now))?;
        let more = dated.filter(|(_, at)| at.is_future(now)).count();
        let others = if more > 0 { format!(" So are {more} more of this agent.") } else { String::new() };
        Some(self.at(index, ".created_at", format!("{at} is in the future.{others}"), Some(stored(at))))
    }
}

fn stored(at: StoredDate) -> Bson {
    bson::DateTime::from(at).into()
}

/// The start of stored text.
fn short(text: &str) -> String {
    match text.char_indices().nth(MOST_NAME) {
        Some((cut, _)) => format!("{}...", &text[..cut]),
        None => text.to_owned(),
    }
}
