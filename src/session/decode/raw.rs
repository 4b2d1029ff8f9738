//! Stored bytes to values, field by field.
//!
//! BSON of other writers may hold text that is no UTF-8, one name twice, or bytes that are no value at all. Each is a
//! finding, and none hides the rest: text gets replacement marks, of fields of one name the first counts (it is the one
//! that MongoDB itself finds and changes), and what has no clear end takes only its own object along.

mod leaf;
mod place;
#[cfg(test)]
mod tests;
mod walk;

use std::{borrow::Cow, collections::HashSet};

use bson::{
    Binary, Bson, Document, JavaScriptCodeWithScope, RawDocument, spec::BinarySubtype, spec::ElementType as Kind,
};

use super::{notes::Path, unsigned};
use crate::session::{
    Finding, StoredValue, VIEWER_PASSWORD,
    held::{held_in, hold},
};

pub(crate) use place::{in_agent, in_session};
pub(crate) use walk::RawValue;

/// Objects and arrays within each other: MongoDB itself takes 180.
const DEEPEST: usize = 200;

/// Bytes of what a tool took, gave or counted, from which on they stay bytes.
const LARGE: usize = 64 * 1024;

/// Findings of one read that are told one by one.
const MOST: usize = 1000;

const MARKED: &str = "This text is no valid UTF-8; what cannot be read is shown as \u{fffd}.";
const NAME: &str = "The name of this field is no valid UTF-8; what cannot be read is shown as \u{fffd}.";
pub(crate) const TWICE: &str = "This field is stored more than once. The first is shown, which MongoDB finds and changes; \
                     Python reads the last.";
const VALUE: &str = "The bytes of this value are none of its type; they are shown as they are.";
const DEEP: &str = "This lies deeper than objects may be nested; its bytes are shown as they are.";
const REST: &str = "Here the stored bytes are no BSON any more: what followed in this object cannot be read.";

/// Reads values, and keeps what it has to say of their bytes.
#[derive(Debug, Default)]
pub(crate) struct RawReader {
    /// Whether large values stay their bytes.
    holds: bool,
    findings: Vec<Finding>,
    untold: usize,
}

/// The fields of an object of which only the bytes stand in the tree, each read when it is asked for.
pub(super) fn held_fields(object: &Document) -> Option<impl Iterator<Item = (Cow<'_, str>, Bson)>> {
    let (kind, bytes) = held_in(object)?;
    let fields = RawValue { kind, bytes }.fields();
    Some(fields.map(|field| (field.name(), RawReader::default().read(field.value, ""))))
}

/// A whole document, and what of its bytes could not be read as they are.
pub(crate) fn document(raw: &RawDocument) -> (Document, Vec<Finding>) {
    let mut reader = RawReader::default();
    let read = reader.document(raw.into(), &Path::At(""), 0);
    (read, reader.into_findings())
}

/// A whole document, held as its bytes where those can be read as they are.
pub(crate) fn stored(raw: &RawDocument) -> StoredValue {
    let value = RawValue::from(raw);
    if value.is_sound(0) {
        StoredValue::from_bytes(value.kind, value.bytes)
    } else {
        StoredValue::from(Bson::Document(document(raw).0))
    }
}

impl RawReader {
    /// Reads a value that stands at a dotted path of its document.
    pub(crate) fn read(&mut self, value: RawValue<'_>, path: &str) -> Bson {
        self.value(value, &Path::At(path), 0)
    }

