//! Markdown as lines of a terminal. What models write is shown as they meant it; what it cannot show stands as text.

pub mod code;
mod frames;
pub mod named;
pub mod table;

use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Options, Parser, Tag, TagEnd};
use ratatui::{
    style::{Modifier, Style},
    text::{Line, Span},
};

use self::{frames::Frames, table::MarkdownTable};
use super::{
    Look, highlight,
    wrap::{Margin, StyledRun, wrap},
};
use crate::app::text;

/// Text beyond this is not drawn: it would take longer than a blink, and nobody reads it in a pane.
pub const MOST_TEXT: usize = 200_000;

/// What is read of Markdown.
const OPTIONS: Options = Options::ENABLE_TABLES.union(Options::ENABLE_STRIKETHROUGH).union(Options::ENABLE_TASKLISTS);

/// A text as lines of at most `width` cells (at least 8). Every stored character went through [`crate::app::text`], also
/// those that entities such as `&#27;` stood for.
#[must_use]
pub fn render(source: &str, width: usize, look: &Look) -> Vec<Line<'static>> {
    let mut page = MarkdownPage::new(width.max(8), look);
    for event in Parser::new_ext(source, OPTIONS) {
        page.take(event);
    }
    page.end_text();
    page.lines
}

struct MarkdownPage<'a> {
    look: &'a Look,
    width: usize,
    lines: Vec<Line<'static>>,
    frames: Frames,
    runs: Vec<StyledRun>,
    styles: Vec<Style>,
    /// A fenced or indented code block: its language and text.
    code: Option<(String, String)>,
    table: Option<MarkdownTable>,
    link: Vec<(String, usize)>,
    blank_wanted: bool,
}

impl<'a> MarkdownPage<'a> {
    fn new(width: usize, look: &'a Look) -> Self {
        Self {
            look,
            width,
            lines: Vec::new(),
            frames: Frames::default(),
            runs: Vec::new(),
            styles: vec![look.theme.text],
            code: None,
            table: None,
            link: Vec::new(),
            blank_wanted: false,
        }
    }

