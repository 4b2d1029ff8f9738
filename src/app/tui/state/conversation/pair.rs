//! Which tool result belongs to which tool use. Ids may come again in one history, so the nearest counts.

use std::sync::Arc;

use super::window::Window;
use crate::{
    app::tui::render::message::{Pairs, results},
    session::{Block, Message},
};

/// How many messages a result may come after its use. Strands puts it into the next one.
const REACH: u64 = 8;

/// Reads them from the loaded neighbours.
pub(super) fn pairs_of(message: &Message, window: &Window) -> Pairs {
    let mut pairs = Pairs::default();
    for (at, block) in message.shown_content().iter().enumerate() {
        match block {
            Block::ToolUse { id: Some(id), .. } => {
                if let Some(found) = result_of(id, message.index, window) {
                    pairs.results.push((at, found));
                }
            }
            Block::ToolResult { id: Some(id), .. } if has_use(id, message.index, window) => {
                pairs.shown_above.push(at);
            }
            _ => {}
        }
    }
    pairs
}

fn uses(message: &Message, wanted: &str) -> bool {
    let wanted = Some(wanted);
    message.shown_content().iter().any(|block| matches!(block, Block::ToolUse { id, .. } if id.as_deref() == wanted))
}

fn result_of(id: &str, index: u64, window: &Window) -> Option<Arc<Message>> {
    for after in index + 1..=index + REACH {
        let message = window.message(after)?;
        if results(message, id).next().is_some() {
            return Some(Arc::clone(message));
        }
        if uses(message, id) {
            return None;
        }
    }
    None
}

fn has_use(id: &str, index: u64, window: &Window) -> bool {
    for before in (index.saturating_sub(REACH)..index).rev() {
        let Some(message) = window.message(before) else { return false };
        if uses(message, id) {
            return true;
        }
        if results(message, id).next().is_some() {
            return false;
        }
    }
    false
}

/// The messages whose look may change when `index` arrives.
pub(super) fn neighbours(index: u64) -> std::ops::RangeInclusive<u64> {
    index.saturating_sub(REACH)..=index.saturating_add(REACH)
}

#[cfg(test)]
mod tests {
    use super::{super::sample, *};

    fn window(messages: Vec<Message>) -> Window {
        let mut window = Window::default();
        window.insert(0..messages.len() as u64, messages);
        window
    }

    fn result_index(window: &Window, index: u64) -> Option<u64> {
        let pairs = pairs_of(window.message(index).unwrap(), window);
        pairs.results.first().map(|(_, message)| message.index)
    }

    #[test]
    fn a_result_is_shown_with_its_use() {
        let window = window(vec![sample::tool_use(0, "t1"), sample::tool_result(1, "t1"), sample::message(2)]);
        assert_eq!(result_index(&window, 0), Some(1));
        let message = window.message(1).unwrap();
        assert!(pairs_of(message, &window).hides(message));
    }

    #[test]
    fn an_id_that_comes_again_belongs_to_the_nearest_use() {
        let window = window(vec![sample::tool_use(0, "t"), sample::tool_use(1, "t"), sample::tool_result(2, "t")]);
        assert_eq!(result_index(&window, 0), None);
        assert_eq!(result_index(&window, 1), Some(2));
    }

    #[test]
    fn a_result_without_its_use_stands_for_itself() {
        let window = window(vec![sample::message(0), sample::tool_result(1, "t")]);
        let message = window.message(1).unwrap();
        assert!(!pairs_of(message, &window).hides(message));
    }
}
