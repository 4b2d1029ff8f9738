//! A folder of sessions that fails, stalls and comes back where a test says so.

use std::{
    collections::HashMap,
    fs,
    ops::Range,
    path::Path,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use bson::Document;
use futures_util::stream;
use serde_json::{Value, json};
use strandscope::{
    AgentConfig, AgentId, AgentUpdate, Details, Error, Filter, ListPlan, ListQuery, Message, MessageUpdate,
    MetadataEdit, NewAgent, NewFeedback, NewGuardrailEvent, NewMessage, NewSession, News, Opened, Outline, Page,
    Projection, Result, Session, SessionKey, SessionReader, SessionRepository, SessionUpdate, SessionWriter, Summary,
    Tail, Watch, WatchView, app::place::Store, open_folder,
};
use tempfile::TempDir;
use tokio::sync::Semaphore;

/// What can be told to fail or to stall.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Call {
    Connect,
    List,
    Count,
    Details,
    Resolve,
    Open,
    Messages,
    Outline,
    Document,
    Write,
}

#[derive(Debug, Clone)]
enum Fault {
    Fail(fn() -> Error),
    Stall(Held),
}

/// Calls that wait until they are let go.
#[derive(Debug, Clone)]
pub struct Held {
    caught: Arc<Semaphore>,
    go: Arc<Semaphore>,
    left: Arc<Semaphore>,
}

impl Held {
    /// Waits until one more call is held.
    pub async fn caught(&self) {
        self.caught.acquire().await.expect("it is never closed").forget();
    }

    /// Waits until one of them is held no more: it went on, or nobody asks for it.
    pub async fn left(&self) {
        self.left.acquire().await.expect("it is never closed").forget();
    }

    /// Lets all of them go on, also those to come.
    pub fn let_go(&self) {
        self.go.close();
    }
}

/// A call that is held. However it ends, it is held no more.
struct Leaving<'a>(&'a Held);

impl Drop for Leaving<'_> {
    fn drop(&mut self) {
        self.0.left.add_permits(1);
    }
}

/// The store. Clones share what they were told.
#[derive(Debug, Clone)]
pub struct Faulty {
    inner: Arc<dyn SessionRepository>,
    faults: Arc<Mutex<HashMap<Call, Fault>>>,
    /// It tells what changes in it.
    watched: bool,
    _dir: Arc<TempDir>,
}

impl Faulty {
    /// Three sessions, `long` with more messages than are read at once.
    pub async fn seeded() -> Self {
        let dir = tempfile::tempdir().unwrap();
        for (id, messages) in [("long", 120), ("other", 2), ("third", 1)] {
            seed(&dir.path().join(format!("session_{id}")), id, messages);
        }
        let inner = open_folder(dir.path()).await.unwrap();
        Self { inner, faults: Arc::default(), watched: false, _dir: Arc::new(dir) }
    }

    /// Another store, which does not fail by itself.
    pub fn over(inner: Arc<dyn SessionRepository>) -> Self {
        let dir = tempfile::tempdir().expect("a folder");
        Self { inner, faults: Arc::default(), watched: false, _dir: Arc::new(dir) }
    }

    /// The same, and what changes in it is told.
    pub fn watching(inner: Arc<dyn SessionRepository>) -> Self {
        Self { watched: true, ..Self::over(inner) }
    }

    /// The folder itself, as another program has it.
    pub fn folder(&self) -> &dyn SessionRepository {
        self.inner.as_ref()
    }

    /// Such calls fail from now on, and a ping with them.
    pub fn fail(&self, call: Call, error: fn() -> Error) {
        self.faults().insert(call, Fault::Fail(error));
    }

    /// Such calls are held from now on.
    pub fn stall(&self, call: Call) -> Held {
        let [caught, go, left] = [0; 3].map(|permits| Arc::new(Semaphore::new(permits)));
        let held = Held { caught, go, left };
        self.faults().insert(call, Fault::Stall(held.clone()));
        held
    }

    /// New calls are answered again; what is held stays so.
    pub fn mend(&self) {
        self.faults().clear();
    }

    /// What the task opens.
    pub async fn connect(self) -> Result<Opened<Store>> {
        self.pass(Call::Connect).await?;
        Ok(Opened::Store(Store::Repository(Arc::new(self))))
    }

    fn faults(&self) -> MutexGuard<'_, HashMap<Call, Fault>> {
        self.faults.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn pass(&self, call: Call) -> Result<()> {
        let fault = self.faults().get(&call).cloned();
        match fault {
            None => Ok(()),
            Some(Fault::Fail(error)) => Err(error()),
            Some(Fault::Stall(held)) => {
                let _leaving = Leaving(&held);
                held.caught.add_permits(1);
                drop(held.go.acquire().await);
                Ok(())
            }
        }
    }

    /// The answer is fetched before the call is held: one that is let go is old, and comes without further work.
    async fn read<T>(&self, call: Call, answer: impl Future<Output = Result<T>> + Send) -> Result<T> {
        let answer = answer.await;
        self.pass(call).await?;
        answer
    }
}

fn write(path: &Path, value: &Value) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, value.to_string()).unwrap();
}

