//! The list of sessions: rows a page at a time, counts and tokens after them, one question of a kind at a time.

mod asked;
mod batch;
mod before;
mod called;
mod changes;
mod columned;
mod counted;
mod details;
mod further;
mod marked;
mod marks;
mod moves;
pub mod narrowed;
mod notice;
mod ranked;
pub(super) mod sorting;
mod tokens;
mod written;

use std::collections::HashSet;

use jiff::Timestamp;

use crate::{
    app::{
        config::Ui,
        task::{Command, Event, Ticket, command::Lane},
        told,
    },
    repository::{Cursor, Filter, ListPlan, ListQuery, PageEnd, Projection, Sort},
    session::{Details, SessionKey, Summary},
};

use super::{Effect, Tickets, list::Selection};
use asked::AskedRows;
use before::ListedBefore;
use changes::SinceRead;
use details::DetailsCache;
use further::FurtherRows;
use marked::MarkedRows;
use marks::NewsMarks;

/// The session list's state.
#[derive(Debug, Default)]
pub struct SessionList {
    /// The rows known so far, in order; while another list is asked for, those of the one before.
    pub rows: Vec<Summary>,
    selection: Selection<SessionKey>,
    /// What is listed.
    pub filter: Filter,
    /// In which order.
    pub sort: Sort,
    /// How many sessions match, once known.
    pub count: Option<u64>,
    /// How many there are without a filter, as far as it was told.
    pub all: Option<u64>,
    /// What the list has to say of itself: an unserved filter, a search that was ended. For a line in the pane.
    pub notice: Option<String>,
    /// How far a page is of which no row came yet.
    progress: Option<String>,
    /// Why nothing was found, told before the page ends.
    emptiness: Option<String>,
    /// Why the last page failed.
    pub error: Option<String>,
    wanted: Projection,
    height: usize,
    /// Positions of the rows that are shown alone.
    narrowed: Option<Vec<usize>>,
    next: Option<Cursor>,
    /// The last page did not come: the next is only asked when the view moves.
    stalled: bool,
    page: Option<AskedRows>,
    count_ticket: Option<Ticket>,
    details: DetailsCache,
    /// Sessions of rows that were found to be gone since.
    gone: HashSet<SessionKey>,
    /// What was told since it was read.
    since: SinceRead,
    /// Rows of sessions that changed and have none.
    further: FurtherRows,
    /// What it shows of changes beside the rows.
    marks: NewsMarks,
    /// Sessions that a person marked.
    marked: MarkedRows,
    /// What was listed before another list was asked for.
    before: Option<ListedBefore>,
    /// Something was answered, were it that there is nothing.
    known: bool,
    /// The session to select once its row is there.
    preferred: Option<SessionKey>,
    /// How late it is, as last told.
    now: Timestamp,
}

/// Most rows that a reload reads at once.
const RELOAD_LIMIT: usize = 1000;

impl SessionList {
    /// An empty list that asks for the metadata its columns show.
    #[must_use]
    pub fn new(ui: &Ui) -> Self {
        Self { wanted: columned::projection(columned::fields_of(ui)), ..Self::default() }
    }

    /// Lists from the start with another filter.
    pub fn set_filter(&mut self, filter: Filter, tickets: &mut Tickets) -> Vec<Effect> {
        self.set_aside();
        if self.filter.is_empty() && self.count.is_some() {
            // As it is by now: sessions may have come and gone since they were counted.
            self.all = self.count;
        }
        self.marked.filter_changes(&self.filter, &filter);
        self.filter = filter;
        self.start(tickets)
    }

    /// Lists from the start. What is on screen stays until the first answer.
    pub fn start(&mut self, tickets: &mut Tickets) -> Vec<Effect> {
        self.count = None;
        let limit = self.page_limit();
        let effects = vec![self.ask(None, limit, false, tickets), self.ask_count(tickets)];
        self.details.expire();
        effects
    }

