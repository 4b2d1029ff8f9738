//! Words without a colon that another language would take for an operator or a comparison: a part of an id is hardly meant.

use super::{Mistake, word::Word};
use crate::repository::filter::{FilterValues, filter_words};

/// What they are in other languages, and how that is written here.
const OPERATORS: [(&str, &str); 6] = [
    ("AND", BOTH),
    ("&&", BOTH),
    ("&", BOTH),
    ("NOT", "write `-` right before the term to leave out, as in `-app:a`"),
    ("||", EITHER),
    ("|", EITHER),
];
const BOTH: &str = "leave it out: of terms side by side, as in `app:a rating:up`, all must match";
const EITHER: &str = "write `OR` between two terms, as in `app:a OR app:b`";

const SIGNS: [char; 3] = ['<', '>', '='];

/// Refuses them. In quotes they are texts.
pub(super) fn refused(word: &Word) -> Result<(), Mistake> {
    if let Some((sign, hint)) = OPERATORS.into_iter().find(|(sign, _)| word.is_bare(sign)) {
        let problem = format!("`{sign}` is no operator here");
        return Err(Mistake::new(word.span(), problem).or(format!("{hint}; in quotes it is a word of an id")));
    }
    if let Some(key) = word.strip_prefix("meta.").filter(|_| !word.has_quotes() && word.split_before(&SIGNS).is_none())
    {
        let key = if key.is_empty() { "KEY".to_owned() } else { key.text() };
        let problem = format!("nothing is asked of the field `{}`", word.text());
        let hint = format!("write `has:meta.{key}`, or `meta.{key}:VALUE`; in quotes it is a word of an id");
        return Err(Mistake::new(word.span(), problem).or(hint));
    }
    let Some((name, rest)) = word.split_before(&SIGNS) else { return Ok(()) };
    let Some((name, is_compared)) = known(&name) else { return Ok(()) };
    let typed = rest.text();
    let value = typed.trim_start_matches(if is_compared { &['='][..] } else { &['<', '>', '='] });
    let right = if word.has_quotes() || value.is_empty() { format!("{name}:…") } else { format!("{name}:{value}") };
    let problem = format!("a colon must follow `{name}`");
    Err(Mistake::new(word.span(), problem).or(format!("write `{right}`; in quotes all of it is a word of an id")))
}

/// The word of the language that a value follows, without its colon, and whether that may begin with `<` or `>`.
fn known(name: &Word) -> Option<(String, bool)> {
    if name.strip_prefix("meta.").is_some_and(|key| !key.is_empty()) {
        return Some((if name.has_quotes() { "meta.KEY".to_owned() } else { name.text() }, true));
    }
    let text = name.text().to_lowercase();
    let found = filter_words().iter().find(|word| word.text.strip_suffix(':') == Some(text.as_str()))?;
    let is_compared = match found.values {
        FilterValues::Numbers => true,
        // Since when and until when take no sign.
        FilterValues::Ages => !matches!(found.text, "since:" | "until:"),
        _ => found.text == "feedback:",
    };
    (!name.has_quotes()).then_some((text, is_compared))
}
