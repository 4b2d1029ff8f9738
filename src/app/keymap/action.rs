//! What a person wants.

/// What a person wants of the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Action {
    /// One line or row up.
    Up,
    /// One line or row down.
    Down,
    /// Fold, or the pane to the left.
    Left,
    /// Unfold, or the pane to the right.
    Right,
    /// A page up.
    PageUp,
    /// A page down.
    PageDown,
    /// Half a page up.
    HalfPageUp,
    /// Half a page down.
    HalfPageDown,
    /// To the start.
    Top,
    /// To the end.
    Bottom,
    /// The next pane.
    NextPane,
    /// The previous pane.
    PreviousPane,
    /// The sessions.
    PaneSessions,
    /// The conversation.
    PaneConversation,
    /// The metrics.
    PaneMetrics,
    /// The metadata.
    PaneMetadata,
    /// The feedback.
    PaneFeedback,
    /// The session after the selected one.
    NextSession,
    /// The session before the selected one.
    PreviousSession,
    /// Where one was before.
    JumpBack,
    /// Where one was before going back.
    JumpForward,
    /// Keep the session among the bookmarks, or not any more.
    Bookmark,
    /// The bookmarked sessions.
    Bookmarks,
    /// The sessions that were open lately.
    Recent,
    /// Show the session under the cursor, or only those that are opened.
    Preview,
    /// The focused pane alone, or all panes again.
    Zoom,
    /// More room for the focused pane.
    Widen,
    /// Less room for the focused pane.
    Narrow,
    /// The agent tab to the left.
    PreviousAgent,
    /// The agent tab to the right.
    NextAgent,
    /// Open or unfold.
    Open,
    /// Back, or give up what is loading.
    Back,
    /// Filter the sessions; in a conversation, find.
    Filter,
    /// The next place found.
    NextMatch,
    /// The previous place found.
    PreviousMatch,
    /// The message before.
    PreviousMessage,
    /// The message after.
    NextMessage,
    /// The turn before.
    PreviousTurn,
    /// The turn after.
    NextTurn,
    /// The error before.
    PreviousError,
    /// The error after.
    NextError,
    /// The tool call before.
    PreviousTool,
    /// The tool call after.
    NextTool,
    /// The feedback before.
    PreviousFeedback,
    /// The feedback after.
    NextFeedback,
    /// The finding before.
    PreviousFinding,
    /// The finding after.
    NextFinding,
    /// The day before.
    PreviousDay,
    /// The day after.
    NextDay,
    /// Choose what to go back to.
    GoBackTo,
    /// Choose what to go on to.
    GoOnTo,
    /// The last such move once more.
    MoveAgain,
    /// Open the link under the cursor.
    OpenLink,
    /// Sort by any column.
    Sort,
    /// Sort the other way round.
    ReverseSort,
    /// Choose the columns of the list.
    Columns,
    /// Keep the filter under a name.
    SaveFilter,
    /// Read again.
    Reload,
    /// Edit the selected metadata field.
    Edit,
    /// Add a metadata field.
    Add,
    /// Remove the selected metadata field.
    Remove,
    /// Rename the selected metadata field.
    Rename,
    /// Give the selected metadata field another type.
    Retype,
    /// Duplicate the selected metadata field.
    Duplicate,
    /// Put the copied metadata field here.
    PasteField,
    /// Move the selected metadata field up.
    MoveUp,
    /// Move the selected metadata field down.
    MoveDown,
    /// Edit the selected metadata field in the larger editor.
    EditLarge,
    /// Edit the selected metadata field in the editor of the environment.
    EditOutside,
    /// See the changes that are not saved, to save them.
    Save,
    /// Give up the changes that are not saved.
    Discard,
    /// Take back the last change.
    Undo,
    /// Make the change again that was taken back.
    Redo,
    /// Mark the session, or not.
    Mark,
    /// Mark all sessions that match.
    MarkAll,
    /// Change the marked sessions.
    Bulk,
    /// Give feedback on the session or the selected message, with a comment.
    Rate,
    /// Rate up at once.
    RateUp,
    /// Rate down at once.
    RateDown,
    /// Rate neutral at once.
    RateNeutral,
    /// Rate what has no feedback yet, one after another.
    Review,
    /// Delete the session.
    DeleteSession,
    /// Copy something of what is selected.
    Copy,
    /// Show what is selected in the pager of the environment.
    Pager,
    /// Show or fold reasoning.
    Reasoning,
    /// Unfold or fold all tool calls.
    Tools,
    /// Inspect what is selected.
    Inspect,
    /// Explain the selected number.
    Explain,
    /// What was said and what went wrong, in full.
    LastError,
    /// What happened: alerts, errors, the connection.
    Events,
    /// Use the mouse, or leave it to the terminal.
    Mouse,
    /// Choose how it looks.
    Themes,
    /// All sessions at work or changed lately.
    Fleet,
    /// In the fleet, a longer time.
    Window,
    /// Choose a connection.
    Connections,
    /// The next of the open connections.
    NextConnection,
    /// The previous of the open connections.
    PreviousConnection,
    /// Close the connection.
    CloseConnection,
    /// Any command by name.
    CommandLine,
    /// The keys.
    Help,
    /// Quit.
    Quit,
    /// Quit at once.
    QuitNow,
}
