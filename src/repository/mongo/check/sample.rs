//! A sample of the documents: what cannot be read in them, what is wrong with their histories, what is no session.

use bson::{Bson, Document, RawDocumentBuf, doc};
use jiff::Timestamp;

use crate::{
    metrics::health_of_last,
    repository::{
        Check, Error, Hint, Result, Verdict,
        foreign::{ForeignRecord, told_of_all},
        mongo::{MongoRepository, conversation, errors::Doing, expr, foreign},
    },
    session::{
        SessionKey,
        decode::{self, raw},
    },
};

/// Documents of the sample.
const SAMPLE: i32 = 100;

/// Messages of each agent in the sample: the shapes repeat, the bytes add up.
const LAST_MESSAGES: i32 = 20;

/// Bytes of the sample; larger documents after that many are left out.
const MOST_BYTES: usize = 32 * 1024 * 1024;

/// What a sample of the documents holds, and what of it is no session.
pub(super) async fn sample(reader: &MongoRepository) -> Vec<Check> {
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
    let collection = reader.collection_to_read();
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
