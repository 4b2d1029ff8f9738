//! What the help says: first the keys of what it was opened over, by what they do there, then all of them.

use super::{AppState, areas::Pane, modal::Modal};
use crate::app::keymap::{Action, ENTRIES};

/// A line of the help.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HelpRow {
    /// Over the keys of what is named; empty between two such parts.
    Heading(&'static str),
    /// The keys of an action, and what they do.
    Keys(Action, &'static str),
}

impl AppState {
    /// The lines of the help.
    #[must_use]
    pub fn help_rows(&self) -> Vec<HelpRow> {
        let below = self.modals.iter().rev().find(|modal| !matches!(modal, Modal::Help(_)));
        let offers = self.offers_of(below);
        let mut rows = Vec::with_capacity(ENTRIES.len() + offers.len() + 3);
        if !offers.is_empty() {
            rows.push(HelpRow::Heading(self.place_of_help(below)));
            rows.extend(offers.into_iter().map(|(action, says)| HelpRow::Keys(action, says)));
            rows.extend([HelpRow::Heading(""), HelpRow::Heading("All keys")]);
        }
        rows.extend(ENTRIES.iter().map(|entry| HelpRow::Keys(entry.action, entry.help)));
        rows
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::tui::state::sample::Screen;

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
        screen.press("\u{1b}\u{1b}?");
        assert_eq!(screen.state.help_rows()[0], HelpRow::Heading("Now, in the sessions"));
        assert_eq!(says(&screen, Action::Tools), [all]);
        assert_eq!(says(&screen, Action::Fleet), ["fleet", Action::Fleet.entry().help]);
    }

    #[test]
    fn its_last_line_is_reached() {
        let mut screen = Screen::listed(80, 24);
        screen.press("?G");
        let Some(Modal::Help(top)) = screen.state.modals.last() else { panic!("{:?}", screen.state.modals.len()) };
        let page = usize::from(screen.state.areas.body.height) - 2;
        assert_eq!(top + page, screen.state.help_rows().len());
    }
}
