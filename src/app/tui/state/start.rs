//! What the screen starts with.

use std::collections::BTreeMap;

use ratatui::layout::Size;
use uuid::Uuid;

use super::fleet::FleetStart;
use crate::app::{
    alert::AlertRule,
    config::Ui,
    keymap::Keymap,
    memory::Memory,
    place::{Place, Reveal},
    tui::render::Look,
};

/// What the screen starts with.
#[derive(Debug, Clone)]
pub struct Start {
    /// Settings.
    pub ui: Ui,
    /// How it looks, and what time it is.
    pub look: Look,
    /// Keys.
    pub keymap: Keymap,
    /// Saved filters by name.
    pub filters: BTreeMap<String, String>,
    /// What somebody wants to be told of.
    pub alerts: Vec<AlertRule>,
    /// What opens and seals encrypted metadata.
    pub reveal: Reveal,
    /// Places to choose from.
    pub places: Vec<Place>,
    /// What is remembered of how the program was used.
    pub memory: Memory,
    /// Nothing may be written, wherever.
    pub read_only: bool,
    /// The place to open; `None` shows the start screen.
    pub place: Option<Place>,
    /// A session to open, as a person typed its id.
    pub open_id: Option<String>,
    /// Shows the fleet first, in that way.
    pub fleet: Option<FleetStart>,
    /// The terminal's size.
    pub size: Size,
    /// This run of the program: what it writes is told apart by it.
    pub run: Uuid,
}
