//! An outbox as a hook uses it.

use super::Outbox;
use crate::{
    hook::{Delivery, HookAnswer, HookOperation, HookOutcome, HookReport, Next},
    repository::Result,
};

impl Outbox {
    /// The next of [`told`](Self::told) as the hook of that name reports it.
    pub(in crate::hook) async fn report(&self, hook: &str) -> HookReport {
        let told = self.told().await;
        let outcome = told.arrived.map_or_else(HookOutcome::GivenUp, |()| HookOutcome::Delivered);
        HookReport::new(hook, told.subject, outcome)
    }

    /// Goes on with the operation, and takes these deliveries once it is carried out: none where it failed or came to nothing.
    ///
    /// # Errors
    /// Those of the operation.
    pub async fn tell_after(
        &self,
        operation: HookOperation,
        next: Next<'_>,
        deliveries: Vec<Delivery>,
    ) -> Result<HookAnswer> {
        let answer = next.run(operation).await?;
        if answer != HookAnswer::Unchanged {
            for delivery in deliveries {
                self.offer(delivery);
            }
        }
        Ok(answer)
    }
}
