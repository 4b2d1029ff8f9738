//! BSON values on a row: a short word for the type, and the value on one line.

use bson::Bson;

use crate::app::{
    text,
    tui::{
        render::{Look, format},
        state::{
            editor::uuid_text,
            feedback::head,
            tree::{Fold, Key, TreeRow},
        },
    },
};

/// The value of a row on one line of at most so many cells, as safe text, and whether it is stored text (not a mark, a
/// count or a note of ours).
#[must_use]
pub fn of_row(row: &TreeRow<'_>, cells: usize, look: &Look) -> (String, bool) {
    if row.secret() {
        return (look.marks.dot.repeat(4), false);
    }
    if row.value.is_container() {
        return (format::number(row.value.size() as u64, look.marks), false);
    }
    let value = row.value.bson();
    let whole = match &*value {
        Bson::Null | Bson::Undefined | Bson::MaxKey | Bson::MinKey => return (String::new(), false),
        Bson::String(text) if text.is_empty() => return (format::fit("\"\"", cells, look.marks), false),
        Bson::Binary(binary) => {
            if let Some(uuid) = uuid_text(binary) {
                return (format::fit(&uuid, cells, look.marks), true);
            }
            let size = format::bytes(binary.bytes.len() as u64);
            let kind = u8::from(binary.subtype);
            let text = if kind == 0 { size } else { format!("{size}, subtype {kind}") };
            return (format::fit(&text, cells, look.marks), false);
        }
        Bson::String(text) | Bson::JavaScriptCode(text) | Bson::Symbol(text) => {
            return (stored(text, cells, look), true);
        }
        Bson::RegularExpression(regex) => {
            format!("/{}/{}", head(regex.pattern.as_str(), 4 * cells), head(regex.options.as_str(), 40))
        }
        Bson::JavaScriptCodeWithScope(code) => head(&code.code, 4 * cells + 8).to_owned(),
        Bson::Int32(n) => n.to_string(),
        Bson::Int64(n) => n.to_string(),
        Bson::Double(n) => format!("{n:?}"),
        Bson::Boolean(b) => b.to_string(),
        Bson::Decimal128(n) => n.to_string(),
        Bson::ObjectId(oid) => oid.to_hex(),
        Bson::DateTime(at) => crate::session::StoredDate::from(*at).to_string(),
        Bson::Timestamp(at) => format!("{} #{}", at.time, at.increment),
        other => crate::session::plain::compact(other),
    };
    (format::fit(&text::line(&whole), cells, look.marks), true)
}

/// The key of a row, as safe text.
#[must_use]
pub fn key(row: &TreeRow<'_>, cells: usize, look: &Look) -> String {
    match row.key {
        Key::Name("") => format::fit("\"\"", cells, look.marks),
        Key::Name(name) => stored(name, cells, look),
        Key::Item(i) => format::fit(&i.to_string(), cells, look.marks),
        Key::Root => format::fit("value", cells, look.marks),
    }
}

/// Stored text on one line of so many cells. Only its start is looked at: it may be megabytes long.
#[must_use]
pub fn stored(whole: &str, cells: usize, look: &Look) -> String {
    // A grapheme of one cell may be many bytes long (joined emoji), but not over a whole line of them.
    let part = head(whole, 64 + 16 * cells);
    let mut out = format::fit(&text::line(part), cells, look.marks);
    if part.len() < whole.len() && !out.ends_with(look.marks.ellipsis) {
        out = format::fit(&format!("{out}{}", look.marks.ellipsis), cells, look.marks);
    }
    out
}

/// The mark before a key.
#[must_use]
pub fn mark(fold: Fold, look: &Look) -> &'static str {
    match fold {
        Fold::Leaf => " ",
        Fold::Folded => look.marks.folded,
        Fold::Unfolded => look.marks.unfolded,
    }
}
