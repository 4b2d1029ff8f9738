//! The arguments of the commands that write.

use std::time::Duration;

use clap::{Subcommand, ValueEnum};

/// `metadata`.
#[derive(Debug, Subcommand)]
pub enum MetadataCommand {
    /// Prints fields, or all of them
    Get {
        /// The session: its _id, else its session_id, else an ObjectId's hex
        id: String,
        /// Only these fields
        keys: Vec<String>,
        /// One JSON object
        #[arg(long)]
        json: bool,
    },
    /// Sets fields: all of them or none, and only if nobody changed them meanwhile
    Set {
        /// The session: its _id, else its session_id, else an ObjectId's hex
        id: String,
        /// KEY=VALUE, read as the type the field has, else as JSON, else as text; KEY:=JSON sets just that JSON
        #[arg(required = true, value_name = "KEY=VALUE")]
        fields: Vec<String>,
    },
    /// Removes fields
    Unset {
        /// The session: its _id, else its session_id, else an ObjectId's hex
        id: String,
        /// Which
        #[arg(required = true, value_name = "KEY")]
        keys: Vec<String>,
    },
}

/// `feedback`.
#[derive(Debug, Subcommand)]
pub enum FeedbackCommand {
    /// Rates a session, or one of its messages
    Add(FeedbackArgs),
    /// Prints the feedback of a session
    List {
        /// The session: its _id, else its session_id, else an ObjectId's hex
        id: String,
        /// One JSON object a line
        #[arg(long)]
        json: bool,
    },
}

/// `feedback add`.
#[derive(Debug, clap::Args)]
pub struct FeedbackArgs {
    /// The session: its _id, else its session_id, else an ObjectId's hex
    pub id: String,
    /// How good it was
    #[arg(long, value_enum, required_unless_present = "comment")]
    pub rating: Option<RatingArg>,
    /// What to say of it; - reads it from standard input
    #[arg(long, value_name = "TEXT")]
    pub comment: Option<String>,
    /// Speaks of that agent
    #[arg(long, value_name = "AGENT")]
    pub agent: Option<String>,
    /// Speaks of that message of the agent, by its message_id
    #[arg(long, value_name = "N", requires = "agent")]
    pub message: Option<i64>,
}

/// A rating as it is typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum RatingArg {
    Up,
    Down,
    Neutral,
}

/// `delete`.
#[derive(Debug, clap::Args)]
pub struct DeleteArgs {
    /// The sessions: each its _id, else its session_id, else an ObjectId's hex
    #[arg(required_unless_present = "older_than", conflicts_with = "older_than", value_name = "ID")]
    pub ids: Vec<String>,
    /// All that were last changed so long ago, such as 30d, 12h or 2w; those without a clear date stay and are told
    #[arg(long, value_name = "AGE", value_parser = age)]
    pub older_than: Option<Duration>,
    /// Only say which
    #[arg(long)]
    pub dry_run: bool,
    /// Do not ask
    #[arg(long)]
    pub yes: bool,
    /// Leave no private copy behind
    #[arg(long)]
    pub no_copy: bool,
}

/// A whole number with a unit.
fn age(text: &str) -> Result<Duration, String> {
    const UNITS: [(char, u64); 5] = [('s', 1), ('m', 60), ('h', 3600), ('d', 86_400), ('w', 604_800)];
    let wrong = || "give a whole number with a unit, such as 30d, 12h or 2w".to_owned();
    let unit = UNITS.iter().find(|(unit, _)| text.ends_with(*unit)).ok_or_else(wrong)?;
    let number: u64 = text[..text.len() - 1].parse().map_err(|_| wrong())?;
    number.checked_mul(unit.1).filter(|seconds| *seconds > 0).map(Duration::from_secs).ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_have_a_unit() {
        assert_eq!(age("30d"), Ok(Duration::from_hours(720)));
        assert_eq!(age("90s"), Ok(Duration::from_secs(90)));
        for wrong in ["30", "d", "0d", "-1d", "1y", "", "99999999999999999999w"] {
            assert!(age(wrong).is_err(), "{wrong}");
        }
    }
}
