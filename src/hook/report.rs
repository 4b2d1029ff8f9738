//! What became of what the hooks had to do, for whoever looks on.

use std::{
    collections::VecDeque,
    fmt,
    sync::{Mutex, PoisonError},
};

use tokio::sync::Notify;

use super::{HookAction, HookOperation};
use crate::session::SessionKey;

/// What a hook had to do with.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct HookSubject {
    /// What was to be done.
    pub action: HookAction,
    /// The session's `_id`.
    pub session: SessionKey,
}

impl HookSubject {
    /// That operation.
    #[must_use]
    pub fn of(operation: &HookOperation) -> Self {
        Self { action: operation.action(), session: operation.session.clone() }
    }
}

impl fmt::Display for HookSubject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of session {:?}", self.action, self.session.text())
    }
}

/// What became of what a hook had to do. Its text says it in a sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct HookReport {
    /// The hook's name; the names of all of a chain where nobody can say which it was.
    pub hook: String,
    /// With what it had to do; `None`: no operation, such as an alert, or several.
    pub subject: Option<HookSubject>,
    /// What became of it.
    pub outcome: HookOutcome,
}

/// What became of what a hook had to do.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum HookOutcome {
    /// What it had to tell arrived.
    Delivered,
    /// It refused the operation, for that reason: nothing was written.
    Refused(String),
    /// It failed once the operation was carried out, which stands: why.
    Failed(String),
    /// It gave up on telling: what and why, in a sentence.
    GivenUp(String),
}

impl HookReport {
    /// Of a hook of that name.
    #[must_use]
    pub fn new(hook: impl Into<String>, subject: Option<HookSubject>, outcome: HookOutcome) -> Self {
        Self { hook: hook.into(), subject, outcome }
    }
}

impl fmt::Display for HookReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = self.subject.as_ref().map_or_else(|| "what it was to tell".to_owned(), ToString::to_string);
        let hook = &self.hook;
        match &self.outcome {
            HookOutcome::Delivered => write!(f, "hook {hook}: {what} was delivered"),
            HookOutcome::Refused(reason) => write!(f, "hook {hook} refused {what}: {reason}"),
            HookOutcome::Failed(why) => write!(f, "hook {hook} failed after {what} was carried out: {why}"),
            HookOutcome::GivenUp(told) if self.subject.is_some() => write!(f, "hook {hook}: {what}: {told}"),
            HookOutcome::GivenUp(told) => write!(f, "hook {hook}: {told}"),
        }
    }
}

/// So many are kept at most where nobody listens; the oldest are forgotten.
const MOST: usize = 100;

/// What is to be told, each once.
pub(super) struct NewsQueue<T> {
    news: Mutex<VecDeque<T>>,
    more: Notify,
}

impl<T> Default for NewsQueue<T> {
    fn default() -> Self {
        Self { news: Mutex::default(), more: Notify::new() }
    }
}

impl<T> NewsQueue<T> {
    pub(super) fn tell(&self, what: T) {
        let mut news = self.news.lock().unwrap_or_else(PoisonError::into_inner);
        if news.len() == MOST {
            news.pop_front();
        }
        news.push_back(what);
        drop(news);
        self.more.notify_one();
    }

    /// Waits for the next. A wait that is dropped loses none.
    pub(super) async fn next(&self) -> T {
        loop {
            let next = self.news.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
            match next {
                Some(what) => return what,
                None => self.more.notified().await,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_is_a_sentence_with_the_hook_and_the_session() {
        let subject = HookSubject { action: HookAction::FeedbackDelete, session: "s-1".into() };
        let said =
            |subject: Option<&HookSubject>, outcome| HookReport::new("audit", subject.cloned(), outcome).to_string();
        let some = Some(&subject);
        assert_eq!(said(some, HookOutcome::Delivered), "hook audit: feedback.delete of session \"s-1\" was delivered");
        assert_eq!(
            said(some, HookOutcome::Refused("not today".into())),
            "hook audit refused feedback.delete of session \"s-1\": not today"
        );
        assert_eq!(
            said(some, HookOutcome::Failed("it crashed".into())),
            "hook audit failed after feedback.delete of session \"s-1\" was carried out: it crashed"
        );
        assert_eq!(
            said(some, HookOutcome::GivenUp("the queue is full".into())),
            "hook audit: feedback.delete of session \"s-1\": the queue is full",
            "what it is of is not cut away"
        );
        assert_eq!(said(None, HookOutcome::GivenUp("the queue is full".into())), "hook audit: the queue is full");
    }

    #[tokio::test]
    async fn the_oldest_are_forgotten_where_nobody_listens() {
        let queue = NewsQueue::default();
        for n in 0..=MOST {
            queue.tell(n);
        }
        assert_eq!((queue.next().await, queue.next().await), (1, 2));
    }
}
