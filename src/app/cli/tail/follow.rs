//! Follows sessions: what is told of them, read again where that says too little.

mod again;
mod known;

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
    time::Duration,
};

use jiff::{SignedDuration, Timestamp};
use tokio::time::{Instant, MissedTickBehavior};

use super::{
    alerts::TailAlerts,
    differ::{SessionMark, SessionNews},
    lines::{LineOf, TailWhat},
    output::TailOutput,
    scope::TailScope,
};
use crate::{
    app::{alert::Alert, cli::output::note, told},
    repository::{Error, News, SessionReader, WatchMode, WatchView},
    session::{Change, ChangeKind, SessionKey, StoredDate},
};
use anyhow::Result;

/// Clocks of writers disagree by so much: what was written while nothing was told is looked for from that much earlier on.
const DISAGREEMENT: SignedDuration = SignedDuration::from_secs(5);
/// What was left open is tried again, and what time brings is looked at, that often.
const BEAT: Duration = Duration::from_secs(1);
/// So many sessions are remembered; of more, those that were heard of last.
const MOST_MARKS: usize = 5000;
/// So many rows are looked at closer where the store has to be looked at.
const MOST_IN_VIEW: usize = 100;
/// Where the store has to be looked at, sessions that it does not name are looked for once in that time.
const LOOK_EVERY: Duration = Duration::from_secs(5);
/// A look that takes long is not taken more often than that it takes one of so many parts of the time.
const LOOK_SHARE: u32 = 20;

/// A session that is followed.
struct FollowedSession {
    /// What a person knows it by.
    name: String,
    updated_at: Option<StoredDate>,
    mark: SessionMark,
    /// When it was last heard of.
    heard: Instant,
}

/// A session that does not match.
struct Stranger {
    asked: Instant,
    /// It changed since.
    changed: bool,
}

/// Follows the sessions of a scope.
pub struct Follower {
    reader: Arc<dyn SessionReader>,
    scope: TailScope,
    since: Option<Timestamp>,
    out: TailOutput,
    alerts: TailAlerts,
    view: WatchView,
    followed: HashMap<SessionKey, FollowedSession>,
    strangers: HashMap<SessionKey, Stranger>,
    /// Sessions that are to be read again.
    unread: HashSet<SessionKey>,
    /// What was written since then is still to be looked for.
    behind: Option<Timestamp>,
    began: Option<Timestamp>,
    /// When something was last heard of the store.
    heard: Timestamp,
    is_lost: bool,
    /// The store is looked at again and again, for it does not tell by itself.
    is_polled: bool,
    /// When to look for sessions that the store does not name.
    look_at: Instant,
    is_to_be_shown: bool,
    complained: Option<String>,
    /// An alert to end with was told.
    is_ended: bool,
}

/// Why following ended by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FollowEnd {
    /// Nothing came for as long as was asked.
    Idle,
    /// An alert to end with was told.
    Alert,
}

impl Follower {
    /// Follows nothing yet.
    pub fn new(
        reader: Arc<dyn SessionReader>,
        scope: TailScope,
        since: Option<Timestamp>,
        out: TailOutput,
        alerts: TailAlerts,
    ) -> Self {
        Self {
            reader,
            scope,
            since,
            out,
            alerts,
            view: WatchView::default(),
            followed: HashMap::new(),
            strangers: HashMap::new(),
            unread: HashSet::new(),
            behind: None,
            began: None,
            heard: Timestamp::now(),
            is_lost: false,
            is_polled: false,
            look_at: Instant::now(),
            is_to_be_shown: false,
            complained: None,
            is_ended: false,
        }
    }

