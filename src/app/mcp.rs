//! Tools by the Model Context Protocol, over standard input and output. What a tool is stands here, so that only `server` knows the
//! protocol.

mod assistant;
mod metadata;
mod protecting;
mod revealing;
mod server;

pub use assistant::Assistant;
pub use metadata::MetadataTools;
pub use protecting::Protecting;
pub use revealing::Revealing;

use std::{io, sync::Arc};

use async_trait::async_trait;
use serde_json::{Map, Value};

/// One tool as MCP tells it.
#[derive(Debug, Clone, PartialEq)]
pub struct McpTool {
    /// By what a client calls it.
    pub name: &'static str,
    /// For people.
    pub title: &'static str,
    /// For the model.
    pub description: String,
    /// JSON schema of the arguments.
    pub input: Map<String, Value>,
    /// JSON schema of [`McpAnswer::structured`].
    pub output: Map<String, Value>,
    /// It changes nothing.
    pub read_only: bool,
    /// It may overwrite or remove what is there.
    pub destructive: bool,
    /// The same call again changes nothing more.
    pub idempotent: bool,
}

/// What a call gives.
#[derive(Debug, Clone, PartialEq)]
pub struct McpAnswer {
    /// For the model.
    pub text: String,
    /// The same as an object, in the shape of the tool's output schema.
    pub structured: Option<Value>,
    /// It was not done; the text says why.
    pub is_error: bool,
}

/// What is served.
#[async_trait]
pub trait McpTools: Send + Sync + 'static {
    /// The tools, in order.
    fn tools(&self) -> Vec<McpTool>;

    /// Calls one. `None`: there is no such tool.
    async fn call(&self, name: &str, arguments: &Map<String, Value>) -> Option<McpAnswer>;

    /// What all of it is for, for the model.
    fn instructions(&self) -> String;

    /// Whether a call can be given up at any moment, as one that only reads. The default carries each through.
    fn may_be_given_up(&self) -> bool {
        false
    }
}

/// Serves tools over standard input and output until the client goes: with `initialize` (2025-11-25 and before) or without it
/// (2026-07-28), as the client begins. What is no message is passed over.
///
/// # Errors
/// What the system says of standard input and output.
pub async fn serve(tools: Arc<dyn McpTools>) -> io::Result<()> {
    server::over_stdio(tools).await
}

/// A schema as its fields.
#[must_use]
pub fn object(schema: Value) -> Map<String, Value> {
    match schema {
        Value::Object(fields) => fields,
        _ => Map::new(),
    }
}
