//! Which sessions are known to be followed, and which not.

use std::cmp::Reverse;

use tokio::time::Instant;

use super::{BEAT, FollowedSession, Follower, MOST_IN_VIEW, MOST_MARKS, Stranger};
use crate::{
    app::cli::tail::{differ::SessionMark, scope::TailScope},
    repository::InView,
    session::{SessionKey, Summary},
};

impl Follower {
    /// Whether a session is followed. Of one that was not heard of before the store is asked.
    pub(super) async fn follows(&mut self, key: &SessionKey) -> bool {
        if self.followed.contains_key(key) {
            return true;
        }
        if self.scope.leaves_out(key) {
            return false;
        }
        if let Some(stranger) = self.strangers.get_mut(key)
            && stranger.asked.elapsed() < BEAT
        {
            // Asked again soon.
            stranger.changed = true;
            return false;
        }
        let found = self.scope.row(self.reader.as_ref(), key).await;
        match found {
            Ok(Some(row)) => {
                self.remember(&row);
                true
            }
            Ok(None) => {
                if self.strangers.len() >= MOST_MARKS {
                    self.strangers.clear();
                }
                self.strangers.insert(key.clone(), Stranger { asked: Instant::now(), changed: false });
                false
            }
            Err(error) => {
                self.complain(&error);
                false
            }
        }
    }

    /// The session of a row is followed from now on.
    pub(super) fn remember(&mut self, row: &Summary) {
        self.strangers.remove(&row.key);
        if self.followed.contains_key(&row.key) {
            return;
        }
        if self.followed.len() >= MOST_MARKS {
            // Half of them at once, so that this is seldom.
            let mut heard: Vec<Instant> = self.followed.values().map(|followed| followed.heard).collect();
            let middle = *heard.select_nth_unstable(MOST_MARKS / 2).1;
            self.followed.retain(|_, followed| followed.heard > middle);
        }
        let followed = FollowedSession {
            name: row.name().to_owned(),
            updated_at: row.updated_at,
            mark: SessionMark::default(),
            heard: Instant::now(),
        };
        self.followed.insert(row.key.clone(), followed);
        self.is_to_be_shown = !matches!(self.scope, TailScope::One(_));
    }

    /// The sessions that were heard of last are looked at closer, where there are others than before.
    pub(super) fn show(&mut self) {
        if !std::mem::take(&mut self.is_to_be_shown) {
            return;
        }
        let mut followed: Vec<_> = self.followed.iter().collect();
        followed.sort_unstable_by_key(|(_, followed)| Reverse(followed.heard));
        followed.truncate(MOST_IN_VIEW);
        let rows: Vec<_> = followed.into_iter().map(|(key, followed)| (key.clone(), followed.updated_at)).collect();
        self.in_view = rows.iter().map(|(key, _)| key.clone()).collect();
        self.view.show(InView::new(rows, None));
    }
}
