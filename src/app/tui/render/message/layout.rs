//! One message as lines.

use std::ops::Range;

use bson::Bson;
use ratatui::{
    style::Style,
    text::{Line, Span},
};

use super::{
    Foldable,
    header::{header, rule},
    item,
    shown::{FeedbackStand, PictureSpot, ShownFeedback, ShownMessage, ShownPicture},
};
use crate::{
    app::{
        text,
        tui::render::{
            Look, format,
            links::LaidLink,
            markdown::{self, MOST_TEXT},
            wrap::{Margin, StyledRun, wrap},
        },
    },
    session::{Block, GuardrailEvent, Rating, plain},
};

/// Cells left of what a message says.
const INDENT: usize = 2;

/// A message as lines.
#[derive(Debug, Default)]
pub struct Laid {
    /// All of them: a blank one and rules above it, the header, what it says.
    pub lines: Vec<Line<'static>>,
    /// Which lines belong to the message itself.
    pub body: Range<usize>,
    /// Its parts, in order.
    pub pieces: Vec<Piece>,
    /// Which lines are left free for which image.
    pub pictures: Vec<(PictureSpot, Range<usize>)>,
    /// Its links, line by line.
    pub links: Vec<LaidLink>,
}

/// Some lines of a message.
#[derive(Debug, Clone, PartialEq)]
pub struct Piece {
    pub lines: Range<usize>,
    pub block: usize,
    /// Whether and how it folds.
    pub fold: Option<Foldable>,
}

impl Laid {
    /// The piece a line belongs to.
    pub fn piece_at(&self, line: usize) -> Option<&Piece> {
        self.pieces.iter().find(|piece| piece.lines.contains(&line))
    }

    /// The image that a line is left free for, and which of its rows that is.
    pub fn picture_at(&self, line: usize) -> Option<(PictureSpot, u16)> {
        let (at, lines) = self.pictures.iter().find(|(_, lines)| lines.contains(&line))?;
        Some((*at, u16::try_from(line - lines.start).ok()?))
    }

    /// The line of a block, so many lines into it.
    pub fn line_of(&self, block: usize, offset: usize) -> Option<usize> {
        let piece = self.pieces.iter().find(|piece| piece.block == block)?;
        Some((piece.lines.start + offset).min(piece.lines.end.saturating_sub(1)))
    }
}

/// A line that stands for a message: that it loads, or is gone.
pub fn note(words: String, look: &Look) -> Line<'static> {
    Line::from(Span::styled(words, look.theme.dim))
}

/// Lays a message out in so many cells.
pub fn lay(subject: &ShownMessage<'_>, width: usize) -> Laid {
    let width = width.max(12);
    let look = subject.look;
    let mut laid = Laid::default();
    let hidden = subject.pairs.hides(subject.message);
    if !subject.first && (!hidden || subject.day.is_some() || subject.run.is_some() || subject.last_seen.is_some()) {
        laid.lines.push(Line::default());
    }
    if let Some(says) = subject.last_seen {
        laid.lines.push(rule(says, width, look.theme.new, look));
    }
    if let Some(day) = subject.day {
        laid.lines.push(rule(&format::day(day, look), width, look.theme.dim, look));
    }
    if let Some(run) = &subject.run {
        laid.lines.push(rule(run, width, look.theme.dim, look));
    }
    let start = laid.lines.len();
    laid.body = start..start;
    if hidden {
        return laid;
    }
    laid.lines.push(header(subject, width));
    notes(subject, width, &mut laid.lines);
    for (at, block) in subject.message.shown_content().iter().enumerate() {
        if subject.pairs.is_above(at) {
            continue;
        }
        let from = laid.lines.len();
        let (fold, in_result) = block_lines(subject, at, block, width - INDENT, &mut laid.lines);
        let in_result = in_result.into_iter();
        laid.pictures.extend(in_result.map(|(part, lines)| (PictureSpot { block: at, part: Some(part) }, lines)));
        let own = PictureSpot { block: at, part: None };
        if let Some(ShownPicture::Rows(rows)) = (subject.picture)(own) {
            let from = laid.lines.len();
            laid.lines.extend(std::iter::repeat_n(Line::default(), rows.into()));
            laid.pictures.push((own, from..laid.lines.len()));
        }
        laid.pieces.push(Piece { lines: from..laid.lines.len(), block: at, fold });
    }
    for feedback in &subject.feedbacks {
        laid.lines.extend(feedback_lines(feedback, width, look));
    }
    laid.body.end = laid.lines.len();
    laid
}

/// What has to be known before the text is read.
fn notes(subject: &ShownMessage<'_>, width: usize, lines: &mut Vec<Line<'static>>) {
    let look = subject.look;
    if let Some(event) = &subject.message.guardrail_event {
        lines.extend(indented(&guardrail(event), look.theme.warn, width));
    }
    if let Some(waiting) = &subject.pairs.waiting {
        lines.extend(indented(waiting, look.theme.warn, width));
    }
    if subject.message.content.is_empty() && subject.message.redaction.is_none() {
        lines.extend(indented("no content", look.theme.dim, width));
    }
}

