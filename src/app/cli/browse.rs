//! The browser, from the command line.

use crate::app::{
    config::{Config, ConnectionArguments, Environment, places},
    place::{Origin, Place},
    tui::run::{self, Browse},
};
use anyhow::Result;

use super::context::Context;

/// The browser on what is configured, at one session where an ID is given.
pub async fn start(context: &Context, open_id: Option<String>) -> Result<()> {
    run(context, context.chosen()?, open_id).await
}

/// The browser on the sample sessions.
pub async fn demo(context: &Context) -> Result<()> {
    let place = Place { read_only: context.connection.read_only, ..Place::plain("demo", Origin::Demo) };
    run(context, Some(place), None).await
}

async fn run(context: &Context, place: Option<Place>, open_id: Option<String>) -> Result<()> {
    let config = &context.config;
    let hooks = context.hooks()?;
    let code = run::browse(Browse {
        hooks: hooks.clone(),
        state_dir: places::state_dir(),
        open_id,
        ui: config.ui.clone(),
        limits: config.limits,
        keymap: config.keys.clone(),
        profiles: profiles(config, context.connection.read_only)?,
        // What a profile says is its own; the flag is for every connection that is chosen.
        read_only: context.connection.read_only,
        filters: config.filters.clone(),
        log_path: places::log_file(),
        place,
    })
    .await?;
    let closed = super::context::close(&hooks).await;
    if code == 0 { closed } else { Err(super::stop::Stop::Said(code).into()) }
}

/// The connections of the configuration, as `--profile` would open them.
fn profiles(config: &Config, read_only: bool) -> Result<Vec<Place>> {
    let place = |name: &String| {
        let args = ConnectionArguments { profile: Some(name.clone()), read_only, ..ConnectionArguments::default() };
        Ok(config.connection(&args, &Environment::default())?)
    };
    config.profiles.keys().filter_map(|name| place(name).transpose()).collect()
}
