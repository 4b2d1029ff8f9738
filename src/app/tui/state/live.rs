//! What changes in the store while it is looked at, and how the screen hears of it.

use std::{borrow::Cow, time::Duration};

use super::{AppState, Effect};
use crate::{
    app::{
        task::{Command, Ticket, command::Lane},
        text, told,
    },
    repository::{Error, InView, News, OpenInView, WatchMode},
    session::{Change, ChangeKind, Summary},
};

/// How the changes of the store in use arrive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WatchState {
    /// They are told, in that way.
    Begun(WatchMode),
    /// They are not told for now.
    Lost,
    /// They are not told any more.
    Ended,
}

/// Changes that wait for longer are told to be late.
const BEHIND: Duration = Duration::from_secs(2);

/// So many sessions are named one by one.
const FEW: usize = 5;

/// What reading the list again answers, and reading the open session again.
pub(super) const LIST_LANES: [Lane; 4] = [Lane::List, Lane::Rows, Lane::Count, Lane::Details];
pub(super) const OPEN_LANES: [Lane; 3] = [Lane::Open, Lane::Messages, Lane::Outline];

impl AppState {
    /// News of a connection; of one that is not shown only how its changes arrive.
    pub(super) fn on_news(&mut self, ticket: Ticket, news: &News) -> Vec<Effect> {
        if ticket != self.workspace.ticket {
            return self.on_news_beside(ticket, news);
        }
        match news {
            News::Changes(changes) => self.on_changes(changes),
            News::Begun(mode) => self.on_begun(*mode),
            News::Paced(mode) => {
                self.workspace.watch = Some(WatchState::Begun(*mode));
                Vec::new()
            }
            News::Lost(error) => {
                self.note_age();
                self.workspace.watch = Some(WatchState::Lost);
                // A lost connection is told as one, once.
                if !error.is_passing() {
                    self.tell_untold(error);
                }
                Vec::new()
            }
            News::Ended(error) => {
                self.note_age();
                let before = self.workspace.watch.replace(WatchState::Ended);
                // Of a store that never told any, the first line says how old what is shown is.
                if before.is_some() {
                    self.errors.keep(&told::sentence_on_screen(error), self.look.now);
                }
                // What was to be read again with its news is read now.
                let owes = before == Some(WatchState::Lost) && self.workspace.connection.lost.is_none();
                if owes { self.on_up() } else { Vec::new() }
            }
        }
    }

    /// Why nothing is told for now: on the status line, unless the connection as a whole is lost, which says so itself.
    fn tell_untold(&mut self, error: &Error) {
        let why = told::sentence_on_screen(error);
        if error.is_passing() || self.workspace.connection.lost.is_some() || self.workspace.not_written {
            return self.errors.keep(&why, self.look.now);
        }
        self.workspace.untold = Some(why.clone());
        self.tell_error(why);
    }

    /// Changes are told from now on. Where that was interrupted some may have been missed, and what is shown is read again: once,
    /// with what failed meanwhile.
    fn on_begun(&mut self, mode: WatchMode) -> Vec<Effect> {
        let interrupted = self.workspace.watch.replace(WatchState::Begun(mode)).is_some();
        if !interrupted {
            return Vec::new();
        }
        if self.workspace.untold.take().is_some_and(|why| self.workspace.last_error.as_ref() == Some(&why)) {
            self.workspace.last_error = None;
        }
        let owed = self.workspace.unanswered.len();
        self.workspace.unanswered.retain(|lane| !LIST_LANES.contains(lane) && !OPEN_LANES.contains(lane));
        if self.workspace.unanswered.len() < owed && !self.workspace.not_written {
            // It is answered now.
            self.workspace.last_error = None;
        }
        self.workspace.fleet.reload();
        let mut effects = self.workspace.list.reload(&mut self.tickets);
        effects.extend(self.workspace.conversation.reload(&mut self.tickets));
        effects
    }

    /// Changes are told no more: what is shown is as old as that, not as its reading.
    pub(super) fn note_age(&mut self) {
        if self.is_live() {
            self.workspace.read_at = Some(self.look.now);
        }
    }

    /// Changes that anybody made, this program too: the list takes them in one pass, the open session those of its own.
    fn on_changes(&mut self, changes: &[Change]) -> Vec<Effect> {
        let mut effects = Vec::new();
        for change in changes {
            effects.extend(self.alert_on(self.workspace.ticket, change));
            self.workspace.fleet.take(change, self.look.now);
        }
        self.log_deletions(changes);
        self.workspace.deletions.forget_created(changes);
        self.workspace.list.take_news(changes, self.look.now, self.looked_at);
        let of_open: Vec<&Change> =
            changes.iter().filter(|change| self.workspace.conversation.concerns(&change.session)).collect();
        if of_open.is_empty() {
            return effects;
        }
        let before = self.before_changes(&of_open);
        self.workspace.conversation.begin_news();
        effects.extend(joined(&of_open).iter().flat_map(|change| self.take_change(change)));
        effects.extend(self.workspace.conversation.end_news(&mut self.tickets));
        self.tell_tokens();
        self.settle_side_panes();
        self.light(before);
        effects
    }

    /// The list shows the tokens of the open session as its figures tell them.
    pub(super) fn tell_tokens(&mut self) {
        let workspace = &mut self.workspace;
        if let Some((key, figures)) = workspace.conversation.figures() {
            workspace.list.tell_tokens(key, &figures);
        }
    }

