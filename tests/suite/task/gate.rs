//! A repository whose every call waits until the test lets it go on, or fails until the test mends it.

use std::{
    collections::VecDeque,
    ops::Range,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
};

use bson::{Document, doc};
use strandscope::{
    AgentId, Check, Details, Error, Filter, ListPlan, ListQuery, Message, Outline, Page, PageEnd, Result, Session,
    SessionKey, SessionReader, Summary, decode,
};
use tokio::sync::oneshot;

#[derive(Clone)]
pub struct Gate {
    waiting: Arc<Mutex<VecDeque<oneshot::Sender<()>>>>,
    failure: Option<Arc<dyn Fn() -> Error + Send + Sync>>,
    mended: Arc<AtomicBool>,
    ended: Arc<AtomicBool>,
}

impl std::fmt::Debug for Gate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Gate").finish_non_exhaustive()
    }
}

impl Gate {
    pub fn closed() -> Self {
        Self { waiting: Arc::default(), failure: None, mended: Arc::default(), ended: Arc::default() }
    }

    pub fn failing(failure: impl Fn() -> Error + Send + Sync + 'static) -> Self {
        Self { failure: Some(Arc::new(failure)), ..Self::closed() }
    }

    /// Lets the nth of the waiting calls go on, counted around.
    pub fn release(&self, nth: usize) {
        let mut waiting = self.waiting.lock().expect("no test panics while it holds this");
        if !waiting.is_empty() {
            let nth = nth % waiting.len();
            let _ = waiting.remove(nth).expect("one of them").send(());
        }
    }

    pub fn mend(&self) {
        self.mended.store(true, Ordering::Release);
    }

    /// Whether its connections were ended.
    pub fn has_ended(&self) -> bool {
        self.ended.load(Ordering::Acquire)
    }

    async fn pass(&self) -> Result<()> {
        match &self.failure {
            Some(_) if self.mended.load(Ordering::Acquire) => Ok(()),
            Some(failure) => Err(failure()),
            None => {
                let (go, gone) = oneshot::channel();
                self.waiting.lock().expect("no test panics while it holds this").push_back(go);
                let _ = gone.await;
                Ok(())
            }
        }
    }
}

fn row(id: &str) -> Summary {
    Summary::new(SessionKey::from(id))
}

#[async_trait::async_trait]
impl SessionReader for Gate {
    fn location(&self) -> String {
        "gate".into()
    }

    async fn close(&self) {
        self.ended.store(true, Ordering::Release);
    }

    fn list(&self, _: &ListQuery) -> Page {
        let gate = self.clone();
        Page::found_by(|rows| async move {
            for id in ["a", "b", "c"] {
                gate.pass().await?;
                rows.push(row(id));
            }
            Ok(PageEnd::default())
        })
    }

    async fn plan(&self, _: &ListQuery) -> Result<ListPlan> {
        self.pass().await?;
        Ok(ListPlan::served(""))
    }

    async fn count(&self, _: &Filter) -> Result<Option<u64>> {
        self.pass().await?;
        Ok(Some(3))
    }

    async fn details(&self, _: &[SessionKey]) -> Result<Vec<(SessionKey, Details)>> {
        self.pass().await?;
        Ok(Vec::new())
    }

    async fn resolve(&self, _: &str) -> Result<Vec<Summary>> {
        self.pass().await?;
        Ok(Vec::new())
    }

    async fn open(&self, _: &SessionKey, _: u64) -> Result<Session> {
        self.pass().await?;
        Ok(decode::session(doc! { "_id": "s" }))
    }

    async fn messages(&self, _: &SessionKey, _: &AgentId, _: Range<u64>) -> Result<Vec<Message>> {
        self.pass().await?;
        Ok(Vec::new())
    }

    async fn outline(&self, _: &SessionKey) -> Result<Outline> {
        self.pass().await?;
        Ok(Outline::default())
    }

    async fn document(&self, _: &SessionKey) -> Result<Document> {
        self.pass().await?;
        Ok(Document::new())
    }

    async fn check(&self) -> Vec<Check> {
        Vec::new()
    }
}
