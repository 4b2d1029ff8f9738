//! What of the selected message can be copied, and the links that the cursor is on.

use std::{fmt::Write, sync::Arc};

use super::{ConversationState, pair::pairs_of};
use crate::{
    app::{
        text::{self, fenced},
        tui::render::markdown::code::code_blocks,
    },
    session::{Block, Message, ToolContent, plain},
};

/// What can be copied of a message, as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageCopies {
    /// Position in the stored array.
    pub index: u64,
    /// What it says.
    pub text: String,
    /// The same as Markdown, with who says it.
    pub markdown: String,
    /// Itself as relaxed Extended JSON, indented; `None` where what is stored is not known.
    pub json: Option<String>,
    /// The tool call at the cursor, else the only one.
    pub tool: Option<CopiedTool>,
    /// Its blocks of code.
    pub codes: Vec<String>,
    /// Position of the one that the cursor is on.
    pub code_at_cursor: Option<usize>,
}

/// A tool call, or a result alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CopiedTool {
    /// The input as JSON.
    pub input: Option<String>,
    /// The result: texts as they are, the rest as JSON.
    pub result: Option<String>,
}

impl ConversationState {
    /// What can be copied of the selected message; `None` where none is loaded there.
    pub fn copies(&mut self) -> Option<MessageCopies> {
        let open = self.open.as_ref()?;
        let spot = open.spot()?;
        let message = Arc::clone(open.windows[spot.agent].message(spot.index)?);
        let agent = open.session.agents[spot.agent].id.as_str().to_owned();
        let at_cursor = self.on_sheet(|pages, place, _| {
            let laid = pages.laid(place.pos)?;
            laid.piece_at(place.line).map(|piece| piece.block)
        });
        let codes: Vec<String> = message.shown_content().iter().flat_map(codes_of).collect();
        let json = message.raw.bson();
        Some(MessageCopies {
            index: spot.index,
            text: plain::text_of(&message),
            markdown: markdown(&message, &agent),
            json: (json != bson::Bson::Null).then(|| plain::pretty(&json)),
            tool: self.tool(&message, at_cursor.flatten()),
            code_at_cursor: self.code_at_cursor(&codes),
            codes,
        })
    }

    /// The links on the cursor's line, else those of its message; each once.
    pub fn links(&mut self) -> Vec<String> {
        let found = self.on_sheet(|pages, place, _| {
            let laid = pages.laid(place.pos)?;
            let here =
                |line: usize| laid.links.iter().filter(move |link| link.line == line && link.bytes.0 < link.bytes.1);
            let links: Vec<_> = if here(place.line).next().is_some() {
                here(place.line).collect()
            } else {
                laid.links.iter().collect()
            };
            let mut addresses: Vec<String> = Vec::new();
            for link in links {
                if !addresses.iter().any(|known| **known == *link.address) {
                    addresses.push(link.address.to_string());
                }
            }
            Some(addresses)
        });
        found.flatten().unwrap_or_default()
    }

    fn tool(&self, message: &Message, at_cursor: Option<usize>) -> Option<CopiedTool> {
        let open = self.open.as_ref()?;
        let blocks = message.shown_content();
        let is_tool = |at: &usize| matches!(blocks.get(*at), Some(Block::ToolUse { .. } | Block::ToolResult { .. }));
        let tools: Vec<usize> = (0..blocks.len()).filter(is_tool).collect();
        let only = if let [only] = tools[..] { Some(only) } else { None };
        let at = at_cursor.filter(is_tool).or(only)?;
        match &blocks[at] {
            Block::ToolUse { input, .. } => {
                let window = &open.windows[open.spot()?.agent];
                let pairs = pairs_of(message, window);
                let found = pairs.results.iter().find(|(block, _)| *block == at).map(|(_, found)| found);
                let result = found.and_then(|found| match found.message.shown_content().get(found.block)? {
                    Block::ToolResult { content, .. } => Some(result_text(content)),
                    _ => None,
                });
                Some(CopiedTool { input: Some(plain::pretty(&input.bson())), result })
            }
            Block::ToolResult { content, .. } => Some(CopiedTool { input: None, result: Some(result_text(content)) }),
            _ => None,
        }
    }

    /// The code that holds what the cursor's line shows; of several the one that also holds what stands above it.
    fn code_at_cursor(&self, codes: &[String]) -> Option<usize> {
        let cursor = self.rows.iter().position(|row| row.cursor)?;
        let codes: Vec<_> = codes.iter().map(|code| text::block(code)).collect();
        let mut found: Vec<usize> = (0..codes.len()).collect();
        for (up, row) in self.rows[..=cursor].iter().rev().enumerate() {
            let line = row.line.to_string();
            let shown = line.trim();
            let holds = |at: &usize| codes[*at].lines().any(|line| line.contains(shown));
            let left: Vec<usize> = found.iter().copied().filter(holds).collect();
            if up == 0 && (shown.is_empty() || left.is_empty()) {
                return None;
            }
            if left.is_empty() {
                break;
            }
            found = left;
            if found.len() == 1 {
                break;
            }
        }
        found.first().copied()
    }
}

fn codes_of(block: &Block) -> Vec<String> {
    match block {
        Block::Text(text) | Block::Citations { text, .. } => code_blocks(text),
        _ => Vec::new(),
    }
}

