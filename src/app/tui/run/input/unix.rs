//! A thread reads all that the terminal has, as soon as it has it. `crossterm` waits for the news that there is more before it
//! reads more, so a burst longer than its buffer stays in the terminal; and it waits for the end of a sequence forever.

use std::{
    fs::File,
    io::{self, Read, stdin},
    os::fd::AsFd,
    thread,
    time::Duration,
};

use crossterm::event::Event;
use tokio::{
    signal::unix::{Signal, SignalKind, signal},
    sync::mpsc,
};

use super::{BURST, Events, TerminalNews, sequences::Sequences};

/// Bytes of one read: as many as the terminal's driver keeps.
const CHUNK: usize = 4096;

/// Reads that may wait; the rest waits in the terminal.
const CHUNKS: usize = 16;

/// How long to wait where another program left the terminal such that reading it does not wait.
const NOTHING_YET: Duration = Duration::from_millis(10);

/// Begins to read the terminal.
///
/// # Errors
/// When the system has no thread or no file number left.
pub fn listen() -> io::Result<Events> {
    let terminal = File::from(stdin().as_fd().try_clone_to_owned()?);
    let sizes = signal(SignalKind::window_change())?;
    let (sender, chunks) = mpsc::channel(CHUNKS);
    thread::Builder::new().name("terminal".to_owned()).spawn(move || read(terminal, &sender))?;
    let (sender, events) = mpsc::channel(BURST);
    tokio::spawn(pass_on(chunks, sizes, sender));
    Ok(events)
}

/// Until the terminal is gone or nobody listens.
fn read(mut terminal: File, chunks: &mpsc::Sender<Vec<u8>>) {
    let mut bytes = [0; CHUNK];
    loop {
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
        for news in heard.into_iter().map(TerminalNews::Event).chain(background) {
            if events.send(Ok(news)).await.is_err() {
                return;
            }
        }
    }
}
