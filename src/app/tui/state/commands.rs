//! Commands of the `:` line that take words: their names, what they do, what completes them.

mod going;

use super::{AppState, Effect, prompt::TypedMistake};

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
pub const COMMANDS: &[TypedCommand] = &[TypedCommand {
    name: "go",
    words: "[AGENT:]NUMBER",
    help: "to a message of the conversation, by its number",
    complete: going::complete,
    run: going::run,
}];
