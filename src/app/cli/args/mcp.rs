//! The arguments of `mcp`.

use clap::builder::NonEmptyStringValueParser;

/// `mcp`.
#[derive(Debug, clap::Args)]
#[command(after_help = MCP_HELP)]
pub struct McpArgs {
    /// The tools manage_metadata and get_metadata for this session: its _id, else its session_id, else an ObjectId's hex. It need
    /// not be there yet. With --read-only get_metadata alone. Without it, tools for coding assistants, which read all sessions and
    /// change none: list_sessions, show_messages, find_text, session_metrics, session_health
    #[arg(long, value_name = "ID", value_parser = NonEmptyStringValueParser::new())]
    pub session: Option<String>,
}

const MCP_HELP: &str = "\
A client starts it and ends it; what it has to say is on standard error. In a client's settings:
  \"command\": \"strandscope\", \"args\": [\"mcp\", \"--session\", \"support-1042\", \"--profile\", \"prod\"]
  \"command\": \"strandscope\", \"args\": [\"mcp\", \"--profile\", \"prod\"]
What an agent changes goes through the configured hooks, and what [encryption] names is sealed and opened for it. It is not written
down for undo, which takes back what people do.";
