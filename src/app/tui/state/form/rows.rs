//! The rows of the form: the fields that are there, in their places those that were removed, and one that is being added.

mod anew;

use std::collections::HashMap;

use bson::{Bson, Document};

use self::anew::RowsAnew;
use super::{FieldPath, needle::Needle, place::child};
use crate::{
    app::tui::state::{
        list::Rows,
        tree::{Fold, Key, PathKey, SECRET, Unfolded},
    },
    session::{edit::InStep, plain::type_word},
};

/// A row of the form.
#[derive(Debug, Clone, PartialEq)]
pub struct FormRow {
    /// How deep it stands; 0 at the top.
    pub depth: usize,
    /// Where it stands in its container; of a row that is being added there is no key.
    pub key: PathKey,
    /// Whether it can be unfolded.
    pub fold: Fold,
    /// What it is.
    pub kind: RowKind,
    /// Position of the row of its container.
    parent: Option<usize>,
}

impl FormRow {
    /// Whether the value is a secret: it must not be shown.
    #[must_use]
    pub fn is_secret(&self) -> bool {
        self.key.is(Key::Name(SECRET))
    }
}

/// What a row is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowKind {
    /// A field of an object or an item of an array.
    Field,
    /// A field that was there and is removed here.
    Removed,
    /// One that is being added: it is what is typed so far.
    Adding,
}

/// The order of the rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FormSort {
    /// As they are kept.
    Stored,
    /// By key.
    Key,
    /// By type, then by key.
    Type,
}

impl FormSort {
    /// The next order.
    #[must_use]
    pub fn next(self) -> Self {
        match self {
            Self::Stored => Self::Key,
            Self::Key => Self::Type,
            Self::Type => Self::Stored,
        }
    }

    /// In a word or two.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Stored => "as stored",
            Self::Key => "by key",
            Self::Type => "by type",
        }
    }
}

impl Rows for Vec<FormRow> {
    type Key = FieldPath;

    fn count(&self) -> usize {
        self.len()
    }

    fn key(&self, at: usize) -> Option<FieldPath> {
        (at < self.len()).then(|| path(self, at))
    }

    fn is(&self, at: usize, key: &FieldPath) -> bool {
        let mut next = Some(at);
        for step in key.iter().rev() {
            match next.and_then(|at| self.get(at)) {
                Some(row) if row.key == *step => next = row.parent,
                _ => return false,
            }
        }
        next.is_none()
    }
}

/// Where the value of a row stands; nowhere where there is no such row.
pub(super) fn path(rows: &[FormRow], at: usize) -> FieldPath {
    let mut way = Vec::new();
    let mut next = rows.get(at);
    while let Some(row) = next {
        way.push(row.key.clone());
        next = row.parent.and_then(|at| rows.get(at));
    }
    way.reverse();
    way
}

/// The value of a row.
pub(super) fn value<'a>(rows: &[FormRow], at: usize, base: &'a Document, mine: &'a Document) -> Option<&'a Bson> {
    let row = rows.get(at)?;
    let document = if row.kind == RowKind::Removed { base } else { mine };
    in_document(rows, at, document)
}

fn in_document<'a>(rows: &[FormRow], at: usize, document: &'a Document) -> Option<&'a Bson> {
    let row = rows.get(at)?;
    match row.parent {
        Some(parent) => child(in_document(rows, parent, document)?, &row.key),
        None => match &row.key {
            PathKey::Name(name) => document.get(name),
            PathKey::Item(_) | PathKey::Root => None,
        },
    }
}

/// What is shown, and how.
pub(super) struct ShownFields<'a> {
    pub base: &'a Document,
    pub mine: &'a Document,
    pub unfolded: &'a Unfolded,
    pub sort: FormSort,
    pub filter: &'a str,
    /// The container that a field is being added to, and what it is to stand behind; `None`: it is the first one.
    pub adding: Option<(&'a [PathKey], Option<&'a PathKey>)>,
}

