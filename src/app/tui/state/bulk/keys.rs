//! Keys while many sessions are changed.

use crossterm::event::{KeyCode, KeyEvent};

use super::{
    super::{AppState, Effect, areas::Pane, connection::Stage, modal::Modal, typing},
    BulkLine, BulkLook, BulkPane, BulkStage,
};
use crate::app::{
    keymap::Action,
    task::{Command, command::Lane},
    text,
    tui::render::format,
    writes::bulk::{BulkKind, BulkOrder, BulkTally, SessionOutcome},
};

/// What a key asks of a change of many sessions.
enum BulkKey {
    Nothing,
    Close,
    /// Look what it comes to.
    Preview,
    /// Give the preview up.
    GiveUp,
    /// Carry it out.
    Agree,
    /// Ask for a deletion.
    Delete,
    Stop,
    GoOn,
    /// Leave it as it is, to be gone on with another time.
    Later,
    CopyPath,
}

impl AppState {
    /// Changes the marked sessions; or shows the change again that was stopped and left for later.
    ///
    /// # Errors
    /// That there is none.
    pub(in super::super) fn bulk(&mut self) -> Result<Vec<Effect>, String> {
        if let Some(stopped) = self.workspace.stopped_bulk.take() {
            self.modals.push(Modal::Bulk(stopped));
            return Ok(Vec::new());
        }
        let list = &self.workspace.list;
        let scope = list.marked_scope().ok_or_else(|| {
            let one = self.with_key("mark the sessions first", Action::Mark);
            self.with_key(&format!("{one}; all that match"), Action::MarkAll)
        })?;
        let pane = BulkPane::new(self.bulk_place(), scope, list.marked_count());
        self.modals.push(Modal::Bulk(Box::new(pane)));
        Ok(Vec::new())
    }

    /// Where sessions are changed: the place, and what is open there.
    pub(super) fn bulk_place(&self) -> String {
        let place = self.workspace.connection.place.as_ref().map_or("", |place| place.name.as_str());
        match &self.workspace.connection.stage {
            Stage::Open(location) if location != place => format!("{place} {} {location}", self.look.marks.sep),
            _ => place.to_owned(),
        }
    }

    /// A key while many sessions are changed.
    pub(in super::super) fn on_bulk_key(&mut self, key: KeyEvent) -> Vec<Effect> {
        let Some(Modal::Bulk(pane)) = self.modals.last_mut() else { return Vec::new() };
        match pane.on_key(key) {
            BulkKey::Nothing => Vec::new(),
            BulkKey::Close => self.close_modal(),
            BulkKey::Preview => self.preview_bulk(),
            BulkKey::GiveUp => {
                pane.stage = BulkStage::Type;
                vec![Effect::Ask(Command::Cancel(Lane::Bulk))]
            }
            BulkKey::Agree => self.agree_to_bulk(),
            BulkKey::Delete => {
                self.modals.pop();
                self.focus = Pane::Sessions;
                self.delete().unwrap_or_else(|why| self.say(why))
            }
            BulkKey::Stop => self.stop_bulk(),
            BulkKey::GoOn => self.go_on_with_bulk(),
            BulkKey::Later => {
                if let Some(Modal::Bulk(stopped)) = self.modals.pop() {
                    self.workspace.stopped_bulk = Some(stopped);
                }
                let says = self.with_key("the stopped change is shown again, to go on with it", Action::Bulk);
                self.say(says)
            }
            BulkKey::CopyPath => match &pane.stage {
                BulkStage::Ended(ended) => {
                    let path = ended.end.report.as_ref().map(|path| path.display().to_string());
                    path.map(|path| Self::copy_as(path, "the path of the report")).unwrap_or_default()
                }
                _ => Vec::new(),
            },
        }
    }

