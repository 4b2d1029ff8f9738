//! Other programs: those that variables of the environment name, editors and pagers; and what is said where one fails.

use std::{ffi::OsString, io, process::ExitStatus};

use crate::{app::text, disk};

/// The words of the first of some variables that names a program, at least one, and which variable that is.
///
/// # Errors
/// What is wrong with the variable, in a sentence.
pub fn named(
    names: &[&'static str],
    variable: impl Fn(&str) -> Option<OsString>,
) -> Result<Option<(Vec<String>, &'static str)>, String> {
    for &name in names {
        let Some(value) = variable(name) else { continue };
        let named = value.to_str().ok_or_else(|| format!("${name} is no text"))?;
        // A backslash there is no quote but parts folders.
        let named = if cfg!(windows) { named.replace('\\', "/") } else { named.to_owned() };
        let Some(words) = shlex::split(&named) else {
            return Err(format!("${name} has a quote that does not end: {}", text::line(named.trim())));
        };
        if words.first().is_some_and(|word| !word.is_empty()) {
            return Ok(Some((words, name)));
        }
    }
    Ok(None)
}

/// Why a program could not be run, in a few words.
#[must_use]
pub fn why_not_run(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "there is no such program".to_owned(),
        _ => disk::reason(error),
    }
}

/// How a program ended that failed.
#[must_use]
pub fn how_it_failed(name: &str, status: ExitStatus) -> String {
    match status.code() {
        Some(code) => format!("{name} ended with exit code {code}"),
        None => format!("{name} was ended by a signal"),
    }
}
