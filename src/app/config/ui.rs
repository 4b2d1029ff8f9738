//! Settings of the screen.

use std::{collections::HashSet, fmt};

use jiff::tz::TimeZone;

use super::Themes;
use crate::{metrics::SessionFigure, repository::SortBy};

/// Settings of the screen (`[ui]` of the file).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ui {
    /// Columns of the session list, in order (`columns`).
    pub columns: Vec<Column>,
    /// Unicode or ASCII marks (`symbols`).
    pub symbols: Symbols,
    /// Times in UTC rather than local (`utc`).
    pub utc: bool,
    /// The name of the theme (`theme`), or `auto` for the one that is for the background; `NO_COLOR` in the environment, or a `TERM`
    /// that is `dumb`, makes it `none`.
    pub theme: String,
    /// The theme that `auto` is on a dark background (`theme_dark`).
    pub theme_dark: String,
    /// The theme that `auto` is on a light background (`theme_light`).
    pub theme_light: String,
    /// The themes that there are.
    pub themes: Themes,
    /// Whether the terminal's window is given a title (`title`).
    pub title: bool,
    /// How images are shown (`images`).
    pub images: ImageUse,
    /// Whether the mouse is used (`mouse`).
    pub mouse: bool,
    /// Whether each frame is sent as one synchronized update (`synchronized`).
    pub synchronized: bool,
    /// Whether the session under the cursor of the list shows itself (`preview`).
    pub preview: bool,
    /// Whether the terminal is told of links (`links`).
    pub links: bool,
}

impl Ui {
    /// The zone of the times on screen, of what is typed and of the days in filters.
    #[must_use]
    pub fn zone(&self) -> TimeZone {
        if self.utc { TimeZone::UTC } else { TimeZone::system() }
    }
}

impl Default for Ui {
    fn default() -> Self {
        Self {
            columns: vec![Column::Changed, Column::Id, Column::Messages, Column::Tokens, Column::Feedback],
            symbols: Symbols::Unicode,
            utc: false,
            theme: ThemeName::Auto.as_str().to_owned(),
            theme_dark: ThemeName::Dark.as_str().to_owned(),
            theme_light: ThemeName::Light.as_str().to_owned(),
            themes: Themes::default(),
            title: true,
            images: ImageUse::Auto,
            mouse: true,
            synchronized: true,
            preview: true,
            links: true,
        }
    }
}

/// What the column is called that shows the order `updated`.
const CHANGED: &str = "changed";

/// A column of the session list.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Column {
    /// `changed`: age of the last change.
    Changed,
    /// `created`: age.
    Created,
    /// `id`: the session's name.
    Id,
    /// `application`.
    Application,
    /// `type`.
    SessionType,
    /// `agents`: how many.
    Agents,
    /// `model`: of the first agent.
    Model,
    /// `messages`.
    Messages,
    /// `tokens`: used in all.
    Tokens,
    /// `calls` of models.
    Calls,
    /// `errors`: calls of tools that failed.
    Errors,
    /// `latency`: the 95th percentile of the calls'.
    Latency,
    /// `feedback`: `+1 -1`.
    Feedback,
    /// `guardrail`: events.
    Guardrail,
    /// `findings`: of the session and its histories; fields that cannot be read are not counted.
    Findings,
    /// `size`: of the document.
    Size,
    /// `meta.KEY`.
    Meta(String),
}

/// Marks used on screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Symbols {
    /// Box drawing, arrows and blocks.
    #[default]
    Unicode,
    /// Their ASCII twins.
    Ascii,
}

/// How images in a conversation are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ImageUse {
    /// As pictures where the terminal says that it can; else as a line of words.
    #[default]
    Auto,
    /// Of half blocks, where the terminal has 24-bit colours.
    Blocks,
    /// As a line of words.
    Off,
}

/// Themes that are always there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ThemeName {
    /// For the background that the terminal says it has; until it says so, colours that can be read on any.
    #[default]
    Auto,
    /// For a dark background.
    Dark,
    /// For a light background.
    Light,
    /// Attributes only.
    None,
}

impl ThemeName {
    /// Its name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Dark => "dark",
            Self::Light => "light",
            Self::None => "none",
        }
    }
}

