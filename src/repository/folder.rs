//! Sessions in a folder.

mod archive;
mod assemble;
mod check;
mod doubled;
mod foreign;
mod json;
mod layout;
mod list;
mod open;
mod read;
mod stamp;
mod watch;
mod write;

use std::{any::Any, fmt, ops::Range, path::Path, sync::Arc};

use async_trait::async_trait;
use bson::Document;
use tokio::task::spawn_blocking;

use super::{
    Check, Error, Filter, ListPlan, ListQuery, Page, Projection, Result, SessionCopy, SessionReader, SessionRepository,
    SortBy, Watch, WatchView,
};
use crate::{
    disk,
    metrics::Outline,
    session::{AgentId, Details, Message, Session, SessionKey, Summary},
};

/// Opens a folder of sessions to read and write them; a leading `~` is the home folder. As [`FolderRepository::open`], for
/// a program that may have another store in its place.
///
/// # Errors
/// As [`FolderRepository::open`].
pub async fn open(path: impl AsRef<Path>) -> Result<Arc<dyn SessionRepository>> {
    Ok(Arc::new(FolderRepository::open(path).await?))
}

/// A folder of sessions, in the layout of Strands' `FileSessionManager`; either can go on with what the other wrote.
///
/// ```text
/// session_<id>/session.json                              the session, its metadata and feedback
/// session_<id>/agents/agent_<id>/agent.json              Strands' SessionAgent
/// session_<id>/agents/agent_<id>/config.json             model, system prompt, prompt metadata
/// session_<id>/agents/agent_<id>/messages/message_<n>.json
/// ```
///
/// Lists read `session.json` and the times of files, opening reads the last messages only. Links are never followed;
/// a file that is missing or half-written is a [`Finding`](crate::Finding), and the rest is read.
///
/// Cheap to clone: clones share the folder.
#[derive(Clone)]
pub struct FolderRepository {
    root: Arc<Path>,
    location: String,
    /// What a list goes on with.
    order: Arc<list::KnownOrder>,
    /// Told of a write that waits for another writer, or meets one that takes no lock.
    waiting: Option<WaitNotice>,
    /// Let go of with the last clone.
    guard: Option<Arc<dyn Any + Send + Sync>>,
}

/// Is told, in a sentence, what a write meets.
type WaitNotice = Arc<dyn Fn(&str) + Send + Sync>;

impl FolderRepository {
    /// Opens a folder to read and write its sessions; a leading `~` is the home folder. It must be there; one that holds
    /// no session yet is an empty list.
    ///
    /// ```no_run
    /// # async fn example() -> strandscope::Result<()> {
    /// let sessions = strandscope::FolderRepository::open("~/.strands/sessions").await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`Error::Folder`](crate::Error::Folder) where it is missing, unreadable or of another layout.
    pub async fn open(path: impl AsRef<Path>) -> Result<Self> {
        let root = disk::expand_home(path.as_ref());
        let location = disk::shorten_home(&root);
        // Links beneath it are not followed; those that lead to it are a person's own.
        let root = root.canonicalize().unwrap_or(root);
        let folder = Self { root: root.into(), location, order: Arc::default(), waiting: None, guard: None };
        folder.blocking(foreign::recognise).await?;
        Ok(folder)
    }

    /// A temporary folder under a name of its own, with what goes with the last clone: that removes it.
    #[cfg(feature = "app")]
    pub(crate) fn temporary(dir: &Path, guard: impl Send + Sync + 'static, name: &str) -> Self {
        let root = dir.canonicalize().unwrap_or_else(|_| dir.to_owned());
        let guard: Option<Arc<dyn Any + Send + Sync>> = Some(Arc::new(guard));
        Self { root: root.into(), location: name.to_owned(), order: Arc::default(), waiting: None, guard }
    }

    /// The same, saying when a write waits for another writer of its session, a second after it began to: `notice` is
    /// called with a sentence, from whichever thread writes. It is told too what a deletion could not clear away, and of a
    /// writer that made the session's folder anew.
    #[must_use]
    pub fn on_wait(self, notice: impl Fn(&str) + Send + Sync + 'static) -> Self {
        Self { waiting: Some(Arc::new(notice)), ..self }
    }

    /// Reads off the async threads: files may lie on a slow disk.
    async fn blocking<T: Send + 'static>(&self, read: impl FnOnce(&Path) -> Result<T> + Send + 'static) -> Result<T> {
        let root = Arc::clone(&self.root);
        run(move || read(&root)).await
    }

    /// The same for one session, which must be there.
    async fn of_session<T: Send + 'static>(
        &self,
        key: &SessionKey,
        read: impl FnOnce(&layout::SessionDir) -> T + Send + 'static,
    ) -> Result<T> {
        let (key, location) = (key.clone(), self.location.clone());
        self.blocking(move |root| {
            let id = key.bson().as_str();
            let dir = id.map(|id| layout::session(root, id)).transpose()?.flatten();
            let gone = || Error::NotFound { id: key.text().to_owned(), location };
            dir.as_ref().map(read).ok_or_else(gone)
        })
        .await
    }
}

