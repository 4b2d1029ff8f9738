//! Terms side by side, `OR` between them, and brackets around them.

use std::{ops::Range, vec::IntoIter};

use jiff::Zoned;

use super::{
    FilterTerm, FilterTest, Mistake, figure,
    word::{FilterToken, QUOTE, tokens},
    word_terms,
};

/// Brackets within each other, at most: MongoDB takes no deeper question than of 200 levels, and a bracket may make six of them.
const DEEPEST: usize = 20;

/// What one of these asks: all of its terms.
type Alternatives = Vec<Vec<FilterTerm>>;

/// All terms of a filter.
pub(super) fn terms(text: &str, now: &Zoned) -> Result<Vec<FilterTerm>, Mistake> {
    let mut reader = GroupReader { tokens: tokens(text)?.into_iter(), now, depth: 0 };
    Ok(joined(reader.alternatives(None)?))
}

/// What is left out where these are to be.
pub(super) fn negated(mut alternatives: Alternatives) -> FilterTerm {
    match alternatives.as_mut_slice() {
        [terms] if terms.len() == 1 => {
            let term = terms.remove(0);
            FilterTerm { negated: !term.negated, ..term }
        }
        _ => FilterTerm { negated: true, test: FilterTest::Any(alternatives) },
    }
}

/// Where there is no choice, its terms themselves.
fn joined(mut alternatives: Alternatives) -> Vec<FilterTerm> {
    if alternatives.len() > 1 {
        return vec![FilterTerm::new(FilterTest::Any(alternatives))];
    }
    alternatives.pop().unwrap_or_default()
}

struct GroupReader<'a> {
    tokens: IntoIter<FilterToken>,
    now: &'a Zoned,
    depth: usize,
}

impl GroupReader<'_> {
    /// What stands up to the end, or up to the bracket that closes the one that was `opened`.
    fn alternatives(&mut self, opened: Option<&Range<usize>>) -> Result<Alternatives, Mistake> {
        let (mut alternatives, mut terms, mut last_or) = (Vec::new(), Vec::new(), None);
        loop {
            match self.tokens.next() {
                Some(FilterToken::Word(word)) => {
                    if let Some(FilterToken::Word(next)) = self.tokens.as_slice().first() {
                        figure::unit_apart(&word, next)?;
                    }
                    terms.extend(word_terms(&word, self.now)?);
                }
                Some(FilterToken::Open { span, negated: false }) => terms.extend(joined(self.group(&span)?)),
                Some(FilterToken::Open { span, negated: true }) => terms.push(negated(self.group(&span)?)),
                Some(FilterToken::Or(span)) if terms.is_empty() => return Err(no_side(span, "before")),
                Some(FilterToken::Or(span)) => {
                    alternatives.push(std::mem::take(&mut terms));
                    last_or = Some(span);
                }
                Some(FilterToken::Close(span)) => match opened {
                    Some(_) => break,
                    None => return Err(Mistake::new(span, "this bracket closes nothing").or(QUOTE)),
                },
                None => match opened {
                    Some(open) => {
                        let hint = format!("add a `)` at its end, or {QUOTE}");
                        return Err(Mistake::new(open.clone(), "the bracket is never closed").or(hint));
                    }
                    None => break,
                },
            }
        }
        match (terms.is_empty(), last_or, opened) {
            (true, Some(or), _) => Err(no_side(or, "after")),
            (true, None, Some(open)) => Err(Mistake::new(open.clone(), "nothing stands in the brackets").or(QUOTE)),
            (true, None, None) => Ok(alternatives),
            (false, ..) => {
                alternatives.push(terms);
                Ok(alternatives)
            }
        }
    }

    fn group(&mut self, opened: &Range<usize>) -> Result<Alternatives, Mistake> {
        if self.depth == DEEPEST {
            let problem = format!("more than {DEEPEST} brackets stand within each other");
            return Err(Mistake::new(opened.clone(), problem).or("leave some of them out"));
        }
        self.depth += 1;
        let alternatives = self.alternatives(Some(opened))?;
        self.depth -= 1;
        Ok(alternatives)
    }
}

