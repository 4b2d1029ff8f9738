//! `agent.json` and, beside it, `config.json`: Strands rewrites the one at every sync and would lose what is ours.

use std::{fs, path::Path, time::SystemTime};

use bson::Document;
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::{
    SessionPlace, encode,
    files::{self, Time},
    removal,
};
use crate::{
    repository::{Error, Result, folder::layout},
    session::{
        AgentId, encode as documents, python,
        record::{AgentConfig, AgentUpdate, NewAgent},
    },
};

/// What stands in `config.json`.
const OURS: [&str; 3] = ["model", "system_prompt", "prompt_metadata"];

pub(super) fn create(place: &SessionPlace, new: &NewAgent) -> Result<()> {
    let agents = place.dir.path.join("agents");
    files::make_dir(&agents)?;
    let path = agents.join(format!("agent_{}", new.id.as_str()));
    let aside = agents.join(format!("{}{}", layout::NEW, uuid::Uuid::new_v4()));
    files::make_dir(&aside)?;
    let made = fill(&aside, new).and_then(|()| files::move_into(&aside, &path));
    if !matches!(made, Ok(true)) {
        let _ = fs::remove_dir_all(&aside);
    }
    if made? {
        return Ok(());
    }
    Err(Error::exists("agent", new.id.as_str(), format!("session {:?}", place.id())))
}

fn fill(dir: &Path, new: &NewAgent) -> Result<()> {
    files::make_dir(&dir.join("messages"))?;
    let mut data = documents::agent(new).get_document("agent_data").cloned().unwrap_or_default();
    let config: Document = OURS.iter().filter_map(|key| Some(((*key).to_owned(), data.remove(key)?))).collect();
    if !config.is_empty() {
        files::write(&dir.join("config.json"), &encode::object(&config), Time::Moves)?;
    }
    files::write(&dir.join("agent.json"), &encode::object(&data), Time::Moves)
}

pub(super) fn update(place: &SessionPlace, agent: &AgentId, update: &AgentUpdate) -> Result<()> {
    let dir = place.agent(agent)?;
    let _lock = files::lock(place)?;
    let path = dir.path.join("agent.json");
    let now = encode::time(Timestamp::now());
    // Read before anything is written: where it is broken nothing may change.
    let mut fields = match files::read(&path)? {
        Some(Value::Object(fields)) => fields,
        _ => Map::from_iter([("agent_id".to_owned(), Value::from(python::text(agent.as_str())))]),
    };
    // Strands loads no agent without these.
    for (name, value) in [("state", json!({})), ("conversation_manager_state", json!({})), ("created_at", now.clone())]
    {
        fields.entry(name).or_insert(value);
    }
    set_config(&dir.path, &update.config, Time::Moves)?;
    for (name, state) in update.states() {
        fields.insert(name.to_owned(), encode::object(state));
    }
    fields.insert("updated_at".to_owned(), now);
    files::write(&path, &Value::Object(fields), Time::Moves)
}

pub(super) fn configure(place: &SessionPlace, agent: &AgentId, config: &AgentConfig) -> Result<()> {
    let dir = place.agent(agent)?;
    let _lock = files::lock(place)?;
    set_config(&dir.path, config, Time::Stays)
}

fn set_config(dir: &Path, config: &AgentConfig, time: Time) -> Result<()> {
    let Value::Object(changed) = encode::object(&documents::config(config)) else { return Ok(()) };
    if changed.is_empty() {
        return Ok(());
    }
    let path = dir.join("config.json");
    let mut fields = match files::read(&path)? {
        Some(Value::Object(fields)) => fields,
        _ => Map::new(),
    };
    fields.extend(changed);
    files::write(&path, &Value::Object(fields), time)
}

pub(super) fn delete(place: &SessionPlace, agent: &AgentId) -> Result<()> {
    let dir = place.agent(agent)?;
    let _lock = files::lock(place)?;
    removal::remove(place, &dir.path)?;
    files::touch(&place.dir.file(), SystemTime::now());
    Ok(())
}
