//! Colours of what a command writes for people: the 16 of the terminal, so that they are its own.

use std::io::{self, IsTerminal};

use super::args::Colour;
use crate::app::config::Environment;

/// Paints, or leaves text as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Paint(bool);

impl Paint {
    /// As it is wanted: by itself on a terminal that has colours, unless `NO_COLOR` is set.
    pub fn of(wanted: Colour, environment: &Environment) -> Self {
        Self(match wanted {
            Colour::Always => true,
            Colour::Never => false,
            Colour::Auto => io::stdout().is_terminal() && !environment.no_color,
        })
    }

    fn styled(self, code: &str, safe: &str) -> String {
        if self.0 && !safe.is_empty() { format!("\u{1b}[{code}m{safe}\u{1b}[0m") } else { safe.to_owned() }
    }

    /// A heading.
    pub fn title(self, safe: &str) -> String {
        self.styled("1", safe)
    }

    /// What matters less.
    pub fn dim(self, safe: &str) -> String {
        self.styled("2", safe)
    }

    /// A person.
    pub fn user(self, safe: &str) -> String {
        self.styled("1;36", safe)
    }

    /// A model.
    pub fn assistant(self, safe: &str) -> String {
        self.styled("1;32", safe)
    }

    /// A tool.
    pub fn tool(self, safe: &str) -> String {
        self.styled("35", safe)
    }

    /// What went wrong.
    pub fn error(self, safe: &str) -> String {
        self.styled("31", safe)
    }

    /// What is to be noted.
    pub fn warn(self, safe: &str) -> String {
        self.styled("33", safe)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_paints_where_that_is_wanted_and_changes_no_text() {
        let environment = Environment { no_color: true, ..Environment::default() };
        assert_eq!(Paint::of(Colour::Auto, &environment).error("x"), "x");
        assert_eq!(Paint::of(Colour::Never, &Environment::default()).error("x"), "x");
        assert_eq!(Paint::of(Colour::Always, &environment).error("x"), "\u{1b}[31mx\u{1b}[0m");
        assert_eq!(Paint::of(Colour::Always, &environment).error(""), "");
    }
}
