//! A change of a session of which the row of a list is held.

use bson::{Bson, Document};

use super::{Change, ChangeKind, apply::set, path};
use crate::session::{MetadataEdit, Summary};

impl Change {
    /// Applies it to the row of a list, which holds some of the metadata or none; of what else is told only its `updated_at`.
    /// `false`: it is another session's row, or nothing in it changes.
    pub fn apply_to_row(&self, row: &mut Summary) -> bool {
        if row.key != self.session {
            return false;
        }
        match (&self.kind, &mut row.metadata) {
            (ChangeKind::Metadata(fields), Some(Bson::Document(shown))) => set(shown, fields),
            (ChangeKind::Edited(edits), Some(shown)) => {
                edits.iter().fold(false, |news, edit| news | put_edit(shown, edit))
            }
            (ChangeKind::MetadataPaths(fields), Some(shown)) => {
                // A field of what is not shown is not shown either.
                fields
                    .iter()
                    .fold(false, |news, (field, value)| news | path::put(shown, field, value.as_ref()).is_changed())
            }
            (ChangeKind::MetadataWhole(whole), Some(Bson::Document(shown))) => show_whole(shown, whole.as_ref()),
            (
                ChangeKind::Created(_)
                | ChangeKind::Deleted
                | ChangeKind::Metadata(_)
                | ChangeKind::Edited(_)
                | ChangeKind::MetadataPaths(_)
                | ChangeKind::MetadataWhole(_),
                _,
            ) => false,
            _ => self.put_date(&mut row.updated_at),
        }
    }
}

/// What a row shows of an edit that was carried out: the value itself, or fields of it under their paths.
fn put_edit(shown: &mut Bson, edit: &MetadataEdit) -> bool {
    let field = edit.path.to_string();
    let mut news = path::put(shown, &field, edit.value.as_ref()).is_changed();
    let Some(fields) = shown.as_document_mut() else { return news };
    let names = fields.keys().filter(|name| name.strip_prefix(&field).is_some_and(|rest| rest.starts_with('.')));
    for name in names.cloned().collect::<Vec<_>>() {
        let now = edit.value.as_ref().and_then(|value| path::get(value, &name[field.len() + 1..]));
        if fields.get(&name) == now {
            continue;
        }
        news = true;
        match now {
            Some(value) => drop(fields.insert(name, value.clone())),
            None => drop(fields.remove(&name)),
        }
    }
    news
}

/// What a row shows of metadata that were written whole; a row may show a field of a field under its path.
fn show_whole(shown: &mut Document, whole: Option<&Bson>) -> bool {
    let before = shown.clone();
    shown.clear();
    if let Some(fields) = whole.and_then(Bson::as_document) {
        shown.extend(fields.clone());
    }
    for name in before.keys().filter(|name| name.contains('.')) {
        if let Some(value) = whole.and_then(|whole| path::get(whole, name)) {
            shown.insert(name, value.clone());
        }
    }
    *shown != before
}
