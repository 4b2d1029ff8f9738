//! Which tool result is shown with which tool use, as far as the messages around them are loaded.

use std::{ops::RangeInclusive, sync::Arc};

use super::window::Window;
use crate::{
    app::tui::render::message::{FoundResult, Pairs},
    session::{Block, BlockPlace, Message, StoredAgent, ToolPairs},
};

/// How many messages a result may come after its use. Strands puts it into the next one.
pub(super) const REACH: u64 = 8;

/// Reads them from the loaded neighbours.
pub(super) fn pairs_of(message: &Message, window: &Window) -> Pairs {
    let mut pairs = Pairs::default();
    let has = |of: fn(&Block) -> bool| message.shown_content().iter().any(of);
    let calls = has(|block| matches!(block, Block::ToolUse { .. }));
    if !calls && !has(|block| matches!(block, Block::ToolResult { .. })) {
        return pairs;
    }
    let near = around(message.index, window);
    // Of each call that a result here answers, what its own message shows with it: only that is hidden here.
    let mut owners: Vec<(u64, ToolPairs)> = Vec::new();
    for (block, shown) in message.shown_content().iter().enumerate() {
        let place = BlockPlace::new(message.index, block);
        match shown {
            Block::ToolUse { .. } => {
                let result = near.result_of(place);
                let found = result.and_then(|result| Some((result, window.message(result.message)?)));
                if let Some((result, message)) = found {
                    pairs.results.push((block, FoundResult { message: Arc::clone(message), block: result.block }));
                }
            }
            Block::ToolResult { .. } => {
                let Some(call) = near.call_of(place) else { continue };
                if !owners.iter().any(|(index, _)| *index == call.message) {
                    owners.push((call.message, around(call.message, window)));
                }
                let owner = owners.iter().find(|(index, _)| *index == call.message);
                if owner.is_some_and(|(_, owner)| owner.result_of(call) == Some(place)) {
                    pairs.shown_above.push(block);
                }
            }
            _ => {}
        }
    }
    pairs
}

/// Calls and results of the messages next to one, as far as they are loaded without a gap.
fn around(index: u64, window: &Window) -> ToolPairs {
    let loaded = |at: &u64| window.message(*at).is_some();
    let first = (index.saturating_sub(REACH)..index).rev().take_while(loaded).last().unwrap_or(index);
    let end = index.saturating_add(REACH);
    ToolPairs::of((first..=end).map_while(|at| window.message(at).map(AsRef::as_ref)))
}

/// Whether the message at that index is shown inside another one, further up.
pub(super) fn is_inside(index: u64, window: &Window) -> bool {
    window.message(index).is_some_and(|message| pairs_of(message, window).hides(message))
}

/// What the tool uses of a message wait for a person with: where it is the agent's last one, and the agent waits.
pub(super) fn waiting(message: &Message, agent: &StoredAgent, count: u64) -> Option<String> {
    if message.index + 1 == count { agent.waiting() } else { None }
}

/// The messages whose look may change when `index` arrives: that of a result depends on what its use shows.
pub(super) fn neighbours(index: u64) -> RangeInclusive<u64> {
    index.saturating_sub(2 * REACH)..=index.saturating_add(2 * REACH)
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
        pairs.results.first().map(|(_, result)| result.message.index)
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
    fn two_uses_of_one_id_in_one_message_have_a_result_each() {
        let twice = |index: u64, one: Message| {
            let content = [one.content.clone(), one.content].concat();
            sample::with(index, one.role, content)
        };
        let results = twice(1, sample::tool_result(1, "api"));
        let window = window(vec![twice(0, sample::tool_use(0, "api")), results.clone()]);
        let pairs = pairs_of(window.message(0).unwrap(), &window);
        let found: Vec<_> = pairs.results.iter().map(|(block, result)| (*block, result.block)).collect();
        assert_eq!(found, [(0, 0), (1, 1)]);
        assert!(pairs_of(&results, &window).hides(&results));
    }

    #[test]
    fn a_doubled_result_stands_for_itself() {
        let window = window(vec![sample::tool_use(0, "t"), sample::tool_result(1, "t"), sample::tool_result(2, "t")]);
        assert_eq!(result_index(&window, 0), Some(1));
        let hidden = |index| pairs_of(window.message(index).unwrap(), &window).hides(window.message(index).unwrap());
        assert_eq!([hidden(1), hidden(2)], [true, false]);
    }

    #[test]
    fn a_result_without_its_use_stands_for_itself() {
        let window = window(vec![sample::message(0), sample::tool_result(1, "t")]);
        let message = window.message(1).unwrap();
        assert!(!pairs_of(message, &window).hides(message));
    }
}
