//! The arguments of what shows sessions, and of what tells shells and people about the program.

use std::path::PathBuf;

use clap::ValueEnum;

/// `show`.
#[derive(Debug, clap::Args)]
pub struct ShowArgs {
    /// The session: its _id, else its session_id, else an ObjectId's hex
    #[arg(allow_hyphen_values = true)]
    pub id: String,
    /// Further sessions
    #[arg(value_name = "ID", allow_negative_numbers = true)]
    pub more: Vec<String>,
    /// Only that agent
    #[arg(long, value_name = "AGENT")]
    pub agent: Option<String>,
    /// Only the last N messages of each agent
    #[arg(long, value_name = "N")]
    pub last: Option<u64>,
    /// How to write it: for people, as Markdown, or as the stored document in relaxed Extended JSON, one a line
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
    /// Whether in colours: on a terminal that has them, unless NO_COLOR is set
    #[arg(long, value_enum, default_value_t, value_name = "WHEN")]
    pub color: Colour,
    /// Write to the terminal at once, not through the pager (STRANDSCOPE_PAGER, else PAGER, else less)
    #[arg(long)]
    pub no_pager: bool,
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

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum Colour {
    #[default]
    Auto,
    Always,
    Never,
}

/// `metrics`.
#[derive(Debug, clap::Args)]
pub struct MetricsArgs {
    /// The session: its _id, else its session_id, else an ObjectId's hex
    #[arg(allow_hyphen_values = true)]
    pub id: String,
    /// Further sessions
    #[arg(value_name = "ID", allow_negative_numbers = true)]
    pub more: Vec<String>,
    /// One JSON object a line
    #[arg(long)]
    pub json: bool,
}

/// `completions`.
#[derive(Debug, clap::Args)]
#[command(after_help = COMPLETIONS_HELP)]
pub struct CompletionsArgs {
    /// The shell
    #[arg(value_enum)]
    pub shell: CompletedShell,
}

/// A shell that can be told what may be typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum CompletedShell {
    Bash,
    Zsh,
    Fish,
    Powershell,
}

/// `man`.
#[derive(Debug, clap::Args)]
pub struct ManArgs {
    /// The page of that command, such as `list` or `metadata set`; without it the program's own
    #[arg(value_name = "COMMAND")]
    pub command: Vec<String>,
    /// Write every page into that folder, as strandscope.1, strandscope-list.1 and so on
    #[arg(long, value_name = "FOLDER", conflicts_with = "command")]
    pub dir: Option<PathBuf>,
}

const COMPLETIONS_HELP: &str = "\
To have them in every new shell, once:
  bash        strandscope completions bash > ~/.local/share/bash-completion/completions/strandscope
  zsh         strandscope completions zsh > \"${fpath[1]}/_strandscope\"
  fish        strandscope completions fish > ~/.config/fish/completions/strandscope.fish
  powershell  strandscope completions powershell >> $PROFILE
What they offer is asked of strandscope while one types, so that a new version needs no new script. Ids and values are read
from the connection that is meant, within a second and a half and without asking for a password.";
