//! A small box over the bottom of the body in which a letter chooses.
//!
//! ```text
//! ╭ Copy ────────────────────────────────╮
//! │▌t text       Your order A100 has …   │
//! │ j JSON       {"message": {"role": …  │
//! ╰──────────────────────────── Esc back ╯
//! ```

use ratatui::{
    Frame,
    layout::Rect,
    text::{Line, Span},
    widgets::Clear,
};

use super::{block, row};
use crate::app::{
    keymap::Action,
    text,
    tui::{
        render::{Look, format},
        state::{
            AppState,
            letters::{LetterBox, LetterItem},
        },
    },
};

/// Draws it.
pub fn draw(frame: &mut Frame<'_>, body: Rect, letters: &LetterBox, state: &AppState) {
    let look = &state.look;
    let (area, says, rows) = letters.layout(body, look.marks);
    let keys = block::keys(&[(Action::Open, "choose"), (Action::Back, "back")], &state.keymap);
    let keys = format::fit(&format!(" {keys} "), usize::from(area.width.saturating_sub(4)), look.marks);
    let pane = block::pane(Line::from(format!(" {} ", letters.title)), Line::styled(keys, look.theme.dim), true, look);
    let inner = pane.inner(area);
    frame.render_widget(Clear, area);
    frame.render_widget(pane, area);
    for (line, at) in says.iter().zip(inner.rows()) {
        row::draw(frame.buffer_mut(), at, &Line::styled(line.as_str(), look.theme.text), false, look);
    }
    let names = letters.menu.items.iter().map(|item| format::width(&item.name)).max().unwrap_or(0);
    // Beside names that say all, nothing needs room.
    let is_bare = letters.menu.items.iter().all(|item| item.shows.is_empty());
    let shown = letters.menu.items.iter().enumerate().skip(letters.top(rows.height.into()));
    for ((position, item), at) in shown.zip(rows.rows()) {
        let selected = position == letters.menu.selected();
        row::draw(frame.buffer_mut(), at, &choice(item, names, is_bare, at.width.into(), look), selected, look);
    }
}

/// `is_bare`: names alone are shown.
fn choice(item: &LetterItem, names: usize, is_bare: bool, cells: usize, look: &Look) -> Line<'static> {
    let names = names.min(if is_bare { cells.saturating_sub(4) } else { cells / 2 });
    // Of several lines one is made: marks of their breaks would tell nothing.
    let start = item.shows.split_whitespace().collect::<Vec<_>>().join(" ");
    let start = format::fit(&text::line(&start), cells.saturating_sub(names + 6), look.marks);
    Line::from(vec![
        Span::styled(format!("{} ", item.key), look.theme.code),
        Span::raw(row::left(&text::line(&item.name), names, look)),
        Span::styled(format!("  {start}"), look.theme.dim),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::tui::{
        state::{modal::Modal, sample::Screen},
        view::sample,
    };

    #[test]
    fn names_that_stand_alone_have_the_whole_width() {
        let link = format!("https://a.example/{}", "x".repeat(60));
        let drawn = |shows: &str| {
            let mut screen = Screen::writable(120, 40);
            screen.press("2;");
            let Some(Modal::Letters(letters)) = screen.state.modals.last_mut() else { panic!("no letters") };
            for item in &mut letters.menu.items {
                (item.name, item.shows) = (link.clone(), shows.to_owned());
            }
            let Some(Modal::Letters(letters)) = screen.state.modals.last() else { panic!("no letters") };
            sample::screen(120, 40, |frame, area| draw(frame, area, letters, &screen.state))
        };
        assert!(drawn("").contains(&link));
        assert!(!drawn("something").contains(&link), "half of it is for what is shown");
    }
}
