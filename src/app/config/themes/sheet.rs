//! One file of a theme: what it may hold, and every mistake in it with its line.

use std::collections::BTreeMap;

use bson::Bson;
use ratatui::style::{Color, Modifier};

use super::MEANINGS;
use crate::app::config::toml_walk::{self, Problem, Section, TomlEntry, line_of, right_word};

/// A mistake: its line, from 1, and what is wrong.
pub(super) type SheetMistake = (usize, String);

/// What a theme is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SheetGround {
    /// Dark backgrounds.
    Dark,
    /// Light backgrounds.
    Light,
    /// Both.
    #[default]
    Any,
}

/// A theme as its file says it, whole.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ThemeSheet {
    /// What it is, in a few words; may be empty.
    pub about: String,
    /// What it is for.
    pub ground: SheetGround,
    /// What lies behind everything; `None`: what the terminal has there.
    pub background: Option<Color>,
    styles: BTreeMap<&'static str, SheetStyle>,
}

/// How one kind of text looks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SheetStyle {
    /// Colour of the text.
    pub fg: Option<Color>,
    /// The same on a terminal of 16 colours, where the nearest would not do.
    pub fg16: Option<Color>,
    /// Colour behind the text.
    pub bg: Option<Color>,
    /// Bold and so on.
    pub modifier: Modifier,
}

impl ThemeSheet {
    /// How a kind of text looks; as the terminal shows it where the theme says nothing.
    #[must_use]
    pub fn style(&self, meaning: &str) -> SheetStyle {
        self.styles.get(meaning).copied().unwrap_or_default()
    }

    /// Whether it has any colour at all.
    #[must_use]
    pub fn has_colours(&self) -> bool {
        self.background.is_some() || self.styles.values().any(|style| style.fg.or(style.bg).is_some())
    }
}

/// A colour as it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Ink {
    written: WrittenInk,
    line: usize,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum WrittenInk {
    /// A name of the palette, a colour's name, `#rrggbb`.
    Word(String),
    /// One of 256.
    Number(u8),
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct RawStyle {
    fg: Option<Ink>,
    fg16: Option<Ink>,
    bg: Option<Ink>,
    modifier: Modifier,
}

/// A file as it stands.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct RawSheet {
    about: String,
    /// The theme that it builds on, and the line.
    pub inherits: Option<(String, usize)>,
    /// `None`: it says nothing of it.
    ground: Option<SheetGround>,
    background: Option<Ink>,
    palette: BTreeMap<String, Color>,
    styles: BTreeMap<&'static str, RawStyle>,
}

const MODIFIERS: [(&str, Modifier); 5] = [
    ("bold", Modifier::BOLD),
    ("dim", Modifier::DIM),
    ("italic", Modifier::ITALIC),
    ("underline", Modifier::UNDERLINED),
    ("reversed", Modifier::REVERSED),
];

impl RawSheet {
    /// Reads the text of a file.
    ///
    /// # Errors
    /// The first mistake.
    pub fn parse(text: &str) -> Result<Self, SheetMistake> {
        Self::from_toml(text).map_err(|problem| (line_of(text, problem.at), problem.text))
    }

    fn from_toml(text: &str) -> Result<Self, Problem> {
        let document = toml_walk::parse(text)?;
        let root = Section::root(&document);
        let known: Vec<&str> =
            ["about", "inherits", "ground", "background", "palette"].into_iter().chain(MEANINGS).collect();
        root.only(&known)?;
        let mut sheet = Self::default();
        if let Some(item) = root.get("about") {
            sheet.about = item.string()?;
        }
        if let Some(item) = root.get("inherits") {
            sheet.inherits = Some((item.filled()?, line_of(text, item.at())));
        }
        if let Some(item) = root.get("ground") {
            let words = [("dark", SheetGround::Dark), ("light", SheetGround::Light), ("any", SheetGround::Any)];
            sheet.ground = Some(item.one_of(&words)?);
        }
        if let Some(item) = root.get("background") {
            sheet.background = Some(ink(&item, text)?);
        }
        if let Some(item) = root.get("palette") {
            for item in item.table()?.items() {
                let colour = plain_colour(&ink(&item, text)?.written)
                    .ok_or_else(|| item.wrong("must be a colour such as \"#ff8800\", \"light-blue\" or 214"))?;
                sheet.palette.insert(item.key.to_owned(), colour);
            }
        }
        for meaning in MEANINGS {
            if let Some(item) = root.get(meaning) {
                sheet.styles.insert(meaning, style(&item, text)?);
            }
        }
        Ok(sheet)
    }

    /// With what another one says where this one says nothing.
    #[must_use]
    pub fn over(self, parent: Self) -> Self {
        let parent = parent.elsewhere();
        let (mut palette, mut styles) = (parent.palette, parent.styles);
        palette.extend(self.palette);
        styles.extend(self.styles);
        Self {
            about: if self.about.is_empty() { parent.about } else { self.about },
            inherits: None,
            ground: self.ground.or(parent.ground),
            background: self.background.or(parent.background),
            palette,
            styles,
        }
    }

    /// The same, of another file: its lines are none of the one that builds on it.
    fn elsewhere(mut self) -> Self {
        let of_styles = self.styles.values_mut().flat_map(|style| [&mut style.fg, &mut style.fg16, &mut style.bg]);
        for ink in of_styles.chain([&mut self.background]).flatten() {
            ink.line = 0;
        }
        self
    }

