//! The mouse: a click focuses and selects, the wheel scrolls what is under it.

use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};
use ratatui::layout::{Position, Rect};

use super::{
    AppState, Effect,
    areas::{self, Pane, inside},
    columns::SessionColumns,
    metrics::Data,
    modal::Modal,
};
use crate::app::keymap::Action;

/// Lines a turn of the wheel scrolls.
const WHEEL: i32 = 3;

impl AppState {
    pub(super) fn on_mouse(&mut self, mouse: MouseEvent) -> Vec<Effect> {
        let (x, y) = (mouse.column, mouse.row);
        if self.areas.too_small {
            return Vec::new();
        }
        match mouse.kind {
            MouseEventKind::Down(MouseButton::Left) if self.areas.status.contains(Position::new(x, y)) => {
                self.click_status()
            }
            MouseEventKind::Down(MouseButton::Left) if self.modals.is_empty() => {
                if self.hold_border(x, y) {
                    Vec::new()
                } else {
                    self.click(x, y)
                }
            }
            MouseEventKind::Drag(MouseButton::Left) if self.holds_border() => {
                self.drag_border(x, y);
                Vec::new()
            }
            MouseEventKind::Up(MouseButton::Left) if self.holds_border() => {
                self.drop_border().unwrap_or_else(|| self.click(x, y))
            }
            MouseEventKind::Down(MouseButton::Left) => self.click_modal(x, y),
            MouseEventKind::ScrollUp => self.wheel(x, y, -WHEEL),
            MouseEventKind::ScrollDown => self.wheel(x, y, WHEEL),
            _ => Vec::new(),
        }
    }

    fn click(&mut self, x: u16, y: u16) -> Vec<Effect> {
        let Some((pane, area)) = self.areas.at(x, y) else { return Vec::new() };
        let was_focused = self.focus == pane;
        let inner = self.areas.inner(pane).unwrap_or_default();
        let within = inner.contains(Position::new(x, y));
        let parts = self.list_parts();
        self.focus = pane;
        match pane {
            Pane::Sessions => return self.click_row(x, y, was_focused, parts),
            Pane::Conversation if y == area.y => {
                return self.workspace.conversation.click_title(x - area.x, &mut self.tickets);
            }
            Pane::Conversation if within => {
                return self.workspace.conversation.click(y - inner.y, &mut self.tickets);
            }
            Pane::Metrics if within => {
                self.workspace.metrics.click(x - inner.x, y - inner.y, Data::of(&self.workspace.conversation));
            }
            Pane::Metadata if within => {
                self.workspace.metadata.click(y - inner.y, self.workspace.conversation.session());
            }
            Pane::Feedback if within => {
                self.workspace.feedback.click(y - inner.y, self.workspace.conversation.session());
            }
            _ => {}
        }
        Vec::new()
    }

    /// A click selects a row; one on the selected row opens it, one on a heading sorts by it.
    fn click_row(&mut self, x: u16, y: u16, was_focused: bool, parts: Option<[Rect; 3]>) -> Vec<Effect> {
        if let Some([headings, ..]) = parts.filter(|[headings, ..]| headings.contains(Position::new(x, y))) {
            let columns = SessionColumns::fit(self, headings.width.into());
            let column = columns.at(usize::from(x - headings.x)).cloned();
            return column.map(|column| self.sort_by_column(&column)).unwrap_or_default();
        }
        let Some([_, rows, _]) = parts.filter(|[_, rows, _]| rows.contains(Position::new(x, y))) else {
            return Vec::new();
        };
        let position = self.workspace.list.top() + usize::from(y - rows.y);
        if position >= self.workspace.list.rows.len() {
            return Vec::new();
        }
        if was_focused && position == self.workspace.list.selected() {
            return self.on_action(Action::Open);
        }
        self.workspace.list.select(position);
        Vec::new()
    }

