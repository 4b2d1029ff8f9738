//! What is read of the store for the fleet, for the browser and for the command line.

use std::sync::Arc;

use futures_util::{FutureExt, Stream, StreamExt, stream};
use jiff::Timestamp;

use super::{FleetWindow, MOST};
use crate::{
    metrics::Outline,
    repository::{
        Filter, ListQuery, PageEnd, Result, SessionReader,
        filter::{Comparison, FilterTerm, FilterTest},
    },
    session::{Session, SessionKey},
};

/// So many messages of each agent are read with their texts; where those before them are read too, and where they were before:
/// then as many as may have come since.
const LAST: (u64, u64) = (6, 24);

/// So many sessions are read at once.
const AT_ONCE: usize = 4;

/// How much of a window was listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum FleetExtent {
    /// All that changed within it.
    #[default]
    All,
    /// Those that changed last; in all there are so many, where that could be counted.
    Newest(Option<u64>),
    /// What was found before the time limit.
    TimedOut,
}

/// The sessions that match a filter and changed within the window; of more than the fleet holds those that changed last.
#[must_use]
pub fn query(mut filter: Filter, window: FleetWindow, now: Timestamp) -> ListQuery {
    filter.terms.push(FilterTerm::new(FilterTest::Updated(Comparison::GreaterOrEqual, window.start(now).into())));
    let word = format!("updated:<{window}");
    filter.source = if filter.source.is_empty() { word } else { format!("{} {word}", filter.source) };
    ListQuery::new(u32::try_from(MOST).unwrap_or(u32::MAX)).filter(filter)
}

/// How much of the window such a list told, which ended in that way after so many rows.
///
/// # Errors
/// A lost connection; that the rest cannot be counted is none.
pub async fn extent(
    reader: &dyn SessionReader,
    query: &ListQuery,
    end: &PageEnd,
    listed: usize,
) -> Result<FleetExtent> {
    if end.timed_out {
        return Ok(FleetExtent::TimedOut);
    }
    if end.next.is_none() {
        return Ok(FleetExtent::All);
    }
    match reader.count(&query.filter).await {
        // A page that is just full is followed by an empty one.
        Ok(Some(count)) if count <= listed as u64 => Ok(FleetExtent::All),
        Ok(count) => Ok(FleetExtent::Newest(count)),
        Err(error) if error.is_passing() => Err(error),
        Err(_) => Ok(FleetExtent::Newest(None)),
    }
}

/// These sessions with the end of their histories, as they are read; `with_past`: and the figures of all that lies before.
pub fn ends(
    reader: Arc<dyn SessionReader>,
    keys: Vec<SessionKey>,
    with_past: bool,
) -> impl Stream<Item = (SessionKey, Result<(Session, Outline)>)> + Send + Unpin {
    let open = move |key: SessionKey| {
        let reader = Arc::clone(&reader);
        async move {
            let read = end_of(reader.as_ref(), &key, with_past).await;
            (key, read)
        }
        .boxed()
    };
    stream::iter(keys).map(open).buffer_unordered(AT_ONCE)
}

async fn end_of(reader: &dyn SessionReader, key: &SessionKey, with_past: bool) -> Result<(Session, Outline)> {
    let session = reader.open(key, if with_past { LAST.0 } else { LAST.1 }).await?;
    let has_more = session.agents.iter().any(|agent| agent.message_count > agent.messages.len() as u64);
    if !(with_past && has_more) {
        return Ok((session, Outline::default()));
    }
    match reader.outline(key).await {
        Ok(past) => Ok((session, past)),
        Err(error) if error.is_passing() => Err(error),
        // What it is at, its end tells.
        Err(_) => Ok((session, Outline::default())),
    }
}
