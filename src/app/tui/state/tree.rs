//! A BSON value as a tree that folds: only what is unfolded becomes rows, and a row is formatted only when it is drawn.

use std::collections::{HashMap, VecDeque};

use bson::Bson;

use crate::session::{VIEWER_PASSWORD, plain::ValueView, secret};

/// The field that is a secret wherever it stands.
pub const SECRET: &str = VIEWER_PASSWORD;

/// Which containers are unfolded: a node for each of them. Keyed by name, so that it outlives a reload.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Unfolded {
    keys: HashMap<String, Unfolded>,
    items: HashMap<usize, Unfolded>,
}

/// Where a value stands in its container.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Key<'a> {
    /// A field of an object (stored text).
    Name(&'a str),
    /// An element of an array.
    Item(usize),
    /// The whole value, where it is no container.
    Root,
}

/// A [`Key`] that outlives the value it stands in.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum PathKey {
    /// A field of an object.
    Name(String),
    /// An element of an array.
    Item(usize),
    /// The whole value.
    Root,
}

impl From<Key<'_>> for PathKey {
    fn from(key: Key<'_>) -> Self {
        match key {
            Key::Name(name) => Self::Name(name.to_owned()),
            Key::Item(at) => Self::Item(at),
            Key::Root => Self::Root,
        }
    }
}

impl PathKey {
    /// The same, borrowed.
    #[must_use]
    pub fn key(&self) -> Key<'_> {
        match self {
            Self::Name(name) => Key::Name(name),
            Self::Item(at) => Key::Item(*at),
            Self::Root => Key::Root,
        }
    }

    /// Whether it is that key.
    #[must_use]
    pub fn is(&self, key: Key<'_>) -> bool {
        match (self, key) {
            (Self::Name(a), Key::Name(b)) => a == b,
            (Self::Item(a), Key::Item(b)) => *a == b,
            (Self::Root, Key::Root) => true,
            _ => false,
        }
    }
}

/// Whether a row can be unfolded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fold {
    /// Nothing is in it.
    Leaf,
    /// Its content is hidden.
    Folded,
    /// Its content follows.
    Unfolded,
}

/// A visible value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TreeRow<'a> {
    /// How deep it stands; 0 at the top.
    pub depth: usize,
    /// Where it stands.
    pub key: Key<'a>,
    /// The value as stored.
    pub value: ValueView<'a>,
    /// Whether it can be unfolded.
    pub fold: Fold,
}

impl TreeRow<'_> {
    /// Whether the value is a secret: it must not be shown.
    #[must_use]
    pub fn secret(&self) -> bool {
        self.key == Key::Name(SECRET)
    }
}

/// The visible rows of a value, in order.
#[must_use]
pub fn rows<'a>(root: impl Into<ValueView<'a>>, unfolded: &Unfolded) -> Vec<TreeRow<'a>> {
    let root = root.into();
    let mut out = Vec::new();
    if root.is_container() {
        push_children(&mut out, root, Some(unfolded), 0);
    } else {
        out.push(TreeRow { depth: 0, key: Key::Root, value: root, fold: Fold::Leaf });
    }
    out
}

/// What a container holds, by its keys.
fn children(value: ValueView<'_>) -> impl Iterator<Item = (Key<'_>, ValueView<'_>)> {
    value.children().enumerate().map(|(at, (name, child))| (name.map_or(Key::Item(at), Key::Name), child))
}

fn push_children<'a>(out: &mut Vec<TreeRow<'a>>, value: ValueView<'a>, unfolded: Option<&Unfolded>, depth: usize) {
    for (key, child) in children(value) {
        push(out, key, child, unfolded.and_then(|node| node.at(key)), depth);
    }
}

fn push<'a>(out: &mut Vec<TreeRow<'a>>, key: Key<'a>, value: ValueView<'a>, inner: Option<&Unfolded>, depth: usize) {
    let secret = key == Key::Name(SECRET);
    let fold = match inner {
        _ if secret || value.is_empty() => Fold::Leaf,
        Some(_) => Fold::Unfolded,
        None => Fold::Folded,
    };
    out.push(TreeRow { depth, key, value, fold });
    if fold == Fold::Unfolded {
        push_children(out, value, inner, depth + 1);
    }
}

/// The row that holds a row, if it is not at the top.
#[must_use]
pub fn parent(rows: &[TreeRow<'_>], at: usize) -> Option<usize> {
    let depth = rows.get(at)?.depth;
    rows[..at].iter().rposition(|row| row.depth < depth)
}

/// The way from the top to a row.
#[must_use]
pub fn path<'a>(rows: &[TreeRow<'a>], at: usize) -> Vec<Key<'a>> {
    let mut way = Vec::new();
    let mut next = (at < rows.len()).then_some(at);
    while let Some(row) = next {
        way.push(rows[row].key);
        next = parent(rows, row);
    }
    way.reverse();
    way
}

