//! What the screen asks of the background task.

use std::{fmt, ops::Range};

use uuid::Uuid;

use crate::{
    app::{
        fleet::FleetWindow,
        place::{Place, WriteRules},
        writes::{
            Write,
            bulk::{BulkOrder, LeftToDo},
        },
    },
    repository::{Filter, InView, ListQuery, Projection, filter::FilterValues},
    session::{AgentId, MetadataPath, SessionKey},
};

/// Numbers a question, so that a late answer to an older one is known and dropped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Ticket(pub u64);

/// A question. Reads are newest-only by [`Lane`]: a newer question of a lane makes the older one's answer stale.
#[derive(Debug, Clone)]
pub enum Command {
    /// Open a place, to read it alone or to write too, beside those that are open; makes every earlier question stale.
    /// `Event::Connected`, `Event::Choose` or `Event::PasswordWanted`; what is asked from then on is asked there.
    Connect(Ticket, Box<Place>),
    /// What is asked from now on is asked of the connection that was opened with that ticket; makes every earlier question stale.
    Use(Ticket),
    /// Close the connection that was opened with that ticket; what was to be written still is.
    Close(Ticket),
    /// A page of the list: `Event::Plan` (for a first page with a filter, or in another order than the newest first),
    /// `Event::Looked` while sessions are looked at before a row can be given, `Event::Ranked` and `Event::Rows` as found, `Event::Empty`
    /// (where there are none and it is known why), `Event::ListEnd`.
    List(Ticket, Box<ListQuery>),
    /// The rows of those of some sessions that a filter leaves, with so much of their metadata: `Event::RowsOf`.
    RowsOf(Ticket, Vec<SessionKey>, Filter, Projection),
    /// How many sessions match: `Event::Count`.
    Count(Ticket, Filter),
    /// Counts and sizes (`Event::Details`), then what the messages of the rows in view tell, one by one (`Event::Usage`).
    Details(Ticket, Vec<SessionKey>),
    /// Sessions an ID may mean: `Event::Resolved`.
    Resolve(Ticket, String),
    /// A session with the last messages of each agent: `Event::Opened`.
    Open(Ticket, SessionKey, u64),
    /// A session without its messages, beside the one that is open: `Event::Peeked`.
    Peek(Ticket, SessionKey),
    /// What is in the sessions that are to be deleted: `Event::Weighed` as they are counted, `done` with the last.
    Weigh(Ticket, Box<BulkOrder>),
    /// The feedback on a session that was given here, as the journal has it: `Event::OwnFeedback`.
    OwnFeedback(Ticket, SessionKey),
    /// Messages of one agent: `Event::Messages`.
    Messages(Ticket, SessionKey, AgentId, Range<u64>),
    /// All messages without text: `Event::Outline`.
    Outline(Ticket, SessionKey),
    /// Searches text in a whole conversation (any case), from the newest message to the oldest, of one agent or of all:
    /// `Event::Found` as they are found, `done` with the last.
    Find(Ticket, SessionKey, Option<AgentId>, String),
    /// The whole document as stored: `Event::Document`.
    Document(Ticket, SessionKey),
    /// The sessions that changed within a time (`Event::FleetRows`), then the end of their histories, or only of those that are
    /// named: `Event::FleetSeed` each, `Event::FleetEnd`. Of what cannot be read the first is a failure, after that.
    Fleet(Ticket, FleetScope),
    /// What is on the screen of the connection that was opened with that ticket: changes of it are looked for more closely.
    Look(Ticket, Box<InView>),
    /// Whether a session is among those that a filter leaves: `Event::Matched`.
    Match(Ticket, Filter, SessionKey),
    /// Counts and sizes of sessions that may be out of view: `Event::Sized`.
    Sizes(Ticket, Vec<SessionKey>),
    /// A question to the connection that was opened with that ticket, whichever is in use.
    At(Ticket, Box<Self>),
    /// What a change of many sessions would come to by these rules: `Event::BulkSeen` as they are looked at, `done` with the last.
    BulkPreview(Ticket, Box<BulkOrder>, Box<WriteRules>),
    /// The fields that the metadata of other sessions have: `Event::MetadataKeys`.
    MetadataKeys(Ticket),
    /// The values of such a field, where they are few: `Event::MetadataValues`.
    MetadataValues(Ticket, MetadataPath),
    /// What of the store may stand after a word of a filter: `Event::FilterValues`.
    FilterValues(Ticket, FilterValues),
    /// What a filter that is being typed would come to: `Event::Foreseen`, and where that is counted within moments
    /// `Event::ForeseenCount`.
    Foresee(Ticket, Box<ListQuery>),
    /// Gives up what runs in a lane.
    Cancel(Lane),
    /// Writes, those of one connection one after another in the order they come: `Event::Written` or `Event::NotWritten`,
    /// always. Never given up, also not for another connection.
    Write(Ticket, Box<WriteOrder>),
    /// Changes many sessions, beside all else: `Event::BulkAt` as they are written, then `Event::BulkEnded`, always. Never given up:
    /// `BulkStop` ends it once what is being written is, and so does closing its connection.
    Bulk(Ticket, Box<BulkCommand>),
    /// Stops the change of many sessions that was ordered with that ticket.
    BulkStop(Ticket),
}

