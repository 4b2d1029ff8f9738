//! Changes that were told, taken over one after the other and laid out once; and how the reader stands to the end, which is followed
//! where he is there and else left alone.

use super::{ConversationState, Effect, Tickets, last_seen::ReadTo, place::EndStand};
use crate::session::SessionKey;

/// What was so before news are taken over.
#[derive(Debug)]
pub(super) struct NewsBegun {
    pub stand: EndStand,
    /// How far was read, where that was everything.
    read: Option<ReadTo>,
    /// Something that is shown is another since.
    pub is_shown: bool,
}

impl ConversationState {
    /// News are about to be taken over by [`Self::apply`]. They are laid out by [`Self::end_news`], however many there are.
    pub fn begin_news(&mut self) {
        let all_read = self.new_below() == 0 && !self.last_seen.is_marked();
        let read = self.open.as_ref().filter(|_| all_read).map(|open| ReadTo::of(open, self.now));
        self.news = Some(NewsBegun { stand: self.stand(), read, is_shown: false });
    }

    /// All were taken over. Where some are below what is read, a line marks where they begin.
    pub fn end_news(&mut self, tickets: &mut Tickets) -> Vec<Effect> {
        let Some(news) = self.news.take() else { return Vec::new() };
        let effects = self.settle_changes(news.is_shown, tickets);
        if let Some(read) = news.read.filter(|_| self.new_below() > 0) {
            self.mark_read(read);
        }
        effects
    }

    /// Changes were taken over: what follows from all of them. `is_shown`: it is laid out again.
    pub(super) fn settle_changes(&mut self, is_shown: bool, tickets: &mut Tickets) -> Vec<Effect> {
        let Some(open) = &mut self.open else { return Vec::new() };
        open.refresh_calls();
        if !is_shown {
            return Vec::new();
        }
        if let Some(find) = &mut self.find {
            find.arrange(&open.timeline);
        }
        self.layouts.clear();
        self.refresh();
        self.ask(tickets)
    }

    /// How the reader stands to the end.
    pub(super) fn stand(&mut self) -> EndStand {
        let stand = self.on_sheet(|pages, place, view| EndStand::of(*place, pages, view));
        stand.unwrap_or(EndStand::OPENING)
    }
}

/// What became of the open session meanwhile.
impl ConversationState {
    /// The session is not there any more: what was read of it stays, and the title says so.
    pub fn mark_gone(&mut self, key: &SessionKey) {
        self.gone |= self.session().is_some_and(|open| open.key == *key);
    }

    /// Whether the open session is known to be gone.
    #[must_use]
    pub fn is_gone(&self) -> bool {
        self.gone
    }

    /// Messages that came with the last reload and have not been in view yet.
    #[must_use]
    pub fn new_below(&self) -> u64 {
        let Some(open) = &self.open else { return 0 };
        let unread = |agent: usize| open.counts[agent].saturating_sub(open.reached[agent].max(open.seen[agent]));
        (0..open.counts.len()).filter(|agent| open.timeline.shows(*agent)).map(unread).sum()
    }
}
