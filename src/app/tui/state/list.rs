//! Lists: the selected row, held by its key so that rows which come or go do not move the selection to another; and the first row in
//! view. The same in every pane that is a list, in menus and in texts that scroll.

use crate::app::keymap::Action;

/// Rows that can be selected.
pub trait Rows {
    /// What tells a row from every other, whatever comes or goes.
    type Key: PartialEq;

    /// How many there are.
    fn count(&self) -> usize;

    /// The key of a row.
    fn key(&self, at: usize) -> Option<Self::Key>;

    /// Whether a row has that key, where that can be told for less than making its key.
    fn is(&self, at: usize, key: &Self::Key) -> bool {
        self.key(at).as_ref() == Some(key)
    }
}

/// Rows that stay as they are.
impl Rows for usize {
    type Key = usize;

    fn count(&self) -> usize {
        *self
    }

    fn key(&self, at: usize) -> Option<usize> {
        (at < *self).then_some(at)
    }
}

/// The selected row and the first one in view.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selection<K> {
    at: usize,
    top: usize,
    key: Option<K>,
}

impl<K> Default for Selection<K> {
    fn default() -> Self {
        Self { at: 0, top: 0, key: None }
    }
}

impl<K: PartialEq> Selection<K> {
    /// Position of the selected row among so many.
    #[must_use]
    pub fn at(&self, len: usize) -> usize {
        self.at.min(len.saturating_sub(1))
    }

    /// Position of the first row that was in view.
    #[must_use]
    pub fn first(&self) -> usize {
        self.top
    }

    /// Position of the first row in view, for so many rows in a view of so many.
    #[must_use]
    pub fn top(&self, len: usize, page: usize) -> usize {
        top_for(self.top, self.at, len, page)
    }

    /// The same for items of several lines each.
    #[must_use]
    pub fn top_tall(&self, len: usize, page: usize, height: impl Fn(usize) -> usize) -> usize {
        if len == 0 { 0 } else { top_for_tall(self.top, self.at(len), page, height) }
    }

    /// Selects a row, or the last one.
    pub fn select(&mut self, at: usize, rows: &impl Rows<Key = K>) {
        self.at = at.min(rows.count().saturating_sub(1));
        self.key = rows.key(self.at);
    }

    /// Finds the selected row again after rows came or went; where it is gone, the one in its place is selected.
    pub fn settle(&mut self, rows: &impl Rows<Key = K>) {
        let Some(key) = &self.key else { return self.select(self.at, rows) };
        if rows.is(self.at, key) {
            return;
        }
        let found = (0..rows.count()).find(|at| rows.is(*at, key));
        self.select(found.unwrap_or(self.at), rows);
    }

    /// The same where rows move by themselves: the selected one stays on its line of the view where it can. A view of the first
    /// rows goes on showing them, so that what comes there is seen.
    pub fn settle_in_place(&mut self, rows: &impl Rows<Key = K>, page: usize) {
        let line = self.at.saturating_sub(self.top);
        self.settle(rows);
        if self.top > 0 {
            self.top = self.at.saturating_sub(line);
        }
        self.show(rows.count(), page);
    }

    /// Moves. `false`: the action is not a movement.
    pub fn on_action(&mut self, action: Action, rows: &impl Rows<Key = K>, page: usize) -> bool {
        let Some(to) = moved(action, self.at, rows.count(), page) else { return false };
        self.select(to, rows);
        true
    }

    /// Brings the selected row into view.
    pub fn show(&mut self, len: usize, page: usize) {
        self.top = top_for(self.top, self.at, len, page);
    }

    /// The same for items of several lines each.
    pub fn show_tall(&mut self, len: usize, page: usize, height: impl Fn(usize) -> usize) {
        self.top = self.top_tall(len, page, height);
    }

    /// Scrolls by lines; negative is up. The selection moves only as far as it must to stay seen.
    pub fn scroll(&mut self, lines: i32, rows: &impl Rows<Key = K>, page: usize) {
        let (top, at) = scrolled(self.top, self.at, rows.count(), page, lines);
        self.top = top;
        self.select(at, rows);
    }

