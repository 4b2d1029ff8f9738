//! Every method on every fixture.

use bson::{Bson, Document, doc};
use strandscope::{AgentId, Error, Filter, Outline, Projection, Session, SessionKey, decode};

use super::common::{every_page, first_page, fixtures, loaded};

fn key(document: &Document) -> SessionKey {
    SessionKey::new(document.get("_id").expect("an _id").clone())
}

#[tokio::test]
async fn every_fixture_is_listed_once() {
    let documents = fixtures();
    let (_fresh, reader) = loaded("listed", documents.clone()).await;
    let rows = every_page(&*reader, first_page(3)).await;
    let mut listed: Vec<SessionKey> = rows.iter().map(|row| row.key.clone()).collect();
    listed.sort();
    let mut stored: Vec<SessionKey> = documents.iter().map(key).collect();
    stored.sort();
    assert_eq!(listed, stored);
    assert_eq!(reader.count(&Filter::default()).await.expect("a count"), Some(documents.len() as u64));
}

#[tokio::test]
async fn a_row_is_what_the_document_says() {
    let documents = fixtures();
    let (_fresh, reader) = loaded("rows", documents.clone()).await;
    let mut query = first_page(100);
    query.metadata = Projection::All;
    for row in every_page(&*reader, query).await {
        let whole = decode::session(documents.iter().find(|document| key(document) == row.key).expect("it").clone());
        assert_eq!(row.session_id, whole.session_id);
        assert_eq!(row.application_name, whole.application_name);
        assert_eq!(row.session_type, whole.session_type);
        assert_eq!(row.metadata, whole.metadata, "{:?}", row.key);
    }
}

#[tokio::test]
async fn metadata_comes_under_the_names_asked_for() {
    let (_fresh, reader) = loaded("fields", fixtures()).await;
    for names in [vec!["number-like", "multi\nline key"], vec!["nested.a", "$odd", "", "int32"]] {
        let mut query = first_page(100);
        query.metadata = Projection::Fields(names.iter().map(|&name| name.to_owned()).collect());
        let rows = every_page(&*reader, query).await;
        let typed = rows.iter().find(|row| row.name() == "typed-metadata").expect("it is listed");
        let fields = typed.metadata.as_ref().and_then(Bson::as_document).expect("its metadata");
        for name in names.into_iter().filter(|name| !["$odd", ""].contains(name)) {
            assert!(fields.contains_key(name), "{name:?} in {fields}");
        }
        assert_eq!(fields.len(), 2);
    }
}

#[tokio::test]
async fn opened_at_the_end_is_the_tail_of_the_whole() {
    let documents = fixtures();
    let (_fresh, reader) = loaded("open", documents.clone()).await;
    for document in documents {
        let whole = decode::session(document.clone());
        for last in [0, 1, 3, 1000] {
            let opened = reader.open(&key(&document), last).await.expect("it opens");
            same_but_for_the_tail(&opened, &whole, last);
        }
    }
}

fn same_but_for_the_tail(opened: &Session, whole: &Session, last: u64) {
    let name = whole.name();
    assert_eq!(opened.key, whole.key);
    assert_eq!(opened.session_id, whole.session_id);
    assert_eq!(opened.created_at, whole.created_at);
    assert_eq!(opened.metadata, whole.metadata, "{name}");
    assert_eq!(opened.other, whole.other, "{name}");
    assert_eq!(opened.feedbacks.len(), whole.feedbacks.len());
    assert_eq!(opened.guardrail_events.len(), whole.guardrail_events.len());
    assert_eq!(opened.findings, whole.findings, "{name}");
    assert!(opened.bytes.is_some());
    assert_eq!(opened.agents.len(), whole.agents.len(), "{name}");
    for (part, full) in opened.agents.iter().zip(&whole.agents) {
        assert_eq!(part.id, full.id);
        assert_eq!(part.data, full.data, "{name}");
        if part.messages.len() == full.messages.len() {
            assert_eq!(part.findings, full.findings, "{name}");
        }
        assert_eq!(part.message_count, full.message_count, "{name}");
        let skipped = full.messages.len().saturating_sub(usize::try_from(last).expect("small"));
        assert_eq!(
            part.messages.iter().map(|message| (message.index, &message.raw)).collect::<Vec<_>>(),
            full.messages[skipped..].iter().map(|message| (message.index, &message.raw)).collect::<Vec<_>>(),
            "{name}"
        );
    }
}

