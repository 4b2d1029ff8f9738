//! Sessions, their feedback and guardrail events.

use std::sync::Arc;

use bson::{Bson, Document, doc};
use jiff::{SignedDuration, Timestamp};

use super::{AGENT, Case, Fixture, Outcome, agent_id, case, ensure, ensure_error, new_session, now, nowhere, same};
use crate::{
    repository::{CANNOT_CHANGE_FEEDBACK, Error, SessionRepository},
    session::{
        Rating, StoredDate,
        record::{FeedbackChange, NewFeedback, NewGuardrailEvent, SessionUpdate},
    },
};

pub(super) const CASES: &[Case] = &[
    case!("a created session is read back as it was given", created),
    case!("a session's id is given once", duplicate),
    case!("a session is updated field by field", updated),
    case!("what is deleted is gone", deleted),
    case!("a session that is not there is not found by any write", unknown),
    case!("feedback is added at the end and moves updated_at", feedback),
    case!("a feedback is changed or taken back where it is still what it was, and no other is", changed_feedback),
    case!("a guardrail event is recorded and moves no time", guardrail_event),
];

async fn created(repository: Arc<dyn SessionRepository>) -> Outcome {
    let new = new_session();
    let key = repository.create_session(&new).await?;
    same!(key.text(), new.id.as_str());
    let session = repository.open(&key, 0).await?;
    same!(session.session_id.as_deref(), Some(new.id.as_str()));
    same!(session.application_name, new.application_name);
    same!(session.session_type.as_deref(), Some("AGENT"));
    same!(session.created_at, Some(StoredDate::from(new.at)));
    same!(session.metadata_fields(), Some(&new.metadata));
    same!(session.agents.len() + session.feedbacks.len() + session.guardrail_events.len(), 0);
    ensure!(session.viewer_password.is_some(), "the viewer password is not stored");
    ensure!(session.findings.is_empty(), "findings: {:?}", session.findings);
    same!(repository.resolve(&new.id).await?.len(), 1);
    Ok(repository.delete_session(&key).await?)
}

async fn duplicate(repository: Arc<dyn SessionRepository>) -> Outcome {
    let new = new_session();
    let key = repository.create_session(&new).await?;
    let other = crate::session::record::NewSession { metadata: doc! { "other": 1 }, ..new_session() };
    let again = crate::session::record::NewSession { id: new.id.clone(), ..other };
    ensure_error!(repository.create_session(&again).await, Error::Exists { .. });
    same!(repository.metadata(&key).await?, new.metadata);
    Ok(repository.delete_session(&key).await?)
}

async fn updated(repository: Arc<dyn SessionRepository>) -> Outcome {
    let fixture = Fixture::with_messages(repository, 1).await?;
    let update = SessionUpdate { session_type: Some("default".to_owned()), ..SessionUpdate::default() };
    let before = fixture.read().await?;
    fixture.repository.update_session(&fixture.key, &update).await?;
    let after = fixture.read().await?;
    same!(after.session_type.as_deref(), Some("default"));
    same!(after.application_name, before.application_name);
    same!(after.updated_at, before.updated_at);
    same!(after.message_count(), 1);
    fixture.done().await
}

async fn deleted(repository: Arc<dyn SessionRepository>) -> Outcome {
    let fixture = Fixture::with_messages(repository, 2).await?;
    fixture.repository.delete_session(&fixture.key).await?;
    ensure_error!(fixture.read().await, Error::NotFound { .. });
    same!(fixture.repository.resolve(fixture.key.text()).await?.len(), 0);
    ensure_error!(fixture.repository.delete_session(&fixture.key).await, Error::NotFound { .. });
    Ok(())
}

async fn unknown(repository: Arc<dyn SessionRepository>) -> Outcome {
    let (key, agent) = (nowhere(), agent_id());
    let update = SessionUpdate { updated_at: Some(now()), ..SessionUpdate::default() };
    let edits = [crate::session::MetadataEdit::set("a", 1)];
    ensure_error!(repository.update_session(&key, &update).await, Error::NotFound { .. });
    ensure_error!(repository.create_agent(&key, &super::new_agent(AGENT)).await, Error::NotFound { .. });
    ensure_error!(
        repository.append_message(&key, &agent, &super::new_message("x"), None).await,
        Error::NotFound { .. }
    );
    ensure_error!(repository.edit_metadata(&key, &edits).await, Error::NotFound { .. });
    ensure_error!(repository.add_feedback(&key, &up(now())).await, Error::NotFound { .. });
    ensure_error!(repository.add_guardrail_event(&key, &event()).await, Error::NotFound { .. });
    ensure_error!(repository.metadata(&key).await, Error::NotFound { .. });
    ensure_error!(repository.agent(&key, &agent).await, Error::NotFound { .. });
    ensure_error!(repository.history(&key, &agent, 0, None).await, Error::NotFound { .. });
    Ok(())
}

pub(super) fn up(at: Timestamp) -> NewFeedback {
    NewFeedback {
        rating: Rating::Up,
        comment: Some("fast\nand right".to_owned()),
        agent_id: Some(agent_id()),
        message_id: Some(0),
        extra: Document::new(),
        again: false,
        at,
    }
}

