//! Stored documents to nouns: the fixtures, and whatever else a collection may hold.

pub mod properties;
mod reports;

use std::fs;

use bson::{Bson, Document, doc};
use secrecy::ExposeSecret;
use strandscope::{
    Block, Finding, MediaSource, Message, Outline, Rating, Role, Session, Timestamp, ToolContent, ToolStatus, decode,
    history_findings,
};

pub fn fixture(file: &str) -> Vec<Document> {
    let path = format!("{}/tests/fixtures/{file}", env!("CARGO_MANIFEST_DIR"));
    let text = fs::read_to_string(path).unwrap();
    let read = |line: &str| {
        let json: serde_json::Value = serde_json::from_str(line).unwrap();
        let Bson::Document(document) = Bson::try_from(json).unwrap() else { panic!("not a document") };
        document
    };
    text.lines().filter(|line| !line.is_empty()).map(read).collect()
}

fn open(file: &str, id: &str) -> Session {
    let all = fixture(file);
    let found = all.into_iter().find(|document| document.get_str("_id").is_ok_and(|found| found == id));
    decode::session(found.unwrap())
}

fn odd(id: &str) -> Session {
    open("odd.jsonl", id)
}

fn paths<'a>(findings: impl Iterator<Item = &'a Finding>) -> Vec<&'a str> {
    findings.map(|finding| finding.path.as_str()).collect()
}

fn text(block: &Block) -> &str {
    match block {
        Block::Text(text) => text,
        other => panic!("not a text: {other:?}"),
    }
}

fn read_blocks(content: Bson) -> Message {
    decode::message(doc! {"message_id": 0, "message": {"role": "user", "content": content}}.into(), 0, "m")
}

#[test]
fn what_the_library_writes_is_read_without_a_finding() {
    for file in ["sessions.jsonl", "sessions-no-usage.jsonl", "counters.jsonl"] {
        for document in fixture(file) {
            let session = decode::session(document);
            let findings: Vec<_> = session.all_findings().collect();
            assert!(findings.is_empty(), "{file} {}: {findings:?}", session.name());
        }
    }
}

#[test]
fn a_whole_session_comes_out() {
    let session = open("sessions.jsonl", "support-1042");
    assert_eq!(session.session_id.as_deref(), Some("support-1042"));
    assert_eq!(session.session_type.as_deref(), Some("AGENT"));
    assert!(session.created_at.is_some() && session.updated_at.is_some());
    assert_eq!(session.feedbacks.len(), 3);
    assert_eq!(session.agents.iter().map(|agent| agent.id.as_str()).collect::<Vec<_>>(), ["support", "billing"]);
    assert_eq!(session.message_count(), 12);
    let support = &session.agents[0];
    assert!(support.model.is_some() && support.system_prompt.is_some() && support.prompt_metadata.is_some());
    assert!(support.data.is_some() && support.created_at.is_some());
    assert_eq!(support.removed_message_count(), Some(0));
    let call = &support.messages[3];
    assert_eq!((call.index, call.message_id, &call.role), (3, Some(3), &Role::Assistant));
    assert_eq!((call.latency_ms, call.first_byte_ms), (Some(650), None));
    let usage = call.usage.unwrap();
    assert_eq!((usage.input, usage.output, usage.cache_read), (Some(210), Some(55), Some(100)));
    let counters = call.counters.as_ref().unwrap();
    assert_eq!((counters.cycle_count, counters.latency_ms, counters.usage.total), (Some(2), Some(1050), Some(415)));
    assert_eq!((counters.tools[0].name.as_str(), counters.tools[0].calls), ("lookup_order", Some(1)));
    let [Block::Text(said), Block::ToolUse { id, name, .. }] = &support.messages[1].content[..] else {
        panic!("{:?}", support.messages[1].content)
    };
    assert_eq!((said.as_str(), name.as_deref()), ("Let me look that up.", Some("lookup_order")));
    assert!(id.as_deref().is_some_and(|id| id.starts_with("tooluse_")));
    assert!(matches!(
        &support.messages[2].content[0],
        Block::ToolResult { status: Some(ToolStatus::Success), content, .. } if matches!(content[0], ToolContent::Json(_))
    ));
    assert!(matches!(&support.messages[7].content[0], Block::Reasoning { text: Some(_), redacted_bytes: None }));
}

#[test]
fn the_password_is_kept_apart() {
    let document = fixture("sessions.jsonl").remove(0);
    let password = document.get_str("session_viewer_password").unwrap().to_owned();
    let session = decode::session(document);
    assert_eq!(session.viewer_password.as_ref().unwrap().expose_secret(), password);
    assert!(!session.other.contains_key("session_viewer_password"));
    assert!(!format!("{session:?}").contains(&password));
    let odd = decode::session(doc! {"_id": "s", "session_viewer_password": ["secret-in-a-list"]});
    assert!(!format!("{odd:?}").contains("secret-in-a-list"));
    assert!(paths(odd.findings.iter()).contains(&"session_viewer_password"));
}

