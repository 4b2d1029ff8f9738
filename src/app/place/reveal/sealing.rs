//! Edits as they are written: what is to be encrypted is sealed, and what was seen opened is guarded by what is stored of it.

use std::collections::BTreeMap;

use bson::{Bson, Document};

use super::{Reveal, is_sealed, put};
use crate::{
    repository::{Error, Result},
    session::{
        Guard, MetadataEdit, MetadataPath, SessionKey,
        edit::{self, EditRefusal},
        sealed::stands_in_array,
    },
};

impl Reveal {
    /// Whether edits are of what is kept encrypted: [`Self::sealed`] needs what is stored for them.
    #[must_use]
    pub fn concerns(&self, edits: &[MetadataEdit]) -> bool {
        edits.iter().any(|edit| self.touches(&edit.path) || was_sealed(edit))
    }

    /// Edits of metadata that were seen opened ([`Self::editable`]) or as stored, as they are written over `stored`. Edits within a
    /// field that is sealed as a whole become one of that field. Sealed values pass as they are.
    ///
    /// # Errors
    /// [`Error::Conflict`] where something else is stored than was seen, and [`Error::Invalid`] where a value would be written in
    /// clear that is not to be: the key is not here, or the settings do not name its field.
    pub fn sealed(
        &self,
        session: &SessionKey,
        edits: Vec<MetadataEdit>,
        stored: &Document,
    ) -> Result<Vec<MetadataEdit>> {
        if !self.concerns(&edits) {
            return Ok(edits);
        }
        let editable = self.editable(session, stored);
        let mut sealed = Vec::with_capacity(edits.len());
        for edit in self.of_whole_fields(session, edits, stored, &editable)? {
            sealed.push(self.as_stored(session, edit, stored, &editable)?);
        }
        let kept = self.unopened_as_stored(session, &sealed, stored);
        self.seal(session, &mut sealed)?;
        for (at, field, now) in kept {
            let edit = &mut sealed[at];
            match (&field.keys()[edit.path.keys().len()..], &mut edit.value) {
                ([], value) => *value = Some(now.clone()),
                (rest, Some(Bson::Document(object))) => put(object, rest, Some(now.clone())),
                _ => {}
            }
        }
        Ok(sealed)
    }

