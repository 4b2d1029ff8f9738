//! Which sessions are known to be followed, and which not.

use std::{cmp::Reverse, collections::HashMap};

use anyhow::Result;
use jiff::Timestamp;

use tokio::time::Instant;

use super::{BEAT, FollowedSession, Follower, LOOK_EVERY, LOOK_SHARE, MOST_IN_VIEW, MOST_MARKS, Stranger};
use crate::{
    app::cli::tail::{differ::SessionMark, scope::TailScope},
    repository::InView,
    session::{Change, Details, SessionKey, Summary},
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
            mark: SessionMark::of(row.created_at),
            heard: Instant::now(),
        };
        self.followed.insert(row.key.clone(), followed);
        self.is_to_be_shown = !matches!(self.scope, TailScope::One(_));
    }

    /// The newest sessions with what they hold now: where the store does not tell by itself, news is what comes after that, whatever
    /// the clocks of writers say.
    pub(super) async fn newest(&mut self) -> Vec<(Summary, Option<Details>)> {
        if self.scope.is_one() {
            return Vec::new();
        }
        self.look_at = Instant::now() + LOOK_EVERY;
        let rows = match self.scope.rows(self.reader.as_ref(), None, MOST_IN_VIEW).await {
            Ok((rows, _)) => rows,
            Err(error) => {
                self.complain(&error);
                return Vec::new();
            }
        };
        let keys: Vec<SessionKey> = rows.iter().map(|row| row.key.clone()).collect();
        let details = self.reader.details(&keys).await.unwrap_or_else(|error| {
            self.complain(&error);
            Vec::new()
        });
        let mut details: HashMap<SessionKey, Details> = details.into_iter().collect();
        rows.into_iter()
            .map(|row| {
                let held = details.remove(&row.key);
                (row, held)
            })
            .collect()
    }

    /// Those sessions are followed; what they held is no news.
    pub(super) fn note_held(&mut self, held: Vec<(Summary, Option<Details>)>) {
        for (row, details) in held {
            self.remember(&row);
            if let (Some(followed), Some(details)) = (self.followed.get_mut(&row.key), details) {
                followed.mark.count(&details);
            }
        }
    }

    /// Looks for sessions that are new or changed though the store did not say so: one without an index on `updated_at` is looked at
    /// in view only.
    pub(super) async fn look_around(&mut self) -> Result<()> {
        if !self.is_polled || self.scope.is_one() || Instant::now() < self.look_at {
            return Ok(());
        }
        let began = Instant::now();
        let found = self.scope.rows(self.reader.as_ref(), None, MOST_IN_VIEW).await;
        self.look_at = Instant::now() + LOOK_EVERY.max(began.elapsed() * LOOK_SHARE);
        let rows = match found {
            Ok((rows, _)) => rows,
            Err(error) => {
                self.complain(&error);
                return Ok(());
            }
        };
        let mut alerts = Vec::new();
        for row in rows {
            let known = self.followed.get(&row.key);
            if known.is_some_and(|known| known.updated_at == row.updated_at) {
                continue;
            }
            self.remember(&row);
            if let Some(followed) = self.followed.get_mut(&row.key) {
                followed.updated_at = row.updated_at;
            }
            let change = Change::unclear(row.key.clone(), row.updated_at);
            alerts.extend(self.alerts.take(&change, Timestamp::now()));
            self.unread.insert(row.key);
        }
        self.read_what_is_unread().await?;
        self.show();
        self.raise(alerts).await
    }

    /// The sessions that were heard of last are looked at closer, where there are others than before.
    pub(super) fn show(&mut self) {
        if !std::mem::take(&mut self.is_to_be_shown) {
            return;
        }
        let mut followed: Vec<_> = self.followed.iter().collect();
        followed.sort_unstable_by_key(|(_, followed)| Reverse(followed.heard));
        followed.truncate(MOST_IN_VIEW);
        let rows = followed.into_iter().map(|(key, followed)| (key.clone(), followed.updated_at)).collect();
        self.view.show(InView::new(rows, None));
    }
}
