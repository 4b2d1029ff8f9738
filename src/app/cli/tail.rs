//! `tail`: what is written, as it is written.

mod alerts;
mod differ;
mod follow;
mod lines;
mod output;
mod reading;
mod scope;

use crate::{
    app::signals::{Caught, Signals},
    hook::Hooks,
    nearest,
};
use anyhow::Result;

use super::{args::TailArgs, context::Context, drain, stop::Stop};
use alerts::TailAlerts;
use follow::{FollowEnd, Follower};
use output::TailOutput;
use scope::TailScope;

/// The exit code where an alert of `--exit-on` was told.
pub const ALERTED: u8 = 10;

pub async fn run(context: &Context, args: &TailArgs) -> Result<()> {
    let (config, zone) = (&context.config, context.config.ui.zone());
    check_names(context, &args.exit_on)?;
    let since = args.since.as_deref().map(|text| scope::since(text, zone.clone())).transpose()?;
    let reader = context.reader().await?;
    let scope = TailScope::of(context, reader.as_ref(), &args.of).await?;
    let tells = config.alerts.iter().any(|rule| rule.webhook.is_some());
    let hooks = if tells { context.hooks()? } else { Hooks::default() };
    let mut alerts = TailAlerts::new(config.alerts.clone(), zone, args.exit_on.clone(), hooks.clone());
    if config.alerts.iter().any(|rule| rule.filter.is_some()) {
        alerts = alerts.searching(context.searching().await);
    }
    let out = TailOutput::new(args.json, args.full, config.ui.symbols);
    let mut follower = Follower::new(reader, scope, since, out, alerts);
    let mut signals = Signals::listen()?;
    let ended = tokio::select! {
        ended = follower.follow(args.until_idle) => ended.map(|end| match end {
            FollowEnd::Idle => 0,
            FollowEnd::Alert => ALERTED,
        }),
        code = interrupted(&mut signals) => Ok(code),
    };
    drop((follower, signals));
    let closed = if tells { drain::close(&hooks).await } else { Ok(()) };
    match ended? {
        0 => closed,
        code => Err(Stop::Said(code).into()),
    }
}

/// Waits for a signal that ends the command. `Ctrl-C` is how it is meant to end.
async fn interrupted(signals: &mut Signals) -> u8 {
    loop {
        match signals.next().await {
            Caught::End(130) => return 0,
            Caught::End(code) => return code,
            Caught::Stop if Signals::has_shell() => signals.stop(false).await,
            Caught::Stop | Caught::Continued => {}
        }
    }
}

/// Every alert to end with is one of the configuration.
fn check_names(context: &Context, names: &[String]) -> Result<()> {
    let known: Vec<&str> = context.config.alerts.iter().map(|rule| rule.name.as_str()).collect();
    let Some(unknown) = names.iter().find(|name| !known.contains(&name.as_str())) else { return Ok(()) };
    let hint = match nearest::nearest(unknown, &known) {
        Some(near) => format!("did you mean {near:?}?"),
        None if known.is_empty() => "write one into the configuration, under [alerts.NAME]".to_owned(),
        None => format!("there are: {}", known.join(", ")),
    };
    Err(Stop::Usage(format!("there is no alert {unknown:?}; {hint}")).into())
}