#[tokio::test]
async fn messages_come_by_their_index() {
    let documents = fixtures();
    let (_fresh, reader) = loaded("messages", documents.clone()).await;
    for document in documents {
        let whole = decode::session(document.clone());
        for agent in &whole.agents {
            for range in [0..2, 1..3, 0..u64::MAX, 5..5, u64::MAX - 1..u64::MAX] {
                let got = reader.messages(&key(&document), &agent.id, range.clone()).await.expect("messages");
                let wanted = agent.messages.iter().filter(|message| range.contains(&message.index));
                assert_eq!(
                    got.iter().map(|message| (message.index, &message.raw, &message.findings)).collect::<Vec<_>>(),
                    wanted.map(|message| (message.index, &message.raw, &message.findings)).collect::<Vec<_>>(),
                    "{} {range:?}",
                    whole.name(),
                );
            }
        }
    }
}

#[tokio::test]
async fn the_outline_is_that_of_the_whole() {
    let mut documents = fixtures();
    documents.extend(crate::support::load_fixture("sessions-no-usage.jsonl").into_iter().map(|mut document| {
        let id = format!("{}-no-usage", document.get_str("_id").expect("a string"));
        document.insert("_id", id);
        document
    }));
    for file in ["c25-openai-flat", "c27-citations", "c38-ts-blocks"] {
        documents.extend(crate::support::load_fixture(&format!("reports/{file}.jsonl")));
    }
    documents.push(unusual_tools());
    let (_fresh, reader) = loaded("outline", documents.clone()).await;
    for document in documents {
        let outline = reader.outline(&key(&document)).await.expect("an outline");
        let whole = Outline::from(&decode::session(document));
        assert_eq!(format!("{outline:#?}"), format!("{whole:#?}"));
    }
}

/// Calls and results whose partner, or whose success, stands in an unusual place.
fn unusual_tools() -> Document {
    let hidden = doc! { "toolResult": { "toolUseId": "a", "status": "success", "isError": true, "content": [] } };
    let instead = doc! { "toolResult": { "toolUseId": "a", "status": "late", "content": [{ "text": "removed" }] } };
    let plain = |role: &str, content: Bson| doc! { "role": role, "content": content };
    let mut asked = plain("assistant", Bson::Null);
    asked.insert("function_call", doc! { "name": "f", "arguments": "{}" });
    let mut answer = plain("function", "noon".into());
    answer.insert("name", "f");
    let nameless = vec![
        doc! { "toolUse": { "toolUseId": 5, "name": "g", "input": {} } },
        doc! { "type": "tool_result", "tool_use_id": "b", "isError": true, "content": "no" },
        doc! { "type": "function_call_output", "call_id": "c", "output": "no", "status": "failed" },
    ];
    let mut silent = plain("assistant", "x".into());
    silent.insert("metadata", doc! { "usage": {}, "custom": { "pinned": true } });
    let redacted = doc! {
        "message": plain("user", vec![hidden].into()), "redact_message": plain("user", vec![instead].into()),
    };
    let bodies = [asked, answer, plain("user", nameless.into()), silent];
    let messages: Vec<Document> = bodies.into_iter().map(|body| doc! { "message": body }).chain([redacted]).collect();
    doc! { "_id": "unusual-tools", "agents": { "a": { "messages": messages } } }
}

#[tokio::test]
async fn counts_are_those_of_the_whole() {
    let documents = fixtures();
    let (_fresh, reader) = loaded("details", documents.clone()).await;
    let mut keys: Vec<SessionKey> = documents.iter().map(key).collect();
    keys.insert(1, SessionKey::from("gone"));
    let details = reader.details(&keys).await.expect("details");
    assert_eq!(details.len(), documents.len(), "one that is gone is left out");
    for ((found, details), document) in details.into_iter().zip(documents) {
        let size = bson::serialize_to_vec(&document).expect("bytes").len() as u64;
        let whole = decode::session(document);
        let name = whole.name();
        assert_eq!(found, whole.key);
        assert_eq!(details.bytes, Some(size), "{name}");
        assert_eq!(details.messages, whole.message_count(), "{name}");
        assert_eq!(details.guardrail_events, whole.guardrail_events.len() as u64, "{name}");
        let mut tally = strandscope::FeedbackTally::default();
        whole.feedbacks.iter().for_each(|feedback| tally.add(&feedback.rating));
        assert_eq!(details.feedbacks, tally, "{name}");
        let last = whole.feedbacks.iter().filter_map(|feedback| feedback.created_at).max();
        assert_eq!(details.last_feedback, last, "{name}");
        for (count, agent) in details.agents.iter().zip(&whole.agents) {
            assert_eq!((&count.id, &count.model, count.messages), (&agent.id, &agent.model, agent.message_count));
            assert_eq!((count.created_at, count.updated_at), (agent.created_at, agent.updated_at), "{name}");
        }
    }
}

