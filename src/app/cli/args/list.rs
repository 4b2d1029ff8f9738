//! `list`.

use std::num::NonZeroU64;

use super::{FILTER_HELP, filter_word};
use crate::{app::config::Column, nearest::nearest, repository::Sort};

/// The word of `--sort`.
fn sort(text: &str) -> Result<Sort, String> {
    Sort::parse(text).map_err(|error| error.sentence())
}

/// `list`.
#[derive(Debug, clap::Args)]
#[command(after_help = FILTER_HELP)]
pub struct ListArgs {
    /// Which sessions, such as `app:support since:7d` (see below)
    #[arg(value_parser = filter_word())]
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

/// A word of `--columns`, with or without blanks around it.
fn column(text: &str) -> Result<Column, String> {
    let text = text.trim();
    Column::from_name(text).ok_or_else(|| {
        let names = Column::names();
        match nearest(text, &names) {
            Some(near) => format!("there is no such column; did you mean {near}?"),
            None => format!("there is no such column; there are {}", names.join(", ")),
        }
    })
}

/// How many rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    All,
    Rows(NonZeroU64),
}

fn limit(text: &str) -> Result<Limit, String> {
    match text {
        "all" => Ok(Limit::All),
        _ => text.parse().map(Limit::Rows).map_err(|_| "give a number from 1, or all".to_owned()),
    }
}
