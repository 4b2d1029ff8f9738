//! What the terminal sends, as it comes.

#[cfg(unix)]
mod codes;
#[cfg(not(unix))]
mod other;
mod reports;
#[cfg(unix)]
mod sequences;
#[cfg(unix)]
mod unix;

use std::io;

use crossterm::event::{Event, MouseEventKind};
use ratatui::layout::Size;
use tokio::sync::mpsc;

use crate::app::tui::{render::look::colour::Ground, state::Input};

pub(super) use reports::TerminalReport;

#[cfg(not(unix))]
pub(super) use other::{ConsoleReading as TerminalReading, listen};
#[cfg(unix)]
pub(super) use unix::{TerminalReading, listen};

/// What the terminal sends. Its end is the terminal's.
pub(super) type Events = mpsc::Receiver<io::Result<TerminalNews>>;

/// One thing that the terminal sent.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum TerminalNews {
    /// A key, the mouse, pasted text, its size.
    Event(Event),
    /// The colour of its background, which it was asked: red, green, blue.
    #[cfg_attr(not(unix), expect(dead_code, reason = "only terminals of Unix are asked"))]
    Background([u8; 3]),
    /// What it can do, which it was asked.
    #[cfg_attr(not(unix), expect(dead_code, reason = "only terminals of Unix are asked"))]
    Report(TerminalReport),
}

/// Most inputs taken in between two frames, and most that wait to be.
pub(super) const BURST: usize = 1000;

/// The input that it is, where it is one.
pub(super) fn of(news: TerminalNews) -> Option<Input> {
    match news {
        TerminalNews::Background(rgb) => Some(Input::Background(Ground::of(rgb))),
        TerminalNews::Event(Event::Key(key)) => Some(Input::Key(key)),
        TerminalNews::Event(Event::Paste(text)) => Some(Input::Paste(text)),
        TerminalNews::Event(Event::Mouse(mouse)) if !matches!(mouse.kind, MouseEventKind::Moved) => {
            Some(Input::Mouse(mouse))
        }
        TerminalNews::Event(Event::FocusGained) => Some(Input::Focus(true)),
        TerminalNews::Event(Event::FocusLost) => Some(Input::Focus(false)),
        TerminalNews::Event(Event::Resize(width, height)) => Some(Input::Resize(Size::new(width, height))),
        TerminalNews::Event(_) | TerminalNews::Report(_) => None,
    }
}