/// The way to a row from its field on, as stored: `customer.name`, `tags.0`; `None` where it has none.
#[must_use]
pub fn dotted(rows: &[TreeRow<'_>], at: usize) -> Option<String> {
    let steps = path(rows, at).into_iter().map(|step| match step {
        Key::Name(name) => Some(name.to_owned()),
        Key::Item(at) => Some(at.to_string()),
        Key::Root => None,
    });
    let steps: Vec<String> = steps.collect::<Option<_>>()?;
    (!steps.is_empty()).then(|| steps.join("."))
}

impl Unfolded {
    /// What is unfolded of the value there; `None` where it is folded.
    pub(super) fn at(&self, key: Key<'_>) -> Option<&Self> {
        match key {
            Key::Name(name) => self.keys.get(name),
            Key::Item(at) => self.items.get(&at),
            Key::Root => None,
        }
    }

    /// Unfolds the value at the end of a path.
    pub fn unfold(&mut self, path: &[Key<'_>]) {
        let mut node = self;
        for key in path {
            node = match key {
                Key::Name(name) => node.keys.entry((*name).to_owned()).or_default(),
                Key::Item(i) => node.items.entry(*i).or_default(),
                Key::Root => node,
            };
        }
    }

    /// Folds the value at the end of a path, with all that is in it.
    pub fn fold(&mut self, path: &[Key<'_>]) {
        let Some((last, way)) = path.split_last() else { return };
        let mut node = self;
        for key in way {
            let next = match key {
                Key::Name(name) => node.keys.get_mut(*name),
                Key::Item(i) => node.items.get_mut(i),
                Key::Root => None,
            };
            let Some(next) = next else { return };
            node = next;
        }
        match last {
            Key::Name(name) => drop(node.keys.remove(*name)),
            Key::Item(i) => drop(node.items.remove(i)),
            Key::Root => {}
        }
    }

    /// What fits in so many rows, unfolded level by level: a small value is seen whole, a big one only at its top.
    #[must_use]
    pub fn fitting<'a>(root: impl Into<ValueView<'a>>, rows: usize) -> Self {
        let root = root.into();
        let mut unfolded = Self::default();
        let mut left = rows.saturating_sub(root.size());
        let mut queue: VecDeque<(Vec<Key<'_>>, ValueView<'_>)> = VecDeque::new();
        if left > 0 {
            queue.push_back((Vec::new(), root));
        }
        while let Some((way, value)) = queue.pop_front() {
            for (key, child) in children(value) {
                let needed = child.size();
                if needed == 0 || needed > left || key == Key::Name(SECRET) {
                    continue;
                }
                left -= needed;
                let mut inner = way.clone();
                inner.push(key);
                unfolded.unfold(&inner);
                queue.push_back((inner, child));
            }
        }
        unfolded
    }
}

/// Whether a value holds a secret: as a whole it is neither shown as text nor edited.
#[must_use]
pub fn holds_secret(value: &Bson) -> bool {
    secret::is_in(value)
}

/// A copy without secrets, for the clipboard.
#[must_use]
pub fn without_secrets<'a>(value: impl Into<ValueView<'a>>) -> Bson {
    secret::hidden(value.into().bson().into_owned())
}

#[cfg(test)]
mod tests {
    use bson::{bson, doc};

    use super::*;

    fn names(rows: &[TreeRow<'_>]) -> Vec<String> {
        rows.iter()
            .map(|row| match row.key {
                Key::Name(name) => format!("{}{name}", " ".repeat(row.depth)),
                Key::Item(i) => format!("{}{i}", " ".repeat(row.depth)),
                Key::Root => "root".into(),
            })
            .collect()
    }

    #[test]
    fn only_what_is_unfolded_becomes_rows() {
        let root = bson!({"a": {"b": [1, {"c": 2}]}, "d": {}, "e": 5});
        let mut unfolded = Unfolded::default();
        assert_eq!(names(&rows(&root, &unfolded)), ["a", "d", "e"]);
        let way = path(&rows(&root, &unfolded), 0);
        unfolded.unfold(&way);
        unfolded.unfold(&[Key::Name("a"), Key::Name("b")]);
        let seen = rows(&root, &unfolded);
        assert_eq!(names(&seen), ["a", " b", "  0", "  1", "d", "e"]);
        assert_eq!(path(&seen, 3), [Key::Name("a"), Key::Name("b"), Key::Item(1)]);
        assert_eq!(seen[4].fold, Fold::Leaf);
        unfolded.fold(&[Key::Name("a")]);
        assert_eq!(names(&rows(&root, &unfolded)), ["a", "d", "e"]);
    }

    #[test]
    fn a_small_value_is_seen_whole_and_a_big_one_at_its_top() {
        let small = bson!({"a": {"b": [1, 2]}});
        assert_eq!(rows(&small, &Unfolded::fitting(&small, 10)).len(), 4);
        let big = bson!({"few": [1], "many": (0..1000).collect::<Vec<i32>>()});
        assert_eq!(rows(&big, &Unfolded::fitting(&big, 10)).len(), 3);
    }

    #[test]
    fn a_value_that_is_no_container_is_one_row() {
        assert_eq!(names(&rows(&Bson::Int32(7), &Unfolded::default())), ["root"]);
        assert!(rows(&bson!({}), &Unfolded::default()).is_empty());
    }

    #[test]
    fn secrets_stay_folded_and_are_not_copied() {
        let root = Bson::Document(doc! {"x": {SECRET: {"a": "hush"}}});
        let unfolded = Unfolded::fitting(&root, 100);
        let seen = rows(&root, &unfolded);
        assert_eq!(names(&seen), ["x", " session_viewer_password"]);
        assert!(seen[1].secret());
        assert!(!without_secrets(&root).to_string().contains("hush"));
    }
}
