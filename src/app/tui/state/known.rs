//! What is known of the fields that the metadata of other sessions have: offered while one is typed.

pub(super) mod of;
#[cfg(test)]
mod tests;

use std::collections::HashMap;

use bson::Bson;
use crossterm::event::{KeyCode, KeyEvent};
use serde_json::Value;

use self::of::KnownOf;
use super::{
    AppState, Effect, Tickets,
    editor::Purpose,
    form::{FieldEditor, FieldUse, MetadataForm},
    modal::Modal,
    tree::PathKey,
};
use crate::{
    app::{
        place::is_sealed,
        task::{Command, Event, Ticket},
        text,
    },
    repository::{MetadataKey, MetadataKeys, filter::FilterValues},
    session::{MetadataPath, edit, plain},
};

/// Bytes of a text that something is offered for.
const TYPED: usize = 200;

/// What is known of the metadata of a connection.
#[derive(Debug, Clone, Default)]
pub struct KnownFields {
    /// The fields, once they were told.
    keys: Option<MetadataKeys>,
    /// The values of fields, once they were told; `None` where they are too many.
    values: HashMap<MetadataPath, Option<Vec<Bson>>>,
    /// What is asked.
    asked: Option<(Ticket, KnownOf)>,
    /// What of the store may stand after words of a filter, once it was told.
    filter_values: HashMap<FilterValues, Vec<String>>,
    /// What could not be told. It is missed by nobody, and asked again only once the connection is back.
    untold: Vec<KnownOf>,
    /// The chosen one of what is offered.
    chosen: Option<usize>,
}

/// Something that a person may mean.
#[derive(Debug, Clone, PartialEq)]
pub struct FieldOffer {
    /// All that is typed, once it is taken.
    pub text: String,
    /// What is shown of it. Safe text.
    pub shown: String,
    /// More of it. Safe text.
    pub help: String,
}

impl KnownFields {
    /// The chosen one of what is offered.
    #[must_use]
    pub fn chosen(&self) -> Option<usize> {
        self.chosen
    }

    /// What is offered for what is typed in a form, the most likely first.
    #[must_use]
    pub fn offers(&self, form: &MetadataForm) -> Vec<FieldOffer> {
        let Some(field) = form.field_editor() else { return Vec::new() };
        let typed = field.editor.text();
        if typed.len() > TYPED || typed.contains('\n') {
            return Vec::new();
        }
        match (field.used_for, typed.split_once('=')) {
            (FieldUse::New, Some((key, _))) if key.ends_with(':') => Vec::new(),
            (FieldUse::New, Some((key, value))) => self.new_values(field, key, value),
            (FieldUse::New, None) => self.keys(form, field, &typed, "="),
            (FieldUse::Key, _) => {
                let typed = if field.editor.is_unsaved() { typed.as_str() } else { "" };
                self.keys(form, field, typed, "")
            }
            (FieldUse::Value, _) => self.other_values(field, &typed),
        }
    }

    /// Keys that stand beside it elsewhere and not here.
    fn keys(&self, form: &MetadataForm, field: &FieldEditor, typed: &str, behind: &str) -> Vec<FieldOffer> {
        let Some(known) = &self.keys else { return Vec::new() };
        // What is renamed stands in what holds it.
        let place =
            if field.used_for == FieldUse::Key { field.path.split_last().map(|(_, parent)| parent) } else { None };
        let Some(parent) = names(place.unwrap_or(&field.path)) else { return Vec::new() };
        let needle = typed.trim().to_lowercase();
        let key_of = |known: &MetadataKey| {
            let (last, before) = known.path.keys().split_last()?;
            let is_new = child(parent.clone(), last)?.value(&form.mine).is_none();
            let is_typable =
                edit::check_new_key(last).is_ok() && !last.contains(['=', ':']) && text::block(last) == *last;
            (before == parent.as_slice() && is_new && is_typable && last.to_lowercase().contains(&needle))
                .then(|| last.clone())
        };
        let mut found: Vec<(bool, FieldOffer)> = known
            .keys
            .iter()
            .filter_map(|one| {
                let key = key_of(one)?;
                let kinds = one.kinds.iter().take(2).map(|kind| plain::element_word(*kind)).collect::<Vec<_>>();
                let help = format!("{}, in {} of {} sessions", kinds.join(" or "), one.sessions, known.sessions);
                let begins = key.to_lowercase().starts_with(&needle);
                Some((
                    !begins,
                    FieldOffer { text: format!("{key}{behind}"), shown: text::line(&key).into_owned(), help },
                ))
            })
            .collect();
        found.sort_by_key(|(within, _)| *within);
        found.into_iter().map(|(_, offer)| offer).filter(|offer| offer.text != typed).collect()
    }

