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

use std::borrow::Cow;

use bson::{
    Binary, Bson, Document, JavaScriptCodeWithScope, RawDocument, spec::BinarySubtype, spec::ElementType as Kind,
};

use super::{notes::Path, unsigned};
use crate::session::{Finding, VIEWER_PASSWORD};

pub(crate) use place::{in_agent, in_session};
pub(crate) use walk::RawValue;

/// Objects and arrays within each other: MongoDB itself takes 180.
const DEEPEST: usize = 200;

/// Findings of one read that are told one by one.
const MOST: usize = 1000;

const MARKED: &str = "This text is no valid UTF-8; what cannot be read is shown as \u{fffd}.";
const NAME: &str = "The name of this field is no valid UTF-8; what cannot be read is shown as \u{fffd}.";
const TWICE: &str = "This field is stored more than once. The first is shown, which MongoDB finds and changes; \
                     Python reads the last.";
const VALUE: &str = "The bytes of this value are none of its type; they are shown as they are.";
const DEEP: &str = "This lies deeper than objects may be nested; its bytes are shown as they are.";
const REST: &str = "Here the stored bytes are no BSON any more: what followed in this object cannot be read.";

/// Reads values, and keeps what it has to say of their bytes.
#[derive(Debug, Default)]
pub(crate) struct RawReader {
    findings: Vec<Finding>,
    untold: usize,
}

/// A whole document, and what of its bytes could not be read as they are.
pub(crate) fn document(raw: &RawDocument) -> (Document, Vec<Finding>) {
    let mut reader = RawReader::default();
    let read = reader.document(raw.into(), &Path::At(""), 0);
    (read, reader.into_findings())
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
        let mut read = Document::new();
        let mut fields = value.fields();
        for field in fields.by_ref() {
            let name = field.name();
            let place = path.key(&name);
            if matches!(name, Cow::Owned(_)) {
                self.say(&place, NAME, bytes(field.name));
            }
            let found = self.value(field.value, &place, depth + 1);
            if read.contains_key(&*name) {
                self.say(&place, TWICE, found);
            } else {
                read.insert(name, found);
            }
        }
        self.end(fields.unread(), path);
        read
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
    /// A whole number from 0.
    pub(crate) fn number(self) -> Option<u64> {
        leaf::plain(self).as_ref().and_then(unsigned)
    }
}

fn bytes(stored: &[u8]) -> Bson {
    Bson::Binary(Binary { subtype: BinarySubtype::Generic, bytes: stored.to_vec() })
}
