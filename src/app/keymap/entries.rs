//! How actions are called, described and bound by default: the help screen, the status hints, the `:` list and the README's table
//! come from here.

use super::action::Action;

/// Where an action's keys mean it: two actions may share a key whose places never meet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyPlace {
    /// Everywhere.
    Anywhere,
    /// In the panes, and in what lies over them but the form.
    Panes,
    /// In the form on the metadata, and in the larger editor.
    Form,
}

impl KeyPlace {
    /// Whether there is a place that both are.
    #[must_use]
    pub fn meets(self, other: Self) -> bool {
        self == other || self == Self::Anywhere || other == Self::Anywhere
    }
}

/// How an action is called, described and bound by default.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    /// The action.
    pub action: Action,
    /// Its name on the `:` line and in the keymap of the config.
    pub name: &'static str,
    /// What it does, in a few words.
    pub help: &'static str,
    /// Its default keys, as the config writes them.
    pub keys: &'static [&'static str],
}

impl Entry {
    /// What it does, as a list of all keys says it: with where, of keys that mean something else in the panes.
    #[must_use]
    pub fn help_among_all(&self) -> String {
        let place = if self.action.within() == KeyPlace::Form { "in the form, " } else { "" };
        format!("{place}{}", self.help)
    }
}

const fn entry(action: Action, name: &'static str, help: &'static str, keys: &'static [&'static str]) -> Entry {
    Entry { action, name, help, keys }
}

