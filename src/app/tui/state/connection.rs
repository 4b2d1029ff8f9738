//! Where the sessions come from, and how that goes.

use jiff::Timestamp;

use crate::{app::place::Place, repository::Error};

/// The connection as the screen shows it.
#[derive(Debug, Clone, Default)]
pub struct Connection {
    /// What was chosen.
    pub place: Option<Place>,
    /// How far it came.
    pub stage: Stage,
    /// It was up and is lost.
    pub lost: Option<Lost>,
}

/// How far a connection came.
#[derive(Debug, Clone, Default)]
pub enum Stage {
    /// Nothing was chosen yet.
    #[default]
    None,
    /// It is being opened.
    Connecting,
    /// A collection is to be chosen.
    Choosing,
    /// It could not be opened.
    Failed(Error),
    /// It is open, at `database.collection` or a folder.
    Open(String),
}

/// A connection that was lost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lost {
    /// Why.
    pub reason: String,
    /// When it is tried again.
    pub retry_at: Timestamp,
}

impl Connection {
    /// Whether it is open and nothing may be written there. Of a place that was only chosen, or could not be opened, nothing is in
    /// use.
    #[must_use]
    pub fn is_read_only(&self) -> bool {
        self.is_open() && self.place.as_ref().is_some_and(|place| place.read_only)
    }

    /// Whether sessions can be read.
    #[must_use]
    pub fn is_open(&self) -> bool {
        matches!(self.stage, Stage::Open(_))
    }
}
