//! What actions have in common.

use crate::app::{keymap::Action, tui::state::conversation::Landmark};

/// Whether something is done with the session that is shown, or goes out of it.
pub(super) fn uses_session(action: Action) -> bool {
    let of_all = [
        Action::Bookmark,
        Action::Copy,
        Action::Pager,
        Action::Inspect,
        Action::OpenLink,
        Action::Rate,
        Action::RateUp,
        Action::RateDown,
        Action::RateNeutral,
        Action::DeleteSession,
    ];
    of_all.contains(&action) || action.is_of_field()
}

/// Whether it goes further in the conversation than one reads on.
pub(super) fn goes_far(action: Action) -> bool {
    let ends = matches!(action, Action::Top | Action::Bottom | Action::MoveAgain);
    ends || Landmark::of(action).is_some_and(|(kind, _)| kind != Landmark::Message)
}

/// Whether the conversation does it, wherever the focus is.
pub(in super::super) fn is_of_conversation(action: Action) -> bool {
    let of_all = [
        Action::PreviousAgent,
        Action::NextAgent,
        Action::NextMatch,
        Action::PreviousMatch,
        Action::MoveAgain,
        Action::Reasoning,
        Action::Tools,
    ];
    of_all.contains(&action) || Landmark::of(action).is_some()
}
