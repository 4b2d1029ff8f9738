//! The metadata tool over MCP, as a client of either era finds it.

#![cfg(unix)]

mod nonsense;
mod sdk;

use std::{process::Stdio, sync::Arc};

use bson::{Document, doc};
use rmcp::{
    ClientLifecycleMode, ClientServiceExt, RoleClient, ServiceError,
    model::{CallToolRequestParams, CallToolResult, ErrorCode, ProtocolVersion},
    service::RunningService,
    transport::TokioChildProcess,
};
use serde_json::{Value, json};
use strandscope::{NewSession, SessionRepository, open_folder};

use crate::{cli::home::Home, support};

type McpClient = RunningService<RoleClient, ()>;

fn eras() -> [ClientLifecycleMode; 2] {
    let without = ClientLifecycleMode::Discover { preferred_versions: vec![ProtocolVersion::V_2026_07_28] };
    [ClientLifecycleMode::Initialize, without]
}

/// A home with a folder of one session.
async fn home(metadata: Document) -> (Home, Arc<dyn SessionRepository>) {
    let home = Home::empty();
    let folder = home.path().join("sessions");
    std::fs::create_dir(&folder).unwrap();
    let sessions = open_folder(&folder).await.unwrap();
    let _ = sessions.create_session(&NewSession::new("s").metadata(metadata)).await.unwrap();
    (home, sessions)
}

/// `mcp` on that folder.
fn on_folder<'a>(args: &[&'a str]) -> Vec<&'a str> {
    [args, &["--dir", "sessions"]].concat()
}

async fn client(home: &Home, args: &[&str], era: ClientLifecycleMode) -> McpClient {
    let command = tokio::process::Command::from(home.command(args));
    let (process, _) = TokioChildProcess::builder(command).stderr(Stdio::null()).spawn().unwrap();
    ().serve_with_lifecycle(process, era).await.unwrap()
}

async fn call(client: &McpClient, tool: &'static str, arguments: Value) -> Result<CallToolResult, ServiceError> {
    let Value::Object(arguments) = arguments else { panic!("{arguments}") };
    client.call_tool(CallToolRequestParams::new(tool).with_arguments(arguments)).await
}

/// The text of an answer, which its structured content repeats.
async fn said(client: &McpClient, tool: &'static str, arguments: Value) -> String {
    let answer = call(client, tool, arguments).await.unwrap();
    let text = answer.content[0].as_text().unwrap().text.clone();
    assert_eq!(answer.is_error, Some(text.starts_with("Error")), "{text}");
    assert_eq!(answer.structured_content.unwrap()["answer"], text);
    text
}

