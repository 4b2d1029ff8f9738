//! What is typed, and what is meant.

use clap::CommandFactory;

use super::*;
use crate::{app::config::Column, repository::Sort};

fn parse(line: &str) -> Args {
    Args::parse_from(with_negated_terms(line.split(' ').map(Into::into).collect()))
}

#[test]
fn the_arguments_make_sense() {
    Args::command().debug_assert();
}

#[test]
fn orders_and_columns_are_read_and_mistakes_name_what_is_near() {
    let line = "strandscope list -app:x --sort -tokens --columns id,meta.a,latency --tsv -y2";
    let Some(CliCommand::List(list)) = parse(line).command else { panic!() };
    assert_eq!(list.filter, ["-app:x", "-y2"]);
    assert_eq!(list.sort, Sort::parse("tokens:desc").unwrap());
    assert_eq!(list.columns, [Column::Id, Column::Meta("a".to_owned()), Column::Latency]);
    assert!(list.tsv && !list.json);
    for (line, near) in
        [("list --sort tokns", "tokens"), ("list --columns id,latncy", "latency"), ("list --tsv --json", "--json")]
    {
        let words = ["strandscope"].into_iter().chain(line.split(' '));
        let error = Args::try_parse_from(words).unwrap_err().to_string();
        assert!(error.contains(near), "{error}");
    }
}

#[test]
fn tail_takes_a_filter_with_excluding_terms() {
    let Some(CliCommand::Tail(tail)) = parse("strandscope tail app:x -type:y --until-idle 30s --json").command else {
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
        let Some(CliCommand::Show(show)) = parse(&format!("strandscope show {id} --last 3")).command else { panic!() };
        assert_eq!((show.id.as_str(), show.last), (id, Some(3)));
    }
    let Some(CliCommand::Show(show)) = parse("strandscope show --last 3 -5").command else { panic!() };
    assert_eq!((show.id.as_str(), show.last), ("-5", Some(3)));
    let Some(CliCommand::Show(show)) = parse("strandscope show a -5 b --last 3").command else { panic!() };
    assert_eq!((show.id.as_str(), show.more.join(" "), show.last), ("a", "-5 b".to_owned(), Some(3)));
    let Some(CliCommand::Metadata(MetadataCommand::Get { id, keys, json })) =
        parse("strandscope metadata get -5 --json priority").command
    else {
        panic!()
    };
    assert_eq!((id.as_str(), keys.as_slice(), json), ("-5", ["priority".to_owned()].as_slice(), true));
    let Some(CliCommand::Feedback(FeedbackCommand::List { id, .. })) = parse("strandscope feedback list -dash").command
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
