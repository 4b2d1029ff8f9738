//! Whether a filter matches a session held in memory: what the folder does, and the model the MongoDB translation is
//! tested against.

use std::{cmp::Ordering, ops::Range};

use bson::{Bson, DateTime, Document};
use jiff::Timestamp;

use crate::{
    metrics::{Outline, row_has_finding},
    session::{Rating, SessionKey, decode, id::uuid_text},
};

use super::{Comparison, Filter, FilterTerm, FilterTest, RatingWord, TextMatch};

impl Filter {
    /// Whether the session's document matches.
    ///
    /// A field that is missing or of another type matches nothing, so `-term` keeps such sessions. Values of
    /// `metadata` compare as MongoDB compares them: numbers across their types, an array by any of its elements, `>`
    /// and the like only within one type; but `null` is a stored null, not an absent field. A session's life goes
    /// from `created_at` to `updated_at`; where one of them is no date, the other stands for it.
    #[must_use]
    pub fn matches(&self, document: &Document) -> bool {
        self.terms.iter().all(|term| term.matches(document))
    }

    /// Whether it asks for anything that stands with the agents, and not at the session's own level.
    #[must_use]
    pub fn asks_for_agents(&self) -> bool {
        self.terms.iter().any(|term| matches!(term.test, FilterTest::Agent(_) | FilterTest::Model(_)))
    }

    /// Whether it asks for anything that is read from the messages.
    #[must_use]
    pub fn asks_for_messages(&self) -> bool {
        self.findings().next().is_some()
    }

    /// Its terms that ask for findings: as of when, and whether those that have one are left out.
    pub(crate) fn findings(&self) -> impl Iterator<Item = (Timestamp, bool)> {
        self.terms.iter().filter_map(|term| match term.test {
            FilterTest::HasFinding(now) => Some((now, term.negated)),
            _ => None,
        })
    }
}

impl FilterTerm {
    fn matches(&self, document: &Document) -> bool {
        self.test.matches(document) != self.negated
    }
}

impl FilterTest {
    fn matches(&self, document: &Document) -> bool {
        match self {
            Self::Id(text) => {
                let of_session = match document.get("session_id") {
                    Some(Bson::ObjectId(id)) => text.matches(&id.to_hex()),
                    value => text.matches_value(value),
                };
                of_session || document.get("_id").is_some_and(|id| text.matches_key(id))
            }
            Self::Application(text) => text.matches_value(document.get("application_name")),
            Self::SessionType(text) => text.matches_value(document.get("session_type")),
            Self::Agent(text) => agents(document).any(|(id, _)| text.matches(id)),
            Self::Model(text) => agents(document).any(|(_, agent)| text.matches_value(model(agent))),
            Self::Metadata { key, comparison, readings, day } => {
                let metadata = document.get("metadata");
                let is_on = |day: &Range<Timestamp>| {
                    let holds = |value: &Bson| value.as_datetime().is_some_and(|at| is_within(*at, day));
                    any_metadata(metadata, key, holds)
                };
                readings.iter().any(|reading| matches_metadata(metadata, key, *comparison, reading))
                    || day.as_ref().is_some_and(is_on)
            }
            Self::HasFeedback => array(document, "feedbacks").next().is_some(),
            Self::HasComment => array(document, "feedbacks")
                .filter_map(Bson::as_document)
                .any(|feedback| matches!(feedback.get("comment"), Some(Bson::String(text)) if !text.is_empty())),
            Self::HasGuardrail => array(document, "guardrail_events").next().is_some(),
            Self::HasFinding(now) => {
                let outline = Outline::from(&decode::session(document.clone()));
                row_has_finding(&decode::summary(document), &decode::details(document), &outline, *now)
            }
            Self::HasMetadata(key) => {
                let metadata = document.get("metadata");
                !reach(metadata, key).is_empty() || odd_field(metadata, key).is_some()
            }
            Self::Rating(word) => {
                array(document, "feedbacks").filter_map(Bson::as_document).any(|feedback| word.matches(feedback))
            }
            Self::Since(at) => {
                let end = date(document, "updated_at").or_else(|| date(document, "created_at"));
                end.is_some_and(|end| end >= millis(*at))
            }
            Self::Until(at) => {
                let start = date(document, "created_at").or_else(|| date(document, "updated_at"));
                start.is_some_and(|start| start < millis(*at))
            }
            Self::Created(comparison, at) => {
                date(document, "created_at").is_some_and(|date| comparison.holds(date.cmp(&millis(*at))))
            }
            Self::Updated(comparison, at) => {
                date(document, "updated_at").is_some_and(|date| comparison.holds(date.cmp(&millis(*at))))
            }
            Self::Within(scope) => scope.holds(document),
        }
    }
}

