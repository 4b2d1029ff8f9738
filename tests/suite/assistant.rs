//! The read-only tools for assistants, on a server and on a folder.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use bson::{Document, doc};
use serde_json::{Map, Value, json};
use strandscope::{
    MessageBody, NewAgent, NewMessage, NewSession, SessionReader,
    app::mcp::{Assistant, McpTools},
    open_folder,
};

use crate::mongo::common::{fixtures, loaded};

fn fields(value: &Value) -> Map<String, Value> {
    value.as_object().expect("an object").clone()
}

/// An answer, whose text is the same as its object.
async fn answer(tools: &Assistant, tool: &str, arguments: Value) -> Value {
    let answer = tools.call(tool, &fields(&arguments)).await.expect("a tool");
    assert!(!answer.is_error, "{tool} {arguments}: {}", answer.text);
    let structured = answer.structured.expect("an object");
    assert_eq!(serde_json::from_str::<Value>(&answer.text).expect("JSON"), structured);
    let told = tools.tools().into_iter().find(|found| found.name == tool).expect("it is listed");
    for name in told.output["required"].as_array().expect("a list") {
        assert!(structured.get(name.as_str().expect("a name")).is_some(), "{name} of {tool}");
    }
    for name in structured.as_object().expect("an object").keys() {
        assert!(told.output["properties"].get(name).is_some(), "{name} of {tool} is in no schema");
    }
    structured
}

async fn refused(tools: &Assistant, tool: &str, arguments: Value) -> String {
    let answer = tools.call(tool, &fields(&arguments)).await.expect("a tool");
    assert!(answer.is_error && answer.structured.is_none(), "{tool} {arguments}: {}", answer.text);
    answer.text
}

/// The sessions of all pages.
async fn listed(tools: &Assistant, limit: u64) -> Vec<Value> {
    sorted(tools, limit, "updated").await
}

async fn sorted(tools: &Assistant, limit: u64, sort: &str) -> Vec<Value> {
    let mut found = Vec::new();
    let mut arguments = json!({ "limit": limit, "sort": sort });
    for _ in 0..100 {
        let page = answer(tools, "list_sessions", arguments.clone()).await;
        let rows = page["sessions"].as_array().expect("rows");
        assert!(rows.len() as u64 <= limit);
        found.extend(rows.iter().cloned());
        let Some(next) = page["next"].as_str() else {
            assert_eq!(page["complete"], true);
            return found;
        };
        arguments["after"] = next.into();
    }
    panic!("it does not end");
}

fn ids(rows: &[Value]) -> Vec<&str> {
    rows.iter().map(|row| row["session_id"].as_str().expect("an id")).collect()
}

#[tokio::test]
async fn every_session_is_listed_once_and_taken_back_by_every_tool() {
    let documents = fixtures();
    let (_fresh, reader) = loaded("assistant_all", documents.clone()).await;
    let tools = Assistant::new(reader);
    let rows = listed(&tools, 3).await;
    assert_eq!(rows.len(), documents.len());
    assert_eq!(ids(&rows).into_iter().collect::<BTreeSet<_>>().len(), documents.len());
    // Those of one date stand in any order, and long metadata are cut to what an answer has room for.
    for (sort, limit) in [("updated", 50), ("id:desc", 7), ("tokens", 7), ("meta.priority:asc", 7)] {
        let sorted = sorted(&tools, limit, sort).await;
        assert_eq!(ids(&sorted).into_iter().collect::<BTreeSet<_>>(), ids(&rows).into_iter().collect(), "{sort}");
    }
    for row in &rows {
        let only = json!({ "session_id": row["session_id"] });
        let shown = answer(&tools, "show_messages", only.clone()).await;
        let health = answer(&tools, "session_health", only.clone()).await;
        let figures = answer(&tools, "session_metrics", only.clone()).await;
        let found =
            answer(&tools, "find_text", json!({ "session_id": row["session_id"], "where": "tool_errors" })).await;
        assert_eq!(figures["total"]["usage"], row["usage"], "{row}");
        assert_eq!(shown["session_id"], figures["session_id"]);
        assert_eq!(found["hits"] == json!([]), health["tool_errors_in_all"] == 0, "{row}");
    }
}

