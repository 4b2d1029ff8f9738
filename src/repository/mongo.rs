//! Sessions in MongoDB (4.4 or later), one document each.
//!
//! This module alone names the `mongodb` crate. Every read carries the server-side time limit of
//! [`Limits::read`]. The driver's futures must not be dropped in flight: the gate lets what was begun go on to its end,
//! also where nobody waits for it any more.
//!
//! ```text
//! client ---- connects, tells errors apart (errors)      discover -- which collections look like sessions
//! connection - what it is connected to
//! list ------ pages by date, then by _id (rows, filter,  explain --- whether an index serves a filter
//!             findings)
//! details --- counts and sizes of the rows in view       indexes --- what there is, what to create
//! conversation, outline --- messages without the rest    check ----- what `doctor` says
//! history --- what an agent resumes with                 writes ---- the other half of the port
//! pool ------ one client for many repositories           gate ------ waiting for a connection, deadlines
//! ask ------- one question, with its time and its error  uri ----- connection strings as people have them
//! members --- what is known of each server               names --- which databases and collections there are
//! foreign --- what is no session, and is let alone        watch --- what changes, as the server tells it
//! exact ----- whether just that value is stored           within -- the questions of a store that is bound to a scope
//! poll ------ the same by looking again and again       offers -- which fields and few values metadata have
//! ```

mod ask;
mod check;
mod client;
pub mod connection;
mod conversation;
mod details;
mod discover;
mod errors;
mod exact;
mod explain;
mod expr;
mod filter;
mod findings;
mod foreign;
mod gate;
mod history;
mod indexes;
mod list;
mod lookup;
mod members;
mod names;
mod offers;
mod outline;
mod poll;
pub mod pool;
mod rows;
pub(crate) mod uri;
mod valid;
mod watch;
mod within;
mod writes;

#[cfg(all(test, feature = "app"))]
pub(crate) use watch::written;

/// The driver, for a client of your own: see [`MongoRepository::from_client`].
pub use mongodb as driver;

use std::{
    fmt,
    ops::Range,
    sync::{Arc, OnceLock},
};

use async_trait::async_trait;
use bson::{Bson, Document, RawDocumentBuf, doc};
use mongodb::{Client, Collection};

use self::{
    ask::{AggregateFailure, of},
    errors::Doing,
    names::Shape,
    pool::{Pool, PoolOptions},
    rows::{decoded, decoded_value},
};
use super::{
    Check, Filter, FilterValues, Inspection, Limits, ListPlan, ListQuery, MetadataKeys, Page, Projection, Result,
    Scope, SessionCopy, SessionReader, SessionRepository, Verdict, Watch, WatchView,
};
use crate::{
    metrics::Outline,
    session::{AgentId, Details, Message, MetadataPath, Session, SessionKey, Summary, record::StoredMessage},
};

pub use crate::session::LARGEST_DOCUMENT;

/// The sessions of one collection.
///
/// Cheap to clone: clones share the connections. The future of a method may be dropped at any time: what was asked of
/// the server, a write too, then goes on to its end by itself.
#[derive(Clone)]
pub struct MongoRepository {
    pool: Pool,
    database: Arc<str>,
    /// The collection's.
    name: Arc<str>,
    /// Known once the names of the database were looked at.
    shape: Arc<OnceLock<Shape>>,
    /// Set once it is known to be no collection of another store.
    own: Arc<OnceLock<()>>,
    indexes: indexes::KnownIndexes,
    /// Whether one text alone is equal to another, as without a collation; known once it was looked at.
    exact_ids: Arc<OnceLock<bool>>,
    /// Orders that no index gives, as they were found.
    rankings: list::KnownRankings,
    /// What holds for all that can be asked for here.
    within: Arc<within::BoundRules>,
}

/// Opens the sessions of one collection.
///
/// `uri` is `mongodb://…` or `mongodb+srv://…`; a password in it never shows.
///
/// # Errors
/// A connection string that cannot be read, and what a connection can meet: no server, too old a server, no right.
pub async fn open(uri: &str, database: &str, collection: &str) -> Result<Arc<dyn SessionRepository>> {
    let pool = Pool::connect(&uri.into(), PoolOptions::default()).await?;
    pool.greet().await?;
    let repository = pool.repository(database, collection)?;
    repository.first_look().await?;
    Ok(Arc::new(repository))
}

