//! The words that the language knows, each with its meaning: one table for the parser, for the documentation and for whoever helps
//! with typing.

/// A word of the language that a value follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct FilterWord {
    /// As it is typed, with its colon: `app:`. `meta.` goes on with a key and its colon.
    pub text: &'static str,
    /// What it asks, as it reads before the value: `the application contains`.
    pub help: &'static str,
    /// What may stand after it.
    pub values: FilterValues,
}

/// What may stand after a word of the language.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FilterValues {
    /// Nothing that can be offered.
    None,
    /// `application_name`s of the store.
    Applications,
    /// `session_type`s of the store.
    Types,
    /// Ids of agents of the store.
    Agents,
    /// Models of the store's agents.
    Models,
    /// Names of tools that were called.
    Tools,
    /// Keys of the metadata.
    MetadataKeys,
    /// Values of one key of the metadata.
    MetadataValues,
    /// One of these.
    Words(&'static [&'static str]),
    /// An age, a day or an instant.
    Ages,
    /// A number, compared by `>`, `>=`, `<`, `<=`, or a range.
    Numbers,
}

/// What `has:` knows; a key follows the last of them.
pub(super) const HAS_WORDS: [&str; 8] =
    ["feedback", "comment", "guardrail", "finding", "interrupt", "tool", "error", "meta."];

/// What `rating:` knows.
pub(super) const RATING_WORDS: [&str; 3] = ["up", "down", "neutral"];

const fn word(text: &'static str, help: &'static str, values: FilterValues) -> FilterWord {
    FilterWord { text, help, values }
}

const WORDS: &[FilterWord] = &[
    word("app:", "the application contains", FilterValues::Applications),
    word("type:", "the session type contains", FilterValues::Types),
    word("agent:", "an agent's id contains", FilterValues::Agents),
    word("model:", "an agent's model contains", FilterValues::Models),
    word("tool:", "a tool was called whose name contains", FilterValues::Tools),
    word("meta.", "a field of the metadata is", FilterValues::MetadataKeys),
    word("has:", "there is a", FilterValues::Words(&HAS_WORDS)),
    word("rating:", "a feedback is", FilterValues::Words(&RATING_WORDS)),
    word("feedback:", "a feedback is, its comment contains, or so many", FilterValues::Words(&RATING_WORDS)),
    word("messages:", "so many messages", FilterValues::Numbers),
    word("tokens:", "so many tokens", FilterValues::Numbers),
    word("calls:", "so many calls of models", FilterValues::Numbers),
    word("errors:", "so many calls of tools failed", FilterValues::Numbers),
    word("latency:", "the latency of calls, 95th percentile", FilterValues::Numbers),
    word("size:", "the stored size", FilterValues::Numbers),
    word("since:", "alive from then on", FilterValues::Ages),
    word("until:", "alive up to then", FilterValues::Ages),
    word("created:", "created then", FilterValues::Ages),
    word("updated:", "changed then", FilterValues::Ages),
    word("in:", "the id is one of", FilterValues::None),
];

/// The words of the language that a value follows, in the order in which they are offered.
///
/// ```
/// use strandscope::{FilterValues, filter_words};
///
/// let app = filter_words().iter().find(|word| word.text == "app:");
/// assert_eq!(app.map(|word| word.values), Some(FilterValues::Applications));
/// ```
#[must_use]
pub fn filter_words() -> &'static [FilterWord] {
    WORDS
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::{metrics::SessionFigure, repository::Filter};

    /// The lines of the documentation's table.
    fn table() -> String {
        let lines = include_str!("../filter.rs").lines();
        lines.filter(|line| line.starts_with("/// |")).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn the_table_of_the_documentation_names_every_word() {
        let table = table();
        for word in filter_words() {
            assert!(table.contains(&format!("`{}", word.text)), "{}", word.text);
        }
        for word in HAS_WORDS {
            assert!(table.contains(&format!("`has:{word}")) || table.contains(&format!("`{word}")), "has:{word}");
        }
    }

    #[test]
    fn every_word_is_one_that_can_be_read() {
        for word in filter_words() {
            let values: &[&str] = match word.values {
                FilterValues::Words(all) => all,
                FilterValues::Ages if matches!(word.text, "created:" | "updated:") => &["<7d"],
                FilterValues::Ages => &["7d"],
                FilterValues::Numbers if word.text == "latency:" => &[">5s"],
                FilterValues::Numbers => &[">5"],
                FilterValues::MetadataKeys => &["key:x"],
                _ => &["x"],
            };
            for value in values {
                let key = if *value == "meta." { "key" } else { "" };
                let text = format!("{}{value}{key}", word.text);
                let read = Filter::parse(&text, Timestamp::UNIX_EPOCH);
                assert!(read.as_ref().is_ok_and(|filter| filter.terms.len() == 1), "{text}: {read:?}");
            }
        }
        for figure in SessionFigure::ALL {
            assert!(filter_words().iter().any(|word| word.text == format!("{}:", figure.name())));
        }
    }
}
