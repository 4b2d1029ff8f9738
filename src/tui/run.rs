//! The loop: terminal events, task events and signals; drawn when all that is waiting has been taken in.

use std::{collections::BTreeMap, path::PathBuf};

use super::keymap::Keymap;
pub use super::state::places::Place;
use crate::{
    config::Ui,
    repository::{Limits, Target},
};

/// What the browser starts with.
#[derive(Debug, Clone)]
pub struct Browse {
    /// What to open; `None` shows the start screen.
    pub target: Option<Target>,
    /// A session to open, as a person typed its id.
    pub open_id: Option<String>,
    /// Settings of the screen.
    pub ui: Ui,
    /// Limits of every read.
    pub limits: Limits,
    /// Keys.
    pub keymap: Keymap,
    /// Connections of the settings, for the connections screen.
    pub profiles: Vec<Place>,
    /// Name of the target for the title: the profile's, the host's or the folder's. Holds no password.
    pub title: String,
    /// Colour of that name, as the settings write it.
    pub colour: Option<String>,
    /// Nothing may be written.
    pub read_only: bool,
    /// Saved filters by name, as they would be typed.
    pub filters: BTreeMap<String, String>,
    /// Where the log is, to be named after a crash.
    pub log_path: Option<PathBuf>,
}

/// Runs the browser until it is left.
///
/// # Errors
/// When standard input or output is no terminal, or the terminal cannot be read or written.
pub async fn browse(options: Browse) -> std::io::Result<()> {
    let _ = options;
    todo!()
}
