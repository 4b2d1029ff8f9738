//! Changes of the file of settings that a person makes from the screen: one value at a time, comments and order kept.

use super::Column;

/// What is to be kept in the file of settings.
#[derive(Debug, Clone, PartialEq)]
pub enum ConfigEdit {
    /// `ui.columns`.
    Columns(Vec<Column>),
    /// `filters.NAME`, as it was typed.
    Filter(String, String),
    /// `ui.theme`.
    Theme(String),
    /// `profiles.NAME`.
    Profile(String, NewProfile),
}

/// A connection as it was typed, to be kept as a profile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NewProfile {
    /// A folder.
    Folder(String),
    /// A MongoDB: its connection string without a password.
    Mongo {
        /// Without a password.
        uri: String,
        /// `database`.
        database: Option<String>,
        /// `collection`.
        collection: Option<String>,
        /// Where the password is to be had.
        password: PasswordSource,
    },
}

/// Where the password of a profile is to be had.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PasswordSource {
    /// None is needed.
    None,
    /// It is asked for.
    Prompt,
    /// From that variable of the environment.
    Environment(String),
    /// From what that program prints.
    Command(Vec<String>),
}
