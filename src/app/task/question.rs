//! How each question is answered, in a task of its own.

use std::sync::Arc;

use futures_util::StreamExt;
use jiff::Timestamp;
use tokio::sync::{mpsc, watch};

use super::{Command, Event, FleetScope, Ticket, lanes::Reply};
use crate::{
    app::{
        alert::row_among,
        fleet::{self, read::FleetExtent},
        place::WriteRules,
        row_figures::RowFigures,
        search::HistoryWalk,
        told,
        writes::{
            HandWriter,
            bulk::{BulkFit, BulkOrder, BulkPreview, SessionOutcome},
        },
    },
    repository::{Error, ListQuery, SessionReader, Sort},
    session::{AgentId, SessionKey, plain},
};

/// How many rows go out in one event at most.
const ROWS_AT_ONCE: usize = 256;

/// What a question needs to be answered.
pub(super) struct Question {
    pub(super) reader: Arc<dyn SessionReader>,
    /// What is written with there: its journal knows what was given here.
    pub(super) hand: HandWriter,
    pub(super) events: mpsc::Sender<Event>,
    pub(super) reply: Reply,
}

impl Question {
    /// Answers; an error is for the caller to report.
    pub(super) async fn answer(&self, command: Command) -> Result<(), Error> {
        let reader = &self.reader;
        let event = match command {
            Command::List(ticket, query) => return self.list(ticket, &query).await,
            Command::Details(ticket, keys) => return self.details(ticket, &keys).await,
            Command::Find(ticket, key, agent, needle) => return self.find(ticket, &key, agent, &needle).await,
            Command::Fleet(ticket, scope) => return self.fleet(ticket, scope).await,
            Command::Foresee(ticket, query) => return self.foresee(ticket, &query).await,
            Command::BulkPreview(ticket, order, rules) => return self.preview(ticket, *order, *rules).await,
            Command::RowsOf(ticket, keys, filter, metadata) => {
                Event::RowsOf(ticket, reader.rows(&keys, &filter, &metadata).await?)
            }
            Command::Count(ticket, filter) => Event::Count(ticket, reader.count(&filter).await?),
            Command::Resolve(ticket, id) => {
                let rows = reader.resolve(&id).await?;
                Event::Resolved(ticket, id, rows)
            }
            Command::Open(ticket, key, last) => Event::Opened(ticket, Box::new(reader.open(&key, last).await?)),
            Command::Peek(ticket, key) => Event::Peeked(ticket, Box::new(reader.open(&key, 0).await?)),
            Command::Weigh(ticket, order) => return self.weigh(ticket, *order).await,
            Command::OwnFeedback(ticket, key) => Event::OwnFeedback(ticket, self.hand.own_feedback(&key).await?),
            Command::Messages(ticket, key, agent, range) => {
                let messages = reader.messages(&key, &agent, range).await?;
                Event::Messages(ticket, agent, messages)
            }
            Command::Outline(ticket, key) => Event::Outline(ticket, Box::new(reader.outline(&key).await?)),
            Command::Document(ticket, key) => Event::Document(ticket, Box::new(reader.inspect(&key).await?)),
            Command::Match(ticket, filter, key) => {
                Event::Matched(ticket, row_among(reader.as_ref(), &filter, &key).await?.is_some())
            }
            Command::Sizes(ticket, keys) => Event::Sized(ticket, reader.details(&keys).await?),
            Command::MetadataKeys(ticket) => Event::MetadataKeys(ticket, reader.metadata_keys().await?),
            Command::MetadataValues(ticket, path) => {
                let values = reader.metadata_values(&path).await?;
                Event::MetadataValues(ticket, path, values)
            }
            Command::FilterValues(ticket, of) => {
                let values = reader.filter_values(&of).await?;
                Event::FilterValues(ticket, of, values)
            }
            Command::Connect(..)
            | Command::At(..)
            | Command::Use(_)
            | Command::Close(_)
            | Command::Cancel(_)
            | Command::Look(..)
            | Command::Write(..)
            | Command::Bulk(..)
            | Command::BulkStop(_) => return Ok(()),
        };
        self.reply.send(&self.events, event).await;
        Ok(())
    }

