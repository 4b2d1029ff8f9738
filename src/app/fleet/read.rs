//! What is read of the store for the fleet, for the browser and for the command line.

use std::sync::Arc;

use futures_util::{FutureExt, Stream, StreamExt, stream};
use jiff::Timestamp;

use super::FleetWindow;
use crate::{
    repository::{
        Filter, ListQuery, Result, SessionReader,
        filter::{Comparison, FilterTerm, FilterTest},
    },
    session::{Session, SessionKey},
};

/// So many sessions are listed.
const MOST_LISTED: u32 = 200;

/// So many messages of each agent are read.
const LAST: u64 = 6;

/// So many sessions are read at once.
const AT_ONCE: usize = 4;

/// The sessions that match a filter and changed within the window.
#[must_use]
pub fn query(mut filter: Filter, window: FleetWindow, now: Timestamp) -> ListQuery {
    filter.terms.push(FilterTerm::new(FilterTest::Updated(Comparison::GreaterOrEqual, window.start(now))));
    let word = format!("updated:<{}", window.as_str());
    filter.source = if filter.source.is_empty() { word } else { format!("{} {word}", filter.source) };
    ListQuery::new(MOST_LISTED).filter(filter)
}

/// These sessions with the end of their histories, as they are read.
pub fn ends(
    reader: Arc<dyn SessionReader>,
    keys: Vec<SessionKey>,
) -> impl Stream<Item = (SessionKey, Result<Session>)> + Send + Unpin {
    let open = move |key: SessionKey| {
        let reader = Arc::clone(&reader);
        async move {
            let read = reader.open(&key, LAST).await;
            (key, read)
        }
        .boxed()
    };
    stream::iter(keys).map(open).buffer_unordered(AT_ONCE)
}
