//! Where the reader is: a cursor line, and the row of the view it stands on. Everything is counted from the cursor, so
//! that nothing moves under the reader when messages arrive above or below, and no step looks further than a screen.

use std::ops::Range;

/// The messages as a sheet of lines. A message may have no line at all.
pub(super) trait Sheet {
    /// How many messages.
    fn len(&self) -> usize;
    /// How many lines the message has.
    fn height(&mut self, pos: usize) -> usize;
    /// Whether the cursor may walk into it.
    fn is_loaded(&self, pos: usize) -> bool;
    /// Its lines that the cursor may stand on: not the blank one and the rules above it. Empty where there is none.
    fn body(&mut self, pos: usize) -> Range<usize>;
}

/// Cursor and view.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct ViewPlace {
    /// The message of the cursor.
    pub pos: usize,
    /// The cursor's line in it.
    pub line: usize,
    /// The cursor's row in the view.
    pub row: usize,
}

/// How the reader stands to the end of what is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct EndStand {
    /// The cursor is on the last message, whose end is in view.
    on_last: bool,
    /// It is on the last line of it.
    on_line: bool,
}

impl EndStand {
    /// Where nothing is shown yet.
    pub const OPENING: Self = Self { on_last: true, on_line: true };

    /// Of a reader there.
    pub fn of(place: ViewPlace, sheet: &mut impl Sheet, view: usize) -> Self {
        let mut last = ViewPlace { pos: usize::MAX, line: usize::MAX, ..place };
        last.settle(sheet, view);
        let on_last = last.pos == place.pos && place.sees_end(sheet, view);
        Self { on_last, on_line: on_last && last.line == place.line }
    }

    /// Whether the end is shown once something was read or told. Where there is more, from the last message on; else only from its last
    /// line, so that nobody is taken off the line that he stands on.
    pub fn is_followed(self, grew: bool) -> bool {
        if grew { self.on_last } else { self.on_line }
    }
}

/// Rows kept between the cursor and the edge of the view while there is more to see.
fn margin(view: usize) -> usize {
    (view.saturating_sub(1) / 4).min(3)
}

/// The line after one.
pub(super) fn next(sheet: &mut impl Sheet, (pos, line): (usize, usize)) -> Option<(usize, usize)> {
    if line + 1 < sheet.height(pos) {
        return Some((pos, line + 1));
    }
    (pos + 1..sheet.len()).find(|pos| sheet.height(*pos) > 0).map(|pos| (pos, 0))
}

/// The line before one.
pub(super) fn previous(sheet: &mut impl Sheet, (pos, line): (usize, usize)) -> Option<(usize, usize)> {
    if line > 0 {
        return Some((pos, line - 1));
    }
    let pos = (0..pos).rev().find(|pos| sheet.height(*pos) > 0)?;
    Some((pos, sheet.height(pos) - 1))
}

impl ViewPlace {
    /// The last line of all, on the last row.
    pub fn end(sheet: &impl Sheet, view: usize) -> Self {
        Self { pos: sheet.len().saturating_sub(1), line: usize::MAX, row: view.saturating_sub(1) }
    }

    fn cursor(&self) -> (usize, usize) {
        (self.pos, self.line)
    }

    /// Brings the cursor onto a line that there is, and the view where it shows as much as it can.
    pub fn settle(&mut self, sheet: &mut impl Sheet, view: usize) {
        if sheet.len() == 0 || view == 0 {
            *self = Self::default();
            return;
        }
        self.pos = self.pos.min(sheet.len() - 1);
        if sheet.body(self.pos).is_empty() {
            let mut others = (0..self.pos).rev().chain(self.pos + 1..sheet.len());
            if let Some(other) = others.find(|pos| !sheet.body(*pos).is_empty()) {
                self.line = if other < self.pos { usize::MAX } else { 0 };
                self.pos = other;
            }
        }
        let body = sheet.body(self.pos);
        let line = self.line.min(body.end.saturating_sub(1)).max(body.start);
        self.row += line.saturating_sub(self.line);
        self.line = line;
        let above = self.above(sheet, view - 1);
        self.row = self.row.min(view - 1).min(above);
        let below = self.below(sheet, view - 1 - self.row);
        self.row = self.row.max((view - 1 - below).min(above));
    }

