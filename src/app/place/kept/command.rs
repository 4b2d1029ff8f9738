//! A command that prints a secret. Within the browser, and where nobody is there, it gets no terminal and not all the time there is: what
//! hangs is ended and told.

use std::{
    io::{self, IsTerminal},
    process::{ExitStatus, Stdio},
    time::Duration,
};

#[cfg(unix)]
use process_wrap::tokio::ProcessSession;
use process_wrap::tokio::{ChildWrapper, CommandWrap};
use tokio::{
    io::AsyncReadExt,
    process::Command,
    time::{sleep, timeout},
};

use super::{Attendance, LONGEST, missing::MissingSecret};
use crate::{app::named_program::why_not_run, disk};

/// How long it may take where nobody sees what it waits for: a person may be typing what opens the store, in a window of its own.
const PATIENCE: Duration = Duration::from_mins(1);

/// What it printed is there by then, though something that it started may hold its output open.
const LEFT_OPEN: Duration = Duration::from_millis(100);

/// What it prints.
///
/// # Errors
/// In a few words: there is no such program, it failed, or it did not end.
pub(super) async fn printed(words: &[String], attendance: Attendance) -> Result<Vec<u8>, MissingSecret> {
    printed_within(words, attendance, PATIENCE).await
}

async fn printed_within(
    words: &[String],
    attendance: Attendance,
    patience: Duration,
) -> Result<Vec<u8>, MissingSecret> {
    let mut running = RunningCommand::start(words, attendance)?;
    let ended = if attendance == Attendance::Person {
        running.output().await
    } else if let Ok(ended) = timeout(patience, running.output()).await {
        ended
    } else {
        let waited = patience.as_secs();
        let why = format!("it did not end within {waited} s; it may wait for a passphrase or need a terminal");
        return Err(MissingSecret { why, is_late: true });
    };
    let (bytes, status) = ended.map_err(|error| disk::reason(&error))?;
    if status.success() { Ok(bytes) } else { Err(format!("it ended with {status}").into()) }
}

/// A command at work. What is left of it as nobody waits for it any more is ended, with all that it started.
struct RunningCommand {
    child: Box<dyn ChildWrapper>,
    ends: bool,
}

impl RunningCommand {
    fn start(words: &[String], attendance: Attendance) -> Result<Self, String> {
        let [program, arguments @ ..] = words else { return Err("it is empty".to_owned()) };
        let is_attended = attendance == Attendance::Person;
        let inherited = |is: bool| if is { Stdio::inherit() } else { Stdio::null() };
        // What it says is kept with what this program says, but for the browser's screen.
        let is_heard = attendance != Attendance::Browser;
        // What is piped in is for this program, not for the command.
        let input = inherited(is_attended && io::stdin().is_terminal());
        let mut command = Command::new(program);
        command.args(arguments).stdin(input).stdout(Stdio::piped()).stderr(inherited(is_heard)).kill_on_drop(true);
        if !is_attended {
            // What asks for a passphrase would else be told to ask on the screen.
            command.env_remove("GPG_TTY");
        }
        let mut command = CommandWrap::from(command);
        #[cfg(unix)]
        if !is_attended {
            // It reads no key that is meant for the browser, writes nothing on the screen, and ends with all that it started.
            command.wrap(ProcessSession);
        }
        let child = command.spawn().map_err(|error| why_not_run(&error))?;
        Ok(Self { child, ends: !is_attended })
    }

    async fn output(&mut self) -> io::Result<(Vec<u8>, ExitStatus)> {
        let mut bytes: Vec<u8> = Vec::new();
        let mut status = None;
        if let Some(written) = self.child.stdout().take() {
            let mut written = written.take(LONGEST);
            loop {
                tokio::select! {
                    biased;
                    read = written.read_buf(&mut bytes) => if read? == 0 { break },
                    ended = self.child.wait(), if status.is_none() => status = Some(ended?),
                    () = sleep(LEFT_OPEN), if status.is_some() => break,
                }
            }
        }
        let status = match status {
            Some(status) => status,
            None => self.child.wait().await?,
        };
        // What it left behind on purpose, such as an agent that keeps a passphrase, goes on.
        self.ends = false;
        Ok((bytes, status))
    }
}

impl Drop for RunningCommand {
    fn drop(&mut self) {
        if self.ends {
            // It may have ended just now.
            let _ = self.child.start_kill();
        }
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    const UNATTENDED: [Attendance; 2] = [Attendance::Browser, Attendance::Nobody];

    fn words(words: &[&str]) -> Vec<String> {
        words.iter().map(|word| (*word).to_owned()).collect()
    }

    #[tokio::test]
    async fn a_command_that_fails_or_hangs_is_told() {
        for attendance in UNATTENDED {
            let failed = printed(&words(&["sh", "-c", "echo hunter2; exit 3"]), attendance).await.unwrap_err();
            assert!(failed.why.contains('3') && !failed.why.contains("hunter2") && !failed.is_late, "{failed:?}");
            let hangs = words(&["sh", "-c", "cat <&0; sleep 1000"]);
            let hung = printed_within(&hangs, attendance, Duration::from_millis(50)).await.unwrap_err();
            assert!(hung.why.contains("did not end") && hung.is_late, "{hung:?}");
            assert_eq!(printed(&words(&["printf", "x"]), attendance).await.unwrap(), b"x");
        }
    }

    /// What another process wrote there, once it did.
    async fn told_in(path: &std::path::Path) -> String {
        loop {
            if let Ok(text) = std::fs::read_to_string(path)
                && text.ends_with('\n')
            {
                return text.trim().to_owned();
            }
            sleep(Duration::from_millis(5)).await;
        }
    }

    fn is_there(process: &str) -> bool {
        let id = process.parse().ok().and_then(rustix::process::Pid::from_raw);
        id.is_some_and(|id| rustix::process::test_kill_process(id).is_ok())
    }

    #[tokio::test]
    async fn what_holds_its_output_open_is_not_waited_for() {
        let leaves = words(&["sh", "-c", "sleep 20 & echo secret"]);
        let printed = printed(&leaves, Attendance::Browser).await.unwrap();
        assert_eq!(printed, b"secret\n");
    }

    #[tokio::test]
    async fn it_has_no_terminal_of_the_browser() {
        let asks = words(&["sh", "-c", "(: >/dev/tty) 2>/dev/null && echo screen || echo none"]);
        for attendance in UNATTENDED {
            assert_eq!(printed(&asks, attendance).await.unwrap(), b"none\n");
        }
    }

    #[tokio::test]
    async fn what_is_given_up_ends_with_all_that_it_started() {
        for attendance in UNATTENDED {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("ids");
            let hangs = format!("sleep 1000 & echo $! > {}; wait", path.display());
            let hangs = words(&["sh", "-c", &hangs]);
            let waiting = tokio::spawn(async move { printed(&hangs, attendance).await });
            let started = told_in(&path).await;
            assert!(is_there(&started));
            waiting.abort();
            assert!(waiting.await.is_err());
            // Whoever takes over orphans reaps it; until then it is dead and not at work.
            while is_there(&started) && !is_dead(&started) {
                sleep(Duration::from_millis(5)).await;
            }
        }
    }

    fn is_dead(process: &str) -> bool {
        let status = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
        status.rsplit_once(')').is_some_and(|(_, after)| after.trim_start().starts_with('Z'))
    }
}
