//! What is said below the rows: what came of the last key, what stands against the selected field, what became of it here, and
//! more of its value than its row shows.

use std::fmt::Write;

use bson::Bson;
use ratatui::{
    layout::Rect,
    style::Style,
    text::{Line, Span},
};

use super::{path_words, value_words};
use crate::{
    app::{
        place::is_sealed,
        text,
        tui::{
            render::{Look, format, wrap},
            state::{
                AppState,
                editor::local_date,
                form::{FieldChange, MADE_ANEW, MetadataForm, RowKind, protected_words},
                tree::{Key, SECRET},
            },
        },
    },
    session::{MetadataPath, StoredDate, edit::MergeConflict, id::uuid_text, plain},
};

/// Cells that a value has among other words.
const VALUE: usize = 200;

/// Bytes of binary that are shown as digits.
const DIGITS: usize = 64;

/// The lines for the selected row, as many as there is room for.
pub(super) fn lines(form: &MetadataForm, area: Rect, state: &AppState) -> Vec<Line<'static>> {
    let room = usize::from(area.height);
    let mut lines: Vec<Line<'static>> = Vec::new();
    for (says, style) in said(form, state) {
        let wrapped = wrap::plain(&says, usize::from(area.width).saturating_sub(1).max(1));
        lines.extend(wrapped.into_iter().map(|line| Line::styled(line, style)));
    }
    let more = lines.len() > room;
    lines.truncate(room);
    if let Some(last) = lines.last_mut().filter(|_| more) {
        last.spans.push(Span::raw(state.look.marks.ellipsis));
    }
    lines
}

/// What is said, the most pressing first. Safe text.
fn said(form: &MetadataForm, state: &AppState) -> Vec<(String, Style)> {
    let theme = &state.look.theme;
    let mut said = Vec::new();
    if form.gone {
        said.push(("the session was deleted meanwhile: nothing of it can be saved".to_owned(), theme.error));
    }
    if let Some(says) = &form.says {
        said.push((text::line(says).into_owned(), theme.text));
    }
    if form.is_anew() {
        said.push((MADE_ANEW.to_owned(), theme.warn));
    }
    let at = form.selected();
    let Some(row) = form.rows().get(at) else { return said };
    let marks = form.marks(at);
    // What the last key could not do says the same already.
    if let Some(problem) = &marks.problem
        && form.field_editor().is_none()
        && !is_said(&said, &text::line(problem))
    {
        said.push((text::line(problem).into_owned(), theme.error));
    }
    if let Some(conflict) = form.conflict(at) {
        said.push((conflict_words(conflict, &state.look), theme.warn));
    }
    if let Some((path, stored)) = form.overtaken(at) {
        said.push((overtaken_words(path, stored, &state.look), theme.warn));
    } else if marks.others && !marks.conflict {
        said.push(("changed by another meanwhile".to_owned(), theme.warn));
    }
    if let Some(says) = marks.protected.as_deref().map(protected_words).filter(|says| !is_said(&said, says)) {
        said.push((says, theme.dim));
    }
    if row.kind != RowKind::Adding {
        said.push((of_row(form, at, marks.change, &state.look), theme.dim));
    }
    said
}

/// What the last key gave may be the same sentence.
fn is_said(said: &[(String, Style)], words: &str) -> bool {
    said.iter().any(|(says, _)| says == words)
}

/// What is stored now, what it is here and what both began with.
fn conflict_words(conflict: &MergeConflict, look: &Look) -> String {
    let field = text::line(&conflict.path.to_string()).into_owned();
    if conflict.path.keys().iter().any(|key| key == SECRET) {
        return format!("{field} was changed by another meanwhile");
    }
    let words = |value: Option<&Bson>| value_words(value, VALUE, look);
    format!(
        "{field} was changed by another meanwhile: stored now {}, here {}, before {}",
        words(conflict.theirs.as_ref()),
        words(conflict.mine.as_ref()),
        words(conflict.base.as_ref()),
    )
}

/// What is stored now of what is being typed.
fn overtaken_words(path: &MetadataPath, stored: Option<&Bson>, look: &Look) -> String {
    let field = text::line(&path.to_string()).into_owned();
    if path.keys().iter().any(|key| key == SECRET) {
        return format!("{field} was changed by another meanwhile");
    }
    if stored.is_none() {
        return format!("{field} was removed by another meanwhile: what is typed stays");
    }
    let now = value_words(stored, VALUE, look);
    format!("{field} was changed by another meanwhile: stored now {now}")
}

/// Where it stands, what became of it, and more of its value.
fn of_row(form: &MetadataForm, at: usize, change: Option<FieldChange>, look: &Look) -> String {
    let path = form.path(at);
    let is_secret = path.iter().any(|step| step.is(Key::Name(SECRET)));
    let became = match change {
        None => None,
        Some(FieldChange::New) => Some("new".to_owned()),
        Some(FieldChange::Within) => Some("changed within".to_owned()),
        Some(FieldChange::Moved) => Some("moved".to_owned()),
        Some(FieldChange::Removed) => Some("removed".to_owned()),
        Some(FieldChange::Changed) if is_secret => Some("changed".to_owned()),
        Some(FieldChange::Changed) => Some(was(form.base_value(&path), form.value(at), look)),
    };
    let became = became.map(|became| format!("{became}, not saved yet"));
    let more = form.value(at).filter(|value| !is_secret && !is_sealed(value)).and_then(|value| more(value, look));
    let encrypted = form.is_encrypted(&path).then(|| "stored encrypted".to_owned());
    [Some(path_words(&path)), became, more, encrypted].into_iter().flatten().collect::<Vec<_>>().join("  ")
}

/// What a value was; with its type where that is another now.
fn was(base: Option<&Bson>, now: Option<&Bson>, look: &Look) -> String {
    let kind = |value: Option<&Bson>| value.map(Bson::element_type);
    let words = value_words(base, VALUE, look);
    match base {
        // The word of a type that has no value is its value.
        Some(before) if kind(base) != kind(now) && words != plain::type_word(before) => {
            format!("was {} {words}", plain::type_word(before))
        }
        _ => format!("was {words}"),
    }
}

/// What a row has no room or no place for. Safe text.
fn more(value: &Bson, look: &Look) -> Option<String> {
    let count = |count: usize, what: &str| {
        let many = if count == 1 { "" } else { "s" };
        format!("{} {what}{many}", format::number(count as u64, look.marks))
    };
    let date = |at: StoredDate| local_date(at, &look.zone);
    match value {
        Bson::String(text) if text.contains('\n') => {
            Some(format!("{}, {}", count(text.chars().count(), "character"), count(text.split('\n').count(), "line")))
        }
        Bson::String(text) if text.len() > 40 => Some(count(text.chars().count(), "character")),
        Bson::DateTime(at) => date((*at).into()),
        Bson::ObjectId(oid) => date(oid.timestamp().into()).map(|at| format!("made {at}")),
        // Its row shows it.
        Bson::Binary(binary) if uuid_text(binary).is_some() => None,
        Bson::Binary(binary) => {
            let mut digits = String::new();
            for byte in binary.bytes.iter().take(DIGITS) {
                // Writing to a string cannot fail.
                let _ = write!(digits, "{byte:02x}");
            }
            Some(if binary.bytes.len() > DIGITS { format!("{digits}{}", look.marks.ellipsis) } else { digits })
        }
        Bson::Document(fields) => Some(count(fields.len(), "field")),
        Bson::Array(items) => Some(count(items.len(), "item")),
        _ => None,
    }
}