    /// Sessions that somebody else deleted: a few by their names, many by their number.
    fn log_deletions(&mut self, changes: &[Change]) {
        let is_gone = |change: &&Change| matches!(change.kind, ChangeKind::Deleted);
        let gone: Vec<&Change> =
            changes.iter().filter(is_gone).filter(|change| !self.is_deleting(&change.session)).collect();
        for change in &gone {
            self.alerts.unmark(&change.session);
        }
        if gone.len() > FEW {
            return self.log_event(format!("{} sessions were deleted elsewhere", gone.len()), None);
        }
        for change in gone {
            let known = self.known_as(&change.session);
            self.log_event("deleted elsewhere", Some(known));
        }
    }

    /// A change of the session that is open or being opened.
    fn take_change(&mut self, change: &Change) -> Vec<Effect> {
        let open = self.workspace.conversation.session().filter(|open| open.key == change.session);
        match &change.kind {
            // What is open stays to be read; what this program deletes is closed once that is answered.
            ChangeKind::Deleted => {
                let shown = open.is_some();
                self.workspace.conversation.mark_gone(&change.session);
                self.mark_forms_gone(&change.session);
                if shown && !self.is_deleting(&change.session) {
                    // A preview goes on to the row that takes the place of its own.
                    let stays =
                        if self.workspace.conversation.is_preview() { "" } else { "; what was read of it stays" };
                    self.said = Some(format!("{} was deleted elsewhere{stays}", self.open_name()));
                }
                return Vec::new();
            }
            ChangeKind::Created(row) => {
                let is_another = row.created_at.is_some() && open.is_some_and(|open| open.created_at != row.created_at);
                if is_another || (open.is_some() && self.workspace.conversation.is_gone()) {
                    self.workspace.conversation.mark_gone(&change.session);
                    self.said = Some(format!("{} was created again elsewhere; it is read again", self.open_name()));
                }
            }
            _ => {}
        }
        self.workspace.conversation.apply(change, &mut self.tickets)
    }

    fn open_name(&self) -> String {
        text::line(self.workspace.conversation.name().unwrap_or_default()).into_owned()
    }

    /// For how long the oldest change has waited that was told and is not taken in. Whether the screen shows that otherwise now.
    pub fn lags(&mut self, behind: Option<Duration>) -> bool {
        let behind = behind.map(|behind| Duration::from_secs(behind.as_secs())).filter(|behind| *behind >= BEHIND);
        std::mem::replace(&mut self.workspace.behind, behind) != behind
    }

    /// Tells a store that is looked at again what is in view, where that is something else than before.
    pub(super) fn look_closer(&mut self) -> Option<Effect> {
        let Some(WatchState::Begun(WatchMode::Poll(_))) = self.workspace.watch else { return None };
        let page = self.shows_fleet().then(|| self.fleet_page());
        let (list, fleet) = (&self.workspace.list, &self.workspace.fleet);
        let open = self.workspace.conversation.session().filter(|_| !self.workspace.conversation.is_gone());
        let rows: Vec<&Summary> = match page {
            Some(page) => fleet.in_view(page).filter_map(|(_, row)| fleet.fleet.summary(&row.key)).collect(),
            None => list.in_view().map(|(_, row)| row).collect(),
        };
        let looked = &mut self.workspace.looked;
        let same = looked.as_ref().is_some_and(|(keys, session)| {
            session.as_ref() == open.map(|open| &open.key) && rows.iter().map(|row| &row.key).eq(keys)
        });
        if same {
            return None;
        }
        *looked = Some((rows.iter().map(|row| row.key.clone()).collect(), open.map(|open| open.key.clone())));
        let rows = rows.into_iter().map(|row| (row.key.clone(), row.updated_at)).collect();
        let in_view = InView::new(rows, open.map(OpenInView::from));
        Some(Effect::Ask(Command::Look(self.workspace.ticket, Box::new(in_view))))
    }

    /// Whether what is shown is as old as when it was read.
    #[must_use]
    pub fn shows_age(&self) -> bool {
        let connection = &self.workspace.connection;
        connection.is_open() && (connection.lost.is_some() || !self.is_live())
    }

    /// Whether changes are told as they are made, so that what is shown has no age.
    #[must_use]
    pub fn is_live(&self) -> bool {
        matches!(self.workspace.watch, Some(WatchState::Begun(_)))
    }
}

/// Messages of one agent that follow one another are one change: they are laid out once.
fn joined<'a>(changes: &[&'a Change]) -> Vec<Cow<'a, Change>> {
    let mut out: Vec<Cow<'a, Change>> = Vec::with_capacity(changes.len());
    for change in changes {
        if let Some(last) = out.last_mut()
            && let ChangeKind::Messages(_, more) = &change.kind
            && goes_on(last, change)
        {
            if let ChangeKind::Messages(_, messages) = &mut last.to_mut().kind {
                messages.extend(more.iter().cloned());
            }
            continue;
        }
        out.push(Cow::Borrowed(*change));
    }
    out
}

fn goes_on(last: &Change, next: &Change) -> bool {
    let (ChangeKind::Messages(agent, known), ChangeKind::Messages(of, more)) = (&last.kind, &next.kind) else {
        return false;
    };
    let follows = known.last().zip(more.first()).is_some_and(|(last, first)| first.index == last.index + 1);
    last.session == next.session && agent == of && follows
}
