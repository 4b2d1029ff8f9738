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
    AgentConfig, AgentId, AgentUpdate, Cursor, Error, FeedbackChange, Filter, ListQuery, MessageUpdate, MetadataEdit,
    NewAgent, NewFeedback, NewGuardrailEvent, NewMessage, NewSession, Page, PageEnd, Result, SessionKey, SessionReader,
    SessionUpdate, SessionWriter, StoredMessage, Summary, Tail, decode, edit, encode,
};

/// Session documents by `_id`.
#[derive(Debug, Default)]
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
    Error::not_found(key.text(), "memory")
}

fn check(what: &'static str, key: &SessionKey, name: &str) -> Result<()> {
    edit::check_segment(name).map_err(|reason| Error::key(key.text(), name, what, reason))
}

fn agent_of<'a>(session: &'a mut Document, key: &SessionKey, agent: &AgentId) -> Result<&'a mut Document> {
    let agents = session.get_document_mut("agents").ok();
    let found = agents.and_then(|agents| agents.get_document_mut(agent.as_str()).ok());
    found.ok_or_else(|| Error::unknown_agent(key.text(), agent.as_str()))
}

fn list<'a>(document: &'a mut Document, field: &str) -> &'a mut Vec<Bson> {
    if document.get_array(field).is_err() {
        document.insert(field, Bson::Array(Vec::new()));
    }
    document.get_array_mut(field).expect("it was made just now")
}

/// Sets or replaces what is given of model, system prompt and prompt metadata.
fn configure(agent: &mut Document, config: &AgentConfig) {
    let mut data = agent.get_document("agent_data").cloned().unwrap_or_default();
    data.extend(encode::config(config));
    agent.insert("agent_data", data);
}

#[async_trait]
impl SessionReader for MemoryRepository {
    fn location(&self) -> String {
        "memory".to_owned()
    }

