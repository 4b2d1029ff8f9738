use proptest::prelude::*;

use super::*;
use crate::app::{config::Symbols, tui::render::look::marks};

const BRAILLE: CellDots = CellDots { across: 2, up: 4 };

fn drawn(values: &[Option<u64>], cells: usize, lines: usize, symbols: Symbols) -> Vec<String> {
    let marks = marks(symbols);
    let bins = Bins::new(values.len(), cells, CellDots::of(marks));
    let value = |bar: usize| bins.values(bar).filter_map(|at| values[at]).max();
    let highest = values.iter().flatten().max().copied().unwrap_or(0);
    picture(&bins, value, highest, (cells, lines), 0, marks)
}

#[test]
fn few_values_are_wide_bars_at_the_right_and_a_gap_is_unknown() {
    assert_eq!(drawn(&[Some(5)], 6, 1, Symbols::Ascii), ["   ###"]);
    assert_eq!(drawn(&[Some(6), None, Some(1)], 8, 2, Symbols::Ascii), ["  ##    ", "  ##  .."]);
    assert_eq!(drawn(&[Some(4), Some(0)], 4, 1, Symbols::Unicode), ["⢸⣿⢀⣀"]);
    assert_eq!(drawn(&[None, None], 4, 1, Symbols::Unicode), ["    "]);
    assert_eq!(drawn(&[], 4, 2, Symbols::Unicode), ["    ", "    "]);
}

#[test]
fn plots_one_above_the_other_do_not_touch() {
    for symbols in [Symbols::Unicode, Symbols::Ascii] {
        let marks = marks(symbols);
        let bins = Bins::new(3, 3, CellDots::of(marks));
        let shown = |free| picture(&bins, |bar| Some(bar as u64), 2, (3, 2), free, marks);
        let full = if symbols == Symbols::Unicode { '⣿' } else { '#' };
        assert!(shown(0)[0].ends_with(full), "{:?}", shown(0));
        assert!(!shown(1)[0].contains(full) && shown(1)[1].ends_with(full), "{:?}", shown(1));
        // A single line of a plot that is cut off still shows something.
        assert!(picture(&bins, |_| Some(1), 1, (3, 1), 99, marks)[0].chars().all(|c| c != ' '));
    }
}

#[test]
fn one_more_value_changes_the_last_bar_alone() {
    let before = Bins::new(1000, 20, BRAILLE);
    let after = Bins::new(1001, 20, BRAILLE);
    assert_eq!(before.per(), 25);
    assert_eq!((before.count(), after.count()), (40, 39), "then there are more in each");
    let (before, after) = (Bins::new(1001, 20, BRAILLE), Bins::new(1002, 20, BRAILLE));
    for bar in 0..before.count() - 1 {
        assert_eq!(before.values(bar), after.values(bar));
    }
}

#[test]
fn heights_do_not_overflow() {
    assert_eq!(level(u64::MAX, u64::MAX, 400), 400);
    assert_eq!(level(0, 0, 8), 1);
    assert_eq!(level(1, u64::MAX, 8), 1);
    assert_eq!(level(9, 3, 8), 8);
}

proptest! {
    #[test]
    fn every_value_has_its_bar_within_the_cells(
        values in 0usize..20_000, cells in 1usize..300, ascii: bool,
    ) {
        let dots = if ascii { CellDots { across: 1, up: 3 } } else { BRAILLE };
        let bins = Bins::new(values, cells, dots);
        prop_assert!(bins.count() <= cells * dots.across);
        let mut next = 0;
        for bar in 0..bins.count() {
            let of_bar = bins.values(bar);
            prop_assert_eq!(of_bar.start, next);
            prop_assert!(!of_bar.is_empty());
            for value in of_bar.clone() {
                prop_assert_eq!(bins.of(value), bar);
            }
            next = of_bar.end;
            let place = bins.cells(bar);
            prop_assert!(!place.is_empty() && place.end <= cells, "{place:?}");
            // A bar of a whole cell and more is found where it stands.
            if bins.per() == 1 && bins.width > dots.across {
                prop_assert_eq!(bins.at(place.end - 1).map(|at| at.abs_diff(bar) <= 1), Some(true));
            }
        }
        prop_assert_eq!(next, values);
        if values > 0 {
            prop_assert_eq!(bins.cells(bins.count() - 1).end, cells, "the newest at the right");
            for cell in 0..cells {
                prop_assert!(bins.at(cell).is_some_and(|bar| bar < bins.count()));
            }
        }
    }

    #[test]
    fn the_highest_value_is_always_seen_and_no_gap_is_filled(
        values in prop::collection::vec(prop::option::of(0u64..1_000_000), 1..3000), cells in 1usize..80, lines in 1usize..8,
        ascii: bool,
    ) {
        let symbols = if ascii { Symbols::Ascii } else { Symbols::Unicode };
        let shown = drawn(&values, cells, lines, symbols);
        prop_assert_eq!(shown.len(), lines);
        prop_assert!(shown.iter().all(|line| line.chars().count() == cells));
        let dots = CellDots::of(marks(symbols));
        let bins = Bins::new(values.len(), cells, dots);
        let highest = values.iter().flatten().max();
        for (at, value) in values.iter().enumerate() {
            if value.is_some() && value.as_ref() == highest {
                let place = bins.cells(bins.of(at));
                let top: Vec<char> = shown[0].chars().collect();
                prop_assert!(place.clone().any(|cell| top[cell] != ' '), "{place:?} in {:?}", shown[0]);
            }
        }
        if highest.is_none() {
            prop_assert!(shown.iter().all(|line| line.trim().is_empty()));
        }
    }
}
