//! The feedback pane: ratings and comments, newest first.

#[cfg(test)]
mod tests;

use crate::app::keymap::Action;
use std::cmp::Reverse;

use ratatui::layout::Size;

use super::{Effect, conversation::ConversationState, list};
use crate::{
    app::tui::render::wrap,
    session::{Feedback, Rating, Session},
};

/// A comment shows at most so many lines here; the inspector shows all of it.
const COMMENT_LINES: usize = 12;
/// Nor is more of it wrapped than this, in bytes.
const COMMENT_BYTES: usize = 4096;
/// Cells left of a comment (bar, mark, space) and right of it (age).
pub const MARGINS: u16 = 3 + 5;

/// The feedback pane's state.
#[derive(Debug, Clone, Default)]
pub struct FeedbackPane {
    /// The selected feedback, in shown order.
    pub selected: usize,
    /// The first feedback in view.
    pub top: usize,
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

/// The lines of a feedback in a pane of an inner width: a first line with a rating that is none of ours, the comment,
/// and what it speaks of. Safe text.
#[must_use]
pub fn lines(feedback: &Feedback, width: u16) -> Vec<String> {
    let cells = usize::from(width.saturating_sub(MARGINS)).max(4);
    let mut out = Vec::new();
    if let Rating::Other(word) = &feedback.rating {
        out.extend(wrap::plain(&crate::app::text::line(head(word, 200)), cells));
    }
    match feedback.comment.as_deref().map(str::trim_end) {
        Some(comment) if !comment.is_empty() => {
            let part = head(comment, COMMENT_BYTES);
            let mut comment_lines = wrap::plain(&crate::app::text::block(part), cells);
            if comment_lines.len() > COMMENT_LINES || part.len() < comment.len() {
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

/// Which agent and message it speaks of, where it names one. Stored text.
#[must_use]
pub fn about(feedback: &Feedback) -> Option<String> {
    match (&feedback.agent_id, feedback.message_id) {
        (Some(agent), Some(message)) => Some(format!("{agent}, message {message}")),
        (Some(agent), None) => Some(agent.clone()),
        (None, Some(message)) => Some(format!("message {message}")),
        (None, None) => None,
    }
}

/// How many rows a feedback takes.
#[must_use]
pub fn height(feedback: &Feedback, width: u16) -> usize {
    lines(feedback, width).len() + usize::from(about(feedback).is_some())
}

/// The start of a text, at most so many bytes.
#[must_use]
pub fn head(text: &str, bytes: usize) -> &str {
    &text[..text.floor_char_boundary(bytes)]
}

impl FeedbackPane {
    /// The inner size of the pane (without border): comments wrap to it.
    pub fn resize(&mut self, inner: Size) {
        self.size = inner;
    }

    /// Moves or copies. `page` is the pane's inner height. `None`: not for this pane.
    pub fn on_action(&mut self, action: Action, conversation: &ConversationState, page: u16) -> Option<Vec<Effect>> {
        self.take(action, conversation.session(), page)
    }

    /// Click on an inner row.
    pub fn click(&mut self, y: u16, conversation: &ConversationState) {
        self.select(y, conversation.session());
    }

    /// Scrolls by lines; negative is up.
    pub fn scroll(&mut self, lines: i32, conversation: &ConversationState, page: u16) {
        self.scroll_items(lines, conversation.session(), page);
    }

    /// Position in the stored array of the selected feedback.
    #[must_use]
    pub fn position(&self, conversation: &ConversationState) -> Option<usize> {
        self.position_in(conversation.session())
    }

    /// [`Self::on_action`] on a given session.
    pub fn take(&mut self, action: Action, session: Option<&Session>, page: u16) -> Option<Vec<Effect>> {
        let shown = newest_first(session);
        if let Some(selected) = list::moved(action, self.selected, shown.len(), usize::from(page).div_ceil(2)) {
            self.selected = selected;
            self.keep_in_view(&shown, page);
            return Some(Vec::new());
        }
        match action {
            Action::Copy => {
                let (_, feedback) = shown.get(self.selected.min(shown.len().saturating_sub(1)))?;
                Some(vec![match &feedback.comment {
                    Some(comment) if !comment.is_empty() => Effect::Copy(comment.clone()),
                    _ => Effect::Say("nothing to copy: the feedback has no comment".into()),
                }])
            }
            _ => None,
        }
    }

    /// [`Self::click`] on a given session.
    pub fn select(&mut self, y: u16, session: Option<&Session>) {
        let shown = newest_first(session);
        let mut left = usize::from(y);
        for (i, (_, feedback)) in shown.iter().enumerate().skip(self.top) {
            let rows = height(feedback, self.width());
            if left < rows {
                self.selected = i;
                return;
            }
            left -= rows;
        }
    }

    /// [`Self::scroll`] on a given session: by feedbacks, since their lines belong together.
    pub fn scroll_items(&mut self, lines: i32, session: Option<&Session>, page: u16) {
        let shown = newest_first(session);
        let last = shown.len().saturating_sub(1);
        self.selected = list::shifted(self.selected.min(last), lines.signum()).min(last);
        self.keep_in_view(&shown, page);
    }

    /// [`Self::position`] in a given session.
    #[must_use]
    pub fn position_in(&self, session: Option<&Session>) -> Option<usize> {
        let shown = newest_first(session);
        shown.get(self.selected.min(shown.len().saturating_sub(1))).map(|(position, _)| *position)
    }

    fn keep_in_view(&mut self, shown: &[(usize, &Feedback)], page: u16) {
        if shown.is_empty() {
            self.top = 0;
            return;
        }
        let width = self.width();
        self.top = list::top_for_tall(self.top, self.selected, page.into(), |i| height(shown[i].1, width));
    }

    /// The inner width, or that of a side pane before it was told.
    fn width(&self) -> u16 {
        if self.size.width == 0 { 30 } else { self.size.width }
    }
}
