//! A chat service over HTTP: what a web server needs around a session manager.
//!
//! `cargo run --example web -- --uri mongodb://localhost:27017 --database agents --collection sessions`
//!
//! ```text
//! curl localhost:8080/chat -d '{"message": "Where is my order A100?"}' -H 'content-type: application/json'
//! curl localhost:8080/chat/stream -N -d '{"session_id": "…", "message": "Hello"}' -H 'content-type: application/json'
//! curl localhost:8080/sessions/…            the session, without its messages and its password
//! curl localhost:8080/sessions/…/metadata   (GET, PUT {"tier": "gold"}; DELETE …/metadata/tier)
//! curl localhost:8080/sessions/…/feedback   (POST {"rating": "up"}; GET: the figures)
//! curl localhost:8080/health                curl localhost:8080/metrics
//! ```
//!
//! The answers are scripted, so that no model is needed: `server/model.rs` is where a real one is called. Nobody is asked who
//! he is: put your authentication in front of it, and limits for each caller.
//!
//! SIGTERM or Ctrl-C ends it: no new connections, what was begun is finished, hooks deliver what they hold.

mod server;

use std::time::Duration;

use anyhow::{Context, Result};
use clap::Parser;
use server::{App, Settings};
use strandscope::{Pool, PoolOptions, SecretString};
use tokio::net::TcpListener;

/// Where it listens, and where sessions are kept.
#[derive(Parser)]
struct Args {
    /// Where to listen; port 0 is any free one.
    #[arg(long, default_value = "127.0.0.1:8080")]
    listen: String,
    /// MongoDB connection string.
    #[arg(long, env = "MONGODB_URI", hide_env_values = true, default_value = "mongodb://localhost:27017")]
    uri: SecretString,
    #[command(flatten)]
    settings: Settings,
}

#[tokio::main]
async fn main() -> Result<()> {
    tracing_subscriber::fmt().with_max_level(tracing::Level::WARN).with_writer(std::io::stderr).init();
    let args = Args::parse();
    // Before anything is said, so that no signal is missed.
    let stop = stop()?;
    // A request that cannot be served soon is better refused than kept waiting.
    let limits = PoolOptions::default().operation(Duration::from_secs(10)).repeat(Duration::from_secs(5));
    let app = App::new(Pool::connect(&args.uri, limits).await?, &args.settings)?;
    let listener =
        TcpListener::bind(&args.listen).await.with_context(|| format!("{} cannot be listened on", args.listen))?;
    println!("listening on http://{}", listener.local_addr()?);
    server::run(app, listener, stop).await
}

/// Ends when the process is asked to end.
#[cfg(unix)]
fn stop() -> Result<impl Future<Output = ()> + Send + 'static> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}

/// Ends when the process is asked to end.
#[cfg(not(unix))]
fn stop() -> Result<impl Future<Output = ()> + Send + 'static> {
    let mut interrupt = tokio::signal::windows::ctrl_c()?;
    Ok(async move {
        let _ = interrupt.recv().await;
    })
}
