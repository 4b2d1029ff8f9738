//! A repository in memory: what a store of whole documents has to write, and nothing else.
//! Run it with `cargo run --example memory`.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

use async_trait::async_trait;
use bson::{Bson, DateTime, Document, doc};
use jiff::Timestamp;
use secrecy::ExposeSecret;
use strandscope::{
    repository::{Cursor, Error, Filter, ListQuery, PageEnd, Result, SessionReader, SessionWriter, Tail},
    session::{
        AgentId, Rating, SessionKey, Summary, decode,
        edit::{self, MetadataEdit},
        record::{
            AgentConfig, AgentUpdate, MessageUpdate, NewAgent, NewFeedback, NewGuardrailEvent, NewMessage, NewSession,
            SessionUpdate, StoredMessage,
        },
    },
};

/// Session documents by `_id`.
#[derive(Default)]
pub struct MemoryRepository {
    documents: Mutex<BTreeMap<String, Document>>,
}

impl MemoryRepository {
    /// Changes a document under the lock, or leaves it as it was where the change fails.
    fn change<T>(&self, key: &SessionKey, change: impl FnOnce(&mut Document) -> Result<T>) -> Result<T> {
        let mut documents = self.documents.lock().unwrap_or_else(PoisonError::into_inner);
        let stored = documents.get_mut(key.text()).ok_or_else(|| missing(key))?;
        let mut changed = stored.clone();
        let answer = change(&mut changed)?;
        *stored = changed;
        Ok(answer)
    }

    fn change_agent<T>(
        &self,
        key: &SessionKey,
        agent: &AgentId,
        change: impl FnOnce(&mut Document) -> Result<T>,
    ) -> Result<T> {
        check("an agent id", key, agent.as_str())?;
        self.change(key, |session| change(agent_of(session, key, agent)?))
    }

    fn matching(&self, filter: &Filter) -> Vec<Document> {
        let documents = self.documents.lock().unwrap_or_else(PoisonError::into_inner);
        documents.values().filter(|document| filter.matches(document)).cloned().collect()
    }
}

fn missing(key: &SessionKey) -> Error {
    Error::NotFound { id: key.text().to_owned(), location: "memory".to_owned() }
}

fn check(what: &'static str, key: &SessionKey, name: &str) -> Result<()> {
    edit::check_segment(name).map_err(|reason| Error::Key {
        id: key.text().to_owned(),
        key: name.to_owned(),
        what,
        reason,
    })
}

fn agent_of<'a>(session: &'a mut Document, key: &SessionKey, agent: &AgentId) -> Result<&'a mut Document> {
    let agents = session.get_document_mut("agents").ok();
    let found = agents.and_then(|agents| agents.get_document_mut(agent.as_str()).ok());
    found.ok_or_else(|| Error::UnknownAgent { id: key.text().to_owned(), agent: agent.as_str().to_owned() })
}

fn list<'a>(document: &'a mut Document, field: &str) -> &'a mut Vec<Bson> {
    if document.get_array(field).is_err() {
        document.insert(field, Bson::Array(Vec::new()));
    }
    document.get_array_mut(field).expect("it was made just now")
}

fn date(at: Timestamp) -> DateTime {
    DateTime::from_millis(at.as_millisecond())
}

fn with_config(mut data: Document, config: &AgentConfig) -> Document {
    data.extend(config.model.as_ref().map(|model| ("model".to_owned(), model.into())));
    data.extend(config.system_prompt.as_ref().map(|prompt| ("system_prompt".to_owned(), prompt.clone())));
    data.extend(config.prompt_metadata.as_ref().map(|given| ("prompt_metadata".to_owned(), given.into())));
    data
}

fn event_of(event: &NewGuardrailEvent) -> Document {
    let mut stored = doc! { "message_id": event.message_id, "agent_id": event.agent_id.as_str() };
    stored.extend(doc! { "action": &event.action, "timestamp": date(event.at) });
    stored.extend(event.stop_reason.as_ref().map(|reason| ("stop_reason".to_owned(), reason.into())));
    stored.extend(event.policies_triggered.as_ref().map(|all| ("policies_triggered".to_owned(), all.into())));
    stored
}

#[async_trait]
impl SessionReader for MemoryRepository {
    fn location(&self) -> String {
        "memory".to_owned()
    }

    async fn list(&self, query: &ListQuery, found: &mut (dyn FnMut(Summary) + Send)) -> Result<PageEnd> {
        let mut rows: Vec<Summary> = self.matching(&query.filter).iter().map(decode::summary).collect();
        rows.sort_by_key(|row| std::cmp::Reverse(row.updated_at));
        let after = match &query.after {
            Some(Cursor::Undated { after: Some(id) }) => {
                rows.iter().position(|row| row.key.bson() == id).map_or(0, |at| at + 1)
            }
            _ => 0,
        };
        let end = (after + query.limit as usize).min(rows.len());
        let next = (end < rows.len()).then(|| Cursor::Undated { after: Some(rows[end - 1].key.bson().clone()) });
        rows.drain(after..end).for_each(found);
        Ok(PageEnd { next, timed_out: false })
    }

