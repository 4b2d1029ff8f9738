//! What a look saw of a session, and what of it is another than before.
//!
//! Nothing here holds a message: counts, dates, sizes and sums tell that something changed, also where `updated_at` stays.

use std::ops::Range;

use bson::{Bson, Document};

use crate::{
    repository::OpenInView,
    session::{
        AgentId, Change, ChangeDate, ChangeKind, Feedback, Message, SessionKey, StoredDate, decode::unsigned,
        edit::same,
    },
};

/// More new messages of one agent than that are left to whoever reads the session again.
const MOST_MESSAGES: u64 = 200;

/// What stands in an answer for a field that is absent.
pub(super) const ABSENT: &str = "missing";

/// The bytes of the field `metadata` beside its value.
const FIELD: u64 = "metadata".len() as u64 + 2;

/// A row in view.
#[derive(Debug, Clone)]
pub(super) struct RowSeen {
    pub updated_at: Option<StoredDate>,
    /// `metadata` where it is small, its size where it is not, what it is instead; [`ABSENT`] where there is none.
    pub metadata: Bson,
    /// The size of the document.
    pub bytes: Option<u64>,
    /// Counts and sums of the rest.
    pub rest: Bson,
}

/// The session that is open.
#[derive(Debug, Clone)]
pub(super) struct OpenSeen {
    pub updated_at: Option<StoredDate>,
    /// As in [`RowSeen`]; undefined where it is not known.
    pub metadata: Bson,
    pub feedbacks: u64,
    /// Ratings and dates of the last ones; `None` before the first look.
    pub rated: Option<Vec<Bson>>,
    pub agents: Vec<AgentSeen>,
    /// Size and the rest; `None` before the first look, as whoever opened it does not tell.
    pub rest: Option<(Option<u64>, Bson)>,
}

/// An agent of the open session.
#[derive(Debug, Clone)]
pub(super) struct AgentSeen {
    pub id: AgentId,
    /// How many messages it has.
    pub messages: u64,
    /// `None` before the first look.
    pub more: Option<AgentMarks>,
}

#[derive(Debug, Clone)]
pub(super) struct AgentMarks {
    /// `updated_at`, which a message moves too.
    pub at: Bson,
    /// Dates and sizes of `agent_data`.
    pub data: Bson,
    /// Ids, dates, redactions and sums of the last messages.
    pub last: Vec<Bson>,
}

impl From<&OpenInView> for OpenSeen {
    fn from(open: &OpenInView) -> Self {
        let metadata: Bson = match &open.metadata {
            None => ABSENT.into(),
            Some(Bson::Document(fields)) => fields.clone().into(),
            Some(_) => Bson::Undefined,
        };
        let agents =
            open.messages.iter().map(|(id, messages)| AgentSeen { id: id.clone(), messages: *messages, more: None });
        let (feedbacks, agents) = (open.feedbacks, agents.collect());
        Self { updated_at: open.updated_at, metadata, feedbacks, rated: None, agents, rest: None }
    }
}

impl RowSeen {
    /// What is told of the row since `before`.
    pub(super) fn changes_since(&self, before: &Self, key: &SessionKey) -> Vec<Change> {
        let (fields, odd) = fields_changed(&before.metadata, &self.metadata);
        let is_unclear = odd
            || !same(Some(&before.rest), Some(&self.rest))
            || !is_explained((before.bytes, &before.metadata), (self.bytes, &self.metadata))
            || self.updated_at < before.updated_at;
        let mut changes = Vec::new();
        if !fields.is_empty() {
            changes.push(Change::new(key.clone(), ChangeKind::Metadata(fields)));
        }
        if is_unclear {
            changes.push(Change::unclear(key.clone(), self.updated_at));
        } else if let Some(at) = self.updated_at
            && before.updated_at != Some(at)
        {
            changes.push(Change::touched(key.clone(), at));
        }
        dated(changes, self.updated_at)
    }
}

/// What changed in the open session.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct OpenChange {
    /// Fields of `metadata` with their values now.
    pub fields: Vec<(String, Option<Bson>)>,
    /// Messages that are to be read, by agent.
    pub messages: Vec<(AgentId, Range<u64>)>,
    /// Feedbacks that are to be read.
    pub feedbacks: Range<u64>,
    /// There is more that is told no finer; then nothing is to be read.
    pub unclear: bool,
    before: Option<StoredDate>,
    now: Option<StoredDate>,
}

/// What was read of the open session for an [`OpenChange`].
#[derive(Debug, Clone, Default)]
pub(super) struct OpenNews {
    pub messages: Vec<(AgentId, Vec<Message>)>,
    pub feedbacks: Vec<Feedback>,
    /// Not all of it is there any more.
    pub short: bool,
}

impl OpenSeen {
    pub(super) fn change_since(&self, before: &Self) -> OpenChange {
        let (fields, odd) = fields_changed(&before.metadata, &self.metadata);
        let mut unclear = odd
            || self.feedbacks < before.feedbacks
            || self.is_rated_anew(before)
            || self.agents.len() != before.agents.len()
            || self.updated_at < before.updated_at;
        let mut messages = Vec::new();
        for agent in &self.agents {
            match before.agents.iter().find(|known| known.id == agent.id) {
                Some(known) if !agent.is_rewritten(known) => {
                    if agent.messages > known.messages {
                        messages.push((agent.id.clone(), known.messages..agent.messages));
                    }
                }
                _ => unclear = true,
            }
        }
        let grew = !messages.is_empty() || self.feedbacks > before.feedbacks;
        unclear |= messages.iter().any(|(_, range)| range.end - range.start > MOST_MESSAGES);
        unclear |= match (&before.rest, &self.rest) {
            (Some((bytes, rest)), Some((bytes_now, rest_now))) => {
                !same(Some(rest), Some(rest_now))
                    || !grew && !is_explained((*bytes, &before.metadata), (*bytes_now, &self.metadata))
            }
            // Of the rest nothing was known: whatever moved its date may have changed more than came to its end.
            _ => self.updated_at != before.updated_at,
        };
        let mut found =
            OpenChange { fields, unclear, before: before.updated_at, now: self.updated_at, ..OpenChange::default() };
        if !unclear {
            (found.messages, found.feedbacks) = (messages, before.feedbacks..self.feedbacks);
        }
        found
    }

