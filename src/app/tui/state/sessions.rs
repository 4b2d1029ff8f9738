//! The list of sessions: rows a page at a time, counts and tokens after them, one question of a kind at a time.

mod details;

use crate::{
    app::{
        config::{Column, Ui},
        keymap::Action,
        task::{Command, Event, Ticket, command::Lane},
        told,
    },
    repository::{Cursor, Filter, ListQuery, PageEnd, Plan, Projection, Sort},
    session::{Details, SessionKey, Summary},
};

use super::{Effect, Tickets};
use details::DetailsCache;

/// The session list's state.
#[derive(Debug, Default)]
pub struct SessionList {
    /// The rows known so far, in order.
    pub rows: Vec<Summary>,
    /// Position of the selected row.
    pub selected: usize,
    /// Position of the first row in view.
    pub top: usize,
    /// What is listed.
    pub filter: Filter,
    /// In which order.
    pub sort: Sort,
    /// How many sessions match, once known.
    pub count: Option<u64>,
    /// What the list has to say of itself: an unserved filter, a search that was ended. For a line in the pane.
    pub notice: Option<String>,
    /// Why the last page failed.
    pub error: Option<String>,
    wanted: Projection,
    height: usize,
    next: Option<Cursor>,
    /// The last page did not come: the next is only asked when the view moves.
    stalled: bool,
    page: Option<Page>,
    count_ticket: Option<Ticket>,
    details: DetailsCache,
}

/// A page being read.
#[derive(Debug)]
struct Page {
    ticket: Ticket,
    /// The rows of a reload wait here, so that what is on screen stays until all came. `None`: rows show as they come.
    aside: Option<Vec<Summary>>,
    first: bool,
    /// Where to go on when it does not come: its own start, or for a reload where the list had come to.
    resume: Option<Cursor>,
    /// How many rows were known before it.
    before: usize,
}

/// Most rows that a reload reads at once.
const RELOAD_LIMIT: usize = 1000;

impl SessionList {
    /// Takes over a change of a row's metadata that was stored.
    pub fn change_metadata(&mut self, key: &SessionKey, change: &dyn Fn(&mut bson::Document)) {
        let row = self.rows.iter_mut().find(|row| &row.key == key);
        if let Some(bson::Bson::Document(fields)) = row.and_then(|row| row.metadata.as_mut()) {
            change(fields);
        }
    }

    /// Counts are asked again.
    pub fn expire_details(&mut self) {
        self.details.expire();
    }

    /// An empty list that asks for the metadata its columns show.
    #[must_use]
    pub fn new(ui: &Ui) -> Self {
        let fields: Vec<String> = ui
            .columns
            .iter()
            .filter_map(|column| if let Column::Meta(key) = column { Some(key.clone()) } else { None })
            .collect();
        let wanted = if fields.is_empty() { Projection::Nothing } else { Projection::Fields(fields) };
        Self { wanted, ..Self::default() }
    }

    /// Forgets everything but filter and order, e.g. for another connection.
    pub fn clear(&mut self) {
        let (filter, sort, wanted, height) =
            (std::mem::take(&mut self.filter), self.sort, std::mem::take(&mut self.wanted), self.height);
        *self = Self { filter, sort, wanted, height, ..Self::default() };
    }

    /// Lists from the start with another filter.
    pub fn set_filter(&mut self, filter: Filter, tickets: &mut Tickets) -> Vec<Effect> {
        self.filter = filter;
        self.start(tickets)
    }

    /// Lists from the start.
    pub fn start(&mut self, tickets: &mut Tickets) -> Vec<Effect> {
        self.rows.clear();
        (self.selected, self.top, self.count) = (0, 0, None);
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
        let limit = (self.selected + self.page_limit()).min(RELOAD_LIMIT);
        vec![self.ask(None, limit, true, tickets), self.ask_count(tickets)]
    }

