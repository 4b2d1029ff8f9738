//! What a folder's files are like after writes, and what is refused.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use bson::{Bson, doc};
use serde_json::{Value, json};
use strandscope::{
    AgentConfig, AgentUpdate, Error, MessageBody, MessageUpdate, MetadataEdit, NewAgent, NewFeedback, NewMessage,
    Rating, SessionKey, SessionManager, SessionRepository, open_folder,
};
use tempfile::TempDir;

struct Stored {
    dir: TempDir,
    repository: Arc<dyn SessionRepository>,
    key: SessionKey,
}

/// A session `s` with an agent `a` and one message.
async fn stored() -> Stored {
    let dir = tempfile::tempdir().unwrap();
    let repository: Arc<dyn SessionRepository> = open_folder(dir.path()).await.unwrap();
    SessionManager::new(Arc::clone(&repository), "s").open_or_create().await.unwrap();
    let key = SessionKey::from("s");
    let agent = NewAgent::new("a")
        .state(doc! {})
        .conversation_manager_state(doc! {})
        .internal_state(doc! {})
        .config(AgentConfig::default().model("m"))
        .at(jiff::Timestamp::now());
    repository.create_agent(&key, &agent).await.unwrap();
    let stored = Stored { dir, repository, key };
    stored.append("first").await.unwrap();
    stored
}

impl Stored {
    fn path(&self, file: &str) -> PathBuf {
        self.dir.path().join("session_s").join(file)
    }

    fn json(&self, file: &str) -> Value {
        serde_json::from_slice(&fs::read(self.path(file)).unwrap()).unwrap()
    }

    async fn append(&self, text: &str) -> Result<(), Error> {
        let message = NewMessage::new(MessageBody::text("user", text)).at(jiff::Timestamp::now());
        self.repository.append_message(&self.key, &"a".into(), &message, None).await.map(drop)
    }

    async fn set(&self, key: &str, value: impl Into<Bson>) -> Result<(), Error> {
        self.repository.edit_metadata(&self.key, &[MetadataEdit::set(key, value)]).await
    }
}

#[tokio::test]
async fn what_others_wrote_into_the_files_stays() {
    let stored = stored().await;
    for file in ["session.json", "agents/agent_a/agent.json", "agents/agent_a/config.json"] {
        let mut json = stored.json(file);
        json["theirs"] = json!({ "kept": [1.5, "é"] });
        fs::write(stored.path(file), json.to_string()).unwrap();
    }
    stored.set("n", 1).await.unwrap();
    let update = AgentUpdate::default().state(doc! { "x": 1 });
    stored.repository.update_agent(&stored.key, &"a".into(), &update).await.unwrap();
    let config = AgentConfig::default().model("other");
    stored.repository.update_agent_config(&stored.key, &"a".into(), &config).await.unwrap();
    for file in ["session.json", "agents/agent_a/agent.json", "agents/agent_a/config.json"] {
        assert_eq!(stored.json(file)["theirs"], json!({ "kept": [1.5, "é"] }), "{file}");
    }
    assert_eq!(stored.json("agents/agent_a/config.json")["model"], "other");
}

#[tokio::test]
async fn a_file_that_cannot_be_read_is_not_written_over() {
    let stored = stored().await;
    for file in ["session.json", "agents/agent_a/agent.json", "agents/agent_a/messages/message_0.json"] {
        fs::write(stored.path(file), "{\"half\": ").unwrap();
    }
    let config = fs::read(stored.path("agents/agent_a/config.json")).unwrap();
    let update = AgentUpdate::default().state(doc! {}).config(AgentConfig::default().model("new"));
    let metrics = MessageUpdate::default().event_loop_metrics(doc! {});
    let told = [
        stored.set("n", 1).await,
        stored.repository.update_agent(&stored.key, &"a".into(), &update).await,
        stored.repository.update_message(&stored.key, &"a".into(), 0, &metrics).await,
    ];
    for answer in told {
        let error = answer.unwrap_err();
        assert!(matches!(error, Error::Folder { .. }) && error.to_string().contains("nothing was written"), "{error}");
    }
    assert_eq!(fs::read_to_string(stored.path("session.json")).unwrap(), "{\"half\": ");
    assert_eq!(fs::read(stored.path("agents/agent_a/config.json")).unwrap(), config, "nothing is half-written");
    stored.append("second").await.unwrap();
    assert_eq!(stored.json("agents/agent_a/messages/message_1.json")["message_id"], 1);
}

