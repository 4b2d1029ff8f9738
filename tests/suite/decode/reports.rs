//! Documents made after public bug reports: blocks of other programs and kinds.

use bson::{Bson, doc};
use strandscope::{
    Block, BlockPlace, MediaSource, MessageBody, Outline, RepairKind, Role, Session, Timestamp, ToolContent, ToolPairs,
    ToolStatus, decode, health, plain, repair, session_metrics,
};

use super::{fixture, paths, read_blocks, text};

fn report(file: &str) -> Session {
    decode::session(fixture(&format!("reports/{file}.jsonl")).remove(0))
}

#[test]
fn blocks_of_openai_are_read_as_what_they_are() {
    let session = report("c25-openai-flat");
    assert_eq!(paths(session.all_findings()), Vec::<&str>::new());
    let messages = &session.agents[0].messages;
    assert_eq!((&messages[0].role, text(&messages[0].content[0])), (&Role::Other("system".into()), "You are terse."));
    let call = Block::ToolUse {
        id: Some("call_1".into()),
        name: Some("get_weather".into()),
        input: doc! {"city": "Oslo"}.into(),
    };
    assert_eq!(messages[2].content, [call]);
    let content = vec![ToolContent::Text("rain, 4 degrees".into())];
    assert_eq!(messages[3].content, [Block::ToolResult { id: Some("call_1".into()), status: None, content }]);
    let thought = Block::Reasoning { text: Some("the tool said rain".into()), redacted_bytes: None };
    assert_eq!(messages[4].content, [thought, Block::Text("It rains.".into())]);
    assert_eq!(text(&messages[5].content[0]), "And in this picture?");
    let Block::Media(picture) = &messages[5].content[1] else { panic!("{:?}", messages[5].content) };
    assert_eq!(picture.describe(), "[image png 8 bytes]");
    let outline = Outline::from(&session);
    let prompts: Vec<bool> = outline.agents[0].samples.iter().map(|sample| sample.prompt).collect();
    assert_eq!(prompts, [false, true, false, false, false, true]);
}

#[test]
fn openai_blocks_have_types_too() {
    let stored = doc! {
        "role": "assistant", "content": Bson::Null, "reasoning_content": "hm",
        "tool_calls": [{"id": "c", "type": "function", "function": {"name": "f", "arguments": "{\"a\":[1]}"}}],
    };
    let body = MessageBody::from(stored);
    assert_eq!((body.tool_uses()[0].name.as_str(), &body.tool_uses()[0].input), ("f", &doc! {"a": [1]}.into()));
    assert_eq!(body.reasoning()[0].text.as_deref(), Some("hm"));
    let answer = MessageBody::from(doc! {"role": "tool", "tool_call_id": "c", "content": "done"});
    assert_eq!((answer.tool_results()[0].id.as_str(), answer.tool_results()[0].text().as_str()), ("c", "done"));
    let url = |url: &str| doc! {"type": "image_url", "image_url": {"url": url, "detail": "low"}};
    let seen =
        MessageBody::user("see").with_block(url("data:image/png;base64,+/8=")).with_block(url("https://e/x.png"));
    let images = seen.images();
    assert_eq!((images[0].format.as_deref(), images[0].bytes.as_deref()), (Some("png"), Some(&[251, 255][..])));
    assert_eq!(images[1].location, Some("https://e/x.png".into()));
}

#[test]
fn sources_and_guards_are_told() {
    let session = report("c27-citations");
    assert_eq!(paths(session.all_findings()), Vec::<&str>::new());
    let [prompt, answer] = &session.agents[0].messages[..] else { panic!("two messages") };
    let Block::Media(document) = &prompt.content[0] else { panic!("{:?}", prompt.content) };
    assert_eq!(document.describe(), "[document pdf report at s3://bucket/report.pdf (bucketOwner 111122223333)]");
    assert_eq!(
        prompt.content[1],
        Block::Beside(doc! {"document.citations": {"enabled": true}, "document.context": "yearly"})
    );
    assert!(matches!(&prompt.content[3], Block::CachePoint(_)));
    assert_eq!(prompt.content[4], Block::Beside(doc! {"cachePoint.ttl": "1h"}));
    assert!(plain::text_of(prompt).ends_with("guard me"));
    let told = "Sales rose by 4%.\nreport, document 0, pages 2-3: rose 4%\nhttps://e.example/x";
    assert_eq!(plain::text_of(answer), told);
}

