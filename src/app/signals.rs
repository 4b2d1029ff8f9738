//! Signals that end, stop and continue the program: it leaves and takes the terminal cleanly.

use std::io;

#[cfg(not(unix))]
use other as system;
#[cfg(unix)]
use unix as system;

/// The exit code of a program whose terminal is gone, as SIGHUP gives it.
pub const HUNG_UP: u8 = 129;

/// What a signal asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Caught {
    /// End with that exit code.
    End(u8),
    /// Stop until continued, as the shell's `fg` does.
    Stop,
    /// Continued: whoever had the terminal meanwhile may have changed it.
    Continued,
}

/// SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGTSTP and SIGCONT; where there are none, Ctrl-C from outside.
pub struct Signals {
    listening: system::Listening,
}

impl Signals {
    /// Listens from now on: what they do by themselves is no more.
    ///
    /// # Errors
    /// What the system says.
    pub fn listen() -> io::Result<Self> {
        Ok(Self { listening: system::listen()? })
    }

    /// Waits for one.
    pub async fn next(&mut self) -> Caught {
        system::next(&mut self.listening).await
    }

    /// Whether a shell waits for this program that would continue it. Where none does, as in `xterm -e` and `docker run -it`,
    /// what is stopped stays so.
    #[must_use]
    pub fn has_shell() -> bool {
        system::has_shell()
    }

    /// Stops until it is continued; does nothing where a program cannot be stopped. `typed`: a key asked for it, which a
    /// terminal tells all the programs before it, such as a script that runs this one.
    pub async fn stop(&mut self, typed: bool) {
        system::stop(&mut self.listening, typed).await;
    }
}

#[cfg(unix)]
mod unix {
    use super::{Caught, HUNG_UP, io};
    use rustix::{
        process::{Signal as Number, getpgrp, getpid, getppid, getsid, kill_current_process_group, kill_process},
        termios::tcgetpgrp,
    };
    use std::time::Duration;
    use tokio::signal::unix::{Signal, SignalKind, signal};

    /// How long a stopped program, which is running again, waits for the news that it is.
    const NEWS: Duration = Duration::from_millis(500);

    pub(super) struct Listening {
        terminate: Signal,
        interrupt: Signal,
        hang_up: Signal,
        quit: Signal,
        stop: Signal,
        go_on: Signal,
    }

    pub(super) fn listen() -> io::Result<Listening> {
        Ok(Listening {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
            hang_up: signal(SignalKind::hangup())?,
            quit: signal(SignalKind::quit())?,
            stop: signal(SignalKind::from_raw(Number::TSTP.as_raw()))?,
            go_on: signal(SignalKind::from_raw(Number::CONT.as_raw()))?,
        })
    }

    pub(super) async fn next(listening: &mut Listening) -> Caught {
        tokio::select! {
            _ = listening.terminate.recv() => Caught::End(143),
            _ = listening.interrupt.recv() => Caught::End(130),
            _ = listening.hang_up.recv() => Caught::End(HUNG_UP),
            _ = listening.quit.recv() => Caught::End(131),
            _ = listening.stop.recv() => Caught::Stop,
            _ = listening.go_on.recv() => Caught::Continued,
        }
    }

    pub(super) fn has_shell() -> bool {
        let Ok(session) = getsid(None) else { return false };
        let is_here = |parent| getsid(Some(parent)).is_ok_and(|theirs| theirs == session);
        // A shell that continues programs runs each in a group of its own.
        getpgrp() != session && getppid().is_some_and(is_here)
    }

    pub(super) async fn stop(listening: &mut Listening, typed: bool) {
        let before_the_terminal = tcgetpgrp(io::stdin()).is_ok_and(|group| group == getpgrp());
        let stopped = if typed && before_the_terminal {
            kill_current_process_group(Number::STOP)
        } else {
            kill_process(getpid(), Number::STOP)
        };
        if let Err(error) = stopped {
            tracing::warn!(%error, "the program could not be stopped");
        }
        let _ = tokio::time::timeout(NEWS, listening.go_on.recv()).await;
    }
}

#[cfg(not(unix))]
mod other {
    use super::{Caught, io};

    pub(super) type Listening = ();

    pub(super) fn listen() -> io::Result<Listening> {
        Ok(())
    }

    pub(super) async fn next((): &mut Listening) -> Caught {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
        Caught::End(130)
    }

    pub(super) fn has_shell() -> bool {
        false
    }

    pub(super) async fn stop((): &mut Listening, _typed: bool) {}
}
