//! The real binary in a pseudo-terminal, its screen read as a person would.

use std::{
    io::{Read, Write},
    sync::mpsc::{Receiver, RecvTimeoutError, channel},
    thread,
    time::{Duration, Instant},
};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

/// How long a screen may take to show what is awaited before the test gives up.
const PATIENCE: Duration = Duration::from_mins(1);

/// The bit of `c_lflag` on Linux and macOS.
const ECHO: u32 = 8;

/// A running program and its screen.
pub struct Terminal {
    child: Box<dyn Child + Send + Sync>,
    master: Box<dyn MasterPty + Send>,
    writer: Box<dyn Write + Send>,
    output: Receiver<Vec<u8>>,
    parser: vt100::Parser,
    raw: Vec<u8>,
}

impl Terminal {
    /// Starts the binary with these arguments and variables on a screen of that size. It sees no configuration of the
    /// person who runs the tests.
    pub fn start(program: &str, arguments: &[&str], variables: &[(&str, &str)], (columns, rows): (u16, u16)) -> Self {
        let pair = native_pty_system().openpty(size(columns, rows)).expect("a pseudo-terminal");
        let mut command = CommandBuilder::new(program);
        command.args(arguments);
        command.env_clear();
        for name in ["PATH", "HOME", "TMPDIR"] {
            if let Some(value) = std::env::var_os(name) {
                command.env(name, value);
            }
        }
        command.env("TERM", "xterm-256color");
        command.env("LANG", "C.UTF-8");
        command.env("TZ", "UTC");
        for (name, value) in variables {
            command.env(name, value);
        }
        let child = pair.slave.spawn_command(command).expect("the program starts");
        drop(pair.slave);
        let mut reader = pair.master.try_clone_reader().expect("a reader");
        let writer = pair.master.take_writer().expect("a writer");
        let (sender, output) = channel();
        thread::spawn(move || {
            let mut bytes = [0; 8192];
            while let Ok(read @ 1..) = reader.read(&mut bytes) {
                if sender.send(bytes[..read].to_vec()).is_err() {
                    return;
                }
            }
        });
        let parser = vt100::Parser::new(rows, columns, 0);
        Self { child, master: pair.master, writer, output, parser, raw: Vec::new() }
    }

    /// Types keys, as bytes that a terminal sends.
    pub fn press(&mut self, keys: &str) {
        self.writer.write_all(keys.as_bytes()).expect("the program takes keys");
        self.writer.flush().expect("the program takes keys");
    }

    /// Changes the size of the screen.
    pub fn resize(&mut self, columns: u16, rows: u16) {
        self.parser.screen_mut().set_size(rows, columns);
        self.master.resize(size(columns, rows)).expect("resize");
    }

    /// The screen as text.
    pub fn screen(&self) -> String {
        self.parser.screen().contents()
    }

    /// The screen with its colours, as it is now.
    pub fn drawn(&mut self) -> vt100::Screen {
        self.take_waiting();
        self.parser.screen().clone()
    }

