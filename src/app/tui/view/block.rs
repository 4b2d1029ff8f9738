//! The border and title of a pane: the same for all, so that focus looks the same everywhere.

use ratatui::{
    buffer::Buffer,
    layout::Rect,
    style::Style,
    symbols::border,
    text::Line,
    widgets::{Block, Borders, Widget},
};

use crate::app::{
    keymap::{Action, Keymap},
    tui::render::Look,
};

/// A pane's border with its title (already safe text) and, at the bottom right, its place.
#[must_use]
pub fn pane<'a>(title: Line<'a>, place: Line<'a>, focused: bool, look: &Look) -> Block<'a> {
    let whole = bordered(Borders::ALL, focused, look);
    whole.title_top(title.patch_style(title_style(focused, look))).title_bottom(place.right_aligned())
}

/// Draws the same border, and gives the area within it. A block goes over all cells that it surrounds; of a pane as large as most of
/// the screen only those of the border are touched.
pub fn draw(buffer: &mut Buffer, area: Rect, title: Line<'_>, place: Line<'_>, focused: bool, look: &Look) -> Rect {
    let inner = bordered(Borders::ALL, focused, look).inner(area);
    let area = area.intersection(buffer.area);
    if area.width < 2 || area.height < 2 {
        pane(title, place, focused, look).render(area, buffer);
        return inner;
    }
    let row = |y: u16| Rect { y, height: 1, ..area };
    let side = |x: u16| Rect { x, y: area.y + 1, width: 1, height: area.height - 2 };
    let of = |borders: Borders| bordered(borders, focused, look);
    let ends = Borders::LEFT | Borders::RIGHT;
    let title = title.patch_style(title_style(focused, look));
    of(ends | Borders::TOP).title_top(title).render(row(area.y), buffer);
    of(Borders::LEFT).render(side(area.x), buffer);
    of(Borders::RIGHT).render(side(area.right() - 1), buffer);
    of(ends | Borders::BOTTOM).title_bottom(place.right_aligned()).render(row(area.bottom() - 1), buffer);
    inner
}

fn bordered<'a>(borders: Borders, focused: bool, look: &Look) -> Block<'a> {
    let set = if look.marks.unicode { border::ROUNDED } else { ASCII };
    let style = if focused { look.theme.focus } else { look.theme.border };
    Block::new().borders(borders).border_set(set).border_style(style)
}

fn title_style(focused: bool, look: &Look) -> Style {
    match (focused, look.theme.colours) {
        (true, true) => look.theme.focus,
        // Bold alone is hardly seen among titles that are bold too.
        (true, false) => look.theme.focus.reversed(),
        (false, _) => look.theme.title,
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::tui::view::sample;

    #[test]
    fn a_border_drawn_alone_is_that_of_the_block_at_every_size() {
        let screen = Rect::new(0, 0, 20, 6);
        for (look, title) in [(sample::look(), " 1 Sessions "), (sample::plain(), " 漢字 of a pane that is narrow ")]
        {
            for (width, height) in (0..22).flat_map(|width| (0..8).map(move |height| (width, height))) {
                let area = Rect::new(1, 0, width, height);
                let (mut here, mut there) = (Buffer::empty(screen), Buffer::empty(screen));
                let (title, place) = (Line::raw(title), Line::styled(" 1-5 / 4 812 ", look.theme.dim));
                let block = pane(title.clone(), place.clone(), true, &look);
                assert_eq!(draw(&mut here, area, title, place, true, &look), block.inner(area));
                block.render(area, &mut there);
                assert_eq!(here, there, "{width}x{height}");
            }
        }
    }
}
