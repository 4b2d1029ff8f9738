//! What the program remembers of how it is used: bookmarks, sessions that were open, what was typed, how much room the panes have.
//! Kept in the folder for state, beside nothing that belongs to the sessions themselves.

mod file;
mod merge;

pub use file::MemoryFile;

use bson::Bson;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::session::SessionKey;

/// Sessions that were open, at most.
pub const MOST_RECENT: usize = 50;

/// Texts of one kind that were typed, at most.
pub const MOST_TYPED: usize = 200;

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
    #[serde(default)]
    pub location: String,
    /// What the place was called, for a person.
    #[serde(default)]
    pub place: String,
    /// `_id`, as canonical Extended JSON.
    pub id: String,
    /// What it was called.
    #[serde(default)]
    pub name: String,
    /// When it was bookmarked, or opened.
    #[serde(default)]
    pub at: Option<Timestamp>,
}

impl RememberedSession {
    /// Whether both are the same session of the same store.
    #[must_use]
    pub fn is(&self, other: &Self) -> bool {
        self.id == other.id && self.store == other.store
    }

    /// Its `_id`; `None` where somebody wrote what is none.
    #[must_use]
    pub fn key(&self) -> Option<SessionKey> {
        let json: serde_json::Value = serde_json::from_str(&self.id).ok()?;
        Bson::try_from(json).ok().map(SessionKey::new)
    }
}

impl Memory {
    /// Keeps a session among the bookmarks, or not any more where it is one. Whether it is one now.
    pub fn bookmark(&mut self, session: RememberedSession) -> bool {
        let before = self.bookmarks.len();
        self.bookmarks.retain(|kept| !kept.is(&session));
        let is_new = self.bookmarks.len() == before;
        if is_new {
            self.bookmarks.insert(0, session);
        }
        is_new
    }

    /// The ids of the sessions of a store in the list of that name (`bookmarks`, `recent`), the last one first, as a person would type
    /// them. `None`: there is no such list.
    #[must_use]
    pub fn ids(&self, list: &str, store: &str) -> Option<Vec<String>> {
        let sessions = match list {
            "bookmarks" => &self.bookmarks,
            "recent" => &self.recent,
            _ => return None,
        };
        let keys = sessions.iter().filter(|kept| kept.store == store).filter_map(RememberedSession::key);
        Some(keys.map(|key| key.exact().to_owned()).collect())
    }

    /// A session was opened: it is the last of those that were.
    pub fn note_recent(&mut self, session: RememberedSession) {
        self.recent.retain(|known| !known.is(&session));
        self.recent.insert(0, session);
        self.recent.truncate(MOST_RECENT);
    }
}

/// Where a person put the borders between the panes; `None`: where what is in the panes needs them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PaneRoom {
    /// Columns of the list.
    pub list_columns: Option<u16>,
    /// Columns of the panes at the right.
    pub side_columns: Option<u16>,
    /// Rows of the metrics.
    pub metrics_rows: Option<u16>,
    /// Rows of the feedback; the metadata stand between both.
    pub feedback_rows: Option<u16>,
}
