//! Signals that end the program: the terminal is restored first.

use std::io;

#[cfg(unix)]
pub(super) use unix::Signals;

#[cfg(not(unix))]
pub(super) use other::Signals;

#[cfg(unix)]
mod unix {
    use super::io;
    use tokio::signal::unix::{Signal, SignalKind, signal};

    /// SIGTERM, SIGINT and SIGHUP.
    pub struct Signals {
        terminate: Signal,
        interrupt: Signal,
        hang_up: Signal,
    }

    impl Signals {
        pub fn listen() -> io::Result<Self> {
            Ok(Self {
                terminate: signal(SignalKind::terminate())?,
                interrupt: signal(SignalKind::interrupt())?,
                hang_up: signal(SignalKind::hangup())?,
            })
        }

        /// Waits for one; gives the exit code that goes with it.
        pub async fn next(&mut self) -> u8 {
            tokio::select! {
                _ = self.terminate.recv() => 143,
                _ = self.interrupt.recv() => 130,
                _ = self.hang_up.recv() => 129,
            }
        }
    }
}

#[cfg(not(unix))]
mod other {
    use super::io;

    /// Ctrl-C from outside.
    pub struct Signals;

    impl Signals {
        pub fn listen() -> io::Result<Self> {
            Ok(Self)
        }

        /// Waits for it; gives the exit code that goes with it.
        pub async fn next(&mut self) -> u8 {
            if tokio::signal::ctrl_c().await.is_err() {
                std::future::pending::<()>().await;
            }
            130
        }
    }
}
