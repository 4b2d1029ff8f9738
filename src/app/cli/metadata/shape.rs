//! `metadata rename` and `metadata retype`: of one session, or of all that match.

use anyhow::Result;
use clap::ValueEnum;
use jiff::Timestamp;

use super::{apply, many, opened};
use crate::{
    app::{
        cli::{
            args::{ManyArgs, TypeArg},
            context::Context,
            output,
            stop::Stop,
        },
        writes::bulk::BulkChange,
    },
    hook::Hooks,
    session::edit::{self, DateContext},
};

/// `rename ID OLD NEW`, or with `--where` `rename OLD NEW`.
pub async fn rename(
    context: &Context,
    hooks: &Hooks,
    id: &str,
    old: &str,
    new: Option<&str>,
    many: &ManyArgs,
) -> Result<()> {
    let change = |old: &str, new: &str| BulkChange::rename(old, new).map_err(Stop::Usage);
    match (&many.filter, new) {
        (Some(_), Some(extra)) => Err(one_too_many(extra).into()),
        (Some(_), None) => many::change(context, hooks, change(id, old)?, many).await,
        (None, new) => one(context, hooks, id, old, change(old, new.unwrap_or_default())?).await,
    }
}

/// `retype ID KEY TYPE`, or with `--where` `retype KEY TYPE`.
pub async fn retype(
    context: &Context,
    hooks: &Hooks,
    id: &str,
    key: &str,
    kind: Option<&str>,
    many: &ManyArgs,
) -> Result<()> {
    let change = |field: &str, word: &str| -> Result<BulkChange, Stop> {
        let kind = TypeArg::from_str(word, true).map_err(|_| Stop::Usage(no_type(word)))?.element();
        Ok(BulkChange::Retype { field: field.to_owned(), kind })
    };
    match (&many.filter, kind) {
        (Some(_), Some(extra)) => Err(one_too_many(extra).into()),
        (Some(_), None) => many::change(context, hooks, change(id, key)?, many).await,
        (None, kind) => one(context, hooks, id, key, change(key, kind.unwrap_or_default())?).await,
    }
}

/// Of one session, where the field is there.
async fn one(context: &Context, hooks: &Hooks, id: &str, field: &str, change: BulkChange) -> Result<()> {
    let dates = DateContext::new(Timestamp::now(), context.config.ui.zone());
    let (hand, manager) = opened(context, hooks, id).await?;
    let stored = manager.metadata().await?;
    let reveal = &hand.place.rules.reveal;
    let editable = reveal.editable(manager.key(), &stored);
    let is_there = edit::resolve(field, &editable).is_ok_and(|path| path.value(&editable).is_some());
    let edits = change
        .sealed_edits(manager.key(), &stored, &dates, reveal)
        .unwrap_or_else(|| Ok(Vec::new()))
        .map_err(|why| Stop::Usage(format!("{field:?} of session {id:?} is not changed: {why}")))?;
    if !is_there {
        return Err(Stop::NotFound(format!("session {id:?} has no metadata field {field:?}")).into());
    }
    if edits.is_empty() {
        output::note("it is so already; nothing was changed");
        return Ok(());
    }
    context.agree()?;
    apply(&hand, &manager, edits).await
}

fn one_too_many(word: &str) -> Stop {
    Stop::Usage(format!("with --where no ID is given, and {word:?} is one word too many"))
}

fn no_type(word: &str) -> String {
    let words = TypeArg::value_variants().iter().filter_map(ValueEnum::to_possible_value);
    let words: Vec<String> = words.map(|value| value.get_name().to_owned()).collect();
    format!("{word:?} is no type; they are {}", words.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::writes::bulk::BulkKind;

    #[test]
    fn types_are_named_where_none_was_meant() {
        let dates = DateContext::new(Timestamp::UNIX_EPOCH, jiff::tz::TimeZone::UTC);
        for kind in TypeArg::value_variants() {
            let value = kind.to_possible_value().expect("a word");
            let typed = format!("n={}", value.get_name());
            let change = BulkChange::Retype { field: "n".to_owned(), kind: kind.element() };
            assert_eq!(BulkKind::Retype.read(&typed, &dates), Ok(change), "the browser takes the same words");
        }
        assert!(no_type("number").starts_with("\"number\" is no type; they are str, i32, i64"));
    }
}
