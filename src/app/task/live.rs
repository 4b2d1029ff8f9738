//! What changes in the store, told to the screen for as long as the connection is in use.

use std::{future::Future, sync::Arc};

use futures_util::{FutureExt, Stream, StreamExt};
use tokio::{sync::mpsc, task::JoinSet, time::Instant};

use super::{Event, Ticket, before::changed_just_before, crash::crashed, unhurried::Unhurried};
use crate::{
    repository::{Error, News, SessionReader, Watch, WatchView},
    session::Change,
};

/// How many changes go out in one event at most, where more are ready.
const CHANGES_AT_ONCE: usize = 500;

const WATCHING: &str = "watching for changes";

/// Starts to tell; dropping what it gives ends that. `stands` is told when changes begin to be told, and why none can be for now.
pub(super) fn follow(
    ticket: Ticket,
    reader: Arc<dyn SessionReader>,
    view: WatchView,
    events: mpsc::Sender<Event>,
    stands: impl Fn(Result<(), &Error>) + Send + 'static,
) -> JoinSet<()> {
    let mut following = JoinSet::new();
    following.spawn(async move {
        // In a set of its own: where this task ends, that one does.
        let mut telling = JoinSet::new();
        let outbox = events.clone();
        telling.spawn(async move {
            let before = changed_just_before(Arc::clone(&reader));
            tell(ticket, reader.watch(&view), &outbox, stands, before).await;
        });
        if let Some(Err(join)) = telling.join_next().await {
            let _ = events.send(Event::News(ticket, News::Ended(crashed(WATCHING, &join)))).await;
        }
    });
    following
}

/// Ends with the news that nothing more comes, or with the screen. What changed `before` is told beside what changes, once that is
/// told for the first time.
async fn tell(
    ticket: Ticket,
    watch: Watch,
    events: &mpsc::Sender<Event>,
    stands: impl Fn(Result<(), &Error>),
    before: impl Future<Output = Vec<Change>> + Send + 'static,
) {
    let (mut before, mut beside) = (Some(before), JoinSet::new());
    let mut watch = watch.fuse();
    let mut held = None;
    let mut unhurried = Unhurried::default();
    loop {
        let told = if let Some(news) = held.take() {
            Some(news)
        } else {
            let next = unhurried.next();
            tokio::select! {
                news = watch.next() => news,
                () = events.closed() => return,
                () = tokio::time::sleep_until(next.unwrap_or_else(Instant::now)), if next.is_some() => {
                    Some(News::Changes(Vec::new()))
                }
            }
        };
        let mut news = told.unwrap_or_else(|| News::Ended(Error::other(WATCHING, "it ended")));
        match &mut news {
            News::Changes(changes) => {
                if !changes.is_empty() {
                    held = gather(changes, &mut watch);
                }
                let now = Instant::now();
                let mut told = unhurried.admit(std::mem::take(changes), now);
                told.extend(unhurried.due(now));
                *changes = told;
                if changes.is_empty() {
                    continue;
                }
            }
            News::Paced(mode) => tracing::debug!(?mode, "changes are told"),
            News::Begun(mode) => {
                tracing::info!(?mode, "changes are told");
                stands(Ok(()));
            }
            News::Lost(error) => {
                tracing::warn!(%error, "changes are not told for now");
                stands(Err(error));
            }
            News::Ended(error) => tracing::info!(%error, "changes are not told"),
        }
        let (begun, ended) = (matches!(news, News::Begun(_)), matches!(news, News::Ended(_)));
        if events.send(Event::News(ticket, news)).await.is_err() || ended {
            return;
        }
        if let Some(before) = before.take_if(|_| begun) {
            let events = events.clone();
            beside.spawn(async move {
                let changes = before.await;
                if !changes.is_empty() {
                    // Where the screen is gone nobody asks.
                    let _ = events.send(Event::News(ticket, News::Changes(changes))).await;
                }
            });
        }
    }
}

/// Takes what is ready beside the first changes, so that a burst is one event. What comes after them and is something else is
/// given back.
fn gather(changes: &mut Vec<Change>, watch: &mut (impl Stream<Item = News> + Unpin)) -> Option<News> {
    while changes.len() < CHANGES_AT_ONCE {
        match watch.next().now_or_never().flatten() {
            Some(News::Changes(more)) => changes.extend(more),
            other => return other,
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use std::future::ready;

    use futures_util::stream;

    use super::*;
    use crate::repository::WatchMode;

    fn one() -> News {
        News::Changes(vec![Change::unclear("s".into(), None)])
    }

    #[test]
    fn a_burst_is_one_event_and_what_follows_it_is_kept() {
        let mut changes = vec![Change::unclear("s".into(), None)];
        let mut watch = stream::iter([one(), one(), News::Begun(WatchMode::Stream), one()]).fuse();
        assert!(matches!(gather(&mut changes, &mut watch), Some(News::Begun(_))));
        assert_eq!(changes.len(), 3);
        let mut many = stream::iter((0..2000).map(|_| one())).fuse();
        assert!(gather(&mut changes, &mut many).is_none());
        assert_eq!(changes.len(), CHANGES_AT_ONCE);
        let mut nothing = stream::pending::<News>();
        changes.truncate(1);
        assert!(gather(&mut changes, &mut nothing).is_none() && changes.len() == 1);
    }

    #[tokio::test]
    async fn the_end_is_told_and_without_a_screen_nothing_goes_on() {
        let (events, mut told) = mpsc::channel(4);
        let begun = Watch::new(stream::iter([News::Begun(WatchMode::Stream)]));
        tell(Ticket(1), begun, &events, |_| {}, ready(Vec::new())).await;
        assert!(matches!(told.recv().await, Some(Event::News(Ticket(1), News::Begun(_)))));
        assert!(matches!(told.recv().await, Some(Event::News(Ticket(1), News::Ended(_)))));
        drop(told);
        tell(Ticket(1), Watch::new(stream::pending()), &events, |_| {}, ready(Vec::new())).await;
    }

    #[tokio::test]
    async fn what_changed_before_is_told_once_after_the_beginning() {
        let (events, mut told) = mpsc::channel(8);
        let begun = stream::iter([News::Begun(WatchMode::Stream), News::Begun(WatchMode::Stream)]);
        let watch = Watch::new(begun.chain(stream::pending()));
        let before = ready(vec![Change::unclear("s".into(), None)]);
        let telling = tokio::spawn(async move { tell(Ticket(1), watch, &events, |_| {}, before).await });
        let (mut begun, mut changes) = (0, 0);
        while begun < 2 || changes < 1 {
            match told.recv().await {
                Some(Event::News(_, News::Begun(_))) => begun += 1,
                Some(Event::News(_, News::Changes(_))) if begun > 0 => changes += 1,
                other => panic!("{other:?}"),
            }
        }
        drop(told);
        telling.await.unwrap();
    }
}
