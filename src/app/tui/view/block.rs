//! The border and title of a pane: the same for all, so that focus looks the same everywhere.

use ratatui::{
    symbols::border,
    text::Line,
    widgets::{Block, Borders},
};

use crate::app::{
    keymap::{Action, Keymap},
    tui::render::Look,
};

/// A pane's border with its title (already safe text) and, at the bottom right, its place.
#[must_use]
pub fn pane<'a>(title: Line<'a>, place: Line<'a>, focused: bool, look: &Look) -> Block<'a> {
    let set = if look.marks.unicode { border::ROUNDED } else { ASCII };
    let style = if focused { look.theme.focus } else { look.theme.border };
    let title_style = match (focused, look.theme.colours) {
        (true, true) => look.theme.focus,
        // Bold alone is hardly seen among titles that are bold too.
        (true, false) => look.theme.focus.reversed(),
        (false, _) => look.theme.title,
    };
    Block::new()
        .borders(Borders::ALL)
        .border_set(set)
        .border_style(style)
        .title_top(title.patch_style(title_style))
        .title_bottom(place.right_aligned())
}

/// `Enter save  Esc back`: keys and what they do, for the border of a box. An action without a key is left out.
#[must_use]
pub fn keys(of: &[(Action, &str)], keymap: &Keymap) -> String {
    let shown = of.iter().filter_map(|(action, does)| Some(format!("{} {does}", keymap.label(*action)?)));
    shown.collect::<Vec<_>>().join("  ")
}

const ASCII: border::Set<'static> = border::Set {
    top_left: "+",
    top_right: "+",
    bottom_left: "+",
    bottom_right: "+",
    vertical_left: "|",
    vertical_right: "|",
    horizontal_top: "-",
    horizontal_bottom: "-",
};
