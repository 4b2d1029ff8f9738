//! Sessions in a folder: the layout of Strands' `FileSessionManager`, read back, and everything that can be wrong in it.

use std::{
    fs,
    path::Path,
    sync::Arc,
    time::{Duration, SystemTime},
};

use bson::{Bson, Document, doc};
use serde_json::{Value, json};
use strandscope::{
    AgentId, Block, Cursor, Error, FigureSource, Filter, ListQuery, Media, MediaSource, Projection, Role, SessionKey,
    SessionReader, Sort, SortBy, Summary, Verdict, app::demo, app::told::Told, open_folder, session_metrics,
};
use tempfile::TempDir;

fn write(path: &Path, value: &Value) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, value.to_string()).unwrap();
}

fn message(id: u64, role: &str, text: &str) -> Value {
    json!({
        "message": {"role": role, "content": [{"text": text}]},
        "message_id": id,
        "redact_message": null,
        "created_at": "2026-11-23T14:11:20.777123+00:00",
        "updated_at": "2026-11-23T14:11:20.777123+00:00",
    })
}

/// A session as Strands writes it, with `count` messages of agent `a`.
fn session(root: &Path, id: &str, count: u64) {
    let dir = root.join(format!("session_{id}"));
    let session = json!({
        "session_id": id, "session_type": "AGENT", "created_at": "2026-11-23T14:11:20.777123+00:00",
        "updated_at": "2026-11-23T14:11:20.777123+00:00",
    });
    write(&dir.join("session.json"), &session);
    fs::create_dir_all(dir.join("multi_agents")).unwrap();
    let agent = dir.join("agents/agent_a");
    let data = json!({
        "agent_id": "a", "state": {"n": 1}, "conversation_manager_state": {"removed_message_count": 2},
        "_internal_state": {}, "created_at": "2026-11-23T14:11:20+00:00", "updated_at": "2026-11-23T14:11:20+00:00",
    });
    write(&agent.join("agent.json"), &data);
    fs::create_dir_all(agent.join("messages")).unwrap();
    for n in 0..count {
        let role = if n % 2 == 0 { "user" } else { "assistant" };
        write(&agent.join(format!("messages/message_{n}.json")), &message(n, role, &format!("text {n}")));
    }
}

/// Sets the times that say when a session changed.
fn changed(root: &Path, id: &str, seconds: u64) {
    let time = SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
    let dir = root.join(format!("session_{id}"));
    for part in ["session.json", "agents/agent_a/messages", "agents/agent_a"] {
        let path = dir.join(part);
        if path.exists() {
            fs::File::open(path).unwrap().set_modified(time).unwrap();
        }
    }
}

async fn open(root: &Path) -> Arc<dyn SessionReader> {
    open_folder(root).await.unwrap()
}

async fn rows(reader: &Arc<dyn SessionReader>, query: &ListQuery) -> (Vec<Summary>, Option<Cursor>) {
    let (rows, end) = reader.list(query).read().await.unwrap();
    assert!(!end.timed_out);
    (rows, end.next)
}

async fn ids(reader: &Arc<dyn SessionReader>, filter: &str) -> Vec<String> {
    let filter = Filter::parse(filter, jiff::Timestamp::now()).unwrap();
    let (rows, next) = rows(reader, &ListQuery::new(1000).filter(filter)).await;
    assert_eq!(next, None);
    rows.iter().map(|row| row.name().to_owned()).collect()
}

fn reason(error: &Error) -> &str {
    match error {
        Error::Folder { reason, .. } => reason,
        other => panic!("{other}"),
    }
}

async fn refused(path: &Path) -> String {
    match open_folder(path).await {
        Err(error) => {
            assert_eq!(Told::from(&error).code, 1);
            reason(&error).to_owned()
        }
        Ok(_) => panic!("{} was opened", path.display()),
    }
}

