//! What time it is for the screen and the samples.

use std::{sync::OnceLock, time::Instant};

use jiff::Timestamp;

/// The instant that the samples are written for; now, unless a picture is to be the same whenever it is made.
#[must_use]
pub fn start() -> Timestamp {
    set().map_or_else(Timestamp::now, |(start, _)| start)
}

/// Now.
#[must_use]
pub fn now() -> Timestamp {
    set().map_or_else(Timestamp::now, |(start, begun)| start.saturating_add(begun.elapsed()).unwrap_or(start))
}

/// The clock that is set to an instant when the program starts, for pictures and tests.
fn set() -> Option<(Timestamp, Instant)> {
    static SET: OnceLock<Option<(Timestamp, Instant)>> = OnceLock::new();
    let read = || {
        let set = std::env::var("STRANDSCOPE_STILL").ok().filter(|_| cfg!(debug_assertions))?;
        Some((set.parse().ok()?, Instant::now()))
    };
    *SET.get_or_init(read)
}
