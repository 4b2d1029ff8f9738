//! The metadata of one session as tools: `manage_metadata`, and `get_metadata` beside it.

use std::sync::Arc;

use async_trait::async_trait;
use serde_json::{Map, Value, json};
use tokio::sync::RwLock;

use super::{McpAnswer, McpTool, McpTools, object};
use crate::{
    hook::Hooks,
    manager::{MetadataTool, SessionManager},
    repository::SessionReader,
    session::SessionKey,
};

/// The tool that only reads.
const GET: &str = "get_metadata";

/// The tools of one session, which no argument changes.
#[derive(Debug)]
pub struct MetadataTools {
    tool: MetadataTool,
    session: SessionKey,
    may_change: bool,
    /// Held by each call, with others.
    calls: RwLock<()>,
}

impl MetadataTools {
    /// Both tools, through the manager's hooks.
    #[must_use]
    pub fn new(manager: &SessionManager) -> Self {
        let calls = RwLock::default();
        Self { tool: manager.metadata_tool(), session: manager.key().clone(), may_change: true, calls }
    }

    /// `get_metadata` alone, through these hooks.
    #[must_use]
    pub fn read_only(reader: Arc<dyn SessionReader>, session: SessionKey, hooks: Hooks) -> Self {
        let tool = MetadataTool::read_only_through(reader, &session, hooks);
        Self { tool, session, may_change: false, calls: RwLock::default() }
    }

    /// Waits until no call is under way: what a client asked for before it went is carried out, and the hooks hear of it.
    pub async fn finished(&self) {
        drop(self.calls.write().await);
    }

    fn manage(&self) -> McpTool {
        McpTool {
            name: self.tool.name(),
            title: "Manage session metadata",
            description: self.tool.description().to_owned(),
            input: object(self.tool.schema()),
            output: object(self.tool.output_schema()),
            read_only: false,
            destructive: true,
            idempotent: true,
        }
    }

    fn get(&self) -> McpTool {
        let keys = json!({
            "type": "array",
            "items": { "type": "string" },
            "description": "Only these fields; without it all of them",
        });
        McpTool {
            name: GET,
            title: "Get session metadata",
            description: "Get the metadata of the session, or some of its fields. Changes nothing.".to_owned(),
            input: object(json!({ "type": "object", "properties": { "keys": keys } })),
            output: object(self.tool.output_schema()),
            read_only: true,
            destructive: false,
            idempotent: true,
        }
    }
}

#[async_trait]
impl McpTools for MetadataTools {
    fn tools(&self) -> Vec<McpTool> {
        self.may_change.then(|| self.manage()).into_iter().chain([self.get()]).collect()
    }

    async fn call(&self, name: &str, arguments: &Map<String, Value>) -> Option<McpAnswer> {
        let arguments = if name == GET {
            json!({ "action": "get", "keys": arguments.get("keys") })
        } else if self.may_change && name == self.tool.name() {
            Value::Object(arguments.clone())
        } else {
            return None;
        };
        let _under_way = self.calls.read().await;
        let answer = self.tool.call(&arguments).await;
        Some(McpAnswer { text: answer.text, structured: Some(answer.structured), is_error: answer.is_error })
    }

    fn instructions(&self) -> String {
        let may = if self.may_change { "read and changed" } else { "read" };
        format!(
            "The metadata of the agent session {:?} can be {may} with these tools, and that of no other session.",
            self.session.text()
        )
    }
}

#[cfg(test)]
mod tests {
    use bson::doc;
    use futures_util::FutureExt;
    use tokio::sync::Semaphore;

    use super::*;
    use crate::{
        hook::{Hook, HookAnswer, HookOperation, Next},
        repository::{Result as StoreResult, SessionRepository, folder},
        session::record::NewSession,
    };

