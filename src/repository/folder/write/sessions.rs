//! `session.json`: the session, its metadata, feedback and guardrail events.

use std::{borrow::Cow, fs, path::Path, time::SystemTime};

use bson::{Bson, Document};
use secrecy::ExposeSecret;
use serde_json::{Map, Value, json};

use super::{
    SessionPlace, encode,
    files::{self, Time},
    removal,
};
use crate::{
    repository::{
        CopiedDeletion, Error, Result,
        folder::{archive, json as reading, layout},
    },
    session::{
        MetadataEdit, MetadataPath, edit, encode as documents, number, python,
        record::{NewSession, SessionUpdate},
    },
};

pub(super) fn create(root: &Path, new: &NewSession, location: &str) -> Result<()> {
    let path = root.join(format!("session_{}", new.id));
    let aside = root.join(format!("{}{}", layout::NEW, uuid::Uuid::new_v4()));
    files::make_dir(&aside)?;
    let made = fill(&aside, new).and_then(|()| files::move_into(&aside, &path));
    if !matches!(made, Ok(true)) {
        let _ = fs::remove_dir_all(&aside);
    }
    if made? { Ok(()) } else { Err(Error::exists("session", &new.id, location)) }
}

fn fill(dir: &Path, new: &NewSession) -> Result<()> {
    files::make_dir(&dir.join("agents"))?;
    files::make_dir(&dir.join("multi_agents"))?;
    let metadata = new.metadata.iter().map(|(key, value)| Ok((key.clone(), exact(&new.id, key, value)?)));
    let metadata = metadata.collect::<Result<Map<String, Value>>>()?;
    let mut document = documents::session(new);
    // Those stand in other files, or in the folder's name.
    for key in ["_id", "agents", "metadata"] {
        document.remove(key);
    }
    let mut stored = encode::object(&document);
    stored["metadata"] = Value::Object(metadata);
    files::write(&dir.join("session.json"), &stored, Time::Moves)
}

/// A value of the metadata, as it will be read back.
fn exact(id: &str, key: &str, value: &Bson) -> Result<Value> {
    let written = encode::exact(value);
    if edit::same(Some(&reading::exact(written.clone())), Some(value)) {
        return Ok(written);
    }
    let reason = "it looks like Extended JSON or encoded bytes and would be read back as something else";
    Err(Error::invalid(id, format!("metadata.{key}"), reason).with_hint("use other keys"))
}

/// A value in the place of another: a whole number of Python's beyond 64 bits, which was shown as a decimal, stays a plain
/// number where it becomes another one. What is new in an array of such numbers is one, too.
fn whole<'a>(stored: Option<&Value>, value: &'a Bson) -> Cow<'a, Bson> {
    let is_long = |stored: &Value| stored.as_str().and_then(python::number).is_some_and(python::is_long);
    match (stored, value) {
        (Some(stored), Bson::Decimal128(decimal)) if is_long(stored) => {
            let text = decimal.to_string();
            let plain = text.parse().map(number::integer).ok().or_else(|| text.parse().map(Bson::Double).ok());
            match plain {
                Some(plain) if !python::is_long(&text) => Cow::Owned(plain),
                _ => Cow::Borrowed(value),
            }
        }
        (Some(Value::Object(stored)), Bson::Document(fields)) => {
            let each = fields.iter().map(|(key, field)| (key.clone(), whole(stored.get(key), field).into_owned()));
            Cow::Owned(Bson::Document(each.collect()))
        }
        (Some(Value::Array(stored)), Bson::Array(items)) => {
            let like = |at: usize| stored.get(at).or_else(|| stored.last()).or(None);
            let long = stored.iter().find(|item| is_long(item));
            let of = |at: usize, item: &Bson| {
                let model = if matches!(item, Bson::Decimal128(_)) { long.or_else(|| like(at)) } else { like(at) };
                whole(model, item).into_owned()
            };
            Cow::Owned(Bson::Array(items.iter().enumerate().map(|(at, item)| of(at, item)).collect()))
        }
        _ => Cow::Borrowed(value),
    }
}

/// Reads `session.json`, lets it be changed, and writes it, while no other writer of ours can.
pub(super) fn change(
    place: &SessionPlace,
    time: Time,
    change: impl FnOnce(&mut Map<String, Value>) -> Result<()>,
) -> Result<()> {
    let _lock = files::lock(place)?;
    let path = place.dir.file();
    let missing =
        || Error::folder(&path, "it is missing, so the session cannot be changed").with_hint("restore it first");
    let Some(Value::Object(mut fields)) = files::read(&path)? else { return Err(missing()) };
    change(&mut fields)?;
    files::write(&path, &Value::Object(fields), time)
}

pub(super) fn update(place: &SessionPlace, update: &SessionUpdate) -> Result<()> {
    change(place, Time::Stays, |fields| {
        if let Some(kind) = &update.session_type {
            fields.insert("session_type".to_owned(), Value::from(python::text(kind)));
        }
        if let Some(password) = &update.viewer_password {
            fields.insert("session_viewer_password".to_owned(), Value::from(python::text(password.expose_secret())));
        }
        if let Some(at) = update.updated_at {
            fields.insert("updated_at".to_owned(), encode::time(at));
        }
        Ok(())
    })?;
    if let Some(at) = update.updated_at {
        files::touch(&place.dir.file(), SystemTime::from(at));
    }
    Ok(())
}

