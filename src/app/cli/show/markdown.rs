//! A session as a Markdown transcript.
//!
//! What people and models said stands in block quotes: nothing in it, such as a heading or a code fence that is never
//! closed, reaches the transcript's own structure.

use std::fmt::Write;

use crate::{
    app::text::{fenced, longest_run},
    session::{Block, Message, Session, ToolContent, citations, plain},
};
use bson::Bson;

use super::{
    parts::{self, block, line},
    tools::ShownTools,
};

pub fn write(session: &Session, password: Option<&str>) -> String {
    let mut out = format!("# {}\n\n", escaped(&line(session.name())));
    for (name, value) in parts::fields(session, password) {
        // Writing to a string cannot fail.
        let _ = writeln!(out, "- {}: {}", escaped(&name), code(&value));
    }
    for agent in &session.agents {
        let _ = writeln!(out, "\n## {}\n\n{}", escaped(&line(agent.id.as_str())), escaped(&parts::agent(agent)));
        let tools = ShownTools::of(agent);
        for message in &agent.messages {
            out += &self::message(message, &tools);
        }
    }
    out
}

fn message(message: &Message, tools: &ShownTools<'_>) -> String {
    let heading: Vec<String> = std::iter::once(parts::role(message)).chain(parts::notes(message)).collect();
    let mut out = format!("\n### {} {}\n", message.index, escaped(&heading.join(", ")));
    for (at, block) in message.shown_content().iter().enumerate() {
        let note = tools.note(message, at).map(|note| format!(", {}", escaped(&note))).unwrap_or_default();
        out.push('\n');
        out += &content(block, &note);
    }
    out
}

fn content(stored: &Block, note: &str) -> String {
    match stored {
        Block::Text(text) => quoted(&block(text)),
        Block::Citations { text, citations } => cited(text, citations),
        Block::Reasoning { text: Some(text), .. } => format!("Reasoning:\n\n{}", quoted(&block(text))),
        Block::Reasoning { text: None, redacted_bytes: None } => "Reasoning: without text\n".into(),
        Block::Reasoning { text: None, redacted_bytes: Some(_) } => "Reasoning: redacted\n".into(),
        Block::ToolUse { name, input, .. } => {
            let name = name.as_deref().map_or_else(|| "unnamed".into(), line);
            format!("Tool call {}{note}:\n\n{}", code(&name), fenced(&pretty(&input.bson()), "json"))
        }
        Block::ToolResult { status, content, .. } => {
            let parts: Vec<String> = content.iter().map(tool_content).collect();
            format!("Tool result, {}{note}:\n\n{}", escaped(&parts::status(status.as_ref())), parts.join("\n"))
        }
        Block::Media(media) => code(&line(&media.describe())) + "\n",
        Block::CachePoint(_) => "Cache point\n".into(),
        Block::Guard(value) => {
            let label = citations::guard_label(value);
            let text = citations::guard_text(value).map(|text| quoted(&block(text)));
            labelled(&line(&capital(&label)), &text.unwrap_or_else(|| fenced(&pretty(value), "json")))
        }
        Block::Other { kind, value } => labelled(kind, &fenced(&pretty(&value.bson()), "json")),
        Block::Beside(fields) => labelled("Other fields", &fenced(&pretty(&Bson::Document(fields.clone())), "json")),
        Block::Unknown(value) => fenced(&pretty(&value.bson()), "json"),
    }
}

fn capital(label: &str) -> String {
    let mut chars = label.chars();
    chars.next().into_iter().flat_map(char::to_uppercase).chain(chars).collect()
}

fn labelled(label: &str, content: &str) -> String {
    format!("{}:\n\n{content}", escaped(label))
}

/// A text with its sources under it.
fn cited(text: &str, citations: &Bson) -> String {
    let mut out = quoted(&block(text));
    let sources = parts::sources(citations);
    if !sources.is_empty() {
        out += "\nSources:\n\n";
    }
    for (i, source) in sources.iter().enumerate() {
        let _ = writeln!(out, "{}. {}", i + 1, escaped(source));
    }
    out
}

fn tool_content(part: &ToolContent) -> String {
    match part {
        ToolContent::Text(text) => fenced(&block(text), "text"),
        ToolContent::Json(value) | ToolContent::Unknown(value) => fenced(&pretty(&value.bson()), "json"),
        ToolContent::Media(media) => code(&line(&media.describe())) + "\n",
    }
}

fn pretty(value: &Bson) -> String {
    block(&plain::pretty(value))
}

fn quoted(text: &str) -> String {
    text.trim_end_matches('\n').split('\n').fold(String::new(), |out, line| out + format!("> {line}").trim_end() + "\n")
}

/// Code inside a line.
fn code(text: &str) -> String {
    let ticks = "`".repeat(longest_run(text) + 1);
    let space = if text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    format!("{ticks}{space}{text}{space}{ticks}")
}

/// Text that means itself in a heading or paragraph.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '#' | '|' | '&' | '!') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stored_text_cannot_break_out() {
        assert_eq!(quoted("# x\n```\nopen\n\n"), "> # x\n> ```\n> open\n");
        assert_eq!(code("`x"), "`` `x ``");
        assert_eq!(escaped("<b>_x_"), "\\<b\\>\\_x\\_");
    }
}