    fn click_modal(&mut self, x: u16, y: u16) -> Vec<Effect> {
        if matches!(self.modals.last(), Some(Modal::Fleet)) {
            return self.click_fleet(x, y);
        }
        let at = Position::new(x, y);
        let body = inside(self.areas.body);
        if matches!(self.modals.last(), Some(Modal::Letters(_))) {
            return self.click_letter(x, y);
        }
        if let Some(picker) = self.modals.last().and_then(|modal| self.picker(modal)) {
            return self.click_picker(picker.at(x, y));
        }
        if matches!(self.modals.last(), Some(Modal::Help(_))) {
            let is_on_it = areas::help(self.areas.body, self.all_help_rows().len()).contains(at);
            return if is_on_it { Vec::new() } else { self.close_modal() };
        }
        match self.modals.last_mut() {
            Some(Modal::Inspector(inspector)) if y == self.areas.body.y => {
                return inspector.click_title(x.saturating_sub(self.areas.body.x), &mut self.tickets);
            }
            Some(Modal::Inspector(inspector)) if body.contains(at) => inspector.click(x - body.x, y - body.y),
            Some(Modal::Prompt(prompt)) => {
                let offers = prompt.offers_area(self.areas.body);
                if offers.contains(at) && prompt.click(usize::from(y - offers.y), usize::from(offers.height)) {
                    let typed = prompt.enter();
                    return self.on_typed(typed);
                }
            }
            Some(Modal::Form(form)) => {
                let rows = areas::form_parts(self.areas.body, form.shows_filter())[1];
                if rows.contains(at) && form.click(usize::from(y - rows.y), rows.height.into()) {
                    return self.in_modal(Action::Edit);
                }
            }
            Some(Modal::Note(note)) if !note.layout(self.areas.body).0.contains(at) => return self.close_modal(),
            _ => {}
        }
        Vec::new()
    }

    /// A click selects an item; one on the selected item opens it.
    fn click_picker(&mut self, item: Option<usize>) -> Vec<Effect> {
        let Some(item) = item else { return Vec::new() };
        if matches!(self.modals.last(), Some(Modal::Themes(_))) {
            return self.click_theme(item);
        }
        let again = match self.modals.last_mut() {
            Some(Modal::Places(menu)) => menu.select(item),
            Some(Modal::Collections(menu)) => menu.select(item),
            Some(Modal::Sessions(menu)) => menu.select(item),
            Some(Modal::Remembered(_, menu)) => menu.select(item),
            Some(Modal::Events(menu)) => menu.select(item),
            Some(Modal::FleetColumns(menu)) => menu.select(item),
            Some(Modal::SortBy(menu)) => menu.select(item),
            Some(Modal::Columns(menu)) => {
                return if menu.select(item) { self.toggle_column() } else { Vec::new() };
            }
            _ => return Vec::new(),
        };
        if again { self.choose_in_modal() } else { Vec::new() }
    }

    /// The status line cuts what is long: a click shows it in full.
    fn click_status(&mut self) -> Vec<Effect> {
        let note = matches!(self.modals.last(), Some(Modal::Note(_) | Modal::Prompt(_)));
        if (self.wrong().is_some() || self.is_said_in_full()) && !note { self.show_last_error() } else { Vec::new() }
    }

    fn wheel(&mut self, x: u16, y: u16, lines: i32) -> Vec<Effect> {
        let page = self.areas.body.height.saturating_sub(2);
        let step = if lines < 0 { Action::Up } else { Action::Down };
        match self.modals.last_mut() {
            Some(Modal::Inspector(inspector)) => {
                inspector.scroll(lines, page);
                return Vec::new();
            }
            Some(Modal::Note(note)) => {
                note.scroll(lines, self.areas.body);
                return Vec::new();
            }
            Some(Modal::Prompt(prompt)) => {
                prompt.step(lines.signum());
                return Vec::new();
            }
            Some(Modal::Letters(_)) => {
                self.scroll_letters(lines);
                return Vec::new();
            }
            Some(Modal::Fleet) => return self.scroll_fleet(lines),
            Some(_) => return self.in_modal(step),
            None => {}
        }
        let Some((pane, area)) = self.areas.at(x, y) else { return Vec::new() };
        let page = inside(area).height;
        match pane {
            Pane::Sessions => self.workspace.list.scroll(lines),
            Pane::Conversation => return self.workspace.conversation.scroll(lines, &mut self.tickets),
            Pane::Metrics => self.workspace.metrics.scroll(lines, Data::of(&self.workspace.conversation)),
            Pane::Metadata => self.workspace.metadata.scroll(lines, self.workspace.conversation.session(), page),
            Pane::Feedback => self.workspace.feedback.scroll(lines, self.workspace.conversation.session(), page),
        }
        Vec::new()
    }
}
