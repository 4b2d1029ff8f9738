//! What a block stands in: quotations and lists, and the bars and bullets they draw at its left.

use ratatui::text::{Line, Span};

use crate::app::tui::render::wrap::Margin;
use crate::app::tui::render::{Look, format};

/// Deeper nesting than this is drawn at this depth.
const DEEPEST: usize = 8;

enum Frame {
    Quote,
    /// The next number, where it is numbered.
    List(Option<u64>),
    /// Its bullet, and whether it was drawn.
    Item {
        bullet: String,
        drawn: bool,
    },
}

/// From the outermost to the innermost.
#[derive(Default)]
pub(super) struct Frames(Vec<Frame>);

impl Frames {
    pub fn begin_quote(&mut self) {
        self.0.push(Frame::Quote);
    }

    pub fn begin_list(&mut self, start: Option<u64>) {
        self.0.push(Frame::List(start));
    }

    pub fn begin_item(&mut self, mark: &str) {
        let bullet = match self.0.last_mut() {
            Some(Frame::List(Some(number))) => {
                let bullet = format!("{number}. ");
                *number = number.saturating_add(1);
                bullet
            }
            _ => format!("{mark} "),
        };
        self.0.push(Frame::Item { bullet, drawn: false });
    }

    /// Leaves the innermost.
    pub fn end(&mut self) {
        self.0.pop();
    }

    pub fn in_list(&self) -> bool {
        self.0.iter().any(|frame| matches!(frame, Frame::List(_)))
    }

    /// Whether the innermost item has not drawn its bullet.
    pub fn bullet_waits(&self) -> bool {
        matches!(self.0.last(), Some(Frame::Item { drawn: false, .. }))
    }

    /// The bars and bullets left of a block, at most half of the width; `draw` uses up the bullet of a new item.
    pub fn margin(&mut self, draw: bool, width: usize, look: &Look) -> Margin {
        let mut margin = Margin::default();
        for frame in self.0.iter_mut().take(DEEPEST) {
            match frame {
                Frame::Quote => {
                    let bar = Span::styled(format!("{} ", look.marks.quote), look.theme.dim);
                    margin.first.push(bar.clone());
                    margin.rest.push(bar);
                }
                Frame::List(_) => {}
                Frame::Item { bullet, drawn } => {
                    let blank = Span::raw(" ".repeat(format::width(bullet)));
                    let waits = draw && !*drawn;
                    let shown = if waits { Span::styled(bullet.clone(), look.theme.dim) } else { blank.clone() };
                    *drawn |= draw;
                    margin.first.push(shown);
                    margin.rest.push(blank);
                }
            }
        }
        while Line::from(margin.rest.clone()).width() > width / 2 {
            margin.first.pop();
            margin.rest.pop();
        }
        margin
    }
}
