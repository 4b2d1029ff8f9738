//! Messages.

use std::sync::Arc;

use bson::{Binary, Document, doc, spec::BinarySubtype};

use super::{AGENT, Case, Fixture, Found, Outcome, agent_id, case, ensure, ensure_error, new_message, now, same};
use crate::{
    repository::{Error, SessionRepository, Tail},
    session::record::{MessageBody, MessageUpdate, NewGuardrailEvent, NewMessage},
};

/// Writers at once, and messages of each.
const WRITERS: usize = 16;
const EACH: usize = 4;

pub(super) const CASES: &[Case] = &[
    case!("messages are appended with ids from 0", appended),
    case!("a message is stored whole, bytes and unknown blocks included", whole),
    case!("a tail that is no longer true is read again", stale_tail),
    case!("a message that is stored already is not stored twice", tracked),
    case!("sixteen writers lose nothing and choose no id twice", concurrent),
    case!("a history comes by time, less an offset, up to a limit", history),
    case!("a redaction keeps the message and its figures", redacted),
    case!("figures on a message move no time", figures),
    case!("a message that is not there is told", unknown),
];

async fn appended(repository: Arc<dyn SessionRepository>) -> Outcome {
    let fixture = Fixture::with_messages(repository, 3).await?;
    same!(fixture.ids().await?, vec![Some(0), Some(1), Some(2)]);
    same!(fixture.agent().await?.message_count, 3);
    let message = fixture.repository.message(&fixture.key, &agent_id(), 1).await?;
    let message = message.ok_or_else(|| Found("message 1 is not found".to_owned()))?;
    ensure!(message.findings.is_empty(), "findings: {:?}", message.findings);
    same!(message.tracking_id.is_some(), true);
    let session = fixture.read().await?;
    ensure!(session.updated_at >= message.created_at, "the session's updated_at did not move");
    fixture.done().await
}

async fn whole(repository: Arc<dyn SessionRepository>) -> Outcome {
    let fixture = Fixture::with_messages(repository, 0).await?;
    let bytes = Binary { subtype: BinarySubtype::Generic, bytes: vec![0, 159, 146, 150, 255] };
    let content = vec![
        doc! { "text": "tab\t, quote \" and \u{1f600} \u{0}" },
        doc! { "image": { "format": "png", "source": { "bytes": bytes } } },
        doc! { "toolUse": { "toolUseId": "t-1", "name": "lookup", "input": { "nested": [1, 2.5, null, true] } } },
        doc! { "somethingNew": { "a": [] } },
    ];
    let mut message = NewMessage { body: MessageBody::new("assistant", content), ..new_message("") };
    message.body.0.insert("tracking_id", "11111111-2222-4333-8444-555555555555");
    message.body.0.insert("metadata", doc! { "usage": { "inputTokens": 3, "outputTokens": 4, "totalTokens": 7 } });
    message.event_loop_metrics = Some(doc! { "accumulated_usage": { "totalTokens": 7 } });
    fixture.append(&message, None).await?;
    let history = fixture.repository.history(&fixture.key, &agent_id(), 0, None).await?;
    same!(history.len(), 1);
    same!(history[0].body, message.body);
    let stored = fixture.repository.messages(&fixture.key, &agent_id(), 0..1).await?;
    same!(stored[0].usage.and_then(|usage| usage.total), Some(7));
    ensure!(stored[0].counters.is_some(), "the figures are not stored");
    fixture.done().await
}

async fn stale_tail(repository: Arc<dyn SessionRepository>) -> Outcome {
    let fixture = Fixture::with_messages(repository, 2).await?;
    for known in [Tail::default(), Tail { len: 1, last_id: Some(0) }, Tail { len: 9, last_id: Some(8) }] {
        fixture.append(&new_message("late"), Some(known)).await?;
    }
    same!(fixture.ids().await?, (0..5).map(Some).collect::<Vec<_>>());
    fixture.done().await
}

async fn tracked(repository: Arc<dyn SessionRepository>) -> Outcome {
    let fixture = Fixture::with_messages(repository, 2).await?;
    let message = new_message("once");
    let tail = fixture.append(&message, None).await?;
    same!(tail, Tail { len: 3, last_id: Some(2) });
    // As after a lost answer: the same message, and the tail as it was before.
    let again = fixture.append(&message, Some(Tail { len: 2, last_id: Some(1) })).await?;
    same!(again, tail);
    same!(fixture.ids().await?.len(), 3);
    fixture.done().await
}

