//! A store in which tenants stand beside each other, and what holds of it.

use std::{fmt::Debug, sync::Arc};

use bson::{Bson, Document, doc};
use strandscope::{
    AgentId, Error, Filter, MessageBody, NewAgent, NewFeedback, NewGuardrailEvent, NewMessage, NewSession, Rating,
    Result, SessionCopy, SessionKey, Timestamp, encode,
};

use super::{CraftedSession, never_stored, typed};
use crate::{
    scope::{
        Repository,
        asking::{Said, asked, asked_to_change, asked_to_delete, asked_to_read},
        field, is_out_of_scope, is_refused, prefix,
    },
    support::Fresh,
};

/// What stands in every part of a session that lies outside.
const THEIRS: &str = "theirs-and-secret";

pub(super) struct TenantWorld {
    pub(super) by_prefix: bool,
    /// Everyone's.
    pub(super) all: Repository,
    /// All seen through the scope.
    pub(super) guarded: Repository,
    /// A store that holds only what lies within.
    pub(super) alone: Repository,
    pub(super) own: Vec<SessionKey>,
    pub(super) others: Vec<SessionKey>,
}

impl TenantWorld {
    pub(super) fn new(by_prefix: bool, all: Repository, alone: Repository) -> Self {
        let scope = if by_prefix { prefix() } else { field() };
        let guarded = scope.guard(Arc::clone(&all)).unwrap();
        Self { by_prefix, all, guarded, alone, own: Vec::new(), others: Vec::new() }
    }

    fn lies_within(&self, id: &Bson, tenant: Option<&Bson>) -> bool {
        if self.by_prefix {
            matches!(id, Bson::String(id) if id.as_bytes().starts_with(b"tenant-7."))
        } else {
            matches!(tenant, Some(Bson::String(tenant)) if tenant == "7")
        }
    }

    /// Where a session is kept, and what stands in it. Notes whose it is.
    fn take_in(&mut self, key: &SessionKey, tenant: Option<&Bson>) -> (Vec<Repository>, &'static str, Document) {
        let is_within = self.lies_within(key.bson(), tenant);
        let mut metadata = if is_within {
            doc! { "note": "ours" }
        } else {
            doc! { "secret": THEIRS }
        };
        if let Some(tenant) = tenant {
            metadata.insert("tenant", tenant.clone());
        }
        if is_within {
            self.own.push(key.clone());
            (vec![Arc::clone(&self.all), Arc::clone(&self.alone)], "ours", metadata)
        } else {
            self.others.push(key.clone());
            (vec![Arc::clone(&self.all)], THEIRS, metadata)
        }
    }

    pub(super) fn everyone(&self) -> impl Iterator<Item = &SessionKey> {
        self.own.iter().chain(&self.others)
    }

    /// Stores a session with something in each part, unless its id is taken.
    pub(super) async fn put(&mut self, number: usize, session: &CraftedSession) {
        let (key, agent) = (SessionKey::from(&session.id), AgentId::from("support"));
        if self.everyone().any(|stored| *stored == key) {
            return;
        }
        let (stores, mark, metadata) = self.take_in(&key, session.tenant.as_ref());
        let at = Timestamp::from_second(1_700_000_000 + number as i64).unwrap();
        let new = NewSession::new(&session.id).application_name(mark).viewer_password(mark).metadata(metadata).at(at);
        let new_agent = NewAgent::new(agent.clone()).state(doc! { mark: mark }).at(at);
        let message = NewMessage::new(MessageBody::user(mark)).at(at);
        let feedback = NewFeedback::new(Rating::Up).comment(mark).at(at);
        let event = NewGuardrailEvent::new("support", "BLOCKED").stop_reason(mark).at(at);
        for store in stores {
            store.create_session(&new).await.unwrap();
            store.create_agent(&key, &new_agent).await.unwrap();
            store.append_message(&key, &agent, &message, None).await.unwrap();
            store.add_feedback(&key, &feedback).await.unwrap();
            store.add_guardrail_event(&key, &event).await.unwrap();
        }
    }

    /// Stores a session whose `_id` is no text, with a `session_id` that begins as the prefix.
    pub(super) async fn put_typed(&mut self, all: &Fresh, alone: &Fresh, id: Bson, tenant: Option<&Bson>) {
        let key = SessionKey::new(id.clone());
        let (stores, mark, metadata) = self.take_in(&key, tenant);
        let new = NewSession::new("tenant-7.typed").viewer_password(mark).metadata(metadata);
        let mut document = encode::session(&new);
        document.insert("_id", id);
        for (fresh, _) in [all, alone].into_iter().zip(stores) {
            fresh.load([document.clone()]).await;
        }
    }

    /// All that a scope promises.
    pub(super) async fn holds(&mut self) {
        let before = self.others_stored().await;
        self.refuses_others(&before).await;
        self.lists_as_alone().await;
        self.tells_of_no_other().await;
        self.creates_its_own().await;
        self.works_within(before.first()).await;
        assert!(self.others_stored().await == before, "one of {:?} changed", self.others);
    }

    /// Exact copies of what lies outside.
    async fn others_stored(&self) -> Vec<SessionCopy> {
        let mut stored = Vec::new();
        for key in &self.others {
            stored.push(self.all.exact_copy(key).await.unwrap());
        }
        stored
    }

