//! What `doctor` says of a collection: for each problem, what to do.

use bson::{Bson, Document, RawDocumentBuf, doc};
use jiff::Timestamp;

use std::sync::{Arc, Mutex, PoisonError};

use super::{
    MongoRepository, client, decoded,
    errors::{self, Doing},
    expr,
    gate::Heard,
    indexes,
};
use crate::{
    metrics::health_of_last,
    repository::{Check, Hint, Result, Verdict},
    session::decode,
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
    let hello = match client::hello(reader.client()).await {
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
    if may_read {
        checks.push(heard, [documents(reader).await]);
        checks.push(heard, indexes(reader).await);
        checks.push(heard, [live_updates(reader, &hello).await]);
        checks.push(heard, [sample(reader).await]);
    }
}

async fn version(reader: &MongoRepository, hello: &Document) -> Check {
    const NAME: &str = "server version";
    if let Some(error) = client::too_old(hello, reader.pool.hosts()) {
        return Check::told(Verdict::Fail, NAME, &error);
    }
    let info = reader.client().database("admin").run_command(doc! { "buildInfo": 1 }).await;
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
    let admin = reader.client().database("admin");
    let status = admin.run_command(doc! { "connectionStatus": 1, "showPrivileges": true }).await;
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
    match reader.collection.estimated_document_count().max_time(reader.limits().read).await {
        Ok(0) => Check {
            advice: vec![Hint::CheckNames, "names are case-sensitive".into()],
            ..Check::warn(NAME, format!("{} is empty or does not exist", reader.namespace()), Hint::CheckNames)
        },
        Ok(count) => Check::ok(NAME, format!("about {count} document{}", if count == 1 { "" } else { "s" })),
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
    match reader.collection.watch().max_await_time(std::time::Duration::from_millis(1)).await {
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

async fn sample(reader: &MongoRepository) -> Check {
    const NAME: &str = "documents";
    match read_sample(reader).await {
        Ok(seen) if seen.documents == 0 => Check::ok(NAME, "there is nothing to sample"),
        Ok(seen) if seen.with_findings == 0 => Check::ok(NAME, format!("{} sampled, all as expected", seen.documents)),
        Ok(seen) => {
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
        Err(error) => Check::told(Verdict::Warn, NAME, &error),
    }
}

#[derive(Default)]
struct Sampled {
    documents: u64,
    with_findings: u64,
    /// Session, path and problem of the first finding.
    example: (String, String, String),
}

async fn read_sample(reader: &MongoRepository) -> Result<Sampled> {
    let failure = |error| reader.failure(&error, Doing::new("find", "a sample of the documents"));
    let newest_first = mongodb::options::Hint::Keys(doc! { "$natural": -1 });
    let sampled = reader.collection.aggregate(sample_pipeline()).hint(newest_first).max_time(reader.limits().read);
    let mut rows = sampled.with_type::<RawDocumentBuf>().await.map_err(failure)?;
    let mut seen = Sampled::default();
    let now = Timestamp::now();
    let mut bytes = 0;
    while bytes < MOST_BYTES && rows.advance().await.map_err(failure)? {
        bytes += rows.current().as_bytes().len();
        let session = decode::session(rebuilt(decoded(rows.current())));
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

/// The document as it was stored, but for the messages left out.
fn rebuilt(mut document: Document) -> Document {
    let Some(Bson::Document(mut wrapped)) = document.remove("agents") else { return document };
    if let Some(Bson::Array(list)) = wrapped.remove("list") {
        let agents = list.iter().filter_map(Bson::as_document).filter_map(|agent| {
            let value = match agent.get_array("fields") {
                Ok(fields) => Bson::Document(fields.iter().filter_map(Bson::as_document).filter_map(as_pair).collect()),
                Err(_) => agent.get("odd")?.clone(),
            };
            Some((agent.get_str("k").ok()?.to_owned(), value))
        });
        document.insert("agents", agents.collect::<Document>());
    } else if let Some(odd) = wrapped.remove("odd") {
        document.insert("agents", odd);
    }
    document
}

fn as_pair(pair: &Document) -> Option<(String, Bson)> {
    Some((pair.get_str("k").ok()?.to_owned(), pair.get("v")?.clone()))
}
