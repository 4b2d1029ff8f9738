//! Settings of the screen.

use jiff::tz::TimeZone;

/// Settings of the screen (`[ui]` of the file).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ui {
    /// Columns of the session list, in order (`columns`).
    pub columns: Vec<Column>,
    /// Unicode or ASCII marks (`symbols`).
    pub symbols: Symbols,
    /// Times in UTC rather than local (`utc`).
    pub utc: bool,
    /// Colours (`theme`); `NO_COLOR` in the environment, or a `TERM` that is `dumb`, makes it `None`.
    pub theme: ThemeName,
    /// Whether the mouse is used (`mouse`).
    pub mouse: bool,
    /// Whether each frame is sent as one synchronized update (`synchronized`).
    pub synchronized: bool,
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
            theme: ThemeName::Auto,
            mouse: true,
            synchronized: true,
            links: true,
        }
    }
}

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
    /// `feedback`: `+1 -1`.
    Feedback,
    /// `guardrail`: events.
    Guardrail,
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

/// A set of colours.
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

impl Column {
    /// The names that `columns` may hold; `meta.KEY` stands for any field of the metadata.
    pub const NAMES: &'static [&'static str] = &[
        "changed",
        "created",
        "id",
        "application",
        "type",
        "agents",
        "model",
        "messages",
        "tokens",
        "feedback",
        "guardrail",
        "size",
        "meta.KEY",
    ];

    /// Reads a column's name; `None` where there is no such column.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Some(match name {
            "changed" => Self::Changed,
            "created" => Self::Created,
            "id" => Self::Id,
            "application" => Self::Application,
            "type" => Self::SessionType,
            "agents" => Self::Agents,
            "model" => Self::Model,
            "messages" => Self::Messages,
            "tokens" => Self::Tokens,
            "feedback" => Self::Feedback,
            "guardrail" => Self::Guardrail,
            "size" => Self::Size,
            _ => Self::Meta(name.strip_prefix("meta.").filter(|key| !key.is_empty())?.to_owned()),
        })
    }
}
