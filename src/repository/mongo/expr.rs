//! Aggregation expressions that no odd document can fail: every operator that wants a type is given one.
//!
//! Nothing newer than MongoDB 4.4 (so no `$getField`).

use bson::{Bson, Document, doc};

/// Whether the expression's value is of that BSON type (`missing` for an absent field).
pub(super) fn is_type(value: impl Into<Bson>, name: &str) -> Document {
    doc! { "$eq": [ { "$type": value.into() }, name ] }
}

/// The value where it is an object, else an empty one.
fn object_or_empty(value: &str) -> Document {
    doc! { "$cond": [ is_type(value, "object"), value, {} ] }
}

/// The fields of an object as `[{k, v}]`; empty where the value is no object.
pub(super) fn fields(value: &str) -> Document {
    doc! { "$objectToArray": object_or_empty(value) }
}

/// The value where it is an array, else an empty one.
pub(super) fn array_or_empty(value: &str) -> Document {
    doc! { "$cond": [ is_type(value, "array"), value, [] ] }
}

/// `messages` of an agent's value; empty where either is of another type.
///
/// The agent is checked too: a path through an array would gather the `messages` of its elements.
pub(super) fn messages_of(agent: &str) -> Document {
    let messages = format!("{agent}.messages");
    doc! { "$cond": [
        { "$and": [ is_type(agent, "object"), is_type(messages.as_str(), "array") ] },
        messages,
        [],
    ] }
}

/// `agents` field by field, mapped; `in_each` sees the field as `$$a.k` and `$$a.v`.
pub(super) fn each_agent(in_each: impl Into<Bson>) -> Document {
    doc! { "$map": { "input": fields("$agents"), "as": "a", "in": in_each.into() } }
}

/// The path of a field of an agent's interrupt state, within [`each_agent`].
pub(super) fn interrupt(field: &str) -> String {
    format!("$$a.v.agent_data._internal_state.interrupt_state.{field}")
}

/// An object in place of whatever stands there; plain braces in `$addFields` would reach into an object or array.
pub(super) fn object(fields: Document) -> Document {
    doc! { "$mergeObjects": [fields] }
}

/// A constant, whatever it looks like.
pub(super) fn literal(value: impl Into<Bson>) -> Document {
    doc! { "$literal": value.into() }
}

/// A path below a field that a query or projection can name: no empty segment, none that starts with `$`.
pub(super) fn is_plain_path(path: &str) -> bool {
    !path.contains('\0') && path.split('.').all(|segment| !segment.is_empty() && !segment.starts_with('$'))
}
