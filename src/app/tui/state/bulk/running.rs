//! What the task says of a change of many sessions, and what is ordered of it.

use super::{
    super::{AppState, Effect, agreement::AgreedTo, modal::Modal},
    BulkPane, BulkStage, EndedBulk, RunningBulk,
};
use crate::{
    app::{
        task::{Command, Ticket, command::BulkCommand},
        text, told,
        writes::bulk::{BulkEnd, BulkOrder, BulkProgress, BulkScope, BulkTally, LeftToDo},
    },
    repository::Error,
    session::{Change, ChangeKind},
};

impl AppState {
    /// The pane, wherever it lies.
    fn bulk_pane(&mut self) -> Option<&mut BulkPane> {
        self.modals.iter_mut().rev().find_map(|modal| match modal {
            Modal::Bulk(pane) => Some(pane.as_mut()),
            _ => None,
        })
    }

    /// The one that is being carried out, where its ticket is that.
    fn running_bulk(&mut self, ticket: Ticket) -> Option<&mut RunningBulk> {
        match &mut self.bulk_pane()?.stage {
            BulkStage::Run(running) if running.ticket == ticket => Some(running.as_mut()),
            _ => None,
        }
    }

    /// Whether many sessions are being changed, and how far that is, for a question. Safe text.
    #[must_use]
    pub fn bulk_underway(&self) -> Option<String> {
        self.modals.iter().find_map(|modal| match modal {
            Modal::Bulk(pane) => match &pane.stage {
                BulkStage::Run(running) => {
                    Some(format!("{} of {} sessions had their turn", running.tally.sessions(), running.of))
                }
                _ => None,
            },
            _ => None,
        })
    }

    pub(super) fn go_on_with_bulk(&mut self) -> Vec<Effect> {
        let Some(BulkStage::Ended(ended)) = self.bulk_pane().map(|pane| &pane.stage) else { return Vec::new() };
        let (order, left) = (ended.order.clone(), ended.end.left.clone());
        let says = format!("the change of many sessions goes on ({})", text::line(&order.change.to_string()));
        self.order_bulk(&says, order, left)
    }

    /// Orders it, once the words are typed that the place may ask for.
    pub(super) fn order_bulk(&mut self, says: &str, order: BulkOrder, left: Option<LeftToDo>) -> Vec<Effect> {
        let ticket = self.tickets.take();
        let command = BulkCommand { connection: self.workspace.ticket, order, left };
        self.once_agreed(says, AgreedTo::Effects(vec![Effect::Ask(Command::Bulk(ticket, Box::new(command)))]))
    }

    /// Shows how far it is, from whichever pane it was ordered.
    pub(in super::super) fn show_bulk(&mut self, command: &Command) {
        let Command::Bulk(ticket, ordered) = command else { return };
        let order = ordered.order.clone();
        self.workspace.deletions.begin(&order);
        let named = match &order.scope {
            BulkScope::Sessions(keys) => Some(keys.len() as u64),
            BulkScope::Matching { .. } => self.workspace.list.marked_count(),
        };
        let (of, tally) = match self.bulk_pane().map(|pane| &pane.stage) {
            Some(BulkStage::Look(look)) => (look.tally.sessions(), BulkTally::default()),
            Some(BulkStage::Ended(ended)) => (ended.of, ended.end.tally.clone()),
            _ => (named.unwrap_or_default(), BulkTally::default()),
        };
        let (ticket, scope, place) = (*ticket, order.scope.clone(), self.bulk_place());
        let stage = BulkStage::Run(Box::new(RunningBulk { ticket, order, of, tally, stopping: false }));
        if let Some(pane) = self.bulk_pane() {
            (pane.stage, pane.top) = (stage, 0);
        } else {
            let pane = BulkPane { stage, ..BulkPane::new(place, scope, named) };
            self.modals.push(Modal::Bulk(Box::new(pane)));
        }
    }

