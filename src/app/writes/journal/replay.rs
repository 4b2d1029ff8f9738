//! What the lines of the journal come to.

use std::collections::{HashMap, HashSet};

use bson::Bson;
use uuid::Uuid;

use super::{
    entry::{Deed, DeedState, JournalEntry},
    line::{self, LineFault, Record},
};
use crate::session::{SessionKey, edit};

/// What is in the journal.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct JournalRead {
    /// The changes, the oldest first, each with what became of it.
    pub entries: Vec<JournalEntry>,
    /// Groups of which entries are gone.
    pub cut: HashSet<Uuid>,
    /// Lines that are not as they were written; they were passed over, and stay.
    pub damaged: usize,
    /// Lines of a newer version; they were passed over, and stay.
    pub newer: usize,
    /// The line that an entry stands in, and the one that last says that it is taken back.
    lines: HashMap<Uuid, EntryLines>,
}

/// Where an entry stands among all lines.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct EntryLines {
    begun: usize,
    undone: usize,
}

/// Reads lines. The last one may be torn, or be written just now: it is passed over unless it is whole.
pub(super) fn replayed(lines: &[u8]) -> JournalRead {
    let mut read = JournalRead::default();
    let mut positions: HashMap<Uuid, usize> = HashMap::new();
    let mut lines = lines.split(|byte| *byte == b'\n').enumerate().peekable();
    while let Some((number, line)) = lines.next() {
        if line.is_empty() {
            continue;
        }
        match line::record(line) {
            Ok(Record::Entry(entry)) => {
                if let Some(position) = positions.get(&entry.id) {
                    read.entries[*position] = *entry;
                } else {
                    positions.insert(entry.id, read.entries.len());
                    read.lines.insert(entry.id, EntryLines { begun: number, undone: 0 });
                    read.entries.push(*entry);
                }
            }
            Ok(Record::State(id, state)) => {
                if let Some(position) = positions.get(&id) {
                    read.entries[*position].state = state;
                }
                if let (DeedState::Undoing | DeedState::Undone, Some(lines)) = (state, read.lines.get_mut(&id)) {
                    lines.undone = number;
                }
            }
            Ok(Record::Cut(group)) => {
                read.cut.insert(group);
            }
            // The last one has no end yet.
            Err(_) if lines.peek().is_none() => {}
            Err(LineFault::Damaged) => read.damaged += 1,
            Err(LineFault::Newer) => read.newer += 1,
        }
    }
    read
}

impl JournalRead {
    /// Of changes that are taken back, the one that was last, unless another of `among` was begun since that did not fail.
    #[must_use]
    pub fn last_undone<'a>(&self, undone: &[&'a JournalEntry], among: &[&JournalEntry]) -> Option<&'a JournalEntry> {
        let lines = |entry: &JournalEntry| self.lines.get(&entry.id).copied().unwrap_or_default();
        let begun = among.iter().filter(|entry| entry.state != DeedState::Failed).map(|entry| lines(entry).begun).max();
        let last = undone.iter().copied().max_by_key(|entry| lines(entry).undone)?;
        (begun <= Some(lines(last).undone)).then_some(last)
    }

    /// What is wrong with it, a sentence each.
    pub(super) fn notes(&self) -> Vec<String> {
        let damaged = match self.damaged {
            0 => None,
            1 => Some(
                "1 line of the journal of changes is damaged; it stays where it is, and its change cannot be taken back".to_owned(),
            ),
            several => Some(format!(
                "{several} lines of the journal of changes are damaged; they stay where they are, and their changes cannot be taken \
                 back"
            )),
        };
        let newer = match self.newer {
            0 => None,
            1 => Some(
                "1 line of the journal of changes is of a newer strandscope; its change can be taken back there"
                    .to_owned(),
            ),
            several => Some(format!(
                "{several} lines of the journal of changes are of a newer strandscope; their changes can be taken back there"
            )),
        };
        damaged.into_iter().chain(newer).collect()
    }

    /// See [`Journal::own_feedback`](super::Journal::own_feedback).
    #[must_use]
    pub fn own_feedback(&self, place: &str, session: &SessionKey) -> Vec<Bson> {
        let mut own: Vec<Bson> = Vec::new();
        let here = self.entries.iter().filter(|entry| entry.place == place && entry.session == *session);
        for entry in here {
            let Deed::Feedback { before, after } = &entry.deed else { continue };
            let (gone, there) = match entry.state {
                DeedState::Done | DeedState::Undoing => (before.as_ref(), after.as_ref()),
                // Nobody knows which it is: what is stored tells, and both are of this user.
                DeedState::Begun | DeedState::Redoing => (None, after.as_ref()),
                // What was changed and taken back is in the list as it was before.
                DeedState::Failed | DeedState::Undone => (None, None),
            };
            if let Some(gone) = gone
                && let Some(position) = own.iter().rposition(|held| edit::same(Some(held), Some(gone)))
            {
                own.remove(position);
            }
            own.extend(there.cloned());
        }
        own
    }
}

