//! What changes in the collection, told by its change stream; where there can be none, the collection is looked at again and again.
//!
//! One task holds the stream and goes on from its token after an interruption. It ends once nobody reads the watch any more
//! or the pool is closed, after the question that is under way: the driver's futures are not dropped halfway.

mod asked;
mod events;
mod split;
mod together;

#[cfg(all(test, feature = "app"))]
pub(crate) use events::written;

pub(super) use self::asked::pipeline;

use std::time::Duration;

use bson::RawDocumentBuf;
use futures_util::{StreamExt, stream};
use mongodb::{
    change_stream::{ChangeStream, event::ResumeToken},
    error::{Error as DriverError, Result as DriverResult},
};
use tokio::sync::{mpsc, watch};

use self::{
    split::{EventPieces, SplitEvent},
    together::told_together,
};
use super::{
    MongoRepository,
    errors::{self, Doing},
    poll::{PollEnd, Polling},
};
use crate::repository::{Error, InView, News, Result, Watch, WatchMode, teller::NewsTeller};

/// What makes a server that stands alone tell its changes.
pub(super) const REPLICA_SET: &str = "run it as a replica set, which change streams need (one member is enough)";

/// How many events may wait for whoever reads the watch; then the server is not asked for more.
const WAITING: usize = 256;

/// How long the server waits for an event before it answers that there is none.
const PATIENCE: Duration = Duration::from_secs(1);

/// A server that did not answer for so long is told to be lost.
const SILENCE: Duration = Duration::from_secs(5);

type Events = ChangeStream<RawDocumentBuf>;

/// See [`crate::repository::SessionReader::watch`]. Asks nothing before it is read.
pub(super) fn changes(repository: MongoRepository, shown: watch::Receiver<InView>) -> Watch {
    let begun = async move {
        let (told, news) = mpsc::channel(WAITING);
        let teller = ChangeTeller {
            me: repository,
            news: NewsTeller::new(told),
            shown,
            polling: None,
            token: None,
            pieces: EventPieces::default(),
            splits: true,
            was_open: false,
        };
        tokio::spawn(teller.run());
        news
    };
    Watch::new(stream::once(begun).flat_map(told_together))
}

/// Why a stream ended, or could not be opened.
enum StreamBreak {
    /// Nobody reads the watch any more.
    Unread,
    /// There is nothing to go on from: another begins from now.
    Anew,
    /// For now.
    Lost(Error),
    /// There can be none, as things are.
    Never(Error),
}

/// Tells what a stream says, and opens another where it ends.
struct ChangeTeller {
    me: MongoRepository,
    news: NewsTeller,
    /// What is in view, for looks.
    shown: watch::Receiver<InView>,
    /// Looks at the collection instead.
    polling: Option<Polling>,
    /// Where to go on.
    token: Option<ResumeToken>,
    /// What came of an event that comes in pieces.
    pieces: EventPieces,
    /// The server may be able to split events: it is asked to until it says that it does not know that.
    splits: bool,
    /// The server did open a stream for us before.
    was_open: bool,
}

impl ChangeTeller {
    async fn run(mut self) {
        while !self.is_over() {
            let end = match self.open().await {
                Ok(events) => self.follow(events).await,
                Err(end) => end,
            };
            match end {
                StreamBreak::Unread => return,
                StreamBreak::Anew => {
                    self.token = None;
                    self.pieces.forget();
                }
                StreamBreak::Lost(error) => self.news.lose(error).await,
                StreamBreak::Never(error) => match self.poll(&error).await {
                    PollEnd::Unread => return,
                    PollEnd::TryStream => continue,
                    PollEnd::Lost(error) => self.news.lose(error).await,
                    // Who could read before may be let in again.
                    PollEnd::Denied(error) if self.was_open => self.news.lose(error).await,
                    PollEnd::Denied(error) => {
                        tracing::warn!(%error, "changes cannot be watched");
                        self.news.tell(News::Ended(error)).await;
                        return;
                    }
                },
            }
            self.news.pause().await;
        }
    }

    /// Looks at the collection for a while, as there is no stream, and why.
    async fn poll(&mut self, why: &Error) -> PollEnd {
        self.token = None;
        let polling = self.polling.get_or_insert_with(|| {
            tracing::warn!(%why, "the server does not tell what changes; the collection is looked at again and again");
            Polling::new(&self.me, self.news.channel(), self.shown.clone())
        });
        let end = polling.run(&mut self.news.is_lost).await;
        if !self.news.is_lost {
            self.news.calm();
        }
        end
    }

    /// Nobody reads the watch, or nothing can be asked any more.
    fn is_over(&self) -> bool {
        self.news.is_unread() || self.me.pool.is_closing()
    }