fn guardrail(event: &GuardrailEvent) -> String {
    let mut words = "guardrail".to_owned();
    for part in [&event.action, &event.stop_reason].into_iter().flatten() {
        words.push(' ');
        words.push_str(part);
    }
    if let Some(policies) = &event.policies {
        words.push(' ');
        words.push_str(&plain::compact(&policies.bson()));
    }
    words
}

fn indented(words: &str, style: Style, width: usize) -> Vec<Line<'static>> {
    wrap(&[StyledRun::new(text::line(words), style)], width, &Margin::blank(INDENT))
}

fn feedback_lines(shown: &ShownFeedback<'_>, width: usize, look: &Look) -> Vec<Line<'static>> {
    let ShownFeedback { feedback, stand } = *shown;
    let (mark, style) = match &feedback.rating {
        Rating::Up => ("+".to_owned(), look.theme.ok),
        Rating::Down => ("-".to_owned(), look.theme.error),
        Rating::Neutral => ("=".to_owned(), look.theme.dim),
        Rating::Other(other) => (text::line(other).into_owned(), look.theme.dim),
    };
    let comment = feedback.comment.as_deref().map(text::block).unwrap_or_default();
    let (before, style, of_comment) = match stand {
        FeedbackStand::Stored => (String::new(), style, look.theme.text),
        FeedbackStand::Pending => (format!("{} ", look.marks.ellipsis), look.theme.dim, look.theme.dim),
        FeedbackStand::TakenBack => (format!("{} taken back ", look.marks.ellipsis), look.theme.dim, look.theme.dim),
    };
    let runs = [StyledRun::new(format!("{before}{mark} "), style), StyledRun::new(comment, of_comment)];
    wrap(&runs, width, &Margin::blank(INDENT))
}

/// Draws one block; says whether it folds, and which lines are left free for images among the parts of a result.
fn block_lines(
    subject: &ShownMessage<'_>,
    at: usize,
    block: &Block,
    width: usize,
    lines: &mut Vec<Line<'static>>,
) -> (Option<Foldable>, Vec<item::FreeLines>) {
    let look = subject.look;
    let shown = |part| (subject.picture)(PictureSpot { block: at, part });
    let mut pictures = item::ResultPictures { shown: &|part| shown(Some(part)), free: Vec::new() };
    let from = lines.len();
    let open = |kind| (subject.is_open)(kind, at);
    let kind = match block {
        Block::Text(words) | Block::Citations { text: words, .. } => {
            lines.extend(shown_text(words, width, look));
            if let Block::Citations { citations, .. } = block {
                item::sources(citations, width, look, lines);
            }
            None
        }
        Block::Reasoning { text: Some(words), .. } => {
            item::reasoning(words, open(Foldable::Reasoning), width, look, lines);
            Some(Foldable::Reasoning)
        }
        Block::Reasoning { text: None, redacted_bytes } => {
            let words = redacted_bytes.map_or_else(
                || "reasoning without text".to_owned(),
                |bytes| format!("redacted reasoning, {}", format::bytes(bytes as u64)),
            );
            lines.push(Line::from(Span::styled(words, look.theme.reasoning)));
            None
        }
        Block::ToolUse { id, name, input } => {
            let pairs = &subject.pairs;
            let call = item::ShownCall {
                id: id.as_deref(),
                name: name.as_deref(),
                input: input.view(),
                result: pairs.result(at),
                waits: pairs.waiting.is_some(),
            };
            item::tool_use(&call, subject.took, open(Foldable::Tool), width, look, lines, &mut pictures);
            Some(Foldable::Tool)
        }
        Block::ToolResult { id, status, content } => {
            let content = open(Foldable::Tool).then_some(content.as_slice());
            item::lone_result(id.as_deref(), status.as_ref(), content, width, look, lines, &mut pictures);
            Some(Foldable::Tool)
        }
        Block::Media(media) => {
            lines.extend(item::media(media, width, look));
            if let Some(ShownPicture::Not(why)) = shown(None) {
                lines.push(Line::from(Span::styled(format::fit(why, width, look.marks), look.theme.dim)));
            }
            None
        }
        Block::CachePoint(_) => {
            let words = format!("{} cache point", look.marks.rule.repeat(2));
            lines.push(Line::from(Span::styled(words, look.theme.dim)));
            None
        }
        Block::Guard(value) => {
            item::guard(value, width, look, lines);
            None
        }
        Block::Other { kind, value } => {
            item::labelled_json(kind, value.view(), width, look, lines);
            None
        }
        Block::Beside(fields) => {
            item::labelled_json("other fields", (&Bson::Document(fields.clone())).into(), width, look, lines);
            None
        }
        Block::Unknown(value) => {
            item::labelled_json("unknown block", value.view(), width, look, lines);
            None
        }
    };
    for line in &mut lines[from..] {
        line.spans.insert(0, Span::raw(" ".repeat(INDENT)));
    }
    (kind, pictures.free)
}

fn shown_text(words: &str, width: usize, look: &Look) -> Vec<Line<'static>> {
    let cut = words.floor_char_boundary(MOST_TEXT);
    let mut lines = markdown::render(&words[..cut], width, look);
    if cut < words.len() {
        let more =
            format!("{} {} more: copy takes all", look.marks.ellipsis, format::bytes((words.len() - cut) as u64));
        lines.push(Line::from(Span::styled(format::fit(&more, width, look.marks), look.theme.dim)));
    }
    lines
}
