//! Keys in the list of changes: it is saved, or a person chooses what stands against another writer's change.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::ChangeList;
use crate::{
    app::{
        keymap::Action,
        tui::state::{
            AppState, Effect,
            form::{FormChoice, MADE_ANEW, MetadataForm},
            modal::Modal,
            tree::PathKey,
        },
        writes::Write,
    },
    session::MetadataPath,
};

/// What a key does in the list.
enum Wish {
    Save,
    Leave,
    Choose(FormChoice),
    Edit,
    Move(Action),
}

impl AppState {
    /// The form whose changes are listed.
    #[must_use]
    pub fn listed_form(&self) -> Option<&MetadataForm> {
        self.modals.iter().rev().find_map(|modal| match modal {
            Modal::Form(form) => Some(&**form),
            _ => None,
        })
    }

    /// The place that the listed changes are saved at: there alone. Safe text.
    #[must_use]
    pub fn place_of_changes(&self) -> String {
        let home = self.listed_form().and_then(|form| form.home);
        home.map(|home| self.homes.name(home)).unwrap_or_default()
    }

    fn list_and_form(&mut self) -> Option<(&mut ChangeList, &mut MetadataForm)> {
        let (last, beneath) = self.modals.split_last_mut()?;
        let Modal::Changes(list) = last else { return None };
        let form = beneath.iter_mut().rev().find_map(|modal| match modal {
            Modal::Form(form) => Some(&mut **form),
            _ => None,
        })?;
        Some((&mut **list, form))
    }

    /// The form beneath was told news: something listed is selected. What stood against a save is no reason any more where
    /// that is otherwise now.
    pub(in crate::app::tui::state) fn settle_changes(&mut self, is_otherwise: bool) {
        let Some((list, form)) = self.list_and_form() else { return };
        list.settle(form);
        if is_otherwise {
            list.problem = None;
        }
    }

    /// A key while the list of changes is shown.
    pub(in crate::app::tui::state) fn on_changes_key(&mut self, key: KeyEvent) -> Vec<Effect> {
        let action = self.keymap.action(key);
        let Some((list, form)) = self.list_and_form() else { return self.close_modal() };
        list.problem = None;
        match wish(key, action, !form.conflicts.is_empty()) {
            Some(Wish::Save) => self.save_changes(),
            Some(Wish::Leave) => self.close_modal(),
            Some(Wish::Choose(choice)) => {
                list.choose(form, choice);
                if form.conflicts.is_empty() && form.changes().is_empty() {
                    form.says = Some("nothing is changed any more: all of it is as stored".to_owned());
                    return self.close_modal();
                }
                Vec::new()
            }
            Some(Wish::Edit) => self.edit_listed(),
            Some(Wish::Move(action)) => {
                list.go(form, action);
                Vec::new()
            }
            None => Vec::new(),
        }
    }

    /// Sends the changes, unless something stands against it.
    fn save_changes(&mut self) -> Vec<Effect> {
        let Some(form) = self.listed_form() else { return self.close_modal() };
        let refused = self.may_save(form).err();
        let Some((list, form)) = self.list_and_form() else { return Vec::new() };
        list.problem = refused;
        if list.problem.is_none() && form.is_anew() && !std::mem::replace(&mut list.told_anew, true) {
            list.problem = Some(format!("{MADE_ANEW}; once more saves them in this one"));
        }
        if list.problem.is_some() {
            return Vec::new();
        }
        let write = Write::Metadata(form.session.key.clone(), form.changes().to_vec());
        let name = form.session.name.clone();
        self.modals.pop();
        self.store(write, name, None)
    }

