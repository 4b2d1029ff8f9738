use std::{
    ops::Range,
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use async_trait::async_trait;
use bson::{Bson, Document, doc};
use serde_json::Map;

use super::*;
use crate::{
    repository::{Cursor, Page, PageEnd},
    session::{AgentId, Message, SessionKey, decode},
};

/// Sessions in memory, by `_id`; messages are read so often and then never answered.
#[derive(Debug)]
struct HeldSessions {
    documents: Vec<Document>,
    reads: AtomicUsize,
}

#[async_trait]
impl SessionReader for HeldSessions {
    fn location(&self) -> String {
        "memory".to_owned()
    }

    fn list(&self, query: &ListQuery) -> Page {
        let after = match &query.after {
            Some(Cursor::Undated { after: Some(Bson::String(after)) }) => after.clone(),
            _ => String::new(),
        };
        let matching = |document: &&Document| {
            document.get_str("_id").is_ok_and(|id| id > after.as_str()) && query.filter.matches(document)
        };
        let all: Vec<Summary> = self.documents.iter().filter(matching).map(decode::summary).collect();
        let rows: Vec<Summary> = all.iter().take(query.limit as usize).cloned().collect();
        let next = rows.last().filter(|_| all.len() > rows.len()).map(|row| row.key.bson().clone());
        Page::of(rows, PageEnd::at(next.map(|after| Cursor::Undated { after: Some(after) })))
    }

    async fn count(&self, _filter: &Filter) -> StoreResult<Option<u64>> {
        Ok(None)
    }

    async fn resolve(&self, id: &str) -> StoreResult<Vec<Summary>> {
        Ok(self
            .documents
            .iter()
            .filter(|document| document.get_str("_id").is_ok_and(|own| own == id))
            .map(decode::summary)
            .collect())
    }

    async fn document(&self, key: &SessionKey) -> StoreResult<Document> {
        let found = self.documents.iter().find(|document| document.get("_id") == Some(key.bson()));
        found.cloned().ok_or_else(|| Error::not_found(key.text(), "memory"))
    }

    async fn messages(&self, key: &SessionKey, agent: &AgentId, range: Range<u64>) -> StoreResult<Vec<Message>> {
        let left = self.reads.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1));
        if left.is_err() {
            std::future::pending::<()>().await;
        }
        let session = self.open(key, u64::MAX).await?;
        let messages = session.agent(agent).map(|agent| agent.messages.clone()).unwrap_or_default();
        Ok(messages.into_iter().filter(|message| range.contains(&message.index)).collect())
    }
}

/// Sessions `s-00` and so on of two agents; each third message holds the text.
fn store(sessions: usize, messages: usize, reads: usize) -> Arc<dyn SessionReader> {
    let said = |n: usize| {
        let text = if n.is_multiple_of(3) { "where is Order A100?" } else { "hello" };
        Bson::from(doc! { "message": { "role": "user", "content": [{ "text": text }] }, "message_id": n as i64 })
    };
    let agent = || doc! { "messages": (0..messages).map(said).collect::<Vec<_>>() };
    let session = |n: usize| doc! { "_id": format!("s-{n:02}"), "agents": { "a": agent(), "b.c": agent() } };
    Arc::new(HeldSessions { documents: (0..sessions).map(session).collect(), reads: AtomicUsize::new(reads) })
}

async fn ask(reader: &Arc<dyn SessionReader>, arguments: &Value) -> Result<Value, AssistantRefusal> {
    let given: Map<String, Value> = arguments.as_object().unwrap().clone();
    let until = Instant::now() + Duration::from_secs(20);
    text(reader, AssistantArguments::new(schema::FIND, &given), until).await
}

fn places(answer: &Value) -> Vec<(String, String, u64)> {
    let text = |hit: &Value, name: &str| hit[name].as_str().unwrap().to_owned();
    let place = |hit: &Value| (text(hit, "session_id"), text(hit, "agent_id"), hit["index"].as_u64().unwrap());
    answer["hits"].as_array().unwrap().iter().map(place).collect()
}

/// All hits, following `next`; `reader` gives the store of each call.
async fn all(reader: impl Fn() -> Arc<dyn SessionReader>, mut arguments: Value) -> Vec<(String, String, u64)> {
    let mut found = Vec::new();
    for _ in 0..1000 {
        let answer = ask(&reader(), &arguments).await.unwrap();
        found.extend(places(&answer));
        let Some(next) = answer["next"].as_str() else {
            assert_eq!((&answer["complete"], &answer["stopped_by"]), (&true.into(), &Value::Null));
            return found;
        };
        assert_eq!(answer["complete"], false);
        arguments["after"] = next.into();
    }
    panic!("it does not end");
}