#[cfg(unix)]
#[tokio::test]
async fn nothing_is_written_through_a_link_and_everything_is_private() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let stored = stored().await;
    stored.set("n", 1).await.unwrap();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let files = ["session.json", "agents/agent_a/agent.json", "agents/agent_a/messages/message_0.json"];
    for file in files {
        assert_eq!(mode(&stored.path(file)), 0o600, "{file}");
    }
    for folder in ["", "agents", "agents/agent_a", "agents/agent_a/messages"] {
        assert_eq!(mode(&stored.path(folder)), 0o700, "{folder}");
    }
    let outside = tempfile::tempdir().unwrap();
    for file in files {
        let moved = outside.path().join(Path::new(file).file_name().unwrap());
        fs::rename(stored.path(file), &moved).unwrap();
        symlink(&moved, stored.path(file)).unwrap();
    }
    let before = fs::read(outside.path().join("session.json")).unwrap();
    assert!(matches!(stored.set("n", 2).await, Err(Error::Folder { .. })));
    assert_eq!(fs::read(outside.path().join("session.json")).unwrap(), before);
    fs::rename(stored.path("agents/agent_a/messages"), outside.path().join("messages")).unwrap();
    symlink(outside.path().join("messages"), stored.path("agents/agent_a/messages")).unwrap();
    assert!(matches!(stored.append("x").await, Err(Error::Folder { .. })));
}

#[tokio::test]
async fn what_would_be_read_back_as_something_else_is_refused() {
    let stored = stored().await;
    let odd = [doc! { "$oid": "507f1f77bcf86cd799439011" }, doc! { "__bytes_encoded__": true, "data": "AA==" }];
    for value in odd {
        let error = stored.set("odd", value).await.unwrap_err();
        assert!(matches!(error, Error::Invalid { .. }) && error.to_string().contains("metadata.odd"), "{error}");
    }
    stored.set("fine", doc! { "$price": 5, "at": bson::DateTime::from_millis(5) }).await.unwrap();
    assert!(!stored.repository.metadata(&stored.key).await.unwrap().contains_key("odd"));
}

#[tokio::test]
async fn two_openings_of_a_folder_take_turns() {
    let stored = stored().await;
    let other = open_folder(stored.dir.path()).await.unwrap();
    let write = |repository: Arc<dyn SessionRepository>, name: &'static str| {
        tokio::spawn(async move {
            for number in 0..25 {
                let message =
                    NewMessage::new(MessageBody::text("user", &format!("{name} {number}"))).at(jiff::Timestamp::now());
                repository.append_message(&"s".into(), &"a".into(), &message, None).await.unwrap();
                repository.edit_metadata(&"s".into(), &[MetadataEdit::set(name, number)]).await.unwrap();
            }
        })
    };
    let (one, two) = (write(Arc::clone(&stored.repository), "one"), write(other, "two"));
    one.await.unwrap();
    two.await.unwrap();
    assert_eq!(stored.repository.metadata(&stored.key).await.unwrap(), doc! { "one": 24, "two": 24 });
    let ids: Vec<_> = stored.repository.history(&stored.key, &"a".into(), 0, None).await.unwrap();
    assert_eq!(ids.len(), 51);
    let mut numbers: Vec<i64> = ids.iter().filter_map(|message| message.message_id).collect();
    numbers.sort_unstable();
    assert_eq!(numbers, (0..51).collect::<Vec<_>>());
}

#[tokio::test]
async fn message_files_that_are_left_out_or_misnumbered_are_findings() {
    let stored = stored().await;
    let message = json!({ "message": { "role": "user", "content": [] }, "message_id": 9, "redact_message": null });
    for number in ["5", "99999999999999999999"] {
        fs::write(stored.path(&format!("agents/agent_a/messages/message_{number}.json")), message.to_string()).unwrap();
    }
    let session = stored.repository.open(&stored.key, 10).await.unwrap();
    let problems: Vec<&str> = session.all_findings().map(|finding| finding.problem.as_str()).collect();
    for part in ["message_5.json holds the message_id 9", "message_99999999999999999999.json has a number beyond"] {
        assert!(problems.iter().any(|problem| problem.contains(part)), "{part} in {problems:?}");
    }
}

#[cfg(unix)]
#[tokio::test]
async fn a_file_that_is_written_anew_keeps_who_may_read_it() {
    use std::os::unix::fs::PermissionsExt;
    let stored = stored().await;
    fs::set_permissions(stored.path("session.json"), fs::Permissions::from_mode(0o644)).unwrap();
    stored.set("n", 1).await.unwrap();
    let mode = fs::metadata(stored.path("session.json")).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode, stored.json("session.json")["metadata"]["n"].as_i64()), (0o644, Some(1)));
}

