//! Standard output and standard error.

use std::io::{self, IsTerminal, StdoutLock, Write};

use crate::{app::text, session::StoredDate};
use jiff::{RoundMode, TimestampRound, Unit};

/// Standard output. An error of kind `BrokenPipe` means that the reader has enough.
pub struct Out {
    inner: io::BufWriter<StdoutLock<'static>>,
}

impl Out {
    pub fn new() -> Self {
        Self { inner: io::BufWriter::new(io::stdout().lock()) }
    }

    /// One line that is already safe.
    pub fn line(&mut self, safe: &str) -> io::Result<()> {
        self.inner.write_all(safe.as_bytes())?;
        self.inner.write_all(b"\n")
    }

    /// Hands over what was written so far.
    pub fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

/// Whether somebody may still read standard output. Where that is a pipe whose reader ended, a writer else learns it with its next
/// line, which may be hours away.
#[cfg(unix)]
pub fn is_read() -> bool {
    use rustix::event::{PollFd, PollFlags, Timespec, poll};

    let out = io::stdout();
    // Asked for nothing, these are told all the same.
    let mut asked = [PollFd::new(&out, PollFlags::empty())];
    let at_once = Timespec { tv_sec: 0, tv_nsec: 0 };
    let answer = poll(&mut asked, Some(&at_once));
    answer.is_err() || !asked[0].revents().intersects(PollFlags::ERR | PollFlags::HUP)
}

/// Nobody tells.
#[cfg(not(unix))]
pub fn is_read() -> bool {
    true
}

/// Cells of the terminal that standard output is; `None` where it is a pipe or file.
pub fn terminal_width() -> Option<usize> {
    if !io::stdout().is_terminal() {
        return None;
    }
    Some(crossterm::terminal::size().map_or(80, |(columns, _)| usize::from(columns).max(20)))
}

/// Says something on standard error.
pub fn note(said: &str) {
    // Talk that nobody hears is no failure.
    let _ = writeln!(io::stderr(), "strandscope: {}", text::line(said));
}

/// How far something is, on a line of standard error that is written over; nothing where that is no terminal. It is taken away at the
/// latest when this goes.
#[derive(Debug, Default)]
pub struct ProgressLine {
    is_shown: bool,
}

impl ProgressLine {
    /// Shows it. Safe text.
    pub fn show(&mut self, safe: &str) {
        if io::stderr().is_terminal() {
            self.is_shown = true;
            let _ = write!(io::stderr(), "\r{safe}");
        }
    }

    /// Takes it away.
    pub fn clear(&mut self) {
        if std::mem::take(&mut self.is_shown) {
            let _ = write!(io::stderr(), "\r\u{1b}[K");
        }
    }
}

impl Drop for ProgressLine {
    fn drop(&mut self) {
        self.clear();
    }
}

/// A time to the second, RFC 3339 in UTC; `-` where it is unknown, as stored where it is beyond what a clock tells.
pub fn time(at: Option<StoredDate>) -> String {
    let seconds = TimestampRound::new().smallest(Unit::Second).mode(RoundMode::Floor);
    let Some(at) = at else { return "-".into() };
    match at.timestamp() {
        Some(known) if at.has_usual_year() => known.round(seconds).unwrap_or(known).to_string(),
        _ => at.to_string(),
    }
}
