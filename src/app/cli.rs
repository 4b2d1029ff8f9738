//! The commands. Standard output is data, standard error is talk; what writes goes through the
//! session manager and the configured hooks.

mod args;
mod browse;
mod complete;
mod confirm;
mod context;
mod delete;
mod doctor;
mod drain;
mod feedback;
mod list;
mod log;
mod man;
mod mcp;
mod metadata;
mod metrics;
mod output;
mod paged;
mod paint;
mod password;
mod restore;
mod show;
mod stop;
mod table;
mod tail;
mod top;
mod typed_filter;

use std::{process::ExitCode, time::Duration};

use crate::app::{
    config::{Config, Environment},
    demo, json,
};
use args::{Args, CliCommand};
use context::Context;

/// How long the end waits for what still runs.
const PATIENCE: Duration = Duration::from_millis(300);

/// Runs what the process's arguments ask for.
pub fn main() -> ExitCode {
    if complete::answered() {
        return ExitCode::SUCCESS;
    }
    let args = Args::typed();
    let _log = log::start();
    log::on_panic();
    match run(args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => stop::report(&error),
    }
}

fn run(args: Args) -> anyhow::Result<()> {
    match args.command {
        Some(CliCommand::Completions(args)) => return complete::script(args.shell),
        Some(CliCommand::Man(args)) => return man::run(&args),
        _ => {}
    }
    let environment = Environment::read();
    let config = Config::load(args.config.as_deref(), &environment)?;
    let context = Context::new(config, environment, args.connection.into()).confirmed(args.confirm);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let result = runtime.block_on(async {
        let result = match args.command {
            None => Box::pin(browse::start(&context, None)).await,
            Some(CliCommand::Open { id }) => Box::pin(browse::start(&context, Some(id))).await,
            Some(CliCommand::Top(args)) => top::run(&context, &args).await,
            Some(CliCommand::Demo) => browse::demo(&context).await,
            Some(CliCommand::List(args)) => list::run(&context, &args).await,
            Some(CliCommand::Show(args)) => show::run(&context, &args).await,
            Some(CliCommand::Tail(args)) => tail::run(&context, &args).await,
            Some(CliCommand::Metrics(args)) => metrics::run(&context, &args).await,
            Some(CliCommand::Metadata(command)) => metadata::run(&context, &command).await,
            Some(CliCommand::Feedback(command)) => feedback::run(&context, &command).await,
            Some(CliCommand::Delete(args)) => delete::run(&context, &args).await,
            Some(CliCommand::Restore { file }) => restore::run(&context, file).await,
            Some(CliCommand::Doctor(args)) => doctor::run(&context, &args).await,
            Some(CliCommand::Mcp(args)) => mcp::run(&context, &args).await,
            // Answered without settings.
            Some(CliCommand::Completions(_) | CliCommand::Man(_)) => Ok(()),
        };
        log::ending();
        context.close().await;
        result
    });
    // What is still held is let go of, such as the demo's folder; a read that was given up may still wait for its
    // server, and nobody waits for that.
    runtime.shutdown_timeout(PATIENCE);
    demo::close();
    result
}
