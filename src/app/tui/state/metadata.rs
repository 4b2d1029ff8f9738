//! The metadata pane: a row a field with key, BSON type and value; nested values unfold.

#[cfg(test)]
mod tests;

use crate::app::keymap::Action;
use bson::Bson;

use super::{
    Effect,
    list::{Rows, Selection},
    tree::{self, Fold, Key, PathKey, TreeRow, Unfolded},
};
use crate::session::{Session, plain};

/// The metadata pane's state.
#[derive(Debug, Clone, Default)]
pub struct MetadataPane {
    /// The selected row, by its path.
    pub selection: Selection<Vec<PathKey>>,
    /// Which nested values are unfolded; by name, so that one session can be held against the next.
    pub unfolded: Unfolded,
}

/// What the pane says instead of rows, or above them.
#[must_use]
pub fn note(session: Option<&Session>) -> Option<String> {
    let Some(session) = session else { return Some("no session open".into()) };
    match &session.metadata {
        None => Some("this session has no metadata field".into()),
        Some(Bson::Null) => Some("metadata is null, not an object".into()),
        Some(Bson::Document(fields)) if fields.is_empty() => Some("metadata is empty".into()),
        Some(Bson::Document(_)) => None,
        Some(other) => Some(format!("metadata is {}, not an object", article(other))),
    }
}

fn article(value: &Bson) -> &'static str {
    match value {
        Bson::Array(_) => "an array",
        Bson::String(_) => "a string",
        Bson::Int32(_) | Bson::Int64(_) | Bson::Double(_) | Bson::Decimal128(_) => "a number",
        Bson::Boolean(_) => "a boolean",
        Bson::DateTime(_) => "a date",
        Bson::Binary(_) => "binary",
        _ => "another value",
    }
}

/// The visible rows.
#[must_use]
pub fn rows<'a>(session: Option<&'a Session>, unfolded: &Unfolded) -> Vec<TreeRow<'a>> {
    match session.and_then(|session| session.metadata.as_ref()) {
        None | Some(Bson::Null) => Vec::new(),
        Some(value) => tree::rows(value, unfolded),
    }
}

impl Rows for Vec<TreeRow<'_>> {
    type Key = Vec<PathKey>;

    fn count(&self) -> usize {
        self.len()
    }

    fn key(&self, at: usize) -> Option<Vec<PathKey>> {
        (at < self.len()).then(|| tree::path(self, at).into_iter().map(PathKey::from).collect())
    }

    fn is(&self, at: usize, key: &Vec<PathKey>) -> bool {
        self.get(at).is_some_and(|row| row.depth + 1 == key.len() && key.last().is_some_and(|last| last.is(row.key)))
            && tree::path(self, at).into_iter().zip(key).all(|(step, key)| key.is(step))
    }
}

impl MetadataPane {
    /// The rows of the pane's inner height that are the fields'.
    fn page(session: Option<&Session>, page: u16) -> usize {
        usize::from(page).saturating_sub(note(session).is_some().into())
    }

    /// Moves, folds or copies. `page` is the pane's inner height. `None`: not for this pane.
    pub fn on_action(&mut self, action: Action, session: Option<&Session>, page: u16) -> Option<Vec<Effect>> {
        let page = Self::page(session, page);
        let rows = rows(session, &self.unfolded);
        if self.selection.on_action(action, &rows, page) {
            self.selection.show(rows.len(), page);
            return Some(Vec::new());
        }
        let at = self.selection.at(rows.len());
        let row = rows.get(at)?;
        let way = tree::path(&rows, at);
        match (action, row.fold) {
            (Action::Right | Action::Open, Fold::Folded) => self.unfolded.unfold(&way),
            (Action::Left | Action::Open, Fold::Unfolded) => self.unfolded.fold(&way),
            (Action::Left, _) => self.selection.select(tree::parent(&rows, at)?, &rows),
            (Action::Copy, _) => return Some(vec![Effect::Copy(text(row))]),
            _ => return None,
        }
        self.settle(session, page);
        Some(Vec::new())
    }

    fn settle(&mut self, session: Option<&Session>, page: usize) {
        let rows = rows(session, &self.unfolded);
        self.selection.settle(&rows);
        self.selection.show(rows.len(), page);
    }

    /// Fields came or went: the selected one stays selected.
    pub fn on_change(&mut self, session: Option<&Session>, page: u16) {
        self.settle(session, Self::page(session, page));
    }

    /// Click on an inner row: selects, and folds or unfolds what was selected already.
    pub fn click(&mut self, y: u16, session: Option<&Session>) {
        let Some(y) = usize::from(y).checked_sub(note(session).is_some().into()) else { return };
        let rows = rows(session, &self.unfolded);
        let at = self.selection.first().saturating_add(y);
        let Some(row) = rows.get(at) else { return };
        let again = self.selection.at(rows.len()) == at;
        self.selection.select(at, &rows);
        if again {
            let way = tree::path(&rows, at);
            match row.fold {
                Fold::Folded => self.unfolded.unfold(&way),
                Fold::Unfolded => self.unfolded.fold(&way),
                Fold::Leaf => {}
            }
        }
    }

    /// Scrolls by lines; negative is up.
    pub fn scroll(&mut self, lines: i32, session: Option<&Session>, page: u16) {
        self.selection.scroll(lines, &rows(session, &self.unfolded), Self::page(session, page));
    }

    /// Key of the selected top-level field.
    #[must_use]
    pub fn field(&self, session: Option<&Session>) -> Option<String> {
        let rows = rows(session, &self.unfolded);
        match tree::path(&rows, self.selection.at(rows.len())).first()? {
            Key::Name(name) => Some((*name).to_owned()),
            Key::Item(_) | Key::Root => None,
        }
    }

    /// Selects a top-level field, such as one that was just added.
    pub fn choose(&mut self, key: &str, session: Option<&Session>, page: u16) {
        let rows = rows(session, &self.unfolded);
        let is_it = |row: &TreeRow<'_>| row.depth == 0 && matches!(row.key, Key::Name(name) if name == key);
        if let Some(at) = rows.iter().position(is_it) {
            self.selection.select(at, &rows);
            self.selection.show(rows.len(), Self::page(session, page));
        }
    }
}

/// A value as a person would paste it: text and numbers bare, dates as RFC 3339, the rest as JSON.
#[must_use]
pub fn text(row: &TreeRow<'_>) -> String {
    if row.secret() {
        return tree::MASK.into();
    }
    match row.value {
        Bson::String(text) => text.clone(),
        Bson::Int32(n) => n.to_string(),
        Bson::Int64(n) => n.to_string(),
        Bson::Double(n) => format!("{n:?}"),
        Bson::Decimal128(n) => n.to_string(),
        Bson::ObjectId(oid) => oid.to_hex(),
        Bson::DateTime(at) => at.try_to_rfc3339_string().unwrap_or_else(|_| at.timestamp_millis().to_string()),
        other => plain::pretty(&tree::without_secrets(other)),
    }
}
