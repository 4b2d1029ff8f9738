//! The browser, from the command line.

use anyhow::Result;

use super::context::Context;

/// The browser on what is configured, at one session where an ID is given.
pub async fn start(context: &Context, open: Option<String>) -> Result<()> {
    let _ = (context.chosen()?, open);
    std::future::ready(todo!()).await
}

/// The browser on the sample sessions.
pub async fn demo(context: &Context) -> Result<()> {
    let _ = context;
    std::future::ready(todo!()).await
}