    async fn list(&self, ticket: Ticket, query: &ListQuery) -> Result<(), Error> {
        if query.after.is_none() && (!query.filter.is_empty() || query.sort != Sort::default()) {
            // A plan is advice: where it cannot be had, the list itself will tell what is wrong.
            if let Ok(plan) = self.reader.plan(query).await {
                self.reply.send(&self.events, Event::Plan(ticket, plan)).await;
            }
        }
        let (looked, mut looks) = watch::channel(0);
        let page = self.reader.list(query).on_looked(move |sessions| {
            // Of what nobody asks for any more nothing is told.
            let _ = looked.send(sessions);
        });
        let (told, figures) = std::sync::mpsc::channel();
        let mut page = page.on_ranked(move |key, figure| drop(told.send((key.clone(), figure))));
        // Rows go out as they are found; while the screen is behind they gather.
        let mut found = (&mut page).ready_chunks(ROWS_AT_ONCE);
        let mut empty = true;
        loop {
            let rows = tokio::select! {
                rows = found.next() => match rows {
                    Some(rows) => rows,
                    None => break,
                },
                Ok(()) = looks.changed() => {
                    let sessions = *looks.borrow_and_update();
                    self.reply.send(&self.events, Event::Looked(ticket, sessions)).await;
                    continue;
                }
            };
            let mut failed = None;
            let rows: Vec<_> =
                rows.into_iter().filter_map(|row| row.map_err(|error| failed = Some(error)).ok()).collect();
            empty &= rows.is_empty();
            let ranked: Vec<(SessionKey, u64)> = figures.try_iter().collect();
            if !ranked.is_empty() {
                self.reply.send(&self.events, Event::Ranked(ticket, ranked)).await;
            }
            if !rows.is_empty() {
                self.reply.send(&self.events, Event::Rows(ticket, rows)).await;
            }
            if let Some(error) = failed {
                return Err(error);
            }
        }
        if empty && query.after.is_none() && query.filter.is_empty() {
            // What cannot be told is left out: the list is empty either way.
            if let Ok(Some(check)) = self.reader.why_empty().await {
                let advice = told::advice(&check.advice).map(|advice| format!("; {advice}")).unwrap_or_default();
                self.reply.send(&self.events, Event::Empty(ticket, format!("{}{advice}", check.found))).await;
            }
        }
        let end = page.end().cloned().unwrap_or_default();
        self.reply.send(&self.events, Event::ListEnd(ticket, end)).await;
        Ok(())
    }

    /// What the plan says; what takes long is not counted: the whole collection would be read at every pause of the keys.
    async fn foresee(&self, ticket: Ticket, query: &ListQuery) -> Result<(), Error> {
        let plan = self.reader.plan(query).await?;
        let counts = plan.counts;
        self.reply.send(&self.events, Event::Foreseen(ticket, plan)).await;
        if counts {
            let count = self.reader.count(&query.filter).await?;
            self.reply.send(&self.events, Event::ForeseenCount(ticket, count)).await;
        }
        Ok(())
    }

    /// Looks at session after session.
    async fn preview(&self, ticket: Ticket, order: BulkOrder, rules: WriteRules) -> Result<(), Error> {
        let mut preview = BulkPreview::new(Arc::clone(&self.reader), order, rules);
        loop {
            let done = preview.look_further().await?.is_none();
            let tally = Box::new(preview.tally().clone());
            self.reply.send(&self.events, Event::BulkSeen { ticket, tally, done }).await;
            if done {
                return Ok(());
            }
        }
    }