#[tokio::test]
async fn both_eras_hear_the_same() {
    for era in eras() {
        let (home, sessions) = home(doc! { "priority": "low", "tenant": "acme" }).await;
        let config = home.config("[profiles.local]\ndir = '~/sessions'\nprotected = [\"tenant\"]\n");
        let args = ["mcp", "--session", "s", "--profile", "local", "--config", &config];
        let client = client(&home, &args, era.clone()).await;
        let tools = client.list_all_tools().await.unwrap();
        let names: Vec<&str> = tools.iter().map(|tool| &*tool.name).collect();
        assert_eq!(names, ["manage_metadata", "get_metadata"], "{era:?}");
        let hints = |at: usize| {
            let hints = tools[at].annotations.clone().unwrap();
            [hints.read_only_hint, hints.destructive_hint, hints.idempotent_hint, hints.open_world_hint]
        };
        assert_eq!(hints(0), [Some(false), Some(true), Some(true), Some(false)]);
        assert_eq!(hints(1), [Some(true), Some(false), Some(true), Some(false)]);
        assert!(tools.iter().all(|tool| tool.output_schema.is_some()));
        assert_eq!(tools[0].input_schema["required"], json!(["action"]));

        let set = json!({ "action": "set", "metadata": { "priority": "high", "n": 5 }, "session": "other" });
        assert_eq!(
            said(&client, "manage_metadata", set).await,
            "Successfully updated metadata fields: ['priority', 'n']"
        );
        let keys = json!({ "keys": ["n", "priority"] });
        assert_eq!(said(&client, "get_metadata", keys).await, r#"Metadata retrieved: {"n": 5, "priority": "high"}"#);
        let protected = json!({ "action": "delete", "keys": ["n", "tenant"] });
        let told = said(&client, "manage_metadata", protected).await;
        assert!(told.starts_with("Error managing metadata: ") && told.contains("protects tenant"), "{told}");
        let odd = said(&client, "manage_metadata", json!({ "action": ["set"], "metadata": 5 })).await;
        assert!(odd.starts_with("Error: Unknown action "), "{odd}");
        let unknown = call(&client, "drop_metadata", json!({})).await.unwrap_err();
        let ServiceError::McpError(error) = &unknown else { panic!("{unknown}") };
        assert_eq!(error.code, ErrorCode::INVALID_PARAMS);
        client.cancel().await.unwrap();
        // What agents change is no hand's edit, which undo would take back.
        home.run(&["metadata", "undo", "s", "--profile", "local", "--config", &config]);
        let stored = sessions.metadata(&"s".into()).await.unwrap();
        assert_eq!(stored, doc! { "priority": "high", "tenant": "acme", "n": 5 });
    }
}

#[tokio::test]
async fn what_the_settings_encrypt_is_not_stored_in_clear() {
    for era in eras() {
        let (home, sessions) = home(doc! {}).await;
        let config = home.config("[encryption]\nkeys_env = \"NO_SUCH_KEYS\"\nfields = [\"ssn\"]\n");
        let set = json!({ "action": "set", "metadata": { "ssn": "078-05-1120" } });
        let args = on_folder(&["mcp", "--session", "s", "--config", &config]);
        let without = client(&home, &args, era.clone()).await;
        let told = said(&without, "manage_metadata", set.clone()).await;
        assert!(told.contains("NO_SUCH_KEYS") && !told.contains("078"), "{told}");
        without.cancel().await.unwrap();
        assert_eq!(sessions.metadata(&"s".into()).await.unwrap(), doc! {});

        std::fs::write(home.path().join("keys"), "k1:MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=\n").unwrap();
        home.config("[encryption]\nkeys_file = \"~/keys\"\nfields = [\"ssn\"]\n");
        let with_key = client(&home, &args, era).await;
        assert_eq!(said(&with_key, "manage_metadata", set).await, "Successfully updated metadata fields: ['ssn']");
        let get = json!({ "keys": ["ssn"] });
        assert_eq!(said(&with_key, "get_metadata", get).await, r#"Metadata retrieved: {"ssn": "078-05-1120"}"#);
        with_key.cancel().await.unwrap();
        let stored = sessions.metadata(&"s".into()).await.unwrap();
        assert!(stored.get_str("ssn").unwrap().starts_with("strandscope-sealed:1:k1:"), "{stored}");
    }
}

#[tokio::test]
async fn reading_alone_there_is_one_tool() {
    let (home, _) = home(doc! { "a": 1 }).await;
    for era in eras() {
        let client = client(&home, &on_folder(&["mcp", "--session", "s", "--read-only"]), era).await;
        let tools = client.list_all_tools().await.unwrap();
        assert_eq!(tools.iter().map(|tool| &*tool.name).collect::<Vec<_>>(), ["get_metadata"]);
        assert_eq!(said(&client, "get_metadata", json!({})).await, r#"All metadata: {"a": 1}"#);
        assert!(call(&client, "manage_metadata", json!({ "action": "get" })).await.is_err());
        client.cancel().await.unwrap();
    }
}

#[tokio::test]
async fn what_is_stored_encrypted_does_not_become_clear_where_no_settings_are() {
    let sealed = format!("strandscope-sealed:1:k1:r:{}", "A".repeat(64));
    let (home, sessions) = home(doc! { "ssn": &sealed }).await;
    let client = client(&home, &on_folder(&["mcp", "--session", "s"]), ClientLifecycleMode::Initialize).await;
    let set = json!({ "action": "set", "metadata": { "ssn": "078-05-1120" } });
    let told = said(&client, "manage_metadata", set).await;
    assert!(told.contains("would be stored in clear") && !told.contains("078"), "{told}");
    let back = json!({ "action": "set", "metadata": { "ssn": &sealed, "tier": "gold" } });
    assert!(said(&client, "manage_metadata", back).await.starts_with("Successfully"));
    client.cancel().await.unwrap();
    assert_eq!(sessions.metadata(&"s".into()).await.unwrap(), doc! { "ssn": sealed, "tier": "gold" });
}

#[tokio::test]
async fn encrypted_fields_are_sealed_when_an_agent_sets_them_and_opened_for_it() {
    let (home, sessions) = home(Document::new()).await;
    std::fs::write(home.path().join("keys"), "k1:MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=\n").unwrap();
    let encryption = "[encryption]\nkeys_file = \"~/keys\"\nfields = [\"ssn\"]\n";
    let config = home.config(&format!("{encryption}[profiles.local]\ndir = '~/sessions'\n"));
    let args = ["mcp", "--session", "s", "--profile", "local", "--config", &config];
    let [begin, without] = eras();
    let agent = client(&home, &args, begin).await;
    let set = json!({ "action": "set", "metadata": { "ssn": "078-05-1120", "tier": "gold" } });
    let done = said(&agent, "manage_metadata", set).await;
    assert_eq!(done, "Successfully updated metadata fields: ['ssn', 'tier']");
    let both = r#"All metadata: {"ssn": "078-05-1120", "tier": "gold"}"#;
    assert_eq!(said(&agent, "manage_metadata", json!({ "action": "get" })).await, both);
    agent.cancel().await.unwrap();
    let stored = sessions.metadata(&"s".into()).await.unwrap();
    assert!(stored.get_str("ssn").unwrap().starts_with("strandscope-sealed:1:k1:"), "{stored}");
    let reading = client(&home, &[&args[..], &["--read-only"]].concat(), without).await;
    assert_eq!(said(&reading, "get_metadata", json!({})).await, both);
    reading.cancel().await.unwrap();
}

#[tokio::test]
async fn a_session_that_comes_later_is_served_then() {
    let (home, sessions) = home(Document::new()).await;
    let [era, _] = eras();
    let client = client(&home, &on_folder(&["mcp", "--session", "later"]), era).await;
    let get = || said(&client, "get_metadata", json!({}));
    assert_eq!(get().await, "No metadata found for this session");
    let set = json!({ "action": "set", "metadata": { "a": 1 } });
    let told = said(&client, "manage_metadata", set.clone()).await;
    assert!(told.starts_with("Error managing metadata: no session \"later\""), "{told}");
    let _ = sessions.create_session(&NewSession::new("later")).await.unwrap();
    assert_eq!(get().await, "No metadata stored in session");
    assert_eq!(said(&client, "manage_metadata", set).await, "Successfully updated metadata fields: ['a']");
    client.cancel().await.unwrap();
}

#[tokio::test]
async fn without_a_session_an_assistant_reads_all_of_them() {
    for era in eras() {
        let (home, _) = home(doc! { "tier": "gold" }).await;
        let client = client(&home, &on_folder(&["mcp"]), era).await;
        let tools = client.list_all_tools().await.unwrap();
        let names: Vec<&str> = tools.iter().map(|tool| &*tool.name).collect();
        assert_eq!(names, ["list_sessions", "show_messages", "find_text", "session_metrics", "session_health"]);
        let only_reads = |tool: &rmcp::model::Tool| tool.annotations.as_ref().unwrap().read_only_hint == Some(true);
        assert!(tools.iter().all(only_reads));
        let found = call(&client, "list_sessions", json!({ "filter": "meta.tier:gold" })).await.unwrap();
        assert_eq!(found.structured_content.unwrap()["sessions"][0]["session_id"], "s");
        let wrong = call(&client, "list_sessions", json!({ "filter": "foo:x" })).await.unwrap();
        assert_eq!((wrong.is_error, wrong.structured_content), (Some(true), None));
        client.cancel().await.unwrap();
    }
}

#[tokio::test]
async fn mongodb_tells_no_metadata_from_an_empty_one() {
    let fresh = support::fresh_collection("mcp").await;
    fresh.load([doc! { "_id": "bare", "session_id": "bare" }, doc! { "_id": "empty", "metadata": {} }]).await;
    let home = Home::empty();
    let [_, era] = eras();
    let place = ["--uri", &fresh.uri, "--database", &fresh.database, "--collection", "sessions"];
    for (session, none) in [("bare", "No metadata found for this session"), ("empty", "No metadata stored in session")]
    {
        let args = [&["mcp", "--session", session][..], &place].concat();
        let client = client(&home, &args, era.clone()).await;
        assert_eq!(said(&client, "get_metadata", json!({})).await, none);
        let set = json!({ "action": "set", "metadata": "{\"n\": 3000000000, \"at\": {\"deep\": [1.0]}}" });
        said(&client, "manage_metadata", set).await;
        client.cancel().await.unwrap();
        let stored = fresh.collection.find_one(doc! { "_id": session }).await.unwrap().unwrap();
        let metadata = stored.get_document("metadata").unwrap();
        assert_eq!(metadata, &doc! { "n": 3_000_000_000_i64, "at": { "deep": [1.0] } });
    }
}

#[test]
fn what_cannot_be_served_is_told_before_it_begins() {
    let home = Home::empty();
    std::fs::create_dir(home.path().join("sessions")).unwrap();
    std::fs::create_dir(home.path().join("sessions/session_s")).unwrap();
    std::fs::write(home.path().join("sessions/session_s/session.json"), r#"{"session_id": "s"}"#).unwrap();
    let config = home.config("[profiles.prod]\ndir = '~/sessions'\nconfirm = \"prod eu\"\n");
    let on_prod = ["mcp", "--session", "s", "--profile", "prod", "--config", &config];
    let unasked = home.run(&on_prod).talk();
    assert!(unasked.starts_with("[2] ") && unasked.contains("--confirm 'prod eu'"), "{unasked}");
    let nameless = home.run(&["mcp", "--session", "", "--dir", "sessions"]).talk();
    assert!(nameless.starts_with("[2] "), "{nameless}");
    let scoped = home.config("[profiles.tenant]\ndir = '~/sessions'\nscope = \"tenant-7/\"\n");
    let foreign = home.run(&["mcp", "--session", "s", "--profile", "tenant", "--config", &scoped]).talk();
    assert!(!foreign.starts_with("[0] ") && foreign.contains("outside of the scope"), "{foreign}");
    assert!(!foreign.contains("served once"), "{foreign}");
    let config = home.config("[profiles.prod]\ndir = '~/sessions'\nconfirm = \"prod eu\"\n");
    let on_prod = ["mcp", "--session", "s", "--profile", "prod", "--config", &config];
    // Nothing is asked of who only reads; with standard input at its end, it ends.
    home.run(&[&on_prod[..], &["--read-only"]].concat()).data();
    home.run(&[&on_prod[..], &["--confirm", "prod eu"]].concat()).data();
    home.run(&["mcp", "--profile", "prod", "--config", &config]).data();
}
