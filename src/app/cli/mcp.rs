//! `mcp`: tools for agents and assistants, over standard input and output.

use std::{
    io::{self, IsTerminal},
    sync::Arc,
};

use anyhow::Result;

use super::{args::McpArgs, context, context::Context, output, stop::Stop};
use crate::{
    app::{
        mcp::{self, Assistant, McpTools, MetadataTools, Protecting, Sealing},
        place::{Place, Store},
        signals::{Caught, Signals},
        told,
        writes::WritePlace,
    },
    hook::Hooks,
    manager::SessionManager,
    repository::{Error, SessionReader},
    session::SessionKey,
};

pub async fn run(context: &Context, args: &McpArgs) -> Result<()> {
    let Some(id) = &args.session else {
        let reader = context.reader().await?;
        return serve(Arc::new(Assistant::new(reader))).await;
    };
    let hooks = context.hooks()?;
    let done = metadata(context, &hooks, id).await;
    let closed = context::close(&hooks).await;
    done.and(closed)
}

/// Serves the metadata of one session.
async fn metadata(context: &Context, hooks: &Hooks, id: &str) -> Result<()> {
    let place = context.required()?;
    let store = context.open(&place, place.rights()).await?;
    let reader = store.reader();
    let session = session(reader.as_ref(), id).await?;
    let tools = match store {
        Store::Reader(reader) => MetadataTools::read_only(reader, session),
        Store::Repository(repository) => {
            context.agree_unasked(&place)?;
            let sealing = Sealing::new(context.reveal().await, Arc::clone(&reader));
            let hooks = protected(&hooks.clone().within(Arc::new(sealing)), &place, reader.as_ref());
            MetadataTools::new(&SessionManager::builder(repository, session).hooks(hooks).build())
        }
    };
    serve(Arc::new(tools)).await
}

/// The configured hooks, within what the place protects.
fn protected(hooks: &Hooks, place: &Place, reader: &dyn SessionReader) -> Hooks {
    if place.rules.protected.is_empty() {
        return hooks.clone();
    }
    hooks.clone().within(Arc::new(Protecting(WritePlace::of(place, reader))))
}

/// The session that is meant. One that is not there yet is the one that an agent will make with that id.
async fn session(reader: &dyn SessionReader, id: &str) -> Result<SessionKey> {
    match context::one(reader, id).await {
        Ok(summary) => Ok(summary.key),
        Err(error) if is_missing(&error) => {
            let session = SessionKey::from(id);
            // One outside of the scope never will be.
            reader.admits(&session)?;
            let said = error.downcast_ref::<Error>().map_or_else(|| error.to_string(), told::sentence);
            output::note(&format!("{said}; its metadata is served once it is there"));
            Ok(session)
        }
        Err(error) => Err(error),
    }
}

fn is_missing(error: &anyhow::Error) -> bool {
    matches!(error.downcast_ref(), Some(Stop::NotFound(_)))
        || matches!(error.downcast_ref(), Some(Error::NotFound { .. }))
}

/// Serves until the client goes. A signal that ends programs ends it, too, and what hooks hold is delivered all the same.
async fn serve(tools: Arc<dyn McpTools>) -> Result<()> {
    let mut signals = Signals::listen()?;
    if io::stdin().is_terminal() {
        output::note("an MCP client is to talk to this on standard input; Ctrl-D ends it");
    }
    let mut serving = std::pin::pin!(mcp::serve(tools));
    loop {
        tokio::select! {
            done = &mut serving => return Ok(done?),
            caught = signals.next() => match caught {
                Caught::End(code) => return Err(Stop::Said(code).into()),
                Caught::Stop if Signals::has_shell() => signals.stop(false).await,
                Caught::Stop | Caught::Continued => {}
            },
        }
    }
}
