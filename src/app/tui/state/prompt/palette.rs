//! The commands of the `:` line: those typed lately, then what can be done here and now, then the rest; by their letters in order
//! once something is typed.

use std::cmp::Reverse;

use nucleo_matcher::{
    Config, Matcher, Utf32Str,
    pattern::{AtomKind, CaseMatching, Normalization, Pattern},
};

use super::{Asks, Does, Offer, Prompt};
use crate::app::{
    keymap::{Action, ENTRIES},
    text,
    tui::state::{
        AppState,
        actions::is_of_conversation,
        areas::Pane,
        commands::{COMMANDS, TypedCommand},
        modal::Modal,
    },
};

/// How many of the lines that were typed lately come first.
const RECENT: usize = 5;

impl AppState {
    /// Every command, over what lies on the panes: in the order they are offered in where nothing is typed.
    pub(super) fn palette(&self) -> Vec<Offer> {
        let here = self.offers_of(self.modals.last());
        let actions = ENTRIES.iter().map(|entry| {
            let says = here.iter().find(|(action, _)| *action == entry.action);
            let why = if says.is_some() { None } else { self.hindrance(entry.action) };
            let offer = Offer {
                name: entry.name.into(),
                help: why.map_or_else(|| entry.help.to_owned(), |why| format!("{} ({why})", entry.help)),
                key: self.keymap.label(entry.action).unwrap_or_default(),
                does: Does::Action(entry.action),
                fits: why.is_none(),
            };
            (says.is_some(), offer)
        });
        let is_action = |name: &str| ENTRIES.iter().any(|entry| entry.name == name);
        let named = COMMANDS.iter().filter(|command| !is_action(command.name)).map(|command| (false, of(command)));
        let saved = self.filters.iter().map(|(name, filter)| {
            let name = format!("filter @{}", text::line(name));
            let (help, does) = (text::line(filter).into_owned(), Does::Line(name.clone()));
            (false, Offer { name, help, key: String::new(), does, fits: true })
        });
        let (mut fitting, rest): (Vec<_>, Vec<_>) = actions.chain(named).chain(saved).partition(|(here, _)| *here);
        // The most useful first, as they are hinted at.
        fitting.sort_by_key(|(_, offer)| here.iter().position(|(action, _)| offer.does == Does::Action(*action)));
        let all: Vec<Offer> = fitting.into_iter().chain(rest).map(|(_, offer)| offer).collect();
        let recent: Vec<Offer> = self.memory.commands.iter().take(RECENT).map(|line| again(line, &all)).collect();
        let is_new = |offer: &Offer| recent.iter().all(|one| one.name != offer.name);
        let others: Vec<Offer> = all.into_iter().filter(is_new).collect();
        recent.into_iter().chain(others).collect()
    }

    /// Why an action does nothing here and now, where that is plain.
    fn hindrance(&self, action: Action) -> Option<&'static str> {
        let is_open = self.workspace.connection.is_open();
        let session = self.workspace.conversation.session();
        let writes = action.is_of_field()
            || matches!(
                action,
                Action::Mark
                    | Action::MarkAll
                    | Action::Bulk
                    | Action::Rate
                    | Action::RateUp
                    | Action::RateDown
                    | Action::RateNeutral
                    | Action::Review
                    | Action::DeleteSession
            );
        let of_conversation = is_of_conversation(action);
        let of_list = matches!(
            action,
            Action::Filter
                | Action::Sort
                | Action::ReverseSort
                | Action::Columns
                | Action::SaveFilter
                | Action::Inspect
                | Action::Fleet
                | Action::Open
        );
        let of_form = action.is_of_field() || matches!(action, Action::Save | Action::Discard);
        let in_form = matches!(self.modals.last(), Some(Modal::Form(_)));
        if !is_open && (writes || of_conversation || of_list) {
            Some("no connection is open")
        } else if writes && self.read_only() {
            Some("the connection is read-only")
        } else if of_form && !in_form && !self.is_of_the_form(action) {
            Some("in the form on the metadata")
        } else if of_conversation && session.is_none() {
            Some("no session is open")
        } else if action == Action::Window && !self.shows_fleet() {
            Some("in the fleet")
        } else if action == Action::Explain && self.focus != Pane::Metrics {
            Some("on a figure of the metrics")
        } else if action == Action::SaveFilter && self.shown_filter().is_empty() {
            Some("there is no filter")
        } else {
            None
        }
    }
}

impl Prompt {
    /// What is said where nothing fits what is typed, and what to do then. `None`: something does, or it may be what is not offered.
    #[must_use]
    pub fn no_match(&self) -> Option<&'static str> {
        let is_empty = self.text().trim().is_empty();
        if self.mistake.is_some() || self.stale || !self.offers.is_empty() {
            return None;
        }
        match (self.searches(), is_empty) {
            (true, true) => Some("nothing was typed here before; Esc goes back"),
            (true, false) => {
                Some("no line typed before holds that; Backspace takes a letter back, Esc ends the search")
            }
            // Of a command that takes words it is said what they are.
            (false, false) if self.asks == Asks::Command && self.says.is_none() => {
                Some("no command matches; Backspace takes a letter back, Esc leaves the line")
            }
            (false, _) => None,
        }
    }
}

/// A command that takes words: those that it cannot do without are typed next.
fn of(command: &TypedCommand) -> Offer {
    let needs_words = !command.words.is_empty() && !command.words.starts_with('[');
    let does = if needs_words {
        Does::Fill(format!("{} ", command.name), usize::MAX)
    } else {
        Does::Line(command.name.to_owned())
    };
    Offer {
        name: format!("{} {}", command.name, command.words).trim_end().to_owned(),
        help: command.help.to_owned(),
        key: String::new(),
        does,
        fits: true,
    }
}

/// A line that was typed before.
fn again(line: &str, all: &[Offer]) -> Offer {
    if let Some(known) = all.iter().find(|offer| offer.name == line) {
        return known.clone();
    }
    Offer {
        name: text::line(line).into_owned(),
        help: "typed before".to_owned(),
        key: String::new(),
        does: Does::Line(line.to_owned()),
        fits: true,
    }
}

/// Those whose name fits what was typed, the best first, then those whose help holds it; all of them where nothing is.
pub(super) fn ranked(all: &[Offer], typed: &str) -> Vec<Offer> {
    let typed = typed.trim().to_lowercase();
    if typed.is_empty() {
        return all.to_vec();
    }
    let pattern = Pattern::new(&typed, CaseMatching::Ignore, Normalization::Smart, AtomKind::Fuzzy);
    let (mut matcher, mut buffer) = (Matcher::new(Config::DEFAULT), Vec::new());
    let mut score = |name: &str| pattern.score(Utf32Str::new(name, &mut buffer), &mut matcher);
    let mut fitting: Vec<(Option<u32>, &Offer)> = all
        .iter()
        .map(|offer| (score(&offer.name), offer))
        .filter(|(score, offer)| score.is_some() || offer.help.to_lowercase().contains(&typed))
        .collect();
    // What is called just that comes first; of names that fit as well what can be done here, then the shorter one, which is nearer:
    // `quit` before `quit-now`.
    fitting.sort_by_key(|(score, offer)| {
        (offer.name != typed, Reverse(*score), !offer.fits, score.map(|_| offer.name.len()))
    });
    fitting.into_iter().map(|(_, offer)| offer.clone()).collect()
}