#[test]
fn media_are_described() {
    let session = open("sessions.jsonl", "media-4");
    let media: Vec<String> = session.agents[0].messages[0]
        .content
        .iter()
        .filter_map(|block| if let Block::Media(media) = block { Some(media.describe()) } else { None })
        .collect();
    assert!(media.len() >= 2, "{media:?}");
    assert!(media.iter().all(|line| line.ends_with(" bytes]")), "{media:?}");
}

#[test]
fn a_redaction_stands_instead() {
    let session = open("sessions.jsonl", "guarded-3");
    let message = &session.agents[0].messages[1];
    assert!(message.redaction.is_some() && message.guardrail_event.is_some());
    assert_ne!(message.shown_content(), &[Block::Unknown(Bson::Null.into())][..]);
    assert_eq!(session.guardrail_events.len(), 1);
    assert!(session.guardrail_events[0].action.is_some() && session.guardrail_events[0].at.is_some());
    let odd = decode::message(
        doc! {"message_id": 0, "message": {"role": "user", "content": "private"}, "redact_message": "gone"}.into(),
        0,
        "m",
    );
    assert_eq!(odd.shown_content(), [Block::Unknown(Bson::from("gone").into())]);
    assert_eq!(paths(odd.findings.iter()), ["m.redact_message"]);
}

#[test]
fn the_flat_shape_is_read() {
    let session = odd("flat-docs-shape");
    assert_eq!(paths(session.all_findings()), Vec::<&str>::new());
    let agent = &session.agents[0];
    assert_eq!(agent.model.as_deref(), Some("claude-3-sonnet-20240229"));
    assert_eq!(text(&agent.messages[0].content[0]), "Why was I charged twice?");
    assert_eq!((&agent.messages[0].role, agent.messages[0].message_id), (&Role::User, Some(1)));
    let counters = agent.messages[1].counters.as_ref().unwrap();
    assert_eq!((counters.latency_ms, counters.usage.total, counters.cycle_count), (Some(245), Some(52), None));
    assert!(text(&agent.messages[2].content[0]).starts_with("Here's an imag"));
    assert_eq!((&session.feedbacks[0].rating, &session.feedbacks[1].rating), (&Rating::Up, &Rating::Neutral));
}

#[test]
fn old_figures_are_read() {
    let session = odd("old-metrics");
    let message = &session.agents[0].messages[0];
    let usage = message.usage.unwrap();
    assert_eq!((usage.input, usage.output, usage.total), (Some(10), Some(5), None));
    assert_eq!(message.latency_ms, Some(120));
}

#[test]
fn bare_and_null_documents_open() {
    let bare = odd("bare");
    assert_eq!((bare.name(), bare.agents.len()), ("bare", 0));
    assert_eq!(paths(bare.findings.iter()), ["session_id", "created_at", "updated_at", "agents"]);
    let nulls = odd("nulls");
    assert_eq!(nulls.name(), "nulls");
    assert_eq!(nulls.metadata, Some(Bson::Null));
    assert_eq!(
        paths(nulls.findings.iter()),
        ["session_id", "created_at", "updated_at", "metadata", "agents", "feedbacks"]
    );
    let nothing = decode::session(Document::new());
    assert_eq!(nothing.findings[0].path, "_id");
}

