//! The log: a private file in the state folder, never the screen.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write},
    path::Path,
    sync::atomic::{AtomicBool, Ordering},
};

use crate::app::config::places;
use tracing_appender::non_blocking::WorkerGuard;
use tracing_subscriber::{
    filter::{LevelFilter, Targets},
    fmt,
    layer::SubscriberExt,
    util::SubscriberInitExt,
};

/// At this size the log becomes `strandscope.log.old` and a new one begins.
const LARGEST: u64 = 5_000_000;

/// Starts the log; what is logged is on disk when the guard is dropped. A log that cannot be opened stops nothing.
pub fn start() -> Option<WorkerGuard> {
    let path = places::log_file()?;
    let file = open(&path).ok()?;
    let (writer, guard) = tracing_appender::non_blocking(file);
    let wanted = levels(std::env::var("STRANDSCOPE_LOG").ok().as_deref());
    let written = fmt::layer().with_writer(writer).with_ansi(false);
    tracing_subscriber::registry().with(written).with(wanted).try_init().ok()?;
    Some(guard)
}

/// What is logged. The protocol of `mcp` is not, whatever is wanted: it would write down what is said and opened.
fn levels(wanted: Option<&str>) -> Targets {
    let info = || Targets::new().with_default(tracing::Level::INFO);
    let wanted = wanted.filter(|levels| !levels.is_empty()).and_then(|levels| levels.parse().ok());
    let wanted: Targets = wanted.unwrap_or_else(info);
    let default = wanted.default_level().unwrap_or(LevelFilter::OFF);
    // A module of it that is named would count more than the whole.
    let others = wanted.into_iter().filter(|(target, _)| !target.starts_with("rmcp"));
    Targets::new().with_default(default).with_targets(others).with_target("rmcp", LevelFilter::WARN)
}

/// Whether the log can be written, for `doctor`.
pub fn check() -> Result<String, String> {
    let path = places::log_file().ok_or("this user has no home folder to keep it in")?;
    match open(&path) {
        Ok(_) => Ok(path.display().to_string()),
        Err(error) => Err(format!("{} cannot be written: {error}", path.display())),
    }
}

fn open(path: &Path) -> io::Result<File> {
    if let Some(folder) = path.parent() {
        places::make_private(folder)?;
    }
    if fs::metadata(path).is_ok_and(|meta| meta.len() > LARGEST) {
        fs::rename(path, path.with_extension("log.old"))?;
    }
    let mut options = OpenOptions::new();
    options.create(true).append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// The answer is given; connections and the runtime go. The driver's own tasks may panic then, as its channels close one after
/// another (seen in 1 of 100 commands); that is no crash of the program, and nobody is told of it.
pub fn ending() {
    ENDING.store(true, Ordering::Release);
}

static ENDING: AtomicBool = AtomicBool::new(false);

/// A panic becomes a few words for a person, and says where the log is; `RUST_BACKTRACE` shows all of it.
pub fn on_panic() {
    let full = std::panic::take_hook();
    let wanted = std::env::var_os("RUST_BACKTRACE").is_some();
    std::panic::set_hook(Box::new(move |info| {
        if ENDING.load(Ordering::Acquire) {
            tracing::debug!(location = info.location().map(tracing::field::display), "panic after the end");
            return;
        }
        tracing::error!(version = env!("CARGO_PKG_VERSION"), os = std::env::consts::OS, "{info}");
        if wanted {
            full(info);
        } else {
            // Nobody is left to hear of it where standard error is closed.
            let _ = writeln!(io::stderr(), "{}", places::crashed(places::log_file().as_deref()));
        }
    }));
}

#[cfg(test)]
mod tests {
    use tracing::Level;

    use super::*;

    #[test]
    fn what_clients_say_is_never_logged() {
        for wanted in [None, Some(""), Some("debug"), Some("rmcp=trace,info"), Some("info,rmcp::service=trace")] {
            let levels = levels(wanted);
            assert!(levels.would_enable("strandscope::app", &Level::INFO), "{wanted:?}");
            assert!(levels.would_enable("rmcp::service", &Level::WARN), "{wanted:?}");
            assert!(!levels.would_enable("rmcp::service", &Level::INFO), "{wanted:?}");
        }
        assert!(levels(Some("debug")).would_enable("strandscope::app", &Level::DEBUG));
    }

    #[cfg(unix)]
    #[test]
    fn the_log_is_private_and_starts_anew_when_it_is_large() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a/strandscope.log");
        open(&path).unwrap().set_len(LARGEST + 1).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        open(&path).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().len(), 0);
        assert!(folder.path().join("a/strandscope.log.old").exists());
    }
}
