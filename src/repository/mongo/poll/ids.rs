//! Which sessions come and go, where no index tells which changed last: by their `_id`s, which an index always holds.
//!
//! They are listed where there are more or fewer documents than before, and every few looks, as one may come while another goes; of
//! a large collection never.

use std::collections::HashSet;

use bson::{Bson, RawDocumentBuf, doc};
use mongodb::options::Hint;

use crate::{
    repository::{
        Result,
        mongo::{
            MongoRepository, decoded,
            errors::{self, Doing},
        },
    },
    session::SessionKey,
};

/// Of more documents than that the `_id`s are not listed.
const MOST_IDS: u64 = 5_000;

const LIST_EACH: u32 = 8;

/// So many new ones are told at once; those that are left are found by the next look.
const AT_ONCE: usize = 500;

const DOING: Doing = Doing::new("find", "the ids of the sessions");

/// What a look asks of the `_id`s.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct IdsQuestion {
    /// How many documents there were: where there are as many, they are not listed. `None`: they are listed.
    pub as_before: Option<u64>,
}

/// What a look saw of them.
#[derive(Debug, Clone, Default)]
pub(super) struct SeenIds {
    /// How many documents there are.
    pub count: u64,
    /// `None`: they were not listed.
    pub ids: Option<Vec<SessionKey>>,
}

/// The documents that are there.
#[derive(Debug, Default)]
pub(super) struct KnownIds {
    count: Option<u64>,
    /// `None` before they were listed.
    known: Option<HashSet<SessionKey>>,
    looks: u32,
}

impl KnownIds {
    /// What is to be asked.
    pub(super) fn question(&self) -> IdsQuestion {
        let is_due = self.looks.is_multiple_of(LIST_EACH);
        IdsQuestion { as_before: self.count.filter(|_| !is_due) }
    }

    /// Those that came and those that went. The first list tells nothing: it is what the others are compared with.
    pub(super) fn changes(&self, seen: &SeenIds) -> (Vec<SessionKey>, Vec<SessionKey>) {
        let Some((known, ids)) = self.known.as_ref().zip(seen.ids.as_ref()) else { return (Vec::new(), Vec::new()) };
        let there: HashSet<&SessionKey> = ids.iter().collect();
        let came = ids.iter().filter(|key| !known.contains(*key)).take(AT_ONCE).cloned().collect();
        (came, known.iter().filter(|key| !there.contains(key)).cloned().collect())
    }

    /// What was seen is told.
    pub(super) fn note(&mut self, seen: SeenIds) {
        self.looks = self.looks.wrapping_add(1);
        self.count = Some(seen.count);
        let (came, _) = self.changes(&seen);
        let Some(ids) = seen.ids else {
            if seen.count > MOST_IDS {
                self.known = None;
            }
            return;
        };
        if came.len() == AT_ONCE {
            // There may be more of them.
            self.count = None;
        }
        let told: HashSet<SessionKey> = came.into_iter().collect();
        let is_told =
            |key: &SessionKey| self.known.as_ref().is_none_or(|known| known.contains(key) || told.contains(key));
        let known = ids.into_iter().filter(is_told).collect();
        self.known = Some(known);
    }
}

/// Looks at them. A server that refuses that has them told by nobody.
pub(super) async fn look(reader: &MongoRepository, question: IdsQuestion) -> Result<SeenIds> {
    let limit = reader.limits().read;
    let count = || {
        let collection = reader.collection();
        async move { collection.estimated_document_count().max_time(limit).await }
    };
    let count = match reader.ask(count).await {
        Ok(count) => count,
        Err(error) if errors::is_refused(&error) => return Ok(SeenIds::default()),
        Err(error) => return Err(reader.failure(&error, DOING)),
    };
    if count > MOST_IDS || question.as_before == Some(count) {
        return Ok(SeenIds { count, ids: None });
    }
    let list = || {
        let (collection, within) = (reader.collection(), reader.within());
        async move {
            // By the index alone: no document is read, unless a scope asks for a field.
            let find = collection.find(within).projection(doc! { "_id": 1 }).hint(Hint::Keys(doc! { "_id": 1 }));
            let find = find.limit(MOST_IDS as i64).batch_size(MOST_IDS as u32 + 1).max_time(limit);
            let (mut found, mut ids) = (find.await?, Vec::new());
            while found.advance().await? {
                ids.push(found.current().to_owned());
            }
            Ok(ids)
        }
    };
    match reader.ask(list).await {
        Ok(found) => {
            let key = |row: &RawDocumentBuf| SessionKey::new(decoded(row).remove("_id").unwrap_or(Bson::Null));
            Ok(SeenIds { count, ids: Some(found.iter().map(key).collect()) })
        }
        Err(error) if errors::is_refused(&error) => Ok(SeenIds { count, ids: None }),
        Err(error) => Err(reader.failure(&error, DOING)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(count: u64, ids: &[&str]) -> SeenIds {
        SeenIds { count, ids: Some(ids.iter().map(|id| (*id).into()).collect()) }
    }

    type Told = (Vec<String>, Vec<String>);

    fn nothing() -> Told {
        (Vec::new(), Vec::new())
    }

    /// What came and went, once that is told.
    fn told(known: &mut KnownIds, seen: SeenIds) -> Told {
        let (came, went) = known.changes(&seen);
        known.note(seen);
        let names = |keys: Vec<SessionKey>| keys.iter().map(|key| key.text().to_owned()).collect();
        (names(came), names(went))
    }

    #[test]
    fn those_that_come_and_go_are_told_once() {
        let mut known = KnownIds::default();
        assert_eq!(known.question().as_before, None);
        assert_eq!(told(&mut known, seen(2, &["a", "b"])), nothing(), "they were there before");
        assert_eq!(known.question().as_before, Some(2));
        assert_eq!(told(&mut known, SeenIds { count: 2, ids: None }), nothing());
        let others = seen(2, &["b", "c"]);
        assert_eq!(told(&mut known, others.clone()), (vec!["c".to_owned()], vec!["a".to_owned()]));
        assert_eq!(told(&mut known, others), nothing());
        for _ in 4..LIST_EACH {
            assert_eq!(known.question().as_before, Some(2));
            known.note(SeenIds { count: 2, ids: None });
        }
        assert_eq!(known.question().as_before, None, "one may have come for another");
    }

    #[test]
    fn very_many_are_told_by_and_by_and_of_too_many_none() {
        let mut known = KnownIds::default();
        known.note(seen(0, &[]));
        let names: Vec<String> = (0..AT_ONCE + 7).map(|n| n.to_string()).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let all = seen(names.len() as u64, &names);
        assert_eq!(told(&mut known, all.clone()).0.len(), AT_ONCE);
        assert_eq!(known.question().as_before, None);
        assert_eq!(told(&mut known, all.clone()).0.len(), 7);
        known.note(SeenIds { count: MOST_IDS + 1, ids: None });
        assert_eq!(told(&mut known, seen(1, &["x"])), nothing());
    }
}
