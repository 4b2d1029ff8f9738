//! What is taken in between two frames: keys before news, and of news only so much that no key waits for them.

use std::io;

use crossterm::event::{Event as TerminalEvent, KeyCode, KeyEvent, KeyModifiers};
use tokio::time::Instant;

use super::{
    Browser,
    input::{self, BURST, Events, TerminalNews, TerminalReport},
    pace::TURN,
    painting::Painter,
};
use crate::app::{
    signals::Signals,
    task::Event,
    tui::{
        render::picture::Picture,
        state::{Input, conversation::PictureNews},
        terminal::TerminalGuard,
    },
};

impl Browser {
    /// Takes in what is waiting, so that a burst is drawn once: all that the terminal sent, then what was told, for a moment. What
    /// the terminal sent is drawn before more is taken in.
    pub(super) fn take_waiting(&mut self, events: &mut Events, guard: &mut TerminalGuard) -> io::Result<()> {
        let turn = Instant::now() + TURN;
        for _ in 0..BURST {
            let Some(next) = self.next_waiting(events, guard)? else { break };
            if self.is_stop(&next) {
                if Signals::has_shell() {
                    self.stop = true;
                    break;
                }
                self.pace.now();
                self.state.tell_error("no shell waits to continue it, so Ctrl-Z stops nothing here".to_owned());
                continue;
            }
            let told = matches!(next, Input::Task(_));
            let changes_drafts = changes_drafts(&next);
            if told {
                self.backlog.take();
                self.pace.soon();
            } else {
                self.pace.now();
            }
            self.state.update(Input::Tick(crate::app::clock::now()));
            let effects = self.state.update(next);
            match changes_drafts {
                Some(true) => self.drafts.touch(self.state.is_typed_in()),
                Some(false) => self.drafts.touch_later(self.state.is_typed_in()),
                None => {}
            }
            self.carry_out(effects, guard)?;
            let turn_is_over = told && Instant::now() >= turn;
            let drawn_first = self.pace.is_urgent() && events.is_empty();
            if self.leave || self.edit.is_some() || turn_is_over || drawn_first {
                break;
            }
        }
        let waiting = self.task.events.len() + self.waiting.len();
        let behind = self.backlog.note(waiting, Instant::now());
        if self.state.lags(behind) {
            self.pace.soon();
        }
        Ok(())
    }

    /// `Ctrl-Z`, which raw terminals give as a key, where the settings give it no other meaning.
    fn is_stop(&self, input: &Input) -> bool {
        const STOP: KeyEvent = KeyEvent::new(KeyCode::Char('z'), KeyModifiers::CONTROL);
        cfg!(unix) && matches!(input, Input::Key(key) if *key == STOP && self.state.keymap.action(*key).is_none())
    }

    /// Keys first. What was received while nothing else was done comes before others of its kind.
    fn next_waiting(&mut self, events: &mut Events, guard: &mut TerminalGuard) -> io::Result<Option<Input>> {
        let sent = self.waiting.iter().position(|input| !matches!(input, Input::Task(_)));
        if let Some(at) = sent {
            return Ok(self.waiting.remove(at));
        }
        while let Ok(event) = events.try_recv() {
            if let Some(input) = heard(event?, guard, &mut self.painter)? {
                return Ok(Some(input));
            }
        }
        if let Some(input) = self.waiting.pop_front() {
            return Ok(Some(input));
        }
        Ok(self.task.events.try_recv().ok().map(|event| Input::Task(Box::new(event))))
    }
}

/// What the terminal says of itself is for those who draw on it; the rest is input, where it is any.
pub(super) fn heard(news: TerminalNews, guard: &mut TerminalGuard, painter: &mut Painter) -> io::Result<Option<Input>> {
    let TerminalNews::Report(report) = news else {
        if painter.minds_cells() && matches!(news, TerminalNews::Event(TerminalEvent::Resize(..))) {
            TerminalGuard::ask_cell()?;
        }
        return Ok(input::of(news));
    };
    if report == TerminalReport::KeysApart {
        guard.tell_keys_apart()?;
    }
    Ok(painter.hear(report))
}

/// An image that is ready: the terminal will keep it by its number.
pub(super) fn painted(news: PictureNews, guard: &TerminalGuard) -> Input {
    if let Some(number) = news.shown.as_ref().ok().and_then(Picture::number) {
        guard.keep_image(number);
    }
    Input::Picture(Box::new(news))
}

/// Whether it may change what is typed and not stored; `true`: in a way that is kept at once.
fn changes_drafts(input: &Input) -> Option<bool> {
    match input {
        Input::Task(event) => Some(matches!(**event, Event::Written(..) | Event::NotWritten { .. })),
        Input::Tick(_) | Input::Drafts(_) | Input::Images(_) | Input::Picture(_) | Input::Remembered(..) => None,
        _ => Some(true),
    }
}
