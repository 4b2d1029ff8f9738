//! A repository in which only the sessions of a scope exist, whatever it is asked.
//!
//! ```text
//! guarded ---- what may be asked at all, and reading      write ---- writing: fields that tell, copies, indexes
//! listed ----- rows, each looked at once more             watch ---- changes of sessions within
//! ```
//!
//! A store that can be bound to the scope ([`SessionReader::bound_to`]) finds nothing else by itself, in the step that reads or
//! writes. Of any other each session is looked at first; by a prefix its key is enough.
//!
//! Every method of the port is here, those with defaults too: a default would be carried out on what stands here, but what a method
//! means for a scope is to be thought of, and a test counts them.

mod listed;
mod watch;
mod write;

use std::{ops::Range, sync::Arc};

use async_trait::async_trait;
use bson::{Bson, Document};

use super::{
    Check, Error, Filter, FilterValues, Inspection, ListPlan, ListQuery, MetadataKeys, Page, Projection, Result, Scope,
    SessionCopy, SessionReader, SessionRepository, Verdict, Watch, WatchView, offers,
};
use crate::{
    metrics::Outline,
    session::{
        AgentId, Details, Feedback, Message, MetadataPath, Session, SessionKey, StoredAgent, Summary,
        history::StoredMessage,
    },
};

/// The name of the check of what lies within.
const SCOPE: &str = "scope";

/// A store seen through a scope.
#[derive(Debug, Clone)]
struct GuardedRepository {
    /// What holds others too; it leaves this only through what is checked here.
    inner: Arc<dyn SessionRepository>,
    scope: Scope,
    /// `inner` finds nothing outside by itself.
    is_bound: bool,
}

impl Scope {
    /// The repository with only the sessions of the scope. What is fixed here is refused or not found there, and nothing that is
    /// asked moves it. Scopes can be guarded again: what lies in both is left.
    ///
    /// # Errors
    /// [`Error::Other`] where the scope names another database or collection than the repository has.
    pub fn guard(&self, repository: Arc<dyn SessionRepository>) -> Result<Arc<dyn SessionRepository>> {
        self.check_place(&repository.location())?;
        let bound = repository.bound_to(self);
        let is_bound = bound.is_some();
        let inner = bound.unwrap_or(repository);
        Ok(Arc::new(GuardedRepository { inner, scope: self.clone(), is_bound }))
    }

    /// `location` of a collection is `database.collection`; no database has a dot in its name.
    fn check_place(&self, location: &str) -> Result<()> {
        let place = location.split_once('.');
        let is = |wanted: Option<&String>, has: Option<&str>| wanted.is_none_or(|wanted| has == Some(wanted.as_str()));
        let (database, collection) = (place.map(|place| place.0), place.map(|place| place.1));
        if is(self.database.as_ref(), database) && is(self.collection.as_ref(), collection) {
            return Ok(());
        }
        let named = [self.database.as_deref(), self.collection.as_deref()].map(|name| name.unwrap_or("any"));
        let reason = format!("it is of the database {:?} and the collection {:?}", named[0], named[1]);
        let refused = Error::other(format!("guarding {location} with the scope {}", self.quoted()), reason);
        Err(refused.with_hint("open the one that the scope names"))
    }
}

impl GuardedRepository {
    fn outside(&self, what: impl Into<String>) -> Error {
        Error::out_of_scope(what, &self.scope, self.inner.location())
    }

    fn outside_key(&self, key: &SessionKey) -> Error {
        self.outside(format!("session {:?}", key.text()))
    }

    fn check_key(&self, key: &SessionKey) -> Result<()> {
        if self.scope.admits(key) { self.inner.admits(key) } else { Err(self.outside_key(key)) }
    }

    /// Whether a look is needed to tell what lies within.
    fn must_look(&self) -> bool {
        !self.is_bound && !self.scope.is_told_by_key()
    }

