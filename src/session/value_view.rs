//! A value looked at piece by piece: what is not looked at costs nothing, however large it is.

use std::borrow::Cow;

use bson::{Bson, RawBsonRef, spec::ElementType};

use super::StoredValue;

/// A value, as a tree or in its bytes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum ValueView<'a> {
    Tree(&'a Bson),
    Raw(RawBsonRef<'a>),
}

impl<'a> From<&'a Bson> for ValueView<'a> {
    fn from(value: &'a Bson) -> Self {
        Self::Tree(value)
    }
}

impl<'a> From<&'a StoredValue> for ValueView<'a> {
    fn from(value: &'a StoredValue) -> Self {
        value.view()
    }
}

impl<'a> ValueView<'a> {
    /// The value itself.
    pub(crate) fn bson(self) -> Cow<'a, Bson> {
        match self {
            Self::Tree(value) => Cow::Borrowed(value),
            Self::Raw(raw) => Cow::Owned(Bson::try_from(raw).unwrap_or(Bson::Null)),
        }
    }

    /// Its type.
    pub(crate) fn kind(self) -> ElementType {
        match self {
            Self::Tree(value) => value.element_type(),
            Self::Raw(raw) => raw.element_type(),
        }
    }

    /// Whether it is an object or an array.
    pub(crate) fn is_container(self) -> bool {
        matches!(self.kind(), ElementType::EmbeddedDocument | ElementType::Array)
    }

    /// How many values it holds; 0 where it is no object or array.
    pub(crate) fn size(self) -> usize {
        match self {
            Self::Tree(Bson::Document(fields)) => fields.len(),
            Self::Tree(Bson::Array(items)) => items.len(),
            Self::Raw(RawBsonRef::Document(fields)) => fields.iter().flatten().count(),
            Self::Raw(RawBsonRef::Array(items)) => items.into_iter().flatten().count(),
            _ => 0,
        }
    }

    /// Whether it holds no value; cheaper than [`Self::size`].
    pub(crate) fn is_empty(self) -> bool {
        match self {
            Self::Raw(RawBsonRef::Document(fields)) => fields.iter().next().is_none(),
            Self::Raw(RawBsonRef::Array(items)) => items.into_iter().next().is_none(),
            _ => self.size() == 0,
        }
    }

    /// What it holds: the fields of an object with their names, the elements of an array.
    pub(crate) fn children(self) -> Box<dyn Iterator<Item = (Option<&'a str>, Self)> + 'a> {
        match self {
            Self::Tree(Bson::Document(fields)) => {
                Box::new(fields.iter().map(|(name, value)| (Some(name.as_str()), Self::Tree(value))))
            }
            Self::Tree(Bson::Array(items)) => Box::new(items.iter().map(|value| (None, Self::Tree(value)))),
            Self::Raw(RawBsonRef::Document(fields)) => {
                Box::new(fields.iter().flatten().map(|(name, value)| (Some(name.as_str()), Self::Raw(value))))
            }
            Self::Raw(RawBsonRef::Array(items)) => {
                Box::new(items.into_iter().flatten().map(|value| (None, Self::Raw(value))))
            }
            _ => Box::new(std::iter::empty()),
        }
    }
}

/// The start of a value, and whether that is not all of it: so many fields and elements at most, and so many bytes of texts.
/// What is drawn of a large one need not cost as much as all of it.
pub(crate) fn start<'a>(value: impl Into<ValueView<'a>>, items: usize, bytes: usize) -> (Bson, bool) {
    let mut start = ValueStart { items, bytes, is_cut: false };
    let value = start.of(value.into());
    (value, start.is_cut)
}

/// What may still be taken of a value.
struct ValueStart {
    items: usize,
    bytes: usize,
    is_cut: bool,
}

impl ValueStart {
    fn of(&mut self, view: ValueView<'_>) -> Bson {
        match view.kind() {
            ElementType::EmbeddedDocument => {
                let taken = view
                    .children()
                    .map_while(|(name, value)| Some((name.unwrap_or_default().to_owned(), self.next(value)?)));
                Bson::Document(taken.collect())
            }
            ElementType::Array => Bson::Array(view.children().map_while(|(_, value)| self.next(value)).collect()),
            _ => self.leaf(&view.bson()),
        }
    }

    fn leaf(&mut self, value: &Bson) -> Bson {
        match value {
            Bson::String(text) => {
                let cut = text.floor_char_boundary(self.bytes);
                self.is_cut |= cut < text.len();
                self.bytes -= cut;
                Bson::String(text[..cut].to_owned())
            }
            Bson::Binary(binary) if binary.bytes.len() > self.bytes => {
                self.is_cut = true;
                let bytes = binary.bytes[..std::mem::take(&mut self.bytes)].to_vec();
                Bson::Binary(bson::Binary { subtype: binary.subtype, bytes })
            }
            other => other.clone(),
        }
    }

    fn next(&mut self, value: ValueView<'_>) -> Option<Bson> {
        let left = self.items.checked_sub(1);
        self.is_cut |= left.is_none();
        self.items = left?;
        Some(self.of(value))
    }
}

#[cfg(test)]
mod tests {
    use bson::{bson, doc};

    use super::*;

    #[test]
    fn bytes_look_like_the_tree_they_were_made_from() {
        let value = bson!({"a": [1, {"b": "c"}], "d": "long text", "e": null});
        let stored = StoredValue::from(&value);
        let (raw, tree) = (stored.view(), ValueView::from(&value));
        assert!(matches!(raw, ValueView::Raw(_)));
        for (one, other) in raw.children().zip(tree.children()) {
            assert_eq!((one.0, one.1.bson(), one.1.size()), (other.0, other.1.bson(), other.1.size()));
        }
        assert_eq!((raw.size(), raw.is_container(), raw.is_empty()), (3, true, false));
        for (items, bytes) in [(1, 100), (3, 100), (100, 4), (100, 100), (0, 0)] {
            assert_eq!(start(raw, items, bytes), start(tree, items, bytes));
        }
    }

    #[test]
    fn the_start_says_whether_it_is_all() {
        let value = Bson::Document(doc! { "a": 1, "b": "xyz" });
        assert_eq!(start(&value, 1, 9), (bson!({"a": 1}), true));
        assert_eq!(start(&value, 2, 2), (bson!({"a": 1, "b": "xy"}), true));
        assert_eq!(start(&value, 2, 3), (value.clone(), false));
    }
}
