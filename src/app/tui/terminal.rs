//! The terminal guard: leaves the terminal as it was, however the program ends.

mod frames;
mod held;
mod sixteen;

use std::{
    env,
    io::{self, IsTerminal, Write, stdin, stdout},
    panic,
    path::PathBuf,
    sync::Arc,
    thread,
};

use crossterm::{
    clipboard::CopyToClipboard,
    event::{
        DisableMouseCapture, EnableBracketedPaste, EnableFocusChange, EnableMouseCapture, KeyboardEnhancementFlags,
        PushKeyboardEnhancementFlags,
    },
    execute,
    terminal::{Clear, ClearType, EnterAlternateScreen, enable_raw_mode},
};
use ratatui::Terminal;

use crate::app::{config::places, text};
use frames::FrameBackend;
use held::HeldTerminal;
use sixteen::PlainColours;

/// Asks which colour the background has (`OSC 11`), and which keys it can report apart (`CSI ? u`). The answers are input, some time
/// later or never.
const ASK: &[u8] = b"\x1b]11;?\x07\x1b[?u";

/// Asks whether it draws images as kitty does, how many pixels a cell has (`CSI 16 t`), and last what every terminal answers: which
/// device it is (`CSI c`), also whether it draws sixels. <https://sw.kovidgoyal.net/kitty/graphics-protocol/#querying-support-and-available-transmission-mediums>
const ASK_IMAGES: &[u8] = b"\x1b_Gi=31,s=1,v=1,a=q,t=d,f=24;AAAA\x1b\\\x1b[16t\x1b[c";

/// Asks how many pixels a cell has.
const ASK_CELL: &[u8] = b"\x1b[16t";

type PanicHook = Box<dyn Fn(&panic::PanicHookInfo<'_>) + Sync + Send + 'static>;

/// Standard output while the terminal is taken; nothing when it was given back: what ratatui writes as it is dropped goes
/// nowhere then, where it would print that it cannot, and panic where nothing can be printed. What is written goes out as it is
/// flushed, at once: in small pieces a frame would be seen half where the terminal is slow and knows no synchronized updates.
#[derive(Debug)]
pub struct TakenOutput {
    held: Arc<HeldTerminal>,
    /// What was written and not flushed.
    written: Vec<u8>,
    /// For a terminal of 16 colours.
    colours: Option<PlainColours>,
}

impl Write for TakenOutput {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.colours {
            _ if !self.held.is_taken() => {}
            None => self.written.extend_from_slice(bytes),
            Some(colours) => self.written.extend(colours.rewritten(bytes)),
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        let taken = self.held.is_taken();
        let sent = if taken { send(&mut stdout().lock(), &self.written) } else { Ok(()) };
        self.written.clear();
        sent
    }
}

fn send(output: &mut impl Write, bytes: &[u8]) -> io::Result<()> {
    output.write_all(bytes)?;
    output.flush()
}

/// How the terminal is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TerminalUse {
    /// Its mouse is captured.
    pub mouse: bool,
    /// It has 16 colours, and may not know the numbers of more.
    pub sixteen: bool,
    /// It is asked which background it has and what it can do; what it answers comes as input.
    pub ask: bool,
    /// It is asked how it draws images.
    pub ask_images: bool,
    /// Its window is given a title.
    pub title: bool,
    /// Each frame is sent as one synchronized update.
    pub synchronized: bool,
}

/// The terminal in raw mode on its alternate screen. Dropped, it is as it was before.
pub struct TerminalGuard {
    /// What frames are drawn on.
    pub terminal: Terminal<FrameBackend<TakenOutput>>,
    held: Arc<HeldTerminal>,
    before: Arc<PanicHook>,
    used: TerminalUse,
    /// The title that was given last.
    titled: Option<String>,
}