    /// Refuses what lies outside; what others have is not found.
    async fn enter(&self, key: &SessionKey) -> Result<()> {
        self.check_key(key)?;
        if !self.must_look() {
            return Ok(());
        }
        match self.inner.metadata(key).await {
            Ok(metadata) if self.scope.holds_metadata(Some(&metadata)) => Ok(()),
            Ok(_) | Err(Error::NotAnObject { .. } | Error::Foreign { .. } | Error::NotFound { .. }) => {
                Err(Error::not_found(key.text(), self.inner.location()))
            }
            Err(error) => Err(error),
        }
    }

    /// Those that lie within, as far as they are there.
    async fn entered(&self, keys: &[SessionKey]) -> Result<Vec<SessionKey>> {
        let mut within = Vec::with_capacity(keys.len());
        for key in keys {
            match self.enter(key).await {
                Ok(()) => within.push(key.clone()),
                Err(Error::NotFound { .. } | Error::OutOfScope { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(within)
    }

    /// The rows of sessions that lie within.
    async fn only_within(&self, rows: Vec<Summary>) -> Result<Vec<Summary>> {
        let keys: Vec<SessionKey> = rows.iter().map(|row| row.key.clone()).collect();
        let within = self.entered(&keys).await?;
        Ok(rows.into_iter().filter(|row| within.contains(&row.key)).collect())
    }

    fn nothing_within(&self) -> Check {
        let found = format!("no session of {} is within the scope {}", self.inner.location(), self.scope.quoted());
        Check::warn(SCOPE, found, "check the scope, if there should be some")
    }

    /// Of a store that looks at more than the scope an ID may mean another's session, which hides one within.
    async fn resolve_by_list(&self, id: &str) -> Result<Vec<Summary>> {
        let found = match self.inner.resolve(id).await {
            Ok(found) => self.only_within(found).await?,
            Err(Error::Foreign { .. }) => Vec::new(),
            Err(error) => return Err(error),
        };
        if !found.is_empty() {
            return Ok(found);
        }
        Ok(listed::likeliest(id, self.list(&listed::named(id)).read().await?.0))
    }
}

#[async_trait]
impl SessionReader for GuardedRepository {
    fn location(&self) -> String {
        self.inner.location()
    }

    /// The store's own: journals of what was written there are found by it, and what they name is refused here all the same.
    fn identity(&self) -> String {
        self.inner.identity()
    }

    async fn ping(&self) -> Result<()> {
        self.inner.ping().await
    }

    async fn close(&self) {
        self.inner.close().await;
    }

    fn bound_to(&self, scope: &Scope) -> Option<Arc<dyn SessionRepository>> {
        if !self.is_bound {
            return None;
        }
        let inner = self.inner.bound_to(scope)?;
        Some(Arc::new(Self { inner, ..self.clone() }))
    }

    fn admits(&self, key: &SessionKey) -> Result<()> {
        self.check_key(key)
    }

    fn read_only(&self) -> Option<&'static str> {
        self.inner.read_only()
    }

    /// That nothing lies within; what the store would say is of all that is there.
    async fn why_empty(&self) -> Result<Option<Check>> {
        let (rows, end) = self.list(&ListQuery::new(1)).read().await?;
        Ok((rows.is_empty() && !end.timed_out).then(|| self.nothing_within()))
    }

    fn list(&self, query: &ListQuery) -> Page {
        self.listed(query)
    }

    async fn rows(&self, keys: &[SessionKey], filter: &Filter, metadata: &Projection) -> Result<Vec<Summary>> {
        self.rows_within(keys, filter, metadata).await
    }

    async fn plan(&self, query: &ListQuery) -> Result<ListPlan> {
        self.inner.plan(&self.narrowed_query(query)).await
    }

    async fn count(&self, filter: &Filter) -> Result<Option<u64>> {
        self.count_within(filter).await
    }

    async fn details(&self, keys: &[SessionKey]) -> Result<Vec<(SessionKey, Details)>> {
        self.inner.details(&self.entered(keys).await?).await
    }

    async fn resolve(&self, id: &str) -> Result<Vec<Summary>> {
        if !self.is_bound {
            return self.resolve_by_list(id).await;
        }
        self.only_within(self.inner.resolve(id).await?).await
    }

    async fn namesakes(&self, names: &[String]) -> Result<Vec<Summary>> {
        self.only_within(self.inner.namesakes(names).await?).await
    }

    async fn open(&self, key: &SessionKey, last: u64) -> Result<Session> {
        self.enter(key).await?;
        self.inner.open(key, last).await
    }

    async fn messages(&self, key: &SessionKey, agent: &AgentId, range: Range<u64>) -> Result<Vec<Message>> {
        self.enter(key).await?;
        self.inner.messages(key, agent, range).await
    }

    async fn outline(&self, key: &SessionKey) -> Result<Outline> {
        self.enter(key).await?;
        self.inner.outline(key).await
    }

    async fn document(&self, key: &SessionKey) -> Result<Document> {
        self.enter(key).await?;
        self.inner.document(key).await
    }

    async fn inspect(&self, key: &SessionKey) -> Result<Inspection> {
        self.enter(key).await?;
        self.inner.inspect(key).await
    }

    async fn exact_copy(&self, key: &SessionKey) -> Result<SessionCopy> {
        self.enter(key).await?;
        self.inner.exact_copy(key).await
    }

    async fn agent(&self, key: &SessionKey, agent: &AgentId) -> Result<Option<StoredAgent>> {
        self.enter(key).await?;
        self.inner.agent(key, agent).await
    }

    async fn message(&self, key: &SessionKey, agent: &AgentId, message_id: i64) -> Result<Option<Message>> {
        self.enter(key).await?;
        self.inner.message(key, agent, message_id).await
    }

    async fn history(
        &self,
        key: &SessionKey,
        agent: &AgentId,
        offset: u64,
        limit: Option<u64>,
    ) -> Result<Vec<StoredMessage>> {
        self.enter(key).await?;
        self.inner.history(key, agent, offset, limit).await
    }

    async fn feedbacks(&self, key: &SessionKey) -> Result<Vec<Feedback>> {
        self.enter(key).await?;
        self.inner.feedbacks(key).await
    }

    async fn metadata(&self, key: &SessionKey) -> Result<Document> {
        self.enter(key).await?;
        self.inner.metadata(key).await
    }

    async fn metadata_keys(&self) -> Result<MetadataKeys> {
        if self.is_bound {
            return self.inner.metadata_keys().await;
        }
        offers::keys(self.list(&offers::sample())).await
    }

    async fn metadata_values(&self, path: &MetadataPath) -> Result<Option<Vec<Bson>>> {
        if self.is_bound {
            return self.inner.metadata_values(path).await;
        }
        offers::values(self.list(&offers::sample()), path).await
    }

    async fn filter_values(&self, of: &FilterValues) -> Result<Option<Vec<String>>> {
        if self.is_bound {
            return self.inner.filter_values(of).await;
        }
        offers::filter_values(self, *of).await
    }

    fn watch(&self, view: &WatchView) -> Watch {
        watch::within(self.clone(), view)
    }

    /// What a bound store checks, which looks at nothing of others; of any other whether it answers. Then whether there is a session.
    async fn check(&self) -> Vec<Check> {
        let mut checks = if self.is_bound {
            self.inner.check().await
        } else {
            vec![match self.inner.ping().await {
                Ok(()) => Check::ok("answers", self.inner.location()),
                Err(error) => Check::told(Verdict::Fail, "answers", &error),
            }]
        };
        if checks.iter().any(|check| check.verdict == Verdict::Fail) {
            return checks;
        }
        checks.push(match self.why_empty().await {
            Ok(Some(empty)) => empty,
            Ok(None) => Check::ok(SCOPE, format!("only sessions within {} are seen", self.scope.quoted())),
            Err(error) => Check::told(Verdict::Fail, SCOPE, &error),
        });
        checks
    }
}

#[cfg(test)]
mod tests;
