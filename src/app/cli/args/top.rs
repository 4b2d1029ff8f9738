//! `top`.

use crate::app::fleet::{FleetColumn, FleetWindow};
use clap::builder::{PossibleValuesParser, TypedValueParser};

use super::{FILTER_HELP, filter_word};

/// `top`.
#[derive(Debug, clap::Args)]
#[command(after_help = FILTER_HELP)]
pub struct TopArgs {
    /// Which sessions, such as `app:support` (see below)
    #[arg(value_parser = filter_word())]
    pub filter: Vec<String>,
    /// Changed within that time, such as 90m, 2h or 7d
    #[arg(long, value_name = "TIME", default_value_t)]
    pub window: FleetWindow,
    /// In the order of that column
    #[arg(long, value_name = "COLUMN", default_value = "tokens", value_parser = columns())]
    pub by: FleetColumn,
    /// The other way round
    #[arg(long)]
    pub reverse: bool,
    /// Write them once, as it is done where standard output is no terminal
    #[arg(long)]
    pub once: bool,
    /// Once, one JSON object a line
    #[arg(long)]
    pub json: bool,
}

/// The words of `--by`.
fn columns() -> impl TypedValueParser<Value = FleetColumn> {
    PossibleValuesParser::new(FleetColumn::ALL.map(FleetColumn::as_str))
        .map(|word| FleetColumn::ALL.into_iter().find(|column| column.as_str() == word).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::super::{Args, CliCommand, with_negated_terms};
    use super::*;
    use clap::Parser;

    #[test]
    fn window_column_and_excluding_terms_are_read() {
        let line = "strandscope top -app:x --window 6h --by errors --once";
        let args = Args::parse_from(with_negated_terms(line.split(' ').map(Into::into).collect()));
        let Some(CliCommand::Top(top)) = args.command else { panic!() };
        assert_eq!(
            (top.filter, top.window, top.by),
            (vec!["-app:x".to_owned()], FleetWindow::SIX_HOURS, FleetColumn::Errors)
        );
        assert!(top.once && !top.json && !top.reverse);
        let window = |typed: &str| {
            let args = Args::try_parse_from(["strandscope", "top", "--window", typed]).ok()?;
            let Some(CliCommand::Top(top)) = args.command else { return None };
            Some(top.window.to_string())
        };
        assert_eq!((window("90m").as_deref(), window("2h").as_deref()), (Some("90m"), Some("2h")));
        assert_eq!((window("0m"), window("soon"), window("")), (None, None, None));
    }
}
