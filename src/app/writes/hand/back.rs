//! Undo and redo: guarded by what the change left, and nothing is done where another one stands in the way.

use std::collections::HashSet;

use bson::{Bson, Document};
use futures_util::{StreamExt, stream};
use jiff::Timestamp;
use tokio::sync::mpsc;
use uuid::Uuid;

use super::{HandOutcome, HandWriter, Turn, TurnProgress, choice::PassedOver, deeds, said};
use crate::{
    app::writes::{
        Journal, UndoScope,
        journal::{Deed, DeedState, FieldDeed, JournalEntry, JournalRead},
    },
    repository::{Error, ErrorKind, Result},
    session::{
        AgentId, Change, SessionKey, decode,
        record::{FeedbackChange, NewFeedback},
    },
};

/// How many sessions of a group are written at once.
const AT_ONCE: usize = 8;

/// How many of a group are settled in one step.
const BATCH: usize = 128;

/// What an undo or redo came to.
#[derive(Debug)]
pub struct Turned {
    /// What was done; nothing where there is no such change, which it says, and where it failed. With what has to be known of the
    /// journal in any case.
    pub outcome: HandOutcome,
    /// Why it was not, or the rest of a group.
    pub unfinished: Option<Error>,
    /// Whether damage of the journal is among the notes, which is told once.
    damage_told: bool,
}

impl Turned {
    /// For the screen.
    pub(super) fn told(self, journal: &Journal) -> Result<HandOutcome> {
        let Self { mut outcome, unfinished, damage_told } = self;
        match unfinished {
            Some(error) if outcome.changes.is_empty() => {
                // The screen shows the error alone: the rest is said with what goes well next.
                outcome.notes.iter().for_each(|note| tracing::warn!("{note}"));
                if damage_told {
                    journal.tell_again();
                }
                Err(error)
            }
            unfinished => {
                outcome.notes.extend(unfinished.map(|error| error.to_string()));
                Ok(outcome)
            }
        }
    }
}

impl HandWriter {
    /// Takes back the newest change that was made here and not taken back, or makes the one again that was taken back last. At the
    /// place what belongs together is turned as one, such as a bulk edit.
    ///
    /// Where another change stands in the way nothing is done, and [`Turned::unfinished`] is a [conflict](ErrorKind::Conflict). Of
    /// several sessions those that are not there any more are passed over. `progress` is told how far that is, as far as it is read.
    ///
    /// # Errors
    /// Where the store is not to be written to, and the journal cannot be read.
    pub async fn turn(&self, scope: &UndoScope, turn: Turn, progress: &mpsc::Sender<TurnProgress>) -> Result<Turned> {
        self.store.repository()?;
        let read = self.journal.read().await.map_err(|error| self.unread(&error))?;
        let mut notes = self.journal.notes(&read);
        let damage_told = !notes.is_empty();
        let turned = self.turn_chosen(&read, scope, turn, progress, &mut notes).await;
        let (mut outcome, unfinished) = turned.unwrap_or_else(|error| (HandOutcome::default(), Some(error)));
        outcome.notes = notes;
        Ok(Turned { outcome, unfinished, damage_told })
    }

    async fn turn_chosen(
        &self,
        read: &JournalRead,
        scope: &UndoScope,
        turn: Turn,
        progress: &mpsc::Sender<TurnProgress>,
        notes: &mut Vec<String>,
    ) -> Result<(HandOutcome, Option<Error>)> {
        let mut passed = PassedOver::default();
        let chosen = match turn {
            Turn::Back => self.newest_done(read, scope, &mut passed, notes).await,
            Turn::Again => self.last_undone(read, scope, notes).await,
        };
        notes.extend(said::lost(&passed.lost));
        let (mut chosen, mut gone) = (chosen?, passed.gone);
        if chosen.len() > 1 {
            chosen = self.refuse_others(&chosen, turn, progress, &mut gone).await?;
        }
        if chosen.is_empty() {
            let says = Some(said::nothing(scope, turn, &self.place.name) + &said::gone(gone.len()));
            return Ok((HandOutcome { says, ..HandOutcome::default() }, None));
        }
        // Where this fails what is stored still tells, unless the disk forgets.
        let begun = chosen.iter().map(|entry| (entry.id, turn.underway())).collect();
        if let Err(error) = self.journal.turn(begun).await {
            tracing::warn!(%error, "that a change is taken back could not be written to the journal");
        }
        let (changes, failed) = self.turn_all(&chosen, turn, progress).await;
        match failed {
            Some(error) if changes.is_empty() => Err(error),
            unfinished => {
                let says = said::turned(&chosen, changes.len(), turn, &self.place.name);
                let says = Some(says + &said::gone(gone.len()));
                Ok((HandOutcome { changes, says, ..HandOutcome::default() }, unfinished))
            }
        }
    }

