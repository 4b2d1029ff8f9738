//! Words and values that another language would take for an operator, a comparison or a pattern: a text with those signs is hardly
//! meant. In quotes it is one.

use super::{Mistake, word::Word};
use crate::repository::filter::{FilterValues, filter_words};

/// What they are in other languages, and how that is written here.
const OPERATORS: [(&str, &str); 7] =
    [("AND", BOTH), ("&&", BOTH), ("&", BOTH), ("NOT", NOT), ("!", NOT), ("||", EITHER), ("|", EITHER)];
const BOTH: &str = "leave it out: of terms side by side, as in `app:a rating:up`, all must match";
const EITHER: &str = "write `OR` between two terms, as in `app:a OR app:b`";
const NOT: &str = "write `-` right before the term to leave out, as in `-app:a`";

/// What compares, here or elsewhere.
const SIGNS: [char; 5] = ['<', '>', '=', '!', '~'];

/// What stands after the colon of a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ValueKind {
    /// A text, which may begin with `^` or `=`.
    Text,
    /// One of some words, or ids.
    OneOf,
    /// What may be compared by `>` and the like.
    Compared,
    /// The same of a field of the metadata, which is compared as a whole.
    Metadata,
    /// A time that takes no sign.
    Bound,
}

/// Refuses what leaves out in other languages, whatever word it stands before, and what stands right before a bracket.
pub(super) fn operator(word: &Word) -> Result<(), Mistake> {
    if let Some((name, _)) = word.split_before(&['(']) {
        let is_not = name.is_bare("NOT");
        if is_not || name.is_bare("OR") || name.is_bare("AND") {
            let name = name.text();
            let hint = if is_not { "write `-(`" } else { "put a blank before the bracket" };
            let problem = format!("`{name}(` opens no bracket");
            return Err(Mistake::new(word.span(), problem).or(format!("{hint}; in quotes it is a word of an id")));
        }
    }
    let Some(rest) = word.strip('!').filter(|rest| !rest.is_empty()) else { return Ok(()) };
    let typed = rest.text();
    let plain = typed.trim_start_matches('!');
    let right = match plain.strip_prefix('-') {
        _ if word.has_quotes() || plain.is_empty() => "-…".to_owned(),
        Some(twice) => twice.to_owned(),
        None => format!("-{plain}"),
    };
    let hint = format!("write `{right}`; in quotes it is a word of an id");
    Err(Mistake::new(word.span(), "`!` is no operator here").or(hint))
}

/// Refuses words without a colon.
pub(super) fn bare(word: &Word) -> Result<(), Mistake> {
    if let Some((sign, hint)) = OPERATORS.into_iter().find(|(sign, _)| word.is_bare(sign)) {
        let problem = format!("`{sign}` is no operator here");
        return Err(Mistake::new(word.span(), problem).or(format!("{hint}; in quotes it is a word of an id")));
    }
    if let Some(key) =
        word.strip_prefix("meta.").filter(|_| !word.has_quotes() && word.split_before(&['<', '>', '=']).is_none())
    {
        let key = if key.is_empty() { "KEY".to_owned() } else { key.text() };
        let problem = format!("nothing is asked of the field `{}`", word.text());
        let hint = format!("write `has:meta.{key}`, or `meta.{key}:VALUE`; in quotes it is a word of an id");
        return Err(Mistake::new(word.span(), problem).or(hint));
    }
    without_name(word)?;
    let Some((name, rest)) = word.split_before(&['<', '>', '=', '!']) else { return Ok(()) };
    let (signs, value) = leading(&rest);
    if signs == "!" {
        return Ok(());
    }
    let Some((name, kind)) = known(&name) else { return Ok(()) };
    let typed = shown(word, &value);
    let usual = || {
        let is_order = matches!(kind, ValueKind::Compared | ValueKind::Metadata) && signs.starts_with(['<', '>']);
        let kept = if is_order { signs.as_str() } else { "" };
        format!("{name}:{kept}{typed}")
    };
    let right = spelled(&name, kind, &signs, &typed).unwrap_or_else(usual);
    let problem = format!("a colon must follow `{name}`");
    Err(Mistake::new(word.span(), problem).or(format!("write `{right}`; in quotes all of it is a word of an id")))
}

