//! What is stored, as JSON of a bounded size: long texts are cut and say so, binary data is counted, and the viewer password
//! is nowhere.

use std::borrow::Cow;

use bson::Bson;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Map, Value, json};

use crate::{
    app::json,
    session::{
        Block, BlockPlace, Message, Session, ToolContent, ToolPairs, ToolStatus, Usage, VIEWER_PASSWORD, citations,
        plain,
        secret::{MASK, hidden},
    },
};

/// Blocks of a message that are given at most.
const MOST_BLOCKS: usize = 60;
/// What a block takes beside its text, about.
const BESIDE: usize = 60;
/// Viewer passwords have 32 characters. One so short that it may stand in any text is no secret.
const SHORTEST_PASSWORD: usize = 6;
/// Characters of a word such as a tool's name, a role or an id.
const LONGEST_WORD: usize = 200;
/// Where a text was cut.
const CUT: char = '…';

/// A text of at most so many characters, and how many it had where it was cut.
pub fn cut(text: &str, most: usize) -> (String, Option<u64>) {
    match text.char_indices().nth(most) {
        None => (text.to_owned(), None),
        Some((end, _)) => {
            let start: String = text[..end].chars().take(most.saturating_sub(1)).collect();
            (format!("{start}{CUT}"), Some(text.chars().count() as u64))
        }
    }
}

/// Hides the viewer password of a session wherever its text stands.
#[derive(Debug, Default)]
pub struct Veil(Option<SecretString>);

impl Veil {
    pub fn of(session: &Session) -> Self {
        let is_long = |password: &&SecretString| password.expose_secret().len() >= SHORTEST_PASSWORD;
        Self(session.viewer_password.as_ref().filter(is_long).cloned())
    }

    /// The text without it.
    pub fn over<'a>(&self, text: Cow<'a, str>) -> Cow<'a, str> {
        match &self.0 {
            Some(password) if text.contains(password.expose_secret()) => {
                Cow::Owned(text.replace(password.expose_secret(), MASK))
            }
            _ => text,
        }
    }
}

/// A block as an assistant sees it.
#[derive(Debug)]
pub struct ShownBlock<'a> {
    /// What it is: `text`, `tool_use`, `tool_result`, `reasoning`, `image` and the like, else `other`.
    pub kind: &'static str,
    /// `toolUseId`.
    pub id: Option<&'a str>,
    /// The tool that is called, or whose result it is.
    pub tool: Option<&'a str>,
    /// How the call went.
    pub status: Option<&'a str>,
    /// All of it as text; a tool's input as JSON.
    pub text: Cow<'a, str>,
}

impl ShownBlock<'_> {
    /// Whether it belongs to a tool.
    pub fn is_of_tool(&self) -> bool {
        matches!(self.kind, "tool_use" | "tool_result")
    }

    /// Whether it is a result that says that the call failed.
    pub fn is_error(&self) -> bool {
        self.status == Some("error")
    }

    fn object(self, room: &mut usize) -> (Value, bool) {
        let (text, characters) = cut(&self.text, *room);
        *room = room.saturating_sub(text.chars().count() + BESIDE);
        let mut object = Map::new();
        object.insert("type".to_owned(), self.kind.into());
        let told = [("toolUseId", self.id), ("tool", self.tool), ("status", self.status)];
        for (name, told) in told.into_iter().filter_map(|(name, told)| Some((name, told?))) {
            object.insert(name.to_owned(), cut(told, LONGEST_WORD).0.into());
        }
        object.insert("text".to_owned(), text.into());
        if let Some(characters) = characters {
            object.insert("characters".to_owned(), characters.into());
        }
        (object.into(), characters.is_some())
    }
}

/// Which call each result among some messages of an agent answers.
#[derive(Debug)]
pub struct CalledTools<'a> {
    messages: &'a [Message],
    pairs: ToolPairs,
}

impl<'a> CalledTools<'a> {
    /// Of messages in stored order.
    pub fn of(messages: &'a [Message]) -> Self {
        Self { messages, pairs: ToolPairs::of(messages) }
    }

    fn of_result(&self, place: BlockPlace) -> Option<&'a str> {
        let call = self.pairs.call_of(place)?;
        let at = self.messages.binary_search_by_key(&call.message, |message| message.index).ok()?;
        match self.messages[at].shown_content().get(call.block)? {
            Block::ToolUse { name, .. } => name.as_deref(),
            _ => None,
        }
    }

    /// The blocks of one of the messages as they are shown: of a redacted one what stands in for it.
    pub fn blocks(&self, message: &'a Message, veil: &Veil) -> impl Iterator<Item = ShownBlock<'a>> {
        message.shown_content().iter().enumerate().map(move |(at, block)| {
            let (id, tool, status) = match block {
                Block::ToolUse { id, name, .. } => (id.as_deref(), name.as_deref(), None),
                Block::ToolResult { id, status, .. } => {
                    let tool = self.of_result(BlockPlace::new(message.index, at));
                    (id.as_deref(), tool, status.as_ref().map(ToolStatus::as_str))
                }
                _ => (None, None, None),
            };
            ShownBlock { kind: kind(block), id, tool, status, text: veil.over(text(block)) }
        })
    }
}

