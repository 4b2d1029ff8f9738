//! Reads of a session what was not told of it.

use jiff::Timestamp;

use super::differ::{SessionMark, is_since};
use crate::{
    app::cli::output::note,
    repository::{Result, SessionReader},
    session::{Session, SessionKey},
};

/// Messages of each agent that are read at once.
const PAGE: u64 = 500;
/// Messages of an agent that are told at once; of more, the last ones. No document holds so many of the usual size.
const MOST: u64 = 20_000;

/// The session with the messages of each agent that were not told, and its last one. Of one of which nothing is known, its last
/// messages where it is to be told what was written `since`.
///
/// # Errors
/// What the store says.
pub async fn read(
    reader: &dyn SessionReader,
    key: &SessionKey,
    mark: &SessionMark,
    since: Option<Timestamp>,
) -> Result<Session> {
    let last = if mark.is_read() || since.is_none() { 1 } else { PAGE };
    let mut session = reader.open(key, last).await?;
    let is_all = mark.is_all_news(&session, since);
    let name = session.name().to_owned();
    for agent in &mut session.agents {
        let next = if is_all { Some(0) } else { mark.next_of(&agent.id) };
        let least = agent.message_count.saturating_sub(MOST);
        loop {
            let earliest = agent.messages.first();
            let first = earliest.map_or(agent.message_count, |message| message.index);
            let lacks = match next {
                Some(next) => next < first,
                // Where those before were told is not known: back to one that is older.
                None => earliest.is_some_and(|message| first > 0 && is_since(message.created_at, since)),
            };
            if !lacks {
                break;
            }
            let from = first.saturating_sub(PAGE).max(next.unwrap_or(0)).max(least);
            if from >= first {
                note(&format!("{name} {}: of more messages than {MOST} the last ones are told", agent.id));
                break;
            }
            let before = reader.messages(key, &agent.id, from..first).await?;
            if before.first().is_none_or(|message| message.index >= first) {
                break;
            }
            drop(agent.messages.splice(0..0, before));
        }
    }
    Ok(session)
}
