//! Whether just that value is stored, by its type and its digits: the server's own equality takes 5 in an array or object for an
//! int64 5, 0 for -0, a decimal 1.0 for 1.00, and where the collection has a collation one text for another.

use std::collections::HashMap;

use bson::{Bson, Document, doc};

use super::expr;
use crate::session::edit::check_segment;

/// Arrays, and fields that no path leads to, within each other that are looked into: a query may not nest without end.
const DEEPEST: usize = 8;

/// Bytes of what is asked besides equality. A value of so many different numbers is only compared as the server does.
const LARGEST: usize = 1024 * 1024;

/// An expression that holds where exactly this value is at the path, which is `$metadata.a` or a variable.
pub(super) fn is_just(path: &str, value: &Bson) -> Document {
    let is_type = expr::is_type(path, type_name(value));
    if let Bson::String(text) = value {
        // No collation has a say in bytes.
        let is_as_long = doc! { "$eq": [ { "$strLenBytes": path }, text.len() as i64 ] };
        let starts_so = doc! { "$eq": [ { "$indexOfBytes": [ path, expr::literal(text.as_str()) ] }, 0 ] };
        return doc! { "$cond": [ is_type, { "$and": [ is_as_long, starts_so ] }, false ] };
    }
    let equals = doc! { "$and": [ is_type, { "$eq": [ path, expr::literal(value.clone()) ] } ] };
    let mut conditions = Vec::new();
    beyond_equality(path, value, 0, &mut conditions);
    let is_small = || bson::serialize_to_vec(&doc! { "all": &conditions }).is_ok_and(|bytes| bytes.len() <= LARGEST);
    if conditions.is_empty() || !is_small() {
        return equals;
    }
    // Asked only of what is built alike, so that every operator meets the type it wants.
    doc! { "$cond": [ equals, { "$and": conditions }, false ] }
}

/// What must hold besides of an equal value for it to be the same.
fn beyond_equality(path: &str, value: &Bson, depth: usize, conditions: &mut Vec<Document>) {
    let is_spelled_so = || doc! { "$eq": [ { "$toString": path }, { "$toString": expr::literal(value.clone()) } ] };
    match value {
        Bson::Double(number) if *number == 0.0 => conditions.push(is_spelled_so()),
        Bson::Decimal128(_) => conditions.push(is_spelled_so()),
        Bson::Document(fields) => {
            for (at, (key, field)) in fields.iter().enumerate() {
                if check_segment(key).is_ok() {
                    within(&format!("{path}.{key}"), field, depth, conditions);
                } else if depth < DEEPEST {
                    let name = format!("f{depth}");
                    let mut inner = Vec::new();
                    within(&format!("$${name}.v"), field, depth + 1, &mut inner);
                    let there = doc! { "$arrayElemAt": [ { "$objectToArray": path }, at as i64 ] };
                    conditions.extend(all(inner).map(|all| bound(name, there, all)));
                }
            }
        }
        Bson::Array(items) if depth < DEEPEST => of_items(path, items, depth, conditions),
        _ => {}
    }
}

/// The same of a value in an object or array, where equality tells nothing of a number's type.
fn within(path: &str, value: &Bson, depth: usize, conditions: &mut Vec<Document>) {
    if matches!(value, Bson::Int32(_) | Bson::Int64(_) | Bson::Double(_) | Bson::Decimal128(_) | Bson::Symbol(_)) {
        conditions.push(expr::is_type(path, type_name(value)));
    }
    beyond_equality(path, value, depth, conditions);
}

/// Each question once, with the places of all elements that it is asked of.
fn of_items(path: &str, items: &[Bson], depth: usize, conditions: &mut Vec<Document>) {
    let (name, place) = (format!("e{depth}"), format!("i{depth}"));
    let item_path = format!("$${name}");
    let mut known: HashMap<Vec<u8>, usize> = HashMap::new();
    let mut groups: Vec<(Document, Vec<i64>)> = Vec::new();
    for (at, item) in items.iter().enumerate() {
        let mut inner = Vec::new();
        within(&item_path, item, depth + 1, &mut inner);
        let Some(asked) = all(inner) else { continue };
        let group = *known.entry(bson::serialize_to_vec(&asked).unwrap_or_default()).or_insert(groups.len());
        match groups.get_mut(group) {
            Some((_, places)) => places.push(at as i64),
            None => groups.push((asked, vec![at as i64])),
        }
    }
    for (asked, places) in groups {
        let each = if places.len() == items.len() {
            doc! { "input": path, "as": &name, "in": asked }
        } else {
            let there = doc! { "$arrayElemAt": [ path, format!("$${place}") ] };
            doc! { "input": expr::literal(places), "as": &place, "in": bound(name.clone(), there, asked) }
        };
        conditions.push(doc! { "$allElementsTrue": [ { "$map": each } ] });
    }
}

