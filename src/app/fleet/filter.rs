//! Which filters can be answered from what the fleet holds of a session.

use bson::{Bson, DateTime, Document, doc};

use super::FleetMember;
use crate::{
    repository::{Filter, filter::FilterTest},
    session::StoredDate,
};

/// Why a filter cannot be answered here, in a sentence; `None`: it can.
#[must_use]
pub fn unanswerable(filter: &Filter) -> Option<&'static str> {
    let is_held = |test: &FilterTest| {
        matches!(
            test,
            FilterTest::Id(_)
                | FilterTest::In(_)
                | FilterTest::Application(_)
                | FilterTest::SessionType(_)
                | FilterTest::Agent(_)
                | FilterTest::Model(_)
                | FilterTest::Since(_)
                | FilterTest::Until(_)
                | FilterTest::Created(..)
                | FilterTest::Updated(..)
        )
    };
    let all = filter.tests().into_iter().all(is_held);
    (!all).then_some(
        "the fleet does not hold metadata, feedback, figures, tools or findings; filter by id, in:, app:, type:, agent:, model:, \
         since:, until:, created: or updated:",
    )
}

/// What is held of a session, as a document that a filter can be matched against.
pub(super) fn document(member: &FleetMember) -> Document {
    let row = &member.row;
    let mut document = doc! { "_id": row.key.bson().clone() };
    let texts = [
        ("session_id", &row.session_id),
        ("application_name", &row.application_name),
        ("session_type", &row.session_type),
    ];
    document.extend(texts.into_iter().filter_map(|(name, text)| Some((name.to_owned(), Bson::from(text.clone()?)))));
    let dates = [("created_at", row.created_at), ("updated_at", row.updated_at)];
    let date = |(name, at): (&str, Option<StoredDate>)| Some((name.to_owned(), Bson::DateTime(DateTime::from(at?))));
    document.extend(dates.into_iter().filter_map(date));
    let agents = member.agents.iter().map(|(id, model)| {
        let data = model.as_ref().map(|model| doc! { "model": model.clone() }).unwrap_or_default();
        (id.as_str().to_owned(), Bson::from(doc! { "agent_data": data }))
    });
    document.insert("agents", agents.collect::<Document>());
    document
}