    /// Has it stop once what is being written is.
    pub(super) fn stop_bulk(&mut self) -> Vec<Effect> {
        let Some(BulkStage::Run(running)) = self.bulk_pane().map(|pane| &mut pane.stage) else { return Vec::new() };
        running.stopping = true;
        vec![Effect::Ask(Command::BulkStop(running.ticket))]
    }

    /// More sessions were looked at.
    pub(in super::super) fn on_bulk_seen(&mut self, ticket: Ticket, seen: BulkTally, all: bool) -> Vec<Effect> {
        if let Some(BulkStage::Look(look)) = self.bulk_pane().map(|pane| &mut pane.stage)
            && look.ticket == ticket
        {
            (look.tally, look.done) = (seen, all);
        }
        Vec::new()
    }

    /// They could not be looked at.
    pub(in super::super) fn on_bulk_unseen(&mut self, ticket: Ticket, error: &Error) -> Vec<Effect> {
        let says = told::sentence_on_screen(error);
        if let Some(pane) = self.bulk_pane()
            && matches!(&pane.stage, BulkStage::Look(look) if look.ticket == ticket)
        {
            pane.line.problem = Some(says.clone());
            pane.stage = BulkStage::Type;
        }
        self.tell_error(says);
        Vec::new()
    }

    /// More sessions were changed.
    pub(in super::super) fn on_bulk_at(&mut self, ticket: Ticket, progress: BulkProgress) -> Vec<Effect> {
        let Some(running) = self.running_bulk(ticket) else { return Vec::new() };
        running.tally = progress.tally;
        self.workspace.deletions.note(&progress.changes);
        let open = self.workspace.conversation.session().map(|session| session.key.clone());
        // What goes, and what changes of the open session, is shown in more places than the list.
        let is_shown =
            |change: &Change| matches!(change.kind, ChangeKind::Deleted) || open.as_ref() == Some(&change.session);
        let (shown, listed): (Vec<Change>, Vec<Change>) = progress.changes.into_iter().partition(is_shown);
        self.workspace.list.apply_several(&listed);
        shown.iter().flat_map(|change| self.apply(change)).collect()
    }

    /// It ended, for now or for good; or it could not begin.
    pub(in super::super) fn on_bulk_ended(&mut self, ticket: Ticket, ended: Result<BulkEnd, Error>) -> Vec<Effect> {
        let Some(running) = self.running_bulk(ticket) else {
            // Its pane is gone, as where its connection was closed: its report says how far it was.
            self.say_and_keep(match ended {
                Ok(end) => format!("the change of many sessions ended: {}{}", end.tally, where_told(&end)),
                Err(error) => {
                    format!("the change of many sessions did not begin: {}", told::sentence_on_screen(&error))
                }
            });
            return Vec::new();
        };
        let (order, of, before) = (running.order.clone(), running.of, running.tally.clone());
        self.workspace.deletions.end();
        let end = ended.unwrap_or_else(|error| BulkEnd { tally: before, report: None, error: Some(error), left: None });
        let says = match &end.error {
            Some(error) => format!("{}; stopped: {}", end.tally, told::sentence_on_screen(error)),
            None if end.left.is_some() && end.tally.sessions() < of => {
                format!("{}; stopped after {} of {of} sessions", end.tally, end.tally.sessions())
            }
            None => end.tally.to_string(),
        };
        if end.left.is_none() && end.error.is_none() && order.change.deletes() {
            self.workspace.list.unmark_all();
        }
        // Who closes the pane finds the report by this.
        let says = format!("{}: {says}{}", order.change, where_told(&end));
        self.say_and_keep(text::line(&says).into_owned());
        if let Some(pane) = self.bulk_pane() {
            (pane.stage, pane.top) = (BulkStage::Ended(Box::new(EndedBulk { order, of, end })), 0);
        }
        Vec::new()
    }
}

/// Where the report is; nothing where there is none.
fn where_told(end: &BulkEnd) -> String {
    end.report.as_ref().map(|path| format!("; the report is {}", path.display())).unwrap_or_default()
}
