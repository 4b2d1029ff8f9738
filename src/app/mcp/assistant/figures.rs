//! `session_metrics` and `session_health`: numbers of a session, and what is wrong with it.

use serde_json::{Map, Value, json};
use tokio::time::Instant;

use super::{
    arguments::AssistantArguments,
    refusal::{self, AssistantRefusal, by},
    shape::{self, CalledTools, Veil},
};
use crate::{
    app::{examine, json},
    metrics::session_metrics,
    repository::{Check, SessionReader, Verdict},
    session::{Session, Summary},
};

/// Agents, and tools of one, whose figures are given.
const MOST_AGENTS: usize = 40;
const MOST_TOOLS: usize = 40;
/// Checks that are given; the errors of tools, the last ones.
const MOST_CHECKS: usize = 50;
const MOST_ERRORS: usize = 20;
/// Characters of what a check found, and of a tool's error.
const LONGEST: usize = 300;

/// The one session that is asked for, and nothing else.
async fn named(
    reader: &dyn SessionReader,
    mut arguments: AssistantArguments<'_>,
    until: Instant,
) -> Result<Summary, AssistantRefusal> {
    let id = arguments.needed("session_id")?;
    arguments.end()?;
    refusal::one(reader, id, until).await
}

pub async fn metrics(
    reader: &dyn SessionReader,
    arguments: AssistantArguments<'_>,
    until: Instant,
) -> Result<Value, AssistantRefusal> {
    let row = named(reader, arguments, until).await?;
    let outline = by(until, "reading the figures", reader.outline(&row.key)).await?;
    let mut figures = json::metrics(&row, &session_metrics(&outline));
    figures["session_id"] = refusal::exactly(&row).into();
    Ok(bounded(figures))
}

/// No more agents and tools than can be read; how many there were stays told.
fn bounded(mut figures: Value) -> Value {
    let left_out = figures["agents"].as_object_mut().map_or(0, |agents| {
        for agent in agents.values_mut() {
            let left_out = agent["tools"].as_object_mut().map_or(0, |tools| keep(tools, MOST_TOOLS));
            if left_out > 0 {
                agent["tools_left_out"] = left_out.into();
            }
        }
        keep(agents, MOST_AGENTS)
    });
    if left_out > 0 {
        figures["agents_left_out"] = left_out.into();
    }
    figures
}

/// Keeps the first fields; how many went.
fn keep(fields: &mut Map<String, Value>, most: usize) -> usize {
    let surplus: Vec<String> = fields.keys().skip(most).cloned().collect();
    for name in &surplus {
        fields.remove(name);
    }
    surplus.len()
}

pub async fn health(
    reader: &dyn SessionReader,
    arguments: AssistantArguments<'_>,
    until: Instant,
) -> Result<Value, AssistantRefusal> {
    let row = named(reader, arguments, until).await?;
    let session = by(until, "reading the session", reader.open(&row.key, u64::MAX)).await?;
    Ok(told(&refusal::exactly(&row), &session))
}

fn told(name: &str, session: &Session) -> Value {
    let veil = Veil::of(session);
    let checks = examine::session(session);
    let healthy = checks.iter().all(|check| check.verdict == Verdict::Ok);
    let shown: Vec<Value> = checks.iter().take(MOST_CHECKS).map(|check| checked(check, &veil)).collect();
    let (errors, all_errors) = tool_errors(session, &veil);
    json!({
        "session_id": name,
        "healthy": healthy,
        "checks": shown,
        "checks_left_out": checks.len().saturating_sub(MOST_CHECKS),
        "tool_errors": errors,
        "tool_errors_in_all": all_errors,
    })
}

fn checked(check: &Check, veil: &Veil) -> Value {
    let safe = |text: &str| shape::cut(&veil.over(text.into()), LONGEST).0;
    json::check(&Check { name: safe(&check.name), found: safe(&check.found), ..check.clone() })
}

/// The last results that say that their call failed, agent by agent, and how many there are in all.
fn tool_errors(session: &Session, veil: &Veil) -> (Vec<Value>, usize) {
    let mut found = Vec::new();
    for agent in &session.agents {
        let tools = CalledTools::of(&agent.messages);
        for message in &agent.messages {
            for block in tools.blocks(message, veil).filter(shape::ShownBlock::is_error) {
                found.push(json!({
                    "agent_id": agent.id.as_str(),
                    "index": message.index,
                    "created_at": json::time(message.created_at),
                    "tool": block.tool,
                    "text": shape::cut(&block.text, LONGEST).0,
                }));
            }
        }
    }
    let all = found.len();
    found.drain(..all.saturating_sub(MOST_ERRORS));
    (found, all)
}

#[cfg(test)]
mod tests {
    use bson::{Bson, doc};

    use super::*;
    use crate::session::decode;

    #[test]
    fn figures_of_too_many_say_so() {
        let many: Map<String, Value> = (0..50).map(|n| (format!("t-{n}"), json!({ "call_count": 1 }))).collect();
        let agents: Map<String, Value> = (0..50).map(|n| (format!("a-{n}"), json!({ "tools": many }))).collect();
        let figures = bounded(json!({ "agents": agents }));
        assert_eq!(figures["agents_left_out"], 10);
        assert_eq!(figures["agents"]["a-0"]["tools_left_out"], 10);
        assert_eq!(figures["agents"]["a-0"]["tools"].as_object().map(Map::len), Some(MOST_TOOLS));
        let few = json!({ "agents": { "a": { "tools": {} } } });
        assert_eq!(bounded(few.clone()), few);
    }

    #[test]
    fn health_tells_what_is_wrong_and_which_tools_failed() {
        let call = doc! { "toolUse": { "toolUseId": "t", "name": "lookup", "input": {} } };
        let failed =
            doc! { "toolResult": { "toolUseId": "t", "status": "error", "content": [{ "text": "no order" }] } };
        let said = |role: &str, block| doc! { "message": { "role": role, "content": [block] } };
        let mut messages: Vec<Bson> = Vec::new();
        for _ in 0..30 {
            messages.push(said("assistant", call.clone()).into());
            messages.push(said("user", failed.clone()).into());
        }
        messages.push(said("user", doc! { "text": " " }).into());
        let session = decode::session(doc! { "_id": "s", "agents": { "a": { "messages": messages } } });
        let health = told("s", &session);
        assert_eq!((&health["healthy"], &health["tool_errors_in_all"]), (&false.into(), &30.into()));
        assert_eq!(health["checks"].as_array().map(Vec::len), Some(MOST_CHECKS), "each lacks its message_id");
        let errors = health["tool_errors"].as_array().unwrap();
        assert_eq!((errors.len(), &errors[19]["index"]), (MOST_ERRORS, &59.into()));
        assert_eq!((&errors[0]["tool"], &errors[0]["text"]), (&"lookup".into(), &"no order".into()));
    }
}
