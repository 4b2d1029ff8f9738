//! Changes as they are made, by whoever makes them.

use std::{
    fmt,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use futures_util::{Stream, StreamExt, stream::BoxStream};
use tokio::sync::watch;

use super::Error;
use crate::session::{AgentId, Change, Session, SessionKey, StoredDate};

/// How a store tells what changes, and so how old what is held can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum WatchMode {
    /// Each change is told as it is made: by MongoDB's change stream, or by the file notifications of a folder.
    Stream,
    /// The store is looked at again after so long, mostly half a second to five, the longer the less happens. Told then is what is
    /// [in view](InView), and of the rest what moved `updated_at`, as far as an index finds that.
    Poll(Duration),
}

/// What a watch tells.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum News {
    /// From now on changes are told, in that way. What was read before may be old: after an interruption changes may have been
    /// missed.
    Begun(WatchMode),
    /// Changes arrive in another way from now on, and none was missed: the store is looked at after another time.
    Paced(WatchMode),
    /// These were made, in this order.
    Changes(Vec<Change>),
    /// Nothing is told for now, and why; [`News::Begun`] comes once it goes on.
    Lost(Error),
    /// The store cannot tell what changes, and why; nothing more comes.
    Ended(Error),
}

/// What somebody who watches has before him. A store that has to be looked at again looks there closer than elsewhere, and finds also
/// what moves no `updated_at`: metadata, figures, guardrail events. One that tells its changes tells all of them.
#[derive(Debug, Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct InView {
    /// Rows of a list, with the `updated_at` that they show.
    pub rows: Vec<(SessionKey, Option<StoredDate>)>,
    /// The session that is open.
    pub open: Option<OpenInView>,
}

impl InView {
    /// These rows and that session.
    #[must_use]
    pub fn new(rows: Vec<(SessionKey, Option<StoredDate>)>, open: Option<OpenInView>) -> Self {
        Self { rows, open }
    }
}

/// A session as it was read by whoever watches it: what is stored else is news to him.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct OpenInView {
    /// `_id`.
    pub key: SessionKey,
    /// `updated_at`.
    pub updated_at: Option<StoredDate>,
    /// `metadata`.
    pub metadata: Option<bson::Bson>,
    /// How many `feedbacks` there are.
    pub feedbacks: u64,
    /// How many messages each agent has.
    pub messages: Vec<(AgentId, u64)>,
}

impl From<&Session> for OpenInView {
    fn from(session: &Session) -> Self {
        Self {
            key: session.key.clone(),
            updated_at: session.updated_at,
            metadata: session.metadata.clone(),
            feedbacks: session.feedbacks.len() as u64,
            messages: session.agents.iter().map(|agent| (agent.id.clone(), agent.message_count)).collect(),
        }
    }
}

/// Tells a watch what is in view, now and later. A clone tells the same watch.
#[derive(Debug, Clone)]
pub struct WatchView(watch::Sender<InView>);

impl Default for WatchView {
    fn default() -> Self {
        Self(watch::Sender::new(InView::default()))
    }
}

impl WatchView {
    /// That is in view from now on.
    pub fn show(&self, in_view: InView) {
        self.0.send_replace(in_view);
    }

    /// What is in view, as it changes.
    #[must_use]
    pub fn shown(&self) -> watch::Receiver<InView> {
        self.0.subscribe()
    }
}

/// The changes of a store's sessions, as a [`Stream`] of [`News`], by whoever makes them. Dropping it ends the watch.
///
/// Changes are told from [`News::Begun`] on; a store that cannot tell them says [`News::Ended`] at once. Whoever reads what he holds
/// *after* `Begun`, and again after each later one, misses nothing. A change may be told that was read already, and one may come twice:
/// each says what is stored now, so applying it again does no harm. While the watch is not read the store holds back; what it cannot
/// keep that long ends in another `Begun`. An interruption is told once ([`News::Lost`]) and tried again with growing waits; it is no
/// end.
///
/// ```
/// # use strandscope::{MetadataEdit, NewSession};
/// use strandscope::{Applied, News, SessionKey, WatchView};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> strandscope::Result<()> {
/// # let folder = tempfile::tempdir().expect("a folder");
/// # let sessions = strandscope::open_folder(folder.path()).await?;
/// # sessions.create_session(&NewSession::new("support-1")).await?;
/// let key = SessionKey::from("support-1");
/// let mut held = sessions.open(&key, u64::MAX).await?;
/// let mut watch = sessions.watch(&WatchView::default());
/// while let Some(news) = watch.next_news().await {
///     match news {
///         News::Begun(_) => held = sessions.open(&key, u64::MAX).await?,
///         News::Changes(changes) => {
///             let applied = changes.iter().map(|change| change.apply_to_whole(&mut held)).max();
///             if applied == Some(Applied::Unresolved) {
///                 held = sessions.open(&key, u64::MAX).await?;
///             }
///         }
///         News::Lost(error) => eprintln!("nothing is told for now: {error}"),
///         News::Ended(error) => return Err(error),
///         _ => {}
///     }
///     if held.metadata_fields().is_some_and(|fields| fields.contains_key("solved")) {
///         break;
///     }
/// #   // Another process.
/// #   sessions.edit_metadata(&key, &[MetadataEdit::set("solved", true)]).await?;
/// }
/// # Ok(())
/// # }
/// ```
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
