//! BSON values on a row: a short word for the type, and the value on one line.

use bson::{Bson, spec::ElementType};

use crate::{
    app::{
        place::{is_sealed, sealed_words},
        text,
        tui::{
            render::{Look, format, scalar::scalar},
            state::{
                feedback::head,
                tree::{Fold, Key, SECRET, TreeRow, without_secrets},
            },
        },
    },
    session::{id::uuid_text, plain},
};

/// Parts of a container that are looked at to show it on a line; of a larger one only the size is told.
const PARTS: usize = 400;

/// A short word for the type of a row's value: `enc` where it is encrypted and not opened.
#[must_use]
pub fn word(row: &TreeRow<'_>) -> &'static str {
    let kind = row.value.kind();
    if kind == ElementType::String && is_sealed(&row.value.bson()) { "enc" } else { plain::element_word(kind) }
}

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
    if let Some(words) = sealed_words(&value) {
        return (format::fit(&words, cells, look.marks), false);
    }
    let whole = match &*value {
        Bson::Null | Bson::Undefined | Bson::MaxKey | Bson::MinKey => return (String::new(), false),
        Bson::String(text) if text.is_empty() => return (format::fit("\"\"", cells, look.marks), false),
        Bson::String(text) | Bson::JavaScriptCode(text) | Bson::Symbol(text) => {
            return (stored(text, cells, look), true);
        }
        other => scalar(other, 4 * cells + 8).unwrap_or_else(|| plain::compact(other)),
    };
    let is_size = matches!(&*value, Bson::Binary(binary) if uuid_text(binary).is_none());
    (format::fit(&text::line(&whole), cells, look.marks), !is_size)
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

/// A value on a line of its own, as safe text without secrets: a container as JSON where it is small, else by its size.
#[must_use]
pub fn on_line(value: &Bson, is_secret: bool, cells: usize, look: &Look) -> String {
    let is_nested = matches!(value, Bson::Document(_) | Bson::Array(_));
    let mut parts = PARTS;
    if is_nested && !is_secret && is_small(value, &mut parts) {
        return format::fit(&text::line(&plain::compact(&without_secrets(value))), cells, look.marks);
    }
    let key = if is_secret { Key::Name(SECRET) } else { Key::Root };
    let (shown, is_stored) = of_row(&TreeRow { depth: 0, key, value: value.into(), fold: Fold::Leaf }, cells, look);
    match value {
        Bson::Document(_) if !is_secret => format!("{shown} fields"),
        Bson::Array(_) if !is_secret => format!("{shown} items"),
        _ if !is_stored && shown.is_empty() => plain::type_word(value).to_owned(),
        _ => shown,
    }
}

/// Whether a value has few enough parts to be looked at for each frame.
fn is_small(value: &Bson, left: &mut usize) -> bool {
    let own = if let Bson::String(text) = value { 1 + text.len() / 20 } else { 1 };
    *left = left.saturating_sub(own);
    *left > 0
        && match value {
            Bson::Document(fields) => fields.values().all(|inner| is_small(inner, left)),
            Bson::Array(items) => items.iter().all(|inner| is_small(inner, left)),
            _ => true,
        }
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

#[cfg(test)]
mod tests;