    /// Reads the elements of an array at that path, each when it is asked for.
    pub(crate) fn each<'a>(&'a mut self, array: RawValue<'a>, path: &'a str) -> impl Iterator<Item = Bson> + 'a {
        array.items().enumerate().map(move |(at, value)| self.value(value, &Path::At(path).index(at), 0))
    }

    /// One that leaves the bytes of what is large and seldom looked at: see [`hold`].
    pub(super) fn holding() -> Self {
        Self { holds: true, ..Self::default() }
    }

    /// Reads an object, but leaves the bytes of some fields of a type: an empty one stands in their place.
    pub(crate) fn but<'a>(
        &mut self,
        value: RawValue<'a>,
        path: &str,
        left: &[(&str, Kind)],
    ) -> (Document, Vec<(String, RawValue<'a>)>) {
        self.fields(value, &Path::At(path), 0, left)
    }

    /// The fields of an object with their names, each name once.
    pub(crate) fn entries<'a>(&mut self, object: RawValue<'a>, path: &str) -> Vec<(String, RawValue<'a>)> {
        let mut names = HashSet::new();
        let mut entries = Vec::new();
        self.walk(object, &Path::At(path), 0, &mut |_, name, _, value| {
            let is_new = names.insert(name.to_owned());
            if is_new {
                entries.push((name.to_owned(), value));
            }
            is_new
        });
        entries
    }

    /// The elements of an array.
    pub(crate) fn elements<'a>(&mut self, array: RawValue<'a>, path: &str) -> Vec<RawValue<'a>> {
        let mut fields = array.fields();
        let elements = fields.by_ref().map(|field| field.value).collect();
        self.end(fields.unread(), &Path::At(path));
        elements
    }

    /// What it has to say.
    pub(crate) fn into_findings(mut self) -> Vec<Finding> {
        if self.untold > 0 {
            let problem = format!("{} more places of the stored bytes cannot be read as they are.", self.untold);
            self.findings.push(Finding::new("", problem, None));
        }
        self.findings
    }

    fn value(&mut self, value: RawValue<'_>, path: &Path<'_>, depth: usize) -> Bson {
        let read = match value.kind {
            Kind::EmbeddedDocument | Kind::Array | Kind::JavaScriptCodeWithScope if depth >= DEEPEST => {
                return self.as_bytes(value.bytes, DEEP, path);
            }
            Kind::EmbeddedDocument | Kind::Array if self.holds && value.is_held_at(path) => {
                return hold(value.kind, value.bytes);
            }
            Kind::EmbeddedDocument => Some(Bson::Document(self.document(value, path, depth))),
            Kind::Array => Some(Bson::Array(self.array(value, path, depth))),
            Kind::JavaScriptCodeWithScope => self.scoped(value, path, depth),
            Kind::String => self.text(value.bytes, path).map(Bson::String),
            Kind::JavaScriptCode => self.text(value.bytes, path).map(Bson::JavaScriptCode),
            Kind::Symbol => self.text(value.bytes, path).map(Bson::Symbol),
            Kind::RegularExpression | Kind::DbPointer => self.made(value, path),
            _ => leaf::plain(value),
        };
        read.unwrap_or_else(|| self.as_bytes(value.bytes, VALUE, path))
    }

    fn document(&mut self, value: RawValue<'_>, path: &Path<'_>, depth: usize) -> Document {
        self.fields(value, path, depth, &[]).0
    }

    fn fields<'a>(
        &mut self,
        value: RawValue<'a>,
        path: &Path<'_>,
        depth: usize,
        left: &[(&str, Kind)],
    ) -> (Document, Vec<(String, RawValue<'a>)>) {
        let mut aside = Vec::new();
        let mut read = Document::new();
        self.walk(value, path, depth, &mut |reader, name, place, value| {
            if read.contains_key(name) {
                return false;
            }
            let found = if left.contains(&(name, value.kind)) {
                aside.push((name.to_owned(), value));
                if value.is_array() { Bson::Array(Vec::new()) } else { Document::new().into() }
            } else {
                reader.value(value, place, depth + 1)
            };
            read.insert(name, found);
            true
        });
        (read, aside)
    }

    /// Gives each field of an object to `take`, and says what is to be said of its name; `take` tells whether it has no field
    /// of that name yet.
    fn walk<'a>(
        &mut self,
        value: RawValue<'a>,
        path: &Path<'_>,
        depth: usize,
        take: &mut dyn FnMut(&mut Self, &str, &Path<'_>, RawValue<'a>) -> bool,
    ) {
        let mut fields = value.fields();
        for field in fields.by_ref() {
            let name = field.name();
            let place = path.key(&name);
            if matches!(name, Cow::Owned(_)) {
                self.say(&place, NAME, bytes(field.name));
            }
            if !take(self, &name, &place, field.value) {
                let found = self.value(field.value, &place, depth + 1);
                self.say(&place, TWICE, found);
            }
        }
        self.end(fields.unread(), path);
    }

    fn array(&mut self, value: RawValue<'_>, path: &Path<'_>, depth: usize) -> Vec<Bson> {
        let mut read = Vec::new();
        let mut items = value.fields();
        for item in items.by_ref() {
            let found = self.value(item.value, &path.index(read.len()), depth + 1);
            read.push(found);
        }
        self.end(items.unread(), path);
        read
    }

    fn text(&mut self, stored: &[u8], path: &Path<'_>) -> Option<String> {
        let letters = walk::inner_text(stored)?;
        let text = walk::marked(letters);
        if matches!(text, Cow::Owned(_)) {
            self.say(path, MARKED, bytes(letters));
        }
        Some(text.into_owned())
    }

    fn made(&mut self, value: RawValue<'_>, path: &Path<'_>) -> Option<Bson> {
        let sound = leaf::sound(value)?;
        let made = leaf::made(value.kind, &sound)?;
        if sound != value.bytes {
            self.say(path, MARKED, bytes(value.bytes));
        }
        Some(made)
    }

    /// Code with the values it sees.
    fn scoped(&mut self, value: RawValue<'_>, path: &Path<'_>, depth: usize) -> Option<Bson> {
        let inside = value.bytes.get(4..)?;
        let (code, scope) = inside.split_at_checked(walk::text_length(inside)?)?;
        if walk::document_length(scope)? != scope.len() {
            return None;
        }
        let code = self.text(code, path)?;
        let scope = self.document(RawValue::document(scope), path, depth + 1);
        Some(Bson::JavaScriptCodeWithScope(JavaScriptCodeWithScope { code, scope }))
    }

    /// Bytes in place of a value.
    fn as_bytes(&mut self, stored: &[u8], problem: &str, path: &Path<'_>) -> Bson {
        self.say(path, problem, bytes(stored));
        bytes(stored)
    }

    /// The bytes of an object that are no field any more. The viewer password may be among them.
    fn end(&mut self, unread: Option<&[u8]>, path: &Path<'_>) {
        let Some(rest) = unread else { return };
        let is_secret = rest.windows(VIEWER_PASSWORD.len()).any(|part| part == VIEWER_PASSWORD.as_bytes());
        let raw = if is_secret { Bson::Null } else { bytes(rest) };
        self.say(path, REST, raw);
    }

    fn say(&mut self, path: &Path<'_>, problem: &str, raw: Bson) {
        if self.findings.len() < MOST {
            self.findings.push(Finding::new(path.to_string(), problem, Some(raw)));
        } else {
            self.untold += 1;
        }
    }
}