    /// Begins anew at the first row.
    pub fn reset(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
impl<K: PartialEq> Selection<K> {
    /// At a position, with another row in view first.
    pub fn placed(at: usize, top: usize) -> Self {
        Self { at, top, key: None }
    }
}

/// Where an action scrolls a text of so many lines to, from its first line in view, keeping its end at the bottom. `None`: it is not a
/// movement.
#[must_use]
pub fn turned(action: Action, top: usize, lines: usize, page: usize) -> Option<usize> {
    let last = lines.saturating_sub(page);
    let top = top.min(last);
    let step = page.max(2) - 1;
    Some(match action {
        Action::Up => top.saturating_sub(1),
        Action::Down => (top + 1).min(last),
        Action::PageUp => top.saturating_sub(step),
        Action::PageDown => (top + step).min(last),
        Action::HalfPageUp => top.saturating_sub(half(page)),
        Action::HalfPageDown => (top + half(page)).min(last),
        Action::Top => 0,
        Action::Bottom => last,
        _ => return None,
    })
}

/// Where an action moves the selection to. `None`: it is not a movement.
#[must_use]
pub fn moved(action: Action, selected: usize, len: usize, page: usize) -> Option<usize> {
    let last = len.saturating_sub(1);
    let selected = selected.min(last);
    let step = page.max(2) - 1;
    Some(match action {
        Action::Up => selected.saturating_sub(1),
        Action::Down => selected.saturating_add(1).min(last),
        Action::PageUp => selected.saturating_sub(step),
        Action::PageDown => selected.saturating_add(step).min(last),
        Action::HalfPageUp => selected.saturating_sub(half(page)),
        Action::HalfPageDown => selected.saturating_add(half(page)).min(last),
        Action::Top => 0,
        Action::Bottom => last,
        _ => return None,
    })
}

/// Half a view, at least a row.
fn half(page: usize) -> usize {
    (page / 2).max(1)
}

/// The first row in view such that the selected one is seen and no space is wasted, moving as little as possible.
#[must_use]
pub fn top_for(top: usize, selected: usize, len: usize, page: usize) -> usize {
    if page == 0 {
        return selected.min(len.saturating_sub(1));
    }
    let selected = selected.min(len.saturating_sub(1));
    let lowest = (selected + 1).saturating_sub(page);
    top.clamp(lowest, selected).min(len.saturating_sub(page))
}

/// The same for items of several lines each; `height` says how many. The answer is an item.
#[must_use]
pub fn top_for_tall(top: usize, selected: usize, page: usize, height: impl Fn(usize) -> usize) -> usize {
    let mut first = selected;
    let mut used = height(selected);
    while first > 0 {
        used += height(first - 1);
        if used > page {
            break;
        }
        first -= 1;
    }
    top.clamp(first, selected)
}

/// Scrolls by lines: the view moves, and the selection only as far as it must to stay seen. Gives top and selection.
#[must_use]
pub fn scrolled(top: usize, selected: usize, len: usize, page: usize, lines: i32) -> (usize, usize) {
    let top = shifted(top_for(top, selected, len, page), lines).min(len.saturating_sub(page.max(1)));
    let selected = selected.clamp(top, top + page.max(1) - 1).min(len.saturating_sub(1));
    (top, selected)
}

/// A position moved by so many lines, never below 0.
#[must_use]
pub fn shifted(position: usize, lines: i32) -> usize {
    let by = lines.unsigned_abs() as usize;
    if lines < 0 { position.saturating_sub(by) } else { position.saturating_add(by) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_page_keeps_one_line_of_what_was_seen() {
        assert_eq!(moved(Action::PageDown, 0, 100, 10), Some(9));
        assert_eq!(moved(Action::PageDown, 95, 100, 10), Some(99));
        assert_eq!(moved(Action::PageUp, 3, 100, 10), Some(0));
        assert_eq!(moved(Action::HalfPageDown, 0, 100, 10), Some(5));
        assert_eq!(moved(Action::HalfPageUp, 3, 100, 10), Some(0));
        assert_eq!(moved(Action::HalfPageDown, 0, 100, 0), Some(1));
        assert_eq!(turned(Action::HalfPageDown, 0, 100, 10), Some(5));
        assert_eq!(turned(Action::HalfPageDown, 88, 100, 10), Some(90));
        assert_eq!(moved(Action::Copy, 3, 100, 10), None);
        assert_eq!(moved(Action::Down, 7, 0, 10), Some(0));
    }

    #[test]
    fn tall_items_come_into_view_whole() {
        let heights = [1, 3, 2, 5];
        assert_eq!(top_for_tall(0, 2, 6, |i| heights[i]), 0);
        assert_eq!(top_for_tall(0, 3, 6, |i| heights[i]), 3);
        assert_eq!(top_for_tall(0, 3, 7, |i| heights[i]), 2);
        assert_eq!(top_for_tall(3, 1, 7, |i| heights[i]), 1);
    }

    /// Rows by name.
    struct Names(Vec<&'static str>);

    impl Rows for Names {
        type Key = &'static str;

        fn count(&self) -> usize {
            self.0.len()
        }

        fn key(&self, at: usize) -> Option<&'static str> {
            self.0.get(at).copied()
        }
    }

    #[test]
    fn the_selection_stays_on_its_row_whatever_comes_or_goes() {
        let mut selection = Selection::default();
        selection.settle(&Names(vec!["a", "b", "c"]));
        assert!(selection.on_action(Action::Down, &Names(vec!["a", "b", "c"]), 3));
        selection.settle(&Names(vec!["new", "a", "b", "c"]));
        assert_eq!(selection.at(4), 2);
        selection.settle(&Names(vec!["b"]));
        assert_eq!(selection.at(1), 0);
        selection.settle(&Names(vec!["c", "d"]));
        assert_eq!(selection.at(2), 0, "the one in its place");
        selection.settle(&Names(vec![]));
        selection.settle(&Names(vec!["x"]));
        assert_eq!(selection.at(1), 0);
    }

    proptest! {
        #[test]
        fn the_selection_is_seen(top in 0usize..300, selected in 0usize..300, len in 1usize..200, page in 1usize..50) {
            let first = top_for(top, selected, len, page);
            let selected = selected.min(len - 1);
            prop_assert!(first <= selected && selected < first + page);
            prop_assert!(first + page <= len.max(page));
        }

        #[test]
        fn scrolling_keeps_the_selection_in_view(
            top in 0usize..300, selected in 0usize..300, len in 0usize..200, page in 0usize..50, lines in -400i32..400,
        ) {
            let (top, selected) = scrolled(top, selected, len, page, lines);
            prop_assert!(selected < len.max(1));
            prop_assert!(top <= selected && selected < top + page.max(1));
        }
    }
}
