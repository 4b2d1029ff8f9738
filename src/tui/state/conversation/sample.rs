//! Messages for tests.

use bson::{Bson, doc};
use jiff::Timestamp;

use crate::session::{Agent, AgentId, Block, Message, Role, Session, SessionKey, ToolContent, ToolStatus};

pub(in crate::tui) fn message(index: u64) -> Message {
    let role = if index.is_multiple_of(2) { Role::User } else { Role::Assistant };
    with(index, role, vec![Block::Text(format!("message number {index}"))])
}

pub(in crate::tui) fn with(index: u64, role: Role, content: Vec<Block>) -> Message {
    Message {
        index,
        message_id: Some(index as i64),
        role,
        content,
        tracking_id: None,
        redaction: None,
        created_at: Timestamp::from_second(1_795_443_080 + index as i64 * 60).ok(),
        updated_at: None,
        usage: None,
        latency_ms: None,
        first_byte_ms: None,
        counters: None,
        guardrail_event: None,
        raw: Bson::Null,
        findings: Vec::new(),
    }
}

pub(in crate::tui) fn tool_use(index: u64, id: &str) -> Message {
    let input = Bson::Document(doc! { "order_id": "A100" });
    let block = Block::ToolUse { id: Some(id.to_owned()), name: Some("lookup_order".to_owned()), input };
    with(index, Role::Assistant, vec![block])
}

pub(in crate::tui) fn tool_result(index: u64, id: &str) -> Message {
    let content = vec![ToolContent::Json(Bson::Document(doc! { "total": 42.5, "currency": "EUR" }))];
    let block = Block::ToolResult { id: Some(id.to_owned()), status: Some(ToolStatus::Success), content };
    with(index, Role::User, vec![block])
}

/// A session whose agents hold the last `last` of so many messages.
pub(in crate::tui) fn session(id: &str, agents: &[(&str, u64)], last: u64) -> Session {
    let agent = |(id, count): &(&str, u64)| Agent {
        id: AgentId::from(*id),
        model: None,
        system_prompt: None,
        prompt_metadata: None,
        state: None,
        conversation_manager: None,
        data: None,
        created_at: None,
        updated_at: None,
        message_count: *count,
        messages: (count.saturating_sub(last)..*count).map(message).collect(),
        findings: Vec::new(),
    };
    Session {
        key: SessionKey::from(id),
        session_id: Some(id.to_owned()),
        application_name: None,
        session_type: None,
        viewer_password: None,
        created_at: None,
        updated_at: None,
        metadata: None,
        feedbacks: Vec::new(),
        guardrail_events: Vec::new(),
        agents: agents.iter().map(agent).collect(),
        other: bson::Document::new(),
        bytes: None,
        findings: Vec::new(),
    }
}
