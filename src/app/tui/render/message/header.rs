//! The lines above what a message says: rules of a new day or run, and its header.

use ratatui::{
    style::Style,
    text::{Line, Span},
};

use super::shown::ShownMessage;
use crate::{
    app::{
        text,
        tui::render::{Look, format},
    },
    session::Role,
};

/// `── Mon 23 Nov 2026 ─────`
pub(super) fn rule(words: &str, width: usize, style: Style, look: &Look) -> Line<'static> {
    let rule = look.marks.rule;
    let words = format::fit(words, width.saturating_sub(6), look.marks);
    let rest = width.saturating_sub(format::width(&words) + 4);
    Line::from(Span::styled(format!("{} {words} {}", rule.repeat(2), rule.repeat(rest)), style))
}

/// `assistant      150 tok  400 ms   14:11:20`, with as many of the figures as there is room for.
pub(super) fn header(subject: &ShownMessage<'_>, width: usize) -> Line<'static> {
    let look = subject.look;
    let message = subject.message;
    let (name, style) = role(message.shown_role(), look);
    let mut left = vec![Span::styled(format::fit(&name, width / 2, look.marks), style)];
    if let Some(agent) = subject.agent {
        left.push(Span::styled(
            format!(" {}", format::fit(&text::line(agent), (width / 3).max(24).min(width / 2), look.marks)),
            look.theme.dim,
        ));
    }
    for (mark, style) in flags(subject) {
        left.push(Span::styled(format!(" {} {mark}", look.marks.sep), style));
    }
    let time = message.created_at.map(|at| format::clock(at, look)).unwrap_or_default();
    let latency = subject.latency_ms.map(format::millis).unwrap_or_default();
    let tokens = subject.tokens.map(|tokens| format!("{} tok", format::number(tokens, look.marks)));
    let tokens = tokens.unwrap_or_default();
    let rights = [
        format!("{tokens:>12}  {latency:>7}  {time:>9}"),
        format!("{tokens}  {latency}  {time}").trim().to_owned(),
        format!("{tokens}  {time}").trim().to_owned(),
        time,
    ];
    let mut used: usize = left.iter().map(Span::width).sum();
    let right = rights.into_iter().find(|right| used + 2 + format::width(right) <= width).unwrap_or_default();
    while used > width.saturating_sub(format::width(&right)) && left.len() > 1 {
        used -= left.pop().map_or(0, |span| span.width());
    }
    left.push(Span::raw(" ".repeat(width.saturating_sub(used + format::width(&right)))));
    left.push(Span::styled(right, look.theme.dim));
    Line::from(left)
}

fn role(role: &Role, look: &Look) -> (String, Style) {
    match role {
        Role::User => ("user".to_owned(), look.theme.user),
        Role::Assistant => ("assistant".to_owned(), look.theme.assistant),
        Role::Other(other) => (text::line(other).into_owned(), look.theme.tool),
        Role::Unknown => ("no role".to_owned(), look.theme.warn),
    }
}

fn flags(subject: &ShownMessage<'_>) -> Vec<(String, Style)> {
    let theme = &subject.look.theme;
    let message = subject.message;
    let mut flags = Vec::new();
    if subject.new {
        flags.push(("new".to_owned(), theme.new));
    }
    if message.redaction.is_some() {
        flags.push(("redacted".to_owned(), theme.warn));
    }
    match message.findings.len() {
        0 => {}
        1 => flags.push(("1 finding".to_owned(), theme.warn)),
        many => flags.push((format!("{many} findings"), theme.warn)),
    }
    flags
}
