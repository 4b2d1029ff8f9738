//! What the help says: first the keys of what it was opened over, by what they do there, then all of them by what they are about.
//! What is typed narrows it.

pub mod pane;
mod topics;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::{AppState, Effect, areas::Pane, commands::COMMANDS, conversation::Landmark, modal::Modal};
use crate::app::keymap::{Action, ENTRIES};
use pane::HelpPane;
use topics::{HelpTopic, TYPING};

/// A line of the help.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HelpRow {
    /// Over the keys of what is named; empty between two such parts.
    Heading(&'static str),
    /// The keys of an action, and what they do.
    Keys(Action, &'static str),
    /// Keys that are always the same, and what they do.
    Fixed(&'static str, &'static str),
    /// A command of the `:` line, the words it takes, and what it does.
    Named(&'static str, &'static str, &'static str),
}

impl AppState {
    /// The lines of the help, as far as they hold what was typed.
    #[must_use]
    pub fn help_rows(&self) -> Vec<HelpRow> {
        self.narrowed_help(self.all_help_rows())
    }

    /// Those of all lines of the help that hold what was typed.
    #[must_use]
    pub fn narrowed_help(&self, rows: Vec<HelpRow>) -> Vec<HelpRow> {
        let needle = self.modals.iter().rev().find_map(|modal| match modal {
            Modal::Help(pane) => Some(pane.needle.to_lowercase()),
            _ => None,
        });
        let needle = needle.unwrap_or_default();
        let words: Vec<&str> = needle.split_whitespace().collect();
        if words.is_empty() {
            return rows;
        }
        let mut out: Vec<HelpRow> = Vec::new();
        for row in rows {
            if let HelpRow::Heading(heading) = row {
                // One over nothing is none.
                while out.pop_if(|last| matches!(last, HelpRow::Heading(_))).is_some() {}
                if !out.is_empty() && !heading.is_empty() {
                    out.push(HelpRow::Heading(""));
                }
                out.push(row);
            } else if self.says_all(row, &words) {
                out.push(row);
            }
        }
        while out.pop_if(|last| matches!(last, HelpRow::Heading(_))).is_some() {}
        out
    }

    /// The keys of an action, as the help shows them; of a move without one those that lead to it by the box of moves: `; e`.
    #[must_use]
    pub fn help_keys(&self, action: Action) -> String {
        let own = self.keymap.labels(action).join(" ");
        if !own.is_empty() {
            return own;
        }
        let by_box = Landmark::of(action).and_then(|(kind, down)| {
            let key = self.keymap.label(if down { Action::GoOnTo } else { Action::GoBackTo })?;
            Some(format!("{key} {}", kind.letter()))
        });
        by_box.unwrap_or_default()
    }

    fn says_all(&self, row: HelpRow, words: &[&str]) -> bool {
        let text = match row {
            HelpRow::Heading(_) => return false,
            HelpRow::Keys(action, says) => {
                format!("{} {says} :{}", self.help_keys(action), action.entry().name)
            }
            HelpRow::Fixed(keys, says) => format!("{keys} {says}"),
            HelpRow::Named(name, takes, says) => format!(":{name} {takes} {says}"),
        };
        let text = text.to_lowercase();
        words.iter().all(|word| text.contains(word))
    }

    /// The lines of the help where nothing is typed.
    #[must_use]
    pub fn all_help_rows(&self) -> Vec<HelpRow> {
        let below = self.modals.iter().rev().find(|modal| !matches!(modal, Modal::Help(_)));
        let offers = self.offers_of(below);
        let mut rows = Vec::with_capacity(ENTRIES.len() + offers.len() + 30);
        let here = self.place_of_help(below);
        add_part(&mut rows, here, offers.into_iter().map(|(action, says)| HelpRow::Keys(action, says)));
        for topic in HelpTopic::ALL {
            let of = ENTRIES.iter().filter(|entry| HelpTopic::of(entry.action) == topic);
            add_part(&mut rows, topic.heading(), of.map(|entry| HelpRow::Keys(entry.action, entry.help)));
        }
        add_part(&mut rows, "Typing", TYPING.iter().map(|(keys, says)| HelpRow::Fixed(keys, says)));
        let named = COMMANDS.iter().map(|command| HelpRow::Named(command.name, command.words, command.help));
        add_part(&mut rows, "Commands with words", named);
        rows
    }

    /// A key while the help is on top: what is typed narrows it.
    pub(super) fn on_help_key(&mut self, key: KeyEvent, action: Option<Action>) -> Vec<Effect> {
        let Some(Modal::Help(pane)) = self.modals.last_mut() else { return Vec::new() };
        let plain = (key.modifiers - KeyModifiers::SHIFT).is_empty();
        let is_typed = pane.typing || !pane.needle.is_empty();
        match key.code {
            KeyCode::Esc | KeyCode::Char('u' | 'w')
                if is_typed && (key.code == KeyCode::Esc || key.modifiers == KeyModifiers::CONTROL) =>
            {
                *pane = HelpPane::default();
            }
            KeyCode::Backspace => {
                pane.needle.pop();
                (pane.typing, pane.top) = (!pane.needle.is_empty(), 0);
            }
            // Any other letter may be the first of a word that is looked for, as `q` is of `query`.
            KeyCode::Char(_) if !is_typed && action == Some(Action::Help) => return self.close_modal(),
            KeyCode::Char('/') if plain && !is_typed => pane.typing = true,
            KeyCode::Char(c) if plain => {
                pane.needle.push(c);
                (pane.typing, pane.top) = (true, 0);
            }
            _ => return action.map(|action| self.in_modal(action)).unwrap_or_default(),
        }
        Vec::new()
    }

    fn place_of_help(&self, below: Option<&Modal>) -> &'static str {
        match (below, self.focus) {
            (Some(Modal::Fleet), _) => "Now, in the fleet",
            (Some(Modal::Form(_)), _) => "Now, in the form",
            (Some(_), _) => "Now",
            (None, Pane::Sessions) => "Now, in the sessions",
            (None, Pane::Conversation) => "Now, in the conversation",
            (None, Pane::Metrics) => "Now, in the metrics",
            (None, Pane::Metadata) => "Now, in the metadata",
            (None, Pane::Feedback) => "Now, in the feedback",
        }
    }
}

/// Adds rows below their heading; none where there are none.
fn add_part(rows: &mut Vec<HelpRow>, heading: &'static str, of: impl Iterator<Item = HelpRow>) {
    let before = rows.len();
    rows.extend(of);
    if rows.len() > before {
        rows.insert(before, HelpRow::Heading(heading));
        if before > 0 {
            rows.insert(before, HelpRow::Heading(""));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::tui::state::{Input, sample::Screen};

    fn says(screen: &Screen, of: Action) -> Vec<&'static str> {
        let rows = screen.state.help_rows();
        let keys = rows
            .iter()
            .filter_map(|row| if let HelpRow::Keys(action, says) = row { Some((*action, *says)) } else { None });
        keys.filter(|(action, _)| *action == of).map(|(_, says)| says).collect()
    }

    #[test]
    fn it_begins_with_the_keys_of_what_it_was_opened_over() {
        let mut screen = Screen::listed(120, 40);
        let all = Action::Tools.entry().help;
        screen.press("L?");
        assert_eq!(screen.state.help_rows()[0], HelpRow::Heading("Now, in the fleet"));
        assert_eq!(says(&screen, Action::Tools), ["totals", all]);
        screen.press("?\u{1b}?");
        assert_eq!(screen.state.help_rows()[0], HelpRow::Heading("Now, in the sessions"));
        assert_eq!(says(&screen, Action::Tools), [all]);
        assert_eq!(says(&screen, Action::Fleet), ["fleet", Action::Fleet.entry().help]);
    }

    fn pane(screen: &Screen) -> &HelpPane {
        match screen.state.modals.last() {
            Some(Modal::Help(pane)) => pane,
            _ => panic!("no help"),
        }
    }

    #[test]
    fn its_last_line_is_reached() {
        let mut screen = Screen::listed(80, 24);
        screen.press("?");
        screen.put(Input::Key(KeyCode::End.into()));
        let page = usize::from(screen.state.areas.body.height) - 2;
        assert_eq!(pane(&screen).top + page, screen.state.help_rows().len());
    }

    #[test]
    fn what_is_typed_narrows_it_and_escape_shows_all_again() {
        let mut screen = Screen::listed(120, 40);
        screen.press("?");
        let all = screen.state.help_rows();
        screen.press("/reload");
        let rows = screen.state.help_rows();
        assert!(rows.contains(&HelpRow::Keys(Action::Reload, Action::Reload.entry().help)), "{rows:?}");
        assert!(!rows.contains(&HelpRow::Keys(Action::Quit, Action::Quit.entry().help)));
        assert!(!matches!(rows.last(), Some(HelpRow::Heading(_))));
        let is_over_nothing = |row: &HelpRow| matches!(row, HelpRow::Heading(heading) if !heading.is_empty());
        let two = |pair: &[HelpRow]| is_over_nothing(&pair[0]) && matches!(pair[1], HelpRow::Heading(_));
        assert!(!rows.windows(2).any(two), "no heading over nothing: {rows:?}");
        screen.press("\u{1b}");
        assert_eq!(screen.state.help_rows(), all);
        screen.press("zzzz");
        assert!(screen.state.help_rows().is_empty());
        for _ in 0..4 {
            screen.put(Input::Key(KeyCode::Backspace.into()));
        }
        assert_eq!(screen.state.help_rows(), all);
        screen.press("q");
        let rows = screen.state.help_rows();
        assert!(rows.contains(&HelpRow::Keys(Action::Quit, Action::Quit.entry().help)), "{rows:?}");
        screen.press("\u{1b}?");
        assert!(screen.state.modals.is_empty(), "nothing was typed: it is left");
    }

    #[test]
    fn a_move_without_a_key_of_its_own_has_those_of_the_box_of_moves() {
        let screen = Screen::listed(120, 40);
        let keys = |action| screen.state.help_keys(action);
        assert_eq!([keys(Action::NextError), keys(Action::PreviousDay)], ["; e", ", d"]);
        assert_eq!([keys(Action::NextTurn), keys(Action::SaveFilter)], [")", ""]);
    }

    #[test]
    fn every_action_has_one_place_in_it() {
        let screen = Screen::listed(120, 40);
        let rows = screen.state.help_rows();
        for entry in ENTRIES {
            let all = rows.iter().filter(|row| **row == HelpRow::Keys(entry.action, entry.help)).count();
            assert!(all >= 1, "{}", entry.name);
        }
    }
}