#[test]
fn blocks_of_typescript_are_those_of_python() {
    let session = report("c38-ts-blocks");
    assert_eq!(paths(session.all_findings()), Vec::<&str>::new());
    let [prompt, answer] = &session.agents[0].messages[..] else { panic!("two messages") };
    assert!(matches!(&prompt.content[0], Block::CachePoint(_)));
    assert!(matches!(&prompt.content[1], Block::Media(image) if image.source == MediaSource::Bytes(8)));
    let thought = Block::Reasoning { text: Some("thinking in TypeScript".into()), redacted_bytes: None };
    assert_eq!(answer.content[0], thought);
    assert!(matches!(&answer.content[1], Block::Citations { text, .. } if text == "cited words"));
    assert_eq!(text(&answer.content[2]), "hello");
    let thinking = doc! {"reasoning": {"text": "so", "signature": "abc"}};
    let thought = MessageBody::new("assistant", vec![thinking]).reasoning().remove(0);
    assert_eq!((thought.text.as_deref(), thought.signature.as_deref()), (Some("so"), Some("abc")));
}

#[test]
fn what_stands_beside_known_fields_is_shown_and_a_finding_with_its_value() {
    let message = read_blocks(
        vec![
            doc! {"text": "hi", "mood": "glad"},
            doc! {"toolUse": {"toolUseId": "t", "name": "n", "input": 1, "reasoningSignature": "s", "cost": 3}},
            doc! {"toolResult": {"toolUseId": "t", "status": "cancelled", "content": [{"text": "x", "lang": "en"}]}},
            doc! {"type": "tool_result", "tool_use_id": "t", "content": "y", "seconds": 2},
            doc! {"document": {"format": "pdf", "name": "n", "source": {"bytes": "AAE=", "pages": 2}, "context": "c"}},
            doc! {"reasoningContent": {"reasoningText": {"signature": "s"}}},
            doc! {"interruptResponse": {"interruptId": "i", "response": "yes"}},
        ]
        .into(),
    );
    let beside = |key: &str, value: Bson| Block::Beside([(key.to_owned(), value)].into_iter().collect());
    let shown: Vec<&Block> = message.content.iter().filter(|block| matches!(block, Block::Beside(_))).collect();
    let expected = [
        beside("mood", "glad".into()),
        beside("toolUse.cost", Bson::Int32(3)),
        beside("toolResult.content.0.lang", "en".into()),
        beside("seconds", Bson::Int32(2)),
        Block::Beside(doc! {"document.context": "c", "document.source.pages": 2}),
    ];
    assert_eq!(shown, expected.iter().collect::<Vec<_>>());
    assert_eq!(message.findings.len(), expected.len(), "{:?}", message.findings);
    assert_eq!(message.findings[0].path, "m.message.content.0.mood");
    assert_eq!(message.findings[0].problem, "This field is not known here; it is shown as stored: \"glad\"");
    let cancelled = |block: &Block| matches!(block, Block::ToolResult { status: Some(ToolStatus::Cancelled), .. });
    assert!(message.content.iter().any(cancelled));
    assert!(message.content.contains(&Block::Reasoning { text: None, redacted_bytes: None }));
    assert!(matches!(message.content.last(), Some(Block::Other { kind: "interruptResponse", .. })));
}

#[test]
fn known_fields_that_no_block_has_a_place_for_are_shown_and_no_finding() {
    let content = vec![
        doc! {"toolUse": {"toolUseId": "t", "name": "n", "input": 1}},
        doc! {"toolResult": {"toolUseId": "t", "status": "success", "content": [], "isError": true,
        "structuredContent": {"n": 5}, "metadata": {}}},
        doc! {"cachePoint": {"type": "default", "ttl": "5m"}},
        doc! {"type": "output_text", "text": "said", "citations": Bson::Null, "annotations": [{"url": "https://e.example"}]},
        doc! {"type": "text", "text": "said", "citations": [], "annotations": "none"},
    ];
    let inner = doc! {"role": "user", "content": content, "metadata": {"custom": {"pinned": true}}};
    let message = decode::message(doc! {"message_id": 0, "message": inner}.into(), 0, "m");
    let failed = |block: &Block| matches!(block, Block::ToolResult { status: Some(ToolStatus::Error), .. });
    assert!(failed(&message.content[1]), "{:?}", message.content);
    let beside: Vec<&Block> = message.content.iter().filter(|block| matches!(block, Block::Beside(_))).collect();
    let expected = [
        doc! {"toolResult.structuredContent": {"n": 5}},
        doc! {"cachePoint.ttl": "5m"},
        doc! {"annotations": "none"},
        doc! {"message.metadata.custom": {"pinned": true}},
    ]
    .map(Block::Beside);
    assert_eq!(beside, expected.iter().collect::<Vec<_>>());
    assert!(message.content.iter().any(|block| matches!(block, Block::Citations { .. })));
    assert_eq!(paths(message.findings.iter()), ["m.message.content.4.annotations"]);
}

