//! The form of a sample in `assets/demo`.

use serde::Deserialize;
use serde_json::{Map, Value};

/// One session.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Script {
    pub session_id: String,
    pub application_name: Option<String>,
    #[serde(default = "agent_type")]
    pub session_type: String,
    #[serde(default)]
    pub metadata: Map<String, Value>,
    #[serde(default)]
    pub feedbacks: Vec<FeedbackScript>,
    /// Fields of the metadata that are set while it is played.
    #[serde(default)]
    pub later: Vec<LaterMetadata>,
    pub agents: Vec<AgentScript>,
}

/// Fields of the metadata, so many seconds after the start.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LaterMetadata {
    pub seconds: f64,
    pub set: Map<String, Value>,
}

fn agent_type() -> String {
    "AGENT".to_owned()
}

/// One feedback.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FeedbackScript {
    pub rating: Option<String>,
    pub comment: Option<String>,
    pub minutes_ago: f64,
    pub agent_id: Option<String>,
    pub message_id: Option<u64>,
}

/// One agent.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AgentScript {
    pub agent_id: String,
    pub model: String,
    pub system_prompt: Value,
    pub prompt_metadata: Option<Value>,
    #[serde(default)]
    pub state: Map<String, Value>,
    /// `conversation_manager_state`, where it is not the plain sliding window.
    pub manager: Option<Value>,
    /// The provider caches the conversation.
    #[serde(default)]
    pub cached: bool,
    /// The provider reports no latency, so that Strands stores no counters.
    #[serde(default)]
    pub unmetered: bool,
    pub runs: Vec<ScriptRun>,
}

/// The life of one Agent object.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ScriptRun {
    pub minutes_ago: f64,
    pub steps: Vec<ScriptStep>,
}

/// One message, or several made from a pattern.
#[derive(Debug, Deserialize)]
#[serde(untagged, deny_unknown_fields)]
pub(super) enum ScriptStep {
    /// A prompt.
    User {
        user: ScriptContent,
        /// Seconds since the message before.
        wait: Option<f64>,
        /// What a guardrail put in its place.
        redacted: Option<String>,
        /// `policies_triggered` of that guardrail.
        policies: Option<Value>,
    },
    /// What the model gave.
    Assistant {
        assistant: ScriptContent,
        /// It waits for a person then, and why: shown while it is played.
        asks: Option<String>,
    },
    /// Results of the tools that the message before used, in their order.
    Results { results: Vec<ToolOutcome> },
    /// The steps once a row; `{key}` in their texts stands for the row's value.
    Repeat { repeat: Vec<Map<String, Value>>, steps: Value },
}

/// Text, or content blocks with `{"think": …}`, `{"use": …, "input": …}` and `{"file": …}` as short forms.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum ScriptContent {
    Text(String),
    Blocks(Vec<Value>),
}

/// What a tool gave.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ToolOutcome {
    pub ok: Option<Value>,
    pub error: Option<String>,
    pub seconds: f64,
}

/// Reads a script.
pub(super) fn read(text: &str) -> serde_json::Result<Script> {
    serde_json::from_str(text)
}

/// The steps with every pattern written out.
pub(super) fn written_out(steps: Vec<ScriptStep>) -> Vec<ScriptStep> {
    let mut out = Vec::new();
    for step in steps {
        let ScriptStep::Repeat { repeat, steps } = step else {
            out.push(step);
            continue;
        };
        for row in &repeat {
            // A pattern that is no list of steps gives none; the test that plays all scripts tells.
            out.extend(serde_json::from_value::<Vec<ScriptStep>>(fill(&steps, row)).unwrap_or_default());
        }
    }
    out
}

fn fill(value: &Value, row: &Map<String, Value>) -> Value {
    match value {
        Value::String(text) => fill_text(text, row),
        Value::Array(items) => items.iter().map(|item| fill(item, row)).collect(),
        Value::Object(fields) => fields.iter().map(|(key, field)| (key.clone(), fill(field, row))).collect(),
        other => other.clone(),
    }
}

/// A text that is nothing but `{key}` becomes the value itself, of whatever type.
fn fill_text(text: &str, row: &Map<String, Value>) -> Value {
    let whole = text.strip_prefix('{').and_then(|text| text.strip_suffix('}')).and_then(|key| row.get(key));
    if let Some(value) = whole {
        return value.clone();
    }
    let filled = row.iter().fold(text.to_owned(), |text, (key, value)| {
        let word = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        text.replace(&format!("{{{key}}}"), &word)
    });
    Value::String(filled)
}
