//! Values of metadata, as MongoDB reaches and compares them.

use std::cmp::Ordering;

use bson::Bson;

use super::Comparison;

/// The values a dotted key reaches, through documents, arrays of documents and positions in arrays, as MongoDB does.
pub(super) fn reach<'a>(root: Option<&'a Bson>, key: &str) -> Vec<&'a Bson> {
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
pub(super) fn odd_field<'a>(metadata: Option<&'a Bson>, key: &str) -> Option<&'a Bson> {
    metadata?.as_document()?.get(key)
}

pub(super) fn matches_metadata(metadata: Option<&Bson>, key: &str, comparison: Comparison, typed: &Bson) -> bool {
    any_metadata(metadata, key, |value| compare(value, typed).is_some_and(|order| comparison.holds(order)))
}

pub(super) fn any_metadata(metadata: Option<&Bson>, key: &str, holds: impl Fn(&Bson) -> bool) -> bool {
    let any_holds = |value: &Bson| holds(value) || value.as_array().is_some_and(|items| items.iter().any(&holds));
    reach(metadata, key).into_iter().any(any_holds) || odd_field(metadata, key).is_some_and(&holds)
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