    async fn sessions(dir: &tempfile::TempDir) -> Arc<dyn SessionRepository> {
        let sessions = folder::open(dir.path()).await.unwrap();
        let _ = sessions.create_session(&NewSession::new("s").metadata(doc! { "a": 1, "b": 2 })).await.unwrap();
        sessions
    }

    fn arguments(json: Value) -> Map<String, Value> {
        object(json)
    }

    fn names(tools: &MetadataTools) -> Vec<&'static str> {
        tools.tools().iter().map(|tool| tool.name).collect()
    }

    #[tokio::test]
    async fn both_tools_know_one_session() {
        let dir = tempfile::tempdir().unwrap();
        let tools = MetadataTools::new(&SessionManager::new(sessions(&dir).await, "s"));
        assert_eq!(names(&tools), ["manage_metadata", "get_metadata"]);
        let other = arguments(json!({ "keys": ["a"], "session": "other", "action": "delete" }));
        let got = tools.call("get_metadata", &other).await.unwrap();
        assert_eq!((got.text.as_str(), got.is_error), (r#"Metadata retrieved: {"a": 1}"#, false));
        let set = arguments(json!({ "action": "set", "metadata": { "a": 3 }, "session": "other" }));
        assert!(!tools.call("manage_metadata", &set).await.unwrap().is_error);
        let all = tools.call("get_metadata", &Map::new()).await.unwrap();
        assert_eq!(all.structured.unwrap()["metadata"], json!({ "a": 3, "b": 2 }));
        assert!(tools.call("drop_metadata", &Map::new()).await.is_none());
        assert!(tools.instructions().contains("\"s\""));
    }

    #[tokio::test]
    async fn reading_alone_there_is_one_tool() {
        let dir = tempfile::tempdir().unwrap();
        let tools = MetadataTools::read_only(sessions(&dir).await, "s".into(), Hooks::default());
        assert_eq!(names(&tools), ["get_metadata"]);
        assert!(tools.tools().iter().all(|tool| tool.read_only && !tool.destructive));
        let set = arguments(json!({ "action": "set", "metadata": { "a": 3 } }));
        assert!(tools.call("manage_metadata", &set).await.is_none());
        let all = tools.call("get_metadata", &set).await.unwrap();
        assert_eq!(all.text, r#"All metadata: {"a": 1, "b": 2}"#);
    }

    /// Says when an operation came, and holds it until it may go on.
    struct Holding {
        came: Semaphore,
        goes: Semaphore,
    }

    #[async_trait]
    impl Hook for Holding {
        fn name(&self) -> &'static str {
            "holding"
        }

        async fn around(&self, operation: HookOperation, next: Next<'_>) -> StoreResult<HookAnswer> {
            self.came.add_permits(1);
            self.goes.acquire().await.unwrap().forget();
            next.run(operation).await
        }
    }

    #[tokio::test]
    async fn what_is_under_way_is_waited_for() {
        let dir = tempfile::tempdir().unwrap();
        let sessions = sessions(&dir).await;
        let holding = Arc::new(Holding { came: Semaphore::new(0), goes: Semaphore::new(0) });
        let hooks = Hooks::default().within(Arc::clone(&holding) as Arc<dyn Hook>);
        let manager = SessionManager::builder(Arc::clone(&sessions), "s").hooks(hooks).build();
        let tools = Arc::new(MetadataTools::new(&manager));
        tools.finished().await;
        let set = arguments(json!({ "action": "set", "metadata": { "a": 3 } }));
        let called = Arc::clone(&tools);
        let calling = tokio::spawn(async move { called.call("manage_metadata", &set).await });
        holding.came.acquire().await.unwrap().forget();
        assert!(tools.finished().now_or_never().is_none());
        holding.goes.add_permits(1);
        tools.finished().await;
        assert_eq!(sessions.metadata(&"s".into()).await.unwrap(), doc! { "a": 3, "b": 2 });
        assert!(!calling.await.unwrap().unwrap().is_error);
    }
}
