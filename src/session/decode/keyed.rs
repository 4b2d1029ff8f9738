//! Objects of one key each, as Strands has them: the key tells what it holds.

use bson::{Bson, Document};

use super::{
    known::Names,
    notes::{Notes, Path},
};

/// How such objects are read.
pub(super) struct Keyed<T> {
    /// The keys that say what an object is.
    pub(super) names: Names,
    /// Reads the value under one of them; `None` where it cannot be read.
    pub(super) one: fn(&str, &Bson, &Path, &mut Notes) -> Option<T>,
    /// Notes what cannot be read, and keeps it.
    pub(super) unknown: fn(&Bson, &Path, &mut Notes) -> T,
}

impl<T> Keyed<T> {
    /// Reads `whole`, which is `fields`. Every key of its own becomes one, so that none hides another; other keys stand
    /// beside them.
    pub(super) fn read(&self, whole: &Bson, fields: &Document, path: &Path, notes: &mut Notes, out: &mut Vec<T>) {
        let single = fields.len() == 1;
        let before = out.len();
        let mut beside = Vec::new();
        for (key, value) in fields {
            if matches!(value, Bson::Null) && !single {
                continue;
            }
            match (self.one)(key, value, &path.key(key), notes) {
                Some(found) => out.push(found),
                None if !single && self.names.contains(&key.as_str()) => {
                    let mut part = Document::new();
                    part.insert(key, value.clone());
                    out.push((self.unknown)(&Bson::Document(part), path, notes));
                }
                None => beside.push((key, value)),
            }
        }
        if out.len() == before {
            out.push((self.unknown)(whole, path, notes));
            return;
        }
        for (key, value) in beside {
            notes.beside(&path.key(key), value);
        }
    }
}
