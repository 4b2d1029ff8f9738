//! What a guardrail did, and the summary of its trace: policies by kind, in the words of `mongodb-session-manager`.

use bson::{Bson, Document};
use jiff::Timestamp;

use crate::session::{AgentId, python, record::NewGuardrailEvent, setters};

/// What a guardrail did to a message. Source: `guardrail_event` of the message, `guardrail_events[]` of the session.
///
/// ```
/// use strandscope::{GuardrailIntervention, bson::doc};
///
/// let trace = doc! { "inputAssessment": { "contentPolicy": { "filters": [{ "type": "HATE", "confidence": "HIGH" }] } } };
/// let did = GuardrailIntervention::default().stop_reason("guardrail_intervened").trace(trace);
/// assert_eq!(did.action, "BLOCKED");
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct GuardrailIntervention {
    /// `action`, e.g. `ANONYMIZED`. By default `BLOCKED`; it is never read from the trace.
    pub action: String,
    /// `stop_reason` that the model gave, e.g. `guardrail_intervened`. An empty one is not stored.
    pub stop_reason: Option<String>,
    /// `trace` as the guardrail gave it: stored on the message alone, an empty one not at all. What its
    /// `inputAssessment` and `outputAssessments` found stands as `policies_triggered` on message and session.
    pub trace: Option<Document>,
}

impl Default for GuardrailIntervention {
    fn default() -> Self {
        Self { action: "BLOCKED".to_owned(), stop_reason: None, trace: None }
    }
}

impl GuardrailIntervention {
    setters! {
        fields { action: String }
        options { stop_reason: String, trace: Document }
    }

    /// The event of it, now, on that message.
    pub(super) fn into_event(self, agent: &AgentId, message_id: i64) -> NewGuardrailEvent {
        let trace = self.trace.filter(|trace| !trace.is_empty());
        NewGuardrailEvent {
            agent_id: agent.clone(),
            message_id: Some(message_id),
            action: self.action,
            stop_reason: self.stop_reason.filter(|reason| !reason.is_empty()),
            policies_triggered: trace.as_ref().and_then(triggered),
            trace,
            at: Timestamp::now(),
        }
    }
}

/// Where each kind of policy lists what it found, and which fields name a finding.
const POLICIES: [(&str, &str, &[&str]); 7] = [
    ("contentPolicy", "filters", &["type", "confidence"]),
    ("topicPolicy", "topics", &["name", "action"]),
    ("wordPolicy", "customWords", &["match"]),
    ("wordPolicy", "managedWordLists", &["type", "match"]),
    ("sensitiveInformationPolicy", "piiEntities", &["type", "action"]),
    ("sensitiveInformationPolicy", "regexes", &["name", "action"]),
    ("contextualGroundingPolicy", "filters", &["type", "score", "threshold"]),
];

/// What was found, by kind of policy: `{contentPolicy: ["HATE/HIGH"]}`. One string a finding whatever came of it, so one
/// may stand twice; kinds and strings in the order of the assessments. `None` where nothing was found.
fn triggered(trace: &Document) -> Option<Document> {
    let mut found = Document::new();
    for assessment in assessments(trace) {
        for (policy, list, fields) in POLICIES {
            for finding in findings(assessment, policy, list) {
                let words: Vec<String> = fields.iter().map(|field| word(finding.get(field))).collect();
                let strings = found.entry(policy.to_owned()).or_insert_with(|| Bson::Array(Vec::new()));
                if let Some(strings) = strings.as_array_mut() {
                    strings.push(words.join("/").into());
                }
            }
        }
    }
    (!found.is_empty()).then_some(found)
}

/// Where a trace has its assessments.
const PARTS: [&str; 2] = ["inputAssessment", "outputAssessments"];

/// The assessments, those of the input first: one or a list, as the Python library reads them. Bedrock itself puts them
/// under their guardrails' ids and all of it in `guardrail`, which the Python library makes no summary of.
fn assessments(trace: &Document) -> Vec<&Document> {
    let wrapped = !PARTS.iter().any(|part| trace.contains_key(part));
    let trace = if wrapped { trace.get_document("guardrail").unwrap_or(trace) } else { trace };
    let parts = PARTS.iter().filter_map(move |part| trace.get(part)).flat_map(|part| match part {
        Bson::Document(by_id) if !is_assessment(by_id) => by_id.values().collect::<Vec<_>>(),
        part => vec![part],
    });
    let each = parts.flat_map(|part| match part {
        Bson::Array(several) => several.as_slice(),
        one => std::slice::from_ref(one),
    });
    each.filter_map(Bson::as_document).collect()
}

fn is_assessment(part: &Document) -> bool {
    POLICIES.iter().any(|(policy, ..)| part.contains_key(policy))
}

fn findings<'a>(assessment: &'a Document, policy: &str, list: &str) -> impl Iterator<Item = &'a Document> {
    let found = assessment.get_document(policy).and_then(|policy| policy.get_array(list));
    found.into_iter().flatten().filter_map(Bson::as_document)
}

/// A field of a finding as Python prints it.
fn word(field: Option<&Bson>) -> String {
    match field {
        None => "UNKNOWN".to_owned(),
        Some(Bson::String(text)) => text.clone(),
        Some(Bson::Double(number)) => python::float(*number),
        Some(Bson::Boolean(true)) => "True".to_owned(),
        Some(Bson::Boolean(false)) => "False".to_owned(),
        Some(Bson::Null) => "None".to_owned(),
        Some(other) => other.to_string(),
    }
}

#[cfg(test)]
mod tests;
