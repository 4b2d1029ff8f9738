//! What can be copied of what lies over the panes: the inspector, a note, the fleet, the form.

use super::{
    super::{
        AppState, Effect,
        fleet::FleetFace,
        inspector::Inspector,
        letters::{LetterDoes, LetterItem},
        modal::Modal,
        note::Note,
        tree,
    },
    offered::{CopyOffers, tab_by_tab},
};
use crate::{
    app::{fleet::FleetRow, text},
    session::plain,
};

impl AppState {
    /// Offers what can be copied of the inspector, the note or the fleet that is on top.
    pub(in crate::app::tui::state) fn offer_copies_over(&mut self) -> Vec<Effect> {
        let mut offers = CopyOffers::default();
        let session = match self.modals.last() {
            Some(Modal::Inspector(inspector)) => {
                of_inspector(inspector, &mut offers);
                inspector.session().cloned()
            }
            Some(Modal::Note(note)) => {
                of_note(note, &mut offers);
                None
            }
            Some(Modal::Fleet) => {
                let fleet = &self.workspace.fleet;
                let row = fleet.selected().filter(|_| fleet.face == FleetFace::Sessions);
                row.map(|row| {
                    of_fleet(row, &mut offers);
                    row.key.clone()
                })
            }
            _ => None,
        };
        if let Some(key) = session {
            self.of_session(&key, &mut offers);
        }
        self.offer_box(offers)
    }

    /// Offers what can be copied of the selected field of the form that is on top.
    pub(in crate::app::tui::state) fn offer_copies_of_field(&mut self) -> Vec<Effect> {
        let Some(Modal::Form(form)) = self.modals.last_mut() else { return Vec::new() };
        let Some(field) = form.copied() else {
            form.says = Some("there is nothing here to copy".to_owned());
            return Vec::new();
        };
        let place = form.selected_place();
        let mut offers = CopyOffers::default();
        let (name, value) = (format!("what {} holds", text::line(&place)), field.text());
        // Also an empty one: it is a field that can be put elsewhere.
        let shows = LetterItem::beginning(&value).to_owned();
        offers.0.push(LetterItem::new('v', name, shows, LetterDoes::CopyField(value)));
        offers.put('k', "the key", field.key.as_deref().unwrap_or_default());
        offers.put('p', "the path", format!("metadata.{place}"));
        offers.put('j', "the value as JSON", plain::pretty(&tree::without_secrets(&field.value)));
        self.offer_box(offers)
    }

    /// The selected field of the form on top is the one that can be put elsewhere.
    pub(in crate::app::tui::state) fn hold_field(&mut self) {
        if let Some(Modal::Form(form)) = self.modals.last()
            && let Some(field) = form.copied()
        {
            self.copied_field = Some(field);
        }
    }
}

fn of_inspector(inspector: &Inspector, offers: &mut CopyOffers) {
    let copies = inspector.tab().copies();
    offers.0.extend(copies.into_iter().map(|copy| {
        LetterItem::new(copy.key, text::line(&copy.name), copy.shows, LetterDoes::CopyInspected(copy.key))
    }));
}

fn of_note(note: &Note, offers: &mut CopyOffers) {
    let all = note.plain();
    if let Some((key, name, text)) = note.main_copy().filter(|(_, _, text)| *text != all) {
        offers.put(key, name, text);
    }
    offers.put('t', "all of the text", all);
}

fn of_fleet(row: &FleetRow, offers: &mut CopyOffers) {
    let number = |number: Option<u64>| number.map(|number| number.to_string()).unwrap_or_default();
    offers.put('i', "the id", row.name.as_str());
    offers.put('t', "the last words", row.last_words.as_deref().unwrap_or_default());
    let cells = [
        row.name.clone(),
        row.application.clone().unwrap_or_default(),
        row.model.clone().unwrap_or_default(),
        row.changed.map(|at| at.to_string()).unwrap_or_default(),
        number(row.context_tokens),
        number(row.slowest_call_ms),
        number(row.errors),
    ];
    offers.put('r', "the row, tab by tab", tab_by_tab(&cells));
}

#[cfg(test)]
mod tests;
