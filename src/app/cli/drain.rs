//! The end of a command: what its hooks still have to tell.

use std::time::Duration;

use anyhow::Result;
use futures_util::FutureExt;

use super::{output, stop::Stop};
use crate::{
    app::signals::{Caught, Signals},
    hook::Hooks,
};

/// How long hooks may deliver at the end.
const DRAIN: Duration = Duration::from_secs(10);

/// After this it is said that they are waited for.
const SILENCE: Duration = Duration::from_millis(500);

/// Lets hooks deliver what they hold, says that it waits for them, and what could not be delivered. `Ctrl-C` and the other signals
/// that end a program cut it short, with their exit code.
pub async fn close(hooks: &Hooks) -> Result<()> {
    let mut signals = Signals::listen()?;
    let mut closing = Box::pin(hooks.close(DRAIN));
    let mut said = false;
    loop {
        tokio::select! {
            undelivered = &mut closing => {
                if undelivered > 0 {
                    let why = hooks.given_up().now_or_never().map(|why| format!(" ({why})")).unwrap_or_default();
                    output::note(&format!("{} did not arrive{why}; the log says more", deliveries(undelivered)));
                }
                return Ok(());
            }
            caught = signals.next() => match caught {
                Caught::End(code) => {
                    drop(closing);
                    // What is underway and what waits is counted now, and waited for no more.
                    let lost = deliveries(hooks.close(Duration::ZERO).await);
                    output::note(&format!("{lost} did not arrive, for they were given up; the log says more"));
                    return Err(Stop::Said(code).into());
                }
                Caught::Stop if Signals::has_shell() => signals.stop(false).await,
                Caught::Stop | Caught::Continued => {}
            },
            () = tokio::time::sleep(SILENCE), if !said => {
                said = true;
                let most = DRAIN.as_secs();
                output::note(&format!("waiting for hook deliveries, at most {most} s; Ctrl-C gives them up"));
            }
        }
    }
}

/// `1 hook delivery`, `2 hook deliveries`.
fn deliveries(number: u64) -> String {
    let plural = if number == 1 { "delivery" } else { "deliveries" };
    format!("{number} hook {plural}")
}
