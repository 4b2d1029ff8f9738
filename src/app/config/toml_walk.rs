//! Walks a TOML document by hand, so that every mistake can be told with its place and what would be right.

use std::{ops::Range, time::Duration};

use bson::Bson;
use jiff::SignedDuration;
use toml::{
    Spanned,
    de::{DeString, DeTable, DeValue},
};

use crate::{nearest, session::MetadataPath};

/// A mistake: where it stands (byte offset) and what is wrong.
pub(super) struct Problem {
    pub at: usize,
    pub text: String,
}

/// A whole document.
pub(super) fn parse(text: &str) -> Result<Spanned<DeTable<'_>>, Problem> {
    DeTable::parse(text).map_err(|error| Problem {
        at: error.span().map_or(0, |span| span.start),
        text: format!("not valid TOML: {}", error.message().lines().collect::<Vec<_>>().join(", ")),
    })
}

/// The line of a byte offset, from 1.
pub(super) fn line_of(text: &str, at: usize) -> usize {
    text.bytes().take(at).filter(|byte| *byte == b'\n').count() + 1
}

/// A table and what it is called in messages.
pub(super) struct Section<'a> {
    name: String,
    table: &'a DeTable<'a>,
}

/// A value, its key and what it is called in messages.
pub(super) struct TomlEntry<'a> {
    pub key: &'a str,
    name: String,
    key_span: Range<usize>,
    value: &'a Spanned<DeValue<'a>>,
}

impl<'a> Section<'a> {
    pub fn root(document: &'a Spanned<DeTable<'a>>) -> Self {
        Self { name: String::new(), table: document.get_ref() }
    }

    /// The entries in the order of the file.
    pub fn items(&self) -> Vec<TomlEntry<'a>> {
        let mut items: Vec<TomlEntry<'a>> = self.table.iter().map(|(key, value)| self.entry(key, value)).collect();
        items.sort_by_key(|item| item.key_span.start);
        items
    }

    pub fn get(&self, key: &str) -> Option<TomlEntry<'a>> {
        self.table.get_key_value(key).map(|(key, value)| self.entry(key, value))
    }

    fn entry(&self, key: &'a Spanned<DeString<'a>>, value: &'a Spanned<DeValue<'a>>) -> TomlEntry<'a> {
        let text = key.get_ref().as_ref();
        let name = if self.name.is_empty() { text.to_owned() } else { format!("{}.{text}", self.name) };
        TomlEntry { key: text, name, key_span: key.span(), value }
    }

    /// Refuses every key that is not one of these.
    pub fn only(&self, known: &[&str]) -> Result<(), Problem> {
        match self.items().into_iter().find(|item| !known.contains(&item.key)) {
            None => Ok(()),
            Some(item) => {
                let place =
                    if self.name.is_empty() { "at the top level".into() } else { format!("in [{}]", self.name) };
                let hint = right_word(item.key, known);
                Err(item.wrong_key(format!("unknown key {:?} {place}; {hint}", item.key)))
            }
        }
    }
}

impl<'a> TomlEntry<'a> {
    /// Where the value stands, as a byte offset.
    pub fn at(&self) -> usize {
        self.value.span().start
    }

    /// A problem with the key itself.
    pub fn wrong_key(&self, text: String) -> Problem {
        Problem { at: self.key_span.start, text }
    }

    /// A problem with the value: `{name} {what}`.
    pub fn wrong(&self, what: impl AsRef<str>) -> Problem {
        Problem { at: self.value.span().start, text: format!("{} {}", self.name, what.as_ref()) }
    }

    /// A problem with a part of the value: `{name}: {what}`.
    pub fn wrong_part(&self, what: &str) -> Problem {
        Problem { at: self.value.span().start, text: format!("{}: {what}", self.name) }
    }

    /// The value names something that there is not.
    pub fn unknown_name(&self, what: &str, given: &str, known: &[&str]) -> Problem {
        self.wrong_part(&format!("there is no {what} {given:?}; {}", right_word(given, known)))
    }

    fn wrong_type(&self, wanted: &str) -> Problem {
        self.wrong(format!("must be {wanted}, not {}", kind(self.value.get_ref())))
    }