    /// Values that a new field has elsewhere.
    fn new_values(&self, field: &FieldEditor, key: &str, typed: &str) -> Vec<FieldOffer> {
        let Some(path) = names(&field.path).and_then(|parent| child(parent, key)) else { return Vec::new() };
        let text_of = |value: &Bson| {
            let plain = edit::write(value)?;
            let is_read_so = edit::read_new(&plain).is_ok_and(|read| edit::same(Some(&read), Some(value)));
            match value {
                _ if is_read_so => Some(format!("{key}={plain}")),
                Bson::String(stored) => Some(format!("{key}:={}", Value::from(stored.as_str()))),
                _ => None,
            }
        };
        self.values_at(&path, typed, text_of)
    }

    /// Values of its type that a field has elsewhere.
    fn other_values(&self, field: &FieldEditor, typed: &str) -> Vec<FieldOffer> {
        let Purpose::Edit { kind, .. } = &field.editor.purpose else { return Vec::new() };
        let Some(path) = names(&field.path).and_then(MetadataPath::new) else { return Vec::new() };
        let needle = if field.editor.is_unsaved() { typed } else { "" };
        let offers = self.values_at(&path, needle, |value| {
            edit::write(value).filter(|_| value.element_type() == kind.element_type())
        });
        offers.into_iter().filter(|offer| offer.text != typed).collect()
    }

    fn values_at(
        &self,
        path: &MetadataPath,
        needle: &str,
        text_of: impl Fn(&Bson) -> Option<String>,
    ) -> Vec<FieldOffer> {
        let needle = needle.trim().to_lowercase();
        let offers = self.metadata_values(path).filter_map(|value| {
            let text = text_of(value).filter(|text| text::block(text) == *text && !text.contains('\n'))?;
            let shown = text::line(&edit::write(value)?).into_owned();
            let help = plain::type_word(value).to_owned();
            shown.to_lowercase().contains(&needle).then_some(FieldOffer { text, shown, help })
        });
        offers.collect()
    }

    /// The field whose values are of use for what is typed.
    fn wanted(&self, form: &MetadataForm) -> Option<MetadataPath> {
        let field = form.field_editor()?;
        let parent = names(&field.path)?;
        let path = match field.used_for {
            FieldUse::Key => return None,
            FieldUse::Value => MetadataPath::new(parent)?,
            FieldUse::New => child(parent, field.editor.text().split_once('=')?.0)?,
        };
        // A field that no other session has, as far as it is known, has no values elsewhere.
        let is_known = self.keys.as_ref().is_some_and(|known| known.keys.iter().any(|one| one.path == path));
        (is_known && !self.values.contains_key(&path)).then_some(path)
    }

    /// The next question that is of use for a form, one at a time.
    fn ask(&mut self, form: &MetadataForm, tickets: &mut Tickets) -> Option<Effect> {
        if self.asked.is_some() || form.field_editor().is_none() {
            return None;
        }
        let of = if self.keys.is_none() { KnownOf::Keys } else { KnownOf::Values(self.wanted(form)?) };
        self.ask_for(of, tickets)
    }

    /// Asks for something that is not known; one question at a time, each of which is of use for long.
    pub(super) fn ask_for(&mut self, of: KnownOf, tickets: &mut Tickets) -> Option<Effect> {
        let is_known = match &of {
            KnownOf::Keys => self.keys.is_some(),
            KnownOf::Values(path) => self.values.contains_key(path),
            KnownOf::Filter(of) => self.filter_values.contains_key(of),
        };
        if is_known || self.asked.is_some() || self.untold.contains(&of) {
            return None;
        }
        let ticket = tickets.take();
        self.asked = Some((ticket, of.clone()));
        Some(Effect::Ask(match of {
            KnownOf::Keys => Command::MetadataKeys(ticket),
            KnownOf::Values(path) => Command::MetadataValues(ticket, path),
            KnownOf::Filter(of) => Command::FilterValues(ticket, of),
        }))
    }