    /// Lines before the cursor, counted up to `most`.
    fn above(&self, sheet: &mut impl Sheet, most: usize) -> usize {
        let mut at = self.cursor();
        (0..most).take_while(|_| previous(sheet, at).map(|before| at = before).is_some()).count()
    }

    /// Lines after the cursor, counted up to `most`.
    fn below(&self, sheet: &mut impl Sheet, most: usize) -> usize {
        let mut at = self.cursor();
        (0..most).take_while(|_| next(sheet, at).map(|after| at = after).is_some()).count()
    }

    /// Whether the last line is in view.
    pub fn sees_end(&self, sheet: &mut impl Sheet, view: usize) -> bool {
        let rest = view.saturating_sub(self.row);
        self.below(sheet, rest) < rest.max(1)
    }

    /// The first line in view.
    pub fn top(&self, sheet: &mut impl Sheet) -> (usize, usize) {
        let mut at = self.cursor();
        for _ in 0..self.row {
            at = previous(sheet, at).unwrap_or(at);
        }
        at
    }

    /// Walks the cursor by lines, but not into what is not loaded, and on over lines it may not stand on. Says how far
    /// it came.
    fn walk(&mut self, sheet: &mut impl Sheet, lines: isize) -> usize {
        let mut walked = 0;
        let mut stood = (self.cursor(), 0);
        while walked < lines.unsigned_abs() || !sheet.body(self.pos).contains(&self.line) {
            let step = if lines < 0 { previous(sheet, self.cursor()) } else { next(sheet, self.cursor()) };
            match step {
                Some((pos, line)) if pos == self.pos || sheet.is_loaded(pos) || !sheet.is_loaded(self.pos) => {
                    (self.pos, self.line) = (pos, line);
                    walked += 1;
                }
                _ => {
                    ((self.pos, self.line), walked) = stood;
                    return walked;
                }
            }
            if sheet.body(self.pos).contains(&self.line) {
                stood = (self.cursor(), walked);
            }
        }
        walked
    }

    /// Moves the cursor; the view follows when it comes near an edge.
    pub fn step(&mut self, sheet: &mut impl Sheet, view: usize, lines: isize) {
        let walked = self.walk(sheet, lines);
        let edge = margin(view);
        self.row = if lines < 0 { self.row.saturating_sub(walked) } else { self.row + walked };
        self.row = self.row.clamp(edge, view.saturating_sub(1 + edge).max(edge));
        self.settle(sheet, view);
    }

    /// Moves cursor and view together.
    pub fn page(&mut self, sheet: &mut impl Sheet, view: usize, lines: isize) {
        self.walk(sheet, lines);
        self.settle(sheet, view);
    }