impl TerminalGuard {
    /// Takes the terminal. A panic then restores it first, and says where the log is.
    ///
    /// # Errors
    /// When standard input or output is no terminal, or one that cannot be drawn on, or does not take its orders.
    pub fn enter(used: TerminalUse, log: Option<PathBuf>) -> io::Result<Self> {
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
        if env::var_os("TERM").is_some_and(|term| term == "dumb") {
            return Err(io::Error::new(
                io::ErrorKind::Unsupported,
                "this terminal calls itself dumb (TERM=dumb): nothing can be drawn on it; \
                 `strandscope list` and `strandscope show` write plain lines",
            ));
        }
        let held = Arc::new(HeldTerminal::default());
        let terminal = on_screen(&held, used)?;
        let before = Arc::new(panic::take_hook());
        set_hook(Arc::clone(&before), Arc::clone(&held), log);
        // From here on dropping the guard restores, also after half of the orders.
        let mut guard = Self { terminal, held, before, used, titled: None };
        guard.take()?;
        Ok(guard)
    }

    fn take(&mut self) -> io::Result<()> {
        self.held.take();
        enable_raw_mode()?;
        execute!(stdout(), EnterAlternateScreen, EnableBracketedPaste, EnableFocusChange)?;
        self.titled = None;
        if self.used.ask {
            stdout().write_all(ASK)?;
        }
        if self.used.ask_images {
            stdout().write_all(ASK_IMAGES)?;
            // Some show the question.
            execute!(stdout(), Clear(ClearType::All))?;
        }
        self.capture_mouse(self.used.mouse)
    }

    /// Gives the terminal back for a while.
    pub fn leave(&mut self) {
        self.held.restore();
    }

    /// Takes the terminal again, as it is now: whoever had it meanwhile may have changed it. All is drawn anew.
    ///
    /// # Errors
    /// When the terminal does not take its orders.
    pub fn enter_again(&mut self) -> io::Result<()> {
        self.held.restore();
        self.terminal = on_screen(&self.held, self.used)?;
        self.take()?;
        execute!(stdout(), Clear(ClearType::All))
    }

    /// Whether the terminal is still there: its window was not closed.
    #[must_use]
    pub fn is_there() -> bool {
        stdin().is_terminal() && stdout().is_terminal()
    }

    /// Captures the mouse, or leaves it to the terminal.
    ///
    /// # Errors
    /// When the terminal cannot be written.
    pub fn capture_mouse(&mut self, capture: bool) -> io::Result<()> {
        self.used.mouse = capture;
        if capture { execute!(stdout(), EnableMouseCapture) } else { execute!(stdout(), DisableMouseCapture) }
    }

    /// Has keys reported apart that are one otherwise, such as Ctrl-I and Tab. Only for a terminal that answered that it can.
    ///
    /// # Errors
    /// When the terminal cannot be written.
    pub fn tell_keys_apart(&mut self) -> io::Result<()> {
        if self.held.push_keys() {
            execute!(stdout(), PushKeyboardEnhancementFlags(KeyboardEnhancementFlags::DISAMBIGUATE_ESCAPE_CODES))?;
        }
        Ok(())
    }

    /// Gives the window a title, where it has another one; safe text of one line. What it was called before is put back at the end by
    /// terminals that keep it.
    ///
    /// # Errors
    /// When the terminal cannot be written.
    pub fn set_title(&mut self, title: String) -> io::Result<()> {
        if !self.used.title || self.titled.as_ref() == Some(&title) {
            return Ok(());
        }
        if self.held.push_title() {
            stdout().write_all(held::PUSH_TITLE)?;
        }
        Self::order(format!("\x1b]2;{title}\x07").as_bytes())?;
        self.titled = Some(title);
        Ok(())
    }

    /// Asks how many pixels a cell has; the answer is input. After a change of its size: that may be one of its letters.
    ///
    /// # Errors
    /// When the terminal cannot be written.
    pub fn ask_cell() -> io::Result<()> {
        Self::order(ASK_CELL)
    }

    /// The terminal keeps an image by that number from its next frame on, until it is told to forget it.
    pub fn keep_image(&self, number: u32) {
        self.held.keep_image(number);
    }