#[tokio::test]
async fn no_answer_holds_a_viewer_password() {
    let mut documents = fixtures();
    let password = "TBHmmdSZl3k-Ec_kHWbzOEyDXHgxPbUH";
    let said = doc! { "message": { "role": "user", "content": [
        { "text": format!("the password is {password}") },
        { "toolUse": { "toolUseId": "t", "name": "n", "input": { "session_viewer_password": password } } },
    ] }, "message_id": 0 };
    documents.push(doc! {
        "_id": "telling", "session_viewer_password": password, "agents": { "a": { "messages": [said] } },
        "metadata": { "session_viewer_password": password },
    });
    let passwords: Vec<String> = documents
        .iter()
        .filter_map(|document| document.get_str("session_viewer_password").ok())
        .map(str::to_owned)
        .collect();
    assert!(passwords.len() > 3);
    let (_fresh, reader) = loaded("assistant_secret", documents).await;
    let tools = Assistant::new(reader);
    let rows = listed(&tools, 50).await;
    let mut all = format!("{rows:?}");
    for row in &rows {
        let only = json!({ "session_id": row["session_id"] });
        for tool in ["show_messages", "session_health", "session_metrics"] {
            all += &answer(&tools, tool, only.clone()).await.to_string();
        }
    }
    all += &answer(&tools, "find_text", json!({ "text": "password is", "limit": 50 })).await.to_string();
    assert!(all.contains("the password is ●●●●"));
    for password in passwords {
        assert!(!all.contains(&password));
        let found = answer(&tools, "find_text", json!({ "text": password })).await;
        assert_eq!(found["hits"], json!([]));
    }
}

#[tokio::test]
async fn a_tool_error_is_found_and_what_stands_around_it_is_shown() {
    let (_fresh, reader) = loaded("assistant_error", fixtures()).await;
    let tools = Assistant::new(reader);
    let found = answer(&tools, "find_text", json!({ "where": "tool_errors", "filter": "=support-1042" })).await;
    let hit = &found["hits"][0];
    assert_eq!((&hit["session_id"], &hit["type"]), (&"support-1042".into(), &"tool_result".into()), "{found}");
    let index = hit["index"].as_u64().expect("an index");
    let around = json!({ "session_id": "support-1042", "agent": hit["agent_id"], "from": index - 1, "limit": 3 });
    let shown = answer(&tools, "show_messages", around).await;
    assert_eq!(shown["messages"][1]["index"], index);
    let blocks = shown["messages"][1]["content"].as_array().expect("blocks");
    assert!(blocks.iter().any(|block| block["status"] == "error" && block["tool"] == hit["tool"]), "{shown}");
}

#[tokio::test]
async fn pages_of_a_conversation_go_both_ways() {
    let (_fresh, reader) = loaded("assistant_pages", fixtures()).await;
    let tools = Assistant::new(reader);
    let through = async |mut arguments: Value| {
        let mut pages = Vec::new();
        loop {
            let shown = answer(&tools, "show_messages", arguments.clone()).await;
            let messages = shown["messages"].as_array().expect("messages");
            pages.push(messages.iter().map(|message| message["index"].as_u64().expect("one")).collect::<Vec<_>>());
            let Some(next) = shown["next"].as_str() else { return pages };
            arguments["after"] = next.into();
        }
    };
    let back = through(json!({ "session_id": "support-1042", "agent": "support", "limit": 4 })).await;
    assert_eq!(back, [vec![6, 7, 8, 9], vec![2, 3, 4, 5], vec![0, 1]]);
    let on = through(json!({ "session_id": "support-1042", "agent": "support", "limit": 4, "from": 1 })).await;
    assert_eq!(on, [vec![1, 2, 3, 4], vec![5, 6, 7, 8], vec![9]]);
}