    /// Refuses a group of which something else is stored by now. Gives those of it whose sessions are still there.
    async fn refuse_others<'a>(
        &self,
        chosen: &[&'a JournalEntry],
        turn: Turn,
        progress: &mpsc::Sender<TurnProgress>,
        gone: &mut HashSet<SessionKey>,
    ) -> Result<Vec<&'a JournalEntry>> {
        let (needed, wanted) = turn.sides();
        let mut there = Vec::with_capacity(chosen.len());
        for batch in chosen.chunks(BATCH) {
            tell(progress, 0, chosen.len());
            for (entry, side) in batch.iter().copied().zip(self.stored_sides(batch).await) {
                let side = match side {
                    Err(Error::NotFound { .. }) => {
                        gone.insert(entry.session.clone());
                        continue;
                    }
                    side => side?,
                };
                if side != needed && !(side == wanted && tells_what_is_wanted(entry)) {
                    return Err(self.in_the_way(entry, turn).await);
                }
                there.push(entry);
            }
        }
        Ok(there)
    }

    /// What stands in the way of a change.
    async fn in_the_way(&self, entry: &JournalEntry, turn: Turn) -> Error {
        let id = entry.session.text();
        match &entry.deed {
            Deed::Metadata(fields) => {
                let stored = self.store.reader().metadata(&entry.session).await.unwrap_or_default();
                let is_other = |field: &&FieldDeed| {
                    let expected = if turn == Turn::Back { &field.after } else { &field.before };
                    !crate::session::edit::same(field.path.value(&stored), expected.as_ref())
                };
                let field = fields.iter().find(is_other).or(fields.first());
                let name = field.map_or_else(|| "the metadata".to_owned(), |field| field.path.field());
                Error::conflict(id, name, field.and_then(|field| field.path.value(&stored).cloned()))
            }
            Deed::Feedback { .. } => Error::conflict(id, "the feedback", None),
            Deed::Deletion { .. } => Error::exists("session", id, self.store.reader().location()),
        }
    }

    /// Turns each, and writes down what became of it. What failed first ends it.
    async fn turn_all(
        &self,
        chosen: &[&JournalEntry],
        turn: Turn,
        progress: &mpsc::Sender<TurnProgress>,
    ) -> (Vec<Change>, Option<Error>) {
        let (good, bad) = turn.ends();
        let mut changes = Vec::new();
        let mut failed = None;
        for batch in chosen.chunks(BATCH) {
            if failed.is_some() {
                self.settle_all(batch.iter().map(|entry| (entry.id, bad)).collect()).await;
                continue;
            }
            let turning: Vec<_> = batch.iter().map(|entry| self.turn_or_know(entry, turn)).collect();
            let turned: Vec<Result<Change>> = stream::iter(turning).buffered(AT_ONCE).collect().await;
            let mut settled: Vec<(Uuid, DeedState)> = Vec::with_capacity(batch.len());
            for (entry, turned) in batch.iter().zip(turned) {
                match turned {
                    Ok(change) => {
                        settled.push((entry.id, good));
                        changes.push(change);
                    }
                    Err(error) => {
                        // Of what nobody knows, what is stored tells.
                        if error.kind() != ErrorKind::Unconfirmed {
                            settled.push((entry.id, bad));
                        }
                        failed = failed.or(Some(error));
                    }
                }
            }
            self.settle_all(settled).await;
            tell(progress, changes.len(), chosen.len());
        }
        (changes, failed)
    }

    /// Turns one. One that is as wanted already, such as after a kill, is done.
    async fn turn_or_know(&self, entry: &JournalEntry, turn: Turn) -> Result<Change> {
        let (_, wanted) = turn.sides();
        match self.turn_one(entry, turn).await {
            Err(error) if error.kind() == ErrorKind::Conflict && tells_what_is_wanted(entry) => {
                match self.stored_side(entry).await {
                    Ok(side) if side == wanted => Ok(Change::unclear(entry.session.clone(), None)),
                    _ => Err(error),
                }
            }
            turned => turned,
        }
    }

    async fn turn_one(&self, entry: &JournalEntry, turn: Turn) -> Result<Change> {
        let key = &entry.session;
        match (&entry.deed, turn) {
            (Deed::Metadata(fields), Turn::Back) => self.turn_fields(key, fields).await,
            (Deed::Metadata(fields), Turn::Again) => {
                let fields: Vec<FieldDeed> = fields.iter().map(FieldDeed::reversed).collect();
                self.turn_fields(key, &fields).await
            }
            (Deed::Feedback { before, after }, Turn::Back) => {
                self.turn_feedback(key, after.as_ref(), before.as_ref()).await
            }
            (Deed::Feedback { before, after }, Turn::Again) => {
                self.turn_feedback(key, before.as_ref(), after.as_ref()).await
            }
            (Deed::Deletion { copy }, Turn::Back) => self.put_back(copy.clone()).await,
            (Deed::Deletion { .. }, Turn::Again) => {
                Err(Error::other("making a deletion again", "it asks for the id: delete the session anew"))
            }
        }
    }

    /// Brings fields from what they are after to what they were before.
    async fn turn_fields(&self, key: &SessionKey, fields: &[FieldDeed]) -> Result<Change> {
        let manager = self.manager(key)?;
        let reveal = &self.place.rules.reveal;
        let is_concerned = fields.iter().any(|field| reveal.touches(&field.path));
        let needs_stored = is_concerned || deeds::go_to_the_end(fields);
        let stored = if needs_stored { manager.repository().metadata(key).await? } else { Document::new() };
        let mut edits = deeds::back(fields, &stored);
        self.place.allows(key, &edits)?;
        if is_concerned {
            // What was stored in clear before it was to be encrypted does not come back so.
            edits = reveal.sealed(key, edits, &stored)?;
        }
        manager.edit_metadata(edits.clone()).await?;
        Ok(Change::edited(key.clone(), &edits))
    }

    /// Brings an element of `feedbacks` from one to the other; `None`: it is not there.
    async fn turn_feedback(&self, key: &SessionKey, from: Option<&Bson>, to: Option<&Bson>) -> Result<Change> {
        let manager = self.manager(key)?;
        let odd = || Error::invalid(key.text(), "the feedback", "what stood there is no feedback as it is stored here");
        match (from, to) {
            (None, None) => Ok(Change::unclear(key.clone(), None)),
            (Some(from), None) => {
                let change = FeedbackChange::back(from.clone());
                let index = manager.change_feedback(change.clone()).await?;
                Ok(Change::feedback_changed(key.clone(), index, &change))
            }
            (Some(from), Some(to)) => {
                let to = to.as_document().ok_or_else(odd)?;
                let change = FeedbackChange::to(from.clone(), to.clone());
                let index = manager.change_feedback(change.clone()).await?;
                Ok(Change::feedback_changed(key.clone(), index, &change))
            }
            (None, Some(to)) => {
                let given = to.as_document().and_then(given_again).ok_or_else(odd)?;
                manager.add_feedback(given).await?;
                Ok(Change::feedback(key.clone(), decode::feedback(to)))
            }
        }
    }
}