#[test]
fn a_tool_without_an_id_and_a_status_that_nobody_knows_are_findings() {
    let message = read_blocks(
        vec![
            doc! {"toolUse": {"name": "n", "input": 1}},
            doc! {"toolResult": {"toolUseId": Bson::Null, "status": "failed", "content": []}},
            doc! {"type": "function_call_output", "call_id": "c", "output": "no", "status": "failed"},
            doc! {"type": "function_call_output", "call_id": "c", "output": "no", "status": "incomplete"},
            doc! {"type": "function_call_output", "call_id": "c", "output": "yes", "status": "completed"},
        ]
        .into(),
    );
    let statuses: Vec<Option<&str>> = message
        .content
        .iter()
        .filter_map(|block| match block {
            Block::ToolResult { status, .. } => Some(status.as_ref().map(ToolStatus::as_str)),
            _ => None,
        })
        .collect();
    assert_eq!(statuses, [Some("failed"), Some("error"), Some("incomplete"), None]);
    let expected = ["0.toolUse.toolUseId", "1.toolResult.toolUseId", "1.toolResult.status", "3.status"];
    assert_eq!(paths(message.findings.iter()), expected.map(|end| format!("m.message.content.{end}")));
    assert!(message.findings[2].problem.ends_with("of how it went: \"failed\""), "{:?}", message.findings);
}

#[test]
fn a_function_answers_the_call_that_names_it() {
    let call = doc! {"role": "assistant", "content": Bson::Null, "function_call": {"name": "clock", "arguments": "{}"}};
    let answer = doc! {"role": "function", "name": "clock", "content": "noon"};
    let messages: Vec<_> = (0..)
        .zip([call, answer])
        .map(|(index, inner)| decode::message(doc! {"message_id": 0, "message": inner}.into(), index, "m"))
        .collect();
    assert_eq!(ToolPairs::of(&messages).result_of(BlockPlace::new(0, 0)), Some(BlockPlace::new(1, 0)));
    assert!(messages.iter().all(|message| message.findings.is_empty()), "{messages:?}");
    let lost = doc! {"role": "tool", "content": "noon"};
    let lost = decode::message(doc! {"message_id": 0, "message": lost}.into(), 0, "m");
    assert_eq!(paths(lost.findings.iter()), ["m.message.tool_call_id"]);
}

#[test]
fn a_comment_that_is_no_text_is_shown_as_it_is_stored() {
    let feedback = doc! {"rating": "up", "comment": ["fast", "right"], "mood": "glad"};
    let session = decode::session(doc! {"_id": "s", "feedbacks": [feedback]});
    assert_eq!(session.feedbacks[0].comment.as_deref(), Some("[\"fast\",\"right\"]"));
    let found: Vec<&str> =
        paths(session.findings.iter()).into_iter().filter(|path| path.starts_with("feedbacks")).collect();
    assert_eq!(found, ["feedbacks.0.comment"]);
}

#[test]
fn fields_around_messages_are_findings_and_results_with_more_beside_them_are_no_prompt() {
    let result = doc! {"toolResult": {"toolUseId": "t", "status": "success", "content": []}, "extra": 1};
    let record = doc! {
        "message_id": 0, "message": {"role": "user", "content": [result], "mood": "glad"}, "shard": 4, "nothing": Bson::Null,
    };
    let data = doc! {"agent_id": "a", "owner": "me"};
    let session = decode::session(doc! {
        "_id": "s", "session_id": "s", "created_at": bson::DateTime::from_millis(0),
        "updated_at": bson::DateTime::from_millis(0), "tenant": "acme",
        "agents": {"a": {"agent_data": data, "messages": [record], "colour": "red"}},
    });
    let mut found = paths(session.all_findings());
    found.sort_unstable();
    let expected = [
        "agents.a.agent_data.owner",
        "agents.a.colour",
        "agents.a.messages.0.message.content.0.extra",
        "agents.a.messages.0.message.mood",
        "agents.a.messages.0.shard",
        "tenant",
    ];
    assert_eq!(found, expected);
    let message = &session.agents[0].messages[0];
    assert_eq!(message.content.last(), Some(&Block::Beside(doc! {"message.mood": "glad", "shard": 4})));
    assert!(!Outline::from(&session).agents[0].samples[0].prompt);
}

#[test]
fn a_finding_names_no_value_that_is_hidden() {
    let instead = doc! {"role": "user", "content": [{"text": "[redacted]"}]};
    let message = decode::message(
        doc! {"message_id": 0, "message": {"role": "user", "content": 5, "mood": "private"}, "redact_message": instead}
            .into(),
        0,
        "m",
    );
    assert_eq!(message.findings.len(), 2);
    assert!(message.findings.iter().all(|finding| !finding.problem.contains("private")), "{:?}", message.findings);
    let password = doc! {"agent_data": {}, "messages": [], "session_viewer_password": "hunter2"};
    let agent = decode::agent("a".into(), password.into(), 0, None);
    assert!(!agent.findings[0].problem.contains("hunter2"), "{:?}", agent.findings);
}

