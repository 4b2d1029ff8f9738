//! Glances at sessions out of view: some in each sweep, and one after another where the system lost what it had to tell.
//!
//! All that is read here is told to us by the system as well. Whoever reads a large folder at once has it lose that, and what others
//! write with it: so many are looked at together that it does not, and nothing is read anew for it.

use std::{collections::BTreeSet, ops::Bound, time::Duration};

use super::{KnownFolder, id_of};
use crate::repository::folder::{
    layout::{self, SessionDir},
    watch::known::KnownSession,
};

/// How many sessions out of view are looked at together.
const GLANCES: usize = 200;

/// The pause after them, where there are more of which something may have been missed.
const PAUSE: Duration = Duration::from_millis(100);

impl KnownFolder {
    /// Something was missed: of every session it is not sure that it is as it was.
    pub(super) fn miss(&mut self) {
        (self.unsure, self.unsure_at) = (self.sessions.len(), self.now);
    }

    /// Looks at the next of those, once their time has come, and where folders may have been made unseen meanwhile.
    pub(super) fn look_where_unsure(&mut self) {
        if self.unsure_at <= self.now {
            let (ids, looked) = self.glance(KnownSession::is_known_closer);
            self.unsure = self.unsure.saturating_sub(looked.max(1));
            self.unsure_at = self.now + PAUSE;
            self.look_at_all(ids);
        }
        let changed: BTreeSet<String> = self.changes.iter().filter_map(|change| id_of(&change.session)).collect();
        self.unwatched.extend(changed.iter().map(|id| self.root.join(layout::session_name(id))));
    }

    /// The next of those that changed as their times say, or are `wanted` anyway, and at how many it was looked.
    pub(super) fn glance(&mut self, wanted: impl Fn(&KnownSession) -> bool) -> (Vec<String>, usize) {
        let (mut ids, mut last, mut looked) = (Vec::new(), None, 0);
        let after = (Bound::Excluded(self.place.as_str()), Bound::Unbounded);
        for (id, known) in self.sessions.range_mut::<str, _>(after).take(GLANCES) {
            looked += 1;
            last = Some(id.clone());
            let dir = SessionDir { id: id.clone(), path: self.root.join(layout::session_name(id)) };
            if known.glance(&dir, self.begun) || wanted(known) {
                ids.push(id.clone());
            }
        }
        self.place = last.unwrap_or_default();
        (ids, looked)
    }
}