#[cfg(test)]
mod tests {
    use bson::doc;

    use super::*;

    fn feedback(before: Option<i32>, after: Option<i32>, state: DeedState) -> Vec<Record> {
        let element = |n: i32| Bson::from(doc! { "n": n });
        let deed = Deed::Feedback { before: before.map(element), after: after.map(element) };
        let entry = JournalEntry::new("here", SessionKey::from("s"), deed);
        let id = entry.id;
        vec![Record::Entry(Box::new(entry)), Record::State(id, state)]
    }

    #[test]
    fn the_last_word_on_a_change_counts() {
        let records = [
            feedback(None, Some(1), DeedState::Done),
            feedback(None, Some(2), DeedState::Undone),
            feedback(None, Some(3), DeedState::Failed),
            feedback(Some(1), Some(4), DeedState::Done),
            feedback(None, Some(5), DeedState::Done),
            feedback(Some(5), None, DeedState::Done),
        ]
        .concat();
        let read = replayed(&line::lines(&records).unwrap());
        assert_eq!((read.entries.len(), read.damaged, read.newer), (6, 0, 0));
        let own = read.own_feedback("here", &SessionKey::from("s"));
        assert_eq!(own, [Bson::from(doc! { "n": 4 })]);
        assert!(read.own_feedback("there", &SessionKey::from("s")).is_empty());
        assert!(read.own_feedback("here", &SessionKey::from("t")).is_empty());
    }

    #[test]
    fn what_was_taken_back_last_is_known_until_something_else_is_changed() {
        let [first, second] = [1, 2].map(|n| feedback(None, Some(n), DeedState::Done));
        let back = |records: &[Record]| match &records[0] {
            Record::Entry(entry) => Record::State(entry.id, DeedState::Undone),
            other => panic!("{other:?}"),
        };
        let last = |records: &[Vec<Record>]| {
            let read = replayed(&line::lines(&records.concat()).unwrap());
            let all: Vec<&JournalEntry> = read.entries.iter().collect();
            let undone: Vec<_> = all.iter().copied().filter(|entry| entry.state == DeedState::Undone).collect();
            read.last_undone(&undone, &all).map(|entry| entry.id)
        };
        let id = |records: &[Record]| match back(records) {
            Record::State(id, _) => Some(id),
            other => panic!("{other:?}"),
        };
        let (undo_first, undo_second) = (vec![back(&first)], vec![back(&second)]);
        let both = [first.clone(), second.clone(), undo_second.clone(), undo_first.clone()];
        assert_eq!(last(&both), id(&first));
        assert_eq!(last(&[first.clone(), undo_first.clone(), second.clone()]), None);
        assert_eq!(last(&[first, undo_first, second.clone(), undo_second]), id(&second));
    }

    #[test]
    fn what_cannot_be_read_is_told_and_a_torn_end_is_not() {
        let [good, other] =
            [1, 2].map(|n| line::lines(&feedback(None, Some(n), DeedState::Done)).expect("they can be written"));
        let torn = &other[..other.len() / 3];
        let all = [good.as_slice(), b"v1 nonsense\n", b"v9 {}\n", torn].concat();
        let read = replayed(&all);
        assert_eq!((read.entries.len(), read.damaged, read.newer), (1, 1, 1));
        assert_eq!(read.notes().len(), 2);
        assert!(read.notes().iter().all(|note| note.starts_with("1 line of the journal of changes is ")));
        assert_eq!(replayed(b""), JournalRead::default());
    }
}
