//! Which fields metadata have, and which few values, by aggregations over the sessions with the highest `_id`s: no index is needed,
//! and no value is sent but those that are offered.

mod words;

use bson::{Bson, Document, doc, spec::ElementType};

use super::{MongoRepository, decoded, errors::Doing, expr};
use crate::{
    repository::{
        MetadataKeys, Result,
        offers::{DEEPEST, KeyTally, LONGEST, MOST_VALUES, SAMPLE, ValueTally},
    },
    session::{MetadataPath, edit::check_segment},
};

pub(super) use words::filter_values;

/// Fields of one object that are looked at.
const MOST_FIELDS: i32 = 300;

/// The types of values that are offered.
const OFFERED: [&str; 10] =
    ["string", "int", "long", "double", "decimal", "bool", "date", "objectId", "null", "timestamp"];

/// See [`crate::repository::SessionReader::metadata_keys`].
pub(super) async fn keys(reader: &MongoRepository) -> Result<MetadataKeys> {
    let mut pipeline = sample(reader);
    pipeline.push(doc! { "$project": { "_id": 0, "fields": skeleton("$metadata", 1) } });
    let mut tally = KeyTally::default();
    for row in rows(reader, pipeline, "the fields of the metadata").await? {
        tally.count();
        see(&mut tally, &row, None);
    }
    Ok(tally.done())
}

/// See [`crate::repository::SessionReader::metadata_values`].
pub(super) async fn values(reader: &MongoRepository, path: &MetadataPath) -> Result<Option<Vec<Bson>>> {
    // Another key would be another path to the server.
    if path.keys().iter().any(|key| check_segment(key).is_err()) {
        return Ok(None);
    }
    let mut pipeline = sample(reader);
    pipeline.extend([
        doc! { "$project": { "_id": 0, "value": offered(path) } },
        // A group takes what is absent for null.
        doc! { "$match": { "value": { "$exists": true } } },
        doc! { "$group": { "_id": { "value": "$value" }, "sessions": { "$sum": 1 } } },
        doc! { "$sort": { "sessions": -1 } },
        doc! { "$limit": MOST_VALUES as i64 + 2 },
    ]);
    let mut tally = ValueTally::default();
    for row in rows(reader, pipeline, "the values of the metadata").await? {
        let sessions = row.get_i32("sessions").map_or(0, i64::from).max(0).unsigned_abs();
        if let Some(value) = row.get_document("_id").ok().and_then(|group| group.get("value")) {
            tally.see(value, sessions);
        }
    }
    Ok(tally.done())
}

fn sample(reader: &MongoRepository) -> Vec<Document> {
    vec![doc! { "$match": reader.is_session() }, doc! { "$sort": { "_id": -1 } }, doc! { "$limit": SAMPLE }]
}

/// The fields of an object by name and type, and those of objects in it; none of what is no object.
fn skeleton(object: &str, depth: usize) -> Document {
    let field = format!("field{depth}");
    let value = format!("$${field}.v");
    let mut one = doc! { "name": format!("$${field}.k"), "type": { "$type": value.as_str() } };
    if depth < DEEPEST {
        one.insert("fields", skeleton(&value, depth + 1));
    }
    doc! { "$map": { "input": { "$slice": [expr::fields(object), MOST_FIELDS] }, "as": field, "in": one } }
}

/// Counts what a [`skeleton`] tells.
fn see(tally: &mut KeyTally, told: &Document, parent: Option<&MetadataPath>) {
    let fields = told.get_array("fields").map(Vec::as_slice).unwrap_or_default();
    for field in fields.iter().filter_map(Bson::as_document) {
        let (Ok(name), Ok(kind)) = (field.get_str("name"), field.get_str("type")) else { continue };
        let path = parent.map_or_else(|| MetadataPath::from(name), |parent| parent.child(name));
        see(tally, field, Some(&path));
        if let Some(kind) = element(kind) {
            tally.see(path, kind);
        }
    }
}

/// The value of the field where it can be offered; else absent.
fn offered(path: &MetadataPath) -> Document {
    let field = format!("${}", path.field());
    let mut conditions: Vec<Bson> = vec![expr::is_type("$metadata", "object").into()];
    conditions.extend(path.parents().map(|parent| Bson::from(expr::is_type(format!("${}", parent.field()), "object"))));
    conditions.push(doc! { "$in": [{ "$type": field.as_str() }, OFFERED.as_slice()] }.into());
    let is_short = doc! { "$lte": [{ "$strLenBytes": field.as_str() }, LONGEST as i64] };
    conditions.push(doc! { "$cond": [expr::is_type(field.as_str(), "string"), is_short, true] }.into());
    doc! { "$cond": [{ "$and": conditions }, field, "$$REMOVE"] }
}

async fn rows(reader: &MongoRepository, pipeline: Vec<Document>, what: &'static str) -> Result<Vec<Document>> {
    let read = || {
        let found = reader.aggregate(pipeline.clone());
        async move {
            let mut found = found.await?;
            let mut rows = Vec::new();
            while found.advance().await? {
                rows.push(decoded(found.current()));
            }
            Ok(rows)
        }
    };
    reader.ask(read).await.map_err(|error| reader.failure(&error, Doing::new("find", what)))
}

/// The type of what the server's `$type` calls that.
fn element(name: &str) -> Option<ElementType> {
    Some(match name {
        "double" => ElementType::Double,
        "string" => ElementType::String,
        "object" => ElementType::EmbeddedDocument,
        "array" => ElementType::Array,
        "binData" => ElementType::Binary,
        "undefined" => ElementType::Undefined,
        "objectId" => ElementType::ObjectId,
        "bool" => ElementType::Boolean,
        "date" => ElementType::DateTime,
        "null" => ElementType::Null,
        "regex" => ElementType::RegularExpression,
        "dbPointer" => ElementType::DbPointer,
        "javascript" => ElementType::JavaScriptCode,
        "symbol" => ElementType::Symbol,
        "javascriptWithScope" => ElementType::JavaScriptCodeWithScope,
        "int" => ElementType::Int32,
        "timestamp" => ElementType::Timestamp,
        "long" => ElementType::Int64,
        "decimal" => ElementType::Decimal128,
        "minKey" => ElementType::MinKey,
        "maxKey" => ElementType::MaxKey,
        _ => return None,
    })
}
