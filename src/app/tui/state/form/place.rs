//! Finding values by their place.

use bson::{Bson, Document};

use crate::app::tui::state::tree::PathKey;

/// The value that stands in a container.
pub(super) fn child<'a>(value: &'a Bson, key: &PathKey) -> Option<&'a Bson> {
    match (value, key) {
        (Bson::Document(fields), PathKey::Name(name)) => fields.get(name),
        (Bson::Array(items), PathKey::Item(at)) => items.get(*at),
        _ => None,
    }
}

fn child_mut<'a>(value: &'a mut Bson, key: &PathKey) -> Option<&'a mut Bson> {
    match (value, key) {
        (Bson::Document(fields), PathKey::Name(name)) => fields.get_mut(name),
        (Bson::Array(items), PathKey::Item(at)) => items.get_mut(*at),
        _ => None,
    }
}

/// The value at a place.
pub(super) fn value<'a>(document: &'a Document, path: &[PathKey]) -> Option<&'a Bson> {
    let (first, rest) = path.split_first()?;
    let PathKey::Name(name) = first else { return None };
    rest.iter().try_fold(document.get(name)?, child)
}

/// The object at a place; the metadata itself where that is none.
pub(super) fn object<'a>(document: &'a Document, path: &[PathKey]) -> Option<&'a Document> {
    if path.is_empty() { Some(document) } else { value(document, path)?.as_document() }
}

/// The same value, to be changed.
pub(super) fn value_mut<'a>(document: &'a mut Document, path: &[PathKey]) -> Option<&'a mut Bson> {
    let (first, rest) = path.split_first()?;
    let PathKey::Name(name) = first else { return None };
    rest.iter().try_fold(document.get_mut(name)?, child_mut)
}

/// What holds values.
pub(super) enum Container<'a> {
    Object(&'a mut Document),
    Array(&'a mut Vec<Bson>),
}

/// The container at a place; the metadata itself where that is none.
pub(super) fn container<'a>(document: &'a mut Document, path: &[PathKey]) -> Option<Container<'a>> {
    if path.is_empty() {
        return Some(Container::Object(document));
    }
    match value_mut(document, path)? {
        Bson::Document(fields) => Some(Container::Object(fields)),
        Bson::Array(items) => Some(Container::Array(items)),
        _ => None,
    }
}

/// Position of a field among those of its object.
pub(super) fn position(object: &Document, key: &str) -> Option<usize> {
    object.keys().position(|stored| stored == key)
}
