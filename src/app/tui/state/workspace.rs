//! What belongs to one connection. Another connection replaces it whole, so that nothing of the old one is left by mistake.

use std::{collections::HashSet, time::Duration};

use jiff::Timestamp;
use ratatui::layout::Rect;

use super::{
    alerts::AlertWatch,
    areas::Pane,
    asked_columns::AskedColumns,
    bulk::BulkPane,
    chosen::Peek,
    connection::{Connection, HomePlace},
    conversation::ConversationState,
    deletion::OwnDeletions,
    feedback::FeedbackPane,
    fleet::FleetPane,
    known::KnownFields,
    live::WatchState,
    metadata::MetadataPane,
    metrics::MetricsPane,
    rating::AskedOwn,
    review::Review,
    room::MeasuredRoom,
    sessions::SessionList,
    visits::Visits,
};
use crate::{
    app::{
        config::Ui,
        task::{Ticket, command::Lane},
    },
    session::SessionKey,
};

/// The sessions of one connection, and the one that is open.
#[derive(Debug, Default)]
pub struct Workspace {
    /// Where the sessions come from.
    pub connection: Connection,
    /// The ticket it is opened with: what is written names it.
    pub(super) ticket: Ticket,
    /// The place, once it is open.
    pub(super) home: Option<HomePlace>,
    /// How its changes arrive, once that is known.
    pub watch: Option<WatchState>,
    /// For how long the oldest change has waited that was told and not taken in.
    pub behind: Option<Duration>,
    /// When the list or the open session was last read as a whole.
    pub read_at: Option<Timestamp>,
    /// The sessions.
    pub list: SessionList,
    /// How one goes through them.
    pub(super) visits: Visits,
    /// The open one.
    pub conversation: ConversationState,
    /// Its figures.
    pub metrics: MetricsPane,
    /// Its metadata.
    pub metadata: MetadataPane,
    /// Its feedback.
    pub feedback: FeedbackPane,
    /// How much room what is in the panes needs.
    pub(super) room: MeasuredRoom,
    /// All sessions at work or changed lately.
    pub fleet: FleetPane,
    /// Columns that were asked for, of which something may be to say.
    pub(super) asked_columns: AskedColumns,
    /// What is known of the fields of all of them.
    pub known: KnownFields,
    /// The last error, until something was read again.
    pub last_error: Option<String>,
    /// What of it says that no changes are told.
    pub(super) untold: Option<String>,
    /// It says that a change is not stored: what is read again does not take that away.
    pub(super) not_written: bool,
    /// A session to open once that is possible, as a person typed its id.
    pub(super) open_id: Option<String>,
    /// A session that is being looked for, as a person typed its id.
    pub(super) resolving: Option<(Ticket, String)>,
    /// A session of the list that is being read for a key.
    pub(super) peek: Option<Peek>,
    /// What was deleted here, or is being.
    pub(super) deletions: OwnDeletions,
    /// A change of many sessions that was stopped, and can be gone on with.
    pub(super) stopped_bulk: Option<Box<BulkPane>>,
    /// A feedback of which it is asked whether it was given here.
    pub(super) own_asked: Option<AskedOwn>,
    /// What is rated one after another.
    pub review: Option<Review>,
    /// The text that was looked for last.
    pub(super) find: String,
    /// Lanes whose question failed because the connection was lost.
    pub(super) unanswered: HashSet<Lane>,
    /// What a store that is looked at again was told to be in view: rows, and the open session.
    pub(super) looked: Option<(Vec<SessionKey>, Option<SessionKey>)>,
    /// The pane that had the focus as another connection was shown, and whether it was alone.
    pub(super) left_at: Option<(Pane, bool)>,
    /// What is watched of it for alerts, while it is not shown.
    pub(super) alerts: Option<AlertWatch>,
    /// Its password was typed here, that of this user at these hosts: one that was refused is asked for again.
    pub(super) typed_password: Option<(String, String)>,
    /// It was typed here, and is in no settings.
    pub(super) typed_place: bool,
    /// The conversation's place as it was laid out for.
    pub(super) conversation_inner: Option<Rect>,
}

impl Workspace {
    /// Nothing known yet of a connection.
    #[must_use]
    pub fn new(ui: &Ui, connection: Connection, open_id: Option<String>) -> Self {
        Self { connection, list: SessionList::new(ui), open_id, ..Self::default() }
    }

    /// Another session is open, or none: the side panes begin anew.
    pub(super) fn reset_side_panes(&mut self) {
        (self.metrics, self.metadata, self.feedback) =
            (MetricsPane::default(), MetadataPane::default(), FeedbackPane::default());
    }
}
