//! Whether an index serves a list.

mod order;

use bson::{Bson, Document, doc};

use super::{MongoRepository, client, errors::Doing, filter, list, rows};
use crate::repository::{Hint, ListPlan, ListQuery, Result, filter::FilterTest};

const DOING: Doing = Doing::new("find", "the plan of the search");

/// Asks the server how it would find the first page.
pub(super) async fn plan(reader: &MongoRepository, query: &ListQuery) -> Result<ListPlan> {
    if let Some(plan) = order::plan(reader, query).await? {
        return Ok(plan);
    }
    let field = query.sort.by.date_field().unwrap_or("_id");
    if query.filter.asks_for_messages() {
        return Ok(order::worded(&query.sort, unindexed(query)));
    }
    let is_dated = query.sort.is_by_date();
    let dated = if is_dated { list::dated_query(field, query.sort.ascending, None) } else { Document::new() };
    let mut conditions = vec![dated];
    if reader.is_bound() {
        conditions.push(reader.within());
    }
    if !query.filter.is_empty() {
        conditions.push(filter::query(&query.filter));
    }
    let command = doc! {
        "explain": {
            "find": &*reader.name,
            "filter": { "$and": conditions },
            "sort": { field: if query.sort.ascending { 1 } else { -1 } },
            "projection": rows::projection(&query.metadata),
            "limit": i64::from(query.limit.max(1)),
        },
        "verbosity": "queryPlanner",
        "maxTimeMS": i64::try_from(reader.limits().read.as_millis()).unwrap_or(i64::MAX),
    };
    let answer = reader.ask(|| client::ask(&reader.pool, &reader.database, command.clone())).await;
    let answer = answer.map_err(|error| reader.failure(&error, DOING))?;
    let plan = order::worded(&query.sort, judged(&answer, field, query.filter.is_empty()));
    // Indexes are for sessions.
    if plan.hint == Some(Hint::CreateIndexes) && !reader.is_bound() && reader.holds_another_store().await {
        return Ok(ListPlan::served("nothing of what comes first is a session"));
    }
    Ok(plan)
}

/// Of a filter that is read from messages.
fn unindexed(query: &ListQuery) -> ListPlan {
    let mut asked: Vec<&str> = query.filter.tests().into_iter().filter_map(FilterTest::read_from_messages).collect();
    asked.sort_unstable();
    asked.dedup();
    ListPlan::unserved(format!(
        "every message of what the rest of the filter leaves is read, newest first by {}, until enough match: no index knows of {}",
        query.sort.by.date_field().unwrap_or("_id"),
        asked.join(", "),
    ))
}

/// What the answer says, in one sentence.
fn judged(answer: &Document, sort_field: &str, unfiltered: bool) -> ListPlan {
    let mut stages = Vec::new();
    winning(answer, &mut stages);
    let scans: Vec<&Document> = stages.iter().copied().filter(|stage| is_stage(stage, "IXSCAN")).collect();
    if stages.iter().any(|stage| is_stage(stage, "EOF")) && scans.is_empty() {
        return ListPlan::served("the collection is empty or does not exist yet");
    }
    if scans.is_empty() && stages.iter().any(|stage| is_stage(stage, "IDHACK")) {
        return ListPlan::served("the index on _id serves it");
    }
    if scans.is_empty() || stages.iter().any(|stage| is_stage(stage, "COLLSCAN")) {
        return unserved(sort_field, unfiltered);
    }
    if unfiltered {
        let name = scans[0].get_str("indexName").unwrap_or(sort_field);
        return ListPlan::served(format!("the index {name} gives the order"));
    }
    match scans.iter().find(|scan| reads_all(scan)) {
        Some(scan) if is_on(scan, sort_field) => ListPlan::unserved(format!(
            "no index narrows this filter down: every session is read, newest first by {sort_field}, until enough \
                 match"
        )),
        Some(scan) => {
            ListPlan::unserved(format!("the index {} must be read from end to end for this filter", index_name(scan)))
        }
        None => {
            let mut names: Vec<&str> = scans.iter().map(|scan| index_name(scan)).collect();
            names.dedup();
            ListPlan::served(format!("the index {} narrows it down", names.join(" and ")))
        }
    }
}

fn unserved(sort_field: &str, unfiltered: bool) -> ListPlan {
    if !unfiltered {
        return ListPlan::unserved("no index serves this filter: every session of the collection is read");
    }
    let why = format!("no index on {sort_field} gives the order: every session is read and sorted for each page");
    ListPlan { hint: Some(Hint::CreateIndexes), ..ListPlan::unserved(why) }
}

fn index_name(scan: &Document) -> &str {
    scan.get_str("indexName").unwrap_or("without a name")
}

/// The stages of every winning plan: of one server, of the shards, and inside a slot-based plan's `queryPlan`.
fn winning<'a>(part: &'a Document, stages: &mut Vec<&'a Document>) {
    for (name, value) in part {
        match (name.as_str(), value) {
            ("winningPlan", Bson::Document(plan)) => gather(plan, stages),
            ("rejectedPlans" | "command", _) => {}
            (_, Bson::Document(inner)) => winning(inner, stages),
            (_, Bson::Array(items)) => {
                items.iter().filter_map(Bson::as_document).for_each(|inner| winning(inner, stages));
            }
            _ => {}
        }
    }
}

fn gather<'a>(plan: &'a Document, stages: &mut Vec<&'a Document>) {
    if plan.contains_key("stage") {
        stages.push(plan);
    }
    for (name, value) in plan {
        match (name.as_str(), value) {
            ("slotBasedPlan" | "indexBounds" | "filter" | "rejectedPlans", _) => {}
            (_, Bson::Document(inner)) => gather(inner, stages),
            (_, Bson::Array(items)) => {
                items.iter().filter_map(Bson::as_document).for_each(|inner| gather(inner, stages));
            }
            _ => {}
        }
    }
}

fn is_stage(stage: &Document, name: &str) -> bool {
    stage.get_str("stage").is_ok_and(|word| word == name)
}

fn is_on(scan: &Document, field: &str) -> bool {
    scan.get_document("keyPattern").is_ok_and(|keys| keys.keys().next().is_some_and(|first| first == field))
}

/// Whether the leading field's bounds leave nothing out: all values, all dates or all texts.
fn reads_all(scan: &Document) -> bool {
    let Some((_, Bson::Array(intervals))) =
        scan.get_document("indexBounds").ok().and_then(|bounds| bounds.iter().next())
    else {
        return false;
    };
    intervals.iter().filter_map(Bson::as_str).any(|interval| {
        let holds = |a: &str, b: &str| interval.contains(a) && interval.contains(b);
        holds("MinKey", "MaxKey")
            || holds("new Date(-9223372036854775808)", "new Date(9223372036854775807)")
            || interval == "[\"\", {})"
    })
}

#[cfg(test)]
mod tests;
