//! A thread reads all that the terminal has, as soon as it has it. `crossterm` waits for the news that there is more before it
//! reads more, so a burst longer than its buffer stays in the terminal; and it waits for the end of a sequence forever.

use std::{
    fs::File,
    io::{self, Read, Write, stdin},
    os::{fd::AsFd, unix::net::UnixStream},
    thread,
    time::Duration,
};

use crossterm::event::Event;
use rustix::{
    event::{PollFd, PollFlags, poll},
    termios::{QueueSelector, tcflush},
};
use tokio::{
    signal::unix::{Signal, SignalKind, signal},
    sync::{mpsc, watch},
};

use super::{BURST, Events, TerminalNews, sequences::Sequences};

/// Bytes of one read: as many as the terminal's driver keeps.
const CHUNK: usize = 4096;

/// Reads that may wait; the rest waits in the terminal.
const CHUNKS: usize = 16;

/// How long to wait where another program left the terminal such that reading it does not wait.
const NOTHING_YET: Duration = Duration::from_millis(10);

/// Orders to the thread, each a byte.
const PAUSE: u8 = 1;
const GO_ON: u8 = 0;

/// The thread that reads the terminal: it can be told to leave that to another program for a while.
#[derive(Debug)]
pub struct TerminalReading {
    orders: UnixStream,
    paused: watch::Receiver<bool>,
}

impl TerminalReading {
    /// Reads nothing more once this returns, until [`go_on`](Self::go_on). What was read before is still to be taken.
    pub async fn pause(&mut self) {
        if self.orders.write_all(&[PAUSE]).is_ok() {
            // A thread that ended reads nothing either.
            let _ = self.paused.wait_for(|paused| *paused).await;
        }
    }

    /// Reads again. What the terminal has by now was meant for the program that had it.
    pub fn go_on(&mut self) {
        let _ = tcflush(stdin(), QueueSelector::IFlush);
        let _ = self.orders.write_all(&[GO_ON]);
    }
}

/// Begins to read the terminal.
///
/// # Errors
/// When the system has no thread or no file number left.
pub fn listen() -> io::Result<(Events, TerminalReading)> {
    let terminal = File::from(stdin().as_fd().try_clone_to_owned()?);
    let sizes = signal(SignalKind::window_change())?;
    let (orders, heard) = UnixStream::pair()?;
    let (says, paused) = watch::channel(false);
    let (sender, chunks) = mpsc::channel(CHUNKS);
    thread::Builder::new().name("terminal".to_owned()).spawn(move || read(terminal, heard, &says, &sender))?;
    let (sender, events) = mpsc::channel(BURST);
    tokio::spawn(pass_on(chunks, sizes, sender));
    Ok((events, TerminalReading { orders, paused }))
}

/// Until the terminal is gone or nobody listens.
fn read(mut terminal: File, mut orders: UnixStream, paused: &watch::Sender<bool>, chunks: &mpsc::Sender<Vec<u8>>) {
    let mut bytes = [0; CHUNK];
    loop {
        match is_told_to_pause(&terminal, &orders) {
            Ok(true) if !rest(&mut orders, paused) => return,
            Ok(true) => continue,
            Ok(false) => {}
            // A system that cannot wait for both waits for the terminal alone.
            Err(error) => tracing::debug!(%error, "the terminal cannot be waited for"),
        }
        match terminal.read(&mut bytes) {
            Ok(0) => return,
            Ok(count) => {
                if chunks.blocking_send(bytes[..count].to_vec()).is_err() {
                    return;
                }
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => thread::sleep(NOTHING_YET),
            Err(error) => {
                tracing::info!(%error, "the terminal cannot be read any more");
                return;
            }
        }
    }
}

/// Waits until the terminal has something, or the end; or until there is an order, which comes first.
fn is_told_to_pause(terminal: &File, orders: &UnixStream) -> io::Result<bool> {
    loop {
        let mut asked = [PollFd::new(orders, PollFlags::IN), PollFd::new(terminal, PollFlags::IN)];
        match poll(&mut asked, None) {
            Ok(_) => return Ok(!asked[0].revents().is_empty()),
            Err(rustix::io::Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
    }
}

/// Follows orders until one is to go on. `false`: nobody is left to give them.
fn rest(orders: &mut UnixStream, paused: &watch::Sender<bool>) -> bool {
    loop {
        let mut order = [GO_ON];
        if orders.read_exact(&mut order).is_err() {
            return false;
        }
        paused.send_replace(order[0] == PAUSE);
        if order[0] == GO_ON {
            return true;
        }
    }
}

async fn pass_on(
    mut chunks: mpsc::Receiver<Vec<u8>>,
    mut sizes: Signal,
    events: mpsc::Sender<io::Result<TerminalNews>>,
) {
    let mut sequences = Sequences::default();
    loop {
        let patience = sequences.patience();
        let heard = tokio::select! {
            chunk = chunks.recv() => match chunk {
                Some(chunk) => sequences.take(&chunk),
                None => return,
            },
            _ = sizes.recv() => match crossterm::terminal::size() {
                Ok((columns, rows)) => vec![Event::Resize(columns, rows)],
                Err(_) => Vec::new(),
            },
            () = tokio::time::sleep(patience.unwrap_or_default()), if patience.is_some() => sequences.silence(),
        };
        let background = sequences.background().map(TerminalNews::Background);
        let reports = sequences.reports().into_iter().map(TerminalNews::Report);
        for news in heard.into_iter().map(TerminalNews::Event).chain(background).chain(reports) {
            if events.send(Ok(news)).await.is_err() {
                return;
            }
        }
    }
}
