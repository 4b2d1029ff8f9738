//! What is kept beside a line while it is told what the filter in it would come to.

use jiff::Timestamp;

use crate::{app::task::Ticket, repository::Filter, session::SessionKey};

/// What is known of the filter as it is typed.
#[derive(Debug, Clone, Default)]
pub(super) struct Foresight {
    /// What was typed when it was noted last; `None`: nothing yet.
    pub typed: Option<String>,
    /// When it is asked.
    pub due: Option<Timestamp>,
    /// What was asked last.
    pub asked: Option<(Ticket, Filter)>,
    /// What the list showed before what is typed was shown at once.
    pub before: Option<ListShownBefore>,
}

/// What was listed before, and what was selected there.
#[derive(Debug, Clone)]
pub(super) struct ListShownBefore {
    pub filter: Filter,
    pub selected: Option<SessionKey>,
}
