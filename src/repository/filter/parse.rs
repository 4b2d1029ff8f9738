//! Text to filter.

#[cfg(any(feature = "app", test))]
mod doubt;
mod figure;
mod group;
mod lookalike;
mod spelling;
mod time;
pub mod typed;
mod value;
mod word;

use std::ops::Range;

use jiff::Zoned;

use self::{value::readings, word::Word};
use crate::{metrics::SessionFigure, nearest::nearest};

use super::{
    Comparison, Filter, FilterError, FilterTerm, FilterTest, FilterWord, RatingWord, TextMatch, filter_words,
    words::{HAS_WORDS, RATING_WORDS},
};

/// A mistake: where in the text, what is wrong, and what would be right.
#[derive(Debug)]
struct Mistake {
    span: Range<usize>,
    problem: String,
    hint: Option<String>,
}

impl Mistake {
    fn new(span: Range<usize>, problem: impl Into<String>) -> Self {
        Self { span, problem: problem.into(), hint: None }
    }

    /// The same of a word behind a `-`: two that leave out are none, as `-app:!x` is `app:x`.
    fn behind_sign(mut self, word: &Range<usize>) -> Self {
        const LEAVES_OUT: &str = "write `-";
        if let Some(hint) = self.hint.as_mut().filter(|hint| hint.starts_with(LEAVES_OUT) && self.span.end == word.end)
        {
            *hint = hint.replacen(LEAVES_OUT, "write `", 1);
            self.span = word.clone();
        }
        self
    }

