//! The open conversation: its window of messages, timeline, folds, place and find.
//!
//! What is shown is counted from the cursor: nothing moves when pages arrive; only what is in view is laid out, however long it is.

mod absent;
mod again;
mod answers;
mod changed;
mod copies;
mod durations;
mod facts;
mod find;
mod fold;
mod history;
mod jump;
mod landmarks;
mod last_seen;
mod live_activity;
mod moved;
mod moves;
mod news;
mod open;
mod pair;
mod part;
mod pictures;
mod place;
mod previewed;
mod rated;
mod rows;
#[cfg(test)]
pub(in crate::app::tui) mod sample;
mod sheet;
mod tabs;
#[cfg(test)]
mod tests;
mod timeline;
mod unread;
mod window;

use std::ops::Range;

use jiff::Timestamp;
use ratatui::layout::Size;

pub use self::{
    absent::NoSession,
    facts::SessionFacts,
    find::FindStatus,
    history::{CallFigure, CallHistory, CallSeries},
    jump::JumpSpot,
    landmarks::Landmark,
    live_activity::{EndedTool, LiveActivity, running_s},
    pictures::{PictureKey, PictureNews, PictureOrder},
    rated::Answer,
    rows::{ConversationRow, RowLink},
    tabs::{AgentTab, Title},
};
use self::{
    facts::CountedFindings, find::Find, fold::Folds, landmarks::Landing, last_seen::LastSeen, news::NewsBegun,
    open::Open, pictures::Pictures, sheet::Layouts, window::PAGE,
};
use super::{Effect, Tickets, feedback::PendingFeedback};
use crate::{
    app::{
        task::{Command, Ticket, command::Lane},
        text,
        tui::render::Look,
    },
    metrics::{AgentMetrics, SessionMetrics},
    session::{AgentId, Change, Message, Session, SessionKey, Summary},
};

/// A session that was asked for.
#[derive(Debug)]
struct Opening {
    ticket: Ticket,
    key: SessionKey,
    name: String,
    /// That name is its exact id, since another session goes by the one it has.
    exact: bool,
    /// It is the one that is open, read again.
    again: bool,
    /// Nobody opened it: it is a preview, of so many messages at first.
    preview: Option<u64>,
}

impl Opening {
    /// Whether a person opens it: it is neither a preview nor what is open already, read again.
    fn is_by_person(&self) -> bool {
        self.preview.is_none() && !self.again
    }
}

/// A page that was asked for.
#[derive(Debug)]
struct AskedPage {
    ticket: Ticket,
    agent: AgentId,
    range: Range<u64>,
    asked_at: Timestamp,
    /// What changed of the agent's messages since: the page may have been read before.
    changes: Vec<Change>,
}

/// The conversation pane's state. Holds the open session, a bounded window of its messages, the outline once it came,
/// and the layouts of what is in view.
#[derive(Debug, Default)]
pub struct ConversationState {
    open: Option<Open>,
    /// What the open one is called where another session goes by its name.
    exact: Option<String>,
    opening: Option<Opening>,
    /// One that was asked for when the connection was lost: it is opened once that is back.
    unopened: Option<Opening>,
    page: Option<AskedPage>,
    outline: Option<Ticket>,
    /// Since when the outline is owed to a preview; `None`: it was asked for.
    owed_since: Option<Timestamp>,
    /// What changed while the session or its outline was being read, where nothing else has to be known for it.
    arrived: Vec<Change>,
    /// It changed while it or its outline was being read: it is read once more after that.
    again: bool,
    /// What is being read was not asked for by a person: nobody waits for it.
    by_itself: bool,
    /// When it was asked for.
    asked_at: Timestamp,
    find: Option<Find>,
    /// A page failed or was given up: nothing is asked again until the reader moves.
    blocked: bool,
    folds: Folds,
    /// Feedback on its way.
    pending: Vec<PendingFeedback>,
    layouts: Layouts,
    /// Images in messages.
    pictures: Pictures,
    size: Size,
    look: Option<Look>,
    rows: Vec<ConversationRow>,
    position: Option<(u64, u64)>,
    /// Its findings, as they were counted last.
    findings: Option<CountedFindings>,
    /// The open session is not there any more.
    gone: bool,
    /// The open session is only looked at from the list.
    previewed: bool,
    /// The open session is among the bookmarks.
    bookmarked: bool,
    /// Where to go in a session once it is open.
    awaited: Option<(SessionKey, JumpSpot)>,
    /// Where the last move to a landmark came to.
    landed: Option<Landing>,
    /// What it went by, and whether down.
    last_move: Option<(Landmark, bool)>,
    /// The same, of one that waits for the outline.
    wanted_move: Option<(Landmark, bool)>,
    /// How far conversations were read.
    last_seen: LastSeen,
    /// News are being taken over.
    news: Option<NewsBegun>,
    /// The instant that what is told is told at.
    now: Timestamp,
}

