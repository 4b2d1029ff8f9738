//! Values that may follow a word of a filter.

use bson::{Bson, Document, doc};

use super::{MongoRepository, expr, rows, sample};
use crate::repository::{
    FilterValues, Result,
    mongo::indexes,
    offers::{MOST_WORDS, READ, TextTally},
};

/// See [`crate::repository::SessionReader::filter_values`]; `None` as well for what this has no question for.
pub(in crate::repository::mongo) async fn filter_values(
    reader: &MongoRepository,
    of: FilterValues,
) -> Result<Option<Vec<String>>> {
    let field = match of {
        FilterValues::Applications => Some("application_name"),
        FilterValues::Types => Some("session_type"),
        _ => None,
    };
    if let Some(field) = field
        && let Some(values) = indexed(reader, field).await
    {
        return Ok(Some(values));
    }
    // How deep the lists are within each other.
    let (values, depth) = match of {
        FilterValues::Applications | FilterValues::Types => {
            (doc! { "$ifNull": [ format!("${}", field.unwrap_or_default()), Bson::Null ] }, 0)
        }
        FilterValues::Agents => (expr::each_agent("$$a.k"), 1),
        FilterValues::Models => (expr::each_agent("$$a.v.agent_data.model"), 1),
        FilterValues::Tools => (tools(), 3),
        _ => return Ok(None),
    };
    let mut pipeline = sample(reader);
    if of == FilterValues::Tools {
        pipeline.push(doc! { "$limit": i64::from(READ) });
    }
    pipeline.push(doc! { "$project": { "_id": 0, "value": values } });
    pipeline.extend((0..depth).map(|_| doc! { "$unwind": "$value" }));
    pipeline.extend([
        doc! { "$match": { "value": { "$type": "string" } } },
        doc! { "$group": { "_id": "$value", "times": { "$sum": 1 } } },
        doc! { "$sort": { "times": -1, "_id": 1 } },
        doc! { "$limit": MOST_WORDS as i64 },
    ]);
    let mut tally = TextTally::default();
    for row in rows(reader, pipeline, "the values that a filter may name").await? {
        let times = row.get_i32("times").map_or(1, i64::from).max(0).unsigned_abs();
        if let Ok(text) = row.get_str("_id") {
            tally.see(text, times);
        }
    }
    Ok(tally.done())
}

/// All values of a field, where an index tells them at once: those of newer and older sessions alike. `None`: it does not, or they are
/// too many.
async fn indexed(reader: &MongoRepository, field: &'static str) -> Option<Vec<String>> {
    // The values of sessions outside of a scope are nobody's business.
    if reader.is_bound() || !indexes::leads(reader, field).await.ok()? {
        return None;
    }
    let limit = reader.limits().read;
    let distinct = || {
        let collection = reader.collection();
        async move { collection.distinct(field, doc! {}).max_time(limit).await }
    };
    let values = reader.ask(distinct).await.ok()?;
    let mut tally = TextTally::default();
    for value in values.iter().filter_map(Bson::as_str) {
        tally.see(value, 1);
    }
    tally.done()
}

/// Of each agent, of each message: the names of the tools that it called, in the shapes that models use most.
fn tools() -> Document {
    let named = |list: Document, name: &str| doc! { "$map": { "input": list, "as": "b", "in": name } };
    let content = |place: &str| expr::array_or_empty(&format!("{place}.content"));
    let is_typed = doc! { "$in": [ "$$b.type", [ "tool_use", "function_call" ] ] };
    let typed = |place: &str| -> Document {
        doc! { "$map": { "input": content(place), "as": "b", "in": { "$cond": [ is_typed.clone(), "$$b.name", Bson::Null ] } } }
    };
    let calls = |place: &str| expr::array_or_empty(&format!("{place}.tool_calls"));
    let names = doc! { "$concatArrays": [
        named(content("$$m.message"), "$$b.toolUse.name"),
        named(content("$$m"), "$$b.toolUse.name"),
        typed("$$m.message"),
        typed("$$m"),
        named(calls("$$m.message"), "$$b.function.name"),
        named(calls("$$m"), "$$b.function.name"),
        named(expr::fields("$$m.event_loop_metrics.tool_usage"), "$$b.k"),
    ] };
    expr::each_agent(doc! { "$map": { "input": expr::messages_of("$$a.v"), "as": "m", "in": names } })
}
