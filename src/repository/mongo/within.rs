//! A repository that is bound to a scope: its rule is in every question and in the query of every write, so that the server finds
//! nothing else, in the same step.
//!
//! All queries for one session come from [`MongoRepository::by_key`], those for several hold [`MongoRepository::is_session`] or
//! [`MongoRepository::within`]. The rule stands in `$and`, which nothing else uses beside it: `$expr`, `$nor` and fields do not
//! overwrite it.

use std::sync::Arc;

use bson::{Bson, Document, doc};

use super::{MongoRepository, errors, filter, foreign, names};
use crate::{repository::Scope, session::SessionKey};

/// What holds for every document that may be seen.
#[derive(Debug, Default)]
pub(super) struct BoundRules {
    scopes: Vec<Scope>,
    /// The rules of all scopes in `$and`; empty where there is none.
    all: Document,
    /// Those that a key does not tell, in the same way.
    untold: Document,
}

impl BoundRules {
    fn of(scopes: Vec<Scope>) -> Self {
        let rules = |wanted: &dyn Fn(&Scope) -> bool| {
            let rules: Vec<Bson> =
                scopes.iter().filter(|scope| wanted(scope)).map(|scope| filter::within(scope).into()).collect();
            if rules.is_empty() {
                Document::new()
            } else {
                doc! { "$and": rules }
            }
        };
        let (all, untold) = (rules(&|_| true), rules(&|scope| !scope.is_told_by_key()));
        Self { scopes, all, untold }
    }

    /// What must hold besides of the document with that key. Where the key tells all, nothing: a query of the `_id` alone takes the
    /// server's shortest way. Unless ids are `exact` it may find another's document, `Tenant-7/a` for `tenant-7/a`.
    fn beside(&self, key: &SessionKey, exact: bool) -> &Document {
        if exact && self.scopes.iter().all(|scope| scope.admits(key)) { &self.untold } else { &self.all }
    }

    fn tell_by_key(&self) -> bool {
        self.scopes.iter().any(Scope::is_told_by_key)
    }
}

impl MongoRepository {
    /// The same collection with one more rule.
    pub(super) fn bound(&self, scope: &Scope) -> Self {
        let mut scopes = self.within.scopes.clone();
        scopes.push(scope.clone());
        // What lies outside is in none of its rankings.
        let rankings = super::list::KnownRankings::default();
        Self { within: Arc::new(BoundRules::of(scopes)), rankings, ..self.clone() }
    }

    /// Whether it is still to be looked whether the collection compares texts as they are.
    pub(super) fn is_unsure_of_ids(&self) -> bool {
        self.within.tell_by_key() && self.exact_ids.get().is_none()
    }

    /// Looks once, for all that are bound to scopes of this collection, whether it compares texts as they are: that spares the server a
    /// rule in each question. Where the user may not know, the rule stays; where there is no such collection yet, it stays until there
    /// is. Writes look: for a program that only reads, the look would cost more than the rule. A part of an operation: it asks.
    pub(super) async fn note_collation(&self) {
        // A server that is away is waited for once, by the write.
        if self.pool.members().is_some_and(|members| !members.any_answers()) {
            return;
        }
        let is_exact = match names::is_exact(&self.pool, &self.database, &self.name).await {
            Ok(Some(is_exact)) => is_exact,
            Err(error) if !errors::is_lost(&error) => false,
            Ok(None) | Err(_) => return,
        };
        let _ = self.exact_ids.set(is_exact);
    }

    /// Whether only a part of the collection is to be seen.
    pub(super) fn is_bound(&self) -> bool {
        !self.within.all.is_empty()
    }

    /// What holds for every document that may be seen; empty where all may.
    pub(super) fn within(&self) -> Document {
        self.within.all.clone()
    }

    /// The first stage of a change stream, which leaves out what the `_id` alone tells to lie outside: what others write need not cross
    /// the network. Events of the collection itself name no document.
    pub(super) fn of_events(&self) -> Option<Document> {
        let rules = self.within.all.get_array("$and").ok()?;
        let by_id = rules.iter().filter_map(|rule| rule.as_document()?.get("_id").cloned());
        let conditions: Vec<Document> = by_id.map(|rule| doc! { "documentKey._id": rule }).collect();
        let no_document = doc! { "documentKey": { "$exists": false } };
        (!conditions.is_empty()).then(|| doc! { "$match": { "$or": [ no_document, { "$and": conditions } ] } })
    }

    /// The fields whose value tells what may be seen, as the server names them. The `_id` has an index anyway.
    pub(super) fn compared_fields(&self) -> Vec<String> {
        let rules = self.within.all.get_array("$and").map(Vec::as_slice).unwrap_or_default();
        let keys = rules.iter().filter_map(Bson::as_document).flat_map(Document::keys);
        keys.filter(|key| *key != "_id" && !key.starts_with('$')).cloned().collect()
    }

    /// The query for exactly that `_id`.
    pub(super) fn by_key(&self, key: &SessionKey) -> Document {
        let mut query = doc! { "_id": { "$eq": key.bson().clone() } };
        let exact = self.exact_ids.get() == Some(&true);
        query.extend(self.within.beside(key, exact).clone());
        query
    }

    /// What holds for a session.
    pub(super) fn is_session(&self) -> Document {
        let mut query = foreign::is_session();
        query.extend(self.within());
        query
    }

    /// The query for exactly that `_id` where it is a session's.
    pub(super) fn session_by_key(&self, key: &SessionKey) -> Document {
        let mut query = self.by_key(key);
        query.extend(foreign::is_session());
        query
    }

    /// The query for exactly that `_id` where a look at two fields tells that it is a session's, as most are: it costs the server a
    /// third less than [`Self::session_by_key`].
    pub(super) fn sure_session_by_key(&self, key: &SessionKey) -> Document {
        let mut query = self.by_key(key);
        query.extend(foreign::is_sure_session());
        query
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::repository::mongo::pool::{Pool, PoolOptions};

    fn rules(query: &Document) -> usize {
        query.get_array("$and").map_or(0, Vec::len)
    }

    #[tokio::test]
    async fn a_key_spares_its_rule_where_ids_are_exact_and_only_there() {
        let pool = Pool::connect(&"mongodb://127.0.0.1:1".into(), PoolOptions::default()).await.unwrap();
        let all = pool.repository("d", "c").unwrap();
        let (prefix, field) = (Scope::prefix("tenant-7/").unwrap(), Scope::field("team", "a").unwrap());
        let (mine, other) = (SessionKey::from("tenant-7/x"), SessionKey::from("tenant-70/x"));
        let before = all.bound(&prefix);
        assert!(before.is_unsure_of_ids() && !all.is_unsure_of_ids() && !all.bound(&field).is_unsure_of_ids());
        assert_eq!(rules(&before.by_key(&mine)), 1, "nobody has looked");
        all.exact_ids.set(true).unwrap();
        for bound in [&before, &all.bound(&prefix)] {
            assert!(!bound.is_unsure_of_ids(), "one look is for all");
            assert_eq!(rules(&bound.by_key(&mine)), 0);
            assert_eq!(rules(&bound.by_key(&other)), 1);
            assert_eq!(rules(&bound.is_session()), 1, "no key tells");
        }
        let both = all.bound(&prefix).bound(&field);
        assert_eq!([rules(&both.by_key(&mine)), rules(&both.by_key(&other))], [1, 2], "no key tells of a field");

        let blind = pool.repository("d", "blind").unwrap();
        blind.exact_ids.set(false).unwrap();
        assert_eq!(rules(&blind.bound(&prefix).by_key(&mine)), 1);
    }
}
