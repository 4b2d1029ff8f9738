//! `restore`: a session from the copy that its deletion left.

use std::path::PathBuf;

use crate::app::{copy, text};
use anyhow::Result;

use super::{context::Context, output::Out};

pub async fn run(context: &Context, file: PathBuf) -> Result<()> {
    let copy = tokio::task::spawn_blocking(move || copy::read(&file)).await??;
    let key = context.repository().await?.restore(&copy).await?;
    let mut out = Out::new();
    out.line(&text::line(key.text()))?;
    Ok(out.flush()?)
}
