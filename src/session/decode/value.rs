//! Single values: texts and numbers. Dates are read in [`super::date`].

use bson::{Bson, Document};

use super::notes::{Notes, Path};
use crate::session::number::{EXACT, signed, unsigned};

/// A number that is neither negative nor infinite.
pub(super) fn magnitude(value: &Bson) -> Option<f64> {
    let number = match value {
        Bson::Double(n) => *n,
        Bson::Decimal128(n) => n.to_string().parse().ok()?,
        other => signed(other)? as f64,
    };
    (number.is_finite() && number >= 0.0).then_some(number)
}

/// Reads a field with `read`; null and absence are `None`, anything that cannot be read is noted.
pub(super) fn field<T>(
    fields: &Document,
    key: &str,
    path: &Path,
    notes: &mut Notes,
    expected: &str,
    read: impl FnOnce(&Bson) -> Option<T>,
) -> Option<T> {
    let value = fields.get(key)?;
    if matches!(value, Bson::Null) {
        return None;
    }
    let found = read(value);
    if found.is_none() {
        notes.mistyped(&path.key(key), expected, value);
    }
    found
}

/// A string.
pub(super) fn text(fields: &Document, key: &str, path: &Path, notes: &mut Notes) -> Option<String> {
    field(fields, key, path, notes, "a string", |value| value.as_str().map(str::to_owned))
}

/// A whole number from 0.
pub(super) fn count(fields: &Document, key: &str, path: &Path, notes: &mut Notes) -> Option<u64> {
    field(fields, key, path, notes, "a whole number from 0", unsigned)
}

/// Milliseconds, of which 0 means that nobody measured.
pub(super) fn millis(fields: &Document, key: &str, path: &Path, notes: &mut Notes) -> Option<u64> {
    let read = |value: &Bson| magnitude(value).filter(|ms| *ms < EXACT).map(|ms| ms.round() as u64);
    field(fields, key, path, notes, "a number of milliseconds from 0", read).filter(|ms| *ms > 0)
}

/// Seconds.
pub(super) fn seconds(fields: &Document, key: &str, path: &Path, notes: &mut Notes) -> Option<f64> {
    field(fields, key, path, notes, "a number of seconds from 0", magnitude)
}

/// An id that counts: a whole number.
pub(super) fn number(fields: &Document, key: &str, path: &Path, notes: &mut Notes) -> Option<i64> {
    field(fields, key, path, notes, "a whole number", signed)
}

/// A nested object.
pub(super) fn object<'a>(fields: &'a Document, key: &str, path: &Path, notes: &mut Notes) -> Option<&'a Document> {
    match fields.get(key)? {
        Bson::Document(found) => Some(found),
        Bson::Null => None,
        other => {
            notes.mistyped(&path.key(key), "an object", other);
            None
        }
    }
}
