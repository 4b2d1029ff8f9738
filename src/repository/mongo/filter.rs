//! A filter as a query.
//!
//! Every condition holds or fails for any document, however odd, and fails no query: fields of another type simply do
//! not match. Arrays where one value is expected do not match either, except in `metadata`, where a value matches an
//! array that holds it (`meta.tags:new`), as MongoDB people expect.

use std::ops::Range;

use bson::{Bson, DateTime, Document, doc, oid::ObjectId};

mod bounds;
mod feedback;
mod figures;
mod ids;
mod messages;
mod within;

pub(super) use bounds::{is_searched_for, query};
pub(super) use ids::meant;
pub(super) use within::within;

use super::expr;
use crate::{
    repository::filter::{Comparison, FilterTest, TextMatch},
    session::StoredDate,
};

/// What a test asks, where no message has to be read for it.
fn exact(test: &FilterTest) -> Option<Document> {
    Some(match test {
        // Nothing lies in it, whatever the figure is.
        FilterTest::Figure(_, range) if range.is_empty() => doc! { "$expr": false },
        FilterTest::Figure(figure, range) => return figures::figure(*figure, range),
        FilterTest::HasInterrupt => figures::waiting(),
        FilterTest::Comment(text) => feedback::comment_with(text),
        FilterTest::In(listed) => ids::any_of(listed),
        FilterTest::Id(text) => id(text),
        FilterTest::Application(text) => text_field("application_name", text),
        FilterTest::SessionType(text) => text_field("session_type", text),
        FilterTest::Agent(text) => any_agent(text_expression("$$a.k", text)),
        FilterTest::Model(text) => any_agent(doc! { "$cond": [
            expr::is_type("$$a.v.agent_data.model", "string"),
            text_expression("$$a.v.agent_data.model", text),
            false,
        ] }),
        FilterTest::Metadata { key, comparison, readings, day } => metadata(key, *comparison, readings, day.as_ref()),
        FilterTest::HasFeedback => not_empty_array("feedbacks"),
        FilterTest::HasComment => feedback::comment(),
        FilterTest::HasGuardrail => not_empty_array("guardrail_events"),
        FilterTest::HasMetadata(key) => has_metadata(key),
        FilterTest::Rating(word) => feedback::rating(*word),
        FilterTest::Since(instant) => since(*instant),
        FilterTest::Until(instant) => until(*instant),
        FilterTest::Created(comparison, instant) => date_field("created_at", *comparison, *instant),
        FilterTest::Updated(comparison, instant) => date_field("updated_at", *comparison, *instant),
        FilterTest::Within(scope) => within(scope),
        FilterTest::Any(_)
        | FilterTest::HasFinding(_)
        | FilterTest::Tool(_)
        | FilterTest::HasTool
        | FilterTest::HasError => return None,
    })
}

// Texts

/// The `session_id` and the `_id`: as strings, and as ObjectIds by their hex; the `_id` also as a UUID and as a number.
fn id(text: &TextMatch) -> Document {
    let mut either = Vec::new();
    for field in ["session_id", "_id"] {
        either.push(text_field(field, text));
        either.extend(object_id(field, text));
    }
    either.extend(ids::others(text));
    doc! { "$or": either }
}

/// `None` where no hex can match.
fn object_id(field: &str, text: &TextMatch) -> Option<Document> {
    let is_hex = |part: &str| part.len() <= 24 && part.chars().all(|c| c.is_ascii_hexdigit());
    let no_array = doc! { "$type": "array" };
    match text {
        TextMatch::Exactly(whole) => {
            let id = ids::hex(whole)?;
            Some(doc! { field: { "$eq": id, "$not": no_array } })
        }
        // Hex of equal length sorts as its bytes do: a prefix is a range, which an index serves.
        TextMatch::StartsWith(start) => {
            let lower = is_hex(start) && !start.contains(|c: char| c.is_ascii_uppercase());
            let from = ObjectId::parse_str(format!("{start:0<24}")).ok().filter(|_| lower)?;
            let to = ObjectId::parse_str(format!("{start:f<24}")).ok()?;
            Some(doc! { field: { "$gte": from, "$lte": to, "$not": no_array } })
        }
        TextMatch::Contains(part) => is_hex(part).then(|| {
            let value = format!("${field}");
            let is_id = expr::is_type(value.as_str(), "objectId");
            let hex = doc! { "$cond": [ is_id.clone(), { "$toString": value }, "" ] };
            let contains = text_expression(hex, text);
            doc! { "$expr": { "$and": [ is_id, contains ] } }
        }),
    }
}