    /// Whether the fields of the metadata are being asked for.
    pub(super) fn asks_for_keys(&self) -> bool {
        matches!(self.asked, Some((_, KnownOf::Keys)))
    }

    /// The fields of the metadata, as far as they are known.
    pub(super) fn metadata_keys(&self) -> Option<&MetadataKeys> {
        self.keys.as_ref()
    }

    /// The values of a field of the metadata, as far as they are known and few; none that are encrypted, which say nothing and open
    /// nowhere else.
    pub(super) fn metadata_values(&self, path: &MetadataPath) -> impl Iterator<Item = &Bson> {
        self.values.get(path).and_then(Option::as_ref).into_iter().flatten().filter(|value| !is_sealed(value))
    }

    /// What may stand after a word of a filter, as far as it is known.
    pub(super) fn filter_values(&self, of: FilterValues) -> &[String] {
        self.filter_values.get(&of).map_or(&[], Vec::as_slice)
    }

    /// What was told, or could not be.
    pub(super) fn on_event(&mut self, event: Event) {
        match event {
            Event::MetadataKeys(_, keys) => self.keys = Some(keys),
            Event::MetadataValues(_, path, values) => drop(self.values.insert(path, values)),
            Event::FilterValues(_, of, values) => drop(self.filter_values.insert(of, values.unwrap_or_default())),
            Event::Failed { ticket, .. } => {
                let failed = self.asked.take_if(|(asked, _)| *asked == ticket);
                self.untold.extend(failed.map(|(_, of)| of));
            }
            _ => return,
        }
        self.let_go();
    }

    /// What is asked, if anything, is answered, or is not any more: then it is asked again once it is of use.
    pub(super) fn let_go(&mut self) {
        (self.asked, self.chosen) = (None, None);
    }

    /// The connection is back: what could not be told may be now.
    pub(super) fn on_up(&mut self) {
        self.untold.clear();
    }
}

impl AppState {
    /// What is offered for what is typed in the form on top.
    #[must_use]
    pub fn field_offers(&self) -> Vec<FieldOffer> {
        match self.modals.last() {
            Some(Modal::Form(form)) => self.workspace.known.offers(form),
            _ => Vec::new(),
        }
    }

    /// Asks for what may be offered.
    pub(super) fn ask_for_offers(&mut self) -> Option<Effect> {
        match self.modals.last() {
            Some(Modal::Form(form)) if form.home == self.workspace.home => {
                self.workspace.known.ask(form, &mut self.tickets)
            }
            Some(Modal::Prompt(prompt)) => {
                let of = prompt.wanted()?.clone();
                self.workspace.known.ask_for(of, &mut self.tickets)
            }
            _ => None,
        }
    }

    /// Takes a key that chooses or takes what is offered. `false`: it is for what is typed.
    pub(super) fn on_offer_key(&mut self, key: KeyEvent) -> bool {
        let chosen = self.workspace.known.chosen.take();
        if !key.modifiers.is_empty() || !matches!(key.code, KeyCode::Up | KeyCode::Down | KeyCode::Tab | KeyCode::Enter)
        {
            return false;
        }
        let offers = self.field_offers();
        if offers.is_empty() {
            return false;
        }
        let last = offers.len() - 1;
        match key.code {
            KeyCode::Down => self.workspace.known.chosen = Some(chosen.map_or(0, |at| (at + 1).min(last))),
            KeyCode::Up => self.workspace.known.chosen = chosen.and_then(|at| at.min(last + 1).checked_sub(1)),
            // What is typed is taken by `Enter` where nothing of the offers is chosen.
            KeyCode::Enter if chosen.is_none() => return false,
            _ => {
                let dates = self.look.dates();
                let offer = offers.get(chosen.unwrap_or(0).min(last));
                if let (Some(offer), Some(Modal::Form(form))) = (offer, self.modals.last_mut()) {
                    form.fill(&offer.text, &dates);
                }
            }
        }
        true
    }
}

/// The keys of a place that is in no array.
fn names(path: &[PathKey]) -> Option<Vec<String>> {
    path.iter()
        .map(|step| match step {
            PathKey::Name(name) => Some(name.clone()),
            PathKey::Item(_) | PathKey::Root => None,
        })
        .collect()
}

fn child(mut parent: Vec<String>, key: &str) -> Option<MetadataPath> {
    parent.push(key.to_owned());
    MetadataPath::new(parent)
}