#[tokio::test]
async fn private_characters_are_text_and_nothing_else() {
    let stored = stored().await;
    for text in ["\u{10E000}NaN\nnice", "\u{10E000}NaN", "\u{10D83E}", "\u{10FFFF}", "\u{10FFFF}NaN"] {
        stored.set("text", text).await.unwrap();
        stored.set("inner", doc! { text: [text] }).await.unwrap();
        stored.append(text).await.unwrap();
        let metadata = &stored.json("session.json")["metadata"];
        assert_eq!((&metadata["text"], &metadata["inner"]), (&json!(text), &json!({ text: [text] })), "{text:?}");
        let read = stored.repository.metadata(&stored.key).await.unwrap();
        assert_eq!(read.get_str("text").unwrap(), text);
    }
    let last = stored.json("agents/agent_a/messages/message_5.json");
    assert_eq!(last["message"]["content"][0]["text"], "\u{10FFFF}NaN");
    // Even what only this program's own marks spell stays JSON.
    stored.append("\u{10FFFF}\u{10E000}NaN\nnice").await.unwrap();
    assert!(stored.json("agents/agent_a/messages/message_6.json").is_object());
}

#[tokio::test]
async fn a_number_beyond_64_bits_stays_a_number_however_it_is_edited() {
    let stored = stored().await;
    let digits = "9".repeat(40);
    for (edited, written) in
        [("17293822569102704641", "17293822569102704641"), ("5", "5"), (digits.as_str(), digits.as_str())]
    {
        let path = stored.path("session.json");
        let text = fs::read_to_string(&path).unwrap();
        let without = text.replacen("\"metadata\": {}", "\"metadata\": {\"id\": 27293822569102704641}", 1);
        fs::write(&path, without).unwrap();
        let metadata = stored.repository.metadata(&stored.key).await.unwrap();
        let dates = strandscope::edit::DateContext::new(jiff::Timestamp::now(), jiff::tz::TimeZone::UTC);
        let value = strandscope::edit::read_as(edited, metadata.get("id").unwrap(), &dates).unwrap();
        stored.set("id", value).await.unwrap();
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains(&format!("\"id\": {written}")), "{text}");
        stored.repository.edit_metadata(&stored.key, &[MetadataEdit::unset("id")]).await.unwrap();
    }
}

#[tokio::test]
async fn a_number_beyond_64_bits_stays_a_number_where_it_lies_deeper() {
    let stored = stored().await;
    let path = stored.path("session.json");
    let text = fs::read_to_string(&path).unwrap();
    let long = "17293822569102704641";
    let held = format!("\"metadata\": {{\"o\": {{\"u\": {long}}}, \"l\": [1, {long}], \"n\": -{long}}}");
    fs::write(&path, text.replacen("\"metadata\": {}", &held, 1)).unwrap();
    let metadata = stored.repository.metadata(&stored.key).await.unwrap();
    let dates = strandscope::edit::DateContext::new(jiff::Timestamp::now(), jiff::tz::TimeZone::UTC);
    for (key, typed) in [("o", r#"{"u":5}"#), ("l", &format!("[1,5,{long}]")), ("n", "1.5")] {
        let value = strandscope::edit::read_as(typed, metadata.get(key).unwrap(), &dates).unwrap();
        stored.set(key, value).await.unwrap();
    }
    let written = stored.json("session.json")["metadata"].to_string();
    assert!(!written.contains('$'), "{written}");
    assert!(written.contains(r#""u":5"#) && written.contains("1.5"), "{written}");
}

#[tokio::test]
async fn what_lies_too_deep_hides_nothing_and_stays() {
    let stored = stored().await;
    let path = stored.path("agents/agent_a/messages/message_0.json");
    let deep = format!("{}{}", "[".repeat(900), "]".repeat(900));
    let text = fs::read_to_string(&path).unwrap();
    let input =
        format!("\"content\": [{{\"toolUse\": {{\"toolUseId\": \"t\", \"name\": \"deep\", \"input\": {deep}}}}},");
    let text = text.replacen("\"content\": [", &input, 1);
    fs::write(&path, &text).unwrap();
    let session = stored.repository.open(&stored.key, u64::MAX).await.unwrap();
    let shown = format!("{:?}", session.agents[0].messages[0].content);
    assert!(shown.contains("deep") && shown.contains("first"), "{shown}");
}

#[tokio::test]
async fn feedback_that_may_be_stored_is_added_once() {
    let stored = stored().await;
    let given = NewFeedback::new(Rating::Down).comment("slow").at(jiff::Timestamp::from_second(1_000_000).unwrap());
    let add = async |feedback: NewFeedback| stored.repository.add_feedback(&stored.key, &feedback).await.unwrap();
    add(given.clone().again(true)).await;
    add(given.clone().again(true)).await;
    assert_eq!(stored.json("session.json")["feedbacks"].as_array().unwrap().len(), 1);
    add(given.clone()).await;
    add(given.comment("slower").again(true)).await;
    assert_eq!(stored.json("session.json")["feedbacks"].as_array().unwrap().len(), 3);
}
