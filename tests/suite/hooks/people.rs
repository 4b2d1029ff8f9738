//! Everything that a person changes goes through the hooks, and what became of it is told.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use async_trait::async_trait;
use strandscope::{
    CopyKeeper, Error, FeedbackChange, Hook, HookAction, HookAnswer, HookOperation, HookOutcome, Hooks, MetadataEdit,
    NewFeedback, Next, Rating, Result, SessionCopy, SessionManager, Timestamp, Webhook,
};

use super::{Odd, endpoint, manager, settings};

/// Notes what it is around, and refuses one action.
struct Noting {
    seen: Mutex<Vec<&'static str>>,
    refuses: Option<HookAction>,
}

#[async_trait]
impl Hook for Noting {
    fn name(&self) -> &'static str {
        "noting"
    }

    async fn around(&self, operation: HookOperation, next: Next<'_>) -> Result<HookAnswer> {
        self.seen.lock().unwrap().push(operation.action().name());
        if self.refuses == Some(operation.action()) {
            return Err(operation.refused("noting", "it has to stay"));
        }
        next.run(operation).await
    }
}

/// Keeps copies in memory.
#[derive(Default)]
struct Kept(Vec<SessionCopy>);

#[async_trait]
impl CopyKeeper for Kept {
    async fn keep(&mut self, copy: &SessionCopy) -> Result<()> {
        self.0.push(copy.clone());
        Ok(())
    }

    async fn discard(&mut self) {
        self.0.clear();
    }
}

async fn noting(dir: &tempfile::TempDir, refuses: Option<HookAction>) -> (Arc<Noting>, SessionManager, Hooks) {
    let hook = Arc::new(Noting { seen: Mutex::default(), refuses });
    let hooks = Hooks::new(vec![Arc::clone(&hook) as Arc<dyn Hook>]);
    (hook, manager(dir, hooks.clone()).await, hooks)
}

#[tokio::test]
async fn everything_that_a_person_changes_goes_through_the_hooks() {
    let dir = tempfile::tempdir().unwrap();
    let (hook, manager, _) = noting(&dir, None).await;
    manager.add_feedback(NewFeedback::new(Rating::Up)).await.unwrap();
    let stored = |manager: &SessionManager| {
        let manager = manager.clone();
        async move { manager.feedbacks().await.unwrap().remove(0).raw.bson() }
    };
    let mut changed = stored(&manager).await.as_document().unwrap().clone();
    changed.insert("rating", "down");
    let change = FeedbackChange::to(stored(&manager).await, changed);
    assert_eq!(manager.change_feedback(change.clone()).await.unwrap(), Some(0));
    assert!(matches!(manager.change_feedback(change).await.unwrap_err(), Error::Conflict { .. }));
    let back = FeedbackChange::back(stored(&manager).await);
    assert_eq!(manager.change_feedback(back).await.unwrap(), Some(0));
    assert!(manager.feedbacks().await.unwrap().is_empty());
    let mut kept = Kept::default();
    let long_ago = Timestamp::from_second(1).unwrap();
    assert!(!manager.delete_session_if_older(long_ago, Some(&mut kept)).await.unwrap(), "it is alive");
    manager.delete_session_kept(&mut kept).await.unwrap();
    manager.restore_session(kept.0.pop().unwrap()).await.unwrap();
    manager.delete_session().await.unwrap();
    assert!(matches!(manager.metadata().await.unwrap_err(), Error::NotFound { .. }));
    let seen = [
        "feedback.add",
        "feedback.update",
        "feedback.update",
        "feedback.delete",
        "session.delete",
        "session.delete",
        "session.restore",
        "session.delete",
        "metadata.get",
    ];
    assert_eq!(*hook.seen.lock().unwrap(), seen);
}

