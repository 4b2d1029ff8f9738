//! The feedback pane: ratings and comments, newest first.

pub mod heights;
#[cfg(test)]
mod tests;

use crate::app::keymap::Action;
use std::cmp::Reverse;

use ratatui::layout::Size;

use super::{
    Effect,
    glow::Glow,
    list::{self, Rows, Selection},
};
use crate::{
    app::tui::render::{format, wrap},
    session::{Feedback, Rating, Session},
};

/// A comment shows at most so many lines here; the inspector shows all of it.
const COMMENT_LINES: usize = 12;
/// Nor is more of it wrapped than this, in bytes.
const COMMENT_BYTES: usize = 4096;
/// Cells of an age, at the right of a comment.
pub const AGE: usize = 5;
/// Cells left of a comment (bar, mark, space) and right of it (age).
pub const MARGINS: u16 = 3 + AGE as u16;

/// A feedback that is on its way to be stored, changed or taken back.
#[derive(Debug, Clone, PartialEq)]
pub struct PendingFeedback {
    /// What it is to be; of one that is taken back what it is.
    pub shown: Feedback,
    /// What it is now; `None`: it is new.
    pub stored: Option<Feedback>,
    /// It is taken back.
    pub is_taken_back: bool,
}

/// The feedback pane's state.
#[derive(Debug, Clone, Default)]
pub struct FeedbackPane {
    /// The selected feedback in shown order, by its stored position.
    pub selection: Selection<usize>,
    /// Those that came just now, by their stored position.
    pub glow: Glow<usize>,
    /// What is on its way.
    pub pending: Vec<PendingFeedback>,
    /// Inner size as last told, see [`Self::resize`].
    size: Size,
}

/// The feedbacks in shown order, newest first, with their stored positions. What has no date comes last, and of equal
/// dates the one stored later comes first.
#[must_use]
pub fn newest_first(session: Option<&Session>) -> Vec<(usize, &Feedback)> {
    let mut out: Vec<_> = session.map(|session| session.feedbacks.iter().enumerate().collect()).unwrap_or_default();
    out.sort_by_key(|(position, feedback)| Reverse((feedback.created_at, *position)));
    out
}

/// Whether both are the same, whichever of them was read again.
#[must_use]
pub fn is_same(one: &Feedback, other: &Feedback) -> bool {
    let key = |feedback: &Feedback| (feedback.created_at, feedback.message_id);
    key(one) == key(other)
        && (&one.rating, &one.comment, &one.agent_id) == (&other.rating, &other.comment, &other.agent_id)
}

/// The lines of a feedback in a pane of an inner width: a first line with a rating that is none of ours, the comment,
/// and what it speaks of. Safe text.
#[must_use]
pub fn lines(feedback: &Feedback, width: u16) -> Vec<String> {
    let cells = usize::from(width.saturating_sub(MARGINS)).max(4);
    let mut out = Vec::new();
    if let Rating::Other(word) = &feedback.rating {
        out.extend(wrap::plain(&crate::app::text::line(head(word, 200)), cells));
    }
    match comment(feedback) {
        Some((part, more)) => {
            let mut comment_lines = wrap::plain(&crate::app::text::block(part), cells);
            if comment_lines.len() > COMMENT_LINES || more {
                comment_lines.truncate(COMMENT_LINES - 1);
                comment_lines.push("(more: inspect it)".chars().take(cells).collect());
            }
            out.extend(comment_lines);
        }
        _ if out.is_empty() => out.push("no comment".chars().take(cells).collect()),
        _ => {}
    }
    out
}

/// As much of a comment as is looked at, without blanks at its end, and whether there is more; `None`: nothing is said.
fn comment(feedback: &Feedback) -> Option<(&str, bool)> {
    let comment = feedback.comment.as_deref().map(str::trim_end).filter(|comment| !comment.is_empty())?;
    let part = head(comment, COMMENT_BYTES);
    Some((part, part.len() < comment.len()))
}

/// How many rows a feedback takes.
#[must_use]
pub fn height(feedback: &Feedback, width: u16) -> usize {
    lines(feedback, width).len() + usize::from(format::about(feedback).is_some())
}

