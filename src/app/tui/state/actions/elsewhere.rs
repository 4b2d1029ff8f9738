//! What a key says that does nothing here: where it would do something. Keys that only move say nothing at an end.

use super::{
    super::{AppState, Effect},
    is_of_conversation,
};
use crate::app::keymap::Action;

impl AppState {
    /// Says what an action is for that means nothing here.
    pub(super) fn say_where(&mut self, action: Action) -> Vec<Effect> {
        match self.meant_elsewhere(action) {
            Some(says) => self.say(says),
            None => Vec::new(),
        }
    }

    /// Says of an action that means nothing in what lies over the panes that they are where it is done.
    pub(in super::super) fn say_not_over(&mut self, over: &str) -> Vec<Effect> {
        let says = self.with_key(&format!("that is done in the panes, not in {over}; to leave it"), Action::Back);
        self.say(says)
    }

    fn meant_elsewhere(&self, action: Action) -> Option<String> {
        Some(match action {
            Action::NextMatch | Action::PreviousMatch => {
                self.with_key("nothing was looked for yet; in the conversation a text is found", Action::Filter)
            }
            action if is_of_conversation(action) => "open a session first".to_owned(),
            action if action.is_of_field() => {
                self.with_key("choose a field of the metadata first", Action::PaneMetadata)
            }
            Action::Save | Action::Discard if self.kept_form().is_some() => {
                self.with_key("what is not saved is in the metadata", Action::PaneMetadata)
            }
            Action::Save | Action::Discard => "nothing is unsaved here".to_owned(),
            Action::Mark | Action::MarkAll => self.with_key("sessions are marked in the list", Action::PaneSessions),
            Action::Window => self.with_key("that is for the fleet", Action::Fleet),
            Action::Sort | Action::ReverseSort => "choose a connection first".to_owned(),
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::tui::state::sample::Screen;

    fn said(screen: &mut Screen, action: Action) -> String {
        screen.state.said = None;
        screen.state.on_action(action);
        screen.state.said.take().unwrap_or_default()
    }

    #[test]
    fn what_means_nothing_here_says_where_it_would() {
        let mut screen = Screen::writable(120, 40);
        screen.press("1");
        assert_eq!(said(&mut screen, Action::Rename), "choose a field of the metadata first: 4");
        assert_eq!(said(&mut screen, Action::Save), "nothing is unsaved here");
        assert_eq!(said(&mut screen, Action::Window), "that is for the fleet: L");
        assert!(said(&mut screen, Action::NextMatch).contains("in the conversation a text is found: /"));
        screen.press("2");
        assert_eq!(said(&mut screen, Action::Mark), "sessions are marked in the list: 1");
    }

    #[test]
    fn over_the_fleet_and_the_form_it_says_how_to_leave_them() {
        let mut screen = Screen::writable(120, 40);
        screen.press("L:next-session\n");
        let not_in = |over: &str| Some(format!("that is done in the panes, not in {over}; to leave it: Esc"));
        assert_eq!(screen.state.said, not_in("the fleet"));
        screen.press("h");
        assert_eq!(screen.state.said, None, "a key that only moves");
        screen.press("\u{1b}4e\u{1b}:next-error\n");
        assert_eq!(screen.state.said, not_in("the form"));
    }

    #[test]
    fn without_a_session_every_action_of_one_says_so() {
        let mut screen = Screen::listed(120, 40);
        assert!(screen.state.workspace.conversation.session().is_none());
        let of_one = [Action::Tools, Action::Reasoning, Action::NextAgent, Action::MoveAgain, Action::NextError];
        for action in of_one {
            assert_eq!(said(&mut screen, action), "open a session first", "{action:?}");
        }
    }
}
