//! What the background task tells the screen.

use bson::{Bson, Document};

use super::{Ticket, command::Lane};
use crate::{
    app::{
        fleet::read::FleetExtent,
        row_figures::RowFigures,
        writes::{
            HandOutcome, TurnProgress,
            bulk::{BulkEnd, BulkProgress, BulkTally},
        },
    },
    hook::HookReport,
    metrics::Outline,
    repository::{Candidate, Error, Inspection, ListPlan, MetadataKeys, News, PageEnd, filter::FilterValues},
    session::{AgentId, Details, Message, MetadataPath, Session, SessionKey, Summary},
};

/// An answer, with the ticket of its question; or news of the connection.
#[derive(Debug, Clone)]
pub enum Event {
    /// A reader is ready; `location` is for the title.
    Connected {
        /// Of `Connect`.
        ticket: Ticket,
        /// `database.collection` or the folder's path.
        location: String,
        /// Which store it is among all: see `SessionReader::identity`.
        identity: String,
    },
    /// Several collections look like sessions.
    Choose {
        /// Of `Connect`.
        ticket: Ticket,
        /// Which.
        candidates: Vec<Candidate>,
    },
    /// A password is to be typed before the place can be opened.
    PasswordWanted {
        /// Of `Connect`.
        ticket: Ticket,
        /// Whose.
        user: String,
        /// Where.
        hosts: String,
    },
    /// Whether an index serves the list that was asked for.
    Plan(Ticket, ListPlan),
    /// Why a list without a filter holds nothing, in a sentence, where that is known.
    Empty(Ticket, String),
    /// So many sessions were looked at for a page, of which no row came yet.
    Looked(Ticket, u64),
    /// The figures that rows of a page are sorted by, before these rows.
    Ranked(Ticket, Vec<(SessionKey, u64)>),
    /// Rows of a page, as they are found.
    Rows(Ticket, Vec<Summary>),
    /// The page is complete.
    ListEnd(Ticket, PageEnd),
    /// Rows of the sessions asked for that match.
    RowsOf(Ticket, Vec<Summary>),
    /// How many sessions match; `None` when it took too long.
    Count(Ticket, Option<u64>),
    /// Counts and sizes.
    Details(Ticket, Vec<(SessionKey, Details)>),
    /// What the messages of one session tell: tokens, calls, findings of its histories.
    Usage(Ticket, SessionKey, RowFigures),
    /// What an ID may mean.
    Resolved(Ticket, String, Vec<Summary>),
    /// A session with the end of each conversation.
    Opened(Ticket, Box<Session>),
    /// A session without its messages.
    Peeked(Ticket, Box<Session>),
    /// What is in some of the sessions that are to be deleted and are there.
    Weighed {
        /// Of `Weigh`.
        ticket: Ticket,
        /// Counts and sizes.
        found: Vec<(SessionKey, Details)>,
        /// So many in all have no clear date: by their age they are not deleted.
        undated: u64,
        /// Nothing more to come.
        done: bool,
    },
    /// The feedback on a session that was given here, each as it was stored last.
    OwnFeedback(Ticket, Vec<Bson>),
    /// Messages of one agent.
    Messages(Ticket, AgentId, Vec<Message>),
    /// All messages without text.
    Outline(Ticket, Box<Outline>),
    /// Places found, newest first: agent and message index. `searched` messages were looked at so far.
    Found {
        /// Of `Find`.
        ticket: Ticket,
        /// New hits.
        hits: Vec<(AgentId, u64)>,
        /// Messages looked at so far.
        searched: u64,
        /// Nothing more to come.
        done: bool,
    },
    /// A whole document, and all that there is to say of it.
    Document(Ticket, Box<Inspection>),
    /// Sessions that changed lately.
    FleetRows(Ticket, Vec<Summary>),
    /// One of them with the end of its histories, and the figures of what lies before.
    FleetSeed(Ticket, Box<(Session, Outline)>),
    /// That were all of them; of a window so much of it.
    FleetEnd(Ticket, FleetExtent),
    /// Whether a session is among those that a filter leaves.
    Matched(Ticket, bool),
    /// Counts and sizes, for the alerts.
    Sized(Ticket, Vec<(SessionKey, Details)>),
    /// What a change of many sessions would come to, of those looked at so far.
    BulkSeen {
        /// Of `BulkPreview`.
        ticket: Ticket,
        /// How many would come to what.
        tally: Box<BulkTally>,
        /// Nothing more to come.
        done: bool,
    },
    /// The fields that the metadata of other sessions have.
    MetadataKeys(Ticket, MetadataKeys),
    /// The values of such a field; `None` where they are too many to choose from.
    MetadataValues(Ticket, MetadataPath, Option<Vec<Bson>>),
    /// What of the store may stand after a word of a filter; `None` where it is too much to choose from.
    FilterValues(Ticket, FilterValues, Option<Vec<String>>),
    /// Whether an index serves the filter that is being typed.
    Foreseen(Ticket, ListPlan),
    /// How many sessions match it; `None` when it took too long.
    ForeseenCount(Ticket, Option<u64>),
    /// A question failed.
    Failed {
        /// Of the question.
        ticket: Ticket,
        /// Its lane.
        lane: Lane,
        /// Why.
        error: Error,
    },
    /// News of the connection that was opened with that ticket.
    Link(Ticket, Link),
    /// What changes in the store that was opened with that ticket, by whoever changes it.
    News(Ticket, News),
    /// What of the place that is being opened with that ticket takes long to be had, and from where: `the password from the command
    /// "pass"`. Holds no secret.
    Fetching(Ticket, String),
    /// A change waits for another writer, in a sentence.
    Waiting(String),
    /// A hook gave up on something it was to deliver: which, what and why, in a sentence.
    Undelivered(String),
    /// How far a change of many sessions is.
    BulkAt(Ticket, Box<BulkProgress>),
    /// It ended, for now or for good; or it could not begin.
    BulkEnded(Ticket, Result<Box<BulkEnd>, Error>),
    /// What became of something else that a hook had to do.
    Hook(Box<HookReport>),
    /// How far it is with taking back a change of several sessions, or making it again.
    Turning(Ticket, TurnProgress),
    /// A change is stored.
    Written(Ticket, Box<HandOutcome>),
    /// A change was refused or failed.
    NotWritten {
        /// Of `Write`.
        ticket: Ticket,
        /// Why.
        error: Error,
        /// The metadata as they are stored now, where an edit of them met something else than it was guarded by, or its answer was
        /// lost.
        stored: Option<Box<Document>>,
    },
}

