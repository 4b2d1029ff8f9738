//! The port to where sessions are kept: what can be asked ([`SessionReader`]), what can be changed ([`SessionWriter`]) and
//! what can go wrong ([`Error`]).
//!
//! Two implementations: [`mongo`] and [`folder`].

pub(crate) mod backoff;
pub mod copy;
pub mod error;
pub mod filter;
pub mod folder;
mod foreign;
mod guarded;
pub mod health;
pub mod hint;
pub mod inspection;
pub mod mongo;
mod offers;
pub mod page;
pub mod scope;
pub mod sort;
pub mod target;
mod teller;
pub mod watch;
pub mod write;

pub use copy::{CopiedDeletion, SessionCopy};
pub use error::{Cause, Error, ErrorKind, Result, ServerError};
pub use filter::{Filter, FilterError};
pub use health::{Check, Verdict};
pub use hint::Hint;
pub use inspection::Inspection;
pub use offers::{MetadataKey, MetadataKeys};
pub use page::{Cursor, ListPlan, ListQuery, Page, PageEnd, Projection, RowSink};
pub use scope::{Scope, ScopeError};
pub use sort::{Sort, SortBy, SortError};
pub use target::{Candidate, Limits, Opened, Target, open, open_writable};
pub use watch::{InView, News, OpenInView, Watch, WatchMode, WatchView};
#[cfg(feature = "conformance")]
pub(crate) use write::CANNOT_CHANGE_FEEDBACK;
pub use write::{SessionRepository, SessionWriter, Tail};

use std::{fmt, ops::Range, sync::Arc};

use async_trait::async_trait;
use bson::{Bson, Document, RawDocumentBuf};
use jiff::Timestamp;

use crate::{
    metrics::Outline,
    session::{
        AgentId, Details, Feedback, Message, MetadataPath, Session, SessionKey, StoredAgent, Summary, decode,
        record::StoredMessage,
    },
};