#[tokio::test]
async fn agents_with_odd_names_are_read() {
    let message = doc! { "message": { "role": "user", "content": [{ "text": "hello" }] }, "message_id": 0 };
    let mut agents = Document::new();
    for name in ["", "a.b", "$a", "$$a.k", "agents"] {
        agents.insert(name, doc! { "agent_data": { "a.b": 1, "$x": 2 }, "messages": [message.clone()] });
    }
    let document = doc! { "_id": "odd-names", "agents": agents.clone() };
    let (_fresh, reader) = loaded("names", vec![document]).await;
    let key = SessionKey::from("odd-names");
    let opened = reader.open(&key, 5).await.expect("it opens");
    let outline = reader.outline(&key).await.expect("its outline");
    for (number, name) in agents.keys().enumerate() {
        let id = AgentId::from(name.as_str());
        assert_eq!((&opened.agents[number].id, opened.agents[number].messages.len()), (&id, 1));
        assert_eq!(opened.agents[number].data.as_ref().map(Document::len), Some(2));
        assert_eq!(reader.messages(&key, &id, 0..9).await.expect("messages").len(), 1);
        assert_eq!((&outline.agents[number].id, outline.agents[number].samples.len()), (&id, 1));
    }
}

#[tokio::test]
async fn a_session_that_is_gone_is_not_found() {
    let (_fresh, reader) = loaded("gone", fixtures()).await;
    let gone = SessionKey::from("gone");
    let is_not_found = |error: Error| matches!(error, Error::NotFound { .. });
    assert!(reader.open(&gone, 1).await.is_err_and(is_not_found));
    assert!(reader.messages(&gone, &AgentId::from("a"), 0..1).await.is_err_and(is_not_found));
    assert!(reader.outline(&gone).await.is_err_and(is_not_found));
    assert!(reader.document(&gone).await.is_err_and(is_not_found));
}

#[tokio::test]
async fn a_whole_document_is_as_stored() {
    let documents = fixtures();
    let (_fresh, reader) = loaded("whole", documents.clone()).await;
    for document in documents {
        assert_eq!(reader.document(&key(&document)).await.expect("it"), document);
    }
}

#[tokio::test]
async fn an_id_is_first_the_own_one_then_the_session_id_then_hex() {
    let documents = vec![
        doc! { "_id": "a", "session_id": "other" },
        doc! { "_id": 1, "session_id": "a" },
        doc! { "_id": 2, "session_id": "twice" },
        doc! { "_id": 3, "session_id": "twice" },
        doc! { "_id": bson::oid::ObjectId::parse_str("65a4f1d2c3b4a59687786950").expect("hex") },
    ];
    let (_fresh, reader) = loaded("resolve", documents).await;
    let names = async |id: &str| -> Vec<String> {
        reader.resolve(id).await.expect("an answer").iter().map(|row| row.key.text().to_owned()).collect()
    };
    assert_eq!(names("a").await, ["a"]);
    assert_eq!(names("other").await, ["a"]);
    assert_eq!(names("twice").await, ["2", "3"]);
    assert_eq!(names("65a4f1d2c3b4a59687786950").await, ["65a4f1d2c3b4a59687786950"]);
    assert!(names("none").await.is_empty());
}

#[tokio::test]
async fn what_does_not_fit_into_one_answer_is_read_whole() {
    // 15.9 MB of which each message's own names are a part: an answer with more names would cross the limit.
    let message =
        |n: i32| doc! { "message_id": n, "message": { "role": "user", "content": [{ "text": "x".repeat(1000) }] } };
    let messages: Vec<Bson> = (0..14_500).map(|n| Bson::Document(message(n))).collect();
    let filler =
        "y".repeat(16 * 1024 * 1024 - 200 - bson::serialize_to_vec(&doc! { "m": &messages }).expect("bytes").len());
    let document = doc! { "_id": "huge", "filler": filler, "agents": { "a": { "messages": messages } } };
    let (_fresh, reader) = loaded("huge", vec![document]).await;
    let key = SessionKey::from("huge");
    let opened = reader.open(&key, u64::MAX).await.expect("it opens");
    assert_eq!(opened.agents[0].messages.len(), 14_500);
    assert_eq!(reader.open(&key, 2).await.expect("it opens").agents[0].messages[0].index, 14_498);
    assert_eq!(reader.messages(&key, &AgentId::from("a"), 14_000..20_000).await.expect("messages").len(), 500);
    assert_eq!(reader.outline(&key).await.expect("an outline").agents[0].samples.len(), 14_500);
}