    fn ask(&mut self, after: Option<Cursor>, limit: usize, aside: bool, tickets: &mut Tickets) -> Effect {
        let ticket = tickets.take();
        let first = after.is_none();
        if first {
            self.notice = None;
        }
        self.error = None;
        self.stalled = false;
        let resume = if aside { self.next.take().or_else(|| self.page.take()?.resume) } else { after.clone() };
        self.next = None;
        self.page = Some(Page { ticket, aside: aside.then(Vec::new), first, resume, before: self.rows.len() });
        let (filter, sort, metadata) = (self.filter.clone(), self.sort, self.wanted.clone());
        Effect::Ask(Command::List(ticket, ListQuery { filter, sort, after, limit: limit as u32, metadata }))
    }

    fn ask_count(&mut self, tickets: &mut Tickets) -> Effect {
        let ticket = tickets.take();
        self.count_ticket = Some(ticket);
        Effect::Ask(Command::Count(ticket, self.filter.clone()))
    }

    fn page_limit(&self) -> usize {
        (self.height * 2).clamp(20, 400)
    }

    /// Takes an answer of the lanes List, Count and Details; late ones are dropped.
    pub fn on_event(&mut self, event: &Event) {
        match event {
            Event::Plan(ticket, plan) if self.is_page(*ticket) => self.on_plan(plan),
            Event::Rows(ticket, rows) if self.is_page(*ticket) => self.on_rows(rows),
            Event::ListEnd(ticket, end) if self.is_page(*ticket) => self.on_end(end),
            Event::Count(ticket, count) if self.count_ticket == Some(*ticket) => {
                self.count_ticket = None;
                self.count = *count;
            }
            Event::Details(ticket, found) => self.details.on_details(*ticket, found, &self.rows),
            Event::Usage(ticket, key, usage) => self.details.on_usage(*ticket, key, usage),
            Event::Failed { ticket, lane, error } => self.on_failed(*ticket, *lane, told::sentence(error)),
            _ => {}
        }
    }

    fn is_page(&self, ticket: Ticket) -> bool {
        self.page.as_ref().is_some_and(|page| page.ticket == ticket)
    }

    fn on_plan(&mut self, plan: &Plan) {
        self.notice = (!plan.served).then(|| told::plan(plan));
    }

    fn on_rows(&mut self, found: &[Summary]) {
        match self.page.as_mut().and_then(|page| page.aside.as_mut()) {
            Some(aside) => aside.extend_from_slice(found),
            None => self.rows.extend_from_slice(found),
        }
    }

    fn on_end(&mut self, end: &PageEnd) {
        let Some(page) = self.page.take() else { return };
        if let Some(rows) = page.aside {
            let key = self.selected_key();
            self.rows = rows;
            self.select_key(key.as_ref());
        }
        self.next.clone_from(&end.next);
        if end.timed_out {
            self.notice = Some("the search took too long and was ended: there may be more than these".into());
        } else if page.first && self.notice.is_some() && end.next.is_none() {
            self.notice = None; // All was read: nothing to warn of any more.
        }
    }

    fn on_failed(&mut self, ticket: Ticket, lane: Lane, error: String) {
        match lane {
            Lane::List if self.is_page(ticket) => {
                self.stall();
                self.error = Some(error);
            }
            Lane::Count if self.count_ticket == Some(ticket) => self.count_ticket = None,
            Lane::Details => self.details.on_failed(ticket),
            _ => {}
        }
    }

    /// A page did not come. Rows of a page that would be asked again are dropped, so that none shows twice.
    fn stall(&mut self) -> Option<Page> {
        let page = self.page.take()?;
        if !page.first {
            self.rows.truncate(page.before);
            self.select(self.selected);
        }
        self.next.clone_from(&page.resume);
        self.stalled = true;
        Some(page)
    }

    fn select_key(&mut self, key: Option<&SessionKey>) {
        let at = key.and_then(|key| self.rows.iter().position(|row| &row.key == key));
        self.selected = at.unwrap_or(self.selected).min(self.rows.len().saturating_sub(1));
        self.scroll_to_selected();
    }

