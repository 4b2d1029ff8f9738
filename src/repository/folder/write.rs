//! Writes, so that Strands' `FileSessionManager` can read and go on with what they leave.
//!
//! Each file is written beside its place and renamed into it; a message file never takes the place of another. What is
//! read, changed and written again is locked by `.lock` in the session's folder, between tasks and between processes.
//! A write that must not move the session's `updated_at` puts back the times that the rename moved.

mod agents;
mod encode;
mod feedback;
pub(super) mod files;
mod messages;
mod removal;
mod sessions;

use std::sync::Arc;

use async_trait::async_trait;

use super::{FolderRepository, WaitNotice, archive, layout, layout::SessionDir};
use crate::{
    repository::{CopiedDeletion, Error, Result, SessionCopy, SessionWriter, Tail},
    session::{
        AgentId, MetadataEdit, SessionKey, edit, encode as documents,
        record::{
            AgentConfig, AgentUpdate, FeedbackChange, MessageUpdate, NewAgent, NewFeedback, NewGuardrailEvent,
            NewMessage, NewSession, SessionUpdate,
        },
    },
};

/// A session's folder that is there, and who is told of what a write meets.
struct SessionPlace {
    dir: SessionDir,
    waiting: Option<WaitNotice>,
}

impl SessionPlace {
    fn id(&self) -> String {
        self.dir.id.clone()
    }

    /// Tells of a wait, or of what a deletion found.
    fn say(&self, said: &str) {
        tracing::info!("{said}");
        if let Some(notice) = &self.waiting {
            notice(said);
        }
    }

    /// The folder of an agent that is there and is no link.
    fn agent(&self, agent: &AgentId) -> Result<layout::AgentDir> {
        let path = self.dir.path.join("agents").join(format!("agent_{}", agent.as_str()));
        if files::is_real_dir(&path)? {
            return Ok(layout::AgentDir { id: agent.as_str().to_owned(), path });
        }
        Err(Error::unknown_agent(self.id(), agent.as_str()))
    }
}

/// Refuses an id that cannot be part of a file's name, or of a path in MongoDB.
fn check_agent(id: &str, agent: &AgentId) -> Result<()> {
    check(agent.as_str(), "an agent id", id, edit::check_segment)
}

fn check(key: &str, what: &'static str, id: &str, rule: fn(&str) -> Result<(), &'static str>) -> Result<()> {
    let separator = if key.contains(['/', '\\']) { Err("it holds a path separator") } else { Ok(()) };
    rule(key).and(separator).map_err(|reason| Error::key(id, key, what, reason))
}

fn check_session_id(id: &str) -> Result<(), &'static str> {
    match id {
        "" => Err("it is empty"),
        id if id.contains('\0') => Err("it holds a NUL character"),
        _ => Ok(()),
    }
}

impl FolderRepository {
    /// Writes in a session that is there, off the async threads.
    async fn writing<T: Send + 'static>(
        &self,
        key: &SessionKey,
        write: impl FnOnce(&SessionPlace) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let waiting = self.waiting.clone();
        self.of_session(key, move |dir| write(&SessionPlace { dir: dir.clone(), waiting })).await?
    }
}

#[async_trait]
impl SessionWriter for FolderRepository {
    async fn create_session(&self, session: &NewSession) -> Result<SessionKey> {
        check(&session.id, "the id", &session.id, check_session_id)?;
        let (new, location) = (session.clone(), self.location.clone());
        self.blocking(move |root| sessions::create(root, &new, &location)).await?;
        Ok(SessionKey::from(session.id.as_str()))
    }

    async fn update_session(&self, key: &SessionKey, update: &SessionUpdate) -> Result<()> {
        let update = update.clone();
        self.writing(key, move |place| sessions::update(place, &update)).await
    }

    async fn delete_session(&self, key: &SessionKey) -> Result<()> {
        self.writing(key, sessions::delete).await
    }

