//! Commands of the `:` line that take words: their names, what they do, what completes them.

use super::{AppState, Effect, prompt::TypedMistake, sessions::sorting};

/// A command that takes words.
pub struct TypedCommand {
    /// Its name.
    pub name: &'static str,
    /// The words it takes, as they are shown: `NAME`, `[+|-]COLUMN …`.
    pub words: &'static str,
    /// What it does, in a few words.
    pub help: &'static str,
    /// What may stand where a word is being typed: each is the whole text after the name, with what it means.
    pub complete: fn(&AppState, &str) -> Vec<Completion>,
    /// Does it.
    pub run: fn(&mut AppState, &str) -> Result<Vec<Effect>, TypedMistake>,
}

/// What may be typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Completion {
    /// The text, whole.
    pub text: String,
    /// What it means; may be empty.
    pub help: String,
}

/// Every such command.
pub const COMMANDS: &[TypedCommand] = &[
    TypedCommand {
        name: "columns",
        words: "[+|-]COLUMN … [save]",
        help: "show, hide and order the columns of the list",
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
        complete: sorting::complete,
        run: sorting::run,
    },
];

fn offered(words: impl IntoIterator<Item = (String, String)>) -> Vec<Completion> {
    words.into_iter().map(|(text, help)| Completion { text, help }).collect()
}
