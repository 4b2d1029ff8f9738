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

    /// The lines, cut to the terminal's width where there is one. Columns are never narrower than `at_least`, which keeps
    /// the next page in line with this one; it is updated.
    pub fn lines(&self, terminal: Option<usize>, at_least: &mut Vec<usize>, header: bool) -> Vec<String> {
        at_least.resize(self.columns.len(), 0);
        let widths = self.widths(terminal, at_least);
        at_least.clone_from(&widths);
        let names = self.columns.iter().map(|(name, _)| name.clone()).collect();
        let header = header.then_some(&names);
        header.into_iter().chain(&self.rows).map(|cells| self.line(cells, &widths)).collect()
    }

    fn widths(&self, terminal: Option<usize>, at_least: &[usize]) -> Vec<usize> {
        let mut widths: Vec<usize> = self
            .columns
            .iter()
            .enumerate()
            .map(|(i, (name, _))| {
                let cells = self.rows.iter().filter_map(|row| row.get(i)).map(|cell| width(cell));
                cells.chain([width(name), at_least[i]]).max().unwrap_or(0)
            })
            .collect();
        let Some(terminal) = terminal else { return widths };
        while widths.iter().sum::<usize>() + GAP * widths.len().saturating_sub(1) > terminal {
            let flexible = self.columns.iter().enumerate().filter(|(_, (_, side))| *side == Side::Flexible);
            let widest = flexible.map(|(i, _)| i).max_by_key(|i| widths[*i]).filter(|i| widths[*i] > NARROWEST);
            let Some(widest) = widest else { break };
            widths[widest] -= 1;
        }
        widths
    }

    fn line(&self, cells: &[String], widths: &[usize]) -> String {
        let mut out = String::new();
        for (((_, side), cell), cells) in self.columns.iter().zip(cells).zip(widths) {
            let cell = fit(cell, *cells, marks(Symbols::Unicode));
            let padding = " ".repeat(cells - width(&cell));
            let gap = if out.is_empty() { 0 } else { GAP };
            out.push_str(&" ".repeat(gap));
            match side {
                Side::Right => out.extend([padding.as_str(), cell.as_str()]),
                Side::Left | Side::Flexible => out.extend([cell.as_str(), padding.as_str()]),
            }
        }
        out.truncate(out.trim_end().len());
        out
    }
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
}
