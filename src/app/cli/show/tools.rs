//! Which call a tool's result answers, in words.

use super::parts::line;
use crate::session::{Block, BlockPlace, Message, StoredAgent, ToolPairs};

/// What is said of a call or a result that nothing can bring together with its partner.
const NO_ID: &str = "no id";

/// Tool calls and results of the messages that are shown of one agent.
pub struct ShownTools<'a> {
    agent: &'a StoredAgent,
    pairs: ToolPairs,
}

impl<'a> ShownTools<'a> {
    pub fn of(agent: &'a StoredAgent) -> Self {
        Self { agent, pairs: ToolPairs::of(&agent.messages) }
    }

    /// What is to be said of a call or a result besides itself; `None` for any other block.
    pub fn note(&self, message: &Message, block: usize) -> Option<String> {
        match message.shown_content().get(block)? {
            Block::ToolUse { .. } => self.of_call(message, block).map(str::to_owned),
            Block::ToolResult { .. } => self.of_result(message, block),
            _ => None,
        }
    }

    /// That a call has no result, waits for one, or has no id that a result could name.
    fn of_call(&self, message: &Message, block: usize) -> Option<&'static str> {
        if matches!(message.shown_content().get(block), Some(Block::ToolUse { id: None, .. })) {
            return Some(NO_ID);
        }
        let place = BlockPlace::new(message.index, block);
        if self.pairs.unanswered().binary_search(&place).is_err() {
            return None;
        }
        let is_last = message.index + 1 == self.agent.message_count;
        Some(if is_last && self.agent.waiting().is_some() { "waiting for a person" } else { "no result" })
    }

    /// Which call a result answers: `#1 lookup_order`, `#1 lookup_order, call 2 of 3`; or why none.
    fn of_result(&self, message: &Message, block: usize) -> Option<String> {
        let place = BlockPlace::new(message.index, block);
        if let Some(call) = self.pairs.call_of(place) {
            return self.called(call);
        }
        let Some(Block::ToolResult { id: Some(id), .. }) = message.shown_content().get(block) else {
            return Some(NO_ID.to_owned());
        };
        let why = if self.pairs.doubled().binary_search(&place).is_ok() {
            "a second result"
        } else if self.agent.messages.first().is_some_and(|first| first.index > 0) {
            "its call is not among these messages"
        } else {
            "no such call before it"
        };
        Some(format!("{}: {why}", line(id)))
    }

    fn called(&self, call: BlockPlace) -> Option<String> {
        let messages = &self.agent.messages;
        let at = messages.binary_search_by_key(&call.message, |message| message.index).ok()?;
        let blocks = messages[at].shown_content();
        let Block::ToolUse { name, .. } = blocks.get(call.block)? else { return None };
        let name = name.as_deref().map_or_else(|| "tool".into(), line);
        let is_call = |block: &&Block| matches!(block, Block::ToolUse { .. });
        let all = blocks.iter().filter(is_call).count();
        let which = if all > 1 {
            format!(", call {} of {all}", blocks[..=call.block].iter().filter(is_call).count())
        } else {
            String::new()
        };
        Some(format!("#{} {name}{which}", call.message))
    }
}

#[cfg(test)]
mod tests {
    use bson::{Bson, Document, doc};

    use super::*;
    use crate::session::decode;

    fn call(id: &str) -> Document {
        doc! { "toolUse": { "toolUseId": id, "name": "lookup", "input": {} } }
    }

    fn result(id: &str) -> Document {
        doc! { "toolResult": { "toolUseId": id, "status": "success", "content": [] } }
    }

    fn agent(contents: Vec<Vec<Document>>, waits: bool) -> StoredAgent {
        let said = |(at, content): (usize, Vec<Document>)| {
            let role = if at.is_multiple_of(2) { "assistant" } else { "user" };
            Bson::from(doc! { "message": { "role": role, "content": content } })
        };
        let messages: Vec<Bson> = contents.into_iter().enumerate().map(said).collect();
        let interrupts = doc! { "i": { "id": "i", "name": "approval", "reason": "sure?" } };
        let state = doc! { "interrupt_state": { "interrupts": interrupts, "activated": waits } };
        let stored = doc! { "agent_data": { "_internal_state": state }, "messages": messages };
        decode::agent("a".into(), stored.into(), 0, None)
    }

    fn of_results(agent: &StoredAgent, index: usize) -> Vec<Option<String>> {
        let tools = ShownTools::of(agent);
        let message = &agent.messages[index];
        (0..message.content.len()).map(|block| tools.note(message, block)).collect()
    }

    #[test]
    fn a_result_names_the_call_that_it_answers() {
        let agent =
            agent(vec![vec![call("x"), call("x")], vec![result("x"), result("x"), result("x"), result("y")]], false);
        let expected =
            ["#0 lookup, call 1 of 2", "#0 lookup, call 2 of 2", "x: a second result", "y: no such call before it"];
        assert_eq!(of_results(&agent, 1), expected.map(|words| Some(words.to_owned())));
    }

    #[test]
    fn what_has_no_id_says_so() {
        let call = doc! { "toolUse": { "name": "lookup", "input": {} } };
        let result = doc! { "toolResult": { "toolUseId": 5, "status": "error", "content": [] } };
        let agent = agent(vec![vec![call], vec![result]], false);
        for index in [0, 1] {
            assert_eq!(of_results(&agent, index), [Some("no id".to_owned())]);
        }
    }

    #[test]
    fn a_result_whose_call_is_not_shown_says_so() {
        let mut agent = agent(vec![vec![call("x")], vec![result("x")]], false);
        assert_eq!(of_results(&agent, 1), [Some("#0 lookup".to_owned())]);
        agent.messages.remove(0);
        assert_eq!(of_results(&agent, 0), [Some("x: its call is not among these messages".to_owned())]);
    }

    #[test]
    fn calls_without_a_result_wait_where_their_agent_does() {
        for (waits, expected) in [(true, "waiting for a person"), (false, "no result")] {
            let agent = agent(vec![vec![call("x")]], waits);
            assert_eq!(ShownTools::of(&agent).note(&agent.messages[0], 0).as_deref(), Some(expected));
        }
        let agent = agent(vec![vec![call("x")], vec![result("x")]], true);
        assert_eq!(ShownTools::of(&agent).note(&agent.messages[0], 0), None);
    }
}