/// Which sessions are read for the fleet.
#[derive(Debug, Clone, PartialEq)]
pub enum FleetScope {
    /// Those that changed within that time and match.
    Window(FleetWindow, Filter),
    /// These, of which nothing is known.
    Sessions(Vec<SessionKey>),
    /// These, which were read before.
    Again(Vec<SessionKey>),
}

/// A change of many sessions.
#[derive(Debug, Clone)]
pub struct BulkCommand {
    /// The connection it was ordered on, by the ticket of its `Connect`: it is written there or nowhere.
    pub connection: Ticket,
    /// What is changed.
    pub order: BulkOrder,
    /// Where it goes on, where it was stopped before.
    pub left: Option<LeftToDo>,
}

/// A write with its id.
#[derive(Debug, Clone, PartialEq)]
pub struct WriteOrder {
    /// Its id.
    pub id: WriteId,
    /// The connection it was ordered on, by the ticket of its `Connect`: it is written there or nowhere.
    pub connection: Ticket,
    /// What is written.
    pub write: Write,
}

/// Names a write beyond the run it belongs to, so that a journal can tell it from every other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct WriteId {
    /// The run of the program.
    pub run: Uuid,
    /// Counts within the run.
    pub number: u64,
}

impl fmt::Display for WriteId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.run, self.number)
    }
}

/// Questions that replace one another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Lane {
    /// `Connect` and `Use`.
    Connection,
    /// `List`.
    List,
    /// `RowsOf`.
    Rows,
    /// `Count`.
    Count,
    /// `Details`.
    Details,
    /// `Resolve` and `Open`.
    Open,
    /// `Peek`, `Weigh` and `OwnFeedback`: what is read for a key.
    Peek,
    /// `Messages`.
    Messages,
    /// `Outline`.
    Outline,
    /// `Find`.
    Find,
    /// `Document`.
    Inspect,
    /// `Fleet`.
    Fleet,
    /// `Look`, which is no question.
    View,
    /// `Match` and `Sizes`.
    Alert,
    /// `BulkPreview`.
    Bulk,
    /// `MetadataKeys`, `MetadataValues` and `FilterValues`.
    Offers,
    /// `Foresee`.
    Typed,
    /// `Write`, `Bulk`, `BulkStop` and `Close`: the only one in which nothing replaces anything.
    Write,
}

impl Lane {
    /// Every lane.
    pub const ALL: [Self; 18] = [
        Self::Connection,
        Self::List,
        Self::Rows,
        Self::Count,
        Self::Details,
        Self::Open,
        Self::Peek,
        Self::Messages,
        Self::Outline,
        Self::Find,
        Self::Inspect,
        Self::Fleet,
        Self::View,
        Self::Alert,
        Self::Bulk,
        Self::Offers,
        Self::Typed,
        Self::Write,
    ];
}

impl Command {
    /// Whether it makes every older question of a lane stale. A new connection does so in all lanes; a write is never
    /// overtaken: each of them is answered.
    #[must_use]
    pub fn overtakes(&self, lane: Lane) -> bool {
        lane != Lane::Write && (matches!(self, Self::Connect(..) | Self::Use(_)) || self.lane().0 == lane)
    }

    /// Its lane, and its ticket where it is a question.
    #[must_use]
    pub fn lane(&self) -> (Lane, Option<Ticket>) {
        match self {
            Self::Connect(ticket, ..) => (Lane::Connection, Some(*ticket)),
            Self::Use(_) => (Lane::Connection, None),
            Self::Close(_) => (Lane::Write, None),
            Self::List(ticket, ..) => (Lane::List, Some(*ticket)),
            Self::RowsOf(ticket, ..) => (Lane::Rows, Some(*ticket)),
            Self::Count(ticket, ..) => (Lane::Count, Some(*ticket)),
            Self::Details(ticket, ..) => (Lane::Details, Some(*ticket)),
            Self::Resolve(ticket, ..) | Self::Open(ticket, ..) => (Lane::Open, Some(*ticket)),
            Self::Peek(ticket, ..) | Self::Weigh(ticket, _) | Self::OwnFeedback(ticket, _) => {
                (Lane::Peek, Some(*ticket))
            }
            Self::Messages(ticket, ..) => (Lane::Messages, Some(*ticket)),
            Self::Outline(ticket, ..) => (Lane::Outline, Some(*ticket)),
            Self::Find(ticket, ..) => (Lane::Find, Some(*ticket)),
            Self::Document(ticket, ..) => (Lane::Inspect, Some(*ticket)),
            Self::Fleet(ticket, ..) => (Lane::Fleet, Some(*ticket)),
            Self::Look(..) => (Lane::View, None),
            Self::Match(ticket, ..) | Self::Sizes(ticket, _) => (Lane::Alert, Some(*ticket)),
            Self::At(_, asked) => asked.lane(),
            Self::BulkPreview(ticket, ..) => (Lane::Bulk, Some(*ticket)),
            Self::MetadataKeys(ticket) | Self::MetadataValues(ticket, _) | Self::FilterValues(ticket, _) => {
                (Lane::Offers, Some(*ticket))
            }
            Self::Foresee(ticket, _) => (Lane::Typed, Some(*ticket)),
            Self::Cancel(lane) => (*lane, None),
            Self::Write(ticket, _) | Self::Bulk(ticket, _) | Self::BulkStop(ticket) => (Lane::Write, Some(*ticket)),
        }
    }
}
