//! Assignments as people type them: `key=value` and `key:=JSON`.

use bson::Bson;

use super::{check_segment, json, read};

/// What an assignment gives a field.
#[derive(Debug, Clone, PartialEq)]
pub enum AssignedValue {
    /// After `:=`: what the JSON says, Extended JSON included.
    Json(Bson),
    /// After `=`: the text as it was typed.
    Text(String),
}

impl AssignedValue {
    /// The value to store. A text is read as [`read`] does it: as the type of what is `stored` where that fits, else
    /// as JSON, else as a string.
    #[must_use]
    pub fn value(self, stored: Option<&Bson>) -> Bson {
        match self {
            Self::Json(value) => value,
            Self::Text(text) => read(&text, stored),
        }
    }
}

/// Why a text is no assignment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AssignmentError {
    /// It holds no `=`.
    #[error("it is no key=value")]
    NoEquals,
    /// It holds `:=`, and no JSON after it.
    #[error("what follows := is no JSON")]
    NoJson,
    /// Its key can be none, and why: see [`check_segment`].
    #[error("that cannot be a key: {0}")]
    Key(&'static str),
}

/// Reads `key=value` or `key:=JSON`, up to the first `=`. Spaces around the key are left out.
///
/// # Errors
/// What is wrong with it, see [`AssignmentError`].
pub fn assignment(typed: &str) -> Result<(String, AssignedValue), AssignmentError> {
    let (key, value) = typed.split_once('=').ok_or(AssignmentError::NoEquals)?;
    let (key, value) = match key.strip_suffix(':') {
        Some(key) => (key, AssignedValue::Json(json(value.trim()).ok_or(AssignmentError::NoJson)?)),
        None => (key, AssignedValue::Text(value.to_owned())),
    };
    let key = key.trim();
    check_segment(key).map_err(AssignmentError::Key)?;
    Ok((key.to_owned(), value))
}

#[cfg(test)]
mod tests {
    use bson::doc;

    use super::*;

    #[test]
    fn an_assignment_gives_a_text_or_json() {
        let text = |key: &str, text: &str| Ok((key.to_owned(), AssignedValue::Text(text.to_owned())));
        let json = |key: &str, value: Bson| Ok((key.to_owned(), AssignedValue::Json(value)));
        assert_eq!(assignment("a=b=c"), text("a", "b=c"));
        assert_eq!(assignment(" a ="), text("a", ""));
        assert_eq!(assignment("a= b "), text("a", " b "));
        assert_eq!(assignment("a:=[1, 2]"), json("a", vec![1, 2].into()));
        assert_eq!(assignment("a := {\"b\": \"=\"}"), json("a", doc! { "b": "=" }.into()));
    }

    #[test]
    fn what_is_none_says_why() {
        for (typed, wrong) in [
            ("a", "it is no key=value"),
            ("a:={x}", "what follows := is no JSON"),
            ("a:=", "what follows := is no JSON"),
            (" =1", "that cannot be a key: it is empty"),
            ("a.b:=1", "that cannot be a key: it holds a dot, which would nest it"),
        ] {
            assert_eq!(assignment(typed).unwrap_err().to_string(), wrong, "{typed}");
        }
    }

    #[test]
    fn a_text_takes_the_type_that_is_stored_and_json_its_own() {
        let value = |typed: &str, stored: Option<Bson>| assignment(typed).unwrap().1.value(stored.as_ref());
        assert_eq!(value("a=5", None), Bson::Int32(5));
        assert_eq!(value("a=5", Some(Bson::Int64(1))), Bson::Int64(5));
        assert_eq!(value("a=5", Some("x".into())), Bson::from("5"));
        assert_eq!(value("a:=5", Some("x".into())), Bson::Int32(5));
    }
}
