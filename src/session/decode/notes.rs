//! Where the decoder stands, and what it has to say there.

use std::fmt;

use bson::Bson;

use crate::session::Finding;

/// A dotted path that costs nothing until something has to be said about it.
#[derive(Clone, Copy)]
pub(super) enum Path<'a> {
    /// A path already written out; empty for the document itself.
    At(&'a str),
    /// A field of what stands there.
    Key(&'a Path<'a>, &'a str),
    /// An element of what stands there.
    Index(&'a Path<'a>, u64),
}

impl<'a> Path<'a> {
    pub(super) fn key(&'a self, key: &'a str) -> Self {
        Self::Key(self, key)
    }

    pub(super) fn index(&'a self, index: usize) -> Self {
        Self::Index(self, index as u64)
    }
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::At(path) => f.write_str(path),
            Self::Key(Self::At(""), key) => f.write_str(key),
            Self::Key(parent, key) => write!(f, "{parent}.{key}"),
            Self::Index(parent, index) => write!(f, "{parent}.{index}"),
        }
    }
}

/// The findings of one noun while it is read.
#[derive(Default)]
pub(super) struct Notes(Vec<Finding>);

impl Notes {
    /// Something stands there that is not as the data model has it.
    pub(super) fn odd(&mut self, path: &Path, problem: impl Into<String>, raw: &Bson) {
        self.push(path, problem, Some(raw.clone()));
    }

    /// Something of another type than `expected` stands there.
    pub(super) fn mistyped(&mut self, path: &Path, expected: &str, raw: &Bson) {
        self.odd(path, format!("Expected {expected}, found {}.", kind(raw)), raw);
    }

    /// Nothing stands where `expected` should.
    pub(super) fn missing(&mut self, path: &Path, expected: &str) {
        self.push(path, format!("Expected {expected}, but the field is missing."), None);
    }

    pub(super) fn push(&mut self, path: &Path, problem: impl Into<String>, raw: Option<Bson>) {
        self.0.push(Finding::new(path.to_string(), problem, raw));
    }

    pub(super) fn into_findings(self) -> Vec<Finding> {
        self.0
    }
}

/// The type of a value, with its article.
pub(super) fn kind(value: &Bson) -> &'static str {
    match value {
        Bson::Double(_) => "a double",
        Bson::String(_) => "a string",
        Bson::Array(_) => "an array",
        Bson::Document(_) => "an object",
        Bson::Boolean(_) => "a boolean",
        Bson::Null => "null",
        Bson::RegularExpression(_) => "a regular expression",
        Bson::JavaScriptCode(_) | Bson::JavaScriptCodeWithScope(_) => "JavaScript code",
        Bson::Int32(_) => "an int32",
        Bson::Int64(_) => "an int64",
        Bson::Timestamp(_) => "a timestamp",
        Bson::Binary(_) => "binary data",
        Bson::ObjectId(_) => "an ObjectId",
        Bson::DateTime(_) => "a date",
        Bson::Symbol(_) => "a symbol",
        Bson::Decimal128(_) => "a decimal",
        _ => "a value of an unusual type",
    }
}
