//! What a deletion takes away.
//!
//! ```text
//! ╭ Delete support-1042 ─────────────────────────────────────╮
//! │ at prod-eu, agents.sessions                              │
//! │ 12 messages of 2 agents, 2 feedbacks, 16.2 kB            │
//! │ a private copy is kept; type its id                      │
//! │ support-1                                                │
//! ╰ Enter delete  Tab complete  Esc back ───────────────────╯
//! ```

use ratatui::{Frame, layout::Rect, text::Line};

use super::agreed as word;
use crate::app::{
    agreed, text,
    tui::{
        render::{format, wrap},
        state::{
            AppState,
            deletion::{CountStand, DeletionPane},
        },
    },
    writes::bulk::BulkChange,
};

/// Draws it.
pub fn draw(frame: &mut Frame<'_>, body: Rect, shown: &DeletionPane, state: &AppState) {
    let look = &state.look;
    let (title, what, hint) = match &shown.one {
        Some(one) if one.key.text().trim().is_empty() => {
            ("Delete the session whose id is blank".to_owned(), agreed::what(one.key.text()).to_owned(), ONE)
        }
        Some(one) => (format!("Delete {}", text::line(one.key.text())), agreed::what(one.key.text()).to_owned(), ONE),
        None if shown.change == BulkChange::Delete => {
            ("Delete the marked sessions".to_owned(), "how many they are".to_owned(), SEVERAL)
        }
        None => (format!("Of the marked sessions {}", shown.change), "how many they are".to_owned(), SEVERAL),
    };
    let sums = match (&shown.one, &shown.sums) {
        (Some(_), sums) => sums.words(),
        (None, sums) => sums.sentence(),
    };
    let width = word::width(body);
    let mut lines =
        vec![Line::styled(format::fit(&format!("at {}", state.place_name()), width, look.marks), look.theme.dim)];
    let goes = match &shown.stand {
        CountStand::Done => (sums, look.theme.text),
        CountStand::UnderWay if shown.one.is_some() => ("counting what is in it".to_owned(), look.theme.dim),
        CountStand::UnderWay => (format!("{sums}, and still counting"), look.theme.dim),
        CountStand::Failed(why) => {
            (format!("what is in it could not be counted: {}", text::line(why)), look.theme.warn)
        }
    };
    let asks = [goes, (named(shown), look.theme.dim), (format!("a private copy is kept; type {what}"), look.theme.dim)];
    for (says, style) in asks.into_iter().filter(|(says, _)| !says.is_empty()) {
        lines.extend(wrap::plain(&says, width).into_iter().take(3).map(|line| Line::styled(line, style)));
    }
    word::draw(frame, body, (&title, hint), lines, &shown.typed, look);
}

/// Which of several go, the first by their ids, and how many stay as nobody knows their age. Safe text.
fn named(shown: &DeletionPane) -> String {
    if shown.one.is_some() {
        return String::new();
    }
    let first = shown.first(NAMED).map(|id| text::line(id).into_owned()).collect::<Vec<_>>().join(", ");
    let first = match shown.sums.sessions.checked_sub(NAMED as u64) {
        None | Some(0) => first,
        Some(more) => format!("{first} and {more} more"),
    };
    let stay = match shown.undated {
        0 => None,
        1 => Some("1 without a clear date stays".to_owned()),
        many => Some(format!("{many} without a clear date stay")),
    };
    let parts = Some(first).filter(|first| !first.is_empty()).into_iter().chain(stay);
    parts.collect::<Vec<_>>().join("; ")
}

/// So many of several are named.
const NAMED: usize = 3;
const ONE: &str = "Enter delete  Tab complete  Esc back";
const SEVERAL: &str = "Enter delete  Esc back";

#[cfg(test)]
mod tests {
    use crate::app::tui::{
        state::sample::Screen,
        view::{self, sample},
    };

    fn picture(screen: &Screen) -> String {
        let area = screen.state.areas.body;
        sample::screen(area.width, area.height + 2, |frame, _| view::draw(frame, &screen.state))
    }

    #[test]
    fn what_is_to_be_typed_is_seen_in_the_smallest_box() {
        let mut screen = Screen::writable(40, 10);
        screen.press("1  D");
        screen.answer_all();
        let drawn = picture(&screen);
        assert!(drawn.contains("they are") && drawn.contains(" at "), "{drawn}");
        screen.press("7\n");
        let drawn = picture(&screen);
        assert!(drawn.matches("they are").count() == 2 && drawn.contains("nothing is deleted"), "{drawn}");
    }
}