fn kind(block: &Block) -> &'static str {
    match block {
        Block::Text(_) => "text",
        Block::ToolUse { .. } => "tool_use",
        Block::ToolResult { .. } => "tool_result",
        Block::Reasoning { .. } => "reasoning",
        Block::Media(media) => media.kind.as_str(),
        Block::CachePoint(_) => "cache_point",
        Block::Guard(_) => "guard",
        Block::Citations { .. } => "citations",
        Block::Other { kind, .. } => kind,
        Block::Beside(_) | Block::Unknown(_) => "other",
    }
}

fn text(block: &Block) -> Cow<'_, str> {
    match block {
        Block::Text(text) | Block::Reasoning { text: Some(text), .. } => text.into(),
        Block::Reasoning { redacted_bytes: Some(bytes), .. } => format!("[redacted, {bytes} bytes]").into(),
        Block::Reasoning { .. } => "[without text]".into(),
        Block::ToolUse { input, .. } => compact(input.bson()).into(),
        Block::ToolResult { content, .. } => content.iter().map(part).collect::<Vec<Cow<'_, str>>>().join("\n").into(),
        Block::Media(media) => media.describe().into(),
        Block::Citations { text, citations } => {
            let sources = citations::sources(citations);
            sources.iter().fold(text.clone(), |all, source| all + "\n" + source).into()
        }
        Block::Guard(value) => match citations::guard_text(value) {
            Some(text) => text.into(),
            None => compact(value.clone()).into(),
        },
        Block::CachePoint(value) => compact(value.clone()).into(),
        Block::Other { value, .. } | Block::Unknown(value) => compact(value.bson()).into(),
        Block::Beside(fields) => compact(Bson::Document(fields.clone())).into(),
    }
}

fn part(part: &ToolContent) -> Cow<'_, str> {
    match part {
        ToolContent::Text(text) => text.into(),
        ToolContent::Json(value) | ToolContent::Unknown(value) => compact(value.bson()).into(),
        ToolContent::Media(media) => media.describe().into(),
    }
}

fn compact(value: Bson) -> String {
    plain::compact(&hidden(value))
}

/// A message within so many characters, and how many it took. `tools` are of messages that this one is among.
pub fn message<'a>(message: &'a Message, tools: &CalledTools<'a>, veil: &Veil, most: usize) -> (Value, usize) {
    let mut room = most;
    let mut is_cut = false;
    let mut content = Vec::new();
    for block in tools.blocks(message, veil) {
        if content.len() == MOST_BLOCKS || room == 0 {
            break;
        }
        let (object, was_cut) = block.object(&mut room);
        is_cut |= was_cut;
        content.push(object);
    }
    let left_out = message.shown_content().len() - content.len();
    let mut shown = json!({
        "index": message.index,
        "message_id": message.message_id,
        "role": cut(message.shown_role().as_str(), LONGEST_WORD).0,
        "created_at": json::time(message.created_at),
        "totalTokens": message.usage.and_then(Usage::total_tokens),
        "latency_ms": message.latency_ms,
        "content": content,
    });
    if message.redaction.is_some() {
        shown["redacted"] = true.into();
    }
    if let Some(event) = &message.guardrail_event {
        shown["guardrail"] = cut(event.action.as_deref().unwrap_or("intervened"), LONGEST_WORD).0.into();
    }
    if left_out > 0 {
        shown["blocks_left_out"] = left_out.into();
    }
    if is_cut || left_out > 0 {
        shown["cut"] = true.into();
    }
    (shown, most - room + BESIDE)
}

/// A stored value as JSON within so many characters, which it uses up. Whether something of it was left out.
pub fn value(stored: &Bson, room: &mut usize) -> (Value, bool) {
    match stored {
        Bson::Document(fields) => {
            let mut object = Map::new();
            let mut is_cut = false;
            for (name, value) in fields {
                if *room == 0 {
                    is_cut = true;
                    break;
                }
                let (shown_name, long) = cut(name, *room);
                *room = room.saturating_sub(shown_name.chars().count() + 4);
                let (shown, was_cut) =
                    if name == VIEWER_PASSWORD { (MASK.into(), false) } else { self::value(value, room) };
                is_cut |= was_cut || long.is_some();
                object.insert(shown_name, shown);
            }
            (object.into(), is_cut)
        }
        Bson::Array(items) => {
            let mut list = Vec::new();
            let mut is_cut = false;
            for item in items {
                if *room == 0 {
                    is_cut = true;
                    break;
                }
                *room -= 1;
                let (shown, was_cut) = value(item, room);
                is_cut |= was_cut;
                list.push(shown);
            }
            (list.into(), is_cut)
        }
        Bson::String(text) => fitted(text, room),
        Bson::Binary(binary) if binary.bytes.len() > 64 => fitted(&format!("[{} bytes]", binary.bytes.len()), room),
        other => {
            let shown = json::stored(other);
            let text = shown.to_string();
            if text.len() > (*room).max(BESIDE) {
                return fitted(&text, room);
            }
            *room = room.saturating_sub(text.len());
            (shown, false)
        }
    }
}

fn fitted(text: &str, room: &mut usize) -> (Value, bool) {
    let (shown, long) = cut(text, *room);
    *room = room.saturating_sub(shown.chars().count() + 2);
    (shown.into(), long.is_some())
}

#[cfg(test)]
mod tests;
