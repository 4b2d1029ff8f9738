//! The open conversation: its window of messages, timeline, folds, place and find.

use ratatui::layout::Size;

use super::{Effect, Tickets};
use crate::{
    config::Ui,
    metrics::{AgentMetrics, SessionMetrics},
    session::{AgentId, Message, Session, SessionKey, Summary},
    task::Event,
    tui::{Intent, Look},
};

/// The conversation pane's state. Holds the open session, a bounded window of its messages, the outline once it came,
/// and the layouts of what is in view.
pub struct ConversationState {
    _todo: (),
}

impl ConversationState {
    /// No session open.
    #[must_use]
    pub fn new(ui: &Ui) -> Self {
        let _ = ui;
        todo!()
    }

    /// Opens a session at its end: asks `Command::Open`, then (on `Event::Opened`) `Command::Outline`. What is open
    /// stays until the answer came.
    pub fn open(&mut self, row: &Summary, tickets: &mut Tickets) -> Vec<Effect> {
        let _ = (row, tickets);
        todo!()
    }

    /// Reads the open session again, keeping the place (at the end it follows the end; new messages are marked).
    pub fn reload(&mut self, tickets: &mut Tickets) -> Vec<Effect> {
        let _ = tickets;
        todo!()
    }

    /// Closes it, e.g. for another connection.
    pub fn close(&mut self) {
        todo!()
    }

    /// The inner size of the pane (without border) and the look it is drawn in: layouts depend on both.
    pub fn resize(&mut self, inner: Size, look: &Look) {
        let _ = (inner, look);
        todo!()
    }

    /// Takes an answer of the lanes Open, Messages, Outline and Find; ignores stale ones and those of other lanes.
    pub fn on_event(&mut self, event: &Event, tickets: &mut Tickets) -> Vec<Effect> {
        let _ = (event, tickets);
        todo!()
    }

    /// Moves, folds, switches agents, goes through places found, copies (`Effect::Copy`). `None`: not for this pane.
    pub fn on_intent(&mut self, intent: Intent, tickets: &mut Tickets) -> Option<Vec<Effect>> {
        let _ = (intent, tickets);
        todo!()
    }

    /// Finds a text in the whole conversation of the current tab; an empty one ends the search.
    pub fn find(&mut self, needle: &str, tickets: &mut Tickets) -> Vec<Effect> {
        let _ = (needle, tickets);
        todo!()
    }

    /// Click at a cell of the inner area: selects the message, or folds an item, or switches the tab (`y` counts from
    /// the first inner row; the tabs are in the title, see [`Self::click_title`]).
    pub fn click(&mut self, x: u16, y: u16, tickets: &mut Tickets) -> Vec<Effect> {
        let _ = (x, y, tickets);
        todo!()
    }

    /// Click in the title row, `x` counted from the pane's left edge: switches the agent tab.
    pub fn click_title(&mut self, x: u16, tickets: &mut Tickets) -> Vec<Effect> {
        let _ = (x, tickets);
        todo!()
    }

    /// Scrolls by lines (mouse wheel); negative is up.
    pub fn scroll(&mut self, lines: i32, tickets: &mut Tickets) -> Vec<Effect> {
        let _ = (lines, tickets);
        todo!()
    }

    /// Key of the session that is open or being opened.
    #[must_use]
    pub fn key(&self) -> Option<&SessionKey> {
        todo!()
    }

    /// The open session.
    #[must_use]
    pub fn session(&self) -> Option<&Session> {
        todo!()
    }

    /// The agent whose tab is shown; `None` for the merged timeline.
    #[must_use]
    pub fn agent(&self) -> Option<&AgentId> {
        todo!()
    }

    /// The selected message, where it is loaded, with its agent.
    #[must_use]
    pub fn selected(&self) -> Option<(&AgentId, &Message)> {
        todo!()
    }

    /// Figures of the open session, once its outline came.
    #[must_use]
    pub fn metrics(&self) -> Option<&SessionMetrics> {
        todo!()
    }

    /// Figures of the tab's agent (`None` on the merged timeline, or before the outline came).
    #[must_use]
    pub fn agent_metrics(&self) -> Option<&AgentMetrics> {
        todo!()
    }

    /// What is loading, for the status line; `None` when nothing is.
    #[must_use]
    pub fn loading(&self) -> Option<String> {
        todo!()
    }

    /// Gives up what is loading (`Command::Cancel`), then ends the find. `false`: there was nothing to give up.
    pub fn give_up(&mut self) -> Option<Vec<Effect>> {
        todo!()
    }
}
