//! How every write runs: to its end, for the driver's futures must not be dropped; with a deadline; and again
//! after an answer was lost, in a way that cannot happen twice.

use std::{future::Future, sync::OnceLock, time::Instant};

use bson::{Document, doc};
use mongodb::{
    error::{Error as DriverError, ErrorKind, NO_WRITES_PERFORMED},
    options::UpdateModifications,
};

use super::answer;
use crate::{
    repository::{
        self, Error, Result,
        mongo::{LARGEST_DOCUMENT, MongoRepository, decoded, errors, errors::Doing, gate::Pauses},
    },
    session::{AgentId, Finding, SessionKey, decode::raw},
};

/// One write, underway.
pub(super) struct RunningWrite {
    pub(super) repository: MongoRepository,
    /// `appending a message to session "x"`.
    doing: String,
    /// The right it takes, where the server names none.
    action: &'static str,
    session: String,
    deadline: Instant,
    /// What the server said of too few acknowledgements when an attempt changed nothing.
    unacknowledged: OnceLock<Error>,
}

impl MongoRepository {
    /// Runs a write of a session to its end. `doing` reads on with the session: `creating`, `deleting`.
    pub(super) async fn write<T, W, F>(&self, doing: &str, key: &SessionKey, work: W) -> Result<T>
    where
        T: Send + 'static,
        W: FnOnce(RunningWrite) -> F,
        F: Future<Output = Result<T>> + Send + 'static,
    {
        self.check_writable()?;
        let doing = format!("{doing} session {:?}", key.text());
        let (operation, limits) = (self.pool.gate().operation(), self.limits());
        let tried = limits.write.unwrap_or(operation);
        // The last attempt may take as long as a server is looked for.
        let limit = limits.write.map_or(operation, |tried| operation.max(tried + limits.server_selection));
        let run = RunningWrite {
            repository: self.clone(),
            doing: doing.clone(),
            action: "update",
            session: key.text().to_owned(),
            deadline: Instant::now() + tried,
            unacknowledged: OnceLock::new(),
        };
        let unsure = self.is_unsure_of_ids().then(|| self.clone());
        let work = Box::pin(work(run));
        let work = async move {
            // Its queries are made after that.
            if let Some(me) = unsure {
                Box::pin(me.note_collation()).await;
            }
            work.await
        };
        self.pool.gate().run(limit, doing, work).await
    }
}

/// What an attempt said.
pub(super) enum Attempt<T> {
    /// The server answered.
    Done(T),
    /// The server answered that nothing was changed, and complained of the acknowledgement.
    Unmatched,
    /// The connection was lost: the attempt may have been carried out.
    Lost(Error),
}

impl RunningWrite {
    /// The same for a write that takes another right than `update`.
    pub(super) fn needing(self, action: &'static str) -> Self {
        Self { action, ..self }
    }

    /// Tries until the server answers. `attempt` is told whether an earlier one may have been carried out. The default answer
    /// is that nothing was changed.
    pub(super) async fn until_answered<T, F>(&self, mut attempt: impl FnMut(bool) -> F) -> Result<(T, bool)>
    where
        T: Default,
        F: Future<Output = std::result::Result<T, DriverError>>,
    {
        let mut repeated = false;
        let mut pauses = self.pauses();
        loop {
            let losses = self.losses();
            match self.told(attempt(repeated).await, losses, &mut repeated)? {
                Attempt::Done(answer) => return Ok((answer, repeated)),
                Attempt::Unmatched => return Ok((T::default(), repeated)),
                Attempt::Lost(lost) => self.pause(&mut pauses, repeated, lost).await?,
            }
        }
    }

    /// The waits between the attempts of this write.
    pub(super) fn pauses(&self) -> Pauses {
        Pauses::until(self.deadline)
    }

    /// How often a connection was lost so far: counted before an attempt, for [`RunningWrite::told`].
    pub(super) fn losses(&self) -> Option<u64> {
        self.repository.pool().members().map(|members| members.losses())
    }

    /// Tells a lost connection from an answer and from an error; notes whether something may have been carried out.
    /// `losses` is how often a connection had been lost before.
    pub(super) fn told<T>(
        &self,
        answer: std::result::Result<T, DriverError>,
        losses: Option<u64>,
        may_have_happened: &mut bool,
    ) -> Result<Attempt<T>> {
        let error = match answer {
            Ok(answer) => return Ok(Attempt::Done(answer)),
            Err(error) => error,
        };
        let failure = self.failure(&error);
        if matches!(failure, Error::Unacknowledged { .. }) && answer::changed_nothing(&error) {
            self.unacknowledged.get_or_init(|| self.refusal(&error, failure));
            return Ok(Attempt::Unmatched);
        }
        if !failure.is_connection_lost() {
            return self.after(*may_have_happened, Err(self.refusal(&error, failure)));
        }
        *may_have_happened |= !self.was_left_undone(&error, losses);
        if Instant::now() >= self.deadline {
            return Err(self.given_up(failure, *may_have_happened));
        }
        tracing::warn!(doing = self.doing, "the connection was lost; trying again");
        Ok(Attempt::Lost(failure))
    }

