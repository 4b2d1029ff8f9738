//! A repository that is bound to a scope: its rule is in every question and in the query of every write, so that the server finds
//! nothing else, in the same step.
//!
//! All queries for one session come from [`MongoRepository::by_key`], those for several hold [`MongoRepository::is_session`] or
//! [`MongoRepository::within`]. The rule stands in `$and`, which nothing else uses beside it: `$expr`, `$nor` and fields do not
//! overwrite it.

use std::sync::Arc;

use bson::{Bson, Document, doc};

use super::{MongoRepository, filter, foreign};
use crate::{repository::Scope, session::SessionKey};

impl MongoRepository {
    /// The same collection with one more rule.
    pub(super) fn bound(&self, scope: &Scope) -> Self {
        let mut rules = self.within.get_array("$and").cloned().unwrap_or_default();
        rules.push(filter::within(scope).into());
        Self { within: Arc::new(doc! { "$and": rules }), ..self.clone() }
    }

    /// Whether only a part of the collection is to be seen.
    pub(super) fn is_bound(&self) -> bool {
        !self.within.is_empty()
    }

    /// What holds for every document that may be seen; empty where all may.
    pub(super) fn within(&self) -> Document {
        (*self.within).clone()
    }

    /// The first stage of a change stream, which leaves out what the `_id` alone tells to lie outside: what others write need not cross
    /// the network. Events of the collection itself name no document.
    pub(super) fn of_events(&self) -> Option<Document> {
        let rules = self.within.get_array("$and").ok()?;
        let by_id = rules.iter().filter_map(|rule| rule.as_document()?.get("_id").cloned());
        let conditions: Vec<Document> = by_id.map(|rule| doc! { "documentKey._id": rule }).collect();
        let no_document = doc! { "documentKey": { "$exists": false } };
        (!conditions.is_empty()).then(|| doc! { "$match": { "$or": [ no_document, { "$and": conditions } ] } })
    }

    /// The fields whose value tells what may be seen, as the server names them. The `_id` has an index anyway.
    pub(super) fn compared_fields(&self) -> Vec<String> {
        let rules = self.within.get_array("$and").map(Vec::as_slice).unwrap_or_default();
        let keys = rules.iter().filter_map(Bson::as_document).flat_map(Document::keys);
        keys.filter(|key| *key != "_id" && !key.starts_with('$')).cloned().collect()
    }

    /// The query for exactly that `_id`.
    pub(super) fn by_key(&self, key: &SessionKey) -> Document {
        let mut query = doc! { "_id": { "$eq": key.bson().clone() } };
        query.extend(self.within());
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
