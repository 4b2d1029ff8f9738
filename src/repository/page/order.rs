//! What a session is sorted by, and which of two comes first: the one rule for every store.

use std::{borrow::Borrow, cmp::Ordering};

use bson::{Binary, Bson, Document};
use jiff::Timestamp;

use super::{Cursor, Projection};
use crate::{
    metrics::{Outline, history_findings, row_findings},
    repository::{Sort, SortBy, filter::matching::metadata::compare_numbers},
    session::{Details, SessionKey, Summary, decode},
};

/// A session with the value that it is sorted by.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct PlacedSession {
    /// `None`: it has none, and comes last.
    pub value: Option<Bson>,
    /// The session.
    pub key: SessionKey,
}

impl SortBy {
    /// Whether it is counted apart from a row: [`Details`] tell it.
    #[must_use]
    pub(crate) fn needs_details(&self) -> bool {
        match self {
            Self::Agents | Self::Model | Self::Guardrail | Self::Findings => true,
            Self::Figure(figure) => !figure.needs_messages(),
            _ => false,
        }
    }

    /// The value of a session; the dates are told by the document alone, and none of a row. `details` count where they are
    /// [needed](Self::needs_details), `outline` where [messages are](Self::needs_messages); the row brings the field of the metadata.
    pub(crate) fn value(
        &self,
        row: &Summary,
        details: &Details,
        outline: Option<&Outline>,
        now: Timestamp,
    ) -> Option<Bson> {
        let number = |value: u64| Some(Bson::Int64(i64::try_from(value).unwrap_or(i64::MAX)));
        let text = |text: Option<&str>| text.map(Bson::from);
        match self {
            Self::Updated | Self::Created => None,
            Self::Id => Some(row.key.bson().clone()),
            Self::Application => text(row.application_name.as_deref()),
            Self::SessionType => text(row.session_type.as_deref()),
            Self::Agents => number(details.agents.len() as u64),
            Self::Model => text(details.agents.first()?.model.as_deref()),
            Self::Guardrail => number(details.guardrail_events),
            Self::Findings => {
                let of_row = row_findings(row, details, now) + history_findings(outline?, now).len();
                number(of_row as u64)
            }
            Self::Figure(figure) => number(figure.value(details, outline)?),
            Self::Metadata(key) => row.meta(key).filter(|value| is_sortable(value)).cloned(),
        }
    }

    /// Which field of the metadata a row must bring.
    pub(crate) fn metadata(&self) -> Projection {
        match self {
            Self::Metadata(key) => Projection::Fields(vec![key.clone()]),
            _ => Projection::Nothing,
        }
    }

    /// The value of a session held in memory.
    fn value_of(&self, document: &Document, now: Timestamp) -> Option<Bson> {
        if let Some(field) = self.date_field() {
            return document.get(field).filter(|value| matches!(value, Bson::DateTime(_))).cloned();
        }
        let row = self.metadata().summary(document);
        let details = if self.needs_details() { decode::details(document) } else { Details::default() };
        let outline = self.needs_messages().then(|| Outline::from(&decode::session(document.clone())));
        self.value(&row, &details, outline.as_ref(), now)
    }
}

impl Sort {
    /// Puts the whole documents of sessions into this order, each read once: how a store that holds them in memory sorts its lists, and
    /// what the order of every store is tested against. Findings are those of now.
    pub fn sort_documents<D: Borrow<Document>>(&self, sessions: &mut Vec<D>) {
        let now = Timestamp::now();
        let mut placed: Vec<(PlacedSession, D)> =
            sessions.drain(..).map(|session| (self.placed(session.borrow(), now), session)).collect();
        placed.sort_by(|(a, _), (b, _)| self.order(a, b));
        sessions.extend(placed.into_iter().map(|(_, session)| session));
    }

    fn placed(&self, document: &Document, now: Timestamp) -> PlacedSession {
        let key = SessionKey::new(document.get("_id").cloned().unwrap_or(Bson::Null));
        PlacedSession { value: self.by.value_of(document, now), key }
    }

    /// Which of two sessions comes first.
    pub(crate) fn order(&self, a: &PlacedSession, b: &PlacedSession) -> Ordering {
        let by_value = match (&a.value, &b.value) {
            (Some(a), Some(b)) if self.ascending => compare_values(a, b),
            (Some(a), Some(b)) => compare_values(b, a),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (None, None) => Ordering::Equal,
        };
        by_value.then_with(|| compare_values(a.key.bson(), b.key.bson()))
    }
}

impl PlacedSession {
    /// The last session that a page gave, where its cursor tells it.
    pub(crate) fn of_cursor(cursor: Option<&Cursor>) -> Option<Self> {
        match cursor {
            Some(Cursor::Placed { value, id }) => Some(Self { value: value.clone(), key: SessionKey::new(id.clone()) }),
            _ => None,
        }
    }

