//! Agents of a session.

use bson::{Document, doc};
use jiff::Timestamp;

use super::run::{RunningWrite, sized};
use crate::{
    repository::{Error, Result},
    session::{AgentId, SessionKey, encode, record::NewAgent},
};

/// A query for the session where it has that agent, or where it has not.
fn with_agent(run: &RunningWrite, key: &SessionKey, agent: &AgentId, there: bool) -> Document {
    let mut query = run.repository.session_by_key(key);
    let wanted = if there {
        doc! { "$type": "object" }
    } else {
        doc! { "$exists": false }
    };
    query.insert(format!("agents.{}", agent.as_str()), wanted);
    query
}

pub(super) async fn create(run: RunningWrite, key: SessionKey, agent: NewAgent) -> Result<()> {
    let stored = encode::agent(&agent);
    let path = format!("agents.{}", agent.id.as_str());
    let set = doc! { path: stored.clone(), "updated_at": encode::date(agent.at) };
    let update = run.update(&with_agent(&run, &key, &agent.id, false), &doc! { "$set": set }).await;
    let (matched, repeated) = update.map_err(|error| sized(error, &stored))?;
    if matched {
        return Ok(());
    }
    let time = format!("agents.{}.created_at", agent.id.as_str());
    let Some(found) = run.after(repeated, run.read(&key, doc! { time: 1 }).await)? else {
        return run.no_session(&key, repeated).await;
    };
    let created = found
        .get_document("agents")
        .and_then(|agents| agents.get_document(agent.id.as_str()))
        .ok()
        .and_then(|found| found.get("created_at"));
    if repeated && created == Some(&encode::date(agent.at)) {
        return run.found(());
    }
    Err(Error::exists("agent", agent.id.as_str(), format!("session {:?}", key.text())))
}

/// Sets paths of an agent that is there.
pub(super) async fn set(run: RunningWrite, key: SessionKey, agent: AgentId, fields: Document) -> Result<()> {
    if fields.is_empty() {
        return Ok(());
    }
    let update = run.update(&with_agent(&run, &key, &agent, true), &doc! { "$set": fields.clone() }).await;
    let (matched, repeated) = update.map_err(|error| sized(error, &fields))?;
    if matched { Ok(()) } else { run.no_agent(&key, &agent, repeated).await }
}

pub(super) async fn delete(run: RunningWrite, key: SessionKey, agent: AgentId) -> Result<()> {
    let path = format!("agents.{}", agent.as_str());
    let update = doc! { "$unset": { path.clone(): "" }, "$set": { "updated_at": encode::date(Timestamp::now()) } };
    let mut there = run.repository.session_by_key(&key);
    there.insert(path, doc! { "$exists": true });
    let (matched, repeated) = run.update(&there, &update).await?;
    match (matched, repeated) {
        (true, _) => Ok(()),
        (false, true) => run.found(()),
        (false, false) => run.no_agent(&key, &agent, false).await,
    }
}
