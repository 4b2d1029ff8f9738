//! `metadata`: get, set, unset.

use crate::{
    app::text,
    hook::Hooks,
    manager::SessionManager,
    repository::Error,
    session::{
        MetadataEdit,
        edit::{self, AssignmentError},
        plain,
    },
};
use anyhow::Result;
use bson::{Bson, Document};

use super::{
    args::MetadataCommand,
    context,
    context::Context,
    json,
    output::{self, Out},
    stop::Stop,
};

pub async fn run(context: &Context, command: &MetadataCommand) -> Result<()> {
    let hooks = context.hooks()?;
    let done = match command {
        MetadataCommand::Get { id, keys, json } => get(context, &hooks, id, keys, *json).await,
        MetadataCommand::Set { id, fields } => set(context, &hooks, id, fields).await,
        MetadataCommand::Unset { id, keys } => unset(context, &hooks, id, keys).await,
    };
    let closed = context::close(&hooks).await;
    done.and(closed)
}

/// A manager of the session that is meant.
async fn manager(context: &Context, hooks: &Hooks, id: &str) -> Result<SessionManager> {
    let repository = context.repository().await?;
    let key = context::one(repository.as_ref(), id).await?.key;
    Ok(SessionManager::builder(repository, key).hooks(hooks.clone()).build())
}

async fn get(context: &Context, hooks: &Hooks, id: &str, keys: &[String], json: bool) -> Result<()> {
    let stored = if context.required()?.read_only {
        let reader = context.reader().await?;
        let key = context::one(reader.as_ref(), id).await?.key;
        reader.metadata(&key).await?
    } else {
        manager(context, hooks, id).await?.metadata().await?
    };
    let mut shown = Document::new();
    for key in keys {
        let missing = || Stop::NotFound(format!("session {id:?} has no metadata field {key:?}"));
        shown.insert(key, stored.get(key).cloned().ok_or_else(missing)?);
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
            out.line(&text::line(&format!("{key} = {}", plain::compact(value))))?;
        }
    }
    Ok(out.flush()?)
}

/// A text as it is, anything else as JSON.
fn readable(value: &Bson) -> String {
    value.as_str().map_or_else(|| plain::compact(value), str::to_owned)
}

async fn set(context: &Context, hooks: &Hooks, id: &str, fields: &[String]) -> Result<()> {
    let assignments = fields.iter().map(|field| assignment(field)).collect::<Result<Vec<_>, Stop>>()?;
    let manager = manager(context, hooks, id).await?;
    let stored = manager.metadata().await?;
    let guarded = |(key, typed): (String, edit::AssignedValue)| {
        let now = stored.get(&key);
        if now.is_none() {
            edit::check_new_key(&key).map_err(|reason| no_key(&key, reason))?;
        }
        Ok::<_, Stop>(MetadataEdit::set(&key, typed.value(now)).only_if(now.cloned()))
    };
    let edits = assignments.into_iter().map(guarded).collect::<Result<Vec<_>, Stop>>()?;
    apply(&manager, edits).await
}

async fn unset(context: &Context, hooks: &Hooks, id: &str, keys: &[String]) -> Result<()> {
    let manager = manager(context, hooks, id).await?;
    let stored = manager.metadata().await?;
    let edits = keys.iter().map(|key| MetadataEdit::unset(key).only_if(stored.get(key).cloned())).collect();
    apply(&manager, edits).await
}

/// Writes, and says of a conflict what is stored now.
async fn apply(manager: &SessionManager, edits: Vec<MetadataEdit>) -> Result<()> {
    let done = manager.edit_metadata(edits).await;
    if let Err(Error::Conflict { stored, .. }) = &done {
        let now = stored.as_deref().map_or_else(|| "nothing".to_owned(), plain::compact);
        output::note(&format!("stored now: {now}"));
    }
    Ok(done?)
}

/// `KEY=VALUE` or `KEY:=JSON`.
fn assignment(field: &str) -> Result<(String, edit::AssignedValue), Stop> {
    edit::assignment(field).map_err(|problem| {
        Stop::Usage(match problem {
            AssignmentError::NoEquals => format!("{field:?} is no KEY=VALUE"),
            AssignmentError::NoJson => format!("{field:?} has no valid JSON after :="),
            AssignmentError::Key(reason) => return no_key(field, reason),
        })
    })
}

fn no_key(given: &str, reason: &str) -> Stop {
    Stop::Usage(format!("the key of {given:?} cannot be one: {reason}; choose another name"))
}
