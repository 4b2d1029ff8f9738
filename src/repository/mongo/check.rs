//! What `doctor` says of a collection: for each problem, what to do.

use bson::{Bson, Document, RawDocumentBuf, doc};
use jiff::Timestamp;

use std::sync::{Arc, Mutex, PoisonError};

use super::{
    MongoRepository, client, conversation,
    errors::{self, Doing},
    expr, foreign,
    gate::Heard,
    indexes,
};
use crate::{
    metrics::health_of_last,
    repository::{
        Check, Error, Hint, Result, Verdict,
        foreign::{ForeignRecord, told_of_all},
    },
    session::{
        SessionKey,
        decode::{self, raw},
    },
};

const REPLICA_SET: &str = "run it as a replica set, which change streams need (one member is enough)";

/// Documents of the sample.
const SAMPLE: i32 = 100;

/// Messages of each agent in the sample: the shapes repeat, the bytes add up.
const LAST_MESSAGES: i32 = 20;

/// Bytes of the sample; larger documents after that many are left out.
const MOST_BYTES: usize = 32 * 1024 * 1024;

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
    checks.push(heard, [documents(reader).await]);
    if let Some(why) = reader.written_never() {
        checks.push(heard, [read_only(reader, why)]);
    } else if !is_gone(reader) {
        checks.push(heard, indexes(reader).await);
        checks.push(heard, [live_updates(reader, &hello).await]);
    }
    if !is_gone(reader) {
        checks.push(heard, sample(reader).await);
    }
}

/// Whether no server answers any more, which the check before has told: each of the others would only wait as long.
fn is_gone(reader: &MongoRepository) -> bool {
    reader.pool.members().is_some_and(|members| !members.any_answers())
}

/// Its sessions can be read, and there is nothing else to check: indexes and changes belong to what it is made from.
fn read_only(reader: &MongoRepository, why: &str) -> Check {
    let found = format!("{} {why}: it is read-only, and changes can only be polled for", reader.namespace());
    Check::warn("collection", found, "open the collection that it is made from to write")
}