#[tokio::test]
async fn whatever_the_limit_every_hit_is_found_once() {
    // 23 sessions are three pages of the list, 450 messages three of a history.
    let held = store(23, 7, usize::MAX);
    let expected: Vec<_> = all(|| Arc::clone(&held), json!({ "text": "order a100", "limit": 50 })).await;
    assert_eq!(expected.len(), 23 * 2 * 3);
    assert_eq!(expected[0], ("s-00".to_owned(), "a".to_owned(), 6), "the newest message first");
    for limit in [1, 4, 7] {
        let found = all(|| Arc::clone(&held), json!({ "text": "order a100", "limit": limit })).await;
        assert_eq!(found, expected, "{limit}");
    }
    let long = store(1, 450, usize::MAX);
    let mut found = all(|| Arc::clone(&long), json!({ "text": "order a100", "limit": 7 })).await;
    found.sort();
    found.dedup();
    assert_eq!(found.len(), 300);
}

#[tokio::test(start_paused = true)]
async fn where_the_time_is_over_the_next_call_goes_on() {
    let expected = all(|| store(5, 7, usize::MAX), json!({ "text": "A100", "limit": 50 })).await;
    let stopped = ask(&store(5, 7, 3), &json!({ "text": "A100", "limit": 50 })).await.unwrap();
    assert_eq!((&stopped["stopped_by"], &stopped["complete"]), (&"time".into(), &false.into()));
    assert_eq!(places(&stopped), expected[..9]);
    assert_eq!(all(|| store(5, 7, 3), json!({ "text": "A100", "limit": 50 })).await, expected);
}

#[tokio::test]
async fn a_filter_or_a_session_narrows_it() {
    let held = store(5, 1, usize::MAX);
    let found = |arguments: Value| all(|| Arc::clone(&held), arguments);
    assert_eq!(found(json!({ "text": "a100", "filter": "=s-03" })).await.len(), 2);
    let of_one = found(json!({ "text": "a100", "session_id": "s-03", "limit": 1 })).await;
    assert_eq!(of_one.iter().map(|(session, ..)| session.as_str()).collect::<Vec<_>>(), ["s-03", "s-03"]);
    let said = async |arguments: Value| ask(&held, &arguments).await.unwrap_err().to_string();
    assert!(said(json!({ "text": "a100", "session_id": "s-99" })).await.contains("no session \"s-99\""));
    assert!(said(json!({ "text": "x", "session_id": "s-01", "filter": "s" })).await.contains("not both"));
    assert!(said(json!({ "text": " " })).await.contains("is needed"));
    let token = ask(&held, &json!({ "text": "a100", "limit": 1 })).await.unwrap()["next"].clone();
    assert!(said(json!({ "text": "other", "after": token })).await.contains("no cursor"));
}

#[tokio::test]
async fn tools_that_failed_are_found_without_a_text_and_no_password_is() {
    let password = "abcdefghijklmnopqrstuvwxyz012345";
    let call = doc! { "toolUse": { "toolUseId": "t", "name": "lookup", "input": { "order": "A100" } } };
    let failed =
        doc! { "toolResult": { "toolUseId": "t", "status": "error", "content": [{ "text": "no order A100" }] } };
    let said = |n: i64, block: Document| doc! { "message": { "role": "user", "content": [block] }, "message_id": n };
    let told = doc! { "text": format!("the password is {password}") };
    let messages = vec![said(0, call), said(1, failed), said(2, told)];
    let document =
        doc! { "_id": "s", "session_viewer_password": password, "agents": { "a": { "messages": messages } } };
    let held: Arc<dyn SessionReader> =
        Arc::new(HeldSessions { documents: vec![document], reads: AtomicUsize::new(usize::MAX) });
    let answer = ask(&held, &json!({ "where": "tool_errors" })).await.unwrap();
    let hit = &answer["hits"][0];
    assert_eq!((&hit["tool"], &hit["excerpt"], &hit["index"]), (&"lookup".into(), &"no order A100".into(), &1.into()));
    let indexes = async |arguments: Value| {
        let found = places(&ask(&held, &arguments).await.unwrap());
        found.into_iter().map(|(.., index)| index).collect::<Vec<u64>>()
    };
    assert_eq!(indexes(json!({ "text": "a100" })).await, [1, 0]);
    assert!(indexes(json!({ "text": "a100", "where": "said" })).await.is_empty());
    assert_eq!(indexes(json!({ "text": "password is", "where": "said" })).await, [2]);
    for part in [password, "abcdefgh", "012345"] {
        assert!(indexes(json!({ "text": part })).await.is_empty(), "a search is no way to guess it");
    }
}
