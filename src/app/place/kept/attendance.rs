//! Who is there while a secret is read.

use std::io::{self, IsTerminal};

/// Who sits there while a secret is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Attendance {
    /// A person at the terminal: a command may ask for what opens its store, and has all the time there is.
    Person,
    /// The terminal is the browser's.
    Browser,
    /// There is no terminal, as in a scheduled job: what waits there would wait for ever.
    Nobody,
}

impl Attendance {
    /// Who sits at a command: a person, where its standard input, output or error is a terminal.
    #[must_use]
    pub fn of_command() -> Self {
        let is_seen = io::stdin().is_terminal() || io::stdout().is_terminal() || io::stderr().is_terminal();
        if is_seen { Self::Person } else { Self::Nobody }
    }
}