    /// Whether every colour that is named is there, and can be seen. What is inherited was checked in its own file.
    ///
    /// # Errors
    /// The first mistake in the file.
    pub fn check(&self) -> Result<(), SheetMistake> {
        let of_styles = self.styles.values().flat_map(|style| [&style.fg, &style.fg16, &style.bg]);
        let mut unknown: Vec<&Ink> =
            of_styles.chain([&self.background]).flatten().filter(|ink| self.colour(ink).is_none()).collect();
        unknown.sort_by_key(|ink| ink.line);
        let Some(Ink { written: WrittenInk::Word(word), line }) = unknown.first() else { return self.can_be_seen() };
        let named = NAMES.iter().copied().chain(self.palette.keys().map(String::as_str));
        let hint = right_word(word, &named.collect::<Vec<_>>());
        Err((*line, format!("there is no colour {word:?}, neither in [palette] nor by itself; {hint}")))
    }

    /// Whether a background of its own has a text, and nothing but a border is of the colour of what lies behind it.
    fn can_be_seen(&self) -> Result<(), SheetMistake> {
        let text = self.styles.get("text").and_then(|style| style.fg.as_ref());
        if let (Some(background), None) = (&self.background, text) {
            let problem = "there is a background, so text needs a colour: what is read on it must be known";
            return Err((background.line.max(1), problem.to_owned()));
        }
        for (meaning, style) in self.styles.iter().filter(|(meaning, _)| **meaning != "border") {
            let (Some(fg), Some(behind)) = (&style.fg, style.bg.as_ref().or(self.background.as_ref())) else {
                continue;
            };
            if self.colour(fg) == self.colour(behind) {
                let problem = format!("{meaning} has the colour of what lies behind it, and cannot be seen");
                return Err((fg.line.max(behind.line).max(1), problem));
            }
        }
        Ok(())
    }

    /// What it says, whole.
    #[must_use]
    pub fn resolved(&self) -> ThemeSheet {
        let colour = |ink: Option<&Ink>| ink.and_then(|ink| self.colour(ink));
        let style = |raw: &RawStyle| SheetStyle {
            fg: colour(raw.fg.as_ref()),
            fg16: colour(raw.fg16.as_ref()),
            bg: colour(raw.bg.as_ref()),
            modifier: raw.modifier,
        };
        ThemeSheet {
            about: self.about.clone(),
            ground: self.ground.unwrap_or_default(),
            background: colour(self.background.as_ref()),
            styles: self.styles.iter().map(|(meaning, raw)| (*meaning, style(raw))).collect(),
        }
    }

    fn colour(&self, ink: &Ink) -> Option<Color> {
        match &ink.written {
            WrittenInk::Word(word) => self.palette.get(word).copied().or_else(|| plain_colour(&ink.written)),
            WrittenInk::Number(_) => plain_colour(&ink.written),
        }
    }
}

/// The terminal's own colours by name.
const NAMES: [&str; 17] = [
    "black",
    "red",
    "green",
    "yellow",
    "blue",
    "magenta",
    "cyan",
    "gray",
    "dark-gray",
    "light-red",
    "light-green",
    "light-yellow",
    "light-blue",
    "light-magenta",
    "light-cyan",
    "white",
    "reset",
];

fn plain_colour(written: &WrittenInk) -> Option<Color> {
    match written {
        WrittenInk::Word(word) => word.parse().ok(),
        WrittenInk::Number(number) => Some(Color::Indexed(*number)),
    }
}

fn ink(item: &TomlEntry<'_>, text: &str) -> Result<Ink, Problem> {
    let wrong = || item.wrong("must be a colour: \"#rrggbb\", a name, or a number from 0 to 255");
    let written = match item.scalar().map_err(|_| wrong())? {
        Bson::String(word) if !word.is_empty() => WrittenInk::Word(word),
        Bson::Int32(number) => WrittenInk::Number(u8::try_from(number).map_err(|_| wrong())?),
        _ => return Err(wrong()),
    };
    Ok(Ink { written, line: line_of(text, item.at()) })
}

/// A colour alone, or a table.
fn style(item: &TomlEntry<'_>, text: &str) -> Result<RawStyle, Problem> {
    if !item.is_table() {
        return Ok(RawStyle { fg: Some(ink(item, text)?), ..RawStyle::default() });
    }
    let section = item.table()?;
    let known: Vec<&str> = ["fg", "fg16", "bg"].into_iter().chain(MODIFIERS.map(|(name, _)| name)).collect();
    section.only(&known)?;
    let colour = |key: &str| section.get(key).map(|item| ink(&item, text)).transpose();
    let mut style = RawStyle { fg: colour("fg")?, fg16: colour("fg16")?, bg: colour("bg")?, ..RawStyle::default() };
    for (name, modifier) in MODIFIERS {
        if let Some(item) = section.get(name)
            && item.boolean()?
        {
            style.modifier |= modifier;
        }
    }
    if style.bg.is_some() && style.fg.is_none() {
        return Err(item.wrong("has a bg, so it needs a fg: what is read on it must be known"));
    }
    Ok(style)
}
