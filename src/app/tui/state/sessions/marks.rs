//! What the list shows of changes beside the rows themselves: how many came above the view, which sessions are written to, what
//! changed just now.

use std::{collections::HashSet, time::Duration};

use bson::Bson;
use jiff::Timestamp;

use super::{SessionList, written::WriteTimes};
use crate::{
    app::{config::Column, tui::state::glow::Glow},
    session::{Change, ChangeKind, SessionKey, StoredDate, Summary},
};

/// Marks of a list.
#[derive(Debug, Default)]
pub(super) struct NewsMarks {
    /// Sessions that came above the view since its first rows were seen last.
    above: HashSet<SessionKey>,
    writes: WriteTimes,
    glow: Glow<(SessionKey, Column)>,
    /// When what is taken in was told; `None`: nothing stands out, as nobody looks.
    lights: Option<Timestamp>,
}

/// What a row said before a change.
#[derive(Debug)]
pub(super) struct RowBefore {
    updated_at: Option<StoredDate>,
    metadata: Option<Bson>,
}

impl RowBefore {
    /// Of a row that is about to change.
    pub fn new(row: &Summary) -> Self {
        Self { updated_at: row.updated_at, metadata: row.metadata.clone() }
    }

    /// Fields of the metadata that hold something else now.
    fn differing(&self, row: &Summary) -> Vec<String> {
        let fields = |of: &Option<Bson>| of.as_ref().and_then(Bson::as_document).cloned().unwrap_or_default();
        let (before, now) = (fields(&self.metadata), fields(&row.metadata));
        let names = before.keys().chain(now.keys().filter(|name| !before.contains_key(name)));
        names.filter(|name| before.get(name) != now.get(name)).cloned().collect()
    }
}

/// What is written along with something else: where both are told together, they are one write.
fn goes_along(change: &Change) -> bool {
    matches!(change.kind, ChangeKind::Touched(_) | ChangeKind::AgentFields(..) | ChangeKind::Metrics(..))
}

impl NewsMarks {
    /// News are about to be taken in, at that time; they stand out where somebody looks.
    pub fn begin(&mut self, changes: &[Change], now: Timestamp, looked_at: bool) {
        self.lights = looked_at.then_some(now);
        let counts = |change: &&Change| !matches!(change.kind, ChangeKind::Deleted);
        let (beside, own): (Vec<&Change>, Vec<&Change>) =
            changes.iter().filter(counts).partition(|change| goes_along(change));
        let written: HashSet<&SessionKey> = own.iter().map(|change| &change.session).collect();
        let alone = beside.into_iter().filter(|change| !written.contains(&change.session));
        for change in own.iter().copied().chain(alone) {
            self.writes.count(&change.session, now);
        }
    }

    /// They were taken in.
    pub fn end(&mut self) {
        self.lights = None;
    }

    /// Whether what changes stands out.
    pub fn lights(&self) -> bool {
        self.lights.is_some()
    }

    /// A row in view changed.
    pub fn light(&mut self, before: &RowBefore, row: &Summary, change: &Change) {
        let Some(now) = self.lights else { return };
        let mut columns: Vec<Column> = before.differing(row).into_iter().map(Column::Meta).collect();
        if before.updated_at != row.updated_at {
            columns.push(Column::Changed);
            match change.kind {
                ChangeKind::Messages(..) | ChangeKind::Truncated(..) => columns.push(Column::Messages),
                ChangeKind::Feedback(_)
                | ChangeKind::FeedbackFields(..)
                | ChangeKind::FeedbackRewritten(_)
                | ChangeKind::FeedbacksCut(_) => columns.push(Column::Feedback),
                ChangeKind::Guardrail(..) => columns.push(Column::Guardrail),
                _ => {}
            }
        }
        for column in columns {
            self.glow.light((row.key.clone(), column), now);
        }
    }

    /// A row came above the view.
    pub fn came_above(&mut self, key: &SessionKey) {
        if !self.above.contains(key) {
            self.above.insert(key.clone());
        }
    }

    /// The first rows are seen.
    pub fn at_top(&mut self) {
        self.above.clear();
    }

    /// A session went.
    pub fn forget(&mut self, key: &SessionKey) {
        self.above.remove(key);
    }
}

impl SessionList {
    /// How many sessions changed or came above the view since its first rows were seen last.
    #[must_use]
    pub fn new_above(&self) -> usize {
        if self.top() == 0 { 0 } else { self.marks.above.len() }
    }

    /// How many changes of a session were told in the last minute.
    #[must_use]
    pub fn writes_of(&self, row: &Summary, now: Timestamp) -> u64 {
        self.marks.writes.in_last_minute(&row.key, now)
    }

    /// Whether what a column says of a row changed just now.
    #[must_use]
    pub fn is_lit(&self, row: &Summary, column: &Column, now: Timestamp) -> bool {
        !self.marks.glow.is_dark() && self.marks.glow.is_lit(&(row.key.clone(), column.clone()), now)
    }

    /// How long until a mark of the rows in view changes by itself: what stands out, how often they are written to, which are to come.
    #[must_use]
    pub fn next_mark(&self, now: Timestamp) -> Option<Duration> {
        let rates = self.in_view().filter_map(|(_, row)| self.marks.writes.next_change(&row.key, now));
        rates.chain(self.marks.glow.next_end(now)).chain(self.next_further(now)).min()
    }

    /// Nobody looks: nothing stands out any more.
    pub fn darken(&mut self) {
        self.marks.glow.clear();
    }
}
