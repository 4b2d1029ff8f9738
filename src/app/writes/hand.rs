//! Carrying out what a person changes.

mod back;
mod choice;
mod deeds;
mod deletion;
mod noted;
mod said;
mod turn;

pub use back::Turned;
pub use deeds::{fields as field_deeds, guarded as guarded_edits, sealed as sealed_deeds};
pub use deletion::{DeletionTerms, HandDeletion};
pub use said::{in_the_way, value_start};
pub use turn::{Turn, TurnProgress};

use std::path::PathBuf;

use bson::Bson;
use tokio::sync::mpsc;

use super::{Journal, Write, journal::Deed};
use crate::{
    app::{
        copy,
        place::{Place, Store, WriteRules},
    },
    hook::Hooks,
    manager::SessionManager,
    repository::{Error, Filter, Projection, Result, SessionReader},
    session::{
        Change, MetadataEdit, SessionKey, decode, edit, encode,
        record::{FeedbackChange, NewFeedback},
    },
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

impl HandOutcome {
    /// What a write comes to that did just what it says: a metadata edit, a feedback, a deletion.
    #[must_use]
    pub fn of(write: &Write) -> Self {
        let change = match write {
            Write::Metadata(key, edits) => Change::edited(key.clone(), edits),
            Write::Feedback(key, feedback) => {
                Change::feedback(key.clone(), decode::feedback(&encode::feedback(feedback).into()))
            }
            Write::Delete(key) => Change::deleted(key.clone()),
            Write::ChangeFeedback(..) | Write::Undo(_) | Write::Redo(_) => return Self::default(),
        };
        Self { changes: vec![change], ..Self::default() }
    }
}

impl HandWriter {
    /// Carries it out.
    ///
    /// # Errors
    /// As the methods of [`SessionManager`]; where the place protects what would be changed; and where there would be no way back,
    /// since the journal cannot be written.
    pub async fn carry_out(&self, write: Write) -> Result<HandOutcome> {
        self.carry_out_told(write, &mpsc::channel(1).0).await
    }

    /// The same, and tells how far it is with what is taken back or made again.
    ///
    /// # Errors
    /// The same.
    pub async fn carry_out_told(&self, write: Write, progress: &mpsc::Sender<TurnProgress>) -> Result<HandOutcome> {
        match write {
            Write::Metadata(key, edits) => self.edit(key, edits).await,
            Write::Feedback(key, feedback) => self.give(key, feedback).await,
            Write::ChangeFeedback(key, change) => self.change(key, change).await,
            Write::Delete(key) => self.delete(&key, DeletionTerms::default()).await.outcome(key),
            Write::Undo(scope) => self.turn(&scope, Turn::Back, progress).await?.told(&self.journal),
            Write::Redo(scope) => self.turn(&scope, Turn::Again, progress).await?.told(&self.journal),
        }
    }

    /// What writes to a session, through the hooks.
    pub(super) fn manager(&self, key: &SessionKey) -> Result<SessionManager> {
        Ok(SessionManager::builder(self.store.repository()?, key).hooks(self.hooks.clone()).build())
    }

    async fn edit(&self, key: SessionKey, edits: Vec<MetadataEdit>) -> Result<HandOutcome> {
        self.place.allows(&key, &edits)?;
        // Of what no store would take nothing is written down.
        edit::check_keys(&edits).map_err(|(edit, why)| Error::invalid(key.text(), edit.path.field(), why))?;
        let manager = self.manager(&key)?;
        let reveal = &self.place.rules.reveal;
        // What a save of values needs is in its guards: nothing is read for it.
        let needs_stored = deeds::need_stored(&edits) || reveal.concerns(&edits);
        let stored = if needs_stored { Some(manager.repository().metadata(&key).await?) } else { None };
        // Before anything else sees them: what is to be encrypted is in no journal and in no hook in clear.
        let edits = match &stored {
            Some(stored) => reveal.sealed(&key, edits, stored)?,
            None => edits,
        };
        let edits = deeds::guarded(edits, stored.as_ref());
        let fields = deeds::fields(&edits, stored.as_ref());
        let deed = Deed::Metadata(deeds::sealed(fields, &key, reveal));
        let begun = self.begin(&key, deed).await?;
        let done = manager.edit_metadata(edits.clone()).await;
        let notes = self.settle(begun, done.as_ref().err()).await;
        done.map(|()| HandOutcome { changes: vec![Change::edited(key, &edits)], notes, ..HandOutcome::default() })
    }

    async fn give(&self, key: SessionKey, feedback: NewFeedback) -> Result<HandOutcome> {
        let manager = self.manager(&key)?;
        let stored: Bson = encode::feedback(&feedback).into();
        let shown = decode::feedback(&stored);
        let begun = self.begin(&key, Deed::Feedback { before: None, after: Some(stored) }).await?;
        let done = manager.add_feedback(feedback).await;
        let notes = self.settle(begun, done.as_ref().err()).await;
        done.map(|()| HandOutcome { changes: vec![Change::feedback(key, shown)], notes, ..HandOutcome::default() })
    }

    async fn change(&self, key: SessionKey, change: FeedbackChange) -> Result<HandOutcome> {
        let manager = self.manager(&key)?;
        let after = change.new.clone().map(Into::into);
        let begun = self.begin(&key, Deed::Feedback { before: Some(change.stored.clone()), after }).await?;
        let done = manager.change_feedback(change.clone()).await;
        let notes = self.settle(begun, done.as_ref().err()).await;
        done.map(|index| {
            let changes = vec![Change::feedback_changed(key, index, &change)];
            HandOutcome { changes, notes, ..HandOutcome::default() }
        })
    }

    /// Puts a session back from the copy that a deletion left, which is taken back with that.
    ///
    /// # Errors
    /// Where the copy cannot be read, and as [`SessionWriter::restore`](crate::SessionWriter::restore).
    pub async fn restore(&self, file: PathBuf) -> Result<HandOutcome> {
        let change = self.put_back(file).await?;
        let notes = self.settle_restored(&change.session).await;
        Ok(HandOutcome { changes: vec![change], notes, ..HandOutcome::default() })
    }

    /// The same, without a word in the journal.
    async fn put_back(&self, file: PathBuf) -> Result<Change> {
        let read = tokio::task::spawn_blocking(move || copy::read(&file)).await;
        let copy = read.map_err(|join| Error::other("reading the copy", join.to_string()))??;
        let key = copy.session().ok_or_else(|| Error::other("reading the copy", "it names no session"))?;
        let manager = self.manager(&key)?;
        manager.restore_session(copy).await?;
        let keys = [key];
        let rows = manager.repository().rows(&keys, &Filter::default(), &Projection::Nothing).await;
        let [key] = keys;
        // It is back, whether or not that can be read at once.
        let row = rows.ok().and_then(|mut rows| rows.pop());
        Ok(row.map_or_else(|| Change::unclear(key, None), Change::created))
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