    async fn delete_copied(&self, key: &SessionKey, copy: &SessionCopy) -> Result<CopiedDeletion> {
        let SessionCopy::Folder(archive) = copy else {
            return Err(Error::invalid(key.text(), "the copy", "it is a document's, and this session a folder's"));
        };
        let archive = Arc::clone(archive);
        self.writing(key, move |place| sessions::delete_copied(place, &archive)).await
    }

    async fn restore(&self, copy: &SessionCopy) -> Result<SessionKey> {
        let SessionCopy::Folder(archive) = copy else {
            let reason = "it is a copy of a session in a database";
            return Err(Error::other("putting the session back", reason).with_hint("restore it into one"));
        };
        let (archive, location) = (Arc::clone(archive), self.location.clone());
        self.blocking(move |root| archive::unpack(root, &archive, &location)).await.map(SessionKey::from)
    }

    async fn create_agent(&self, key: &SessionKey, agent: &NewAgent) -> Result<()> {
        check_agent(key.text(), &agent.id)?;
        let agent = agent.clone();
        self.writing(key, move |place| agents::create(place, &agent)).await
    }

    async fn update_agent(&self, key: &SessionKey, agent: &AgentId, update: &AgentUpdate) -> Result<()> {
        check_agent(key.text(), agent)?;
        let (agent, update) = (agent.clone(), update.clone());
        self.writing(key, move |place| agents::update(place, &agent, &update)).await
    }

    async fn update_agent_config(&self, key: &SessionKey, agent: &AgentId, config: &AgentConfig) -> Result<()> {
        check_agent(key.text(), agent)?;
        let (agent, config) = (agent.clone(), config.clone());
        self.writing(key, move |place| agents::configure(place, &agent, &config)).await
    }

    async fn delete_agent(&self, key: &SessionKey, agent: &AgentId) -> Result<()> {
        check_agent(key.text(), agent)?;
        let agent = agent.clone();
        self.writing(key, move |place| agents::delete(place, &agent)).await
    }

    async fn append_message(
        &self,
        key: &SessionKey,
        agent: &AgentId,
        message: &NewMessage,
        known: Option<Tail>,
    ) -> Result<Tail> {
        check_agent(key.text(), agent)?;
        let (agent, message) = (agent.clone(), message.clone());
        self.writing(key, move |place| messages::append(place, &agent, &message, known)).await
    }

    async fn update_message(
        &self,
        key: &SessionKey,
        agent: &AgentId,
        message_id: i64,
        update: &MessageUpdate,
    ) -> Result<()> {
        check_agent(key.text(), agent)?;
        let (agent, update) = (agent.clone(), update.clone());
        self.writing(key, move |place| messages::update(place, &agent, message_id, &update)).await
    }

    async fn edit_metadata(&self, key: &SessionKey, edits: &[MetadataEdit]) -> Result<()> {
        edit::check_keys(edits).map_err(|(edit, reason)| Error::metadata_key(key.text(), edit, reason))?;
        let edits = edits.to_vec();
        self.writing(key, move |place| sessions::edit_metadata(place, &edits)).await
    }

    async fn add_feedback(&self, key: &SessionKey, feedback: &NewFeedback) -> Result<()> {
        let (stored, again) = (encode::object(&documents::feedback(feedback)), feedback.again);
        self.writing(key, move |place| sessions::add_feedback(place, stored, again)).await
    }

    async fn change_feedback(&self, key: &SessionKey, change: &FeedbackChange) -> Result<u64> {
        let change = change.clone();
        self.writing(key, move |place| feedback::change(place, &change)).await
    }

    async fn add_guardrail_event(&self, key: &SessionKey, event: &NewGuardrailEvent) -> Result<()> {
        let stored = encode::object(&documents::event(event));
        self.writing(key, move |place| sessions::push(place, "guardrail_events", stored, files::Time::Stays)).await
    }
}