    async fn count(&self, filter: &Filter) -> Result<Option<u64>> {
        Ok(Some(self.matching(filter).len() as u64))
    }

    async fn resolve(&self, id: &str) -> Result<Vec<Summary>> {
        Ok(self.document(&id.into()).await.ok().iter().map(decode::summary).collect())
    }

    async fn document(&self, key: &SessionKey) -> Result<Document> {
        let documents = self.documents.lock().unwrap_or_else(PoisonError::into_inner);
        documents.get(key.text()).cloned().ok_or_else(|| missing(key))
    }
}

#[async_trait]
impl SessionWriter for MemoryRepository {
    async fn create_session(&self, new: &NewSession) -> Result<SessionKey> {
        let mut documents = self.documents.lock().unwrap_or_else(PoisonError::into_inner);
        if documents.contains_key(&new.id) {
            return Err(Error::Exists { what: "session", name: new.id.clone(), place: "memory".to_owned() });
        }
        let document = doc! {
            "_id": &new.id, "session_id": &new.id, "application_name": new.application_name.clone(),
            "session_type": &new.session_type, "session_viewer_password": new.viewer_password.expose_secret(),
            "created_at": date(new.at), "updated_at": date(new.at), "agents": {},
            "metadata": new.metadata.clone(), "feedbacks": [], "guardrail_events": [],
        };
        documents.insert(new.id.clone(), document);
        Ok(new.id.as_str().into())
    }

    async fn update_session(&self, key: &SessionKey, update: &SessionUpdate) -> Result<()> {
        self.change(key, |session| {
            if let Some(kind) = &update.session_type {
                session.insert("session_type", kind);
            }
            if let Some(password) = &update.viewer_password {
                session.insert("session_viewer_password", password.expose_secret());
            }
            if let Some(at) = update.updated_at {
                session.insert("updated_at", date(at));
            }
            Ok(())
        })
    }

    async fn delete_session(&self, key: &SessionKey) -> Result<()> {
        let mut documents = self.documents.lock().unwrap_or_else(PoisonError::into_inner);
        documents.remove(key.text()).map(drop).ok_or_else(|| missing(key))
    }

    async fn create_agent(&self, key: &SessionKey, new: &NewAgent) -> Result<()> {
        check("an agent id", key, new.id.as_str())?;
        self.change(key, |session| {
            if agent_of(session, key, &new.id).is_ok() {
                let place = format!("session {:?}", key.text());
                return Err(Error::Exists { what: "agent", name: new.id.as_str().to_owned(), place });
            }
            let data = doc! {
                "agent_id": new.id.as_str(), "state": new.state.clone(),
                "conversation_manager_state": new.conversation_manager_state.clone(),
                "_internal_state": new.internal_state.clone(),
                "created_at": date(new.at), "updated_at": date(new.at),
            };
            let agent = doc! {
                "agent_data": with_config(data, &new.config), "messages": [],
                "created_at": date(new.at), "updated_at": date(new.at),
            };
            session.insert("updated_at", date(new.at));
            session.get_document_mut("agents").expect("every session has agents").insert(new.id.as_str(), agent);
            Ok(())
        })
    }

    async fn update_agent(&self, key: &SessionKey, agent: &AgentId, update: &AgentUpdate) -> Result<()> {
        let now = date(Timestamp::now());
        self.change_agent(key, agent, |stored| {
            let mut data = stored.get_document("agent_data").cloned().unwrap_or_default();
            let parts = [
                ("state", &update.state),
                ("conversation_manager_state", &update.conversation_manager_state),
                ("_internal_state", &update.internal_state),
            ];
            data.extend(parts.into_iter().filter_map(|(name, part)| Some((name.to_owned(), part.clone()?.into()))));
            data.insert("updated_at", now);
            stored.insert("agent_data", with_config(data, &update.config));
            stored.insert("updated_at", now);
            Ok(())
        })?;
        self.update_session(key, &SessionUpdate { updated_at: Some(Timestamp::now()), ..SessionUpdate::default() })
            .await
    }

    async fn update_agent_config(&self, key: &SessionKey, agent: &AgentId, config: &AgentConfig) -> Result<()> {
        self.change_agent(key, agent, |stored| {
            let data = stored.get_document("agent_data").cloned().unwrap_or_default();
            stored.insert("agent_data", with_config(data, config));
            Ok(())
        })
    }

    async fn delete_agent(&self, key: &SessionKey, agent: &AgentId) -> Result<()> {
        self.change(key, |session| {
            agent_of(session, key, agent)?;
            session.get_document_mut("agents").expect("it has that agent").remove(agent.as_str());
            session.insert("updated_at", DateTime::now());
            Ok(())
        })
    }

