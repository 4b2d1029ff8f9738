//! Long texts on a terminal: through the pager, which ends by itself where all of it fits.

use std::{io, process::Stdio};

use tokio::{io::AsyncWriteExt, process::Command, signal};

use super::output::{self, Out};
use crate::app::pager::PagerProgram;

/// Writes a text that is already safe, through the pager where `paged`. One that cannot be run is named, and the text is written all the
/// same.
pub async fn write(safe: &str, paged: bool) -> io::Result<()> {
    let program = if paged { wanted() } else { None };
    if let Some(program) = program {
        match through(&program, safe).await {
            Ok(()) => return Ok(()),
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

/// Until the pager is left. `Ctrl-C` is the pager's meanwhile.
async fn through(program: &PagerProgram, safe: &str) -> io::Result<()> {
    let Some((name, arguments)) = program.words.split_first() else { return Ok(()) };
    let mut child =
        Command::new(name).args(arguments).envs(PagerProgram::usual_variables()).stdin(Stdio::piped()).spawn()?;
    let mut input = child.stdin.take();
    let writing = async {
        if let Some(input) = &mut input {
            // It may be left before all of it was read.
            let _ = input.write_all(safe.as_bytes()).await;
            let _ = input.write_all(b"\n").await;
        }
        drop(input);
    };
    let ended = async {
        writing.await;
        child.wait().await
    };
    let mut ended = std::pin::pin!(ended);
    loop {
        tokio::select! {
            status = ended.as_mut() => return status.map(drop),
            // From here on the signal does not end this program.
            _ = signal::ctrl_c() => {}
        }
    }
}