/// Refuses a comparison that names nothing, and patterns.
fn without_name(word: &Word) -> Result<(), Mistake> {
    let (signs, rest) = leading(word);
    let in_quotes = "in quotes it is a word of an id";
    if signs.contains(['<', '>']) {
        let problem = format!("nothing stands before `{signs}` that could be compared");
        let hint = format!("write it right behind a word and its colon, as in `tokens:>5`; {in_quotes}");
        return Err(Mistake::new(word.span(), problem).or(hint));
    }
    if signs.starts_with("==") {
        let hint = format!("write `={}`; {in_quotes}", shown(word, &rest));
        return Err(Mistake::new(word.span(), format!("`{signs}` is no operator here")).or(hint));
    }
    match unstarred(word).as_deref() {
        None => Ok(()),
        Some("") => Err(Mistake::new(word.span(), NO_PATTERNS).or(format!("leave it out; {in_quotes}"))),
        Some(right) => Err(Mistake::new(word.span(), NO_PATTERNS).or(format!("write `{right}`; {in_quotes}"))),
    }
}

/// Refuses the value of a word that is known, where it begins with signs of another language.
pub(super) fn value(word: &Word, head: &Word, value: &Word) -> Result<(), Mistake> {
    let Some((name, kind)) = known(head) else { return Ok(()) };
    let (signs, rest) = leading(value);
    let as_text = match kind {
        ValueKind::Text => "; in quotes it is a part of the text",
        ValueKind::Metadata => "; a field is compared as a whole, and in quotes as a text",
        _ if matches!(name.as_str(), "in" | "feedback") => "; in quotes it is a text",
        _ => "",
    };
    if let Some(right) = spelled(&name, kind, &signs, &shown(word, &rest)) {
        let problem = format!("`{signs}` is no operator of `{name}:`");
        return Err(Mistake::new(word.span(), problem).or(format!("write `{right}`{as_text}")));
    }
    let Some(plain) = unstarred(value) else { return Ok(()) };
    let right = match kind {
        ValueKind::Text => format!("{name}:{}", if plain.is_empty() { "…" } else { plain.as_str() }),
        ValueKind::Metadata if plain.is_empty() => format!("has:{name}"),
        ValueKind::Metadata => format!("{name}:{}", plain.trim_start_matches('^')),
        _ => return Ok(()),
    };
    Err(Mistake::new(word.span(), NO_PATTERNS).or(format!("write `{right}`{as_text}")))
}

const NO_PATTERNS: &str = "`*` stands for nothing here";

/// How that is written here; `None`: just so, or nothing tells what it means.
fn spelled(name: &str, kind: ValueKind, signs: &str, value: &str) -> Option<String> {
    use ValueKind::{Bound, Compared, Metadata, OneOf, Text};
    let exactly = if kind == Text { "=" } else { "" };
    if kind == Bound {
        return None;
    }
    Some(match (signs, kind) {
        ("!" | "!~", _) => format!("-{name}:{value}"),
        ("!=" | "!==" | "<>", _) => format!("-{name}:{exactly}{value}"),
        ("==" | "===", _) => format!("{name}:{exactly}{value}"),
        ("=>", Compared | Metadata) => format!("{name}:>={value}"),
        ("=<", Compared | Metadata) => format!("{name}:<={value}"),
        ("~" | "~~" | "=~" | "~=", Text | OneOf | Metadata)
        | (">" | ">=" | "<" | "<=" | "=>" | "=<", Text | OneOf)
        | ("=", OneOf) => format!("{name}:{value}"),
        _ => return None,
    })
}

/// The signs without quotes that a value begins with, and the rest.
fn leading(value: &Word) -> (String, Word) {
    let (mut signs, mut rest) = (String::new(), value.clone());
    while let Some((sign, after)) = SIGNS.into_iter().find_map(|sign| Some((sign, rest.strip(sign)?))) {
        signs.push(sign);
        rest = after;
    }
    (signs, rest)
}

/// A value as it stands in advice.
fn shown(word: &Word, value: &Word) -> String {
    if word.has_quotes() || value.is_empty() { "…".to_owned() } else { value.text() }
}

