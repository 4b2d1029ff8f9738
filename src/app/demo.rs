//! The sample sessions of `strandscope demo`: scripts in `assets/demo`, played into a folder.
//!
//! Times are told in minutes ago, so the samples always look fresh. Tokens and latencies follow from the texts, and
//! the counters of `event_loop_metrics` from those, the way Strands accumulates them over a run.
//!
//! Beside them an agent is at work: what it says is written as time passes, and seen as any other agent's work is.

mod folder;
mod live;
mod play;
mod script;

use std::{
    fs::{self, File},
    io,
    path::Path,
    sync::Arc,
    time::SystemTime,
};

use jiff::Timestamp;
use serde_json::Value;
use tempfile::TempDir;
use tokio::task::spawn_blocking;

use self::{
    folder::DemoFolder,
    live::AgentAtWork,
    play::{PlayedAgent, PlayedSession},
};
use crate::{
    disk,
    repository::{Error, Result, SessionRepository, folder::FolderRepository},
};

const SCRIPTS: [&str; 13] = [
    include_str!("../../assets/demo/bank-helpdesk.json"),
    include_str!("../../assets/demo/contract-review.json"),
    include_str!("../../assets/demo/heat-pumps.json"),
    include_str!("../../assets/demo/incident.json"),
    include_str!("../../assets/demo/onboarding.json"),
    include_str!("../../assets/demo/reconcile.json"),
    include_str!("../../assets/demo/recipe.json"),
    include_str!("../../assets/demo/refactor-auth.json"),
    include_str!("../../assets/demo/revenue.json"),
    include_str!("../../assets/demo/runbook-dns.json"),
    include_str!("../../assets/demo/support.json"),
    include_str!("../../assets/demo/trip-lisbon.json"),
    include_str!("../../assets/demo/tutor.json"),
];

/// What stands where a folder's path would.
const NAME: &str = "demo";

/// Makes the folder of sample sessions afresh and opens it. It is private to the user and removed with the repository.
///
/// # Errors
/// [`Error::Folder`] where it cannot be written.
pub async fn open() -> Result<Arc<dyn SessionRepository>> {
    opened(false).await
}

/// The same, with an agent at work in it until the repository goes.
///
/// # Errors
/// As [`open`].
pub async fn open_living() -> Result<Arc<dyn SessionRepository>> {
    opened(!is_still()).await
}

/// Removes what is left of it at the end of the program: a task that nobody waited for may hold it.
pub fn close() {
    folder::remove_all();
}

async fn opened(living: bool) -> Result<Arc<dyn SessionRepository>> {
    let dir = written().await?;
    let root = dir.path().to_owned();
    let folder = DemoFolder::new(dir);
    let work = living.then(|| AgentAtWork::begin(Arc::clone(&folder)));
    Ok(Arc::new(FolderRepository::temporary(&root, DemoGuard { work, folder }, NAME)))
}

/// Goes with the repository.
struct DemoGuard {
    work: Option<AgentAtWork>,
    folder: Arc<DemoFolder>,
}

impl Drop for DemoGuard {
    fn drop(&mut self) {
        drop(self.work.take());
        self.folder.remove();
    }
}

/// For tests that need a picture that stays as it is.
fn is_still() -> bool {
    cfg!(debug_assertions) && std::env::var_os("STRANDSCOPE_STILL").is_some()
}

async fn written() -> Result<TempDir> {
    let crashed = |reason: String| Error::other("writing the samples", reason);
    spawn_blocking(write).await.unwrap_or_else(|join| Err(crashed(join.to_string())))
}

/// Writes them into a fresh folder that is private to the user.
fn write() -> Result<TempDir> {
    let mut builder = tempfile::Builder::new();
    builder.prefix("strandscope-demo-");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700));
    let dir = builder.tempdir().map_err(|error| cannot_write(&std::env::temp_dir(), &error))?;
    let now = crate::app::clock::start();
    for script in SCRIPTS {
        let script = script::read(script).map_err(|error| Error::other("reading the samples", error.to_string()))?;
        write_session(dir.path(), &play::play(script, now)).map_err(|error| cannot_write(dir.path(), &error))?;
    }
    Ok(dir)
}

fn cannot_write(path: &Path, error: &io::Error) -> Error {
    let reason = format!("the samples cannot be written there ({})", disk::reason(error));
    Error::folder(path, reason).with_hint("set TMPDIR to a folder with room")
}

fn write_session(root: &Path, session: &PlayedSession) -> io::Result<()> {
    let dir = root.join(format!("session_{}", session.id));
    for agent in &session.agents {
        write_agent(&dir.join("agents").join(format!("agent_{}", agent.id)), agent)?;
    }
    write_json(&dir.join("session.json"), &session.file, session.changed)
}

fn write_agent(dir: &Path, agent: &PlayedAgent) -> io::Result<()> {
    let messages = dir.join("messages");
    fs::create_dir_all(&messages)?;
    for (index, (message, at)) in agent.messages.iter().enumerate() {
        write_json(&messages.join(format!("message_{index}.json")), message, *at)?;
    }
    write_json(&dir.join("agent.json"), &agent.file, agent.changed)?;
    write_json(&dir.join("config.json"), &agent.config, agent.changed)?;
    set_time(&messages, agent.changed);
    set_time(dir, agent.changed);
    Ok(())
}

fn write_json(path: &Path, value: &Value, at: Timestamp) -> io::Result<()> {
    fs::write(path, format!("{value:#}"))?;
    set_time(path, at);
    Ok(())
}

/// Without it a sample looks as if it changed just now, which is no reason to fail.
fn set_time(path: &Path, at: Timestamp) {
    let time = SystemTime::from(at);
    // Windows sets the times of files only when they are open for writing.
    let file = if path.is_dir() { File::open(path) } else { File::options().append(true).open(path) };
    if let Err(error) = file.and_then(|file| file.set_modified(time)) {
        tracing::debug!(%error, "the time of a sample could not be set");
    }
}

#[cfg(test)]
mod tests;
