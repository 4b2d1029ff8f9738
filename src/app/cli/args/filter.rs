//! Filters among the arguments.

use std::ffi::OsString;

use clap::builder::{StringValueParser, TypedValueParser};

pub(super) const FILTER_HELP: &str = "\
Terms, separated by spaces, must all match; -TERM excludes, A OR B is either, ( ) are brackets, \"…\" quotes:
  word  ^word  =word              the id contains, starts with, is
  in:ID,ID                        the id is one of these
  in:@bookmarks in:@recent        a session that the browser keeps, or had open lately
  app:X type:X agent:X model:X    application, session type, an agent's id, its model
  tool:X                          a tool was called whose name contains X
  meta.KEY:X meta.KEY:>5          a field of the metadata
  has:feedback|comment|guardrail|finding|interrupt|tool|error|meta.KEY
  feedback:up|down|neutral feedback:WORD    rated so (also rating:up), a comment contains it
  messages:>100 tokens:>50k calls:10..20 errors:>0 feedback:>2    so many (> >= < <= = ..)
  latency:>5s size:>8MB           95th percentile of the calls' latency, stored size
  since:7d until:2026-11-01       alive in that time (30m, 12h, 7d, 2w; a day; an instant)
  updated:<12h updated:>12h       changed less than 12 hours ago, longer ago
  created:2026-11-01 created:>2026-11-01    created on that day, after it (days as on screen)
  @NAME                           a filter saved in the configuration
In a shell, quote what holds > < ( ) |: strandscope list 'tokens:>50k (app:a OR app:b)'";

/// `list -app:x` and `tail -app:x` mean the excluding term, not a flag: before such words a space is put, which [`filter_word`] takes
/// off. They stay where they stand, as `OR` and brackets may be among them.
pub fn with_negated_terms(args: Vec<OsString>) -> Vec<OsString> {
    let is_term = |arg: &OsString| {
        arg.to_str().is_some_and(|text| text.len() > 2 && text.starts_with('-') && !text.starts_with("--"))
    };
    let is_command = |at: usize| ["list", "tail", "top"].iter().any(|name| args[at] == *name);
    // `feedback list` takes an ID.
    let Some(list) = (0..args.len()).find(|at| is_command(*at) && (*at == 0 || args[at - 1] != "feedback")) else {
        return args;
    };
    if args.iter().any(|arg| arg == "--") {
        return args;
    }
    // `--sort -tokens` is an order.
    let orders: Vec<usize> =
        args.iter().enumerate().filter(|(_, arg)| *arg == "--sort").map(|(at, _)| at + 1).collect();
    let shielded = |(at, arg): (usize, OsString)| {
        if at < list || orders.contains(&at) || !is_term(&arg) {
            return arg;
        }
        let mut term = OsString::from(" ");
        term.push(arg);
        term
    };
    args.into_iter().enumerate().map(shielded).collect()
}

/// A word of a filter, as it was typed.
pub(super) fn filter_word() -> impl TypedValueParser<Value = String> {
    StringValueParser::new().map(|text: String| without_shield(&text).to_owned())
}

/// A word without the space that [`with_negated_terms`] puts before it.
pub fn without_shield(text: &str) -> &str {
    text.strip_prefix(' ').filter(|term| term.starts_with('-')).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU64;

    use clap::Parser;

    use super::super::{Args, CliCommand, Limit};
    use super::*;

    fn parse(line: &str) -> Args {
        Args::parse_from(with_negated_terms(line.split(' ').map(Into::into).collect()))
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
    fn excluding_terms_stay_among_the_others() {
        let Some(CliCommand::List(list)) = parse("strandscope list (-app:x OR -type:y) --json OR -(a b)").command
        else {
            panic!()
        };
        assert_eq!(list.filter.join(" "), "(-app:x OR -type:y) OR -(a b)");
    }
}