impl TextMatch {
    /// Whether a text matches.
    #[must_use]
    pub fn matches(&self, text: &str) -> bool {
        match self {
            Self::Contains(part) => lower(text).contains(&lower(part)),
            Self::StartsWith(start) => text.starts_with(start),
            Self::Exactly(whole) => text == whole,
        }
    }

    /// Whether an `_id` matches by the text it is shown as. What no query of MongoDB can take apart matches less: a UUID by its
    /// start alone, a number with a fraction only as a whole, other values not at all.
    fn matches_key(&self, id: &Bson) -> bool {
        let shown = SessionKey::new(id.clone());
        let shown = shown.text();
        match (id, self) {
            (Bson::Double(_) | Bson::Decimal128(_), Self::Exactly(whole)) => shown == whole,
            (Bson::Binary(binary), _) if uuid_text(binary).is_none() => false,
            (Bson::Binary(_), Self::Contains(part)) => shown.starts_with(&part.to_ascii_lowercase()),
            (Bson::String(_) | Bson::ObjectId(_) | Bson::Int32(_) | Bson::Int64(_) | Bson::Binary(_), _) => {
                self.matches(shown)
            }
            _ => false,
        }
    }

    fn matches_value(&self, value: Option<&Bson>) -> bool {
        value.and_then(Bson::as_str).is_some_and(|text| self.matches(text))
    }
}

impl Comparison {
    /// Whether it holds for a stored value that stands so to the one typed.
    #[must_use]
    pub fn holds(self, stored_to_typed: Ordering) -> bool {
        match self {
            Self::Equal => stored_to_typed.is_eq(),
            Self::Greater => stored_to_typed.is_gt(),
            Self::GreaterOrEqual => stored_to_typed.is_ge(),
            Self::Less => stored_to_typed.is_lt(),
            Self::LessOrEqual => stored_to_typed.is_le(),
        }
    }
}

impl RatingWord {
    fn matches(self, feedback: &Document) -> bool {
        matches!(
            (self, decode::rating(feedback.get("rating"))),
            (Self::Up, Rating::Up) | (Self::Down, Rating::Down) | (Self::Neutral, Rating::Neutral)
        )
    }
}

/// Letter by letter, as a regular expression compares without case.
fn lower(text: &str) -> String {
    text.chars()
        .map(|c| {
            let mut lower = c.to_lowercase();
            if lower.len() == 1 { lower.next().unwrap_or(c) } else { c }
        })
        .collect()
}

fn agents(document: &Document) -> impl Iterator<Item = (&String, &Bson)> {
    document.get("agents").and_then(Bson::as_document).into_iter().flatten()
}

fn model(agent: &Bson) -> Option<&Bson> {
    agent.as_document()?.get("agent_data")?.as_document()?.get("model")
}

fn array<'a>(document: &'a Document, field: &str) -> impl Iterator<Item = &'a Bson> {
    document.get(field).and_then(Bson::as_array).into_iter().flatten()
}

fn date(document: &Document, field: &str) -> Option<DateTime> {
    document.get(field).and_then(Bson::as_datetime).copied()
}

fn millis(at: Timestamp) -> DateTime {
    DateTime::from_millis(at.as_millisecond())
}

