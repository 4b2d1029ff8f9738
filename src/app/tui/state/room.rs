//! How much room the panes have: what is in them needs so much, and a person puts the borders between them elsewhere, where they stay.

mod border;
mod needs;
#[cfg(test)]
mod tests;

pub use needs::HeldNeeds;

use self::border::{DraggedBorder, PaneBorder};
use super::{
    AppState, Effect,
    areas::{Areas, Pane, PaneLayout, PaneNeeds},
    columns::{ColumnWidths, SessionColumns},
    prompt::TypedMistake,
};
use crate::app::memory::PaneRoom;

/// Columns that a key gives or takes, and rows.
const COLUMNS: i32 = 4;
const ROWS: i32 = 2;

/// What the panes of a connection need, as it was measured.
#[derive(Debug, Default)]
pub struct MeasuredRoom {
    /// The columns of the list.
    pub widths: ColumnWidths,
    /// The panes at the right.
    pub needs: HeldNeeds,
    /// Rows that metrics, metadata and feedback have, since something is known of them.
    heights: Option<[u16; 3]>,
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
        let panes = [Pane::Metrics, Pane::Metadata, Pane::Feedback].map(|pane| self.areas.pane(pane));
        if self.workspace.room.needs.heights().is_some()
            && let [Some(metrics), Some(metadata), Some(feedback)] = panes
        {
            self.workspace.room.heights = Some([metrics.height, metadata.height, feedback.height]);
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

    /// Where everything is, with the borders where they are put now.
    fn arranged(&self) -> Areas {
        let MeasuredRoom { needs, heights, .. } = &self.workspace.room;
        let list = SessionColumns::needs(self).map(|cells| u16::try_from(cells + 2).unwrap_or(u16::MAX));
        let needs = PaneNeeds {
            list,
            side: needs.side(),
            open_side: needs.open_side(),
            heights: needs.heights(),
            totals: needs.totals(),
        };
        // A session that shows itself in a moment has its room already.
        let shows_itself = self.ui.preview && !self.workspace.list.rows.is_empty();
        let open = shows_itself || self.workspace.conversation.key().is_some();
        let layout =
            PaneLayout { focus: self.focus, open, zoomed: self.zoomed, needs, held: *heights, room: self.memory.room };
        Areas::of(self.size, &layout)
    }

    /// More room for the focused pane, or less.
    pub(super) fn resize_pane(&mut self, is_more: bool) -> Vec<Effect> {
        let sign = if is_more { 1 } else { -1 };
        let (columns, rows) = (COLUMNS * sign, ROWS * sign);
        let done = match self.focus {
            Pane::Sessions => self.push_border(PaneBorder::List, columns),
            Pane::Conversation => {
                // What it gets the others have less.
                let of_list = self.push_border(PaneBorder::List, -columns);
                let of_side = self.push_border(PaneBorder::Side, -columns);
                of_list || of_side
            }
            pane => {
                let wider = self.push_border(PaneBorder::Side, columns);
                let taller = match pane {
                    Pane::Metrics => self.push_border(PaneBorder::Metrics, rows),
                    Pane::Feedback => self.push_border(PaneBorder::Feedback, rows),
                    _ => self.push_border(self.taller_neighbour(), -rows),
                };
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
        self.workspace.room.heights = None;
        self.said = Some("the panes have what they need by themselves".to_owned());
        Ok(vec![self.remember()])
    }
}