#[tokio::test]
async fn mistakes_are_told_with_what_would_be_right() {
    let (_fresh, reader) = loaded("assistant_mistakes", fixtures()).await;
    let tools = Assistant::new(reader);
    let said = refused(&tools, "list_sessions", json!({ "filter": "app:x foo:bar" })).await;
    assert!(said.contains("\"foo:\" at character 7"), "{said}");
    let said = refused(&tools, "show_messages", json!({ "session_id": "none" })).await;
    assert!(said.contains("no session \"none\"") && said.contains("list_sessions"), "{said}");
    let said = refused(&tools, "show_messages", json!({ "session_id": "support-1042", "agent": "x" })).await;
    assert!(said.contains("\"billing\""), "{said}");
    let said = refused(&tools, "session_metrics", json!({ "id": "support-1042" })).await;
    assert!(said.contains("session_id of session_metrics is needed"), "{said}");
    let said = refused(&tools, "session_health", json!({ "session_id": "support-1042", "deep": true })).await;
    assert!(said.contains("takes no argument \"deep\""), "{said}");
    for after in ["x", "AAAAAAAAAAAAAAAAAAAAAAAA", ""] {
        assert!(refused(&tools, "list_sessions", json!({ "after": after })).await.contains("no cursor"));
    }
    assert!(tools.call("drop_sessions", &Map::new()).await.is_none());
}

#[tokio::test]
async fn an_answer_that_takes_too_long_is_given_up_or_says_so() {
    let (_fresh, reader) = loaded("assistant_late", fixtures()).await;
    let tools = Assistant::new(reader).within(Duration::ZERO);
    let said = refused(&tools, "session_metrics", json!({ "session_id": "support-1042" })).await;
    assert!(said.contains("took too long"), "{said}");
    let page = answer(&tools, "list_sessions", json!({})).await;
    assert_eq!((&page["complete"], &page["sessions"]), (&false.into(), &json!([])));
    let found = answer(&tools, "find_text", json!({ "text": "a" })).await;
    assert_eq!(
        (&found["complete"], &found["stopped_by"], &found["next"]),
        (&false.into(), &"time".into(), &Value::Null)
    );
}

#[tokio::test]
async fn how_many_match_is_counted_where_it_is_asked() {
    let documents: Vec<Document> = (0..60)
        .map(|n| doc! { "_id": format!("s-{n}"), "session_id": format!("s-{n}"), "agents": {}, "metadata": { "n": n } })
        .collect();
    let (_fresh, reader) = loaded("assistant_count", documents).await;
    let tools = Assistant::new(reader);
    let page = answer(&tools, "list_sessions", json!({ "filter": "meta.n:>=30", "count": true, "limit": 1 })).await;
    assert_eq!((&page["matching"], &page["complete"]), (&30.into(), &false.into()));
    assert_eq!(answer(&tools, "list_sessions", json!({})).await["matching"], Value::Null);
}

#[tokio::test]
async fn a_folder_answers_alike() {
    let folder = tempfile::tempdir().expect("a folder");
    let sessions = open_folder(folder.path()).await.expect("it opens");
    let key = sessions.create_session(&NewSession::new("s-1")).await.expect("a session");
    sessions.create_agent(&key, &NewAgent::new("a")).await.expect("an agent");
    for text in ["where is order A100?", "it is on its way"] {
        let message = NewMessage::new(MessageBody::user(text));
        sessions.append_message(&key, &"a".into(), &message, None).await.expect("a message");
    }
    let reader: Arc<dyn SessionReader> = sessions;
    let tools = Assistant::new(reader);
    assert_eq!(ids(&listed(&tools, 20).await), ["s-1"]);
    let found = answer(&tools, "find_text", json!({ "text": "ORDER a100" })).await;
    assert_eq!((&found["hits"][0]["index"], &found["complete"]), (&0.into(), &true.into()));
    let shown = answer(&tools, "show_messages", json!({ "session_id": "s-1" })).await;
    assert_eq!(shown["messages"][1]["content"][0]["text"], "it is on its way");
    assert_eq!(answer(&tools, "session_health", json!({ "session_id": "s-1" })).await["healthy"], true);
}
