//! The arguments.

mod doctor;
mod mcp;
mod top;
mod writing;

pub use doctor::DoctorArgs;
pub use mcp::McpArgs;
pub use top::TopArgs;
pub use writing::{
    DeleteArgs, FeedbackArgs, FeedbackCommand, HistoryArgs, ManyArgs, MetadataCommand, RatingArg, TypeArg,
};

use std::{ffi::OsString, num::NonZeroU64, path::PathBuf, time::Duration};

use crate::{
    app::config::{Column, ConnectionArguments},
    nearest::nearest,
    repository::Sort,
};
use clap::{Parser, Subcommand, ValueEnum, builder::NonEmptyStringValueParser};
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
    /// One session's conversation
    Show(ShowArgs),
    /// What is written, as it is written, until interrupted
    Tail(TailArgs),
    /// One session's tokens, latency and tools
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
}

/// The word of `--sort`.
fn sort(text: &str) -> Result<Sort, String> {
    Sort::parse(text).map_err(|error| error.sentence())
}

/// `list`.
#[derive(Debug, clap::Args)]
#[command(after_help = FILTER_HELP)]
pub struct ListArgs {
    /// Which sessions, such as `app:support since:7d` (see below)
    pub filter: Vec<String>,
    /// By which column: updated, created, id, application, type, agents, model, messages, tokens, calls, errors, latency,
    /// feedback, guardrail, findings, size or meta.KEY; `:asc` and `:desc` say which way
    #[arg(long, value_name = "COLUMN[:asc|:desc]", default_value = "updated", value_parser = sort, allow_hyphen_values = true)]
    pub sort: Sort,
    /// How many, or `all`; without it 20 on a terminal, all of them into a pipe or file
    #[arg(long, value_name = "N", value_parser = limit)]
    pub limit: Option<Limit>,
    /// Which columns, with commas between them: changed, created, id, application, type, agents, model, messages, tokens, calls,
    /// errors, latency, feedback, guardrail, findings, size or meta.KEY
    #[arg(long, value_name = "A,B", value_delimiter = ',', value_parser = column, conflicts_with = "json")]
    pub columns: Vec<Column>,
    /// Values with tabs between them, under the columns' names
    #[arg(long, conflicts_with = "json")]
    pub tsv: bool,
    /// One JSON object a line
    #[arg(long)]
    pub json: bool,
}

/// A word of `--columns`.
fn column(text: &str) -> Result<Column, String> {
    Column::from_name(text).ok_or_else(|| match nearest(text, Column::NAMES) {
        Some(near) => format!("there is no such column; did you mean {near}?"),
        None => format!("there is no such column; there are {}", Column::NAMES.join(", ")),
    })
}

/// How many rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    All,
    Rows(NonZeroU64),
}