impl MongoRepository {
    /// Reads through a lent client, whose own options (time-outs, TLS, read preference) stay in force. Contacts
    /// nothing yet.
    #[must_use]
    pub fn from_client(client: Client, database: &str, collection: &str, limits: Limits) -> Self {
        Self::on(Pool::from_client(client, PoolOptions::for_browsing(limits)), database, collection)
    }

    fn on(pool: Pool, database: &str, collection: &str) -> Self {
        let (shape, own, exact_ids) = (Arc::default(), Arc::default(), Arc::default());
        let (indexes, within) = (indexes::KnownIndexes::default(), Arc::default());
        let rankings = list::KnownRankings::default();
        let (database, name) = (database.into(), collection.into());
        Self { pool, database, name, shape, own, indexes, exact_ids, rankings, within }
    }

    /// Not kept: the pool may have connected anew.
    fn collection(&self) -> Collection<RawDocumentBuf> {
        self.pool.client().database(&self.database).collection(&self.name)
    }

    /// The connections it reads and writes through.
    #[must_use]
    pub fn pool(&self) -> &Pool {
        &self.pool
    }

    fn limits(&self) -> Limits {
        self.pool.options().limits
    }

    /// Tells early whether there is a server that lets us read, and whether what is there can be written.
    async fn first_look(&self) -> Result<()> {
        self.read("the collection for the first time", |me| async move {
            me.try_to_read().await?;
            me.note_shape().await;
            Ok(())
        })
        .await
    }

    /// Asks for one `_id`, as a part of a read.
    async fn try_to_read(&self) -> Result<()> {
        let doing = Doing::new("find", "the first look at the collection");
        self.find_first(doc! {}, doc! { "_id": 1 }, doing).await.map(|_| ())
    }
}

impl fmt::Debug for MongoRepository {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MongoRepository")
            .field("namespace", &self.namespace())
            .field("pool", &self.pool)
            .finish_non_exhaustive()
    }
}

#[async_trait]
impl SessionReader for MongoRepository {
    async fn ping(&self) -> Result<()> {
        // The estimate alone: a list may have to sort every session.
        self.read("the number of documents", |me| async move { lookup::estimate(&me).await }).await.map(drop)
    }

    fn location(&self) -> String {
        self.namespace()
    }

    fn identity(&self) -> String {
        format!("{}/{}", self.pool.hosts(), self.namespace())
    }

    async fn close(&self) {
        self.pool.clone().close().await;
    }

    fn bound_to(&self, scope: &Scope) -> Option<Arc<dyn SessionRepository>> {
        Some(Arc::new(self.bound(scope)))
    }

