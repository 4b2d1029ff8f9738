//! How things look: colours with one meaning each, marks with ASCII twins, and the clock.

use jiff::{Timestamp, tz::TimeZone};
use ratatui::style::{Color, Modifier, Style};

use crate::{
    app::config::{Symbols, ThemeName},
    session::edit::DateContext,
};

/// What every pane needs to draw.
#[derive(Debug, Clone)]
pub struct Look {
    /// Styles.
    pub theme: Theme,
    /// Marks.
    pub marks: &'static Marks,
    /// Zone that times are shown in.
    pub zone: TimeZone,
    /// The instant ages count from.
    pub now: Timestamp,
}

impl Look {
    /// What dates that are typed go by.
    #[must_use]
    pub fn dates(&self) -> DateContext {
        DateContext::new(self.now, self.zone.clone())
    }
}

/// Styles by meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Theme {
    /// Ordinary text.
    pub text: Style,
    /// Less important text.
    pub dim: Style,
    /// Headings, titles.
    pub title: Style,
    /// Border of an unfocused pane.
    pub border: Style,
    /// Border of the focused pane.
    pub focus: Style,
    /// The selected row.
    pub selected: Style,
    /// The `user` role.
    pub user: Style,
    /// The `assistant` role.
    pub assistant: Style,
    /// Tool names and other roles.
    pub tool: Style,
    /// Reasoning.
    pub reasoning: Style,
    /// Success, up.
    pub ok: Style,
    /// Warning, guardrail, redaction.
    pub warn: Style,
    /// Error, down.
    pub error: Style,
    /// What is new or live.
    pub new: Style,
    /// A find hit.
    pub hit: Style,
    /// Inline code, keys in hints.
    pub code: Style,
    /// Links.
    pub link: Style,
    /// Whether colours may be used (code highlighting asks this).
    pub colours: bool,
    /// Whether the background is light.
    pub light: bool,
}

impl Theme {
    /// The styles of a theme.
    #[must_use]
    pub fn of(name: ThemeName) -> Self {
        match name {
            ThemeName::Dark => Self::coloured(false),
            ThemeName::Light => Self::coloured(true),
            ThemeName::None => Self::plain(),
        }
    }

    fn coloured(light: bool) -> Self {
        let fg = |dark: Color, on_light: Color| Style::new().fg(if light { on_light } else { dark });
        Self {
            text: Style::new(),
            dim: fg(Color::Indexed(245), Color::Indexed(242)),
            title: Style::new().add_modifier(Modifier::BOLD),
            border: fg(Color::Indexed(240), Color::Indexed(250)),
            focus: fg(Color::Cyan, Color::Indexed(25)).add_modifier(Modifier::BOLD),
            selected: Style::new().bg(if light { Color::Indexed(254) } else { Color::Indexed(237) }),
            user: fg(Color::Indexed(117), Color::Indexed(25)).add_modifier(Modifier::BOLD),
            assistant: fg(Color::Indexed(150), Color::Indexed(28)).add_modifier(Modifier::BOLD),
            tool: fg(Color::Indexed(180), Color::Indexed(94)),
            reasoning: fg(Color::Indexed(245), Color::Indexed(242)).add_modifier(Modifier::ITALIC),
            ok: fg(Color::Green, Color::Indexed(28)),
            warn: fg(Color::Yellow, Color::Indexed(130)),
            error: fg(Color::Indexed(203), Color::Indexed(160)),
            new: fg(Color::Magenta, Color::Indexed(90)),
            hit: Style::new().fg(Color::Black).bg(Color::Yellow),
            code: fg(Color::Indexed(215), Color::Indexed(130)),
            link: fg(Color::Indexed(110), Color::Indexed(25)).add_modifier(Modifier::UNDERLINED),
            colours: true,
            light,
        }
    }

    fn plain() -> Self {
        let plain = Style::new();
        let bold = plain.add_modifier(Modifier::BOLD);
        Self {
            text: plain,
            dim: plain.add_modifier(Modifier::DIM),
            title: bold,
            border: plain.add_modifier(Modifier::DIM),
            focus: bold,
            selected: plain.add_modifier(Modifier::REVERSED),
            user: bold,
            assistant: bold,
            tool: plain,
            reasoning: plain.add_modifier(Modifier::ITALIC),
            ok: plain,
            warn: bold,
            error: bold,
            new: bold,
            hit: plain.add_modifier(Modifier::REVERSED),
            code: plain,
            link: plain.add_modifier(Modifier::UNDERLINED),
            colours: false,
            light: false,
        }
    }
}

/// Marks, each one cell wide unless said otherwise.
#[derive(Debug, PartialEq, Eq)]
pub struct Marks {
    /// A folded item.
    pub folded: &'static str,
    /// An unfolded item.
    pub unfolded: &'static str,
    /// The selected row's bar.
    pub bar: &'static str,
    /// A live session, a connection that is up.
    pub dot: &'static str,
    /// Between facts of a title.
    pub sep: &'static str,
    /// A rule.
    pub rule: &'static str,
    /// Cut text (one cell).
    pub ellipsis: &'static str,
    /// Between numbers of a range.
    pub dash: &'static str,
    /// Before a lower bound.
    pub at_least: &'static str,
    /// Between thousands.
    pub thousands: &'static str,
    /// Bars of a chart, lowest to highest.
    pub levels: [&'static str; 8],
    /// Bullet of a list.
    pub bullet: &'static str,
    /// Left edge of a quotation.
    pub quote: &'static str,
    /// Table and box lines: horizontal, vertical, then corners and crossings row by row
    /// (`┌ ┬ ┐ ├ ┼ ┤ └ ┴ ┘`).
    pub horizontal: &'static str,
    /// See `horizontal`.
    pub vertical: &'static str,
    /// See `horizontal`.
    pub corners: [&'static str; 9],
    /// Whether borders may use box drawing.
    pub unicode: bool,
}

/// The marks of a choice of symbols.
#[must_use]
pub fn marks(symbols: Symbols) -> &'static Marks {
    match symbols {
        Symbols::Unicode => &UNICODE,
        Symbols::Ascii => &ASCII,
    }
}

static UNICODE: Marks = Marks {
    folded: "▸",
    unfolded: "▾",
    bar: "▌",
    dot: "●",
    sep: "▪",
    rule: "─",
    ellipsis: "…",
    dash: "–",
    at_least: "≥",
    thousands: "\u{202f}",
    levels: ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"],
    bullet: "•",
    quote: "│",
    horizontal: "─",
    vertical: "│",
    corners: ["┌", "┬", "┐", "├", "┼", "┤", "└", "┴", "┘"],
    unicode: true,
};

static ASCII: Marks = Marks {
    folded: ">",
    unfolded: "v",
    bar: "|",
    dot: "*",
    sep: "|",
    rule: "-",
    ellipsis: "~",
    dash: "-",
    at_least: ">=",
    thousands: " ",
    levels: ["_", ".", ":", "-", "=", "+", "*", "#"],
    bullet: "*",
    quote: "|",
    horizontal: "-",
    vertical: "|",
    corners: ["+", "+", "+", "+", "+", "+", "+", "+", "+"],
    unicode: false,
};
