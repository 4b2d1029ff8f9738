//! How every write runs: to its end, for the driver's futures must not be dropped; with a deadline; and again
//! after an answer was lost, in a way that cannot happen twice.

use std::{
    future::Future,
    time::{Duration, Instant},
};

use bson::{Bson, Document, doc};
use mongodb::error::{Error as DriverError, ErrorKind};

use crate::{
    repository::{
        Error, Result,
        mongo::{LARGEST_DOCUMENT, MongoRepository, by_key, decoded, errors, errors::Doing},
    },
    session::{AgentId, SessionKey},
};

/// The first wait before a write is repeated; it doubles up to a second.
const FIRST_WAIT: Duration = Duration::from_millis(50);

/// One write, underway.
pub(super) struct RunningWrite {
    pub(super) repository: MongoRepository,
    /// `appending a message to session "x"`.
    doing: String,
    session: String,
    deadline: Instant,
}

impl MongoRepository {
    /// Runs a write of a session to its end. `doing` reads on with the session: `creating`, `deleting`.
    pub(super) async fn write<T, W, F>(&self, doing: &str, key: &SessionKey, work: W) -> Result<T>
    where
        T: Send + 'static,
        W: FnOnce(RunningWrite) -> F,
        F: Future<Output = Result<T>> + Send + 'static,
    {
        let doing = format!("{doing} session {:?}", key.text());
        let run = RunningWrite {
            repository: self.clone(),
            doing: doing.clone(),
            session: key.text().to_owned(),
            deadline: Instant::now() + self.pool.gate().operation(),
        };
        let work = work(run);
        self.pool.gate().run(doing, work).await
    }
}

/// What an attempt said.
pub(super) enum Attempt<T> {
    /// The server answered.
    Done(T),
    /// The connection was lost: the attempt may have been carried out.
    Lost(Error),
}

impl RunningWrite {
    /// Tries until the server answers. `attempt` is told whether an earlier one may have been carried out.
    pub(super) async fn until_answered<T, F>(&self, mut attempt: impl FnMut(bool) -> F) -> Result<(T, bool)>
    where
        F: Future<Output = std::result::Result<T, DriverError>>,
    {
        let mut repeated = false;
        let mut wait = FIRST_WAIT;
        loop {
            match self.told(attempt(repeated).await, &mut repeated)? {
                Attempt::Done(answer) => return Ok((answer, repeated)),
                Attempt::Lost(lost) => self.pause(&mut wait, repeated, lost).await?,
            }
        }
    }

    /// Tells a lost connection from an answer and from an error; notes whether something may have been sent.
    pub(super) fn told<T>(
        &self,
        answer: std::result::Result<T, DriverError>,
        may_have_happened: &mut bool,
    ) -> Result<Attempt<T>> {
        let error = match answer {
            Ok(answer) => return Ok(Attempt::Done(answer)),
            Err(error) => error,
        };
        let failure = self.failure(&error);
        if !failure.is_connection_lost() {
            return Err(self.refusal(&error, failure));
        }
        // Where no server was found, nothing was sent.
        *may_have_happened |= !matches!(error.kind.as_ref(), ErrorKind::ServerSelection { .. });
        if Instant::now() >= self.deadline {
            return Err(self.given_up(failure, *may_have_happened));
        }
        tracing::warn!(doing = self.doing, "the connection was lost; trying again");
        Ok(Attempt::Lost(failure))
    }

    /// Waits before the next attempt, longer each time, unless the deadline comes first.
    pub(super) async fn pause(&self, wait: &mut Duration, may_have_happened: bool, lost: Error) -> Result<()> {
        if Instant::now() + *wait >= self.deadline {
            return Err(self.given_up(lost, may_have_happened));
        }
        tokio::time::sleep(*wait).await;
        *wait = (*wait * 2).min(Duration::from_secs(1));
        Ok(())
    }

    /// The error of a write that found no connection up to its deadline.
    fn given_up(&self, lost: Error, may_have_happened: bool) -> Error {
        match lost {
            Error::Unreachable { reason, source, .. } if may_have_happened => {
                Error::Unconfirmed { doing: self.doing.clone(), reason, source }
            }
            nothing_was_sent => nothing_was_sent,
        }
    }