async fn version(reader: &MongoRepository, hello: &Document) -> Check {
    const NAME: &str = "server version";
    if let Some(error) = client::too_old(hello, reader.pool.hosts()) {
        return Check::told(Verdict::Fail, NAME, &error);
    }
    let info = client::ask(&reader.pool, "admin", doc! { "buildInfo": 1 }).await;
    let version = info.ok().and_then(|info| info.get_str("version").ok().map(str::to_owned));
    match version {
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
        Err(_) => Check::warn(
            NAME,
            "a standalone server: it has no change streams, so changes can only be polled for",
            REPLICA_SET,
        ),
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

/// Really opens a change stream: a role may lack the right, and not every compatible server has them.
async fn live_updates(reader: &MongoRepository, hello: &Document) -> Check {
    const NAME: &str = "change streams";
    if !is_sharded(hello) && !hello.contains_key("setName") {
        return Check::warn(NAME, "not possible on a standalone server", REPLICA_SET);
    }
    match reader.collection().watch().max_await_time(std::time::Duration::from_millis(1)).await {
        Ok(_) => Check::ok(NAME, "possible: a change stream could be opened"),
        Err(error) if errors::is_denied(&error) => Check::warn(
            NAME,
            format!("no right to watch {}", reader.namespace()),
            "ask for the actions find and changeStream on the collection (the role `read` has both)",
        ),
        Err(error) => {
            let error = reader.failure(&error, Doing::new("changeStream", "the change stream"));
            let found = format!("a change stream could not be opened: {error}");
            Check::warn(NAME, found, "nothing, if polling will do; else see what the server says")
        }
    }
}

async fn sample(reader: &MongoRepository) -> Vec<Check> {
    let seen = match read_sample(reader).await {
        Ok(seen) => seen,
        Err(error) => return vec![Check::told(Verdict::Warn, "documents", &error)],
    };
    let others = others(&seen);
    // Where nothing is a session, nothing is as expected.
    let sessions = (seen.documents > 0 || others.is_none()).then(|| sampled(&seen));
    others.into_iter().chain(sessions).collect()
}

/// What in the sample is no session.
fn others(seen: &Sampled) -> Option<Check> {
    const NAME: &str = "other documents";
    let told = told_of_all(seen.foreign.iter().copied())?;
    let (count, all) = (seen.foreign.len() as u64, seen.documents + seen.foreign.len() as u64);
    let found =
        format!("{count} of {all} sampled are no sessions but {told}; they are not listed and never written to");
    Some(if seen.documents == 0 {
        Check::fail(NAME, found, Hint::NameCollection)
    } else {
        Check::warn(NAME, found, "keep sessions in a collection of their own")
    })
}

fn sampled(seen: &Sampled) -> Check {
    const NAME: &str = "documents";
    if seen.documents == 0 {
        return Check::ok(NAME, "there is nothing to sample");
    }
    if seen.with_findings == 0 {
        return Check::ok(NAME, format!("{} sampled, all as expected", seen.documents));
    }
    let found = format!(
        "{} of {} sampled hold something unexpected, e.g. in {}: {}: {}",
        seen.with_findings,
        seen.documents,
        seen.example.0,
        seen.example.1,
        seen.example.2.trim_end_matches('.'),
    );
    Check::warn(NAME, found, Hint::SeeFindings { session: None })
}

#[derive(Default)]
struct Sampled {
    /// Sessions.
    documents: u64,
    /// What else there was, one for each.
    foreign: Vec<ForeignRecord>,
    with_findings: u64,
    /// Session, path and problem of the first finding.
    example: (String, String, String),
}

async fn read_sample(reader: &MongoRepository) -> Result<Sampled> {
    let failure = |error| reader.failure(&error, Doing::new("find", "a sample of the documents"));
    let newest_first = mongodb::options::Hint::Keys(doc! { "$natural": -1 });
    let collection = reader.collection();
    let sampled = collection.aggregate(sample_pipeline()).max_time(reader.limits().read);
    // A view has no order of its own.
    let sampled = if reader.written_never().is_none() { sampled.hint(newest_first) } else { sampled };
    let mut rows = sampled.with_type::<RawDocumentBuf>().await.map_err(failure)?;
    let mut seen = Sampled::default();
    let now = Timestamp::now();
    let mut bytes = 0;
    while bytes < MOST_BYTES && rows.advance().await.map_err(failure)? {
        bytes += rows.current().as_bytes().len();
        let (row, told) = raw::document(rows.current());
        let key = SessionKey::new(row.get("_id").cloned().unwrap_or(Bson::Null));
        let rebuilt = rebuilt(row);
        if let Some(record) = rebuilt.as_ref().and_then(foreign::of_document) {
            seen.foreign.push(record);
            continue;
        }
        let session = match rebuilt.filter(|_| told.is_empty()) {
            Some(document) => decode::session(document),
            // Its bytes are odd: the aggregation moved them about, so they are looked at where they stand.
            None => match reader.whole(&key).await {
                Ok(whole) => conversation::cut(&whole, u64::MAX),
                Err(Error::NotFound { .. }) => conversation::cut(rows.current(), u64::MAX),
                Err(error) => return Err(error),
            },
        };
        seen.documents += 1;
        let unwell = health_of_last(&session, LAST_MESSAGES as usize, now);
        let mut findings = session.all_findings().chain(&unwell);
        if let Some(first) = findings.next() {
            if seen.with_findings == 0 {
                seen.example = (session.name().to_owned(), first.path.clone(), first.problem.clone());
            }
            seen.with_findings += 1;
        }
    }
    Ok(seen)
}

/// The first documents, with each agent's last messages only. Agents come as a list of pairs: their
/// ids may be anything.
fn sample_pipeline() -> Vec<Document> {
    let pair = |name: &str, value: Bson| doc! { "k": name, "v": value };
    let slice = doc! { "$slice": [ "$$f.v", -LAST_MESSAGES ] };
    let is_list = doc! { "$and": [ { "$eq": [ "$$f.k", "messages" ] }, expr::is_type("$$f.v", "array") ] };
    let field = pair("$$f.k", Bson::Document(doc! { "$cond": [ is_list, slice, "$$f.v" ] }));
    let fields = doc! { "$map": { "input": expr::fields("$$a.v"), "as": "f", "in": field } };
    let is_object = expr::is_type("$$a.v", "object");
    let agent = doc! {
        "k": "$$a.k",
        "fields": { "$cond": [ is_object.clone(), fields, "$$REMOVE" ] },
        "odd": { "$cond": [ is_object, "$$REMOVE", "$$a.v" ] },
    };
    let has_agents = expr::is_type("$agents", "object");
    vec![
        doc! { "$limit": SAMPLE },
        doc! { "$addFields": { "agents": expr::object(doc! {
            "list": { "$cond": [ has_agents.clone(), expr::each_agent(agent), "$$REMOVE" ] },
            "odd": { "$cond": [ has_agents, "$$REMOVE", "$agents" ] },
        }) } },
    ]
}

/// The document as it was stored, but for the messages left out. `None` where a name stands twice.
fn rebuilt(mut document: Document) -> Option<Document> {
    let Some(Bson::Document(mut wrapped)) = document.remove("agents") else { return Some(document) };
    if let Some(Bson::Array(list)) = wrapped.remove("list") {
        let mut agents = Document::new();
        for agent in list.iter().filter_map(Bson::as_document) {
            let value = match agent.get_array("fields") {
                Ok(fields) => {
                    Bson::Document(each_once(fields.iter().filter_map(Bson::as_document).filter_map(as_pair))?)
                }
                Err(_) => agent.get("odd")?.clone(),
            };
            if agents.insert(agent.get_str("k").ok()?, value).is_some() {
                return None;
            }
        }
        document.insert("agents", agents);
    } else if let Some(odd) = wrapped.remove("odd") {
        document.insert("agents", odd);
    }
    Some(document)
}

fn each_once(fields: impl Iterator<Item = (String, Bson)>) -> Option<Document> {
    let mut document = Document::new();
    for (name, value) in fields {
        if document.insert(name, value).is_some() {
            return None;
        }
    }
    Some(document)
}

fn as_pair(pair: &Document) -> Option<(String, Bson)> {
    Some((pair.get_str("k").ok()?.to_owned(), pair.get("v")?.clone()))
}
