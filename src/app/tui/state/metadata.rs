//! The metadata pane: a row a field with key, BSON type and value; nested values unfold.

#[cfg(test)]
mod tests;

use crate::app::keymap::Action;
use bson::Bson;

use super::{
    Effect,
    conversation::ConversationState,
    list,
    tree::{self, Fold, Key, Row, Unfolded},
};
use crate::session::{Session, plain};

/// The metadata pane's state.
#[derive(Debug, Clone, Default)]
pub struct MetadataPane {
    /// The selected row.
    pub selected: usize,
    /// The first row in view.
    pub top: usize,
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
pub fn rows<'a>(session: Option<&'a Session>, unfolded: &Unfolded) -> Vec<Row<'a>> {
    match session.and_then(|session| session.metadata.as_ref()) {
        None | Some(Bson::Null) => Vec::new(),
        Some(value) => tree::rows(value, unfolded),
    }
}

impl MetadataPane {
    /// Moves or copies. `page` is the pane's inner height. `None`: not for this pane.
    pub fn on_action(&mut self, action: Action, conversation: &ConversationState, page: u16) -> Option<Vec<Effect>> {
        self.take(action, conversation.session(), page)
    }

    /// Click on an inner row.
    pub fn click(&mut self, y: u16, conversation: &ConversationState) {
        self.select(y, conversation.session());
    }

    /// Scrolls by lines; negative is up.
    pub fn scroll(&mut self, lines: i32, conversation: &ConversationState, page: u16) {
        self.scroll_rows(lines, conversation.session(), page);
    }

    /// Key of the selected top-level field.
    #[must_use]
    pub fn field(&self, conversation: &ConversationState) -> Option<String> {
        self.field_of(conversation.session())
    }

    /// Selects a top-level field, such as one that was just added.
    pub fn choose(&mut self, key: &str, conversation: &ConversationState, page: u16) {
        let rows = rows(conversation.session(), &self.unfolded);
        let is_it = |row: &Row<'_>| row.depth == 0 && matches!(row.key, Key::Name(name) if name == key);
        if let Some(at) = rows.iter().position(is_it) {
            self.selected = at;
            self.top = list::top_for(self.top, at, rows.len(), page.into());
        }
    }

    /// [`Self::on_action`] on a given session.
    pub fn take(&mut self, action: Action, session: Option<&Session>, page: u16) -> Option<Vec<Effect>> {
        let page = usize::from(page).saturating_sub(note(session).is_some().into());
        let rows = rows(session, &self.unfolded);
        let at = self.selected.min(rows.len().saturating_sub(1));
        if let Some(selected) = list::moved(action, at, rows.len(), page) {
            self.selected = selected;
            self.top = list::top_for(self.top, selected, rows.len(), page);
            return Some(Vec::new());
        }
        let row = rows.get(at)?;
        let way = tree::path(&rows, at);
        match (action, row.fold) {
            (Action::Right | Action::Open, Fold::Folded) => self.unfolded.unfold(&way),
            (Action::Left | Action::Open, Fold::Unfolded) => self.unfolded.fold(&way),
            (Action::Left, _) => self.selected = tree::parent(&rows, at)?,
            (Action::Copy, _) => return Some(vec![Effect::Copy(text(row))]),
            _ => return None,
        }
        let len = self::rows(session, &self.unfolded).len();
        self.selected = self.selected.min(len.saturating_sub(1));
        self.top = list::top_for(self.top, self.selected, len, page);
        Some(Vec::new())
    }

    /// [`Self::click`] on a given session: selects, and folds or unfolds what was selected already.
    pub fn select(&mut self, y: u16, session: Option<&Session>) {
        let Some(y) = usize::from(y).checked_sub(note(session).is_some().into()) else { return };
        let rows = rows(session, &self.unfolded);
        let at = self.top.saturating_add(y);
        let Some(row) = rows.get(at) else { return };
        let again = self.selected == at;
        self.selected = at;
        if again {
            let way = tree::path(&rows, at);
            match row.fold {
                Fold::Folded => self.unfolded.unfold(&way),
                Fold::Unfolded => self.unfolded.fold(&way),
                Fold::Leaf => {}
            }
        }
    }

    /// [`Self::scroll`] on a given session.
    pub fn scroll_rows(&mut self, lines: i32, session: Option<&Session>, page: u16) {
        let page = usize::from(page).saturating_sub(note(session).is_some().into());
        let len = rows(session, &self.unfolded).len();
        (self.top, self.selected) = list::scrolled(self.top, self.selected, len, page, lines);
    }

    /// [`Self::field`] of a given session.
    #[must_use]
    pub fn field_of(&self, session: Option<&Session>) -> Option<String> {
        let rows = rows(session, &self.unfolded);
        let at = self.selected.min(rows.len().saturating_sub(1));
        match tree::path(&rows, at).first()? {
            Key::Name(name) => Some((*name).to_owned()),
            Key::Item(_) | Key::Root => None,
        }
    }
}

/// A value as a person would paste it: text and numbers bare, dates as RFC 3339, the rest as JSON.
#[must_use]
pub fn text(row: &Row<'_>) -> String {
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