    /// The figure that it stands there by, where it is sorted by one.
    pub(crate) fn figure(&self, by: &SortBy) -> Option<u64> {
        let is_counted = matches!(by, SortBy::Figure(_) | SortBy::Agents | SortBy::Guardrail | SortBy::Findings);
        let value = self.value.as_ref().filter(|_| is_counted)?;
        u64::try_from(value.as_i64()?).ok()
    }

    /// Where a page starts that follows it.
    pub(crate) fn cursor(&self) -> Cursor {
        Cursor::Placed { value: self.value.clone(), id: self.key.bson().clone() }
    }
}

/// The values of metadata that have an order which means something to a person.
fn is_sortable(value: &Bson) -> bool {
    match value {
        Bson::String(_) | Bson::Boolean(_) | Bson::DateTime(_) | Bson::ObjectId(_) => true,
        // What is no number has no place among them.
        Bson::Int32(_) | Bson::Int64(_) | Bson::Double(_) | Bson::Decimal128(_) => !is_nan(value),
        _ => false,
    }
}

fn is_nan(value: &Bson) -> bool {
    match value {
        Bson::Double(number) => number.is_nan(),
        Bson::Decimal128(number) => number.to_string().parse().is_ok_and(f64::is_nan),
        _ => false,
    }
}

/// As MongoDB orders values, whatever their types. Of the kinds for which [`has_sure_place`] does not hold two have some order.
fn compare_values(a: &Bson, b: &Bson) -> Ordering {
    let some_order = || SessionKey::new(a.clone()).cmp(&SessionKey::new(b.clone()));
    let binary = |value: &Binary| (value.bytes.len(), u8::from(value.subtype));
    class(a).cmp(&class(b)).then_with(|| match (a, b) {
        (Bson::String(a), Bson::String(b)) => a.cmp(b),
        (Bson::Binary(a), Bson::Binary(b)) => binary(a).cmp(&binary(b)).then_with(|| a.bytes.cmp(&b.bytes)),
        (Bson::ObjectId(a), Bson::ObjectId(b)) => a.bytes().cmp(&b.bytes()),
        (Bson::Boolean(a), Bson::Boolean(b)) => a.cmp(b),
        (Bson::DateTime(a), Bson::DateTime(b)) => a.cmp(b),
        (Bson::Timestamp(a), Bson::Timestamp(b)) => (a.time, a.increment).cmp(&(b.time, b.increment)),
        _ => compare_numbers(a, b).unwrap_or_else(some_order),
    })
}

fn class(value: &Bson) -> u8 {
    match value {
        Bson::MinKey => 0,
        Bson::Null | Bson::Undefined => 1,
        Bson::Int32(_) | Bson::Int64(_) | Bson::Double(_) | Bson::Decimal128(_) => 2,
        Bson::String(_) | Bson::Symbol(_) => 3,
        Bson::Document(_) => 4,
        Bson::Array(_) => 5,
        Bson::Binary(_) => 6,
        Bson::ObjectId(_) => 7,
        Bson::Boolean(_) => 8,
        Bson::DateTime(_) => 9,
        Bson::Timestamp(_) => 10,
        Bson::MaxKey => 12,
        _ => 11,
    }
}

/// Whether an `_id` is put where the database has it.
pub(crate) fn has_sure_place(id: &Bson) -> bool {
    let is_odd = matches!(id, Bson::Symbol(_) | Bson::Document(_) | Bson::Array(_)) || class(id) == 11;
    !is_odd && !is_nan(id)
}

#[cfg(test)]
mod tests {
    use bson::{DateTime, doc, oid::ObjectId};
    use proptest::prelude::*;

    use super::*;
    use crate::metrics::SessionFigure;

    /// What is sorted by, in the order of MongoDB.
    fn values() -> Vec<Bson> {
        vec![
            Bson::Double(f64::NEG_INFINITY),
            Bson::Int32(-1),
            Bson::Double(0.5),
            Bson::Int64(2),
            Bson::Int64((1 << 53) + 1),
            Bson::Double(1e300),
            Bson::from(""),
            Bson::from("B"),
            Bson::from("a"),
            Bson::from("é"),
            Bson::ObjectId(ObjectId::from_bytes([1; 12])),
            Bson::ObjectId(ObjectId::from_bytes([2; 12])),
            Bson::Boolean(false),
            Bson::Boolean(true),
            Bson::DateTime(DateTime::from_millis(-5)),
            Bson::DateTime(DateTime::from_millis(5)),
        ]
    }