/// The values a dotted key reaches, through documents, arrays of documents and positions in arrays, as MongoDB does.
fn reach<'a>(root: Option<&'a Bson>, key: &str) -> Vec<&'a Bson> {
    if key.contains('\0') || key.split('.').any(|segment| segment.is_empty() || segment.starts_with('$')) {
        return Vec::new();
    }
    key.split('.').fold(root.into_iter().collect(), |values, segment| {
        values.into_iter().flat_map(|value| step(value, segment)).collect()
    })
}

fn step<'a>(value: &'a Bson, segment: &str) -> Vec<&'a Bson> {
    match value {
        Bson::Document(document) => document.get(segment).into_iter().collect(),
        Bson::Array(items) => {
            let at = segment.parse::<usize>().ok().and_then(|index| items.get(index));
            at.into_iter().chain(items.iter().filter_map(|item| item.as_document()?.get(segment))).collect()
        }
        _ => Vec::new(),
    }
}

/// The field with that very name, where no path reaches it: stored names may hold dots or start with `$`.
fn odd_field<'a>(metadata: Option<&'a Bson>, key: &str) -> Option<&'a Bson> {
    metadata?.as_document()?.get(key)
}

fn matches_metadata(metadata: Option<&Bson>, key: &str, comparison: Comparison, typed: &Bson) -> bool {
    any_metadata(metadata, key, |value| compare(value, typed).is_some_and(|order| comparison.holds(order)))
}

fn any_metadata(metadata: Option<&Bson>, key: &str, holds: impl Fn(&Bson) -> bool) -> bool {
    let any_holds = |value: &Bson| holds(value) || value.as_array().is_some_and(|items| items.iter().any(&holds));
    reach(metadata, key).into_iter().any(any_holds) || odd_field(metadata, key).is_some_and(&holds)
}

fn is_within(at: DateTime, day: &Range<Timestamp>) -> bool {
    millis(day.start) <= at && at < millis(day.end)
}

/// How two values of the same type class stand to each other; `None` for different classes.
fn compare(stored: &Bson, typed: &Bson) -> Option<Ordering> {
    match (stored, typed) {
        (Bson::String(a) | Bson::Symbol(a), Bson::String(b)) => Some(a.cmp(b)),
        (Bson::Boolean(a), Bson::Boolean(b)) => Some(a.cmp(b)),
        (Bson::DateTime(a), Bson::DateTime(b)) => Some(a.cmp(b)),
        (Bson::Null | Bson::Undefined, Bson::Null) => Some(Ordering::Equal),
        _ => compare_numbers(stored, typed),
    }
}

/// How two numbers stand to each other, whatever their types; `None` for anything else, and for what is no number.
pub(crate) fn compare_numbers(stored: &Bson, typed: &Bson) -> Option<Ordering> {
    match (whole(stored), whole(typed)) {
        (Some(a), Some(b)) => Some(a.cmp(&b)),
        // Above 2^53 a float cannot tell neighbours apart, so whole numbers are compared as such.
        (Some(a), None) => compare_whole(a, float(typed)?),
        (None, Some(b)) => compare_whole(b, float(stored)?).map(Ordering::reverse),
        (None, None) => float(stored)?.partial_cmp(&float(typed)?),
    }
}

fn compare_whole(whole: i64, float: f64) -> Option<Ordering> {
    if float.is_nan() {
        return None;
    }
    if float >= 9_223_372_036_854_775_808.0 {
        return Some(Ordering::Less);
    }
    if float < -9_223_372_036_854_775_808.0 {
        return Some(Ordering::Greater);
    }
    let floor = float.floor();
    let order = whole.cmp(&(floor as i64));
    Some(if order.is_eq() && float > floor { Ordering::Less } else { order })
}

fn whole(value: &Bson) -> Option<i64> {
    match value {
        Bson::Int32(n) => Some(i64::from(*n)),
        Bson::Int64(n) => Some(*n),
        _ => None,
    }
}

fn float(value: &Bson) -> Option<f64> {
    match value {
        Bson::Double(n) => Some(*n),
        Bson::Decimal128(n) => n.to_string().parse().ok(),
        _ => None,
    }
}
