//! Reads again: what a change says too little of, and what was written while nothing was told.

use std::collections::HashSet;

use jiff::Timestamp;

use super::Follower;
use crate::{
    app::cli::{
        output::note,
        tail::{
            differ::SessionNews,
            lines::{LineOf, TailLine},
            reading,
            scope::{MOST_SESSIONS, TailScope},
        },
    },
    repository::{Error, InView, OpenInView},
    session::{Session, SessionKey},
};
use anyhow::Result;

impl Follower {
    /// The one session as it is now: what is told later is told apart by it.
    pub(super) async fn read_quietly(&mut self, key: &SessionKey) -> Result<()> {
        let Some(followed) = self.followed.get(key) else { return Ok(()) };
        let session = reading::read(self.reader.as_ref(), key, &followed.mark, None).await?;
        self.seen(&session, None);
        Ok(())
    }

    /// Takes over a session as it was read, and gives what of it is news.
    fn seen(&mut self, session: &Session, since: Option<Timestamp>) -> Vec<SessionNews> {
        if matches!(self.scope, TailScope::One(_)) {
            let rows = vec![(session.key.clone(), session.updated_at)];
            self.view.show(InView::new(rows, Some(OpenInView::from(session))));
        }
        let Some(followed) = self.followed.get_mut(&session.key) else { return Vec::new() };
        session.name().clone_into(&mut followed.name);
        followed.updated_at = session.updated_at;
        followed.mark.read(session, since)
    }

    pub(super) async fn read_what_is_unread(&mut self) -> Result<()> {
        for key in std::mem::take(&mut self.unread) {
            let now = Timestamp::now();
            let news = self.read(&key, self.began).await;
            let alerts = self.tell(&key, &news, now)?;
            self.raise(alerts).await?;
        }
        Ok(())
    }

    /// What is news of a session that is read again; of one of which nothing is known, what was written since then.
    async fn read(&mut self, key: &SessionKey, since: Option<Timestamp>) -> Vec<SessionNews> {
        let Some(followed) = self.followed.get(key) else { return Vec::new() };
        let read = reading::read(self.reader.as_ref(), key, &followed.mark, since).await;
        match read {
            Ok(session) => self.seen(&session, since),
            // That it went is told.
            Err(Error::NotFound { .. }) => Vec::new(),
            Err(error) => {
                if error.is_passing() {
                    self.unread.insert(key.clone());
                }
                self.complain(&error);
                Vec::new()
            }
        }
    }

    /// Tells what was written since then, of all sessions in the order of time.
    pub(super) async fn catch_up(&mut self, since: Timestamp) -> Result<()> {
        self.behind = Some(since);
        let found = self.scope.rows(self.reader.as_ref(), Some(since), MOST_SESSIONS).await;
        let (rows, more) = match found {
            Ok(found) => found,
            Err(error) => {
                self.complain(&error);
                return Ok(());
            }
        };
        self.behind = None;
        if more {
            note(&format!(
                "more than {MOST_SESSIONS} sessions changed; what was written is told of the newest of them"
            ));
        }
        let mut lines: Vec<TailLine> = Vec::new();
        let mut alerts = Vec::new();
        // What happened before it was followed alerts nobody.
        let is_first = self.since == Some(since);
        for row in &rows {
            self.remember(row);
            let now = Timestamp::now();
            let news = self.read(&row.key, Some(since)).await;
            let Some(followed) = self.followed.get(&row.key) else { continue };
            let of = LineOf { session: &row.key, name: &followed.name, now };
            lines.extend(news.iter().flat_map(|news| of.lines(news)));
            if !is_first {
                alerts.extend(news.iter().flat_map(|news| self.alerts.hear(&row.key, news, now)));
            }
        }
        if !is_first {
            self.tell_gone().await?;
        }
        lines.sort_by_key(|line| line.at);
        for line in &lines {
            self.out.line(line)?;
        }
        self.raise(alerts).await
    }

    /// Whether another session of that `_id` was told already, so that it was told, too, that the one before went.
    pub(super) async fn is_there_again(&mut self, key: &SessionKey) -> bool {
        let Some(followed) = self.followed.get_mut(key) else { return false };
        if !followed.mark.take_another() {
            return false;
        }
        let found = self.reader.details(std::slice::from_ref(key)).await;
        found.is_ok_and(|found| !found.is_empty())
    }

    /// Tells which of the sessions that are followed went while nothing was told.
    async fn tell_gone(&mut self) -> Result<()> {
        let keys: Vec<SessionKey> = self.followed.keys().take(MOST_SESSIONS).cloned().collect();
        let there: HashSet<SessionKey> = match self.reader.details(&keys).await {
            Ok(found) => found.into_iter().map(|(key, _)| key).collect(),
            Err(error) => {
                self.complain(&error);
                return Ok(());
            }
        };
        for key in keys.iter().filter(|key| !there.contains(key)) {
            self.on_deleted(key, Timestamp::now())?;
        }
        Ok(())
    }

    pub(super) async fn on_beat(&mut self) -> Result<()> {
        if self.is_lost || self.began.is_none() {
            return Ok(());
        }
        if let Some(since) = self.behind {
            self.catch_up(since).await?;
        }
        let changed: Vec<SessionKey> =
            self.strangers.iter().filter(|(_, stranger)| stranger.changed).map(|(key, _)| key.clone()).collect();
        for key in changed {
            if self.follows(&key).await {
                self.unread.insert(key);
            }
        }
        self.read_what_is_unread().await?;
        self.look_around().await?;
        let alerts = self.alerts.due(self.reader.as_ref(), Timestamp::now()).await;
        self.raise(alerts).await
    }
}
