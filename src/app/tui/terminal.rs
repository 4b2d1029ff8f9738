//! The terminal guard: leaves the terminal as it was, however the program ends.

use std::{
    io::{self, IsTerminal, Stdout, Write, stdin, stdout},
    panic,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use crossterm::{
    clipboard::CopyToClipboard,
    cursor::Show,
    event::{DisableBracketedPaste, DisableMouseCapture, EnableBracketedPaste, EnableMouseCapture},
    execute,
    terminal::{EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode},
};
use ratatui::{Terminal, backend::CrosstermBackend};

use crate::app::config::places;

type PanicHook = Box<dyn Fn(&panic::PanicHookInfo<'_>) + Sync + Send + 'static>;

/// The terminal in raw mode on its alternate screen. Dropped, it is as it was before.
pub struct TerminalGuard {
    /// What frames are drawn on.
    pub terminal: Terminal<CrosstermBackend<Stdout>>,
    active: Arc<AtomicBool>,
    before: Arc<PanicHook>,
}

impl TerminalGuard {
    /// Takes the terminal. A panic then restores it first, and says where the log is.
    ///
    /// # Errors
    /// When standard input or output is no terminal, or does not take its orders.
    pub fn enter(mouse: bool, log: Option<PathBuf>) -> io::Result<Self> {
        for (is_terminal, name) in [(stdin().is_terminal(), "input"), (stdout().is_terminal(), "output")] {
            if !is_terminal {
                return Err(io::Error::new(
                    io::ErrorKind::Unsupported,
                    format!(
                        "standard {name} is no terminal, so there is nothing to browse on; \
                         `strandscope list` and `strandscope show` write to pipes and files"
                    ),
                ));
            }
        }
        let active = Arc::new(AtomicBool::new(true));
        let before = Arc::new(panic::take_hook());
        set_hook(Arc::clone(&before), Arc::clone(&active), log);
        // From here on dropping the guard restores, also after half of the orders.
        let mut guard = Self { terminal: Terminal::new(CrosstermBackend::new(stdout()))?, active, before };
        enable_raw_mode()?;
        execute!(stdout(), EnterAlternateScreen, EnableBracketedPaste)?;
        guard.capture_mouse(mouse)?;
        Ok(guard)
    }

    /// Captures the mouse, or leaves it to the terminal.
    ///
    /// # Errors
    /// When the terminal cannot be written.
    pub fn capture_mouse(&mut self, capture: bool) -> io::Result<()> {
        if capture { execute!(stdout(), EnableMouseCapture) } else { execute!(stdout(), DisableMouseCapture) }
    }

    /// Copies a text to the clipboard by OSC 52, which also works over SSH.
    ///
    /// # Errors
    /// When the terminal cannot be written.
    pub fn copy(&mut self, text: &str) -> io::Result<()> {
        execute!(stdout(), CopyToClipboard::to_clipboard_from(text))
    }
}

impl Drop for TerminalGuard {
    fn drop(&mut self) {
        restore(&self.active);
        if !std::thread::panicking() {
            let before = Arc::clone(&self.before);
            panic::set_hook(Box::new(move |info| before(info)));
        }
    }
}

fn set_hook(before: Arc<PanicHook>, active: Arc<AtomicBool>, log: Option<PathBuf>) {
    panic::set_hook(Box::new(move |info| {
        tracing::error!(target: "strandscope", "{info}");
        if restore(&active) {
            let _ = writeln!(io::stderr(), "{}", places::crashed(log.as_deref()));
        } else {
            before(info);
        }
    }));
}

/// Restores once; `false` when that was done before. Errors have nowhere to go any more.
fn restore(active: &AtomicBool) -> bool {
    if !active.swap(false, Ordering::SeqCst) {
        return false;
    }
    let _ = execute!(stdout(), DisableMouseCapture, DisableBracketedPaste, LeaveAlternateScreen, Show);
    let _ = disable_raw_mode();
    true
}
