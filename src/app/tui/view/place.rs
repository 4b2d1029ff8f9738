//! A place that is typed, and a password.
//!
//! ```text
//! ╭ Open a place ────────────────────────────────────╮
//! │ a connection string, a host:port, or a folder    │
//! │ /data/se                                         │
//! ╰ Enter open  Tab complete  Esc back ──────────────╯
//! ```

use ratatui::{Frame, layout::Rect, text::Line};

use super::agreed as word;
use crate::app::{
    text,
    tui::{
        render::{format, wrap},
        state::{AppState, new_place::NewPlacePane, password::PasswordPane},
    },
};

/// Folders that are shown to choose from.
const FOLDERS: usize = 6;

/// Draws the place.
pub fn draw(frame: &mut Frame<'_>, body: Rect, pane: &NewPlacePane, state: &AppState) {
    let look = &state.look;
    let width = word::width(body);
    let folders = pane.folders.iter().take(FOLDERS).map(|folder| text::line(folder).into_owned());
    let mut asks: Vec<Line<'static>> =
        folders.map(|folder| Line::styled(format::fit(&folder, width, look.marks), look.theme.dim)).collect();
    if let Some(more) = pane.folders.len().checked_sub(FOLDERS).filter(|more| *more > 0) {
        asks.push(Line::styled(format!("and {more} more"), look.theme.dim));
    }
    let says = "a connection string such as mongodb://user@host:27017/database, a host and its port, or a folder";
    asks.extend(wrap::plain(says, width).into_iter().map(|line| Line::styled(line, look.theme.text)));
    word::draw(frame, body, ("Open a place", "Enter open  Tab complete  Esc back"), asks, &pane.shown(), look);
}

/// Draws the password, which is not shown.
pub fn draw_password(frame: &mut Frame<'_>, body: Rect, pane: &PasswordPane, state: &AppState) {
    let look = &state.look;
    let says = format!("the password of {} at {}", text::line(&pane.user), text::line(&pane.hosts));
    let asks = wrap::plain(&says, word::width(body)).into_iter().take(3);
    let asks = asks.map(|line| Line::styled(line, look.theme.text)).collect();
    word::draw(frame, body, ("Password", "Enter connect  Esc back"), asks, &pane.shown(), look);
}

#[cfg(test)]
mod tests {
    use crate::app::tui::{
        state::sample::Screen,
        view::{self, sample},
    };

    #[test]
    fn a_place_is_typed_at_every_size() {
        for (width, height) in [(40, 10), (80, 24), (120, 40)] {
            let mut screen = Screen::start(width, height);
            screen.press("amongodb://me:hunter2@h/agents");
            let drawn = sample::screen(width, height, |frame, _| view::draw(frame, &screen.state));
            assert!(drawn.contains("Open a place") && drawn.contains("me:*******@h"), "{drawn}");
            assert!(!drawn.contains("hunter2"));
        }
    }
}
