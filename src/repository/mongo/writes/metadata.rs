//! Guarded edits of metadata: all of them in one update, or none.

mod order;

use bson::{Bson, Document, doc};
use mongodb::options::UpdateModifications;

use super::run::{RunningWrite, sized};
use crate::{
    repository::{
        Error, Result,
        mongo::{exact, expr},
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
    let mut update = first_update(&run, &key, &edits).await?;
    let (matched, mut repeated) = update.send(&run, run.repository.sure_session_by_key(&key), &edits).await?;
    if matched {
        return Ok(());
    }
    for _ in 0..PATIENCE {
        let (matched, again) = update.send(&run, run.repository.session_by_key(&key), &edits).await?;
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
            // The attempt that was not answered may have been carried out, and what others wrote since is in the way.
            let is_partly_done = repeated && edits.iter().any(|edit| is_made(edit, fields));
            return Err(if is_partly_done { run.unconfirmed(conflict.to_string()) } else { conflict });
        }
        update = EditUpdate::of(&edits, fields);
    }
    let doing = format!("editing the metadata of session {:?}", key.text());
    Err(Error::other(doing, "it changes all the time").with_hint("try again"))
}

/// What is sent to the server.
struct EditUpdate {
    changes: UpdateModifications,
    /// What must hold for it besides the guards of the edits.
    conditions: Vec<Bson>,
}

impl EditUpdate {
    /// Without an order.
    fn plain(edits: &[MetadataEdit]) -> Self {
        Self { changes: changes(edits).into(), conditions: Vec::new() }
    }

    /// With the order that the edits ask for, in front of fields that are stored.
    fn of(edits: &[MetadataEdit], stored: &Document) -> Self {
        match order::of(edits, stored) {
            Some(ordered) => Self { changes: ordered.stages.into(), conditions: ordered.conditions },
            None => Self::plain(edits),
        }
    }

    /// Whether it matched, and whether an earlier attempt may have been carried out.
    async fn send(&self, run: &RunningWrite, query: Document, edits: &[MetadataEdit]) -> Result<(bool, bool)> {
        let query = guarded(query, edits, &self.conditions);
        run.update(&query, &self.changes).await.map_err(|error| sized(error, &changes(edits)))
    }
}

/// The update to begin with. Removals, and fields that are put in front of others, take a look at what is stored.
async fn first_update(run: &RunningWrite, key: &SessionKey, edits: &[MetadataEdit]) -> Result<EditUpdate> {
    if !edits.iter().any(|edit| edit.value.is_none() || edit.before.is_some()) {
        return Ok(EditUpdate::plain(edits));
    }
    let Some((stored, told)) = run.read_told(key, doc! { "metadata": 1 }).await? else {
        return Ok(EditUpdate::plain(edits));
    };
    if let Some(refusal) = doubled(key, edits, &told) {
        return Err(refusal);
    }
    let empty = Document::new();
    Ok(EditUpdate::of(edits, stored.get_document("metadata").unwrap_or(&empty)))
}

/// Whether the fields are stored as the edits would have them. Of one that was only moved the value tells nothing.
fn are_done(edits: &[MetadataEdit], fields: &Document) -> bool {
    let is_stored = |edit: &MetadataEdit| edit::same(edit.path.value(fields), edit.value.as_ref());
    let is_moved = |edit: &&MetadataEdit| {
        let still_fits = match &edit.guard {
            Guard::Stored(expected) => edit::same(expected.as_ref(), edit.value.as_ref()),
            Guard::None => true,
        };
        edit.before.is_some() && still_fits
    };
    let moved: Vec<MetadataEdit> = edits.iter().filter(is_moved).map(|edit| edit.clone().unguarded()).collect();
    let mut again = fields.clone();
    let stays = moved.is_empty() || (edit::apply(&mut again, &moved).is_ok() && edit::same_fields(&again, fields));
    edits.iter().all(is_stored) && stays
}

/// Whether a field is stored as the edit would have it, which it was not before.
fn is_made(edit: &MetadataEdit, fields: &Document) -> bool {
    let is = |value: Option<&Bson>| edit::same(edit.path.value(fields), value);
    matches!(&edit.guard, Guard::Stored(before) if !is(before.as_ref())) && is(edit.value.as_ref())
}

/// Why edits are refused where fields stand twice: the server removes one of two of a name, and the other would show instead; and
/// an object that is put together anew would lose it.
fn doubled(key: &SessionKey, edits: &[MetadataEdit], told: &[Finding]) -> Option<Error> {
    let mut twice = told.iter().filter(|finding| finding.problem == raw::TWICE);
    let is_ordered = edits.iter().any(|edit| edit.before.is_some());
    let is_removed =
        |finding: &Finding| edits.iter().any(|edit| edit.value.is_none() && edit.path.field() == finding.path);
    let finding = twice.find(|&finding| is_ordered || is_removed(finding))?;
    let (reason, hint) = if is_removed(finding) {
        (
            "it is stored more than once, and removing it would leave another of that name",
            "remove it with a database client",
        )
    } else {
        ("it is stored more than once, so no field can be put in another place", "repair it with a database client")
    };
    Some(Error::invalid(key.text(), finding.path.as_str(), reason).with_hint(hint))
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

/// A plain equality matches too much (null matches absent, 5 matches `[5]` and a long 5): see [`exact`].
fn guarded(mut query: Document, edits: &[MetadataEdit], others: &[Bson]) -> Document {
    let mut conditions = vec![Bson::Document(doc! { "$in": [ { "$type": "$metadata" }, ["object", "missing"] ] })];
    for edit in edits {
        // What leads through an array would be read from each of its elements.
        for parent in edit.path.parents() {
            conditions.push(expr::is_type(format!("${}", parent.field()).as_str(), "object").into());
        }
        let Guard::Stored(expected) = &edit.guard else { continue };
        let path = format!("${}", edit.path.field());
        conditions.push(match expected {
            Some(value) => exact::is_just(&path, value).into(),
            None => expr::is_type(path.as_str(), "missing").into(),
        });
    }
    conditions.extend_from_slice(others);
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