    fn read_only(&self) -> Option<&'static str> {
        self.written_never()
    }

    async fn why_empty(&self) -> Result<Option<Check>> {
        self.read("the names of the collections", |me| async move { Ok(me.emptiness().await) }).await
    }

    fn list(&self, query: &ListQuery) -> Page {
        let (me, query) = (self.clone(), query.clone());
        Page::found_by(|rows| async move {
            me.read_while("the list of sessions", |me, heard| async move {
                Box::pin(list::page(&me, &query, &rows, &heard)).await
            })
            .await
        })
    }

    async fn rows(&self, keys: &[SessionKey], filter: &Filter, metadata: &Projection) -> Result<Vec<Summary>> {
        let (keys, filter, wanted) = (keys.to_vec(), filter.clone(), metadata.clone());
        self.read("rows of the list", |me| async move { lookup::rows_of(&me, &keys, &filter, &wanted).await }).await
    }

    async fn plan(&self, query: &ListQuery) -> Result<ListPlan> {
        let query = query.clone();
        self.read("the plan of a list", |me| async move { explain::plan(&me, &query).await }).await
    }

    async fn count(&self, filter: &Filter) -> Result<Option<u64>> {
        let filter = filter.clone();
        self.read("the number of sessions", |me| async move { lookup::count(&me, &filter).await }).await
    }

    async fn details(&self, keys: &[SessionKey]) -> Result<Vec<(SessionKey, Details)>> {
        let keys = keys.to_vec();
        self.read("counts and sizes", |me| async move { details::read(&me, &keys).await }).await
    }

    async fn resolve(&self, id: &str) -> Result<Vec<Summary>> {
        let id = id.to_owned();
        self.read("a session's id", |me| async move { lookup::resolve(&me, &id).await }).await
    }

    async fn namesakes(&self, names: &[String]) -> Result<Vec<Summary>> {
        let names = names.to_vec();
        self.read("ids like those of a list", |me| async move { lookup::namesakes(&me, names).await }).await
    }

    async fn open(&self, key: &SessionKey, last: u64) -> Result<Session> {
        let key = key.clone();
        self.read(&of("session", &key), move |me| async move { conversation::open(&me, &key, last).await }).await
    }

    async fn messages(&self, key: &SessionKey, agent: &AgentId, range: Range<u64>) -> Result<Vec<Message>> {
        let (key, agent) = (key.clone(), agent.clone());
        self.read(&of("messages of session", &key), |me| async move {
            conversation::messages(&me, &key, &agent, range).await
        })
        .await
    }

    async fn history(
        &self,
        key: &SessionKey,
        agent: &AgentId,
        offset: u64,
        limit: Option<u64>,
    ) -> Result<Vec<StoredMessage>> {
        let (key, agent) = (key.clone(), agent.clone());
        self.read(&of("the history of session", &key), move |me| async move {
            history::read(&me, &key, &agent, offset, limit).await
        })
        .await
    }

    async fn metadata(&self, key: &SessionKey) -> Result<Document> {
        let key = key.clone();
        self.read(&of("the metadata of session", &key), |me| async move { history::metadata(&me, &key).await }).await
    }

    async fn metadata_keys(&self) -> Result<MetadataKeys> {
        self.read("the fields of the metadata", |me| async move { offers::keys(&me).await }).await
    }

    async fn metadata_values(&self, path: &MetadataPath) -> Result<Option<Vec<Bson>>> {
        let path = path.clone();
        self.read("the values of the metadata", |me| async move { offers::values(&me, &path).await }).await
    }

    async fn filter_values(&self, of: &FilterValues) -> Result<Option<Vec<String>>> {
        if *of == FilterValues::MetadataKeys {
            return super::offers::filter_values(self, *of).await;
        }
        let of = *of;
        self.read("the values that a filter may name", |me| async move { offers::filter_values(&me, of).await }).await
    }

    async fn exact_copy(&self, key: &SessionKey) -> Result<SessionCopy> {
        let wanted = key.clone();
        let whole = self.read(&of("session", key), |me| async move { me.whole(&wanted).await }).await;
        whole.map(SessionCopy::Document)
    }

    async fn outline(&self, key: &SessionKey) -> Result<Outline> {
        let key = key.clone();
        self.read(&of("the figures of session", &key), |me| async move { outline::read(&me, &key).await }).await
    }

    async fn document(&self, key: &SessionKey) -> Result<Document> {
        let key = key.clone();
        self.read(&of("session", &key), |me| async move { me.whole(&key).await.map(|stored| decoded(&stored)) }).await
    }

    async fn inspect(&self, key: &SessionKey) -> Result<Inspection> {
        let key = key.clone();
        let whole = self.read(&of("session", &key), |me| async move { me.whole(&key).await }).await?;
        Ok(conversation::inspect(&whole))
    }

    fn watch(&self, view: &WatchView) -> Watch {
        watch::changes(self.clone(), view.shown())
    }

    async fn check(&self) -> Vec<Check> {
        let checks = check::Checks::default();
        let underway = checks.clone();
        let read = self.read_while("the checks", |me, heard| async move {
            check::all(&me, &underway, &heard).await;
            Ok(())
        });
        let ended = read.await;
        let mut checks = checks.take();
        checks.extend(ended.err().map(|error| Check::told(Verdict::Fail, "answers", &error)));
        checks
    }
}