pub(super) fn delete(place: &SessionPlace) -> Result<()> {
    let lock = files::lock(place)?;
    // An open file keeps a folder from being renamed on Windows.
    #[cfg(windows)]
    drop(lock);
    let removed = removal::remove(place, &place.dir.path);
    #[cfg(not(windows))]
    drop(lock);
    removed
}

/// Deletes the session if its files are what the archive holds. They are compared where they are; out of the way they are
/// only for as long as it takes to look whether something was written meanwhile.
pub(super) fn delete_copied(place: &SessionPlace, archive: &[u8]) -> Result<CopiedDeletion> {
    let lock = files::lock(place)?;
    // Looked at before they are read, so that no change in between is missed.
    let seen = removal::look(&place.dir.path);
    let (true, Ok(seen)) = (archive::is_of(archive, &place.dir)?, seen) else { return Ok(CopiedDeletion::Changed) };
    // An open file keeps a folder from being renamed on Windows.
    #[cfg(windows)]
    drop(lock);
    let removed = removal::remove_seen(place, &seen);
    #[cfg(not(windows))]
    drop(lock);
    removed.map(|removed| if removed { CopiedDeletion::Done } else { CopiedDeletion::Changed })
}

/// Adds a feedback; one that may be stored already only where it is not.
pub(super) fn add_feedback(place: &SessionPlace, stored: Value, again: bool) -> Result<()> {
    let same =
        |known: &Value| ["created_at", "rating", "comment"].iter().all(|field| known.get(field) == stored.get(field));
    if again && let Some(Value::Object(fields)) = files::read(&place.dir.file())? {
        let known = fields.get("feedbacks").and_then(Value::as_array);
        if known.is_some_and(|known| known.iter().any(same)) {
            return Ok(());
        }
    }
    push(place, "feedbacks", stored, Time::Moves)
}

/// Adds an element to an array of `session.json`.
pub(super) fn push(place: &SessionPlace, field: &str, element: Value, time: Time) -> Result<()> {
    change(place, time, |fields| match fields.entry(field).or_insert_with(|| json!([])) {
        Value::Array(items) => {
            items.push(element);
            Ok(())
        }
        _ => Err(Error::invalid(place.id(), field, format!("{field} in session.json is no array"))
            .with_hint("repair it first")),
    })
}

pub(super) fn edit_metadata(place: &SessionPlace, edits: &[MetadataEdit]) -> Result<()> {
    if edits.is_empty() {
        return Ok(());
    }
    change(place, Time::Stays, |fields| {
        let stored = fields.entry("metadata").or_insert_with(|| json!({}));
        let Value::Object(metadata) = stored else { return Err(Error::not_an_object(place.id())) };
        // Only the edited keys are looked at and written: whatever else stands there stays byte for byte.
        let mut seen: Document = edits
            .iter()
            .filter_map(|edit| {
                let key = edit.path.top();
                Some((key.to_owned(), reading::exact(metadata.get(key)?.clone())))
            })
            .collect();
        let before = seen.clone();
        edit::apply(&mut seen, edits).map_err(|refusal| Error::edit_refused(place.id(), edits, refusal, &before))?;
        for edit in edits {
            let Some(fields) = object_of(metadata, &edit.path) else { continue };
            let key = edit.path.name();
            match &edit.value {
                Some(value) => {
                    let stored = fields.get(key);
                    let value = match stored.filter(|stored| holds(stored, value)) {
                        Some(stored) => stored.clone(),
                        None => exact(&place.id(), &edit.path.to_string(), &whole(stored, value))?,
                    };
                    put(fields, key, value, edit.before.as_deref());
                }
                None => drop(fields.shift_remove(key)),
            }
        }
        Ok(())
    })
}

/// Whether that value stands there: then it stays as it is written, also where it is put in another place.
fn holds(stored: &Value, value: &Bson) -> bool {
    edit::same(Some(&reading::exact(stored.clone())), Some(value))
}

/// The object that a value of the metadata stands in.
fn object_of<'a>(metadata: &'a mut Map<String, Value>, path: &MetadataPath) -> Option<&'a mut Map<String, Value>> {
    let parents = path.keys().split_last().map_or(&[][..], |(_, parents)| parents);
    parents.iter().try_fold(metadata, |at, key| at.get_mut(key)?.as_object_mut())
}

/// Sets a field, in front of another one where that is there.
fn put(fields: &mut Map<String, Value>, key: &str, value: Value, before: Option<&str>) {
    let Some(before) = before.filter(|before| fields.contains_key(*before)) else {
        fields.insert(key.to_owned(), value);
        return;
    };
    fields.shift_remove(key);
    let at = fields.keys().position(|stored| stored == before).unwrap_or(fields.len());
    fields.shift_insert(at, key.to_owned(), value);
}
