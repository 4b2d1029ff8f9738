//! Tools over the Model Context Protocol.

pub mod assistant;

pub use assistant::Assistant;

use async_trait::async_trait;
use serde_json::{Map, Value};

/// One tool as MCP tells it.
pub struct McpTool {
    pub name: &'static str,
    pub title: &'static str,
    pub description: String,
    pub input: Map<String, Value>,
    pub output: Map<String, Value>,
    pub read_only: bool,
    pub destructive: bool,
    pub idempotent: bool,
}

/// What a call gives: text for the model, the same as an object (`structuredContent`), or an error told as a tool error.
pub struct McpAnswer {
    pub text: String,
    pub structured: Option<Value>,
    pub is_error: bool,
}

/// Tools that are served together.
#[async_trait]
pub trait McpTools: Send + Sync + 'static {
    /// Which there are.
    fn tools(&self) -> Vec<McpTool>;

    /// Calls one; `None`: no such tool.
    async fn call(&self, name: &str, arguments: &Map<String, Value>) -> Option<McpAnswer>;

    /// What a model should know of them all.
    fn instructions(&self) -> String;
}
