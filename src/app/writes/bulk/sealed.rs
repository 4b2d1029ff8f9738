//! A change of metadata some of which is kept encrypted: it is made of what that opens to, and sealed.

use bson::Document;

use super::BulkChange;
use crate::{
    app::place::{Reveal, holds_sealed},
    session::{
        MetadataEdit, MetadataPath, SessionKey,
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
        let edits = match self.edits(&editable, dates)? {
            Ok(edits) => edits,
            Err(why) => return Some(Err(why)),
        };
        Some(reveal.sealed(session, edits, metadata).map_err(|error| error.to_string()))
    }

    /// What is changed in a few words, as its `Display`, without values that are to be encrypted.
    #[must_use]
    pub fn words_on_disk(&self, reveal: &Reveal) -> String {
        let Self::Set { fields, kind } = self else { return self.to_string() };
        let fields = fields.iter().map(|(typed, value)| {
            let path = MetadataPath::new(typed.split('.').map(str::to_owned).collect());
            let is_private = path.is_some_and(|path| reveal.touches(&path));
            let value = if is_private { AssignedValue::Text("encrypted".to_owned()) } else { value.clone() };
            (typed.clone(), value)
        });
        Self::Set { fields: fields.collect(), kind: *kind }.to_string()
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
