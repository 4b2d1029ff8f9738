//! Moving a selection through rows and keeping it in view: the same in every pane that is a list.

use crate::app::keymap::Action;

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
        Action::Top => 0,
        Action::Bottom => last,
        _ => return None,
    })
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
