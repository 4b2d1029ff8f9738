//! The columns of the fleet that there is room for: one geometry for drawing and for the mouse.

use crate::app::{
    fleet::{FleetColumn, FleetRow, SPARK},
    text,
    tui::render::format,
};

/// What a column shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FleetPart {
    /// What can be sorted by.
    Column(FleetColumn),
    /// Tokens over the last minutes.
    Spark,
}

/// A column with its width in cells; one more stands before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FleetCell {
    /// What it shows.
    pub part: FleetPart,
    /// Its width.
    pub width: usize,
}

/// As they stand from left to right.
const PARTS: [FleetPart; 11] = [
    FleetPart::Column(FleetColumn::State),
    FleetPart::Column(FleetColumn::Session),
    FleetPart::Column(FleetColumn::Application),
    FleetPart::Column(FleetColumn::Model),
    FleetPart::Column(FleetColumn::Tokens),
    FleetPart::Spark,
    FleetPart::Column(FleetColumn::Context),
    FleetPart::Column(FleetColumn::Slowest),
    FleetPart::Column(FleetColumn::Errors),
    FleetPart::Column(FleetColumn::Changed),
    FleetPart::Column(FleetColumn::Words),
];

/// The first ones are those for which room is found first.
const WANTED: [FleetPart; 11] = [
    FleetPart::Column(FleetColumn::Session),
    FleetPart::Column(FleetColumn::State),
    FleetPart::Column(FleetColumn::Tokens),
    FleetPart::Column(FleetColumn::Changed),
    FleetPart::Spark,
    FleetPart::Column(FleetColumn::Errors),
    FleetPart::Column(FleetColumn::Application),
    FleetPart::Column(FleetColumn::Context),
    FleetPart::Column(FleetColumn::Slowest),
    FleetPart::Column(FleetColumn::Words),
    FleetPart::Column(FleetColumn::Model),
];

/// A name is cut to no less before another column is left out, and is no wider than this.
const NAME: (usize, usize) = (14, 36);
const APPLICATION: (usize, usize) = (14, 24);
const MODEL: (usize, usize) = (18, 32);

/// Of the last words so many cells are shown at least, and so many before a name takes more than it needs at least.
const WORDS: (usize, usize) = (16, 40);

impl FleetPart {
    /// What stands above it.
    #[must_use]
    pub fn heading(self) -> &'static str {
        match self {
            Self::Column(FleetColumn::State) => "  STATE",
            Self::Column(FleetColumn::Session) => "SESSION",
            Self::Column(FleetColumn::Application) => "APP",
            Self::Column(FleetColumn::Model) => "MODEL",
            Self::Column(FleetColumn::Tokens) => "TOK/M",
            Self::Column(FleetColumn::Context) => "CTX",
            Self::Column(FleetColumn::Slowest) => "SLOWEST",
            Self::Column(FleetColumn::Errors) => "ERR",
            Self::Column(FleetColumn::Changed) => "AGE",
            Self::Column(FleetColumn::Words) => "LAST WORDS",
            // As long as its stretches are together.
            Self::Spark => "5 MIN",
        }
    }

    /// Whether its values stand at the right.
    #[must_use]
    pub fn is_number(self) -> bool {
        matches!(
            self,
            Self::Column(
                FleetColumn::Tokens
                    | FleetColumn::Context
                    | FleetColumn::Slowest
                    | FleetColumn::Errors
                    | FleetColumn::Changed
            )
        )
    }

    /// Cells of the longest of its names; 0 where it holds none.
    fn longest(self, rows: &[FleetRow]) -> usize {
        let name = |row: &FleetRow| -> Option<usize> {
            let name = match self {
                Self::Column(FleetColumn::Session) => Some(row.name.as_str()),
                Self::Column(FleetColumn::Application) => row.application.as_deref(),
                Self::Column(FleetColumn::Model) => row.model.as_deref(),
                _ => None,
            };
            name.map(|name| format::width(&text::line(name)))
        };
        rows.iter().filter_map(name).max().unwrap_or(0)
    }

    /// The least that it needs.
    fn least(self, rows: &[FleetRow]) -> usize {
        match self {
            Self::Column(FleetColumn::State) => 9,
            Self::Column(FleetColumn::Session) => self.longest(rows).clamp(7, NAME.0),
            Self::Column(FleetColumn::Application) => self.longest(rows).clamp(3, APPLICATION.0),
            Self::Column(FleetColumn::Model) => self.longest(rows).clamp(5, MODEL.0),
            Self::Column(FleetColumn::Tokens | FleetColumn::Context) => 6,
            Self::Column(FleetColumn::Changed) => 5,
            Self::Column(FleetColumn::Slowest) => 7,
            Self::Column(FleetColumn::Errors) => 4,
            Self::Column(FleetColumn::Words) => WORDS.0,
            Self::Spark => SPARK.0,
        }
    }
}

