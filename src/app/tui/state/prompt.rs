//! A line to type into: the filter, the text to find, a command.

use std::{cmp::Reverse, collections::BTreeMap};

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use nucleo_matcher::{
    Config, Matcher, Utf32Str,
    pattern::{AtomKind, CaseMatching, Normalization, Pattern},
};
use ratatui::layout::Rect;
use tui_textarea::{CursorMove, TextArea};

use crate::{
    app::{
        keymap::{Action, ENTRIES, Keymap},
        text,
    },
    nearest,
    repository::FilterError,
};

use super::{
    areas,
    list::{self, Selection},
    typing,
};

/// Most commands offered at once.
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
    /// Commands that fit what was typed, and which of them is selected.
    pub offers: Vec<Offer>,
    /// The selected offer.
    selection: Selection<usize>,
    all: Vec<Offer>,
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

/// A command that may be meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// As it is typed.
    pub name: String,
    /// What it does.
    pub help: String,
    /// Its key, where it has one.
    pub key: String,
    /// What it is.
    pub does: Does,
}

/// What a command does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Does {
    /// An action.
    Action(Action),
    /// Filters the sessions so.
    Filter(String),
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
    /// A line that holds `text`, the cursor at its end.
    #[must_use]
    pub fn new(asks: Asks, text: &str) -> Self {
        let mut area = TextArea::new(vec![text::line(text).into_owned()]);
        area.move_cursor(CursorMove::End);
        area.set_cursor_line_style(ratatui::style::Style::new());
        Self { asks, mistake: None, offers: Vec::new(), selection: Selection::default(), all: Vec::new(), area }
    }

    /// The `:` line: every action and the saved filters.
    #[must_use]
    pub fn command(keymap: &Keymap, filters: &BTreeMap<String, String>) -> Self {
        let actions = ENTRIES.iter().map(|entry| Offer {
            name: entry.name.into(),
            help: entry.help.into(),
            key: keymap.label(entry.action).unwrap_or_default(),
            does: Does::Action(entry.action),
        });
        let saved = filters.iter().map(|(name, filter)| Offer {
            name: format!("filter @{name}"),
            help: text::line(filter).into_owned(),
            key: String::new(),
            does: Does::Filter(filter.clone()),
        });
        let all: Vec<Offer> = actions.chain(saved).collect();
        Self { offers: all.clone(), all, ..Self::new(Asks::Command, "") }
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

    /// Takes a key.
    pub fn on_key(&mut self, key: KeyEvent) -> Typed {
        let control = key.modifiers.contains(KeyModifiers::CONTROL);
        match key.code {
            KeyCode::Esc => return Typed::Close,
            KeyCode::Enter | KeyCode::Char('\n' | '\r') => return Typed::Enter(self.text().to_owned()),
            KeyCode::Char('m' | 'j') if control => return Typed::Enter(self.text().to_owned()),
            KeyCode::Backspace if self.text().is_empty() => return Typed::Close,
            KeyCode::Up => self.step(-1),
            KeyCode::Down => self.step(1),
            KeyCode::Tab => self.complete(),
            KeyCode::BackTab | KeyCode::PageUp | KeyCode::PageDown => {}
            _ => self.edit(|area| typing::take(area, key)),
        }
        Typed::Taken
    }

    /// Position of the selected offer.
    #[must_use]
    pub fn selected(&self) -> usize {
        self.selection.at(self.offers.len())
    }

    /// Selects another offer, so many further down.
    pub fn step(&mut self, by: i32) {
        self.selection.select(list::shifted(self.selected(), by), &self.offers.len());
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
        (self.selected() + 1).saturating_sub(rows)
    }

    /// Click on a row of the offers: selects it. `true`: it was selected already.
    pub fn click(&mut self, row: usize, rows: usize) -> bool {
        let offer = self.first_offer(rows) + row;
        if self.mistake.is_some() || offer >= self.offers.len() {
            return false;
        }
        let was = self.selected() == offer;
        self.selection.select(offer, &self.offers.len());
        was
    }

    /// Takes pasted text; its line breaks become spaces.
    pub fn paste(&mut self, pasted: &str) {
        let flat = pasted.replace(['\r', '\n', '\t'], " ");
        self.edit(|area| area.insert_str(text::line(flat.trim_end())));
    }

    fn edit(&mut self, edit: impl FnOnce(&mut TextArea<'static>) -> bool) {
        let before = self.text().to_owned();
        edit(&mut self.area);
        if self.text() != before {
            self.mistake = None;
            self.offer();
        }
    }

    fn complete(&mut self) {
        if let Some(name) = self.offers.get(self.selected()).map(|offer| offer.name.clone()) {
            self.edit(|area| {
                area.clear();
                area.insert_str(name)
            });
        }
    }

    /// Offers the commands whose name fits what was typed, the best first, then those whose help holds it.
    fn offer(&mut self) {
        let typed = self.text().trim().to_lowercase();
        let pattern = Pattern::new(&typed, CaseMatching::Ignore, Normalization::Smart, AtomKind::Fuzzy);
        let (mut matcher, mut buffer) = (Matcher::new(Config::DEFAULT), Vec::new());
        let mut score = |name: &str| pattern.score(Utf32Str::new(name, &mut buffer), &mut matcher);
        let mut fitting: Vec<(Option<u32>, &Offer)> = self
            .all
            .iter()
            .map(|offer| (score(&offer.name), offer))
            .filter(|(score, offer)| score.is_some() || offer.help.to_lowercase().contains(&typed))
            .collect();
        // Of names that fit as well, the shorter is nearer: `quit` before `quit-now`.
        fitting.sort_by_key(|(score, offer)| (Reverse(*score), score.map(|_| offer.name.len())));
        self.offers = fitting.into_iter().map(|(_, offer)| offer.clone()).collect();
        self.selection.reset();
    }

    /// What the typed command does: the selected offer, or a filter typed after `filter`.
    ///
    /// # Errors
    /// A name that no command has, with the nearest one.
    pub fn chosen(&self) -> Result<Does, TypedMistake> {
        if let Some(offer) = self.offers.get(self.selected()) {
            return Ok(offer.does.clone());
        }
        let typed = self.text().trim();
        if let Some(filter) = typed.strip_prefix("filter ") {
            return Ok(Does::Filter(filter.trim().into()));
        }
        let names: Vec<&str> = self.all.iter().map(|offer| offer.name.as_str()).collect();
        let nearest = nearest::closest(typed, &names).map_or("help", |(name, _)| name);
        let start = self.text().len() - self.text().trim_start().len();
        let span = start..start + typed.len();
        Err(TypedMistake { span, problem: format!("no command is called that; did you mean {nearest}?") })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn type_in(prompt: &mut Prompt, text: &str) {
        for c in text.chars() {
            prompt.on_key(KeyEvent::from(KeyCode::Char(c)));
        }
    }

    #[test]
    fn commands_are_offered_by_name_and_completed() {
        let filters = BTreeMap::from([("mine".to_owned(), "app:support".to_owned())]);
        let mut prompt = Prompt::command(&Keymap::default(), &filters);
        assert_eq!(prompt.offers.len(), ENTRIES.len() + 1);
        type_in(&mut prompt, "quit");
        assert_eq!(prompt.chosen(), Ok(Does::Action(Action::Quit)));
        prompt.on_key(KeyEvent::from(KeyCode::Down));
        prompt.on_key(KeyEvent::from(KeyCode::Tab));
        assert_eq!(prompt.text(), "quit-now");
        let mut prompt = Prompt::command(&Keymap::default(), &filters);
        type_in(&mut prompt, "filter @m");
        assert_eq!(prompt.chosen(), Ok(Does::Filter("app:support".into())));
        let mut prompt = Prompt::command(&Keymap::default(), &filters);
        type_in(&mut prompt, "filter app:x");
        assert_eq!(prompt.chosen(), Ok(Does::Filter("app:x".into())));
    }

    #[test]
    fn letters_in_their_order_find_a_command_and_the_nearest_comes_first() {
        let best = |typed: &str| {
            let mut prompt = Prompt::command(&Keymap::default(), &BTreeMap::new());
            type_in(&mut prompt, typed);
            prompt.offers.first().map(|offer| offer.name.clone())
        };
        assert_eq!(best("qn").as_deref(), Some("quit-now"));
        assert_eq!(best("nagent").as_deref(), Some("next-agent"));
        assert_eq!(best("relo").as_deref(), Some("reload"));
        assert_eq!(best("zzz"), None);
    }

    #[test]
    fn a_name_that_is_none_gets_the_nearest() {
        let mut prompt = Prompt::command(&Keymap::default(), &BTreeMap::new());
        type_in(&mut prompt, " inspekt");
        let mistake = prompt.chosen().unwrap_err();
        assert!(mistake.problem.contains("inspect"), "{}", mistake.problem);
        assert_eq!(mistake.span, 1..8);
    }

    #[test]
    fn pasted_text_stays_one_safe_line() {
        let mut prompt = Prompt::new(Asks::Filter, "a");
        prompt.paste("b\r\nc\u{1b}[2J\n");
        assert_eq!(prompt.text(), "ab  c␛[2J");
        assert_eq!(prompt.area().lines().len(), 1);
        assert_eq!(prompt.on_key(KeyEvent::from(KeyCode::Enter)), Typed::Enter("ab  c␛[2J".into()));
    }
}