fn text_field(field: &str, text: &TextMatch) -> Document {
    let mut condition = match text {
        TextMatch::Contains(part) => doc! { "$regex": escaped(part), "$options": "i" },
        TextMatch::StartsWith(start) => doc! { "$regex": format!("^{}", escaped(start)) },
        TextMatch::Exactly(whole) => doc! { "$eq": whole },
    };
    condition.insert("$not", doc! { "$type": "array" });
    doc! { field: condition }
}

/// The same as an expression; `value` must be a string.
fn text_expression(value: impl Into<Bson>, text: &TextMatch) -> Document {
    let value = value.into();
    match text {
        TextMatch::Contains(part) if part.is_ascii() => {
            let lower = expr::literal(part.to_ascii_lowercase());
            doc! { "$gte": [ { "$indexOfBytes": [ { "$toLower": value }, lower ] }, 0 ] }
        }
        // Letters of other alphabets need a pattern to be compared in any case. It fails on text that is no valid UTF-8.
        TextMatch::Contains(part) => {
            doc! { "$regexMatch": { "input": value, "regex": expr::literal(escaped(part)), "options": "i" } }
        }
        TextMatch::StartsWith(start) => {
            doc! { "$eq": [ { "$indexOfBytes": [ value, expr::literal(start.as_str()) ] }, 0 ] }
        }
        TextMatch::Exactly(whole) => doc! { "$eq": [ value, expr::literal(whole.as_str()) ] },
    }
}

/// Text as a pattern that matches just it. NUL, which no pattern may hold, is written as its code.
fn escaped(text: &str) -> String {
    let mut pattern = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match c {
            '\0' => pattern.push_str("\\x00"),
            c if c.is_ascii_punctuation() && c != '_' => pattern.extend(['\\', c]),
            c => pattern.push(c),
        }
    }
    pattern
}

fn any_agent(in_each: Document) -> Document {
    doc! { "$expr": { "$anyElementTrue": [expr::each_agent(in_each)] } }
}

// Metadata

fn metadata(key: &str, comparison: Comparison, readings: &[Bson], day: Option<&Range<StoredDate>>) -> Document {
    let mut either = Vec::new();
    for reading in readings {
        if expr::is_plain_path(key) {
            either.push(doc! { format!("metadata.{key}"): plain_comparison(comparison, reading) });
        }
        if is_odd_key(key) {
            either.push(any_metadata(key, odd_comparison(comparison, reading)));
        }
    }
    if let Some(day) = day {
        either.extend(on_day(key, day));
    }
    // A `$or` wants at least one branch; without a reading nothing matches.
    if either.is_empty() {
        doc! { "$expr": false }
    } else {
        doc! { "$or": either }
    }
}

/// Dates of a day. Both ends must hold for one and the same value, also where the key reaches into several documents of an
/// array: a day between two of their dates is neither's.
fn on_day(key: &str, day: &Range<StoredDate>) -> Vec<Document> {
    let [from, to] = [day.start, day.end].map(DateTime::from);
    let mut either = Vec::new();
    if expr::is_plain_path(key) {
        let path = format!("metadata.{key}");
        let is_place = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        let one = doc! { "$gte": from, "$lt": to, "$not": { "$type": "array" } };
        either.push(unbroken(&path, &one));
        let splits = path.match_indices('.').map(|(at, _)| (&path[..at], &path[at + 1..]));
        either.extend(splits.map(|(list, rest)| doc! { list: { "$elemMatch": unbroken(rest, &one) } }));
        // A number is a place in an array, too: one value.
        if key.split('.').any(is_place) {
            either.push(doc! { &path: one });
        }
        either.push(doc! { path: { "$elemMatch": { "$gte": from, "$lt": to } } });
    }
    if is_odd_key(key) {
        let within = doc! { "$and": [
            expr::is_type("$$f.v", "date"), { "$gte": [ "$$f.v", from ] }, { "$lt": [ "$$f.v", to ] },
        ] };
        either.push(any_metadata(key, within));
    }
    either
}

/// A value at the end of a path on which no array lies.
fn unbroken(path: &str, value: &Document) -> Document {
    let no_array = || Bson::from(doc! { "$not": { "$type": "array" } });
    let mut query: Document = path.match_indices('.').map(|(at, _)| (path[..at].to_owned(), no_array())).collect();
    query.insert(path, value.clone());
    query
}

