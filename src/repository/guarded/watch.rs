//! Changes of sessions within a scope.
//!
//! By a prefix the key of a change tells. By a field the store is asked, once for each batch, which of the sessions lie within now. A
//! session that is gone cannot be asked for: its deletion is told where it was seen to lie within, by a change before or because it was
//! in view; what the caller says is in view is looked at, and not believed. One that was within and is no more is told as deleted.

use std::collections::HashSet;

use futures_util::{StreamExt, stream};
use tokio::sync::watch::Receiver;

use super::GuardedRepository;
use crate::{
    repository::{Filter, InView, News, Projection, Result, SessionReader, Watch, WatchView},
    session::{Change, ChangeKind, SessionKey},
};

/// The watch of a guarded store. Asks nothing before it is read.
pub(super) fn within(guard: GuardedRepository, view: &WatchView) -> Watch {
    if guard.scope.is_told_by_key() {
        let news = guard.inner.watch(view);
        let scope = guard.scope;
        return Watch::new(news.filter_map(move |news| {
            std::future::ready(match news {
                News::Changes(mut changes) => {
                    changes.retain(|change| scope.admits(&change.session));
                    (!changes.is_empty()).then_some(News::Changes(changes))
                }
                other => Some(other),
            })
        }));
    }
    let asking = AskingWatch {
        news: guard.inner.watch(view),
        shown: Some(view.shown()),
        view: view.clone(),
        guard,
        known: HashSet::new(),
        is_lost: false,
    };
    Watch::new(stream::unfold(asking, AskingWatch::next))
}

/// A watch that asks which sessions lie within.
struct AskingWatch {
    guard: GuardedRepository,
    news: Watch,
    view: WatchView,
    /// What is in view; `None` once nobody changes that any more.
    shown: Option<Receiver<InView>>,
    /// Sessions that were seen to lie within.
    known: HashSet<SessionKey>,
    /// It was told that nothing is told.
    is_lost: bool,
}

/// What happened.
enum WatchTurn {
    Shown,
    Told(Option<News>),
}

impl AskingWatch {
    async fn next(mut self) -> Option<(News, Self)> {
        loop {
            let news = match self.turn().await {
                WatchTurn::Shown => {
                    self.note_view().await;
                    None
                }
                WatchTurn::Told(None) => return None,
                WatchTurn::Told(Some(News::Begun(mode))) => {
                    self.is_lost = false;
                    self.note_view().await;
                    Some(News::Begun(mode))
                }
                WatchTurn::Told(Some(News::Changes(changes))) => match self.within(changes).await {
                    Ok(changes) if changes.is_empty() => None,
                    Ok(changes) => Some(News::Changes(changes)),
                    Err(error) => Some(News::Lost(error)),
                },
                WatchTurn::Told(Some(News::Lost(error))) => {
                    if self.is_lost {
                        continue;
                    }
                    self.is_lost = true;
                    return Some((News::Lost(error), self));
                }
                WatchTurn::Told(Some(other)) => Some(other),
            };
            match news {
                Some(News::Lost(error)) => {
                    // Which changes are missing nobody knows: another watch says from when on all are told.
                    self.news = self.guard.inner.watch(&self.view);
                    if !self.is_lost {
                        self.is_lost = true;
                        return Some((News::Lost(error), self));
                    }
                }
                Some(news) => return Some((news, self)),
                None => {}
            }
        }
    }

    /// Waits for what comes next.
    async fn turn(&mut self) -> WatchTurn {
        let Some(shown) = &mut self.shown else { return WatchTurn::Told(self.news.next_news().await) };
        let changed = tokio::select! {
            changed = shown.changed() => changed,
            news = self.news.next_news() => return WatchTurn::Told(news),
        };
        if changed.is_err() {
            self.shown = None;
        }
        WatchTurn::Shown
    }

    /// Looks which of the sessions in view lie within. Where that fails their deletion is not told, until they are in view again or the
    /// watch begins anew.
    async fn note_view(&mut self) {
        let Some(shown) = &mut self.shown else { return };
        let in_view = shown.borrow_and_update().clone();
        let keys = in_view.rows.into_iter().map(|(key, _)| key).chain(in_view.open.map(|open| open.key));
        let new: HashSet<SessionKey> = keys.filter(|key| !self.known.contains(key)).collect();
        if let Ok(within) = asked(&self.guard, new).await {
            self.known.extend(within);
        }
    }

    /// Those of some changes that may be told.
    async fn within(&mut self, changes: Vec<Change>) -> Result<Vec<Change>> {
        let within = asked(&self.guard, changes.iter().map(|change| change.session.clone()).collect()).await?;
        let mut told = Vec::new();
        for change in changes {
            let is_gone = matches!(change.kind, ChangeKind::Deleted);
            if !is_gone && within.contains(&change.session) {
                self.known.insert(change.session.clone());
                told.push(change);
            } else if self.known.remove(&change.session) {
                told.push(if is_gone { change } else { Change::deleted(change.session) });
            }
        }
        Ok(told)
    }
}

/// Those that lie within now.
async fn asked(guard: &GuardedRepository, keys: HashSet<SessionKey>) -> Result<HashSet<SessionKey>> {
    if keys.is_empty() {
        return Ok(keys);
    }
    let keys: Vec<SessionKey> = keys.into_iter().collect();
    let rows = guard.rows(&keys, &Filter::default(), &Projection::Nothing).await?;
    Ok(rows.into_iter().map(|row| row.key).collect())
}
