//! The arguments.

mod doctor;
mod examples;
mod filter;
mod list;
mod mcp;
mod showing;
mod top;
mod writing;

pub use doctor::DoctorArgs;
pub use examples::of_program as program_examples;
pub use filter::{with_negated_terms, without_shield};
pub use list::{Limit, ListArgs};
pub use mcp::McpArgs;
pub use showing::{Colour, CompletedShell, CompletionsArgs, Format, ManArgs, MetricsArgs, ShowArgs};
pub use top::TopArgs;
pub use writing::{
    DeleteArgs, FeedbackArgs, FeedbackCommand, HistoryArgs, ManyArgs, MetadataCommand, RatingArg, TypeArg,
};

use std::{path::PathBuf, time::Duration};

use filter::{FILTER_HELP, filter_word};

use crate::app::config::ConnectionArguments;
use clap::{
    CommandFactory, FromArgMatches, Parser, Subcommand,
    builder::{NonEmptyStringValueParser, TypedValueParser},
};
use secrecy::SecretString;

/// Terminal browser for AI-agent sessions kept in MongoDB or in a folder.
///
/// Without a command: the browser. With nothing configured it starts at a choice of connections.
#[derive(Debug, Parser)]
#[command(name = "strandscope", version, after_help = after_help(), max_term_width = 100)]
pub struct Args {
    /// Configuration file [env: STRANDSCOPE_CONFIG]
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    #[command(flatten)]
    pub connection: ConnectionArgs,
    /// The words that a profile asks for before a change (`confirm` in the configuration); without it they are asked for at the
    /// terminal
    #[arg(long, global = true, value_name = "WORDS")]
    pub confirm: Option<String>,
    #[command(subcommand)]
    pub command: Option<CliCommand>,
}

/// Where the sessions are.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Connection")]
pub struct ConnectionArgs {
    /// MongoDB connection string [env: STRANDSCOPE_URI, then MONGODB_URI]
    #[arg(long, global = true, value_name = "URI", value_parser = NonEmptyStringValueParser::new().map(SecretString::from))]
    pub uri: Option<SecretString>,
    /// File with the connection string, which `ps` does not show. Where that names a user and no password:
    /// STRANDSCOPE_PASSWORD, else it is asked for
    #[arg(long, global = true, value_name = "FILE")]
    pub uri_file: Option<PathBuf>,
    /// Database; without it, collections of sessions are looked for [env: STRANDSCOPE_DATABASE]
    #[arg(long, global = true, value_name = "NAME")]
    pub database: Option<String>,
    /// Collection; without it, collections of sessions are looked for [env: STRANDSCOPE_COLLECTION]
    #[arg(long, global = true, value_name = "NAME")]
    pub collection: Option<String>,
    /// Folder of sessions, as Strands' FileSessionManager keeps them
    #[arg(long, global = true, value_name = "FOLDER")]
    pub dir: Option<PathBuf>,
    /// Connection by its name in the configuration
    #[arg(long, global = true, value_name = "NAME")]
    pub profile: Option<String>,
    /// Write nothing
    #[arg(long, global = true)]
    pub read_only: bool,
}

impl From<ConnectionArgs> for ConnectionArguments {
    fn from(args: ConnectionArgs) -> Self {
        let ConnectionArgs { uri, uri_file, database, collection, dir, profile, read_only } = args;
        Self { uri, uri_file, database, collection, dir, profile, read_only }
    }
}

#[derive(Debug, Subcommand)]
pub enum CliCommand {
    /// The browser, at that session
    Open {
        /// The session: its _id, else its session_id, else an ObjectId's hex
        #[arg(allow_hyphen_values = true)]
        id: String,
    },
    /// The sessions, newest first
    List(ListArgs),
    /// The conversation of a session, or of several
    Show(ShowArgs),
    /// What is written, as it is written, until interrupted
    Tail(TailArgs),
    /// Tokens, latency and tools of a session, or of several
    Metrics(MetricsArgs),
    /// The sessions at work or changed lately, as top shows processes
    Top(TopArgs),
    /// The browser on sample sessions; no server needed
    Demo,
    /// Reads and edits the metadata of a session
    #[command(subcommand)]
    Metadata(MetadataCommand),
    /// Lists and adds feedback
    #[command(subcommand)]
    Feedback(FeedbackCommand),
    /// Deletes sessions, after asking
    Delete(DeleteArgs),
    /// Puts a deleted session back from its copy, where none has its id
    Restore {
        /// The copy, as `delete` said where it is
        file: PathBuf,
    },
    /// Checks connection, server, rights, indexes and live updates, or one session; says what to do
    Doctor(DoctorArgs),
    /// Tools for agents and assistants, by the Model Context Protocol on standard input and output
    Mcp(McpArgs),
    /// Completions for a shell, of commands and options, and of the ids, profiles and filters that there are
    Completions(CompletionsArgs),
    /// The manual, as man reads it
    Man(ManArgs),
}

/// `tail`.
#[derive(Debug, clap::Args)]
#[command(after_help = format!("{TAIL_HELP}\n\n{FILTER_HELP}"))]
pub struct TailArgs {
    /// A session's id, or which sessions, such as `app:support` (see below); without it all of them
    #[arg(value_name = "ID | FILTER", value_parser = filter_word())]
    pub of: Vec<String>,
    /// First what was written since then: 10m, 2h, a day, an instant
    #[arg(long, value_name = "TIME")]
    pub since: Option<String>,
    /// End once nothing came for so long, such as 30s or 5m
    #[arg(long, value_name = "DURATION", value_parser = writing::age)]
    pub until_idle: Option<Duration>,
    /// One JSON object a line
    #[arg(long)]
    pub json: bool,
    /// Lines in full, however wide the terminal is
    #[arg(long, conflicts_with = "json")]
    pub full: bool,
    /// End with exit code 10 once this alert of the configuration was told; may be given again
    #[arg(long, value_name = "ALERT")]
    pub exit_on: Vec<String>,
}

const TAIL_HELP: &str = "\
Ends with Ctrl-C (exit code 0), with --until-idle (0), with --exit-on (10), with SIGTERM (143), once nobody reads its output (0).
With --json each line has at, session_id, _id, kind and agent_id. kind is one of message, tool_use, tool_result, metrics,
metadata, feedback, guardrail, agent (waits for a person), created, deleted, changed, alert.";

fn after_help() -> String {
    let place = |path: Option<PathBuf>| path.map_or_else(|| "none".into(), |path| path.display().to_string());
    format!(
        "Configuration: {}\nLog: {} (STRANDSCOPE_LOG=debug says more)\n\
         Exit codes: 0 done, 1 failed, 2 wrong usage, 3 not found, 4 conflict, 5 cannot connect, \
         10 an alert of `tail --exit-on`",
        place(crate::app::config::places::config_file()),
        place(crate::app::config::places::log_file()),
    )
}

impl Args {
    /// The arguments with their help and examples.
    pub fn program() -> clap::Command {
        examples::with_examples(Self::command())
    }

    /// What was typed; ends the program where that is nothing that can be done, or where help was asked for.
    pub fn typed() -> Self {
        let words = with_negated_terms(std::env::args_os().collect());
        let read = Self::program().get_matches_from(words);
        Self::from_arg_matches(&read).unwrap_or_else(|error| error.exit())
    }
}

#[cfg(test)]
mod tests;
