//! Assignments as people type them: `key=value` and `key:=JSON`.

use bson::Bson;

use super::{DateContext, JsonError, Misfit, check_segment, json, read_as, read_new};

/// What an assignment gives a field.
#[derive(Debug, Clone, PartialEq)]
pub enum AssignedValue {
    /// After `:=`: what the JSON says, Extended JSON included.
    Json(Bson),
    /// After `=`: the text as it was typed.
    Text(String),
}

impl AssignedValue {
    /// The value to store. A text is read as the type of what is `stored`; for a new field as JSON, else as a string.
    ///
    /// # Errors
    /// Why a text does not fit the type that is stored, or cannot be stored as it is.
    pub fn value(&self, stored: Option<&Bson>, dates: &DateContext) -> Result<Bson, Unfit> {
        match (self, stored) {
            (Self::Json(value), _) => Ok(value.clone()),
            (Self::Text(text), Some(stored)) => read_as(text, stored, dates).map_err(Unfit::Stored),
            (Self::Text(text), None) => read_new(text).map_err(Unfit::New),
        }
    }
}

/// Why a text gives a field no value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Unfit {
    /// It does not fit the type that is stored.
    #[error(transparent)]
    Stored(Misfit),
    /// For a new field: see [`read_new`].
    #[error(transparent)]
    New(JsonError),
}

/// Why a text is no assignment.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AssignmentError {
    /// It holds no `=`.
    #[error("it is no key=value")]
    NoEquals,
    /// It holds `:=`, and no JSON after it that can be stored.
    #[error("what follows := is refused: {0}")]
    NoJson(#[source] JsonError),
    /// Its key can be none, and why: see [`check_segment`].
    #[error("that cannot be a key: {0}")]
    Key(&'static str),
}

/// Reads `key=value` or `key:=JSON`, up to the first `=`. Spaces around the key are left out. It may be a path, such as
/// `customer.tier`: where that leads is told by [`resolve`](super::resolve()).
///
/// # Errors
/// What is wrong with it, see [`AssignmentError`].
pub fn assignment(typed: &str) -> Result<(String, AssignedValue), AssignmentError> {
    let (key, value) = typed.split_once('=').ok_or(AssignmentError::NoEquals)?;
    let (key, value) = match key.strip_suffix(':') {
        Some(key) => (key, AssignedValue::Json(json(value).map_err(AssignmentError::NoJson)?)),
        None => (key, AssignedValue::Text(value.to_owned())),
    };
    let key = key.trim();
    key.split('.').try_for_each(check_segment).map_err(AssignmentError::Key)?;
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
        assert_eq!(assignment(" a.b =c.d"), text("a.b", "c.d"));
        assert_eq!(assignment("a:=[1, 2]"), json("a", vec![1, 2].into()));
        assert_eq!(assignment("a := {\"b\": \"=\"}"), json("a", doc! { "b": "=" }.into()));
    }

    #[test]
    fn what_is_none_says_why() {
        for (typed, wrong) in [
            ("a", "it is no key=value"),
            ("a:={x}", "what follows := is refused: it is no valid JSON: key must be a string at line 1 column 2"),
            (
                "a:=1e999",
                "what follows := is refused: it is beyond every double (1e999); as a decimal it is {\"$numberDecimal\": \"1e999\"}",
            ),
            (" =1", "that cannot be a key: it is empty"),
            ("a.:=1", "that cannot be a key: it is empty"),
            ("a.$b=1", "that cannot be a key: it starts with $"),
        ] {
            assert_eq!(assignment(typed).unwrap_err().to_string(), wrong, "{typed}");
        }
    }

    #[test]
    fn a_text_takes_the_type_that_is_stored_and_json_its_own() {
        let dates = DateContext::new(jiff::Timestamp::UNIX_EPOCH, jiff::tz::TimeZone::UTC);
        let value = |typed: &str, stored: Option<Bson>| assignment(typed).unwrap().1.value(stored.as_ref(), &dates);
        assert_eq!(value("a=5", None), Ok(Bson::Int32(5)));
        assert_eq!(value("a=5", Some(Bson::Int64(1))), Ok(Bson::Int64(5)));
        assert_eq!(value("a=5", Some("x".into())), Ok(Bson::from("5")));
        assert_eq!(value("a:=5", Some("x".into())), Ok(Bson::Int32(5)));
        assert!(value("a=x", Some(Bson::Int64(1))).is_err());
        assert!(matches!(value("a=1e400", None), Err(Unfit::New(JsonError::Digits { .. }))));
    }
}