/// All of them in one; `None` where there are none.
fn all(mut conditions: Vec<Document>) -> Option<Document> {
    if conditions.len() > 1 { Some(doc! { "$and": conditions }) } else { conditions.pop() }
}

/// A condition that knows a value by a name.
fn bound(name: String, value: Document, condition: Document) -> Document {
    let mut vars = Document::new();
    vars.insert(name, value);
    doc! { "$let": { "vars": vars, "in": condition } }
}

/// The type the server's `$type` gives a value.
fn type_name(value: &Bson) -> &'static str {
    match value {
        Bson::Double(_) => "double",
        Bson::String(_) => "string",
        Bson::Array(_) => "array",
        Bson::Document(_) => "object",
        Bson::Boolean(_) => "bool",
        Bson::Null => "null",
        Bson::RegularExpression(_) => "regex",
        Bson::JavaScriptCode(_) => "javascript",
        Bson::JavaScriptCodeWithScope(_) => "javascriptWithScope",
        Bson::Int32(_) => "int",
        Bson::Int64(_) => "long",
        Bson::Timestamp(_) => "timestamp",
        Bson::Binary(_) => "binData",
        Bson::ObjectId(_) => "objectId",
        Bson::DateTime(_) => "date",
        Bson::Symbol(_) => "symbol",
        Bson::Decimal128(_) => "decimal",
        Bson::Undefined => "undefined",
        Bson::MaxKey => "maxKey",
        Bson::MinKey => "minKey",
        Bson::DbPointer(_) => "dbPointer",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is asked besides equality.
    fn beyond(value: impl Into<Bson>) -> Vec<Document> {
        let mut conditions = Vec::new();
        beyond_equality("$metadata.a", &value.into(), 0, &mut conditions);
        conditions
    }

    #[test]
    fn only_what_equality_does_not_tell_is_asked_for() {
        for value in [Bson::Int32(5), 5_i64.into(), 1.5.into(), true.into(), Bson::Null, vec!["a"].into()] {
            assert!(beyond(value.clone()).is_empty(), "{value}");
            assert!(is_just("$metadata.a", &value).contains_key("$and"), "{value}");
        }
        for value in [Bson::Double(-0.0), vec![5].into(), doc! { "b": 5 }.into(), "x".into()] {
            assert!(is_just("$metadata.a", &value).contains_key("$cond"), "{value}");
        }
        assert_eq!(beyond(doc! { "b": { "c": 5_i64 } }), [expr::is_type("$metadata.a.b.c", "long")]);
    }

    #[test]
    fn elements_of_one_kind_are_asked_for_together() {
        let size = |count: i32| {
            beyond((0..count).collect::<Vec<i32>>()).iter().map(|one| one.to_string().len()).sum::<usize>()
        };
        assert_eq!(size(1), size(1000));
        let mixed = beyond(vec![Bson::Int32(1), "x".into(), 2.5.into(), Bson::Int32(3)]);
        assert_eq!(mixed.len(), 2);
        let places = |one: &Document| {
            one.to_string().split("\"$literal\": [").nth(1).unwrap().split(']').next().unwrap().to_owned()
        };
        assert_eq!(mixed.iter().map(places).collect::<Vec<_>>(), ["0, 3", "2"]);
    }

    #[test]
    fn a_query_neither_nests_without_end_nor_grows_without_one() {
        let deep = (0..60).fold(Bson::Int32(1), |inner, _| Bson::Array(vec![inner]));
        assert!(beyond(deep).is_empty());
        let many = (0..20_000).map(|n| (format!("field {n}"), Bson::Int32(n))).collect::<Document>();
        assert!(is_just("$metadata.a", &many.into()).contains_key("$and"));
    }
}
