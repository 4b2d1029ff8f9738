//! A table, drawn with box lines; its cells are wrapped where it is too wide, and stand below one another where even
//! that does not fit.

use pulldown_cmark::Alignment;
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

use crate::app::tui::render::Look;
use crate::app::tui::render::wrap::{Margin, StyledRun, wrap};

/// The narrowest column that is still worth drawing.
const NARROWEST: usize = 3;
/// Rows beyond these are counted, not drawn.
const MOST_ROWS: usize = 500;

type TableCell = Vec<StyledRun>;

/// A table as it is read.
#[derive(Debug)]
pub struct MarkdownTable {
    alignments: Vec<Alignment>,
    rows: Vec<Vec<TableCell>>,
    row: Vec<TableCell>,
}

impl MarkdownTable {
    /// An empty one.
    #[must_use]
    pub fn new(alignments: Vec<Alignment>) -> Self {
        Self { alignments, rows: Vec::new(), row: Vec::new() }
    }

    /// Adds a cell to the current row.
    pub fn push_cell(&mut self, cell: Vec<StyledRun>) {
        self.row.push(cell);
    }

    /// Ends the current row; the first is the head.
    pub fn end_row(&mut self) {
        self.rows.push(std::mem::take(&mut self.row));
    }

    /// Its lines, at most `width` cells wide.
    #[must_use]
    pub fn draw(&self, width: usize, look: &Look) -> Vec<Line<'static>> {
        let Some(widths) = self.widths(width) else { return self.stacked(width, look) };
        let rule = |from: usize| {
            let corners = &look.marks.corners[from..from + 3];
            let bars: Vec<String> = widths.iter().map(|width| look.marks.horizontal.repeat(width + 2)).collect();
            let line = format!("{}{}{}", corners[0], bars.join(corners[1]), corners[2]);
            Line::from(Span::styled(line, look.theme.dim))
        };
        let mut lines = vec![rule(0)];
        for (at, row) in self.rows.iter().take(MOST_ROWS).enumerate() {
            lines.extend(self.row(row, &widths, at == 0, look));
            if at == 0 && self.rows.len() > 1 {
                lines.push(rule(3));
            }
        }
        lines.push(rule(6));
        if self.rows.len() > MOST_ROWS {
            let more = format!("{} {} rows more", look.marks.ellipsis, self.rows.len() - MOST_ROWS);
            lines.push(Line::from(Span::styled(more, look.theme.dim)));
        }
        lines
    }

    /// Widths of the columns; `None` where they cannot all be had.
    fn widths(&self, width: usize) -> Option<Vec<usize>> {
        let columns = self.alignments.len();
        let room = width.checked_sub(columns * 3 + 1)?;
        let mut wanted = vec![1; columns];
        for row in self.rows.iter().take(MOST_ROWS) {
            for (column, cell) in row.iter().enumerate().take(columns) {
                wanted[column] = wanted[column].max(natural(cell));
            }
        }
        while wanted.iter().sum::<usize>() > room {
            let widest = wanted.iter().copied().max()?;
            if widest <= NARROWEST {
                return None;
            }
            // Down to the second widest at once, shared by all that are as wide.
            let next = wanted.iter().copied().filter(|width| *width < widest).max().unwrap_or(NARROWEST).max(NARROWEST);
            let alike = wanted.iter().filter(|width| **width == widest).count();
            let excess = wanted.iter().sum::<usize>() - room;
            let less = (widest - next).min(excess.div_ceil(alike)).max(1);
            for width in wanted.iter_mut().filter(|width| **width == widest) {
                *width -= less;
            }
        }
        Some(wanted)
    }

    fn row(&self, row: &[TableCell], widths: &[usize], head: bool, look: &Look) -> Vec<Line<'static>> {
        let empty = Vec::new();
        let cells: Vec<Vec<Line<'static>>> = widths
            .iter()
            .enumerate()
            .map(|(column, width)| wrap(row.get(column).unwrap_or(&empty), *width, &Margin::default()))
            .collect();
        let height = cells.iter().map(Vec::len).max().unwrap_or(1);
        let bar = |text: String| Span::styled(text, look.theme.dim);
        (0..height)
            .map(|at| {
                let mut spans = vec![bar(format!("{} ", look.marks.vertical))];
                for (column, width) in widths.iter().enumerate() {
                    let line = cells[column].get(at).cloned().unwrap_or_default();
                    let free = width.saturating_sub(line.width());
                    let left = match self.alignments[column] {
                        Alignment::Right => free,
                        Alignment::Center => free / 2,
                        Alignment::None | Alignment::Left => 0,
                    };
                    spans.push(Span::raw(" ".repeat(left)));
                    let style = look.theme.title;
                    spans.extend(line.spans.into_iter().map(|span| if head { span.patch_style(style) } else { span }));
                    spans.push(Span::raw(" ".repeat(free - left)));
                    let last = column + 1 == widths.len();
                    spans.push(bar(format!(" {}{}", look.marks.vertical, if last { "" } else { " " })));
                }
                Line::from(spans)
            })
            .collect()
    }

    /// Each row as lines of `head: cell`.
    fn stacked(&self, width: usize, look: &Look) -> Vec<Line<'static>> {
        let Some((head, rows)) = self.rows.split_first() else { return Vec::new() };
        let mut lines = Vec::new();
        for row in rows.iter().take(MOST_ROWS) {
            for (name, cell) in head.iter().zip(row) {
                let mut runs: Vec<StyledRun> = name
                    .iter()
                    .map(|run| StyledRun::new(run.text.clone(), run.style.patch(look.theme.title)))
                    .collect();
                runs.push(StyledRun::new(": ", look.theme.dim));
                runs.extend(cell.iter().cloned());
                lines.extend(wrap(&runs, width, &Margin::default()));
            }
            lines.push(Line::from(Span::styled(look.marks.rule.repeat(width.min(8)), look.theme.dim)));
        }
        lines
    }
}

fn natural(cell: &TableCell) -> usize {
    cell.iter().map(|run| run.text.width()).sum()
}
