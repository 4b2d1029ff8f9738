//! Keys, clicks and the wheel on the fleet.

use ratatui::layout::Position;

use super::{
    FleetFace, FleetPane, ShownFleet, parts,
    table::{self, FleetPart},
};
use crate::app::{
    fleet::{FleetColumn, unanswerable},
    keymap::Action,
    tui::state::{
        AppState, Effect, list,
        menu::Menu,
        modal::Modal,
        prompt::{Asks, TypedMistake},
    },
};

impl FleetPane {
    /// Moves in what is shown. `false`: the action is no movement.
    fn on_movement(&mut self, action: Action, page: usize) -> bool {
        if self.face != FleetFace::Sessions {
            let turned = list::turned(action, self.top, self.totals().len(), page);
            self.top = turned.unwrap_or(self.top);
            return turned.is_some();
        }
        let moved = self.selection.on_action(action, &ShownFleet(&self.rows), page);
        if moved {
            self.selection.show(self.rows.len(), page);
        }
        moved
    }

    fn scroll(&mut self, lines: i32, page: usize) {
        if self.face == FleetFace::Sessions {
            self.selection.scroll(lines, &ShownFleet(&self.rows), page);
        } else {
            let last = self.totals().len().saturating_sub(page);
            self.top = list::shifted(self.top, lines).min(last);
        }
    }
}

impl AppState {
    /// A key on the fleet, which is on top.
    pub(in crate::app::tui::state) fn in_fleet(&mut self, action: Action) -> Vec<Effect> {
        let (page, now) = (self.fleet_page(), self.look.now);
        let fleet = &mut self.workspace.fleet;
        if fleet.on_movement(action, page) {
            fleet.hand(now);
            return Vec::new();
        }
        match action {
            Action::Open => return self.open_of_fleet(),
            // From the sums back to what they sum up.
            Action::Back if fleet.face != FleetFace::Sessions => (fleet.face, fleet.top) = (FleetFace::Sessions, 0),
            Action::Back | Action::Fleet => return self.close_modal(),
            Action::Sort => {
                let mut menu = Menu::new(FleetColumn::ALL.to_vec());
                let at = FleetColumn::ALL.iter().position(|column| *column == fleet.order.by);
                menu.select(at.unwrap_or(0));
                self.modals.push(Modal::FleetColumns(menu));
            }
            Action::Window => {
                fleet.window = fleet.window.next(fleet.own);
                fleet.rearrange(page, now);
            }
            Action::Tools => {
                (fleet.face, fleet.top) = (fleet.face.next(), 0);
            }
            Action::Copy => return self.offer_copies_over(),
            Action::Filter => self.prompt(Asks::Fleet),
            Action::Reload => {
                fleet.reload();
                self.workspace.last_error = None;
            }
            Action::Help
            | Action::CommandLine
            | Action::SaveFilter
            | Action::LastError
            | Action::Events
            | Action::Mouse
            | Action::Themes
            | Action::Connections
            | Action::Quit
            | Action::QuitNow => return self.on_screen(action),
            Action::Left | Action::Right => {}
            _ => return self.say_not_over("the fleet"),
        }
        Vec::new()
    }

    /// Opens the selected session, over which the fleet closes.
    fn open_of_fleet(&mut self) -> Vec<Effect> {
        let fleet = &mut self.workspace.fleet;
        if fleet.face != FleetFace::Sessions {
            return Vec::new();
        }
        fleet.is_chosen = true;
        let Some(row) = fleet.selected().and_then(|row| fleet.fleet.summary(&row.key)).cloned() else {
            return Vec::new();
        };
        self.modals.retain(|modal| !matches!(modal, Modal::Fleet));
        self.open(&row)
    }

    /// Another order, chosen from the menu over the fleet.
    pub(in crate::app::tui::state) fn sort_fleet(&mut self, column: Option<FleetColumn>) -> Vec<Effect> {
        let (page, now) = (self.fleet_page(), self.look.now);
        if let Some(column) = column {
            self.workspace.fleet.sort_by(column, page, now);
        }
        Vec::new()
    }

    /// The menu of its columns was left without a choice: which order stays is said where another was about to be chosen.
    pub(in crate::app::tui::state) fn left_fleet_columns(&mut self, chosen: Option<FleetColumn>) {
        let by = self.workspace.fleet.order.by;
        if chosen.is_some_and(|chosen| chosen != by) {
            self.said = Some(format!("the order stays: {}", by.as_str()));
        }
    }

    /// Shows the sessions of the fleet that match a filter as it was typed.
    pub(in crate::app::tui::state) fn filter_fleet(&mut self, typed: &str) -> Result<Vec<Effect>, TypedMistake> {
        let filter = self.read_filter(typed)?;
        if let Some(why) = unanswerable(&filter) {
            return Err(TypedMistake { span: 0..typed.len(), problem: why.to_owned() });
        }
        let (page, now) = (self.fleet_page(), self.look.now);
        self.workspace.fleet.set_filter(filter, page, now);
        Ok(Vec::new())
    }

    /// A click on a heading sorts by it; one on a row selects it, one on the selected row opens it.
    pub(in crate::app::tui::state) fn click_fleet(&mut self, x: u16, y: u16) -> Vec<Effect> {
        let [_, headings, rows] = parts(self.areas.body);
        let (page, now) = (usize::from(rows.height), self.look.now);
        let fleet = &mut self.workspace.fleet;
        if fleet.face != FleetFace::Sessions {
            return Vec::new();
        }
        let at = Position::new(x, y);
        if headings.contains(at) {
            let cells = table::fit(&fleet.rows, headings.width.into(), fleet.order.by);
            if let Some(FleetPart::Column(column)) = table::at(&cells, usize::from(x - headings.x)) {
                fleet.sort_by(column, page, now);
            }
            return Vec::new();
        }
        let row = fleet.selection.top(fleet.rows.len(), page) + usize::from(y.saturating_sub(rows.y));
        if !rows.contains(at) || row >= fleet.rows.len() {
            return Vec::new();
        }
        if row == fleet.selection.at(fleet.rows.len()) {
            return self.open_of_fleet();
        }
        fleet.selection.select(row, &ShownFleet(&fleet.rows));
        fleet.hand(now);
        Vec::new()
    }

    /// The wheel on the fleet.
    pub(in crate::app::tui::state) fn scroll_fleet(&mut self, lines: i32) -> Vec<Effect> {
        let (page, now) = (self.fleet_page(), self.look.now);
        let fleet = &mut self.workspace.fleet;
        fleet.scroll(lines, page);
        fleet.hand(now);
        Vec::new()
    }
}
