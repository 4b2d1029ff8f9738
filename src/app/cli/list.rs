//! `list`: a line a session, page by page.

mod cells;
mod rows;

pub use rows::tally;

use std::collections::HashMap;

use crate::{
    app::{config::Column, missing_field, namesakes, row_figures::RowFigures, told},
    repository::{Error, ListQuery, Projection, SessionReader, Sort, SortBy},
    session::{Details, SessionKey, Summary},
};
use anyhow::Result;
use futures_util::{StreamExt, TryStreamExt, stream};
use jiff::Timestamp;

use super::{
    args::{Limit, ListArgs},
    context::{self, Context},
    output::{Out, ProgressLine, note, terminal_width},
    stop::Stop,
    typed_filter::TypedFilter,
};
use rows::{ListForm, ListWriter};

/// Sessions asked for at once.
const PAGE: u32 = 50;
/// Sessions on a terminal without `--limit`.
const ON_TERMINAL: u64 = 20;
/// Histories read at once for their tokens.
const AT_ONCE: usize = 4;

/// What became known of a session after its thin row. `None` where it is gone or could not be read.
type KnownDetails = HashMap<SessionKey, (Option<Details>, Option<RowFigures>)>;

pub async fn run(context: &Context, args: &ListArgs) -> Result<()> {
    if let Some(why) = Column::twice(&args.columns) {
        return Err(Stop::Usage(format!("--columns {why}")).into());
    }
    let typed = TypedFilter::of(context, &args.filter.join(" "))?;
    let reader = context.reader().await?;
    let filter = typed.read(context, reader.as_ref()).await?;
    let wanted = ListWanted::of(args);
    let metadata = wanted.metadata();
    let mut query = ListQuery { filter, sort: args.sort.clone(), metadata, ..ListQuery::default() };
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
    let mut rows = ListWriter::new(wanted.form, wanted.columns.clone(), terminal);
    let mut out = Out::new();
    let (mut listed, mut absent) = (0, wanted.fields());
    let (mut explained, mut timed_out) = (false, false);
    loop {
        query.limit = u32::try_from(left).unwrap_or(PAGE).min(PAGE);
        let mut progress = ProgressLine::default();
        // It goes with the page, before anything else is written.
        let looked = move |sessions: u64| progress.show(&format!("strandscope: looked at {sessions} sessions"));
        let (page, end) = reader.list(&query).on_looked(looked).read().await?;
        if page.is_empty() && query.after.is_none() {
            let why = context::why_empty(reader.as_ref()).await;
            explained = why.is_some();
            if let Some(why) = why {
                note(&why);
            }
        }
        let known = details(reader.as_ref(), &page, &wanted).await?;
        let others = namesakes::of(reader.as_ref(), &page).await?;
        rows.write(&mut out, &page, &others, &known)?;
        out.flush()?;
        left = left.saturating_sub(page.len() as u64);
        listed += page.len();
        absent = missing_field::absent(absent, &page);
        let is_empty = !explained && listed == 0 && end.next.is_none() && !end.timed_out;
        let nothing =
            (is_empty && query.filter.is_empty()).then(|| format!("there is no session in {}", reader.location()));
        if let Some(said) = end.note.or(nothing) {
            note(&said);
        }
        if is_empty && let Some(doubt) = query.filter.doubt() {
            note(&format!("no session matches; {doubt}"));
        }
        timed_out |= end.timed_out;
        match end.next {
            _ if is_cut_short(end.timed_out, page.len(), query.limit) => break,
            Some(_) if left == 0 => {
                if args.limit.is_none() {
                    note(&format!("{} are shown; --limit N or --limit all shows more", first(&args.sort)));
                }
                break;
            }
            Some(next) => query.after = Some(next),
            None => break,
        }
    }
    if listed > 0 {
        tell_absent(reader.as_ref(), &absent).await;
    }
    if timed_out {
        return Err(Error::timed_out("the search", context.config.limits.read).into());
    }
    Ok(())
}

/// Says of fields that none of the sessions has.
async fn tell_absent(reader: &dyn SessionReader, fields: &[String]) {
    if fields.is_empty() {
        return;
    }
    // What may be meant instead is advice: where it cannot be had, the rest is said all the same.
    let known = reader.metadata_keys().await.ok();
    for field in fields {
        note(&missing_field::sentence(field, known.as_ref()));
    }
}

