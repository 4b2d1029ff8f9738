//! How things look: colours with one meaning each, marks with ASCII twins, and the clock.

pub mod colour;
mod theme;

use jiff::{Timestamp, tz::TimeZone};

use crate::{app::config::Symbols, session::edit::DateContext};
pub use theme::Theme;

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
    /// A session among the bookmarks.
    pub kept: &'static str,
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
    kept: "◆",
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
    kept: "@",
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
