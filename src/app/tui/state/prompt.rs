//! A line to type into: the filter, the text to find, a command. What may be typed is offered below it.

mod entered;
mod filters;
mod foreseen;
mod foresight;
mod history;
mod named;
mod palette;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::layout::Rect;
use tui_textarea::{CursorMove, DataCursor, TextArea};

use crate::{
    app::{keymap::Action, text, tui::render::typed::byte_at},
    repository::FilterError,
};

use super::{
    areas,
    known::of::KnownOf,
    list,
    typing::{self, Prefilled},
};
use foreseen::Foresight;
use history::LineHistory;

/// Most lines offered at once.
const OFFERS: usize = 10;

/// What is typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asks {
    /// A filter of the sessions.
    Filter,
    /// A text to find in the conversation.
    Find,
    /// A filter of the fleet.
    Fleet,
    /// A command by name.
    Command,
}

/// A line being typed.
#[derive(Debug, Clone)]
pub struct Prompt {
    /// What for.
    pub asks: Asks,
    /// What is wrong with it.
    pub mistake: Option<TypedMistake>,
    /// What may be meant.
    pub offers: Vec<Offer>,
    /// What is said of what is typed. Safe text.
    pub says: Option<String>,
    /// The selected offer.
    chosen: Option<usize>,
    /// Every command, in the order they are offered in where nothing is typed.
    palette: Vec<Offer>,
    history: LineHistory,
    prefilled: Prefilled,
    /// What is offered is of another text.
    stale: bool,
    /// More is known by now of what may be offered: the selected offer stays.
    anew: bool,
    /// What is to be known of the store for what is offered.
    wanted: Option<KnownOf>,
    foresight: Foresight,
    area: TextArea<'static>,
}

/// What is wrong, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TypedMistake {
    /// Byte range of the word.
    pub span: std::ops::Range<usize>,
    /// What is wrong with it.
    pub problem: String,
}

impl From<FilterError> for TypedMistake {
    fn from(error: FilterError) -> Self {
        Self { span: error.span.clone(), problem: error.sentence() }
    }
}

/// Something that may be meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// As it is shown. Safe text.
    pub name: String,
    /// What it does or means, or why it cannot be done here. Safe text.
    pub help: String,
    /// Its key, where it has one.
    pub key: String,
    /// What it is.
    pub does: Does,
    /// Whether it can be done here and now.
    pub fits: bool,
}

/// What becomes of an offer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Does {
    /// An action.
    Action(Action),
    /// That line, as if it were typed.
    Line(String),
    /// The line goes on like that, the caret behind so many characters.
    Fill(String, usize),
}

/// What came of a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Typed {
    /// Taken.
    Taken,
    /// Leave the line.
    Close,
    /// Done: this was typed.
    Enter(String),
}

impl Prompt {
    /// A line that holds `text`, which the first character that is typed replaces; `before`: what was typed in such a line before,
    /// the last first.
    #[must_use]
    pub fn new(asks: Asks, text: &str, before: Vec<String>) -> Self {
        let mut area = typing::line(&text::line(text));
        Self {
            asks,
            mistake: None,
            offers: Vec::new(),
            says: None,
            chosen: None,
            palette: Vec::new(),
            history: LineHistory::new(before),
            prefilled: Prefilled::of(&mut area),
            stale: true,
            anew: false,
            wanted: None,
            foresight: Foresight::default(),
            area,
        }
    }

    /// The `:` line, which begins with `text`: every command.
    #[must_use]
    pub fn command(text: &str, palette: Vec<Offer>, before: Vec<String>) -> Self {
        let area = typing::line(text);
        Self { palette, area, ..Self::new(Asks::Command, "", before) }
    }

    /// What is typed so far.
    #[must_use]
    pub fn text(&self) -> &str {
        self.area.lines().first().map_or("", String::as_str)
    }