/// Calls with the status of the result that answers each.
fn answered(session: &Session) -> Vec<(String, Option<ToolStatus>)> {
    let messages = &session.agents[0].messages;
    let pairs = ToolPairs::of(messages);
    let status = |place: BlockPlace| match &messages[place.message as usize].content[place.block] {
        Block::ToolResult { status, .. } => status.clone(),
        other => panic!("{other:?}"),
    };
    let blocks = messages.iter().flat_map(|message| {
        let places = (0..message.content.len()).map(move |block| BlockPlace::new(message.index, block));
        places.zip(&message.content)
    });
    blocks
        .filter_map(|(place, block)| match block {
            Block::ToolUse { id, .. } => {
                Some((id.clone().unwrap_or_default(), pairs.result_of(place).and_then(status)))
            }
            _ => None,
        })
        .collect()
}

fn problems(session: &Session) -> Vec<String> {
    let now = Timestamp::from_second(1_796_000_000).unwrap();
    let found = health(session, &Outline::from(session), now);
    found.into_iter().map(|finding| format!("{}: {}", finding.path, finding.problem)).collect()
}

fn history(session: &Session) -> Vec<MessageBody> {
    session.agents[0].messages.iter().map(MessageBody::from).collect()
}

#[test]
fn calls_and_results_without_each_other_are_found_and_repaired() {
    let session = report("c01-disjoint-pairs");
    let expected = [
        "agents.a.messages.1: No result answers the call of read_report (toolu_A).",
        "agents.a.messages.2: The result of toolu_B answers no call: no such call stands before it.",
        "agents.a.messages.4: No result answers the call of read_report (toolu_C).",
        "agents.a.messages.4: No result answers the call of read_report (toolu_D).",
    ];
    assert_eq!(problems(&session), expected);
    let repaired = repair(history(&session));
    let kinds: Vec<_> = repaired.repairs.iter().map(|repair| (repair.message, repair.kind.clone())).collect();
    let given = |id: &str| RepairKind::CallWithoutResult { id: id.into() };
    let left_out = RepairKind::ResultWithoutCall { id: "toolu_B".into() };
    let expected = [(2, left_out), (1, given("toolu_A")), (4, given("toolu_C")), (4, given("toolu_D"))];
    assert_eq!(kinds[..4], expected);
    let roles: Vec<&str> = repaired.messages.iter().map(MessageBody::role).collect();
    assert_eq!(roles, ["user", "assistant", "user", "assistant", "user", "assistant"]);
    let results: Vec<String> =
        repaired.messages.iter().flat_map(MessageBody::tool_results).map(|result| result.id).collect();
    assert_eq!(results, ["toolu_A", "toolu_C", "toolu_D"]);
}

#[test]
fn two_calls_of_one_id_have_a_status_each() {
    let session = report("c03-same-tool-ids");
    let statuses: Vec<_> = answered(&session).into_iter().map(|(_, status)| status.unwrap()).collect();
    assert_eq!(statuses, [ToolStatus::Success, ToolStatus::Error, ToolStatus::Success]);
    assert_eq!(problems(&session), [""; 0]);
    let tools = session_metrics(&Outline::from(&session)).agents[0].1.tools.clone();
    assert_eq!((tools[0].call_count, tools[0].success_count, tools[0].error_count), (3, Some(2), Some(1)));
    let given = history(&session);
    assert_eq!(repair(given.clone()).messages, given);
}

#[test]
fn an_agent_that_waits_for_a_person_says_why_and_nothing_failed() {
    let session = report("c05-interrupted");
    let waiting = "waiting for a person: {\"path\":\"/tmp/x\",\"why\":\"destructive\"}";
    assert_eq!(session.agents[0].waiting().as_deref(), Some(waiting));
    let state = session.agents[0].interrupts().unwrap();
    assert_eq!(state.completed_results[0].get_str("toolUseId").unwrap(), "tooluse_ls");
    assert_eq!(answered(&session), [("tooluse_del".to_owned(), None), ("tooluse_ls".to_owned(), None)]);
    let state = "agents.a.agent_data._internal_state.interrupt_state";
    assert_eq!(problems(&session), [format!("{state}: The agent is {waiting}.")]);
    let tools = session_metrics(&Outline::from(&session)).agents[0].1.tools.clone();
    assert!(tools.iter().all(|tool| tool.error_count == Some(0)), "{tools:?}");
    assert!(repair(history(&session)).repairs.is_empty());
}

#[test]
fn clocks_that_disagree_are_found() {
    let found = problems(&report("c13-clock-skew"));
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(found[0].starts_with("updated_at: ") && found[0].ends_with(" is in the future."), "{found:?}");
    assert!(
        found[1].starts_with("agents.a.messages.1.created_at: ") && found[1].contains("So are 3 more"),
        "{found:?}"
    );
}