impl Column {
    /// The names that `columns` may hold, which are those of the orders; `meta.KEY` stands for any field of the metadata.
    #[must_use]
    pub fn names() -> Vec<&'static str> {
        SortBy::NAMES.iter().map(|name| if *name == "updated" { CHANGED } else { *name }).collect()
    }

    /// Every column that is no field of the metadata.
    pub fn named() -> impl Iterator<Item = Self> {
        let all = SortBy::NAMES.iter().filter_map(|name| Self::from_name(name));
        all.filter(|column| !matches!(column, Self::Meta(_)))
    }

    /// Reads a column's name, which is that of an order; `None` where there is no such column.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        SortBy::from_name(name).map(|by| Self::of(&by))
    }

    /// What is wrong with columns of which one stands there twice: `names the column "id" twice`. `None`: nothing.
    #[must_use]
    pub fn twice(columns: &[Self]) -> Option<String> {
        let mut seen = HashSet::new();
        let twice = columns.iter().find(|column| !seen.insert(*column))?;
        Some(format!("names the column {:?} twice", twice.to_string()))
    }

    /// What a list is sorted by to be sorted by it.
    #[must_use]
    pub fn sort_by(&self) -> SortBy {
        match self {
            Self::Changed => SortBy::Updated,
            Self::Created => SortBy::Created,
            Self::Id => SortBy::Id,
            Self::Application => SortBy::Application,
            Self::SessionType => SortBy::SessionType,
            Self::Agents => SortBy::Agents,
            Self::Model => SortBy::Model,
            Self::Messages => SortBy::Figure(SessionFigure::Messages),
            Self::Tokens => SortBy::Figure(SessionFigure::Tokens),
            Self::Calls => SortBy::Figure(SessionFigure::Calls),
            Self::Errors => SortBy::Figure(SessionFigure::Errors),
            Self::Latency => SortBy::Figure(SessionFigure::LatencyP95),
            Self::Feedback => SortBy::Figure(SessionFigure::Feedbacks),
            Self::Guardrail => SortBy::Guardrail,
            Self::Findings => SortBy::Findings,
            Self::Size => SortBy::Figure(SessionFigure::Size),
            Self::Meta(key) => SortBy::Metadata(key.clone()),
        }
    }

    /// The column that shows what a list is sorted by.
    #[must_use]
    pub fn of(by: &SortBy) -> Self {
        match by {
            SortBy::Updated => Self::Changed,
            SortBy::Created => Self::Created,
            SortBy::Id => Self::Id,
            SortBy::Application => Self::Application,
            SortBy::SessionType => Self::SessionType,
            SortBy::Agents => Self::Agents,
            SortBy::Model => Self::Model,
            SortBy::Guardrail => Self::Guardrail,
            SortBy::Findings => Self::Findings,
            SortBy::Figure(SessionFigure::Messages) => Self::Messages,
            SortBy::Figure(SessionFigure::Tokens) => Self::Tokens,
            SortBy::Figure(SessionFigure::Calls) => Self::Calls,
            SortBy::Figure(SessionFigure::Errors) => Self::Errors,
            SortBy::Figure(SessionFigure::LatencyP95) => Self::Latency,
            SortBy::Figure(SessionFigure::Feedbacks) => Self::Feedback,
            SortBy::Figure(SessionFigure::Size) => Self::Size,
            SortBy::Metadata(key) => Self::Meta(key.clone()),
        }
    }
}

/// Its name in `columns`.
impl fmt::Display for Column {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Changed => f.write_str(CHANGED),
            column => fmt::Display::fmt(&column.sort_by(), f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_column_can_be_sorted_by_and_shows_it() {
        for name in Column::names() {
            let column = Column::from_name(name).unwrap();
            assert_eq!(Column::of(&column.sort_by()), column);
            let named = SortBy::from_name(name);
            assert_eq!(named, Some(column.sort_by()), "{name}: the same name in both");
            assert_eq!(column.to_string(), name);
        }
        for (name, column) in [("updated", Column::Changed), ("App", Column::Application), ("SIZE", Column::Size)] {
            assert_eq!(Column::from_name(name), Some(column), "what an order may be called");
        }
        assert_eq!(Column::from_name("meta."), None);
    }
}
