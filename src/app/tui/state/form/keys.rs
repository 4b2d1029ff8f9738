//! Keys that are typed in a row of the form, or in its filter.

use crossterm::event::{KeyCode, KeyEvent};

use super::{FieldEditor, FieldUse, MetadataForm, acts::name_of, steps::FormStep};
use crate::{
    app::{
        text,
        tui::state::{
            editor::{Edited, TypedField},
            typed_word::TypedWord,
            typing,
        },
    },
    session::edit::DateContext,
};

/// Bytes of a text that is judged at each key.
const JUDGED: usize = 2000;

impl MetadataForm {
    /// Takes a key while something is typed.
    pub fn on_key(&mut self, key: KeyEvent, dates: &DateContext) {
        self.says = None;
        if self.filtering.is_some() {
            return self.on_filter_key(key);
        }
        let Some(field) = self.field.as_deref_mut() else { return };
        match field.editor.on_key(key, dates) {
            Edited::Taken => field.judge(dates),
            Edited::Close => self.close_field(),
            Edited::Typed(typed) => self.take_typed(*typed),
            Edited::Save(_) => {}
        }
    }

    /// Takes pasted text while something is typed.
    pub fn paste(&mut self, pasted: &str, dates: &DateContext) {
        if let Some(typed) = &mut self.filtering {
            typed.paste(&text::line(pasted.trim()));
            self.take_filter();
        } else if let Some(field) = self.field.as_deref_mut() {
            field.editor.paste(pasted);
            field.judge(dates);
        }
    }

    /// Another text in what is typed in a row; `false`: nothing is.
    pub fn fill(&mut self, typed: &str, dates: &DateContext) -> bool {
        let Some(field) = self.field.as_deref_mut() else { return false };
        field.editor.fill(typed);
        field.judge(dates);
        true
    }

    /// Why what is typed in a row is not taken; `false`: nothing is typed.
    pub fn refuse(&mut self, why: &str) -> bool {
        let Some(field) = self.field.as_deref_mut() else { return false };
        field.editor.problem = Some(why.to_owned());
        true
    }

    /// Leaves the row as it was.
    fn close_field(&mut self) {
        let Some(field) = self.field.take() else { return };
        self.was_left();
        if field.used_for == FieldUse::New {
            let place = field.path.into_iter().chain(field.after).collect::<Vec<_>>();
            self.arrange();
            self.select(&place);
        }
    }

    /// Puts what was typed into the document. Where it has no place there any more, it stays typed, and that is said.
    fn take_typed(&mut self, typed: TypedField) {
        let Some(mut field) = self.field.take() else { return };
        let done = match (field.used_for, typed.key, typed.value) {
            (FieldUse::Value, _, Some(value)) => self.step(FormStep::Set { path: field.path.clone(), value }),
            (FieldUse::Key, Some(key), _) => self.step(FormStep::Rename { path: field.path.clone(), key }),
            (FieldUse::New, key, Some(value)) => {
                let path = self.new_path(&field.path, field.after.as_ref(), key.unwrap_or_default());
                let refused = self.refuses(&path);
                (!refused && self.insert_behind(path.clone(), field.after.as_ref(), value)).then_some(path)
            }
            _ => None,
        };
        if let Some(place) = done {
            self.was_typed();
            self.select(&place);
            return;
        }
        let gone = match field.path.as_slice() {
            parent @ [_, ..] if field.used_for == FieldUse::New && self.container(parent).is_none() => {
                format!(
                    "{} is not there any more, and this goes into it: it was not taken; Esc leaves it",
                    name_of(parent)
                )
            }
            _ => "its field is gone or its key is there by now: this was not taken; Esc leaves it".to_owned(),
        };
        field.editor.problem = Some(self.says.take().unwrap_or(gone));
        self.field = Some(field);
    }

    /// Begins to type a filter.
    pub fn start_filter(&mut self) {
        self.filtering = Some(Box::new(TypedWord::suggested(&self.filter)));
    }

    /// Shows the rows that hold a text alone; all where it is none.
    pub fn set_filter(&mut self, filter: &str) {
        filter.clone_into(&mut self.filter);
        self.arrange();
    }

    fn on_filter_key(&mut self, key: KeyEvent) {
        match key.code {
            KeyCode::Esc => {
                self.filtering = None;
                self.set_filter("");
            }
            _ if typing::ends_line(key) => self.filtering = None,
            KeyCode::Up | KeyCode::Down => {
                let to = if key.code == KeyCode::Up { self.selected().saturating_sub(1) } else { self.selected() + 1 };
                self.selection.select(to, &self.rows);
            }
            KeyCode::Tab | KeyCode::BackTab | KeyCode::PageUp | KeyCode::PageDown => {}
            _ => {
                if let Some(typed) = &mut self.filtering {
                    typed.on_key(key);
                }
                self.take_filter();
            }
        }
    }

    fn take_filter(&mut self) {
        let typed = self.filtering.as_deref().map(TypedWord::text).unwrap_or_default();
        if typed != self.filter {
            self.set_filter(&typed);
        }
    }
}

impl FieldEditor {
    /// Marks what is wrong with what is typed so far.
    fn judge(&mut self, dates: &DateContext) {
        let typed = self.editor.text();
        // A key that is still being typed is not wrong yet.
        let is_begun = match self.used_for {
            FieldUse::New => typed.contains('='),
            FieldUse::Value | FieldUse::Key => self.editor.is_unsaved(),
        };
        self.invalid = if is_begun && typed.len() <= JUDGED { self.editor.typed(dates).err() } else { None };
    }
}
