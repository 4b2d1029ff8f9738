//! Reads of a session what was not told of it.

use jiff::Timestamp;

use super::differ::SessionMark;
use crate::{
    repository::{Result, SessionReader},
    session::{Session, SessionKey},
};

/// Messages of each agent that are read of a session of which nothing is known.
const LAST: u64 = 200;
/// Messages of an agent that are told at once; of more, the last ones.
const MOST: u64 = 1000;

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
    let last = if mark.is_read() || since.is_none() { 1 } else { LAST };
    let mut session = reader.open(key, last).await?;
    for agent in &mut session.agents {
        let Some(next) = mark.next_of(&agent.id) else { continue };
        let next = next.max(agent.message_count.saturating_sub(MOST));
        let first = agent.messages.first().map_or(agent.message_count, |message| message.index);
        if next < first {
            let before = reader.messages(key, &agent.id, next..first).await?;
            drop(agent.messages.splice(0..0, before));
        }
    }
    Ok(session)
}
