//! A change of metadata some of which is kept encrypted: it is made of what that opens to, and sealed.

use bson::Document;

use super::BulkChange;
use crate::{
    app::place::{Reveal, holds_sealed},
    session::{
        MetadataEdit, SessionKey,
        edit::{self, AssignedValue, DateContext},
    },
};

impl BulkChange {
    /// As [`Self::edits`], of the metadata of a session as they are stored.
    ///
    /// # Errors
    /// Why it does not fit.
    pub fn sealed_edits(
        &self,
        session: &SessionKey,
        metadata: &Document,
        dates: &DateContext,
        reveal: &Reveal,
    ) -> Option<Result<Vec<MetadataEdit>, String>> {
        if let Self::Rename { from, .. } | Self::Retype { field: from, .. } = self
            && let Err(why) = self.fits_sealed(session, from, metadata, reveal)
        {
            return Some(Err(why));
        }
        let editable = reveal.editable(session, metadata);
        if let Some(why) = self.is_typed_unopened(&editable, reveal) {
            return Some(Err(why));
        }
        let edits = match self.edits(&editable, dates)? {
            Ok(edits) => edits,
            Err(why) => return Some(Err(self.without_values(&editable, reveal).unwrap_or(why))),
        };
        Some(reveal.sealed(session, edits, metadata).map_err(|error| error.to_string()))
    }

    /// What is changed in a few words, as its `Display`, without values that are to be encrypted.
    #[must_use]
    pub fn words_on_disk(&self, reveal: &Reveal) -> String {
        let Self::Set { fields, kind } = self else { return self.to_string() };
        let fields = fields.iter().map(|(typed, value)| {
            let value =
                if reveal.touches_typed(typed) { AssignedValue::Text("encrypted".to_owned()) } else { value.clone() };
            (typed.clone(), value)
        });
        Self::Set { fields: fields.collect(), kind: *kind }.to_string()
    }

    /// Why a text that is set has no type where what is stored is encrypted and cannot be opened.
    fn is_typed_unopened(&self, editable: &Document, reveal: &Reveal) -> Option<String> {
        let Self::Set { fields, kind } = self else { return None };
        fields.iter().find_map(|(key, value)| {
            let as_text = matches!(value, AssignedValue::Text(_)) && kind.is_none();
            Some(format!("{key:?}: {}", reveal.unopened(key, as_text, editable)?))
        })
    }

    /// Why a change of what is kept encrypted does not fit, without what is stored and what was typed: the report holds it. `None`: it
    /// changes nothing of that.
    fn without_values(&self, editable: &Document, reveal: &Reveal) -> Option<String> {
        let typed: Vec<&str> = match self {
            Self::Set { fields, .. } => fields.iter().map(|(key, _)| key.as_str()).collect(),
            Self::Retype { field, .. } => vec![field.as_str()],
            _ => return None,
        };
        let private = typed.iter().find(|key| reveal.touches_typed(key))?;
        let refusal = typed.iter().find_map(|key| edit::resolve(key, editable).err());
        Some(refusal.map_or_else(
            || format!("{private:?} is kept encrypted, and its value does not fit the type"),
            |refusal| refusal.to_string(),
        ))
    }

    /// Whether a field that may be encrypted can be renamed, or given another type.
    ///
    /// # Errors
    /// Why it cannot.
    fn fits_sealed(
        &self,
        session: &SessionKey,
        typed: &str,
        metadata: &Document,
        reveal: &Reveal,
    ) -> Result<(), String> {
        let Ok(path) = edit::resolve(typed, metadata) else { return Ok(()) };
        let Some(stored) = path.value(metadata) else { return Ok(()) };
        let renames = matches!(self, Self::Rename { .. });
        if renames && (reveal.touches(&path) || holds_sealed(stored)) {
            return Err(format!(
                "{path} is kept encrypted, or holds what is, which opens under its name alone: it is not renamed"
            ));
        }
        if holds_sealed(stored) && reveal.open(session, &path, stored).is_none() {
            return Err(format!("{path} is encrypted, or holds what is, and is not made another type here"));
        }
        Ok(())
    }
}
