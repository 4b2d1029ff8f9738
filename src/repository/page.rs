//! Pages of a list: what is asked for, and the rows as they are found.

mod order;
mod stream;

pub(crate) use order::{PlacedSession, has_sure_place};
pub use stream::{Page, RowSink};

use bson::{Bson, DateTime, Document};

use super::{Filter, Hint, Sort};
use crate::session::{Summary, decode, setters};

/// What to list: unless something else is said, the first 50 sessions by `updated_at`, without their metadata.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct ListQuery {
    /// Which sessions.
    pub filter: Filter,
    /// In which order.
    pub sort: Sort,
    /// Where the page starts; `None` for the first.
    pub after: Option<Cursor>,
    /// At most so many rows. With 0 there are none, and [`PageEnd::next`] is `after` as it was given.
    pub limit: u32,
    /// Which fields of `metadata` to bring along.
    pub metadata: Projection,
}

impl Default for ListQuery {
    fn default() -> Self {
        Self {
            filter: Filter::default(),
            sort: Sort::default(),
            after: None,
            limit: 50,
            metadata: Projection::default(),
        }
    }
}

impl ListQuery {
    /// The first page of so many sessions, by `updated_at`.
    #[must_use]
    pub fn new(limit: u32) -> Self {
        Self { limit, ..Self::default() }
    }

    setters! {
        fields { filter: Filter, sort: Sort, metadata: Projection }
        options { after: Cursor }
        exact { limit: u32 }
    }
}

/// Which fields of `metadata` a list brings along.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Projection {
    /// None.
    #[default]
    Nothing,
    /// Those named (keys of `metadata`).
    Fields(Vec<String>),
    /// All.
    All,
}

impl Projection {
    /// What it leaves of `metadata`: the fields under the names they were asked for; a name with dots may also reach into
    /// nested documents. What is no document is passed on whole, so that a person sees it.
    #[must_use]
    pub fn of(&self, metadata: Option<Bson>) -> Option<Bson> {
        match (self, metadata?) {
            (Self::Nothing, _) => None,
            (Self::Fields(keys), Bson::Document(fields)) => {
                let field =
                    |key: &String| Some((key.clone(), fields.get(key).or_else(|| reach(&fields, key))?.clone()));
                Some(Bson::Document(keys.iter().filter_map(field).collect()))
            }
            (Self::All | Self::Fields(_), stored) => Some(stored),
        }
    }

    /// The thin row of a document that holds the top-level fields, with what it leaves of `metadata`.
    #[must_use]
    pub fn summary(&self, document: &Document) -> Summary {
        let mut row = decode::summary(document);
        row.metadata = self.of(row.metadata.take());
        row
    }
}

fn reach<'a>(fields: &'a Document, path: &str) -> Option<&'a Bson> {
    let (first, rest) = path.split_once('.')?;
    let inner = fields.get(first)?.as_document()?;
    inner.get(rest).or_else(|| reach(inner, rest))
}

/// Where the next page of a list starts. Sorted by date, sessions with one come first; those whose date is no date follow, by
/// `_id`.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Cursor {
    /// After the session of that date, less those already shown at that instant.
    Dated {
        /// The last date shown.
        date: DateTime,
        /// `_id`s shown at that instant.
        shown: Vec<Bson>,
    },
    /// Among the sessions without a date, after that `_id`; `None` before the first of them.
    Undated {
        /// The last `_id` shown.
        after: Option<Bson>,
    },
    /// In another order than by date: after that session.
    Placed {
        /// The value that it is sorted by; `None`: it has none.
        value: Option<Bson>,
        /// Its `_id`.
        id: Bson,
    },
}

/// How a page ended.
#[derive(Debug, Clone, PartialEq, Default)]
#[non_exhaustive]
pub struct PageEnd {
    /// Where the next page starts, which may turn out to be empty; `None` after the last.
    pub next: Option<Cursor>,
    /// The time limit ended the search: what was found so far was given, more may exist.
    pub timed_out: bool,
    /// What a person should know of a first page: what else than sessions is there, or that nothing is. One sentence without
    /// a full stop.
    pub note: Option<String>,
}

impl PageEnd {
    /// The next page starts there.
    #[must_use]
    pub fn at(next: Option<Cursor>) -> Self {
        Self { next, ..Self::default() }
    }

    /// The time limit ended the search; it goes on there.
    #[must_use]
    pub fn timed_out(next: Option<Cursor>) -> Self {
        Self { next, timed_out: true, note: None }
    }

    /// The same with what a person should know.
    #[must_use]
    pub fn noting(self, note: Option<String>) -> Self {
        Self { note, ..self }
    }
}

/// Whether an index serves a list.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ListPlan {
    /// An index narrows it down.
    pub served: bool,
    /// What matches is counted within moments: an index narrows it down, or there are few sessions.
    pub counts: bool,
    /// One sentence: which index, or what will be read instead.
    pub why: String,
    /// What to do about it.
    pub hint: Option<Hint>,
}

impl ListPlan {
    /// An index narrows it down: which.
    #[must_use]
    pub fn served(why: impl Into<String>) -> Self {
        Self { served: true, counts: true, why: why.into(), hint: None }
    }

    /// No index does: what is read instead.
    #[must_use]
    pub fn unserved(why: impl Into<String>) -> Self {
        Self { served: false, counts: false, ..Self::served(why) }
    }
}
