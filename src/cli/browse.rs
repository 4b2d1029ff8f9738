//! The browser, from the command line.

use anyhow::Result;
use strandscope::{
    config::{Chosen, Config, Connection, Environment, places},
    repository::Target,
    tui::{
        keymap::Keymap,
        run::{self, Browse, Place},
    },
};

use super::context::Context;

/// The browser on what is configured, at one session where an ID is given.
pub async fn start(context: &Context, open_id: Option<String>) -> Result<()> {
    run(context, context.chosen()?, open_id).await
}

/// The browser on the sample sessions.
pub async fn demo(context: &Context) -> Result<()> {
    let read_only = context.connection.read_only;
    let chosen = Chosen { target: Target::Demo, profile: None, colour: None, read_only };
    run(context, Some(chosen), None).await
}

async fn run(context: &Context, chosen: Option<Chosen>, open_id: Option<String>) -> Result<()> {
    let config = &context.config;
    let read_only = chosen.as_ref().map_or(context.connection.read_only, |chosen| chosen.read_only);
    let hooks = context.hooks()?;
    let code = run::browse(Browse {
        hooks: hooks.clone(),
        state_dir: places::state_dir(),
        open_id,
        ui: config.ui.clone(),
        limits: config.limits,
        keymap: Keymap::from_keys(&config.keys.0)?,
        profiles: profiles(config, context.connection.read_only)?,
        title: chosen.as_ref().map_or_else(String::new, Chosen::title),
        colour: chosen.as_ref().and_then(|chosen| chosen.colour.clone()),
        read_only,
        filters: config.filters.clone(),
        log_path: places::log_file(),
        target: chosen.map(|chosen| chosen.target),
    })
    .await?;
    super::context::close(&hooks).await;
    if code == 0 { Ok(()) } else { Err(super::stop::Stop::Said(code).into()) }
}

/// The connections of the configuration, as `--profile` would open them.
fn profiles(config: &Config, read_only: bool) -> Result<Vec<Place>> {
    let place = |name: &String| {
        let args = Connection { profile: Some(name.clone()), read_only, ..Connection::default() };
        Ok(config.connection(&args, &Environment::default())?.map(|chosen| Place {
            name: chosen.title(),
            target: chosen.target,
            colour: chosen.colour,
            read_only: chosen.read_only,
        }))
    };
    config.profiles.keys().filter_map(|name| place(name).transpose()).collect()
}
