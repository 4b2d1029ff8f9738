//! The arguments of the commands that write.

use std::time::Duration;

use bson::spec::ElementType;
use clap::{Subcommand, ValueEnum};
use jiff::SignedDuration;

use crate::session::edit::date;

/// `metadata`.
#[derive(Debug, Subcommand)]
pub enum MetadataCommand {
    /// Prints fields, or all of them
    Get {
        /// The session: its _id, else its session_id, else an ObjectId's hex
        #[arg(allow_hyphen_values = true)]
        id: String,
        /// Only these fields
        keys: Vec<String>,
        /// One JSON object
        #[arg(long)]
        json: bool,
    },
    /// Sets fields: all of them or none, and only if nobody changed them meanwhile
    #[command(after_help = SET_HELP)]
    Set {
        /// The session: its _id, else its session_id, else an ObjectId's hex
        #[arg(allow_hyphen_values = true)]
        id: String,
        /// KEY=VALUE, read as the type the field has, or refused; KEY:=JSON sets just that JSON; a.b is b in the object a (see
        /// below)
        #[arg(required_unless_present = "filter", value_name = "KEY=VALUE")]
        fields: Vec<String>,
        /// The type of every VALUE, whatever the fields had
        #[arg(long = "type", value_name = "TYPE", value_enum)]
        kind: Option<TypeArg>,
        #[command(flatten)]
        many: ManyArgs,
    },
    /// Removes fields
    #[command(after_help = MANY_HELP)]
    Unset {
        /// The session: its _id, else its session_id, else an ObjectId's hex
        #[arg(allow_hyphen_values = true)]
        id: String,
        /// Which; a.b is b in the object a
        #[arg(required_unless_present = "filter", value_name = "KEY")]
        keys: Vec<String>,
        #[command(flatten)]
        many: ManyArgs,
    },
    /// Gives a field another name; it keeps its place
    #[command(after_help = MANY_HELP)]
    Rename {
        /// The session: its _id, else its session_id, else an ObjectId's hex
        #[arg(allow_hyphen_values = true)]
        id: String,
        /// The field; a.b is b in the object a
        old: String,
        /// Its new name in the same object; a.b leads into the object a
        #[arg(required_unless_present = "filter")]
        new: Option<String>,
        #[command(flatten)]
        many: ManyArgs,
    },
    /// Gives a field another type, where its value fits that
    #[command(after_help = MANY_HELP)]
    Retype {
        /// The session: its _id, else its session_id, else an ObjectId's hex
        #[arg(allow_hyphen_values = true)]
        id: String,
        /// The field; a.b is b in the object a
        key: String,
        /// The type: str, i32, i64, f64, dec, bool, null, date, oid, obj, arr, bin
        #[arg(required_unless_present = "filter", value_name = "TYPE")]
        kind: Option<String>,
        #[command(flatten)]
        many: ManyArgs,
    },
    /// Lists what was changed by hand from here, the newest first: metadata, feedback, deletions
    Log(HistoryArgs),
    /// Takes back the newest change made by hand, of one session or of all; where something else is stored by now nothing is done,
    /// with exit code 4
    Undo {
        /// The session; without it the newest change of all, of many sessions as one
        #[arg(allow_hyphen_values = true)]
        id: Option<String>,
    },
    /// Makes the change again that was taken back last
    Redo {
        /// The session; without it among those of all
        #[arg(allow_hyphen_values = true)]
        id: Option<String>,
    },
}

/// `metadata log`.
#[derive(Debug, clap::Args)]
pub struct HistoryArgs {
    /// Only of that session
    #[arg(allow_hyphen_values = true)]
    pub id: Option<String>,
    /// Of every place, without connecting to any
    #[arg(long)]
    pub all: bool,
    /// How many
    #[arg(long, value_name = "N")]
    pub limit: Option<usize>,
    /// One JSON object a line
    #[arg(long)]
    pub json: bool,
}

/// Many sessions in the place of one.
#[derive(Debug, clap::Args)]
pub struct ManyArgs {
    /// All sessions that match, in the place of the ID ("" for all); see `list --help` for filters
    #[arg(long = "where", value_name = "FILTER", allow_hyphen_values = true)]
    pub filter: Option<String>,
    /// Only say what would become of each
    #[arg(long, requires = "filter")]
    pub dry_run: bool,
    /// Do not ask
    #[arg(long, requires = "filter")]
    pub yes: bool,
}

/// What `--where` does.
const MANY_HELP: &str = "\
With --where FILTER no ID is given: every session that matches is changed, each
only if nobody changed the field meanwhile, and a report says what became of it.";

/// What values may look like.
const SET_HELP: &str = "\
With --where FILTER no ID is given: every session that matches is changed, each
only if nobody changed the field meanwhile, and a report says what became of it.