/// Every action, in the order of the help screen.
pub const ENTRIES: &[Entry] = &[
    entry(Action::Up, "up", "one line or row up", &["up", "k"]),
    entry(Action::Down, "down", "one line or row down", &["down", "j"]),
    entry(Action::Left, "left", "fold, or the pane to the left", &["left", "h"]),
    entry(Action::Right, "right", "unfold, or the pane to the right", &["right", "l"]),
    entry(Action::PageUp, "page-up", "a page up", &["pageup"]),
    entry(Action::PageDown, "page-down", "a page down", &["pagedown"]),
    entry(Action::HalfPageUp, "half-page-up", "half a page up", &["ctrl-u"]),
    entry(Action::HalfPageDown, "half-page-down", "half a page down", &["ctrl-d"]),
    entry(Action::Top, "top", "to the start", &["g", "home"]),
    entry(Action::Bottom, "bottom", "to the end", &["shift-g", "end"]),
    entry(Action::NextPane, "next-pane", "the next pane", &["tab"]),
    entry(Action::PreviousPane, "previous-pane", "the previous pane", &["shift-backtab"]),
    entry(Action::PaneSessions, "sessions", "the sessions", &["1"]),
    entry(Action::PaneConversation, "conversation", "the conversation", &["2"]),
    entry(Action::PaneMetrics, "metrics", "the metrics", &["3"]),
    entry(Action::PaneMetadata, "metadata", "the metadata", &["4"]),
    entry(Action::PaneFeedback, "feedback", "the feedback", &["5"]),
    entry(Action::NextSession, "next-session", "the session after the selected one", &["shift-j", "alt-down"]),
    entry(Action::PreviousSession, "previous-session", "the session before the selected one", &["shift-k", "alt-up"]),
    entry(Action::JumpBack, "jump-back", "to where one was before", &["ctrl-o", "alt-left"]),
    entry(Action::JumpForward, "jump-forward", "forward again", &["ctrl-i", "alt-right"]),
    entry(Action::Bookmark, "bookmark", "bookmark the session, or not", &["b"]),
    entry(Action::Bookmarks, "bookmarks", "the bookmarked sessions", &["'"]),
    entry(Action::Recent, "recent", "the sessions that were open lately", &["`"]),
    entry(Action::Preview, "preview", "show the session under the cursor, or only those opened", &["shift-v"]),
    entry(Action::Zoom, "zoom", "the focused pane alone, or all panes again", &["z"]),
    entry(Action::Widen, "widen", "more room for the focused pane", &[">"]),
    entry(Action::Narrow, "narrow", "less room for the focused pane", &["<"]),
    entry(Action::PreviousAgent, "previous-agent", "the agent tab to the left", &["["]),
    entry(Action::NextAgent, "next-agent", "the agent tab to the right", &["]"]),
    entry(Action::Open, "open", "open or unfold", &["enter"]),
    entry(Action::Back, "back", "back, or give up what is loading", &["esc"]),
    entry(Action::Filter, "filter", "filter the sessions; in a conversation, find", &["/"]),
    entry(Action::NextMatch, "next-match", "the next place found", &["n"]),
    entry(Action::PreviousMatch, "previous-match", "the previous place found", &["shift-n"]),
    entry(Action::PreviousMessage, "previous-message", "the message before", &["{"]),
    entry(Action::NextMessage, "next-message", "the message after", &["}"]),
    entry(Action::PreviousTurn, "previous-turn", "the turn before", &["("]),
    entry(Action::NextTurn, "next-turn", "the turn after", &[")"]),
    entry(Action::PreviousError, "previous-error", "the error before", &[]),
    entry(Action::NextError, "next-error", "the error after", &[]),
    entry(Action::PreviousTool, "previous-tool", "the tool call before", &[]),
    entry(Action::NextTool, "next-tool", "the tool call after", &[]),
    entry(Action::PreviousFeedback, "previous-feedback", "the feedback before", &[]),
    entry(Action::NextFeedback, "next-feedback", "the feedback after", &[]),
    entry(Action::PreviousFinding, "previous-finding", "the finding before", &[]),
    entry(Action::NextFinding, "next-finding", "the finding after", &[]),
    entry(Action::PreviousDay, "previous-day", "the day before", &[]),
    entry(Action::NextDay, "next-day", "the day after", &[]),
    entry(Action::GoBackTo, "go-back-to", "back to the last error, tool call, feedback …", &[","]),
    entry(Action::GoOnTo, "go-on-to", "on to the next error, tool call, feedback …", &[";"]),
    entry(Action::MoveAgain, "move-again", "the last such move once more", &["."]),
    entry(Action::OpenLink, "open-link", "open the link under the cursor", &["ctrl-l"]),
    entry(Action::Sort, "sort", "sort the sessions by any column", &["s"]),
    entry(Action::ReverseSort, "reverse-sort", "sort the other way round", &["shift-s"]),
    entry(Action::Columns, "columns", "choose the columns of the list", &["|"]),
    entry(Action::SaveFilter, "save-filter", "keep the filter under a name", &[]),
    entry(Action::Reload, "reload", "read again", &["r"]),
    entry(Action::Edit, "edit", "edit the selected metadata field", &["e"]),
    entry(Action::Add, "add", "add a metadata field", &["a"]),
    entry(Action::Remove, "remove", "remove the selected metadata field", &["d"]),
    entry(Action::Rename, "rename", "rename the selected metadata field", &["m"]),
    entry(Action::Retype, "retype", "give the field another type", &["shift-c"]),
    entry(Action::Duplicate, "duplicate", "duplicate the field", &["shift-p"]),
    entry(Action::PasteField, "paste", "put the copied field here", &["p"]),
    entry(Action::MoveUp, "move-up", "move the field up", &["shift-k", "shift-up"]),
    entry(Action::MoveDown, "move-down", "move the field down", &["shift-j", "shift-down"]),
    entry(Action::EditLarge, "edit-large", "edit the field in the larger editor", &["o"]),
    entry(Action::EditOutside, "edit-outside", "edit the field in $VISUAL or $EDITOR", &["ctrl-o"]),
    entry(Action::Save, "save", "see the changes that are not saved, and save them", &["ctrl-s"]),
    entry(Action::Discard, "discard", "give up the changes that are not saved", &["ctrl-x"]),
    entry(Action::Undo, "undo", "take back the last change made here", &["u"]),
    entry(Action::Redo, "redo", "make the change again that was taken back", &["ctrl-r"]),
    entry(Action::Mark, "mark", "mark the session, or not", &["space"]),
    entry(Action::MarkAll, "mark-all", "mark all sessions that match, or none", &["*"]),
    entry(Action::Bulk, "bulk", "change the marked sessions", &["shift-b"]),
    entry(Action::Rate, "rate", "give feedback on the session or message, with a comment", &["f"]),
    entry(Action::RateUp, "rate-up", "rate up at once", &["+"]),
    entry(Action::RateDown, "rate-down", "rate down at once", &["-"]),
    entry(Action::RateNeutral, "rate-neutral", "rate neutral at once", &["="]),
    entry(Action::Review, "review", "review: rate what has no feedback, one after another", &["v"]),
    entry(Action::DeleteSession, "delete-session", "delete the session, or those marked", &["shift-d"]),
    entry(Action::Copy, "copy", "copy something of what is selected", &["y"]),
    entry(Action::Pager, "pager", "show what is selected in $PAGER", &["shift-p"]),
    entry(Action::Reasoning, "reasoning", "show or fold reasoning", &["shift-r"]),
    entry(Action::Tools, "tools", "unfold or fold all tool calls", &["t"]),
    entry(Action::Inspect, "inspect", "inspect what is selected", &["i"]),
    entry(Action::Explain, "explain", "explain the selected number", &["x"]),
    entry(Action::LastError, "last-error", "what was said and what went wrong, in full", &["shift-e"]),
    entry(Action::Events, "events", "what happened: alerts, errors, the connection", &["shift-o"]),
    entry(Action::Mouse, "mouse", "use the mouse, or leave it to the terminal", &["shift-m"]),
    entry(Action::Themes, "themes", "choose how it looks", &["shift-t"]),
    entry(Action::Fleet, "fleet", "all sessions at work, like top", &["shift-l"]),
    entry(Action::Window, "window", "in the fleet, changed within a longer time", &["w"]),
    entry(Action::Connections, "connections", "choose a connection", &["c"]),
    entry(Action::NextConnection, "next-connection", "the next of the open connections", &["ctrl-n"]),
    entry(Action::PreviousConnection, "previous-connection", "the previous of the open connections", &["ctrl-p"]),
    entry(Action::CloseConnection, "close-connection", "close the connection", &["ctrl-w"]),
    entry(Action::CommandLine, "command", "any command by name", &[":"]),
    entry(Action::Help, "help", "the keys", &["?"]),
    entry(Action::Quit, "quit", "quit", &["q"]),
    entry(Action::QuitNow, "quit-now", "quit at once", &["ctrl-c"]),
];