    /// Moves. `None`: not for this pane.
    pub fn on_action(&mut self, action: Action, tickets: &mut Tickets) -> Option<Vec<Effect>> {
        let page = self.height.max(2) - 1;
        match action {
            Action::Up => self.select(self.selected.saturating_sub(1)),
            Action::Down => self.select(self.selected + 1),
            Action::PageUp => self.select(self.selected.saturating_sub(page)),
            Action::PageDown => self.select(self.selected + page),
            Action::Top => self.select(0),
            Action::Bottom => self.select(self.rows.len()),
            Action::Sort => {
                self.sort = if self.sort == Sort::Updated { Sort::Created } else { Sort::Updated };
                return Some(self.start(tickets));
            }
            Action::Reload => return Some(self.reload(tickets)),
            Action::Copy => {
                return Some(self.selected_row().map(|row| Effect::Copy(row.name().into())).into_iter().collect());
            }
            _ => return None,
        }
        self.stalled = false;
        Some(Vec::new())
    }

    /// Selects a row, or the last one.
    pub fn select(&mut self, position: usize) {
        self.selected = position.min(self.rows.len().saturating_sub(1));
        self.scroll_to_selected();
    }

    /// Scrolls by lines, the selection staying in view; negative is up.
    pub fn scroll(&mut self, lines: i32) {
        let last_top = self.rows.len().saturating_sub(self.height);
        self.top = self.top.saturating_add_signed(lines as isize).min(last_top);
        let last = (self.top + self.height.max(1) - 1).min(self.rows.len().saturating_sub(1));
        self.selected = self.selected.clamp(self.top.min(last), last);
    }

    fn scroll_to_selected(&mut self) {
        let last_top = self.rows.len().saturating_sub(self.height);
        let lowest = (self.selected + 1).saturating_sub(self.height);
        self.top = self.top.clamp(lowest.min(self.selected), self.selected).min(last_top.max(lowest));
    }

    /// Fits the view to so many rows.
    pub fn set_height(&mut self, height: u16) {
        self.height = usize::from(height);
        self.select(self.selected);
    }

    /// Asks for what the view lacks: the next page when its end is near, details of the rows once they settle.
    pub fn fill(&mut self, tickets: &mut Tickets) -> Vec<Effect> {
        let near_end = self.top + self.height * 2 >= self.rows.len();
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
        // Rows that are still coming move what is in view; their details wait.
        if self.page.as_ref().is_none_or(|page| !page.first) {
            let (from, to) = (self.top.min(self.rows.len()), (self.top + self.height).min(self.rows.len()));
            effects.extend(self.details.ask(&self.rows[from..to], tickets));
        }
        effects
    }

    /// Gives up what is loading, keeping what was found. `None`: nothing was.
    pub fn give_up(&mut self) -> Option<Vec<Effect>> {
        let page = self.stall()?;
        if page.first && page.aside.is_none() {
            self.notice = Some("given up: there may be more than these".into());
        }
        Some(vec![Effect::Ask(Command::Cancel(Lane::List))])
    }

    /// What is loading.
    #[must_use]
    pub fn loading(&self) -> Option<&'static str> {
        self.page.as_ref().map(|page| match (page.first, page.aside.is_some(), self.filter.is_empty()) {
            (_, true, _) => "reading the sessions again",
            (true, _, false) => "searching the sessions",
            (true, ..) => "reading the sessions",
            (false, ..) => "reading more sessions",
        })
    }

    /// Whether there is more than the rows known.
    #[must_use]
    pub fn has_more(&self) -> bool {
        self.next.is_some() || self.page.is_some()
    }

    /// The selected row.
    #[must_use]
    pub fn selected_row(&self) -> Option<&Summary> {
        self.rows.get(self.selected)
    }

    fn selected_key(&self) -> Option<SessionKey> {
        self.selected_row().map(|row| row.key.clone())
    }

    /// Counts and sizes of a row, where they are known for its present state.
    #[must_use]
    pub fn details(&self, row: &Summary) -> Option<&Details> {
        self.details.get(row)
    }

    /// The rows in view with their positions.
    pub fn in_view(&self) -> impl Iterator<Item = (usize, &Summary)> {
        self.rows.iter().enumerate().skip(self.top).take(self.height)
    }
}

#[cfg(test)]
mod tests;
