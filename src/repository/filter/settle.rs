//! A filter of which a part is read from the messages, once they were read: what is left of it.

use super::{Filter, FilterTerm, FilterTest, sight::MessagesRead};

/// What a term comes to.
enum SettledTerm {
    /// Nothing is left to be asked.
    Known(bool),
    /// That is to be asked.
    Left(FilterTerm),
}

impl Filter {
    /// What is left to be asked of a session that a question for all the other terms has found; empty where it matches, `None` where
    /// it does not.
    pub(crate) fn settled(&self, read: MessagesRead<'_>) -> Option<Self> {
        let asked = self.terms.iter().filter(|term| term.asks_for_messages());
        let terms = settled(asked, read)?;
        Some(Self { source: self.source.clone(), terms })
    }
}

/// The terms that are left; `None` where one of them fails.
fn settled<'a>(terms: impl IntoIterator<Item = &'a FilterTerm>, read: MessagesRead<'_>) -> Option<Vec<FilterTerm>> {
    let mut left = Vec::new();
    for term in terms {
        match one(term, read) {
            SettledTerm::Known(true) => {}
            SettledTerm::Known(false) => return None,
            SettledTerm::Left(term) => left.push(term),
        }
    }
    Some(left)
}

fn one(term: &FilterTerm, read: MessagesRead<'_>) -> SettledTerm {
    let FilterTest::Any(either) = &term.test else {
        return match term.test.told_by(read) {
            Some(holds) => SettledTerm::Known(holds != term.negated),
            None => SettledTerm::Left(term.clone()),
        };
    };
    let left: Vec<Vec<FilterTerm>> = either.iter().filter_map(|terms| settled(terms, read)).collect();
    if left.is_empty() || left.iter().any(Vec::is_empty) {
        return SettledTerm::Known(left.is_empty() == term.negated);
    }
    SettledTerm::Left(FilterTerm { negated: term.negated, test: FilterTest::Any(left) })
}

#[cfg(test)]
mod tests {
    use bson::doc;
    use jiff::Timestamp;
    use proptest::prelude::*;

    use super::*;
    use crate::{metrics::Outline, session::decode};

    fn left(text: &str) -> Option<Vec<FilterTerm>> {
        let document = doc! { "_id": "s", "agents": { "a": { "messages": [{ "message": { "role": "user", "content": [
            { "toolUse": { "toolUseId": "1", "name": "search", "input": {} } },
        ] } }] } } };
        let (row, details) = (decode::summary(&document), decode::details(&document));
        let outline = Outline::from(&decode::session(document));
        let filter = Filter::parse(text, Timestamp::UNIX_EPOCH).unwrap();
        filter.settled(MessagesRead { row: &row, details: &details, outline: &outline }).map(|filter| filter.terms)
    }

    fn terms(text: &str) -> Vec<FilterTerm> {
        Filter::parse(text, Timestamp::UNIX_EPOCH).unwrap().terms
    }

    #[test]
    fn what_messages_tell_is_known_and_the_rest_is_left() {
        assert_eq!(left("tool:search app:x"), Some(vec![]), "the application was asked for already");
        assert_eq!(left("tool:other app:x"), None);
        assert_eq!(left("-tool:other"), Some(vec![]));
        assert_eq!(left("tool:search OR app:x"), Some(vec![]));
        assert_eq!(
            left("tool:other OR app:x"),
            Some(terms("(app:x) OR tool:x")).map(|mut terms| {
                let FilterTest::Any(either) = &mut terms[0].test else { panic!() };
                either.truncate(1);
                terms
            })
        );
        assert_eq!(left("-(tool:search app:x)").map(|terms| terms.len()), Some(1));
        assert_eq!(left("-(tool:other app:x)"), Some(vec![]));
        assert_eq!(left("-(tool:search OR app:x)"), None);
        assert_eq!(left("-(tool:other OR -tool:other)"), None);
    }

    proptest! {
        /// A row that is settled matches just where the whole filter does.
        #[test]
        fn what_is_left_decides_as_the_whole(parts in prop::collection::vec(prop::sample::select(vec![
            "tool:search", "-tool:search", "tool:other", "app:x", "-app:x", "app:y", "OR", "(", ")", "-(",
        ]), 1..9), app in "[xy]") {
            let text = parts.join(" ");
            let Ok(filter) = Filter::parse(&text, Timestamp::UNIX_EPOCH) else { return Ok(()) };
            let mut document = doc! { "_id": "s", "application_name": app, "agents": { "a": { "messages": [{ "message": {
                "role": "user", "content": [{ "toolUse": { "toolUseId": "1", "name": "search", "input": {} } }],
            } }] } } };
            let (row, details) = (decode::summary(&document), decode::details(&document));
            let outline = Outline::from(&decode::session(document.clone()));
            let rest = filter.settled(MessagesRead { row: &row, details: &details, outline: &outline });
            let others = filter.terms.iter().filter(|term| !term.asks_for_messages()).cloned().collect();
            let others = Filter { source: String::new(), terms: others };
            let whole = filter.matches(&document);
            // What is left asks for no messages any more.
            document.remove("agents");
            let decided = others.matches(&document) && rest.is_some_and(|rest| rest.matches(&document));
            prop_assert_eq!(decided, whole, "{}", text);
        }
    }
}