    /// Whether an attempt that failed has surely changed nothing: no server was found, or a member refused it for the part
    /// that it plays. The driver may have tried twice, and its first try may have been lost after it was sent: then a
    /// connection was lost meanwhile.
    fn was_left_undone(&self, error: &DriverError, losses: Option<u64>) -> bool {
        if matches!(error.kind.as_ref(), ErrorKind::ServerSelection { .. }) {
            return true;
        }
        let nothing_lost = losses.is_some() && losses == self.losses();
        errors::is_refused_by_member(error) && (error.contains_label(NO_WRITES_PERFORMED) || nothing_lost)
    }

    /// Waits before the next attempt, longer each time, unless the deadline comes first.
    pub(super) async fn pause(&self, pauses: &mut Pauses, may_have_happened: bool, lost: Error) -> Result<()> {
        if self.repository.pool().renew_if_rebuilt() || pauses.wait().await {
            return Ok(());
        }
        Err(self.given_up(lost, may_have_happened))
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

    /// What a look after a write gave. Where the look failed and the write may have been carried out, nobody can say now
    /// whether it was.
    pub(super) fn after<T>(&self, may_have_happened: bool, looked: Result<T>) -> Result<T> {
        looked.map_err(|error| match error.kind() {
            // It would have been too large the first time too.
            _ if !may_have_happened || matches!(error, Error::TooLarge { .. }) => error,
            repository::ErrorKind::Connection
            | repository::ErrorKind::Denied
            | repository::ErrorKind::Busy
            | repository::ErrorKind::Other => self.unconfirmed(error.to_string()),
            _ => error,
        })
    }

    /// What a look found carried out, after an attempt that changed nothing: an error still where too few members acknowledge.
    pub(super) fn found<T>(&self, carried_out: T) -> Result<T> {
        self.unacknowledged.get().cloned().map_or(Ok(carried_out), Err)
    }

    /// Why what the server has done may not stay; `None` where only its answer could not be read.
    pub(super) fn doubt(&self, error: &DriverError) -> Option<Error> {
        match self.refusal(error, self.failure(error)) {
            told @ Error::Unacknowledged { .. } => Some(told),
            lost if lost.is_connection_lost() => Some(self.unconfirmed(lost.to_string())),
            _ => None,
        }
    }

    /// Nobody can say whether it was carried out.
    pub(super) fn unconfirmed(&self, reason: impl Into<String>) -> Error {
        Error::Unconfirmed { doing: self.doing.clone(), reason: reason.into(), source: None }
    }

    /// Refuses to make anything new in a collection of another store.
    pub(super) async fn refuse_another_store(&self) -> Result<()> {
        self.repository.refuse_another_store(&self.doing).await
    }

    /// Why a write found no session.
    pub(super) async fn no_session<T>(&self, key: &SessionKey, may_have_happened: bool) -> Result<T> {
        self.after(may_have_happened, Err(self.repository.no_session(key).await))
    }

    /// Applies an update; whether it matched, and whether an earlier attempt may have been carried out.
    pub(super) async fn update<U>(&self, query: &Document, update: &U) -> Result<(bool, bool)>
    where
        U: Into<UpdateModifications> + Clone + Send + Sync,
    {
        self.update_or(query, query, update).await
    }

    /// The same with another query once an attempt may have been carried out.
    pub(super) async fn update_or<U>(&self, once: &Document, again: &Document, update: &U) -> Result<(bool, bool)>
    where
        U: Into<UpdateModifications> + Clone + Send + Sync,
    {
        let attempt = |repeated: bool| {
            let query = if repeated { again } else { once };
            let (collection, query, update) = (self.repository.collection(), query.clone(), update.clone());
            async move { Ok(collection.update_one(query, update).await?.matched_count > 0) }
        };
        self.until_answered(attempt).await
    }

    /// Reads a few fields of the session.
    pub(super) async fn read(&self, key: &SessionKey, projection: Document) -> Result<Option<Document>> {
        Ok(self.read_told(key, projection).await?.map(|(fields, _)| fields))
    }

    /// The same with what of their bytes cannot be read as they are.
    pub(super) async fn read_told(
        &self,
        key: &SessionKey,
        projection: Document,
    ) -> Result<Option<(Document, Vec<Finding>)>> {
        let limit = self.repository.limits().read;
        // Of most the short question tells.
        for query in [self.repository.sure_session_by_key(key), self.repository.session_by_key(key)] {
            let attempt = |_| {
                let (collection, query) = (self.repository.collection(), query.clone());
                let projection = projection.clone();
                async move { collection.find_one(query).projection(projection).max_time(limit).await }
            };
            let (found, _) = self.until_answered(attempt).await?;
            if let Some(stored) = found {
                return Ok(Some(raw::document(&stored)));
            }
        }
        Ok(None)
    }

    /// Runs a pipeline on the session.
    pub(super) async fn computed(&self, key: &SessionKey, stage: Document) -> Result<Option<Document>> {
        let pipeline = vec![doc! { "$match": self.repository.session_by_key(key) }, stage];
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
    pub(super) async fn no_agent<T>(&self, key: &SessionKey, agent: &AgentId, may_have_happened: bool) -> Result<T> {
        match self.after(may_have_happened, self.read(key, doc! { "_id": 1 }).await)? {
            Some(_) => Err(Error::unknown_agent(&self.session, agent.as_str())),
            None => self.no_session(key, may_have_happened).await,
        }
    }

    fn failure(&self, error: &DriverError) -> Error {
        errors::error(error, Doing::new(self.action, "the session"), &self.repository.place())
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
            Error::Unacknowledged { reason, source, .. } => {
                Error::Unacknowledged { doing: self.doing.clone(), reason, source }
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