#[tokio::test]
async fn the_copy_of_another_session_is_not_put_back() {
    let dir = tempfile::tempdir().unwrap();
    let (hook, manager, hooks) = noting(&dir, None).await;
    let mut kept = Kept::default();
    manager.delete_session_kept(&mut kept).await.unwrap();
    let copy = kept.0.pop().unwrap();
    let stranger = SessionManager::builder(Arc::clone(manager.repository()), "s-2").hooks(hooks).build();
    let refused = stranger.restore_session(copy).await.unwrap_err();
    assert!(matches!(refused, Error::Invalid { .. }), "{refused}");
    assert!(refused.to_string().contains("\"s-1\"") && refused.to_string().contains("\"s-2\""), "{refused}");
    assert_eq!(*hook.seen.lock().unwrap(), ["session.delete"], "no hook is told of it");
}

#[tokio::test]
async fn a_deletion_that_a_hook_refuses_leaves_the_session_and_no_copy_and_is_told() {
    let dir = tempfile::tempdir().unwrap();
    let (_, manager, hooks) = noting(&dir, Some(HookAction::SessionDelete)).await;
    let mut kept = Kept::default();
    let refused = manager.delete_session_kept(&mut kept).await.unwrap_err();
    assert!(matches!(refused, Error::Refused { .. }), "{refused}");
    assert!(kept.0.is_empty());
    manager.metadata().await.unwrap();
    let told = hooks.told().await;
    assert_eq!(told.outcome, HookOutcome::Refused("it has to stay".into()));
    assert_eq!(told.to_string(), "hook noting refused session.delete of session \"s-1\": it has to stay");
}

#[tokio::test]
async fn a_hook_that_fails_after_the_write_is_told() {
    let dir = tempfile::tempdir().unwrap();
    let hooks = Hooks::new(vec![Arc::new(Odd("nothing")), Arc::new(Odd("fails after"))]);
    let manager = manager(&dir, hooks.clone()).await;
    manager.edit_metadata(vec![MetadataEdit::set("a", 1)]).await.unwrap();
    let told = hooks.told().await;
    assert_eq!((told.hook.as_str(), &told.outcome), ("odd", &HookOutcome::Failed("not today".into())));
    let subject = told.subject.unwrap();
    assert_eq!((subject.action, subject.session.text()), (HookAction::MetadataUpdate, "s-1"));
}

#[tokio::test]
async fn what_a_webhook_delivers_is_told_and_feedback_that_was_changed_says_before_and_after() {
    let (url, heard) = endpoint(vec!["200 OK", "200 OK"]).await;
    let webhook = Webhook::start("audit", &settings(&url)).unwrap();
    let hooks = Hooks::new(vec![Arc::new(webhook) as Arc<dyn Hook>]);
    let dir = tempfile::tempdir().unwrap();
    let manager = manager(&dir, hooks.clone()).await;
    manager.add_feedback(NewFeedback::new(Rating::Up).comment("fine")).await.unwrap();
    let told = hooks.told().await;
    assert_eq!(told.to_string(), "hook audit: feedback.add of session \"s-1\" was delivered");
    let stored = manager.feedbacks().await.unwrap()[0].raw.bson();
    manager.change_feedback(FeedbackChange::back(stored)).await.unwrap();
    assert_eq!(hooks.told().await.subject.map(|subject| subject.action), Some(HookAction::FeedbackDelete));
    // What came to nothing is not told.
    assert!(!manager.delete_session_if_older(Timestamp::from_second(1).unwrap(), None).await.unwrap());
    let requests = heard.await.unwrap();
    let body = requests[1].split_once("\r\n\r\n").unwrap().1;
    let sent: serde_json::Value = serde_json::from_str(body).unwrap();
    assert_eq!(sent["action"], serde_json::json!("feedback.delete"));
    assert_eq!(sent["payload"]["before"]["comment"], serde_json::json!("fine"));
    assert_eq!(sent["payload"]["after"], serde_json::Value::Null);
    assert_eq!(hooks.close(Duration::from_secs(5)).await, 0);
}
