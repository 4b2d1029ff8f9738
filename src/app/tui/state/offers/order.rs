//! In which order keys are offered: the most useful first.

use crate::app::keymap::Action;

/// What a review is done with; before all else, on the panes that show what is rated.
pub(super) const REVIEW: &[Action] =
    &[Action::RateUp, Action::RateDown, Action::RateNeutral, Action::NextMatch, Action::Review];

pub(super) const SESSIONS: &[Action] = &[
    Action::Back,
    Action::Open,
    Action::Bulk,
    Action::Filter,
    Action::Help,
    Action::LastError,
    Action::Events,
    Action::Edit,
    Action::Rate,
    Action::Inspect,
    Action::Fleet,
    Action::Quit,
    Action::Sort,
    Action::Columns,
    Action::Bookmark,
    Action::Bookmarks,
    Action::Recent,
    Action::Preview,
    Action::Reload,
    Action::CommandLine,
    Action::Connections,
    Action::NextConnection,
    Action::CloseConnection,
    Action::DeleteSession,
    Action::Add,
    Action::Copy,
    Action::Mark,
    Action::MarkAll,
    Action::NextPane,
    Action::RateUp,
    Action::Review,
];

pub(super) const CONVERSATION: &[Action] = &[
    Action::Back,
    Action::Filter,
    Action::NextMatch,
    Action::Help,
    Action::NextAgent,
    Action::Open,
    Action::NextSession,
    Action::Inspect,
    Action::Rate,
    Action::Copy,
    Action::Bookmark,
    Action::JumpBack,
    Action::Tools,
    Action::Reasoning,
    Action::GoOnTo,
    Action::PaneMetrics,
    Action::RateUp,
    Action::Review,
    Action::Pager,
];

pub(super) const METRICS: &[Action] = &[
    Action::Back,
    Action::Open,
    Action::Left,
    Action::Explain,
    Action::Zoom,
    Action::Inspect,
    Action::Help,
    Action::NextSession,
    Action::Copy,
    Action::Pager,
];

pub(super) const METADATA: &[Action] = &[
    Action::Back,
    Action::Edit,
    Action::Add,
    Action::Remove,
    Action::Help,
    Action::NextSession,
    Action::Open,
    Action::Inspect,
    Action::Copy,
    Action::Pager,
];

pub(super) const FEEDBACK: &[Action] = &[
    Action::Back,
    Action::Rate,
    Action::Edit,
    Action::Remove,
    Action::Inspect,
    Action::Copy,
    Action::Help,
    Action::NextSession,
    Action::RateUp,
    Action::Pager,
];
