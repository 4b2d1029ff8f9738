//! `mcp`: tools for agents and assistants, over standard input and output.

use std::{
    io::{self, IsTerminal},
    sync::Arc,
    time::Duration,
};

use anyhow::Result;

use super::{args::McpArgs, context, context::Context, drain, output, stop::Stop};
use crate::{
    app::{
        mcp::{self, Assistant, McpTools, MetadataTools, Protecting, Revealing},
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

/// How long what is under way may take at the end.
const FINISH: Duration = Duration::from_secs(10);

pub async fn run(context: &Context, args: &McpArgs) -> Result<()> {
    let Some(id) = &args.session else {
        let reader = context.reader().await?;
        let assistant = Assistant::new(reader).searching(context.searching().await);
        return serve(Arc::new(assistant.encrypting(context.config.encryption.clone()))).await;
    };
    let hooks = context.hooks()?;
    let done = metadata(context, &hooks, id).await;
    let closed = drain::close(&hooks).await;
    done.and(closed)
}

/// Serves the metadata of one session.
async fn metadata(context: &Context, hooks: &Hooks, id: &str) -> Result<()> {
    let place = context.required()?;
    let store = context.open(&place, place.rights()).await?;
    let reader = store.reader();
    let session = session(reader.as_ref(), id).await?;
    let tools = match store {
        Store::Reader(reader) => MetadataTools::read_only(reader, session, revealed(Hooks::default(), context).await),
        Store::Repository(repository) => {
            context.agree_unasked(&place)?;
            let hooks = protected(revealed(hooks.clone(), context).await, &place, reader.as_ref());
            MetadataTools::new(&SessionManager::builder(repository, session).hooks(hooks).build())
        }
    };
    let tools = Arc::new(tools);
    let served = serve(Arc::clone(&tools) as Arc<dyn McpTools>).await;
    // What was asked for is carried out, and the hooks hear of it before they are closed.
    if tokio::time::timeout(FINISH, tools.finished()).await.is_err() {
        output::note("a call that was under way was given up; what it changes may still be carried out");
    }
    served
}

/// Hooks within what opens and seals encrypted metadata: as with those of `metadata`, they see what is stored. Also where the settings
/// have none: what is stored encrypted is not overwritten in clear.
async fn revealed(hooks: Hooks, context: &Context) -> Hooks {
    hooks.within(Arc::new(Revealing(context.reveal().await)))
}

/// Hooks within what the place protects.
fn protected(hooks: Hooks, place: &Place, reader: &dyn SessionReader) -> Hooks {
    if place.rules.protected.is_empty() {
        return hooks;
    }
    hooks.within(Arc::new(Protecting(WritePlace::of(place, reader))))
}

/// The session that is meant. One that is not there yet is the one that an agent will make with that id.
async fn session(reader: &dyn SessionReader, id: &str) -> Result<SessionKey> {
    match context::one(reader, id).await {
        Ok(summary) => Ok(summary.key),
        Err(error) if is_missing(&error) => {
            let key = SessionKey::from(id);
            // What lies outside of the scope is never served.
            reader.admits(&key)?;
            let said = error.downcast_ref::<Error>().map_or_else(|| error.to_string(), told::sentence);
            output::note(&format!("{said}; its metadata is served once it is there"));
            Ok(key)
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
