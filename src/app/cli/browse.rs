//! The browser, from the command line.

use crate::app::{
    config::{ConnectionArguments, Environment, Themes, Ui, places},
    place::{Origin, Place},
    tui::{
        render::look::colour::{Palette, is_console},
        run::{self, Browse},
        state::fleet::FleetStart,
    },
};
use anyhow::Result;

use super::{
    context::{self, Context},
    drain,
};

/// The browser on what is configured, at one session where an ID is given.
pub async fn start(context: &Context, open_id: Option<String>) -> Result<()> {
    Box::pin(run(context, context.chosen()?, open_id, None)).await
}

/// The browser on the fleet.
pub async fn fleet(context: &Context, start: FleetStart) -> Result<()> {
    Box::pin(run(context, context.chosen()?, None, Some(start))).await
}

/// The browser on the sample sessions.
pub async fn demo(context: &Context) -> Result<()> {
    let place = Place { read_only: context.connection.read_only, ..Place::plain("demo", Origin::Demo) };
    Box::pin(run(context, Some(place), None, None)).await
}

async fn run(
    context: &Context,
    place: Option<Place>,
    open_id: Option<String>,
    fleet: Option<FleetStart>,
) -> Result<()> {
    let (config, environment) = (&context.config, &context.environment);
    let place = match place {
        Some(place) => Some(context::whole(place).await?),
        None => None,
    };
    // Before the screen is there: a command may ask a person for what opens its store.
    let reveal = context.reveal().await;
    let hooks = context.hooks()?;
    let file = config.file.clone().or_else(places::config_file);
    let themes = Themes::load(file.as_deref().map(Themes::folder).as_deref());
    let ui = Ui { themes, ..config.ui.clone() };
    let code = Box::pin(run::browse(Browse {
        hooks: hooks.clone(),
        state_dir: places::state_dir(),
        config_file: config.file.clone(),
        open_id,
        fleet,
        ui,
        palette: Palette::of(
            environment.term.as_deref(),
            environment.colorterm.as_deref(),
            environment.colorfgbg.as_deref(),
        ),
        ask_background: cfg!(unix) && !environment.term.as_deref().is_some_and(is_console),
        limits: config.limits,
        keymap: config.keys.clone(),
        profiles: profiles(context)?,
        // What a profile says is its own; the flag is for every connection that is chosen.
        read_only: context.connection.read_only,
        filters: config.filters.clone(),
        reveal,
        alerts: config.alerts.clone(),
        log_path: places::log_file(),
        place,
    }))
    .await?;
    let closed = drain::close(&hooks).await;
    if code == 0 { closed } else { Err(super::stop::Stop::Said(code).into()) }
}

/// The connections of the configuration, as `--profile` would open them.
fn profiles(context: &Context) -> Result<Vec<Place>> {
    let environment = Environment { password: context.environment.password.clone(), ..Environment::default() };
    let read_only = context.connection.read_only;
    let place = |name: &String| {
        let args = ConnectionArguments { profile: Some(name.clone()), read_only, ..ConnectionArguments::default() };
        Ok(context.config.connection(&args, &environment)?)
    };
    context.config.profiles.keys().filter_map(|name| place(name).transpose()).collect()
}