    /// Has the terminal forget images that are shown no more.
    ///
    /// # Errors
    /// When the terminal cannot be written.
    pub fn forget_images(&self, numbers: &[u32]) -> io::Result<()> {
        let orders: String = numbers.iter().filter_map(|number| self.held.forget_image(*number)).collect();
        if orders.is_empty() { Ok(()) } else { Self::order(orders.as_bytes()) }
    }

    /// Rings the bell.
    ///
    /// # Errors
    /// When the terminal cannot be written.
    pub fn ring() -> io::Result<()> {
        Self::order(b"\x07")
    }

    /// Has the terminal show a notification (OSC 9), where it knows how.
    ///
    /// # Errors
    /// When the terminal cannot be written.
    pub fn notify(stored: &str) -> io::Result<()> {
        Self::order(text::notification(stored).as_bytes())
    }

    fn order(bytes: &[u8]) -> io::Result<()> {
        send(&mut stdout(), bytes)
    }

    /// Copies a text to the clipboard by OSC 52, which also works over SSH. Nothing tells whether it arrived.
    ///
    /// # Errors
    /// When the terminal cannot be written.
    pub fn copy(&mut self, text: &str) -> io::Result<CopyPath> {
        let tmux = env::var_os("TMUX").is_some();
        if tmux && text.len().div_ceil(3) * 4 > TMUX_MOST {
            return Ok(CopyPath::TooLong);
        }
        execute!(stdout(), CopyToClipboard::to_clipboard_from(text))?;
        Ok(if tmux { CopyPath::Tmux } else { CopyPath::Terminal })
    }
}

/// tmux drops a longer sequence, in bytes of base64 (its `input-buffer-size` as it is by default).
const TMUX_MOST: usize = 1 << 20;

/// The way a copy goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CopyPath {
    /// To the terminal.
    Terminal,
    /// To tmux, which passes it on where its `set-clipboard` is `on`.
    Tmux,
    /// Nowhere: it is more than tmux takes.
    TooLong,
}

impl Drop for TerminalGuard {
    fn drop(&mut self) {
        self.held.restore();
        if !thread::panicking() {
            let before = Arc::clone(&self.before);
            panic::set_hook(Box::new(move |info| before(info)));
        }
    }
}

fn on_screen(held: &Arc<HeldTerminal>, used: TerminalUse) -> io::Result<Terminal<FrameBackend<TakenOutput>>> {
    let colours = used.sixteen.then(PlainColours::default);
    let output = TakenOutput { held: Arc::clone(held), written: Vec::new(), colours };
    Terminal::new(FrameBackend::new(output, used.synchronized))
}

/// A panic of this thread ends the program and restores the terminal first. One of another thread is told to whoever waits for
/// its work: the screen stays.
fn set_hook(before: Arc<PanicHook>, held: Arc<HeldTerminal>, log: Option<PathBuf>) {
    let owner = thread::current().id();
    panic::set_hook(Box::new(move |info| {
        if thread::current().id() != owner && held.is_taken() {
            tracing::error!(target: "strandscope", "{info}");
        } else if held.restore() {
            tracing::error!(target: "strandscope", "{info}");
            // Nobody is left to hear of it where standard error is closed.
            let _ = writeln!(io::stderr(), "{}", places::crashed(log.as_deref()));
        } else {
            before(info);
        }
    }));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_kept_of_what_is_written_while_another_program_has_the_terminal() {
        let held = Arc::new(HeldTerminal::default());
        let mut output = TakenOutput { held: Arc::clone(&held), written: Vec::new(), colours: None };
        assert_eq!(output.write(b"lost").unwrap(), 4);
        assert!(output.written.is_empty());
        held.take();
        output.write_all(b"\x1b[1m").unwrap();
        output.write_all(b"a frame").unwrap();
        assert_eq!(output.written, b"\x1b[1ma frame", "it waits for its end");
    }
}
