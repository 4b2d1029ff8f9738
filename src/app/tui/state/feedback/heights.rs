//! How many rows feedbacks take, as it was counted last: a comment is wrapped once for a width, not for every key.

use std::collections::VecDeque;

use super::{comment, head, height};
use crate::{
    app::{text, tui::render::format},
    session::{Feedback, Rating},
};

/// Bytes of a comment that its cells are counted of.
const COUNTED: usize = 200;

/// What was counted of feedbacks, for panes of an inner width.
#[derive(Debug, Default)]
pub struct FeedbackHeights {
    width: u16,
    held: VecDeque<MeasuredFeedback>,
    /// Feedbacks that were counted, each as often as it was.
    #[cfg(test)]
    pub counted: usize,
}

/// What was counted of a feedback, and all that it goes by.
#[derive(Debug)]
struct MeasuredFeedback {
    rating: Rating,
    comment: Option<(String, bool)>,
    about: (Option<String>, Option<i64>),
    cells: usize,
    rows: usize,
}

impl MeasuredFeedback {
    fn new(of: &Feedback, width: u16) -> Self {
        let said = comment(of);
        Self {
            rating: of.rating.clone(),
            comment: said.map(|(part, more)| (part.to_owned(), more)),
            about: (of.agent_id.clone(), of.message_id),
            cells: said.map_or(0, |(part, _)| format::width(&text::line(head(part, COUNTED)))),
            rows: height(of, width),
        }
    }

    fn is_of(&self, feedback: &Feedback) -> bool {
        self.comment.as_ref().map(|(part, more)| (part.as_str(), *more)) == comment(feedback)
            && self.rating == feedback.rating
            && (&self.about.0, self.about.1) == (&feedback.agent_id, feedback.message_id)
    }
}

impl FeedbackHeights {
    /// Counts those that were not counted yet as they are. The cells of the longest comment, and the rows of all of them.
    pub fn measure<'a>(&mut self, given: impl Iterator<Item = &'a Feedback>, width: u16) -> (usize, usize) {
        let mut before = std::mem::take(&mut self.held);
        if self.width != width {
            before.clear();
            self.width = width;
        }
        for feedback in given {
            let held = before.iter().position(|held| held.is_of(feedback)).and_then(|at| before.remove(at));
            #[cfg(test)]
            {
                self.counted += usize::from(held.is_none());
            }
            self.held.push_back(held.unwrap_or_else(|| MeasuredFeedback::new(feedback, width)));
        }
        let cells = self.held.iter().map(|held| held.cells).max().unwrap_or(0);
        (cells, self.held.iter().map(|held| held.rows).sum())
    }
}