    /// Moves the view; the cursor stays on its line until the edge takes it along.
    pub fn scroll(&mut self, sheet: &mut impl Sheet, view: usize, lines: isize) {
        let edge = margin(view);
        let far = lines.unsigned_abs();
        if lines < 0 {
            let far = self.above(sheet, self.row + far).saturating_sub(self.row);
            let lowest = view.saturating_sub(1 + edge);
            let row = self.row + far;
            let over = row.saturating_sub(lowest.max(self.row));
            let walked = self.walk(sheet, -(over as isize));
            self.row = row.saturating_sub(walked);
        } else {
            let rest = view.saturating_sub(self.row + 1);
            let far = self.below(sheet, rest + far).saturating_sub(rest);
            let under = (edge.min(self.row) + far).saturating_sub(self.row);
            let walked = self.walk(sheet, under as isize);
            self.row = (self.row + walked).saturating_sub(far);
            // At the end of what there is to see, the cursor goes on to its last line, so that what comes is followed.
            self.row += self.walk(sheet, lines.saturating_sub_unsigned(far));
        }
        self.settle(sheet, view);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    struct Plain(Vec<(usize, bool)>);

    impl Sheet for Plain {
        fn len(&self) -> usize {
            self.0.len()
        }
        fn height(&mut self, pos: usize) -> usize {
            self.0[pos].0
        }
        fn is_loaded(&self, pos: usize) -> bool {
            self.0[pos].1
        }
        fn body(&mut self, pos: usize) -> Range<usize> {
            let (height, _) = self.0[pos];
            usize::from(height > 1)..height
        }
    }

    fn sheet(heights: &[usize]) -> Plain {
        Plain(heights.iter().map(|height| (*height, true)).collect())
    }

    fn end(sheet: &mut Plain, view: usize) -> ViewPlace {
        let mut place = ViewPlace::end(sheet, view);
        place.settle(sheet, view);
        place
    }

    #[test]
    fn the_end_stands_at_the_bottom() {
        let mut sheet = sheet(&[5, 5, 0]);
        let place = end(&mut sheet, 4);
        assert_eq!(place, ViewPlace { pos: 1, line: 4, row: 3 });
        assert_eq!(place.top(&mut sheet), (1, 1));
        assert!(place.sees_end(&mut sheet, 4));
    }

    #[test]
    fn a_short_conversation_stands_at_the_top() {
        let mut sheet = sheet(&[2, 1]);
        let place = end(&mut sheet, 10);
        assert_eq!(place, ViewPlace { pos: 1, line: 0, row: 2 });
        assert_eq!(place.top(&mut sheet), (0, 0));
    }

    #[test]
    fn the_view_follows_the_cursor_near_its_edge() {
        let mut sheet = sheet(&[10, 10]);
        let mut place = end(&mut sheet, 9);
        for _ in 0..6 {
            place.step(&mut sheet, 9, -1);
        }
        assert_eq!(place, ViewPlace { pos: 1, line: 3, row: 2 });
        place.step(&mut sheet, 9, -1);
        assert_eq!(place, ViewPlace { pos: 1, line: 2, row: 2 });
        assert_eq!(place.top(&mut sheet), (1, 0));
    }

    #[test]
    fn the_wheel_takes_the_cursor_along_at_the_edge() {
        let mut sheet = sheet(&[10, 10]);
        let mut place = end(&mut sheet, 9);
        place.scroll(&mut sheet, 9, -3);
        assert_eq!(place.top(&mut sheet), (0, 8));
        assert_eq!((place.pos, place.line), (1, 6));
        place.scroll(&mut sheet, 9, 100);
        assert!(place.sees_end(&mut sheet, 9));
        place.scroll(&mut sheet, 9, 3);
        assert_eq!(place.top(&mut sheet), (1, 1));
    }

    #[test]
    fn the_cursor_waits_before_what_is_not_loaded() {
        let mut sheet = Plain(vec![(1, false), (1, false), (3, true)]);
        let mut place = end(&mut sheet, 4);
        place.step(&mut sheet, 4, -9);
        assert_eq!((place.pos, place.line), (2, 1));
        sheet.0[1] = (7, true);
        place.settle(&mut sheet, 4);
        assert_eq!((place.pos, place.line), (2, 1));
    }

    proptest! {
        #[test]
        fn the_cursor_is_always_in_view_and_the_view_is_full(
            heights in prop::collection::vec((0usize..6, any::<bool>()), 1..20),
            view in 1usize..12,
            moves in prop::collection::vec((0u8..3, -20isize..20), 0..30),
        ) {
            let lines: usize = heights.iter().map(|(height, _)| height).sum();
            prop_assume!(lines > 0);
            let mut sheet = Plain(heights);
            let mut place = end(&mut sheet, view);
            for (kind, far) in moves {
                match kind {
                    0 => place.step(&mut sheet, view, far),
                    1 => place.page(&mut sheet, view, far),
                    _ => place.scroll(&mut sheet, view, far),
                }
                prop_assert!(place.row < view && place.line < sheet.height(place.pos));
                let mut at = place.top(&mut sheet);
                let mut shown = 1;
                while let Some(after) = next(&mut sheet, at) {
                    at = after;
                    shown += 1;
                }
                prop_assert!(shown >= view.min(lines), "{place:?}");
            }
        }
    }
}
