//! Each new term against MongoDB's own count, written by hand.

use std::sync::{Arc, Mutex};

use bson::{DateTime, Document, doc};
use futures_util::TryStreamExt;
use jiff::Timestamp;
use strandscope::{Filter, SessionReader};

use crate::mongo::common::{every_page, filtered, loaded};

/// A session of one agent with so many calls, each of so many tokens and so long, after which a tool was called so.
fn session(number: i32, calls: i32, tokens: i32, latency: i32, tool: Option<(&str, &str)>) -> Document {
    let mut messages = Vec::new();
    for at in 0..calls {
        let told = doc! {
            "usage": { "inputTokens": tokens, "outputTokens": 0, "totalTokens": tokens },
            "metrics": { "latencyMs": latency },
        };
        let asked = doc! { "role": "user", "content": [{ "text": "?" }] };
        let said = doc! { "role": "assistant", "content": [{ "text": "x".repeat(40) }], "metadata": told };
        messages.push(doc! { "message": asked, "message_id": at * 2 });
        messages.push(doc! { "message": said, "message_id": at * 2 + 1 });
    }
    if let Some((name, status)) = tool {
        let call = doc! { "toolUse": { "toolUseId": "t", "name": name, "input": {} } };
        let result = doc! { "toolResult": { "toolUseId": "t", "status": status, "content": [] } };
        messages.push(doc! { "message": { "role": "assistant", "content": [call] }, "message_id": 100 });
        messages.push(doc! { "message": { "role": "user", "content": [result] }, "message_id": 101 });
    }
    let given =
        [("up", ""), ("down", "too Slow")].map(|(rating, comment)| doc! { "rating": rating, "comment": comment });
    let feedbacks: Vec<Document> = (0..number % 3).zip(given).map(|(_, feedback)| feedback).collect();
    let application = if number % 2 == 0 { "even" } else { "odd" };
    let is_waiting = number == 2;
    let waits = doc! { "activated": is_waiting, "interrupts": { "i": { "id": "i", "name": "ok?", "response": null } } };
    let data = doc! { "model": "m", "_internal_state": { "interrupt_state": waits } };
    doc! {
        "_id": format!("s-{number}"),
        "application_name": application,
        "agents": { "a": { "agent_data": data, "messages": messages } },
        "feedbacks": feedbacks,
    }
}

fn sessions() -> Vec<Document> {
    vec![
        session(0, 0, 0, 0, None),
        session(1, 1, 10, 100, Some(("search", "success"))),
        session(2, 2, 20, 200, Some(("search", "error"))),
        session(3, 3, 30, 5000, Some(("Search_web", "success"))),
        session(4, 4, 40, 6000, None),
        session(5, 5, 50, 7000, Some(("other", "error"))),
    ]
}

/// One document a message, with the session's `_id`.
fn each_message() -> Vec<Document> {
    vec![
        doc! { "$project": { "agent": { "$objectToArray": "$agents" } } },
        doc! { "$unwind": "$agent" },
        doc! { "$unwind": "$agent.v.messages" },
        doc! { "$replaceRoot": { "newRoot": { "session": "$_id", "m": "$agent.v.messages.message" } } },
    ]
}

/// Sessions with a message that the query finds.
fn with_message(query: Document) -> Vec<Document> {
    let mut stages = each_message();
    stages.extend([doc! { "$match": query }, doc! { "$group": { "_id": "$session" } }]);
    stages
}

/// Sessions by a figure of their messages.
fn by(figure: Document, query: Document) -> Vec<Document> {
    let mut stages = each_message();
    stages.extend([doc! { "$group": { "_id": "$session", "figure": figure } }, doc! { "$match": { "figure": query } }]);
    stages
}

fn plain(query: Document) -> Vec<Document> {
    vec![doc! { "$match": query }]
}

fn terms() -> Vec<(&'static str, Vec<Document>)> {
    let tokens = || doc! { "$sum": "$m.metadata.usage.totalTokens" };
    let latency = || doc! { "$max": "$m.metadata.metrics.latencyMs" };
    let is_call = doc! { "$cond": [ { "$gt": [ "$m.metadata.usage.totalTokens", 0 ] }, 1, 0 ] };
    let one = || doc! { "$sum": 1 };
    let name = "m.content.toolUse.name";
    let status = "m.content.toolResult.status";
    let waits = "agents.a.agent_data._internal_state.interrupt_state.activated";
    vec![
        ("tool:search", with_message(doc! { name: { "$regex": "search", "$options": "i" } })),
        ("tool:=search", with_message(doc! { name: "search" })),
        ("tool:^Sea", with_message(doc! { name: { "$regex": "^Sea" } })),
        ("has:tool", with_message(doc! { "m.content.toolUse": { "$exists": true } })),
        ("has:error", with_message(doc! { status: "error" })),
        ("errors:>0", with_message(doc! { status: "error" })),
        ("has:interrupt", plain(doc! { waits: true })),
        ("tokens:>40", by(tokens(), doc! { "$gt": 40 })),
        ("tokens:10..90", by(tokens(), doc! { "$gte": 10, "$lte": 90 })),
        ("latency:>=5s", by(latency(), doc! { "$gte": 5000 })),
        ("latency:<5s", by(latency(), doc! { "$lt": 5000, "$gt": 0 })),
        ("calls:4", by(doc! { "$sum": is_call }, doc! { "$eq": 4 })),
        ("messages:>5", by(one(), doc! { "$gt": 5 })),
        ("messages:<=6 -messages:0", by(one(), doc! { "$lte": 6 })),
        ("size:>1.5k", plain(doc! { "$expr": { "$gt": [ { "$bsonSize": "$$ROOT" }, 1500 ] } })),
        ("feedback:>1", plain(doc! { "feedbacks.1": { "$exists": true } })),
        ("feedback:1", plain(doc! { "feedbacks": { "$size": 1 } })),
        ("feedback:down", plain(doc! { "feedbacks.rating": "down" })),
        ("feedback:slow", plain(doc! { "feedbacks.comment": { "$regex": "slow", "$options": "i" } })),
        ("in:s-1,s-4,s-9", plain(doc! { "_id": { "$in": ["s-1", "s-4", "s-9"] } })),
        ("app:odd OR in:s-0", plain(doc! { "$or": [ { "application_name": "odd" }, { "_id": "s-0" } ] })),
        ("-(app:odd OR in:s-0)", plain(doc! { "$nor": [ { "application_name": "odd" }, { "_id": "s-0" } ] })),
    ]
}

