//! A task reads the terminal: the event stream keeps the first waker it was polled with, so polling it now from here and now from
//! there would lose keys until the next one comes.

use std::io;

use crossterm::event::EventStream;
use futures_util::StreamExt;
use tokio::sync::{mpsc, oneshot};

use super::{BURST, Events, TerminalNews};

/// The task that reads the terminal: it can be told to leave that to another program for a while.
#[derive(Debug)]
pub struct ConsoleReading {
    /// Each is answered once nothing more is read; reading goes on when what comes with it ends.
    orders: mpsc::Sender<(oneshot::Sender<()>, oneshot::Receiver<()>)>,
    pausing: Option<oneshot::Sender<()>>,
}

impl ConsoleReading {
    /// Reads nothing more once this returns, until [`go_on`](Self::go_on). What was read before is still to be taken.
    pub async fn pause(&mut self) {
        let ((done, is_done), (pausing, until)) = (oneshot::channel(), oneshot::channel());
        self.pausing = Some(pausing);
        if self.orders.send((done, until)).await.is_ok() {
            // A task that ended reads nothing either.
            let _ = is_done.await;
        }
    }

    /// Reads again.
    pub fn go_on(&mut self) {
        self.pausing = None;
    }
}

/// Begins to read the terminal.
///
/// # Errors
/// None here.
pub fn listen() -> io::Result<(Events, ConsoleReading)> {
    let (sender, events) = mpsc::channel(BURST);
    let (orders, mut heard) = mpsc::channel::<(oneshot::Sender<()>, oneshot::Receiver<()>)>(1);
    tokio::spawn(async move {
        let mut stream = EventStream::new();
        loop {
            tokio::select! {
                order = heard.recv() => {
                    let Some((done, until)) = order else { return };
                    // It reads in a thread of its own until it is dropped.
                    drop(stream);
                    let _ = done.send(());
                    let _ = until.await;
                    stream = EventStream::new();
                }
                event = stream.next() => {
                    let Some(event) = event else { return };
                    if sender.send(event.map(TerminalNews::Event)).await.is_err() {
                        return;
                    }
                }
            }
        }
    });
    Ok((events, ConsoleReading { orders, pausing: None }))
}
