//! Guarded edits of metadata: all of them in one update, or none.

use bson::{Bson, Document, doc};

use super::run::{RunningWrite, sized, type_name};
use crate::{
    repository::{
        Error, Result,
        mongo::{
            expr,
            foreign::{session_by_key, sure_session_by_key},
        },
    },
    session::{Finding, Guard, MetadataEdit, SessionKey, decode::raw, edit},
};

/// How often the stored value may change back and forth between the update and the look at why it matched nothing.
const PATIENCE: usize = 20;

/// Refuses keys that cannot be a segment of a path, the same key twice, and values that no document holds.
pub(super) fn check(key: &SessionKey, edits: &[MetadataEdit]) -> Result<()> {
    edit::check_keys(edits).map_err(|(edit, reason)| Error::metadata_key(key.text(), edit, reason))?;
    edits.iter().try_for_each(|edit| {
        let refused = edit.value.as_ref().map_or(Ok(()), edit::check_bson);
        refused.map_err(|reason| Error::invalid(key.text(), edit.path.field(), reason))
    })
}

pub(super) async fn edit(run: RunningWrite, key: SessionKey, edits: Vec<MetadataEdit>) -> Result<()> {
    if edits.is_empty() {
        return Ok(());
    }
    if let Some(refusal) = doubled(&run, &key, &edits).await? {
        return Err(refusal);
    }
    let update = changes(&edits);
    let send = async |query: Document| run.update(&query, &update).await.map_err(|error| sized(error, &update));
    let (matched, mut repeated) = send(guarded(sure_session_by_key(&key), &edits)).await?;
    if matched {
        return Ok(());
    }
    for _ in 0..PATIENCE {
        let (matched, again) = send(guarded(session_by_key(&key), &edits)).await?;
        if matched {
            return Ok(());
        }
        repeated |= again;
        let looked = run.read_told(&key, doc! { "metadata": 1 }).await;
        let Some((stored, told)) = run.after(repeated, looked)? else {
            return run.no_session(&key, repeated).await;
        };
        let empty = Document::new();
        let fields = match stored.get("metadata") {
            None => &empty,
            Some(Bson::Document(fields)) => fields,
            Some(_) => return Err(Error::not_an_object(key.text())),
        };
        if let Some(refusal) = unreadable(&key, &edits, &told) {
            return Err(refusal);
        }
        if repeated && are_done(&edits, fields) {
            return run.found(());
        }
        if let Some(conflict) = conflict(&key, &edits, fields) {
            return Err(conflict);
        }
    }
    let doing = format!("editing the metadata of session {:?}", key.text());
    Err(Error::other(doing, "it changes all the time").with_hint("try again"))
}

/// Whether the fields are stored as the edits would have them.
fn are_done(edits: &[MetadataEdit], fields: &Document) -> bool {
    edits.iter().all(|edit| edit::same(edit.path.value(fields), edit.value.as_ref()))
}

/// The first removal of a field that stands there twice: the server removes one of them, and the other would show instead.
async fn doubled(run: &RunningWrite, key: &SessionKey, edits: &[MetadataEdit]) -> Result<Option<Error>> {
    let removed = edits.iter().filter(|edit| edit.value.is_none());
    let fields: Vec<String> = removed.map(|edit| edit.path.field()).collect();
    if fields.is_empty() {
        return Ok(None);
    }
    let Some((_, told)) = run.read_told(key, doc! { "metadata": 1 }).await? else { return Ok(None) };
    let twice = |field: &String| told.iter().any(|finding| finding.path == *field && finding.problem == raw::TWICE);
    Ok(fields.into_iter().find(twice).map(|field| {
        let reason = "it is stored more than once, and removing it would leave another of that name";
        Error::invalid(key.text(), field, reason).with_hint("remove it with a database client")
    }))
}

/// The first guarded edit of a field whose bytes cannot be read as they are: nothing that could be sent equals them.
fn unreadable(key: &SessionKey, edits: &[MetadataEdit], told: &[Finding]) -> Option<Error> {
    let (edit, finding) = edits.iter().filter(|edit| matches!(edit.guard, Guard::Stored(_))).find_map(|edit| {
        let field = edit.path.field();
        let is_below =
            |path: &str| path.strip_prefix(&field).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
        Some((edit, told.iter().find(|finding| is_below(&finding.path))?))
    })?;
    let reason = format!(
        "what is stored there cannot be compared with what was edited. {}",
        finding.problem.trim_end_matches('.')
    );
    let refusal = Error::invalid(key.text(), edit.path.field(), reason);
    Some(refusal.with_hint("the other fields can be edited; this one with a database client"))
}

/// Why the edits cannot be carried out on what is stored.
fn conflict(key: &SessionKey, edits: &[MetadataEdit], fields: &Document) -> Option<Error> {
    let refusal = edit::apply(&mut fields.clone(), edits).err()?;
    Some(Error::edit_refused(key.text(), edits, refusal, fields))
}

/// A plain equality matches too much (null matches absent, 5 matches `[5]` and a long 5), so types are compared too.
fn guarded(mut query: Document, edits: &[MetadataEdit]) -> Document {
    let mut conditions = vec![Bson::Document(doc! { "$in": [ { "$type": "$metadata" }, ["object", "missing"] ] })];
    for edit in edits {
        // What leads through an array would be read from each of its elements.
        for parent in edit.path.parents() {
            conditions.push(expr::is_type(format!("${}", parent.field()).as_str(), "object").into());
        }
        let Guard::Stored(expected) = &edit.guard else { continue };
        let path = format!("${}", edit.path.field());
        conditions.push(expr::is_type(path.as_str(), type_name(expected.as_ref())).into());
        if let Some(value) = expected {
            conditions.push(doc! { "$eq": [ path, expr::literal(value.clone()) ] }.into());
        }
    }
    query.insert("$expr", doc! { "$and": conditions });
    query
}

fn changes(edits: &[MetadataEdit]) -> Document {
    let (mut set, mut unset) = (Document::new(), Document::new());
    for edit in edits {
        let path = edit.path.field();
        match &edit.value {
            Some(value) => set.insert(path, value.clone()),
            None => unset.insert(path, ""),
        };
    }
    let mut update = Document::new();
    if !set.is_empty() {
        update.insert("$set", set);
    }
    if !unset.is_empty() {
        update.insert("$unset", unset);
    }
    update
}
