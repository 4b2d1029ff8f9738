//! Whether a filter matches a session held in memory: what the folder does, and the model the MongoDB translation is
//! tested against.

pub(crate) mod metadata;

use std::{cmp::Ordering, ops::Range};

use bson::{Bson, Document};

use self::metadata::{any_metadata, matches_metadata, odd_field, reach};
use super::{Comparison, Filter, FilterTerm, FilterTest, RatingWord, TextMatch, sight::SessionSight};
use crate::session::{
    Details, Rating, SessionKey, StoredDate, decode,
    id::{id_meanings, uuid_text},
};

impl Filter {
    /// Whether the session's document matches.
    ///
    /// A field that is missing or of another type matches nothing, so `-term` keeps such sessions. Values of
    /// `metadata` compare as MongoDB compares them: numbers across their types, an array by any of its elements, `>`
    /// and the like only within one type; but `null` is a stored null, not an absent field. A session's life goes
    /// from `created_at` to `updated_at`; where one of them is no date, the other stands for it.
    #[must_use]
    pub fn matches(&self, document: &Document) -> bool {
        self.matches_with(document, &|| decode::details(document))
    }

    /// The same of a session whose counts and sizes are told in another way than by its document.
    pub(crate) fn matches_with(&self, document: &Document, details: &dyn Fn() -> Details) -> bool {
        let sight = SessionSight::of(document, details);
        self.terms.iter().all(|term| term.matches(&sight))
    }

    /// Whether it asks for anything that stands with the agents, and not at the session's own level.
    #[must_use]
    pub fn asks_for_agents(&self) -> bool {
        let is_of_agents =
            |test: &&FilterTest| matches!(test, FilterTest::Agent(_) | FilterTest::Model(_) | FilterTest::HasInterrupt);
        self.tests().iter().any(is_of_agents)
    }

    /// Whether it asks for anything that is read from the messages.
    #[must_use]
    pub fn asks_for_messages(&self) -> bool {
        self.tests().into_iter().any(FilterTest::is_of_messages)
    }

    /// What its terms ask, those of alternatives too ([`FilterTest::Any`] itself is left out).
    #[must_use]
    pub fn tests(&self) -> Vec<&FilterTest> {
        let mut tests = Vec::new();
        gather(&self.terms, &mut tests);
        tests
    }

    /// Calls something with each of them.
    #[cfg(feature = "app")]
    pub(crate) fn each_test_mut(&mut self, change: &mut dyn FnMut(&mut FilterTest)) {
        change_all(&mut self.terms, change);
    }
}

fn gather<'a>(terms: &'a [FilterTerm], tests: &mut Vec<&'a FilterTest>) {
    for term in terms {
        match &term.test {
            FilterTest::Any(either) => either.iter().for_each(|terms| gather(terms, tests)),
            test => tests.push(test),
        }
    }
}

#[cfg(feature = "app")]
fn change_all(terms: &mut [FilterTerm], change: &mut dyn FnMut(&mut FilterTest)) {
    for term in terms {
        match &mut term.test {
            FilterTest::Any(either) => {
                for terms in either {
                    change_all(terms, change);
                }
            }
            test => change(test),
        }
    }
}

impl FilterTerm {
    /// Whether it asks for anything that is read from the messages.
    pub(super) fn asks_for_messages(&self) -> bool {
        let mut tests = Vec::new();
        gather(std::slice::from_ref(self), &mut tests);
        tests.into_iter().any(FilterTest::is_of_messages)
    }

    fn matches(&self, sight: &SessionSight<'_>) -> bool {
        self.test.matches(sight) != self.negated
    }
}