VALUE is read as the type that the field has, and refused where it does not fit.
A new field is JSON where it parses, else text. What starts like JSON and is
none is refused, and so is a number that would lose a digit: use --type then.
Inside of objects and arrays, types stay at their places.

  i32, i64  a whole number
  f64, dec  a number, NaN, Infinity or -Infinity
  bool      true or false
  null      null
  date      2026-03-29T14:00:00Z, 2026-03-29, \"2026-03-29 14:00\", now, +3d, -2h;
            local time unless the configuration says utc
  str       the text as it is
  oid       24 hexadecimal digits
  obj, arr  JSON
  others    Extended JSON, such as {\"$uuid\": \"...\"}

KEY:=JSON takes Extended JSON, and what Python writes: NaN, Infinity, whole
numbers beyond 64 bits (in a database up to 34 digits, as decimals).";

/// A BSON type as it is typed: the word of the screen, or MongoDB's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum TypeArg {
    #[value(alias = "string")]
    Str,
    #[value(name = "i32", aliases = ["int", "int32"])]
    Int32,
    #[value(name = "i64", aliases = ["long", "int64"])]
    Int64,
    #[value(name = "f64", aliases = ["double", "float"])]
    Double,
    #[value(name = "dec", aliases = ["decimal", "decimal128"])]
    Decimal,
    #[value(alias = "boolean")]
    Bool,
    Null,
    #[value(alias = "datetime")]
    Date,
    #[value(alias = "objectId")]
    Oid,
    #[value(alias = "object")]
    Obj,
    #[value(alias = "array")]
    Arr,
    #[value(alias = "binData")]
    Bin,
    Regex,
    #[value(name = "ts", alias = "timestamp")]
    Timestamp,
}

impl TypeArg {
    /// The type.
    pub fn element(self) -> ElementType {
        match self {
            Self::Str => ElementType::String,
            Self::Int32 => ElementType::Int32,
            Self::Int64 => ElementType::Int64,
            Self::Double => ElementType::Double,
            Self::Decimal => ElementType::Decimal128,
            Self::Bool => ElementType::Boolean,
            Self::Null => ElementType::Null,
            Self::Date => ElementType::DateTime,
            Self::Oid => ElementType::ObjectId,
            Self::Obj => ElementType::EmbeddedDocument,
            Self::Arr => ElementType::Array,
            Self::Bin => ElementType::Binary,
            Self::Regex => ElementType::RegularExpression,
            Self::Timestamp => ElementType::Timestamp,
        }
    }
}

/// `feedback`.
#[derive(Debug, Subcommand)]
pub enum FeedbackCommand {
    /// Rates a session, or one of its messages
    Add(FeedbackArgs),
    /// Prints the feedback of a session
    List {
        /// The session: its _id, else its session_id, else an ObjectId's hex
        #[arg(allow_hyphen_values = true)]
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
    #[arg(allow_hyphen_values = true)]
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
    #[arg(
        required_unless_present = "older_than",
        conflicts_with = "older_than",
        value_name = "ID",
        allow_negative_numbers = true
    )]
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
pub(super) fn age(text: &str) -> Result<Duration, String> {
    date::age(text).map(SignedDuration::unsigned_abs)
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    /// A program that is `metadata` alone.
    #[derive(Debug, Parser)]
    struct MetadataAlone {
        #[command(subcommand)]
        command: MetadataCommand,
    }

    fn parsed(words: &[&str]) -> Result<MetadataCommand, clap::Error> {
        MetadataAlone::try_parse_from(["metadata"].iter().chain(words)).map(|alone| alone.command)
    }

    #[test]
    fn many_sessions_take_the_place_of_the_id() {
        let MetadataCommand::Set { id, fields, many, .. } =
            parsed(&["set", "--where", "-has:feedback", "a=1", "b=2", "--yes"]).unwrap()
        else {
            panic!()
        };
        assert_eq!((id.as_str(), fields.as_slice()), ("a=1", ["b=2".to_owned()].as_slice()));
        assert_eq!((many.filter.as_deref(), many.yes, many.dry_run), (Some("-has:feedback"), true, false));
        let MetadataCommand::Rename { id, old, new, .. } = parsed(&["rename", "old", "new", "--where", ""]).unwrap()
        else {
            panic!()
        };
        assert_eq!((id.as_str(), old.as_str(), new), ("old", "new", None));
        for refused in [&["set", "s"][..], &["unset", "s"], &["rename", "s", "old"], &["retype", "s", "n"]] {
            assert!(parsed(refused).is_err(), "{refused:?}");
        }
        assert!(parsed(&["unset", "s", "a", "--dry-run"]).is_err(), "of one session nothing is asked");
        assert!(parsed(&["unset", "-5", "a"]).is_ok());
    }

    #[test]
    fn types_are_named_as_on_the_screen() {
        for kind in TypeArg::value_variants() {
            let name = kind.to_possible_value().unwrap().get_name().to_owned();
            assert_eq!(name, crate::session::plain::element_word(kind.element()));
        }
        assert_eq!(TypeArg::from_str("long", false), Ok(TypeArg::Int64));
    }

    #[test]
    fn ages_have_a_unit() {
        assert_eq!(age("30d"), Ok(Duration::from_hours(720)));
        assert_eq!(age("90s"), Ok(Duration::from_secs(90)));
        for wrong in ["30", "d", "0d", "-1d", "1y", "", "99999999999999999999w"] {
            assert!(age(wrong).is_err(), "{wrong}");
        }
    }
}