/// The parts of a result, one under the other.
fn result_text(content: &[ToolContent]) -> String {
    let part = |part: &ToolContent| match part {
        ToolContent::Text(text) => text.clone(),
        ToolContent::Json(value) | ToolContent::Unknown(value) => plain::pretty(&value.bson()),
        ToolContent::Media(media) => media.describe(),
    };
    content.iter().map(part).collect::<Vec<_>>().join("\n")
}

/// A message as Markdown: who says it, then what, with tools as blocks of code.
fn markdown(message: &Message, agent: &str) -> String {
    let role = message.shown_role().as_str();
    let at = message.created_at.map(|at| format!(", {at}")).unwrap_or_default();
    let mut out = format!("**{}** ({agent}, message {}{at})\n", text::line(role), message.index);
    // Writing to a string cannot fail.
    for block in message.shown_content() {
        out.push('\n');
        match block {
            Block::Text(text) | Block::Citations { text, .. } => {
                out.push_str(text.trim_end_matches('\n'));
                out.push('\n');
            }
            Block::Reasoning { text: Some(text), .. } => {
                out.push_str("Reasoning:\n\n");
                out.extend(text.lines().map(|line| format!("> {line}\n")));
            }
            Block::ToolUse { name, input, .. } => {
                let name = name.as_deref().unwrap_or("tool");
                let _ = write!(out, "Tool call {name}:\n\n{}", fenced(&plain::pretty(&input.bson()), "json"));
            }
            Block::ToolResult { content, .. } => {
                let _ = write!(out, "Tool result:\n\n{}", fenced(&result_text(content), ""));
            }
            Block::Media(media) => {
                out.push_str(&media.describe());
                out.push('\n');
            }
            other => out.push_str(&fenced(&other_text(other), "json")),
        }
    }
    out
}

/// What has no look of its own, as JSON.
fn other_text(block: &Block) -> String {
    match block {
        Block::Other { value, .. } | Block::Unknown(value) => plain::pretty(&value.bson()),
        Block::Beside(fields) => plain::pretty(&bson::Bson::Document(fields.clone())),
        Block::CachePoint(value) | Block::Guard(value) => plain::pretty(value),
        _ => "null".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::{super::sample, *};
    use crate::{
        app::{keymap::Action, tui::state::conversation::sample::Desk},
        session::Role,
    };

    /// A pane over these messages, the cursor at the end.
    fn over(messages: Vec<Message>) -> Desk {
        let mut session = sample::session("s", &[("a", messages.len() as u64)], 0);
        session.agents[0].messages = messages;
        let mut desk = Desk::new(vec![session], 60, 20);
        desk.open("s");
        desk.settle();
        desk
    }

    #[test]
    fn a_tools_input_and_result_are_those_at_the_cursor() {
        let mut desk = over(vec![sample::message(0), sample::tool_use(1, "t"), sample::tool_result(2, "t")]);
        let copies = desk.state.copies().unwrap();
        assert_eq!(copies.index, 1);
        let tool = copies.tool.unwrap();
        assert!(tool.input.unwrap().contains("\"order_id\": \"A100\""));
        assert!(tool.result.unwrap().contains("EUR"));
        assert!(copies.markdown.starts_with("**assistant** (a, message 1"), "{}", copies.markdown);
        assert!(copies.markdown.contains("Tool call lookup_order:\n\n```json\n"));
        assert_eq!(copies.json, None, "what is stored is not known");
    }

    #[test]
    fn the_code_under_the_cursor_is_known() {
        let text = "one\n\n```\nfirst code\n```\n\ntwo\n\n```\nsecond code\n```\n";
        let said = |index| sample::with(index, Role::Assistant, vec![Block::Text(text.to_owned())]);
        let mut desk = over(vec![said(0)]);
        let copies = desk.state.copies().unwrap();
        assert_eq!(copies.codes, ["first code\n", "second code\n"]);
        assert_eq!(copies.code_at_cursor, Some(1), "the last line");
        desk.press(Action::Top);
        assert_eq!(desk.state.copies().unwrap().code_at_cursor, None);
    }

    #[test]
    fn of_blocks_that_end_alike_it_is_the_one_that_the_cursor_is_in() {
        let text = "```\nfirst {\n  go\n}\n```\n\nthen\n\n```\nsecond {\n  go\n}\n```\n";
        let mut desk = over(vec![sample::with(0, Role::Assistant, vec![Block::Text(text.to_owned())])]);
        assert_eq!(desk.state.copies().unwrap().code_at_cursor, Some(1), "the last line");
        for _ in 0..6 {
            desk.press(Action::Up);
        }
        let row = desk.state.rows().iter().find(|row| row.cursor).unwrap();
        assert_eq!(row.line.to_string().trim(), "}");
        assert_eq!(desk.state.copies().unwrap().code_at_cursor, Some(0));
    }

    #[test]
    fn links_are_those_of_the_line_else_of_the_message() {
        let text = "see https://a.example/x and https://b.example\n\nthen https://c.example";
        let mut desk = over(vec![sample::with(0, Role::Assistant, vec![Block::Text(text.to_owned())])]);
        assert_eq!(desk.state.links(), ["https://c.example"]);
        desk.press(Action::Top);
        assert_eq!(desk.state.links().len(), 3, "the header has none of its own");
        desk.press(Action::Down);
        assert_eq!(desk.state.links(), ["https://a.example/x", "https://b.example"]);
        let row = desk.state.rows().iter().find(|row| row.cursor).unwrap();
        assert_eq!(row.links.len(), 2);
    }
}
