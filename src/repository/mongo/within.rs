//! A repository that is bound to a scope: its rule is in every question and in the query of every write, so that the server finds
//! nothing else, in the same step.
//!
//! All queries for one session come from [`MongoRepository::by_key`], those for several hold [`MongoRepository::is_session`] or
//! [`MongoRepository::within`]. The rule stands in `$and`, which nothing else uses beside it: `$expr`, `$nor` and fields do not
//! overwrite it.

use std::sync::{Arc, OnceLock};

use bson::{Bson, Document, doc};

use super::{MongoRepository, filter, foreign, names};
use crate::{repository::Scope, session::SessionKey};

/// What holds for every document that may be seen.
#[derive(Debug, Default)]
pub(super) struct BoundRules {
    scopes: Vec<Scope>,
    /// The rules of all scopes in `$and`; empty where there is none.
    all: Document,
    /// Those that a key does not tell, in the same way.
    untold: Document,
    /// Whether one text alone is equal to another, as without a collation; known once it was looked at.
    exact_ids: OnceLock<bool>,
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
        Self { scopes, all, untold, exact_ids: OnceLock::new() }
    }

    /// What must hold besides of the document with that key. Where the key tells all, nothing: a query of the `_id` alone takes the
    /// server's shortest way. Under a collation it may find another's document, `Tenant-7/a` for `tenant-7/a`.
    fn beside(&self, key: &SessionKey) -> &Document {
        let is_told = self.exact_ids.get() == Some(&true) && self.scopes.iter().all(|scope| scope.admits(key));
        if is_told { &self.untold } else { &self.all }
    }
}

impl MongoRepository {
    /// The same collection with one more rule.
    pub(super) fn bound(&self, scope: &Scope) -> Self {
        let mut scopes = self.within.scopes.clone();
        scopes.push(scope.clone());
        Self { within: Arc::new(BoundRules::of(scopes)), ..self.clone() }
    }

    /// Looks once whether the collection compares texts as they are, where that spares the server a rule in each question. Where the
    /// user may not know, or there is no such collection yet, the rule stays.
    pub(super) async fn note_collation(&self) {
        let within = &self.within;
        if within.exact_ids.get().is_none()
            && within.scopes.iter().any(Scope::is_told_by_key)
            && let Ok(Some(exact)) = names::is_exact(&self.pool, &self.database, &self.name).await
        {
            let _ = within.exact_ids.set(exact);
        }
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
        query.extend(self.within.beside(key).clone());
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
