//! Brings what is in an outbox: several at once, what is of one session one after another.

use std::{
    collections::{HashMap, VecDeque},
    panic::AssertUnwindSafe,
    sync::Arc,
    time::Duration,
};

use futures_util::{FutureExt, StreamExt, stream::FuturesUnordered};
use tokio::sync::{Notify, mpsc};

use super::{Counts, OutboxNews, OutboxOptions, add, of_which};
use crate::{
    hook::{Deliver, Delivery, DeliveryOutcome, HookSubject},
    repository::backoff,
    session::SessionKey,
};

/// The longest wait between two attempts.
const LONGEST: Duration = Duration::from_secs(30);

pub(super) struct Courier<D> {
    pub name: String,
    pub deliver: D,
    pub options: OutboxOptions,
    pub counts: Arc<Counts>,
    pub news: Arc<OutboxNews>,
}

impl<D: Deliver> Courier<D> {
    /// Brings what comes until nothing more does, or until it is to stop: then it gives what was not brought to an end.
    pub async fn run(
        self,
        mut queue: mpsc::UnboundedReceiver<Delivery>,
        stop: Arc<Notify>,
    ) -> Vec<Option<HookSubject>> {
        let mut waiting = DeliveryLines::default();
        let mut underway = FuturesUnordered::new();
        let mut subjects = HashMap::new();
        let mut is_open = true;
        while is_open || !underway.is_empty() {
            tokio::select! {
                () = stop.notified() => break,
                Some(line) = underway.next(), if !underway.is_empty() => {
                    subjects.remove(&line);
                    waiting.ended(line);
                }
                delivery = queue.recv(), if is_open => match delivery {
                    Some(delivery) => waiting.add(delivery),
                    None => is_open = false,
                },
            }
            while underway.len() < self.options.at_once.max(1)
                && let Some((line, delivery)) = waiting.take()
            {
                self.counts.starts();
                subjects.insert(line.clone(), delivery.subject.clone());
                underway.push(self.bring_to_end(line, delivery));
            }
        }
        drop(underway);
        let never_taken = std::iter::from_fn(|| queue.try_recv().ok());
        let unbegun = waiting.rest().chain(never_taken).map(|delivery| delivery.subject);
        subjects.into_values().chain(unbegun).collect()
    }

    /// Brings one, or gives it up, and tells of it. Gives back its line.
    async fn bring_to_end(&self, line: Option<SessionKey>, delivery: Delivery) -> Option<SessionKey> {
        let brought = AssertUnwindSafe(self.bring(&delivery)).catch_unwind().await;
        match brought.unwrap_or_else(|_| Err("what delivers it crashed".to_owned())) {
            Ok(()) => {
                add(&self.counts.delivered);
                self.news.arrived(delivery.subject);
            }
            Err(reason) => {
                add(&self.counts.dropped);
                let of = of_which(delivery.subject.as_ref());
                tracing::warn!(outbox = self.name, id = delivery.id, of, reason, "a delivery was given up");
                self.news.gave_up(delivery.subject, format!("a delivery was given up, {reason}"));
            }
        }
        line
    }

    async fn bring(&self, delivery: &Delivery) -> Result<(), String> {
        let attempts = self.options.attempts.max(1);
        let mut cause = String::new();
        for attempt in 0..attempts {
            if attempt > 0 {
                add(&self.counts.retried);
            }
            match self.deliver.deliver(delivery).await {
                DeliveryOutcome::Delivered => return Ok(()),
                DeliveryOutcome::Never(reason) => return Err(reason),
                DeliveryOutcome::Again { after, why } => {
                    tracing::debug!(outbox = self.name, id = delivery.id, attempt, why, "an attempt failed");
                    self.news.note_cause(&why);
                    cause = why;
                    if attempt + 1 < attempts {
                        tokio::time::sleep(self.wait(attempt, after)).await;
                    }
                }
            }
        }
        let plural = if attempts == 1 { "" } else { "s" };
        Err(format!("{attempts} attempt{plural} failed, the last attempt: {cause}"))
    }

    fn wait(&self, attempt: u32, wish: Option<Duration>) -> Duration {
        let doubled = self.options.backoff.saturating_mul(2_u32.saturating_pow(attempt)).min(LONGEST);
        backoff::spread(doubled).max(wish.unwrap_or_default().min(LONGEST))
    }
}

/// What waits, in a line for each session; what is of no session has one too.
#[derive(Default)]
struct DeliveryLines {
    /// The lines of which something waits or is underway.
    lines: HashMap<Option<SessionKey>, VecDeque<Delivery>>,
    /// The lines of which something waits and nothing is underway, in the order of their turns.
    ready: VecDeque<Option<SessionKey>>,
}

impl DeliveryLines {
    fn add(&mut self, delivery: Delivery) {
        let line = delivery.subject.as_ref().map(|subject| subject.session.clone());
        if let Some(others) = self.lines.get_mut(&line) {
            others.push_back(delivery);
            return;
        }
        self.lines.insert(line.clone(), VecDeque::from([delivery]));
        self.ready.push_back(line);
    }

    /// The next, with its line, of which nothing more comes until it is [`ended`](Self::ended).
    fn take(&mut self) -> Option<(Option<SessionKey>, Delivery)> {
        let line = self.ready.pop_front()?;
        let delivery = self.lines.get_mut(&line)?.pop_front()?;
        Some((line, delivery))
    }

    /// What was underway of a line came to an end.
    fn ended(&mut self, line: Option<SessionKey>) {
        if self.lines.get(&line).is_none_or(VecDeque::is_empty) {
            self.lines.remove(&line);
        } else {
            self.ready.push_back(line);
        }
    }

    fn rest(self) -> impl Iterator<Item = Delivery> {
        self.lines.into_values().flatten()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::hook::HookAction;

    fn delivery(session: u8, number: usize) -> Delivery {
        let delivery = Delivery::new(number.to_string(), "");
        // What is of no session is in a line too.
        if session == 0 {
            return delivery;
        }
        delivery.subject(HookSubject { action: HookAction::MetadataUpdate, session: format!("s-{session}").into() })
    }

    proptest! {
        /// Whenever they end, those of a session begin one after another in their order, and none is lost.
        #[test]
        fn a_line_for_each_session(sessions in proptest::collection::vec(0_u8..4, 0..40), at_once in 1_usize..5) {
            let mut lines = DeliveryLines::default();
            for (number, session) in sessions.iter().enumerate() {
                lines.add(delivery(*session, number));
            }
            let (mut underway, mut begun) = (VecDeque::new(), Vec::new());
            loop {
                while underway.len() < at_once && let Some((line, delivery)) = lines.take() {
                    prop_assert!(!underway.contains(&line), "two of a session at once");
                    underway.push_back(line);
                    begun.push(delivery);
                }
                // The newest ends first.
                let Some(line) = underway.pop_back() else { break };
                lines.ended(line);
            }
            prop_assert!(lines.lines.is_empty());
            for session in 0..4 {
                let number = |delivery: &Delivery| delivery.id.parse::<usize>().unwrap();
                let of = begun.iter().map(number).filter(|number| sessions[*number] == session);
                let offered = (0..sessions.len()).filter(|number| sessions[*number] == session);
                prop_assert_eq!(of.collect::<Vec<_>>(), offered.collect::<Vec<_>>());
            }
        }
    }
}
