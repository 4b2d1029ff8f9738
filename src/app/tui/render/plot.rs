//! Bars of a plot: which values stand in which bar, where each bar stands, how high it is, and the marks that draw it.
//!
//! Ratatui's `Chart` and `Canvas` join points and know nothing that is unknown: here a value that nobody tells is a gap, never 0, and
//! of several values that share a bar the highest is seen.

use std::ops::Range;

use super::look::Marks;

/// The widest bar, in cells.
const WIDEST: usize = 4;

/// How many dots a cell has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CellDots {
    /// Side by side.
    pub across: usize,
    /// One above the other.
    pub up: usize,
}

impl CellDots {
    /// Braille has 2 by 4 dots; the marks of ASCII tell three heights.
    #[must_use]
    pub fn of(marks: &Marks) -> Self {
        if marks.unicode { Self { across: 2, up: 4 } } else { Self { across: 1, up: 3 } }
    }
}

/// Which values stand in which bar, and where the bars stand: at the right, the newest last.
///
/// Every bar but the last stands for as many values as the others, counted from the first value, so that one more value changes the
/// last bar alone. For example 10 values on 4 columns: three a bar, `0..3 3..6 6..9 9..10`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bins {
    values: usize,
    /// Values of a bar.
    per: usize,
    /// Columns of dots of a bar, its gap included.
    width: usize,
    /// The first column of the first bar.
    start: usize,
    across: usize,
}

impl Bins {
    /// So many values on so many cells.
    #[must_use]
    pub fn new(values: usize, cells: usize, dots: CellDots) -> Self {
        let columns = cells.saturating_mul(dots.across).max(1);
        let per = values.div_ceil(columns).max(1);
        let count = values.div_ceil(per);
        let width = (columns / count.max(1)).clamp(1, WIDEST * dots.across);
        Self { values, per, width, start: columns.saturating_sub(width * count), across: dots.across }
    }

    /// How many bars.
    #[must_use]
    pub fn count(&self) -> usize {
        self.values.div_ceil(self.per)
    }

    /// How many values share a bar.
    #[must_use]
    pub fn per(&self) -> usize {
        self.per
    }

    /// The values of a bar.
    #[must_use]
    pub fn values(&self, bar: usize) -> Range<usize> {
        let from = bar.saturating_mul(self.per).min(self.values);
        from..from.saturating_add(self.per).min(self.values)
    }

    /// The bar of a value.
    #[must_use]
    pub fn of(&self, value: usize) -> usize {
        value / self.per
    }

    /// The cells in which a bar stands, its gap left out.
    #[must_use]
    pub fn cells(&self, bar: usize) -> Range<usize> {
        let from = self.start + bar * self.width;
        (from + self.gap()) / self.across..(from + self.width).div_ceil(self.across)
    }

    /// The bar nearest to a cell; `None` where there are no values.
    #[must_use]
    pub fn at(&self, cell: usize) -> Option<usize> {
        let column = (cell * self.across + self.across - 1).saturating_sub(self.start);
        Some((column / self.width).min(self.count().checked_sub(1)?))
    }

    /// Wide bars stand apart.
    fn gap(&self) -> usize {
        usize::from(self.width >= 3)
    }

    /// The bar that has dots in a column.
    fn in_column(&self, column: usize) -> Option<usize> {
        let column = column.checked_sub(self.start)?;
        let bar = column / self.width;
        (bar < self.count() && column % self.width >= self.gap()).then_some(bar)
    }
}

/// How many dots of so many a value takes, where the highest one takes all: at least one, so that a known 0 is seen.
#[must_use]
pub fn level(value: u64, highest: u64, dots: usize) -> usize {
    let share = (u128::from(value) * dots as u128).div_ceil(u128::from(highest.max(1)));
    usize::try_from(share).unwrap_or(dots).clamp(1, dots.max(1))
}

/// Bars on so many cells and lines, top to bottom, each line exactly that wide. `value` tells a bar's; `None` is a gap. So many dots
/// above the highest bar stay `free`.
#[must_use]
pub fn picture(
    bins: &Bins,
    value: impl Fn(usize) -> Option<u64>,
    highest: u64,
    (cells, lines): (usize, usize),
    free: usize,
    marks: &Marks,
) -> Vec<String> {
    let dots = CellDots::of(marks);
    let most = (lines * dots.up).saturating_sub(free);
    let heights: Vec<usize> =
        (0..bins.count()).map(|bar| value(bar).map_or(0, |value| level(value, highest, most))).collect();
    let height = |column: usize| bins.in_column(column).map_or(0, |bar| heights[bar]);
    (0..lines)
        .rev()
        .map(|line| {
            // What of a column stands in this line.
            let filled = |column: usize| height(column).saturating_sub(line * dots.up).min(dots.up);
            let cell = |cell: usize| {
                if marks.unicode { braille(filled(cell * 2), filled(cell * 2 + 1)) } else { PLAIN[filled(cell)] }
            };
            (0..cells).map(cell).collect()
        })
        .collect()
}

/// Of nothing up to a full cell.
const PLAIN: [char; 4] = [' ', '.', ':', '#'];

/// Dots of the left and of the right column of a cell, from the bottom.
fn braille(left: usize, right: usize) -> char {
    const LEFT: [u32; 5] = [0, 0x40, 0x44, 0x46, 0x47];
    const RIGHT: [u32; 5] = [0, 0x80, 0xa0, 0xb0, 0xb8];
    match LEFT[left] | RIGHT[right] {
        0 => ' ',
        dots => char::from_u32(0x2800 + dots).unwrap_or(' '),
    }
}

#[cfg(test)]
mod tests;
