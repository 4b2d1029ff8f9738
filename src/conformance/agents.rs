//! Agents.

use std::sync::Arc;

use bson::{Bson, doc};

use super::{AGENT, Case, Fixture, Outcome, agent_id, case, ensure, ensure_error, new_agent, same};
use crate::{
    repository::{Error, SessionRepository},
    session::{
        AgentId, StoredDate,
        record::{AgentConfig, AgentUpdate, MessageUpdate},
    },
};

pub(super) const CASES: &[Case] = &[
    case!("a created agent is read back as it was given", created),
    case!("an agent's id is given once in a session", duplicate),
    case!("an agent id that cannot be a path is refused", keys),
    case!("a sync changes what it is given, and the times", updated),
    case!("a configuration changes what it is given, and no time", configured),
    case!("a deleted agent leaves the others", deleted),
    case!("an agent that is not there is told", unknown),
];

async fn created(repository: Arc<dyn SessionRepository>) -> Outcome {
    let fixture = Fixture::session(repository).await?;
    let new = new_agent(AGENT);
    fixture.repository.create_agent(&fixture.key, &new).await?;
    let agent = fixture.agent().await?;
    same!(agent.state, Some(Bson::Document(new.state)));
    same!(agent.conversation_manager, Some(Bson::Document(new.conversation_manager_state)));
    same!(agent.model.as_deref(), Some("a-model"));
    same!(agent.message_count, 0);
    same!(agent.created_at, Some(StoredDate::from(new.at)));
    ensure!(agent.findings.is_empty(), "findings: {:?}", agent.findings);
    let session = fixture.read().await?;
    ensure!(
        session.updated_at >= Some(StoredDate::from(new.at)),
        "the session's updated_at did not move: {:?}",
        session.updated_at
    );
    fixture.done().await
}

async fn duplicate(repository: Arc<dyn SessionRepository>) -> Outcome {
    let fixture = Fixture::with_messages(repository, 1).await?;
    let again = fixture.repository.create_agent(&fixture.key, &new_agent(AGENT)).await;
    ensure_error!(again, Error::Exists { .. });
    same!(fixture.agent().await?.message_count, 1);
    fixture.done().await
}

async fn keys(repository: Arc<dyn SessionRepository>) -> Outcome {
    let fixture = Fixture::session(repository).await?;
    for id in ["", "a.b", "$a", "a\0b"] {
        ensure_error!(fixture.repository.create_agent(&fixture.key, &new_agent(id)).await, Error::Key { .. });
        let append = fixture.repository.append_message(&fixture.key, &id.into(), &super::new_message("x"), None).await;
        ensure_error!(append, Error::Key { .. });
    }
    same!(fixture.read().await?.agents.len(), 0);
    for id in ["0", "agent été", "with space"] {
        fixture.repository.create_agent(&fixture.key, &new_agent(id)).await?;
        fixture.repository.append_message(&fixture.key, &id.into(), &super::new_message("x"), None).await?;
    }
    same!(fixture.read().await?.message_count(), 3);
    fixture.done().await
}

async fn updated(repository: Arc<dyn SessionRepository>) -> Outcome {
    let fixture = Fixture::with_messages(repository, 1).await?;
    let before = fixture.agent().await?;
    let update = AgentUpdate { state: Some(doc! { "visits": 2, "name": "Ada" }), ..AgentUpdate::default() };
    fixture.repository.update_agent(&fixture.key, &agent_id(), &update).await?;
    let after = fixture.agent().await?;
    same!(after.state, update.state.map(Bson::Document));
    same!(after.conversation_manager, before.conversation_manager);
    same!(after.model, before.model);
    same!(after.message_count, 1);
    same!(after.created_at, before.created_at);
    ensure!(after.updated_at >= before.updated_at, "the agent's updated_at went back: {:?}", after.updated_at);
    fixture.done().await
}

async fn configured(repository: Arc<dyn SessionRepository>) -> Outcome {
    let fixture = Fixture::with_messages(repository, 1).await?;
    let (session, before) = (fixture.read().await?, fixture.agent().await?);
    let config = AgentConfig {
        system_prompt: Some("Be kind.".into()),
        prompt_metadata: Some(doc! { "prompt_id": "p-1", "temperature": 0.5 }),
        model: None,
    };
    fixture.repository.update_agent_config(&fixture.key, &agent_id(), &config).await?;
    let after = fixture.agent().await?;
    same!(after.system_prompt, config.system_prompt);
    same!(after.prompt_metadata, config.prompt_metadata.map(Bson::Document));
    same!(after.model, before.model);
    same!(after.updated_at, before.updated_at);
    same!(fixture.read().await?.updated_at, session.updated_at);
    fixture.done().await
}

async fn deleted(repository: Arc<dyn SessionRepository>) -> Outcome {
    let fixture = Fixture::with_messages(repository, 1).await?;
    fixture.repository.create_agent(&fixture.key, &new_agent("billing")).await?;
    fixture.repository.delete_agent(&fixture.key, &agent_id()).await?;
    let session = fixture.read().await?;
    let left: Vec<&str> = session.agents.iter().map(|agent| agent.id.as_str()).collect();
    same!(left, ["billing"]);
    fixture.done().await
}

async fn unknown(repository: Arc<dyn SessionRepository>) -> Outcome {
    let fixture = Fixture::session(repository).await?;
    let (key, id) = (&fixture.key, AgentId::from("nobody"));
    let state = AgentUpdate { state: Some(doc! {}), ..AgentUpdate::default() };
    let config = AgentConfig { model: Some("x".to_owned()), ..AgentConfig::default() };
    let metrics = MessageUpdate { event_loop_metrics: Some(doc! {}), ..MessageUpdate::default() };
    let repository = &fixture.repository;
    ensure_error!(repository.update_agent(key, &id, &state).await, Error::UnknownAgent { .. });
    ensure_error!(repository.update_agent_config(key, &id, &config).await, Error::UnknownAgent { .. });
    ensure_error!(repository.delete_agent(key, &id).await, Error::UnknownAgent { .. });
    ensure_error!(
        repository.append_message(key, &id, &super::new_message("x"), None).await,
        Error::UnknownAgent { .. }
    );
    ensure_error!(repository.update_message(key, &id, 0, &metrics).await, Error::UnknownAgent { .. });
    same!(repository.agent(key, &id).await?.is_none(), true);
    fixture.done().await
}
