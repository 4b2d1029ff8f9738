//! A chain underway: what was carried out stands, whatever a hook does afterwards.

use std::{
    panic::AssertUnwindSafe,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use futures_util::FutureExt;

use futures_util::future::BoxFuture;

use super::{Hook, HookAnswer, HookOperation, HookPayload, Last, Next};
use crate::repository::{Error, Result};

/// How far the operation itself is.
#[derive(Clone)]
enum Progress {
    Before,
    Underway,
    Done(Result<HookAnswer>),
}

/// The operation itself, watched.
struct Watched<'a> {
    last: &'a (dyn Fn(HookOperation) -> BoxFuture<'a, Result<HookAnswer>> + Send + Sync),
    stage: Mutex<Progress>,
}

impl Watched<'_> {
    fn stage(&self) -> Progress {
        self.stage.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn set(&self, stage: Progress) {
        *self.stage.lock().unwrap_or_else(PoisonError::into_inner) = stage;
    }
}

#[async_trait]
impl Last for Watched<'_> {
    async fn carry_out(&self, operation: HookOperation) -> Result<HookAnswer> {
        self.set(Progress::Underway);
        let answer = (self.last)(operation).await;
        self.set(Progress::Done(answer.clone()));
        answer
    }
}

/// Which hook failed after the operation was carried out, and why.
type FailedAfter = (String, String);

pub(super) async fn run<'a>(
    hooks: &[Arc<dyn Hook>],
    deadline: Duration,
    operation: HookOperation,
    last: &'a (dyn Fn(HookOperation) -> BoxFuture<'a, Result<HookAnswer>> + Send + Sync),
) -> (Result<HookAnswer>, Option<FailedAfter>) {
    let watched = Watched { last, stage: Mutex::new(Progress::Before) };
    let reads = matches!(operation.payload, HookPayload::MetadataGet);
    let asked = operation.clone();
    let chain = AssertUnwindSafe(Next { rest: hooks, last: &watched }.run(operation)).catch_unwind();
    tokio::pin!(chain);
    let stopped = loop {
        match tokio::time::timeout(deadline, &mut chain).await {
            Ok(Ok(answer)) => match (watched.stage(), answer) {
                // A hook cannot make undone what is stored.
                (Progress::Done(Ok(stored)), Err(error)) if !reads => {
                    tracing::warn!(%error, action = %asked.action(), "a hook failed after the write");
                    return (Ok(stored), Some(failed_after(hooks, error)));
                }
                (_, answer) => return (answer, None),
            },
            Ok(Err(_)) => break "it crashed; its own log may say more".to_owned(),
            // The operation itself has a deadline of its own.
            Err(_) if matches!(watched.stage(), Progress::Underway) => {}
            Err(_) => break format!("it did not answer within {} s", deadline.as_secs_f64()),
        }
    };
    match watched.stage() {
        Progress::Done(answer) if !reads || answer.is_err() => {
            tracing::warn!(reason = stopped, action = %asked.action(), "a hook failed after the write");
            let failed = answer.is_ok().then(|| (names(hooks), stopped));
            (answer, failed)
        }
        _ => (Err(asked.refused(&names(hooks), stopped)), None),
    }
}

fn names(hooks: &[Arc<dyn Hook>]) -> String {
    hooks.iter().map(|hook| hook.name()).collect::<Vec<_>>().join(", ")
}

fn failed_after(hooks: &[Arc<dyn Hook>], error: Error) -> FailedAfter {
    match error {
        Error::Refused { hook, reason, .. } => (hook, reason),
        other => (names(hooks), other.to_string()),
    }
}
