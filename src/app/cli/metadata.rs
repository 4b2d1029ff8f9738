//! `metadata`: get, set, unset, rename, retype, and what was changed by hand.

mod history;
mod many;
mod shape;

use crate::{
    app::{
        place::{holds_sealed, sealed_words, with_sealed_words},
        text,
        writes::{HandWriter, Turn, Write, bulk::BulkChange},
    },
    hook::Hooks,
    manager::SessionManager,
    repository::Error,
    session::{
        MetadataEdit,
        edit::{self, AssignedValue, AssignmentError, DateContext, JsonError, Misfit, PathRefusal, Unfit},
        plain,
    },
};
use anyhow::Result;
use bson::{Bson, Document, spec::ElementType};
use jiff::Timestamp;

use super::{
    args::{MetadataCommand, TypeArg},
    context,
    context::Context,
    drain, json,
    output::{self, Out},
    stop::Stop,
};

pub async fn run(context: &Context, command: &MetadataCommand) -> Result<()> {
    let hooks = context.hooks()?;
    let done = match command {
        MetadataCommand::Get { id, keys, json } => get(context, &hooks, id, keys, *json).await,
        MetadataCommand::Set { id, fields, kind, many } if many.filter.is_some() => {
            let fields = std::iter::once(id).chain(fields).map(|field| assignment(field));
            many::set(context, &hooks, fields.collect::<Result<_, Stop>>(), *kind, many).await
        }
        MetadataCommand::Set { id, fields, kind, .. } => set(context, &hooks, id, fields, *kind).await,
        MetadataCommand::Unset { id, keys, many } if many.filter.is_some() => {
            let keys = std::iter::once(id).chain(keys).cloned().collect();
            many::change(context, &hooks, BulkChange::Unset(keys), many).await
        }
        MetadataCommand::Unset { id, keys, .. } => unset(context, &hooks, id, keys).await,
        MetadataCommand::Rename { id, old, new, many } => {
            shape::rename(context, &hooks, id, old, new.as_deref(), many).await
        }
        MetadataCommand::Retype { id, key, kind, many } => {
            shape::retype(context, &hooks, id, key, kind.as_deref(), many).await
        }
        MetadataCommand::Log(args) => history::log(context, args).await,
        MetadataCommand::Undo { id } => history::turn(context, &hooks, id.as_deref(), Turn::Back).await,
        MetadataCommand::Redo { id } => history::turn(context, &hooks, id.as_deref(), Turn::Again).await,
    };
    let closed = drain::close(&hooks).await;
    done.and(closed)
}

/// What writes by hand where the session is that is meant, and a manager of that.
async fn opened(context: &Context, hooks: &Hooks, id: &str) -> Result<(HandWriter, SessionManager)> {
    let hand = context.metadata_hand(hooks).await?;
    let key = context::one(hand.store.reader().as_ref(), id).await?.key;
    let manager = SessionManager::builder(hand.store.repository()?, key).hooks(hooks.clone()).build();
    Ok((hand, manager))
}

async fn get(context: &Context, hooks: &Hooks, id: &str, keys: &[String], json: bool) -> Result<()> {
    let (key, stored) = if context.required()?.read_only {
        let reader = context.reader().await?;
        let key = context::one(reader.as_ref(), id).await?.key;
        let stored = reader.metadata(&key).await?;
        (key, stored)
    } else {
        let manager = opened(context, hooks, id).await?.1;
        let stored = manager.metadata().await?;
        (manager.key().clone(), stored)
    };
    let stored = if stored.iter().any(|(_, value)| holds_sealed(value)) {
        context.reveal().await.opened(&key, &stored).into_owned()
    } else {
        stored
    };
    let mut shown = Document::new();
    for key in keys {
        let missing = || Stop::NotFound(format!("session {id:?} has no metadata field {key:?}"));
        let by_path = || edit::resolve(key, &stored).ok().and_then(|path| path.value(&stored));
        shown.insert(key, stored.get(key).or_else(by_path).cloned().ok_or_else(missing)?);
    }
    if keys.is_empty() {
        shown = stored;
    }
    let mut out = Out::new();
    if json {
        out.line(&json::line(&json::stored(&Bson::Document(shown))))?;
    } else if let (1, Some((_, value))) = (keys.len(), shown.iter().next()) {
        out.line(&text::block(&readable(value)))?;
    } else {
        for (key, value) in &shown {
            let shown = sealed_words(value).unwrap_or_else(|| plain::compact(&with_sealed_words(value)));
            out.line(&text::line(&format!("{key} = {shown}")))?;
        }
    }
    Ok(out.flush()?)
}

/// A text as it is, anything else as JSON. What could not be opened is told as that.
fn readable(value: &Bson) -> String {
    if let Some(words) = sealed_words(value) {
        return words;
    }
    value.as_str().map_or_else(|| plain::compact(&with_sealed_words(value)), str::to_owned)
}

