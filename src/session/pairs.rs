//! Which result answers which tool call: one rule for the screen, the figures and what a model is given back.
//!
//! An id may come again, also within one message (Gemini gives the function's name): the n-th call of an id belongs to the
//! n-th result of that id after it. A call that got none is passed over where the calls of later messages suffice for the
//! results after them. Of the calls `a(1) a(3)` of messages 1 and 3, one result after both answers that of message 3.

use std::collections::HashMap;

use super::{Block, Message};

/// Where a block stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub struct BlockPlace {
    /// The message: [`Message::index`], or its position among those that were given.
    pub message: u64,
    /// Which of its blocks, from 0.
    pub block: usize,
}

impl BlockPlace {
    /// The block of that message.
    #[must_use]
    pub fn new(message: u64, block: usize) -> Self {
        Self { message, block }
    }
}

/// A tool call or a result with its `toolUseId`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ToolStep<'a> {
    pub place: BlockPlace,
    pub id: &'a str,
    pub is_result: bool,
}

/// Tool calls and results of one agent in pairs. Those without a `toolUseId` are in none of the lists.
///
/// Source: `toolUse` and `toolResult` blocks, by `toolUseId`.
///
/// ```
/// use strandscope::{
///     BlockPlace, ToolPairs,
///     bson::{Document, doc},
///     decode,
/// };
///
/// let call = |name: &str| doc! { "toolUse": { "toolUseId": "api", "name": name, "input": {} } };
/// let result = |status: &str| doc! { "toolResult": { "toolUseId": "api", "status": status, "content": [] } };
/// let said = |role: &str, content: Vec<Document>| doc! { "message": { "role": role, "content": content } };
/// let messages = [
///     decode::message(said("assistant", vec![call("a"), call("b")]).into(), 0, ""),
///     decode::message(said("user", vec![result("success"), result("error")]).into(), 1, ""),
/// ];
/// let pairs = ToolPairs::of(&messages);
/// assert_eq!(pairs.result_of(BlockPlace::new(0, 1)), Some(BlockPlace::new(1, 1)));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ToolPairs {
    /// Call and result, by call.
    by_call: Vec<(BlockPlace, BlockPlace)>,
    /// Result and call, by result.
    by_result: Vec<(BlockPlace, BlockPlace)>,
    unanswered: Vec<BlockPlace>,
    uncalled: Vec<BlockPlace>,
    doubled: Vec<BlockPlace>,
}

impl ToolPairs {
    /// Of messages of one agent in stored order, as they are shown: of a redacted one what stands in for it.
    #[must_use]
    pub fn of<'a>(messages: impl IntoIterator<Item = &'a Message>) -> Self {
        Self::of_steps(messages.into_iter().flat_map(|message| {
            let blocks = message.shown_content().iter().enumerate();
            blocks.filter_map(move |(block, stored)| {
                let (id, is_result) = match stored {
                    Block::ToolUse { id, .. } => (id.as_deref()?, false),
                    Block::ToolResult { id, .. } => (id.as_deref()?, true),
                    _ => return None,
                };
                Some(ToolStep { place: BlockPlace::new(message.index, block), id, is_result })
            })
        }))
    }

    /// Of calls and results in stored order.
    pub(crate) fn of_steps<'a>(steps: impl IntoIterator<Item = ToolStep<'a>>) -> Self {
        let mut by_id: HashMap<&str, Vec<ToolStep<'a>>> = HashMap::new();
        for step in steps {
            by_id.entry(step.id).or_default().push(step);
        }
        let mut pairs = Self::default();
        for steps in by_id.values() {
            pairs.pair(steps);
        }
        pairs.by_call.sort_unstable();
        pairs.by_result = pairs.by_call.iter().map(|(call, result)| (*result, *call)).collect();
        pairs.by_result.sort_unstable();
        for list in [&mut pairs.unanswered, &mut pairs.uncalled, &mut pairs.doubled] {
            list.sort_unstable();
        }
        pairs
    }

    /// Calls and results of one id.
    fn pair(&mut self, steps: &[ToolStep<'_>]) {
        let mut open: Vec<BlockPlace> = Vec::new();
        let mut called = false;
        // Calls, and the results before the next call.
        for stretch in steps.chunk_by(|before, after| !before.is_result || after.is_result) {
            let (calls, results) = stretch.split_at(stretch.iter().take_while(|step| !step.is_result).count());
            called |= !calls.is_empty();
            open.extend(calls.iter().map(|call| call.place));
            let passed = passed_over(&open, results.len());
            self.unanswered.extend(open.drain(..passed));
            let (answers, spare) = results.split_at(results.len().min(open.len()));
            let answered = open.drain(..answers.len()).zip(answers);
            self.by_call.extend(answered.map(|(call, answer)| (call, answer.place)));
            let list = if called { &mut self.doubled } else { &mut self.uncalled };
            list.extend(spare.iter().map(|result| result.place));
        }
        self.unanswered.append(&mut open);
    }

    /// The result that answers the call at that place.
    #[must_use]
    pub fn result_of(&self, call: BlockPlace) -> Option<BlockPlace> {
        find(&self.by_call, call)
    }

    /// The call that the result at that place answers.
    #[must_use]
    pub fn call_of(&self, result: BlockPlace) -> Option<BlockPlace> {
        find(&self.by_result, result)
    }

    /// Calls without a result, in stored order.
    #[must_use]
    pub fn unanswered(&self) -> &[BlockPlace] {
        &self.unanswered
    }

    /// Results of an id that was not called before, in stored order.
    #[must_use]
    pub fn uncalled(&self) -> &[BlockPlace] {
        &self.uncalled
    }

    /// Results of calls that have one already, in stored order.
    #[must_use]
    pub fn doubled(&self) -> &[BlockPlace] {
        &self.doubled
    }
}

