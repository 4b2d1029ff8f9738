//! Fields that are kept encrypted: here they are opened and edited in clear, and sealed once they are saved.

use bson::Document;

use super::{MetadataForm, acts::name_of, marks::field_of, place};
use crate::{
    app::{
        place::{holds_sealed, is_sealed, sealed_words},
        tui::state::tree::PathKey,
    },
    session::MetadataPath,
};

/// Why it is not given to another editor.
pub const STAYS_HERE: &str =
    "it is kept encrypted, and the file of another editor would hold it in clear: edit it here";

impl MetadataForm {
    /// As [`Self::theirs`], of the metadata as they are stored.
    pub fn told_stored(&mut self, stored: &Document) {
        let opened = self.rules.reveal.editable(&self.session.key, stored);
        self.theirs(&opened);
    }

    /// Why a value that cannot be opened here is not edited; asked for once more where it can be replaced, it is: `None`.
    pub(super) fn refuses_sealed(&mut self, path: &[PathKey]) -> Option<String> {
        let words = place::value(&self.mine, path).and_then(sealed_words)?;
        let name = name_of(path);
        let reveal = &self.rules.reveal;
        if let Some(why) = reveal.missing() {
            return Some(format!("{name} is {words}, and no key is here: {why}; it can only be removed"));
        }
        if !field_of(path).is_some_and(|field| reveal.is_chosen(&field)) {
            return Some(format!(
                "{name} is {words}, and `fields` of [encryption] in the settings does not name it; it can only be removed"
            ));
        }
        if self.replacing.as_deref() == Some(path) {
            return None;
        }
        self.replacing = Some(path.to_vec());
        Some(format!("{name} is {words} and cannot be opened: edit it again to type another value in its place"))
    }

    /// Why a value is not written out as text to be edited, nor made another type, where it cannot be opened or holds what cannot be.
    pub(super) fn holds_what_is_sealed(&self, path: &[PathKey]) -> Option<String> {
        let value = place::value(&self.mine, path)?;
        if let Some(words) = sealed_words(value) {
            return Some(format!("{} is {words}: it is not edited as text", name_of(path)));
        }
        holds_sealed(value).then(|| format!("{} holds what is encrypted and cannot be opened here", name_of(path)))
    }

    /// Why a field keeps its name and its type, and is not there twice: it is kept encrypted, or something in it is, which holds for
    /// its name.
    pub(super) fn is_bound_to_its_name(&self, path: &[PathKey]) -> Option<String> {
        let field = field_of(path)?;
        let is_private = self.is_private(&field) || place::value(&self.mine, path).is_some_and(holds_sealed);
        let reveal = &self.rules.reveal;
        (is_private && !reveal.is_within_chosen(&field)).then(|| {
            let says = "is kept encrypted, or holds what is, which opens under its name alone: it is neither renamed nor doubled";
            format!("{} {says}", name_of(path))
        })
    }

    /// Why a value is not made another type: something in it is kept encrypted, which would be written out.
    pub(super) fn keeps_its_type(&self, path: &[PathKey]) -> Option<String> {
        let field = field_of(path)?;
        let holds = self.rules.reveal.is_around(&field) && place::value(&self.mine, path)?.as_document().is_some();
        holds.then(|| format!("{} holds what is kept encrypted: it stays an object", name_of(path)))
    }

    /// Whether what is typed here, in its row or in the larger editor, is kept encrypted: no file for another editor may hold it.
    #[must_use]
    pub fn types_what_is_private(&self) -> bool {
        let in_row = self.draft(None).open.is_some_and(|open| open.is_private(&self.rules.reveal));
        let in_large = self.large.as_deref().and_then(field_of).is_some_and(|field| self.is_private(&field));
        in_row || in_large
    }

    /// Whether the selected value may be given to another editor in a file.
    #[must_use]
    pub fn goes_outside(&self) -> bool {
        !field_of(&self.path(self.selected())).is_some_and(|field| self.is_private(&field))
    }

    /// Whether what stands there is kept encrypted, or something in it.
    pub(super) fn is_private(&self, field: &MetadataPath) -> bool {
        self.rules.reveal.touches(field)
    }

    /// Whether a value at that place is stored encrypted.
    #[must_use]
    pub fn is_encrypted(&self, path: &[PathKey]) -> bool {
        let is_sealed = place::value(&self.mine, path).is_some_and(is_sealed);
        let reveal = &self.rules.reveal;
        let is_chosen = |field: &MetadataPath| reveal.is_chosen(field) || reveal.is_within_chosen(field);
        is_sealed || field_of(path).as_ref().is_some_and(is_chosen)
    }
}

#[cfg(test)]
mod tests;
