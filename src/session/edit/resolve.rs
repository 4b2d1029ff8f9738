//! Paths as people type them: `customer.tier`.

use std::fmt;

use bson::{Bson, Document, spec::ElementType};

use super::check_segment;
use crate::session::{MetadataPath, value_text};

/// Why a typed path leads to no field that can be edited.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum PathRefusal {
    /// A key on it can be none, and why: see [`check_segment`].
    Key(&'static str),
    /// This key is stored, and holds the dot itself.
    Dotted(String),
    /// No object stands there.
    Missing(MetadataPath),
    /// Something else than an object stands there, of that type.
    NotAnObject(MetadataPath, ElementType),
}

impl fmt::Display for PathRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Key(reason) => write!(f, "that cannot be a key: {reason}"),
            Self::Dotted(key) => write!(f, "the stored key {key:?} holds a dot itself, and no path leads to that"),
            Self::Missing(path) => write!(f, "there is no object {:?} to set it in", path.to_string()),
            Self::NotAnObject(path, kind) => {
                write!(f, "{:?} is no object, it is of type {}", path.to_string(), value_text::element_word(*kind))
            }
        }
    }
}

impl std::error::Error for PathRefusal {}

/// The path that is typed, through objects that the metadata holds: `customer.tier` is the field `tier` of the object `customer`.
/// The field itself may be absent, the objects on the way may not.
///
/// # Errors
/// Why it leads nowhere: see [`PathRefusal`].
///
/// ```
/// use strandscope::{bson::doc, edit};
///
/// let metadata = doc! { "customer": { "tier": "gold" } };
/// let path = edit::resolve("customer.tier", &metadata).expect("the object is there");
/// assert_eq!(path.keys(), ["customer", "tier"]);
/// let refusal = edit::resolve("order.id", &metadata).expect_err("there is no order");
/// assert_eq!(refusal.to_string(), "there is no object \"order\" to set it in");
/// ```
pub fn resolve(typed: &str, metadata: &Document) -> Result<MetadataPath, PathRefusal> {
    let mut at = metadata;
    let mut keys: Vec<String> = Vec::new();
    let mut rest = typed;
    while let Some((key, inner)) = rest.split_once('.') {
        refuse_dotted(at, rest)?;
        check_segment(key).map_err(PathRefusal::Key)?;
        keys.push(key.to_owned());
        at = match at.get(key) {
            Some(Bson::Document(object)) => object,
            other => return Err(no_object(keys, other)),
        };
        rest = inner;
    }
    check_segment(rest).map_err(PathRefusal::Key)?;
    keys.push(rest.to_owned());
    MetadataPath::new(keys).ok_or(PathRefusal::Key("it is empty"))
}

fn no_object(keys: Vec<String>, stored: Option<&Bson>) -> PathRefusal {
    let Some(path) = MetadataPath::new(keys) else { return PathRefusal::Key("it is empty") };
    match stored {
        None => PathRefusal::Missing(path),
        Some(other) => PathRefusal::NotAnObject(path, other.element_type()),
    }
}

/// Refuses what a stored key with a dot may mean just as well.
fn refuse_dotted(at: &Document, rest: &str) -> Result<(), PathRefusal> {
    let is_meant = |key: &&String| {
        key.contains('.')
            && rest.strip_prefix(key.as_str()).is_some_and(|left| left.is_empty() || left.starts_with('.'))
    };
    at.keys().find(is_meant).map_or(Ok(()), |key| Err(PathRefusal::Dotted(key.clone())))
}

#[cfg(test)]
mod tests {
    use bson::doc;

    use super::*;

    #[test]
    fn a_path_leads_through_objects_that_are_there() {
        let metadata = doc! { "customer": { "tier": "gold", "at": { "year": 1 } }, "n": 1, "tags": [{ "a": 1 }] };
        for (typed, keys) in [
            ("n", &["n"][..]),
            ("new", &["new"]),
            ("customer.tier", &["customer", "tier"]),
            ("customer.new", &["customer", "new"]),
            ("customer.at.year", &["customer", "at", "year"]),
        ] {
            assert_eq!(resolve(typed, &metadata).unwrap().keys(), keys, "{typed}");
        }
        for (typed, why) in [
            ("", "that cannot be a key: it is empty"),
            ("customer.", "that cannot be a key: it is empty"),
            (".tier", "that cannot be a key: it is empty"),
            ("customer..year", "that cannot be a key: it is empty"),
            ("customer.$x", "that cannot be a key: it starts with $"),
            ("order.id", "there is no object \"order\" to set it in"),
            ("customer.of.id", "there is no object \"customer.of\" to set it in"),
            ("n.x", "\"n\" is no object, it is of type i32"),
            ("tags.0.a", "\"tags\" is no object, it is of type arr"),
        ] {
            assert_eq!(resolve(typed, &metadata).unwrap_err().to_string(), why, "{typed}");
        }
    }

    #[test]
    fn a_stored_key_with_the_dot_in_it_is_never_nested() {
        let metadata = doc! { "a.b": 1, "a": { "b": 2, "c.d": 3 } };
        let dotted = |key: &str| Err(PathRefusal::Dotted(key.to_owned()));
        assert_eq!(resolve("a.b", &metadata), dotted("a.b"));
        assert_eq!(resolve("a.b.c", &metadata), dotted("a.b"));
        assert_eq!(resolve("a.c.d", &metadata), dotted("c.d"));
        assert!(resolve("a.bb", &metadata).is_ok());
    }
}
