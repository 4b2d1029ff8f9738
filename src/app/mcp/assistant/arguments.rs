//! The arguments of a call, read strictly: what is wrong is told with what would be right.

use std::ops::RangeInclusive;

use serde_json::{Map, Value};

use super::{cursor, refusal::AssistantRefusal};
use crate::app::place::Reveal;

/// Characters of a text argument at most.
const LONGEST: usize = 2000;

/// Arguments of one call. Those that are null count as absent.
#[derive(Debug)]
pub struct AssistantArguments<'a> {
    /// The tool that is called.
    pub tool: &'static str,
    given: &'a Map<String, Value>,
    asked: Vec<&'static str>,
    /// What lets a filter find what is encrypted.
    pub reveal: Option<&'a Reveal>,
}

impl<'a> AssistantArguments<'a> {
    pub fn new(tool: &'static str, given: &'a Map<String, Value>) -> Self {
        Self { tool, given, asked: Vec::new(), reveal: None }
    }

    /// With a filter that finds what is encrypted.
    pub fn searching(self, reveal: &'a Reveal) -> Self {
        Self { reveal: Some(reveal), ..self }
    }

    fn get(&mut self, name: &'static str) -> Option<&'a Value> {
        self.asked.push(name);
        self.given.get(name).filter(|value| !value.is_null())
    }

    /// A text.
    pub fn text(&mut self, name: &'static str) -> Result<Option<&'a str>, AssistantRefusal> {
        self.text_within(name, LONGEST)
    }

    /// `after`: the cursor of an answer before, as long as answers give them.
    pub fn after(&mut self) -> Result<Option<&'a str>, AssistantRefusal> {
        self.text_within("after", cursor::LONGEST)
    }

    fn text_within(&mut self, name: &'static str, most: usize) -> Result<Option<&'a str>, AssistantRefusal> {
        match self.get(name) {
            None => Ok(None),
            Some(Value::String(text)) if text.chars().nth(most).is_some() => {
                Err(self.wrong(name, &format!("may have {most} characters at most")))
            }
            Some(Value::String(text)) => Ok(Some(text)),
            Some(other) => Err(self.wrong(name, &format!("must be a string, not {}", kind(other)))),
        }
    }

    /// A text that must be there.
    pub fn needed(&mut self, name: &'static str) -> Result<&'a str, AssistantRefusal> {
        match self.text(name)? {
            Some(text) if !text.is_empty() => Ok(text),
            _ => Err(self.wrong(name, "is needed, as a string that is not empty")),
        }
    }

    /// A whole number, also written as `20.0`.
    pub fn number(&mut self, name: &'static str, within: RangeInclusive<u64>) -> Result<Option<u64>, AssistantRefusal> {
        let Some(value) = self.get(name) else { return Ok(None) };
        let whole = value.as_f64().filter(|number| number.fract() == 0.0 && (0.0..9e15).contains(number));
        let number = value.as_u64().or_else(|| whole.map(|number| number as u64));
        match number.filter(|number| within.contains(number)) {
            Some(number) => Ok(Some(number)),
            None if *within.end() == u64::MAX => {
                Err(self.wrong(name, &format!("must be a whole number from {}", within.start())))
            }
            None => {
                Err(self.wrong(name, &format!("must be a whole number from {} to {}", within.start(), within.end())))
            }
        }
    }

    /// One of some words; the first where nothing is said.
    pub fn word(&mut self, name: &'static str, words: &[&'static str]) -> Result<&'static str, AssistantRefusal> {
        let given = self.text(name)?;
        let found = words.iter().copied().find(|word| given.is_none_or(|given| given == *word));
        found.ok_or_else(|| self.wrong(name, &format!("must be one of {}", words.join(", "))))
    }

    /// Yes or no; no where nothing is said.
    pub fn flag(&mut self, name: &'static str) -> Result<bool, AssistantRefusal> {
        match self.get(name) {
            None => Ok(false),
            Some(Value::Bool(flag)) => Ok(*flag),
            Some(other) => Err(self.wrong(name, &format!("must be true or false, not {}", kind(other)))),
        }
    }

    /// Refuses arguments that nobody asked for.
    pub fn end(&self) -> Result<(), AssistantRefusal> {
        match self.given.keys().find(|name| !self.asked.contains(&name.as_str())) {
            None => Ok(()),
            Some(other) => {
                let known = self.asked.join(", ");
                Err(AssistantRefusal(format!("{} takes no argument {other:?}; it takes {known}", self.tool)))
            }
        }
    }

    fn wrong(&self, name: &str, what: &str) -> AssistantRefusal {
        AssistantRefusal(format!("{name} of {} {what}", self.tool))
    }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn object(value: Value) -> Map<String, Value> {
        let Value::Object(fields) = value else { panic!("{value}") };
        fields
    }

    #[test]
    fn arguments_are_read_and_mistakes_are_told() {
        let given = object(json!({
            "filter": "app:x", "after": null, "limit": 20.0, "sort": "created", "count": true, "odd": 1.5,
            "low": 0, "text": "", "list": [],
        }));
        let mut read = AssistantArguments::new("list_sessions", &given);
        assert_eq!(read.text("filter"), Ok(Some("app:x")));
        assert_eq!(read.text("after"), Ok(None));
        assert_eq!(read.number("limit", 1..=50), Ok(Some(20)));
        assert_eq!(read.number("gone", 1..=50), Ok(None));
        assert_eq!(read.word("sort", &["updated", "created"]), Ok("created"));
        assert_eq!(read.word("other", &["updated", "created"]), Ok("updated"));
        assert_eq!(read.flag("count"), Ok(true));
        let said = |refused: AssistantRefusal| refused.to_string();
        assert_eq!(
            said(read.number("odd", 1..=50).unwrap_err()),
            "odd of list_sessions must be a whole number from 1 to 50"
        );
        assert_eq!(
            said(read.number("low", 1..=u64::MAX).unwrap_err()),
            "low of list_sessions must be a whole number from 1"
        );
        assert_eq!(said(read.word("filter", &["a", "b"]).unwrap_err()), "filter of list_sessions must be one of a, b");
        assert!(read.needed("text").is_err() && read.needed("gone").is_err());
        assert!(said(read.end().unwrap_err()).starts_with("list_sessions takes no argument \"list\"; it takes filter"));
        assert_eq!(said(read.text("list").unwrap_err()), "list of list_sessions must be a string, not an array");
        assert_eq!(read.end(), Ok(()));
    }

    #[test]
    fn a_cursor_is_taken_back_as_long_as_it_was_given() {
        let place = bson::doc! { "u": "x".repeat(4000) };
        let token = cursor::seal("t", "q", &place).unwrap();
        assert!(token.len() > LONGEST);
        let given = object(json!({ "after": token, "filter": token }));
        let mut read = AssistantArguments::new("t", &given);
        assert_eq!(cursor::open("t", "q", read.after().unwrap().unwrap()), Ok(place));
        assert!(read.text("filter").is_err());
        let given = object(json!({ "after": "x".repeat(cursor::LONGEST + 1) }));
        assert!(AssistantArguments::new("t", &given).after().is_err());
    }

    proptest! {
        #[test]
        fn nothing_that_is_given_is_a_panic(number in any::<f64>(), text in ".*") {
            let given = object(json!({"n": number, "t": text}));
            let mut read = AssistantArguments::new("t", &given);
            let found = read.number("n", 1..=50);
            prop_assert!(found.is_err() || found == Ok(None) || found.is_ok_and(|n| n.is_some_and(|n| (1..=50).contains(&n))));
            prop_assert!(read.word("t", &["a"]).is_ok_and(|word| word == "a" && text == "a") || text != "a");
            prop_assert!(read.end().is_ok());
        }
    }
}
