//! Long texts on a terminal: through the pager, which ends by itself where all of it fits.

use std::{
    cell::Cell,
    io,
    process::{ExitStatus, Stdio},
};

use tokio::{
    io::{AsyncWrite, AsyncWriteExt},
    process::{Child, Command},
    signal,
};

use super::output::{self, Out};
use crate::app::pager::{self, PagerProgram};

/// Writes a text that is already safe, through the pager where `paged`. One that cannot be run, or fails, is named; where it took nothing
/// of the text, that is written all the same.
pub async fn write(safe: &str, paged: bool) -> io::Result<()> {
    let program = if paged { wanted() } else { None };
    if let Some(program) = program {
        match through(&program.words, safe).await {
            Ok(end) => match pager::failure(&program.name(), end.status) {
                None => return Ok(()),
                Some(why) => {
                    output::note(&why);
                    if end.took_some {
                        return Ok(());
                    }
                }
            },
            Err(error) => output::note(&program.failed(&error)),
        }
    }
    let mut out = Out::new();
    out.line(safe.trim_end())?;
    out.flush()
}

fn wanted() -> Option<PagerProgram> {
    if PagerProgram::is_unwanted() {
        return None;
    }
    let program = PagerProgram::of_environment();
    program.map_err(|why| output::note(&why)).ok()
}

/// How a pager ended.
#[derive(Debug)]
struct PagerEnd {
    status: ExitStatus,
    /// It took a part of the text at least.
    took_some: bool,
}

/// Until the pager is left. `Ctrl-C` is the pager's meanwhile.
async fn through(words: &[String], safe: &str) -> io::Result<PagerEnd> {
    let [name, arguments @ ..] = words else { return Err(io::ErrorKind::NotFound.into()) };
    let mut command = Command::new(name);
    command.args(arguments).envs(PagerProgram::usual_variables());
    let (mut child, input, left) = started(command)?;
    let written = Cell::new(0);
    let ended = async {
        let mut feeding = std::pin::pin!(feed(input, safe, &written));
        let fed_before = tokio::select! {
            status = child.wait() => Err(status?),
            () = feeding.as_mut() => Ok(()),
        };
        let status = match fed_before {
            Ok(()) => child.wait().await?,
            Err(status) => status,
        };
        let took_some = left() < written.get();
        // It may have left the rest to another, such as a window: a pipe that nobody reads takes no more and ends this.
        if fed_before.is_err() && status.success() {
            feeding.await;
        }
        Ok(PagerEnd { status, took_some })
    };
    let mut ended = std::pin::pin!(ended);
    loop {
        tokio::select! {
            end = ended.as_mut() => return end,
            // From here on the signal does not end this program.
            _ = signal::ctrl_c() => {}
        }
    }
}

/// Writes the text and closes what it is written to. It may be left before all of it was read.
async fn feed(input: Option<impl AsyncWrite + Unpin>, safe: &str, written: &Cell<u64>) {
    let Some(mut input) = input else { return };
    for mut part in [safe.as_bytes(), b"\n"] {
        while !part.is_empty() {
            let Ok(taken @ 1..) = input.write(part).await else { return };
            written.set(written.get() + taken as u64);
            part = &part[taken..];
        }
    }
}

/// A pager at work, the pipe that it reads, and how much of what was written there it did not take. This end of the pipe stays open to
/// that: what is left in it is lost with the last one that reads.
#[cfg(unix)]
fn started(mut command: Command) -> io::Result<(Child, Option<tokio::net::unix::pipe::Sender>, impl FnOnce() -> u64)> {
    let (reading, writing) = io::pipe()?;
    let input = tokio::net::unix::pipe::Sender::from_owned_fd(writing.into())?;
    let child = command.stdin(Stdio::from(reading.try_clone()?)).spawn()?;
    Ok((child, Some(input), move || rustix::io::ioctl_fionread(&reading).unwrap_or_default()))
}

/// The same where that cannot be known: as if it took nothing.
#[cfg(not(unix))]
fn started(mut command: Command) -> io::Result<(Child, Option<tokio::process::ChildStdin>, impl FnOnce() -> u64)> {
    let mut child = command.stdin(Stdio::piped()).spawn()?;
    let input = child.stdin.take();
    Ok((child, input, || u64::MAX))
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    async fn shell(script: &str, text: &str) -> (Option<i32>, bool) {
        let words = ["sh", "-c", script].map(str::to_owned);
        let end = through(&words, text).await.expect("it begins");
        (end.status.code(), end.took_some)
    }

    #[tokio::test]
    async fn whether_a_pager_took_any_of_the_text_is_known() {
        // More than a pipe holds.
        let long = "x".repeat(1 << 20);
        for text in ["one line", long.as_str()] {
            assert_eq!(shell("exit 3", text).await, (Some(3), false));
            assert_eq!(shell("head -c 1 > /dev/null; exit 3", text).await, (Some(3), true));
            assert_eq!(shell("head -c 1 > /dev/null", text).await, (Some(0), true), "left before the end");
        }
        assert_eq!(shell("test $(wc -c) = 1048577", &long).await, (Some(0), true), "all of it, with a last line's end");
        // It leaves the text to another, which is slower.
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("count");
        let leaves = format!("exec 3<&0; wc -c <&3 > {} 2>/dev/null &", path.display());
        assert_eq!(shell(&leaves, &long).await.0, Some(0));
        let counted = loop {
            match std::fs::read_to_string(&path) {
                Ok(text) if text.ends_with('\n') => break text,
                _ => tokio::task::yield_now().await,
            }
        };
        assert_eq!(counted.trim(), "1048577");
    }
}
