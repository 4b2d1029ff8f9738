//! Whether a copy is of a session within a scope. What a copy holds is its maker's word: each name that tells must stand there just
//! once, as stores differ in which of two they read.

use std::{ffi::OsStr, io::Read, path::Path};

use bson::{Bson, RawDocument};
use serde_json::Value;

use crate::{
    repository::{Scope, SessionCopy, scope::ScopeRule},
    session::{
        MetadataPath, SessionKey,
        decode::raw::{RawReader, RawValue},
    },
};

/// The `_id` of the session in a copy, where it lies within.
pub(super) fn session_within(scope: &Scope, copy: &SessionCopy) -> Option<SessionKey> {
    let key = copy.session().filter(|key| scope.admits(key))?;
    let is_within = match (copy, scope.rule()) {
        (SessionCopy::Document(document), rule) => {
            let id = only(RawValue::from(&**document), "_id").map(read)?;
            key.bson() == &id
                && match rule {
                    ScopeRule::Prefix(_) => true,
                    ScopeRule::Field(path, value) => stored(document, path).as_ref() == Some(value),
                }
        }
        (SessionCopy::Folder(_), ScopeRule::Prefix(_)) => true,
        (SessionCopy::Folder(archive), ScopeRule::Field(path, value)) => {
            of_archive(archive, &key, path, value).unwrap_or_default()
        }
    };
    is_within.then_some(key)
}

/// The value that stands there in a document's metadata.
fn stored(document: &RawDocument, path: &MetadataPath) -> Option<Bson> {
    let mut at = only(RawValue::from(document), "metadata")?;
    for key in path.keys() {
        at = only(at, key)?;
    }
    Some(read(at))
}

/// The field of that name, where there is just one.
fn only<'a>(object: RawValue<'a>, name: &str) -> Option<RawValue<'a>> {
    if !object.is_document() {
        return None;
    }
    let mut named = object.fields().filter(|field| field.name() == name);
    let first = named.next()?.value;
    named.next().is_none().then_some(first)
}

fn read(value: RawValue<'_>) -> Bson {
    RawReader::default().read(value, "")
}

/// Whether every `session.json` of an archive, and there is one, holds that value. A folder's values are JSON: what has no such form
/// cannot be told.
fn of_archive(archive: &[u8], key: &SessionKey, path: &MetadataPath, value: &Bson) -> Option<bool> {
    let place = Path::new(&format!("session_{}", key.text())).join("session.json");
    let mut archive = tar::Archive::new(archive);
    let mut found = 0;
    for entry in archive.entries().ok()? {
        let mut entry = entry.ok()?;
        let named = entry.path().ok()?.into_owned();
        // Some file systems know no case.
        let is_head =
            named.file_name().and_then(OsStr::to_str).is_none_or(|name| name.eq_ignore_ascii_case("session.json"));
        if !is_head {
            continue;
        }
        if named != place {
            return Some(false);
        }
        let mut text = String::new();
        entry.read_to_string(&mut text).ok()?;
        let json: Value = serde_json::from_str(&text).ok()?;
        let mut at = json.get("metadata")?;
        for key in path.keys() {
            at = at.get(key)?;
        }
        if !is_same(at, value) {
            return Some(false);
        }
        found += 1;
    }
    Some(found == 1)
}

fn is_same(json: &Value, value: &Bson) -> bool {
    match value {
        Bson::String(text) => json.as_str() == Some(text.as_str()),
        Bson::Boolean(is) => json.as_bool() == Some(*is),
        Bson::Int32(number) => json.as_i64() == Some(i64::from(*number)),
        Bson::Int64(number) => i32::try_from(*number).is_err() && json.as_i64() == Some(*number),
        _ => false,
    }
}
