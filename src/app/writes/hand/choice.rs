//! Which change is taken back, or made again: by what the journal says, and where that is silent by what is stored.

use std::collections::HashSet;

use bson::Bson;
use futures_util::{StreamExt, stream};

use super::{HandWriter, turn::StoredSide};
use crate::{
    app::writes::{
        UndoScope,
        journal::{Deed, DeedState, FieldDeed, JournalEntry, JournalRead},
    },
    repository::{Error, Filter, Projection, Result},
    session::{SessionKey, edit},
};

/// How many sessions are looked at at once.
const AT_ONCE: usize = 16;

/// Whether a change can be taken back or made again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum DeedStanding {
    Done,
    Undone,
    /// It changed nothing.
    Failed,
    /// Nobody can say any more.
    Unclear,
    /// A deletion whose copy is gone.
    Lost,
}

/// The sessions whose changes have no way back any more.
#[derive(Debug, Default)]
pub(super) struct PassedOver {
    /// They are not there any more.
    pub gone: HashSet<SessionKey>,
    /// They were deleted, and their copies are gone.
    pub lost: HashSet<SessionKey>,
}

impl HandWriter {
    /// The newest change that was made and not taken back; for one at the place the others of its group, too. At the place what was
    /// changed in sessions that are gone is passed over.
    ///
    /// # Errors
    /// Where what is stored has to be read and cannot be, and where the journal holds only a part of the group.
    pub(super) async fn newest_done<'a>(
        &self,
        read: &'a JournalRead,
        scope: &UndoScope,
        passed: &mut PassedOver,
        notes: &mut Vec<String>,
    ) -> Result<Vec<&'a JournalEntry>> {
        let mut unclear = 0;
        let mut found = None;
        for entry in self.within(read, scope) {
            let standing = self.standing(entry).await?;
            let may_be_passed = standing == DeedStanding::Done && *scope == UndoScope::Place;
            if may_be_passed && self.is_gone(entry, &mut passed.gone).await {
                continue;
            }
            match standing {
                DeedStanding::Done => {
                    found = Some(entry);
                    break;
                }
                DeedStanding::Unclear => unclear += 1,
                DeedStanding::Lost => drop(passed.lost.insert(entry.session.clone())),
                DeedStanding::Undone | DeedStanding::Failed => {}
            }
        }
        notes.extend(passed_over(unclear));
        self.with_group(read, scope, found, DeedStanding::Done, passed).await
    }

    /// Whether a change has nothing left to be taken back in: its session was deleted since, by another or for good.
    async fn is_gone(&self, entry: &JournalEntry, gone: &mut HashSet<SessionKey>) -> bool {
        if matches!(entry.deed, Deed::Deletion { .. }) {
            return false;
        }
        if gone.contains(&entry.session) {
            return true;
        }
        let (reader, key) = (self.store.reader(), std::slice::from_ref(&entry.session));
        let rows = reader.rows(key, &Filter::default(), &Projection::Nothing).await;
        // What cannot be read is told by what needs it.
        let is_gone = rows.is_ok_and(|rows| rows.is_empty());
        if is_gone {
            gone.insert(entry.session.clone());
        }
        is_gone
    }

    /// The change that was taken back last, unless another was made since. A deletion is none: it asks for the id.
    ///
    /// # Errors
    /// As [`Self::newest_done`].
    pub(super) async fn last_undone<'a>(
        &self,
        read: &'a JournalRead,
        scope: &UndoScope,
        notes: &mut Vec<String>,
    ) -> Result<Vec<&'a JournalEntry>> {
        let (mut unclear, mut is_deletion) = (0, false);
        let among = self.within(read, scope);
        let mut undone = Vec::new();
        for entry in &among {
            match entry.state {
                DeedState::Begun | DeedState::Done | DeedState::Failed => {}
                DeedState::Undoing | DeedState::Undone | DeedState::Redoing => match self.standing(entry).await? {
                    DeedStanding::Undone if matches!(entry.deed, Deed::Deletion { .. }) => is_deletion = true,
                    DeedStanding::Undone => undone.push(*entry),
                    DeedStanding::Unclear => unclear += 1,
                    DeedStanding::Done | DeedStanding::Failed | DeedStanding::Lost => {}
                },
            }
        }
        notes.extend(passed_over(unclear));
        let found = read.last_undone(&undone, &among);
        if is_deletion && found.is_none() {
            notes.push("a deletion is not made again in that way: delete the session anew".to_owned());
        }
        self.with_group(read, scope, found, DeedStanding::Undone, &mut PassedOver::default()).await
    }

    /// The changes that are meant, the newest first.
    fn within<'a>(&self, read: &'a JournalRead, scope: &UndoScope) -> Vec<&'a JournalEntry> {
        let is_meant = |entry: &&JournalEntry| {
            let is_of_session = match scope {
                UndoScope::Session(key) => entry.session == *key,
                UndoScope::Place => true,
            };
            is_of_session && entry.place == self.place.identity
        };
        read.entries.iter().rev().filter(is_meant).collect()
    }

    async fn with_group<'a>(
        &self,
        read: &'a JournalRead,
        scope: &UndoScope,
        found: Option<&'a JournalEntry>,
        standing: DeedStanding,
        passed: &mut PassedOver,
    ) -> Result<Vec<&'a JournalEntry>> {
        let Some(found) = found else { return Ok(Vec::new()) };
        // In a session only what was changed there is meant.
        let Some(group) = found.group.filter(|_| *scope == UndoScope::Place) else { return Ok(vec![found]) };
        if read.cut.contains(&group) {
            let reason = "it changed so many sessions that the journal holds a part of them only";
            return Err(Error::other("taking back the newest change", reason)
                .with_hint("open a session of it and take it back there"));
        }
        let is_part = |entry: &&JournalEntry| entry.group == Some(group) && entry.place == self.place.identity;
        let parts: Vec<&JournalEntry> = read.entries.iter().filter(is_part).collect();
        let standings: Vec<_> = parts.iter().map(|entry| self.standing(entry)).collect();
        let standings: Vec<Result<DeedStanding>> = stream::iter(standings).buffered(AT_ONCE).collect().await;
        let mut chosen = Vec::with_capacity(parts.len());
        for (entry, stands) in parts.into_iter().zip(standings) {
            match stands? {
                stands if stands == standing => chosen.push(entry),
                DeedStanding::Lost => drop(passed.lost.insert(entry.session.clone())),
                _ => {}
            }
        }
        Ok(chosen)
    }

    async fn standing(&self, entry: &JournalEntry) -> Result<DeedStanding> {
        if entry.state == DeedState::Done && is_lost(entry).await {
            return Ok(DeedStanding::Lost);
        }
        let side = match entry.state {
            DeedState::Done => return Ok(DeedStanding::Done),
            DeedState::Undone => return Ok(DeedStanding::Undone),
            DeedState::Failed => return Ok(DeedStanding::Failed),
            DeedState::Begun | DeedState::Undoing | DeedState::Redoing => match self.stored_side(entry).await {
                Err(Error::NotFound { .. }) => return Ok(DeedStanding::Failed),
                side => side?,
            },
        };
        Ok(match (side, entry.state) {
            (StoredSide::After, _) => DeedStanding::Done,
            (StoredSide::Before, DeedState::Begun) => DeedStanding::Failed,
            (StoredSide::Before, _) => DeedStanding::Undone,
            (StoredSide::Neither, _) => DeedStanding::Unclear,
        })
    }

    /// What of each change is stored.
    pub(super) async fn stored_sides(&self, entries: &[&JournalEntry]) -> Vec<Result<StoredSide>> {
        let asked: Vec<_> = entries.iter().map(|entry| self.stored_side(entry)).collect();
        stream::iter(asked).buffered(AT_ONCE).collect().await
    }

    /// What of a change is stored.
    pub(super) async fn stored_side(&self, entry: &JournalEntry) -> Result<StoredSide> {
        let (reader, key) = (self.store.reader(), &entry.session);
        match &entry.deed {
            Deed::Metadata(fields) => {
                let stored = reader.metadata(key).await?;
                let stands = |side: fn(&FieldDeed) -> Option<&Bson>| {
                    fields.iter().all(|field| edit::same(field.path.value(&stored), side(field)))
                };
                Ok(side(stands(|field| field.after.as_ref()), stands(|field| field.before.as_ref())))
            }
            Deed::Feedback { before, after } => {
                let stored: Vec<Bson> = reader.feedbacks(key).await?.iter().map(|given| given.raw.bson()).collect();
                let stands = |element: Option<&Bson>| element.map(|element| FeedbackStanding::of(element, &stored));
                Ok(match (stands(before.as_ref()), stands(after.as_ref())) {
                    (_, Some(FeedbackStanding::There)) | (Some(FeedbackStanding::Gone) | None, None) => {
                        StoredSide::After
                    }
                    (Some(FeedbackStanding::There), _) | (None, Some(FeedbackStanding::Gone)) => StoredSide::Before,
                    _ => StoredSide::Neither,
                })
            }
            Deed::Deletion { .. } => match reader.open(key, 0).await {
                Ok(_) => Ok(StoredSide::Before),
                Err(Error::NotFound { .. }) => Ok(StoredSide::After),
                Err(error) => Err(error),
            },
        }
    }
}