/// Tells how far it is, where there is more than one. Who is behind with reading misses some of it.
fn tell(progress: &mpsc::Sender<TurnProgress>, done: usize, of: usize) {
    if of > 1 {
        let _ = progress.try_send(TurnProgress { done, of });
    }
}

/// Whether what is stored is surely what is wanted, where it looks so: another session may have the id of one that was deleted.
fn tells_what_is_wanted(entry: &JournalEntry) -> bool {
    !matches!(entry.deed, Deed::Deletion { .. })
}

/// A feedback as it was given, to be added again. It keeps its date, by which it is known where it is there already.
fn given_again(stored: &Document) -> Option<NewFeedback> {
    let given = decode::feedback(&stored.clone().into());
    let Some(Bson::DateTime(date)) = stored.get("created_at") else { return None };
    let mut extra = stored.clone();
    for known in ["rating", "comment", "agent_id", "message_id", "created_at"] {
        extra.remove(known);
    }
    Some(NewFeedback {
        rating: given.rating,
        comment: given.comment,
        agent_id: given.agent_id.as_deref().map(AgentId::from),
        message_id: given.message_id,
        extra,
        again: true,
        at: Timestamp::from_millisecond(date.timestamp_millis()).ok()?,
    })
}

#[cfg(test)]
mod tests;