#[tokio::test]
async fn each_term_finds_as_many_as_mongodb_counts() {
    let documents = sessions();
    let (fresh, reader) = loaded("by_hand", documents.clone()).await;
    for (typed, pipeline) in terms() {
        let counted: Vec<Document> = fresh.collection.aggregate(pipeline).await.unwrap().try_collect().await.unwrap();
        let filter = Filter::parse(typed, Timestamp::UNIX_EPOCH).unwrap();
        let found = every_page(&*reader, filtered(filter.clone(), 100)).await.len();
        let matching = documents.iter().filter(|document| filter.matches(document)).count();
        assert!(found > 0 && found < documents.len(), "{typed} decides nothing: {found}");
        assert_eq!((found, matching), (counted.len(), counted.len()), "{typed}");
        let count = reader.count(&filter).await.unwrap();
        let wanted = (!filter.asks_for_messages()).then_some(found as u64);
        assert_eq!(count, wanted, "{typed}");
    }
}

/// Names of those that the list gives, page by page, and of those that match in memory; both in order of their names.
async fn found_and_matching(
    reader: &dyn SessionReader,
    documents: &[Document],
    typed: &str,
    limit: u32,
) -> (Vec<String>, Vec<String>) {
    let filter = Filter::parse(typed, Timestamp::UNIX_EPOCH).unwrap();
    let rows = every_page(reader, filtered(filter.clone(), limit)).await;
    let mut found: Vec<String> = rows.iter().map(|row| row.name().to_owned()).collect();
    let matching = documents.iter().filter(|document| filter.matches(document));
    let mut matching: Vec<String> = matching.map(|document| document.get_str("_id").unwrap().to_owned()).collect();
    found.sort();
    matching.sort();
    (found, matching)
}

#[tokio::test]
async fn sessions_whose_messages_decide_are_settled_some_at_a_time_and_each_once() {
    let documents: Vec<Document> = (0..150)
        .map(|number| {
            let tool = (number % 5 == 0).then_some(("search", "error"));
            let mut document = session(number, number % 7, 10, 100, tool);
            if number % 2 == 0 {
                document.insert("updated_at", DateTime::from_millis(i64::from(number / 4) * 1000));
            }
            document
        })
        .collect();
    let (_fresh, reader) = loaded("settled", documents.clone()).await;
    for typed in ["tokens:>40", "tool:search OR app:odd", "-has:error", "tool:search -(tokens:>20 app:even)"] {
        for limit in [1, 7, 100] {
            let (found, matching) = found_and_matching(&*reader, &documents, typed, limit).await;
            assert!(!matching.is_empty());
            assert_eq!(found, matching, "{typed}, {limit} a page");
        }
    }
    let told = Arc::new(Mutex::new(Vec::new()));
    let noted = Arc::clone(&told);
    let none = Filter::parse("tokens:>1M", Timestamp::UNIX_EPOCH).unwrap();
    let page = reader.list(&filtered(none, 10)).on_looked(move |looked| noted.lock().unwrap().push(looked));
    assert!(page.read().await.unwrap().0.is_empty());
    let told = told.lock().unwrap();
    let with_messages = (0..150).filter(|number| number % 7 != 0 || number % 5 == 0).count();
    assert_eq!(told.last(), Some(&(with_messages as u64)), "what was looked at is told");
    assert!(told.len() * 2 < with_messages, "some at a time: {told:?}");
}

#[tokio::test]
async fn as_many_brackets_as_may_be_typed_are_no_question_too_deep() {
    let documents = sessions();
    let (_fresh, reader) = loaded("deep", documents.clone()).await;
    let deep = |opening: &str, inner: &str| format!("{}{inner}{}", opening.repeat(20), ")".repeat(20));
    for typed in [
        deep("-(type:x OR app:o ", "tool:search meta.a.b:5"),
        deep("-(type:x OR app:o ", "has:interrupt"),
        deep("(type:x OR app:o ", "has:error"),
        deep("-(app:odd ", "tool:search"),
    ] {
        let (found, matching) = found_and_matching(&*reader, &documents, &typed, 100).await;
        assert_eq!(found, matching, "{typed}");
    }
}

#[tokio::test]
async fn values_that_may_follow_a_word_come_from_the_collection() {
    use strandscope::FilterValues;

    let (_fresh, reader) = loaded("filter_values", sessions()).await;
    let told = async |of: FilterValues| reader.filter_values(&of).await.unwrap().unwrap_or_default();
    assert_eq!(told(FilterValues::Applications).await, ["even", "odd"]);
    assert_eq!(told(FilterValues::Agents).await, ["a"]);
    assert_eq!(told(FilterValues::Models).await, ["m"]);
    assert_eq!(told(FilterValues::Tools).await, ["search", "Search_web", "other"]);
    assert_eq!(told(FilterValues::Numbers).await, [""; 0]);
}
