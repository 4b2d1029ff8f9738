//! What the keys are about.

use crate::app::keymap::Action;

/// A group of keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum HelpTopic {
    Move,
    Sessions,
    Conversation,
    Metadata,
    /// What its keys mean in the form alone; in the panes they may mean something else.
    Form,
    Feedback,
    Screen,
}

impl HelpTopic {
    pub const ALL: [Self; 7] =
        [Self::Move, Self::Sessions, Self::Conversation, Self::Metadata, Self::Form, Self::Feedback, Self::Screen];

    pub fn heading(self) -> &'static str {
        match self {
            Self::Move => "Move",
            Self::Sessions => "Sessions",
            Self::Conversation => "Conversation and metrics",
            Self::Metadata => "Metadata",
            Self::Form => "In the form on the metadata",
            Self::Feedback => "Feedback",
            Self::Screen => "Screen",
        }
    }

    pub fn of(action: Action) -> Self {
        match action {
            Action::Up
            | Action::Down
            | Action::Left
            | Action::Right
            | Action::PageUp
            | Action::PageDown
            | Action::HalfPageUp
            | Action::HalfPageDown
            | Action::Top
            | Action::Bottom
            | Action::NextPane
            | Action::PreviousPane
            | Action::PaneSessions
            | Action::PaneConversation
            | Action::PaneMetrics
            | Action::PaneMetadata
            | Action::PaneFeedback
            | Action::NextSession
            | Action::PreviousSession
            | Action::JumpBack
            | Action::JumpForward
            | Action::Open
            | Action::Back => Self::Move,
            Action::Bookmark
            | Action::Bookmarks
            | Action::Recent
            | Action::Preview
            | Action::Filter
            | Action::Sort
            | Action::ReverseSort
            | Action::Columns
            | Action::SaveFilter
            | Action::Reload
            | Action::Mark
            | Action::MarkAll
            | Action::Bulk
            | Action::DeleteSession
            | Action::Fleet
            | Action::Window => Self::Sessions,
            Action::PreviousAgent
            | Action::NextAgent
            | Action::NextMatch
            | Action::PreviousMatch
            | Action::PreviousMessage
            | Action::NextMessage
            | Action::PreviousTurn
            | Action::NextTurn
            | Action::PreviousError
            | Action::NextError
            | Action::PreviousTool
            | Action::NextTool
            | Action::PreviousFeedback
            | Action::NextFeedback
            | Action::PreviousFinding
            | Action::NextFinding
            | Action::PreviousDay
            | Action::NextDay
            | Action::GoBackTo
            | Action::GoOnTo
            | Action::MoveAgain
            | Action::OpenLink
            | Action::Reasoning
            | Action::Tools
            | Action::Inspect
            | Action::Explain
            | Action::Copy
            | Action::Pager => Self::Conversation,
            Action::Edit
            | Action::Add
            | Action::Remove
            | Action::Rename
            | Action::Retype
            | Action::PasteField
            | Action::EditLarge
            | Action::Save
            | Action::Discard
            | Action::Undo
            | Action::Redo => Self::Metadata,
            Action::Duplicate | Action::MoveUp | Action::MoveDown | Action::EditOutside => Self::Form,
            Action::Rate | Action::RateUp | Action::RateDown | Action::RateNeutral | Action::Review => Self::Feedback,
            Action::Zoom
            | Action::Widen
            | Action::Narrow
            | Action::LastError
            | Action::Events
            | Action::Mouse
            | Action::Themes
            | Action::Connections
            | Action::NextConnection
            | Action::PreviousConnection
            | Action::CloseConnection
            | Action::CommandLine
            | Action::Help
            | Action::Quit
            | Action::QuitNow => Self::Screen,
        }
    }
}

/// Keys of every line that is typed into: what they are in a shell.
pub(super) const TYPING: &[(&str, &str)] = &[
    ("Ctrl-A Ctrl-E", "to the start, the end of the line"),
    ("Alt-B Alt-F", "a word back, forward; also Ctrl-Left, Ctrl-Right"),
    ("Ctrl-U Ctrl-K", "delete to the start, to the end"),
    ("Ctrl-W Alt-D", "delete the word before, after"),
    ("Ctrl-Y", "put back what was deleted"),
    ("Ctrl-_", "take back the last change of the line"),
    ("Up Down", "what is offered; above it what was typed before"),
    ("Ctrl-R", "search what was typed before"),
    ("Tab", "take what is offered"),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::keymap::{ENTRIES, KeyPlace};

    #[test]
    fn what_a_key_means_in_the_form_alone_stands_below_a_heading_of_its_own() {
        for entry in ENTRIES {
            let is_of_form = entry.action.within() == KeyPlace::Form;
            assert_eq!(HelpTopic::of(entry.action) == HelpTopic::Form, is_of_form, "{}", entry.name);
        }
    }
}
