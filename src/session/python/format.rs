//! Writes JSON with what strings carry as what it is.

use std::io;

use serde_json::ser::{CharEscape, CompactFormatter, Formatter, PrettyFormatter};

use super::{OPEN, number};
use crate::session::surrogate::{MARK, Unit, units};

/// Indents by two, as Python's `json.dump(…, indent=2)` does.
pub(super) fn indented() -> PythonFormatter<PrettyFormatter<'static>> {
    PythonFormatter { inner: PrettyFormatter::new(), key: false, text: Text::None }
}

/// On one line.
pub(super) fn on_one_line() -> PythonFormatter<CompactFormatter> {
    PythonFormatter { inner: CompactFormatter, key: false, text: Text::None }
}

/// Lays out as another formatter does.
pub(super) struct PythonFormatter<F> {
    inner: F,
    /// A key is being written: it is a text, whatever it looks like.
    key: bool,
    text: Text,
}

/// How far a string is written.
enum Text {
    /// None is.
    None,
    /// It was begun, and nothing of it is known yet.
    Begun,
    /// It may stand for a number: all of it so far.
    Held(String),
    /// It is a text, and its quote is written.
    Open,
}

impl<F> PythonFormatter<F> {
    /// Takes the next part of a string that is held back. `false` where it is to be written.
    fn hold<W: ?Sized + io::Write>(&mut self, writer: &mut W, part: &str) -> io::Result<bool> {
        match &mut self.text {
            Text::Held(held) => {
                held.push_str(part);
                return Ok(true);
            }
            Text::Begun if !self.key && part.starts_with(OPEN) => {
                self.text = Text::Held(part.to_owned());
                return Ok(true);
            }
            Text::Begun => {
                self.text = Text::Open;
                writer.write_all(b"\"")?;
            }
            Text::None | Text::Open => {}
        }
        Ok(false)
    }
}

/// Writes a part of a string in which nothing needs an escape but halves of pairs.
fn write_text<W: ?Sized + io::Write>(writer: &mut W, text: &str) -> io::Result<()> {
    if !text.contains(MARK) {
        return writer.write_all(text.as_bytes());
    }
    for unit in units(text) {
        match unit {
            Unit::Char(c) => write!(writer, "{c}")?,
            Unit::Half(half) => write!(writer, "\\u{half:04x}")?,
        }
    }
    Ok(())
}

fn escaped(escape: &CharEscape) -> char {
    match escape {
        CharEscape::Quote => '"',
        CharEscape::ReverseSolidus => '\\',
        CharEscape::Solidus => '/',
        CharEscape::Backspace => '\u{8}',
        CharEscape::FormFeed => '\u{c}',
        CharEscape::LineFeed => '\n',
        CharEscape::CarriageReturn => '\r',
        CharEscape::Tab => '\t',
        CharEscape::AsciiControl(byte) => char::from(*byte),
    }
}

impl<F: Formatter> Formatter for PythonFormatter<F> {
    fn begin_string<W: ?Sized + io::Write>(&mut self, _: &mut W) -> io::Result<()> {
        self.text = Text::Begun;
        Ok(())
    }

    fn end_string<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        match std::mem::replace(&mut self.text, Text::None) {
            Text::Held(held) => match number(&held) {
                Some(number) => writer.write_all(number.as_bytes()),
                // Quoted, as any text.
                None => write_text(writer, &serde_json::Value::from(held).to_string()),
            },
            Text::Begun => writer.write_all(b"\"\""),
            Text::None | Text::Open => writer.write_all(b"\""),
        }
    }

    fn write_string_fragment<W: ?Sized + io::Write>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()> {
        if self.hold(writer, fragment)? { Ok(()) } else { write_text(writer, fragment) }
    }

    fn write_char_escape<W: ?Sized + io::Write>(&mut self, writer: &mut W, escape: CharEscape) -> io::Result<()> {
        if self.hold(writer, escaped(&escape).encode_utf8(&mut [0; 4]))? {
            return Ok(());
        }
        self.inner.write_char_escape(writer, escape)
    }

    fn begin_array<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.inner.begin_array(writer)
    }

    fn end_array<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.inner.end_array(writer)
    }

    fn begin_array_value<W: ?Sized + io::Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.inner.begin_array_value(writer, first)
    }

    fn end_array_value<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.inner.end_array_value(writer)
    }

    fn begin_object<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.inner.begin_object(writer)
    }

    fn end_object<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.inner.end_object(writer)
    }

    fn begin_object_key<W: ?Sized + io::Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.key = true;
        self.inner.begin_object_key(writer, first)
    }

    fn end_object_key<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.key = false;
        self.inner.end_object_key(writer)
    }

    fn begin_object_value<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.inner.begin_object_value(writer)
    }

    fn end_object_value<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.inner.end_object_value(writer)
    }
}
