//! Where the lines go.

use std::io;

use super::lines::TailLine;
use crate::app::{
    cli::{
        json,
        output::{Out, is_read, terminal_width},
    },
    config::Symbols,
    tui::render::{
        format,
        look::{Marks, marks},
    },
};

/// Cells of a line that goes to no terminal.
const ELSEWHERE: usize = 240;

/// Standard output, a line at once.
pub struct TailOutput {
    out: Out,
    json: bool,
    /// Cells of a line; `None`: all of it.
    width: Option<usize>,
    marks: &'static Marks,
    written: u64,
}

impl TailOutput {
    /// JSON lines, or lines for people: cut to the terminal, or `full`.
    pub fn new(json: bool, full: bool, symbols: Symbols) -> Self {
        let width = (!full).then(|| terminal_width().unwrap_or(ELSEWHERE));
        Self { out: Out::new(), json, width, marks: marks(symbols), written: 0 }
    }

    /// How many lines were written.
    pub fn written(&self) -> u64 {
        self.written
    }

    /// Looks whether somebody may still read, though nothing is to be written.
    ///
    /// # Errors
    /// Of kind `BrokenPipe` where nobody does.
    pub fn check() -> io::Result<()> {
        if is_read() { Ok(()) } else { Err(io::ErrorKind::BrokenPipe.into()) }
    }

    /// Writes a line and hands it over.
    ///
    /// # Errors
    /// What cannot be written; of kind `BrokenPipe` where the reader has enough.
    pub fn line(&mut self, line: &TailLine) -> io::Result<()> {
        let text = if self.json {
            json::line(&line.object())
        } else {
            let Some(text) = line.text() else { return Ok(()) };
            self.width.map_or_else(|| text.clone(), |width| format::fit(&text, width, self.marks))
        };
        self.written += 1;
        self.out.line(&text)?;
        self.out.flush()
    }
}
