//! The columns of the list, to choose from: which are shown, and in which order.

mod words;

use bson::Document;
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::{
    AppState, Effect,
    column_choice::ColumnChoice,
    menu::Menu,
    modal::Modal,
    prompt::{Asks, TypedMistake},
};
use crate::{
    app::{
        config::{Column, write::ConfigEdit},
        keymap::Action,
    },
    session::Session,
};

/// So many fields of the open session are offered besides.
const FIELDS: usize = 20;

impl AppState {
    /// Asks which columns are to be shown, those that are first.
    pub(super) fn choose_columns(&mut self) -> Vec<Effect> {
        let shown = self.ui.columns.iter().map(|column| ColumnChoice { column: column.clone(), is_shown: true });
        let mut items: Vec<ColumnChoice> = shown.collect();
        for column in self.further_columns() {
            items.push(ColumnChoice { column, is_shown: false });
        }
        // Where a line is typed in, it is closed after this.
        let below = usize::from(matches!(self.modals.last(), Some(Modal::Prompt(_))));
        self.modals.insert(self.modals.len() - below, Modal::Columns(Menu::new(items)));
        Vec::new()
    }

    /// What stands above the menu.
    pub(super) fn columns_say(&self) -> String {
        let key = |action| self.keymap.label(action).unwrap_or_else(|| "-".to_owned());
        let (marks, up, down) = (key(Action::Mark), key(Action::MoveUp), key(Action::MoveDown));
        format!("{marks} shows or hides, {up} and {down} move, + adds a field, w applies and saves:")
    }

    /// Those that are not shown, also for fields of the open session.
    pub(super) fn further_columns(&self) -> Vec<Column> {
        let fields = self.workspace.conversation.session().and_then(Session::metadata_fields);
        let keys = fields.into_iter().flat_map(Document::keys);
        let keys = keys.filter(|key| !key.is_empty() && !key.starts_with('$') && !key.contains('.'));
        let all = Column::named().chain(keys.take(FIELDS).map(|key| Column::Meta(key.clone())));
        all.filter(|column| !self.ui.columns.contains(column)).collect()
    }

    /// A key of the menu that is none of any menu. `None`: it is not for it.
    pub(super) fn on_columns_key(&mut self, key: KeyEvent) -> Option<Vec<Effect>> {
        let moves = match self.keymap.form_action(key) {
            Some(Action::MoveUp) => Some(false),
            Some(Action::MoveDown) => Some(true),
            _ => None,
        };
        let marks = self.keymap.action(key) == Some(Action::Mark);
        let is_plain = (key.modifiers - KeyModifiers::SHIFT).is_empty();
        let Some(Modal::Columns(menu)) = self.modals.last_mut() else { return None };
        match (moves, key.code) {
            (Some(is_down), _) => {
                let at = menu.selected();
                let to = if is_down { at + 1 } else { at.saturating_sub(1) };
                if to < menu.items.len() {
                    menu.items.swap(at, to);
                    menu.select(to);
                }
                Some(Vec::new())
            }
            _ if marks => Some(self.toggle_column()),
            (_, KeyCode::Char('w')) if is_plain => Some(self.take_columns(true)),
            (_, KeyCode::Char('+')) if is_plain => {
                let effects = self.take_columns(false);
                self.prompt(Asks::Command);
                if let Some(Modal::Prompt(prompt)) = self.modals.last_mut() {
                    prompt.paste("columns +meta.");
                }
                Some(effects)
            }
            _ => None,
        }
    }

    /// Shows the selected one, or not.
    pub(super) fn toggle_column(&mut self) -> Vec<Effect> {
        let Some(Modal::Columns(menu)) = self.modals.last_mut() else { return Vec::new() };
        let at = menu.selected();
        let Some(choice) = menu.items.get_mut(at) else { return Vec::new() };
        if choice.column == Column::Id {
            return self.say("what a session is called is always shown");
        }
        choice.is_shown = !choice.is_shown;
        Vec::new()
    }

    /// The list has the columns of the menu from now on; `is_kept`: the next time too.
    pub(super) fn take_columns(&mut self, is_kept: bool) -> Vec<Effect> {
        let Some(Modal::Columns(menu)) = self.modals.last() else { return Vec::new() };
        let columns = menu.items.iter().filter(|choice| choice.is_shown).map(|choice| choice.column.clone()).collect();
        self.modals.pop();
        self.show_columns(columns, is_kept)
    }

    /// The menu was left without taking what was changed in it.
    pub(super) fn left_columns(&mut self, menu: &Menu<ColumnChoice>) {
        let chosen = menu.items.iter().filter(|choice| choice.is_shown).map(|choice| &choice.column);
        if !chosen.eq(&self.ui.columns) {
            self.said = Some("the columns stay as they were".to_owned());
        }
    }

    /// The list has these columns from now on.
    fn show_columns(&mut self, columns: Vec<Column>, is_kept: bool) -> Vec<Effect> {
        if columns.is_empty() {
            return self.say("one column at least is to be shown");
        }
        let mut effects = Vec::new();
        if is_kept {
            effects.push(Effect::Configure(Box::new(ConfigEdit::Columns(columns.clone()))));
        }
        let is_new = |column: &&Column| !self.ui.columns.contains(column);
        let added = columns.iter().filter(is_new).cloned().collect();
        self.workspace.asked_columns.shown(added);
        self.ui.columns = columns;
        let is_open = self.workspace.connection.is_open();
        effects.extend(self.workspace.list.set_columns(&self.ui, is_open, &mut self.tickets));
        effects
    }

    /// `:columns +tokens -size meta.priority`, or `:columns id,tokens,meta.priority`.
    ///
    /// # Errors
    /// A name that no column has, with the nearest one.
    pub(super) fn run_columns(&mut self, typed: &str) -> Result<Vec<Effect>, TypedMistake> {
        if typed.trim().is_empty() {
            return Ok(self.choose_columns());
        }
        let (columns, is_kept) = words::read(typed, &self.ui.columns)?;
        Ok(self.show_columns(columns, is_kept))
    }

    /// What may stand where a column is typed: the whole text, and what it does.
    pub(super) fn complete_columns(&self, typed: &str) -> Vec<(String, String)> {
        words::complete(typed, &self.ui.columns, &self.further_columns())
    }
}

#[cfg(test)]
mod tests;
