//! What must stand in the messages of a session for a test to hold that is read from them: it spares reading the others, and need not
//! be all that is needed.

use bson::{Bson, Document, doc};

use super::{any_agent, text_expression};
use crate::{
    metrics::SessionFigure,
    repository::{
        filter::{FilterTest, TextMatch},
        mongo::expr,
    },
};

/// `None`: it may hold of any session.
pub(super) fn at_most(test: &FilterTest) -> Option<Document> {
    match test {
        FilterTest::Tool(text) => Some(any_message(called(Some(text)))),
        FilterTest::HasTool => Some(any_message(called(None))),
        FilterTest::HasError => Some(any_message(failed())),
        FilterTest::Figure(SessionFigure::Errors, range) if !range.contains(&0) => Some(any_message(failed())),
        FilterTest::Figure(SessionFigure::Calls, range) if !range.contains(&0) => Some(any_message(true)),
        FilterTest::Figure(SessionFigure::Tokens | SessionFigure::LatencyP95, _) => Some(any_message(true)),
        _ => None,
    }
}

/// Whether what [`at_most`] asks for it is there in nearly every session.
pub(super) fn is_of_nearly_all(test: &FilterTest) -> bool {
    use SessionFigure::{Calls, LatencyP95, Tokens};
    matches!(test, FilterTest::Figure(Calls | Tokens | LatencyP95, range) if !range.is_empty())
}

/// Whether any message is as the expression says, which sees it as `$$m`.
fn any_message(is: impl Into<Bson>) -> Document {
    any_agent(any(expr::messages_of("$$a.v"), "m", is))
}

fn any(list: Document, name: &str, is: impl Into<Bson>) -> Document {
    doc! { "$anyElementTrue": [ { "$map": { "input": list, "as": name, "in": is.into() } } ] }
}

/// Where the fields of a message stand: nested, or on the message itself.
const PLACES: [&str; 2] = ["$$m.message", "$$m"];

/// A block that calls a tool, or counters of one; of a name that matches.
fn called(name: Option<&TextMatch>) -> Document {
    let mut either: Vec<Bson> = Vec::new();
    for place in PLACES {
        let blocks = expr::array_or_empty(&format!("{place}.content"));
        let keyed = [expr::is_type("$$b.toolUse", "object"), one_named(name, &["$$b.toolUse.name"])];
        let typed = [
            doc! { "$in": [ "$$b.type", [ "tool_use", "function_call" ] ] },
            one_named(name, &["$$b.name", "$$b.function.name", "$$b.custom.name"]),
        ];
        let is_call = doc! { "$or": [ { "$and": keyed.to_vec() }, { "$and": typed.to_vec() } ] };
        either.push(any(blocks, "b", is_call).into());
        let calls = expr::array_or_empty(&format!("{place}.tool_calls"));
        let names = ["$$t.name", "$$t.function.name", "$$t.custom.name"];
        either.push(any(calls, "t", one_named(name, &names)).into());
        let call = format!("{place}.function_call");
        let names = ["name", "function.name", "custom.name"].map(|path| format!("{call}.{path}"));
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        either.push(doc! { "$and": [ expr::is_type(call.as_str(), "object"), one_named(name, &names) ] }.into());
    }
    let counted = name.map_or(Bson::Boolean(true), |name| text_expression("$$c.k", name).into());
    either.push(any(counters(), "c", counted).into());
    doc! { "$or": either }
}

/// Whether one of these is a text that matches; any will do where none is asked for.
fn one_named(name: Option<&TextMatch>, values: &[&str]) -> Document {
    let Some(name) = name else { return expr::literal(true) };
    let is = |value: &&str| -> Bson {
        doc! { "$cond": [ expr::is_type(*value, "string"), text_expression(*value, name), false ] }.into()
    };
    doc! { "$or": values.iter().map(is).collect::<Vec<Bson>>() }
}

/// A result that says that it failed, or counters of such.
fn failed() -> Document {
    let says = |place: &str| -> Bson {
        doc! { "$or": [
            { "$in": [ format!("{place}.status"), [ "error", "failed" ] ] },
            { "$eq": [ format!("{place}.is_error"), true ] },
            { "$eq": [ format!("{place}.isError"), true ] },
        ] }
        .into()
    };
    let is_failed = doc! { "$or": [ says("$$b.toolResult"), says("$$b") ] };
    let mut either: Vec<Bson> = PLACES
        .iter()
        .map(|place| any(expr::array_or_empty(&format!("{place}.content")), "b", is_failed.clone()).into())
        .collect();
    either.push(any(counters(), "c", doc! { "$gt": [ "$$c.v.error_count", 0 ] }).into());
    doc! { "$or": either }
}

/// `tool_usage` of a message, field by field.
fn counters() -> Document {
    expr::fields("$$m.event_loop_metrics.tool_usage")
}
