//! What is folded: a choice for all reasoning and for all tool calls, and exceptions by hand.

use std::collections::HashSet;

use super::{moved::MovedAgents, timeline::Spot};
use crate::app::tui::render::message::Foldable;

/// The choices.
#[derive(Debug, Default)]
pub(super) struct Folds {
    reasoning_open: bool,
    tools_open: bool,
    exceptions: HashSet<(Foldable, Spot, usize)>,
}

impl Folds {
    pub fn is_open(&self, kind: Foldable, spot: Spot, block: usize) -> bool {
        let open = match kind {
            Foldable::Reasoning => self.reasoning_open,
            Foldable::Tool => self.tools_open,
        };
        open != self.exceptions.contains(&(kind, spot, block))
    }

    /// The session was read again and its agents stand elsewhere.
    pub fn follow(&mut self, moved: &MovedAgents) {
        let old = std::mem::take(&mut self.exceptions);
        self.exceptions =
            old.into_iter().filter_map(|(kind, spot, block)| Some((kind, moved.spot(spot)?, block))).collect();
    }

    /// Messages went: what was folded in them by hand goes too.
    pub fn keep(&mut self, is_there: impl Fn(Spot) -> bool) {
        self.exceptions.retain(|(_, spot, _)| is_there(*spot));
    }

    pub fn toggle(&mut self, kind: Foldable, spot: Spot, block: usize) {
        let key = (kind, spot, block);
        if !self.exceptions.remove(&key) {
            self.exceptions.insert(key);
        }
    }

    /// All of a kind the other way round: whether they are open now.
    pub fn toggle_all(&mut self, kind: Foldable) -> bool {
        self.exceptions.retain(|(other, ..)| *other != kind);
        let open = match kind {
            Foldable::Reasoning => &mut self.reasoning_open,
            Foldable::Tool => &mut self.tools_open,
        };
        *open = !*open;
        *open
    }

    /// Another session: the choices for all stay, the exceptions go.
    pub fn forget(&mut self) {
        self.exceptions.clear();
    }
}