    /// Counts and sizes of all rows at once, then tokens one by one: those read every message's figures.
    async fn details(&self, ticket: Ticket, keys: &[SessionKey]) -> Result<(), Error> {
        let details = self.reader.details(keys).await?;
        self.reply.send(&self.events, Event::Details(ticket, details)).await;
        for key in keys {
            let figures = match self.reader.outline(key).await {
                Ok(outline) => RowFigures::of(&outline, Timestamp::now()),
                Err(Error::NotFound { .. }) => continue,
                Err(error) => return Err(error),
            };
            self.reply.send(&self.events, Event::Usage(ticket, key.clone(), figures)).await;
        }
        Ok(())
    }

    /// Rows first, then session by session.
    async fn fleet(&self, ticket: Ticket, scope: FleetScope) -> Result<(), Error> {
        let mut extent = FleetExtent::All;
        let (keys, with_past) = match scope {
            FleetScope::Sessions(keys) => (keys, true),
            FleetScope::Again(keys) => (keys, false),
            FleetScope::Window(window, filter) => {
                let query = fleet::read::query(filter, window, Timestamp::now());
                let (rows, end) = self.reader.list(&query).read().await?;
                let keys: Vec<SessionKey> = rows.iter().map(|row| row.key.clone()).collect();
                self.reply.send(&self.events, Event::FleetRows(ticket, rows)).await;
                extent = fleet::read::extent(self.reader.as_ref(), &query, &end, keys.len()).await?;
                (keys, true)
            }
        };
        let mut failed = None;
        let mut read = fleet::read::ends(Arc::clone(&self.reader), keys, with_past);
        while let Some((_, session)) = read.next().await {
            let session = match session {
                Ok(session) => Box::new(session),
                Err(Error::NotFound { .. }) => continue,
                Err(error) if error.is_passing() => return Err(error),
                // One that cannot be read hides none of the others.
                Err(error) => {
                    failed.get_or_insert(error);
                    continue;
                }
            };
            self.reply.send(&self.events, Event::FleetSeed(ticket, session)).await;
        }
        self.reply.send(&self.events, Event::FleetEnd(ticket, extent)).await;
        failed.map_or(Ok(()), Err)
    }

    /// What is in each of them, batch by batch.
    async fn weigh(&self, ticket: Ticket, order: BulkOrder) -> Result<(), Error> {
        let mut preview = BulkPreview::new(Arc::clone(&self.reader), order, self.hand.place.rules.clone());
        while let Some(rows) = preview.look_further().await? {
            let goes = rows.into_iter().filter(|(_, fit)| matches!(fit, Ok(BulkFit::Change(_))));
            let keys: Vec<SessionKey> = goes.map(|(row, _)| row.key).collect();
            let found = if keys.is_empty() { Vec::new() } else { self.reader.details(&keys).await? };
            let undated = preview.tally().of(SessionOutcome::Misfit);
            self.reply.send(&self.events, Event::Weighed { ticket, found, undated, done: false }).await;
        }
        let undated = preview.tally().of(SessionOutcome::Misfit);
        self.reply.send(&self.events, Event::Weighed { ticket, found: Vec::new(), undated, done: true }).await;
        Ok(())
    }

    async fn find(&self, ticket: Ticket, key: &SessionKey, agent: Option<AgentId>, needle: &str) -> Result<(), Error> {
        let needle = needle.to_lowercase();
        let session = self.reader.open(key, 0).await?;
        let agents = session
            .agents
            .into_iter()
            .filter(|found| agent.as_ref().is_none_or(|wanted| wanted == &found.id))
            .map(|found| (found.id, found.message_count));
        let mut walk = HistoryWalk::new(Arc::clone(&self.reader), key.clone(), agents);
        let mut searched = 0;
        while let Some(page) = walk.next_page().await? {
            searched += page.looked;
            let found = page.messages.iter().rev().filter(|message| plain::says(message, &needle));
            let hits = found.map(|message| (page.agent.clone(), message.index)).collect();
            self.reply.send(&self.events, Event::Found { ticket, hits, searched, done: false }).await;
        }
        self.reply.send(&self.events, Event::Found { ticket, hits: Vec::new(), searched, done: true }).await;
        Ok(())
    }
}