    /// Lists again as far as was read, keeping the selected session and what is on screen until the answer came.
    pub fn reload(&mut self, tickets: &mut Tickets) -> Vec<Effect> {
        if self.rows.is_empty() {
            return self.start(tickets);
        }
        self.details.expire();
        let limit = (self.selected() + self.page_limit()).min(RELOAD_LIMIT);
        vec![self.ask(None, limit, true, tickets), self.ask_count(tickets)]
    }

    fn ask(&mut self, after: Option<Cursor>, limit: usize, aside: bool, tickets: &mut Tickets) -> Effect {
        let ticket = tickets.take();
        let first = after.is_none();
        if first {
            (self.notice, self.emptiness) = (None, None);
            self.since.forget();
            self.further.forget();
        }
        (self.error, self.progress) = (None, None);
        self.stalled = false;
        let resume = if aside { self.next.take().or_else(|| self.page.take()?.resume) } else { after.clone() };
        self.next = None;
        self.page = Some(AskedRows {
            ticket,
            asked_at: self.now,
            aside: aside.then(Vec::new),
            first,
            begun: false,
            looked: false,
            resume,
            before: self.rows.len(),
        });
        let query = self.query(self.filter.clone(), after, limit);
        Effect::Ask(Command::List(ticket, Box::new(query)))
    }

    fn query(&self, filter: Filter, after: Option<Cursor>, limit: usize) -> ListQuery {
        ListQuery { filter, sort: self.sort.clone(), after, limit: limit as u32, metadata: self.wanted.clone() }
    }

    /// What its first page would ask with that filter.
    #[must_use]
    pub fn first_page_of(&self, filter: Filter) -> ListQuery {
        self.query(filter, None, self.page_limit())
    }

    fn ask_count(&mut self, tickets: &mut Tickets) -> Effect {
        let ticket = tickets.take();
        self.count_ticket = Some(ticket);
        Effect::Ask(Command::Count(ticket, self.filter.clone()))
    }

    fn page_limit(&self) -> usize {
        (self.height * 2).clamp(20, 400)
    }

    /// Takes an answer of the lanes List, Rows, Count and Details; late ones are dropped.
    pub fn on_event(&mut self, event: &Event) {
        match event {
            Event::Plan(ticket, plan) if self.is_page(*ticket) => self.on_plan(plan),
            Event::Empty(ticket, why) if self.is_page(*ticket) => self.emptiness = Some(why.clone()),
            Event::Looked(ticket, sessions) if self.is_page(*ticket) => self.on_looked(*sessions),
            Event::Ranked(ticket, figures) if self.is_page(*ticket) => self.details.tell_ranked(&self.sort.by, figures),
            Event::Rows(ticket, rows) if self.is_page(*ticket) => self.on_rows(rows),
            Event::RowsOf(ticket, rows) => self.on_further(*ticket, rows),
            Event::ListEnd(ticket, end) if self.is_page(*ticket) => self.on_end(end),
            Event::Count(ticket, count) if self.count_ticket == Some(*ticket) => {
                self.count_ticket = None;
                self.count = *count;
                if self.filter.is_empty() {
                    self.all = *count;
                }
            }
            Event::Details(ticket, found) => self.details.on_details(*ticket, found, &self.rows),
            Event::Usage(ticket, key, figures) => self.details.on_usage(*ticket, key, figures),
            Event::Failed { ticket, lane, error } => self.on_failed(*ticket, *lane, &told::sentence_on_screen(error)),
            _ => {}
        }
    }

    fn is_page(&self, ticket: Ticket) -> bool {
        self.page.as_ref().is_some_and(|page| page.ticket == ticket)
    }

    fn on_plan(&mut self, plan: &ListPlan) {
        self.notice = (!plan.served).then(|| told::plan_on_screen(plan));
    }

    fn on_rows(&mut self, found: &[Summary]) {
        self.progress = None;
        for row in found {
            self.mark_there(&row.key);
        }
        self.begin();
        self.note_seen(found);
        let (moved, removed) = (&self.since.moved, &self.since.removed);
        let found = found.iter().filter(|row| !removed.contains(&row.key));
        if let Some(aside) = self.page.as_mut().and_then(|page| page.aside.as_mut()) {
            aside.extend(found.cloned());
        } else {
            self.rows.extend(found.filter(|row| !moved.contains(&row.key)).cloned());
            self.settle();
        }
    }