/// The connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Link {
    /// It answers (again): what failed while it was lost may be asked again.
    Up,
    /// It is lost; the task tries again by itself.
    Lost {
        /// Why, in a sentence.
        reason: String,
        /// Seconds until the next try.
        retry_in_s: u64,
    },
}

impl Event {
    /// The question it answers, with its lane; `None` for news of the connection or of changes, and what became of a write.
    #[must_use]
    pub fn answers(&self) -> Option<(Lane, Ticket)> {
        Some(match self {
            Self::Connected { ticket, .. } | Self::Choose { ticket, .. } | Self::PasswordWanted { ticket, .. } => {
                (Lane::Connection, *ticket)
            }
            Self::Plan(ticket, _)
            | Self::Empty(ticket, _)
            | Self::Looked(ticket, _)
            | Self::Ranked(ticket, _)
            | Self::Rows(ticket, _)
            | Self::ListEnd(ticket, _) => (Lane::List, *ticket),
            Self::RowsOf(ticket, _) => (Lane::Rows, *ticket),
            Self::Count(ticket, _) => (Lane::Count, *ticket),
            Self::Details(ticket, _) | Self::Usage(ticket, ..) => (Lane::Details, *ticket),
            Self::Resolved(ticket, ..) | Self::Opened(ticket, _) => (Lane::Open, *ticket),
            Self::Peeked(ticket, _) | Self::OwnFeedback(ticket, _) | Self::Weighed { ticket, .. } => {
                (Lane::Peek, *ticket)
            }
            Self::Messages(ticket, ..) => (Lane::Messages, *ticket),
            Self::Outline(ticket, _) => (Lane::Outline, *ticket),
            Self::Found { ticket, .. } => (Lane::Find, *ticket),
            Self::Document(ticket, ..) => (Lane::Inspect, *ticket),
            Self::FleetRows(ticket, _) | Self::FleetSeed(ticket, _) | Self::FleetEnd(ticket, _) => {
                (Lane::Fleet, *ticket)
            }
            Self::Matched(ticket, _) | Self::Sized(ticket, _) => (Lane::Alert, *ticket),
            Self::BulkSeen { ticket, .. } => (Lane::Bulk, *ticket),
            Self::MetadataKeys(ticket, _) | Self::MetadataValues(ticket, ..) | Self::FilterValues(ticket, ..) => {
                (Lane::Offers, *ticket)
            }
            Self::Foreseen(ticket, _) | Self::ForeseenCount(ticket, _) => (Lane::Typed, *ticket),
            Self::Failed { ticket, lane, .. } => (*lane, *ticket),
            Self::Link(..)
            | Self::News(..)
            | Self::Undelivered(_)
            | Self::Hook(_)
            | Self::Fetching(..)
            | Self::Waiting(_)
            | Self::BulkAt(..)
            | Self::BulkEnded(..)
            | Self::Turning(..)
            | Self::Written(..)
            | Self::NotWritten { .. } => return None,
        })
    }
}