    /// Which edit gives which field back as it is stored, sealed with a key that is not here: the cipher takes that for a text, and
    /// would seal it once more.
    fn unopened_as_stored<'a>(
        &'a self,
        session: &SessionKey,
        edits: &[MetadataEdit],
        stored: &'a Document,
    ) -> Vec<(usize, &'a MetadataPath, &'a Bson)> {
        let mut kept = Vec::new();
        for (at, edit) in edits.iter().enumerate() {
            let Some(value) = &edit.value else { continue };
            for field in self.fields().iter().filter(|field| field.is_within(&edit.path)) {
                if let Some(now) = field.value(stored).filter(|now| is_sealed(now))
                    && within(value, &edit.path, field) == Some(now)
                    && self.open(session, field, now).is_none()
                {
                    kept.push((at, field, now));
                }
            }
        }
        kept
    }

    /// The same edits, those within an encrypted field put together as one of the whole field.
    fn of_whole_fields(
        &self,
        session: &SessionKey,
        edits: Vec<MetadataEdit>,
        stored: &Document,
        editable: &Document,
    ) -> Result<Vec<MetadataEdit>> {
        let mut whole = Vec::with_capacity(edits.len());
        let mut within: BTreeMap<&MetadataPath, Vec<MetadataEdit>> = BTreeMap::new();
        for edit in edits {
            let is_around = |field: &&MetadataPath| **field != edit.path && edit.path.is_within(field);
            match self.fields().iter().find(is_around) {
                Some(field) => within.entry(field).or_default().push(edit),
                None => whole.push(edit),
            }
        }
        for (field, edits) in within {
            let now = field.value(stored);
            if field.value(editable).is_some_and(is_sealed) {
                let why = self.missing().unwrap_or("it was sealed with another key, or is damaged");
                return Err(refused(session, field, &format!("it is encrypted and cannot be opened here: {why}")));
            }
            let mut after = editable.clone();
            edit::apply(&mut after, &edits).map_err(|refusal| match refusal {
                EditRefusal::Conflict(_) => Error::conflict(session.text(), field.field(), now.cloned()),
                EditRefusal::NoObject(_) => refused(session, field, "it holds no object that this would go into"),
            })?;
            whole.push(MetadataEdit::new(field, field.value(&after).cloned()).only_if(now.cloned()));
        }
        Ok(whole)
    }

    /// An edit whose guard is what is stored where it was that opened, and whose value is so where it stays the same.
    fn as_stored(
        &self,
        session: &SessionKey,
        mut edit: MetadataEdit,
        stored: &Document,
        editable: &Document,
    ) -> Result<MetadataEdit> {
        let (now, opened) = (edit.path.value(stored), edit.path.value(editable));
        let is_seen = match &edit.guard {
            Guard::Stored(Some(seen)) if !edit::same(Some(seen), now) => Some(edit::same(Some(seen), opened)),
            _ => None,
        };
        match is_seen {
            // It is not written down as it was seen, in clear.
            Some(false) => return Err(Error::conflict(session.text(), edit.path.field(), now.cloned())),
            Some(true) => edit = edit.only_if(now.cloned()),
            None => {}
        }
        let Some(value) = edit.value.take() else { return Ok(edit) };
        let mut sealed = Vec::new();
        if let Some(now) = now {
            sealed_in(now, edit.path.clone(), &mut sealed);
        }
        for field in &sealed {
            let is_clear = within(&value, &edit.path, field).is_some_and(|value| !is_sealed(value));
            if is_clear && !self.is_chosen(field) {
                let why = "it is stored encrypted, and would be stored in clear";
                return Err(refused(session, field, why).with_hint(
                    "name it in `fields` of [encryption] in the settings, or remove the field before it is set anew",
                ));
            }
        }
        edit.value = Some(match now {
            Some(now) if edit::same(Some(&value), opened) => now.clone(),
            _ => self.kept_sealed(value, &edit.path, stored, editable),
        });
        Ok(edit)
    }

    /// A value with those in it as they are stored that stay the same.
    fn kept_sealed(&self, mut value: Bson, path: &MetadataPath, stored: &Document, editable: &Document) -> Bson {
        for field in self.fields().iter().filter(|field| *field != path && field.is_within(path)) {
            let is_same = edit::same(within(&value, path, field), field.value(editable));
            if let (true, Some(now), Bson::Document(object)) = (is_same, field.value(stored), &mut value) {
                put(object, &field.keys()[path.keys().len()..], Some(now.clone()));
            }
        }
        value
    }

    fn seal(&self, session: &SessionKey, edits: &mut [MetadataEdit]) -> Result<()> {
        let is_clear = |edit: &MetadataEdit, field: &MetadataPath| {
            let Some(value) = edit.value.as_ref().filter(|_| field.is_within(&edit.path)) else { return false };
            stands_in_array(value, &field.keys()[edit.path.keys().len()..])
                || within(value, &edit.path, field).is_some_and(|value| !is_sealed(value))
        };
        let clear = self.fields().iter().find(|field| edits.iter().any(|edit| is_clear(edit, field)));
        match (self.cipher(), clear) {
            (Some(cipher), clear) => cipher.seal_edits(session, edits).map_err(|error| {
                let field = clear.or_else(|| edits.first().map(|edit| &edit.path));
                let field = field.cloned().unwrap_or_else(|| MetadataPath::from(""));
                refused(session, &field, &error.to_string())
            }),
            (None, Some(field)) => {
                let why = self.missing().unwrap_or_default();
                Err(refused(session, field, &format!("it is kept encrypted, and the key for that is not here: {why}")))
            }
            (None, None) => Ok(()),
        }
    }
}

fn refused(session: &SessionKey, field: &MetadataPath, why: &str) -> Error {
    Error::invalid(session.text(), field.field(), why)
}

/// Whether an edit is of a value that was seen sealed.
fn was_sealed(edit: &MetadataEdit) -> bool {
    matches!(&edit.guard, Guard::Stored(Some(seen)) if super::holds_sealed(seen))
}

/// What stands at `field` in the value of `path`, which holds it or is it.
fn within<'a>(value: &'a Bson, path: &MetadataPath, field: &MetadataPath) -> Option<&'a Bson> {
    let rest = field.keys().get(path.keys().len()..)?;
    rest.iter().try_fold(value, |at, key| at.as_document()?.get(key))
}

/// Where sealed values stand in a value.
fn sealed_in(value: &Bson, path: MetadataPath, out: &mut Vec<MetadataPath>) {
    match value {
        Bson::Document(fields) => fields.iter().for_each(|(key, value)| sealed_in(value, path.child(key), out)),
        value if is_sealed(value) => out.push(path),
        _ => {}
    }
}
