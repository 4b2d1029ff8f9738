//! What was listed before another filter or order was asked for: it stays on screen until the first answer, and comes back where that
//! is given up.

use jiff::SignedDuration;

use super::{AskedRows, SessionList};
use crate::{
    app::{
        task::{Command, command::Lane},
        tui::state::Effect,
    },
    repository::{Cursor, Filter, Sort},
};

/// What the rows on screen are of, while another list was asked for.
#[derive(Debug)]
pub(super) struct ListedBefore {
    filter: Filter,
    sort: Sort,
    count: Option<u64>,
    next: Option<Cursor>,
    notice: Option<String>,
}

/// Another list is mostly there sooner. Until then going back is not meant for it: what a key does would else depend on who is faster.
const SOON: SignedDuration = SignedDuration::from_millis(500);

const CUT_SHORT: &str = "given up: there may be more than these";

impl SessionList {
    /// Another filter or order is about to be asked for: what is listed stays until the first answer.
    pub(super) fn set_aside(&mut self) {
        let cut_short = self.stall().is_some_and(|page| is_list(&page));
        if self.before.is_none() && self.known {
            let notice = if cut_short { Some(CUT_SHORT.to_owned()) } else { self.notice.take() };
            let (count, next) = (self.count, self.next.take());
            self.before =
                Some(ListedBefore { filter: self.filter.clone(), sort: self.sort.clone(), count, next, notice });
        }
        self.preferred = None;
    }

    /// The first answer is there: what was listed before goes.
    pub(super) fn begin(&mut self) {
        if let Some(page) = self.page.as_mut().filter(|page| is_list(page) && !page.begun) {
            page.begun = true;
            if self.before.is_none() && self.preferred.is_none() {
                // The same list once more.
                self.preferred = self.selected_row().map(|row| row.key.clone());
            }
            self.rows.clear();
            self.since.moved.clear();
            self.selection.reset();
            self.marks.at_top();
            self.answered();
        }
    }

    /// The rows are those of the list that was asked for.
    pub(super) fn answered(&mut self) {
        (self.known, self.before) = (true, None);
    }

    /// Whether another list was asked for just now: a key does what it does once that list is there.
    fn is_coming(&self) -> bool {
        let is_new = |page: &AskedRows| {
            let waited = self.now.duration_since(page.asked_at);
            is_list(page) && !page.begun && (SignedDuration::ZERO..SOON).contains(&waited)
        };
        self.is_leaving() && self.page.as_ref().is_some_and(is_new)
    }

    /// Whether something is loading that is given up by going back.
    #[must_use]
    pub fn can_give_up(&self) -> bool {
        self.page.is_some() && !self.is_coming()
    }

    /// Gives up what is loading, keeping what was found; before the first answer what was listed before is back. `None`: there was
    /// nothing to give up, or it was asked for just now.
    pub fn give_up(&mut self) -> Option<Vec<Effect>> {
        if self.is_coming() {
            return None;
        }
        let (page, before) = (self.stall(), self.before.take());
        if page.is_none() && before.is_none() {
            return None;
        }
        let mut effects = Vec::new();
        if page.is_some() {
            effects.push(Effect::Ask(Command::Cancel(Lane::List)));
        }
        if let Some(before) = before {
            if self.count_ticket.take().is_some() {
                effects.push(Effect::Ask(Command::Cancel(Lane::Count)));
            }
            (self.filter, self.sort, self.count) = (before.filter, before.sort, before.count);
            (self.next, self.notice, self.error) = (before.next, before.notice, None);
        } else if !self.rows.is_empty() && page.is_some_and(|page| is_list(&page)) {
            self.notice = Some(CUT_SHORT.to_owned());
        }
        Some(effects)
    }

    /// Which filter and order the rows on screen are of: those asked for, once anything was answered.
    #[must_use]
    pub fn listed(&self) -> (&Filter, &Sort) {
        self.before.as_ref().map_or((&self.filter, &self.sort), |before| (&before.filter, &before.sort))
    }

    /// Whether another list than that of the rows on screen was asked for.
    #[must_use]
    pub fn is_outdated(&self) -> bool {
        self.before.is_some()
    }

    /// Whether the rows on screen are about to go: another list was asked for, and nothing tells that it takes long.
    #[must_use]
    pub fn is_leaving(&self) -> bool {
        self.is_outdated() && self.progress.is_none()
    }

    /// Whether anything was ever answered: where nothing was, no rows do not mean that there are none.
    #[must_use]
    pub fn is_known(&self) -> bool {
        self.known
    }

    /// Whether it was read to its end and has no row.
    #[must_use]
    pub fn is_known_empty(&self) -> bool {
        self.known && self.rows.is_empty() && self.error.is_none() && !self.has_more()
    }
}

/// Whether a page begins a list whose rows show as they come.
fn is_list(page: &AskedRows) -> bool {
    page.first && page.aside.is_none()
}
