//! The list of drafts to choose from.

use crossterm::event::{KeyCode, KeyEvent};

use super::{DraftId, DraftMenu, DraftNews, DraftOrder, OfferedDraft};
use crate::app::{
    keymap::Action,
    text,
    tui::state::{AppState, Effect, modal::Modal},
};

/// How it is said that drafts cannot be kept, before the reason.
const NOT_KEPT: &str = "what is typed is not kept on disk, a crash would lose it";

impl AppState {
    /// What is told of the files of drafts.
    pub(in crate::app::tui::state) fn on_drafts(&mut self, news: DraftNews) -> Vec<Effect> {
        match news {
            DraftNews::Found(found) => {
                let ids = found.iter().map(|offered| offered.id.clone()).collect();
                self.offered.all.extend(found);
                self.offer_drafts(ids);
            }
            DraftNews::NotKept(why) => {
                if !std::mem::replace(&mut self.offered.failing, true) {
                    let why = text::line(&why).into_owned();
                    self.tell_error(format!("{NOT_KEPT}: {why}"));
                }
            }
            DraftNews::KeptAgain => {
                self.offered.failing = false;
                self.workspace.last_error.take_if(|error| error.starts_with(NOT_KEPT));
                self.said = Some("what is typed is kept on disk again".to_owned());
            }
        }
        Vec::new()
    }

    /// Whether what is typed cannot be kept on disk.
    #[must_use]
    pub fn drafts_fail(&self) -> bool {
        self.offered.failing
    }

    /// Offers drafts. What a person is typing or answering stays on top.
    pub(super) fn offer_drafts(&mut self, ids: Vec<DraftId>) {
        if ids.is_empty() || self.modals.iter().any(|modal| matches!(modal, Modal::Drafts(_))) {
            return;
        }
        let menu = DraftMenu { ids, ..DraftMenu::default() };
        self.put_beneath_what_is_typed([Modal::Drafts(Box::new(menu))]);
    }

    /// Puts something on top, but not over what a person is typing or answering; the first one lies beneath the others.
    pub(super) fn put_beneath_what_is_typed(&mut self, modals: impl IntoIterator<Item = Modal>) {
        let is_busy = self.modals.last().is_some_and(|top| top.takes_keys() || matches!(top, Modal::Form(_)));
        let place = if is_busy { 0 } else { self.modals.len() };
        drop(self.modals.splice(place..place, modals));
    }

    /// The drafts of a list that are still there.
    pub fn offered_in<'a>(&'a self, menu: &'a DraftMenu) -> impl Iterator<Item = &'a OfferedDraft> {
        menu.ids.iter().filter_map(|id| self.offered.get(id))
    }

    /// A key while drafts are offered.
    pub(in crate::app::tui::state) fn on_drafts_key(&mut self, key: KeyEvent) -> Vec<Effect> {
        let action = self.keymap.action(key);
        let Some(Modal::Drafts(menu)) = self.modals.last_mut() else { return Vec::new() };
        let last = menu.ids.len().saturating_sub(1);
        let chosen = menu.ids.get(menu.selected).cloned();
        if std::mem::take(&mut menu.asks) {
            return match (key.code, chosen) {
                (KeyCode::Char('y' | 'Y'), Some(id)) => self.discard_draft(&id),
                _ => Vec::new(),
            };
        }
        match action {
            Some(Action::Up) => menu.selected = menu.selected.saturating_sub(1),
            Some(Action::Down) => menu.selected = (menu.selected + 1).min(last),
            Some(Action::Top) => menu.selected = 0,
            Some(Action::Bottom) => menu.selected = last,
            Some(Action::Remove) => menu.asks = true,
            Some(Action::Open | Action::Edit) => return chosen.map(|id| self.take_up(id)).unwrap_or_default(),
            Some(Action::Back | Action::Quit) => return self.close_modal(),
            _ => {}
        }
        Vec::new()
    }

    fn discard_draft(&mut self, id: &DraftId) -> Vec<Effect> {
        self.forget_draft(id);
        self.said = Some("the draft is discarded".to_owned());
        vec![Effect::Draft(DraftOrder::Discarded(id.clone()))]
    }

    /// It is offered no more.
    pub(super) fn forget_draft(&mut self, id: &DraftId) {
        self.offered.forget(id);
        self.modals.retain_mut(|modal| {
            let Modal::Drafts(menu) = modal else { return true };
            menu.ids.retain(|listed| listed != id);
            menu.selected = menu.selected.min(menu.ids.len().saturating_sub(1));
            !menu.ids.is_empty()
        });
    }
}
