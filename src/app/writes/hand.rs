//! Carrying out what a person changes.

use std::{path::PathBuf, sync::Arc};

use super::{Journal, Write};
use crate::{
    app::{
        copy::PrivateCopy,
        place::{Place, Store, WriteRules},
    },
    hook::Hooks,
    manager::SessionManager,
    repository::{Error, Result, SessionReader},
    session::{Change, MetadataEdit, SessionKey, decode, encode},
};

/// The place that is written to, for the journal, for reports and for its rules.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WritePlace {
    /// What a person calls it: a profile's name, a host's or a folder's. Holds no password.
    pub name: String,
    /// What it is, whatever it is called: hosts, database and collection, or the folder. Holds no password.
    pub identity: String,
    /// What it asks of a person who writes there.
    pub rules: WriteRules,
}

impl WritePlace {
    /// The place, with what is open there.
    #[must_use]
    pub fn of(place: &Place, reader: &dyn SessionReader) -> Self {
        Self { name: place.name.clone(), identity: reader.identity(), rules: place.rules.clone() }
    }

    /// Refuses edits of what the place protects, also where they come from a change that is taken back.
    ///
    /// # Errors
    /// [`Error::Invalid`], which names the place and the field.
    pub fn allows(&self, session: &SessionKey, edits: &[MetadataEdit]) -> Result<()> {
        let Some((path, protected)) = self.rules.refuses(edits) else { return Ok(()) };
        let reason = format!("{} protects {protected} from edits by hand", self.name);
        let hint = "`protected` in the profile's settings names what nobody edits by hand there";
        Err(Error::invalid(session.text(), path.field(), reason).with_hint(hint))
    }
}

/// What a write came to.
#[derive(Debug, Clone, Default)]
pub struct HandOutcome {
    /// What changed, for what is shown of it.
    pub changes: Vec<Change>,
    /// The private copy that a deletion left.
    pub copy: Option<PathBuf>,
    /// What was undone or redone, in a sentence, of those. Safe text.
    pub says: Option<String>,
    /// What else has to be known, a sentence each: the journal could not be written.
    pub notes: Vec<String>,
}

/// Carries out what a person changes at one place.
#[derive(Clone)]
pub struct HandWriter {
    /// Which.
    pub place: WritePlace,
    /// What is open there.
    pub store: Store,
    /// Around every change.
    pub hooks: Hooks,
    /// Where a deletion keeps a private copy; without it nothing is deleted.
    pub copies: Option<PathBuf>,
    /// Where every change is written down.
    pub journal: Journal,
}

impl HandWriter {
    /// Carries it out.
    ///
    /// # Errors
    /// As the methods of [`SessionManager`]; where the place protects what would be changed; and where there would be no way back,
    /// since the journal cannot be written.
    pub async fn carry_out(&self, write: Write) -> Result<HandOutcome> {
        let repository = self.store.repository()?;
        let manager = |key| SessionManager::builder(Arc::clone(&repository), key).hooks(self.hooks.clone()).build();
        let changes = match write {
            Write::Metadata(key, edits) => {
                self.place.allows(&key, &edits)?;
                manager(key.clone()).edit_metadata(edits.clone()).await?;
                vec![Change::edited(key, &edits)]
            }
            Write::Feedback(key, feedback) => {
                let stored = decode::feedback(&encode::feedback(&feedback).into());
                manager(key.clone()).add_feedback(feedback).await?;
                vec![Change::feedback(key, stored)]
            }
            Write::ChangeFeedback(..) | Write::Undo(_) | Write::Redo(_) => {
                return Err(Error::other("writing", "it is not built"));
            }
            Write::Delete(key) => {
                let mut copy = PrivateCopy::new(&key, self.copies.clone());
                manager(key.clone()).delete_session_kept(&mut copy).await?;
                let copy = copy.paths().last().cloned();
                return Ok(HandOutcome { changes: vec![Change::deleted(key)], copy, ..HandOutcome::default() });
            }
        };
        Ok(HandOutcome { changes, ..HandOutcome::default() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_place_protects_is_refused_with_its_name() {
        let rules = WriteRules { protected: vec!["billing.plan".to_owned()], ..WriteRules::default() };
        let place = WritePlace { name: "prod-eu".to_owned(), rules, ..WritePlace::default() };
        let edits = [MetadataEdit::set("priority", "high"), MetadataEdit::unset("billing")];
        let refused = place.allows(&"s-1".into(), &edits).unwrap_err();
        assert_eq!(
            refused.to_string(),
            "metadata.billing of session \"s-1\" cannot be written: prod-eu protects billing.plan from edits by hand; \
             nothing was written"
        );
        assert!(place.allows(&"s-1".into(), &edits[..1]).is_ok());
    }
}
