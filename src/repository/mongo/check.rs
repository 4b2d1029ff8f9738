//! What `doctor` says of a collection: for each problem, what to do.

mod live;
mod sample;

use bson::{Bson, Document, doc};

use std::sync::{Arc, Mutex, PoisonError};

use super::{MongoRepository, client, errors::Doing, gate::Heard, indexes};
use crate::repository::{Check, Error, Hint, Verdict};
use live::live_updates;
use sample::sample;

/// The checks that were made so far: kept beside the work, so that a server that falls silent leaves them.
#[derive(Debug, Clone, Default)]
pub(super) struct Checks(Arc<Mutex<Vec<Check>>>);

impl Checks {
    fn push(&self, heard: &Heard, made: impl IntoIterator<Item = Check>) {
        heard.note();
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend(made);
    }

    pub(super) fn take(&self) -> Vec<Check> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// All checks. Those that need a connection are left out when there is none.
pub(super) async fn all(reader: &MongoRepository, checks: &Checks, heard: &Heard) {
    let hello = match client::hello(&reader.pool).await {
        Ok(hello) => hello,
        Err(error) => {
            let error = reader.failure(&error, Doing::new("hello", "its greeting"));
            return checks.push(heard, [Check::told(Verdict::Fail, "connection", &error)]);
        }
    };
    checks.push(heard, [Check::ok("connection", format!("{} answers", reader.pool.hosts()))]);
    checks.push(heard, [version(reader, &hello).await, topology(&hello)]);
    let rights = rights(reader).await;
    let may_read = rights.verdict != Verdict::Fail;
    checks.push(heard, [rights]);
    if !may_read {
        return;
    }
    reader.note_shape().await;
    if reader.is_bound() {
        return within(reader, &hello, checks, heard).await;
    }
    checks.push(heard, [documents(reader).await]);
    if let Some(why) = reader.written_never() {
        checks.push(heard, [read_only(reader, why)]);
    } else if !is_gone(reader) && !reader.holds_another_store().await {
        checks.push(heard, indexes(reader).await);
    }
    if !is_gone(reader) {
        checks.push(heard, [live_updates(reader, &hello).await]);
    }
    if !is_gone(reader) {
        checks.push(heard, sample(reader).await);
    }
}

/// Those that look at nothing of sessions outside of a scope.
async fn within(reader: &MongoRepository, hello: &Document, checks: &Checks, heard: &Heard) {
    match reader.written_never() {
        Some(why) => checks.push(heard, [read_only(reader, why)]),
        None if is_gone(reader) => {}
        None => checks.push(heard, indexes_within(reader).await),
    }
    if !is_gone(reader) {
        checks.push(heard, [live_updates(reader, hello).await]);
    }
}

/// An index on each field that tells which sessions lie within.
async fn indexes_within(reader: &MongoRepository) -> Vec<Check> {
    let fields = reader.compared_fields();
    if fields.is_empty() {
        return Vec::new();
    }
    let there = match indexes::leading_fields(reader).await {
        Ok(there) => there,
        Err(error) => return vec![Check::told(Verdict::Warn, "indexes", &error)],
    };
    let checked = fields.into_iter().map(|field| {
        let name = format!("index on {field}");
        if there.contains(&field) {
            return Check::ok(name, "it finds the sessions of the scope");
        }
        // What creates the others here is refused within a scope.
        let advice = format!("create it with a database client: createIndex({{\"{field}\": 1}})");
        Check::warn(name, "missing: every session is read to find those of the scope", advice)
    });
    checked.collect()
}

/// Whether no server answers any more, which the check before has told: each of the others would only wait as long.
fn is_gone(reader: &MongoRepository) -> bool {
    reader.pool.members().is_some_and(|members| !members.any_answers())
}

/// Its sessions can be read; indexes belong to what it is made from.
fn read_only(reader: &MongoRepository, why: &'static str) -> Check {
    let found = format!("{} {why}: it is read-only", reader.namespace());
    let advice = Error::read_only(reader.namespace(), Some(why)).hints();
    Check { verdict: Verdict::Warn, advice, ..Check::ok("collection", found) }
}

async fn version(reader: &MongoRepository, hello: &Document) -> Check {
    const NAME: &str = "server version";
    if let Some(error) = client::too_old(hello, reader.pool.hosts()) {
        return Check::told(Verdict::Fail, NAME, &error);
    }
    match client::version(&reader.pool).await {
        Some(version) => Check::ok(NAME, format!("MongoDB {version}")),
        None => Check::ok(NAME, "MongoDB 4.4 or later (it does not tell its version)"),
    }
}

fn is_sharded(hello: &Document) -> bool {
    hello.get_str("msg").is_ok_and(|word| word == "isdbgrid")
}

fn topology(hello: &Document) -> Check {
    const NAME: &str = "topology";
    match hello.get_str("setName") {
        _ if is_sharded(hello) => Check::ok(NAME, "a sharded cluster"),
        Ok(set) => Check::ok(NAME, format!("the replica set {set}")),
        Err(_) => Check::ok(NAME, "a standalone server"),
    }
}

async fn rights(reader: &MongoRepository) -> Check {
    const NAME: &str = "rights";
    if let Err(error) = reader.try_to_read().await {
        return Check::told(Verdict::Fail, NAME, &error);
    }
    let status = client::ask(&reader.pool, "admin", doc! { "connectionStatus": 1 }).await;
    let roles = status.ok().and_then(|status| roles(&status));
    let namespace = reader.namespace();
    match roles {
        Some(roles) => Check::ok(NAME, format!("may read {namespace} (roles: {roles})")),
        None => Check::ok(NAME, format!("may read {namespace} (no user is logged in)")),
    }
}

fn roles(status: &Document) -> Option<String> {
    let roles = status.get_document("authInfo").ok()?.get_array("authenticatedUserRoles").ok()?;
    let named = roles
        .iter()
        .filter_map(Bson::as_document)
        .filter_map(|role| Some(format!("{} on {}", role.get_str("role").ok()?, role.get_str("db").ok()?)));
    Some(named.collect::<Vec<_>>().join(", ")).filter(|text| !text.is_empty())
}

async fn documents(reader: &MongoRepository) -> Check {
    const NAME: &str = "sessions";
    match reader.collection().estimated_document_count().max_time(reader.limits().read).await {
        // An estimate may lag behind after a crash.
        Ok(0) => reader.emptiness().await.unwrap_or_else(|| Check::ok(NAME, "a few documents")),
        Ok(count) => {
            let found = format!("about {count} document{}", if count == 1 { "" } else { "s" });
            // That they are sessions is not said where the first ones are something else.
            match reader.foreign_note().await {
                Ok(Some(note)) => Check::warn(NAME, format!("{found}, and {note}"), Hint::CheckNames),
                _ => Check::ok(NAME, found),
            }
        }
        Err(error) => {
            let error = reader.failure(&error, Doing::new("count", "the number of sessions"));
            Check::told(Verdict::Warn, NAME, &error)
        }
    }
}

async fn indexes(reader: &MongoRepository) -> Vec<Check> {
    let there = match indexes::leading_fields(reader).await {
        Ok(fields) => fields,
        Err(error) => {
            return vec![Check::told(Verdict::Warn, "indexes", &error)];
        }
    };
    indexes::WANTED
        .iter()
        .map(|(field, serves)| {
            let name = format!("index on {field}");
            if there.iter().any(|leading| leading == field) {
                Check::ok(&name, format!("it serves {serves}"))
            } else {
                let found = format!("missing: {serves} must read every session");
                Check::warn(&name, found, Hint::CreateIndexes)
            }
        })
        .collect()
}
