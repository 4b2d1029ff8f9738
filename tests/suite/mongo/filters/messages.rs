//! Messages of every shape that matters to a filter, and odd ones.

use bson::{Bson, Document, doc};
use proptest::prelude::*;

fn name() -> impl Strategy<Value = Bson> {
    prop_oneof![
        6 => prop::sample::select(vec!["search", "Search_web", "b.c", "é"]).prop_map(Bson::from),
        1 => Just(Bson::Null),
        1 => Just(Bson::Int32(5)),
    ]
}

fn id() -> impl Strategy<Value = Bson> {
    prop_oneof![4 => Just(Bson::from("t-1")), 3 => Just(Bson::from("t-2")), 1 => Just(Bson::Null)]
}

fn status() -> impl Strategy<Value = Bson> {
    let words = ["success", "error", "cancelled", "odd"].map(Bson::from);
    prop::sample::select(words.into_iter().chain([Bson::Null, Bson::Boolean(true)]).collect::<Vec<Bson>>())
}

/// A content block.
fn block() -> impl Strategy<Value = Bson> {
    let asked =
        (id(), name()).prop_map(|(id, name)| doc! { "toolUse": { "toolUseId": id, "name": name, "input": {} } });
    let typed = (id(), name()).prop_map(|(id, name)| doc! { "type": "tool_use", "id": id, "name": name, "input": {} });
    let function = (id(), name())
        .prop_map(|(id, name)| doc! { "type": "function_call", "call_id": id, "name": name, "arguments": "{}" });
    let given = (id(), status())
        .prop_map(|(id, status)| doc! { "toolResult": { "toolUseId": id, "status": status, "content": [] } });
    let failed = (id(), any::<bool>())
        .prop_map(|(id, failed)| doc! { "type": "tool_result", "tool_use_id": id, "is_error": failed, "content": "x" });
    prop_oneof![
        3 => asked.prop_map(Bson::from),
        1 => typed.prop_map(Bson::from),
        1 => function.prop_map(Bson::from),
        3 => given.prop_map(Bson::from),
        1 => failed.prop_map(Bson::from),
        2 => Just(Bson::from(doc! { "text": "said" })),
        1 => prop::sample::select(vec![Bson::from("text"), Bson::Int32(1), Bson::Array(vec![]), doc! { "toolUse": 5 }.into()]),
    ]
}

fn usage() -> impl Strategy<Value = Document> {
    (0i32..40, prop::sample::select(vec![0i32, 200, 1500, 7000])).prop_map(|(tokens, latency)| {
        doc! {
            "usage": { "inputTokens": tokens, "outputTokens": 1, "totalTokens": tokens + 1 },
            "metrics": { "latencyMs": latency },
        }
    })
}

fn counters() -> impl Strategy<Value = Document> {
    (0i32..60, name(), 0i32..3, 0i32..2).prop_map(|(tokens, name, calls, errors)| {
        let name = name.as_str().unwrap_or("other").replace('.', "_");
        let tool = doc! { "call_count": calls, "success_count": calls - errors, "error_count": errors };
        doc! {
            "accumulated_usage": { "inputTokens": tokens, "outputTokens": 0, "totalTokens": tokens },
            "accumulated_metrics": { "latencyMs": 300 },
            "cycle_metrics": { "cycle_count": 1 },
            "tool_usage": { name: tool },
        }
    })
}

/// One message, nested or flat.
fn message() -> impl Strategy<Value = Bson> {
    let role = prop::sample::select(vec!["user", "assistant", "tool"]);
    let content = prop_oneof![
        8 => prop::collection::vec(block(), 0..4).prop_map(Bson::Array),
        1 => Just(Bson::from("said")),
        1 => Just(Bson::Null),
    ];
    let calls = prop::option::weighted(
        0.15,
        (id(), name()).prop_map(|(id, name)| doc! { "id": id, "function": { "name": name, "arguments": "{}" } }),
    );
    let beside = (prop::option::of(usage()), prop::option::weighted(0.3, counters()), any::<bool>(), any::<u8>());
    let made = (role, content, calls, beside).prop_map(|(role, content, calls, (usage, counters, flat, number))| {
        let mut body = doc! { "role": role, "content": content };
        body.extend(usage.map(|usage| ("metadata".to_owned(), Bson::from(usage))));
        body.extend(calls.map(|call| ("tool_calls".to_owned(), Bson::Array(vec![Bson::from(call)]))));
        let mut message = if flat && number < 60 {
            body
        } else {
            doc! { "message": body }
        };
        message.insert("message_id", i32::from(number));
        message.extend(counters.map(|counters| ("event_loop_metrics".to_owned(), Bson::from(counters))));
        Bson::Document(message)
    });
    prop_oneof![12 => made, 1 => Just(Bson::from("odd")), 1 => Just(Bson::from(doc! { "message": [1] }))]
}

/// What an agent's `agent_data` says of what it waits for.
fn waiting() -> impl Strategy<Value = Bson> {
    let response = prop_oneof![Just(Bson::Null), Just(Bson::from("yes")), Just(Bson::from(doc! {}))];
    let one = response.prop_map(|response| doc! { "id": "i", "name": "approval", "response": response });
    let interrupts = prop_oneof![
        3 => one.clone().prop_map(|one| Bson::from(doc! { "i": one })),
        1 => one.prop_map(|one| Bson::Array(vec![Bson::from(one), Bson::from("odd")])),
        1 => Just(Bson::from(doc! { "x": 5 })),
        1 => Just(Bson::Null),
    ];
    let activated =
        prop_oneof![3 => Just(Bson::Boolean(true)), 1 => Just(Bson::Boolean(false)), 1 => Just(Bson::Int32(1))];
    (activated, interrupts).prop_map(|(activated, interrupts)| {
        Bson::from(doc! { "interrupt_state": { "activated": activated, "interrupts": interrupts } })
    })
}

/// Agents with messages.
pub fn agents() -> impl Strategy<Value = Bson> {
    let messages = prop_oneof![
        8 => prop::collection::vec(message(), 0..5).prop_map(Bson::Array),
        1 => Just(Bson::from(doc! { "0": "odd" })),
    ];
    let agent = (messages, prop::option::of(waiting())).prop_map(|(messages, waiting)| {
        let mut data = doc! { "model": "m-1" };
        data.extend(waiting.map(|waiting| ("_internal_state".to_owned(), waiting)));
        Bson::from(doc! { "agent_data": data, "messages": messages })
    });
    let agent = prop_oneof![9 => agent, 1 => Just(Bson::Array(vec![Bson::from(doc! { "messages": [1] })]))];
    prop::collection::vec(agent, 0..3).prop_map(|agents| {
        let named = ["a", "b", "c"].into_iter().zip(agents);
        Bson::Document(named.map(|(name, agent)| (name.to_owned(), agent)).collect())
    })
}