impl ShownFields<'_> {
    /// The rows, in order. They are written over those of before, most of which are the same.
    pub fn rows(&self, before: Vec<FormRow>) -> Vec<FormRow> {
        let mut out = RowsAnew::over(before);
        let filter = self.filter.to_lowercase();
        let needle = (!filter.is_empty()).then(|| Needle::new(&filter));
        let level = Level { parent: None, depth: 0, unfolded: Some(self.unfolded), needle: needle.as_ref() };
        self.push_fields(&mut out, self.mine, Some(self.base), &level);
        let mut rows = out.done();
        if let Some((parent, after)) = self.adding {
            put_new(&mut rows, parent, after);
        }
        rows
    }

    fn push_fields(&self, out: &mut RowsAnew, mine: &Document, base: Option<&Document>, level: &Level<'_>) {
        let removed = Removed::of(mine, base);
        if self.sort != FormSort::Stored {
            return self.push_sorted(out, mine, base, &removed, level);
        }
        let mut in_base = base.map(InStep::of);
        removed.behind(None).for_each(|(key, value)| push(out, key, value, RowKind::Removed, level));
        for (key, value) in mine {
            let base = in_base.as_mut().and_then(|base| base.get(key));
            self.push_value(out, Key::Name(key), value, base, level);
            removed.behind(Some(key)).for_each(|(key, value)| push(out, key, value, RowKind::Removed, level));
        }
    }

    fn push_sorted(
        &self,
        out: &mut RowsAnew,
        mine: &Document,
        base: Option<&Document>,
        removed: &Removed<'_>,
        level: &Level<'_>,
    ) {
        let by_type = self.sort == FormSort::Type;
        let field = |key, value, kind| {
            // The start of a key mostly tells already; the words for types are short.
            let starts = (if by_type { start(type_word(value)) } else { 0 }, start(key));
            (starts, key, value, kind)
        };
        let mut all: Vec<((u64, u64), &str, &Bson, RowKind)> =
            mine.iter().map(|(key, value)| field(key, value, RowKind::Field)).collect();
        all.extend(removed.all().map(|(key, value)| field(key, value, RowKind::Removed)));
        all.sort_unstable_by(|(a, a_key, ..), (b, b_key, ..)| a.cmp(b).then_with(|| a_key.cmp(b_key)));
        for (_, key, value, kind) in all {
            if kind == RowKind::Removed {
                push(out, key, value, kind, level);
            } else {
                self.push_value(out, Key::Name(key), value, base.and_then(|base| base.get(key)), level);
            }
        }
    }

    /// A value and, where it is unfolded, what it holds. Of what is filtered only what matches, and the way to it.
    fn push_value(&self, out: &mut RowsAnew, key: Key<'_>, value: &Bson, base: Option<&Bson>, level: &Level<'_>) {
        let matches = level.needle.is_none_or(|needle| needle.is_in_field(key, value));
        let holds = key != Key::Name(SECRET) && has_content(value, base);
        if !matches && !holds {
            return;
        }
        let inner = level.unfolded.filter(|_| holds).and_then(|node| node.at(key));
        let fold = match inner {
            _ if !holds => Fold::Leaf,
            Some(_) => Fold::Unfolded,
            None if !matches => Fold::Unfolded,
            None => Fold::Folded,
        };
        let at = out.count();
        out.push(key, fold, RowKind::Field, level);
        if fold != Fold::Unfolded {
            return;
        }
        // Below what matches itself all is shown.
        let needle = level.needle.filter(|_| !matches);
        let level = Level { parent: Some(at), depth: level.depth + 1, unfolded: inner, needle };
        match value {
            Bson::Document(fields) => self.push_fields(out, fields, base.and_then(Bson::as_document), &level),
            Bson::Array(items) => {
                for (item, value) in items.iter().enumerate() {
                    self.push_value(out, Key::Item(item), value, None, &level);
                }
            }
            _ => {}
        }
        if !matches && out.count() == at + 1 {
            out.take_back();
        }
    }
}

/// What the rows of one container have in common.
struct Level<'a> {
    parent: Option<usize>,
    depth: usize,
    /// What is unfolded in it.
    unfolded: Option<&'a Unfolded>,
    /// What is filtered by; none: everything is shown.
    needle: Option<&'a Needle<'a>>,
}

/// A row of a value that is not looked into.
fn push(out: &mut RowsAnew, key: &str, value: &Bson, kind: RowKind, level: &Level<'_>) {
    if level.needle.is_none_or(|needle| needle.is_in_field(Key::Name(key), value)) {
        out.push(Key::Name(key), Fold::Leaf, kind, level);
    }
}

/// The first bytes of a text, as a number that is ordered as they are.
fn start(text: &str) -> u64 {
    let mut bytes = [0; 8];
    bytes.iter_mut().zip(text.bytes()).for_each(|(to, byte)| *to = byte);
    u64::from_be_bytes(bytes)
}

/// Whether there is something to unfold; what was removed from an object is seen in it too.
fn has_content(value: &Bson, base: Option<&Bson>) -> bool {
    match value {
        Bson::Document(fields) => {
            !fields.is_empty() || base.and_then(Bson::as_document).is_some_and(|base| !base.is_empty())
        }
        Bson::Array(items) => !items.is_empty(),
        _ => false,
    }
}

/// The fields of an object that were removed, by what they stood behind.
struct Removed<'a>(HashMap<Option<&'a str>, Vec<(&'a str, &'a Bson)>>);

impl<'a> Removed<'a> {
    fn of(mine: &Document, base: Option<&'a Document>) -> Self {
        let mut removed: HashMap<Option<&'a str>, Vec<(&'a str, &'a Bson)>> = HashMap::new();
        let mut behind = None;
        let mut in_mine = InStep::of(mine);
        for (key, value) in base.into_iter().flatten() {
            if in_mine.holds(key) {
                behind = Some(key.as_str());
            } else {
                removed.entry(behind).or_default().push((key.as_str(), value));
            }
        }
        Self(removed)
    }

    fn behind<'k>(&'k self, key: Option<&'k str>) -> impl Iterator<Item = (&'k str, &'k Bson)> {
        let found = if self.0.is_empty() { None } else { self.0.get(&key) };
        found.into_iter().flatten().copied()
    }

    fn all(&self) -> impl Iterator<Item = (&'a str, &'a Bson)> {
        self.0.values().flatten().copied()
    }
}

/// Puts a row for a new field where it will stand.
fn put_new(rows: &mut Vec<FormRow>, parent: &[PathKey], after: Option<&PathKey>) {
    let of = |rows: &Vec<FormRow>, path: &FieldPath| (0..rows.len()).find(|at| rows.is(*at, path));
    let container = if parent.is_empty() { None } else { of(rows, &parent.to_vec()) };
    let depth = container.map_or(0, |at| rows[at].depth + 1);
    let first = container.map_or(0, |at| at + 1);
    let sibling = after.and_then(|key| {
        let path: FieldPath = parent.iter().chain([key]).cloned().collect();
        of(rows, &path)
    });
    let at = sibling.map_or(first, |sibling| {
        let end = rows[sibling + 1..].iter().position(|row| row.depth <= rows[sibling].depth);
        end.map_or(rows.len(), |end| sibling + 1 + end)
    });
    for row in &mut *rows {
        row.parent = row.parent.map(|parent| if parent >= at { parent + 1 } else { parent });
    }
    let new = FormRow { depth, key: PathKey::Root, fold: Fold::Leaf, kind: RowKind::Adding, parent: container };
    rows.insert(at, new);
}

#[cfg(test)]
mod tests;