    /// What is asked of a session outside, or would make one, is refused and does nothing.
    async fn refuses_others(&self, stored: &[SessionCopy]) {
        let count = self.all.count(&Filter::default()).await.unwrap();
        for (key, copy) in self.others.iter().zip(stored) {
            refused(asked(&self.guarded, key, copy).await, key);
            out_of_scope(&self.guarded.restore(copy).await);
            let metadata = self.all.metadata(key).await.unwrap();
            if let Some(id) = key.bson().as_str() {
                out_of_scope(&self.guarded.create_session(&NewSession::new(id).metadata(doc! { "tenant": "7" })).await);
            }
            // One without the field, or with an empty text there, is given it.
            let is_marked = metadata.get("tenant").is_some_and(|tenant| tenant.as_str() != Some(""));
            if self.by_prefix || is_marked {
                out_of_scope(&self.guarded.create_session(&NewSession::new("made").metadata(metadata)).await);
            }
        }
        if let (Some(key), Some(copy)) = (self.others.first(), stored.first()) {
            let lookalikes = typed(key.text()).into_iter().chain(never_stored(key.text())).map(SessionKey::new);
            // A store in memory finds by the text alone.
            for other in lookalikes.filter(|other| self.everyone().all(|stored| stored.text() != other.text())) {
                refused(asked(&self.guarded, &other, copy).await, &other);
            }
        }
        assert!(self.others_stored().await == stored, "one of {:?} changed", self.others);
        assert_eq!(self.all.count(&Filter::default()).await.unwrap(), count, "nothing is made or deleted");
    }

    /// A new session is as in a store of the tenant's own, with the field that tells.
    async fn creates_its_own(&mut self) {
        let new = NewSession::new("tenant-7.new").metadata(doc! { "n": 1 });
        let key = self.guarded.create_session(&new).await.unwrap();
        let marked = if self.by_prefix {
            doc! { "n": 1 }
        } else {
            doc! { "n": 1, "tenant": "7" }
        };
        self.alone.create_session(&new.metadata(marked)).await.unwrap();
        assert_eq!(self.all.document(&key).await.unwrap(), self.alone.document(&key).await.unwrap());
        self.own.push(key);
    }

    /// Whatever is asked of a session within does the same as where nothing else is stored.
    async fn works_within(&self, theirs: Option<&SessionCopy>) {
        let (guarded, alone) = (&self.guarded, &self.alone);
        for key in &self.own {
            let copy = guarded.exact_copy(key).await.unwrap();
            assert!(alone.exact_copy(key).await.unwrap() == copy, "{key:?}");
            same(asked_to_read(guarded, key).await, asked_to_read(alone, key).await, key);
            let changed = asked_to_change(guarded, key, &copy).await;
            same(changed, asked_to_change(alone, key, &copy).await, key);
            let stored = self.all.document(key).await.unwrap();
            assert_eq!(undated(stored.into()), undated(alone.document(key).await.unwrap().into()), "{key:?}");
            // The copy of another's session opens no way to it.
            if let Some(theirs) = theirs {
                let deleted = guarded.delete_latest(key, theirs).await;
                same(vec![said(deleted)], vec![said(alone.delete_latest(key, theirs).await)], key);
            }
            same(asked_to_delete(guarded, key, &copy).await, asked_to_delete(alone, key, &copy).await, key);
            same(vec![said(guarded.restore(&copy).await)], vec![said(alone.restore(&copy).await)], key);
            assert_eq!(self.all.document(key).await.ok(), alone.document(key).await.ok(), "{key:?}");
        }
    }
}

/// The one answer of what may delete or put back.
fn said<T: Debug>(answer: Result<T>) -> (&'static str, Result<String>) {
    ("delete or restore", answer.map(|answer| format!("{answer:?}")))
}

/// Nothing that stands in a session outside.
pub(super) fn tells_of_none(told: &str) {
    assert!(!told.contains(THEIRS), "{told}");
}

fn refused(said: Said, key: &SessionKey) {
    for (method, said) in said {
        assert!(said.as_ref().is_err_and(is_refused), "{method} of {key:?}: {said:?}");
        tells_of_none(&format!("{said:?} {}", said.as_ref().err().map(ToString::to_string).unwrap_or_default()));
    }
}

fn out_of_scope(made: &Result<SessionKey>) {
    assert!(is_out_of_scope(made.as_ref().err()), "{made:?}");
}

/// Both said the same; where they failed, for the same kind of reason.
fn same(guarded: Said, alone: Said, key: &SessionKey) {
    assert_eq!(guarded.len(), alone.len());
    for ((method, guarded), (_, alone)) in guarded.into_iter().zip(alone) {
        tells_of_none(&format!("{guarded:?}"));
        let is_same = match (&guarded, &alone) {
            // What was deleted may hold the time of a change just before.
            (Ok(guarded), Ok(alone)) => method.starts_with("delete") || guarded == alone,
            (Err(guarded), Err(alone)) => {
                guarded.kind() == alone.kind() && !matches!(guarded, Error::OutOfScope { .. })
            }
            _ => false,
        };
        assert!(is_same, "{method} of {key:?}: {guarded:?}, and alone {alone:?}");
    }
}

/// Without dates: two stores are not written to in the same millisecond.
fn undated(value: Bson) -> Bson {
    match value {
        Bson::DateTime(_) => Bson::Null,
        Bson::Array(items) => Bson::Array(items.into_iter().map(undated).collect()),
        Bson::Document(fields) => {
            fields.into_iter().map(|(key, field)| (key, undated(field))).collect::<Document>().into()
        }
        other => other,
    }
}