/// What asks for the same as a text with a `*` at its start or its end: `^x` for `x*`. `None`: there is no such `*`.
fn unstarred(value: &Word) -> Option<String> {
    let text = value.text();
    if value.has_quotes() || !(text.starts_with('*') || text.ends_with('*')) {
        return None;
    }
    let plain = text.trim_matches('*').trim_start_matches(['^', '=']);
    Some(if text.starts_with('*') || plain.is_empty() { plain.to_owned() } else { format!("^{plain}") })
}

/// The word of the language that a value follows, without its colon, and what may follow.
fn known(name: &Word) -> Option<(String, ValueKind)> {
    if name.strip_prefix("meta.").is_some_and(|key| !key.is_empty()) {
        return Some((if name.has_quotes() { "meta.KEY".to_owned() } else { name.text() }, ValueKind::Metadata));
    }
    let text = name.text().to_lowercase();
    let found = filter_words().iter().find(|word| word.text.strip_suffix(':') == Some(text.as_str()))?;
    let kind = match (found.text, found.values) {
        // Since when and until when take no sign.
        ("since:" | "until:", _) => ValueKind::Bound,
        ("feedback:", _) | (_, FilterValues::Numbers | FilterValues::Ages) => ValueKind::Compared,
        (_, FilterValues::Words(_) | FilterValues::None) => ValueKind::OneOf,
        _ => ValueKind::Text,
    };
    (!name.has_quotes()).then_some((text, kind))
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use crate::repository::{Filter, FilterError, filter::FilterTest};

    fn refused(text: &str) -> FilterError {
        Filter::parse(text, Timestamp::UNIX_EPOCH).expect_err(text)
    }

    /// What is told to be written instead.
    fn right(mistake: &FilterError) -> Option<String> {
        let hint = mistake.hint.as_deref()?;
        let (_, rest) = hint.split_once("write `")?;
        rest.split('`').next().map(str::to_owned)
    }

    #[test]
    fn signs_of_other_languages_are_refused_with_the_right_spelling() {
        for (text, place, spelled) in [
            ("!a", "!a", "-a"),
            ("x !=a", "!=a", "-=a"),
            ("!app:x", "!app:x", "-app:x"),
            ("!(a OR b)", "!(", "-("),
            ("NOT(a)", "NOT(a)", "-("),
            ("==a", "==a", "=a"),
            ("sup*", "sup*", "^sup"),
            ("-*port*", "*port*", "port"),
            ("-!a", "-!a", "a"),
            ("!-a", "!-a", "a"),
            ("x -app:!x", "-app:!x", "app:x"),
            ("-tokens:!=5", "-tokens:!=5", "tokens:5"),
            ("-app!=x", "-app!=x", "app:=x"),
            ("meta.v:!=5", "meta.v:!=5", "-meta.v:5"),
            ("meta.v:<>5", "meta.v:<>5", "-meta.v:5"),
            ("meta.v:!5", "meta.v:!5", "-meta.v:5"),
            ("meta.v:==5", "meta.v:==5", "meta.v:5"),
            ("meta.v:=>5", "meta.v:=>5", "meta.v:>=5"),
            ("meta.v:~gold", "meta.v:~gold", "meta.v:gold"),
            ("meta.v:gold*", "meta.v:gold*", "meta.v:gold"),
            ("meta.v:*", "meta.v:*", "has:meta.v"),
            ("a tool:>3", "tool:>3", "tool:3"),
            ("tool:!=x", "tool:!=x", "-tool:=x"),
            ("app:!x", "app:!x", "-app:x"),
            ("app:!\"a b\"", "app:!\"a b\"", "-app:…"),
            ("APP:==x", "APP:==x", "app:=x"),
            ("model:~x", "model:~x", "model:x"),
            ("model:=~x", "model:=~x", "model:x"),
            ("agent:x*", "agent:x*", "agent:^x"),
            ("type:*x", "type:*x", "type:x"),
            ("has:!error", "has:!error", "-has:error"),
            ("rating:=up", "rating:=up", "rating:up"),
            ("in:!=a,b", "in:!=a,b", "-in:a,b"),
            ("in:=a", "in:=a", "in:a"),
            ("tokens:==5", "tokens:==5", "tokens:5"),
            ("tokens:!=5", "tokens:!=5", "-tokens:5"),
            ("created:!=2026-11-01", "created:!=2026-11-01", "-created:2026-11-01"),
            ("created:=<2026-11-01", "created:=<2026-11-01", "created:<=2026-11-01"),
            ("feedback:!slow", "feedback:!slow", "-feedback:slow"),
            ("app!=x", "app!=x", "-app:=x"),
            ("a -tokens>5", "tokens>5", "tokens:>5"),
            ("TOKENS>=5k", "TOKENS>=5k", "tokens:>=5k"),
            ("tokens==5", "tokens==5", "tokens:5"),
            ("tokens=5", "tokens=5", "tokens:5"),
            ("app=billing", "app=billing", "app:billing"),
            ("app=\"a b\"", "app=\"a b\"", "app:…"),
            ("since>7d", "since>7d", "since:7d"),
            ("since>=7d", "since>=7d", "since:7d"),
            ("updated<7d", "updated<7d", "updated:<7d"),
            ("updated<=7d", "updated<=7d", "updated:<=7d"),
            ("meta.tier=gold", "meta.tier=gold", "meta.tier:gold"),
            ("meta.tier!=gold", "meta.tier!=gold", "-meta.tier:gold"),
            ("meta.\"a b\">5", "meta.\"a b\">5", "meta.KEY:>…"),
            ("feedback>2", "feedback>2", "feedback:>2"),
            ("a meta.tier", "meta.tier", "has:meta.tier"),
            ("-meta.", "meta.", "has:meta.KEY"),
        ] {
            let mistake = refused(text);
            assert_eq!(&text[mistake.span.clone()], place, "{text}: {mistake}");
            let told = right(&mistake);
            assert_eq!(told.as_deref(), Some(spelled), "{text}: {}", mistake.sentence());
            if !spelled.contains('…') && !spelled.ends_with('(') {
                let read = Filter::parse(spelled, Timestamp::now());
                assert!(read.is_ok(), "{spelled}: {read:?}");
            }
        }
    }

    #[test]
    fn operators_of_other_languages_are_refused_with_what_is_meant() {
        for (text, place, hint) in [
            ("app:a AND app:b", "AND", "leave it out"),
            ("a && b", "&&", "leave it out"),
            ("NOT app:a", "NOT", "as in `-app:a`"),
            ("! app:a", "!", "as in `-app:a`"),
            ("(a || b)", "||", "`app:a OR app:b`"),
            ("a | b", "|", "in quotes it is a word of an id"),
            ("a OR(b)", "OR(b)", "put a blank before the bracket"),
            ("tokens >5", ">5", "as in `tokens:>5`"),
            ("*", "*", "leave it out"),
        ] {
            let mistake = refused(text);
            assert_eq!(&text[mistake.span.clone()], place, "{text}: {mistake}");
            assert!(mistake.sentence().contains(hint), "{text}: {}", mistake.sentence());
        }
    }

    #[test]
    fn in_quotes_or_where_they_mean_nothing_they_are_texts() {
        for text in [
            "\"!a\"",
            "\"AND\"",
            "\">5\"",
            "\"sup*\"",
            "a!",
            "a!b",
            "a*b",
            "x=5",
            "x!=5",
            "aa==",
            "a~1",
            "f(x)",
            "app:\"!x\"",
            "app:\"x*\"",
            "app:=\"~x\"",
            "app:a!=b",
            "tool:\">3\"",
            "in:\"=a\"",
            "meta.v:\"!=5\"",
            "meta.v:a*b",
            "feedback:\"!\"",
            "feedback:=slow",
        ] {
            let read = Filter::parse(text, Timestamp::UNIX_EPOCH);
            assert!(read.is_ok(), "{text}: {read:?}");
        }
        let quoted = Filter::parse("-\"!=a\"", Timestamp::UNIX_EPOCH).unwrap();
        let FilterTest::Id(text) = &quoted.terms[0].test else { panic!() };
        assert!(text.matches("x!=a") && quoted.terms[0].negated);
    }
}
