//! The end: what is on its way is still stored, which is said and can be cut short.

use std::{
    io::{self, Write},
    time::Duration,
};

use crossterm::event::Event as TerminalEvent;
use tokio::{sync::mpsc, time::Instant};

use super::{Browser, Outside, input::TerminalNews};
use crate::app::{
    keymap::Action,
    signals::{Caught, HUNG_UP},
    task::Command,
    tui::{
        state::{AppState, Input, wake::BEAT},
        terminal::TerminalGuard,
        view,
    },
};

/// How long the end waits for what is on its way.
const FINISH: Duration = Duration::from_secs(5);

/// Also after a panic, what was typed and is not stored is kept.
impl Drop for Browser {
    fn drop(&mut self) {
        self.keep_drafts();
        self.drafts.say();
        self.edits.say();
        self.remembering.finish();
        for change in self.state.unanswered_changes() {
            // Nobody is left to tell when this fails.
            let _ = writeln!(io::stderr(), "strandscope: {change}");
        }
    }
}

impl Browser {
    /// Lets what is on its way be stored: what cannot be within [`FINISH`], or until a person has enough of waiting, is
    /// kept as drafts.
    pub(super) async fn finish(&mut self, guard: &mut TerminalGuard, outside: &mut Outside) {
        let (closed, _) = mpsc::channel(1);
        let commands = std::mem::replace(&mut self.task.commands, closed);
        let writes: Vec<Command> =
            std::iter::from_fn(|| self.queue.pop()).filter(|command| matches!(command, Command::Write(..))).collect();
        let mut handing = std::pin::pin!(async move {
            for write in writes {
                // A task that is gone also ends what is waited for below.
                let _ = commands.send(write).await;
            }
        });
        let (mut handed, mut listening) = (false, true);
        let deadline = Instant::now() + FINISH;
        loop {
            show(&mut self.state, guard);
            tokio::select! {
                () = &mut handing, if !handed => handed = true,
                _ = &mut self.task.done => break,
                event = self.task.events.recv() => match event {
                    Some(event) => drop(self.state.update(Input::Task(Box::new(event)))),
                    None => break,
                },
                event = outside.events.recv(), if listening => match event {
                    Some(event) if self.has_enough(&event) => return tracing::warn!("the end was not waited for"),
                    Some(_) => {}
                    None => listening = false,
                },
                // A terminal that is gone says so more than once; nobody has had enough of waiting.
                caught = outside.signals.next() => if matches!(caught, Caught::End(code) if code != HUNG_UP) {
                    return tracing::warn!("the end was not waited for");
                },
                () = tokio::time::sleep(BEAT) => {}
                () = tokio::time::sleep_until(deadline) => {
                    return tracing::warn!("not everything could be stored before the end");
                }
            }
        }
        while let Ok(event) = self.task.events.try_recv() {
            self.state.update(Input::Task(Box::new(event)));
        }
    }

    /// Whether it is the key that quits at once.
    fn has_enough(&self, news: &io::Result<TerminalNews>) -> bool {
        matches!(news, Ok(TerminalNews::Event(TerminalEvent::Key(key))) if self.state.keymap.action(*key) == Some(Action::QuitNow))
    }
}

/// Says what is waited for. A terminal that is gone shows nothing, and nothing depends on it.
fn show(state: &mut AppState, guard: &mut TerminalGuard) {
    let Some(storing) = state.undone().or_else(|| state.storing()) else { return };
    let key = state.keymap.label(Action::QuitNow).unwrap_or_default();
    state.ending = Some(format!("before the end: {storing}; {key} does not wait for it"));
    state.update(Input::Tick(crate::app::clock::now()));
    let _ = guard.terminal.draw(|frame| view::draw(frame, state));
}
