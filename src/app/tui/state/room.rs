//! How much room the panes have: what is in them needs so much, and a person gives one more at the expense of another.

mod border;
mod needs;
#[cfg(test)]
mod tests;

pub use needs::HeldNeeds;

use self::border::DraggedBorder;
use super::{
    AppState, Effect,
    areas::{Areas, Pane, PaneLayout, PaneNeeds},
    columns::{ColumnWidths, SessionColumns},
    prompt::TypedMistake,
};
use crate::app::memory::PaneRoom;

/// Columns that a key gives or takes, and rows.
const COLUMNS: i16 = 4;
const ROWS: i16 = 2;

/// What the panes of a connection need, as it was measured.
#[derive(Debug, Default)]
pub struct MeasuredRoom {
    /// The columns of the list.
    pub widths: ColumnWidths,
    /// The panes at the right.
    pub needs: HeldNeeds,
    /// The border that the mouse moves.
    pub(super) dragged: Option<DraggedBorder>,
}

impl AppState {
    /// Gives every pane its place. It changes with the size, the focus and the open session, and where what is in the panes outgrows
    /// theirs.
    pub(super) fn arrange_panes(&mut self) {
        // The rows in view depend on the places, and the places on what the rows need.
        for _ in 0..2 {
            let grew = self.measure_list();
            self.measure_side_panes();
            let areas = self.arranged();
            let is_same = areas == self.areas;
            self.areas = areas;
            let rows = self.list_parts().map_or(0, |[_, rows, _]| rows.height);
            if rows > 0 {
                self.workspace.list.set_height(rows);
            }
            if is_same && !grew {
                break;
            }
        }
    }

    fn measure_list(&mut self) -> bool {
        let mut widths = std::mem::take(&mut self.workspace.room.widths);
        let grew = widths.measure(self);
        self.workspace.room.widths = widths;
        grew
    }

    fn measure_side_panes(&mut self) {
        let mut needs = std::mem::take(&mut self.workspace.room.needs);
        needs.measure(self);
        self.workspace.room.needs = needs;
    }

    /// Where everything is, with the room that is given now.
    fn arranged(&self) -> Areas {
        let needs = &self.workspace.room.needs;
        let list = SessionColumns::needs(self).map(|cells| u16::try_from(cells + 2).unwrap_or(u16::MAX));
        let needs = PaneNeeds { list, side: needs.side(), open_side: needs.open_side(), heights: needs.heights() };
        // A session that shows itself in a moment has its room already.
        let shows_itself = self.ui.preview && !self.workspace.list.rows.is_empty();
        let open = shows_itself || self.workspace.conversation.key().is_some();
        let layout = PaneLayout { focus: self.focus, open, zoomed: self.zoomed, needs, room: self.memory.room };
        Areas::of(self.size, &layout)
    }

    /// Gives so much room, where that changes anything. Whether it did.
    fn try_room(&mut self, give: impl FnOnce(&mut PaneRoom)) -> bool {
        let before = self.memory.room;
        give(&mut self.memory.room);
        let areas = self.arranged();
        if areas == self.areas {
            self.memory.room = before;
            return false;
        }
        self.areas = areas;
        true
    }

    /// More room for the focused pane, or less.
    pub(super) fn resize_pane(&mut self, is_more: bool) -> Vec<Effect> {
        let sign = if is_more { 1 } else { -1 };
        let (columns, rows) = (COLUMNS * sign, ROWS * sign);
        let is_shown = |state: &Self, pane| state.areas.pane(pane).is_some();
        let done = match self.focus {
            Pane::Sessions => self.try_room(|room| add(&mut room.list, columns)),
            Pane::Conversation => {
                // What it gets the others have less.
                let of_list = is_shown(self, Pane::Sessions) && self.try_room(|room| add(&mut room.list, -columns));
                let of_side = is_shown(self, Pane::Metadata) && self.try_room(|room| add(&mut room.side, -columns));
                of_list || of_side
            }
            pane => {
                let wider = self.try_room(|room| add(&mut room.side, columns));
                let taller = self.try_room(|room| {
                    if let Some(given) = rows_of(room, pane) {
                        add(given, rows);
                    }
                });
                wider || taller
            }
        };
        if done {
            return vec![self.remember()];
        }
        let alone = self.areas.panes.iter().flatten().count() == 1;
        self.say(match (alone, is_more) {
            (true, _) => "there is no other pane to share the room with",
            (false, true) => "there is no more room for this pane",
            (false, false) => "this pane has no more room to give",
        })
    }

    /// `:room`: `reset` gives the panes what they need by themselves.
    ///
    /// # Errors
    /// Other words.
    pub(super) fn run_room(&mut self, words: &str) -> Result<Vec<Effect>, TypedMistake> {
        if words.trim() != "reset" {
            let problem = "room takes one word, reset: every pane has what it needs by itself".to_owned();
            return Err(TypedMistake { span: 0..words.len(), problem });
        }
        self.memory.room = PaneRoom::default();
        self.said = Some("the panes have what they need by themselves".to_owned());
        Ok(vec![self.remember()])
    }
}

fn add(given: &mut i16, more: i16) {
    *given = given.saturating_add(more);
}

/// The rows given to a pane at the right.
fn rows_of(room: &mut PaneRoom, pane: Pane) -> Option<&mut i16> {
    match pane {
        Pane::Metrics => Some(&mut room.metrics),
        Pane::Metadata => Some(&mut room.metadata),
        Pane::Feedback => Some(&mut room.feedback),
        Pane::Sessions | Pane::Conversation => None,
    }
}
