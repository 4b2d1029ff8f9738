//! `restore`: a session from the copy that its deletion left.

use std::path::PathBuf;

use crate::{
    app::{copy, text, told},
    hook::Hooks,
};
use anyhow::Result;

use super::{
    context::Context,
    drain,
    output::{self, Out},
};

pub async fn run(context: &Context, file: PathBuf) -> Result<()> {
    let hooks = context.hooks()?;
    let done = restore(context, &hooks, file).await;
    let closed = drain::close(&hooks).await;
    done.and(closed)
}

async fn restore(context: &Context, hooks: &Hooks, file: PathBuf) -> Result<()> {
    // What is no copy is told before anything is opened.
    let read = file.clone();
    tokio::task::spawn_blocking(move || copy::read(&read)).await??;
    let hand = context.hand(hooks).await?;
    // A database makes what is named wrongly without a word.
    if let Some(empty) = hand.store.reader().why_empty().await? {
        let advice = told::advice(&empty.advice).map_or_else(String::new, |advice| format!("; {advice}"));
        output::note(&format!("{}{advice}; the session is put back there all the same", empty.found));
    }
    context.agree()?;
    let outcome = hand.restore(file).await?;
    for note in &outcome.notes {
        output::note(note);
    }
    let mut out = Out::new();
    for change in &outcome.changes {
        out.line(&text::line(change.session.text()))?;
    }
    Ok(out.flush()?)
}