    /// What is not.
    fn others() -> Vec<Option<Bson>> {
        let odd =
            [Bson::Null, Bson::Double(f64::NAN), Bson::Array(vec![5.into()]), Bson::Document(doc! {}), Bson::MaxKey];
        odd.into_iter().map(Some).chain([None]).collect()
    }

    fn session(id: i32, value: Option<Bson>) -> Document {
        let mut metadata = Document::new();
        metadata.extend(value.map(|value| ("k".to_owned(), value)));
        doc! { "_id": id, "metadata": metadata }
    }

    fn compare(sort: &Sort, a: &Document, b: &Document) -> Ordering {
        let now = Timestamp::now();
        sort.order(&sort.placed(a, now), &sort.placed(b, now))
    }

    fn sorted(sort: &Sort, mut sessions: Vec<Document>) -> Vec<i32> {
        sort.sort_documents(&mut sessions);
        sessions.iter().map(|session| session.get_i32("_id").unwrap()).collect()
    }

    #[test]
    fn values_are_in_the_order_of_the_database_and_what_has_none_is_last() {
        let all: Vec<Option<Bson>> = values().into_iter().map(Some).chain(others()).collect();
        let sessions: Vec<Document> = (0..).zip(all).map(|(id, value)| session(id, value)).collect();
        let (known, total) = (values().len() as i32, sessions.len() as i32);
        let by = SortBy::Metadata("k".to_owned());
        let backwards: Vec<Document> = sessions.iter().rev().cloned().collect();
        assert_eq!(sorted(&Sort::new(by.clone()).ascending(true), backwards), (0..total).collect::<Vec<_>>());
        let expected: Vec<i32> = (0..known).rev().chain(known..total).collect();
        assert_eq!(sorted(&Sort::new(by).ascending(false), sessions), expected);
    }

    #[test]
    fn each_order_reads_its_own_value() {
        let at = DateTime::from_millis;
        let agent =
            |model: &str| doc! { "agent_data": { "model": model }, "messages": [{ "role": "user", "content": "x" }] };
        let less = doc! {
            "_id": "a", "application_name": "a", "session_type": "a", "created_at": at(1), "updated_at": at(1),
            "agents": { "x": agent("a") }, "metadata": { "k": 1 },
        };
        let mut two = agent("b");
        let said =
            doc! { "usage": { "inputTokens": 5, "outputTokens": 2, "totalTokens": 7 }, "metrics": { "latencyMs": 3 } };
        let asks = doc! { "toolUse": { "toolUseId": "t", "name": "n", "input": {} } };
        let fails = doc! { "toolResult": { "toolUseId": "t", "status": "error", "content": [] } };
        two.insert(
            "messages",
            vec![
                doc! { "message": { "role": "assistant", "content": [asks], "metadata": said }, "message_id": 0 },
                doc! { "message": { "role": "user", "content": [fails] }, "message_id": 0 },
            ],
        );
        let more = doc! {
            "_id": "b", "application_name": "b", "session_type": "b", "created_at": at(2), "updated_at": at(2),
            "agents": { "x": two, "y": agent("c") }, "metadata": { "k": 2 },
            "feedbacks": [{ "rating": "up" }], "guardrail_events": [{}],
        };
        for name in SortBy::NAMES {
            let by = SortBy::from_name(&name.replace("KEY", "k")).unwrap();
            let needs = (by.needs_details(), by.needs_messages());
            let sort = Sort { by, ascending: true };
            // Of figures that the first does not tell, the second alone has one.
            let has_none = matches!(sort.by, SortBy::Figure(SessionFigure::Tokens | SessionFigure::LatencyP95));
            let expected = if has_none { Ordering::Greater } else { Ordering::Less };
            assert_eq!(compare(&sort, &less, &more), expected, "{name} {needs:?}");
            let other = if has_none { Ordering::Greater } else { expected.reverse() };
            assert_eq!(compare(&sort.reversed(), &less, &more), other, "-{name}");
        }
    }

    proptest! {
        #[test]
        fn any_two_values_have_an_order(a in 0_usize..22, b in 0_usize..22, c in 0_usize..22, ascending in any::<bool>()) {
            let all: Vec<Option<Bson>> = values().into_iter().map(Some).chain(others()).collect();
            let sort = Sort { by: SortBy::Metadata("k".to_owned()), ascending };
            let [a, b, c] = [(1, a), (2, b), (3, c)].map(|(id, at)| session(id, all[at].clone()));
            prop_assert_eq!(compare(&sort, &a, &b), compare(&sort, &b, &a).reverse());
            if compare(&sort, &a, &b).is_le() && compare(&sort, &b, &c).is_le() {
                prop_assert!(compare(&sort, &a, &c).is_le());
            }
        }
    }
}