/// Null means a stored null, not an absent field.
fn plain_comparison(comparison: Comparison, reading: &Bson) -> Document {
    let is_or_equal = !matches!(comparison, Comparison::Greater | Comparison::Less);
    if is_or_equal && *reading == Bson::Null {
        return doc! { "$type": "null" };
    }
    doc! { operator(comparison): reading.clone() }
}

/// A stored key may itself hold dots, be empty or start with `$`: no path reaches it.
fn is_odd_key(key: &str) -> bool {
    key.contains('.') || !expr::is_plain_path(key)
}

/// Whether `metadata` has that very key with a value that the expression accepts (as `$$f.v`).
fn any_metadata(key: &str, accepts: impl Into<Bson>) -> Document {
    let same = doc! { "$eq": [ "$$f.k", expr::literal(key) ] };
    let each = doc! { "$map": {
        "input": expr::fields("$metadata"), "as": "f", "in": { "$and": [ same, accepts.into() ] }
    } };
    doc! { "$expr": { "$anyElementTrue": [each] } }
}

/// Expressions compare across types; queries do not. So the type is asked for as well.
fn odd_comparison(comparison: Comparison, reading: &Bson) -> Document {
    let types: &[&str] = match reading {
        Bson::Int32(_) | Bson::Int64(_) | Bson::Double(_) | Bson::Decimal128(_) => {
            &["int", "long", "double", "decimal"]
        }
        Bson::String(_) => &["string"],
        Bson::Boolean(_) => &["bool"],
        Bson::DateTime(_) => &["date"],
        Bson::Null => &["null"],
        Bson::ObjectId(_) => &["objectId"],
        _ => &[],
    };
    let mut all = vec![
        doc! { "$in": [ { "$type": "$$f.v" }, types ] },
        doc! { operator(comparison): [ "$$f.v", expr::literal(reading.clone()) ] },
    ];
    // In an order it is the least number; to a query it is neither less nor more than one.
    if types.contains(&"double") {
        all.push(doc! { "$ne": [ "$$f.v", f64::NAN ] });
    }
    doc! { "$and": all }
}

fn has_metadata(key: &str) -> Document {
    let mut either = Vec::new();
    if expr::is_plain_path(key) {
        either.push(doc! { format!("metadata.{key}"): { "$exists": true } });
    }
    if is_odd_key(key) {
        either.push(any_metadata(key, true));
    }
    doc! { "$or": either }
}

// Lists

fn not_empty_array(field: &str) -> Document {
    doc! { field: { "$type": "array", "$not": { "$size": 0 } } }
}

// Dates

/// What a date is: of that type, and not an array that holds one.
pub(super) fn is_date() -> Document {
    doc! { "$type": "date", "$not": { "$type": "array" } }
}

/// The opposite of [`is_date`].
pub(super) fn is_no_date(field: &str) -> Document {
    doc! { "$nor": [ { field: is_date() } ] }
}

fn date_field(field: &str, comparison: Comparison, instant: StoredDate) -> Document {
    let mut condition = doc! { operator(comparison): DateTime::from(instant) };
    condition.insert("$not", doc! { "$type": "array" });
    doc! { field: condition }
}

/// The life ends with `updated_at`, or where that is no date, at `created_at`.
fn since(instant: StoredDate) -> Document {
    let mut created_only = date_field("created_at", Comparison::GreaterOrEqual, instant);
    created_only.extend(is_no_date("updated_at"));
    doc! { "$or": [ date_field("updated_at", Comparison::GreaterOrEqual, instant), created_only ] }
}

/// The life begins with `created_at`, or where that is no date, at `updated_at`.
fn until(instant: StoredDate) -> Document {
    let mut updated_only = date_field("updated_at", Comparison::Less, instant);
    updated_only.extend(is_no_date("created_at"));
    doc! { "$or": [ date_field("created_at", Comparison::Less, instant), updated_only ] }
}

fn operator(comparison: Comparison) -> &'static str {
    match comparison {
        Comparison::Equal => "$eq",
        Comparison::Greater => "$gt",
        Comparison::GreaterOrEqual => "$gte",
        Comparison::Less => "$lt",
        Comparison::LessOrEqual => "$lte",
    }
}

#[cfg(test)]
mod tests;