    /// Tells what changes until nothing came for so long, or an alert ends it.
    ///
    /// # Errors
    /// Output that cannot be written, and a store that cannot be watched.
    pub async fn follow(&mut self, until_idle: Option<Duration>) -> Result<FollowEnd> {
        let mut watch = self.reader.watch(&self.view);
        let mut quiet_since = Instant::now();
        let mut beat = tokio::time::interval(BEAT);
        beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let written = self.out.written();
            let idle_at = until_idle.filter(|_| self.began.is_some() && !self.is_lost).map(|idle| quiet_since + idle);
            tokio::select! {
                news = watch.next_news() => {
                    let is_begun = matches!(news, Some(News::Begun(_)));
                    match news {
                        Some(News::Ended(error)) => return Err(error.into()),
                        Some(news) => self.on_news(news).await?,
                        None => return Err(Error::other("watching for changes", "it ended").into()),
                    }
                    if is_begun {
                        quiet_since = Instant::now();
                    }
                }
                _ = beat.tick() => {
                    TailOutput::check()?;
                    self.on_beat().await?;
                }
                () = tokio::time::sleep_until(idle_at.unwrap_or(quiet_since)), if idle_at.is_some() => {
                    return Ok(FollowEnd::Idle);
                }
            }
            if self.is_ended {
                return Ok(FollowEnd::Alert);
            }
            if self.out.written() > written {
                quiet_since = Instant::now();
            }
        }
    }

    async fn on_news(&mut self, news: News) -> Result<()> {
        match news {
            News::Begun(mode) => return self.on_begun(mode).await,
            News::Lost(error) => {
                if !self.is_lost {
                    self.is_lost = true;
                    note(&format!(
                        "{}; what is written meanwhile is told once it answers again",
                        told::sentence(&error)
                    ));
                }
            }
            News::Changes(changes) => {
                self.heard = Timestamp::now();
                for change in &changes {
                    self.take(change).await?;
                }
                self.read_what_is_unread().await?;
                self.show();
            }
            News::Paced(_) | News::Ended(_) => {}
        }
        Ok(())
    }

    /// Changes are told from now on: what was written before is read now, so that there is no gap.
    async fn on_begun(&mut self, mode: WatchMode) -> Result<()> {
        let now = Timestamp::now();
        let since = if self.began.is_some() {
            // What is known of what is followed tells apart what was told.
            self.heard.checked_sub(DISAGREEMENT).ok()
        } else {
            self.began = Some(now);
            self.since
        };
        if std::mem::take(&mut self.is_lost) {
            note("it answers again");
        }
        self.heard = now;
        self.note_mode(mode);
        if let TailScope::One(row) = &self.scope {
            let row = (**row).clone();
            let key = row.key.clone();
            let is_first = !self.followed.contains_key(&key);
            self.remember(&row);
            if is_first && since.is_none() {
                return self.read_quietly(&key).await;
            }
        }
        let held = if self.is_polled { self.newest().await } else { Vec::new() };
        if let Some(since) = since {
            self.catch_up(since).await?;
        }
        self.note_held(held);
        self.show();
        Ok(())
    }

    fn note_mode(&mut self, mode: WatchMode) {
        let was_polled = std::mem::replace(&mut self.is_polled, matches!(mode, WatchMode::Poll(_)));
        if self.is_polled && !was_polled {
            note("what changes is not told here: the store is looked at again and again, at most 5 s apart");
        }
    }

    async fn take(&mut self, change: &Change) -> Result<()> {
        let now = Timestamp::now();
        let key = &change.session;
        if matches!(change.kind, ChangeKind::Deleted) {
            return if self.is_there_again(key).await { Ok(()) } else { self.on_deleted(key, now) };
        }
        if !self.follows(key).await {
            return Ok(());
        }
        let Some(followed) = self.followed.get_mut(key) else { return Ok(()) };
        if let ChangeKind::Created(row) = &change.kind {
            row.name().clone_into(&mut followed.name);
        }
        followed.heard = Instant::now();
        let (news, again) = followed.mark.take(change);
        let mut alerts = self.alerts.take(change, now);
        // Of what is out of view no more is told than that.
        let is_out_of_view = self.is_polled && matches!(change.kind, ChangeKind::Touched(_));
        if again || is_out_of_view && !self.scope.is_one() {
            self.unread.insert(key.clone());
        }
        alerts.extend(self.tell(key, &news, now)?);
        self.raise(alerts).await
    }

    fn on_deleted(&mut self, key: &SessionKey, now: Timestamp) -> Result<()> {
        let followed = self.followed.remove(key);
        if followed.is_some() {
            self.scope.forget();
        }
        self.strangers.remove(key);
        self.unread.remove(key);
        let name = match (followed, self.scope.is_all()) {
            (Some(followed), _) => followed.name,
            (None, true) => key.text().to_owned(),
            // Whether it matched nobody knows any more.
            (None, false) => return Ok(()),
        };
        self.alerts.take(&Change::deleted(key.clone()), now);
        let of = LineOf { session: key, name: &name, now };
        Ok(self.out.line(&of.line(None, None, TailWhat::Deleted))?)
    }

    fn tell(&mut self, key: &SessionKey, news: &[SessionNews], now: Timestamp) -> Result<Vec<Alert>> {
        let Some(followed) = self.followed.get(key) else { return Ok(Vec::new()) };
        let of = LineOf { session: key, name: &followed.name, now };
        let mut alerts = Vec::new();
        for news in news {
            for line in of.lines(news) {
                self.out.line(&line)?;
            }
            alerts.extend(self.alerts.hear(key, news, now));
        }
        Ok(alerts)
    }

    async fn raise(&mut self, alerts: Vec<Alert>) -> Result<()> {
        for alert in self.alerts.settled(self.reader.as_ref(), alerts).await {
            let name =
                self.followed.get(&alert.session).map_or(alert.session.text(), |followed| followed.name.as_str());
            let of = LineOf { session: &alert.session, name, now: alert.at };
            self.out.line(&of.line(None, None, TailWhat::Alert(Box::new(alert.clone()))))?;
            self.is_ended |= self.alerts.ends(&alert);
        }
        Ok(())
    }

    /// Says once what goes wrong.
    fn complain(&mut self, error: &Error) {
        tracing::warn!(%error, "following");
        let said = told::sentence(error);
        if !self.is_lost && self.complained.as_ref() != Some(&said) {
            note(&said);
            self.complained = Some(said);
        }
    }
}
