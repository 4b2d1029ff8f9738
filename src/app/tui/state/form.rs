//! The metadata form: a row a field with key, value and BSON type, edited in place; nothing is written until it is saved.
//!
//! What is typed goes into `mine`; `base` is what it began with, and what a save is guarded by; `theirs` is what is stored by now.

mod acts;
mod anew;
mod clipboard;
mod draft;
mod field;
mod history;
mod keys;
mod marks;
mod moves;
mod needle;
mod overtaken;
mod path_map;
mod place;
mod retype;
mod rows;
mod sealed;
mod steps;
mod stored;
mod weighed;

pub use acts::{EditPlace, name_of};
pub use anew::MADE_ANEW;
pub use clipboard::CopiedField;
pub use draft::{FormDraft, OpenField};
pub use field::{FieldEditor, FieldUse};
pub use marks::{FieldChange, FieldMarks, protected_words};
pub use retype::{RetypeChoice, Retyping};
pub use rows::{FormRow, FormSort, RowKind};
pub use sealed::STAYS_HERE;
pub use stored::FormChoice;
#[cfg(test)]
pub(crate) use weighed::WEIGHED;

use std::cell::OnceCell;

use bson::{Bson, Document};
use tui_textarea::TextArea;

use self::{history::FormHistory, path_map::PathMap, weighed::FormChanges};
use super::{
    connection::HomePlace,
    list::{Rows, Selection},
    named::ChosenSession,
    tree::{PathKey, Unfolded},
    typed_word::TypedWord,
};
use crate::{
    app::place::WriteRules,
    session::{MetadataPath, StoredDate, edit},
};

/// Where a value stands in the form: keys of objects and positions in arrays, from the top one on. None: the metadata itself.
pub type FieldPath = Vec<PathKey>;

/// The form on the metadata of one session.
#[derive(Debug, Clone)]
pub struct MetadataForm {
    /// The session.
    pub session: ChosenSession,
    /// The place it was opened at: there alone it is saved.
    pub home: Option<HomePlace>,
    /// What that place asks of a person who writes there.
    pub rules: WriteRules,
    /// What was stored when its fields were last the ones shown: what a save is guarded by.
    pub base: Document,
    /// The same with what was changed here and is not saved.
    pub mine: Document,
    /// What is stored by now, as far as it was told.
    pub theirs: Document,
    /// The fields that were changed here and are stored otherwise by now.
    pub conflicts: Vec<edit::MergeConflict>,
    /// The session was deleted meanwhile.
    pub gone: bool,
    /// When the session was made, as far as that was told: another one may have its id later.
    made: Option<StoredDate>,
    /// The session was deleted and made again since something was changed here.
    anew: bool,
    /// What is said of the last key: why nothing came of it, or what did. Safe text.
    pub says: Option<String>,
    /// Another value in the place of one that cannot be opened was asked for once: where that stands.
    replacing: Option<FieldPath>,
    /// Giving everything up was asked for once.
    discarding: bool,
    /// What was sent to be saved and is not answered yet.
    sent: Option<Document>,
    /// What is unfolded, and which row is selected.
    unfolded: Unfolded,
    selection: Selection<FieldPath>,
    sort: FormSort,
    /// What rows must hold to be shown; none: all are.
    filter: String,
    /// The filter is being typed.
    filtering: Option<Box<TypedWord>>,
    rows: Vec<FormRow>,
    field: Option<Box<FieldEditor>>,
    /// Where the value stands that is in the larger editor.
    large: Option<FieldPath>,
    /// The field that is being typed in, and what was there, once another changed it meanwhile.
    overtaken: Option<(MetadataPath, Option<Bson>)>,
    /// The fields that another changed while the form was open and that nothing was changed of here.
    others: PathMap<()>,
    retyping: Option<Box<Retyping>>,
    history: FormHistory,
    /// The difference between base and mine, and where the conflicts are, once they were asked for.
    changes: OnceCell<FormChanges>,
    conflicts_at: OnceCell<PathMap<()>>,
}

impl MetadataForm {
    /// On what is stored.
    #[must_use]
    pub fn new(session: ChosenSession, home: Option<HomePlace>, rules: WriteRules, stored: &Document) -> Self {
        let mut form = Self {
            session,
            home,
            rules,
            base: stored.clone(),
            mine: stored.clone(),
            theirs: stored.clone(),
            conflicts: Vec::new(),
            gone: false,
            made: None,
            anew: false,
            says: None,
            replacing: None,
            discarding: false,
            sent: None,
            unfolded: Unfolded::default(),
            selection: Selection::default(),
            sort: FormSort::Stored,
            filter: String::new(),
            filtering: None,
            rows: Vec::new(),
            field: None,
            large: None,
            overtaken: None,
            others: PathMap::default(),
            retyping: None,
            history: FormHistory::default(),
            changes: OnceCell::new(),
            conflicts_at: OnceCell::new(),
        };
        form.arrange();
        form
    }