    /// Applies an update; whether it matched, and whether an earlier attempt may have been carried out.
    pub(super) async fn update(&self, query: &Document, update: &Document) -> Result<(bool, bool)> {
        self.update_or(query, query, update).await
    }

    /// The same with another query once an attempt may have been carried out.
    pub(super) async fn update_or(&self, once: &Document, again: &Document, update: &Document) -> Result<(bool, bool)> {
        let collection = &self.repository.collection();
        let attempt = |repeated: bool| {
            let query = if repeated { again } else { once };
            let update = collection.update_one(query.clone(), update.clone());
            async move { update.await }
        };
        let (answer, repeated) = self.until_answered(attempt).await?;
        Ok((answer.matched_count > 0, repeated))
    }

    /// Reads a few fields of the session.
    pub(super) async fn read(&self, key: &SessionKey, projection: Document) -> Result<Option<Document>> {
        let collection = &self.repository.collection();
        let attempt = |_| {
            let find = collection.find_one(by_key(key)).projection(projection.clone());
            let find = find.max_time(self.repository.limits().read);
            async move { find.await }
        };
        let (found, _) = self.until_answered(attempt).await?;
        Ok(found.map(|raw| decoded(&raw)))
    }

    /// Runs a pipeline on the session.
    pub(super) async fn computed(&self, key: &SessionKey, stage: Document) -> Result<Option<Document>> {
        let pipeline = vec![doc! { "$match": by_key(key) }, stage];
        let attempt = |_| {
            let rows = self.repository.aggregate(pipeline.clone());
            async move {
                let mut rows = rows.await?;
                Ok(if rows.advance().await? { Some(decoded(rows.current())) } else { None })
            }
        };
        let (found, _) = self.until_answered(attempt).await?;
        Ok(found)
    }

    /// Why a write of an agent found nothing to change.
    pub(super) async fn no_agent(&self, key: &SessionKey, agent: &AgentId) -> Error {
        match self.read(key, doc! { "_id": 1 }).await {
            Ok(Some(_)) => Error::unknown_agent(&self.session, agent.as_str()),
            Ok(None) => self.repository.missing(key),
            Err(error) => error,
        }
    }

    fn failure(&self, error: &DriverError) -> Error {
        errors::error(error, Doing::new("update", "the session"), &self.repository.place())
    }

    /// An error that trying again would not change; `failure` is what it says.
    fn refusal(&self, error: &DriverError, failure: Error) -> Error {
        if errors::is_too_large_to_store(error) {
            return Error::too_large(&self.session, 0, LARGEST_DOCUMENT);
        }
        match failure {
            Error::Other { reason, hint, source, .. } => {
                Error::Other { doing: self.doing.clone(), reason, hint, source }
            }
            other => other,
        }
    }
}

/// The same error with the size of what was to be stored.
pub(super) fn sized(error: Error, stored: &Document) -> Error {
    match error {
        Error::TooLarge { id, limit, .. } => {
            Error::too_large(id, bson::serialize_to_vec(stored).map_or(0, |bytes| bytes.len() as u64), limit)
        }
        other => other,
    }
}

/// The type the server's `$type` gives a value.
pub(super) fn type_name(value: Option<&Bson>) -> &'static str {
    match value {
        None => "missing",
        Some(value) => match value {
            Bson::Double(_) => "double",
            Bson::String(_) => "string",
            Bson::Array(_) => "array",
            Bson::Document(_) => "object",
            Bson::Boolean(_) => "bool",
            Bson::Null => "null",
            Bson::RegularExpression(_) => "regex",
            Bson::JavaScriptCode(_) => "javascript",
            Bson::JavaScriptCodeWithScope(_) => "javascriptWithScope",
            Bson::Int32(_) => "int",
            Bson::Int64(_) => "long",
            Bson::Timestamp(_) => "timestamp",
            Bson::Binary(_) => "binData",
            Bson::ObjectId(_) => "objectId",
            Bson::DateTime(_) => "date",
            Bson::Symbol(_) => "symbol",
            Bson::Decimal128(_) => "decimal",
            Bson::Undefined => "undefined",
            Bson::MaxKey => "maxKey",
            Bson::MinKey => "minKey",
            Bson::DbPointer(_) => "dbPointer",
        },
    }
}