fn find(pairs: &[(BlockPlace, BlockPlace)], place: BlockPlace) -> Option<BlockPlace> {
    let at = pairs.binary_search_by_key(&place, |(key, _)| *key).ok()?;
    Some(pairs[at].1)
}

/// How many of the oldest open calls of one id are left without a result, when so many results come before the next call: those of
/// messages without which there are calls enough. The next results answer the calls after them. More results pass over no more.
pub(crate) fn passed_over(open: &[BlockPlace], results: usize) -> usize {
    let mut from = 0;
    while let Some(next) = open[from..].iter().position(|call| call.message != open[from].message)
        && open.len() - from - next >= results
    {
        from += next;
    }
    from
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Calls `>` and results `<` by message: `1>a 1>a 2<a`; what each result answers, then the three lists.
    fn read(words: &str) -> String {
        let mut blocks: HashMap<u64, usize> = HashMap::new();
        let steps: Vec<ToolStep<'_>> = words
            .split(' ')
            .map(|word| {
                let at = word.find(['<', '>']).unwrap();
                let message = word[..at].parse().unwrap();
                let block = blocks.entry(message).or_default();
                let place = BlockPlace::new(message, *block);
                *block += 1;
                ToolStep { place, id: &word[at + 1..], is_result: &word[at..=at] == "<" }
            })
            .collect();
        let pairs = ToolPairs::of_steps(steps);
        let place = |place: &BlockPlace| format!("{}.{}", place.message, place.block);
        let list = |places: &[BlockPlace]| places.iter().map(place).collect::<Vec<_>>().join(" ");
        let answers: Vec<String> =
            pairs.by_call.iter().map(|(call, result)| format!("{}={}", place(call), place(result))).collect();
        for (call, result) in &pairs.by_call {
            assert_eq!((pairs.result_of(*call), pairs.call_of(*result)), (Some(*result), Some(*call)));
        }
        let lists = [pairs.unanswered(), pairs.uncalled(), pairs.doubled()].map(list);
        format!("{} | {}", answers.join(" "), lists.join(" | ")).trim().to_owned()
    }

    #[test]
    fn each_call_of_one_id_in_one_message_has_its_own_result() {
        assert_eq!(read("1>a 1>a 2<a 2<a 3>a 4<a"), "1.0=2.0 1.1=2.1 3.0=4.0 |  |  |");
    }

    #[test]
    fn results_may_come_in_any_order_and_in_several_messages() {
        assert_eq!(read("1>a 1>b 2<b 3<a"), "1.0=3.0 1.1=2.0 |  |  |");
    }

    #[test]
    fn a_call_that_got_no_result_does_not_take_that_of_a_later_one() {
        assert_eq!(read("1>a 3>a 4<a"), "3.0=4.0 | 1.0 |  |");
        assert_eq!(read("1>a 1>a 2<a 3>a 4<a"), "1.0=2.0 3.0=4.0 | 1.1 |  |");
    }

    #[test]
    fn calls_of_several_messages_answered_together_are_paired_in_order() {
        assert_eq!(read("1>a 2>a 3<a 3<a"), "1.0=3.0 2.0=3.1 |  |  |");
    }

    #[test]
    fn what_has_no_partner_is_listed() {
        assert_eq!(read("1>a 2<b"), "| 1.0 | 2.0 |");
        assert_eq!(read("1>a 2<a 3<a"), "1.0=2.0 |  |  | 3.0");
        assert_eq!(read("0<a 1>a"), "| 1.0 | 0.0 |");
    }
}