/// Reads sessions. Every method may be slow and may fail; none of them changes anything. What has a default reads whole
/// documents: a store that can do better overrides it.
#[async_trait]
pub trait SessionReader: fmt::Debug + Send + Sync + 'static {
    /// Where the sessions are, for a title: `database.collection` or the folder's path. Holds no password.
    fn location(&self) -> String;

    /// Which store it is among all: hosts, database and collection, or the folder. Holds no password. The default is the location.
    fn identity(&self) -> String {
        self.location()
    }

    /// Whether the store answers: asked again and again while a connection is lost. The default lists one session.
    async fn ping(&self) -> Result<()> {
        self.list(&ListQuery::new(1)).read().await.map(drop)
    }

    /// Ends the connections behind it, and with them those of its clones and of whatever shares its pool, once what was asked
    /// through them has ended: to be awaited before the runtime goes, which the connections' own tasks need to end well.
    /// Nothing can be asked afterwards. The default does nothing, as a store without connections needs nothing.
    async fn close(&self) {}

    /// The same store with the rule of a scope in every question and every write, so that nothing else is found or changed:
    /// [`Scope::guard`] asks for it. `None`: the store has no such way, and the guard looks at each session first; that is the
    /// default.
    fn bound_to(&self, scope: &Scope) -> Option<Arc<dyn SessionRepository>> {
        let _ = scope;
        None
    }

    /// Refuses a session that surely lies outside of what can be asked for here, by its key alone and without a question:
    /// [`Error::OutOfScope`]. The manager asks before its hooks see anything. The default refuses none.
    fn admits(&self, key: &SessionKey) -> Result<()> {
        let _ = key;
        Ok(())
    }

    /// Why nobody can write there, whatever rights one has; it reads on after the location: `is a view`. `None`: one can, or it
    /// is not known.
    fn read_only(&self) -> Option<&'static str> {
        None
    }

    /// Why no session is found there, asked where a list is empty: no collection or database of that name, with the name
    /// that may be meant, or nothing in it. `None`: nothing is known, or there is something. The default knows nothing.
    async fn why_empty(&self) -> Result<Option<Check>> {
        Ok(None)
    }

    /// One page of the list, thin rows only: a stream that gives each row as soon as it is known.
    fn list(&self, query: &ListQuery) -> Page;

    /// The rows of those of some sessions that a filter leaves, as [`SessionReader::list`] gives them, in any order. Sessions that
    /// are gone are left out.
    async fn rows(&self, keys: &[SessionKey], filter: &Filter, metadata: &Projection) -> Result<Vec<Summary>> {
        let mut rows = Vec::new();
        for key in keys {
            match self.document(key).await {
                Ok(document) if filter.matches(&document) => rows.push(metadata.summary(&document)),
                Ok(_) | Err(Error::NotFound { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(rows)
    }

    /// Whether an index serves such a list, asked before it runs.
    async fn plan(&self, _query: &ListQuery) -> Result<ListPlan> {
        Ok(ListPlan::unserved("every session is read"))
    }

    /// How many sessions match. `None` when it could not be told within the time limit.
    async fn count(&self, filter: &Filter) -> Result<Option<u64>>;

    /// Counts and sizes of some sessions ([`Details::usage`] is left `None`). Sessions that are gone are left out.
    async fn details(&self, keys: &[SessionKey]) -> Result<Vec<(SessionKey, Details)>> {
        let mut out = Vec::with_capacity(keys.len());
        for key in keys {
            match self.document(key).await {
                Ok(document) => out.push((key.clone(), decode::details(&document))),
                Err(Error::NotFound { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(out)
    }

    /// The sessions an ID typed by a person may mean: the string `_id`; else those with that `session_id`; else an `_id` that
    /// is an ObjectId (its hex), a UUID, a number, or any value as Extended JSON. Empty when there is none; several when it is
    /// ambiguous; [`Error::Foreign`] where something else than a session stands there.
    async fn resolve(&self, id: &str) -> Result<Vec<Summary>>;

    /// The sessions whose string `_id`, or where that can be told quickly whose `session_id`, is one of these texts: what a
    /// list must know so that none of its rows looks like another session. See [`distinct_names`](crate::distinct_names).
    async fn namesakes(&self, _names: &[String]) -> Result<Vec<Summary>> {
        Ok(Vec::new())
    }

    /// A session with the last `last` messages of each agent; all of them for `u64::MAX`. [`Error::NotFound`]
    /// when it is gone.
    async fn open(&self, key: &SessionKey, last: u64) -> Result<Session> {
        let mut session = decode::session(self.document(key).await?);
        for agent in &mut session.agents {
            let first = agent.messages.len().saturating_sub(usize::try_from(last).unwrap_or(usize::MAX));
            agent.messages.drain(..first);
        }
        Ok(session)
    }

    /// Messages of one agent by their stored index. Shorter than the range at the end of the history.
    async fn messages(&self, key: &SessionKey, agent: &AgentId, range: Range<u64>) -> Result<Vec<Message>> {
        let session = self.open(key, u64::MAX).await?;
        let found = session.agents.into_iter().find(|found| &found.id == agent);
        let messages = found.map(|agent| agent.messages).unwrap_or_default();
        Ok(messages.into_iter().filter(|message| range.contains(&message.index)).collect())
    }

    /// Every message of the session without its text, for metrics and the timeline.
    async fn outline(&self, key: &SessionKey) -> Result<Outline> {
        Ok(Outline::from(&self.open(key, u64::MAX).await?))
    }

    /// The whole document as stored. It holds the viewer password in clear (`session_viewer_password`), which [`Session`]
    /// keeps as a secret: take it out before the document is shown, logged or given away.
    async fn document(&self, key: &SessionKey) -> Result<Document>;

    /// The whole document and all that there is to say of it, from the decoder and of the health of its histories.
    async fn inspect(&self, key: &SessionKey) -> Result<Inspection> {
        let session = self.open(key, u64::MAX).await?;
        let document = self.document(key).await?.into();
        Ok(Inspection::new(document, &session, &Outline::from(&session), Timestamp::now()))
    }

    /// Everything that is stored of the session, byte for byte: what a deletion keeps. The default is the whole document.
    async fn exact_copy(&self, key: &SessionKey) -> Result<SessionCopy> {
        let document = self.document(key).await?;
        let raw = RawDocumentBuf::try_from(&document);
        raw.map(SessionCopy::Document).map_err(|error| Error::other("copying the session", error.to_string()))
    }

    /// An agent without its messages ([`StoredAgent::message_count`] says how many there are); `None` where the session has none
    /// of that id. [`Error::NotFound`] when the session is gone.
    async fn agent(&self, key: &SessionKey, agent: &AgentId) -> Result<Option<StoredAgent>> {
        let mut session = self.open(key, 0).await?;
        let position = session.agents.iter().position(|found| &found.id == agent);
        Ok(position.map(|position| session.agents.swap_remove(position)))
    }

    /// The message with that `message_id` (the last one, where several share it).
    async fn message(&self, key: &SessionKey, agent: &AgentId, message_id: i64) -> Result<Option<Message>> {
        let messages = self.messages(key, agent, 0..u64::MAX).await?;
        Ok(messages.into_iter().rev().find(|message| message.message_id == Some(message_id)))
    }

    /// What an agent resumes with: its messages by `created_at` (ties and those without one in stored order), less the
    /// first `offset`, at most `limit` of them. A store that reads less than whole documents for it brings what it read into
    /// that order with [`StoredMessage::in_order`].
    async fn history(
        &self,
        key: &SessionKey,
        agent: &AgentId,
        offset: u64,
        limit: Option<u64>,
    ) -> Result<Vec<StoredMessage>> {
        let messages = self.messages(key, agent, 0..u64::MAX).await?;
        let stored =
            messages.into_iter().map(|message| StoredMessage::read(message.raw.bson(), message.index)).collect();
        Ok(StoredMessage::in_order(stored, offset, limit))
    }

    /// `feedbacks`, in stored order.
    async fn feedbacks(&self, key: &SessionKey) -> Result<Vec<Feedback>> {
        Ok(self.open(key, 0).await?.feedbacks)
    }

    /// `metadata`; empty where the field is absent. [`Error::NotAnObject`] where it is something else than an object.
    async fn metadata(&self, key: &SessionKey) -> Result<Document> {
        match self.open(key, 0).await?.metadata {
            None => Ok(Document::new()),
            Some(Bson::Document(fields)) => Ok(fields),
            Some(_) => Err(Error::not_an_object(key.text())),
        }
    }

    /// The fields that the metadata of some sessions have, to be offered to who types one: of a few hundred at most, and no longer
    /// than a list may take.
    async fn metadata_keys(&self) -> Result<MetadataKeys> {
        offers::keys(self.list(&offers::sample())).await
    }

    /// The values that a field of the metadata has in such sessions, the most frequent first, where they are few (20 at most); objects,
    /// arrays and long texts are left out. `None` where they are more, or nothing is known of them.
    async fn metadata_values(&self, path: &MetadataPath) -> Result<Option<Vec<Bson>>> {
        offers::values(self.list(&offers::sample()), path).await
    }

    /// What changes from now on, by whoever makes it: see [`Watch`]. `view` tells a store that must be looked at again where to look
    /// closer. Asks nothing before it is read. The default tells that it cannot ([`News::Ended`]).
    fn watch(&self, view: &WatchView) -> Watch {
        let _ = view;
        let why = Error::other("watching for changes", "this store does not tell what changes");
        Watch::new(futures_util::stream::iter([News::Ended(why)]))
    }

    /// Checks of the store, for a person who sets it up or wonders what is wrong: connection, rights, indexes, what cannot
    /// be read in a sample, as far as it has them. The default checks nothing.
    async fn check(&self) -> Vec<Check> {
        Vec::new()
    }
}
