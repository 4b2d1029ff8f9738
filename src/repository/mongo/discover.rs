//! Which collections hold sessions.

use std::sync::{Mutex, PoisonError};

use bson::{Document, doc};
use mongodb::{Collection, results::CollectionType};

use super::{
    errors::{self, Doing},
    expr, foreign,
    gate::Heard,
    pool::{Pool, is_servers_own},
};
use crate::repository::{Candidate, Error, Hint, Opened, Result, foreign::told_of_all};

/// How many documents of a collection are looked at, in stored order.
const LOOK_AT: i32 = 20;

/// Collections of other stores that are named where there is none of sessions.
const NAMED: usize = 3;

/// Collections looked at in one database, so that one with thousands of them does not take all day.
const MOST_COLLECTIONS: usize = 500;

/// Looks in the database (else in that of the URI, else in all) for the collection (else for those that look right).
pub(super) async fn find(pool: &Pool, database: Option<&str>, collection: Option<&str>) -> Result<Opened<Candidate>> {
    let (on, database, collection) = (pool.clone(), database.map(str::to_owned), collection.map(str::to_owned));
    pool.read_while("the names of the collections", |heard| async move {
        let search = Discovery { pool: on, collection, heard, others: Mutex::default() };
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
}

impl Discovery {
    async fn find(&self, database: Option<&str>) -> Result<Opened<Candidate>> {
        let candidates = match (database, self.pool.default_database()) {
            (Some(database), _) => self.database(database).await?,
            (None, Some(first)) => {
                let there = self.database(first).await?;
                if there.is_empty() { self.everywhere().await? } else { there }
            }
            (None, None) => self.everywhere().await?,
        };
        match <[Candidate; 1]>::try_from(candidates) {
            Ok([only]) => Ok(Opened::Store(only)),
            Err(none) if none.is_empty() => Err(self.nothing(database)),
            Err(several) => Ok(Opened::Choose(several)),
        }
    }

    async fn everywhere(&self) -> Result<Vec<Candidate>> {
        let listing = self.pool.client().list_database_names().authorized_databases(true).await;
        let mut databases = listing
            .map_err(|error| self.failure(&error, Doing::new("listDatabases", "the names of the databases"), "*"))?;
        self.heard.note();
        databases.sort();
        let mut candidates = Vec::new();
        for database in databases.iter().filter(|name| !is_servers_own(name)) {
            match self.database(database).await {
                Ok(mut found) => candidates.append(&mut found),
                // A database that may not be read is not a candidate; the others are.
                Err(Error::Denied { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(candidates)
    }

    async fn database(&self, database: &str) -> Result<Vec<Candidate>> {
        let handle = self.pool.client().database(database);
        let doing = Doing::new("listCollections", "the names of the collections");
        let failure = |error| self.failure(&error, doing, database);
        let mut names = Vec::new();
        let mut listed = handle.list_collections().authorized_collections(true).await.map_err(failure)?;
        self.heard.note();
        while listed.advance().await.map_err(failure)? {
            self.heard.note();
            let specification = listed.deserialize_current().map_err(failure)?;
            let wanted = self.collection.as_ref().is_none_or(|name| *name == specification.name);
            if wanted && specification.collection_type == CollectionType::Collection {
                names.push(specification.name);
            }
        }
        names.retain(|name| !name.starts_with("system."));
        names.sort();
        names.truncate(MOST_COLLECTIONS);
        let mut candidates = Vec::new();
        for name in names {
            if self.collection.is_some() || self.looks_like_sessions(database, &name).await? {
                candidates.push(self.candidate(database, name).await);
                self.heard.note();
            }
        }
        Ok(candidates)
    }

    async fn looks_like_sessions(&self, database: &str, name: &str) -> Result<bool> {
        let collection = self.pool.client().database(database).collection::<Document>(name);
        let looked = self.look_into(&collection).await;
        self.heard.note();
        match looked {
            Ok(found) => Ok(found),
            Err(error) if errors::is_denied(&error) || errors::is_timed_out(&error) => Ok(false),
            Err(error) => {
                Err(self.failure(&error, Doing::new("find", "the first documents"), &format!("{database}.{name}")))
            }
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

    fn nothing(&self, database: Option<&str>) -> Error {
        let place = database.map_or_else(|| self.pool.hosts().to_owned(), |name| format!("the database {name:?}"));
        let (reason, hint) = if let Some(name) = &self.collection {
            (format!("there is no collection {name:?}"), Hint::NameDatabase)
        } else {
            let others = self.others.lock().unwrap_or_else(PoisonError::into_inner);
            let nothing = "no collection there holds documents that look like sessions".to_owned();
            let told = others.iter().take(NAMED).fold(nothing, |told, other| format!("{told}; {other}"));
            (told, Hint::NameCollection)
        };
        Error::NoSessions { place, reason, hint: Some(hint) }
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