    fn on_end(&mut self, end: &PageEnd) {
        self.progress = None;
        self.begin();
        let Some(page) = self.page.take() else { return };
        self.next.clone_from(&end.next);
        if let Some(rows) = page.aside {
            let before = std::mem::replace(&mut self.rows, rows);
            if self.is_outdated() {
                self.since.moved.clear();
            }
            self.answered();
            self.put_again(before);
            self.settle();
        }
        if end.timed_out {
            self.notice = Some("the search took too long and was ended: there may be more than these".into());
        } else if page.first && (end.next.is_none() || page.looked && self.is_ranked()) {
            self.notice = self.emptiness.take(); // All was read: nothing to warn of any more.
        }
        if page.first && end.note.is_some() {
            self.notice.clone_from(&end.note);
        }
    }

    fn on_failed(&mut self, ticket: Ticket, lane: Lane, error: &str) {
        match lane {
            Lane::List if self.is_page(ticket) => {
                self.stall();
                let shown = if self.is_outdated() { "; shown are the sessions that were listed before" } else { "" };
                self.error = Some(format!("{error}{shown}"));
            }
            Lane::Count if self.count_ticket == Some(ticket) => self.count_ticket = None,
            Lane::Details => self.details.on_failed(ticket),
            Lane::Rows => self.further_failed(ticket),
            _ => {}
        }
    }

    /// A page did not come. Rows of a page that would be asked again are dropped, so that none shows twice.
    fn stall(&mut self) -> Option<AskedRows> {
        let page = self.page.take()?;
        self.progress = None;
        if page.aside.is_some() {
            // Nothing that was read before the changes is awaited any more.
            self.since.moved.clear();
        }
        if !page.first {
            for row in self.rows.drain(page.before.min(self.rows.len())..) {
                self.since.moved.remove(&row.key);
            }
            self.settle();
        }
        self.next.clone_from(&page.resume);
        self.stalled = true;
        Some(page)
    }

    /// Rows came or went: the selected session stays selected.
    fn settle(&mut self) {
        self.selection.settle(&self.rows);
        let preferred = self.preferred.as_ref();
        if let Some(at) = preferred.and_then(|key| self.rows.iter().position(|row| row.key == *key)) {
            self.selection.select(at, &self.rows);
            self.preferred = None;
        }
        self.selection.show(self.rows.len(), self.height);
    }

    /// Asks for what the view lacks: the next page when its end is near, rows of sessions that changed further down, details of the
    /// rows once they settle.
    pub fn fill(&mut self, tickets: &mut Tickets) -> Vec<Effect> {
        let near_end = self.top() + self.height * 2 >= self.rows.len();
        let mut effects = Vec::new();
        if near_end
            && self.page.is_none()
            && self.height > 0
            && !self.stalled
            && let Some(cursor) = self.next.take()
        {
            let limit = self.page_limit();
            effects.push(self.ask(Some(cursor), limit, false, tickets));
        }
        effects.extend(self.ask_further(tickets));
        // Rows that are still coming move what is in view; their details wait.
        if self.page.as_ref().is_none_or(|page| !page.first) {
            let (from, to) = (self.top().min(self.rows.len()), (self.top() + self.height).min(self.rows.len()));
            effects.extend(self.details.ask(&self.rows[from..to], self.now, tickets));
        }
        effects
    }

    /// Whether there is more than the rows known.
    #[must_use]
    pub fn has_more(&self) -> bool {
        self.next.is_some() || self.page.is_some() || self.is_outdated()
    }

    /// The selected row.
    #[must_use]
    pub fn selected_row(&self) -> Option<&Summary> {
        self.rows.get(self.selected())
    }

    /// Counts and sizes of a row, where they are known for its present state.
    #[must_use]
    pub fn details(&self, row: &Summary) -> Option<&Details> {
        self.details.get(row)
    }
}

#[cfg(test)]
mod tests;
