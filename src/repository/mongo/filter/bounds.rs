//! A filter as a query, also where a part of it is read from the messages: then the query lets through at least what matches, and
//! each row is settled by its messages ([`super::super::findings`]).
//!
//! What is left out by a `-` must match for certain, so each test has two bounds: what holds at most, and what holds at least.

use bson::{Document, doc};

use super::{exact, messages};
use crate::repository::filter::{Filter, FilterTerm, FilterTest};

/// The query that lets through what may match; empty where that is everything.
pub(in crate::repository::mongo) fn query(filter: &Filter) -> Document {
    all_at_most(&filter.terms).unwrap_or_default()
}

/// Whether the server has to search for what may match: it may be rare. Else nearly every session is looked at anyway.
pub(in crate::repository::mongo) fn is_searched_for(filter: &Filter) -> bool {
    filter.terms.iter().any(|term| at_most(term).is_some() && (term.negated || !messages::is_of_nearly_all(&term.test)))
}

/// What holds wherever all these terms may. `None`: anything.
fn all_at_most(terms: &[FilterTerm]) -> Option<Document> {
    let conditions: Vec<Document> = terms.iter().filter_map(at_most).collect();
    (!conditions.is_empty()).then(|| all_of(conditions))
}

/// Holds only where all these terms do. `None`: nothing tells.
fn all_at_least(terms: &[FilterTerm]) -> Option<Document> {
    terms.iter().map(at_least).collect::<Option<Vec<Document>>>().map(all_of)
}

fn at_most(term: &FilterTerm) -> Option<Document> {
    if term.negated { test_at_least(&term.test).map(none_of) } else { test_at_most(&term.test) }
}

fn at_least(term: &FilterTerm) -> Option<Document> {
    if term.negated { test_at_most(&term.test).map(none_of) } else { test_at_least(&term.test) }
}

fn test_at_most(test: &FilterTest) -> Option<Document> {
    match test {
        FilterTest::Any(either) => {
            either.iter().map(|terms| all_at_most(terms)).collect::<Option<Vec<Document>>>().map(any_of)
        }
        test => exact(test).or_else(|| messages::at_most(test)),
    }
}

fn test_at_least(test: &FilterTest) -> Option<Document> {
    match test {
        FilterTest::Any(either) => {
            let either: Vec<Document> = either.iter().filter_map(|terms| all_at_least(terms)).collect();
            (!either.is_empty()).then(|| any_of(either))
        }
        test => exact(test),
    }
}

fn all_of(mut conditions: Vec<Document>) -> Document {
    match conditions.len() {
        0 => doc! {},
        1 => conditions.remove(0),
        _ => doc! { "$and": conditions },
    }
}

fn any_of(mut conditions: Vec<Document>) -> Document {
    match conditions.len() {
        // A `$or` wants at least one branch.
        0 => doc! { "$expr": false },
        1 => conditions.remove(0),
        _ => doc! { "$or": conditions },
    }
}

fn none_of(condition: Document) -> Document {
    doc! { "$nor": [condition] }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;

    fn asked(text: &str) -> Document {
        query(&Filter::parse(text, Timestamp::UNIX_EPOCH).unwrap())
    }

    #[test]
    fn alternatives_are_branches() {
        let (a, b, c) = (asked("app:a"), asked("type:b"), asked("has:feedback"));
        assert_eq!(
            asked("app:a OR type:b has:feedback"),
            doc! { "$or": [ a.clone(), { "$and": [ b.clone(), c.clone() ] } ] }
        );
        assert_eq!(
            asked("(app:a OR type:b) has:feedback"),
            doc! { "$and": [ { "$or": [ a.clone(), b.clone() ] }, c ] }
        );
        assert_eq!(asked("-(app:a OR type:b)"), doc! { "$nor": [ { "$or": [a, b] } ] });
    }

    #[test]
    fn what_is_read_from_messages_leaves_out_nothing_that_may_match() {
        assert_eq!(asked("has:finding"), doc! {});
        assert_eq!(asked("-has:finding -has:tool"), doc! {});
        assert_eq!(asked("app:a -has:error"), asked("app:a"));
        assert_eq!(asked("app:a OR has:finding"), doc! {});
        assert_eq!(asked("-(app:a has:finding)"), doc! {}, "one with app a may have none");
        assert_eq!(asked("-(app:a OR has:finding)"), asked("-app:a"));
        assert_ne!(asked("has:error"), doc! {});
        assert_eq!(asked("tokens:<0"), doc! { "$expr": false });
    }

    #[test]
    fn what_may_be_rare_is_searched_for() {
        let searched = |text: &str| is_searched_for(&Filter::parse(text, Timestamp::UNIX_EPOCH).unwrap());
        for rare in ["tool:x", "has:error", "errors:>2", "tokens:>50k app:x", "app:x", "has:finding (tool:x OR app:x)"]
        {
            assert!(searched(rare), "{rare}");
        }
        for common in ["tokens:>50k", "latency:>5s -has:tool", "has:finding", "calls:>3", "has:finding OR app:x"] {
            assert!(!searched(common), "{common}");
        }
    }
}