async fn set(context: &Context, hooks: &Hooks, id: &str, fields: &[String], kind: Option<TypeArg>) -> Result<()> {
    let assignments = fields.iter().map(|field| assignment(field)).collect::<Result<Vec<_>, Stop>>()?;
    let dates = DateContext::new(Timestamp::now(), context.config.ui.zone());
    let (hand, manager) = opened(context, hooks, id).await?;
    let stored = manager.metadata().await?;
    let reveal = &hand.place.rules.reveal;
    let stored = reveal.editable(manager.key(), &stored);
    let edits = assignments.iter().map(|(key, typed)| -> Result<MetadataEdit, Stop> {
        let as_text = matches!(typed, AssignedValue::Text(_)) && kind.is_none();
        if let Some(why) = reveal.unopened(key, as_text, &stored) {
            let says = "KEY:=JSON or --type str stores another value in place of the whole";
            return Err(Stop::Usage(format!("{key:?} is not set: {why}; {says}")));
        }
        let path = edit::resolve(key, &stored).map_err(|refusal| no_path(key, &refusal))?;
        let now = path.value(&stored);
        let value = value(key, typed, now, kind, &dates)?;
        Ok(MetadataEdit::set(&path, value).only_if(now.cloned()))
    });
    let edits = edits.collect::<Result<Vec<_>, Stop>>()?;
    context.agree()?;
    apply(&hand, &manager, edits).await
}

/// The value of an assignment: of the type that is named, else of the one that is stored.
fn value(
    key: &str,
    typed: &AssignedValue,
    stored: Option<&Bson>,
    kind: Option<TypeArg>,
    dates: &DateContext,
) -> Result<Bson, Stop> {
    if stored.is_none() {
        let name = key.rsplit('.').next().unwrap_or(key);
        edit::check_new_key(name).map_err(|reason| no_key(key, reason))?;
    }
    match (typed, kind) {
        (AssignedValue::Text(text), Some(kind)) => edit::read_type(text, kind.element(), dates)
            .map_err(|misfit| Stop::Usage(format!("{key:?} is not set to {:?}: {misfit}", start(text)))),
        (AssignedValue::Json(_), Some(_)) => {
            Err(Stop::Usage(format!("{key:?} is given as JSON, which has its own type; --type is for KEY=VALUE")))
        }
        (AssignedValue::Text(text), None) => typed.value(stored, dates).map_err(|unfit| match unfit {
            Unfit::Stored(misfit) => mistyped(key, text, &misfit),
            Unfit::New(error) => unstored(key, text, &error),
        }),
        (AssignedValue::Json(value), None) => Ok(value.clone()),
    }
}

/// A value that does not fit the field, and how it is stored all the same.
fn mistyped(key: &str, text: &str, misfit: &Misfit) -> Stop {
    let (has, other) = (plain::element_word(misfit.kind), plain::element_word(edit::fitting(text)));
    Stop::Usage(format!(
        "{key:?} is stored as {has}, and {:?} does not fit: {misfit}; KEY:=JSON or --type {other} stores another type",
        start(text)
    ))
}

/// A value that a new field cannot have, and how it is stored all the same.
fn unstored(key: &str, text: &str, error: &JsonError) -> Stop {
    let types = match edit::fitting(text) {
        ElementType::Decimal128 => "--type dec stores that number, --type str a text",
        _ => "--type str stores it as a text",
    };
    Stop::Usage(format!("{key:?} is not set to {:?}: {error}; {types}", start(text)))
}

/// As much of a value as an error names.
fn start(text: &str) -> String {
    text.chars().take(60).collect()
}

fn no_key(field: &str, reason: &str) -> Stop {
    Stop::Usage(format!("the key of {field:?} cannot be one: {reason}; choose another name"))
}

/// A path that leads nowhere.
fn no_path(typed: &str, refusal: &PathRefusal) -> Stop {
    match refusal {
        PathRefusal::Key(reason) => no_key(typed, reason),
        other => Stop::Usage(format!("{typed:?} is refused: {other}")),
    }
}

async fn unset(context: &Context, hooks: &Hooks, id: &str, keys: &[String]) -> Result<()> {
    let (hand, manager) = opened(context, hooks, id).await?;
    let stored = manager.metadata().await?;
    let stored = hand.place.rules.reveal.editable(manager.key(), &stored);
    let edits = keys.iter().filter_map(|key| match edit::resolve(key, &stored) {
        Ok(path) => Some(Ok(MetadataEdit::unset(&path).only_if(path.value(&stored).cloned()))),
        // Where no object is, there is nothing in it.
        Err(PathRefusal::Missing(_)) => None,
        Err(refusal) => Some(Err(no_path(key, &refusal))),
    });
    let edits = edits.collect::<Result<Vec<_>, Stop>>()?;
    context.agree()?;
    apply(&hand, &manager, edits).await
}

/// Writes, and says of a conflict what is stored now.
async fn apply(hand: &HandWriter, manager: &SessionManager, edits: Vec<MetadataEdit>) -> Result<()> {
    let done = hand.carry_out(Write::Metadata(manager.key().clone(), edits)).await;
    if let Err(Error::Conflict { stored, .. }) = &done {
        say_stored(stored.as_deref());
    }
    for note in done?.notes {
        output::note(&note);
    }
    Ok(())
}

fn say_stored(now: Option<&Bson>) {
    let shown = |value: &Bson| {
        let typed = || {
            let shown = plain::compact(&with_sealed_words(value));
            format!("{shown} ({})", plain::element_word(value.element_type()))
        };
        sealed_words(value).unwrap_or_else(typed)
    };
    let now = now.map_or_else(|| "nothing".to_owned(), shown);
    output::note(&format!("stored now: {now}"));
}

/// `KEY=VALUE` or `KEY:=JSON`.
fn assignment(field: &str) -> Result<(String, AssignedValue), Stop> {
    edit::assignment(field).map_err(|problem| match problem {
        AssignmentError::NoEquals => Stop::Usage(format!("{field:?} is no KEY=VALUE")),
        AssignmentError::NoJson(error) => Stop::Usage(format!("{field:?} is refused: {error}")),
        AssignmentError::Key(reason) => no_key(field, reason),
    })
}