fn no_side(or: Range<usize>, side: &str) -> Mistake {
    let hint = "write it between two terms, as in `app:a OR app:b`; in quotes it is a text";
    Mistake::new(or, format!("nothing stands {side} `OR`")).or(hint)
}

#[cfg(test)]
mod tests {
    use jiff::{Timestamp, tz::TimeZone};

    use super::*;
    use crate::repository::filter::TextMatch;

    /// The terms as they would be written with all brackets.
    fn read(text: &str) -> String {
        match terms(text, &Timestamp::UNIX_EPOCH.to_zoned(TimeZone::UTC)) {
            Ok(terms) => all(&terms),
            Err(mistake) => format!("{} ({})", mistake.problem, &text[mistake.span]),
        }
    }

    fn all(terms: &[FilterTerm]) -> String {
        terms.iter().map(one).collect::<Vec<_>>().join(" ")
    }

    fn one(term: &FilterTerm) -> String {
        let sign = if term.negated { "-" } else { "" };
        match &term.test {
            FilterTest::Any(either) => {
                let either: Vec<String> = either.iter().map(|terms| format!("[{}]", all(terms))).collect();
                format!("{sign}({})", either.join(" OR "))
            }
            FilterTest::Id(TextMatch::Contains(text)) => format!("{sign}{text}"),
            other => format!("{sign}{other:?}"),
        }
    }

    #[test]
    fn terms_side_by_side_bind_tighter() {
        assert_eq!(read("a b"), "a b");
        assert_eq!(read("a OR b"), "([a] OR [b])");
        assert_eq!(read("a b OR -c OR d e"), "([a b] OR [-c] OR [d e])");
        assert_eq!(read("a (b OR c) d"), "a ([b] OR [c]) d");
        assert_eq!(read("(a b) c"), "a b c");
        assert_eq!(read("((a))"), "a");
        assert_eq!(read("-(a OR b)"), "-([a] OR [b])");
        assert_eq!(read("-(a b)"), "-([a b])");
        assert_eq!(read("-(-a)"), "a");
        assert_eq!(read("-(-(a b))"), "([a b])");
        assert_eq!(read("(a)b(c"), "the bracket is never closed (()");
        assert_eq!(read("(a)(b)"), "a b");
    }

    #[test]
    fn words_and_texts_that_look_like_signs_are_words() {
        assert_eq!(read("or and Or"), "or and Or");
        assert_eq!(read("\"OR\" x"), "OR x");
        assert_eq!(read("ORder"), "ORder");
        assert_eq!(read("f(x) g(y(z))"), "f(x) g(y(z))");
        assert_eq!(read("(f(x) OR a)"), "([f(x)] OR [a])");
        assert_eq!(read("\"(a\" \")\""), "(a )");
    }

    #[test]
    fn what_is_left_open_is_said_at_its_place() {
        assert_eq!(read("a (b OR c"), "the bracket is never closed (()");
        assert_eq!(read("a -(b"), "the bracket is never closed (-()");
        assert_eq!(read("a) b"), "this bracket closes nothing ())");
        assert_eq!(read("()"), "nothing stands in the brackets (()");
        assert_eq!(read("OR a"), "nothing stands before `OR` (OR)");
        assert_eq!(read("a OR"), "nothing stands after `OR` (OR)");
        assert_eq!(read("a OR OR b"), "nothing stands before `OR` (OR)");
        assert_eq!(read("(a OR) b"), "nothing stands after `OR` (OR)");
        assert_eq!(read("app:(a OR b)"), "the bracket is never closed (()");
        let deep = "(".repeat(20_000);
        assert!(read(&deep).starts_with("more than 20 brackets"));
    }

    #[test]
    fn a_whole_day_can_be_left_out() {
        let read = |text: &str| terms(text, &Timestamp::UNIX_EPOCH.to_zoned(TimeZone::UTC)).unwrap();
        let day = read("created:2026-11-01");
        assert_eq!(day.len(), 2);
        assert_eq!(read("-created:2026-11-01"), [FilterTerm::new(FilterTest::Any(vec![day])).negated(true)]);
    }
}
