//! Lists to choose from: what stands above them, and where each row is; one geometry for drawing and for the mouse.

use ratatui::layout::{Position, Rect};

use super::{
    AppState, areas,
    connection::{Connection, Stage},
    modal::Modal,
};
use crate::app::{text, told, tui::render::wrap};

/// How a line above a list is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// A heading.
    Title,
    /// What went wrong.
    Error,
}

/// Cells that a list takes where there are more, and how many at least are left beside it then.
const WIDE: u16 = 76;
const BESIDE: u16 = 16;

/// Cells that the themes take.
const THEMES: u16 = 56;

/// Where a list to choose from stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picker {
    /// The box, border included.
    pub area: Rect,
    /// The lines above the list, as safe text.
    pub above: Vec<(Tone, String)>,
    /// Where they stand.
    pub above_area: Rect,
    /// The rows of the list.
    pub list: Rect,
    /// Position of the first item in view.
    pub top: usize,
    /// How many items there are.
    pub len: usize,
}

impl Picker {
    /// In `body`, below these sentences, for so many items of which one is selected.
    #[must_use]
    pub fn of(body: Rect, says: &[(Tone, String)], len: usize, selected: usize) -> Self {
        // Where next to nothing would be left beside it, it takes that as well: two cells of a row tell nothing.
        let width = if body.width < WIDE + BESIDE { body.width } else { WIDE };
        let cells = usize::from(width.saturating_sub(4)).max(1);
        let wrapped = |(tone, says): &(Tone, String)| {
            let tone = *tone;
            wrap::plain(&text::block(says), cells).into_iter().map(move |line| (tone, line))
        };
        let mut above: Vec<(Tone, String)> = says.iter().flat_map(wrapped).collect();
        let room = usize::from(body.height.saturating_sub(2));
        // An empty line takes no item's place.
        if !above.is_empty() && above.len() + len < room {
            above.push((Tone::Title, String::new()));
        }
        // Some of the list stays in view, however much there is to say.
        above.truncate(room.saturating_sub(len.min(3)).max(room / 2));
        let lines = above.len() as u16;
        let area =
            areas::middle(body, width, lines + u16::try_from(len).unwrap_or(u16::MAX - 100).min(body.height) + 2);
        let inner = areas::inside(area);
        let above_area = Rect::new(inner.x + 1, inner.y, inner.width.saturating_sub(2), lines.min(inner.height));
        let bottom = above_area.bottom();
        let list = Rect::new(inner.x, bottom, inner.width, inner.bottom().saturating_sub(bottom));
        let top = (selected + 1).saturating_sub(usize::from(list.height));
        Self { area, above, above_area, list, top, len }
    }

    /// The item at a cell.
    #[must_use]
    pub fn at(&self, x: u16, y: u16) -> Option<usize> {
        let inside = self.list.contains(Position::new(x, y));
        let item = self.top + usize::from(y.saturating_sub(self.list.y));
        (inside && item < self.len).then_some(item)
    }
}

impl AppState {
    /// Where the list of a modal stands; `None` for one that is no list.
    #[must_use]
    pub fn picker(&self, modal: &Modal) -> Option<Picker> {
        let title = |says: &str| vec![(Tone::Title, says.to_owned())];
        let (says, len, selected) = match modal {
            Modal::Places(menu) => (places_say(&self.workspace.connection), menu.items.len(), menu.selected()),
            Modal::Collections(menu) => {
                (title("Several collections look like sessions:"), menu.items.len(), menu.selected())
            }
            Modal::Sessions(menu) => (title("Several sessions are called that:"), menu.items.len(), menu.selected()),
            Modal::FleetColumns(menu) => {
                (title("Sort by; once more, the other way round:"), menu.items.len(), menu.selected())
            }
            Modal::Remembered(_, menu) => (Vec::new(), menu.items.len(), menu.selected()),
            Modal::Themes(themes) => {
                // At the side: the rest of the screen shows how it looks.
                let body = self.areas.body;
                let width = if body.width < 60 { body.width } else { THEMES.min(body.width / 2) };
                let body = Rect { x: body.right() - width, width, ..body };
                return Some(Picker::of(body, &[], themes.menu.items.len(), themes.menu.selected()));
            }
            Modal::SortBy(menu) => (title(Self::sort_says()), menu.items.len(), menu.selected()),
            Modal::Columns(menu) => (title(&self.columns_say()), menu.items.len(), menu.selected()),
            Modal::Events(menu) => (Vec::new(), menu.items.len(), menu.selected()),
            _ => return None,
        };
        Some(Picker::of(self.areas.body, &says, len, selected))
    }
}

fn places_say(connection: &Connection) -> Vec<(Tone, String)> {
    match &connection.stage {
        Stage::Failed(error) => {
            let name = connection.place.as_ref().map_or("", |place| place.name.as_str());
            vec![(Tone::Error, format!("Cannot open {name}:")), (Tone::Error, told::sentence_on_screen(error))]
        }
        Stage::Open(_) => Vec::new(),
        _ => vec![(Tone::Title, "Where are your agents' sessions?".into())],
    }
}