impl FilterTest {
    fn matches(&self, sight: &SessionSight<'_>) -> bool {
        let document = sight.document;
        match self {
            Self::Any(either) => either.iter().any(|terms| terms.iter().all(|term| term.matches(sight))),
            Self::Id(text) => text.matches_id(document),
            Self::In(ids) => ids.iter().any(|id| is_called(document, id)),
            Self::Application(text) => text.matches_value(document.get("application_name")),
            Self::SessionType(text) => text.matches_value(document.get("session_type")),
            Self::Agent(text) => agents(document).any(|(id, _)| text.matches(id)),
            Self::Model(text) => agents(document).any(|(_, agent)| text.matches_value(model(agent))),
            Self::Metadata { key, comparison, readings, day } => {
                let metadata = document.get("metadata");
                let is_on = |day: &Range<StoredDate>| {
                    let holds =
                        |value: &Bson| value.as_datetime().is_some_and(|at| day.contains(&StoredDate::from(*at)));
                    any_metadata(metadata, key, holds)
                };
                readings.iter().any(|reading| matches_metadata(metadata, key, *comparison, reading))
                    || day.as_ref().is_some_and(is_on)
            }
            Self::HasFeedback => array(document, "feedbacks").next().is_some(),
            Self::HasComment => comments(document).any(|comment| !comment.is_empty()),
            Self::Comment(text) => comments(document).any(|comment| text.matches(comment)),
            Self::HasGuardrail => array(document, "guardrail_events").next().is_some(),
            Self::HasInterrupt => sight.details().agents.iter().any(|agent| agent.waiting.is_some()),
            Self::HasMetadata(key) => {
                let metadata = document.get("metadata");
                !reach(metadata, key).is_empty() || odd_field(metadata, key).is_some()
            }
            Self::Rating(word) => {
                array(document, "feedbacks").filter_map(Bson::as_document).any(|feedback| word.matches(feedback))
            }
            Self::Since(at) => {
                let end = date(document, "updated_at").or_else(|| date(document, "created_at"));
                end.is_some_and(|end| end >= *at)
            }
            Self::Until(at) => {
                let start = date(document, "created_at").or_else(|| date(document, "updated_at"));
                start.is_some_and(|start| start < *at)
            }
            Self::Created(comparison, at) => {
                date(document, "created_at").is_some_and(|date| comparison.holds(date.cmp(at)))
            }
            Self::Updated(comparison, at) => {
                date(document, "updated_at").is_some_and(|date| comparison.holds(date.cmp(at)))
            }
            Self::Within(scope) => scope.holds(document),
            Self::Figure(figure, range) if !figure.needs_messages() => {
                figure.value(sight.details(), None).is_some_and(|value| range.contains(&value))
            }
            Self::HasFinding(_) | Self::Tool(_) | Self::HasTool | Self::HasError | Self::Figure(..) => {
                self.told_by(sight.messages()).unwrap_or(false)
            }
        }
    }
}

/// Whether an ID that is typed whole may mean that session.
fn is_called(document: &Document, id: &str) -> bool {
    let (key, name) = (document.get("_id"), document.get("session_id"));
    let texts = || [key, name].into_iter().flatten();
    // Of a text nothing but JSON has another meaning, and no document is to wait for what its ID cannot mean.
    if !id.trim_start().starts_with(['"', '{']) && texts().all(|value| matches!(value, Bson::String(_))) {
        return texts().any(|value| value.as_str() == Some(id));
    }
    id_meanings(id).iter().any(|meaning| meaning.holds(key, name))
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

    /// Of the `session_id` and the `_id`.
    fn matches_id(&self, document: &Document) -> bool {
        let of_session = match document.get("session_id") {
            Some(Bson::ObjectId(id)) => self.matches(&id.to_hex()),
            value => self.matches_value(value),
        };
        of_session || document.get("_id").is_some_and(|id| self.matches_key(id))
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

/// The comments that are texts.
fn comments(document: &Document) -> impl Iterator<Item = &str> {
    array(document, "feedbacks").filter_map(Bson::as_document).filter_map(|feedback| feedback.get_str("comment").ok())
}

fn array<'a>(document: &'a Document, field: &str) -> impl Iterator<Item = &'a Bson> {
    document.get(field).and_then(Bson::as_array).into_iter().flatten()
}

fn date(document: &Document, field: &str) -> Option<StoredDate> {
    document.get(field).and_then(Bson::as_datetime).map(|at| StoredDate::from(*at))
}