    fn or(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

/// See [`Filter::parse_at`].
pub(super) fn parse(text: &str, now: &Zoned) -> Result<Filter, FilterError> {
    group::terms(text, now).map(|terms| Filter { source: text.to_owned(), terms }).map_err(|mistake| FilterError {
        source_text: text.to_owned(),
        span: mistake.span,
        problem: mistake.problem,
        hint: mistake.hint,
    })
}

/// See [`Filter::doubt`].
#[cfg(any(feature = "app", test))]
pub(super) fn doubt(source: &str) -> Option<String> {
    doubt::doubt(source)
}

/// What one word of a filter asks, its `-` taken into account; more than one term where it stands for a whole day.
fn word_terms(word: &Word, now: &Zoned) -> Result<Vec<FilterTerm>, Mistake> {
    let (negated, rest) = match word.strip('-') {
        Some(rest) => (true, rest),
        None => (false, word.clone()),
    };
    if rest.is_empty() && !rest.has_quotes() {
        return Err(Mistake::new(word.span(), "nothing follows `-`").or("write `-word` to leave out sessions"));
    }
    let read = tests(&rest, now);
    let read = if negated { read.map_err(|mistake| mistake.behind_sign(&word.span())) } else { read };
    let terms = read?.into_iter().map(FilterTerm::new).collect();
    Ok(if negated { vec![group::negated(vec![terms])] } else { terms })
}

/// What one word asks; more than one test where a word stands for a whole day.
fn tests(word: &Word, now: &Zoned) -> Result<Vec<FilterTest>, Mistake> {
    lookalike::operator(word)?;
    let Some((head, value)) = word.split_colon() else {
        lookalike::bare(word)?;
        return Ok(vec![FilterTest::Id(text_match(word, word)?)]);
    };
    lookalike::value(word, &head, &value)?;
    let prefix = head.text();
    if let Some(key) = head.strip_prefix("meta.") {
        return Ok(vec![metadata(word, &key, &value, now)?]);
    }
    let test = match prefix.to_lowercase().as_str() {
        "app" => FilterTest::Application(text_match(word, &value)?),
        "type" => FilterTest::SessionType(text_match(word, &value)?),
        "agent" => FilterTest::Agent(text_match(word, &value)?),
        "model" => FilterTest::Model(text_match(word, &value)?),
        "has" => has(word, &value, now)?,
        "rating" => FilterTest::Rating(rating(word, &value)?),
        "tool" => FilterTest::Tool(text_match(word, &value)?),
        "feedback" => feedback(word, &value)?,
        "in" => ids(word, &value)?,
        "since" => FilterTest::Since(time::bound(word, &value, now)?.start()),
        "until" => FilterTest::Until(time::bound(word, &value, now)?.end()),
        field @ ("created" | "updated") => {
            let (sign, value) = comparison(&value);
            let test = if field == "created" { FilterTest::Created } else { FilterTest::Updated };
            return time::dated(word, field, (sign, &value), now, test);
        }
        "meta" => {
            return Err(Mistake::new(head.span_with_colon(), "`meta` needs a key").or("write `meta.KEY:value`"));
        }
        name => match SessionFigure::from_name(name) {
            Some(figure) => figure::compared(word, figure, &value)?,
            None => return Err(unknown_prefix(&head, &prefix)),
        },
    };
    Ok(vec![test])
}

fn unknown_prefix(head: &Word, prefix: &str) -> Mistake {
    // As they are offered where one is misspelt.
    let shown = |word: &FilterWord| word.text.strip_suffix(':').unwrap_or("meta.KEY");
    let prefixes: Vec<&str> = filter_words().iter().map(shown).collect();
    let hint = match nearest(prefix, &prefixes) {
        Some(near) => format!("{} Else quote the word to search for it as text", did_you_mean(&format!("{near}:"))),
        None => "quote the word to search for it as text".to_owned(),
    };
    Mistake::new(head.span_with_colon(), format!("unknown prefix `{prefix}:`")).or(hint)
}

fn did_you_mean(near: &str) -> String {
    format!("did you mean `{near}`?")
}

/// `^x` starts with, `=x` is exactly, else contains.
fn text_match(word: &Word, value: &Word) -> Result<TextMatch, Mistake> {
    let (text, wrap): (Word, fn(String) -> TextMatch) = if let Some(rest) = value.strip('^') {
        (rest, TextMatch::StartsWith)
    } else if let Some(rest) = value.strip('=') {
        (rest, TextMatch::Exactly)
    } else {
        (value.clone(), TextMatch::Contains)
    };
    if text.is_empty() && !text.has_quotes() {
        let hint = "put a text with spaces in `\"…\"`";
        return Err(Mistake::new(word.span(), "a text must follow without a space").or(hint));
    }
    Ok(wrap(text.text()))
}

fn metadata(word: &Word, key: &Word, value: &Word, now: &Zoned) -> Result<FilterTest, Mistake> {
    let name = metadata_key(word, key)?;
    let (comparison, value) = comparison(value);
    if value.is_empty() && !value.has_quotes() {
        let hint = format!("`has:meta.{name}` finds sessions that have it, `\"\"` is empty text");
        return Err(Mistake::new(word.span(), "a value must follow").or(hint));
    }
    let comparison = comparison.unwrap_or(Comparison::Equal);
    if comparison != Comparison::Equal && !value.has_quotes() && time::age(&value.text()).is_some() {
        let hint = "compare with a day or an instant; in quotes it is compared as text";
        return Err(Mistake::new(value.span(), "metadata has no age").or(hint));
    }
    let (readings, day) = readings(&value, comparison, now.time_zone());
    Ok(FilterTest::Metadata { key: name, comparison, readings, day })
}

/// Any key but none: stored names may be odd, `""` is the empty one.
fn metadata_key(word: &Word, key: &Word) -> Result<String, Mistake> {
    if key.is_empty() && !key.has_quotes() {
        let hint = "write `meta.KEY:value`, or `has:meta.KEY`";
        return Err(Mistake::new(word.span(), "the metadata key is missing").or(hint));
    }
    Ok(key.text())
}

/// The comparison in front of a value, if any, and the value.
fn comparison(value: &Word) -> (Option<Comparison>, Word) {
    let found = [
        (">=", Comparison::GreaterOrEqual),
        ("<=", Comparison::LessOrEqual),
        (">", Comparison::Greater),
        ("<", Comparison::Less),
        ("=", Comparison::Equal),
    ];
    found
        .into_iter()
        .find_map(|(sign, comparison)| Some((Some(comparison), value.strip_prefix(sign)?)))
        .unwrap_or_else(|| (None, value.clone()))
}

fn has(word: &Word, value: &Word, now: &Zoned) -> Result<FilterTest, Mistake> {
    if let Some(key) = value.strip_prefix("meta.") {
        return metadata_key(word, &key).map(FilterTest::HasMetadata);
    }
    let name = value.text();
    match name.to_lowercase().as_str() {
        "feedback" => Ok(FilterTest::HasFeedback),
        "comment" => Ok(FilterTest::HasComment),
        "guardrail" => Ok(FilterTest::HasGuardrail),
        "finding" => Ok(FilterTest::HasFinding(now.timestamp())),
        "interrupt" => Ok(FilterTest::HasInterrupt),
        "tool" => Ok(FilterTest::HasTool),
        "error" => Ok(FilterTest::HasError),
        _ => {
            let shown = HAS_WORDS.map(|word| if word == "meta." { "meta.KEY" } else { word });
            Err(not_one_of(word, value, &shown))
        }
    }
}

fn rating(word: &Word, value: &Word) -> Result<RatingWord, Mistake> {
    rating_word(value).ok_or_else(|| not_one_of(word, value, &RATING_WORDS))
}

fn rating_word(value: &Word) -> Option<RatingWord> {
    match value.text().to_lowercase().as_str() {
        "up" => Some(RatingWord::Up),
        "down" => Some(RatingWord::Down),
        "neutral" => Some(RatingWord::Neutral),
        _ => None,
    }
}

/// A rating, how many there are, or a text of a comment; in quotes always that.
fn feedback(word: &Word, value: &Word) -> Result<FilterTest, Mistake> {
    if !value.has_quotes() {
        if value.is_empty() {
            let ratings = RATING_WORDS.join("`, `");
            let hint = format!("write one of `{ratings}`, a number such as `>2`, or a word of the comment");
            return Err(Mistake::new(word.span(), "nothing follows the colon").or(hint));
        }
        if let Some(rating) = rating_word(value) {
            return Ok(FilterTest::Rating(rating));
        }
        if figure::is_compared(SessionFigure::Feedbacks, value) {
            return figure::compared(word, SessionFigure::Feedbacks, value);
        }
    }
    text_match(word, value).map(FilterTest::Comment)
}

/// Ids with commas between them.
fn ids(word: &Word, value: &Word) -> Result<FilterTest, Mistake> {
    let parts = value.split(',').into_iter().filter(|id| !id.is_empty() || id.has_quotes());
    let ids: Vec<String> = parts.map(|id| id.text()).collect();
    if ids.is_empty() {
        let hint = "write `in:ID,ID`; put an id with commas or spaces in `\"…\"`";
        return Err(Mistake::new(word.span(), "an id must follow without a space").or(hint));
    }
    Ok(FilterTest::In(ids))
}

fn not_one_of(word: &Word, value: &Word, valid: &[&str]) -> Mistake {
    let name = value.text();
    let list = format!("`{}`", valid.join("`, `"));
    if value.is_empty() {
        return Mistake::new(word.span(), "nothing follows the colon").or(format!("write one of {list}"));
    }
    let hint = nearest(&name, valid).map(did_you_mean);
    Mistake { hint, ..Mistake::new(value.span(), format!("`{name}` is none of {list}")) }
}

#[cfg(test)]
mod tests;