#[tokio::test]
async fn a_session_of_strands_reads_back_as_the_document_mongodb_would_hold() {
    let root = TempDir::new().unwrap();
    session(root.path(), "s1", 2);
    let dir = root.path().join("session_s1");
    let mut head: Value = serde_json::from_slice(&fs::read(dir.join("session.json")).unwrap()).unwrap();
    head["application_name"] = json!("shop");
    head["metadata"] = json!({"n": 5, "big": 5_000_000_000_u64, "x": 0.5, "none": null, "at": "2026-11-01T00:00:00Z"});
    head["feedbacks"] = json!([{"rating": "up", "comment": "good", "created_at": "2026-11-23T15:00:00"}]);
    write(&dir.join("session.json"), &head);
    write(&dir.join("agents/agent_a/config.json"), &json!({"model": "m-1", "system_prompt": "be brief", "junk": 1}));
    let image = json!({"role": "user", "content": [{"image": {"format": "png", "source": {
        "bytes": {"__bytes_encoded__": true, "data": "aGVsbG8="}}}}]});
    write(&dir.join("agents/agent_a/messages/message_2.json"), &json!({"message": image, "message_id": 2}));

    let reader = open(root.path()).await;
    let document = reader.document(&"s1".into()).await.unwrap();
    assert_eq!(document.get_str("_id").unwrap(), "s1");
    assert!(document.get_datetime("created_at").is_ok());
    assert!(document.get_datetime("updated_at").is_ok());
    let metadata = document.get_document("metadata").unwrap();
    let stored = doc! {"n": 5, "big": 5_000_000_000_i64, "x": 0.5, "none": null, "at": "2026-11-01T00:00:00Z"};
    assert_eq!(*metadata, stored);
    let feedback = document.get_array("feedbacks").unwrap()[0].as_document().unwrap();
    assert!(feedback.get_datetime("created_at").is_ok(), "a time without a zone is in UTC");
    let agent = document.get_document("agents").unwrap().get_document("a").unwrap();
    let data = agent.get_document("agent_data").unwrap();
    assert_eq!(data.get_str("model").unwrap(), "m-1");
    assert!(!data.contains_key("junk"));
    assert_eq!(agent.get_array("messages").unwrap().len(), 3);

    let session = reader.open(&"s1".into(), 10).await.unwrap();
    assert_eq!(session.all_findings().collect::<Vec<_>>(), Vec::<&strandscope::Finding>::new());
    assert_eq!(session.application_name.as_deref(), Some("shop"));
    let agent = &session.agents[0];
    assert_eq!(agent.model.as_deref(), Some("m-1"));
    assert_eq!(agent.removed_message_count(), Some(2));
    let bytes = &agent.messages[2].content[0];
    assert!(matches!(bytes, Block::Media(Media { source: MediaSource::Bytes(5), .. })), "{bytes:?}");
}

#[tokio::test]
async fn opening_reads_only_the_end_and_messages_come_in_the_order_of_their_numbers() {
    let root = TempDir::new().unwrap();
    session(root.path(), "s", 12);
    let messages = root.path().join("session_s/agents/agent_a/messages");
    // A gap in the numbers shifts positions; other files are no messages.
    fs::remove_file(messages.join("message_3.json")).unwrap();
    fs::write(messages.join("message_12.json.tmp"), "{").unwrap();
    fs::write(messages.join("message_x.json"), "{").unwrap();
    // Outside the window, a broken file is not even looked at.
    fs::write(messages.join("message_0.json"), "{").unwrap();
    let reader = open(root.path()).await;
    let key = SessionKey::from("s");
    let session = reader.open(&key, 3).await.unwrap();
    let agent = &session.agents[0];
    assert_eq!(agent.message_count, 11);
    let seen: Vec<_> = agent.messages.iter().map(|m| (m.index, m.message_id)).collect();
    assert_eq!(seen, [(8, Some(9)), (9, Some(10)), (10, Some(11))]);
    assert_eq!(agent.findings, []);

    let a = AgentId::from("a");
    let part = reader.messages(&key, &a, 2..4).await.unwrap();
    assert_eq!(part.iter().map(|m| (m.index, m.message_id)).collect::<Vec<_>>(), [(2, Some(2)), (3, Some(4))]);
    assert_eq!(reader.messages(&key, &a, 9..99).await.unwrap().len(), 2);
    assert_eq!(reader.messages(&key, &a, 50..99).await.unwrap().len(), 0);
    assert_eq!(reader.messages(&key, &AgentId::from("../a"), 0..9).await.unwrap().len(), 0);
    let details = reader.details(&[key, "gone".into()]).await.unwrap();
    assert_eq!(details.len(), 1);
    assert_eq!(details[0].1.messages, 11);
    assert!(details[0].1.bytes.unwrap() > 1000);
}