    async fn append_message(
        &self,
        key: &SessionKey,
        agent: &AgentId,
        message: &NewMessage,
        _known: Option<Tail>,
    ) -> Result<Tail> {
        check("an agent id", key, agent.as_str())?;
        self.change(key, |session| {
            session.insert("updated_at", date(message.at));
            let stored = agent_of(session, key, agent)?;
            stored.insert("updated_at", date(message.at));
            let messages = list(stored, "messages");
            let tail_after = |messages: &[Bson]| Tail {
                len: messages.len() as u64,
                last_id: messages.last().and_then(|last| StoredMessage::read(last.clone(), 0).message_id),
            };
            let is_ours = |stored: &Bson| {
                let read = StoredMessage::read(stored.clone(), 0);
                read.body.tracking_id().is_some_and(|id| message.body.tracking_id() == Some(id))
            };
            if let Some(at) = messages.iter().position(is_ours) {
                return Ok(tail_after(&messages[..=at]));
            }
            let mut stored = doc! {
                "message": message.body.0.clone(), "message_id": tail_after(messages).next_id(),
                "redact_message": null, "created_at": date(message.at), "updated_at": date(message.at),
            };
            if let Some(metrics) = &message.event_loop_metrics {
                stored.insert("event_loop_metrics", metrics.clone());
            }
            messages.push(stored.into());
            Ok(tail_after(messages))
        })
    }

    async fn update_message(
        &self,
        key: &SessionKey,
        agent: &AgentId,
        message_id: i64,
        update: &MessageUpdate,
    ) -> Result<()> {
        let unknown =
            || Error::UnknownMessage { id: key.text().to_owned(), agent: agent.as_str().to_owned(), message_id };
        self.change(key, |session| {
            let messages = list(agent_of(session, key, agent)?, "messages");
            let is_it = |stored: &&mut Bson| StoredMessage::read((**stored).clone(), 0).message_id == Some(message_id);
            let found = messages.iter_mut().rev().find(is_it).and_then(Bson::as_document_mut);
            let stored = found.ok_or_else(unknown)?;
            if let Some(body) = &update.redact_message {
                stored.insert("redact_message", body.0.clone());
                stored.insert("updated_at", DateTime::now());
            }
            if let Some(metrics) = &update.event_loop_metrics {
                stored.insert("event_loop_metrics", metrics.clone());
            }
            if let Some(event) = &update.guardrail_event {
                let mut on_message = event_of(event);
                on_message.extend(event.trace.as_ref().map(|trace| ("trace".to_owned(), trace.into())));
                stored.insert("guardrail_event", on_message);
                list(session, "guardrail_events").push(event_of(event).into());
            }
            if update.redact_message.is_some() {
                agent_of(session, key, agent)?.insert("updated_at", DateTime::now());
                session.insert("updated_at", DateTime::now());
            }
            Ok(())
        })
    }

    async fn edit_metadata(&self, key: &SessionKey, edits: &[MetadataEdit]) -> Result<()> {
        for edit in edits {
            check("a metadata key", key, &edit.key)?;
        }
        self.change(key, |session| {
            let id = key.text().to_owned();
            let metadata = session.entry("metadata".to_owned()).or_insert_with(|| Document::new().into());
            let fields = metadata.as_document_mut().ok_or_else(|| Error::NotAnObject { id: id.clone() })?;
            edit::apply(fields, edits).map_err(|position| {
                let field = &edits[position].key;
                let stored = fields.get(field).cloned().map(Box::new);
                Error::Conflict { id, field: format!("metadata.{field}"), stored }
            })
        })
    }

    async fn add_feedback(&self, key: &SessionKey, new: &NewFeedback) -> Result<()> {
        let rating = match &new.rating {
            Rating::Up => Bson::from("up"),
            Rating::Down => Bson::from("down"),
            Rating::Neutral => Bson::Null,
            Rating::Other(word) => Bson::from(word),
        };
        let mut stored = doc! { "rating": rating, "comment": new.comment.clone() };
        stored.extend(new.agent_id.as_ref().map(|id| ("agent_id".to_owned(), id.as_str().into())));
        stored.extend(new.message_id.map(|id| ("message_id".to_owned(), id.into())));
        stored.insert("created_at", date(new.at));
        self.change(key, |session| {
            list(session, "feedbacks").push(stored.into());
            session.insert("updated_at", date(new.at));
            Ok(())
        })
    }

    async fn add_guardrail_event(&self, key: &SessionKey, event: &NewGuardrailEvent) -> Result<()> {
        self.change(key, |session| {
            list(session, "guardrail_events").push(event_of(event).into());
            Ok(())
        })
    }

    async fn index_metadata(&self, _fields: &[String]) -> Result<Vec<String>> {
        Ok(Vec::new())
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let repository = MemoryRepository::default();
    let session = NewSession {
        id: "support-1".to_owned(),
        application_name: Some("support".to_owned()),
        session_type: "AGENT".to_owned(),
        viewer_password: "a secret".into(),
        metadata: doc! { "priority": "low" },
        at: Timestamp::now(),
    };
    let key = repository.create_session(&session).await?;
    let edit = MetadataEdit::set("priority", "high").only_if(Some("low".into()));
    repository.edit_metadata(&key, &[edit]).await?;
    println!("{}", repository.metadata(&key).await?);
    Ok(())
}
