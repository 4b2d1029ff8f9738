//! The session under the cursor of the list, shown without being opened: it is not read by anybody until somebody goes into it.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::{ConversationState, Effect, Opening, Tickets};
use crate::{
    app::{
        task::{Command, command::Lane},
        tui::{render::Look, state::named::ChosenSession},
    },
    session::{SessionKey, Summary},
};

/// Lines of a message, mostly at the least.
const LINES: u16 = 3;

/// A preview that takes longer is said to be read: what is shown meanwhile is another session.
const SLOW: SignedDuration = SignedDuration::from_millis(500);

/// How long the cursor rests further before the figures of a preview are read: for them the server reads the whole document.
const LONGER: SignedDuration = SignedDuration::from_millis(300);

impl ConversationState {
    /// Shows a session at its end, as a preview: few messages at first, so that a large one is there soon. What is shown stays until
    /// the answer came.
    pub fn preview(&mut self, row: &Summary, called: &str, tickets: &mut Tickets) -> Vec<Effect> {
        let (key, name, exact) = (row.key.clone(), called.to_owned(), called != row.name());
        let last = u64::from((self.size.height / LINES).clamp(4, 20));
        (self.awaited, self.wanted_move) = (None, None);
        self.ask_open(Opening { ticket: tickets.take(), key, name, exact, again: false, preview: Some(last) })
    }

    /// Whether what is shown is only looked at from the list.
    #[must_use]
    pub fn is_preview(&self) -> bool {
        self.previewed
    }

    /// Whether no session is shown, nor about to be.
    #[must_use]
    pub fn shows_nothing(&self) -> bool {
        self.open.is_none() && self.opening.is_none() && self.unopened.is_none()
    }

    /// Whether what is being read is a preview.
    #[must_use]
    pub fn reads_preview(&self) -> bool {
        self.opening.as_ref().is_some_and(|opening| opening.preview.is_some())
    }

    /// Whether a session is shown as a preview, or is about to be.
    #[must_use]
    pub fn previews(&self, key: &SessionKey) -> bool {
        match &self.opening {
            Some(opening) => opening.preview.is_some() && opening.key == *key,
            None => self.previewed && !self.gone && self.session().is_some_and(|open| open.key == *key),
        }
    }

    /// Whether a session is open, or being opened, by somebody: it is not read for whoever goes into it. Another that waits for the
    /// connection is not opened in its stead.
    pub fn stays_open(&mut self, key: &SessionKey) -> bool {
        let stays = match &self.opening {
            Some(opening) => opening.preview.is_none() && opening.key == *key,
            None => !self.previewed && !self.gone && self.session().is_some_and(|open| open.key == *key),
        };
        if stays {
            self.unopened.take_if(|asked| asked.key != *key);
        }
        stays
    }

    /// Asks for the outline of the open session.
    pub(super) fn ask_outline(&mut self, tickets: &mut Tickets) -> Option<Effect> {
        let key = self.session()?.key.clone();
        let ticket = tickets.take();
        (self.outline, self.owed_since, self.asked_at) = (Some(ticket), None, self.now);
        Some(Effect::Ask(Command::Outline(ticket, key)))
    }

    /// Whether figures were asked for just now, and no move waits for them: who goes back does not mean them.
    fn has_figures_soon(&self) -> bool {
        self.outline.is_some() && self.wanted_move.is_none() && self.is_soon(self.asked_at)
    }

    /// The same of a page of messages.
    fn has_page_soon(&self) -> bool {
        self.page.as_ref().is_some_and(|page| self.is_soon(page.asked_at))
    }

    fn is_soon(&self, asked_at: Timestamp) -> bool {
        (SignedDuration::ZERO..SLOW).contains(&self.now.duration_since(asked_at))
    }

    /// What is loading and is given up by going back.
    pub(super) fn given_up(&self) -> Vec<Lane> {
        let searches = self.find.as_ref().is_some_and(|find| find.ticket.is_some());
        let lanes = [
            (Lane::Open, !self.by_itself && self.opening.is_some()),
            (Lane::Outline, !self.by_itself && self.outline.is_some() && !self.has_figures_soon()),
            (Lane::Messages, self.page.is_some() && !self.has_page_soon()),
            (Lane::Find, searches),
        ];
        lanes.into_iter().filter_map(|(lane, is_given_up)| is_given_up.then_some(lane)).collect()
    }

    /// Whether something is loading that is given up by going back.
    #[must_use]
    pub fn can_give_up(&self) -> bool {
        self.loading().is_some() && !self.given_up().is_empty()
    }

    /// What a person opens and is not there yet, also where it waits for the connection.
    fn opened_by_person(&self) -> Option<&Opening> {
        self.opening.as_ref().or(self.unopened.as_ref()).filter(|opening| opening.is_by_person())
    }

    /// What is being opened by a person while another session is still shown.
    #[must_use]
    pub fn opens_another(&self) -> Option<&str> {
        let opening = self.opened_by_person()?;
        let other = self.session().is_some_and(|shown| shown.key != opening.key);
        other.then_some(opening.name.as_str())
    }

    /// Whether a session is being opened while nothing is open but a preview: who gives that up was in the list.
    #[must_use]
    pub fn is_first_opening(&self) -> bool {
        self.opened_by_person().is_some() && (self.previewed || self.open.is_none())
    }