/// `show`.
#[derive(Debug, clap::Args)]
pub struct ShowArgs {
    /// The session: its _id, else its session_id, else an ObjectId's hex
    #[arg(allow_hyphen_values = true)]
    pub id: String,
    /// Only that agent
    #[arg(long, value_name = "AGENT")]
    pub agent: Option<String>,
    /// Only the last N messages of each agent
    #[arg(long, value_name = "N")]
    pub last: Option<u64>,
    /// How to write it: for people, as Markdown, or as the stored document in relaxed Extended JSON
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
    /// Also show session_viewer_password, a secret
    #[arg(long)]
    pub viewer_password: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum Format {
    #[default]
    Text,
    Markdown,
    Json,
}

/// `tail`.
#[derive(Debug, clap::Args)]
#[command(after_help = format!("{TAIL_HELP}\n\n{FILTER_HELP}"))]
pub struct TailArgs {
    /// A session's id, or which sessions, such as `app:support` (see below); without it all of them
    #[arg(value_name = "ID | FILTER")]
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

/// `metrics`.
#[derive(Debug, clap::Args)]
pub struct MetricsArgs {
    /// The session: its _id, else its session_id, else an ObjectId's hex
    #[arg(allow_hyphen_values = true)]
    pub id: String,
    /// One JSON object
    #[arg(long)]
    pub json: bool,
}

fn limit(text: &str) -> Result<Limit, String> {
    match text {
        "all" => Ok(Limit::All),
        _ => text.parse().map(Limit::Rows).map_err(|_| "give a number from 1, or all".to_owned()),
    }
}

const TAIL_HELP: &str = "\
Ends with Ctrl-C (exit code 0), with --until-idle (0), with --exit-on (10), with SIGTERM (143), once nobody reads its output (0).
  strandscope tail app:support --since 10m
  strandscope tail ID --json --until-idle 1m | jq -r 'select(.kind == \"message\") | .text'
  strandscope tail --exit-on slow; [ $? = 10 ] && notify-send 'a call was slow'
With --json each line has at, session_id, _id, kind and agent_id. kind is one of message, tool_use, tool_result, metrics,
metadata, feedback, guardrail, agent (waits for a person), created, deleted, changed, alert.";

const FILTER_HELP: &str = "\
Terms, separated by spaces, must all match; -TERM excludes, \"…\" quotes:
  word  ^word                     the id contains, starts with
  app:X type:X agent:X model:X    application, session type, an agent's id, its model
  meta.KEY:X meta.KEY:>5          a field of the metadata
  has:feedback|comment|guardrail|meta.KEY    rating:up|down|neutral
  since:7d until:2026-11-01       alive in that time (30m, 12h, 7d, 2w; a day; an instant)
  updated:<12h updated:>12h       changed less than 12 hours ago, longer ago
  created:2026-11-01 created:>2026-11-01    created on that day, after it (days as on screen)
  @NAME                           a filter saved in the configuration";

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

/// `list -app:x` and `tail -app:x` mean the excluding term, not a flag: such words are moved behind a `--`.
pub fn with_negated_terms(args: Vec<OsString>) -> Vec<OsString> {
    let is_term = |arg: &OsString| {
        arg.to_str().is_some_and(|text| text.len() > 2 && text.starts_with('-') && !text.starts_with("--"))
    };
    let Some(list) = args.iter().position(|arg| ["list", "tail", "top"].iter().any(|name| arg == name)) else {
        return args;
    };
    if args.iter().any(|arg| arg == "--") || !args[list..].iter().any(is_term) {
        return args;
    }
    let (head, tail) = args.split_at(list);
    let (terms, rest): (Vec<_>, Vec<_>) = tail.iter().cloned().partition(is_term);
    head.iter().cloned().chain(rest).chain([OsString::from("--")]).chain(terms).collect()
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    fn parse(line: &str) -> Args {
        Args::parse_from(with_negated_terms(line.split(' ').map(Into::into).collect()))
    }

    #[test]
    fn the_arguments_make_sense() {
        Args::command().debug_assert();
    }

    #[test]
    fn excluding_terms_are_not_flags() {
        let Some(CliCommand::List(list)) = parse("strandscope list app:x -type:y --json -meta.a:b --limit 3").command
        else {
            panic!()
        };
        assert_eq!(list.filter, ["app:x", "-type:y", "-meta.a:b"]);
        assert!(list.json);
        assert_eq!(list.limit, Some(Limit::Rows(NonZeroU64::new(3).unwrap())));
    }

    #[test]
    fn tail_takes_a_filter_with_excluding_terms() {
        let Some(CliCommand::Tail(tail)) = parse("strandscope tail app:x -type:y --until-idle 30s --json").command
        else {
            panic!()
        };
        assert_eq!(tail.of, ["app:x", "-type:y"]);
        assert_eq!((tail.until_idle, tail.json, tail.full), (Some(Duration::from_secs(30)), true, false));
        assert!(Args::try_parse_from(["strandscope", "tail", "--until-idle", "0s"]).is_err());
    }

    #[test]
    fn connection_options_may_stand_behind_the_command() {
        let args = parse("strandscope show x --dir /tmp --read-only");
        assert_eq!(args.connection.dir, Some("/tmp".into()));
        assert!(args.connection.read_only);
    }

    #[test]
    fn ids_may_begin_with_a_hyphen() {
        for id in ["-5", "-dash", "--dash"] {
            let Some(CliCommand::Show(show)) = parse(&format!("strandscope show {id} --last 3")).command else {
                panic!()
            };
            assert_eq!((show.id.as_str(), show.last), (id, Some(3)));
        }
        let Some(CliCommand::Show(show)) = parse("strandscope show --last 3 -5").command else { panic!() };
        assert_eq!((show.id.as_str(), show.last), ("-5", Some(3)));
        let Some(CliCommand::Metadata(MetadataCommand::Get { id, keys, json })) =
            parse("strandscope metadata get -5 --json priority").command
        else {
            panic!()
        };
        assert_eq!((id.as_str(), keys.as_slice(), json), ("-5", ["priority".to_owned()].as_slice(), true));
        let Some(CliCommand::Feedback(FeedbackCommand::List { id, .. })) =
            parse("strandscope feedback list -dash").command
        else {
            panic!()
        };
        assert_eq!(id, "-dash");
        for line in ["strandscope delete -5 -6 --yes", "strandscope delete --yes -- -5 -6"] {
            let Some(CliCommand::Delete(delete)) = parse(line).command else { panic!("{line}") };
            assert!(delete.yes && delete.ids == ["-5", "-6"], "{line}");
        }
        let Some(CliCommand::Doctor(doctor)) = parse("strandscope doctor --create-indexes").command else { panic!() };
        assert!(doctor.create_indexes && doctor.id.is_none());
        assert!(Args::try_parse_from(["strandscope", "show", "-h"]).is_err(), "help");
    }

    #[test]
    fn the_connection_string_is_no_debug_text() {
        assert!(!format!("{:?}", parse("strandscope --uri mongodb://u:hunter2@h list")).contains("hunter2"));
    }
}
