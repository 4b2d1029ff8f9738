//! What a change tells of the time at which its session was updated.

use bson::Bson;

use super::{Change, ChangeKind};
use crate::session::{StoredDate, decode};

/// What a change tells of its session's `updated_at`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ChangeDate {
    /// Not what it is, but that it is no earlier than what the change itself is dated: a message, a feedback.
    #[default]
    Implied,
    /// It is that now, and may have been later before, as clocks disagree. `None`: it is absent or no date.
    Stored(Option<StoredDate>),
    /// It stayed what it was.
    Kept,
}

impl Change {
    /// With what it tells of `updated_at`.
    #[must_use]
    pub fn dated(self, dated: ChangeDate) -> Self {
        Self { dated, ..self }
    }

    /// The `updated_at` that the session has now, or at least, as far as the change tells it.
    #[must_use]
    pub fn updated_at(&self) -> Option<StoredDate> {
        match self.dated {
            ChangeDate::Implied => self.own_date(),
            ChangeDate::Stored(at) => at,
            ChangeDate::Kept => None,
        }
    }

    /// Takes over what it tells of `updated_at`. Whether that is news.
    pub(super) fn put_date(&self, updated: &mut Option<StoredDate>) -> bool {
        match self.dated {
            ChangeDate::Implied => raise(updated, self.own_date()),
            ChangeDate::Stored(at) => std::mem::replace(updated, at) != at,
            ChangeDate::Kept => false,
        }
    }

    /// What the change itself is dated.
    pub(super) fn own_date(&self) -> Option<StoredDate> {
        let told = |fields: &[(String, Option<Bson>)]| {
            let field = fields.iter().find(|(path, _)| path == "updated_at");
            field.and_then(|(_, value)| decode::stored_date(value.as_ref()?))
        };
        match &self.kind {
            ChangeKind::Feedback(feedback) => feedback.created_at,
            ChangeKind::FeedbackRewritten(rewrite) => Some(rewrite.at),
            ChangeKind::Messages(_, messages) => messages.iter().filter_map(|message| message.created_at).max(),
            ChangeKind::Rewritten(_, messages) => {
                messages.iter().filter_map(|message| message.updated_at.max(message.created_at)).max()
            }
            ChangeKind::MessageFields(_, _, fields) | ChangeKind::AgentFields(_, fields) => told(fields),
            ChangeKind::Agent(agent) => agent.updated_at,
            ChangeKind::Unclear(at) => *at,
            ChangeKind::Touched(at) => Some(*at),
            ChangeKind::Created(row) => row.updated_at,
            ChangeKind::Metadata(_)
            | ChangeKind::Edited(_)
            | ChangeKind::MetadataPaths(_)
            | ChangeKind::MetadataWhole(_)
            | ChangeKind::FeedbackFields(..)
            | ChangeKind::FeedbacksCut(_)
            | ChangeKind::Guardrail(..)
            | ChangeKind::Metrics(..)
            | ChangeKind::Truncated(..)
            | ChangeKind::History(..)
            | ChangeKind::AgentRemoved(_)
            | ChangeKind::Deleted => None,
        }
    }
}

/// A session or an agent was updated no earlier than that. Whether this is news.
pub(super) fn raise(updated: &mut Option<StoredDate>, at: Option<StoredDate>) -> bool {
    let news = at > *updated;
    if news {
        *updated = at;
    }
    news
}
