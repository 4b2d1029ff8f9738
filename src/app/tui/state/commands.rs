//! Commands of the `:` line that take words: their names, what they do, what completes them.

mod going;

use super::{AppState, Effect, completion::Completion, prompt::TypedMistake, sessions::sorting, themes};
use crate::app::keymap::ENTRIES;

/// A command that takes words.
pub struct TypedCommand {
    /// Its name.
    pub name: &'static str,
    /// The words it takes, as they are shown: `NAME`, `[+A -B]`.
    pub words: &'static str,
    /// What it does, in a few words.
    pub help: &'static str,
    /// What may stand where a word is being typed: each is the whole text after the name, with what it means.
    pub complete: fn(&AppState, &str) -> Vec<Completion>,
    /// Does it.
    pub run: fn(&mut AppState, &str) -> Result<Vec<Effect>, TypedMistake>,
}

/// Every such command.
pub const COMMANDS: &[TypedCommand] = &[
    TypedCommand {
        name: "connect",
        words: "NAME|URI|FOLDER",
        help: "open a place, or show it where it is open",
        complete: AppState::complete_connect,
        run: AppState::run_connect,
    },
    TypedCommand {
        name: "profile",
        words: "NAME",
        help: "open a place, or show it where it is open",
        complete: AppState::complete_connect,
        run: AppState::run_connect,
    },
    TypedCommand {
        name: "save-profile",
        words: "NAME",
        help: "keep this connection as a profile",
        complete: |_, _| Vec::new(),
        run: AppState::run_save_profile,
    },
    TypedCommand {
        name: "columns",
        words: "[A,B|+A -B] [save]",
        help: "show these columns in this order, or add (+) and hide (-) some",
        complete: |state, typed| offered(state.complete_columns(typed)),
        run: AppState::run_columns,
    },
    TypedCommand {
        name: "room",
        words: "reset",
        help: "every pane has the room that it needs by itself",
        complete: |_, _| offered([("reset".to_owned(), "as if nothing had been resized".to_owned())]),
        run: AppState::run_room,
    },
    TypedCommand {
        name: "sort",
        words: "COLUMN[:asc|:desc]",
        help: "sort the sessions by any column",
        complete: |state, typed| offered(sorting::complete(state, typed)),
        run: sorting::run,
    },
    TypedCommand {
        name: "go",
        words: "[AGENT:]NUMBER",
        help: "to a message by its number; numbers run from 0",
        complete: going::complete,
        run: going::run,
    },
    TypedCommand { name: "theme", words: "NAME", help: "how it looks", complete: themes::complete, run: themes::run },
    TypedCommand {
        name: "filter",
        words: "FILTER",
        help: "show the sessions that match",
        complete: AppState::complete_filter,
        run: AppState::run_filter,
    },
    TypedCommand {
        name: "open",
        words: "ID",
        help: "open the session of that id",
        complete: AppState::complete_open,
        run: AppState::run_open,
    },
    TypedCommand {
        name: "save-filter",
        words: "NAME",
        help: "keep the filter under a name",
        complete: AppState::complete_saved,
        run: AppState::run_save_filter,
    },
];

fn offered(words: impl IntoIterator<Item = (String, String)>) -> Vec<Completion> {
    words.into_iter().map(|(text, help)| Completion { text, help }).collect()
}

/// The command that a line begins with, and the words behind it. A name that is an action's too is the action, while no word is
/// begun behind it.
pub(super) fn called(line: &str) -> Option<(&'static TypedCommand, &str)> {
    let line = line.trim_start();
    let parts = line.split_once(char::is_whitespace);
    let name = parts.map_or(line, |(name, _)| name);
    let command = COMMANDS.iter().find(|command| command.name == name)?;
    match parts {
        Some((_, words)) => Some((command, words.trim_start())),
        None if ENTRIES.iter().any(|entry| entry.name == name) => None,
        None => Some((command, "")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_told_from_the_action_of_its_name_by_the_words_behind_it() {
        let found = |line| called(line).map(|(command, words)| (command.name, words));
        assert_eq!(found("open"), None, "the action");
        assert_eq!(found(" open  abc d"), Some(("open", "abc d")));
        assert_eq!(found("open "), Some(("open", "")));
        assert_eq!(found("opens abc"), None);
    }

    #[test]
    fn every_name_stands_for_one_command() {
        for (at, command) in COMMANDS.iter().enumerate() {
            assert!(COMMANDS[..at].iter().all(|other| other.name != command.name), "{}", command.name);
            assert!(!command.help.is_empty() && !command.name.contains(char::is_whitespace));
        }
    }
}