#[test]
fn wrong_types_are_read_where_they_can_be_and_listed() {
    let session = odd("wrong-types");
    assert_eq!(session.created_at.unwrap().to_string(), "2024-01-15T09:00:00Z");
    assert_eq!(session.created_at, session.updated_at);
    assert!(session.metadata.as_ref().unwrap().as_array().is_some());
    assert!(session.other.get_document("feedbacks").is_ok());
    let agents: Vec<_> = session.agents.iter().map(|agent| (agent.id.as_str(), agent.message_count)).collect();
    assert_eq!(agents, [("a", 0), ("b", 0), ("c", 6)]);
    let messages = &session.agents[2].messages;
    for (message, stored) in messages.iter().zip([Bson::Null, Bson::Int32(7), Bson::String("text".into())]) {
        assert_eq!((&message.role, &message.raw.bson()), (&Role::Unknown, &stored));
        assert_eq!(message.content, [Block::Unknown(stored.into())]);
        assert_eq!(message.findings.len(), 1);
    }
    assert!(matches!(&messages[4].content[..], [Block::Unknown(stored)] if stored.bson().as_document().is_some()));
    assert_eq!(messages[5].role, Role::Other("tool".into()));
    assert!(matches!(&messages[5].content[..], [Block::Unknown(_), Block::Unknown(_), Block::Unknown(_)]));
    let expected = [
        "created_at",
        "updated_at",
        "metadata",
        "feedbacks",
        "agents.a.messages",
        "agents.a.agent_data",
        "agents.b",
        "agents.c.agent_data",
        "agents.c.messages.0",
        "agents.c.messages.1",
        "agents.c.messages.2",
        "agents.c.messages.3.message_id",
        "agents.c.messages.3.message",
        "agents.c.messages.4.message_id",
        "agents.c.messages.4.message.role",
        "agents.c.messages.4.message.content",
        "agents.c.messages.5.message_id",
        "agents.c.messages.5.message.content.0",
        "agents.c.messages.5.message.content.1",
        "agents.c.messages.5.message.content.2",
    ];
    let mut found = paths(session.all_findings());
    found.sort_unstable();
    let mut expected = expected.to_vec();
    expected.sort_unstable();
    assert_eq!(found, expected);
    let problem = &session.findings.iter().find(|finding| finding.path == "created_at").unwrap().problem;
    assert_eq!(
        problem,
        "Expected a date, found a string (\"2024-01-15T09:00:00Z\"); it is read as 2024-01-15T09:00:00Z."
    );
}

#[test]
fn other_odd_documents_open() {
    let by_oid = fixture("odd.jsonl")
        .into_iter()
        .find(|document| document.get_object_id("_id").is_ok())
        .map(decode::session)
        .unwrap();
    assert_eq!((by_oid.key.text(), by_oid.name()), ("65a4f1d2c3b4a59687786950", "objectid-key"));
    let ghost = odd("message-no-agent-data");
    assert_eq!(paths(ghost.all_findings()), ["agents.ghost.agent_data"]);
    assert_eq!(text(&ghost.agents[0].messages[0].content[0]), "appended before the agent was created");
    let doubled = odd("duplicate-message-ids");
    let found = history_findings(&Outline::from(&doubled), Timestamp::now());
    let expected = [1, 3, 5].map(|index| format!("agents.a.messages.{index}.message_id"));
    assert_eq!(paths(found.iter().filter(|finding| finding.path.ends_with("message_id"))), expected);
    let typed = odd("typed-metadata");
    assert_eq!(paths(typed.all_findings()), Vec::<&str>::new());
    assert_eq!(typed.metadata_fields().unwrap().get("int64"), Some(&Bson::Int64(9_007_199_254_740_993)));
    let hostile = odd("hostile-text");
    assert_eq!(hostile.feedbacks[0].rating, Rating::Other("sideways".into()));
    assert!(text(&hostile.agents[0].messages[0].content[0]).contains("\u{1b}[2J"));
}

#[test]
fn dates_inside_agent_data_may_be_text() {
    let agent = |data: Document| decode::agent("a".into(), doc! {"agent_data": data, "messages": []}.into(), 0, None);
    let iso = agent(doc! {"created_at": "2024-01-15T09:00:00.123456+00:00", "updated_at": "2024-01-15T09:00:00"});
    assert_eq!(paths(iso.findings.iter()), Vec::<&str>::new());
    assert_eq!(iso.created_at.unwrap().to_string(), "2024-01-15T09:00:00.123Z", "to the millisecond");
    assert_eq!(iso.updated_at.unwrap().to_string(), "2024-01-15T09:00:00Z");
    let never = agent(doc! {"created_at": "soon"});
    assert_eq!(paths(never.findings.iter()), ["agents.a.agent_data.created_at"]);
}

#[test]
fn a_window_of_messages_knows_its_place() {
    let messages: Vec<Bson> = (7..9).map(|id| doc! {"message_id": id, "role": "user", "content": "x"}.into()).collect();
    let agent = decode::agent("a".into(), doc! {"agent_data": {}, "messages": messages}.into(), 7, Some(9));
    assert_eq!(agent.messages.iter().map(|message| message.index).collect::<Vec<_>>(), [7, 8]);
    assert_eq!(agent.message_count, 9);
}