#[tokio::test]
async fn half_written_files_are_findings_and_hide_nothing_else() {
    let root = TempDir::new().unwrap();
    session(root.path(), "s", 3);
    session(root.path(), "t", 1);
    let dir = root.path().join("session_s");
    fs::write(dir.join("agents/agent_a/messages/message_1.json"), r#"{"message": {"role": "assi"#).unwrap();
    fs::write(dir.join("agents/agent_a/agent.json"), "").unwrap();
    fs::write(dir.join("session.json"), [0xff, 0xfe]).unwrap();
    fs::create_dir_all(dir.join("agents/agent_empty")).unwrap();
    let reader = open(root.path()).await;
    let mut all = ids(&reader, "").await;
    all.sort();
    assert_eq!(all, ["s", "t"]);
    let session = reader.open(&"s".into(), 10).await.unwrap();
    let agent = session.agent(&AgentId::from("a")).unwrap();
    assert_eq!(agent.messages.len(), 3);
    assert_eq!(agent.messages[2].role, Role::User);
    let broken = &agent.messages[1];
    assert_eq!(broken.index, 1);
    assert!(broken.findings[0].problem.contains("message_1.json ends in the middle"), "{:?}", broken.findings);
    assert_eq!(broken.raw.bson(), Bson::String(r#"{"message": {"role": "assi"#.to_owned()));
    let problems: Vec<_> = session.all_findings().map(|finding| finding.problem.as_str()).collect();
    assert!(problems.iter().any(|p| p.contains("session.json is not valid JSON")), "{problems:?}");
    assert!(problems.iter().any(|p| p.contains("agent.json ends in the middle")), "{problems:?}");
    assert!(problems.iter().any(|p| p.contains("agent.json is missing")), "{problems:?}");
    reader.document(&"s".into()).await.unwrap();
    let documents = reader.check().await.into_iter().find(|check| check.name == "documents").unwrap();
    assert_eq!(documents.verdict, Verdict::Warn);
    fs::remove_file(dir.join("session.json")).unwrap();
    assert_eq!(ids(&reader, "").await.len(), 2, "a session whose file is missing is still shown");
}

#[cfg(unix)]
#[tokio::test]
async fn links_are_never_followed() {
    use std::os::unix::fs::symlink;

    let outside = TempDir::new().unwrap();
    session(outside.path(), "secret", 2);
    let secret = outside.path().join("session_secret");
    let root = TempDir::new().unwrap();
    session(root.path(), "s", 2);
    let dir = root.path().join("session_s");
    symlink(&secret, root.path().join("session_linked")).unwrap();
    symlink(secret.join("agents/agent_a"), dir.join("agents/agent_b")).unwrap();
    let file = secret.join("agents/agent_a/messages/message_0.json");
    symlink(&file, dir.join("agents/agent_a/messages/message_2.json")).unwrap();
    symlink(secret.join("agents/agent_a/messages"), dir.join("agents/agent_a/config.json")).unwrap();
    let reader = open(root.path()).await;
    assert_eq!(ids(&reader, "").await, ["s"]);
    let error = reader.open(&"linked".into(), 5).await.unwrap_err();
    assert!(reason(&error).contains("symbolic link"));
    let session = reader.open(&"s".into(), 5).await.unwrap();
    assert_eq!(session.agents.len(), 1);
    let agent = &session.agents[0];
    assert_eq!(agent.messages.len(), 3);
    assert!(agent.messages[2].content.is_empty());
    let links = session.all_findings().filter(|finding| finding.problem.contains("symbolic link")).count();
    assert_eq!(links, 3, "{:?}", session.all_findings().collect::<Vec<_>>());
    // The folder itself may be a link: it was named by the person.
    let link = outside.path().join("link");
    symlink(root.path(), &link).unwrap();
    assert_eq!(ids(&open(&link).await, "").await, ["s"]);
}

#[tokio::test]
async fn what_is_no_folder_of_sessions_says_what_to_do() {
    let root = TempDir::new().unwrap();
    assert!(refused(&root.path().join("nowhere")).await.contains("no such folder"));
    let file = root.path().join("file");
    fs::write(&file, "x").unwrap();
    assert!(refused(&file).await.contains("not a folder"));
    assert_eq!(ids(&open(root.path()).await, "").await, Vec::<String>::new(), "an empty folder is an empty list");

    let snapshots = root.path().join("snap");
    fs::create_dir_all(snapshots.join("session/s1/scopes/agent/a/snapshots")).unwrap();
    for path in [snapshots.clone(), snapshots.join("session"), snapshots.join("session/s1")] {
        assert!(refused(&path).await.contains("not supported yet"), "{}", path.display());
    }
    session(root.path(), "s", 1);
    assert!(refused(&root.path().join("session_s")).await.contains("single session"));
}

#[tokio::test]
async fn an_id_is_a_folders_name_or_else_a_session_id() {
    let root = TempDir::new().unwrap();
    session(root.path(), "s", 1);
    session(root.path(), "renamed", 1);
    write(&root.path().join("session_renamed/session.json"), &json!({"session_id": "original"}));
    let reader = open(root.path()).await;
    let keys = |rows: Vec<Summary>| rows.iter().map(|row| row.key.text().to_owned()).collect::<Vec<_>>();
    assert_eq!(keys(reader.resolve("s").await.unwrap()), ["s"]);
    assert_eq!(keys(reader.resolve("original").await.unwrap()), ["renamed"]);
    for none in ["x", "", "../s", "s/agents", "s\0", &"x".repeat(400)] {
        assert_eq!(keys(reader.resolve(none).await.unwrap()), Vec::<String>::new(), "{none:?}");
    }
    let error = reader.open(&"../s".into(), 1).await.unwrap_err();
    assert!(reason(&error).contains("path separator"));
    let error = reader.open(&"x".into(), 1).await.unwrap_err();
    assert!(matches!(error, Error::NotFound { .. }), "{error}");
    let error = reader.open(&SessionKey::new(Bson::Int32(5)), 1).await.unwrap_err();
    assert_eq!(Told::from(&error).code, 3);
}

#[tokio::test]
async fn pages_show_each_session_once_newest_first() {
    let root = TempDir::new().unwrap();
    for n in 0..23_u64 {
        let id = format!("s{n:02}");
        session(root.path(), &id, 0);
        if n % 5 == 0 {
            write(&root.path().join(format!("session_{id}/session.json")), &json!({"session_id": id}));
        }
        // Many share an instant.
        changed(root.path(), &id, 1_000_000 + n / 4);
    }
    let reader = open(root.path()).await;
    for sort in [SortBy::Updated, SortBy::Created].map(Sort::new) {
        for limit in [1, 3, 7, 23, 100] {
            let mut query = ListQuery::new(limit).sort(sort.clone());
            let mut all = Vec::new();
            loop {
                let (page, next) = rows(&reader, &query).await;
                assert!(!page.is_empty() && page.len() <= limit as usize);
                all.extend(page);
                let Some(next) = next else { break };
                query.after = Some(next);
            }
            let dates: Vec<_> = all
                .iter()
                .map(|row| if sort.by == SortBy::Updated { row.updated_at } else { row.created_at })
                .collect();
            assert!(dates.is_sorted_by(|a, b| a >= b), "{sort:?} {limit}: {dates:?}");
            let mut names: Vec<_> = all.iter().map(|row| row.name().to_owned()).collect();
            assert_eq!(names.len(), 23, "{sort:?} {limit}");
            names.sort();
            names.dedup();
            assert_eq!(names.len(), 23, "{sort:?} {limit}");
        }
    }
}

#[tokio::test]
async fn the_newest_time_of_file_agent_and_messages_is_the_change() {
    let root = TempDir::new().unwrap();
    session(root.path(), "s", 1);
    changed(root.path(), "s", 1_000);
    let messages = root.path().join("session_s/agents/agent_a/messages");
    let time = SystemTime::UNIX_EPOCH + Duration::from_millis(2_000_500);
    fs::File::open(messages).unwrap().set_modified(time).unwrap();
    let (rows, _) = rows(&open(root.path()).await, &ListQuery::new(9)).await;
    assert_eq!(rows[0].updated_at.unwrap().millis(), 2_000_500);
}

#[cfg(unix)]
#[tokio::test]
async fn doctor_warns_when_others_can_read() {
    use std::os::unix::fs::PermissionsExt;

    let root = TempDir::new().unwrap();
    session(root.path(), "s", 2);
    fs::set_permissions(root.path(), fs::Permissions::from_mode(0o700)).unwrap();
    let reader = open(root.path()).await;
    let verdict = async || reader.check().await.into_iter().find(|check| check.name == "privacy").unwrap().verdict;
    assert_eq!(verdict().await, Verdict::Ok);
    fs::set_permissions(root.path(), fs::Permissions::from_mode(0o755)).unwrap();
    assert_eq!(verdict().await, Verdict::Warn);
    assert!(reader.check().await.iter().filter(|check| check.name != "privacy").all(|c| c.verdict == Verdict::Ok));
    let location = root.path().to_owned();
    drop(root);
    let gone = open_checks_after_removal(&reader, &location).await;
    assert_eq!(gone, Verdict::Fail);
}

async fn open_checks_after_removal(reader: &Arc<dyn SessionReader>, root: &Path) -> Verdict {
    assert!(!root.exists());
    let checks = reader.check().await;
    assert_eq!(checks.len(), 1);
    assert!(!checks[0].advice.is_empty());
    checks[0].verdict
}

#[tokio::test]
async fn the_demo_is_a_folder_without_findings_that_any_filter_can_search() {
    let reader: Arc<dyn SessionReader> = demo::open().await.unwrap();
    assert_eq!(reader.location(), "demo");
    let checks = reader.check().await;
    assert!(checks.iter().all(|check| check.verdict == Verdict::Ok), "private, and all of it readable: {checks:?}");
    let query = ListQuery::new(100).metadata(Projection::All);
    let (all, next) = rows(&reader, &query).await;
    assert_eq!((all.len(), next), (13, None));
    assert_eq!(all[0].name(), "support-48213", "the newest");
    let now = jiff::Timestamp::now();
    for row in &all {
        let age = (now.as_millisecond() - row.updated_at.unwrap().millis()) / 1000;
        assert!((60..86_400 * 14).contains(&age), "{} changed {age} s ago", row.name());
        assert!(row.created_at <= row.updated_at);
        let session = reader.open(&row.key, u64::MAX).await.unwrap();
        assert_eq!(session.all_findings().collect::<Vec<_>>(), Vec::<&strandscope::Finding>::new());
        assert!(session.other.is_empty(), "{:?}", session.other);
        assert!(session.viewer_password.is_some());
        assert!(session.metadata_fields().is_some_and(|fields| !fields.is_empty()));
    }
    assert_eq!(ids(&reader, "app:ON-CALL").await, ["incident-2291", "runbook-dns-cutover"]);
    assert_eq!(ids(&reader, "agent:billing has:comment").await, ["support-48213"]);
    assert_eq!(ids(&reader, "model:opus since:1d").await, ["refactor-auth-7f3a"]);
    assert_eq!(ids(&reader, "has:guardrail").await, ["bank-helpdesk-5512"]);
    assert_eq!(ids(&reader, "meta.customer.name:\"Alice Johnson\" -rating:neutral").await, ["support-48213"]);
    assert_eq!(ids(&reader, "meta.budget_eur:>=1800 type:AGENT").await, ["trip-lisbon-2027-05"]);
    assert_eq!(reader.count(&Filter::parse("since:2h", now).unwrap()).await.unwrap(), Some(5));
    let long = reader.details(&["reconcile-november-2026".into()]).await.unwrap();
    assert!(long[0].1.messages >= 120);
}

#[tokio::test]
async fn the_demos_counters_agree_with_its_messages() {
    let reader: Arc<dyn SessionReader> = demo::open().await.unwrap();
    let (all, _) = rows(&reader, &ListQuery::new(100)).await;
    for row in all {
        let figures = session_metrics(&reader.outline(&row.key).await.unwrap());
        assert!(figures.total.input.is_some() && figures.total.output.is_some(), "{}", row.name());
        for (id, agent) in &figures.agents {
            let name = format!("{} {}", row.name(), id.as_str());
            assert!(agent.calls >= 1 && agent.turns >= 1, "{name}");
            let (runs, source) = match row.name() {
                "recipe-scaler-77" => (None, FigureSource::Messages),
                "refactor-auth-7f3a" => (Some(3), FigureSource::Both),
                "reconcile-november-2026" | "runbook-dns-cutover" => (Some(2), FigureSource::Both),
                _ => (Some(1), FigureSource::Both),
            };
            assert_eq!(agent.runs, runs, "{name}");
            assert_eq!(agent.usage_source.output, source, "{name}");
            assert_eq!(agent.usage_source.total, source, "{name}");
            assert_eq!(agent.latency.total.is_some(), runs.is_some(), "{name}");
            assert!(agent.tools.iter().all(|tool| tool.success_count.is_some()), "{name}");
        }
    }
}

#[tokio::test]
async fn the_demos_folder_goes_with_its_reader() {
    let reader: Arc<dyn SessionReader> = demo::open().await.unwrap();
    let document: Document = reader.document(&"recipe-scaler-77".into()).await.unwrap();
    assert!(document.get_document("agents").is_ok());
    let other: Arc<dyn SessionReader> = demo::open().await.unwrap();
    drop(reader);
    assert_eq!(ids(&other, "recipe").await, ["recipe-scaler-77"], "each demo has a folder of its own");
}