impl ConversationState {
    /// Opens a session at its end: asks `Command::Open`, then (on `Event::Opened`) `Command::Outline`. What is open
    /// stays until the answer came. It is called as the list calls its row.
    pub fn open(&mut self, row: &Summary, called: &str, tickets: &mut Tickets) -> Vec<Effect> {
        let (key, name, exact) = (row.key.clone(), called.to_owned(), called != row.name());
        (self.awaited, self.wanted_move) = (None, None);
        self.ask_open(Opening { ticket: tickets.take(), key, name, exact, again: false, preview: None })
    }

    /// Reads the open session again, keeping the place (at the end it follows the end; new messages are marked).
    pub fn reload(&mut self, tickets: &mut Tickets) -> Vec<Effect> {
        let ticket = tickets.take();
        if let Some(opening) = self.opening.take().or_else(|| self.unopened.take()) {
            return self.ask_open(Opening { ticket, ..opening });
        }
        let Some((open, name)) = self.open.as_ref().zip(self.name()) else { return Vec::new() };
        let (key, name, exact) = (open.session.key.clone(), name.to_owned(), self.exact.is_some());
        self.ask_open(Opening { ticket, key, name, exact, again: true, preview: self.previewed.then_some(PAGE) })
    }

    fn ask_open(&mut self, opening: Opening) -> Vec<Effect> {
        let (ticket, key, last) = (opening.ticket, opening.key.clone(), opening.preview.unwrap_or(PAGE));
        self.asked_at = self.now;
        self.unopened = None;
        self.again &= opening.again;
        self.by_itself = opening.preview.is_some();
        self.arrived.retain(|change| change.session == key);
        self.opening = Some(opening);
        vec![Effect::Ask(Command::Open(ticket, key, last))]
    }

    /// Closes it, e.g. as it is gone.
    pub fn close(&mut self) {
        self.note_left();
        let (size, look, now) = (self.size, self.look.take(), self.now);
        let (last_seen, last_move) = (std::mem::take(&mut self.last_seen), self.last_move);
        *self = Self { size, look, last_move, last_seen, now, ..Self::default() };
    }

    /// The inner size of the pane (without border) and the look it is drawn in: layouts depend on both. A larger view
    /// may show messages that are not loaded: [`Self::ask`] asks for them.
    pub fn resize(&mut self, inner: Size, look: &Look) {
        let same = self
            .look
            .as_ref()
            .is_some_and(|old| old.theme == look.theme && std::ptr::eq(old.marks, look.marks) && old.zone == look.zone);
        if same && self.size == inner {
            return;
        }
        let mark = self.mark();
        if !same || self.size.width != inner.width {
            self.layouts.clear();
            if self.size.width != inner.width {
                // They were made for another width.
                self.pictures.clear();
            }
            self.look = Some(look.clone());
        }
        self.size = inner;
        self.return_to(mark);
        self.refresh();
    }