/// A session with so many messages of agent `a`, as Strands writes it.
fn seed(dir: &Path, id: &str, messages: u64) {
    let at = "2026-11-23T14:11:20.777123+00:00";
    let session = json!({
        "session_id": id, "session_type": "AGENT", "created_at": at, "updated_at": at,
        "metadata": { "priority": "low" },
    });
    write(&dir.join("session.json"), &session);
    let agent = json!({
        "agent_id": "a", "state": {}, "conversation_manager_state": {}, "_internal_state": {},
        "created_at": at, "updated_at": at,
    });
    write(&dir.join("agents/agent_a/agent.json"), &agent);
    for n in 0..messages {
        let text = match n {
            100 => "needle one".to_owned(),
            101 => "needle two".to_owned(),
            _ => format!("text {n}"),
        };
        let message = json!({
            "message": { "role": "user", "content": [{ "text": text }] }, "message_id": n, "redact_message": null,
            "created_at": at, "updated_at": at,
        });
        write(&dir.join(format!("agents/agent_a/messages/message_{n}.json")), &message);
    }
}

#[async_trait::async_trait]
impl SessionReader for Faulty {
    fn location(&self) -> String {
        "here".to_owned()
    }

    async fn ping(&self) -> Result<()> {
        let failing = self.faults().values().find_map(|fault| match fault {
            Fault::Fail(error) => Some(error()),
            Fault::Stall(_) => None,
        });
        match failing {
            Some(error) => Err(error),
            None => self.inner.ping().await,
        }
    }

    fn list(&self, query: &ListQuery) -> Page {
        let (store, query) = (self.clone(), query.clone());
        Page::found_by(|rows| async move {
            let (found, end) = store.inner.list(&query).read().await?;
            store.pass(Call::List).await?;
            found.into_iter().all(|row| rows.push(row));
            Ok(end)
        })
    }

    async fn rows(&self, keys: &[SessionKey], filter: &Filter, metadata: &Projection) -> Result<Vec<Summary>> {
        self.inner.rows(keys, filter, metadata).await
    }

    async fn plan(&self, query: &ListQuery) -> Result<ListPlan> {
        self.inner.plan(query).await
    }

    async fn count(&self, filter: &Filter) -> Result<Option<u64>> {
        self.read(Call::Count, self.inner.count(filter)).await
    }

    async fn details(&self, keys: &[SessionKey]) -> Result<Vec<(SessionKey, Details)>> {
        self.read(Call::Details, self.inner.details(keys)).await
    }

    async fn resolve(&self, id: &str) -> Result<Vec<Summary>> {
        self.read(Call::Resolve, self.inner.resolve(id)).await
    }

    async fn open(&self, key: &SessionKey, last: u64) -> Result<Session> {
        self.read(Call::Open, self.inner.open(key, last)).await
    }

    async fn messages(&self, key: &SessionKey, agent: &AgentId, range: Range<u64>) -> Result<Vec<Message>> {
        self.read(Call::Messages, self.inner.messages(key, agent, range)).await
    }

    async fn outline(&self, key: &SessionKey) -> Result<Outline> {
        self.read(Call::Outline, self.inner.outline(key)).await
    }

    async fn document(&self, key: &SessionKey) -> Result<Document> {
        self.read(Call::Document, self.inner.document(key)).await
    }

    fn watch(&self, view: &WatchView) -> Watch {
        if self.watched {
            return self.inner.watch(view);
        }
        let why = Error::other("watching for changes", "nothing is told here");
        Watch::new(stream::iter([News::Ended(why)]))
    }
}

/// The screen writes metadata, feedback and deletions; the rest is the folder's own.
#[async_trait::async_trait]
impl SessionWriter for Faulty {
    async fn delete_session(&self, key: &SessionKey) -> Result<()> {
        self.pass(Call::Write).await?;
        self.inner.delete_session(key).await
    }

    async fn edit_metadata(&self, key: &SessionKey, edits: &[MetadataEdit]) -> Result<()> {
        self.pass(Call::Write).await?;
        self.inner.edit_metadata(key, edits).await
    }

    async fn add_feedback(&self, key: &SessionKey, feedback: &NewFeedback) -> Result<()> {
        self.pass(Call::Write).await?;
        self.inner.add_feedback(key, feedback).await
    }

    async fn create_session(&self, session: &NewSession) -> Result<SessionKey> {
        self.inner.create_session(session).await
    }

    async fn update_session(&self, key: &SessionKey, update: &SessionUpdate) -> Result<()> {
        self.inner.update_session(key, update).await
    }

    async fn create_agent(&self, key: &SessionKey, agent: &NewAgent) -> Result<()> {
        self.inner.create_agent(key, agent).await
    }

    async fn update_agent(&self, key: &SessionKey, agent: &AgentId, update: &AgentUpdate) -> Result<()> {
        self.inner.update_agent(key, agent, update).await
    }

    async fn update_agent_config(&self, key: &SessionKey, agent: &AgentId, config: &AgentConfig) -> Result<()> {
        self.inner.update_agent_config(key, agent, config).await
    }

    async fn delete_agent(&self, key: &SessionKey, agent: &AgentId) -> Result<()> {
        self.inner.delete_agent(key, agent).await
    }

    async fn append_message(
        &self,
        key: &SessionKey,
        agent: &AgentId,
        message: &NewMessage,
        known: Option<Tail>,
    ) -> Result<Tail> {
        self.inner.append_message(key, agent, message, known).await
    }

    async fn update_message(
        &self,
        key: &SessionKey,
        agent: &AgentId,
        message_id: i64,
        update: &MessageUpdate,
    ) -> Result<()> {
        self.inner.update_message(key, agent, message_id, update).await
    }

    async fn add_guardrail_event(&self, key: &SessionKey, event: &NewGuardrailEvent) -> Result<()> {
        self.inner.add_guardrail_event(key, event).await
    }

    async fn index_metadata(&self, fields: &[String]) -> Result<Vec<String>> {
        self.inner.index_metadata(fields).await
    }
}
