//! `top`.

use crate::app::fleet::{FleetColumn, FleetWindow};
use clap::builder::{PossibleValuesParser, TypedValueParser};

use super::FILTER_HELP;

/// `top`.
#[derive(Debug, clap::Args)]
#[command(after_help = FILTER_HELP)]
pub struct TopArgs {
    /// Which sessions, such as `app:support` (see below)
    pub filter: Vec<String>,
    /// Changed within that time
    #[arg(long, value_name = "TIME", default_value = "1h", value_parser = windows())]
    pub window: FleetWindow,
    /// In the order of that column
    #[arg(long, value_name = "COLUMN", default_value = "tokens", value_parser = columns())]
    pub by: FleetColumn,
    /// Write them once, as it is done where standard output is no terminal
    #[arg(long)]
    pub once: bool,
    /// Once, one JSON object a line
    #[arg(long)]
    pub json: bool,
}

/// The words of `--window`.
fn windows() -> impl TypedValueParser<Value = FleetWindow> {
    PossibleValuesParser::new(FleetWindow::ALL.map(FleetWindow::as_str))
        .map(|word| FleetWindow::ALL.into_iter().find(|window| window.as_str() == word).unwrap_or_default())
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
            (vec!["-app:x".to_owned()], FleetWindow::SixHours, FleetColumn::Errors)
        );
        assert!(top.once && !top.json);
        assert!(Args::try_parse_from(["strandscope", "top", "--window", "2h"]).is_err());
    }
}