    /// The rows that can be scrolled to, in order. Only what is looked at of them should be formatted.
    #[must_use]
    pub fn rows(&self) -> &[FormRow] {
        &self.rows
    }

    /// The value of a row: the one that is kept here, or of a removed row the one that was there. `None` of a row that is being
    /// added.
    #[must_use]
    pub fn value(&self, at: usize) -> Option<&Bson> {
        rows::value(&self.rows, at, &self.base, &self.mine)
    }

    /// Where the value of a row stands.
    #[must_use]
    pub fn path(&self, at: usize) -> FieldPath {
        rows::path(&self.rows, at)
    }

    /// Position of the selected row.
    #[must_use]
    pub fn selected(&self) -> usize {
        self.selection.at(self.rows.len())
    }

    /// Position of the first row in view, for a view of so many rows.
    #[must_use]
    pub fn top(&self, page: usize) -> usize {
        self.selection.top(self.rows.len(), page)
    }

    /// What is edited in place: a value, a key or a new field.
    #[must_use]
    pub fn field_editor(&self) -> Option<&FieldEditor> {
        self.field.as_deref()
    }

    /// Position of the row that is edited in place.
    #[must_use]
    pub fn editing_row(&self) -> Option<usize> {
        let field = self.field.as_deref()?;
        match field.used_for {
            FieldUse::New => self.rows.iter().position(|row| row.kind == RowKind::Adding),
            FieldUse::Value | FieldUse::Key => self.row_of(&field.path),
        }
    }

    /// Position of the row of the value that stands there.
    fn row_of(&self, path: &[PathKey]) -> Option<usize> {
        let (path, selected) = (path.to_vec(), self.selected());
        let is_it = |at: &usize| self.rows.is(*at, &path);
        Some(selected).filter(is_it).or_else(|| (0..self.rows.len()).find(is_it))
    }

    /// The types that the selected value may be given, with what it becomes.
    #[must_use]
    pub fn retyping(&self) -> Option<&Retyping> {
        self.retyping.as_deref()
    }

    /// What rows must hold to be shown, as it was typed.
    #[must_use]
    pub fn filter(&self) -> &str {
        &self.filter
    }

    /// The line that the filter is typed in.
    #[must_use]
    pub fn filter_area(&self) -> Option<&TextArea<'static>> {
        self.filtering.as_deref().map(TypedWord::area)
    }

    /// Whether a line of the form is its filter's.
    #[must_use]
    pub fn shows_filter(&self) -> bool {
        self.filtering.is_some() || !self.filter.is_empty()
    }

    /// The order of the rows.
    #[must_use]
    pub fn sort(&self) -> FormSort {
        self.sort
    }

    /// Whether keys are text for what is edited in place.
    #[must_use]
    pub fn is_typing(&self) -> bool {
        self.field.is_some() || self.filtering.is_some()
    }

    /// Whether something was changed or typed here that is not saved.
    #[must_use]
    pub fn is_unsaved(&self) -> bool {
        self.field.as_ref().is_some_and(|field| field.editor.is_unsaved()) || !self.changes().is_empty()
    }

    /// Base or mine are others now.
    fn changed(&mut self) {
        self.forget_weighed();
        self.arrange();
    }

    /// The rows anew, after fields came, went or changed their order. What was selected stays selected.
    fn arrange(&mut self) {
        #[cfg(test)]
        weighed::ARRANGED.set(weighed::ARRANGED.get() + 1);
        let new = self.field.as_deref().filter(|field| field.used_for == FieldUse::New);
        let shown = rows::ShownFields {
            base: &self.base,
            mine: &self.mine,
            unfolded: &self.unfolded,
            sort: self.sort,
            filter: &self.filter,
            adding: new.map(|field| (field.path.as_slice(), field.after.as_ref())),
        };
        self.rows = shown.rows(std::mem::take(&mut self.rows));
        self.selection.settle(&self.rows);
        // What is typed stays selected, also where what it was to go into is gone.
        if let Some(at) = self.rows.iter().position(|row| row.kind == RowKind::Adding) {
            self.selection.select(at, &self.rows);
        }
    }
}

#[cfg(test)]
mod tests;
