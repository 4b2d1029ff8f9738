//! What comes of a text: a value, a key or a new field for the form, or a change that is stored.

use bson::Bson;

use super::{Edited, Editor, Purpose, TypedField, value};
use crate::session::edit::{self, AssignedValue, DateContext};

impl Editor {
    /// What comes of what is typed.
    pub(super) fn done(&self, dates: &DateContext) -> Result<Edited, String> {
        let typed = self.text();
        Ok(match &self.purpose {
            Purpose::Rate { rating, about } => {
                self.rated(rating, about.as_ref(), &typed).map_or(Edited::Close, |write| Edited::Save(Box::new(write)))
            }
            Purpose::Edit { .. } | Purpose::Add | Purpose::Item | Purpose::Rename { .. } => {
                self.typed(dates)?.map_or(Edited::Close, |typed| Edited::Typed(Box::new(typed)))
            }
        })
    }

    /// What is typed for a field; `None` where that is what is there already, and for what is no field's.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn typed(&self, dates: &DateContext) -> Result<Option<TypedField>, String> {
        let typed = self.text();
        let of_value = |value| Some(TypedField { key: None, value: Some(value) });
        Ok(match &self.purpose {
            Purpose::Rate { .. } => None,
            Purpose::Edit { kind, .. } => {
                // Untouched it is the very value, also where a text does not tell all its bits.
                let untouched = (typed == self.original).then(|| kind.clone());
                let value = untouched.map_or_else(|| value::read(&typed, kind, self.is_json, dates), Ok)?;
                if edit::same(Some(&value), Some(kind)) { None } else { of_value(value) }
            }
            Purpose::Add => {
                let (key, value) = self.added()?;
                Some(TypedField { key: Some(key), value: Some(value) })
            }
            Purpose::Item => {
                of_value(edit::read_new(&typed).map_err(|problem| format!("{problem}; in quotes it is a text"))?)
            }
            Purpose::Rename { key } if typed == *key => None,
            Purpose::Rename { .. } => {
                edit::check_new_key(&typed).map_err(|reason| format!("that cannot be a key: {reason}"))?;
                if self.taken.contains(&typed) {
                    return Err(format!("{typed} is there already"));
                }
                Some(TypedField { key: Some(typed), value: None })
            }
        })
    }

    /// Key and value of a field to add.
    ///
    /// # Errors
    /// What is wrong with what was typed.
    pub fn added(&self) -> Result<(String, Bson), String> {
        let (key, typed) = edit::assignment(&self.text()).map_err(|problem| match problem {
            edit::AssignmentError::NoEquals => "type a key, then = and a value, or := and JSON".to_owned(),
            other => other.to_string(),
        })?;
        edit::check_new_key(&key).map_err(|reason| format!("that cannot be a key: {reason}"))?;
        if self.taken.contains(&key) {
            return Err(format!("{key} is there already; choose it to change it"));
        }
        match typed {
            AssignedValue::Json(value) => Ok((key, value)),
            AssignedValue::Text(text) => match edit::read_new(&text) {
                Ok(value) => Ok((key, value)),
                Err(problem) => Err(format!("{problem}; {key}:=\"...\" stores a text")),
            },
        }
    }
}
