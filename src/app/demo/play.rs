//! Plays a script: gives every message its time, its tokens and the counters that Strands would have left on it.

mod figures;

use base64::Engine;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value, json};

use self::figures::{Meter, uuid};
use super::script::{
    AgentScript, FeedbackScript, Script, ScriptContent, ScriptRun, ScriptStep, ToolOutcome, written_out,
};

/// So many seconds after its words an agent waits for a person.
const ASKS_AFTER: f64 = 0.3;

/// A session as its files.
pub(super) struct PlayedSession {
    pub id: String,
    pub file: Value,
    pub changed: Timestamp,
    /// Fields of the metadata that are set later.
    pub later: Vec<(Map<String, Value>, Timestamp)>,
    pub agents: Vec<PlayedAgent>,
}

/// An agent as its files.
pub(super) struct PlayedAgent {
    pub id: String,
    pub file: Value,
    pub config: Value,
    pub messages: Vec<(Value, Timestamp)>,
    /// Why it waits for a person, from when on.
    pub asks: Vec<(String, Timestamp)>,
    pub created: Timestamp,
    pub changed: Timestamp,
}

/// Plays a script so that it happened before `now`.
pub(super) fn play(script: Script, now: Timestamp) -> PlayedSession {
    let mut events = Vec::new();
    let id = script.session_id;
    let agents: Vec<_> = script.agents.into_iter().map(|agent| play_agent(&id, agent, now, &mut events)).collect();
    let feedbacks: Vec<_> = script.feedbacks.iter().map(|feedback| play_feedback(feedback, now)).collect();
    let later = script.later.into_iter().map(|later| (later.set, after(now, later.seconds))).collect();
    let created = agents.iter().map(|agent| agent.created).min().unwrap_or(now);
    let last = agents.iter().map(|agent| agent.changed);
    let changed = last.chain(script.feedbacks.iter().map(|f| ago(now, f.minutes_ago))).max().unwrap_or(now);
    let file = json!({
        "session_id": id,
        "session_type": script.session_type,
        "created_at": iso(created),
        "updated_at": iso(changed),
        "application_name": script.application_name,
        "session_viewer_password": uuid(&[&id, "viewer"]).replace('-', ""),
        "metadata": script.metadata,
        "feedbacks": feedbacks,
        "guardrail_events": events,
    });
    PlayedSession { id, file, changed, later, agents }
}

fn play_feedback(feedback: &FeedbackScript, now: Timestamp) -> Value {
    let mut out = json!({
        "rating": feedback.rating,
        "comment": feedback.comment,
        "created_at": iso(ago(now, feedback.minutes_ago)),
    });
    if let (Some(agent), Some(message)) = (&feedback.agent_id, feedback.message_id) {
        out["agent_id"] = json!(agent);
        out["message_id"] = json!(message);
    }
    out
}

fn play_agent(session: &str, script: AgentScript, now: Timestamp, events: &mut Vec<Value>) -> PlayedAgent {
    let mut stage = PlayStage {
        names: [session.to_owned(), script.agent_id.clone()],
        meter: Meter::new(&script.system_prompt, script.cached, script.unmetered),
        clock: now,
        messages: Vec::new(),
        asks: Vec::new(),
        open_uses: Vec::new(),
        tool_uses: 0,
        events,
    };
    let created = ago(now, script.runs.first().map_or(0.0, |run| run.minutes_ago));
    for run in script.runs {
        stage.play_run(run, now);
    }
    let (messages, asks, changed) = (stage.messages, stage.asks, stage.clock);
    let manager = script.manager.unwrap_or_else(
        || json!({"__name__": "SlidingWindowConversationManager", "removed_message_count": 0, "model_call_count": 0}),
    );
    let file = json!({
        "agent_id": script.agent_id,
        "state": script.state,
        "conversation_manager_state": manager,
        "_internal_state": {
            "interrupt_state": {"interrupts": {}, "context": {}, "activated": false},
            "model_state": {},
        },
        "created_at": iso(created),
        "updated_at": iso(changed),
    });
    let mut config = json!({"model": script.model, "system_prompt": script.system_prompt});
    if let Some(prompt) = script.prompt_metadata {
        config["prompt_metadata"] = prompt;
    }
    PlayedAgent { id: script.agent_id, file, config, messages, asks, created, changed }
}

/// What is known while an agent's messages are played.
struct PlayStage<'a> {
    names: [String; 2],
    meter: Meter,
    clock: Timestamp,
    messages: Vec<(Value, Timestamp)>,
    asks: Vec<(String, Timestamp)>,
    /// Tools used by the message before: id and name.
    open_uses: Vec<(String, String)>,
    tool_uses: usize,
    events: &'a mut Vec<Value>,
}

