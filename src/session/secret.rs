//! What is never shown: the viewer password, wherever it stands.

#[cfg(feature = "app")]
use std::borrow::Cow;

use bson::Bson;

use super::VIEWER_PASSWORD;

/// What it is shown as.
pub(crate) const MASK: &str = "●●●●";

/// Whether it stands somewhere in the value.
#[cfg(feature = "app")]
pub(crate) fn is_in(value: &Bson) -> bool {
    match value {
        Bson::Document(fields) => fields.iter().any(|(name, value)| name == VIEWER_PASSWORD || is_in(value)),
        Bson::Array(items) => items.iter().any(is_in),
        _ => false,
    }
}

/// The value of a field of the metadata, as it may be shown: masked where it is the password, without it where it holds it.
#[cfg(feature = "app")]
pub(crate) fn shown<'a>(path: &str, value: &'a Bson) -> Cow<'a, Bson> {
    if path.split('.').any(|part| part == VIEWER_PASSWORD) {
        Cow::Owned(MASK.into())
    } else if is_in(value) {
        Cow::Owned(hidden(value.clone()))
    } else {
        Cow::Borrowed(value)
    }
}

/// The value without it.
pub(crate) fn hidden(value: Bson) -> Bson {
    match value {
        Bson::Document(fields) => {
            let hide = |(name, value): (String, Bson)| {
                let value = if name == VIEWER_PASSWORD { MASK.into() } else { hidden(value) };
                (name, value)
            };
            Bson::Document(fields.into_iter().map(hide).collect())
        }
        Bson::Array(items) => Bson::Array(items.into_iter().map(hidden).collect()),
        other => other,
    }
}