    /// Waits until the screen with its colours is as asked; gives it. `Err`: it never was, and this is the last.
    pub fn wait_until_drawn(
        &mut self,
        good: impl Fn(&vt100::Screen) -> bool,
    ) -> Result<vt100::Screen, Box<vt100::Screen>> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let screen = self.drawn();
            if good(&screen) {
                return Ok(screen);
            }
            if !self.take_output(deadline) {
                return Err(Box::new(screen));
            }
        }
    }

    /// Everything that was ever written, with its escape sequences.
    pub fn raw(&self) -> &[u8] {
        &self.raw
    }

    /// The process id.
    pub fn pid(&self) -> u32 {
        self.child.process_id().expect("a process")
    }

    /// Waits until the screen shows a text; panics with the screen when it never does.
    pub fn wait_for(&mut self, text: &str) {
        self.wait_until(&format!("the text {text:?}"), |screen| screen.contains(text));
    }

    /// Waits until the screen is as asked; panics with the screen when it never is.
    pub fn wait_until(&mut self, what: &str, good: impl Fn(&str) -> bool) {
        let deadline = Instant::now() + PATIENCE;
        self.take_waiting();
        while !good(&self.screen()) {
            let more = self.take_output(deadline);
            assert!(more, "waited in vain for {what}; the screen shows:\n{}", self.screen());
        }
    }

    /// Waits until a text shows on the background of places found; panics with the screen when it never does.
    pub fn wait_until_marked(&mut self, text: &str) {
        self.wait_until_on(3, text);
    }

    /// Waits until a text shows on that one of 256 colours; panics with the screen when it never does.
    pub fn wait_until_on(&mut self, colour: u8, text: &str) {
        let deadline = Instant::now() + PATIENCE;
        while !self.shown_on(vt100::Color::Idx(colour)).contains(text) {
            let more = self.take_output(deadline);
            assert!(more, "waited in vain for {text:?} on {colour}; the screen shows:\n{}", self.screen());
        }
    }

    /// What shows on a colour, row by row.
    fn shown_on(&self, colour: vt100::Color) -> String {
        let screen = self.parser.screen();
        let (rows, columns) = screen.size();
        let mut marked = String::new();
        for row in 0..rows {
            let cells = (0..columns).filter_map(|column| screen.cell(row, column));
            marked.extend(cells.filter(|cell| cell.bgcolor() == colour).map(vt100::Cell::contents));
            marked.push('\n');
        }
        marked
    }

    /// Sends a signal: `TERM`, `QUIT`.
    pub fn signal(&self, name: &str) {
        let sent = std::process::Command::new("kill").args([&format!("-{name}"), &self.pid().to_string()]).status();
        assert!(sent.expect("kill runs").success(), "SIG{name} is sent");
    }

    /// Waits until the terminal is as the program found it, though the program has not ended.
    pub fn wait_until_left(&mut self) {
        let deadline = Instant::now() + PATIENCE;
        while self.parser.screen().alternate_screen() {
            assert!(self.take_output(deadline), "waited in vain for the screen to be left:\n{}", self.screen());
        }
    }

    /// Waits until the program is stopped, as `ps` tells it.
    pub fn wait_until_stopped(&self) {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let state = std::process::Command::new("ps").args(["-o", "stat=", "-p", &self.pid().to_string()]).output();
            if state.expect("ps runs").stdout.starts_with(b"T") {
                return;
            }
            assert!(Instant::now() < deadline, "the program is not stopped");
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// Where the cursor is: row and column, from 0; `None` where it is hidden.
    pub fn cursor(&self) -> Option<(u16, u16)> {
        let screen = self.parser.screen();
        (!screen.hide_cursor()).then(|| screen.cursor_position())
    }

    /// Waits until the cursor shows there: row and column, from 0.
    pub fn wait_for_cursor(&mut self, place: (u16, u16)) {
        let deadline = Instant::now() + PATIENCE;
        while self.cursor() != Some(place) {
            let more = self.take_output(deadline);
            assert!(
                more,
                "the cursor is at {:?}, not at {place:?}; the screen shows:\n{}",
                self.cursor(),
                self.screen()
            );
        }
    }

    /// Waits until the cursor shows in a line with this text; gives its place.
    pub fn wait_for_cursor_beside(&mut self, text: &str) -> (u16, u16) {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let screen = self.screen();
            let at = self
                .cursor()
                .filter(|(row, _)| screen.lines().nth((*row).into()).is_some_and(|line| line.contains(text)));
            if let Some(place) = at {
                return place;
            }
            let more = self.take_output(deadline);
            assert!(more, "the cursor is at {:?}, not beside {text:?}; the screen shows:\n{screen}", self.cursor());
        }
    }

    /// Waits until the program ends; its exit code.
    pub fn wait_for_end(&mut self) -> u32 {
        let deadline = Instant::now() + PATIENCE;
        while self.take_output(deadline) {}
        assert!(Instant::now() < deadline, "the program does not end; the screen shows:\n{}", self.screen());
        self.child.wait().expect("an exit code").exit_code()
    }

    /// Panics unless the terminal is as the program found it.
    pub fn assert_restored(&self) {
        let screen = self.parser.screen();
        assert!(!screen.alternate_screen(), "the alternate screen is left");
        assert!(!screen.hide_cursor(), "the cursor shows");
        assert!(!screen.bracketed_paste(), "pasting is plain");
        assert_eq!(screen.mouse_protocol_mode(), vt100::MouseProtocolMode::None, "the mouse is the terminal's");
        let modes = self.master.get_termios().expect("the terminal's modes");
        assert!(modes.local_flags.bits() & ECHO != 0, "what is typed shows");
    }

    /// Takes in what was written so far, without waiting for more.
    pub fn take_waiting(&mut self) {
        while let Ok(bytes) = self.output.try_recv() {
            self.take_in(&bytes);
        }
    }

    fn take_in(&mut self, bytes: &[u8]) {
        self.parser.process(bytes);
        self.raw.extend_from_slice(bytes);
    }

    /// Takes in what was written next; `false` at the end of output or at the deadline.
    fn take_output(&mut self, deadline: Instant) -> bool {
        match self.output.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
            Ok(bytes) => {
                self.take_in(&bytes);
                true
            }
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => false,
        }
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn size(cols: u16, rows: u16) -> PtySize {
    PtySize { rows, cols, pixel_width: 0, pixel_height: 0 }
}
