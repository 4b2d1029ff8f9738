//! Which fields of the metadata the rows bring along: those that the columns show.

use super::{Effect, SessionList, Tickets};
use crate::{
    app::config::{Column, Ui},
    repository::{Projection, SortBy},
};

/// The fields that columns show.
pub(super) fn fields_of(ui: &Ui) -> Vec<String> {
    let key = |column: &Column| if let Column::Meta(key) = column { Some(key.clone()) } else { None };
    ui.columns.iter().filter_map(key).collect()
}

/// So much of the metadata.
pub(super) fn projection(fields: Vec<String>) -> Projection {
    if fields.is_empty() { Projection::Nothing } else { Projection::Fields(fields) }
}

impl SessionList {
    /// Other columns are shown. Where they show a field that the rows do not bring, the list is read again; `is_open`: it can be.
    pub fn set_columns(&mut self, ui: &Ui, is_open: bool, tickets: &mut Tickets) -> Vec<Effect> {
        let mut fields = fields_of(ui);
        if let SortBy::Metadata(key) = &self.sort.by
            && !fields.contains(key)
        {
            fields.push(key.clone());
        }
        let known: &[String] = if let Projection::Fields(known) = &self.wanted { known } else { &[] };
        let is_more = fields.iter().any(|field| !known.contains(field));
        self.wanted = projection(fields);
        if is_more && is_open { self.reload(tickets) } else { Vec::new() }
    }
}