    /// Asks for what is missing in and around the view. The other methods do so by themselves, except
    /// [`Self::resize`].
    pub fn ask(&mut self, tickets: &mut Tickets) -> Vec<Effect> {
        [self.wanted(tickets), self.ask_owed_in_time(tickets)].into_iter().flatten().collect()
    }

    /// Key of the session that is open or being opened.
    #[must_use]
    pub fn key(&self) -> Option<&SessionKey> {
        let opening = self.opening.as_ref().map(|opening| &opening.key);
        opening.or_else(|| self.open.as_ref().map(|open| &open.session.key))
    }

    /// The open session. Its agents' messages are not in it: the pane holds those in view itself, see
    /// [`Self::selected`].
    #[must_use]
    pub fn session(&self) -> Option<&Session> {
        self.open.as_ref().map(|open| &open.session)
    }

    /// What the open session is called, as stored: its exact id where another session of the list goes by its name.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        let session = self.session()?;
        Some(self.exact.as_deref().unwrap_or_else(|| session.name()))
    }

    /// The agent whose tab is shown; `None` for the merged timeline.
    #[must_use]
    pub fn agent(&self) -> Option<&AgentId> {
        self.open.as_ref()?.agent()
    }

    /// The selected message, where it is loaded, with its agent.
    #[must_use]
    pub fn selected(&self) -> Option<(&AgentId, &Message)> {
        let open = self.open.as_ref()?;
        let spot = open.spot()?;
        let message = open.windows[spot.agent].message(spot.index)?;
        Some((&open.session.agents[spot.agent].id, message))
    }

    /// Figures of the open session, once its outline came.
    #[must_use]
    pub fn metrics(&self) -> Option<&SessionMetrics> {
        self.open.as_ref()?.metrics()
    }

    /// Figures of the tab's agent (`None` on the merged timeline, or before the outline came).
    #[must_use]
    pub fn agent_metrics(&self) -> Option<&AgentMetrics> {
        let open = self.open.as_ref()?;
        open.agent_metrics(open.tab)
    }

    /// What is loading, for the status line; `None` when nothing is. Safe text.
    #[must_use]
    pub fn loading(&self) -> Option<String> {
        if let Some(opening) = self.opening.as_ref().filter(|_| !self.by_itself || self.is_slow_preview()) {
            let doing = if opening.is_by_person() { "opening" } else { "reading" };
            return Some(format!("{doing} {}", text::line(&opening.name)));
        }
        let searching = self.find.as_ref().is_some_and(|find| find.ticket.is_some());
        let page = self.page.as_ref().filter(|_| !self.previewed);
        let what = match (page, searching, self.outline.filter(|_| !self.by_itself)) {
            (Some(_), ..) => "loading messages",
            (_, true, _) => "searching",
            (.., Some(_)) => "reading figures",
            _ => return None,
        };
        Some(what.to_owned())
    }

    /// Gives up what is loading (`Command::Cancel`), then ends the find. `None`: there was nothing to give up.
    pub fn give_up(&mut self) -> Option<Vec<Effect>> {
        let lanes = self.given_up();
        self.unopened = None;
        if !self.by_itself {
            (self.again, self.wanted_move) = (false, None);
        }
        for lane in &lanes {
            match lane {
                Lane::Open => self.opening = None,
                Lane::Outline => self.outline = None,
                Lane::Messages => (self.page, self.blocked) = (None, true),
                Lane::Find => drop(self.find.as_mut().and_then(|find| find.ticket.take())),
                _ => {}
            }
        }
        if lanes.is_empty() {
            self.find.take()?;
        }
        self.refresh();
        Some(lanes.into_iter().map(|lane| Effect::Ask(Command::Cancel(lane))).collect())
    }

    /// The lines in view, top to bottom.
    #[must_use]
    pub fn rows(&self) -> &[ConversationRow] {
        &self.rows
    }

    /// The selected message's place in the tab, from 1, and how many there are in it; `None` where there is none.
    #[must_use]
    pub fn position(&self) -> Option<(u64, u64)> {
        self.position
    }
}
