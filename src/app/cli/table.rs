//! Aligned columns.

use crate::app::{
    config::Symbols,
    tui::render::{
        format::{fit, width},
        look::marks,
    },
};

/// Where a column's text stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    Left,
    Right,
    /// On the left, and cut first where the terminal is narrow.
    Flexible,
}

/// Rows of safe text under a header.
pub struct Table {
    columns: Vec<(String, Side)>,
    rows: Vec<Vec<String>>,
}

const GAP: usize = 2;
/// A column is not cut to less.
const NARROWEST: usize = 8;

impl Table {
    pub fn new(columns: impl IntoIterator<Item = (impl Into<String>, Side)>) -> Self {
        Self { columns: columns.into_iter().map(|(name, side)| (name.into(), side)).collect(), rows: Vec::new() }
    }

    pub fn row(&mut self, cells: Vec<String>) {
        self.rows.push(cells);
    }

    /// The lines, texts cut to the terminal's width where there is one. The columns are as wide as those `held`, or else as these rows need,
    /// which is held then: no later page moves a column under the heading. What is wider there pushes only what stands behind it in its
    /// own line, as far as there is no room left before that.
    pub fn lines(&self, terminal: Option<usize>, held: &mut Vec<usize>, header: bool) -> Vec<String> {
        if held.len() != self.columns.len() {
            *held = self.widths(terminal);
        }
        let widths: &[usize] = held;
        let spare = terminal.map(|terminal| terminal.saturating_sub(total(widths)));
        let names = self.columns.iter().map(|(name, _)| name.clone()).collect();
        let header = header.then_some(&names);
        header.into_iter().chain(&self.rows).map(|cells| self.line(cells, widths, spare)).collect()
    }

    fn widths(&self, terminal: Option<usize>) -> Vec<usize> {
        let mut widths: Vec<usize> = self
            .columns
            .iter()
            .enumerate()
            .map(|(i, (name, _))| {
                let cells = self.rows.iter().filter_map(|row| row.get(i)).map(|cell| width(cell));
                cells.chain([width(name)]).max().unwrap_or(0)
            })
            .collect();
        let Some(terminal) = terminal else { return widths };
        while total(&widths) > terminal {
            let flexible = self.columns.iter().enumerate().filter(|(_, (_, side))| *side == Side::Flexible);
            let widest = flexible.map(|(i, _)| i).max_by_key(|i| widths[*i]).filter(|i| widths[*i] > NARROWEST);
            let Some(widest) = widest else { break };
            widths[widest] -= 1;
        }
        widths
    }

    /// A line under the heading; `spare`: cells of the terminal that the columns leave.
    fn line(&self, cells: &[String], widths: &[usize], spare: Option<usize>) -> String {
        let mut out = String::new();
        // Where the text ends so far, and where the column begins.
        let (mut at, mut start, mut gap) = (0, 0, 0);
        for (((_, side), cell), cells) in self.columns.iter().zip(cells).zip(widths) {
            let (free, end) = (at + gap, start + cells);
            let from = match side {
                Side::Right => free.max(end.saturating_sub(width(cell))),
                Side::Left | Side::Flexible => free.max(start),
            };
            let most = spare.filter(|_| *side == Side::Flexible).map_or(usize::MAX, |spare| {
                let room = (end + spare).saturating_sub(from);
                room.max(NARROWEST.min(*cells))
            });
            let cell = fit(cell, most, marks(Symbols::Unicode));
            out.push_str(&" ".repeat(from - at));
            out.push_str(&cell);
            (at, start, gap) = (from + width(&cell), end + GAP, GAP);
        }
        out.truncate(out.trim_end().len());
        out
    }
}

/// Cells of columns with the gaps between them.
fn total(widths: &[usize]) -> usize {
    widths.iter().sum::<usize>() + GAP * widths.len().saturating_sub(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Table {
        let mut table = Table::new([("ID", Side::Flexible), ("N", Side::Right), ("WHAT", Side::Left)]);
        table.row(vec!["a-rather-long-name".into(), "7".into(), "x".into()]);
        table.row(vec!["漢字".into(), "1234".into(), "yes".into()]);
        table
    }

    #[test]
    fn columns_are_aligned_and_cut_to_the_terminal() {
        let full = table().lines(None, &mut Vec::new(), true).join("\n");
        let narrow = table().lines(Some(24), &mut Vec::new(), true);
        assert!(narrow.iter().all(|line| width(line) <= 24));
        insta::assert_snapshot!(format!("{full}\n\n{}", narrow.join("\n")));
    }

    #[test]
    fn the_next_page_stays_in_line() {
        let mut widths = Vec::new();
        table().lines(None, &mut widths, true);
        let mut next = Table::new([("ID", Side::Flexible), ("N", Side::Right), ("WHAT", Side::Left)]);
        next.row(vec!["b".into(), "1".into(), "z".into()]);
        assert_eq!(next.lines(None, &mut widths, false), ["b                      1  z"]);
    }

    #[test]
    fn a_wider_row_of_a_later_page_moves_only_itself() {
        let rows =
            [["an-even-much-longer-name", "1", "z"], ["b", "1", "z"], ["b", "1234567", "z"], ["b", "1", "zzzzzz"]];
        let next = || {
            let mut next = Table::new([("ID", Side::Flexible), ("N", Side::Right), ("WHAT", Side::Left)]);
            for row in rows {
                next.row(row.map(str::to_owned).into());
            }
            next
        };
        let mut widths = Vec::new();
        table().lines(None, &mut widths, true);
        let lines = next().lines(None, &mut widths, false);
        let says = [
            "an-even-much-longer-name  1  z",
            "b                      1  z",
            "b                1234567  z",
            "b                      1  zzzzzz",
        ];
        assert_eq!((&lines[..], widths), (&says.map(str::to_owned)[..], vec![18, 4, 4]));
        let mut widths = Vec::new();
        table().lines(Some(24), &mut widths, true);
        assert!(next().lines(Some(24), &mut widths, false)[..2].iter().all(|line| width(line) <= 24));
        assert!(next().lines(Some(24), &mut widths, false)[0].ends_with("1  z"));
    }
}
