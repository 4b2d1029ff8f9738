//! A session for people.

use std::fmt::Write;

use crate::session::{Block, Message, Role, Session, ToolContent, ToolStatus, citations};
use bson::Bson;

use super::{
    Paint,
    parts::{self, block, line},
    tools::ShownTools,
};

pub fn write(session: &Session, password: Option<&str>, paint: Paint) -> String {
    let mut out = paint.title(&line(session.name())) + "\n";
    let fields = parts::fields(session, password);
    let widest = fields.iter().map(|(name, _)| crate::app::tui::render::format::width(name)).max().unwrap_or(0);
    for (name, value) in fields {
        let padding = " ".repeat(widest - crate::app::tui::render::format::width(&name));
        // Writing to a string cannot fail.
        let _ = writeln!(out, "  {}{padding}  {value}", paint.dim(&name));
    }
    for agent in &session.agents {
        let heading = paint.title(&format!("== {} ==", line(agent.id.as_str())));
        let _ = writeln!(out, "\n{heading} {}", parts::agent(agent));
        let tools = ShownTools::of(agent);
        for message in &agent.messages {
            out += &self::message(message, &tools, paint);
        }
    }
    out
}

fn message(message: &Message, tools: &ShownTools<'_>, paint: Paint) -> String {
    let notes = parts::notes(message);
    let heading = format!("#{} {}", message.index, parts::role(message));
    let heading = match message.shown_role() {
        Role::User => paint.user(&heading),
        Role::Assistant => paint.assistant(&heading),
        Role::Other(_) | Role::Unknown => paint.tool(&heading),
    };
    let mut out = format!("\n{heading}");
    if !notes.is_empty() {
        let _ = write!(out, "  {}", paint.dim(&notes.join("  ")));
    }
    out.push('\n');
    for (at, block) in message.shown_content().iter().enumerate() {
        let note = tools.note(message, at).map(|note| format!(" [{note}]")).unwrap_or_default();
        out += &indented(&content(block, &note, paint), "  ", "  ");
    }
    out
}

/// A block; a note of its tool stands where it is read first.
fn content(stored: &Block, note: &str, paint: Paint) -> String {
    match stored {
        Block::Text(text) => block(text),
        Block::Citations { text, citations } => cited(text, citations),
        Block::Reasoning { text: Some(text), .. } => dimmed(&indented(&block(text), "~ ", "~ "), paint),
        Block::Reasoning { text: None, redacted_bytes } => {
            paint.dim(&format!("~ [{}]", parts::no_reasoning(*redacted_bytes)))
        }
        Block::ToolUse { name, input, .. } => {
            let name = name.as_deref().map_or_else(|| "tool".into(), line);
            format!("{} {}{}", paint.tool(&format!("> {name}")), parts::value(&input.bson()), paint.warn(note))
        }
        Block::ToolResult { status, content, .. } => {
            let parts: Vec<String> = content.iter().map(tool_content).collect();
            let told = parts::status(status.as_ref());
            let told = if matches!(status, Some(ToolStatus::Error)) { paint.error(&told) } else { told };
            indented(&format!("{told}{} {}", paint.dim(note), parts.join("\n")), "< ", "  ")
        }
        Block::Media(media) => line(&media.describe()),
        Block::CachePoint(_) => "[cache point]".into(),
        Block::Guard(value) => {
            let text = citations::guard_text(value).map_or_else(|| parts::value(value), block);
            format!("{}: {text}", line(&citations::guard_label(value)))
        }
        Block::Other { kind, value } => format!("{kind}: {}", parts::value(&value.bson())),
        Block::Beside(fields) => format!("other fields: {}", parts::value(&Bson::Document(fields.clone()))),
        Block::Unknown(value) => parts::value(&value.bson()),
    }
}

/// Line by line: a colour ends with its line in every pager.
fn dimmed(safe: &str, paint: Paint) -> String {
    safe.trim_end_matches('\n').split('\n').map(|line| paint.dim(line)).collect::<Vec<_>>().join("\n")
}

/// A text with its sources under it.
fn cited(text: &str, citations: &Bson) -> String {
    let mut out = block(text);
    for (i, source) in parts::sources(citations).into_iter().enumerate() {
        let _ = write!(out, "\n[{}] {source}", i + 1);
    }
    out
}

fn tool_content(part: &ToolContent) -> String {
    match part {
        ToolContent::Text(text) => block(text),
        ToolContent::Json(value) | ToolContent::Unknown(value) => parts::value(&value.bson()),
        ToolContent::Media(media) => line(&media.describe()),
    }
}

/// Every line behind `first` or `next`, and a line break at the end.
fn indented(text: &str, first: &str, next: &str) -> String {
    let mut out = String::new();
    for (i, line) in text.trim_end_matches('\n').split('\n').enumerate() {
        let start = if i == 0 { first } else { next };
        out.push_str(format!("{start}{line}").trim_end());
        out.push('\n');
    }
    out
}
