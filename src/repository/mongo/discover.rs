//! Which collections hold sessions.

use std::{
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use bson::{Document, doc};
use mongodb::Collection;
use secrecy::SecretString;

use super::{
    MongoRepository, client,
    errors::{self, Doing},
    expr, foreign,
    gate::Heard,
    names,
    pool::{Pool, PoolOptions, is_servers_own},
};
use crate::repository::{Candidate, Error, Hint, Limits, Opened, Result, foreign::told_of_all};

/// How many documents of a collection are looked at, in stored order.
const LOOK_AT: i32 = 20;

/// Collections of other stores that are named where there is none of sessions.
const NAMED: usize = 3;

/// Collections looked at in one database, so that one with thousands of them does not take all day.
const MOST_COLLECTIONS: usize = 500;

const LOOKING: Doing = Doing::new("find", "the first documents");

/// How long connections that nobody needs may take to end.
const CLOSING: Duration = Duration::from_millis(300);

impl MongoRepository {
    /// Connects; without a database or collection, looks for collections whose documents look like sessions: exactly
    /// one is opened, several are given to choose from. A database named in the URI is looked at first.
    ///
    /// # Errors
    /// As [`open_mongo`](crate::open_mongo), and [`Error::NoSessions`](crate::Error::NoSessions) where no collection looks
    /// like sessions.
    pub async fn discover(
        uri: &SecretString,
        database: Option<&str>,
        collection: Option<&str>,
        limits: Limits,
    ) -> Result<Opened<Self>> {
        let pool = Pool::connect(uri, PoolOptions::for_browsing(limits)).await?;
        let found = Self::found(&pool, database, collection).await;
        if !matches!(found, Ok(Opened::Store(_))) {
            // Nobody else holds the pool. A server that is gone is not waited for.
            let _ = tokio::time::timeout(CLOSING, tokio::spawn(pool.close())).await;
        }
        found
    }

    async fn found(pool: &Pool, database: Option<&str>, collection: Option<&str>) -> Result<Opened<Self>> {
        pool.greet().await?;
        let (database, collection) = match (database, collection) {
            (Some(database), Some(collection)) => (database.to_owned(), collection.to_owned()),
            (database, collection) => match find(pool, database, collection).await? {
                Opened::Store(only) => (only.database, only.collection),
                Opened::Choose(candidates) => return Ok(Opened::Choose(candidates)),
            },
        };
        let repository = pool.repository(&database, &collection)?;
        repository.first_look().await?;
        Ok(Opened::Store(repository))
    }
}

/// Looks in the database (else in that of the URI, else in all) for the collection (else for those that look right).
pub(super) async fn find(pool: &Pool, database: Option<&str>, collection: Option<&str>) -> Result<Opened<Candidate>> {
    let (on, database, collection) = (pool.clone(), database.map(str::to_owned), collection.map(str::to_owned));
    pool.read_while("the names of the collections", |heard| async move {
        let search = Discovery {
            pool: on,
            collection,
            heard,
            others: Mutex::default(),
            unseen: Mutex::default(),
            denied: Mutex::default(),
            seen: AtomicBool::new(false),
        };
        search.find(database.as_deref()).await
    })
    .await
}

struct Discovery {
    pool: Pool,
    collection: Option<String>,
    /// Told of every answer: looking into many collections may take long, a server that answers nothing may not.
    heard: Heard,
    /// What collections without sessions hold instead, a few words each.
    others: Mutex<Vec<String>>,
    /// What could not be looked at, and why, e.g. `shop (no right to listCollections)`.
    unseen: Mutex<Vec<String>>,
    /// The first right that was missing.
    denied: Mutex<Option<Error>>,
    /// Some collection was looked into.
    seen: AtomicBool,
}

impl Discovery {
    async fn find(&self, database: Option<&str>) -> Result<Opened<Candidate>> {
        let candidates = match (database, self.pool.default_database()) {
            (Some(database), _) => self.database(database).await?,
            (None, Some(first)) => {
                let there = self.database_if_allowed(first).await?;
                if there.is_empty() { self.everywhere(Some(first)).await? } else { there }
            }
            (None, None) => self.everywhere(None).await?,
        };
        match <[Candidate; 1]>::try_from(candidates) {
            Ok([only]) => Ok(Opened::Store(only)),
            Err(none) if none.is_empty() => Err(self.nothing(database).await),
            Err(several) => Ok(Opened::Choose(several)),
        }
    }

    /// Looks into every database but the server's own and the one that was looked into before.
    async fn everywhere(&self, before: Option<&str>) -> Result<Vec<Candidate>> {
        let doing = Doing::new("listDatabases", "the names of the databases");
        let databases = names::databases(&self.pool).await.map_err(|error| self.failure(&error, doing, "*"))?;
        self.heard.note();
        let mut candidates = Vec::new();
        for database in databases.iter().filter(|name| !is_servers_own(name) && Some(name.as_str()) != before) {
            candidates.append(&mut self.database_if_allowed(database).await?);
        }
        Ok(candidates)
    }

    /// A database that may not be looked into holds no candidate; that it was not seen is noted.
    async fn database_if_allowed(&self, database: &str) -> Result<Vec<Candidate>> {
        match self.database(database).await {
            Err(error @ Error::Denied { anonymous: false, .. }) => {
                if let Error::Denied { action, .. } = &error {
                    self.note_unseen(format!("{database} (no right to {action})"));
                }
                self.note_denied(error);
                Ok(Vec::new())
            }
            found => found,
        }
    }

    async fn database(&self, database: &str) -> Result<Vec<Candidate>> {
        let doing = Doing::new("listCollections", "the names of the collections");
        let listed = names::collections(&self.pool, database).await;
        self.heard.note();
        let listed: Vec<String> = match listed {
            Ok(listed) => listed.into_iter().map(|collection| collection.name).collect(),
            Err(error) => {
                // The names may not be listed, but one may have been given.
                let given = self.collection.clone().filter(|_| errors::is_denied(&error));
                let may_read = match &given {
                    Some(name) => self.may_read(database, name).await,
                    None => false,
                };
                given
                    .filter(|_| may_read)
                    .map(|name| vec![name])
                    .ok_or_else(|| self.failure(&error, doing, database))?
            }
        };
        let is_wanted = |name: &String| self.collection.as_ref().is_none_or(|wanted| wanted == name);
        let mut wanted: Vec<String> = listed.into_iter().filter(is_wanted).collect();
        if wanted.len() > MOST_COLLECTIONS {
            self.note_unseen(format!("all but the first {MOST_COLLECTIONS} collections of {database}"));
            wanted.truncate(MOST_COLLECTIONS);
        }
        let mut candidates = Vec::new();
        for name in wanted {
            if self.collection.is_some() || self.looks_like_sessions(database, &name).await? {
                candidates.push(self.candidate(database, name).await);
                self.heard.note();
            }
        }
        Ok(candidates)
    }

    async fn may_read(&self, database: &str, name: &str) -> bool {
        let collection = self.pool.client().database(database).collection::<Document>(name);
        let first = collection.find_one(doc! {}).projection(doc! { "_id": 1 });
        first.max_time(self.pool.options().limits.read).await.is_ok_and(|found| found.is_some())
    }

    fn note_unseen(&self, what: String) {
        self.unseen.lock().unwrap_or_else(PoisonError::into_inner).push(what);
    }

    fn note_denied(&self, error: Error) {
        self.denied.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
    }

    async fn looks_like_sessions(&self, database: &str, name: &str) -> Result<bool> {
        let first = || {
            let collection = client::to_read(&self.pool, database, name);
            async move { self.look_into(&collection).await }
        };
        let looked = self.pool.ask(first).await;
        self.heard.note();
        match looked {
            Ok(found) => {
                self.seen.store(true, Ordering::Relaxed);
                Ok(found)
            }
            Err(error) if errors::is_denied(&error) => {
                self.note_unseen(format!("{database}.{name} (no right to find)"));
                self.note_denied(self.failure(&error, LOOKING, &format!("{database}.{name}")));
                Ok(false)
            }
            Err(error) if errors::is_timed_out(&error) => {
                self.note_unseen(format!("{database}.{name} (it took too long)"));
                Ok(false)
            }
            Err(error) => Err(self.failure(&error, LOOKING, &format!("{database}.{name}"))),
        }
    }

    /// Whether sessions are among the first documents; what is there instead is noted.
    async fn look_into(&self, collection: &Collection<Document>) -> mongodb::error::Result<bool> {
        let mut rows = collection.aggregate(look()).max_time(self.pool.options().limits.read).await?;
        let mut others = Vec::new();
        while rows.advance().await? {
            let row = rows.deserialize_current()?;
            if row.get_bool("session").unwrap_or_default() {
                return Ok(true);
            }
            others.extend(foreign::of_names(&row).filter(|record| record.is_known()));
        }
        let told = told_of_all(others).map(|told| format!("{} holds {told}", collection.namespace()));
        self.others.lock().unwrap_or_else(PoisonError::into_inner).extend(told);
        Ok(false)
    }

    /// An estimate that cannot be had (a missing right) does not hide the collection.
    async fn candidate(&self, database: &str, collection: String) -> Candidate {
        let handle = self.pool.client().database(database).collection::<Document>(&collection);
        let documents = handle.estimated_document_count().max_time(self.pool.options().limits.read).await.unwrap_or(0);
        Candidate { database: database.to_owned(), collection, documents }
    }

    /// Nothing was found: what is there instead, and what could not be looked at.
    async fn nothing(&self, database: Option<&str>) -> Error {
        // Nothing was seen of what is there: that is no word about it.
        let denied = self.denied.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(denied) = denied.filter(|_| self.collection.is_none() && !self.seen.load(Ordering::Relaxed)) {
            return denied;
        }
        let place = database.map_or_else(|| self.pool.hosts().to_owned(), |name| format!("the database {name:?}"));
        let (mut reason, hint) = if let Some(name) = &self.collection {
            (format!("there is no collection {name:?}"), Hint::NameDatabase)
        } else {
            let others = self.others.lock().unwrap_or_else(PoisonError::into_inner);
            let nothing = "no collection there holds documents that look like sessions".to_owned();
            let told = others.iter().take(NAMED).fold(nothing, |told, other| format!("{told}; {other}"));
            (told, Hint::NameCollection)
        };
        let meant = match database {
            Some(database) => self.meant(database).await,
            None => None,
        };
        let unseen = self.unseen.lock().unwrap_or_else(PoisonError::into_inner);
        if !unseen.is_empty() {
            reason = format!("{reason}; not looked at: {}", unseen.join(", "));
        }
        Error::NoSessions { place, reason, hint: Some(meant.map_or(hint, Hint::from)) }
    }

    /// The name that may be meant in place of a database or collection that is not there.
    async fn meant(&self, database: &str) -> Option<String> {
        let collections = names::collections(&self.pool, database).await.ok()?;
        if !collections.is_empty() {
            let names: Vec<String> = collections.into_iter().map(|collection| collection.name).collect();
            return names::meant(self.collection.as_ref()?, &names);
        }
        let databases = names::databases(&self.pool).await.ok()?;
        if databases.iter().any(|name| name == database) {
            return None;
        }
        let meant = names::meant(database, &databases)?;
        Some(format!("there is no database of that name; {meant}"))
    }

    fn failure(&self, error: &mongodb::error::Error, doing: Doing, namespace: &str) -> Error {
        errors::error(error, doing, &self.pool.place(namespace.to_owned()))
    }
}

/// Of the first documents those with the marks of a session (every writer sets `session_id` and keeps agents by id), and
/// those that are none.
fn look() -> Vec<Document> {
    let marked = doc! { "session_id": { "$type": "string" }, "agents": { "$type": "object" } };
    let session = doc! { "$and": [ expr::is_type("$session_id", "string"), expr::is_type("$agents", "object") ] };
    let names = doc! { "$cond": [ session.clone(), [], foreign::names() ] };
    vec![
        doc! { "$limit": LOOK_AT },
        doc! { "$match": { "$or": [ marked, foreign::is_foreign() ] } },
        doc! { "$project": { "_id": 1, "session": session, "names": names } },
    ]
}
