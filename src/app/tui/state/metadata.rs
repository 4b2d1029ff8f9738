//! The metadata pane: a row a field with key, BSON type and value; nested values unfold.

#[cfg(test)]
mod tests;

use std::borrow::Cow;

use crate::app::{keymap::Action, place::Reveal};
use bson::{Bson, Document};
use jiff::Timestamp;

use super::{
    Effect,
    folding::{FoldingTree, TreeTaken},
    glow::Glow,
    tree::{self, Fold, Key, PathKey, TreeRow, Unfolded},
};
use crate::session::{Session, SessionKey, edit, plain, secret};

/// The metadata pane's state.
#[derive(Debug, Clone, Default)]
pub struct MetadataPane {
    /// The fields, and which of them is selected.
    pub tree: FoldingTree,
    /// Values that changed just now, by where they stand.
    pub glow: Glow<Vec<PathKey>>,
    /// The metadata of that session with what is encrypted opened, where something could be.
    opened: Option<(SessionKey, Bson)>,
}

/// What the pane says of a session instead of rows, or above them.
#[must_use]
pub fn note(session: &Session) -> Option<String> {
    match &session.metadata {
        None => Some("this session has no metadata field".into()),
        Some(Bson::Document(fields)) if fields.is_empty() => Some("metadata is empty".into()),
        Some(Bson::Document(_)) => None,
        Some(other) => Some(format!("metadata is {}, not an object", article(other))),
    }
}

/// Why no field of the metadata can be set or removed, in a sentence; `None`: fields can be.
#[must_use]
pub fn refusal(session: &Session) -> Option<String> {
    match &session.metadata {
        None | Some(Bson::Document(_)) => None,
        Some(other) => Some(format!(
            "the metadata of {} is {}, not an object: it can be read here, not edited",
            crate::app::text::line(session.name()),
            article(other)
        )),
    }
}

/// What is stored of a session's metadata; nothing where there is none.
///
/// # Errors
/// That it is no object, so that no field of it can be edited.
pub fn stored_of(session: &Session) -> Result<Document, String> {
    refusal(session).map_or(Ok(()), Err)?;
    Ok(session.metadata_fields().cloned().unwrap_or_default())
}

fn article(value: &Bson) -> &'static str {
    match value {
        Bson::Null => "null",
        Bson::Array(_) => "an array",
        Bson::String(_) => "a string",
        Bson::Int32(_) | Bson::Int64(_) | Bson::Double(_) | Bson::Decimal128(_) => "a number",
        Bson::Boolean(_) => "a boolean",
        Bson::DateTime(_) => "a date",
        Bson::Binary(_) => "binary",
        _ => "another value",
    }
}

fn rows<'a>(
    session: Option<&'a Session>,
    opened: Option<&'a (SessionKey, Bson)>,
    unfolded: &Unfolded,
) -> Vec<TreeRow<'a>> {
    let opened = opened.filter(|(key, _)| session.is_some_and(|session| session.key == *key)).map(|(_, opened)| opened);
    match opened.or_else(|| session.and_then(|session| session.metadata.as_ref())) {
        None | Some(Bson::Null) => Vec::new(),
        Some(value) => tree::rows(value, unfolded),
    }
}

impl MetadataPane {
    /// The rows of the pane's inner height that are the fields'.
    fn page(session: Option<&Session>, page: u16) -> usize {
        usize::from(page).saturating_sub(session.and_then(note).is_some().into())
    }

    /// The metadata of the session were told: what of them is encrypted is opened, where that can be.
    pub fn open(&mut self, session: Option<&Session>, reveal: &Reveal) {
        let fields = session.and_then(|session| Some((&session.key, session.metadata_fields()?)));
        self.opened = fields.and_then(|(key, fields)| match reveal.opened(key, fields) {
            Cow::Borrowed(_) => None,
            Cow::Owned(opened) => Some((key.clone(), Bson::Document(opened))),
        });
    }

