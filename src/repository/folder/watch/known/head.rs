//! `session.json` as it was when it was looked at last.

use bson::{Bson, Document};

use super::{LookOutcome, digest};
use crate::{
    repository::{
        OpenInView,
        folder::{assemble, layout::SessionDir, stamp::FileStamp},
    },
    session::{Change, ChangeKind, Feedback, MetadataEdit, decode, edit},
};

/// What is kept of it to tell what changes.
#[derive(Debug)]
pub(super) struct KnownHead {
    stamp: Option<FileStamp>,
    metadata: Option<Bson>,
    feedbacks: Vec<Bson>,
    /// Of everything else. The viewer's password is not kept.
    rest: Option<u64>,
    /// It could be read.
    whole: bool,
}

impl KnownHead {
    pub(super) fn read(dir: &SessionDir) -> Self {
        let stamp = FileStamp::of(&dir.file()).and_then(FileStamp::settled);
        let (mut head, findings) = assemble::head(dir);
        let whole = findings.iter().all(|finding| finding.path != assemble::HEAD);
        // That follows from the times of files.
        head.remove("updated_at");
        let metadata = head.remove("metadata");
        let feedbacks = match head.remove("feedbacks") {
            Some(Bson::Array(feedbacks)) => feedbacks,
            Some(other) => {
                head.insert("feedbacks", other);
                Vec::new()
            }
            None => Vec::new(),
        };
        Self { stamp, metadata, feedbacks, rest: digest(&head), whole }
    }

    /// As somebody read it.
    pub(super) fn shown_as(mut self, open: &OpenInView) -> Self {
        self.stamp = None;
        self.metadata.clone_from(&open.metadata);
        self.feedbacks.truncate(usize::try_from(open.feedbacks).unwrap_or(usize::MAX));
        self
    }

    /// Whether the file may be another one than before.
    pub(super) fn is_touched(&self, dir: &SessionDir) -> bool {
        FileStamp::of(&dir.file()).map_or(self.whole, |now| Some(now) != self.stamp)
    }

    /// Takes over what is stored now, and tells how it differs.
    pub(super) fn look(&mut self, dir: &SessionDir, last_try: bool, outcome: &mut LookOutcome) {
        let now = Self::read(dir);
        if !now.whole && !last_try {
            outcome.unfinished.head = true;
            return;
        }
        self.tell_metadata(&now, outcome);
        self.tell_feedbacks(&now, outcome);
        outcome.unclear |= self.rest != now.rest;
        *self = now;
    }

    fn tell_metadata(&self, now: &Self, outcome: &mut LookOutcome) {
        match (&self.metadata, &now.metadata) {
            (before, after) if before == after => {}
            (None, Some(Bson::Document(after))) => outcome.tell_fields(&Document::new(), after),
            (Some(Bson::Document(before)), Some(Bson::Document(after))) => outcome.tell_fields(before, after),
            _ => outcome.unclear = true,
        }
    }

    fn tell_feedbacks(&self, now: &Self, outcome: &mut LookOutcome) {
        match now.feedbacks.strip_prefix(self.feedbacks.as_slice()) {
            Some(new) => {
                // One that was read already is known by its place.
                for (index, stored) in (self.feedbacks.len() as u64..).zip(new) {
                    let feedback = Feedback { index: Some(index), ..decode::feedback(stored) };
                    outcome.tell(|key| Change::feedback(key, feedback));
                }
            }
            None if self.feedbacks.starts_with(&now.feedbacks) => {
                let left = now.feedbacks.len() as u64;
                outcome.tell(|key| Change::new(key, ChangeKind::FeedbacksCut(left)));
            }
            None => outcome.unclear = true,
        }
    }
}

impl LookOutcome {
    fn tell_fields(&mut self, before: &Document, after: &Document) {
        let set = after.iter().filter(|(key, value)| !edit::same(before.get(key), Some(*value)));
        let set = set.map(|(key, value)| MetadataEdit::set(key, value.clone()));
        let unset = before.keys().filter(|key| !after.contains_key(key)).map(|key| MetadataEdit::unset(key));
        let edits: Vec<MetadataEdit> = set.chain(unset).collect();
        // Where only their order changed, nothing can be told of it.
        if !edits.is_empty() {
            self.tell(|key| Change::edited(key, &edits));
        }
    }
}