    /// The widget that draws the line.
    #[must_use]
    pub fn area(&self) -> &TextArea<'static> {
        &self.area
    }

    /// The byte that the caret is before.
    #[must_use]
    pub fn caret(&self) -> usize {
        let DataCursor(_, column) = self.area.cursor();
        byte_at(self.text(), column)
    }

    /// Whether what was typed before is searched.
    #[must_use]
    pub fn searches(&self) -> bool {
        self.history.searched_from.is_some()
    }

    /// Takes a key.
    pub fn on_key(&mut self, key: KeyEvent) -> Typed {
        let control = key.modifiers == KeyModifiers::CONTROL;
        self.prefilled.before(&mut self.area, key);
        match key.code {
            KeyCode::Esc if self.searches() => self.end_search(),
            KeyCode::Esc => return Typed::Close,
            _ if typing::ends_line(key) => return self.enter(),
            KeyCode::Backspace if self.text().is_empty() && self.searches() => self.end_search(),
            KeyCode::Backspace if self.text().is_empty() => return Typed::Close,
            KeyCode::Up => self.back(),
            KeyCode::Char('p') if control => self.back(),
            KeyCode::Down => self.forth(),
            KeyCode::Char('n') if control => self.forth(),
            KeyCode::Char('r') if control => self.search(),
            KeyCode::Tab => self.complete(),
            KeyCode::BackTab | KeyCode::PageUp | KeyCode::PageDown => {}
            _ => {
                let mut prefilled = self.prefilled;
                self.edit(|area| prefilled.take(area, key));
                self.prefilled = prefilled;
            }
        }
        Typed::Taken
    }

    /// A selected way to go on is taken; what else is selected or typed is done.
    pub fn enter(&mut self) -> Typed {
        if let Some(Does::Fill(line, caret)) = self.chosen_offer().map(|offer| offer.does.clone()) {
            self.put(&line, caret);
            return Typed::Taken;
        }
        Typed::Enter(self.text().to_owned())
    }

    /// Position of the selected offer.
    #[must_use]
    pub fn chosen(&self) -> Option<usize> {
        self.chosen.filter(|at| *at < self.offers.len())
    }

    /// The selected offer.
    #[must_use]
    pub fn chosen_offer(&self) -> Option<&Offer> {
        self.offers.get(self.chosen()?)
    }

    /// Selects another offer, so many further down.
    pub fn step(&mut self, by: i32) {
        let last = self.offers.len().checked_sub(1);
        let from = self.chosen();
        self.chosen = last.map(|last| match from {
            Some(at) => list::shifted(at, by).min(last),
            None => 0,
        });
    }

    /// Where the offers stand, in a body: below the line, over the body's bottom.
    #[must_use]
    pub fn offers_area(&self, body: Rect) -> Rect {
        let rows = OFFERS.min(usize::from(body.height.saturating_sub(3))).min(self.offers.len());
        let inner = areas::inside(areas::bottom(body, rows as u16 + 3));
        Rect::new(inner.x + 1, inner.y + 1, inner.width.saturating_sub(2), inner.height.saturating_sub(1))
    }

    /// Position of the first offer in view where so many rows are.
    #[must_use]
    pub fn first_offer(&self, rows: usize) -> usize {
        self.chosen().map_or(0, |at| (at + 1).saturating_sub(rows))
    }

    /// Click on a row of the offers: selects it. `true`: it was selected already.
    pub fn click(&mut self, row: usize, rows: usize) -> bool {
        let offer = self.first_offer(rows) + row;
        if self.mistake.is_some() || offer >= self.offers.len() {
            return false;
        }
        self.chosen.replace(offer) == Some(offer)
    }

    /// Takes pasted text; its line breaks become spaces.
    pub fn paste(&mut self, pasted: &str) {
        let flat = pasted.replace(['\r', '\n', '\t'], " ");
        self.prefilled.pasted();
        self.edit(|area| area.insert_str(text::line(flat.trim_end())));
    }

    fn edit(&mut self, edit: impl FnOnce(&mut TextArea<'static>) -> bool) {
        let (before, DataCursor(_, from)) = (self.text().to_owned(), self.area.cursor());
        edit(&mut self.area);
        let (is_other, DataCursor(_, to)) = (self.text() != before, self.area.cursor());
        if is_other {
            (self.mistake, self.says) = (None, None);
            self.history.leave();
        }
        // What is offered is of the word that the caret is in.
        self.stale |= is_other || from != to;
    }

    /// Puts a line there, the caret behind so many characters. Where it goes back to stays as it is.
    fn put(&mut self, line: &str, caret: usize) {
        self.area = typing::line(line);
        if caret < line.chars().count() {
            self.area.move_cursor(CursorMove::Jump(0, u16::try_from(caret).unwrap_or(u16::MAX)));
        }
        (self.mistake, self.says, self.stale) = (None, None, true);
    }

    /// Puts the selected offer in the line, or the first one.
    fn complete(&mut self) {
        let Some(offer) = self.offers.get(self.chosen().unwrap_or(0)) else { return };
        let (line, caret) = match &offer.does {
            Does::Action(action) => (action.entry().name.to_owned(), usize::MAX),
            Does::Line(line) => (line.clone(), usize::MAX),
            Does::Fill(line, caret) => (line.clone(), *caret),
        };
        self.history.searched_from = None;
        self.history.leave();
        self.put(&line, caret);
    }

    /// What is to be known of the store for what is typed.
    pub(super) fn wanted(&self) -> Option<&KnownOf> {
        self.wanted.as_ref()
    }

    /// Offers something for what is typed by now; `first`: the first of it is meant where nothing else is chosen.
    fn offer(&mut self, offers: Vec<Offer>, first: bool) {
        let kept = self.chosen_offer().filter(|_| self.anew);
        let kept = kept.and_then(|kept| offers.iter().position(|offer| offer.does == kept.does));
        self.chosen = kept.or((first && !offers.is_empty()).then_some(0));
        self.offers = offers;
        (self.stale, self.anew) = (false, false);
    }
}

#[cfg(test)]
mod tests;