    fn take(&mut self, event: Event<'_>) {
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(tag) => self.end(tag),
            Event::Text(words) => match &mut self.code {
                Some((_, code)) => code.push_str(&text::block(&words)),
                None => self.push(&text::block(&words), self.style()),
            },
            Event::Code(words) | Event::InlineMath(words) | Event::DisplayMath(words) => {
                self.push(&text::line(&words), self.style().patch(self.look.theme.code));
            }
            Event::Html(words) | Event::InlineHtml(words) | Event::FootnoteReference(words) => {
                self.push(&text::block(&words), self.style().patch(self.look.theme.dim));
            }
            Event::SoftBreak | Event::HardBreak => self.push("\n", self.style()),
            Event::Rule => self.rule(),
            Event::TaskListMarker(done) => self.push(if done { "[x] " } else { "[ ] " }, self.style()),
        }
    }

    fn start(&mut self, tag: Tag<'_>) {
        let theme = &self.look.theme;
        match tag {
            Tag::Paragraph | Tag::HtmlBlock => self.begin_block(),
            Tag::Heading { level, .. } => {
                self.begin_block();
                let style = if level <= HeadingLevel::H2 {
                    theme.title.add_modifier(Modifier::UNDERLINED)
                } else {
                    theme.title
                };
                self.styles.push(style);
            }
            Tag::BlockQuote(_) => {
                self.begin_block();
                self.frames.begin_quote();
            }
            Tag::CodeBlock(kind) => {
                self.begin_block();
                let language = match kind {
                    CodeBlockKind::Fenced(language) => language.to_string(),
                    CodeBlockKind::Indented => String::new(),
                };
                self.code = Some((language, String::new()));
            }
            Tag::List(start) => {
                self.end_text();
                self.blank_wanted = !self.lines.is_empty() && !self.frames.in_list();
                self.frames.begin_list(start);
            }
            Tag::Item => self.begin_item(),
            Tag::Table(alignments) => {
                self.begin_block();
                self.table = Some(MarkdownTable::new(alignments));
            }
            Tag::Emphasis => self.push_style(Modifier::ITALIC),
            Tag::Strong => self.push_style(Modifier::BOLD),
            Tag::Strikethrough => self.push_style(Modifier::CROSSED_OUT),
            Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. } => {
                self.link.push((text::line(&dest_url).into_owned(), self.runs.len()));
                self.styles.push(self.style().patch(theme.link));
            }
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Paragraph | TagEnd::HtmlBlock => {
                self.end_text();
                self.blank_wanted = true;
            }
            TagEnd::Heading(_) => {
                self.end_text();
                self.styles.pop();
                self.blank_wanted = true;
            }
            TagEnd::BlockQuote(_) => {
                self.end_text();
                self.frames.end();
                self.blank_wanted = true;
            }
            TagEnd::List(_) => {
                self.frames.end();
                self.blank_wanted = !self.frames.in_list();
            }
            TagEnd::Item => self.end_item(),
            TagEnd::CodeBlock => self.end_code(),
            TagEnd::Table => self.end_table(),
            TagEnd::TableCell => {
                let runs = std::mem::take(&mut self.runs);
                if let Some(table) = &mut self.table {
                    table.push_cell(runs);
                }
            }
            TagEnd::TableRow | TagEnd::TableHead => {
                if let Some(table) = &mut self.table {
                    table.end_row();
                }
            }
            TagEnd::Emphasis | TagEnd::Strong | TagEnd::Strikethrough => {
                self.styles.pop();
            }
            TagEnd::Link | TagEnd::Image => self.end_link(),
            _ => {}
        }
    }

    fn style(&self) -> Style {
        self.styles.last().copied().unwrap_or_default()
    }

    fn push_style(&mut self, modifier: Modifier) {
        self.styles.push(self.style().add_modifier(modifier));
    }

    fn push(&mut self, words: &str, style: Style) {
        self.runs.push(StyledRun::new(words, style));
    }

    fn begin_block(&mut self) {
        self.end_text();
        if self.blank_wanted && !self.lines.is_empty() {
            let margin = self.margin(false);
            self.lines.push(Line::from(margin.rest));
        }
        self.blank_wanted = false;
    }

    fn begin_item(&mut self) {
        self.end_text();
        if self.blank_wanted {
            self.begin_block();
        }
        self.frames.begin_item(self.look.marks.bullet);
    }

    fn end_item(&mut self) {
        self.end_text();
        if self.frames.bullet_waits() {
            let margin = self.margin(true);
            self.lines.push(Line::from(margin.first));
        }
        self.frames.end();
        self.blank_wanted = false;
    }

    fn margin(&mut self, draw: bool) -> Margin {
        self.frames.margin(draw, self.width, self.look)
    }

    fn end_text(&mut self) {
        if self.runs.is_empty() || self.table.is_some() {
            return;
        }
        let mut runs = std::mem::take(&mut self.runs);
        if let Some(last) = runs.last_mut() {
            last.text.truncate(last.text.trim_end_matches('\n').len());
        }
        if self.blank_wanted {
            self.begin_block();
        }
        let margin = self.margin(true);
        self.lines.extend(wrap(&runs, self.width, &margin));
    }

    fn end_code(&mut self) {
        let Some((language, code)) = self.code.take() else { return };
        let mut margin = self.margin(true);
        for side in [&mut margin.first, &mut margin.rest] {
            side.push(Span::raw("  "));
        }
        for line in highlight::code(&code, &language, &self.look.theme) {
            self.lines.extend(wrap(&line, self.width, &margin));
            margin.first.clone_from(&margin.rest);
        }
        self.blank_wanted = true;
    }

    fn end_table(&mut self) {
        let Some(table) = self.table.take() else { return };
        self.runs.clear();
        let margin = self.margin(true);
        let used = Line::from(margin.rest.clone()).width();
        for (at, line) in table.draw(self.width - used, self.look).into_iter().enumerate() {
            let mut spans = if at == 0 { margin.first.clone() } else { margin.rest.clone() };
            spans.extend(line.spans);
            self.lines.push(Line::from(spans));
        }
        self.blank_wanted = true;
    }

    /// The address is shown unless the text already says it: nobody should have to guess where a link leads.
    fn end_link(&mut self) {
        self.styles.pop();
        let Some((address, from)) = self.link.pop() else { return };
        let shown: String = self.runs.get(from..).unwrap_or_default().iter().map(|run| run.text.as_str()).collect();
        if shown.is_empty() {
            self.push(&address, self.style().patch(self.look.theme.link));
        } else if is_beside(&shown, &address) {
            self.push(&format!(" ({address})"), self.style().patch(self.look.theme.dim));
        }
    }

    fn rule(&mut self) {
        self.begin_block();
        let margin = self.margin(true);
        let used = Line::from(margin.first.clone()).width();
        let mut spans = margin.first;
        spans.push(Span::styled(self.look.marks.rule.repeat(self.width - used), self.look.theme.dim));
        self.lines.push(Line::from(spans));
        self.blank_wanted = true;
    }
}

/// Whether the address of a link stands beside its text, which does not say it.
fn is_beside(shown: &str, address: &str) -> bool {
    shown != address && format!("mailto:{shown}") != address && !address.is_empty()
}

#[cfg(test)]
mod tests;