    /// Whether feedbacks that were there are others now, or came before them.
    fn is_rated_anew(&self, before: &Self) -> bool {
        let (Some(was), Some(is)) = (&before.rated, &self.rated) else { return false };
        are_others((before.feedbacks, was), (self.feedbacks, is))
    }
}

/// Whether one of those that were there is another now: of so many the marks of the last ones.
fn are_others(was: (u64, &[Bson]), is: (u64, &[Bson])) -> bool {
    let first = |(count, last): (u64, &[Bson])| count.saturating_sub(last.len() as u64);
    let (first_was, first_is) = (first(was), first(is));
    (first_was.max(first_is)..was.0).any(|index| {
        let [was, is] = [(was.1, first_was), (is.1, first_is)].map(|(last, first)| last.get((index - first) as usize));
        !same(was, is)
    })
}

impl AgentSeen {
    /// Whether more changed than that messages came to its end.
    fn is_rewritten(&self, before: &Self) -> bool {
        if self.messages < before.messages {
            return true;
        }
        let (Some(was), Some(is)) = (&before.more, &self.more) else { return false };
        !same(Some(&was.data), Some(&is.data))
            || self.messages == before.messages && !same(Some(&was.at), Some(&is.at))
            || are_others((before.messages, &was.last), (self.messages, &is.last))
    }
}

impl OpenChange {
    /// Whether something is to be read for it.
    pub(super) fn asks(&self) -> bool {
        !self.messages.is_empty() || !self.feedbacks.is_empty()
    }

    /// What is told, with what was read for it.
    pub(super) fn told(self, key: &SessionKey, news: OpenNews) -> Vec<Change> {
        let mut changes = Vec::new();
        if !self.fields.is_empty() {
            changes.push(Change::new(key.clone(), ChangeKind::Metadata(self.fields)));
        }
        if self.unclear || news.short {
            changes.push(Change::unclear(key.clone(), self.now));
            return dated(changes, self.now);
        }
        let mut known = self.before;
        for (agent, messages) in news.messages {
            known = known.max(messages.iter().filter_map(|message| message.created_at).max());
            changes.push(Change::messages(key.clone(), agent, messages));
        }
        for feedback in news.feedbacks {
            known = known.max(feedback.created_at);
            changes.push(Change::feedback(key.clone(), feedback));
        }
        // Messages and feedback tell the date, too.
        if let Some(at) = self.now
            && Some(at) > known
        {
            changes.push(Change::touched(key.clone(), at));
        }
        dated(changes, self.now)
    }
}

/// Told by a look that saw that `updated_at`.
fn dated(changes: Vec<Change>, at: Option<StoredDate>) -> Vec<Change> {
    changes.into_iter().map(|change| change.dated(ChangeDate::Stored(at))).collect()
}

/// The fields of `metadata` that are others now, and whether more changed than they tell.
fn fields_changed(before: &Bson, now: &Bson) -> (Vec<(String, Option<Bson>)>, bool) {
    let is_absent = |value: &Bson| value.as_str() == Some(ABSENT);
    match (before, now) {
        (Bson::Undefined, _) => (Vec::new(), false),
        (Bson::Document(before), Bson::Document(now)) => (between(before, now), false),
        (before, Bson::Document(now)) if is_absent(before) => (between(&Document::new(), now), false),
        // Larger than is sent: as many bytes are taken for the same.
        (Bson::Document(before), now) => (Vec::new(), length(before) != unsigned(now)),
        (before, now) => (Vec::new(), !same(Some(before), Some(now))),
    }
}

fn between(before: &Document, now: &Document) -> Vec<(String, Option<Bson>)> {
    let set = now.iter().filter(|(key, value)| !same(before.get(key), Some(value)));
    let unset = before.keys().filter(|key| !now.contains_key(key));
    let set = set.map(|(key, value)| (key.clone(), Some(value.clone())));
    set.chain(unset.map(|key| (key.clone(), None))).collect()
}

fn length(fields: &Document) -> Option<u64> {
    bson::serialize_to_vec(fields).ok().map(|bytes| bytes.len() as u64)
}

/// Whether the size of a document changed just as its metadata did.
fn is_explained(before: (Option<u64>, &Bson), now: (Option<u64>, &Bson)) -> bool {
    if same(Some(before.1), Some(now.1)) {
        return before.0 == now.0;
    }
    let rest = |(bytes, metadata): (Option<u64>, &Bson)| {
        let held = match metadata {
            Bson::Document(fields) => length(fields)? + FIELD,
            Bson::String(text) if text == ABSENT => 0,
            other => unsigned(other)? + FIELD,
        };
        bytes?.checked_sub(held)
    };
    // Where it is unknown to either, the counts have to do.
    rest(before).zip(rest(now)).is_none_or(|(before, now)| before == now)
}

#[cfg(test)]
mod tests;