#[test]
fn anthropic_blocks_are_read() {
    let message = read_blocks(
        vec![
            doc! {"type": "text", "text": "hello"},
            doc! {"type": "thinking", "thinking": "hm", "signature": "s"},
            doc! {"type": "redacted_thinking", "data": "AAEC"},
            doc! {"type": "tool_use", "id": "t1", "name": "clock", "input": {"zone": "UTC"}},
            doc! {"type": "tool_result", "tool_use_id": "t1", "content": "noon", "is_error": true},
            doc! {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "AAECAw=="}},
            doc! {"type": "image", "source": {"type": "url", "url": "https://example.org/a.png"}},
            doc! {"type": "novel", "x": 1},
        ]
        .into(),
    );
    assert_eq!(text(&message.content[0]), "hello");
    assert_eq!(message.content[1], Block::Reasoning { text: Some("hm".into()), redacted_bytes: None });
    assert_eq!(message.content[2], Block::Reasoning { text: None, redacted_bytes: Some(3) });
    assert!(
        matches!(&message.content[3], Block::ToolUse { id: Some(id), name: Some(name), .. } if id == "t1" && name == "clock")
    );
    assert_eq!(
        message.content[4],
        Block::ToolResult {
            id: Some("t1".into()),
            status: Some(ToolStatus::Error),
            content: vec![ToolContent::Text("noon".into())]
        }
    );
    let Block::Media(png) = &message.content[5] else { panic!() };
    assert_eq!(png.describe(), "[image png 4 bytes]");
    assert!(matches!(&message.content[6], Block::Media(media) if matches!(media.source, MediaSource::Location(_))));
    assert!(matches!(&message.content[7], Block::Unknown(_)));
    assert_eq!(paths(message.findings.iter()), ["m.message.content.7"]);
}

#[test]
fn strands_blocks_are_read() {
    let message = read_blocks(
        vec![
            doc! {"reasoningContent": {"redactedContent": {"__bytes_encoded__": true, "data": "AAE="}}},
            doc! {"image": {"format": "png", "source": {"bytes": {"__bytes_encoded__": true, "data": "AAECAwQ="}}}},
            doc! {"video": {"format": "mp4", "source": {"location": {"type": "s3", "uri": "s3://b/k"}}}},
            doc! {"document": {"format": "pdf", "name": "bill", "source": {"bytes": 5}}},
            doc! {"cachePoint": {"type": "default"}},
            doc! {"guardContent": {"text": {"text": "x"}}},
            doc! {"citationsContent": {"citations": [{"title": "t"}], "content": [{"text": "a"}, {"text": "b"}]}},
            doc! {"text": "both", "toolUse": {"toolUseId": "t", "name": "n", "input": 1}, "image": Bson::Null},
            doc! {"toolResult": {"toolUseId": "t", "status": "late", "content": [{"text": "x"}, {"novel": 1}]}},
        ]
        .into(),
    );
    assert_eq!(message.content.len(), 10);
    assert_eq!(message.content[0], Block::Reasoning { text: None, redacted_bytes: Some(2) });
    assert!(matches!(&message.content[1], Block::Media(media) if media.source == MediaSource::Bytes(5)));
    assert!(matches!(&message.content[2], Block::Media(media) if matches!(media.source, MediaSource::Location(_))));
    assert!(matches!(&message.content[3], Block::Media(media) if media.source == MediaSource::Unknown));
    assert!(matches!(&message.content[4], Block::CachePoint(_)));
    assert!(matches!(&message.content[5], Block::Guard(_)));
    assert!(matches!(&message.content[6], Block::Citations { text, .. } if text == "ab"));
    assert_eq!(text(&message.content[7]), "both");
    assert!(matches!(&message.content[8], Block::ToolUse { .. }));
    assert!(
        matches!(&message.content[9], Block::ToolResult { status: Some(ToolStatus::Other(word)), .. } if word == "late")
    );
    assert_eq!(
        paths(message.findings.iter()),
        [
            "m.message.content.3.document.source",
            "m.message.content.8.toolResult.status",
            "m.message.content.8.toolResult.content.1"
        ]
    );
}

#[test]
fn no_latency_is_unknown() {
    let message = decode::message(
        doc! {"message_id": 0, "message": {"role": "assistant", "content": [],
        "metadata": {"metrics": {"latencyMs": 0, "timeToFirstByteMs": 12.4}}}}
        .into(),
        0,
        "m",
    );
    assert_eq!((message.latency_ms, message.first_byte_ms), (None, Some(12)));
}

#[test]
fn thin_forms_agree_with_the_whole() {
    for document in fixture("sessions.jsonl").into_iter().chain(fixture("odd.jsonl")) {
        let (summary, details) = (decode::summary(&document), decode::details(&document));
        let size = document.to_vec().unwrap().len() as u64;
        let session = decode::session(document);
        assert_eq!((&summary.key, summary.name()), (&session.key, session.name()));
        assert_eq!((summary.created_at, summary.updated_at), (session.created_at, session.updated_at));
        assert_eq!(details.messages, session.message_count());
        assert_eq!(details.agents.len(), session.agents.len());
        assert_eq!(details.feedbacks.total(), session.feedbacks.len() as u64);
        assert_eq!(details.guardrail_events, session.guardrail_events.len() as u64);
        assert_eq!(details.bytes, Some(size));
    }
}