impl PlayStage<'_> {
    fn play_run(&mut self, run: ScriptRun, now: Timestamp) {
        self.clock = ago(now, run.minutes_ago);
        self.meter.new_run();
        for step in written_out(run.steps) {
            match step {
                ScriptStep::User { user, wait, redacted, policies } => {
                    self.advance(wait.unwrap_or(25.0));
                    let content = self.blocks(user);
                    match redacted {
                        Some(instead) => self.redacted(&content, &instead, policies.as_ref()),
                        None => self.push("user", &content, None, true),
                    }
                }
                ScriptStep::Assistant { assistant, asks } => {
                    self.assistant(assistant);
                    self.asks.extend(asks.map(|why| (why, after(self.clock, ASKS_AFTER))));
                }
                ScriptStep::Results { results } => self.results(results),
                ScriptStep::Repeat { .. } => {}
            }
        }
    }

    fn advance(&mut self, seconds: f64) {
        self.clock = after(self.clock, seconds);
    }

    fn assistant(&mut self, content: ScriptContent) {
        self.open_uses.clear();
        let content = self.blocks(content);
        let (metadata, seconds) = self.meter.call(&content);
        self.advance(seconds);
        // Strands writes the counters when it syncs: after the tools have run, or at the end of the turn.
        let synced = self.open_uses.is_empty();
        self.push("assistant", &content, Some(metadata), synced);
    }

    fn results(&mut self, results: Vec<ToolOutcome>) {
        let uses = std::mem::take(&mut self.open_uses);
        let mut content = Vec::new();
        for ((id, name), outcome) in uses.into_iter().zip(results) {
            self.advance(outcome.seconds);
            self.meter.tool(&name, outcome.error.is_none(), outcome.seconds);
            let status = if outcome.error.is_some() { "error" } else { "success" };
            let part = match (outcome.error, outcome.ok) {
                (Some(text), _) | (None, Some(Value::String(text))) => json!({"text": text}),
                (None, json) => json!({"json": json}),
            };
            content.push(json!({"toolResult": {"toolUseId": id, "status": status, "content": [part]}}));
        }
        self.push("user", &Value::Array(content), None, true);
    }

    fn push(&mut self, role: &str, content: &Value, metadata: Option<Value>, synced: bool) {
        self.meter.read(content);
        let counters = if synced { self.meter.counters() } else { None };
        let mut message = self.message(role, content, metadata);
        if let Some(counters) = counters {
            message["event_loop_metrics"] = counters;
        }
        self.messages.push((message, self.clock));
    }

    fn redacted(&mut self, content: &Value, instead: &str, policies: Option<&Value>) {
        let mut message = self.message("user", content, None);
        message["redact_message"] = json!({"role": "user", "content": [{"text": instead}]});
        let event = json!({
            "message_id": self.messages.len(),
            "agent_id": self.names[1],
            "action": "BLOCKED",
            "timestamp": iso(self.clock),
            "stop_reason": "guardrail_intervened",
            "policies_triggered": policies,
        });
        message["guardrail_event"] = event.clone();
        self.events.push(event);
        self.messages.push((message, self.clock));
    }

    fn message(&self, role: &str, content: &Value, metadata: Option<Value>) -> Value {
        let id = self.messages.len();
        let tracking = uuid(&[&self.names[0], &self.names[1], &id.to_string()]);
        let mut inner = json!({"role": role, "content": content});
        if let Some(metadata) = metadata {
            inner["metadata"] = metadata;
        }
        inner["tracking_id"] = json!(tracking);
        json!({
            "message": inner,
            "message_id": id,
            "redact_message": null,
            "created_at": iso(self.clock),
            "updated_at": iso(self.clock),
        })
    }

    fn blocks(&mut self, content: ScriptContent) -> Value {
        let blocks = match content {
            ScriptContent::Text(text) => vec![json!({"text": text})],
            ScriptContent::Blocks(blocks) => blocks,
        };
        blocks.into_iter().map(|block| self.block(block)).collect()
    }

    /// Writes the short forms out.
    fn block(&mut self, block: Value) -> Value {
        if let Some(text) = block.get("think") {
            return json!({"reasoningContent": {"reasoningText": {"text": text, "signature": "ErUBCkYIBxgCIkD8"}}});
        }
        if let Some(name) = block.get("use").and_then(Value::as_str) {
            self.tool_uses += 1;
            let id = format!(
                "tooluse_{}",
                &uuid(&[&self.names[0], &self.names[1], name, &self.tool_uses.to_string()])[..13]
            );
            self.open_uses.push((id.clone(), name.to_owned()));
            let input = block.get("input").cloned().unwrap_or_else(|| Value::Object(Map::new()));
            return json!({"toolUse": {"toolUseId": id, "name": name, "input": input}});
        }
        if let Some(file) = block.get("file") {
            let text = file.get("text").and_then(Value::as_str).unwrap_or_default();
            let data = base64::engine::general_purpose::STANDARD.encode(text);
            return json!({"document": {
                "format": file.get("format"),
                "name": file.get("name"),
                "source": {"bytes": {"__bytes_encoded__": true, "data": data}},
            }});
        }
        block
    }
}

fn after(time: Timestamp, seconds: f64) -> Timestamp {
    time + SignedDuration::from_millis((seconds * 1000.0) as i64)
}

fn ago(now: Timestamp, minutes: f64) -> Timestamp {
    now - SignedDuration::from_secs((minutes * 60.0) as i64)
}

/// As Python writes it.
pub(super) fn iso(at: Timestamp) -> String {
    format!("{at:.6}").replace('Z', "+00:00")
}
