//! Changes as they are made, by whoever makes them.

use std::{
    fmt,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use futures_util::{Stream, StreamExt, stream::BoxStream};

use super::Error;
use crate::session::Change;

/// How a store tells what changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum WatchMode {
    /// The server sends each change: MongoDB's change stream.
    Stream,
    /// The store is looked at again after so long.
    Poll(Duration),
}

/// What a watch tells.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum News {
    /// From now on changes are told, in that way. What was read before may be old: after an interruption changes may have been
    /// missed.
    Begun(WatchMode),
    /// These were made, in this order.
    Changes(Vec<Change>),
    /// Nothing is told for now, and why; [`News::Begun`] comes once it goes on.
    Lost(Error),
    /// The store cannot tell what changes, and why; nothing more comes.
    Ended(Error),
}

/// The changes of a store's sessions, as a [`Stream`]. Dropping it ends the watch.
#[must_use = "a watch is read by polling it"]
pub struct Watch(BoxStream<'static, News>);

impl Watch {
    /// Of a store of one's own.
    pub fn new(news: impl Stream<Item = News> + Send + 'static) -> Self {
        Self(news.boxed())
    }

    /// The next news; `None` once nothing more comes.
    pub async fn next_news(&mut self) -> Option<News> {
        self.0.next().await
    }
}

impl Stream for Watch {
    type Item = News;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<News>> {
        self.0.poll_next_unpin(cx)
    }
}

impl fmt::Debug for Watch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Watch").finish_non_exhaustive()
    }
}