    /// Opens a stream from the token, else from now, and says so.
    async fn open(&mut self) -> Result<Events, StreamBreak> {
        let mut opened = self.ask_for_stream().await;
        if self.splits && matches!(&opened, Ok(Err(error)) if self.may_lack_splits(error)) {
            tracing::debug!("the server does not split large events");
            self.splits = false;
            opened = self.ask_for_stream().await;
        }
        match opened {
            Ok(Ok(events)) => {
                (self.was_open, self.polling) = (true, None);
                self.note_place(&events);
                if self.news.begin(WatchMode::Stream).await { Ok(events) } else { Err(StreamBreak::Unread) }
            }
            Ok(Err(error)) => Err(self.ended_by(&error)),
            Err(error) => Err(StreamBreak::Lost(error)),
        }
    }

    /// Whether the server may have refused the stage that splits events: what only speaks MongoDB's protocol says so in words of
    /// its own.
    fn may_lack_splits(&self, error: &DriverError) -> bool {
        let is_told_apart = self.was_open || errors::has_no_streams(error) || errors::is_denied(error);
        errors::knows_no_stage(error) || (!is_told_apart && errors::is_refused(error))
    }

    async fn ask_for_stream(&self) -> Result<DriverResult<Events>> {
        let (token, splits) = (self.token.clone(), self.splits);
        let opening = self.me.read("the change stream", |me| async move {
            let open = || {
                let (collection, token) = (me.collection_to_read(), token.clone());
                let asked: Vec<_> = me.of_events().into_iter().chain(pipeline(splits)).collect();
                async move { collection.watch().pipeline(asked).resume_after(token).max_await_time(PATIENCE).await }
            };
            Ok(me.ask(open).await.map(ChangeStream::with_type::<RawDocumentBuf>))
        });
        opening.await
    }

    /// Tells what comes, until the stream ends.
    async fn follow(&mut self, mut events: Events) -> StreamBreak {
        loop {
            let (back, answer) = match self.next(events).await {
                Ok(answered) => answered,
                Err(error) => return StreamBreak::Lost(error),
            };
            events = back;
            let event = match answer {
                Ok(event) => event,
                Err(error) => return self.ended_by(&error),
            };
            self.note_place(&events);
            self.news.calm();
            if self.is_over() || self.news.is_lost && !self.news.begin(WatchMode::Stream).await {
                return StreamBreak::Unread;
            }
            let Some(event) = event else {
                if events.is_alive() {
                    continue;
                }
                return StreamBreak::Anew;
            };
            let event = match self.pieces.take(event) {
                SplitEvent::Whole(event) => event,
                SplitEvent::Piece => continue,
                SplitEvent::Torn => return StreamBreak::Anew,
            };
            let changes = events::changes(&event);
            if !changes.is_empty() && !self.news.tell(News::Changes(changes)).await {
                return StreamBreak::Unread;
            }
            if events::is_last(&event) {
                return StreamBreak::Anew;
            }
        }
    }

    /// One answer of the server: the next event, or that there is none now. Where it is silent, that is told, and it is waited
    /// on for as long as any question may take.
    async fn next(&mut self, mut events: Events) -> Result<(Events, DriverResult<Option<RawDocumentBuf>>)> {
        let mut asked = Box::pin(async move {
            let answer = events.next_if_any().await;
            (events, answer)
        });
        if let Ok(answered) = tokio::time::timeout(SILENCE, &mut asked).await {
            return Ok(answered);
        }
        self.news.lose(self.me.pool.silent(SILENCE)).await;
        let limit = self.me.pool.gate().operation();
        if let Ok(answered) = tokio::time::timeout(limit, &mut asked).await {
            return Ok(answered);
        }
        tokio::spawn(asked);
        Err(self.me.pool.silent(limit))
    }

    fn note_place(&mut self, events: &Events) {
        if let Some(token) = events.resume_token() {
            self.token = Some(token);
        }
    }

    /// What an error means for the stream.
    fn ended_by(&self, error: &DriverError) -> StreamBreak {
        let told = self.me.failure(error, Doing::new("changeStream", "the change stream"));
        if errors::is_lost(error) {
            self.me.pool.renew_if_rebuilt();
            StreamBreak::Lost(told)
        } else if errors::has_no_streams(error) {
            let why = "only replica sets and sharded clusters tell what changes, and this server stands alone";
            StreamBreak::Never(Error::other("watching for changes", why).with_hint(REPLICA_SET))
        } else if errors::is_denied(error) {
            // A right that was taken away may be given back.
            if self.was_open { StreamBreak::Lost(told) } else { StreamBreak::Never(told) }
        } else if self.token.is_some() || errors::is_too_large(error) {
            // The token is too old, or what comes after it is too large for an event: going on would meet it again.
            tracing::info!(error = %told, "the change stream cannot go on; another begins");
            StreamBreak::Anew
        } else if !self.was_open && errors::is_refused(error) {
            StreamBreak::Never(told)
        } else {
            StreamBreak::Lost(told)
        }
    }
}