impl Action {
    /// Where its keys mean it.
    #[must_use]
    pub fn within(self) -> KeyPlace {
        match self {
            Self::MoveUp | Self::MoveDown | Self::EditOutside | Self::Duplicate => KeyPlace::Form,
            Self::NextSession | Self::PreviousSession | Self::JumpBack | Self::JumpForward | Self::Pager => {
                KeyPlace::Panes
            }
            _ => KeyPlace::Anywhere,
        }
    }

    /// Whether it changes a field of the metadata: the form on them does it.
    #[must_use]
    pub fn is_of_field(self) -> bool {
        matches!(
            self,
            Self::Edit
                | Self::Add
                | Self::Remove
                | Self::Rename
                | Self::Retype
                | Self::Duplicate
                | Self::PasteField
                | Self::MoveUp
                | Self::MoveDown
                | Self::EditLarge
                | Self::EditOutside
        )
    }

    /// Its entry.
    #[must_use]
    pub fn entry(self) -> &'static Entry {
        // Every action has one: the test below fails otherwise.
        ENTRIES.iter().find(|entry| entry.action == self).unwrap_or(&ENTRIES[0])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_intent_has_its_entry() {
        for (position, entry) in ENTRIES.iter().enumerate() {
            assert_eq!(entry.action as usize, position, "{}", entry.name);
            assert_eq!(entry.action.entry().name, entry.name);
        }
        assert_eq!(Action::QuitNow as usize + 1, ENTRIES.len());
    }
}