    /// Moves, folds or copies. `page` is the pane's inner height. `None`: not for this pane.
    pub fn on_action(&mut self, action: Action, session: Option<&Session>, page: u16) -> Option<Vec<Effect>> {
        let page = Self::page(session, page);
        Some(match self.tree.take(action, page, |unfolded| rows(session, self.opened.as_ref(), unfolded))? {
            TreeTaken::Moved => Vec::new(),
            TreeTaken::Copy(row) => vec![Effect::Copy(text(&row))],
        })
    }

    /// The visible rows.
    #[must_use]
    pub fn rows<'a>(&'a self, session: Option<&'a Session>) -> Vec<TreeRow<'a>> {
        rows(session, self.opened.as_ref(), &self.tree.unfolded)
    }

    /// Fields came or went: the selected one stays selected.
    pub fn on_change(&mut self, session: Option<&Session>, page: u16) {
        let rows = rows(session, self.opened.as_ref(), &self.tree.unfolded);
        self.tree.settle(Self::page(session, page), &rows);
    }

    /// Click on an inner row: selects, and folds or unfolds what was selected already.
    pub fn click(&mut self, y: u16, session: Option<&Session>) {
        if let Some(y) = usize::from(y).checked_sub(session.and_then(note).is_some().into()) {
            let rows = rows(session, self.opened.as_ref(), &self.tree.unfolded);
            self.tree.click(y, &rows);
        }
    }

    /// Scrolls by lines; negative is up.
    pub fn scroll(&mut self, lines: i32, session: Option<&Session>, page: u16) {
        let rows = rows(session, self.opened.as_ref(), &self.tree.unfolded);
        self.tree.scroll(lines, Self::page(session, page), &rows);
    }

    /// Where the selected value stands.
    #[must_use]
    pub fn path(&self, session: Option<&Session>) -> Vec<PathKey> {
        let rows = self.rows(session);
        tree::path(&rows, self.tree.selection.at(rows.len())).into_iter().map(PathKey::from).collect()
    }

    /// Where the selected value stands, from its field on, as stored: `customer.name`, `tags.0`.
    #[must_use]
    pub fn place(&self, session: Option<&Session>) -> Option<String> {
        let rows = self.rows(session);
        tree::dotted(&rows, self.tree.selection.at(rows.len()))
    }

    /// Whether the value of a row changed just now, or something in it that is folded.
    #[must_use]
    pub fn is_lit(&self, rows: &[TreeRow<'_>], at: usize, now: Timestamp) -> bool {
        if self.glow.is_dark() {
            return false;
        }
        let way: Vec<PathKey> = tree::path(rows, at).into_iter().map(PathKey::from).collect();
        let folded = rows.get(at).is_some_and(|row| row.fold == Fold::Folded);
        self.glow.is_lit(&way, now) || (folded && self.glow.lit(now).any(|lit| lit.starts_with(&way)))
    }

    /// Key of the selected top-level field.
    #[must_use]
    pub fn field(&self, session: Option<&Session>) -> Option<String> {
        let rows = self.rows(session);
        match tree::path(&rows, self.tree.selection.at(rows.len())).first()? {
            Key::Name(name) => Some((*name).to_owned()),
            Key::Item(_) | Key::Root => None,
        }
    }

    /// Selects a top-level field, such as one that was just added.
    pub fn choose(&mut self, key: &str, session: Option<&Session>, page: u16) {
        let rows = rows(session, self.opened.as_ref(), &self.tree.unfolded);
        let is_it = |row: &TreeRow<'_>| row.depth == 0 && matches!(row.key, Key::Name(name) if name == key);
        if let Some(at) = rows.iter().position(is_it) {
            self.tree.selection.select(at, &rows);
            self.tree.selection.show(rows.len(), Self::page(session, page));
        }
    }
}

/// A value as a person would paste it and an editor takes it: text and numbers bare, dates as RFC 3339, the rest as JSON.
#[must_use]
pub fn text(row: &TreeRow<'_>) -> String {
    if row.secret() {
        return secret::MASK.into();
    }
    let nested = || plain::pretty(&tree::without_secrets(row.value));
    if row.value.is_container() {
        return nested();
    }
    edit::write(&row.value.bson()).unwrap_or_else(nested)
}