    /// The outline of a preview waits until the cursor has rested for longer; that of the session before is given up.
    pub(super) fn owe_outline(&mut self) -> Option<Effect> {
        self.owed_since = Some(self.now);
        self.outline.take().map(|_| Effect::Ask(Command::Cancel(Lane::Outline)))
    }

    /// Asks for an outline that was given up, as somebody comes back to the session.
    pub fn ask_left(&mut self, tickets: &mut Tickets) -> Option<Effect> {
        let is_read = self.open.as_ref()?.live.is_some();
        let is_asked = self.outline.is_some() || self.owed_since.is_some() || self.opening.is_some();
        if is_read || is_asked || self.gone { None } else { self.ask_outline(tickets) }
    }

    /// Asks for an outline that is owed, as somebody wants it now.
    pub fn ask_owed(&mut self, tickets: &mut Tickets) -> Option<Effect> {
        self.owed_left()?;
        self.ask_outline(tickets)
    }

    /// The same once its time has come.
    pub(super) fn ask_owed_in_time(&mut self, tickets: &mut Tickets) -> Option<Effect> {
        self.owed_left().filter(Duration::is_zero)?;
        self.ask_outline(tickets)
    }

    /// How long an outline is owed for before it is asked for. `None`: none is, or another session is read first.
    #[must_use]
    pub fn owed_left(&self) -> Option<Duration> {
        let rested = self.now.duration_since(self.owed_since?);
        if self.gone || self.opening.is_some() {
            return None;
        }
        // A clock that was put back makes nobody wait for longer.
        Some(if rested.is_negative() { Duration::ZERO } else { (LONGER - rested).try_into().unwrap_or_default() })
    }

    /// Gives up a preview that is being read, unless it is of that session. The cursor goes on: what is owed to another waits.
    pub fn give_up_preview(&mut self, but: Option<&SessionKey>) -> Option<Effect> {
        if self.owed_since.is_some() && self.session().map(|open| &open.key) != but {
            self.owed_since = Some(self.now);
        }
        let given_up = |opening: &mut Opening| opening.preview.is_some() && Some(&opening.key) != but;
        self.opening.take_if(given_up).map(|_| Effect::Ask(Command::Cancel(Lane::Open)))
    }

    /// How long until it is said that a preview is being read; `None`: it is, or none is.
    #[must_use]
    pub fn next_slow_preview(&self) -> Option<Duration> {
        let left = SLOW - self.preview_lasts()?;
        Duration::try_from(left).ok().filter(|left| !left.is_zero())
    }

    /// Whether a preview is so long in coming that somebody may wait for it.
    #[must_use]
    pub fn is_slow_preview(&self) -> bool {
        self.preview_lasts().is_some_and(|lasts| lasts >= SLOW)
    }

    fn preview_lasts(&self) -> Option<SignedDuration> {
        let is_first = |opening: &&Opening| opening.preview.is_some() && !opening.again;
        self.opening.as_ref().filter(is_first).map(|_| self.now.duration_since(self.asked_at))
    }

    /// Gives up a preview that is so long in coming. `None`: there is none.
    pub fn give_up_slow_preview(&mut self) -> Option<Vec<Effect>> {
        if !self.is_slow_preview() {
            return None;
        }
        self.give_up_preview(None).map(|given_up| vec![given_up])
    }

    /// Closes what is only looked at, with what is read for it. `None`: it was opened, or something is about to be.
    pub fn close_preview(&mut self) -> Option<Vec<Effect>> {
        let is_opened = self.opening.as_ref().is_some_and(|opening| opening.preview.is_none());
        if !self.previewed || is_opened || self.unopened.is_some() {
            return None;
        }
        let read = [
            self.opening.take().map(|_| Lane::Open),
            self.outline.take().map(|_| Lane::Outline),
            self.page.take().map(|_| Lane::Messages),
        ];
        self.close();
        Some(read.into_iter().flatten().map(|lane| Effect::Ask(Command::Cancel(lane))).collect())
    }

    /// Somebody goes into what is shown as a preview, or is about to be: it is open from now on. `None`: it was, or nothing is.
    pub fn enter(&mut self) -> Option<ChosenSession> {
        if let Some(opening) = &mut self.opening {
            opening.preview.take()?;
            self.by_itself = false;
            return Some(ChosenSession { key: opening.key.clone(), name: opening.name.clone() });
        }
        if !std::mem::take(&mut self.previewed) {
            return None;
        }
        // Its figures may have been asked for long ago: to whoever goes in they come just now.
        (self.by_itself, self.asked_at) = (false, self.now);
        let (key, name) = (self.session()?.key.clone(), self.name()?.to_owned());
        self.last_seen.forget_left(&key);
        Some(ChosenSession { key, name })
    }

    /// The open session is among the bookmarks, or is not.
    pub fn mark_bookmarked(&mut self, bookmarked: bool) {
        self.bookmarked = bookmarked;
    }

    /// The name with what there is to say of the session before it; `preview`: the word for one that is only looked at.
    pub(super) fn marked_name(&self, name: &str, preview: &str, look: &Look) -> String {
        let kept = if self.bookmarked { format!("{} ", look.marks.kept) } else { String::new() };
        let gone = if self.gone { "gone: " } else { "" };
        format!("{kept}{preview}{gone}{name}")
    }
}

#[cfg(test)]
mod tests;
