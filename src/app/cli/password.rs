//! Asking for a password at the terminal.

use std::io::{self, IsTerminal, Write};

use anyhow::Result;
use crossterm::{
    event::{self, Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers},
    terminal::{disable_raw_mode, enable_raw_mode},
};
use secrecy::SecretString;

use super::stop::Stop;
use crate::app::{
    place::{self, Attendance},
    text,
};

/// The exit code of a program that `Ctrl-C` ended.
const INTERRUPTED: u8 = 130;

/// What a key did to what is typed.
#[derive(Debug, PartialEq, Eq)]
enum Keystroke {
    More,
    Whole,
    GivenUp,
}

/// Asks for a user's password. What is typed does not show. Where nobody can be asked, an error says what to do; `Ctrl-C` ends
/// the program as ever, and so does `Ctrl-D` before the first character.
pub fn ask(user: &str, hosts: &str) -> Result<SecretString> {
    if !io::stdin().is_terminal() || !io::stderr().is_terminal() {
        return Err(place::no_password(Attendance::Person).into());
    }
    let raw = Unseen::begin()?;
    write!(io::stderr(), "Password of {} at {}: ", text::line(user), text::line(hosts))?;
    let typed = read()?;
    drop(raw);
    Ok(typed.ok_or(Stop::Said(INTERRUPTED))?.into())
}

/// `None` where it was given up.
fn read() -> io::Result<Option<String>> {
    let mut typed = String::new();
    loop {
        let Event::Key(key) = event::read()? else { continue };
        match take(&mut typed, key) {
            Keystroke::More => {}
            Keystroke::Whole => return Ok(Some(typed)),
            Keystroke::GivenUp => return Ok(None),
        }
    }
}

fn take(typed: &mut String, key: KeyEvent) -> Keystroke {
    if key.kind == KeyEventKind::Release {
        return Keystroke::More;
    }
    let held = key.modifiers - KeyModifiers::SHIFT;
    match (key.code, held) {
        (KeyCode::Enter, _) | (KeyCode::Char('j' | 'm'), KeyModifiers::CONTROL) => return Keystroke::Whole,
        (KeyCode::Char('c'), KeyModifiers::CONTROL) => return Keystroke::GivenUp,
        (KeyCode::Char('d'), KeyModifiers::CONTROL) if typed.is_empty() => return Keystroke::GivenUp,
        (KeyCode::Char('u'), KeyModifiers::CONTROL) => typed.clear(),
        (KeyCode::Backspace, _) | (KeyCode::Char('h'), KeyModifiers::CONTROL) => {
            typed.pop();
        }
        // Both together are AltGr.
        (KeyCode::Char(char), held) if held.is_empty() || held == KeyModifiers::CONTROL | KeyModifiers::ALT => {
            typed.push(char);
        }
        _ => {}
    }
    Keystroke::More
}

/// The terminal does not show what is typed; dropped, it does again, from the next line on.
struct Unseen;

impl Unseen {
    fn begin() -> io::Result<Self> {
        enable_raw_mode()?;
        Ok(Self)
    }
}

impl Drop for Unseen {
    fn drop(&mut self) {
        let _ = disable_raw_mode();
        let _ = writeln!(io::stderr());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_become_a_password() {
        let mut typed = String::new();
        let mut press = |code, held| (take(&mut typed, KeyEvent::new(code, held)), typed.clone());
        let (none, control) = (KeyModifiers::NONE, KeyModifiers::CONTROL);
        assert_eq!(press(KeyCode::Char('d'), control), (Keystroke::GivenUp, String::new()));
        press(KeyCode::Char('a'), none);
        press(KeyCode::Char('É'), KeyModifiers::SHIFT);
        press(KeyCode::Char('@'), control | KeyModifiers::ALT);
        press(KeyCode::Left, none);
        press(KeyCode::Char('x'), KeyModifiers::ALT);
        press(KeyCode::Char('d'), control);
        assert_eq!(press(KeyCode::Char(' '), none), (Keystroke::More, "aÉ@ ".to_owned()));
        assert_eq!(press(KeyCode::Backspace, none).1, "aÉ@");
        assert_eq!(press(KeyCode::Char('u'), control).1, "");
        press(KeyCode::Char('z'), none);
        assert_eq!(press(KeyCode::Enter, none), (Keystroke::Whole, "z".to_owned()));
        assert_eq!(press(KeyCode::Char('c'), control).0, Keystroke::GivenUp);
    }
}
