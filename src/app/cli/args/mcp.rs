//! The arguments of `mcp`.

use clap::builder::NonEmptyStringValueParser;

/// `mcp`.
#[derive(Debug, clap::Args)]
#[command(after_help = MCP_HELP)]
pub struct McpArgs {
    /// Tools for the metadata of this session alone: its _id, else its session_id, else an ObjectId's hex. It need not be there yet
    #[arg(long, value_name = "ID", value_parser = NonEmptyStringValueParser::new())]
    pub session: Option<String>,
}

const MCP_HELP: &str = "\
Without --session they are for a coding assistant that looks into what agents did: list_sessions, show_messages, find_text, \
session_metrics, session_health. They change nothing.
With it they are for the agent of that session: manage_metadata and get_metadata, with --read-only get_metadata alone. What it \
changes goes through the configured hooks, what [encryption] names is sealed and opened for it, and nothing is written down for \
undo, which takes back what people do.

A client starts this program and ends it; what it has to say is on standard error. In a client's settings:
  \"command\": \"strandscope\", \"args\": [\"mcp\", \"--profile\", \"prod\"]
  \"command\": \"strandscope\", \"args\": [\"mcp\", \"--session\", \"support-1042\", \"--profile\", \"prod\"]
A profile that asks for words needs --confirm there: nobody can be asked.";