    fn list(&self, query: &ListQuery) -> Page {
        if query.limit == 0 {
            return Page::of(Vec::new(), PageEnd::at(query.after.clone()));
        }
        let mut found = self.matching(&query.filter);
        query.sort.sort_documents(&mut found);
        let mut rows: Vec<Summary> = found.iter().map(|document| query.metadata.summary(document)).collect();
        let after = match &query.after {
            Some(Cursor::Undated { after: Some(id) }) => {
                rows.iter().position(|row| row.key.bson() == id).map_or(0, |at| at + 1)
            }
            _ => 0,
        };
        let end = (after + query.limit as usize).min(rows.len());
        let next = (end < rows.len()).then(|| Cursor::Undated { after: Some(rows[end - 1].key.bson().clone()) });
        Page::of(rows.drain(after..end).collect(), PageEnd::at(next))
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
            return Err(Error::exists("session", &new.id, "memory"));
        }
        documents.insert(new.id.clone(), encode::session(new));
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
                session.insert("updated_at", encode::date(at));
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
                return Err(Error::exists("agent", new.id.as_str(), format!("session {:?}", key.text())));
            }
            session.insert("updated_at", encode::date(new.at));
            session
                .get_document_mut("agents")
                .expect("every session has agents")
                .insert(new.id.as_str(), encode::agent(new));
            Ok(())
        })
    }

    async fn update_agent(&self, key: &SessionKey, agent: &AgentId, update: &AgentUpdate) -> Result<()> {
        let now = encode::date(Timestamp::now());
        self.change_agent(key, agent, |stored| {
            let mut data = stored.get_document("agent_data").cloned().unwrap_or_default();
            let parts = [
                ("state", &update.state),
                ("conversation_manager_state", &update.conversation_manager_state),
                ("_internal_state", &update.internal_state),
            ];
            data.extend(parts.into_iter().filter_map(|(name, part)| Some((name.to_owned(), part.clone()?.into()))));
            data.insert("updated_at", now.clone());
            stored.insert("agent_data", data);
            configure(stored, &update.config);
            stored.insert("updated_at", now);
            Ok(())
        })?;
        self.update_session(key, &SessionUpdate::default().updated_at(Timestamp::now())).await
    }

    async fn update_agent_config(&self, key: &SessionKey, agent: &AgentId, config: &AgentConfig) -> Result<()> {
        self.change_agent(key, agent, |stored| {
            configure(stored, config);
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
            session.insert("updated_at", encode::date(message.at));
            let stored = agent_of(session, key, agent)?;
            stored.insert("updated_at", encode::date(message.at));
            let messages = list(stored, "messages");
            let id_of = |stored: &Bson| StoredMessage::read(stored.clone(), 0).message_id;
            let tail_after = |messages: &[Bson]| Tail::new(messages.len() as u64, messages.last().and_then(id_of));
            let is_ours = |stored: &Bson| {
                let read = StoredMessage::read(stored.clone(), 0);
                read.body.tracking_id().is_some_and(|id| message.body.tracking_id() == Some(id))
            };
            if let Some(at) = messages.iter().position(is_ours) {
                return Ok(tail_after(&messages[..=at]));
            }
            let id = tail_after(messages).next_id();
            messages.push(encode::message(message, id).into());
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
        let unknown = || Error::unknown_message(key.text(), agent.as_str(), message_id);
        self.change(key, |session| {
            let messages = list(agent_of(session, key, agent)?, "messages");
            let is_it = |stored: &&mut Bson| StoredMessage::read((**stored).clone(), 0).message_id == Some(message_id);
            let found = messages.iter_mut().rev().find(is_it).and_then(Bson::as_document_mut);
            let stored = found.ok_or_else(unknown)?;
            if let Some(body) = &update.redact_message {
                stored.insert("redact_message", body.as_document().clone());
                stored.insert("updated_at", DateTime::now());
            }
            if let Some(metrics) = &update.event_loop_metrics {
                stored.insert("event_loop_metrics", metrics.clone());
            }
            if let Some(event) = &update.guardrail_event {
                stored.insert("guardrail_event", encode::message_event(event));
                list(session, "guardrail_events").push(encode::event(event).into());
            }
            if update.redact_message.is_some() {
                agent_of(session, key, agent)?.insert("updated_at", DateTime::now());
                session.insert("updated_at", DateTime::now());
            }
            Ok(())
        })
    }

    async fn edit_metadata(&self, key: &SessionKey, edits: &[MetadataEdit]) -> Result<()> {
        edit::check_keys(edits).map_err(|(edit, reason)| Error::metadata_key(key.text(), edit, reason))?;
        self.change(key, |session| {
            let metadata = session.entry("metadata".to_owned()).or_insert_with(|| Document::new().into());
            let fields = metadata.as_document_mut().ok_or_else(|| Error::not_an_object(key.text()))?;
            edit::apply(fields, edits).map_err(|refusal| Error::edit_refused(key.text(), edits, refusal, fields))
        })
    }

    async fn add_feedback(&self, key: &SessionKey, new: &NewFeedback) -> Result<()> {
        self.change(key, |session| {
            list(session, "feedbacks").push(encode::feedback(new).into());
            session.insert("updated_at", encode::date(new.at));
            Ok(())
        })
    }

    async fn change_feedback(&self, key: &SessionKey, change: &FeedbackChange) -> Result<u64> {
        self.change(key, |session| {
            let feedbacks = list(session, "feedbacks");
            let is_it = |stored: &Bson| edit::same(Some(stored), Some(&change.stored));
            let at = feedbacks.iter().rposition(is_it).ok_or_else(|| Error::feedback_conflict(key.text()))?;
            match &change.new {
                Some(new) => feedbacks[at] = new.clone().into(),
                None => drop(feedbacks.remove(at)),
            }
            session.insert("updated_at", encode::date(change.at));
            Ok(at as u64)
        })
    }

    async fn add_guardrail_event(&self, key: &SessionKey, event: &NewGuardrailEvent) -> Result<()> {
        self.change(key, |session| {
            list(session, "guardrail_events").push(encode::event(event).into());
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
    let session = NewSession::new("support-1")
        .application_name("support")
        .session_type("AGENT")
        .viewer_password("a secret")
        .metadata(doc! { "priority": "low" })
        .at(Timestamp::now());
    let key = repository.create_session(&session).await?;
    let edit = MetadataEdit::set("priority", "high").only_if(Some("low".into()));
    repository.edit_metadata(&key, &[edit]).await?;
    println!("{}", repository.metadata(&key).await?);
    Ok(())
}
