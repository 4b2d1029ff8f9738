//! The answers, on a folder.

use std::sync::Mutex;

use async_trait::async_trait;
use bson::doc;

use super::*;
use crate::{
    hook::{Hook, HookAnswer, HookOperation, Hooks, Next},
    repository::folder,
    session::record::NewSession,
};

async fn sessions(dir: &tempfile::TempDir, metadata: Document) -> Arc<dyn SessionRepository> {
    let sessions = folder::open(dir.path()).await.unwrap();
    let _ = sessions.create_session(&NewSession::new("s").metadata(metadata)).await.unwrap();
    sessions
}

async fn said(tool: &MetadataTool, arguments: Value) -> String {
    let answer = tool.call(&arguments).await;
    assert_eq!(answer.is_error, answer.text.starts_with("Error"), "{}", answer.text);
    assert_eq!(answer.structured["answer"], answer.text);
    answer.text
}

#[tokio::test]
async fn every_answer_of_the_table() {
    let dir = tempfile::tempdir().unwrap();
    let tool = SessionManager::new(sessions(&dir, Document::new()).await, "s").metadata_tool();
    assert_eq!(said(&tool, json!({ "action": "get" })).await, "No metadata stored in session");
    let set = json!({ "action": "Update", "metadata": "{\"a\": \"é\", \"b\": [1, 2.0, null]}" });
    assert_eq!(said(&tool, set).await, "Successfully updated metadata fields: ['a', 'b']");
    let all = r#"All metadata: {"a": "\u00e9", "b": [1, 2.0, null]}"#;
    assert_eq!(said(&tool, json!({ "action": "get" })).await, all);
    let some = json!({ "action": "get", "keys": ["b", "c", 1] });
    assert_eq!(said(&tool, some).await, r#"Metadata retrieved: {"b": [1, 2.0, null]}"#);
    let none = json!({ "action": "get", "keys": ["c", "it's"] });
    assert_eq!(said(&tool, none).await, "No metadata found for keys: ['c', \"it's\"]");
    let delete = json!({ "action": "delete", "keys": ["a", "c", "a"] });
    assert_eq!(said(&tool, delete).await, "Successfully deleted metadata fields: ['a', 'c', 'a']");
    assert_eq!(said(&tool, json!({ "action": "get" })).await, r#"All metadata: {"b": [1, 2.0, null]}"#);
}

#[tokio::test]
async fn a_session_that_is_not_there_has_no_metadata_and_is_not_made() {
    let dir = tempfile::tempdir().unwrap();
    let sessions = sessions(&dir, Document::new()).await;
    let manager = SessionManager::new(Arc::clone(&sessions), "later");
    let tool = manager.metadata_tool();
    let none = tool.call(&json!({ "action": "get", "keys": ["a"] })).await;
    assert_eq!((none.text.as_str(), none.is_error), ("No metadata found for this session", false));
    assert_eq!(none.structured["metadata"], Value::Null);
    for change in [json!({ "action": "set", "metadata": { "a": 1 } }), json!({ "action": "delete", "keys": ["a"] })] {
        let told = said(&tool, change).await;
        assert!(told.starts_with("Error managing metadata: no session \"later\" in "), "{told}");
    }
    // Once it is there the same tool sees it.
    assert!(manager.open_or_create().await.unwrap());
    let set = json!({ "action": "set", "metadata": { "a": 1 } });
    assert_eq!(said(&tool, set).await, "Successfully updated metadata fields: ['a']");
}

#[tokio::test]
async fn a_session_without_the_field_is_told_from_one_with_nothing_in_it() {
    let dir = tempfile::tempdir().unwrap();
    let sessions = sessions(&dir, Document::new()).await;
    let folder = dir.path().join("session_bare");
    std::fs::create_dir(&folder).unwrap();
    std::fs::write(folder.join("session.json"), r#"{"session_id": "bare"}"#).unwrap();
    for (session, told) in [("bare", "No metadata found for this session"), ("s", "No metadata stored in session")] {
        let reader = Arc::clone(&sessions) as Arc<dyn SessionReader>;
        for tool in [
            SessionManager::new(Arc::clone(&sessions), session).metadata_tool(),
            MetadataTool::read_only(reader, session),
        ] {
            assert_eq!(said(&tool, json!({ "action": "get" })).await, told);
        }
    }
}

#[tokio::test]
async fn reading_alone_changes_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let sessions = sessions(&dir, doc! { "a": 1 }).await;
    let tool = MetadataTool::read_only(Arc::clone(&sessions) as Arc<dyn SessionReader>, "s");
    assert_eq!(said(&tool, json!({ "action": "get" })).await, r#"All metadata: {"a": 1}"#);
    let told = said(&tool, json!({ "action": "set", "metadata": { "a": 2 } })).await;
    assert!(told.starts_with("Error managing metadata: ") && told.ends_with("was opened read-only"), "{told}");
    assert_eq!(sessions.metadata(&"s".into()).await.unwrap(), doc! { "a": 1 });
    assert!(format!("{tool:?}").contains("\"s\""), "{tool:?}");
}

#[tokio::test]
async fn keys_that_would_nest_are_refused_and_nothing_is_written() {
    let dir = tempfile::tempdir().unwrap();
    let sessions = sessions(&dir, doc! { "customer": { "tier": "gold" } }).await;
    let tool = SessionManager::new(Arc::clone(&sessions), "s").metadata_tool();
    for key in ["customer.tier", "$set", "", "a\0"] {
        for change in [
            json!({ "action": "set", "metadata": { "fine": 1, key: 2 } }),
            json!({ "action": "delete", "keys": ["customer", key] }),
        ] {
            assert!(said(&tool, change).await.starts_with("Error managing metadata: "), "{key:?}");
        }
    }
    assert_eq!(sessions.metadata(&"s".into()).await.unwrap(), doc! { "customer": { "tier": "gold" } });
}

#[tokio::test]
async fn other_types_are_texts_for_the_model_and_extended_json_for_programs() {
    let dir = tempfile::tempdir().unwrap();
    let at = bson::DateTime::from_millis(1_795_443_080_000);
    let sessions = sessions(&dir, Document::new()).await;
    sessions.edit_metadata(&"s".into(), &[MetadataEdit::set("at", at)]).await.unwrap();
    let tool = SessionManager::new(sessions, "s").metadata_tool();
    let answer = tool.call(&json!({ "action": "get" })).await;
    assert_eq!(answer.text, r#"All metadata: {"at": "2026-11-23 14:11:20"}"#);
    assert_eq!(answer.structured["metadata"], Bson::Document(doc! { "at": at }).into_relaxed_extjson());
}

/// Notes what it is around, and refuses what sets `secret`.
#[derive(Default)]
struct Overseer(Mutex<Vec<&'static str>>);

#[async_trait]
impl Hook for Overseer {
    fn name(&self) -> &'static str {
        "overseer"
    }

    async fn around(&self, operation: HookOperation, next: Next<'_>) -> Result<HookAnswer> {
        self.0.lock().unwrap().push(operation.action().name());
        if format!("{:?}", operation.payload).contains("secret") {
            let why = "ask mongodb://me:hunter2@h/db?x=1 or https://me:hunter2@audit.example/x first";
            return Err(operation.refused("overseer", why));
        }
        next.run(operation).await
    }
}

#[tokio::test]
async fn it_goes_through_the_hooks_and_repeats_no_login() {
    let dir = tempfile::tempdir().unwrap();
    let overseer = Arc::new(Overseer::default());
    let hooks = Hooks::new(vec![Arc::clone(&overseer) as Arc<dyn Hook>]);
    let sessions = sessions(&dir, Document::new()).await;
    let tool = SessionManager::builder(sessions, "s").hooks(hooks).build().metadata_tool();
    said(&tool, json!({ "action": "set", "metadata": { "a": 1 } })).await;
    said(&tool, json!({ "action": "get" })).await;
    said(&tool, json!({ "action": "delete", "keys": ["a"] })).await;
    assert_eq!(*overseer.0.lock().unwrap(), ["metadata.update", "metadata.get", "metadata.delete"]);
    let told = said(&tool, json!({ "action": "set", "metadata": { "secret": 1 } })).await;
    assert!(told.contains("ask mongodb://... or https://audit.example/x first"), "{told}");
    assert!(!told.contains("hunter2"), "{told}");
}

/// Gives every text of the metadata in capitals.
struct Loud;

#[async_trait]
impl Hook for Loud {
    fn name(&self) -> &'static str {
        "loud"
    }

    async fn around(&self, operation: HookOperation, next: Next<'_>) -> Result<HookAnswer> {
        match next.run(operation).await? {
            HookAnswer::Metadata(fields) => {
                let loud =
                    |(key, value): (String, Bson)| (key, Bson::from(value.as_str().unwrap_or_default().to_uppercase()));
                Ok(HookAnswer::Metadata(fields.into_iter().map(loud).collect()))
            }
            other => Ok(other),
        }
    }
}

#[tokio::test]
async fn reading_alone_goes_through_the_hooks_it_was_given() {
    let dir = tempfile::tempdir().unwrap();
    let reader = sessions(&dir, doc! { "a": "b" }).await as Arc<dyn SessionReader>;
    let tool = MetadataTool::read_only_through(Arc::clone(&reader), "s", Hooks::new(vec![Arc::new(Loud)]));
    assert_eq!(said(&tool, json!({ "action": "get" })).await, r#"All metadata: {"a": "B"}"#);
    let tool = MetadataTool::read_only_through(reader, "gone", Hooks::new(vec![Arc::new(Loud)]));
    assert_eq!(said(&tool, json!({ "action": "get" })).await, "No metadata found for this session");
}

#[tokio::test]
async fn what_was_given_wrongly_is_not_given_back_whole() {
    let dir = tempfile::tempdir().unwrap();
    let tool = SessionManager::new(sessions(&dir, Document::new()).await, "s").metadata_tool();
    let long = "é".repeat(100_000);
    for wrong in [
        json!({ "action": long }),
        json!({ "action": [long] }),
        json!({ "action": "set", "metadata": [long] }),
        json!({ "action": "set", "metadata": { format!("{long}.a"): 1 } }),
        json!({ "action": "delete", "keys": [5, long] }),
        json!({ "action": "set", "metadata": format!("{{\"n\": {}}}", "9".repeat(100_000)) }),
    ] {
        let told = said(&tool, wrong).await;
        assert!(told.ends_with("...") && told.chars().count() == LONGEST_ERROR + 3, "{}", told.len());
    }
}

#[test]
fn logins_are_left_out() {
    for (text, told) in [
        ("no address", "no address"),
        ("at https://h/x@y", "at https://y"),
        ("a mongodb+srv://u:p@h/?x, b", "a mongodb+srv://... b"),
        ("http://a:b@c@d and ftp://e", "http://d and ftp://e"),
        ("://", "://"),
    ] {
        assert_eq!(without_logins(text), told);
    }
}
