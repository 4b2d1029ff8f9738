//! How things look: colours with one meaning each, marks with ASCII twins, and the clock.

pub mod colour;

use jiff::{Timestamp, tz::TimeZone};
use ratatui::style::{Color, Modifier, Style};

use crate::{
    app::config::{Symbols, ThemeName},
    session::edit::DateContext,
};
use colour::{Depth, Ground, Palette};

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
    /// Whether the terminal is told of links.
    pub links: bool,
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
    /// What changed just now.
    pub glow: Style,
    /// A find hit.
    pub hit: Style,
    /// Inline code, keys in hints.
    pub code: Style,
    /// Links.
    pub link: Style,
    /// Whether colours may be used (code highlighting asks this).
    pub colours: bool,
    /// What is known of the terminal's colours.
    pub palette: Palette,
}

impl Theme {
    /// The styles of a theme on a terminal of 256 colours.
    #[must_use]
    pub fn of(name: ThemeName) -> Self {
        Self::on(name, Palette::default())
    }

    /// The styles of a theme on a terminal with such colours; the name of a theme comes before what is known of the background.
    #[must_use]
    pub fn on(name: ThemeName, palette: Palette) -> Self {
        match name {
            ThemeName::Auto => Self::coloured(palette),
            ThemeName::Dark => Self::coloured(Palette { ground: Ground::Dark, ..palette }),
            ThemeName::Light => Self::coloured(Palette { ground: Ground::Light, ..palette }),
            ThemeName::None => Self::plain(palette),
        }
    }

    fn coloured(palette: Palette) -> Self {
        let few = palette.depth == Depth::Sixteen;
        // For a dark, a light and an unknown background: of 256 colours, and of the 16 with names.
        let fg = |many: [u8; 3], names: [Color; 3]| {
            let at = match palette.ground {
                Ground::Dark => 0,
                Ground::Light => 1,
                Ground::Unknown => 2,
            };
            Style::new().fg(if few { names[at] } else { Color::Indexed(many[at]) })
        };
        // What is grey of 16 colours may be what the background is.
        let faint = |many| if few { Style::new().add_modifier(Modifier::DIM) } else { fg(many, [Color::Reset; 3]) };
        let blue = [Color::Cyan, Color::Blue, Color::LightBlue];
        Self {
            text: Style::new(),
            dim: faint([245, 242, 244]),
            title: Style::new().add_modifier(Modifier::BOLD),
            border: faint([243, 245, 244]),
            focus: fg([44, 25, 32], blue).add_modifier(Modifier::BOLD),
            selected: match palette.ground {
                Ground::Dark if !few => Style::new().fg(Color::Indexed(254)).bg(Color::Indexed(237)),
                Ground::Light if !few => Style::new().fg(Color::Indexed(235)).bg(Color::Indexed(254)),
                // Whatever the two are, they differ.
                _ => Style::new().add_modifier(Modifier::REVERSED),
            },
            user: fg([117, 25, 32], blue).add_modifier(Modifier::BOLD),
            assistant: fg([150, 28, 64], [Color::Green, Color::Magenta, Color::Magenta]).add_modifier(Modifier::BOLD),
            tool: fg([180, 94, 136], [Color::Yellow, Color::Reset, Color::Reset]),
            reasoning: faint([245, 242, 244]).add_modifier(Modifier::ITALIC),
            ok: fg([77, 28, 64], [Color::Green, Color::Blue, Color::LightBlue]),
            warn: fg([184, 130, 166], [Color::Yellow, Color::Magenta, Color::Magenta]),
            error: fg([203, 160, 167], [Color::LightRed, Color::Red, Color::Red]),
            new: fg([177, 90, 133], [Color::Magenta, Color::Magenta, Color::LightMagenta]),
            glow: fg([177, 90, 133], [Color::Magenta, Color::Magenta, Color::LightMagenta]),
            hit: Style::new().fg(Color::Black).bg(Color::Yellow),
            code: fg([215, 130, 130], [Color::Yellow, Color::Magenta, Color::Magenta]),
            link: fg([110, 25, 67], blue).add_modifier(Modifier::UNDERLINED),
            colours: true,
            palette,
        }
    }

    /// Bars of plots and of rates.
    #[must_use]
    pub fn bars(&self) -> Style {
        self.link.remove_modifier(Modifier::UNDERLINED)
    }

    /// Every style, for what must hold of all of them.
    #[cfg(test)]
    fn styles(&self) -> [(&'static str, Style); 18] {
        [
            ("text", self.text),
            ("dim", self.dim),
            ("title", self.title),
            ("border", self.border),
            ("focus", self.focus),
            ("selected", self.selected),
            ("user", self.user),
            ("assistant", self.assistant),
            ("tool", self.tool),
            ("reasoning", self.reasoning),
            ("ok", self.ok),
            ("warn", self.warn),
            ("error", self.error),
            ("new", self.new),
            ("glow", self.glow),
            ("hit", self.hit),
            ("code", self.code),
            ("link", self.link),
        ]
    }

    fn plain(palette: Palette) -> Self {
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
            glow: bold,
            hit: plain.add_modifier(Modifier::REVERSED),
            code: plain,
            link: plain.add_modifier(Modifier::UNDERLINED),
            colours: false,
            palette,
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
    /// A live session, changes that are told as they are made.
    pub dot: &'static str,
    /// Changes that are looked for now and then.
    pub dotted: &'static str,
    /// What is as old as when it was read.
    pub ring: &'static str,
    /// Changes that are told faster than they are taken in.
    pub behind: &'static str,
    /// A session that is marked.
    pub marked: &'static str,
    /// A session of which an alert told.
    pub alert: &'static str,
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
    /// Below what a cursor is on.
    pub pointer: &'static str,
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
    dotted: "◌",
    ring: "○",
    behind: "◍",
    marked: "✓",
    alert: "▲",
    sep: "▪",
    rule: "─",
    ellipsis: "…",
    dash: "–",
    at_least: "≥",
    thousands: "\u{202f}",
    levels: ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"],
    pointer: "▴",
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
    dotted: "o",
    ring: "-",
    behind: "%",
    marked: "+",
    alert: "!",
    sep: "|",
    rule: "-",
    ellipsis: "~",
    dash: "-",
    at_least: ">=",
    thousands: " ",
    levels: ["_", ".", ":", "-", "=", "+", "*", "#"],
    pointer: "^",
    bullet: "*",
    quote: "|",
    horizontal: "-",
    vertical: "|",
    corners: ["+", "+", "+", "+", "+", "+", "+", "+", "+"],
    unicode: false,
};

#[cfg(test)]
mod tests;
