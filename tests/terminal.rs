//! The real program in a pseudo-terminal.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on ends here")]

use std::{
    io::{Read, Write},
    sync::mpsc::{Receiver, channel},
    thread,
    time::{Duration, Instant},
};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

/// How long anything may take before the test gives up; nothing is measured by it.
const PATIENCE: Duration = Duration::from_secs(60);

/// The program in a terminal of its own.
struct Terminal {
    screen: vt100::Parser,
    output: Receiver<Vec<u8>>,
    input: Box<dyn Write + Send>,
    master: Box<dyn MasterPty + Send>,
    child: Box<dyn Child + Send + Sync>,
    /// All that was written, for what a screen does not tell.
    raw: Vec<u8>,
}

fn size(columns: u16, rows: u16) -> PtySize {
    PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 }
}

impl Terminal {
    fn start(arguments: &[&str], environment: &[(&str, &str)]) -> Self {
        let pair = native_pty_system().openpty(size(120, 40)).unwrap();
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_strandscope"));
        command.args(arguments);
        command.env("TERM", "xterm-256color");
        for (name, value) in environment {
            command.env(name, value);
        }
        let child = pair.slave.spawn_command(command).unwrap();
        drop(pair.slave);
        let mut reader = pair.master.try_clone_reader().unwrap();
        let (sender, output) = channel();
        thread::spawn(move || {
            let mut buffer = [0; 8192];
            while let Ok(read @ 1..) = reader.read(&mut buffer) {
                if sender.send(buffer[..read].to_vec()).is_err() {
                    break;
                }
            }
        });
        let input = pair.master.take_writer().unwrap();
        let screen = vt100::Parser::new(40, 120, 0);
        Self { screen, output, input, master: pair.master, child, raw: Vec::new() }
    }

    fn press(&mut self, keys: &str) {
        self.input.write_all(keys.as_bytes()).unwrap();
        self.input.flush().unwrap();
    }

    fn resize(&mut self, columns: u16, rows: u16) {
        self.master.resize(size(columns, rows)).unwrap();
        self.screen.screen_mut().set_size(rows, columns);
    }

    /// Reads output until the screen is as it should be.
    fn wait(&mut self, what: &str, is: impl Fn(&str) -> bool) {
        let deadline = Instant::now() + PATIENCE;
        while !is(&self.screen.screen().contents()) {
            let left = deadline.saturating_duration_since(Instant::now());
            match self.output.recv_timeout(left) {
                Ok(bytes) => self.take(&bytes),
                Err(error) => panic!("never saw {what} ({error}) on:\n{}", self.screen.screen().contents()),
            }
        }
    }

    fn wait_for(&mut self, text: &str) {
        self.wait(text, |screen| screen.contains(text));
    }

    fn take(&mut self, bytes: &[u8]) {
        self.screen.process(bytes);
        self.raw.extend_from_slice(bytes);
    }

    /// Waits for the end; gives the exit code.
    fn end(&mut self) -> u32 {
        let status = self.child.wait().unwrap();
        while let Ok(bytes) = self.output.recv_timeout(Duration::from_millis(500)) {
            self.take(&bytes);
        }
        status.exit_code()
    }

    fn assert_restored(&self) {
        let screen = self.screen.screen();
        assert!(!screen.alternate_screen(), "the alternate screen is left");
        assert!(!screen.hide_cursor(), "the cursor shows");
        assert!(!screen.bracketed_paste(), "pasting is plain");
        assert_eq!(screen.mouse_protocol_mode(), vt100::MouseProtocolMode::None, "the mouse is the terminal's");
        let modes = self.master.get_termios().unwrap();
        assert!(modes.local_flags.bits() & ECHO != 0, "what is typed shows");
    }
}

/// The bit of `c_lflag` on Linux and macOS.
const ECHO: u32 = 8;

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.child.kill();
    }
}

#[test]
fn browsing_the_demo() {
    let mut terminal = Terminal::start(&["demo"], &[]);
    terminal.wait_for("1 Sessions");
    terminal.wait("rows", |screen| screen.contains("1–"));
    terminal.press("j\r");
    terminal.wait("an open session", |screen| !screen.contains("no session open"));
    terminal.press("/the\r");
    terminal.press("]");
    terminal.press("?");
    terminal.wait_for(":quit-now");
    terminal.press("\u{1b}");
    terminal.resize(60, 20);
    terminal.wait("one pane at a time", |screen| !screen.contains("1 Sessions"));
    terminal.resize(30, 8);
    terminal.wait_for("40×10");
    terminal.resize(120, 40);
    terminal.wait_for("1 Sessions");
    terminal.press("q");
    assert_eq!(terminal.end(), 0);
    terminal.assert_restored();
}

#[test]
fn ctrl_c_quits_cleanly() {
    let mut terminal = Terminal::start(&["demo"], &[]);
    terminal.wait_for("1 Sessions");
    terminal.press("\u{3}");
    assert_eq!(terminal.end(), 0);
    terminal.assert_restored();
}

#[test]
fn sigterm_leaves_the_terminal_as_it_was() {
    let mut terminal = Terminal::start(&["demo"], &[]);
    terminal.wait_for("1 Sessions");
    let id = terminal.child.process_id().unwrap().to_string();
    assert!(std::process::Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
    assert_eq!(terminal.end(), 143);
    terminal.assert_restored();
}

#[cfg(debug_assertions)]
#[test]
fn a_panic_leaves_the_terminal_as_it_was() {
    let mut terminal = Terminal::start(&["demo"], &[("STRANDSCOPE_PANIC", "1")]);
    assert_ne!(terminal.end(), 0);
    terminal.assert_restored();
    let said = String::from_utf8_lossy(&terminal.raw);
    assert!(said.contains("strandscope crashed"), "{said}");
}