async fn feedback(repository: Arc<dyn SessionRepository>) -> Outcome {
    let fixture = Fixture::session(repository).await?;
    let later = now().saturating_add(SignedDuration::from_secs(60)).unwrap_or_default();
    let neutral = NewFeedback { rating: Rating::Neutral, comment: None, agent_id: None, message_id: None, ..up(later) };
    fixture.repository.add_feedback(&fixture.key, &up(now())).await?;
    fixture.repository.add_feedback(&fixture.key, &neutral).await?;
    let stored = fixture.repository.feedbacks(&fixture.key).await?;
    same!(stored.len(), 2);
    same!(stored[0].rating, Rating::Up);
    same!(stored[0].comment.as_deref(), Some("fast\nand right"));
    same!((stored[0].agent_id.as_deref(), stored[0].message_id), (Some(AGENT), Some(0)));
    same!((&stored[1].rating, stored[1].comment.as_deref()), (&Rating::Neutral, None));
    same!(stored[1].created_at, Some(StoredDate::from(later)));
    let session = fixture.read().await?;
    ensure!(session.updated_at > session.created_at, "updated_at did not move: {:?}", session.updated_at);
    fixture.done().await
}

async fn changed_feedback(repository: Arc<dyn SessionRepository>) -> Outcome {
    let fixture = Fixture::session(repository).await?;
    let (repository, key) = (&fixture.repository, &fixture.key);
    let down = NewFeedback { rating: Rating::Down, extra: doc! { "by": "ada" }, ..up(now()) };
    // Two are alike: the last of them is meant.
    for new in [&down, &up(now()), &down] {
        repository.add_feedback(key, new).await?;
    }
    let before = stored_feedbacks(&fixture).await?;
    let changed = rated_up(&before[0]);
    let change = FeedbackChange::to(before[0].clone(), changed.clone());
    match repository.change_feedback(key, &change).await {
        Err(Error::Other { reason, .. }) if reason == CANNOT_CHANGE_FEEDBACK => return fixture.done().await,
        answer => same!(answer?, 2),
    }
    let now_stored = stored_feedbacks(&fixture).await?;
    same!(now_stored, vec![before[0].clone(), before[1].clone(), changed.clone().into()]);
    // What is not stored like that is not touched, in part or whole.
    let mut other = changed.clone();
    other.insert("comment", "another");
    for change in [FeedbackChange::back(other.clone().into()), FeedbackChange::to(other.into(), changed.clone())] {
        ensure_error!(repository.change_feedback(key, &change).await, Error::Conflict { .. });
    }
    same!(stored_feedbacks(&fixture).await?, now_stored);
    same!(repository.change_feedback(key, &FeedbackChange::back(before[0].clone())).await?, 0);
    same!(stored_feedbacks(&fixture).await?, vec![before[1].clone(), changed.into()]);
    ensure_error!(
        repository.change_feedback(key, &FeedbackChange::back(before[0].clone())).await,
        Error::Conflict { .. }
    );
    let session = fixture.read().await?;
    ensure!(session.updated_at > session.created_at, "updated_at did not move: {:?}", session.updated_at);
    ensure_error!(
        repository.change_feedback(&nowhere(), &FeedbackChange::back(before[0].clone())).await,
        Error::NotFound { .. }
    );
    fixture.done().await
}

/// The elements as they are stored.
async fn stored_feedbacks(fixture: &Fixture) -> Outcome<Vec<Bson>> {
    let read = fixture.repository.feedbacks(&fixture.key).await?;
    Ok(read.iter().map(|feedback| feedback.raw.bson()).collect())
}

fn rated_up(stored: &Bson) -> Document {
    let mut changed = stored.as_document().cloned().unwrap_or_default();
    changed.insert("rating", "up");
    changed
}

pub(super) fn event() -> NewGuardrailEvent {
    NewGuardrailEvent {
        agent_id: agent_id(),
        message_id: Some(0),
        action: "BLOCKED".to_owned(),
        stop_reason: Some("guardrail_intervened".to_owned()),
        policies_triggered: Some(doc! { "contentPolicy": ["HATE/HIGH"] }),
        trace: None,
        at: now(),
    }
}

async fn guardrail_event(repository: Arc<dyn SessionRepository>) -> Outcome {
    let fixture = Fixture::with_messages(repository, 1).await?;
    let before = fixture.read().await?.updated_at;
    let event = event();
    fixture.repository.add_guardrail_event(&fixture.key, &event).await?;
    let session = fixture.read().await?;
    same!(session.updated_at, before);
    same!(session.guardrail_events.len(), 1);
    let stored = &session.guardrail_events[0];
    same!(
        (stored.action.as_deref(), stored.message_id, stored.at),
        (Some("BLOCKED"), Some(0), Some(StoredDate::from(event.at)))
    );
    ensure!(stored.policies.is_some(), "the policies are not stored");
    fixture.done().await
}