    /// Whether the changes of a form can be sent.
    ///
    /// # Errors
    /// Why not. Safe text.
    fn may_save(&self, form: &MetadataForm) -> Result<(), String> {
        if form.is_sent() {
            return Err("the last changes are just being stored: wait for that".to_owned());
        }
        if !form.conflicts.is_empty() {
            return Err("another writer changed these too: choose for each of them first".to_owned());
        }
        if form.gone {
            return Err("the session was deleted: there is nothing to save this in; it stays here".to_owned());
        }
        if form.changes().is_empty() {
            return Err("nothing is changed any more".to_owned());
        }
        if form.home != self.workspace.home || !self.workspace.connection.is_open() {
            let place = form.home.map(|home| self.homes.name(home)).unwrap_or_default();
            return Err(format!("typed for {place}: connect there first; it is stored nowhere else"));
        }
        if self.read_only() {
            return Err("this connection is read-only: nothing can be changed".to_owned());
        }
        Ok(())
    }

    /// Goes back to the form, to the selected field, to edit it. One with a conflict then replaces what is stored now.
    fn edit_listed(&mut self) -> Vec<Effect> {
        let Some((list, form)) = self.list_and_form() else { return Vec::new() };
        let path = if let Some(conflict) = form.conflicts.get(list.selected) {
            let path = conflict.path.clone();
            let has_mine = path.value(&form.mine).is_some();
            form.resolve(&path, if has_mine { FormChoice::Mine } else { FormChoice::Theirs });
            path
        } else {
            let Some(edit) = form.changes().get(list.selected) else { return Vec::new() };
            edit.path.clone()
        };
        form.select(&keys_of(&path));
        self.modals.pop();
        self.in_form(Action::Edit)
    }
}

impl ChangeList {
    fn choose(&mut self, form: &mut MetadataForm, choice: FormChoice) {
        let Some(path) = form.conflicts.get(self.selected).map(|conflict| conflict.path.clone()) else { return };
        form.resolve(&path, choice);
        self.settle(form);
    }

    fn go(&mut self, form: &MetadataForm, action: Action) {
        const PAGE: usize = 5;
        self.selected = match action {
            Action::Up => self.selected.saturating_sub(1),
            Action::Down => self.selected + 1,
            Action::PageUp => self.selected.saturating_sub(PAGE),
            Action::PageDown => self.selected + PAGE,
            Action::HalfPageUp => self.selected.saturating_sub(PAGE.div_ceil(2)),
            Action::HalfPageDown => self.selected + PAGE.div_ceil(2),
            Action::Top => 0,
            _ => usize::MAX,
        };
        self.settle(form);
    }

    fn settle(&mut self, form: &MetadataForm) {
        let listed = if form.conflicts.is_empty() { form.changes().len() } else { form.conflicts.len() };
        self.selected = self.selected.min(listed.saturating_sub(1));
    }
}

fn wish(key: KeyEvent, action: Option<Action>, chooses: bool) -> Option<Wish> {
    let plain = key.modifiers.is_empty() || key.modifiers == KeyModifiers::SHIFT;
    match (key.code, action) {
        (KeyCode::Char('m'), _) if chooses && plain => Some(Wish::Choose(FormChoice::Mine)),
        (KeyCode::Char('t'), _) if chooses && plain => Some(Wish::Choose(FormChoice::Theirs)),
        (KeyCode::Char('b'), _) if chooses && plain => Some(Wish::Choose(FormChoice::Base)),
        (_, Some(Action::Open | Action::Save)) => Some(Wish::Save),
        (_, Some(Action::Edit)) => Some(Wish::Edit),
        (_, Some(Action::Back | Action::Quit)) => Some(Wish::Leave),
        (_, Some(action)) => {
            let pages = [Action::PageUp, Action::PageDown, Action::HalfPageUp, Action::HalfPageDown];
            let moves = [Action::Up, Action::Down, Action::Top, Action::Bottom];
            (moves.contains(&action) || pages.contains(&action)).then_some(Wish::Move(action))
        }
        (_, None) => None,
    }
}

/// The same place, as the form names it.
fn keys_of(path: &MetadataPath) -> Vec<PathKey> {
    path.keys().iter().cloned().map(PathKey::Name).collect()
}
