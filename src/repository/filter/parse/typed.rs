//! The word of a filter that is being typed, for whoever offers what may follow.

use std::ops::Range;

use super::word::{FilterToken, Word, scan};
use crate::repository::filter::{FilterValues, filter_words};

/// The word of a filter at a place in it, as far as it is typed.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct TypedFilterWord {
    /// Its bytes, with its quotes and without its `-`; empty where no word stands.
    pub span: Range<usize>,
    /// A `-` stands before it.
    pub negated: bool,
    /// What stands before its colon, without quotes: `app`, `meta.tier`. `None`: it has none.
    pub prefix: Option<String>,
    /// What stands after the colon (without one all of it), up to the place and without quotes. In a list after `in:` the last of its
    /// ids.
    pub value: String,
    /// The bytes of that value, with its quotes and also those after the place: what takes its place replaces them.
    pub value_span: Range<usize>,
}

impl TypedFilterWord {
    /// What may stand there.
    #[must_use]
    pub fn values(&self) -> FilterValues {
        let prefix = self.prefix.as_deref().map(str::to_lowercase);
        let starts =
            |text: &str, start: &str| text.get(..start.len()).is_some_and(|own| own.eq_ignore_ascii_case(start));
        match prefix.as_deref() {
            None if starts(&self.value, "meta.") => FilterValues::MetadataKeys,
            None => FilterValues::None,
            Some("has") if starts(&self.value, "meta.") => FilterValues::MetadataKeys,
            Some(prefix) if prefix.starts_with("meta.") => FilterValues::MetadataValues,
            Some(prefix) => {
                let mut words = filter_words().iter();
                let found = words.find(|word| word.text.strip_suffix(':') == Some(prefix));
                found.map_or(FilterValues::None, |word| word.values)
            }
        }
    }
}

/// The word of a filter that the cursor stands in or behind; `cursor` is a place in bytes. The text may be one that is not ready yet:
/// quotes and brackets may be open.
///
/// ```
/// use strandscope::{FilterValues, word_at};
///
/// let word = word_at("(type:AGENT OR -app:\"cust", 25);
/// assert_eq!((word.prefix.as_deref(), word.value.as_str(), word.negated), (Some("app"), "cust", true));
/// assert_eq!(word.values(), FilterValues::Applications);
/// ```
#[must_use]
pub fn word_at(text: &str, cursor: usize) -> TypedFilterWord {
    let cursor = text.floor_char_boundary(cursor);
    let word = scan(text).0.into_iter().find_map(|token| match token {
        FilterToken::Word(word) if word.span().start <= cursor && cursor <= word.span().end => Some(word),
        _ => None,
    });
    let Some(word) = word else {
        return TypedFilterWord {
            span: cursor..cursor,
            negated: false,
            prefix: None,
            value: String::new(),
            value_span: cursor..cursor,
        };
    };
    let bare = word.strip('-').filter(|rest| rest.span().start <= cursor);
    let negated = bare.is_some();
    let word = bare.unwrap_or(word);
    let (prefix, value) = match word.split_colon() {
        Some((head, value)) if value.span().start <= cursor => (Some(head.text()), value),
        _ => (None, word.clone()),
    };
    let value = match prefix.as_deref() {
        Some(prefix) if prefix.eq_ignore_ascii_case("in") => part_at(&value, cursor),
        _ => value,
    };
    TypedFilterWord { span: word.span(), negated, prefix, value: value.text_before(cursor), value_span: value.span() }
}

/// The part between commas that the cursor stands in or behind.
fn part_at(list: &Word, cursor: usize) -> Word {
    let parts = list.split(',');
    parts.into_iter().find(|part| cursor <= part.span().end).unwrap_or_else(|| list.clone())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// `|` is where the cursor stands.
    fn at(marked: &str) -> (String, TypedFilterWord) {
        let cursor = marked.find('|').unwrap();
        let text = marked.replacen('|', "", 1);
        let word = word_at(&text, cursor);
        (text, word)
    }

    /// Prefix, value and what a completion replaces.
    fn read(marked: &str) -> String {
        let (text, word) = at(marked);
        let sign = if word.negated { "-" } else { "" };
        let prefix = word.prefix.as_deref().map(|prefix| format!("{prefix}: ")).unwrap_or_default();
        format!("{sign}{prefix}{} [{}]", word.value, &text[word.value_span])
    }

    #[test]
    fn the_word_at_the_cursor_is_read_as_far_as_it_is_typed() {
        assert_eq!(read("|"), " []");
        assert_eq!(read("ap|"), "ap [ap]");
        assert_eq!(read("app:|"), "app:  []");
        assert_eq!(read("app:cu|st x"), "app: cu [cust]");
        assert_eq!(read("a|pp:cust"), "a [app:cust]");
        assert_eq!(read("x -app:c|"), "-app: c [c]");
        assert_eq!(read("x |-app:c"), " [-app:c]");
        assert_eq!(read("x  |  y"), " []");
        assert_eq!(read("app:\"two wo|"), "app: two wo [\"two wo]");
        assert_eq!(read("(a OR -(type:x| b"), "type: x [x]");
        assert_eq!(read("meta.tier:go|"), "meta.tier: go [go]");
        assert_eq!(read("in:a,b|,c"), "in: b [b]");
        assert_eq!(read("in:a,|"), "in:  []");
    }

    #[test]
    fn what_may_stand_there_is_known() {
        let values = |marked: &str| at(marked).1.values();
        assert_eq!(values("APP:|"), FilterValues::Applications);
        assert_eq!(values("tool:x|"), FilterValues::Tools);
        assert_eq!(values("meta.ti|"), FilterValues::MetadataKeys);
        assert_eq!(values("has:meta.|"), FilterValues::MetadataKeys);
        assert_eq!(values("meta.tier:|"), FilterValues::MetadataValues);
        assert!(matches!(values("has:f|"), FilterValues::Words(_)));
        assert_eq!(values("tokens:|"), FilterValues::Numbers);
        assert_eq!(values("word|"), FilterValues::None);
        assert_eq!(values("odd:|"), FilterValues::None);
    }

    proptest! {
        #[test]
        fn any_place_of_any_text_has_one(text in "[-a:(),.\" éO R\\\\]{0,12}", cursor in 0_usize..20) {
            let word = word_at(&text, cursor);
            prop_assert!(text.get(word.span.clone()).is_some() && text.get(word.value_span.clone()).is_some());
            prop_assert!(word.span.start <= word.value_span.start && word.value_span.end <= word.span.end);
        }
    }
}
