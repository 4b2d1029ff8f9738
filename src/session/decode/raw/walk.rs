//! Where values lie in the bytes of a document.
//!
//! The lengths that stand in the bytes are checked, what lies between them is not: so one value that cannot be read hides
//! no other.

use std::borrow::Cow;

use bson::{DateTime, RawDocument, spec::ElementType as Kind};

/// The bytes of one value.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RawValue<'a> {
    pub(super) kind: Kind,
    pub(super) bytes: &'a [u8],
}

/// One field of a document or element of an array.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RawField<'a> {
    pub(super) name: &'a [u8],
    pub(crate) value: RawValue<'a>,
}

/// The fields of a document one by one, up to the first that has no clear end.
#[derive(Debug, Clone)]
pub(crate) struct RawFields<'a> {
    rest: &'a [u8],
}

impl<'a> From<&'a RawDocument> for RawValue<'a> {
    fn from(document: &'a RawDocument) -> Self {
        Self::document(document.as_bytes())
    }
}

impl<'a> RawValue<'a> {
    /// A document that begins with its length and ends with a zero.
    pub(super) fn document(bytes: &'a [u8]) -> Self {
        Self { kind: Kind::EmbeddedDocument, bytes }
    }

    pub(crate) fn is_document(self) -> bool {
        self.kind == Kind::EmbeddedDocument
    }

    pub(crate) fn is_array(self) -> bool {
        self.kind == Kind::Array
    }

    /// The fields of a document or the elements of an array; none of anything else.
    pub(crate) fn fields(self) -> RawFields<'a> {
        let inside = match self.kind {
            Kind::EmbeddedDocument | Kind::Array => self.bytes.get(4..self.bytes.len().saturating_sub(1)),
            _ => None,
        };
        RawFields { rest: inside.unwrap_or_default() }
    }

    /// The elements of an array; none of anything else.
    pub(crate) fn items(self) -> impl Iterator<Item = Self> + use<'a> {
        let fields = if self.is_array() { self.fields() } else { RawFields { rest: &[] } };
        fields.map(|field| field.value)
    }

    /// The first field of that name, as MongoDB finds it.
    pub(crate) fn get(self, name: &str) -> Option<Self> {
        if !self.is_document() {
            return None;
        }
        self.fields().find(|field| field.name() == name).map(|field| field.value)
    }

    /// A string that is valid UTF-8.
    pub(crate) fn text(self) -> Option<&'a str> {
        if self.kind != Kind::String {
            return None;
        }
        std::str::from_utf8(inner_text(self.bytes)?).ok()
    }

    /// A date.
    pub(crate) fn date(self) -> Option<DateTime> {
        if self.kind != Kind::DateTime {
            return None;
        }
        let millis = <[u8; 8]>::try_from(self.bytes).ok().map(i64::from_le_bytes);
        millis.map(DateTime::from_millis)
    }
}

impl<'a> RawField<'a> {
    /// Its name, with marks for what is no text.
    pub(crate) fn name(&self) -> Cow<'a, str> {
        marked(self.name)
    }

    /// Its name where that is valid UTF-8.
    pub(crate) fn sound_name(&self) -> Option<&'a str> {
        std::str::from_utf8(self.name).ok()
    }
}

impl<'a> RawFields<'a> {
    /// Once no field comes any more: the bytes that are left, which are none. `None` where all were read.
    pub(crate) fn unread(&self) -> Option<&'a [u8]> {
        Some(self.rest).filter(|rest| !rest.is_empty())
    }
}

impl<'a> Iterator for RawFields<'a> {
    type Item = RawField<'a>;

    fn next(&mut self) -> Option<RawField<'a>> {
        let (field, rest) = first_field(self.rest)?;
        self.rest = rest;
        Some(field)
    }
}

/// Text with replacement marks for what is no UTF-8: borrowed where there are none.
pub(super) fn marked(bytes: &[u8]) -> Cow<'_, str> {
    std::str::from_utf8(bytes).map_or_else(|_| String::from_utf8_lossy(bytes), Cow::Borrowed)
}

/// The first field and what comes after it.
fn first_field(bytes: &[u8]) -> Option<(RawField<'_>, &[u8])> {
    let (&tag, rest) = bytes.split_first()?;
    let kind = Kind::from(tag)?;
    let (name, rest) = terminated(rest)?;
    let (bytes, rest) = rest.split_at_checked(length(kind, rest)?)?;
    Some((RawField { name, value: RawValue { kind, bytes } }, rest))
}

/// What stands before the first zero, and after it.
fn terminated(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = bytes.iter().position(|byte| *byte == 0)?;
    Some((bytes.get(..end)?, bytes.get(end + 1..)?))
}

/// How many bytes a value takes that begins here.
fn length(kind: Kind, bytes: &[u8]) -> Option<usize> {
    match kind {
        Kind::Null | Kind::Undefined | Kind::MinKey | Kind::MaxKey => Some(0),
        Kind::Boolean => Some(1),
        Kind::Int32 => Some(4),
        Kind::Double | Kind::Int64 | Kind::DateTime | Kind::Timestamp => Some(8),
        Kind::ObjectId => Some(12),
        Kind::Decimal128 => Some(16),
        Kind::String | Kind::JavaScriptCode | Kind::Symbol => text_length(bytes),
        Kind::DbPointer => text_length(bytes)?.checked_add(12),
        Kind::Binary => announced(bytes)?.checked_add(5),
        Kind::EmbeddedDocument | Kind::Array => document_length(bytes),
        Kind::JavaScriptCodeWithScope => announced(bytes).filter(|length| *length >= 14),
        Kind::RegularExpression => {
            let (_, options) = terminated(bytes)?;
            let (_, rest) = terminated(options)?;
            Some(bytes.len() - rest.len())
        }
    }
}

/// The number that a value begins with.
fn announced(bytes: &[u8]) -> Option<usize> {
    usize::try_from(i32::from_le_bytes(*bytes.first_chunk()?)).ok()
}

/// A text: its length, the letters, a zero.
pub(super) fn text_length(bytes: &[u8]) -> Option<usize> {
    let whole = announced(bytes)?.checked_add(4)?;
    (whole > 4 && bytes.get(whole - 1) == Some(&0)).then_some(whole)
}

/// A document: its length, which counts itself, the fields, a zero.
pub(super) fn document_length(bytes: &[u8]) -> Option<usize> {
    let whole = announced(bytes)?;
    (whole >= 5 && bytes.get(whole - 1) == Some(&0)).then_some(whole)
}

/// The letters of a text.
pub(super) fn inner_text(bytes: &[u8]) -> Option<&[u8]> {
    bytes.get(4..bytes.len().checked_sub(1)?)
}