async fn concurrent(repository: Arc<dyn SessionRepository>) -> Outcome {
    let fixture = Fixture::with_messages(repository, 0).await?;
    let mut tasks = Vec::new();
    for writer in 0..WRITERS {
        let (repository, key) = (Arc::clone(&fixture.repository), fixture.key.clone());
        tasks.push(tokio::spawn(async move {
            let mut tail = Some(Tail::default());
            for number in 0..EACH {
                let message = new_message(&format!("{writer}/{number}"));
                tail = Some(repository.append_message(&key, &agent_id(), &message, tail).await?);
            }
            Ok::<_, Error>(())
        }));
    }
    for task in tasks {
        task.await.map_err(|join| Found(join.to_string()))??;
    }
    same!(fixture.ids().await?, (0..(WRITERS * EACH) as i64).map(Some).collect::<Vec<_>>());
    let history = fixture.repository.history(&fixture.key, &agent_id(), 0, None).await?;
    let mut texts: Vec<String> = history
        .iter()
        .filter_map(|message| Some(message.body.blocks().next()?.get_str("text").ok()?.to_owned()))
        .collect();
    texts.sort();
    texts.dedup();
    same!(texts.len(), WRITERS * EACH);
    fixture.done().await
}

async fn history(repository: Arc<dyn SessionRepository>) -> Outcome {
    let fixture = Fixture::with_messages(repository, 5).await?;
    let early = NewMessage { at: jiff::Timestamp::from_second(1_000_000).unwrap_or_default(), ..new_message("early") };
    fixture.append(&early, None).await?;
    let order = async |offset, limit| {
        let history = fixture.repository.history(&fixture.key, &agent_id(), offset, limit).await?;
        Ok::<_, Error>(history.iter().map(|message| message.index).collect::<Vec<_>>())
    };
    same!(order(0, None).await?, [5, 0, 1, 2, 3, 4]);
    same!(order(2, Some(3)).await?, [1, 2, 3]);
    same!(order(6, None).await?, [0; 0]);
    fixture.done().await
}

async fn redacted(repository: Arc<dyn SessionRepository>) -> Outcome {
    let fixture = Fixture::with_messages(repository, 1).await?;
    let metrics = doc! { "accumulated_usage": { "totalTokens": 38 } };
    let message = NewMessage { event_loop_metrics: Some(metrics), ..new_message("something bad") };
    fixture.append(&message, None).await?;
    let event = NewGuardrailEvent {
        agent_id: agent_id(),
        message_id: Some(1),
        action: "BLOCKED".to_owned(),
        stop_reason: None,
        policies_triggered: None,
        trace: Some(doc! { "inputAssessment": {} }),
        at: now(),
    };
    let update = MessageUpdate {
        redact_message: Some(MessageBody::text("user", "[redacted]")),
        guardrail_event: Some(event),
        event_loop_metrics: None,
    };
    fixture.repository.update_message(&fixture.key, &agent_id(), 1, &update).await?;
    let stored = fixture.repository.messages(&fixture.key, &agent_id(), 1..2).await?;
    let raw = stored[0].raw.bson().as_document().cloned().unwrap_or_default();
    same!(raw.get_document("message").ok(), Some(&message.body.0));
    ensure!(stored[0].redaction.is_some(), "there is no redaction");
    ensure!(stored[0].counters.is_some(), "the figures are gone");
    let event = stored[0].guardrail_event.as_ref();
    same!(event.and_then(|event| event.action.as_deref()), Some("BLOCKED"));
    same!(fixture.read().await?.guardrail_events.len(), 1);
    let history = fixture.repository.history(&fixture.key, &agent_id(), 1, None).await?;
    same!(history[0].body, MessageBody::text("user", "[redacted]"));
    fixture.done().await
}

async fn figures(repository: Arc<dyn SessionRepository>) -> Outcome {
    let fixture = Fixture::with_messages(repository, 2).await?;
    let (session, agent) = (fixture.read().await?, fixture.agent().await?);
    let metrics = doc! { "accumulated_usage": { "totalTokens": 9 }, "cycle_metrics": { "cycle_count": 1 } };
    let update = MessageUpdate { event_loop_metrics: Some(metrics), ..MessageUpdate::default() };
    fixture.repository.update_message(&fixture.key, &agent_id(), 1, &update).await?;
    let stored = fixture.repository.messages(&fixture.key, &agent_id(), 0..2).await?;
    same!(stored[0].counters.is_none(), true);
    same!(stored[1].counters.as_ref().and_then(|counters| counters.usage.total), Some(9));
    same!(fixture.read().await?.updated_at, session.updated_at);
    same!(fixture.agent().await?.updated_at, agent.updated_at);
    fixture.done().await
}

async fn unknown(repository: Arc<dyn SessionRepository>) -> Outcome {
    let fixture = Fixture::with_messages(repository, 1).await?;
    let update = MessageUpdate { event_loop_metrics: Some(Document::new()), ..MessageUpdate::default() };
    for id in [1, -1, 1 << 40] {
        let answer = fixture.repository.update_message(&fixture.key, &agent_id(), id, &update).await;
        ensure_error!(answer, Error::UnknownMessage { .. });
        same!(fixture.repository.message(&fixture.key, &agent_id(), id).await?.is_none(), true);
    }
    same!(fixture.repository.history(&fixture.key, &"nobody".into(), 0, None).await?, vec![]);
    same!(fixture.read().await?.agents.iter().map(|agent| agent.id.as_str()).collect::<Vec<_>>(), [AGENT]);
    fixture.done().await
}
