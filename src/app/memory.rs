//! What the program remembers of how it is used: bookmarks, sessions that were open, what was typed, how much room the panes have.
//! Kept in the folder for state, beside nothing that belongs to the sessions themselves.

use serde::{Deserialize, Serialize};

/// What is remembered between runs. Holds no password.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Memory {
    /// Sessions that a person keeps, the last one first.
    pub bookmarks: Vec<RememberedSession>,
    /// Sessions that were open, the last one first.
    pub recent: Vec<RememberedSession>,
    /// Filters as they were typed, the last one first.
    pub filters: Vec<String>,
    /// Commands as they were typed, the last one first.
    pub commands: Vec<String>,
    /// Texts that were looked for, the last one first.
    pub finds: Vec<String>,
    /// How much room the panes have.
    pub room: PaneRoom,
}

/// A session, as it is found again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RememberedSession {
    /// Which store it is of: `SessionReader::identity`.
    pub store: String,
    /// `database.collection` or the folder, for a person.
    pub location: String,
    /// What the place was called, for a person.
    pub place: String,
    /// `_id`, as canonical Extended JSON.
    pub id: String,
    /// What it was called.
    pub name: String,
}

/// How much room a person gave the panes, in cells more or less than by themselves; 0 where nothing was said.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PaneRoom {
    /// Columns of the list.
    pub list: i16,
    /// Columns of the panes at the right.
    pub side: i16,
    /// Rows of the metrics.
    pub metrics: i16,
    /// Rows of the metadata.
    pub metadata: i16,
    /// Rows of the feedback.
    pub feedback: i16,
}
