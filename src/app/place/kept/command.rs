//! A command that prints a secret. Within the browser it gets no terminal and not all the time there is: what hangs is ended and told.

use std::{
    io::{self, IsTerminal},
    process::Stdio,
    time::Duration,
};

use tokio::{
    io::AsyncReadExt,
    process::{Child, Command},
    time::timeout,
};

use super::{Attendance, LONGEST};
use crate::disk;

/// How long it may take where nobody sees what it waits for: a person may be typing what opens the store, in a window of its own.
const PATIENCE: Duration = Duration::from_mins(1);

/// What it prints.
///
/// # Errors
/// In a few words: there is no such program, it failed, or it did not end.
pub(super) async fn printed(words: &[String], attendance: Attendance) -> Result<Vec<u8>, String> {
    printed_within(words, attendance, PATIENCE).await
}

async fn printed_within(words: &[String], attendance: Attendance, patience: Duration) -> Result<Vec<u8>, String> {
    let [program, arguments @ ..] = words else { return Err("it is empty".to_owned()) };
    let is_attended = attendance == Attendance::Person;
    let inherited = |is: bool| if is { Stdio::inherit() } else { Stdio::null() };
    // What is piped in is for this program, not for the command.
    let input = inherited(is_attended && io::stdin().is_terminal());
    let mut command = Command::new(program);
    command.args(arguments).stdin(input).stdout(Stdio::piped()).stderr(inherited(is_attended)).kill_on_drop(true);
    #[cfg(unix)]
    if !is_attended {
        // It reads no key that is meant for the browser, and ends with all that it started.
        command.process_group(0);
    }
    let mut child = command.spawn().map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => "there is no such program".to_owned(),
        _ => disk::reason(&error),
    })?;
    let ended = if is_attended {
        output(&mut child).await
    } else if let Ok(ended) = timeout(patience, output(&mut child)).await {
        ended
    } else {
        end(&mut child);
        let waited = patience.as_secs();
        return Err(format!(
            "it did not end within {waited} s; it may wait for a passphrase or need a terminal: run it once in a shell"
        ));
    };
    let (bytes, status) = ended.map_err(|error| disk::reason(&error))?;
    if status.success() { Ok(bytes) } else { Err(format!("it ended with {status}")) }
}

async fn output(child: &mut Child) -> io::Result<(Vec<u8>, std::process::ExitStatus)> {
    let mut bytes = Vec::new();
    if let Some(written) = child.stdout.take() {
        written.take(LONGEST).read_to_end(&mut bytes).await?;
    }
    Ok((bytes, child.wait().await?))
}

/// Ends it, and what it started.
fn end(child: &mut Child) {
    #[cfg(unix)]
    if let Some(group) = child.id().and_then(|id| i32::try_from(id).ok()).and_then(rustix::process::Pid::from_raw) {
        // It may have ended just now.
        let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
    }
    let _ = child.start_kill();
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn words(words: &[&str]) -> Vec<String> {
        words.iter().map(|word| (*word).to_owned()).collect()
    }

    #[tokio::test]
    async fn a_command_that_fails_or_hangs_is_told() {
        let failed = printed(&words(&["sh", "-c", "echo hunter2; exit 3"]), Attendance::Browser).await.unwrap_err();
        assert!(failed.contains('3') && !failed.contains("hunter2"), "{failed}");
        let hangs = words(&["sh", "-c", "cat <&0; sleep 1000"]);
        let hung = printed_within(&hangs, Attendance::Browser, Duration::from_millis(50)).await.unwrap_err();
        assert!(hung.contains("did not end"), "{hung}");
        assert_eq!(printed(&words(&["printf", "x"]), Attendance::Browser).await.unwrap(), b"x");
    }
}
