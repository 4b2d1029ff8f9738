//! The pager of the environment: what long texts are read with.

use std::{env, ffi::OsString, io, process::ExitStatus};

use crate::app::{
    named_program::{how_it_failed, named, why_not_run},
    text,
};

/// The variables that may name it, the first one before the other.
const VARIABLES: [&str; 2] = ["STRANDSCOPE_PAGER", "PAGER"];

/// What is run where the environment names nothing.
const USUAL: &str = if cfg!(windows) { "more" } else { "less" };

/// The pager of the environment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PagerProgram {
    /// The program and its arguments, at least one word.
    pub words: Vec<String>,
    /// The variable that names it; `None`: none does.
    variable: Option<&'static str>,
}

impl PagerProgram {
    /// What the environment names, else the usual one.
    ///
    /// # Errors
    /// What is wrong with the variable, in a sentence.
    pub fn of_environment() -> Result<Self, String> {
        Self::of(|name| env::var_os(name))
    }

    fn of(variable: impl Fn(&str) -> Option<OsString>) -> Result<Self, String> {
        Ok(match named(&VARIABLES, variable)? {
            Some((words, name)) => Self { words, variable: Some(name) },
            None => Self { words: vec![USUAL.to_owned()], variable: None },
        })
    }

    /// Whether the environment says that none is wanted: by a variable that is empty, or names `cat`.
    #[must_use]
    pub fn is_unwanted() -> bool {
        Self::is_none_by(|name| env::var_os(name))
    }

    fn is_none_by(variable: impl Fn(&str) -> Option<OsString>) -> bool {
        let set = VARIABLES.iter().find_map(|name| variable(name));
        set.is_some_and(|value| value.to_str().is_some_and(|value| ["", "cat"].contains(&value.trim())))
    }

    /// What it is called. Safe text.
    #[must_use]
    pub fn name(&self) -> String {
        self.words.first().map_or_else(String::new, |word| text::line(word).into_owned())
    }

    /// What is said where it could not be run.
    #[must_use]
    pub fn failed(&self, error: &io::Error) -> String {
        let why = why_not_run(error);
        let advice = match self.variable {
            Some(name) => format!("${name} names it"),
            None => "$PAGER names another".to_owned(),
        };
        format!("{} could not be run ({why}); {advice}", self.name())
    }

    /// Variables that it gets from a command where the environment has none of that name: `less` ends by itself where all of it fits,
    /// shows colours and leaves the text where it was.
    #[must_use]
    pub fn usual_variables() -> Vec<(&'static str, &'static str)> {
        [("LESS", "FRX"), ("LV", "-c")].into_iter().filter(|(name, _)| env::var_os(name).is_none()).collect()
    }
}

/// How a pager of that name failed; `None`: it did not. One that is left with `Ctrl-C`, or whose own reader has enough, has shown what
/// was wanted of it.
#[must_use]
pub fn failure(name: &str, status: ExitStatus) -> Option<String> {
    (!status.success() && !was_left(status)).then(|| how_it_failed(name, status))
}

#[cfg(unix)]
fn was_left(status: ExitStatus) -> bool {
    use std::os::unix::process::ExitStatusExt;

    use rustix::process::Signal;

    let signals = [Signal::INT, Signal::PIPE].map(|signal| Some(signal.as_raw()));
    // A shell around it says by its exit code which signal it was.
    signals.contains(&status.signal()) || signals.contains(&status.code().map(|code| code - 128))
}

#[cfg(not(unix))]
fn was_left(_: ExitStatus) -> bool {
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn variable(set: &[(&str, &str)]) -> impl Fn(&str) -> Option<OsString> {
        |name| set.iter().find(|(known, _)| *known == name).map(|(_, value)| value.into())
    }

    fn pager(set: &[(&str, &str)]) -> PagerProgram {
        PagerProgram::of(variable(set)).unwrap()
    }

    #[test]
    fn the_environment_names_it_the_program_s_own_variable_first() {
        assert_eq!(
            pager(&[("PAGER", "most -s"), ("STRANDSCOPE_PAGER", "bat --paging=always")]).words,
            ["bat", "--paging=always"]
        );
        assert_eq!(pager(&[("PAGER", "most -s")]).words, ["most", "-s"]);
        for nothing in [&[("PAGER", " ")][..], &[]] {
            assert_eq!(pager(nothing).words, [USUAL]);
        }
        assert!(PagerProgram::of(variable(&[("PAGER", "less 'x")])).unwrap_err().contains("$PAGER"));
    }

    #[test]
    fn a_command_is_told_that_none_is_wanted() {
        for set in [&[("PAGER", "")][..], &[("PAGER", "cat")], &[("STRANDSCOPE_PAGER", ""), ("PAGER", "less")]] {
            assert!(PagerProgram::is_none_by(variable(set)), "{set:?}");
        }
        for set in [&[][..], &[("PAGER", "less")], &[("STRANDSCOPE_PAGER", "less"), ("PAGER", "")]] {
            assert!(!PagerProgram::is_none_by(variable(set)), "{set:?}");
        }
    }

    #[test]
    fn one_that_cannot_be_run_is_said_with_what_to_do() {
        let missing = io::Error::from(io::ErrorKind::NotFound);
        assert_eq!(
            pager(&[]).failed(&missing),
            format!("{USUAL} could not be run (there is no such program); $PAGER names another")
        );
        let said = pager(&[("PAGER", "nothing")]).failed(&missing);
        assert_eq!(said, "nothing could not be run (there is no such program); $PAGER names it");
    }

    #[cfg(unix)]
    #[test]
    fn one_that_is_left_did_not_fail() {
        use std::os::unix::process::ExitStatusExt;

        let exit = |code: i32| failure("less", ExitStatus::from_raw(code << 8));
        let signal = |signal: i32| failure("less", ExitStatus::from_raw(signal));
        // Left, with SIGINT and with SIGPIPE, by itself and within a shell.
        for left in [exit(0), signal(2), signal(13), exit(130), exit(141)] {
            assert_eq!(left, None);
        }
        assert_eq!(exit(1).as_deref(), Some("less ended with exit code 1"));
        assert_eq!(exit(127).as_deref(), Some("less ended with exit code 127"));
        assert_eq!(signal(9).as_deref(), Some("less was ended by a signal"));
    }
}
