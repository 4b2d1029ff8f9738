//! How a repository asks: one question or many, each with its time, and what an answer that failed means.

use std::{
    future::Future,
    time::{Duration, Instant},
};

use bson::{Document, RawDocumentBuf, doc};
use mongodb::{Collection, Cursor as Rows, error::Result as DriverResult};

use super::{
    MongoRepository, client,
    errors::{self, Doing},
    gate::{Heard, Pauses},
    pool::Pool,
};
use crate::{
    repository::{Error, Result, SessionReader},
    session::SessionKey,
};

/// A deadline under which a server that is well may not have answered yet.
const SHORT: Duration = Duration::from_secs(1);

/// Why an aggregation gave nothing.
pub(super) enum AggregateFailure {
    /// The answer would be larger than a document may be: read the whole document instead.
    TooLarge,
    /// Anything else.
    Real(Error),
}

/// What is read of a session, for an error.
pub(super) fn of(what: &str, key: &SessionKey) -> String {
    format!("{what} {:?}", key.text())
}

impl Pool {
    /// Runs a read of many questions to its end, with the wait-queue limit and, for each question, the deadline: a
    /// network that falls silent answers nothing, so the server's own limit is not enough.
    pub(super) async fn read_while<T, F>(&self, what: &str, work: impl FnOnce(Heard) -> F) -> Result<T>
    where
        T: Send + 'static,
        F: Future<Output = Result<T>> + Send + 'static,
    {
        let heard = Heard::default();
        match self.gate().run_while(format!("reading {what}"), &heard, work(heard.clone())).await {
            Err(Error::Deadline { limit, .. }) => {
                if limit < SHORT {
                    let reason = format!("no answer within {} s", limit.as_secs_f64());
                    let hint = "raise timeoutMS or socketTimeoutMS in the connection string";
                    return Err(Error::unusable(self.hosts(), reason).with_hint(hint));
                }
                Err(self.silent(limit))
            }
            answer => answer,
        }
    }

    /// Asks one question that changes nothing. Where the connection was lost before the answer, as while a replica set
    /// elects a primary, it is asked again for as long as [`PoolOptions::repeat`](super::pool::PoolOptions::repeat) says.
    pub(super) async fn ask<T, F>(&self, question: impl Fn() -> F) -> DriverResult<T>
    where
        F: Future<Output = DriverResult<T>>,
    {
        let mut pauses = Pauses::until(Instant::now() + self.options().patience());
        let mut renewed = false;
        loop {
            let lost = match question().await {
                Err(error) if errors::is_lost(&error) => error,
                answered => return answered,
            };
            if !renewed && self.renew_if_rebuilt() {
                renewed = true;
            } else if !pauses.wait().await {
                return Err(lost);
            }
            tracing::debug!("the connection was lost; asking again");
        }
    }
}

impl MongoRepository {
    /// Runs a read of one question: see [`Pool::read_while`].
    pub(super) async fn read<T, F>(&self, what: &str, work: impl FnOnce(Self) -> F) -> Result<T>
    where
        T: Send + 'static,
        F: Future<Output = Result<T>> + Send + 'static,
    {
        self.read_while(what, |me, _| work(me)).await
    }

    /// Runs a read of many questions: see [`Pool::read_while`].
    pub(super) async fn read_while<T, F>(&self, what: &str, work: impl FnOnce(Self, Heard) -> F) -> Result<T>
    where
        T: Send + 'static,
        F: Future<Output = Result<T>> + Send + 'static,
    {
        self.pool.read_while(what, |heard| work(self.clone(), heard)).await
    }

    /// Asks one question: see [`Pool::ask`].
    pub(super) async fn ask<T, F>(&self, question: impl Fn() -> F) -> DriverResult<T>
    where
        F: Future<Output = DriverResult<T>>,
    {
        self.pool.ask(question).await
    }

    /// One document of a query.
    pub(super) async fn find_first(
        &self,
        query: Document,
        projection: Document,
        doing: Doing,
    ) -> Result<Option<RawDocumentBuf>> {
        let limit = self.limits().read;
        let find = || {
            let (collection, query, projection) = (self.collection(), query.clone(), projection.clone());
            async move { collection.find_one(query).projection(projection).max_time(limit).await }
        };
        self.ask(find).await.map_err(|error| self.failure(&error, doing))
    }

    /// Runs a pipeline and gives its first document.
    pub(super) async fn aggregate_first(
        &self,
        pipeline: Vec<Document>,
        doing: Doing,
    ) -> Result<Option<RawDocumentBuf>, AggregateFailure> {
        let first = || {
            let rows = self.aggregate(pipeline.clone());
            async move {
                let mut rows = rows.await?;
                Ok(if rows.advance().await? { Some(rows.current().to_owned()) } else { None })
            }
        };
        self.ask(first).await.map_err(|error| self.tell(&error, doing))
    }

    /// For aggregations, and what the driver makes one of: a count, a change stream.
    pub(super) fn collection_to_read(&self) -> Collection<RawDocumentBuf> {
        client::to_read(&self.pool, &self.database, &self.name)
    }

    pub(super) async fn aggregate(&self, pipeline: Vec<Document>) -> DriverResult<Rows<RawDocumentBuf>> {
        let collection = self.collection_to_read();
        let aggregate = collection.aggregate(pipeline).max_time(self.limits().read).allow_disk_use(true);
        aggregate.with_type::<RawDocumentBuf>().await
    }

    /// The whole document, raw.
    pub(super) async fn whole(&self, key: &SessionKey) -> Result<RawDocumentBuf> {
        let query = self.session_by_key(key);
        match self.find_first(query, doc! {}, Doing::new("find", "the session")).await? {
            Some(found) => Ok(found),
            None => Err(self.no_session(key).await),
        }
    }

    pub(super) fn missing(&self, key: &SessionKey) -> Error {
        Error::not_found(key.text(), self.location())
    }

    pub(super) fn namespace(&self) -> String {
        format!("{}.{}", self.database, self.name)
    }

    pub(super) fn failure(&self, error: &mongodb::error::Error, doing: Doing) -> Error {
        errors::error(error, doing, &self.place())
    }

    pub(super) fn tell(&self, error: &mongodb::error::Error, doing: Doing) -> AggregateFailure {
        if errors::is_too_large(error) {
            AggregateFailure::TooLarge
        } else {
            AggregateFailure::Real(self.failure(error, doing))
        }
    }

    pub(super) fn place(&self) -> errors::Deployment {
        self.pool.place(self.namespace())
    }
}
