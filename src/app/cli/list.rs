//! `list`: a line a session, page by page.

mod rows;

pub use rows::tally;

use std::collections::HashMap;

use crate::{
    app::{namesakes, told},
    metrics,
    repository::{Error, Filter, ListQuery, Projection, SessionReader},
    session::{Details, SessionKey, Summary, Usage},
};
use anyhow::Result;
use futures_util::{StreamExt, TryStreamExt, stream};
use jiff::Timestamp;

use super::{
    args::{Limit, ListArgs},
    context::{self, Context},
    output::{Out, note, terminal_width},
};
use rows::ListWriter;

/// Sessions asked for at once.
const PAGE: u32 = 50;
/// Sessions on a terminal without `--limit`.
const ON_TERMINAL: u64 = 20;
/// Histories read at once for their tokens.
const AT_ONCE: usize = 4;

/// What became known of a session after its thin row. `None` where it is gone or could not be read.
type KnownDetails = HashMap<SessionKey, (Option<Details>, Option<Usage>)>;

pub async fn run(context: &Context, args: &ListArgs) -> Result<()> {
    let text = context.config.expand_filter(&args.filter.join(" "))?;
    let mut filter = Filter::parse_at(&text, &Timestamp::now().to_zoned(context.config.ui.zone()))?;
    context.search_encrypted(&mut filter).await;
    let reader = context.reader().await?;
    let wanted = if args.json { Projection::All } else { Projection::Nothing };
    let mut query = ListQuery { filter, sort: args.sort, metadata: wanted, ..ListQuery::default() };
    // A folder has no indexes that could serve a filter.
    if context.required()?.origin.is_mongo() {
        warn_of_slowness(reader.as_ref(), &query).await?;
    }

    let terminal = terminal_width();
    let mut left = match args.limit {
        Some(Limit::Rows(rows)) => rows.get(),
        None if terminal.is_some() => ON_TERMINAL,
        Some(Limit::All) | None => u64::MAX,
    };
    let mut rows = ListWriter::new(args.json, args.sort, terminal);
    let mut out = Out::new();
    let mut listed = 0;
    let mut explained = false;
    loop {
        query.limit = u32::try_from(left).unwrap_or(PAGE).min(PAGE);
        let (page, end) = reader.list(&query).read().await?;
        if page.is_empty() && query.after.is_none() {
            let why = context::why_empty(reader.as_ref()).await;
            explained = why.is_some();
            if let Some(why) = why {
                note(&why);
            }
        }
        let known = details(reader.as_ref(), &page).await?;
        let others = namesakes::of(reader.as_ref(), &page).await?;
        rows.write(&mut out, &page, &others, &known)?;
        out.flush()?;
        left = left.saturating_sub(page.len() as u64);
        listed += page.len();
        let is_empty = !explained && listed == 0 && end.next.is_none() && !end.timed_out && query.filter.is_empty();
        let nothing = is_empty.then(|| format!("there is no session in {}", reader.location()));
        if let Some(said) = end.note.or(nothing) {
            note(&said);
        }
        if end.timed_out {
            return Err(Error::timed_out("the search", context.config.limits.read).into());
        }
        match end.next {
            Some(_) if left == 0 => {
                if args.limit.is_none() {
                    note(&format!("the newest {ON_TERMINAL} are shown; --limit N or --limit all shows more"));
                }
                return Ok(());
            }
            Some(next) => query.after = Some(next),
            None => return Ok(()),
        }
    }
}

/// A lost connection ends the list: it would only be waited for once more.
async fn warn_of_slowness(reader: &dyn SessionReader, query: &ListQuery) -> Result<()> {
    match reader.plan(query).await {
        Ok(plan) if !plan.served => note(&told::plan(&plan)),
        Ok(_) => {}
        Err(error) if error.is_connection_lost() => return Err(error.into()),
        // The list itself says what is wrong, if anything is.
        Err(error) => tracing::debug!("plan: {error}"),
    }
    Ok(())
}

async fn details(reader: &dyn SessionReader, page: &[Summary]) -> Result<KnownDetails> {
    let keys: Vec<SessionKey> = page.iter().map(|summary| summary.key.clone()).collect();
    if keys.is_empty() {
        return Ok(KnownDetails::new());
    }
    let mut found = counts(reader, &keys).await?;
    // The first that finds the connection lost ends it for all: each of the others would wait as long.
    let used: Vec<(SessionKey, Option<Usage>)> = stream::iter(keys)
        .map(async |key| usage(reader, &key).await.map(|used| (key, used)))
        .buffered(AT_ONCE)
        .try_collect()
        .await?;
    let known = used.into_iter().map(|(key, used)| {
        let details = found.remove(&key);
        (key, (details, used))
    });
    Ok(known.collect())
}

/// Counts and sizes; none where they cannot be read. A lost connection ends the list.
async fn counts(reader: &dyn SessionReader, keys: &[SessionKey]) -> Result<HashMap<SessionKey, Details>> {
    match reader.details(keys).await {
        Ok(found) => Ok(found.into_iter().collect()),
        Err(error) if error.is_connection_lost() => Err(error.into()),
        Err(error) => {
            note(&format!("the counts and sizes of {} sessions are not known: {}", keys.len(), told::sentence(&error)));
            Ok(HashMap::new())
        }
    }
}

/// Tokens of one session; `None` where they cannot be read. A lost connection ends the list.
async fn usage(reader: &dyn SessionReader, key: &SessionKey) -> Result<Option<Usage>> {
    match reader.outline(key).await {
        Ok(outline) => Ok(Some(metrics::session_metrics(&outline).total)),
        Err(Error::NotFound { .. }) => Ok(None),
        Err(error) if error.is_connection_lost() => Err(error.into()),
        Err(error) => {
            note(&format!("the tokens of {:?} are not known: {}", key.text(), told::sentence(&error)));
            Ok(None)
        }
    }
}