impl fmt::Debug for FolderRepository {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FolderRepository").field("root", &self.root).finish_non_exhaustive()
    }
}

async fn run<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    spawn_blocking(work).await.unwrap_or_else(|error| Err(Error::other("reading the folder", error.to_string())))
}

#[async_trait]
impl SessionReader for FolderRepository {
    fn location(&self) -> String {
        self.location.clone()
    }

    fn identity(&self) -> String {
        // Wherever it was opened from: a title may be shortened, and samples have a folder of their own each time.
        if self.guard.is_some() { self.location.clone() } else { self.root.display().to_string() }
    }

    async fn ping(&self) -> Result<()> {
        // A list of one row looks at the times of every session's files.
        self.blocking(|root| layout::sessions(root).map(drop)).await
    }

    fn list(&self, query: &ListQuery) -> Page {
        let (folder, query, order) = (self.clone(), query.clone(), Arc::clone(&self.order));
        // A list that is given up drops what takes the rows, and the next one ends the search.
        Page::found_by(|rows| async move {
            let looked = rows.clone();
            let looked = move |count| looked.looked(count);
            folder
                .blocking(move |root| {
                    list::list(root, &query, &order, &looked, &mut |row, figure| rows.push_ranked(row, figure))
                })
                .await
        })
    }

    async fn rows(&self, keys: &[SessionKey], filter: &Filter, metadata: &Projection) -> Result<Vec<Summary>> {
        let (keys, filter, metadata) = (keys.to_vec(), filter.clone(), metadata.clone());
        self.blocking(move |root| list::rows(root, &keys, &filter, &metadata)).await
    }

    async fn plan(&self, query: &ListQuery) -> Result<ListPlan> {
        let by = &query.sort.by;
        let served = query.filter.is_empty() && matches!(by, SortBy::Updated | SortBy::Id);
        let filter = query.filter.clone();
        let counts = served || self.blocking(move |root| Ok(list::counts_soon(root, &filter))).await?;
        let why = match (served, query.filter.asks_for_messages() || by.needs_messages()) {
            (true, _) if *by == SortBy::Id => "the folders' names give the order",
            (true, _) => "the files' own times give the order",
            (false, false) if by.needs_details() || list::reads_agents(&query.filter) => {
                "every session.json and agent.json is read"
            }
            (false, false) => "every session.json is read",
            (false, true) => "every message of every session is read",
        };
        Ok(ListPlan { served, counts, ..ListPlan::served(why) })
    }

    async fn count(&self, filter: &Filter) -> Result<Option<u64>> {
        let filter = filter.clone();
        self.blocking(move |root| list::count(root, &filter)).await.map(Some)
    }

    async fn details(&self, keys: &[SessionKey]) -> Result<Vec<(SessionKey, Details)>> {
        let keys = keys.to_vec();
        self.blocking(move |root| {
            let one = |key: SessionKey| {
                let dir = layout::session(root, key.bson().as_str()?).ok()??;
                Some((key, read::details(&dir)))
            };
            Ok(keys.into_iter().filter_map(one).collect())
        })
        .await
    }

    async fn resolve(&self, id: &str) -> Result<Vec<Summary>> {
        let id = id.to_owned();
        self.blocking(move |root| list::resolve(root, &id)).await
    }

    async fn open(&self, key: &SessionKey, last: u64) -> Result<Session> {
        self.of_session(key, move |dir| read::open(dir, last)).await
    }

    async fn messages(&self, key: &SessionKey, agent: &AgentId, range: Range<u64>) -> Result<Vec<Message>> {
        let agent = agent.clone();
        self.of_session(key, move |dir| read::messages(dir, &agent, range)).await
    }

    async fn outline(&self, key: &SessionKey) -> Result<Outline> {
        self.of_session(key, read::outline).await
    }

    async fn exact_copy(&self, key: &SessionKey) -> Result<SessionCopy> {
        self.of_session(key, archive::pack).await?.map(|archive| SessionCopy::Folder(archive.into()))
    }

    async fn document(&self, key: &SessionKey) -> Result<Document> {
        self.of_session(key, read::document).await
    }

    fn watch(&self, view: &WatchView) -> Watch {
        // Not the repository itself: what watches a temporary folder keeps nobody from removing it.
        watch::changes(Arc::clone(&self.root), view, true)
    }

    async fn check(&self) -> Vec<Check> {
        let root = Arc::clone(&self.root);
        spawn_blocking(move || check::check(&root)).await.unwrap_or_default()
    }
}