/// What the pane says of a session without any that can be shown.
#[must_use]
pub fn none(session: &Session) -> &'static str {
    if session.findings.iter().any(|finding| finding.path == "feedbacks") {
        "feedbacks is no list, so none of it can be shown here: the inspector shows what it is"
    } else {
        "no feedback"
    }
}

/// The start of a text, at most so many bytes.
#[must_use]
pub fn head(text: &str, bytes: usize) -> &str {
    &text[..text.floor_char_boundary(bytes)]
}

impl Rows for Vec<(usize, &Feedback)> {
    type Key = usize;

    fn count(&self) -> usize {
        self.len()
    }

    fn key(&self, at: usize) -> Option<usize> {
        self.get(at).map(|(position, _)| *position)
    }
}

impl FeedbackPane {
    /// The inner size of the pane (without border): comments wrap to it.
    pub fn resize(&mut self, inner: Size) {
        self.size = inner;
    }

    /// What is new and on its way, the newest first: it stands above the others.
    pub fn coming(&self) -> impl Iterator<Item = &PendingFeedback> {
        self.pending.iter().rev().filter(|pending| pending.stored.is_none())
    }

    /// How many rows those take in a pane of an inner size: half of it at most.
    #[must_use]
    pub fn coming_rows(&self, inner: Size) -> u16 {
        let rows: usize = self.coming().map(|pending| height(&pending.shown, inner.width)).sum();
        u16::try_from(rows).unwrap_or(u16::MAX).min(inner.height.div_ceil(2))
    }

    /// Moves or copies. `page` is the pane's inner height. `None`: not for this pane.
    pub fn on_action(&mut self, action: Action, session: Option<&Session>, page: u16) -> Option<Vec<Effect>> {
        let shown = newest_first(session);
        if self.selection.on_action(action, &shown, usize::from(page).div_ceil(2)) {
            self.show(&shown, page);
            return Some(Vec::new());
        }
        match action {
            Action::Copy => {
                let (_, feedback) = shown.get(self.selection.at(shown.len()))?;
                Some(vec![match &feedback.comment {
                    Some(comment) if !comment.is_empty() => Effect::Copy(comment.clone()),
                    _ => Effect::Say("nothing to copy: the feedback has no comment".into()),
                }])
            }
            _ => None,
        }
    }

    /// Feedback came: the selected one stays selected.
    pub fn on_change(&mut self, session: Option<&Session>, page: u16) {
        let shown = newest_first(session);
        self.selection.settle(&shown);
        self.show(&shown, page);
    }

    /// Click on an inner row.
    pub fn click(&mut self, y: u16, session: Option<&Session>) {
        let shown = newest_first(session);
        let Some(y) = y.checked_sub(self.coming_rows(self.size)) else { return };
        let mut left = usize::from(y);
        for (i, (_, feedback)) in shown.iter().enumerate().skip(self.selection.first()) {
            let rows = height(feedback, self.width());
            if left < rows {
                return self.selection.select(i, &shown);
            }
            left -= rows;
        }
    }

    /// Scrolls by lines, negative is up: by feedbacks, since their lines belong together.
    pub fn scroll(&mut self, lines: i32, session: Option<&Session>, page: u16) {
        let shown = newest_first(session);
        self.selection.select(list::shifted(self.selection.at(shown.len()), lines.signum()), &shown);
        self.show(&shown, page);
    }

    /// Position in the stored array of the selected feedback.
    #[must_use]
    pub fn position(&self, session: Option<&Session>) -> Option<usize> {
        let shown = newest_first(session);
        shown.get(self.selection.at(shown.len())).map(|(position, _)| *position)
    }

    fn show(&mut self, shown: &[(usize, &Feedback)], page: u16) {
        let width = self.width();
        self.selection.show_tall(shown.len(), page.into(), |i| height(shown[i].1, width));
    }

    /// The inner width, or that of a side pane before it was told.
    fn width(&self) -> u16 {
        if self.size.width == 0 { 30 } else { self.size.width }
    }
}