/// Whether the time limit ended the search before its page was full. What was ranked by then is there for the pages that follow.
fn is_cut_short(timed_out: bool, rows: usize, limit: u32) -> bool {
    timed_out && rows < limit as usize
}

/// What is written of each session.
struct ListWanted {
    form: ListForm,
    columns: Vec<Column>,
    /// What it is sorted by, where that is a field of the metadata.
    sorted: Option<String>,
}

impl ListWanted {
    fn of(args: &ListArgs) -> Self {
        let form = match (args.json, args.tsv) {
            (true, _) => ListForm::Json,
            (false, true) => ListForm::Tabs,
            (false, false) => ListForm::Table,
        };
        let columns = if args.columns.is_empty() { cells::usual(&args.sort) } else { args.columns.clone() };
        let sorted = if let SortBy::Metadata(key) = &args.sort.by { Some(key.clone()) } else { None };
        Self { form, columns, sorted }
    }

    /// The fields of the metadata that were asked for by name.
    fn fields(&self) -> Vec<String> {
        let key = |column: &Column| if let Column::Meta(key) = column { Some(key.clone()) } else { None };
        let mut keys: Vec<String> = self.columns.iter().filter_map(key).collect();
        keys.extend(self.sorted.clone().filter(|sorted| !keys.contains(sorted)));
        keys
    }

    fn metadata(&self) -> Projection {
        let keys = self.fields();
        match self.form {
            ListForm::Json => Projection::All,
            _ if keys.is_empty() => Projection::Nothing,
            _ => Projection::Fields(keys),
        }
    }

    fn needs_details(&self) -> bool {
        self.form == ListForm::Json || self.columns.iter().any(cells::needs_details)
    }

    fn needs_messages(&self) -> bool {
        self.form == ListForm::Json || self.columns.iter().any(cells::needs_messages)
    }
}

/// The first sessions of a list, in words.
fn first(sort: &Sort) -> String {
    match (sort.is_by_date(), sort.ascending) {
        (true, false) => format!("the newest {ON_TERMINAL}"),
        (true, true) => format!("the oldest {ON_TERMINAL}"),
        (false, _) => format!("the first {ON_TERMINAL}"),
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

async fn details(reader: &dyn SessionReader, page: &[Summary], wanted: &ListWanted) -> Result<KnownDetails> {
    let keys: Vec<SessionKey> = page.iter().map(|summary| summary.key.clone()).collect();
    if keys.is_empty() {
        return Ok(KnownDetails::new());
    }
    let mut found = if wanted.needs_details() { counts(reader, &keys).await? } else { HashMap::new() };
    if !wanted.needs_messages() {
        return Ok(found.into_iter().map(|(key, details)| (key, (Some(details), None))).collect());
    }
    // The first that finds the connection lost ends it for all: each of the others would wait as long.
    let figures: Vec<(SessionKey, Option<RowFigures>)> = stream::iter(keys)
        .map(async |key| figures(reader, &key).await.map(|figures| (key, figures)))
        .buffered(AT_ONCE)
        .try_collect()
        .await?;
    let known = figures.into_iter().map(|(key, figures)| {
        let details = found.remove(&key);
        (key, (details, figures))
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

/// What the messages of one session tell; `None` where they cannot be read. A lost connection ends the list.
async fn figures(reader: &dyn SessionReader, key: &SessionKey) -> Result<Option<RowFigures>> {
    match reader.outline(key).await {
        Ok(outline) => Ok(Some(RowFigures::of(&outline, Timestamp::now()))),
        Err(Error::NotFound { .. }) => Ok(None),
        Err(error) if error.is_connection_lost() => Err(error.into()),
        Err(error) => {
            note(&format!("the tokens of {:?} are not known: {}", key.text(), told::sentence(&error)));
            Ok(None)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_page_that_is_not_full_was_cut_short() {
        assert!(is_cut_short(true, 3, 50) && is_cut_short(true, 0, 1));
        assert!(!is_cut_short(true, 50, 50), "the rest of what was ranked follows");
        assert!(!is_cut_short(false, 3, 50));
    }
}