    /// Looks what it comes to.
    fn preview_bulk(&mut self) -> Vec<Effect> {
        let dates = self.look.dates();
        let rules = self.workspace.connection.place.as_ref().map(|place| place.rules.clone()).unwrap_or_default();
        let Some(Modal::Bulk(pane)) = self.modals.last_mut() else { return Vec::new() };
        let change = match pane.kind().read(pane.line.text(), &dates) {
            Ok(change) => change,
            Err(problem) => {
                pane.line.problem = Some(problem);
                return Vec::new();
            }
        };
        if change.deletes() {
            let scope = pane.scope.clone();
            self.modals.pop();
            return self.ask_deletion(None, scope, change);
        }
        let ticket = self.tickets.take();
        let order = BulkOrder { scope: pane.scope.clone(), change, dates };
        let look = BulkLook { ticket, order: order.clone(), tally: BulkTally::default(), done: false };
        (pane.stage, pane.top) = (BulkStage::Look(Box::new(look)), 0);
        vec![Effect::Ask(Command::BulkPreview(ticket, Box::new(order), Box::new(rules)))]
    }

    /// Carries it out, once the words are typed that the place may ask for.
    fn agree_to_bulk(&mut self) -> Vec<Effect> {
        let Some(Modal::Bulk(pane)) = self.modals.last() else { return Vec::new() };
        let BulkStage::Look(look) = &pane.stage else { return Vec::new() };
        let count = format::number(look.tally.of(SessionOutcome::Done), self.look.marks);
        let says = format!("{count} sessions are changed ({})", text::line(&look.order.change.to_string()));
        let order = look.order.clone();
        self.order_bulk(&says, order, None)
    }
}

impl BulkPane {
    fn on_key(&mut self, key: KeyEvent) -> BulkKey {
        match &mut self.stage {
            BulkStage::Choose => self.on_choice(key),
            BulkStage::Type => match key.code {
                _ if typing::ends_line(key) => BulkKey::Preview,
                KeyCode::Esc => {
                    self.stage = BulkStage::Choose;
                    BulkKey::Nothing
                }
                _ => {
                    self.line.on_key(key);
                    BulkKey::Nothing
                }
            },
            BulkStage::Look(look) => match key.code {
                KeyCode::Esc | KeyCode::Char('q') => BulkKey::GiveUp,
                KeyCode::Enter if look.done && look.tally.of(SessionOutcome::Done) > 0 => BulkKey::Agree,
                _ => self.scroll(key),
            },
            BulkStage::Run(_) => match key.code {
                KeyCode::Esc | KeyCode::Char(' ' | 'q') => BulkKey::Stop,
                _ => self.scroll(key),
            },
            BulkStage::Ended(ended) => match key.code {
                KeyCode::Char('g') if ended.end.left.is_some() => BulkKey::GoOn,
                KeyCode::Char('y') => BulkKey::CopyPath,
                // The key that stopped it, pressed once more, does not lose the rest.
                KeyCode::Esc if ended.end.left.is_some() => BulkKey::Later,
                KeyCode::Enter | KeyCode::Esc | KeyCode::Char('q') => BulkKey::Close,
                _ => self.scroll(key),
            },
        }
    }

    fn on_choice(&mut self, key: KeyEvent) -> BulkKey {
        match key.code {
            KeyCode::Up | KeyCode::Char('k') => self.chosen = self.chosen.saturating_sub(1),
            KeyCode::Down | KeyCode::Char('j') => self.chosen = (self.chosen + 1).min(BulkKind::ALL.len() - 1),
            KeyCode::Enter if self.kind() == BulkKind::Delete => return BulkKey::Delete,
            KeyCode::Enter => {
                // What was typed for another kind says nothing for this one.
                if self.line.kind != Some(self.kind()) {
                    self.line = BulkLine::of(self.kind());
                }
                self.stage = BulkStage::Type;
            }
            KeyCode::Esc | KeyCode::Char('q') => return BulkKey::Close,
            _ => {}
        }
        BulkKey::Nothing
    }

    fn scroll(&mut self, key: KeyEvent) -> BulkKey {
        match key.code {
            KeyCode::Up | KeyCode::Char('k') => self.top = self.top.saturating_sub(1),
            KeyCode::Down | KeyCode::Char('j') => self.top = (self.top + 1).min(self.named().saturating_sub(1)),
            _ => {}
        }
        BulkKey::Nothing
    }

    /// How many sessions are named.
    fn named(&self) -> usize {
        match &self.stage {
            BulkStage::Look(look) => look.tally.samples().len(),
            BulkStage::Run(running) => running.tally.samples().len(),
            BulkStage::Ended(ended) => ended.end.tally.samples().len(),
            BulkStage::Choose | BulkStage::Type => 0,
        }
    }
}
