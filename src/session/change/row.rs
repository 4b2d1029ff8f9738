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
                let put = |edit: &MetadataEdit| path::put(shown, &edit.path.to_string(), edit.value.as_ref());
                edits.iter().map(put).fold(false, |news, applied| news | applied.is_changed())
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