/// The columns for which there is room in so many cells; the one that is sorted by is among them.
#[must_use]
pub fn fit(rows: &[FleetRow], cells: usize, sorted: FleetColumn) -> Vec<FleetCell> {
    let sorted = FleetPart::Column(sorted);
    let others = WANTED.into_iter().skip(1).filter(|part| *part != sorted);
    let wanted = std::iter::once(WANTED[0]).chain((sorted != WANTED[0]).then_some(sorted)).chain(others);
    let mut left = cells;
    let mut chosen: Vec<FleetCell> = Vec::new();
    for part in wanted {
        let width = part.least(rows);
        if let Some(rest) = left.checked_sub(width + 1) {
            left = rest;
            chosen.push(FleetCell { part, width });
        } else if chosen.is_empty() {
            left = 0;
            chosen.push(FleetCell { part, width: cells.saturating_sub(1) });
        }
    }
    widen(&mut chosen, rows, left);
    let place = |cell: &FleetCell| PARTS.iter().position(|part| *part == cell.part);
    chosen.sort_by_key(place);
    chosen
}

/// What is left goes to the names of sessions, to the last words as far as they can be read, to the other names, as far as each
/// needs it, and then to the last words again.
fn widen(chosen: &mut [FleetCell], rows: &[FleetRow], mut left: usize) {
    let wider = [
        (FleetColumn::Session, NAME.1),
        (FleetColumn::Words, WORDS.1),
        (FleetColumn::Application, APPLICATION.1),
        (FleetColumn::Model, MODEL.1),
        (FleetColumn::Words, usize::MAX),
    ];
    for (column, most) in wider {
        let part = FleetPart::Column(column);
        let Some(cell) = chosen.iter_mut().find(|cell| cell.part == part) else { continue };
        let wanted = if column == FleetColumn::Words { most } else { part.longest(rows).min(most) };
        let more = wanted.saturating_sub(cell.width).min(left);
        cell.width += more;
        left -= more;
    }
}

/// The column at a cell, counted from the first one of the row.
#[must_use]
pub fn at(cells: &[FleetCell], x: usize) -> Option<FleetPart> {
    let mut end = 0;
    cells.iter().find_map(|cell| {
        end += cell.width + 1;
        (x < end).then_some(cell.part)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_take_no_more_than_there_is_and_the_sorted_one_is_seen() {
        for cells in 0..220 {
            for sorted in FleetColumn::ALL {
                let chosen = fit(&[], cells, sorted);
                let used: usize = chosen.iter().map(|cell| cell.width + 1).sum();
                assert!(used <= cells.max(1), "{used} of {cells}");
                let has = |part| chosen.iter().any(|cell| cell.part == part);
                assert!(has(FleetPart::Column(FleetColumn::Session)));
                assert!(cells < 38 || has(FleetPart::Column(sorted)), "{sorted:?} in {cells}");
                assert_eq!(at(&chosen, used), None);
            }
        }
        assert_eq!(fit(&[], 160, FleetColumn::Tokens).len(), PARTS.len());
    }

    #[test]
    fn a_cell_belongs_to_the_column_it_stands_in() {
        let chosen = fit(&[], 160, FleetColumn::Tokens);
        assert_eq!(at(&chosen, 0), Some(FleetPart::Column(FleetColumn::State)));
        assert_eq!(at(&chosen, 9), Some(FleetPart::Column(FleetColumn::State)));
        assert_eq!(at(&chosen, 10), Some(FleetPart::Column(FleetColumn::Session)));
        assert_eq!(at(&chosen, 159), Some(FleetPart::Column(FleetColumn::Words)));
    }
}
