//! `restore`: a session from the copy that its deletion left.

use std::path::PathBuf;

use crate::app::{copy, text, told};
use anyhow::Result;

use super::{
    context::Context,
    output::{self, Out},
};

pub async fn run(context: &Context, file: PathBuf) -> Result<()> {
    let copy = tokio::task::spawn_blocking(move || copy::read(&file)).await??;
    let repository = context.repository().await?;
    // A database makes what is named wrongly without a word.
    if let Some(empty) = repository.why_empty().await? {
        let advice = told::advice(&empty.advice).map_or_else(String::new, |advice| format!("; {advice}"));
        output::note(&format!("{}{advice}; the session is put back there all the same", empty.found));
    }
    context.agree()?;
    let key = repository.restore(&copy).await?;
    let mut out = Out::new();
    out.line(&text::line(key.text()))?;
    Ok(out.flush()?)
}
