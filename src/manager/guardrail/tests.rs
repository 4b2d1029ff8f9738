use bson::doc;

use super::*;

fn of_input(assessment: Document) -> Option<Document> {
    triggered(&doc! { "inputAssessment": assessment })
}

#[test]
fn every_kind_of_policy_is_told_in_the_python_library_s_words() {
    let assessment = doc! {
        "sensitiveInformationPolicy": {
            "regexes": [{ "name": "order", "action": "ANONYMIZED" }],
            "piiEntities": [{ "type": "EMAIL", "match": "a@example.org", "action": "ANONYMIZED" }],
        },
        "wordPolicy": {
            "managedWordLists": [{ "match": "x", "type": "PROFANITY", "action": "BLOCKED" }],
            "customWords": [{ "match": "y", "action": "BLOCKED" }],
        },
        "topicPolicy": { "topics": [{ "name": "Advice", "type": "DENY", "action": "BLOCKED" }] },
        "contextualGroundingPolicy": { "filters": [{ "type": "GROUNDING", "score": 0.3, "threshold": 1.0 }] },
        "contentPolicy": { "filters": [{ "type": "HATE", "confidence": "HIGH", "action": "BLOCKED" }] },
    };
    let expected = doc! {
        "contentPolicy": ["HATE/HIGH"],
        "topicPolicy": ["Advice/BLOCKED"],
        "wordPolicy": ["y", "PROFANITY/x"],
        "sensitiveInformationPolicy": ["EMAIL/ANONYMIZED", "order/ANONYMIZED"],
        "contextualGroundingPolicy": ["GROUNDING/0.3/1.0"],
    };
    let found = of_input(assessment).unwrap();
    assert_eq!(found, expected);
    assert!(found.keys().eq(expected.keys()), "{found}");
}

#[test]
fn a_finding_counts_whatever_came_of_it_and_as_often_as_it_stands() {
    let filters = doc! { "filters": [
        { "type": "HATE", "confidence": "LOW", "action": "NONE" },
        { "confidence": "HIGH" },
        { "type": "HATE", "confidence": "LOW" },
        "no finding",
    ] };
    let expected = doc! { "contentPolicy": ["HATE/LOW", "UNKNOWN/HIGH", "HATE/LOW"] };
    assert_eq!(of_input(doc! { "contentPolicy": filters }), Some(expected));
    assert_eq!(of_input(doc! { "contentPolicy": { "filters": [] }, "topicPolicy": 5 }), None);
}

#[test]
fn the_input_comes_before_the_outputs() {
    let topic = |name: &str| doc! { "topicPolicy": { "topics": [{ "name": name }] } };
    let trace =
        doc! { "outputAssessments": [topic("b"), topic("c")], "inputAssessment": topic("a"), "modelOutput": ["x"] };
    let expected = doc! { "topicPolicy": ["a/UNKNOWN", "b/UNKNOWN", "c/UNKNOWN"] };
    assert_eq!(triggered(&trace), Some(expected.clone()));
    let by_id = doc! { "guardrail": {
        "inputAssessment": { "gr-1": topic("a") },
        "outputAssessments": { "gr-1": [topic("b"), topic("c")] },
    } };
    assert_eq!(triggered(&by_id), Some(expected), "as Bedrock gives it");
    assert_eq!(triggered(&doc! { "elsewhere": topic("a") }), None);
}

#[test]
fn fields_that_are_no_text_are_printed_as_python_does() {
    let cases: [(Bson, &str); 9] = [
        (Bson::Double(0.1), "0.1"),
        (Bson::Double(0.000_01), "1e-05"),
        (Bson::Double(1.5e22), "1.5e+22"),
        (Bson::Double(-2.5e-120), "-2.5e-120"),
        (Bson::Double(0.000_1), "0.0001"),
        (Bson::Double(f64::NAN), "nan"),
        (Bson::Int64(7), "7"),
        (Bson::Boolean(true), "True"),
        (Bson::Null, "None"),
    ];
    for (field, expected) in cases {
        assert_eq!(word(Some(&field)), expected);
    }
}

#[test]
fn an_event_is_blocked_unless_told_and_leaves_out_what_is_empty() {
    let agent = AgentId::from("support");
    let event = GuardrailIntervention::default().stop_reason("").trace(doc! {}).into_event(&agent, 4);
    assert_eq!((event.action.as_str(), event.message_id), ("BLOCKED", Some(4)));
    assert_eq!((event.stop_reason, event.policies_triggered, event.trace), (None, None, None));
    let trace =
        doc! { "inputAssessment": { "wordPolicy": { "customWords": [{ "match": "y", "action": "BLOCKED" }] } } };
    let event = GuardrailIntervention::default().action("ANONYMIZED").trace(trace.clone()).into_event(&agent, 4);
    assert_eq!(event.action, "ANONYMIZED", "not the trace's");
    assert_eq!((event.policies_triggered, event.trace), (Some(doc! { "wordPolicy": ["y"] }), Some(trace)));
}
