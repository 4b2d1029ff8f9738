//! Which indexes there are, and which there should be.

use std::{
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use bson::{Bson, Document, doc};
use mongodb::IndexModel;
use tokio::sync::Notify;

use super::{MongoRepository, client, errors::Doing, gate::Heard};
use crate::repository::{Error, Result};

/// The single-field indexes that the Python library creates, and what each serves here.
pub(super) const WANTED: [(&str, &str); 4] = [
    ("updated_at", "the list sorted by last change"),
    ("created_at", "the list sorted by creation"),
    ("session_id", "finding a session by its session_id"),
    ("application_name", "the filter app:"),
];

/// How long an answer is believed: someone may create or drop an index meanwhile.
const BELIEVE_FOR: Duration = Duration::from_mins(1);

const DOING: Doing = Doing::new("listIndexes", "the indexes of the collection");

/// Leading fields of the usable indexes, as last seen.
#[derive(Default, Clone)]
pub(super) struct KnownIndexes(Arc<Mutex<SeenIndexes>>);

type SeenIndexes = Option<(Instant, Vec<LeadingField>)>;

/// The field that an index begins with.
#[derive(Clone)]
struct LeadingField {
    name: String,
    /// The index compares texts in a way of its own.
    is_collated: bool,
}

impl KnownIndexes {
    fn get(&self) -> Option<Vec<LeadingField>> {
        let known = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        known.as_ref().filter(|(seen, _)| seen.elapsed() < BELIEVE_FOR).map(|(_, fields)| fields.clone())
    }

    fn set(&self, fields: Option<Vec<LeadingField>>) {
        let mut known = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        *known = fields.map(|fields| (Instant::now(), fields));
    }
}

/// Whether an index can give the documents in the order of that field. Where the indexes may not be listed, we hope
/// so: the answer is right either way, only slower.
pub(super) async fn serves(reader: &MongoRepository, field: &str) -> Result<bool> {
    Ok(known(reader, field, false).await?.unwrap_or(true))
}

/// Whether an index surely can.
pub(super) async fn leads(reader: &MongoRepository, field: &str) -> Result<bool> {
    Ok(known(reader, field, false).await?.unwrap_or(false))
}

/// Whether one surely can that has its texts in the order of their bytes.
pub(super) async fn leads_plainly(reader: &MongoRepository, field: &str) -> Result<bool> {
    Ok(known(reader, field, true).await?.unwrap_or(false))
}

/// Whether there is one that begins so; `None` where the indexes may not be listed.
async fn known(reader: &MongoRepository, field: &str, plainly: bool) -> Result<Option<bool>> {
    match seen(reader).await {
        Ok(fields) => {
            let leads = |leading: &LeadingField| leading.name == field && !(plainly && leading.is_collated);
            Ok(Some(fields.iter().any(leads)))
        }
        Err(Error::Denied { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Leading fields of the indexes that hold every document in order.
pub(super) async fn leading_fields(reader: &MongoRepository) -> Result<Vec<String>> {
    Ok(seen(reader).await?.into_iter().map(|leading| leading.name).collect())
}

async fn seen(reader: &MongoRepository) -> Result<Vec<LeadingField>> {
    if let Some(fields) = reader.indexes.get() {
        return Ok(fields);
    }
    let mut fields = Vec::new();
    for index in list(reader).await? {
        let usable = index.options.as_ref().is_none_or(|options| {
            options.sparse != Some(true) && options.partial_filter_expression.is_none() && options.hidden != Some(true)
        });
        if let Some((field, order)) = index.keys.iter().next()
            && usable
            && is_order(order)
        {
            let is_collated = index.options.as_ref().is_some_and(|options| options.collation.is_some());
            fields.push(LeadingField { name: field.clone(), is_collated });
        }
    }
    reader.indexes.set(Some(fields.clone()));
    Ok(fields)
}

/// 1 or -1; other kinds (`hashed`, `text`) have no order.
fn is_order(order: &Bson) -> bool {
    matches!(order, Bson::Int32(_) | Bson::Int64(_) | Bson::Double(_))
}

/// Every index. A collection that does not exist has none.
async fn list(reader: &MongoRepository) -> Result<Vec<IndexModel>> {
    const NAMESPACE_NOT_FOUND: i32 = 26;
    let limit = i64::try_from(reader.limits().read.as_millis()).unwrap_or(i64::MAX);
    // The driver's own way would ask the primary, wherever else is to be read from.
    let command = doc! { "listIndexes": &*reader.name, "maxTimeMS": limit };
    let mut rows = match reader.ask(|| client::ask_for_rows(&reader.pool, &reader.database, command.clone())).await {
        Ok(rows) => rows,
        Err(error) => {
            let code = match error.kind.as_ref() {
                mongodb::error::ErrorKind::Command(command) => command.code,
                _ => 0,
            };
            // A view has no indexes of its own either.
            if code == NAMESPACE_NOT_FOUND || code == 166 {
                return Ok(Vec::new());
            }
            return Err(reader.failure(&error, DOING));
        }
    };
    let mut indexes = Vec::new();
    while rows.advance().await.map_err(|error| reader.failure(&error, DOING))? {
        let row = rows.deserialize_current().map_err(|error| reader.failure(&error, DOING))?;
        if let Ok(index) = bson::deserialize_from_document(row) {
            indexes.push(index);
        }
    }
    Ok(indexes)
}

/// Creates those of [`WANTED`] that no index leads with, and gives their names.
pub(super) async fn create(repository: &MongoRepository) -> Result<Vec<String>> {
    build(repository, WANTED.iter().map(|(field, _)| (*field).to_owned()).collect()).await
}

/// Creates an index on each of these fields of `metadata`, as the Python library does, and gives the names of those
/// that were missing.
pub(super) async fn create_for_metadata(repository: &MongoRepository, fields: &[String]) -> Result<Vec<String>> {
    build(repository, fields.iter().map(|field| format!("metadata.{field}")).collect()).await
}

/// Creates an index on each of these paths that no index leads with, and gives their names.
async fn build(repository: &MongoRepository, paths: Vec<String>) -> Result<Vec<String>> {
    repository.check_writable()?;
    let (me, heard) = (repository.clone(), Heard::default());
    let underway = heard.clone();
    let work = async move {
        me.indexes.set(None);
        me.refuse_another_store("creating indexes").await?;
        let there = match leading_fields(&me).await {
            // One that is there is not made again, and the right to make one is what counts.
            Err(Error::Denied { .. }) => Vec::new(),
            listed => listed?,
        };
        underway.note();
        let missing = paths.iter().filter(|path| !there.contains(path));
        let models = missing.map(|path| IndexModel::builder().keys(by(path)).build()).collect();
        make(&me, models, &underway).await
    };
    let doing = format!("creating indexes on {}", repository.namespace());
    repository.pool.gate().run_while(doing, &heard, work).await
}

/// A time limit would leave an index half built: it is waited for as long as the server gives signs of life.
async fn make(reader: &MongoRepository, models: Vec<IndexModel>, heard: &Heard) -> Result<Vec<String>> {
    if models.is_empty() {
        return Ok(Vec::new());
    }
    let built = Notify::new();
    let build = async {
        let created = reader.collection().create_indexes(models).await;
        built.notify_one();
        created
    };
    let (created, ()) = futures_util::future::join(build, listen(reader, heard, &built)).await;
    let doing = Doing::new("createIndex", "the answer to createIndexes");
    let created = created.map_err(|error| reader.failure(&error, doing))?;
    reader.indexes.set(None);
    Ok(created.index_names)
}

/// Asks for a sign of life now and then, well within the deadline, until it is built.
async fn listen(reader: &MongoRepository, heard: &Heard, built: &Notify) {
    let pause = reader.pool.gate().operation() / 3;
    while tokio::time::timeout(pause, built.notified()).await.is_err() {
        if client::hello(&reader.pool).await.is_ok() {
            heard.note();
        }
    }
}

fn by(field: &str) -> Document {
    doc! { field: 1 }
}
