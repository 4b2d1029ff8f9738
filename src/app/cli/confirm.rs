//! The words that a place asks for before a change.

use std::io::{self, BufRead, IsTerminal, Write};

use anyhow::Result;

use super::{output, stop::Stop};
use crate::app::{agreed, text, told};

/// Takes the words that were given, else asks for them at the terminal.
pub fn ask(place: &str, words: &str, given: Option<&str>) -> Result<()> {
    let shown = (text::line(place), text::line(words));
    if let Some(given) = given {
        return if agreed::are_words(given, words) { Ok(()) } else { Err(others(&shown.0).into()) };
    }
    if !io::stdin().is_terminal() {
        return Err(unasked(&shown.0, words).into());
    }
    let mut err = io::stderr();
    write!(err, "This changes {}. Type {} to go on: ", shown.0, shown.1)?;
    err.flush()?;
    let mut typed = String::new();
    io::stdin().lock().read_line(&mut typed)?;
    if agreed::are_words(&typed, words) {
        return Ok(());
    }
    output::note("that was something else; nothing was changed");
    Err(Stop::Said(1).into())
}

/// Takes the words that were given. Nobody is asked: standard input is for something else.
pub fn given(place: &str, words: &str, given: Option<&str>) -> Result<()> {
    match given {
        Some(_) => ask(place, words, given),
        None => Err(unasked(&text::line(place), words).into()),
    }
}

/// `--confirm` has other words.
fn others(place: &str) -> Stop {
    Stop::Usage(format!("--confirm does not have the words that {place} asks for before a change; nothing was changed"))
}

/// Nobody can be asked.
fn unasked(place: &str, words: &str) -> Stop {
    let word = told::shell_word(words);
    Stop::Usage(format!(
        "{place} asks for its words before a change, and there is no terminal to ask at; give --confirm {word}"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_that_are_given_are_the_words_or_nothing_is_changed() {
        assert!(ask("prod", "prod-eu", Some("prod-eu")).is_ok());
        let error = ask("prod", "prod-eu", Some("prod")).unwrap_err();
        assert!(error.to_string().contains("--confirm does not have the words that prod asks for"), "{error}");
        assert!(given("prod", "prod-eu", Some("prod-eu")).is_ok());
        assert!(given("prod", "prod-eu", Some("prod")).is_err() && given("prod", "prod-eu", None).is_err());
        assert!(unasked("prod", "two words").to_string().ends_with("give --confirm 'two words'"));
    }
}
