//! Fields that are copied, duplicated and put elsewhere.

use bson::Bson;

use super::{FieldPath, MetadataForm, RowKind, acts::name_of, marks::field_of, place, steps::FormStep};
use crate::{
    app::{
        place::holds_sealed,
        tui::state::tree::{PathKey, without_secrets},
    },
    session::{edit, plain},
};

/// A field that was copied, to be put into this or another form.
#[derive(Debug, Clone, PartialEq)]
pub struct CopiedField {
    /// Its key; of an item of an array none.
    pub key: Option<String>,
    /// Its value.
    pub value: Bson,
    /// It is kept encrypted where it was copied, or something in it is.
    pub private: bool,
}

impl CopiedField {
    /// As it is pasted elsewhere: text and numbers bare, the rest as JSON.
    #[must_use]
    pub fn text(&self) -> String {
        let nested = || plain::pretty(&without_secrets(&self.value));
        if matches!(self.value, Bson::Document(_) | Bson::Array(_)) {
            return nested();
        }
        edit::write(&self.value).unwrap_or_else(nested)
    }
}

impl MetadataForm {
    /// The selected field; `None` where there is none that may be copied.
    #[must_use]
    pub fn copied(&self) -> Option<CopiedField> {
        let at = self.selected();
        let row = self.rows.get(at)?;
        if row.is_secret() || row.kind == RowKind::Adding {
            return None;
        }
        let key = match &row.key {
            PathKey::Name(name) => Some(name.clone()),
            PathKey::Item(_) | PathKey::Root => None,
        };
        let private = field_of(&self.path(at)).is_some_and(|field| self.is_private(&field));
        Some(CopiedField { key, value: self.value(at)?.clone(), private })
    }

    /// Where the selected field stands, as stored: `customer.name`, `tags.0`.
    #[must_use]
    pub fn selected_place(&self) -> String {
        name_of(&self.path(self.selected()))
    }

    /// Puts a copied field behind the selected one, or into the unfolded container that is selected. Its key is changed where that
    /// is there already.
    pub fn paste_field(&mut self, field: &CopiedField) {
        let (parent, after) = self.place_for_new();
        let key = field.key.as_deref().unwrap_or("item");
        let path = self.new_path(&parent, after.as_ref(), self.free_key(&parent, key));
        let reveal = &self.rules.reveal;
        let stays_private =
            field_of(&path).is_some_and(|field| reveal.is_chosen(&field) || reveal.is_within_chosen(&field));
        if (field.private || holds_sealed(&field.value)) && !stays_private {
            self.says = Some(format!(
                "what was copied is kept encrypted, and would stand in {} in clear: type it there",
                name_of(&path)
            ));
            return;
        }
        self.put_behind(&parent, after.as_ref(), key, field.value.clone());
    }

    /// The selected field once more, under another key.
    pub fn duplicate(&mut self) {
        let at = self.selected();
        let Some(field) = self.copied().filter(|_| self.rows.get(at).is_some_and(|row| row.kind == RowKind::Field))
        else {
            self.says = Some("there is nothing here to duplicate".to_owned());
            return;
        };
        let mut parent = self.path(at);
        if let Some(why) = self.is_bound_to_its_name(&parent) {
            self.says = Some(why);
            return;
        }
        let Some(last) = parent.pop() else { return };
        self.put_behind(&parent, Some(&last), field.key.as_deref().unwrap_or_default(), field.value);
    }

    fn put_behind(&mut self, parent: &[PathKey], after: Option<&PathKey>, key: &str, value: Bson) {
        let key = self.free_key(parent, key);
        let path = self.new_path(parent, after, key);
        if !self.refuses(&path) && !self.insert_behind(path, after, value) {
            self.says = Some("it cannot be put there".to_owned());
        }
    }

    /// Where a new value stands: under its key, or in an array behind another item.
    pub(super) fn new_path(&self, parent: &[PathKey], after: Option<&PathKey>, key: String) -> FieldPath {
        let last = match (self.container(parent), after) {
            (Some(Bson::Array(items)), Some(PathKey::Item(item))) => PathKey::Item((*item + 1).min(items.len())),
            (Some(Bson::Array(_)), _) => PathKey::Item(0),
            _ => PathKey::Name(key),
        };
        parent.iter().cloned().chain([last]).collect()
    }

    /// A key that is not there: this one, or one made of it.
    fn free_key(&self, parent: &[PathKey], key: &str) -> String {
        let is_free = |key: &String| {
            let path: FieldPath = parent.iter().cloned().chain([PathKey::Name(key.clone())]).collect();
            place::value(&self.mine, &path).is_none()
        };
        let copies = (2..).map(|number| format!("{key}_copy{number}"));
        let mut keys = [key.to_owned(), format!("{key}_copy")].into_iter().chain(copies);
        keys.find(is_free).unwrap_or_default()
    }

    /// A new value behind a sibling, selected. `false`: it cannot be put there.
    pub(super) fn insert_behind(&mut self, path: FieldPath, after: Option<&PathKey>, value: Bson) -> bool {
        let parent = &path[..path.len().saturating_sub(1)];
        let at = match (after, self.container(parent)) {
            (Some(PathKey::Name(name)), None) => place::position(&self.mine, name).map(|at| at + 1),
            (Some(PathKey::Name(name)), Some(Bson::Document(fields))) => place::position(fields, name).map(|at| at + 1),
            (None, _) => Some(0),
            _ => None,
        };
        // What it was to stand behind may be gone.
        let at = at.unwrap_or(usize::MAX);
        let Some(place) = self.step(FormStep::Insert { path, at, value }) else {
            return false;
        };
        self.select(&place);
        true
    }

    /// The container at a path; `None`: the metadata itself.
    pub(super) fn container(&self, path: &[PathKey]) -> Option<&Bson> {
        place::value(&self.mine, path)
    }
}
