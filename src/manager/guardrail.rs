//! What a guardrail did, from the trace it gives.

use bson::{Bson, Document};
use jiff::Timestamp;

use crate::session::{AgentId, record::NewGuardrailEvent};

/// Where each kind of policy lists what it found, and which fields name a finding.
const POLICIES: &[(&str, &str, &[&str])] = &[
    ("contentPolicy", "filters", &["type", "confidence"]),
    ("topicPolicy", "topics", &["name"]),
    ("wordPolicy", "customWords", &["match"]),
    ("wordPolicy", "managedWordLists", &["type", "match"]),
    ("sensitiveInformationPolicy", "piiEntities", &["type"]),
    ("sensitiveInformationPolicy", "regexes", &["name"]),
    ("contextualGroundingPolicy", "filters", &["type"]),
];

/// The policies that triggered, by kind, each finding as its names joined by `/`: `{contentPolicy: ["HATE/HIGH"]}`.
/// `None` where the trace names none. The trace is that of a Bedrock guardrail, with its assessments at any depth.
fn triggered(trace: &Document) -> Option<Document> {
    let mut found = Document::new();
    gather(trace, &mut |policy, finding| {
        let names = found.entry(policy.to_owned()).or_insert_with(|| Bson::Array(Vec::new()));
        if let Some(names) = names.as_array_mut()
            && !names.contains(&Bson::String(finding.to_owned()))
        {
            names.push(finding.into());
        }
    });
    (!found.is_empty()).then_some(found)
}

fn gather(part: &Document, note: &mut impl FnMut(&str, &str)) {
    for (name, value) in part {
        match value {
            Bson::Document(inner) => {
                for (_, list, names) in POLICIES.iter().filter(|(policy, ..)| policy == name) {
                    for finding in findings(inner, list) {
                        let names: Vec<&str> = names.iter().filter_map(|name| finding.get_str(name).ok()).collect();
                        note(name, &names.join("/"));
                    }
                }
                gather(inner, note);
            }
            Bson::Array(items) => items.iter().filter_map(Bson::as_document).for_each(|item| gather(item, note)),
            _ => {}
        }
    }
}

/// The findings that led to something.
fn findings<'a>(policy: &'a Document, list: &str) -> impl Iterator<Item = &'a Document> {
    let all = policy.get_array(list).into_iter().flatten().filter_map(Bson::as_document);
    all.filter(|finding| finding.get_str("action").is_ok_and(|action| action != "NONE"))
}

/// `BLOCKED` where any policy blocked, else what the first did, else `REDACTED`.
fn action(trace: &Document) -> String {
    let mut first = None;
    let mut blocked = false;
    actions(trace, &mut |action| {
        blocked |= action == "BLOCKED";
        if action != "NONE" {
            first.get_or_insert_with(|| action.to_owned());
        }
    });
    if blocked { "BLOCKED".to_owned() } else { first.unwrap_or_else(|| "REDACTED".to_owned()) }
}

fn actions(part: &Document, note: &mut impl FnMut(&str)) {
    for (name, value) in part {
        match value {
            Bson::String(action) if name == "action" => note(action),
            Bson::Document(inner) => actions(inner, note),
            Bson::Array(items) => items.iter().filter_map(Bson::as_document).for_each(|item| actions(item, note)),
            _ => {}
        }
    }
}

/// The event of a redaction.
pub(super) fn event(
    agent: &AgentId,
    message_id: i64,
    stop_reason: Option<&str>,
    trace: Option<Document>,
) -> NewGuardrailEvent {
    NewGuardrailEvent {
        agent_id: agent.clone(),
        message_id: Some(message_id),
        action: trace.as_ref().map_or_else(|| "REDACTED".to_owned(), action),
        stop_reason: stop_reason.map(str::to_owned),
        policies_triggered: trace.as_ref().and_then(triggered),
        trace,
        at: Timestamp::now(),
    }
}

#[cfg(test)]
mod tests {
    use bson::doc;

    use super::*;

    #[test]
    fn every_kind_of_policy_is_named_and_what_led_to_nothing_is_not() {
        let trace = doc! { "guardrail": {
            "inputAssessment": { "gr-1": {
                "contentPolicy": { "filters": [
                    { "type": "HATE", "confidence": "HIGH", "action": "BLOCKED" },
                    { "type": "VIOLENCE", "confidence": "LOW", "action": "NONE" },
                ] },
                "topicPolicy": { "topics": [ { "name": "Advice", "type": "DENY", "action": "BLOCKED" } ] },
            } },
            "outputAssessments": { "gr-1": [ {
                "sensitiveInformationPolicy": {
                    "piiEntities": [ { "type": "EMAIL", "match": "a@example.org", "action": "ANONYMIZED" } ],
                    "regexes": [ { "name": "order", "action": "ANONYMIZED" } ],
                },
                "wordPolicy": { "managedWordLists": [ { "match": "x", "type": "PROFANITY", "action": "BLOCKED" } ] },
            } ] },
        } };
        assert_eq!(
            triggered(&trace),
            Some(doc! {
                "contentPolicy": ["HATE/HIGH"],
                "topicPolicy": ["Advice"],
                "sensitiveInformationPolicy": ["EMAIL", "order"],
                "wordPolicy": ["PROFANITY/x"],
            })
        );
        assert_eq!(action(&trace), "BLOCKED");
        assert_eq!(triggered(&doc! { "guardrail": { "modelOutput": ["x"] } }), None);
        assert_eq!(action(&doc! {}), "REDACTED");
    }
}