impl RawValue<'_> {
    /// It as it is stored. Its bytes must be sound.
    pub(super) fn stored(self) -> StoredValue {
        StoredValue::from_bytes(self.kind, self.bytes)
    }

    /// Whether it is large, seldom looked at, and can be read from its bytes whenever it is.
    fn is_held_at(self, path: &Path<'_>) -> bool {
        self.bytes.len() > LARGE && path.is_of_a_tool() && self.is_sound(0)
    }

    /// Whether nothing is to be said of its bytes: its values are read one after the other.
    fn is_sound(self, depth: usize) -> bool {
        if !self.is_document() && !self.is_array() {
            let mut reader = RawReader::default();
            reader.value(self, &Path::At(""), depth);
            return reader.findings.is_empty();
        }
        let mut names = HashSet::new();
        let mut fields = self.fields();
        let is_each_sound = fields.by_ref().all(|field| {
            let is_new = self.is_array() || (field.sound_name().is_some() && names.insert(field.name));
            is_new && field.value.is_sound(depth + 1)
        });
        depth < DEEPEST && is_each_sound && fields.unread().is_none()
    }

    /// A whole number from 0.
    pub(crate) fn number(self) -> Option<u64> {
        leaf::plain(self).as_ref().and_then(unsigned)
    }
}

fn bytes(stored: &[u8]) -> Bson {
    Bson::Binary(Binary { subtype: BinarySubtype::Generic, bytes: stored.to_vec() })
}
