//! Where the decoder stands, and what it has to say there.

use std::fmt;

use bson::{Bson, Document};

use crate::session::{Block, Finding, VIEWER_PASSWORD, value_text};

/// Characters of a value that a finding names.
const NAMED: usize = 60;

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

    /// Whether it leads to what a tool takes (`toolUse.input`), gives (`toolResult.content.N.json`) or counted
    /// (`event_loop_metrics.tool_usage`).
    pub(super) fn is_of_a_tool(&self) -> bool {
        let Self::Key(parent, key) = self else { return false };
        matches!(
            (*key, parent),
            ("input", Self::Key(_, "toolUse"))
                | ("tool_usage", Self::Key(_, "event_loop_metrics"))
                | ("json", Self::Index(Self::Key(Self::Key(_, "toolResult"), "content"), _))
        )
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
pub(super) struct Notes {
    findings: Vec<Finding>,
    /// What stands beside known fields and is not shown yet: where, and the value.
    beside: Vec<(String, Bson)>,
    hushed: bool,
}

impl Notes {
    /// From now on no finding names a value: it belongs to what somebody wanted hidden.
    pub(super) fn hush(&mut self) {
        self.hushed = true;
    }

    /// Something stands there that is not as the data model has it; `problem` is a sentence, the value comes after it.
    pub(super) fn odd(&mut self, path: &Path, problem: &str, raw: &Bson) {
        let problem = match self.named(path, raw) {
            Some(value) => format!("{}: {value}", problem.trim_end_matches('.')),
            None => problem.to_owned(),
        };
        self.push(path, problem, Some(raw.clone()));
    }

    /// Something of another type than `expected` stands there.
    pub(super) fn mistyped(&mut self, path: &Path, expected: &str, raw: &Bson) {
        let problem = format!("Expected {expected}, found {}.", self.found(path, raw));
        self.push(path, problem, Some(raw.clone()));
    }

    /// Nothing stands where `expected` should.
    pub(super) fn missing(&mut self, path: &Path, expected: &str) {
        self.push(path, format!("Expected {expected}, but the field is missing."), None);
    }

    /// A field that nothing here knows.
    pub(super) fn unknown(&mut self, path: &Path, raw: &Bson) {
        self.odd(path, "This field is not known here.", raw);
    }

    /// A field beside known ones, to be shown after what it belongs to: see [`Self::take_beside`].
    pub(super) fn beside(&mut self, path: &Path, raw: &Bson) {
        self.odd(path, "This field is not known here; it is shown as stored.", raw);
        self.aside(path, raw);
    }

    /// A field with which nothing is wrong and that no block has a place for: to be shown in the same way.
    pub(super) fn aside(&mut self, path: &Path, raw: &Bson) {
        if !is_secret(path) {
            self.beside.push((path.to_string(), raw.clone()));
        }
    }

    /// Takes what stands beside known fields, each under its place from `path` on.
    pub(super) fn take_beside(&mut self, path: &Path) -> Option<Block> {
        if self.beside.is_empty() {
            return None;
        }
        let start = path.to_string();
        let place = |at: String| match at.strip_prefix(&start) {
            Some(rest) => rest.strip_prefix('.').unwrap_or(rest).to_owned(),
            None => at,
        };
        let fields: Document =
            std::mem::take(&mut self.beside).into_iter().map(|(at, value)| (place(at), value)).collect();
        Some(Block::Beside(fields))
    }

    pub(super) fn push(&mut self, path: &Path, problem: impl Into<String>, raw: Option<Bson>) {
        self.findings.push(Finding::new(path.to_string(), problem, raw));
    }

    pub(super) fn into_findings(self) -> Vec<Finding> {
        self.findings
    }

    /// The type of a value with its article, and the value behind it where it may be named.
    pub(super) fn found(&self, path: &Path, raw: &Bson) -> String {
        match self.named(path, raw) {
            Some(value) => format!("{} ({value})", kind(raw)),
            None => kind(raw).to_owned(),
        }
    }

    fn named(&self, path: &Path, raw: &Bson) -> Option<String> {
        let told = !self.hushed && !matches!(raw, Bson::Null) && !is_secret(path);
        told.then(|| value_text::short(raw, NAMED))
    }
}

fn is_secret(path: &Path) -> bool {
    match path {
        Path::At(path) => path.split('.').any(|part| part == VIEWER_PASSWORD),
        Path::Key(parent, key) => *key == VIEWER_PASSWORD || is_secret(parent),
        Path::Index(parent, _) => is_secret(parent),
    }
}

/// The type of a value, with its article.
fn kind(value: &Bson) -> &'static str {
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
