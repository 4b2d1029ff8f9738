//! Documents of any shape: no method fails, and each gives what the whole document decoded gives.

use bson::{Bson, DateTime, Document, doc};
use proptest::{prelude::*, strategy::ValueTree, test_runner::TestRunner};
use strandscope::{Outline, SessionKey, decode};

use super::common::{every_page, first_page, loaded};

/// Words that mean something somewhere in a document, so that chance puts them into the wrong places.
const WORDS: [&str; 48] = [
    "_id",
    "session_id",
    "agents",
    "messages",
    "agent_data",
    "metadata",
    "feedbacks",
    "guardrail_events",
    "rating",
    "comment",
    "message",
    "message_id",
    "role",
    "user",
    "assistant",
    "content",
    "text",
    "type",
    "tool_use",
    "tool_result",
    "toolUse",
    "toolResult",
    "toolUseId",
    "tool_use_id",
    "tool_calls",
    "tool_call_id",
    "function",
    "reasoning",
    "name",
    "id",
    "status",
    "success",
    "is_error",
    "usage",
    "metrics",
    "inputTokens",
    "latencyMs",
    "event_loop_metrics",
    "accumulated_usage",
    "redact_message",
    "cachePoint",
    "image",
    "created_at",
    "model",
    "up",
    "",
    "$a",
    "a.b",
];

fn value() -> impl Strategy<Value = Bson> {
    let word = prop::sample::select(WORDS.to_vec());
    let leaf = prop_oneof![
        Just(Bson::Null),
        any::<i32>().prop_map(Bson::Int32),
        any::<bool>().prop_map(Bson::Boolean),
        Just(Bson::Double(f64::NAN)),
        Just(Bson::MinKey),
        (0i64..1_000_000).prop_map(|millis| Bson::DateTime(DateTime::from_millis(millis))),
        Just(Bson::Binary(bson::Binary { subtype: bson::spec::BinarySubtype::Generic, bytes: vec![1; 9] })),
        word.clone().prop_map(Bson::from),
        "\\PC{0,6}".prop_map(Bson::from),
    ];
    leaf.prop_recursive(6, 60, 5, move |inner| {
        let fields = prop::collection::vec((word.clone(), inner.clone()), 0..5);
        prop_oneof![
            prop::collection::vec(inner, 0..5).prop_map(Bson::Array),
            fields.prop_map(|fields| {
                Bson::Document(fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
            }),
        ]
    })
}

/// A message that is right as far as it goes, with anything as its blocks and its figures.
fn nearly_a_message() -> impl Strategy<Value = Bson> {
    let blocks = prop::collection::vec(value(), 0..4);
    (blocks, value(), value(), any::<bool>()).prop_map(|(blocks, metadata, redaction, flat)| {
        let inner = doc! { "role": "user", "content": blocks, "metadata": metadata };
        let mut message = if flat {
            inner
        } else {
            doc! { "message": inner }
        };
        message.insert("redact_message", redaction);
        Bson::Document(message)
    })
}

fn document() -> impl Strategy<Value = Document> {
    let messages = prop::collection::vec(prop_oneof![nearly_a_message(), value()], 0..6);
    let agent = (value(), messages).prop_map(|(data, messages)| doc! { "agent_data": data, "messages": messages });
    let agents = prop_oneof![
        3 => (agent, value()).prop_map(|(agent, other)| Bson::Document(doc! { "a": agent, "b.$": other })),
        1 => value(),
    ];
    (agents, value(), value(), value()).prop_map(|(agents, metadata, feedbacks, events)| {
        doc! { "metadata": metadata, "agents": agents, "feedbacks": feedbacks, "guardrail_events": events }
    })
}

#[tokio::test]
async fn documents_of_any_shape_are_read_as_the_whole_is() {
    let mut runner = TestRunner::deterministic();
    let documents: Vec<Document> = (0..250)
        .map(|number| {
            let mut stored = doc! { "_id": number };
            stored.extend(document().new_tree(&mut runner).expect("a document").current());
            stored
        })
        .collect();
    let (_fresh, reader) = loaded("any_shape", documents.clone()).await;
    assert_eq!(every_page(&*reader, first_page(40)).await.len(), documents.len());
    for document in documents {
        let key = SessionKey::new(document["_id"].clone());
        let whole = decode::session(document.clone());

        let outline = reader.outline(&key).await.expect("an outline");
        assert_eq!(format!("{outline:?}"), format!("{:?}", Outline::from(&whole)), "{document}");

        let opened = reader.open(&key, 1000).await.expect("it opens");
        let mut with_size = whole;
        with_size.bytes = opened.bytes;
        assert_eq!(format!("{opened:?}"), format!("{with_size:?}"), "{document}");

        let details = reader.details(&[key]).await.expect("details").remove(0).1;
        assert_eq!(details, decode::details(&document), "{document}");
    }
    let checks = reader.check().await;
    assert!(
        checks.iter().any(|check| check.name == "documents" && check.found.contains("of 100 sampled")),
        "{checks:?}"
    );
}