    pub fn table(&self) -> Result<Section<'a>, Problem> {
        let table = self.value.get_ref().as_table().ok_or_else(|| self.wrong_type("a table"))?;
        Ok(Section { name: self.name.clone(), table })
    }

    pub fn string(&self) -> Result<String, Problem> {
        self.value.get_ref().as_str().map(str::to_owned).ok_or_else(|| self.wrong_type("a string"))
    }

    /// A string that is not empty.
    pub fn filled(&self) -> Result<String, Problem> {
        let text = self.string()?;
        if text.is_empty() { Err(self.wrong("must not be empty; leave the line out instead")) } else { Ok(text) }
    }

    pub fn boolean(&self) -> Result<bool, Problem> {
        self.value.get_ref().as_bool().ok_or_else(|| self.wrong_type("true or false"))
    }

    /// Whether it is a table.
    pub fn is_table(&self) -> bool {
        self.value.get_ref().is_table()
    }

    /// A string, a whole number, true or false, as drivers store them: a number in the smallest type that holds it.
    pub fn scalar(&self) -> Result<Bson, Problem> {
        match self.value.get_ref() {
            DeValue::String(text) => Ok(Bson::String(text.to_string())),
            DeValue::Boolean(is) => Ok(Bson::Boolean(*is)),
            DeValue::Integer(number) => {
                let number = i64::from_str_radix(&digits(number.as_str()), number.radix()).ok();
                let number = number.map(|number| i32::try_from(number).map_or(Bson::Int64(number), Bson::Int32));
                number.ok_or_else(|| self.wrong("must be a whole number that 64 bits hold"))
            }
            _ => Err(self.wrong_type("a string, a whole number, true or false")),
        }
    }

    /// A field of the metadata that the value names, with dots between its keys. It is named without the word metadata: one of that
    /// name within the metadata would be meant, and nobody means that.
    pub fn field(&self, name: &str) -> Result<MetadataPath, Problem> {
        if let Some(field) = name.strip_prefix("metadata.") {
            return Err(self.wrong(format!("names fields of the metadata without the word metadata: write {field:?}")));
        }
        let keys: Vec<String> = name.split('.').map(str::to_owned).collect();
        let is_whole = keys.iter().all(|key| !key.is_empty());
        MetadataPath::new(keys)
            .filter(|_| is_whole)
            .ok_or_else(|| self.wrong(format!("must name fields such as \"tenant\" or \"billing.plan\", not {name:?}")))
    }

    /// A string, or an array of strings.
    pub fn strings(&self, wanted: &str) -> Result<Vec<String>, Problem> {
        match self.value.get_ref() {
            DeValue::String(text) => Ok(vec![text.to_string()]),
            DeValue::Array(values) => values
                .iter()
                .map(|value| {
                    value.get_ref().as_str().map(str::to_owned).ok_or_else(|| self.wrong_type_in(wanted, value))
                })
                .collect(),
            _ => Err(self.wrong_type(wanted)),
        }
    }

    /// An array of strings.
    pub fn list(&self, wanted: &str) -> Result<Vec<String>, Problem> {
        if self.value.get_ref().is_array() { self.strings(wanted) } else { Err(self.wrong_type(wanted)) }
    }

    fn wrong_type_in(&self, wanted: &str, value: &Spanned<DeValue<'_>>) -> Problem {
        let text = format!("{} must be {wanted}, but holds {}", self.name, kind(value.get_ref()));
        Problem { at: value.span().start, text }
    }

    /// A number of seconds above 0.
    pub fn seconds(&self) -> Result<Duration, Problem> {
        let wanted = "a number of seconds above 0, such as 30";
        let seconds = match self.value.get_ref() {
            DeValue::Integer(number) => {
                i64::from_str_radix(&digits(number.as_str()), number.radix()).ok().map(|n| n as f64)
            }
            DeValue::Float(number) => digits(number.as_str()).parse().ok(),
            _ => return Err(self.wrong_type(wanted)),
        };
        seconds
            .filter(|seconds| *seconds > 0.0)
            .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
            .filter(|duration| (Duration::from_millis(1)..=Duration::from_hours(24)).contains(duration))
            .ok_or_else(|| self.wrong("must be a number of seconds above 0 and at most 86400 (a day)"))
    }

    /// A time above 0, as a whole number with a unit.
    pub fn time(&self) -> Result<SignedDuration, Problem> {
        let wanted = "a time such as \"500ms\", \"30s\" or \"10m\"";
        let text = self.value.get_ref().as_str().ok_or_else(|| self.wrong_type(wanted))?;
        let Ok(time) = text.trim().parse::<SignedDuration>() else {
            return Err(self.wrong(format!("must be {wanted}, not {text:?}")));
        };
        if time.is_positive() && time <= SignedDuration::from_hours(24) {
            Ok(time)
        } else {
            Err(self.wrong("must be a time above 0 and at most \"24h\""))
        }
    }

    /// A whole number from 1.
    pub fn count(&self, most: u32) -> Result<u32, Problem> {
        let DeValue::Integer(number) = self.value.get_ref() else {
            return Err(self.wrong_type("a whole number from 1"));
        };
        let count = u32::from_str_radix(&digits(number.as_str()), number.radix()).ok();
        let wrong = || self.wrong(format!("must be a whole number from 1 to {most}"));
        count.filter(|count| (1..=most).contains(count)).ok_or_else(wrong)
    }

    /// One of some words.
    pub fn one_of<T: Copy>(&self, words: &[(&str, T)]) -> Result<T, Problem> {
        let text = self.string()?;
        words.iter().find(|(word, _)| *word == text).map(|(_, value)| *value).ok_or_else(|| {
            let known: Vec<String> = words.iter().map(|(word, _)| format!("{word:?}")).collect();
            let near = words.iter().map(|(word, _)| *word).collect::<Vec<_>>();
            let hint = nearest::nearest(&text, &near).map(|word| format!("; did you mean {word:?}?"));
            self.wrong(format!("must be {}, not {text:?}{}", any_of(&known), hint.unwrap_or_default()))
        })
    }
}

fn digits(number: &str) -> String {
    number.replace('_', "")
}

fn kind(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a string",
        DeValue::Integer(_) => "a whole number",
        DeValue::Float(_) => "a decimal number",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}

fn any_of(words: &[String]) -> String {
    match words {
        [] => String::new(),
        [one] => one.clone(),
        [rest @ .., last] => format!("{} or {last}", rest.join(", ")),
    }
}

/// What would be right: the nearest word, or all of them where they are few and none is near.
pub(super) fn right_word(given: &str, known: &[&str]) -> String {
    match (nearest::nearest(given, known), nearest::closest(given, known)) {
        (_, None) => "there are none to choose from".into(),
        (Some(word), _) => format!("did you mean {word:?}?"),
        (None, _) if known.len() <= 14 => format!("valid here: {}", known.join(", ")),
        (None, Some((word, _))) => format!("the nearest valid one is {word:?}"),
    }
}
