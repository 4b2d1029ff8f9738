//! What changes in the store while it is looked at, and how the screen hears of it.

use super::{AppState, Effect};
use crate::{
    app::{
        task::{Command, Ticket},
        text, told,
    },
    repository::{InView, News, OpenInView, WatchMode},
    session::{Change, ChangeKind},
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

impl AppState {
    /// News of the connection in use; those of an earlier one are late.
    pub(super) fn on_news(&mut self, ticket: Ticket, news: &News) -> Vec<Effect> {
        if ticket != self.workspace.ticket {
            return Vec::new();
        }
        match news {
            News::Changes(changes) => changes.iter().flat_map(|change| self.take_news(change)).collect(),
            News::Begun(mode) => {
                let interrupted = self.workspace.watch.replace(WatchState::Begun(*mode)).is_some();
                if !interrupted {
                    return Vec::new();
                }
                // Changes may have been missed.
                self.workspace.fleet.reload();
                let mut effects = self.workspace.list.reload(&mut self.tickets);
                effects.extend(self.workspace.conversation.reload(&mut self.tickets));
                effects
            }
            News::Paced(mode) => {
                self.workspace.watch = Some(WatchState::Begun(*mode));
                Vec::new()
            }
            News::Lost(error) => {
                self.workspace.watch = Some(WatchState::Lost);
                self.errors.keep(&told::sentence_on_screen(error), self.look.now);
                Vec::new()
            }
            News::Ended(error) => {
                // Of a store that never told any, the first line says how old what is shown is.
                if self.workspace.watch.replace(WatchState::Ended).is_some() {
                    self.errors.keep(&told::sentence_on_screen(error), self.look.now);
                }
                Vec::new()
            }
        }
    }

    /// A change that anybody made, this program too.
    fn take_news(&mut self, change: &Change) -> Vec<Effect> {
        let alerts = self.alert_on(change);
        self.workspace.fleet.take(change, self.look.now);
        self.workspace.list.note_unlisted(change);
        if !matches!(change.kind, ChangeKind::Deleted) {
            let mut effects = self.apply(change);
            effects.extend(alerts);
            return effects;
        }
        let gone = self.known_as(&change.session);
        // What is open stays to be read; what this program deletes is closed once that is answered.
        self.workspace.list.apply(change);
        let conversation = &mut self.workspace.conversation;
        let shown = conversation.session().is_some_and(|open| open.key == change.session);
        conversation.mark_gone(&change.session);
        self.alerts.unmark(&change.session);
        if shown && !self.is_deleting(&change.session) {
            let name = text::line(self.workspace.conversation.name().unwrap_or_default()).into_owned();
            self.said = Some(format!("{name} was deleted elsewhere; what was read of it stays"));
        }
        if !self.is_deleting(&change.session) {
            self.log_event("deleted elsewhere", Some(gone));
        }
        Vec::new()
    }

    /// Tells a store that is looked at again what is in view, where that is something else than before.
    pub(super) fn look_closer(&mut self) -> Option<Effect> {
        let Some(WatchState::Begun(WatchMode::Poll(_))) = self.workspace.watch else { return None };
        let open = self.workspace.conversation.session().filter(|_| !self.workspace.conversation.is_gone());
        let looked = &mut self.workspace.looked;
        let rows = self.workspace.list.in_view().map(|(_, row)| row);
        let same = looked.as_ref().is_some_and(|(keys, session)| {
            session.as_ref() == open.map(|open| &open.key) && rows.clone().map(|row| &row.key).eq(keys)
        });
        if same {
            return None;
        }
        *looked = Some((rows.clone().map(|row| row.key.clone()).collect(), open.map(|open| open.key.clone())));
        let in_view =
            InView::new(rows.map(|row| (row.key.clone(), row.updated_at)).collect(), open.map(OpenInView::from));
        Some(Effect::Ask(Command::Look(self.workspace.ticket, in_view)))
    }

    /// Whether changes are told as they are made, so that what is shown has no age.
    #[must_use]
    pub fn is_live(&self) -> bool {
        matches!(self.workspace.watch, Some(WatchState::Begun(_)))
    }
}
