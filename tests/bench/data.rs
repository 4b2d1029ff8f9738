//! Sessions made for the benches: believable sizes, Markdown and code, the same at every run.

use bson::{Bson, DateTime, Document, doc};

/// When the newest session was changed (ms since the epoch); each older one a minute before it.
pub const NEWEST_MS: i64 = 1_795_000_000_000;

/// A session of one agent with so many messages of about so many bytes each.
pub fn session(number: i64, messages: usize, bytes: usize) -> Document {
    let updated = NEWEST_MS - number * 60_000;
    let created = updated - messages as i64 * 1_000;
    let history: Vec<Bson> = (0..messages).map(|i| message(i, bytes, created).into()).collect();
    let at = DateTime::from_millis(created);
    let changed = DateTime::from_millis(updated);
    doc! {
        "_id": id(number),
        "session_id": id(number),
        "application_name": if number % 3 == 0 { "customer-support" } else { "coding-assistant" },
        "session_type": "AGENT",
        "session_viewer_password": "x".repeat(32),
        "created_at": at,
        "updated_at": changed,
        "agents": { "assistant": {
            "agent_data": {
                "agent_id": "assistant",
                "state": {},
                "conversation_manager_state": { "__name__": "SlidingWindowConversationManager", "removed_message_count": 0 },
                "created_at": at,
                "updated_at": changed,
                "model": "anthropic.claude-sonnet-4",
                "system_prompt": "You are helpful.",
            },
            "messages": history,
            "created_at": at,
            "updated_at": changed,
        } },
        "metadata": { "priority": if number % 5 == 0 { "high" } else { "low" }, "retries": (number % 4) as i32 },
        "feedbacks": [ { "rating": "up", "comment": "good", "created_at": changed } ],
    }
}

/// The id of a session.
pub fn id(number: i64) -> String {
    format!("bench-{number:05}")
}

/// One of its messages: the even ones a user's, the odd ones the assistant's, with figures.
pub fn message(index: usize, bytes: usize, created: i64) -> Document {
    let at = DateTime::from_millis(created + index as i64 * 1_000);
    let body = body(index, bytes);
    if index.is_multiple_of(2) {
        return doc! {
            "message": { "role": "user", "content": [ { "text": body } ], "tracking_id": tracking(index) },
            "message_id": index as i32, "redact_message": Bson::Null, "created_at": at, "updated_at": at,
        };
    }
    let calls = (index / 2 + 1) as i32;
    doc! {
        "message": {
            "role": "assistant",
            "content": [ { "text": body } ],
            "metadata": {
                "usage": { "inputTokens": 900, "outputTokens": 120, "totalTokens": 1020 },
                "metrics": { "latencyMs": 400 + (index % 7) as i32 * 50 },
            },
            "tracking_id": tracking(index),
        },
        "message_id": index as i32, "redact_message": Bson::Null, "created_at": at, "updated_at": at,
        "event_loop_metrics": {
            "accumulated_usage": { "inputTokens": 900 * calls, "outputTokens": 120 * calls, "totalTokens": 1020 * calls,
                "cacheReadInputTokens": 0, "cacheWriteInputTokens": 0 },
            "accumulated_metrics": { "latencyMs": 550 * calls, "timeToFirstByteMs": 0 },
            "cycle_metrics": { "cycle_count": calls, "total_duration": 0.5 * f64::from(calls), "average_cycle_time": 0.5 },
            "tool_usage": {},
        },
    }
}

fn tracking(index: usize) -> String {
    format!("{index:08x}-0000-4000-8000-000000000000")
}

/// Markdown of about so many bytes: a heading, prose, a list, a table now and then, and code.
fn body(index: usize, bytes: usize) -> String {
    let mut text = format!("## Step {index}\n\nThe **order** of `step_{index}` was checked against the stock.\n\n");
    let mut part = index;
    while text.len() < bytes {
        text.push_str(match part % 4 {
            0 => "- one thing that holds\n- another, with *emphasis*\n- and [a link](https://example.org)\n\n",
            1 => "```rust\nfn total(lines: &[Line]) -> u64 {\n    lines.iter().map(|line| line.quantity * line.price).sum()\n}\n```\n\n",
            2 => "| sku | qty | price |\n|---|---:|---:|\n| A-1 | 2 | 10.50 |\n| B-7 | 1 | 21.50 |\n\n",
            _ => "A paragraph that says in plain words what was done, why it was done and what is left to do, so that the \
                  reader can go on without asking.\n\n",
        });
        part += 1;
    }
    text
}