/// What became of an element of `feedbacks`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum FeedbackStanding {
    There,
    /// Another stands there that was given at the same moment, of the same answer: somebody changed it.
    Changed,
    Gone,
}

impl FeedbackStanding {
    fn of(element: &Bson, stored: &[Bson]) -> Self {
        if stored.iter().any(|given| edit::same(Some(given), Some(element))) {
            Self::There
        } else if stored.iter().any(|given| is_same_giving(given, element)) {
            Self::Changed
        } else {
            Self::Gone
        }
    }
}

/// By what a change of a feedback keeps.
fn is_same_giving(a: &Bson, b: &Bson) -> bool {
    let (Bson::Document(a), Bson::Document(b)) = (a, b) else { return false };
    let is_same = |key: &str| edit::same(a.get(key), b.get(key));
    a.contains_key("created_at") && ["created_at", "agent_id", "message_id"].into_iter().all(is_same)
}

/// A field that was only moved stands on both sides: it is taken to be carried out.
fn side(is_after: bool, is_before: bool) -> StoredSide {
    match (is_after, is_before) {
        (true, _) => StoredSide::After,
        (false, true) => StoredSide::Before,
        (false, false) => StoredSide::Neither,
    }
}

/// Whether it is a deletion whose copy is surely gone: there is no way back from it.
async fn is_lost(entry: &JournalEntry) -> bool {
    match &entry.deed {
        Deed::Deletion { copy } => matches!(tokio::fs::try_exists(copy).await, Ok(false)),
        Deed::Metadata(_) | Deed::Feedback { .. } => false,
    }
}

fn passed_over(unclear: usize) -> Option<String> {
    match unclear {
        0 => None,
        1 => Some("of 1 change it is not known whether it was carried out; it was passed over".to_owned()),
        several => {
            Some(format!("of {several} changes it is not known whether they were carried out; they were passed over"))
        }
    }
}
